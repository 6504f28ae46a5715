"""The paper of the official form: 50 narrow columns (A..AX), boxes as merged ranges, labels shaded."""

from __future__ import annotations

import itertools
from copy import copy
from typing import Any

from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | None

COLUMNS = 50
_LINE = Side(style="thin")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_SHADE = PatternFill("solid", fgColor="CCFFCC")
_FONT = Font(name="ＭＳ Ｐゴシック", size=9)
_CHARACTER_WIDTH = 0.62  # form columns per full-width character at 9 points
_LINE_HEIGHT = 14.0


class Paper:
    """A worksheet that is filled from top to bottom; ``row`` is the next free row (1-based)."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet
        self._heights: dict[int, float] = {}
        self._looks: dict[tuple[bool, str, bool], Any] = {}
        self.row = 2  # the published form leaves row 1 empty
        for index in range(1, COLUMNS + 1):
            sheet.column_dimensions[get_column_letter(index)].width = 2.6

    def box(self, columns: str, value: Value, *, row: int | None = None, rows: int = 1,
            label: bool = False, number_format: str = "General", border: bool = True) -> None:
        """One box over ``columns`` (``"A:F"``) and ``rows``, at ``row`` (default: the current one)."""
        top = self.row if row is None else row
        first, last = (column_index_from_string(c) for c in columns.split(":"))
        self._sheet.merge_cells(start_row=top, end_row=top + rows - 1, start_column=first, end_column=last)
        cell = self._sheet.cell(top, first)
        cell.value = value if value != "" else None
        self._dress(cell, label, number_format, border)
        if border:
            for y, x in itertools.product(range(top, top + rows), range(first, last + 1)):
                if (y, x) != (top, first):
                    self._dress(self._sheet.cell(y, x), False, "General", True)
        self._fit(top, rows, value, last - first + 1)

    def label(self, columns: str, value: Value, *, row: int | None = None, rows: int = 1) -> None:
        self.box(columns, value, row=row, rows=rows, label=True)

    def next(self, rows: int = 1) -> None:
        self.row += rows

    def finish(self) -> None:
        for row, height in self._heights.items():
            self._sheet.row_dimensions[row].height = height

    def _dress(self, cell: Cell | MergedCell, label: bool, number_format: str, border: bool) -> None:
        """Give a cell its look; openpyxl hashes every style it is given, so each look is made once and copied."""
        look = (label, number_format, border)
        if look not in self._looks:
            cell.font = _FONT
            cell.number_format = number_format
            cell.alignment = Alignment(horizontal="center" if label else None, vertical="center", wrap_text=True)
            cell.fill = _SHADE if label else PatternFill()
            cell.border = _BOX if border else Border()
            self._looks[look] = cell._style
        cell._style = copy(self._looks[look])

    def _fit(self, top: int, rows: int, value: Value, columns: int) -> None:
        """Make the rows high enough for the wrapped text, spread evenly over merged rows."""
        per_line = max(1, int(columns / _CHARACTER_WIDTH))
        lines = sum(-(-max(1, len(part)) // per_line) for part in str(value or "").split("\n"))
        height = (lines * _LINE_HEIGHT + 3) / rows
        for row in range(top, top + rows):
            self._heights[row] = max(self._heights.get(row, 17.0), height)
