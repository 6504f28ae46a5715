"""Whatever stands in the cells, the parser gives sheets and findings, or refuses with our own error."""

from __future__ import annotations

import contextlib
import datetime
import io
import zipfile
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.form.eras import ERAS
from corpus.form.parser import is_form_page, parse_forms
from corpus.model import Finding, Kind, Origin, Sheet, UnreadableFile
from corpus.numbers import Printed, read_printed
from corpus.readers.grid import Grid, GridCell
from corpus.readers.numfmt import display
from corpus.readers.source import InputFile
from corpus.readers.tsv import text_grid
from tests.corpus.fixtures.lay_out import to_pdf, to_text, to_xlsx
from tests.corpus.fixtures.make_forms import form_2015, form_2018, form_2023
from tests.corpus.forms import read

BOUNDED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_LABELS = sorted(
    {label.strip("*") for era in ERAS for field in era.fields for label in field.labels}
    | {label.strip("*") for era in ERAS for kind in (*era.series, *era.listings) for group in kind.signature for label in group}
    | {label for era in ERAS for label, _ in era.budget_rows}
    | {"平成29年度", "30年度", "令和元年度", "2年度", "3年度要求", "単位", "A.", "B.", "-", "○", "令和2年度行政事業レビューシート",
       "（単位：百万円）", "予算の状況", "事業番号", "成果実績", "目標値", "活動実績", "計算式", "関連する過去のレビューシートの事業番号"}
)  # fmt: skip
_TEXTS = st.one_of(
    st.sampled_from(_LABELS),
    st.sampled_from(["1,788", "▲5", "(3)", "94%", "0", "99.9", "", " ", "2020", "0048", "\n", "。"]),
    st.text(max_size=20),
    st.text(alphabet="0123456789,.-▲△%％()（）年度元令和平成 　\n", max_size=12),
)


@st.composite
def _grids(draw: st.DrawFn) -> Grid:
    aligned = draw(st.booleans())
    cells, taken = [], set()
    for number in range(draw(st.integers(0, 40))):
        row, col = draw(st.integers(0, 12)), draw(st.integers(0, 10))
        height, width = (draw(st.integers(0, 3)), draw(st.integers(0, 3))) if aligned else (0, 0)
        inside = {(r, c) for r in range(row, row + height + 1) for c in range(col, col + width + 1)}
        if inside & taken:
            continue
        taken |= inside
        hidden = aligned and draw(st.integers(0, 9)) == 0
        cells.append(GridCell(row, col, row + height, col + width, draw(_TEXTS), f"n{number}", hidden=hidden))
    locate = None if draw(st.booleans()) and aligned else (lambda r, c: f"r{r}c{c}")
    return Grid("様式", cells, aligned=aligned, locate=locate)


@BOUNDED
@given(_grids(), st.sampled_from(["令和2年度_架空省_0001.xlsx", "様式.xlsx"]))
def test_any_grid(grid: Grid, name: str) -> None:
    is_form_page(grid)
    with contextlib.suppress(UnreadableFile):
        for found in parse_forms([grid], InputFile(name), Origin.FORM_XLSX):
            assert isinstance(found, Sheet | Finding)
            if isinstance(found, Sheet):
                _consistent(found, grid)


def _consistent(sheet: Sheet, grid: Grid) -> None:
    """Whatever was read is printed at its place, and only numbers have values."""
    texts = {cell.locator: cell.text for cell in grid.cells}
    hidden = {cell.locator for cell in grid.hidden}
    for cell in sheet.cells:
        assert texts.get(cell.locator, "") == cell.raw
        assert (cell.value is not None) == (cell.kind is Kind.NUMBER)
        assert cell.locator not in hidden
    for section in sheet.sections:
        assert texts[section.locator] == section.text


@BOUNDED
@given(st.text(max_size=300))
def test_any_text_is_a_grid_that_leads_back(text: str) -> None:
    lines = text.split("\n")
    for cell in text_grid(text).cells:
        assert lines[cell.row].rstrip("\r").split("\t")[cell.col] == cell.text


@BOUNDED
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9), _TEXTS), max_size=12))
def test_a_text_form_with_fields_changed(changes: list[tuple[int, int, str]]) -> None:
    lines = [line.split("\t") for line in to_text(form_2018()).splitlines()]
    for row, col, text in changes:
        fields = lines[row % len(lines)]
        fields[col % len(fields)] = text.replace("\n", " ").replace("\r", " ")
    data = "\n".join("\t".join(fields) for fields in lines).encode("utf-8", errors="replace")
    with contextlib.suppress(UnreadableFile):
        read("平成30年度_架空省_0048.txt", data)


_XLSX = to_xlsx([form_2015()])
_PDF = to_pdf(form_2023())


@settings(BOUNDED, max_examples=60)
@given(st.data())
def test_damaged_bytes_of_a_workbook(data: st.DataObject) -> None:
    """Bytes changed inside the worksheet's XML, so that the damage gets past the archive's checksums."""
    with zipfile.ZipFile(io.BytesIO(_XLSX)) as archive:
        parts = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    name = data.draw(st.sampled_from([n for n in parts if n.endswith(".xml")]))
    for _ in range(data.draw(st.integers(1, 6))):
        parts[name][data.draw(st.integers(0, len(parts[name]) - 1))] = data.draw(st.integers(32, 126))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, bytes(content))
    with contextlib.suppress(UnreadableFile):
        read("a.xlsx", out.getvalue())


@settings(BOUNDED, max_examples=25)
@given(st.integers(0, len(_XLSX)), st.integers(0, len(_PDF)))
def test_truncated_files(xlsx: int, pdf: int) -> None:
    with contextlib.suppress(UnreadableFile):
        read("a.xlsx", _XLSX[:xlsx])
    with contextlib.suppress(UnreadableFile):
        read("a.pdf", _PDF[:pdf])


@settings(BOUNDED, max_examples=25)
@given(st.lists(st.tuples(st.integers(9, len(_PDF) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_damaged_bytes_of_a_pdf(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(_PDF)
    for place, byte in changes:
        damaged[place] = byte
    with contextlib.suppress(UnreadableFile):
        read("令和5年度_架空庁_0007.pdf", bytes(damaged))


_FORMATS = st.text(alphabet='0#?,.%;"▲-_*[]@General年月日ymdhsgeE+/ $\\', max_size=24)


@BOUNDED
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**18), max_value=10**18), _FORMATS)
def test_any_number_format(value: Decimal, number_format: str) -> None:
    assert isinstance(display(value, number_format), str)


@BOUNDED
@given(st.integers(-(10**15), 10**15), st.integers(0, 4))
def test_thousands_and_decimals_are_read_back(digits: int, places: int) -> None:
    value = Decimal(digits).scaleb(-places)
    pattern = "#,##0" + ("." + "0" * places if places else "")
    assert read_printed(display(value, pattern)).value == value
    assert read_printed(display(value, f'{pattern};"▲"{pattern}')).value == value
    assert read_printed(display(value, pattern + "%")).unit == "%"


@BOUNDED
@given(st.dates(datetime.date(1950, 1, 1), datetime.date(2100, 1, 1)))
def test_dates_are_the_calendar_s(day: datetime.date) -> None:
    serial = Decimal((day - datetime.date(1899, 12, 30)).days)
    assert display(serial, "yyyy/m/d") == f"{day.year}/{day.month}/{day.day}"


@pytest.mark.parametrize(
    "text", ["100％以上", "5回程度", "30人未満", "約3億円", "316百万円/1,788団体", "内数", "0048", "1(2)"]
)
def test_what_is_not_one_number_stays_text(text: str) -> None:
    assert read_printed(text) == Printed(Kind.TEXT)


@BOUNDED
@given(st.text(max_size=40))
def test_any_printed_text_is_classified(text: str) -> None:
    printed = read_printed(text)
    assert (printed.value is not None) == (printed.kind is Kind.NUMBER)
    if text.strip() == "":
        assert printed.kind is Kind.BLANK
