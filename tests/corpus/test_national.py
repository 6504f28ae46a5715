"""All of ``data/judgit`` and ``data/rs2024`` in one ingest, counted beside the sources themselves.

The counts on the right-hand side are made here from the files with ``json`` and ``csv`` alone: no
reader of ours takes part.  One build serves all tests and workers; it takes a minute or two.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from benchmarks.locators import Sources, mismatches, sample
from corpus.checks import CheckKind, check
from corpus.ingest import ingest
from corpus.store.reader import Corpus, open_corpus
from corpus.store.writer import new_generation

pytestmark = [pytest.mark.shared, pytest.mark.slow]

_JUDGIT_ORIGIN, _RS_ORIGIN = "JUDGIT!", "RSシステムCSV"


@pytest.fixture(scope="module")
def corpus(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """The whole nation, built once: the first worker to come builds, the others wait."""
    data = tmp_path_factory.getbasetemp().parent / "nation"
    with FileLock(f"{data}.lock"):
        if not (data / "CURRENT").exists():
            with new_generation(data) as generation:
                ingest([shared / "data" / "judgit", shared / "data" / "rs2024"], generation)
                generation.commit()
    with open_corpus(data) as opened:
        yield opened


def test_nothing_was_rejected_or_doubted(corpus: Corpus) -> None:
    found = corpus.query("SELECT severity, file FROM findings")
    assert found == [("取り込めません", "rs2024-missing-headers.csv")], "a list of headers is no data"


class JudgitCounts:
    """Counts straight from the JSON lines."""

    def __init__(self, folder: Path) -> None:
        self.sheets: Counter[int] = Counter()
        self.budget: Counter[int] = Counter()
        self.payees: Counter[int] = Counter()
        self.outcomes: Counter[int] = Counter()
        self.outputs: Counter[int] = Counter()
        self.paid: Counter[int] = Counter()
        self.executed: Counter[int] = Counter()
        self.unbalanced = self.balanced = 0
        self.figures: dict[tuple[str, str, int, str], dict[int, float]] = defaultdict(dict)
        for path in sorted(folder.glob("*.ndjson.gz")):
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                for line in lines:
                    self._count(json.loads(line))

    def _count(self, r: dict[str, Any]) -> None:
        year = r["公開年度"]
        self.sheets[year] += 1
        self.budget[year] += sum(v is not None for row in r["予算"] for key, v in row.items() if key != "年度")
        self.payees[year] += len(r["支出先"])
        self.outcomes[year] += sum(x["成果実績"] is not None for o in r["アウトカム"] for x in o["成果実績"])
        self.outputs[year] += sum(x["活動実績"] is not None for o in r["アウトプット"] for x in o["活動実績"])
        self.paid[year] += sum(yen(p["支出額"]) for p in r["支出先"])
        self.executed[year] += sum(yen(row["執行額"]) for row in r["予算"] if row.get("執行額") is not None)
        for row in r["予算"]:
            parts = [row.get(k) for k in ("当初予算", "補正予算", "前年度から繰越し", "翌年度へ繰越し", "予備費等")]
            if row.get("予算計") is not None and None not in parts:
                self.balanced += 1
                self.unbalanced += abs(sum(parts) - row["予算計"]) > 1.01
            for measure in ("当初予算", "執行額"):
                if row.get(measure) is not None:
                    self.figures[r["府省庁"], r["事業名"], row["年度"], measure][year] = row[measure]


def yen(million: float) -> int:
    """百万円 as printed in the file → whole yen."""
    return int((Decimal(repr(million)) * 10**6).quantize(Decimal(1), ROUND_HALF_UP))


@pytest.fixture(scope="module")
def judgit(shared: Path) -> JudgitCounts:
    return JudgitCounts(shared / "data" / "judgit")


@pytest.fixture(scope="module")
def rs(shared: Path) -> dict[str, list[dict[str, str]]]:
    """Rows of each file by its number, straight from the zips."""
    rows = {}
    for path in sorted((shared / "data" / "rs2024").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            text = archive.read(archive.infolist()[0]).decode("utf-8-sig")
        rows[path.name.split("_")[0]] = list(csv.DictReader(io.StringIO(text, newline="")))
    return rows


def by_year(corpus: Corpus, what: str, where: str, table: str = "cells") -> dict[int, int]:
    found = corpus.facts(
        f"SELECT t.sheet_year, {what} FROM {table} t JOIN sheets s USING (no) WHERE s.origin = $origin AND {where} GROUP BY 1",
        {"origin": _JUDGIT_ORIGIN},
    )
    return {year: int(n) for year, n in found}


def test_sheets(corpus: Corpus, judgit: JudgitCounts, rs: dict[str, list[dict[str, str]]]) -> None:
    projects = {(row["事業年度"], row["予算事業ID"]) for rows in rs.values() for row in rows}
    assert corpus.summary().by_year == dict(judgit.sheets) | {2024: len(projects)}
    assert judgit.sheets.total() == 47_597
    assert corpus.summary().sheets == 47_597 + 5_664


def test_judgit_figures_and_rows(corpus: Corpus, judgit: JudgitCounts) -> None:
    budget = "tbl = '予算額・執行額'"
    assert by_year(corpus, "count(*)", budget) == judgit.budget
    assert by_year(corpus, "count(*)", "true", "payees") == judgit.payees
    assert by_year(corpus, "count(*)", "measure = '成果実績'") == +judgit.outcomes
    assert by_year(corpus, "count(*)", "measure = '活動実績'") == +judgit.outputs


def test_judgit_sums_to_the_yen(corpus: Corpus, judgit: JudgitCounts) -> None:
    assert by_year(corpus, "sum(round(amount_yen, 0))", "true", "payees") == judgit.paid
    assert by_year(corpus, "sum(round(amount_yen, 0))", "measure = '支出額'") == judgit.paid
    assert by_year(corpus, "sum(round(amount_yen, 0))", "measure = '執行額'") == judgit.executed


def rs_sum(corpus: Corpus, table: str, measure: str, offset: int | None = None) -> tuple[int, int]:
    [(count, total)] = corpus.facts(
        "SELECT count(*), coalesce(sum(amount_yen), 0) FROM cells c JOIN sheets s USING (no) WHERE s.origin = $origin "
        "AND tbl = $tbl AND measure = $measure AND ($offset IS NULL OR fiscal_year = c.sheet_year + $offset)",
        {"origin": _RS_ORIGIN, "tbl": table, "measure": measure, "offset": offset},
    )
    return count, int(total)


def filled(rows: list[dict[str, str]], *columns: str) -> tuple[int, int]:
    values = [Decimal(row[column]) for row in rows for column in columns if row[column] != ""]
    return len(values), int(sum(values))


def test_rs_figures_and_sums(corpus: Corpus, rs: dict[str, list[dict[str, str]]]) -> None:
    budget, past = rs["2-1"], [row for row in rs["2-1"] if row["予算年度"] != row["事業年度"]]
    own = [row for row in budget if row["予算年度"] == row["事業年度"]]
    table, accounts = "予算額・執行額", "予算・執行（会計別）"
    assert rs_sum(corpus, table, "当初予算") == filled(budget, "当初予算（合計）")
    assert rs_sum(corpus, table, "予算計") == filled(budget, "計（歳出予算現額合計）")
    assert rs_sum(corpus, table, "執行額") == filled(past, "執行額（合計）")
    assert rs_sum(corpus, table, "要求額", 1) == filled(own, "翌年度要求額（合計）")
    assert filled(own, "執行額（合計）")[1] == 0, "nothing is executed in the own year: our cells are pending"
    assert rs_sum(corpus, accounts, "執行額") == filled(past, "執行額")
    supplementary = tuple(f"第{n}次補正予算" for n in range(1, 6))
    assert rs_sum(corpus, accounts, "補正予算") == filled(budget, *supplementary)
    initial = [row for row in rs["2-2"] if row["予算種別"] == "当初予算"]
    assert rs_sum(corpus, "予算内訳", "当初予算") == filled(initial, "予算額（歳出予算項目ごと）")
    assert rs_sum(corpus, "費目・使途", "金額") == filled(rs["5-3"], "金額")
    contract = "契約額（国庫債務負担行為等による契約）"
    assert rs_sum(corpus, "国庫債務負担行為等による契約", "契約額") == filled(rs["5-4"], contract)


def test_counts_of_the_domain_are_found(corpus: Corpus, judgit: JudgitCounts) -> None:
    """domain.md: 5,245 of 190,388 totals, 6,317 of 94,195 figures."""
    assert (judgit.unbalanced, judgit.balanced) == (5_245, 190_388)
    totals = list(check(corpus, [CheckKind.TOTAL]))
    assert len(totals) == 5_245, "all in JUDGIT!, none in the RSシステム"
    assert {corpus.info(found.no).sheet_year for found in totals} == {2015, 2016}

    several = [values for values in judgit.figures.values() if len(values) > 1]
    assert (len(several), sum(len(set(v.values())) > 1 for v in several)) == (94_195, 6_317)
    rounded = sum(len({noise_free(x) for x in v.values()}) > 1 for v in several)
    [(ours,)] = corpus.facts(_BY_NAME, {"origin": _JUDGIT_ORIGIN})
    assert ours == rounded == 6_268, "49 of the 6,317 differ by binary noise only (57.8 and 57.800000000000004)"


def noise_free(value: float) -> Decimal:
    exact = Decimal(repr(value))
    exponent = exact.as_tuple().exponent
    return exact if isinstance(exponent, int) and exponent > -10 else round(exact, 6)


_BY_NAME = """
SELECT count(*) FROM (
    SELECT count(DISTINCT value) AS values FROM (
        SELECT s.ministry, s.project, c.fiscal_year, c.measure, s.sheet_year, c.value
        FROM cells c JOIN sheets s USING (no)
        WHERE s.origin = $origin AND c.tbl = '予算額・執行額' AND c.measure IN ('当初予算', '執行額')
        QUALIFY row_number() OVER (
            PARTITION BY s.ministry, s.project, c.fiscal_year, c.measure, s.sheet_year ORDER BY c.no DESC) = 1
    ) GROUP BY ministry, project, fiscal_year, measure HAVING values > 1)
"""


def test_locators_lead_back(corpus: Corpus, shared: Path) -> None:
    sources = Sources([shared / "data" / "judgit", shared / "data" / "rs2024"])
    wanted = sample(corpus, 3_000, seed=7)
    assert len(wanted) == 3_000
    assert not list(mismatches(wanted, sources))


def test_series_join_years_and_formats(corpus: Corpus) -> None:
    [(linked,)] = corpus.query(
        "SELECT count(*) FROM sheets a WHERE a.sheet_year = 2024 AND EXISTS "
        "(SELECT 1 FROM sheets b WHERE b.series = a.series AND b.sheet_year < 2024)"
    )
    assert linked > 4_300, "three of four projects of the RSシステム continue one of JUDGIT!"
    reasons = dict(corpus.query("SELECT reason, count(*) FROM links GROUP BY 1"))
    assert set(reasons) >= {"公表元の事業ID", "過去の事業番号", "同じ府省庁の同じ事業名"}
