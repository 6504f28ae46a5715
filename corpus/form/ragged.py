"""Rows of text between tabs, lined up with their headings.

Merged cells leave no trace in such text: a field more or less before the figures shifts them all.
A row is lined up only when exactly one reading fits; otherwise the caller reports it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from corpus.form.page import HeadColumn
from corpus.model import Kind
from corpus.numbers import read_printed
from corpus.readers.grid import Grid, GridCell

Lined = tuple[GridCell | None, list[tuple[HeadColumn, GridCell]]]


def line_up(
    grid: Grid, row: int, label: GridCell, unit: HeadColumn | None, values: Sequence[HeadColumn]
) -> Lined | None:
    """(unit cell, [(column, cell)]) of one row of a table of years, None when nothing fits.

    Tried in this order: as many fields in a row as there are years; the columns as they stand.  A row
    whose label stands under a year has slid right by as much as the label shows.  Any other shift
    would be a guess at years.  ``unit`` None: the table has no unit column.
    """
    tail = [cell for cell in grid.starting(row) if cell.col > label.col]
    unit_cell: GridCell | None = None
    full = len(tail) == len(values) + 1 and _without_gaps(tail)
    if unit is not None and tail and (_looks_like_unit(tail[0]) or full):
        unit_cell, tail = tail[0], tail[1:]
    if len(tail) == len(values) and _without_gaps(tail) and _one_kind(tail):
        return unit_cell, list(zip(values, tail, strict=True))
    if unit is None and label.col >= values[0].col:
        return _shifted(grid, row, values, tail, label.col + 1 - values[0].col, None)
    if unit is not None and unit_cell is None and tail and tail[0].col == unit.col:
        unit_cell, tail = tail[0], tail[1:]  # a dash for the unit
    return _shifted(grid, row, values, tail, 0, unit_cell)


def _shifted(
    grid: Grid, row: int, values: Sequence[HeadColumn], tail: Sequence[GridCell], shift: int, unit: GridCell | None
) -> Lined | None:
    """The row read ``shift`` fields further right than its heading; None when a field is under no year."""
    columns = {column.col for column in values}
    if not all(cell.col - shift in columns for cell in tail):
        return None
    found = {cell.col - shift: cell for cell in tail}
    return unit, [(c, found.get(c.col) or _blank(grid, row, c.col + shift)) for c in values]


def best_shift(
    cells: Sequence[GridCell], fits: Callable[[GridCell, int], int], shifts: Sequence[int] = (0, 1, -1)
) -> int:
    """How far a row slid: the shift under which its fields fit best; the smallest of equals.

    ``fits(cell, column)`` scores a field as if it stood in ``column``.
    """
    return max(shifts, key=lambda shift: (sum(fits(cell, cell.col + shift) for cell in cells), -abs(shift)))


def _blank(grid: Grid, row: int, col: int) -> GridCell:
    cell = grid.at(row, max(col, 0))
    if cell is None:  # only grids of text come here: every place in them exists
        raise LookupError(f"row {row}, column {col}")
    return cell


def _looks_like_unit(cell: GridCell) -> bool:
    """％, 千円, 百万円/団体, ``/``: short and without a digit; a dash is a value."""
    text = cell.text.strip()
    return len(text) <= 12 and not any(c.isdigit() for c in text) and read_printed(text).kind is Kind.TEXT


def _without_gaps(cells: Sequence[GridCell]) -> bool:
    return all(after.col == before.col + 1 for before, after in itertools.pairwise(cells))


def _one_kind(cells: Sequence[GridCell]) -> bool:
    """All dashes, or no telling dash first: figures that fill every year need no columns to be placed."""
    kinds = [read_printed(cell.text).kind for cell in cells]
    return bool(kinds) and (set(kinds) == {Kind.DASH} or kinds[0] is not Kind.DASH)
