"""予算額・執行額: rows of measures × fiscal years, with the request column and rows per account."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from corpus.fields import Measure
from corpus.form.draft import Draft, joined, label_unit
from corpus.form.page import HeadColumn, Header, Page, squeeze, unit_in
from corpus.model import Scope, Table
from corpus.readers.grid import GridCell
from corpus.text import label_key
from corpus.units import PERCENT

_ACCOUNT: Final = re.compile(r"会計|勘定")
_INSIDE: Final = re.compile(r"\(([^()]*)\)")
_REQUEST: Final = "要求"
_WISH: Final = "要望"
_REQUEST_MEASURES: Final = {Measure.INITIAL: Measure.REQUEST, Measure.BUDGET_TOTAL: Measure.REQUEST_TOTAL}
_RATES: Final = {Measure.EXECUTION_RATE, Measure.EXECUTION_RATE_INITIAL}


def read_budget(page: Page, header: Header, draft: Draft) -> None:
    """Add the cells of the budget table to the draft. The unit is the one its heading states."""
    end = page.end_of(header)
    columns = tuple(column for column in header.columns if column.fiscal_year is not None)
    left = columns[0].col
    labels = [cell for row in range(header.row, end) for cell in page.grid.starting(row) if cell.col_end < left]
    known = [cell for cell in labels if isinstance(page.book.budget.find(cell.text), Measure)]
    label_cols = {cell.col for cell in known}
    titles, group = _sides([cell for cell in labels if cell not in known], label_cols, page)
    unit = unit_in(joined(titles)) or unit_in(joined(group))
    group_label = joined(group)
    draft.use(header.cells)
    draft.tables.add(Table.BUDGET)
    if unit is None:
        draft.warn(
            "予算額・執行額の単位が書かれていません",
            "単位のない数値として保存しました。元の様式を確認してください",
            header.cells[0].locator,
        )
    reader = _Rows(page, columns, unit, draft)
    first_known = min((cell.row for cell in known), default=end)
    for row in range(header.end + 1, end):
        cells = [cell for cell in page.grid.row(row) if cell.col < left and not cell.is_blank]
        cells = [cell for cell in cells if cell not in titles and cell not in group]
        inner = [cell for cell in cells if group and cell.col > group[0].col]
        reader.row(row, cells, (group_label,) if inner and group_label else ())
    draft.use(cell for cell in (*titles, *group) if cell.row <= max(reader.last, first_known))


def _sides(cells: Sequence[GridCell], label_cols: set[int], page: Page) -> tuple[list[GridCell], list[GridCell]]:
    """(pieces of the table's title, pieces of 予算の状況): what stands left of the row labels."""
    inner = min((col for col in label_cols if len(label_cols) == 1 or col != min(label_cols)), default=0)
    sides = [cell for cell in cells if cell.col < inner and not _ACCOUNT.search(cell.text)]
    group = [cell for cell in sides if cell.col in label_cols]
    if len(label_cols) == 1:  # 執行額 is missing: 予算の状況 can only be told by its words
        last_col = max((cell.col for cell in sides), default=0)
        group = [c for c in sides if c.col == last_col and label_key(c.text) in "予算の状況"]
    titles = [cell for cell in sides if cell not in group and (not group or cell.col < group[0].col)]
    if not group and titles and joined(titles) == "予算の状況":
        titles, group = [], titles
    return titles, group


class _Rows:
    """Reads the rows one after the other; a row per account refers to the measure above it."""

    def __init__(self, page: Page, columns: Sequence[HeadColumn], unit: str | None, draft: Draft) -> None:
        self._page = page
        self._columns = columns
        self._unit = unit
        self._draft = draft
        self._measure: Measure | None = None
        self._label = ""
        self._seen: set[Measure] = set()
        self.last = -1

    def row(self, row: int, cells: Sequence[GridCell], group: tuple[str, ...]) -> None:
        known = next((c for c in cells if isinstance(self._page.book.budget.find(c.text), Measure)), None)
        others = [cell for cell in cells if cell is not known]
        if known is not None:
            self._measure = Measure(str(self._page.book.budget.find(known.text)))
            self._label = squeeze(known.text)
        if known is None and not others:
            return
        values = list(self._values(row))
        if not values or (known is None and all(cell.is_blank for _, cell in values)):
            return
        self.last = row
        account = next((squeeze(cell.text) for cell in others if _ACCOUNT.search(cell.text)), "")
        account = account or (_account_in(self._label) if known is not None else "")
        if known is None and not account:
            self._unknown(others, values)
        elif account and self._measure is not None:
            self._account(account, (*group, self._label), cells, values)
        elif known is not None and self._measure is not None:
            self._known(known, others, (*group, self._label), values)

    def _values(self, row: int) -> Iterator[tuple[HeadColumn, GridCell]]:
        seen: set[str] = set()
        for column in self._columns:
            cell = self._page.grid.at(row, column.middle)
            if cell is not None and cell.row == row and cell.locator not in seen:
                seen.add(cell.locator)
                yield column, cell

    def _known(
        self, label: GridCell, others: Sequence[GridCell], path: tuple[str, ...],
        values: Sequence[tuple[HeadColumn, GridCell]],
    ) -> None:  # fmt: skip
        measure = self._measure
        if measure is None:
            return
        again = measure in self._seen  # 補正予算（第１号）, 補正予算（第２号）
        self._seen.add(measure)
        extra = tuple(squeeze(cell.text) for cell in others)
        for column, cell in values:
            self._cell(cell, Table.BUDGET, (*path, *extra), column, measure, self._label if again else "", again)
        self._draft.use([label, *others])

    def _account(
        self, account: str, path: tuple[str, ...], labels: Sequence[GridCell],
        values: Sequence[tuple[HeadColumn, GridCell]],
    ) -> None:  # fmt: skip
        for column, cell in values:
            self._cell(cell, Table.BUDGET_ACCOUNTS, (*path, account), column, self._measure, account, True)
        self._draft.use(labels)

    def _unknown(self, labels: Sequence[GridCell], values: Sequence[tuple[HeadColumn, GridCell]]) -> None:
        path = (Table.BUDGET.value, *(squeeze(cell.text) for cell in labels))
        for column, cell in values:
            self._cell(cell, Table.UNKNOWN, path, column, None, "", False)
        self._draft.use(labels)
        self._draft.warn(
            f"予算額・執行額の表に知らない行「{path[-1]}」があります",
            "「様式にない項目」として保存しました",
            labels[0].locator,
        )

    def _cell(
        self, cell: GridCell, table: Table, path: tuple[str, ...], column: HeadColumn, measure: Measure | None,
        item: str, part: bool,
    ) -> None:  # fmt: skip
        if measure is not None and _REQUEST in column.key:
            measure = _REQUEST_MEASURES.get(measure, measure)
        elif measure is not None and _WISH in column.key and measure in _REQUEST_MEASURES:
            measure = Measure.REQUEST_WISH
        unit = PERCENT if measure in _RATES else self._unit
        self._draft.cell(
            cell, table, path, column.label, measure=measure, item=item, fiscal_year=column.fiscal_year,
            unit=label_unit(path[-1]) or unit, scope=Scope.PART if part else Scope.TOTAL,
        )  # fmt: skip


def _account_in(label: str) -> str:
    """``当初予算（一般会計） → 一般会計``."""
    return next((inside for inside in _INSIDE.findall(label_key(label)) if _ACCOUNT.search(inside)), "")
