"""Where things are on a form: heading rows of tables, field labels, titles. Found by label, never by place."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from typing import Final

from corpus.form.book import Book, matches
from corpus.form.labels import FieldLabel, Listing, Series, keys_of
from corpus.model import Table
from corpus.readers.grid import Grid, GridCell
from corpus.text import label_key
from corpus.years import year_in_label

_MAX_HEADER_ROWS: Final = 3
_BUDGET_ANCHOR: Final = "当初予算"
_BUDGET_HEADER_REACH: Final = 4  # rows between the years and 当初予算
_UNIT: Final = re.compile(r"単位[:：]?([^()）]{1,8}?)(?:\)|$|\()")
_BRACKETED: Final = re.compile(r"\(([^()]{1,12})\)")


@dataclasses.dataclass(frozen=True, slots=True)
class HeadColumn:
    """A column of a table as its heading says: span, printed label without white space, fiscal year."""

    col: int
    col_end: int
    label: str
    fiscal_year: int | None

    @property
    def middle(self) -> int:
        return (self.col + self.col_end) // 2

    @property
    def key(self) -> str:
        return label_key(self.label)


@dataclasses.dataclass(frozen=True, slots=True)
class Header:
    """The heading of one table: rows it takes, its columns, and what kind of table it begins."""

    row: int
    end: int
    columns: tuple[HeadColumn, ...]
    spec: Series | Listing | None  # None: 予算額・執行額
    cells: tuple[GridCell, ...]

    @property
    def table(self) -> Table:
        return Table.BUDGET if self.spec is None else self.spec.table

    @property
    def first_col(self) -> int:
        return self.columns[0].col


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """A grid with its landmarks. ``stops`` are the rows at which something new begins."""

    grid: Grid
    book: Book
    sheet_year: int | None
    headers: tuple[Header, ...]
    fields: tuple[tuple[GridCell, FieldLabel], ...]
    titles: tuple[tuple[GridCell, Table | None], ...]
    stops: tuple[tuple[int, Table | None], ...]

    def end_of(self, header: Header) -> int:
        """The row before which the table under ``header`` ends: a landmark of anything but itself."""
        for row, table in self.stops:
            if row > header.end and not (table is not None and table is header.table):
                return row
        return self.grid.n_rows

    def next_stop(self, row: int) -> int:
        return next((stop for stop, _ in self.stops if stop > row), self.grid.n_rows)


def squeeze(text: str) -> str:
    """A printed label without white space (line breaks and blanks inside labels are lay-out)."""
    return "".join(text.split())


def scan(grid: Grid, book: Book, sheet_year: int | None) -> Page:
    """Find the landmarks of a grid."""
    headers = list(_headers(grid, book, sheet_year))
    heading = {cell for header in headers for cell in header.cells}
    fields: list[tuple[GridCell, FieldLabel]] = []
    titles: list[tuple[GridCell, Table | None]] = []
    for cell in grid.cells:
        if cell.is_blank or cell in heading:
            continue
        if (field := book.field(cell.text)) is not None:
            fields.append((cell, field))
        elif (title := book.title(cell.text)) is not None:
            titles.append((cell, title[0]))
    stops: list[tuple[int, Table | None]] = [(header.row, None) for header in headers]
    stops += [(cell.row, None) for cell, _ in fields]
    stops += [(cell.row, table) for cell, table in titles]
    stops.sort(key=lambda stop: (stop[0], stop[1] is not None))
    return Page(grid, book, sheet_year, tuple(headers), tuple(fields), tuple(titles), tuple(stops))


def _headers(grid: Grid, book: Book, sheet_year: int | None) -> Iterator[Header]:
    taken = -1
    recent: list[int] = []
    for row in grid.rows():
        cells = grid.starting(row)
        texts = [cell.text for cell in cells]
        kinds: tuple[Series | Listing, ...] = (*book.series, *book.listings)
        spec = next((kind for kind in kinds if matches(kind.signature, texts)), None)
        if spec is not None:
            yield _header(grid, row, cells, spec, sheet_year)
            taken = row
        elif any(_BUDGET_ANCHOR in keys_of(text) for text in texts):
            found = _budget_header(grid, [r for r in recent if r > taken], row, sheet_year)
            if found is not None:
                yield found
                taken = row
        recent = [*recent[-_BUDGET_HEADER_REACH:], row]


def _budget_header(grid: Grid, rows: Sequence[int], anchor: int, sheet_year: int | None) -> Header | None:
    """The row of fiscal years above 当初予算, None when the row is not part of the budget table."""
    for row in reversed(rows):
        if anchor - row > _BUDGET_HEADER_REACH:
            break
        cells = [cell for cell in grid.starting(row) if year_in_label(cell.text, sheet_year) is not None]
        years = {year_in_label(cell.text, sheet_year) for cell in cells}
        if len(years) > 1:
            header = _header(grid, row, cells, None, sheet_year)
            return dataclasses.replace(header, end=min(header.end, anchor - 1))
    return None


def _header(
    grid: Grid, row: int, cells: Sequence[GridCell], spec: Series | Listing | None, sheet_year: int | None
) -> Header:
    first = _first_column(cells, spec)
    cells = [cell for cell in cells if cell.col >= first]
    end = row
    if grid.aligned:
        tall = [cell.row_end for cell in cells if cell.row_end - row < _MAX_HEADER_ROWS]
        end = max(tall, default=row)
    used = list(cells)
    columns: list[HeadColumn] = []
    for cell in cells:
        below = [
            sub for r in range(cell.row_end + 1, end + 1) for sub in grid.starting(r)
            if sub.col >= cell.col and sub.col_end <= cell.col_end
        ]  # fmt: skip
        used.extend(below)
        columns.extend(_columns(cell, below, sheet_year))
    return Header(row, end, tuple(columns), spec, tuple(used))


def _first_column(cells: Sequence[GridCell], spec: Series | Listing | None) -> int:
    if spec is None:
        return cells[0].col
    known = [label for group in spec.signature for label in group]
    known += [label for column in (spec.texts if isinstance(spec, Series) else spec.columns) for label in column.labels]
    return min(cell.col for cell in cells if matches((tuple(known),), [cell.text]))


def _columns(cell: GridCell, below: Sequence[GridCell], sheet_year: int | None) -> Iterator[HeadColumn]:
    """One column, its label completed by what stands below (中間目標 / - 年度); or one per year below it."""
    years = [year_in_label(sub.text, sheet_year) for sub in below]
    if len(below) > 1 and all(year is not None for year in years):
        for sub, year in zip(below, years, strict=True):
            yield HeadColumn(sub.col, sub.col_end, squeeze(cell.text) + squeeze(sub.text), year)
        return
    label = "".join(squeeze(part.text) for part in (cell, *sorted(below, key=lambda c: (c.row, c.col))))
    yield HeadColumn(cell.col, cell.col_end, label, year_in_label(label, sheet_year))


def unit_in(text: str) -> str | None:
    """The unit a heading states: ``予算額・執行額（単位:百万円） → 百万円``."""
    found = _UNIT.search(label_key(text))
    return found[1].strip("[]") or None if found else None


def bracketed_unit(text: str, known: frozenset[str]) -> str | None:
    """The unit in brackets behind a label: ``支出額（百万円） → 百万円``; only units that are known."""
    return next((unit for unit in _BRACKETED.findall(label_key(text)) if unit in known), None)
