"""Rows of a table with one entry per row, cell by cell under their headings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Final

from corpus.fields import Measure
from corpus.form.book import column_of
from corpus.form.draft import Draft
from corpus.form.labels import Column, Listing
from corpus.form.page import HeadColumn, Header, Page
from corpus.form.ragged import best_shift
from corpus.model import Kind, Table
from corpus.numbers import read_printed
from corpus.readers.grid import GridCell

TOTALS: Final = frozenset({"計", "合計", "総計", "小計"})
Placed = tuple[HeadColumn, Column | None, GridCell]
_MARK: Final = 4  # an evaluation mark is at most this long
_QUESTION: Final = 6  # a question is at least this long


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One row of a table: cells by column, and what stands left of the first column."""

    row: int
    cells: tuple[Placed, ...]
    side: tuple[GridCell, ...]

    @property
    def is_blank(self) -> bool:
        return all(cell.is_blank for _, _, cell in self.cells)

    def first(self, measure: Measure) -> GridCell | None:
        return next((cell for _, known, cell in self.cells if known is not None and known.measure is measure), None)

    def texts(self) -> list[GridCell]:
        """Cells with text, the side ones first."""
        found = {cell.locator: cell for cell in (*self.side, *(c for _, _, c in self.cells)) if not cell.is_blank}
        return list(found.values())


def entries(page: Page, header: Header, spec: Listing) -> Iterator[Entry]:
    """Every row with text below a heading, up to the table's end.

    In text between tabs a row that fits its headings in no way gives an entry without cells; its
    texts stay unread and are reported at the end.
    """
    known = [(column, column_of(spec.columns, column.label)) for column in header.columns]
    first = header.first_col
    for row in page.grid.between(header.end + 1, page.end_of(header)):
        cells = page.grid.row(row)
        side = tuple(cell for cell in cells if cell.col_end < first and cell.row == row and not cell.is_blank)
        if page.grid.aligned:
            yield Entry(row, tuple(_aligned(page, row, known)), side)
        else:
            found = _slid(page, row, known)
            taken = {cell.locator for _, _, cell in found}
            yield Entry(row, tuple(found), tuple(cell for cell in side if found and cell.locator not in taken))


def _aligned(page: Page, row: int, known: Sequence[tuple[HeadColumn, Column | None]]) -> list[Placed]:
    found: list[Placed] = []
    for column, meaning in known:
        cell = page.grid.at(row, column.middle)
        if cell is not None and not any(cell is other for _, _, other in found):
            found.append((column, meaning, cell))
    return found


def _slid(page: Page, row: int, known: Sequence[tuple[HeadColumn, Column | None]]) -> list[Placed]:
    """As ``_aligned`` for text between tabs, where a row may have slid by a field."""
    roles = {column.col: meaning.role if meaning else "amount" for column, meaning in known}
    cells = page.grid.starting(row)

    def fits(cell: GridCell, col: int) -> int:
        if col not in roles:
            return 0 if col < known[0][0].col else -2
        return 1 if looks_like(cell.text, roles[col]) else -2

    shift = best_shift(cells, fits)
    if any(fits(cell, cell.col + shift) < 0 for cell in cells):
        return []
    found: list[Placed] = []
    for column, meaning in known:
        cell = page.grid.at(row, column.col - shift) if column.col >= shift else None
        if cell is not None:
            found.append((column, meaning, cell))
    return found


def looks_like(text: str, role: str) -> bool:
    """Whether a text can stand in a column of a role; a figure is no name, a sentence is no mark."""
    kind = read_printed(text).kind
    if role == "mark":
        return len(text.strip()) <= _MARK
    if role == "question":
        return len(text.strip()) >= _QUESTION
    if role == "name":
        return kind is not Kind.NUMBER
    return kind is not Kind.TEXT if role == "amount" else True


def other_column(
    draft: Draft, spec: Listing, path: tuple[str, ...], column: HeadColumn, cell: GridCell, item: str, year: int | None
) -> None:
    """A column the form does not have is kept, and reported once."""
    draft.cell(cell, Table.UNKNOWN, (spec.table.value, *path), column.label, item=item, fiscal_year=year)
    note = f"「{spec.table.value}」に知らない列「{column.label}」があります"
    if not any(finding.message == note for finding in draft.findings):
        draft.warn(note, "「様式にない項目」として保存しました", cell.locator)
