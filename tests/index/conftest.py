# ruff: noqa: E501 - the table of projects reads best one project a line
"""A small corpus of made-up projects, and its index by the model of the repository."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from corpus.fields import Field, Measure
from corpus.model import Cell, Kind, Origin, Section, Sheet, Table
from corpus.store.reader import Corpus, open_corpus
from corpus.store.writer import new_generation
from index.build import FOLDER, build
from index.search import Searcher

# ministry, number, name, purpose, overview, payee, the payee's work, 当初予算 (百万円), 執行額 / 計
PROJECTS = [
    ("架空農業省", "0001", "農業用水路改修事業", "老朽化した農業用水路を直し、安定した用水の供給を図る。", "水路の改修工事を行う。", "架空建設株式会社", "水路の改修工事", 120, 0.9),
    ("架空農業省", "0002", "鳥獣被害防止対策事業", "野生の鳥や獣による農作物の被害を防ぐ。", "侵入防止の柵の設置と捕獲を支援する。", "架空柵工業㈱", "防護柵の製造", 80, 0.5),
    ("架空情報省", "0001", "サイバー攻撃対応演習事業", "行政機関がサイバー攻撃に適切に対処できるよう演習を行う。", "演習の環境を整備し、職員が参加する。", "株式会社架空セキュリティ", "演習の企画と運営", 300, 0.99),
    ("架空情報省", "0003", "地方公共団体情報システム標準化事業", "地方公共団体の情報システムの標準化を進める。", "標準仕様書を作り、移行の経費を補助する。", "架空県", "移行の補助", 5000, 0.3),
    ("架空厚生省", "0048", "待機児童解消支援事業", "保育所の整備により待機児童を解消する。", "保育所の施設整備に要する費用を補助する。", "架空市", "保育所の整備", 900, 0.7),
    ("架空厚生省", "新02-0004", "介護人材確保推進事業", "介護に従事する人材の確保を図る。", "研修の実施と処遇の改善を支援する。", "一般社団法人架空介護協会", "研修の実施", 60, 0.8),
]  # fmt: skip
YEARS = (2019, 2020, 2021)


def _cell(measure: Measure, raw: str, table: Table = Table.PAYEES, item: str = "A/1", **more: object) -> Cell:
    values: dict[str, object] = {
        "row": (str(measure),), "column": "", "fiscal_year": None, "kind": Kind.TEXT, "value": None, "unit": None,
    }  # fmt: skip
    values |= more
    return Cell(table=table, measure=measure, item=item, raw=raw, locator="line 1, /x", **values)  # type: ignore[arg-type]


def _money(measure: Measure, fiscal_year: int, amount: Decimal) -> Cell:
    return _cell(
        measure, str(amount), Table.BUDGET, "", fiscal_year=fiscal_year, kind=Kind.NUMBER, value=amount, unit="百万円"
    )


def made_sheet(project: tuple[str, str, str, str, str, str, str, int, float], year: int) -> Sheet:
    """One sheet of a made-up project."""
    ministry, number, name, purpose, overview, payee, work, budget, rate = project
    texts = {Field.PROJECT: name, Field.PURPOSE: purpose, Field.OVERVIEW: overview, Field.ACCOUNT: "一般会計"}
    return Sheet(
        sheet_year=year,
        ministry=ministry,
        number=number,
        project=name,
        origin=Origin.JUDGIT,
        file="架空.ndjson",
        place="line 1",
        cells=(
            _money(Measure.INITIAL, year, Decimal(budget)),
            _money(Measure.BUDGET_TOTAL, year - 1, Decimal(budget)),
            _money(Measure.EXECUTED, year - 1, Decimal(str(budget * rate))),
            _cell(Measure.PAYEE_NAME, payee),
            _cell(Measure.PAYEE_WORK, work),
        ),
        sections=tuple(Section(field, field, text, "line 1, /x") for field, text in texts.items()),
    )


def make_corpus(data_dir: Path, years: tuple[int, ...] = YEARS) -> None:
    """Write the made-up corpus with its index as the current generation."""
    with new_generation(data_dir) as generation:
        for year in years:
            for project in PROJECTS:
                generation.add(made_sheet(project, year))
        generation.finish_corpus()
        with generation.open() as corpus:
            build(corpus, generation.path / FOLDER)
        generation.commit()


@pytest.fixture(scope="session")
def made_corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    folder = tmp_path_factory.mktemp("made")
    make_corpus(folder)
    with open_corpus(folder) as corpus:
        yield corpus


@pytest.fixture(scope="session")
def searcher(made_corpus: Corpus) -> Searcher:
    return Searcher.open(made_corpus)
