"""The one real form in hand, from its xlsx, its text and its PDF."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from corpus.fields import Field, Measure
from corpus.model import Kind, PastNumber, Scope, Sheet, Table
from tests.corpus.forms import meaning, read_path, said

FORMATS = ("xlsx", "txt", "pdf")
# the text was made from the first pages only
NOT_IN_TEXT = {Table.EXPENSES, Table.PAYEES}
# tables that the text holds and the other two files left out
ONLY_IN_TEXT = {Table.POLICY, Table.REFORM_PLAN}


@pytest.fixture(scope="module")
def sheets(shared: Path) -> dict[str, Sheet]:
    found = {}
    for ending in FORMATS:
        path = next((shared / "data" / "forms").glob(f"*.{ending}"))
        read, _ = read_path(path)
        (found[ending],) = read
    return found


@pytest.mark.parametrize("ending", FORMATS)
def test_identity(sheets: dict[str, Sheet], ending: str) -> None:
    sheet = sheets[ending]
    assert sheet.sheet_id == "2020/総務省/0048"
    assert sheet.project == "自治体情報セキュリティ強化対策事業"
    assert sheet.past_numbers == (
        PastNumber(2017, "", "新29-0004"),
        PastNumber(2018, "", "0048"),
        PastNumber(2019, "総務省", "0049"),
    )


@pytest.mark.parametrize(
    ("ending", "missing"), [("xlsx", []), ("txt", ["費目・使途、支出先上位１０者リスト"]), ("pdf", [])]
)
def test_nothing_is_unknown_and_only_missing_pages_are_reported(shared: Path, ending: str, missing: list[str]) -> None:
    (sheet,), findings = read_path(next((shared / "data" / "forms").glob(f"*.{ending}")))
    assert [f.message for f in findings] == [f"次の表がありません: {tables}" for tables in missing]
    assert not [cell for cell in sheet.cells if cell.table is Table.UNKNOWN]


def test_pdf_says_what_xlsx_says(sheets: dict[str, Sheet]) -> None:
    assert [meaning(c, 2020) for c in sheets["pdf"].cells] == [meaning(c, 2020) for c in sheets["xlsx"].cells]
    assert _sections(sheets["pdf"]) == _sections(sheets["xlsx"])


def test_text_says_what_xlsx_says_wherever_it_carries_it(sheets: dict[str, Sheet]) -> None:
    xlsx = {meaning(c, 2020) for c in sheets["xlsx"].cells if c.table not in NOT_IN_TEXT}
    text = {meaning(c, 2020) for c in sheets["txt"].cells if c.table not in ONLY_IN_TEXT}
    # the text prints the group label 関連事業 as 事業連, beside one question; all else is the same
    assert {(m[0], m[1][0]) for m in xlsx - text} == {(Table.CHECK, "関連事業")}
    assert {(m[0], m[1][0]) for m in text - xlsx} == {(Table.CHECK, "事業連")}
    assert len(xlsx & text) >= 140
    assert _sections(sheets["xlsx"]) <= _sections(sheets["txt"])


def _sections(sheet: Sheet) -> set[tuple[str, str]]:
    return {(section.name, said(section.text)) for section in sheet.sections}


# (table, item, measure, fiscal year) → printed kind, value, unit
FIGURES = [
    (Table.BUDGET, "", Measure.INITIAL, 2017, Kind.NUMBER, "336", "百万円"),
    (Table.BUDGET, "", Measure.INITIAL, 2018, Kind.NUMBER, "47", "百万円"),
    (Table.BUDGET, "", Measure.REQUEST, 2021, Kind.NUMBER, "3209", "百万円"),
    (Table.BUDGET, "", Measure.REQUEST_TOTAL, 2021, Kind.NUMBER, "3209", "百万円"),
    (Table.BUDGET, "", Measure.SUPPLEMENTARY, 2018, Kind.DASH, None, "百万円"),
    (Table.BUDGET, "", Measure.BUDGET_TOTAL, 2020, Kind.NUMBER, "105", "百万円"),
    (Table.BUDGET, "", Measure.EXECUTED, 2019, Kind.NUMBER, "43", "百万円"),
    (Table.BUDGET, "", Measure.EXECUTED, 2020, Kind.BLANK, None, "百万円"),
    (Table.BUDGET, "", Measure.EXECUTION_RATE, 2018, Kind.NUMBER, "32", "%"),
    (Table.BUDGET, "", Measure.EXECUTION_RATE_INITIAL, 2017, Kind.NUMBER, "94", "%"),
    (Table.BUDGET_ITEMS, "情報処理業務庁費", Measure.REQUEST, 2021, Kind.NUMBER, "272", "百万円"),
    (Table.BUDGET_ITEMS, "自治体サイバーセキュリティ対策補助金", Measure.REQUEST, 2021, Kind.NUMBER, "2935", "百万円"),
    (Table.BUDGET_ITEMS, "職員旅費", Measure.INITIAL, 2020, Kind.NUMBER, "1", "百万円"),
    (Table.BUDGET_ITEMS, "諸謝金", Measure.INITIAL, 2020, Kind.DASH, None, "百万円"),
    (Table.BUDGET_ITEMS, "計", Measure.REQUEST, 2021, Kind.NUMBER, "3209", "百万円"),
    (Table.OUTCOME, "1", Measure.OUTCOME_ACTUAL, 2018, Kind.NUMBER, "99.9", "%"),
    (Table.OUTCOME, "1", Measure.TARGET, 2019, Kind.NUMBER, "100", "%"),
    (Table.OUTPUT, "1", Measure.OUTPUT_ACTUAL, 2018, Kind.NUMBER, "15", "百万円"),
    (Table.OUTPUT, "1", Measure.OUTPUT_PLAN, 2020, Kind.NUMBER, "105", "百万円"),
    (Table.OUTPUT, "1", Measure.OUTPUT_ACTUAL, 2020, Kind.BLANK, None, "百万円"),
    (Table.UNIT_COST, "1", Measure.UNIT_COST, 2019, Kind.NUMBER, "24", "千円"),
]


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(("table", "item", "measure", "year", "kind", "value", "unit"), FIGURES)
def test_figures(
    sheets: dict[str, Sheet], ending: str, table: Table, item: str, measure: Measure, year: int,
    kind: Kind, value: str | None, unit: str,
) -> None:  # fmt: skip
    (cell,) = [
        c for c in sheets[ending].cells
        if (c.table, c.item, c.measure, c.fiscal_year) == (table, item, measure, year)
    ]  # fmt: skip
    assert (cell.kind, cell.value, cell.unit) == (kind, None if value is None else Decimal(value), unit)


@pytest.mark.parametrize("ending", FORMATS)
def test_the_printed_totals_reconcile(sheets: dict[str, Sheet], ending: str) -> None:
    cells = sheets[ending].cells
    for year, measure in ((2020, Measure.INITIAL), (2021, Measure.REQUEST)):
        items = [c for c in cells if c.table is Table.BUDGET_ITEMS and c.measure == measure]
        assert {c.fiscal_year for c in items} == {year}
        parts = [c.value for c in items if c.scope is Scope.PART and c.value is not None]
        (total,) = [c.value for c in items if c.scope is Scope.TOTAL]
        assert sum(parts) == total


@pytest.mark.parametrize("ending", FORMATS)
def test_every_year_of_every_row_of_the_budget_is_a_cell(sheets: dict[str, Sheet], ending: str) -> None:
    cells = [c for c in sheets[ending].cells if c.table is Table.BUDGET]
    assert len(cells) == 9 * 5
    for number in range(0, 45, 5):
        assert [c.fiscal_year for c in cells[number : number + 5]] == [2017, 2018, 2019, 2020, 2021]


@pytest.mark.parametrize("ending", FORMATS)
def test_the_seed_questions_find_their_words(shared: Path, sheets: dict[str, Sheet], ending: str) -> None:
    """Every text the 38 questions ask for is a section or a cell."""
    sheet = sheets[ending]
    texts = [said(s.text) for s in sheet.sections] + [said(c.raw) for c in sheet.cells]
    lines = (shared / "eval" / "seed-questions.jsonl").read_text(encoding="utf-8").splitlines()
    wanted = [gold["text"] for line in lines if "text" in (gold := json.loads(line)["gold"])]
    assert len(wanted) == 16
    assert [text for text in wanted if not any(said(text) in found for found in texts)] == []


@pytest.mark.parametrize("ending", FORMATS)
def test_check_questions(sheets: dict[str, Sheet], ending: str) -> None:
    cells = [c for c in sheets[ending].cells if c.table is Table.CHECK]
    marks = {c.item: c for c in cells if c.measure == Measure.CHECK_MARK}
    notes = {c.item: c for c in cells if c.measure == Measure.CHECK_NOTE}
    assert list(marks) == list(notes) == [str(n) for n in range(1, 19)]
    assert "一者応札" in marks["5"].row[-1] and marks["5"].raw == "有"
    assert notes["5"].kind is Kind.BLANK
    assert marks["5"].row[0] == "事業の効率性"
    assert "不用率" in marks["11"].row[-1] and notes["11"].raw.startswith("総合評価形式")


@pytest.mark.parametrize("ending", ["xlsx", "pdf"])
def test_payees_and_expenses(sheets: dict[str, Sheet], ending: str) -> None:
    cells = sheets[ending].cells
    payees = {(c.item, c.measure): c for c in cells if c.table is Table.PAYEES}
    assert {item for item, _ in payees} == {"A/1", "B/1", "C/1"}
    assert [payees[f"{b}/1", Measure.PAYEE_AMOUNT].value for b in "ABC"] == [32, 8, 1]
    assert {c.fiscal_year for c in payees.values()} == {2019}
    number = payees["B/1", Measure.CORPORATE_NUMBER]
    assert (number.raw, number.kind, number.value) == ("7010401022916", Kind.TEXT, None)
    assert said(payees["C/1", Measure.CONTRACT_METHOD].raw) == "随意契約(少額)"
    assert payees["C/1", Measure.BIDDERS].kind is Kind.BLANK
    expenses = {(c.item, c.measure): c for c in cells if c.table is Table.EXPENSES}
    assert expenses["B/1", Measure.EXPENSE_AMOUNT].value == 8
    assert expenses["A/計", Measure.EXPENSE_AMOUNT].scope is Scope.TOTAL
    assert expenses["A", Measure.BLOCK_NAME].raw == "A.日本電気株式会社"


@pytest.mark.parametrize("ending", FORMATS)
def test_formula_of_the_unit_cost_is_text_of_its_year(sheets: dict[str, Sheet], ending: str) -> None:
    cells = [c for c in sheets[ending].cells if c.measure == Measure.UNIT_COST_FORMULA]
    assert [(c.fiscal_year, c.raw, c.unit) for c in cells][2] == (2019, "43百万円/1,788団体", None)
    assert [c.fiscal_year for c in cells] == [2017, 2018, 2019, 2020]


@pytest.mark.parametrize("ending", FORMATS)
def test_verdict_and_explanation_are_two_sections(sheets: dict[str, Sheet], ending: str) -> None:
    sheet = sheets[ending]
    assert [s.text for s in sheet.sections if s.name == Field.TEAM_OPINION] == ["一部の改善"]
    assert sheet.section(Field.TEAM_OPINION_DETAIL).text.startswith("更なる経費")  # type: ignore[union-attr]
    assert sheet.section(Field.RESPONSE_DETAIL).text.startswith("引き続き")  # type: ignore[union-attr]
    assert "神門" in sheet.section(Field.AUTHOR).text  # type: ignore[union-attr]
