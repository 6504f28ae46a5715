"""Tables of rows × fiscal years: アウトカム, アウトプット, 単位当たりコスト, 政策評価, 工程表.

Stages: rows with a known label → groups, one per indicator → cells.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from typing import Final

from corpus.fields import Measure
from corpus.form.book import column_of, row_labels
from corpus.form.draft import Draft, label_unit, side_cells
from corpus.form.labels import Series
from corpus.form.page import HeadColumn, Header, Page, squeeze
from corpus.form.ragged import line_up
from corpus.model import Kind
from corpus.numbers import read_printed
from corpus.readers.grid import GridCell
from corpus.text import label_key

_UNIT: Final = "単位"
_LEVEL: Final = re.compile(r"(短期|中期|長期)アウトカム")
_NO_UNIT: Final = {"/", "／", "-", "－", "‐", "―"}


@dataclasses.dataclass(frozen=True, slots=True)
class LabelledRow:
    """A row of the table: its label, the measure it stands for, its unit and one cell per value column."""

    row: int
    label: GridCell
    measure: Measure
    unit: GridCell | None
    values: tuple[tuple[HeadColumn, GridCell], ...]

    @property
    def is_blank(self) -> bool:
        return all(cell.is_blank for _, cell in self.values)


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """The header's columns by role."""

    texts: tuple[tuple[HeadColumn, Measure], ...]
    unit: HeadColumn
    values: tuple[HeadColumn, ...]


def read_series(page: Page, header: Header, spec: Series, draft: Draft) -> None:
    """Add the cells of one table (with all indicators under this heading) to the draft."""
    end = page.end_of(header)
    layout = _layout(header, spec)
    rows = list(_rows(page, header, spec, layout, end, draft))
    sides = side_cells(page, header.row, end, header.first_col)
    draft.use(header.cells)
    draft.tables.add(spec.table)
    groups = list(_groups(rows))
    for number, group in enumerate(groups):
        first = header.end + 1 if number == 0 else group[0].row
        last = groups[number + 1][0].row if number + 1 < len(groups) else group[-1].row + 1
        _indicator(page, spec, layout, group, (first, last), _level(sides), draft)
    # titles at the side end with the rows they stand beside
    draft.use(cell for cell in sides if not rows or cell.row <= rows[-1].row)


def _layout(header: Header, spec: Series) -> Layout:
    texts = []
    unit = next(column for column in header.columns if column.key == _UNIT)
    for column in header.columns:
        known = column_of(spec.texts, column.label)
        if known is not None and known.measure is not None:
            texts.append((column, known.measure))
    values = tuple(c for c in header.columns if c.col > unit.col and c.key not in _NO_UNIT)
    return Layout(tuple(texts), unit, values)


def _rows(page: Page, header: Header, spec: Series, layout: Layout, end: int, draft: Draft) -> Iterator[LabelledRow]:
    labels = row_labels(spec.rows)
    for row in page.grid.between(header.end + 1, end):
        cells = page.grid.starting(row)
        text_columns = [] if not page.grid.aligned else [column for column, _ in layout.texts]
        label = next(
            (c for c in cells if c.col >= header.first_col and labels.find(c.text) is not None
             and not any(c.overlaps(t.col, t.col_end) for t in text_columns)),
            None,
        )  # fmt: skip
        if label is None:
            continue
        measure = labels.find(label.text)
        if not isinstance(measure, Measure):
            continue
        if page.grid.aligned:
            unit = page.grid.at(row, layout.unit.middle)
            values = _values(page, row, layout.values)
        else:
            lined = line_up(page.grid, row, label, layout.unit, layout.values)
            if lined is None:
                draft.warn(
                    f"「{squeeze(label.text)}」の行の数値が見出しの年度と対応しません",
                    "この行は「様式にない項目」として保存しました。元の様式（Excel）を取り込んでください",
                    label.locator,
                )
                continue
            unit, values = lined
        unit = None if unit is label else unit
        yield LabelledRow(row, label, measure, unit, tuple(values))


def _values(page: Page, row: int, columns: Sequence[HeadColumn]) -> list[tuple[HeadColumn, GridCell]]:
    found: list[tuple[HeadColumn, GridCell]] = []
    for column in columns:
        cell = page.grid.at(row, column.middle)
        # a cell over several columns belongs to the first of them
        if cell is not None and not any(cell is other for _, other in found):
            found.append((column, cell))
    return found


def _groups(rows: Sequence[LabelledRow]) -> Iterator[list[LabelledRow]]:
    """Rows of one indicator: a label that comes again begins the next one."""
    group: list[LabelledRow] = []
    for row in rows:
        if any(label_key(row.label.text) == label_key(other.label.text) for other in group):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _level(sides: Sequence[GridCell]) -> str:
    """短期アウトカム and the like (2022-2023), from the title beside the table."""
    for cell in sides:
        if found := _LEVEL.search(label_key(cell.text)):
            return found[0]
    return ""


def _indicator(
    page: Page, spec: Series, layout: Layout, group: Sequence[LabelledRow], rows: tuple[int, int],
    level: str, draft: Draft,
) -> None:  # fmt: skip
    texts = list(_texts(page, layout, rows, group))
    named = [row.unit for row in group if row.unit is not None]
    draft.use([row.label for row in group])
    draft.use(named)
    if not texts and all(row.is_blank for row in group):
        return  # an unused block of the form
    item = draft.next_item(spec.table)
    path = (level,) if level else ()
    for column, measure, cell in texts:
        draft.cell(cell, spec.table, (*path, column.label), "", measure=measure, item=item, words=True)
    name = next((squeeze(cell.text) for _, measure, cell in reversed(texts) if measure is not Measure.GOAL), "")
    path = (*path, name) if name else path
    for row in group:
        label = squeeze(row.label.text)
        unit = None
        if row.unit is not None and not row.unit.is_blank:
            unit = None if row.unit.text.strip() in _NO_UNIT else row.unit.text
            if unit is not None:
                draft.cell(row.unit, spec.table, (*path, label), _UNIT, measure=Measure.UNIT, item=item, words=True)
        for column, cell in row.values:
            draft.cell(
                cell, spec.table, (*path, label), column.label, measure=row.measure, item=item,
                fiscal_year=column.fiscal_year, unit=unit or label_unit(label),
            )  # fmt: skip


def _texts(
    page: Page, layout: Layout, rows: tuple[int, int], group: Sequence[LabelledRow]
) -> Iterator[tuple[HeadColumn, Measure, GridCell]]:
    labels = {row.label.locator for row in group}
    for column, measure in layout.texts:
        seen: set[str] = set()
        for row in page.grid.between(*rows):
            cell = page.grid.at(row, column.middle)
            if cell is None or cell.is_blank or cell.locator in labels | seen or cell.row < rows[0]:
                continue
            if not page.grid.aligned and not _is_text(cell, group):
                continue
            seen.add(cell.locator)
            yield column, measure, cell


def _is_text(cell: GridCell, group: Sequence[LabelledRow]) -> bool:
    """In unaligned text: not one of the row's values that slid under a text heading."""
    values = {value.locator for row in group for _, value in row.values}
    units = {row.unit.locator for row in group if row.unit is not None}
    return cell.locator not in values | units and read_printed(cell.text).kind is Kind.TEXT
