"""A form as it looks: rows, columns and cells with their spans, to draw the sheet as the official form."""

from __future__ import annotations

import dataclasses
from typing import Final

from corpus.readers.grid import Grid
from corpus.readers.ooxml import Worksheet, column_letters, read_worksheets
from corpus.readers.source import InputFile
from corpus.readers.xlsx import worksheet_grid

_DEFAULT_WIDTH: Final = 8.43  # characters
_DEFAULT_HEIGHT: Final = 15.0  # points
_MAX_ROWS: Final = 2000  # nobody draws more
_MAX_COLS: Final = 200


@dataclasses.dataclass(frozen=True, slots=True)
class LayoutCell:
    """A cell to draw at ``row``, ``col`` (from 0, hidden ones not counted), over ``row_span`` × ``col_span``."""

    row: int
    col: int
    row_span: int
    col_span: int
    text: str
    locator: str


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """One worksheet: ``widths`` in characters, ``heights`` in points, both without hidden ones."""

    name: str
    widths: tuple[float, ...]
    heights: tuple[float, ...]
    cells: tuple[LayoutCell, ...]


def xlsx_layout(file: InputFile, place: str = "") -> Layout | None:
    """How the worksheet ``place`` of a workbook looks (the first one by default), None when there is none such.

    Raises UnreadableFile.
    """
    for worksheet in read_worksheets(file):
        if not place or worksheet.name == place:
            return layout_of(worksheet, worksheet_grid(worksheet))
    return None


def layout_of(worksheet: Worksheet, grid: Grid) -> Layout:
    """The drawing of a grid; places without any cell become blank cells, so that every row is complete."""
    hidden_cols = {col for first, last in worksheet.hidden_cols for col in range(first, min(last, _MAX_COLS) + 1)}
    rows = [row for row in range(min(grid.n_rows, _MAX_ROWS)) if row not in worksheet.hidden_rows]
    cols = [col for col in range(min(grid.n_cols, _MAX_COLS)) if col not in hidden_cols]
    row_at = {row: number for number, row in enumerate(rows)}
    col_at = {col: number for number, col in enumerate(cols)}
    cells: list[LayoutCell] = []
    covered: set[tuple[int, int]] = set()
    for cell in grid.cells:
        inside_rows = [row_at[r] for r in range(cell.row, min(cell.row_end, _MAX_ROWS) + 1) if r in row_at]
        inside_cols = [col_at[c] for c in range(cell.col, min(cell.col_end, _MAX_COLS) + 1) if c in col_at]
        if not inside_rows or not inside_cols:
            continue
        covered.update((r, c) for r in inside_rows for c in inside_cols)
        cells.append(
            LayoutCell(inside_rows[0], inside_cols[0], len(inside_rows), len(inside_cols), cell.text, cell.locator)
        )
    cells.extend(
        LayoutCell(r, c, 1, 1, "", f"{worksheet.name}!{column_letters(cols[c])}{rows[r] + 1}")
        for r in range(len(rows))
        for c in range(len(cols))
        if (r, c) not in covered
    )
    heights = dict(worksheet.heights)
    return Layout(
        worksheet.name,
        tuple(_width(worksheet, col) for col in cols),
        tuple(heights.get(row, _DEFAULT_HEIGHT) for row in rows),
        tuple(sorted(cells, key=lambda cell: (cell.row, cell.col))),
    )


def _width(worksheet: Worksheet, col: int) -> float:
    return next((width for first, last, width in worksheet.widths if first <= col <= last), _DEFAULT_WIDTH)
