"""Review sheets in PDF: ruled lines → tables → one grid over all pages → sheets.

The lines drawn on a page give the table cells (pdfplumber); text outside tables becomes rows of its
own.  Columns are positions on the paper, shared by all pages, so a table that continues on the next
page keeps its headings.  A line that was broken only because the cell was full is joined again.
Locator: ``page 1, table 2, row 3, column 4`` (as pdfplumber counts, from 1), ``page 1, line 3`` for
text outside tables.
"""

from __future__ import annotations

import bisect
import contextlib
import dataclasses
import functools
import io
import logging
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfexceptions import PDFException
from pdfminer.psparser import PSException
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from corpus.form.parser import is_form_page, parse_forms
from corpus.model import Finding, Origin, Sheet, UnreadableFile
from corpus.readers.grid import Grid, GridCell
from corpus.readers.source import InputFile

_MAX_PAGES: Final = 3000
_EDGE_TOLERANCE: Final = 3.0  # points: edges nearer than this are one column edge
_LINE_OVERLAP: Final = 0.5  # characters this much (of their height) apart are on different lines
_SPACE: Final = 0.35  # a gap this wide (of the character size) is printed space
_CELL_PADDING: Final = 2.5  # points a cell keeps free at each side
_CHUNK_GAP: Final = 2.5  # characters of space that separate two texts outside tables

# what pdfminer and pdfplumber raise on damaged files is not one family
_DAMAGE: Final = (
    MalformedPDFException, PDFException, PSException, ValueError, KeyError, TypeError, AttributeError, IndexError,
    RecursionError, ArithmeticError, AssertionError, OSError, EOFError, struct.error, zlib.error,
)  # fmt: skip

Box = tuple[float, float, float, float]  # x0, top, x1, bottom
Char = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class PlacedText:
    """A piece of the page: where it is, what it says, its locator, its table row (None: outside)."""

    box: Box
    text: str
    locator: str
    table: int | None
    page: int


@dataclasses.dataclass(frozen=True, slots=True)
class PrintedPage:
    """A page as pdfplumber sees it: characters, and the boxes of every table's rows (None: covered)."""

    number: int
    chars: Sequence[Char]
    tables: Sequence[Sequence[Sequence[Box | None]]]


def read_pdf(file: InputFile) -> Iterator[Sheet | Finding]:
    """Sheets of one PDF, each after the findings about it.

    Raises UnreadableFile when the file cannot be opened, has no text (scanned) or is no review sheet.
    """
    grid = pdf_grid(file)
    if not is_form_page(grid):
        raise UnreadableFile(
            file.name, "行政事業レビューシートの様式が見つかりません", "レビューシートのPDFか確認してください"
        )
    yield from parse_forms([grid], file, Origin.FORM_PDF)


def pdf_grid(file: InputFile) -> Grid:
    """All pages as one grid. Raises UnreadableFile."""
    data = file.read()
    if not data:
        raise UnreadableFile(file.name, "空のファイルです", "取得し直してください")
    if not looks_like_pdf(data[:1024]):
        raise UnreadableFile(file.name, "PDFではありません", "レビューシートのPDFを指定してください")
    return grid_of(_placed_texts(file.name, data))


def looks_like_pdf(head: bytes) -> bool:
    """Whether the first bytes are those of a PDF (some begin with a few bytes of noise)."""
    return b"%PDF-" in head[:1024]


def cell_text(data: bytes, locator: str) -> str:
    """The printed text at ``page 1, table 2, row 3, column 4``. Raises KeyError for no such place."""
    return _texts(data)[locator]


@functools.lru_cache(maxsize=2)
def _texts(data: bytes) -> dict[str, str]:
    return {placed.locator: placed.text for placed in _placed_texts("", data)}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """pdfminer warns about every oddity of a file; what matters to a user becomes a finding."""
    logger = logging.getLogger("pdfminer")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _placed_texts(name: str, data: bytes) -> list[PlacedText]:
    found: list[PlacedText] = []
    pages = 0
    for page in _pages(name, data):
        found.extend(page_texts(page))
        pages = page.number
    if not any(placed.text.strip() for placed in found):
        raise UnreadableFile(
            name,
            f"文字のないPDFです（{pages}ページ、紙を読み取った画像と思われます）",
            "文字認識（OCR）をするか、府省庁のサイトのExcel版を指定してください",
        )
    return found


def _pages(name: str, data: bytes) -> Iterator[PrintedPage]:
    """What the library sees on each page. Only its errors are taken for damage of the file, not ours."""
    try:
        with _quiet(), pdfplumber.open(io.BytesIO(data)) as pdf:
            if len(pdf.pages) > _MAX_PAGES:
                raise UnreadableFile(
                    name, f"ページが多すぎます（{len(pdf.pages)}）", "レビューシートだけのPDFにしてください"
                )
            for number, page in enumerate(pdf.pages, 1):
                tables = [[list(row.cells) for row in table.rows] for table in page.find_tables()]
                chars = page.chars
                page.close()
                yield PrintedPage(number, chars, tables)
    except (PDFPasswordIncorrect, PDFEncryptionError) as error:
        raise _locked(name) from error
    except PdfminerException as error:
        if error.args and isinstance(error.args[0], PDFPasswordIncorrect | PDFEncryptionError):
            raise _locked(name) from error
        raise _broken(name, error) from error
    except _DAMAGE as error:
        raise _broken(name, error) from error


def _locked(name: str) -> UnreadableFile:
    return UnreadableFile(name, "パスワードで保護されたPDFです", "パスワードを外したPDFを指定してください")


def _broken(name: str, error: Exception) -> UnreadableFile:
    return UnreadableFile(
        name, f"PDFが途中で切れているか壊れています（{type(error).__name__}）", "取得し直してください"
    )


# --- page → placed texts ------------------------------------------------------------------------


def page_texts(page: PrintedPage) -> list[PlacedText]:
    """Cells of the page's tables with their text, and the lines of text outside them, top to bottom."""
    number = page.number
    tables = [[_row_boxes(row) for row in table] for table in page.tables]
    boxes = [
        (box, f"page {number}, table {t}, row {r}, column {c}", t)
        for t, rows in enumerate(tables, 1)
        for r, cells in enumerate(rows, 1)
        for c, box in cells
    ]
    inside, outside = _assign(page.chars, [box for box, _, _ in boxes])
    found = [
        PlacedText(box, text_in(inside.get(i, []), box), locator, table, number)
        for i, (box, locator, table) in enumerate(boxes)
    ]
    for line, row in enumerate(_lines(outside), 1):
        found.extend(_outside_texts(row, f"page {number}, line {line}", number))
    return sorted(found, key=lambda placed: (placed.box[1], placed.box[0]))


def _row_boxes(cells: Sequence[Box | None]) -> list[tuple[int, Box]]:
    return [(column, box) for column, box in enumerate(cells, 1) if box is not None]


def _assign(chars: Iterable[Char], boxes: Sequence[Box]) -> tuple[dict[int, list[Char]], list[Char]]:
    """Characters by the box that holds their middle; the rest."""
    order = sorted(range(len(boxes)), key=lambda i: boxes[i][1])
    tops = [boxes[i][1] for i in order]
    inside: dict[int, list[Char]] = {}
    outside: list[Char] = []
    for char in chars:
        x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
        home = next(
            (i for i in reversed(order[: bisect.bisect_right(tops, y)])
             if boxes[i][0] <= x <= boxes[i][2] and y <= boxes[i][3]),
            None,
        )  # fmt: skip
        if home is None:
            outside.append(char)
        else:
            inside.setdefault(home, []).append(char)
    return inside, outside


def _lines(chars: Iterable[Char]) -> list[list[Char]]:
    """Characters grouped into printed lines, top to bottom, each left to right."""
    lines: list[list[Char]] = []
    middle = 0.0
    for char in sorted(chars, key=lambda c: ((c["top"] + c["bottom"]) / 2, c["x0"])):
        at = (char["top"] + char["bottom"]) / 2
        if lines and at - middle <= _LINE_OVERLAP * max(char["size"], 1.0):
            lines[-1].append(char)
        else:
            lines.append([char])
            middle = at
    return [sorted(line, key=lambda c: c["x0"]) for line in lines]


def _line_text(line: Sequence[Char]) -> str:
    parts: list[str] = []
    end: float | None = None
    for char in line:
        gap = 0.0 if end is None else char["x0"] - end
        if gap > _SPACE * char["size"] and parts and not parts[-1].isspace() and not char["text"].isspace():
            parts.append(" ")
        parts.append(char["text"])
        end = char["x1"]
    return "".join(parts).strip()


def text_in(chars: Sequence[Char], box: Box) -> str:
    """The text of one cell: printed lines, joined where the break is only the cell's right edge.

    A break is the paper's, not the author's, when the next line's first character would not have
    fitted behind the line.
    """
    text = ""
    room = 0.0
    for line in _lines(chars):
        printed = _line_text(line)
        if not printed:
            continue
        first = next(char for char in line if char["text"].strip())
        last = next(char for char in reversed(line) if char["text"].strip())
        if text:
            soft = room < (first["x1"] - first["x0"]) + 2 * _CELL_PADDING
            latin = text[-1].isascii() and text[-1].isalpha() and printed[0].isascii() and printed[0].isalpha()
            text += (" " if latin else "") if soft else "\n"
        text += printed
        room = (box[2] - box[0]) - (last["x1"] - first["x0"])
    return text


def _outside_texts(line: Sequence[Char], locator: str, page: int) -> Iterator[PlacedText]:
    """A line outside tables, cut where it is widely spaced: ``事業番号      0048``."""
    chunks: list[list[Char]] = []
    for char in line:
        if not char["text"].strip():
            continue
        if chunks and char["x0"] - chunks[-1][-1]["x1"] <= _CHUNK_GAP * char["size"]:
            chunks[-1].append(char)
        else:
            chunks.append([char])
    for number, chunk in enumerate(chunks, 1):
        top, bottom = min(c["top"] for c in chunk), max(c["bottom"] for c in chunk)
        place = locator if len(chunks) == 1 else f"{locator}, column {number}"
        yield PlacedText((chunk[0]["x0"], top, chunk[-1]["x1"], bottom), _line_text(chunk), place, None, page)


# --- placed texts → grid ------------------------------------------------------------------------


def grid_of(placed: Sequence[PlacedText]) -> Grid:
    """One grid over all pages: rows from the edges of each page's cells, columns from all edges."""
    columns = _edges(x for p in placed if p.table is not None for x in (p.box[0], p.box[2]))
    cells: list[GridCell] = []
    first_row = 0
    for page in sorted({p.page for p in placed}):
        texts = [p for p in placed if p.page == page]
        rows = _edges([p.box[1] for p in texts], tolerance=1.5)
        for p in texts:
            row = _index(rows, p.box[1])
            row_end = max(row, bisect.bisect_left(rows, p.box[3] - 1.5) - 1) if p.table is not None else row
            col, col_end = _column_range(columns, p)
            cells.append(GridCell(first_row + row, col, first_row + row_end, col_end, p.text, p.locator))
        first_row += len(rows)
    return Grid("", _apart(cells), aligned=True)


def _edges(values: Iterable[float], tolerance: float = _EDGE_TOLERANCE) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > tolerance:
            edges.append(value)
    return edges


def _index(edges: Sequence[float], value: float) -> int:
    """The nearest edge at or before ``value`` (within the tolerance that joined the edges)."""
    return max(0, bisect.bisect_right(edges, value + 0.01) - 1)


def _column_range(columns: Sequence[float], placed: PlacedText) -> tuple[int, int]:
    left, right = placed.box[0], placed.box[2]
    if placed.table is None:
        col = _index(columns, left) if columns else 0
        return col, max(col, _index(columns, right) if columns else 0)
    col = _index(columns, left)
    return col, max(col, _index(columns, right) - 1)


def _apart(cells: list[GridCell]) -> list[GridCell]:
    """Texts outside tables that fell on one position move to the next free column."""
    taken: dict[tuple[int, int], int] = {}
    moved = []
    for cell in sorted(cells, key=lambda c: (c.row, c.col)):
        least = taken.get((cell.row, cell.col), cell.col)
        shift = least - cell.col
        moved.append(dataclasses.replace(cell, col=cell.col + shift, col_end=cell.col_end + shift) if shift else cell)
        taken[(cell.row, cell.col)] = least + 1
    return moved
