"""Every locator of a form leads back to the printed text: by the reader's own ``cell_text``, and by
libraries that know nothing of our readers (openpyxl, plain splitting, pdfplumber's own extraction)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pdfplumber
import pytest

from corpus.model import Sheet
from corpus.readers import pdf, tsv, xlsx
from tests.corpus.fixtures.lay_out import Form, to_pdf, to_text, to_xlsx
from tests.corpus.fixtures.make_forms import form_2015, form_2023, workbook_2018
from tests.corpus.forms import read

CELL_TEXT: dict[str, Callable[[bytes, str], str]] = {"xlsx": xlsx.cell_text, "txt": tsv.cell_text, "pdf": pdf.cell_text}
SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def _places(sheets: list[Sheet]) -> list[tuple[str, str]]:
    """(locator, text) of all cells and sections."""
    found = [(cell.locator, cell.raw) for sheet in sheets for cell in sheet.cells]
    return found + [(section.locator, section.text) for sheet in sheets for section in sheet.sections]


def _mismatches(name: str, data: bytes) -> tuple[int, list[tuple[str, str, str]]]:
    sheets, _ = read(name, data)
    back = CELL_TEXT[name.rpartition(".")[2]]
    places = _places(sheets)
    return len(places), [(p, raw, back(data, p)) for p, raw in places if back(data, p) != raw]


@pytest.mark.parametrize(("ending", "least"), [("xlsx", 200), ("txt", 200), ("pdf", 200)])
def test_the_real_form(shared: Path, ending: str, least: int) -> None:
    path = next((shared / "data" / "forms").glob(f"*.{ending}"))
    count, wrong = _mismatches(path.name, path.read_bytes())
    assert count >= least
    assert wrong == []


def _fixtures() -> list[tuple[str, bytes]]:
    made: list[tuple[str, bytes]] = [("b.xlsx", workbook_2018())]
    for number, form in enumerate((form_2015(), form_2023())):
        made += [(f"{number}.xlsx", to_xlsx([form])), (f"{number}.pdf", to_pdf(form)), (f"{number}.txt", _text(form))]
    return made


def _text(form: Form) -> bytes:
    return to_text(form).encode()


@pytest.mark.parametrize(("name", "data"), [pytest.param(n, d, id=n) for n, d in _fixtures()])
def test_the_era_fixtures(name: str, data: bytes) -> None:
    count, wrong = _mismatches(name, data)
    assert count > 100
    assert wrong == []


def test_the_samples() -> None:
    paths = sorted(SAMPLES.rglob("*.xlsx"))
    assert paths, "the sample sheets are part of the repository"
    for path in paths:
        _, wrong = _mismatches(path.name, path.read_bytes())
        assert wrong == []


# --- without our readers ----------------------------------------------------------------------------

_SHOWN: dict[str, Callable[[float], str]] = {
    "General": str,
    "#,##0": lambda value: f"{value:,}",
    "0%": lambda value: f"{value * 100:.0f}%",
}


def test_openpyxl_finds_the_same_text(shared: Path) -> None:
    path = next((shared / "data" / "forms").glob("*.xlsx"))
    book = openpyxl.load_workbook(path, data_only=True)
    sheets, _ = read(path.name, path.read_bytes())
    for locator, raw in _places(sheets):
        name, _, place = locator.rpartition("!")
        cell = book[name][place]
        value = cell.value
        expected = "" if value is None else value if isinstance(value, str) else _SHOWN[cell.number_format](value)
        assert raw == expected, locator


def test_splitting_lines_finds_the_same_text(shared: Path) -> None:
    path = next((shared / "data" / "forms").glob("*.txt"))
    lines = path.read_text(encoding="utf-8").split("\n")
    sheets, _ = read(path.name, path.read_bytes())
    for locator, raw in _places(sheets):
        line, column = map(int, re.findall(r"\d+", locator))
        fields = lines[line - 1].split("\t")
        assert (fields[column - 1] if column <= len(fields) else "") == raw, locator


def test_pdfplumber_finds_the_same_text(shared: Path) -> None:
    path = next((shared / "data" / "forms").glob("*.pdf"))
    with pdfplumber.open(io.BytesIO(path.read_bytes())) as document:
        tables = [[table.extract() for table in page.find_tables()] for page in document.pages]
    sheets, _ = read(path.name, path.read_bytes())
    for locator, raw in _places(sheets):
        page, table, row, column = map(int, re.findall(r"\d+", locator))
        theirs = tables[page - 1][table - 1][row - 1][column - 1] or ""
        assert "".join(raw.split()) == "".join(theirs.split()), locator


@pytest.mark.parametrize(
    ("back", "data", "locator"),
    [
        (xlsx.cell_text, workbook_2018(), "ない!A1"),
        (tsv.cell_text, b"a\tb", "row 1"),
        (pdf.cell_text, to_pdf(form_2023()), "page 9, table 1, row 1, column 1"),
    ],
)
def test_a_place_that_is_not_there_is_an_error(back: Callable[[bytes, str], str], data: bytes, locator: str) -> None:
    with pytest.raises(KeyError):
        back(data, locator)
