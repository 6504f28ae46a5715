"""A small made-up corpus for the tests of understanding: projects of several ministries and years."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from corpus.fields import Field, Measure
from corpus.model import Kind, Sheet, Table
from corpus.store.reader import Corpus, open_corpus
from corpus.store.writer import new_generation
from index.names import NameIndex
from qa.model import Interpretation
from qa.understand import Context, understand
from tests.qa.sheets import budget, cell, indicator, payee, sheet

# (ministry, number, name, sheet years): names that contain, resemble or repeat one another on purpose.
PROJECTS = (
    ("総務省", "0011", "架空自治体の情報基盤を強くするための対策事業", (2018, 2019, 2020)),
    ("総務省", "0012", "架空自治体の情報基盤を強くするための対策事業（離島分）", (2020,)),
    ("国土交通省", "0101", "架空空き家所有者情報提供による利活用推進事業", (2017, 2018)),
    ("国土交通省", "0102", "架空岬道路事業（補助等）", (2019, 2020)),
    ("国土交通省", "0103", "架空岬道路事業（直轄・改築等）", (2019, 2020)),
    ("国土交通省", "0104", "架空庁舎の維持管理に必要な経費", (2019, 2020)),
    ("経済産業省", "0201", "架空庁舎の維持管理に必要な経費", (2019, 2020, 2021)),
    ("経済産業省", "0202", "中小架空企業等に対する架空エネルギー診断事業費補助金", (2019, 2020)),
    ("文部科学省", "0301", "架空的ハイパー計算機インフラ（AHCI）の構築", (2016, 2017)),
    ("文部科学省", "0302", "国立研究開発法人架空海洋機構施設整備費補助", (2019, 2020)),
    ("外務省", "0401", "国際連合架空計画（UNKP）拠出金（任意拠出金）", (2018, 2019)),
    ("外務省", "0402", "国際連合架空計画拠出金", (2016,)),
    ("防衛省", "0501", "架空型輸送機（Ｖ－９９）の取得", (2019, 2020)),
    ("環境省", "0601", "令和２年度架空感染症緊急交付金（児童施設、障害分）", (2021,)),
    ("厚生労働省", "0701", "架空保育所等整備交付金", (2019, 2020)),
    ("農林水産省", "0801", "架空農業振興推進事業", (2019, 2020)),
    ("農林水産省", "0802", "架空本省施設費", (2019, 2020)),
    ("農林水産省", "0803", "架空農林本省検査所施設費", (2019, 2020)),
    ("経済産業省", "0203", "架空復旧事業補助金（令和元年台風第９９号等）", (2020,)),
    ("経済産業省", "0204", "架空国際博覧会の事業", (2019, 2020)),
    ("経済産業省", "0205", "独立行政法人架空貿易機構運営費交付金", (2019, 2020)),
    ("外務省", "0403", "架空国際機関への拠出", (2019, 2020)),
    ("外務省", "0404", "架空連携の推進，活用推進のための啓発，・広報，官民架空協定の推進", (2019, 2020)),
    ("厚生労働省", "0702", "架空審査体制基盤強化費（審査事業）", (2019, 2020)),
    ("厚生労働省", "0703", "架空審査体制基盤強化費", (2019, 2020)),
)


def _made(ministry: str, number: str, name: str, year: int) -> Sheet:
    cells = [
        *budget(Measure.INITIAL, dict.fromkeys(range(year - 3, year + 1), "100")),
        *budget(Measure.EXECUTED, dict.fromkeys(range(year - 3, year), "90")),
        cell(Table.BUDGET_ITEMS, ("職員旅費",), f"{year}年度当初予算", "1", Measure.INITIAL, item="職員旅費", year=year),
        *indicator(Table.OUTCOME, "1", "架空相談窓口における相談件数", {year - 1: "12"}, "件"),
        *indicator(Table.OUTPUT, "1", "架空講習会の受講者数", {year - 1: "30"}, "人"),
        *payee("A/1", "株式会社架空データ", "32", "1234567890123", year=year - 1),
        *payee("B/1", "架空岬市", "8", "", year=year - 1),
        *payee("B/2", "有識者Ａ", "1", "", year=year - 1),
        *payee("B/3", "独立行政法人架空貿易機構", "6", "", year=year - 1),
        *payee("B/4", "架空国際機関", "5", "", year=year - 1),
        *indicator(Table.OUTCOME, "2", "令和2年度の目標値の達成度と事故の件数（前年度比）", {year - 1: "3"}, "%"),
        cell(Table.CHECK, ("一者応札又は一者応募となったものはないか。",), "評価", "有", Measure.CHECK_MARK, item="1",
             unit=None, kind=Kind.TEXT),
    ]  # fmt: skip
    return sheet(year, cells, [(Field.PROJECT, name)], project=name, number=number, ministry=ministry)


@functools.lru_cache(maxsize=1)
def library() -> tuple[Corpus, NameIndex]:
    """The corpus and its names, built once for all tests."""
    folder = Path(tempfile.mkdtemp(prefix="rsqa-understanding-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with new_generation(folder) as generation:
        for ministry, number, name, years in PROJECTS:
            for year in years:
                generation.add(_made(ministry, number, name, year))
        generation.finish_corpus()
        generation.commit()
    corpus = open_corpus(folder)
    return corpus, NameIndex.build([info.project for info in corpus.infos()])


def asked(question: str, previous: Interpretation | None = None, **context: object) -> Interpretation:
    """What the program understands of a question over the made-up corpus."""
    corpus, names = library()
    return understand(question, Context(corpus, names, previous=previous, **context))  # type: ignore[arg-type]


def numbers(found: Interpretation) -> set[str]:
    """The 事業番号 of the project found."""
    return {candidate.sheet_id.rsplit("/", 1)[1] for candidate in found.sheets}
