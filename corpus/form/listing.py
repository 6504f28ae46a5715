"""Tables with one entry per row: 予算内訳, 点検・改善, 関連事業, 定性的指標; payments are in ``payments``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from corpus.fields import Field, Measure
from corpus.form.book import column_of
from corpus.form.draft import Draft, joined, label_unit, side_cells
from corpus.form.entries import TOTALS, entries, other_column
from corpus.form.labels import Listing
from corpus.form.page import HeadColumn, Header, Page, squeeze, unit_in
from corpus.form.payments import read_commitments, read_expenses, read_payees
from corpus.model import Scope, Table
from corpus.readers.grid import GridCell


def read_listing(page: Page, header: Header, spec: Listing, draft: Draft) -> None:
    """Add the entries of one table to the draft."""
    draft.use(header.cells)
    draft.tables.add(spec.table)
    _READERS[spec.table](page, header, spec, draft)


# --- 予算内訳 --------------------------------------------------------------------------------------

_ITEM_MEASURES: Final = (
    ("要望", Measure.REQUEST_WISH),
    ("要求", Measure.REQUEST),
    ("当初予算", Measure.INITIAL),
    ("補正", Measure.SUPPLEMENTARY),
    ("執行", Measure.EXECUTED),
)


def _budget_items(page: Page, header: Header, spec: Listing, draft: Draft) -> None:
    end = page.end_of(header)
    sides = side_cells(page, header.row, end, header.first_col)
    unit = unit_in(joined(sides)) or unit_in(_above(page, header))
    amounts = [c for c in header.columns if column_of(spec.columns, c.label) is None]
    last = header.end
    done = False
    for entry in entries(page, header, spec):
        figures = [(c, cell) for c, known, cell in entry.cells if c in amounts and cell.row == entry.row]
        names = [cell for _, known, cell in entry.cells if known and known.role == "name" and cell.row == entry.row]
        names = [cell for cell in names if not cell.is_blank]
        for column, known, cell in entry.cells:
            if known is not None and known.role == "reason" and not cell.is_blank and cell.locator not in draft.used:
                draft.section(cell, Field.CHANGE_REASON, column.label, Table.BUDGET_ITEMS)
        filled = any(not cell.is_blank for _, cell in figures)
        if done and not (filled and names):
            continue  # below 計: not part of the table unless it is another block of items
        if not names and not filled:
            continue
        last = entry.row
        path = tuple(squeeze(cell.text) for cell in names) or ("",)
        done = done or path[-1] in TOTALS
        _item_figures(draft, path, figures, unit)
        draft.use(names)
    draft.use(cell for cell in sides if cell.row <= last)


def _item_figures(
    draft: Draft, path: tuple[str, ...], figures: Sequence[tuple[HeadColumn, GridCell]], unit: str | None
) -> None:
    total = path[-1] in TOTALS
    item = draft.unique_item(Table.BUDGET_ITEMS, path[-1])
    for column, cell in figures:
        measure = next((measure for word, measure in _ITEM_MEASURES if word in column.key), None)
        draft.cell(
            cell, Table.BUDGET_ITEMS, path, column.label, measure=measure, item=item, fiscal_year=column.fiscal_year,
            unit=label_unit(column.label) or unit, scope=Scope.TOTAL if total else Scope.PART,
        )  # fmt: skip


def _above(page: Page, header: Header) -> str:
    """Text of the row above the heading, where a table may state its unit."""
    return joined(page.grid.starting(header.row - 1)) if header.row else ""


# --- 点検・改善 ------------------------------------------------------------------------------------


def _check(page: Page, header: Header, spec: Listing, draft: Draft) -> None:
    group = ""
    for entry in entries(page, header, spec):
        question = next((cell for _, known, cell in entry.cells if known and known.role == "question"), None)
        if entry.side:
            group = joined(entry.side)
        if question is None or question.is_blank or question.row != entry.row:
            if entry.side and entry.is_blank:
                draft.use(entry.side)
            continue
        item = draft.next_item(Table.CHECK)
        path = (group, squeeze(question.text)) if group else (squeeze(question.text),)
        draft.use([question, *entry.side])
        for column, known, cell in entry.cells:
            if cell is question:
                continue
            if known is None:
                other_column(draft, spec, path, column, cell, item, None)
            else:
                draft.cell(cell, Table.CHECK, path, column.label, measure=known.measure, item=item, words=True)


# --- 関連事業, 定性的指標 ---------------------------------------------------------------------------


def _plain(page: Page, header: Header, spec: Listing, draft: Draft) -> None:
    """Tables whose cells are words: one item per row."""
    for entry in entries(page, header, spec):
        if entry.is_blank:
            continue
        item = draft.next_item(spec.table)
        for column, _known, cell in entry.cells:
            if not cell.is_blank and cell.row == entry.row:
                draft.cell(cell, spec.table, (item,), column.label, item=item, words=True)
        draft.use(entry.side)


def _qualitative(page: Page, header: Header, spec: Listing, draft: Draft) -> None:
    """定性的指標: the heading names its columns; 施策の進捗状況（実績） follows as a second heading below."""
    item = draft.unique_item(Table.POLICY, "定性的指標")
    heading = {column.col: column.label for column in header.columns}
    for row in page.grid.between(header.end + 1, page.end_of(header)):
        for cell in page.grid.starting(row):
            if page.book.is_structure(cell.text):
                heading[cell.col] = squeeze(cell.text)
                draft.use([cell])
            elif cell.col_end >= header.first_col and cell.locator not in draft.used:
                column = max((col for col in heading if col <= cell.col), default=header.first_col)
                label = heading.get(column, "")
                draft.cell(cell, Table.POLICY, ("定性的指標",), label, item=item, words=True)


_READERS: Final[dict[Table, Callable[[Page, Header, Listing, Draft], None]]] = {
    Table.BUDGET_ITEMS: _budget_items,
    Table.CHECK: _check,
    Table.PAYEES: read_payees,
    Table.COMMITMENTS: read_commitments,
    Table.EXPENSES: read_expenses,
    Table.RELATED: _plain,
    Table.POLICY: _qualitative,
}
