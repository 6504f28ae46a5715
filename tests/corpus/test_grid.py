"""Grid and what fills it from .xlsx: positions, merged ranges, what is hidden, what is printed."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from corpus.readers.grid import Grid, GridCell
from corpus.readers.numfmt import display, general
from corpus.readers.ooxml import column_letters, column_number, read_worksheets
from corpus.readers.source import InputFile
from corpus.readers.tsv import decode, text_grid
from corpus.readers.xlsx import worksheet_grid


def _cell(row: int, col: int, row_end: int, col_end: int, text: str, hidden: bool = False) -> GridCell:
    return GridCell(row, col, row_end, col_end, text, f"{row},{col}", hidden=hidden)


def test_a_merged_cell_is_found_at_every_position_it_covers() -> None:
    grid = Grid("", [_cell(1, 2, 3, 5, "x"), _cell(1, 6, 1, 6, "y")], aligned=True)
    assert {(r, c) for r in range(6) for c in range(8) if (cell := grid.at(r, c)) and cell.text == "x"} == {
        (r, c) for r in (1, 2, 3) for c in (2, 3, 4, 5)
    }
    assert grid.starting(1) == [grid.at(1, 2), grid.at(1, 6)]
    assert grid.starting(2) == []
    assert (grid.n_rows, grid.n_cols) == (4, 7)


def test_positions_without_a_cell_exist_only_where_the_format_says_so() -> None:
    cells = [_cell(0, 0, 0, 0, "a")]
    assert Grid("", cells, aligned=True).at(0, 1) is None
    blank = Grid("", cells, aligned=True, locate=lambda r, c: f"R{r}C{c}").at(0, 1)
    assert blank is not None and blank.is_blank and blank.locator == "R0C1"


def test_hidden_cells_are_kept_apart() -> None:
    grid = Grid("", [_cell(0, 0, 0, 0, "seen"), _cell(1, 0, 1, 0, "unseen", hidden=True)], aligned=True)
    assert [cell.text for cell in grid.cells] == ["seen"]
    assert [cell.text for cell in grid.hidden] == ["unseen"]
    assert grid.at(1, 0) is None


def test_ten_thousand_blank_rows_are_no_rows_to_read() -> None:
    grid = Grid("", [_cell(0, 0, 0, 0, "a"), _cell(10_000, 0, 10_000, 0, "b")], aligned=True)
    assert grid.rows() == (0, 10_000)
    assert grid.between(1, 20_000) == (10_000,)


@pytest.mark.parametrize(
    ("stored", "number_format", "printed"),
    [
        ("0.94", "0%", "94%"),
        ("0.9375", "0.0%", "93.8%"),  # 93.75 rounds half up
        ("3209", "#,##0", "3,209"),
        ("1234567", "#,##0", "1,234,567"),
        ("12.4", "#,##0", "12"),
        ("48", "0000", "0048"),
        ("0", "#,##0", "0"),
        ("0", "#,###", ""),
        ("0", "#,##0;▲#,##0;-", "-"),
        ("-30", '#,##0;"▲"#,##0', "▲30"),
        ("-1234.5", "#,##0.0_ ;[Red]\\-#,##0.0\\ ", "-1,234.5 "),
        ("1234567", "#,##0,", "1,235"),
        ("5", '0"百万円"', "5百万円"),
        ("30", '"平成"0"年度"', "平成30年度"),
        ("99.9", "General", "99.9"),
        ("0.1", "0.##", "0.1"),
        ("0.30000000000000004", "General", "0.3"),
        ("7010401022916", "General", "7010401022916"),
        ("43586", 'ggge"年"m"月"d"日"', "令和1年5月1日"),
        ("43585", "[$-411]ge.m.d", "H31.4.30"),
        ("44000", "yyyy/mm/dd", "2020/06/18"),
        ("0.5", "h:mm", "12:00"),
        ("5", ";;;", ""),
        ("7", "@", "7"),
        ("431.5", "0." + "0" * 60_000, "431.5"),  # more decimals than any program prints: as General
        ("1e300", "0.00%", "1" + "0" * 300),
    ],
)
def test_a_number_is_printed_as_its_format_says(stored: str, number_format: str, printed: str) -> None:
    assert display(Decimal(stored), number_format) == printed


def test_general_shows_no_noise_of_binary_fractions() -> None:
    assert general(Decimal(repr(57.8 * 3))) == "173.4"
    assert general(Decimal("-0.5")) == "-0.5"


@pytest.mark.parametrize(
    ("number", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (49, "AX"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_have_letters(number: int, letters: str) -> None:
    assert column_letters(number) == letters
    assert column_number(letters) == number


def _saved(book: Workbook) -> InputFile:
    stream = BytesIO()
    book.save(stream)
    return InputFile("book.xlsx", stream.getvalue())


def test_a_worksheet_as_a_reader_sees_it() -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "様式"
    sheet["A1"], sheet["B2"], sheet["C1"] = "題", 0.5, "=1+1"
    sheet["B2"].number_format = "0%"
    sheet["D1"] = CellRichText("予", TextBlock(InlineFont(b=True), "算"))
    sheet["A3"], sheet["A4"], sheet["H1"] = "隠れた行", "残る行", "隠れた列"
    sheet.merge_cells("A1:B1")
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["H"].hidden = True
    worksheet = next(read_worksheets(_saved(book)))
    grid = worksheet_grid(worksheet)
    texts = {cell.locator: cell.text for cell in grid.cells}
    assert texts == {"様式!A1": "題", "様式!D1": "予算", "様式!B2": "50%", "様式!A4": "残る行", "様式!C1": ""}
    assert grid.at(0, 1) is grid.at(0, 0)
    assert {cell.text for cell in grid.hidden} == {"隠れた行", "隠れた列"}
    assert [(c.row, c.col) for c in worksheet.cells if c.uncached] == [(0, 2)]  # a formula without a result


def test_phonetic_readings_and_escapes_are_not_text() -> None:
    file = _saved(Workbook())
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>総務省</t>'
        '<rPh sb="0" eb="3"><t>ソウムショウ</t></rPh></si><si><t xml:space="preserve">一_x000D_\n二</t></si></sst>'
    )
    cells = '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row></sheetData>'
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(file.data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace("<sheetData />", cells).replace("<sheetData></sheetData>", cells)
            if name != "xl/sharedStrings.xml":
                new.writestr(name, part)
        new.writestr("xl/sharedStrings.xml", strings)
    worksheet = next(read_worksheets(InputFile("book.xlsx", out.getvalue())))
    assert [cell.text for cell in worksheet.cells] == ["総務省", "一\n二"]


def test_text_between_tabs_is_a_grid_with_blank_places() -> None:
    grid = text_grid("a\t\tb\r\n\n\tc")
    assert [(c.row, c.col, c.text, c.locator) for c in grid.cells] == [
        (0, 0, "a", "line 1, column 1"),
        (0, 2, "b", "line 1, column 3"),
        (2, 1, "c", "line 3, column 2"),
    ]
    assert grid.at(0, 1).locator == "line 1, column 2"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("cp932", "Shift_JIS"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16")],
)
def test_encodings_are_told_apart(encoding: str, name: str) -> None:
    text = "事業名\t架空の事業\n"
    assert decode(InputFile("a.txt", text.encode(encoding))) == (text, name)
