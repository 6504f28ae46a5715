"""Reconciliation: what does not add up is found with its cells, and nothing else is."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from corpus.checks import Check, CheckKind, check
from corpus.fields import Measure
from corpus.model import Cell, Kind, Origin, Scope, Sheet, Table
from corpus.store.reader import open_corpus
from corpus.store.writer import new_generation
from tests.corpus.made import cell, sheet
from tests.corpus.test_rs import ACCOUNT, TOTALS, made_csv, read


def checks(tmp_path: Path, *sheets: Sheet, no: int | None = None) -> list[Check]:
    with new_generation(tmp_path) as generation:
        for made in sheets:
            generation.add(made)
        generation.commit()
    with open_corpus(tmp_path) as corpus:
        found = list(check(corpus, no=no))
        for one in found:  # the cells are those of the figures named
            cells = [corpus.sheet_at(c.no).cells[c.pos] for c in one.cells]
            if one.kind is not CheckKind.RATE:
                assert cells[0].value == one.printed
            assert cells[0].fiscal_year == one.fiscal_year
    return found


def budget(total: str, *, carried_out: str = "-10", executed: str = "40") -> Sheet:
    parts = {
        Measure.INITIAL: "50", Measure.SUPPLEMENTARY: "0", Measure.CARRIED_IN: "5", Measure.CARRIED_OUT: carried_out,
        Measure.RESERVE: "0", Measure.BUDGET_TOTAL: total, Measure.EXECUTED: executed,
    }  # fmt: skip
    return sheet(cells=tuple(cell(measure, value) for measure, value in parts.items()))


@pytest.mark.parametrize("total", ["45", "46", "44"])
def test_a_total_may_be_off_by_rounding(tmp_path: Path, total: str) -> None:
    assert not checks(tmp_path, budget(total))


def test_a_total_that_is_not_the_sum(tmp_path: Path) -> None:
    [found] = checks(tmp_path, budget("55"))
    assert (found.kind, found.printed, found.computed, found.difference, found.unit) == (
        CheckKind.TOTAL, Decimal(55), Decimal(45), Decimal(10), "百万円",
    )  # fmt: skip
    assert len(found.cells) == 6
    assert str(found) == "計が内訳の合計と違う: 2019年度 予算計 記載 55百万円、計算 45百万円"


def test_a_total_without_all_its_parts_is_not_judged(tmp_path: Path) -> None:
    made = budget("55")
    assert not checks(tmp_path, dataclasses.replace(made, cells=made.cells[1:]))


class TestRs:
    """RSシステム 2-1: yen are exact, 計 leaves 翌年度への繰越し out, accounts add up to totals."""

    def sheet(self, *rows: Mapping[str, str], **totals: str) -> Sheet:
        [made], _ = read(made_csv("2-1", [TOTALS | totals, ACCOUNT | dict(*rows)]))
        return made

    def test_consistent(self, tmp_path: Path) -> None:
        assert not checks(tmp_path, self.sheet())

    def test_total(self, tmp_path: Path) -> None:
        found = checks(tmp_path, self.sheet(**{"計（歳出予算現額合計）": "122", "執行率": ""}))
        assert [(f.kind, f.printed, f.computed) for f in found] == [
            (CheckKind.TOTAL, Decimal(122), Decimal(120)),
            (CheckKind.ACCOUNTS, Decimal(122), Decimal(120)),
        ]

    def test_accounts(self, tmp_path: Path) -> None:
        [found] = checks(tmp_path, self.sheet({"執行額": "88"}))
        assert (found.kind, found.measure, found.printed, found.computed) == (CheckKind.ACCOUNTS, "執行額", Decimal(90), Decimal(88))

    @pytest.mark.parametrize(("rate", "wrong"), [("0.75", False), ("0.75001", False), ("0.7501", True), ("75", True)])
    def test_rate(self, tmp_path: Path, rate: str, wrong: bool) -> None:
        found = checks(tmp_path, self.sheet(執行率=rate))
        assert [f.kind for f in found] == [CheckKind.RATE] * wrong

    def test_execution_of_the_own_year_is_not_judged(self, tmp_path: Path) -> None:
        own = {"予算年度": "2024", "執行額（合計）": "0", "執行率": ""}
        [made], _ = read(made_csv("2-1", [TOTALS | own, ACCOUNT | {"予算年度": "2024", "執行額": "0"}]))
        assert not checks(tmp_path, made)


@pytest.mark.parametrize(("rate", "wrong"), [("89", False), ("88.9", False), ("90", False), ("100", True), ("0.89", True)])
def test_percent_rates_are_judged_by_what_rounding_allows(tmp_path: Path, rate: str, wrong: bool) -> None:
    made = budget("45")
    printed = cell(Measure.EXECUTION_RATE, rate, unit="%")
    found = checks(tmp_path, dataclasses.replace(made, cells=(*made.cells, printed)))
    assert [f.kind for f in found] == [CheckKind.RATE] * wrong


def payees(block_total: str, *amounts: str, unit: str = "百万円") -> Sheet:
    total = cell(Measure.BLOCK_TOTAL, block_total, table=Table.PAYEES, item="A", unit=unit)
    rows = [
        cell(Measure.PAYEE_AMOUNT, amount, table=Table.PAYEES, item=f"A/{n}", row=("A", str(n)), unit=unit)
        for n, amount in enumerate(amounts, start=1)
    ]
    return sheet(cells=(total, *rows))


@pytest.mark.parametrize(
    ("made", "wrong"),
    [
        (payees("10", "4", "6"), False),
        (payees("10", "4"), False),  # the largest ten only: less is not wrong
        (payees("10", "5", "6"), False),  # each rounded
        (payees("10", "8", "6"), True),
        (payees("10", "5", "6", unit="円"), True),
    ],
)
def test_payees_beyond_their_block(tmp_path: Path, made: Sheet, wrong: bool) -> None:
    assert [f.kind for f in checks(tmp_path, made)] == [CheckKind.BLOCK] * wrong


def test_contracts_against_their_payee(tmp_path: Path) -> None:
    made = payees("200", "200", unit="円")
    parts = tuple(
        dataclasses.replace(made.cells[1], item=f"A/1/{n}", scope=Scope.PART, value=Decimal(v), raw=str(v), locator=f"p{n}")
        for n, v in enumerate((120, 90), start=1)
    )
    [found] = checks(tmp_path, dataclasses.replace(made, cells=(*made.cells, *parts)))
    assert (found.kind, found.item, found.printed, found.computed) == (CheckKind.CONTRACTS, "A/1", Decimal(200), Decimal(210))


def years(sheet_year: int, value: str, unit: str = "百万円", origin: Origin = Origin.JUDGIT, **changes: str) -> Sheet:
    cells: tuple[Cell, ...] = (cell(Measure.EXECUTED, value, unit=unit),)
    return sheet(sheet_year=sheet_year, cells=cells, origin=origin, number=f"{sheet_year}", past_numbers=(), **changes)


def test_a_restated_figure_names_all_its_sheets_newest_first(tmp_path: Path) -> None:
    [found] = checks(tmp_path, years(2020, "43"), years(2021, "44"), years(2022, "44"))
    assert (found.kind, found.no, found.printed, found.computed) == (CheckKind.RESTATED, 2, Decimal(44), Decimal(43))
    assert [c.no for c in found.cells] == [2, 1, 0]


@pytest.mark.parametrize(("yen", "wrong"), [("43000000", False), ("43499999", False), ("42600000", False), ("44100000", True)])
def test_million_yen_and_yen_agree_when_one_rounds_to_the_other(tmp_path: Path, yen: str, wrong: bool) -> None:
    found = checks(tmp_path, years(2020, "43"), years(2024, yen, "円", Origin.RS_CSV))
    assert [f.kind for f in found] == [CheckKind.RESTATED] * wrong


def test_other_projects_do_not_count(tmp_path: Path) -> None:
    assert not checks(tmp_path, years(2020, "43"), years(2021, "44", project="別の架空事業"))


def test_one_sheet_alone(tmp_path: Path) -> None:
    bad = dataclasses.replace(budget("55"), number="0002", project="別")
    assert len(checks(tmp_path, budget("55"), bad)) == 2
    with open_corpus(tmp_path) as corpus:
        assert [f.no for f in check(corpus, no=1)] == [1]
        assert not list(check(corpus, [CheckKind.RESTATED]))


def test_a_dash_among_the_parts_is_none_and_a_blank_one_is_not_judged(tmp_path: Path) -> None:
    def form(kind: Kind, raw: str) -> Sheet:
        made = dataclasses.replace(budget("125"), origin=Origin.FORM_XLSX)
        cells = [
            dataclasses.replace(c, kind=kind, raw=raw, value=None) if c.measure == Measure.RESERVE else c for c in made.cells
        ]
        return dataclasses.replace(made, cells=tuple(cells))

    assert [c.kind for c in checks(tmp_path / "dash", form(Kind.DASH, "-"))] == [CheckKind.TOTAL]
    assert checks(tmp_path / "blank", form(Kind.BLANK, "")) == []
