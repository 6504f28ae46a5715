"""Figures: the right cell, the right sheet, the right arithmetic, and reasons where there is none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from corpus.fields import Measure
from qa.answer import calc
from qa.model import Compare, Operation, Status, Threshold
from tests.qa.answering import finished
from tests.qa.sheets import SHEET_2019, SHEET_2020, SHEET_2024, Shelf, asked, budget, sheet

SHELF = Shelf(SHEET_2020, SHEET_2019)
RS = Shelf(SHEET_2024)


def primary(found):  # type: ignore[no-untyped-def]
    return found.results[0].value, found.results[0].unit


def test_newest_sheet_answers_and_differing_sheet_is_named() -> None:
    found = finished(asked(SHELF, measures=(Measure.EXECUTED,), fiscal_years=(2018,)), SHELF)
    assert primary(found) == ("15", "百万円")
    assert found.citations[0].sheet_id == "2020/架空省/0001"
    assert any("16百万円" in note for note in found.notes)
    assert {citation.sheet_year for citation in found.citations} == {2019, 2020}


def test_named_sheet_answers_alone() -> None:
    found = finished(asked(SHELF, measures=(Measure.EXECUTED,), fiscal_years=(2018,), sheet_year=2019), SHELF)
    assert primary(found) == ("16", "百万円")
    assert {citation.sheet_year for citation in found.citations} == {2019}


def test_newest_sheet_that_records_the_figure() -> None:
    found = finished(asked(SHELF, measures=(Measure.INITIAL,), fiscal_years=(2016,)), SHELF)
    assert primary(found) == ("10", "百万円")
    assert found.citations[0].sheet_year == 2019


@pytest.mark.parametrize(
    ("measure", "year", "reason"),
    [
        (Measure.EXECUTED, 2020, "執行が終わっていない"),
        (Measure.SUPPLEMENTARY, 2020, "空欄"),
        (Measure.SUPPLEMENTARY, 2019, "「-」"),
        (Measure.INITIAL, 2008, "年度の欄がない"),
        (Measure.RESERVE, 2019, "欄がない"),
    ],
)
def test_the_ways_of_not_being_recorded_are_worded_apart(measure: str, year: int, reason: str) -> None:
    found = finished(asked(SHELF, measures=(measure,), fiscal_years=(year,), sheet_year=2020), SHELF)
    assert found.status is Status.NOT_RECORDED
    assert reason in found.answer
    assert not found.results


def test_pending_is_not_zero_and_zero_is_a_figure() -> None:
    pending = finished(asked(RS, measures=(Measure.EXECUTED,), fiscal_years=(2024,)), RS)
    assert pending.status is Status.NOT_RECORDED
    zero = finished(asked(SHELF, measures=(Measure.EXECUTED,), fiscal_years=(2016,)), SHELF)
    assert primary(zero) == ("0", "百万円")


def test_refusal_shows_what_is_recorded_with_citations() -> None:
    found = finished(asked(SHELF, measures=(Measure.INITIAL,), fiscal_years=(2008,)), SHELF)
    assert "336百万円" in found.answer
    assert all(citation.raw for citation in found.citations)


def test_rate_is_printed_where_printed_and_computed_elsewhere() -> None:
    printed = finished(asked(SHELF, operation=Operation.EXECUTION_RATE, fiscal_years=(2018,), sheet_year=2020), SHELF)
    assert primary(printed) == ("32", "%")
    assert printed.results[0].derivation is None
    computed = finished(asked(SHELF, operation=Operation.EXECUTION_RATE, fiscal_years=(2019,), sheet_year=2020), SHELF)
    assert primary(computed) == ("43.4", "%")  # 43 / 99 = 0.43434…
    assert computed.results[0].derivation == "[0] / [1] × 100"
    fraction = finished(asked(RS, operation=Operation.EXECUTION_RATE, fiscal_years=(2023,)), RS)
    assert primary(fraction) == ("96.535", "%")


def test_rate_over_a_zero_budget_is_refused() -> None:
    found = finished(asked(SHELF, operation=Operation.EXECUTION_RATE, fiscal_years=(2016,)), SHELF)
    assert found.status is Status.NOT_RECORDED
    assert "零以下" in found.answer


@pytest.mark.parametrize(
    ("operation", "measures", "years", "value", "unit"),
    [
        (Operation.DIFFERENCE, (Measure.INITIAL,), (2017, 2018), "-289", "百万円"),
        (Operation.DIFFERENCE, (Measure.INITIAL,), (2018, 2017), "-289", "百万円"),
        (Operation.DIFFERENCE, (Measure.BUDGET_TOTAL, Measure.EXECUTED), (2019,), "56", "百万円"),
        (Operation.UNUSED, (), (2019,), "56", "百万円"),
        (Operation.GROWTH_RATE, (Measure.REQUEST, Measure.INITIAL), (2021, 2020), "2956.2", "%"),
        (Operation.RATIO, (Measure.INITIAL,), (2018, 2019), "2.11", "倍"),
        (Operation.SUM, (Measure.EXECUTED,), (2017, 2018, 2019), "374", "百万円"),
        (Operation.MEAN, (Measure.EXECUTED,), (2017, 2018, 2019), "124.666667", "百万円"),
        (Operation.MAX_YEAR, (Measure.EXECUTED,), (), "316", "百万円"),
        (Operation.MIN_YEAR, (Measure.EXECUTED,), (2017, 2018, 2019), "15", "百万円"),
        (Operation.SHARE, (Measure.EXECUTED, Measure.BUDGET_TOTAL), (2017,), "94.0", "%"),
    ],
)
def test_operations(operation: Operation, measures: tuple[str, ...], years: tuple[int, ...], value: str, unit: str) -> None:
    shelf = Shelf(SHEET_2020)
    found = finished(asked(shelf, operation=operation, measures=measures, fiscal_years=years), shelf)
    assert primary(found) == (value, unit)


def test_growth_from_zero_has_no_rate() -> None:
    fields = {"measures": (Measure.EXECUTED,), "fiscal_years": (2016, 2017), "sheet_year": 2019}
    found = finished(asked(SHELF, operation=Operation.GROWTH_RATE, **fields), SHELF)
    assert found.status is Status.NOT_RECORDED


def test_asked_unit_is_an_exact_conversion_after_the_printed_figure() -> None:
    found = finished(asked(SHELF, measures=(Measure.REQUEST,), fiscal_years=(2021,), unit="億円"), SHELF)
    assert primary(found) == ("32.09", "億円")
    assert "3,209百万円＝32.09億円" in found.answer


def test_large_amounts_are_given_in_hundred_millions_too() -> None:
    found = finished(asked(SHELF, measures=(Measure.REQUEST,), fiscal_years=(2021,)), SHELF)
    assert "3,209百万円（約32.1億円）" in found.answer
    assert "令和3（2021）年度" in found.answer


def test_years_that_meet_a_condition() -> None:
    threshold = Threshold(Compare.GT, Decimal(300), "百万円")
    shelf = Shelf(SHEET_2020)
    found = finished(asked(shelf, operation=Operation.YEARS_OVER, measures=(Measure.EXECUTED,), threshold=threshold), shelf)
    assert primary(found) == ("316", "百万円")


def test_wrong_premise_is_corrected() -> None:
    found = finished(
        asked(SHELF, "執行額は500億円ですよね", measures=(Measure.EXECUTED,), fiscal_years=(2019,), premise=(Decimal(500), "億円")),
        SHELF,
    )
    assert found.answer.startswith("500億円ではありません")
    assert primary(found) == ("43", "百万円")


def test_budget_items_and_indicators_are_told_apart() -> None:
    travel = finished(asked(SHELF, measures=(Measure.INITIAL,), fiscal_years=(2020,), item="職員旅費"), SHELF)
    assert primary(travel) == ("1", "百万円")
    dash = finished(asked(SHELF, measures=(Measure.INITIAL,), fiscal_years=(2020,), item="諸謝金"), SHELF)
    assert dash.status is Status.NOT_RECORDED
    share = finished(asked(SHELF, measures=(Measure.OUTCOME_ACTUAL,), fiscal_years=(2018,), item="導入した団体の割合"), SHELF)
    assert primary(share) == ("99.9", "%")
    other = finished(asked(SHELF, measures=(Measure.OUTCOME_ACTUAL,), fiscal_years=(2018,), item="参加した国会議員の数"), SHELF)
    assert other.status is Status.NOT_RECORDED
    both = finished(asked(SHELF, measures=(Measure.OUTCOME_ACTUAL,), fiscal_years=(2018,)), SHELF)
    assert [result.value for result in both.results] == ["99.9", "1788"]


def test_trend_lists_every_year() -> None:
    shelf = Shelf(SHEET_2020)
    found = finished(asked(shelf, operation=Operation.TREND, measures=(Measure.EXECUTED,)), shelf)
    assert [result.value for result in found.results] == ["316", "15", "43", "-273"]


def test_missing_sheet_year_names_those_there_are() -> None:
    found = finished(asked(SHELF, measures=(Measure.EXECUTED,), fiscal_years=(2018,), sheet_year=2015), SHELF)
    assert found.status is Status.NOT_RECORDED
    assert "令和2（2020）年度" in found.answer


def test_a_total_that_does_not_add_up_is_cited_as_printed_and_said_so() -> None:
    rows = {Measure.INITIAL: "10", Measure.SUPPLEMENTARY: "1", Measure.CARRIED_IN: "2", Measure.CARRIED_OUT: "▲3", Measure.RESERVE: "0"}
    cells = [one for measure, raw in rows.items() for one in budget(measure, {2019: raw})]
    for total, said in (("10", False), ("11", False), ("20", True)):
        shelf = Shelf(sheet(2020, [*cells, *budget(Measure.BUDGET_TOTAL, {2019: total})]))
        found = finished(asked(shelf, measures=(Measure.BUDGET_TOTAL,), fiscal_years=(2019,)), shelf)
        assert primary(found) == (total, "百万円")
        assert any("一致しません" in note for note in found.notes) is said


def test_an_indicator_counted_in_a_unit_called_share_is_no_fraction() -> None:
    assert calc.of_cell(Decimal("6"), "割合", 0, rate=False).value == 6
    assert calc.of_cell(Decimal("0.973"), "割合", 0).value == Decimal("97.3")
