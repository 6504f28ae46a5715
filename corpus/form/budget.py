"""予算額・執行額: rows of measures × fiscal years, with the request column and rows per account."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from corpus.fields import Measure
from corpus.form.draft import Draft, joined, label_unit
from corpus.form.page import HeadColumn, Header, Page, squeeze, unit_in
from corpus.form.ragged import line_up
from corpus.model import Kind, Scope, Table
from corpus.numbers import read_printed
from corpus.readers.grid import GridCell
from corpus.text import label_key
from corpus.units import PERCENT

_ACCOUNT: Final = re.compile(r"会計|勘定")
_GROUP: Final = "予算の状況"
_INSIDE: Final = re.compile(r"\(([^()]*)\)")
_REQUEST: Final = "要求"
_WISH: Final = "要望"
_REQUEST_MEASURES: Final = {Measure.INITIAL: Measure.REQUEST, Measure.BUDGET_TOTAL: Measure.REQUEST_TOTAL}
_RATES: Final = {Measure.EXECUTION_RATE, Measure.EXECUTION_RATE_INITIAL}


def read_budget(page: Page, header: Header, draft: Draft) -> None:
    """Add the cells of the budget table to the draft. The unit is the one its heading states."""
    end = page.end_of(header)
    columns = tuple(column for column in header.columns if column.fiscal_year is not None)
    rows = {row: _labels(page, row, columns[0].col) for row in page.grid.between(header.end + 1, end)}
    titles, group = _sides(page, header, rows)
    unit = unit_in(joined(titles)) or unit_in(joined(group))
    draft.use(header.cells)
    draft.tables.add(Table.BUDGET)
    if unit is None:
        draft.warn(
            "予算額・執行額の単位が書かれていません",
            "単位のない数値として保存しました。元の様式を確認してください",
            header.cells[0].locator,
        )
    reader = _Rows(page, columns, unit, draft)
    sides = {cell.locator for cell in (*titles, *group)}
    for row, cells in rows.items():
        labels = [cell for cell in cells if cell.locator not in sides]
        inside = bool(group and labels and labels[-1].col > group[0].col)
        reader.row(row, labels, (joined(group),) if inside else ())
    draft.use(cell for cell in (*titles, *group) if cell.row <= max(reader.last, header.end + 1))


def _labels(page: Page, row: int, col: int) -> list[GridCell]:
    """Texts left of the figures; those of taller cells too. In text between tabs: up to the first figure."""
    cells = [cell for cell in page.grid.row(row) if not cell.is_blank]
    if page.grid.aligned:
        return [cell for cell in cells if cell.col_end < col]
    figure = next((i for i, cell in enumerate(cells) if read_printed(cell.text).kind is not Kind.TEXT), len(cells))
    known = [i for i, cell in enumerate(cells) if isinstance(page.book.budget.find(cell.text), Measure)]
    return cells[: max(known) + 1 if known else figure]


def _sides(page: Page, header: Header, rows: dict[int, list[GridCell]]) -> tuple[list[GridCell], list[GridCell]]:
    """(pieces of the table's title, pieces of 予算の状況): what stands left of the row labels.

    A row's label is the text next to its figures.  当初予算 stands further right than 執行額, because
    予算の状況 stands between it and the title; that tells the three columns apart, also when the
    title 予算額・執行額 is split over cells and one of them reads 執行額.
    """
    labels = [(cells[-1], page.book.budget.find(cells[-1].text)) for cells in rows.values() if cells]
    inner = next((cell.col for cell, measure in labels if measure is Measure.INITIAL), 0)
    outer = next((cell.col for cell, measure in labels if measure is Measure.EXECUTED), inner)
    left = list({cell.locator: cell for cells in rows.values() for cell in cells[:-1]}.values())
    left += [cell for cell in page.grid.starting(header.row) if cell.col_end < header.first_col]
    left = [cell for cell in left if cell.col < inner and not _ACCOUNT.search(cell.text)]
    if outer == inner:  # no 執行額: 予算の状況 is known by its words
        words = [cell for cell in left if label_key(cell.text) in _GROUP]
        outer = min((cell.col for cell in words), default=inner)
    group = [cell for cell in left if cell.col >= outer]
    return [cell for cell in left if cell.col < outer], group


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
        """``cells``: the texts left of the figures without titles; the last one is the row's label."""
        if not cells:
            return
        values = self._values(row, cells[-1])
        known = next((cell for cell in reversed(cells) if self._find(cell) is not None), None)
        if known is not None:
            self._measure = self._find(known)
            self._label = squeeze(known.text)
        if values is None:
            self._draft.warn(
                f"「{squeeze(cells[-1].text)}」の行の数値が見出しの年度と対応しません",
                "この行は「様式にない項目」として保存しました。元の様式（Excel）を取り込んでください",
                cells[-1].locator,
            )
            return
        if not values or (known is None and all(cell.is_blank for _, cell in values)):
            return
        self.last = row
        others = [cell for cell in cells if cell is not known]
        account = next((squeeze(cell.text) for cell in others if _ACCOUNT.search(cell.text)), "")
        account = account or (_account_in(self._label) if known is not None else "")
        if known is None and not account:
            self._unknown(others, values)
        elif account and self._measure is not None:
            self._account(account, (*group, self._label), cells, values)
        elif known is not None:
            self._known(known, others, (*group, self._label), values)

    def _find(self, cell: GridCell) -> Measure | None:
        found = self._page.book.budget.find(cell.text)
        return found if isinstance(found, Measure) else None

    def _values(self, row: int, label: GridCell) -> list[tuple[HeadColumn, GridCell]] | None:
        """One cell per year, None when the row cannot be lined up with the years."""
        if not self._page.grid.aligned:
            lined = line_up(self._page.grid, row, label, None, self._columns)
            return None if lined is None else lined[1]
        found: dict[str, tuple[HeadColumn, GridCell]] = {}
        for column in self._columns:
            cell = self._page.grid.at(row, column.middle)
            if cell is not None and cell.row == row:
                found.setdefault(cell.locator, (column, cell))
        return list(found.values())

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
