"""Forms of three eras, laid out by ``fixtures/make_forms.py``, and the traps each of them sets."""

from __future__ import annotations

import dataclasses
import io
import itertools
import zipfile
from collections.abc import Callable
from decimal import Decimal

import openpyxl
import pytest

from corpus.fields import Field, Measure
from corpus.form.book import book_for, covers
from corpus.form.eras import ERAS
from corpus.form.head import head_from_name, joined_number
from corpus.form.texts import past_numbers
from corpus.model import Cell, Finding, Kind, PastNumber, Scope, Sheet, Table
from corpus.readers.xlsx import cell_text
from tests.corpus.fixtures.lay_out import Form, to_pdf, to_text, to_xlsx
from tests.corpus.fixtures.make_forms import annex_2018, form_2015, form_2018, form_2023, workbook_2018
from tests.corpus.forms import meaning, read, said


def _one(form: Form, ending: str = "xlsx", name: str = "form") -> tuple[Sheet, list[Finding]]:
    data = {"xlsx": lambda: to_xlsx([form]), "pdf": lambda: to_pdf(form), "txt": lambda: to_text(form).encode()}
    (sheet,), findings = read(f"{name}.{ending}", data[ending]())
    return sheet, findings


def _figures(sheet: Sheet, table: Table, measure: Measure, item: str = "") -> dict[int | None, Decimal | None]:
    cells = [c for c in sheet.cells if (c.table, c.measure, c.item) == (table, measure, item)]
    return {cell.fiscal_year: cell.value for cell in cells}


def _messages(findings: list[Finding]) -> str:
    return "\n".join(str(finding) for finding in findings)


# --- 2015 -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sheet_2015() -> tuple[Sheet, list[Finding]]:
    return _one(form_2015())


def test_abbreviated_years_and_a_title_split_over_cells(sheet_2015: tuple[Sheet, list[Finding]]) -> None:
    """The title's piece 執行額 stands beside the row 当初予算 and must not become its label."""
    sheet, _ = sheet_2015
    assert sheet.sheet_id == "2015/架空省/0123"
    years = [2012, 2013, 2014, 2015]
    initial = _figures(sheet, Table.BUDGET, Measure.INITIAL)
    assert initial == dict(zip(years, map(Decimal, ("3", "5", "5", "10.5")), strict=True))
    assert _figures(sheet, Table.BUDGET, Measure.REQUEST) == {2016: 11}
    assert _figures(sheet, Table.BUDGET, Measure.EXECUTED) == {2012: 3, 2013: 5, 2014: 5, 2015: None, 2016: None}
    budget = [c for c in sheet.cells if c.table is Table.BUDGET]
    assert {c.unit for c in budget} == {"百万円", "%"}
    assert {c.row[0] for c in budget if c.measure == Measure.CARRIED_IN} == {"予算の状況"}


def test_hidden_rows_are_not_read_and_reported(sheet_2015: tuple[Sheet, list[Finding]]) -> None:
    sheet, findings = sheet_2015
    assert not any("予備計算" in label for cell in sheet.cells for label in cell.row)
    assert "非表示の行・列に数値が3個あり" in _messages(findings)


def test_an_unknown_label_is_kept_and_reported(sheet_2015: tuple[Sheet, list[Finding]]) -> None:
    sheet, findings = sheet_2015
    (unknown,) = [c for c in sheet.cells if c.table is Table.UNKNOWN]
    assert (unknown.row, unknown.raw, unknown.measure) == (("里山指数の試算",), "71.5", None)
    assert "様式にない項目があります: 「里山指数の試算」" in _messages(findings)


def test_repeated_indicators_and_an_unused_block(sheet_2015: tuple[Sheet, list[Finding]]) -> None:
    sheet, _ = sheet_2015
    assert {c.item for c in sheet.cells if c.table is Table.OUTCOME} == {"1", "2"}
    first = _figures(sheet, Table.OUTCOME, Measure.TARGET, "1")
    assert first == {2012: 3, 2013: 4, 2014: 6, None: None, 2017: 20}  # 中間目標 has no year, 目標最終年度 29年度
    assert _figures(sheet, Table.OUTCOME, Measure.OUTCOME_ACTUAL, "2")[2014] == 3400
    blank = [c for c in sheet.cells if (c.table, c.item, c.fiscal_year) == (Table.OUTCOME, "2", 2012)]
    assert [c.kind for c in blank] == [Kind.BLANK, Kind.BLANK, Kind.DASH]


def test_one_label_for_two_fields_and_a_name_below_its_label(sheet_2015: tuple[Sheet, list[Finding]]) -> None:
    sheet, _ = sheet_2015
    texts = {s.name: s.text for s in sheet.sections}
    assert texts[Field.START_YEAR] == texts[Field.END_YEAR] == "平成２４年度～平成２９年度"
    assert texts[Field.AUTHOR] == "課長　架空　太郎"
    assert texts[Field.EXPERT_OPINION] == "仕様を見直すべき。\n説明も足りない。"
    assert Field.MAJOR_POLICY not in texts  # blank on the form
    assert Field.REMARKS not in texts


def test_related_projects_do_not_name_the_sheet(sheet_2015: tuple[Sheet, list[Finding]]) -> None:
    sheet, _ = sheet_2015
    assert sheet.project == "架空の里山保全調査"
    assert [c.raw for c in sheet.cells if c.table is Table.RELATED] == ["架空庁基盤局", "0301", "架空の里山地図"]


def test_early_past_numbers(sheet_2015: tuple[Sheet, list[Finding]]) -> None:
    sheet, _ = sheet_2015
    assert [(p.sheet_year, p.number) for p in sheet.past_numbers] == [
        (2012, "新24-0009"), (2013, "0120"), (2013, "0121"), (2014, "0122")
    ]  # fmt: skip


def test_payees_go_on_behind_a_repeated_heading(sheet_2015: tuple[Sheet, list[Finding]]) -> None:
    sheet, _ = sheet_2015
    names = {c.item: c.raw for c in sheet.cells if c.table is Table.PAYEES and c.measure == Measure.PAYEE_NAME}
    assert names == {"A/1": "架空調査(株)", "A/2": "合同会社かくう"}
    rates = {c.item: (c.kind, c.value, c.unit) for c in sheet.cells if c.measure == Measure.BID_RATE}
    assert rates["A/1"] == (Kind.NUMBER, Decimal("99.5"), "%")
    assert rates["A/2"][0] is Kind.DASH


# --- 2018 -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sheets_2018() -> tuple[list[Sheet], list[Finding]]:
    return read("平成30年度_架空省.xlsx", workbook_2018())


def test_sheets_of_a_workbook_with_their_later_pages(sheets_2018: tuple[list[Sheet], list[Finding]]) -> None:
    (first, second), findings = sheets_2018
    assert [s.sheet_id for s in (first, second)] == ["2018/架空省/0048", "2018/架空省/0049"]  # 48 under format 0000
    assert [s.place for s in (first, second)] == ["平成30年度", "平成30年度 (2)"]
    annex = [c for c in first.cells if c.locator.startswith("別紙1!")]
    assert {c.table for c in annex} == {Table.EXPENSES, Table.PAYEES}
    assert not [c for c in second.cells if c.table in (Table.EXPENSES, Table.PAYEES)]
    missing = [f for f in findings if "次の表がありません: 費目・使途、支出先上位１０者リスト" in f.message]
    assert [f.place for f in missing] == ["平成30年度 (2)"]
    assert "入力規則等" not in _messages(findings)


def test_number_formats_decide_what_is_printed(sheets_2018: tuple[list[Sheet], list[Finding]]) -> None:
    (sheet, _), _ = sheets_2018
    raw = {(c.table, c.measure, c.item, c.fiscal_year): (c.raw, c.value, c.unit) for c in sheet.cells}
    assert raw[Table.OUTCOME, Measure.OUTCOME_ACTUAL, "1", 2016] == ("75%", Decimal(75), "%")
    assert raw[Table.BUDGET, Measure.CARRIED_OUT, "", 2015] == ("▲30", Decimal(-30), "百万円")
    assert raw[Table.BUDGET, Measure.SUPPLEMENTARY, "", 2016] == ("12", Decimal(12), "百万円")
    assert raw[Table.BUDGET, Measure.EXECUTION_RATE, "", 2017] == ("83%", Decimal(83), "%")
    assert raw[Table.OUTPUT, Measure.OUTPUT_ACTUAL, "1", 2017] == ("12,345", Decimal(12345), "橋")
    assert raw[Table.PAYEES, Measure.PAYEE_AMOUNT, "A/1", 2017] == ("1,234.5", Decimal("1234.5"), "百万円")
    assert raw[Table.PAYEES, Measure.BID_RATE, "A/1", 2017] == ("98.7%", Decimal("98.7"), "%")
    assert raw[Table.BUDGET_ITEMS, Measure.INITIAL, "点検費", 2018] == ("1200", Decimal(1200), "千円")


def test_formulas_by_their_cached_results(sheets_2018: tuple[list[Sheet], list[Finding]]) -> None:
    (sheet, _), findings = sheets_2018
    totals = {c.fiscal_year: c for c in sheet.cells if c.measure == Measure.BUDGET_TOTAL}
    assert totals[2015].value == 970
    assert (totals[2018].kind, totals[2018].raw) == (Kind.BLANK, "")
    assert "計算結果が保存されていない数式が1個あり、空欄として扱いました（AK17）" in _messages(findings)


def test_rows_per_account_are_parts_of_the_row_above(sheets_2018: tuple[list[Sheet], list[Finding]]) -> None:
    (sheet, _), _ = sheets_2018
    parts = [c for c in sheet.cells if c.table is Table.BUDGET_ACCOUNTS]
    assert {c.item for c in parts} == {"一般会計", "架空整備特別会計"}
    assert {c.scope for c in parts} == {Scope.PART}
    total = _figures(sheet, Table.BUDGET, Measure.INITIAL)
    for year in (2015, 2017, 2018):
        values = [c.value for c in parts if c.measure == Measure.INITIAL and c.fiscal_year == year]
        assert sum(v for v in values if v is not None) == total[year]
    assert {c.value for c in parts if c.measure == Measure.REQUEST} == {700, 800}


def test_the_flow_of_funds_is_read_from_its_drawing() -> None:
    """Boxes of a drawing, grouped or not; of two renderings of one box the newer; nothing printed is lost."""
    data = _with_drawing(to_xlsx([form_2015()]))
    (sheet,), findings = read("a.xlsx", data)
    flow = [(s.text, s.locator) for s in sheet.sections if s.name == Field.FLOW_NOTE]
    assert flow == [
        ("架空省 5百万円", "様式!G64"),
        ("架空省\n5百万円", "様式!H65#2"),
        ("A.架空調査（株）\n3百万円", "様式!H65#3"),
    ]
    (stray,) = [c for c in sheet.cells if c.row == ("図形",)]
    assert (stray.raw, stray.locator, stray.table) == ("記入例", "様式!B2#1", Table.UNKNOWN)
    assert "図形の中に文章が1個あります" in _messages(findings)
    assert all(cell_text(data, locator) == text for text, locator in [*flow, (stray.raw, stray.locator)])


def _with_drawing(data: bytes) -> bytes:
    x = 'xmlns:x="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
    a = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'

    def shape(*lines: str) -> str:
        text = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
        return f"<x:sp><x:txBody>{text}</x:txBody></x:sp>"

    def anchor(row: int, col: int, content: str) -> str:
        start = f"<x:from><x:col>{col}</x:col><x:row>{row}</x:row></x:from>"
        return f"<x:twoCellAnchor>{start}{content}</x:twoCellAnchor>"

    group = f"<x:grpSp>{shape('架空省', '5百万円')}{shape('A.架空調査（株）', '3百万円')}{shape('')}</x:grpSp>"
    both = (
        f"<mc:AlternateContent><mc:Choice>{group}</mc:Choice><mc:Fallback>{group}</mc:Fallback></mc:AlternateContent>"
    )
    drawing = f"<x:wsDr {x} {a} {mc}>{anchor(1, 1, shape('記入例'))}{anchor(64, 7, both)}</x:wsDr>"
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="drawing" Target="../drawings/drawing1.xml"/></Relationships>'
    )
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/drawings/drawing1.xml", drawing)
        archive.writestr("xl/worksheets/_rels/sheet1.xml.rels", relation)
    return out.getvalue()


# --- 2023 -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sheet_2023() -> tuple[Sheet, list[Finding]]:
    return _one(form_2023())


def test_a_number_over_five_cells(sheet_2023: tuple[Sheet, list[Finding]]) -> None:
    sheet, _ = sheet_2023
    assert sheet.sheet_id == "2023/架空庁/2023-架空-22-0007"
    assert sheet.past_numbers == (PastNumber(2022, "", "2022-架空-新22-0007"),)


def test_outcomes_by_term(sheet_2023: tuple[Sheet, list[Finding]]) -> None:
    sheet, _ = sheet_2023
    actual = [c for c in sheet.cells if c.measure == Measure.OUTCOME_ACTUAL and c.fiscal_year == 2022]
    assert [(c.row[0], c.item, c.value, c.unit) for c in actual] == [
        ("短期アウトカム", "1", 340, "件"), ("長期アウトカム", "2", Decimal("9.5"), "日")
    ]  # fmt: skip
    assert _figures(sheet, Table.OUTCOME, Measure.TARGET, "2")[2030] == 3


def test_new_labels_of_the_era(sheet_2023: tuple[Sheet, list[Finding]]) -> None:
    sheet, findings = sheet_2023
    texts = {s.name: s.text for s in sheet.sections}
    assert texts[Field.ISSUES] == "つながっていない。"
    assert texts[Field.CHANGE_REASON] == "本格運用を始めるため"
    assert texts[Field.URL] == "https://example.go.jp/kakuu"
    assert [c.raw for c in sheet.cells if c.table is Table.ACTIVITY] == ["基盤の設計・開発"]
    assert [c.raw for c in sheet.cells if c.table is Table.EFFECT_PATH] == ["接続が増えると照会が減るため"]
    assert _figures(sheet, Table.BUDGET, Measure.CARRIED_OUT)[2022] == -250
    assert [f.message for f in findings] == ["次の表がありません: 費目・使途、支出先上位１０者リスト"]


# --- over formats -----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [form_2015, annex_2018, form_2023], ids=["2015", "2018", "2023"])
def test_pdf_says_what_xlsx_says(form: Callable[[], Form]) -> None:
    """Two pages or more, tables that go on, headings printed again, texts wrapped in their cells."""
    name = "平成30年度_架空省_0001"
    xlsx, _ = _one(form(), "xlsx", name)
    pdf, _ = _one(form(), "pdf", name)
    assert [meaning(c, xlsx.sheet_year) for c in pdf.cells] == [meaning(c, xlsx.sheet_year) for c in xlsx.cells]
    assert [(s.name, _text(s.text)) for s in pdf.sections] == [(s.name, _text(s.text)) for s in xlsx.sections]
    assert (pdf.sheet_id, pdf.past_numbers) == (xlsx.sheet_id, xlsx.past_numbers)


@pytest.mark.parametrize("form", [form_2015, form_2018, form_2023], ids=["2015", "2018", "2023"])
def test_a_title_outside_the_tables_of_a_pdf(form: Callable[[], Form]) -> None:
    ruled = form()
    bare = dataclasses.replace(ruled, boxes=[dataclasses.replace(box, ruled=box.row > 1) for box in ruled.boxes])
    (expected, _), (sheet, _) = _one(ruled, "pdf"), _one(bare, "pdf")
    assert sheet.sheet_id == expected.sheet_id
    assert [meaning(c, sheet.sheet_year) for c in sheet.cells] == [meaning(c, sheet.sheet_year) for c in expected.cells]


def test_hidden_worksheets_are_not_read_and_reported() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_2018()))
    book["平成30年度 (2)"].sheet_state = "hidden"
    book["入力規則等"].sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    (sheet,), findings = read("a.xlsx", stream.getvalue())
    assert sheet.sheet_id == "2018/架空省/0048"
    assert [f.place for f in findings if "非表示のワークシート" in f.message] == ["平成30年度 (2)"]


@pytest.mark.parametrize("form", [form_2018, annex_2018, form_2023], ids=["2018", "annex", "2023"])
def test_text_says_what_xlsx_says(form: Callable[[], Form]) -> None:
    name = "平成30年度_架空省_0001"
    xlsx, _ = _one(form(), "xlsx", name)
    text, findings = _one(form(), "txt", name)
    formulas = {c.locator for c in xlsx.cells if c.measure == Measure.BUDGET_TOTAL}  # a text shows their results
    ours = [meaning(c, xlsx.sheet_year) for c in xlsx.cells if c.locator not in formulas]
    theirs = [meaning(c, xlsx.sheet_year) for c in text.cells if c.measure != Measure.BUDGET_TOTAL]
    assert theirs == ours
    assert {(s.name, _text(s.text)) for s in text.sections} == {(s.name, _text(s.text)) for s in xlsx.sections}
    assert "様式にない項目" not in _messages(findings)


def _text(text: str) -> str:
    return said(text).replace("〜", "~").replace("～", "~")


def test_a_shifted_row_of_text_is_lined_up_or_reported() -> None:
    """Three figures under five years, one field to the right of their heading: their years are unknown."""
    lines = to_text(form_2018()).splitlines()
    at = next(i for i, line in enumerate(lines) if "\t執行額\t" in line)
    row = lines[at]
    (sheet,), _ = read("a.txt", "\n".join(lines).encode())
    assert _figures(sheet, Table.BUDGET, Measure.EXECUTED)[2017] == 1001
    lines[at] = row.replace("執行額\t900", "執行額\t\t\t\t900")
    (sheet,), findings = read("a.txt", "\n".join(lines).encode())
    assert _figures(sheet, Table.BUDGET, Measure.EXECUTED) == {}
    assert "「執行額」の行の数値が見出しの年度と対応しません" in _messages(findings)
    assert {"900", "1,100", "1,001"} <= {c.raw for c in sheet.cells if c.table is Table.UNKNOWN}


def test_a_pdf_of_many_sheets_is_cut_at_their_titles() -> None:
    form = form_2018()
    other = form_2018(number=49, project="架空の橋の補修")
    form.break_page()
    rows = form.row
    for box in other.boxes:
        form.boxes.append(type(box)(box.row + rows, box.col, box.col_end, box.value, box.row_end and box.row_end + rows,
                                    box.number_format, box.shown))  # fmt: skip
    form.row += other.row
    sheets, _ = read("many.pdf", to_pdf(form))
    assert [(s.sheet_id, s.project, s.place) for s in sheets] == [
        ("2018/架空省/0048", "架空の橋の点検", ""),
        ("2018/架空省/0049", "架空の橋の補修", "page 2"),
    ]
    alone, _ = _one(form_2018(), "pdf")
    assert [len(s.cells) for s in sheets] == [len(alone.cells)] * 2


# --- every printed cell is accounted for ------------------------------------------------------------


@pytest.mark.parametrize("form", [form_2015, form_2018, annex_2018, form_2023])
def test_no_printed_figure_is_lost(form: Callable[[], Form]) -> None:
    """Every number on the page that is not part of a label is the number of some cell."""
    laid_out = form()
    sheet, _ = _one(laid_out, "pdf", "平成30年度_架空省_0001")
    printed = [b.text for b in laid_out.boxes if b.col >= 15 and b.row not in laid_out.hidden_rows and b.text]
    numbers = sorted(text for text in printed if text.replace(",", "").replace(".", "").strip("▲%").isdigit())
    kept = sorted(said(c.raw) for c in sheet.cells)
    head = set(sheet.number.split("-")) | {str(sheet.sheet_year), "00"}
    for text in numbers:
        if text in kept:
            kept.remove(text)
        else:
            assert text in head or any(text in label for c in sheet.cells for label in (c.column,)), text


# --- names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "year", "ministry", "number"),
    [
        ("令和2年度_総務省_0048.txt", 2020, "総務省", "0048"),
        ("令和元年度_架空省_新31-0002.pdf", 2019, "架空省", "新31-0002"),
        ("R3_架空庁_2021-架空-20-0043.xlsx", 2021, "架空庁", "2021-架空-20-0043"),
        ("平成29年度 内閣府 0123.xlsx", 2017, "内閣府", "0123"),
        ("2020_会計検査院_0001.xlsx", 2020, "会計検査院", "0001"),
        ("scan0001.pdf", None, "", "0001"),
        ("様式.xlsx", None, "", ""),
    ],
)
def test_identity_from_a_name(name: str, year: int | None, ministry: str, number: str) -> None:
    head = head_from_name(name)
    assert (head.sheet_year, head.ministry, head.number) == (year, ministry, number)


@pytest.mark.parametrize(
    ("pieces", "number"),
    [
        (["0048"], "0048"), (["48"], "0048"), (["新29", "4"], "新29-0004"), (["新29-0004"], "新29-0004"),
        (["2021", "総務", "20", "43", "00"], "2021-総務-20-0043"), (["2022-デジ-21-0001-1"], "2022-デジ-21-0001-1"),
        (["2021", "-", "総務", "-", "20", "-", "0043"], "2021-総務-20-0043"), ([], ""),
    ],
)  # fmt: skip
def test_number_from_its_cells(pieces: list[str], number: str) -> None:
    assert joined_number(pieces) == number


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["-"], []), (["0048"], [("", "0048")]), (["総務省 (0049)"], [("総務省", "0049")]),
        (["総務省", "-", "0049"], [("総務省", "0049")]), (["0012、新26-0003"], [("", "0012"), ("", "新26-0003")]),
        (["2021", "総務", "20", "0043"], [("", "2021-総務-20-0043")]), (["記載なし"], []),
    ],
)  # fmt: skip
def test_past_numbers(texts: list[str], expected: list[tuple[str, str]]) -> None:
    assert past_numbers(texts) == expected


def test_eras_are_ordered_and_leave_no_gap() -> None:
    assert [e.first_year for e in ERAS] == sorted(e.first_year for e in ERAS)
    assert all(a.last_year + 1 == b.first_year for a, b in itertools.pairwise(ERAS))
    assert (covers(2014), covers(2023), covers(2013), covers(2024)) == (True, True, False, False)
    assert book_for(2010).era is ERAS[0] and book_for(2030).era is ERAS[-1] and book_for(None).era is ERAS[-1]


def test_cells_of_a_sheet_have_places_of_their_own() -> None:
    sheet, _ = _one(form_2015())
    by_place: dict[str, list[Cell]] = {}
    for cell in sheet.cells:
        by_place.setdefault(cell.locator, []).append(cell)
    assert [cells for cells in by_place.values() if len(cells) > 1] == []
