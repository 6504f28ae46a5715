"""Tables with one entry per row: 予算内訳, 点検・改善, 支出先, 費目・使途, 契約先, 関連事業, 定性的指標."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from corpus.fields import Field, Measure
from corpus.form.book import column_of
from corpus.form.draft import Draft, joined, label_unit, side_cells
from corpus.form.labels import Column, Listing
from corpus.form.page import HeadColumn, Header, Page, squeeze, unit_in
from corpus.form.ragged import best_shift
from corpus.model import Kind, Scope, Table
from corpus.numbers import read_printed
from corpus.readers.grid import GridCell
from corpus.text import label_key

BLOCK: Final = re.compile(r"([A-Z]{1,2}|[a-z]|[Ａ-Ｚ])\s*[.．、。,:：]\s*(.*)|([A-Z]{1,2})", re.DOTALL)
_TOTAL: Final = {"計", "合計", "総計", "小計"}
_MARK: Final = 4  # an evaluation mark is at most this long
_QUESTION: Final = 6  # a question is at least this long


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One row of a table: cells by column, and what stands left of the first column."""

    row: int
    cells: tuple[tuple[HeadColumn, Column | None, GridCell], ...]
    side: tuple[GridCell, ...]

    @property
    def is_blank(self) -> bool:
        return all(cell.is_blank for _, _, cell in self.cells)

    def first(self, measure: Measure) -> GridCell | None:
        return next((cell for _, known, cell in self.cells if known is not None and known.measure is measure), None)


def read_listing(page: Page, header: Header, spec: Listing, draft: Draft) -> None:
    """Add the entries of one table to the draft."""
    draft.use(header.cells)
    draft.tables.add(spec.table)
    _READERS[spec.table](page, header, spec, draft)


# --- rows -----------------------------------------------------------------------------------------


def _entries(page: Page, header: Header, spec: Listing, columns: Sequence[HeadColumn]) -> Iterator[Entry]:
    known = [(column, column_of(spec.columns, column.label)) for column in columns]
    first = columns[0].col
    for row in range(header.end + 1, page.end_of(header)):
        cells = page.grid.row(row)
        if not any(not cell.is_blank and cell.row == row for cell in cells):
            continue
        side = tuple(cell for cell in cells if cell.col_end < first and cell.row == row and not cell.is_blank)
        if page.grid.aligned:
            found = _aligned(page, row, known)
        else:
            found, side = _slid(page, row, known, side)
        yield Entry(row, tuple(found), side)


def _aligned(
    page: Page, row: int, known: Sequence[tuple[HeadColumn, Column | None]]
) -> list[tuple[HeadColumn, Column | None, GridCell]]:
    found: list[tuple[HeadColumn, Column | None, GridCell]] = []
    for column, meaning in known:
        cell = page.grid.at(row, column.middle)
        if cell is not None and not any(cell is other for _, _, other in found):
            found.append((column, meaning, cell))
    return found


def _slid(
    page: Page, row: int, known: Sequence[tuple[HeadColumn, Column | None]], side: tuple[GridCell, ...]
) -> tuple[list[tuple[HeadColumn, Column | None, GridCell]], tuple[GridCell, ...]]:
    """As ``_aligned`` for text between tabs, where a row may have slid by a field."""
    roles = {column.col: meaning.role if meaning else "amount" for column, meaning in known}
    cells = page.grid.starting(row)

    def fits(cell: GridCell, col: int) -> int:
        if col not in roles:
            return 0 if col < known[0][0].col else -2
        return 1 if _looks_like(cell.text, roles[col]) else -2

    shift = best_shift(cells, fits)
    found = []
    for column, meaning in known:
        cell = page.grid.at(row, column.col - shift)
        if cell is not None and column.col - shift >= 0:
            found.append((column, meaning, cell))
    taken = {cell.locator for _, _, cell in found}
    return found, tuple(cell for cell in side if cell.locator not in taken)


def _looks_like(text: str, role: str) -> bool:
    kind = read_printed(text).kind
    if role == "mark":
        return len(text.strip()) <= _MARK
    if role == "question":
        return len(text.strip()) >= _QUESTION
    return kind is not Kind.TEXT if role == "amount" else True


def _is_block(entry: Entry) -> bool:
    """A row that only names the next block: ``B.``"""
    cells = {cell.locator: cell for _, _, cell in entry.cells if not cell.is_blank}
    cells.update({cell.locator: cell for cell in entry.side})
    return len(cells) == 1 and BLOCK.fullmatch(label_key(next(iter(cells.values())).text)) is not None


def _other_column(
    draft: Draft, spec: Listing, path: tuple[str, ...], column: HeadColumn, cell: GridCell, item: str, year: int | None
) -> None:
    """A column the form does not have is kept, and reported once."""
    draft.cell(cell, Table.UNKNOWN, (spec.table.value, *path), column.label, item=item, fiscal_year=year)
    note = f"「{spec.table.value}」に知らない列「{column.label}」があります"
    if not any(finding.message == note for finding in draft.findings):
        draft.warn(note, "「様式にない項目」として保存しました", cell.locator)


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
    for entry in _entries(page, header, spec, header.columns):
        figures = [(c, cell) for c, known, cell in entry.cells if c in amounts and cell.row == entry.row]
        names = [cell for _, known, cell in entry.cells if known and known.role == "text" and cell.row == entry.row]
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
        done = done or path[-1] in _TOTAL
        _item_figures(draft, path, figures, unit)
        draft.use(names)
    draft.use(cell for cell in sides if cell.row <= last)


def _item_figures(
    draft: Draft, path: tuple[str, ...], figures: Sequence[tuple[HeadColumn, GridCell]], unit: str | None
) -> None:
    total = path[-1] in _TOTAL
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
    for entry in _entries(page, header, spec, header.columns):
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
                _other_column(draft, spec, path, column, cell, item, None)
            else:
                draft.cell(cell, Table.CHECK, path, column.label, measure=known.measure, item=item, words=True)


# --- 支出先, 契約先 --------------------------------------------------------------------------------


def _payees(page: Page, header: Header, spec: Listing, draft: Draft) -> None:
    heading = _block_heading(page, header)
    if heading is not None:
        draft.use([heading])
        letter, name = _block_name(heading.text)
        draft.block = letter
        if name:
            draft.cell(heading, Table.PAYEES, (letter,), "", measure=Measure.BLOCK_NAME, item=letter)
    count = 0
    for entry in _entries(page, header, spec, header.columns):
        if _is_block(entry) or _foreign(entry):
            continue
        if entry.is_blank:
            draft.use(entry.side)  # an unused, numbered row
            continue
        count += 1
        printed = joined(entry.side)
        rank = label_key(printed) if printed else str(count)
        _payee(draft, spec, entry, (draft.block, rank) if draft.block else (rank,))


def _foreign(entry: Entry) -> bool:
    """A row that is no payee at all (a note over the whole width)."""
    return not any(not cell.is_blank and known is not None for _, known, cell in entry.cells[1:])


def _payee(draft: Draft, spec: Listing, entry: Entry, path: tuple[str, ...]) -> None:
    item = draft.unique_item(spec.table, "/".join(path))
    year = draft.sheet_year - 1
    draft.use(entry.side)
    for column, known, cell in entry.cells:
        if known is None:
            _other_column(draft, spec, path, column, cell, item, year)
            continue
        money = known.role == "amount"
        draft.cell(
            cell, spec.table, path, column.label, measure=known.measure, item=item, fiscal_year=year,
            unit=label_unit(column.label), scope=Scope.PART if money else Scope.TOTAL,
        )  # fmt: skip


def _block_heading(page: Page, header: Header) -> GridCell | None:
    """``B.`` in the nearest row above the heading."""
    for row in range(header.row - 1, max(header.row - 4, -1), -1):
        cells = page.grid.starting(row)
        if cells:
            return next((cell for cell in cells if BLOCK.fullmatch(label_key(cell.text))), None)
    return None


def _block_name(text: str) -> tuple[str, str]:
    """``"A.民間企業（2社）" → ("A", "民間企業(2社)")``."""
    found = BLOCK.fullmatch(label_key(text))
    if found is None:
        return "", text
    return (found[1] or found[3] or ""), (found[2] or "")


def _commitments(page: Page, header: Header, spec: Listing, draft: Draft) -> None:
    for number, entry in enumerate(_entries(page, header, spec, header.columns), 1):
        if entry.is_blank or _foreign(entry):
            draft.use(entry.side if entry.is_blank else ())
            continue
        _payee(draft, spec, entry, (label_key(joined(entry.side)) or str(number),))


# --- 費目・使途 ------------------------------------------------------------------------------------


def _expenses(page: Page, header: Header, spec: Listing, draft: Draft) -> None:
    sides = side_cells(page, max(header.row - 1, 0), page.end_of(header), header.first_col)
    draft.use(sides)
    for columns in _side_by_side(header, spec):
        _expense_block(page, header, spec, columns, draft)


def _side_by_side(header: Header, spec: Listing) -> list[list[HeadColumn]]:
    """Blocks A and B stand next to each other: every 費目 begins one."""
    blocks: list[list[HeadColumn]] = []
    for column in header.columns:
        known = column_of(spec.columns, column.label)
        if not blocks or (known is not None and known.measure is Measure.EXPENSE_ITEM):
            blocks.append([])
        blocks[-1].append(column)
    return blocks


def _expense_block(page: Page, header: Header, spec: Listing, columns: Sequence[HeadColumn], draft: Draft) -> None:
    entries = [e for e in _entries(page, header, spec, columns) if not e.is_blank]
    heading = next(
        (cell for cell in (page.grid.starting(header.row - 1) if header.row else ())
         if cell.overlaps(columns[0].col, columns[-1].col_end) and cell.col >= header.first_col),
        None,
    )  # fmt: skip
    letter, name, year = "", "", draft.sheet_year - 1
    if heading is not None:
        letter, name = _block_name(heading.text)
        draft.use([heading])
        if name and entries:
            draft.cell(
                heading, Table.EXPENSES, (letter,) if letter else (), "", measure=Measure.BLOCK_NAME, item=letter,
                fiscal_year=year,
            )  # fmt: skip
    rank = 0
    for entry in entries:
        label = entry.first(Measure.EXPENSE_ITEM)
        if _is_block(entry) or label is None:
            continue
        total = label_key(label.text) in _TOTAL
        rank += not total
        name = squeeze(label.text) if total else str(rank)
        item = draft.unique_item(Table.EXPENSES, f"{letter}/{name}" if letter else name)
        for column, known, cell in entry.cells:
            if known is None:
                _other_column(draft, spec, (letter, name), column, cell, item, year)
            elif not (total and cell is label):
                draft.cell(
                    cell, Table.EXPENSES, (letter, name) if letter else (name,), column.label, measure=known.measure,
                    item=item, fiscal_year=year, unit=label_unit(column.label),
                    scope=Scope.PART if known.role == "amount" and not total else Scope.TOTAL,
                )  # fmt: skip
        draft.use([label])


# --- 関連事業, 定性的指標 ---------------------------------------------------------------------------


def _plain(page: Page, header: Header, spec: Listing, draft: Draft) -> None:
    """Tables whose cells are words: one item per row."""
    for entry in _entries(page, header, spec, header.columns):
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
    for row in range(header.end + 1, page.end_of(header)):
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
    Table.PAYEES: _payees,
    Table.COMMITMENTS: _commitments,
    Table.EXPENSES: _expenses,
    Table.RELATED: _plain,
    Table.POLICY: _qualitative,
}
