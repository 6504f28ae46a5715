"""Who was paid for what: 支出先上位10者リスト, 国庫債務負担行為等による契約先, 費目・使途.

A sheet of year N reports payments of N-1.  Payees stand in blocks (``A.``, ``B.``), each under a
heading row of its own that is printed again after a page break; 費目・使途 has its blocks side by side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from corpus.fields import Measure
from corpus.form.book import column_of
from corpus.form.draft import Draft, joined, label_unit, side_cells
from corpus.form.entries import TOTALS, Entry, Placed, entries, other_column
from corpus.form.labels import Listing
from corpus.form.page import HeadColumn, Header, Page, squeeze
from corpus.model import Kind, Scope, Table
from corpus.numbers import read_printed
from corpus.readers.grid import GridCell
from corpus.text import label_key

_BLOCK: Final = re.compile(r"([A-Za-z]{1,2})[.、。,:](.*)|([A-Z]{1,2})", re.DOTALL)
_BLOCK_REACH: Final = 3  # rows above a heading in which its block is named


def read_payees(page: Page, header: Header, spec: Listing, draft: Draft) -> None:
    """支出先上位10者リスト: item ``A/1``, the block letter and the rank."""
    heading = _block_heading(page, header)
    if heading is not None:
        draft.use([heading])
        draft.block, name = _block_name(heading.text)
        if name:
            draft.cell(heading, Table.PAYEES, (draft.block,), "", measure=Measure.BLOCK_NAME, item=draft.block)
    count = 0
    for entry in entries(page, header, spec):
        if _is_block(entry) or _is_note(entry, header):
            continue
        if entry.is_blank:
            draft.use(entry.side)  # an unused, numbered row
            continue
        count += 1
        rank = label_key(joined(entry.side)) or str(count)
        _payee(draft, spec, entry, (draft.block, rank) if draft.block else (rank,))


def read_commitments(page: Page, header: Header, spec: Listing, draft: Draft) -> None:
    """国庫債務負担行為等による契約先: item is the rank."""
    for number, entry in enumerate(entries(page, header, spec), 1):
        if entry.is_blank:
            draft.use(entry.side)
        elif not _is_note(entry, header):
            _payee(draft, spec, entry, (label_key(joined(entry.side)) or str(number),))


def _payee(draft: Draft, spec: Listing, entry: Entry, path: tuple[str, ...]) -> None:
    item = draft.unique_item(spec.table, "/".join(path))
    year = draft.sheet_year - 1
    draft.use(entry.side)
    for column, known, cell in entry.cells:
        if known is None:
            other_column(draft, spec, path, column, cell, item, year)
            continue
        draft.cell(
            cell,
            spec.table,
            path,
            column.label,
            measure=known.measure,
            item=item,
            fiscal_year=year,
            unit=label_unit(column.label),
            scope=Scope.PART if known.role == "amount" else Scope.TOTAL,
        )


def _is_block(entry: Entry) -> bool:
    """A row that only names the next block: ``B.``"""
    texts = entry.texts()
    return len(texts) == 1 and _BLOCK.fullmatch(label_key(texts[0].text)) is not None


def _is_note(entry: Entry, header: Header) -> bool:
    """A text over several columns and nothing else: not an entry."""
    texts = entry.texts()
    return len(texts) == 1 and not entry.side and texts[0].col_end > header.columns[0].col_end


def _block_heading(page: Page, header: Header) -> GridCell | None:
    """``B.`` in the nearest row with text above the heading."""
    for row in range(header.row - 1, max(header.row - 1 - _BLOCK_REACH, -1), -1):
        cells = page.grid.starting(row)
        if cells:
            return next((cell for cell in cells if _BLOCK.fullmatch(label_key(cell.text))), None)
    return None


def _block_name(text: str) -> tuple[str, str]:
    """``"A.民間企業（2社）" → ("A", "民間企業(2社)")``."""
    found = _BLOCK.fullmatch(label_key(text))
    if found is None:
        return "", text
    return (found[1] or found[3] or "").upper(), (found[2] or "")


# --- 費目・使途 ------------------------------------------------------------------------------------


def read_expenses(page: Page, header: Header, spec: Listing, draft: Draft) -> None:
    """費目・使途: item ``A/1``; the total of a block is ``A/計``."""
    draft.use(side_cells(page, max(header.row - 1, 0), page.end_of(header), header.first_col))
    blocks = _side_by_side(header, spec)
    headings = _headings(page, header, blocks)
    rows = [_by_block(page, entry, blocks) for entry in entries(page, header, spec) if not _is_block(entry)]
    for number, (columns, heading) in enumerate(zip(blocks, headings, strict=True)):
        parts = [row[number] for row in rows]
        parts = [part for part in parts if any(not cell.is_blank for _, _, cell in part)]
        letter = _expense_heading(heading, bool(parts), draft)
        _expense_block(spec, columns, parts, letter, draft)


def _side_by_side(header: Header, spec: Listing) -> list[list[HeadColumn]]:
    """Blocks A and B stand next to each other: every 費目 begins one."""
    blocks: list[list[HeadColumn]] = []
    for column in header.columns:
        known = column_of(spec.columns, column.label)
        if not blocks or (known is not None and known.measure is Measure.EXPENSE_ITEM):
            blocks.append([])
        blocks[-1].append(column)
    return blocks


def _headings(page: Page, header: Header, blocks: Sequence[Sequence[HeadColumn]]) -> list[GridCell | None]:
    """What stands above each block: ``A.架空調査（株）``."""
    above = page.grid.starting(header.row - 1) if header.row else []
    if not page.grid.aligned:
        named: list[GridCell | None] = [cell for cell in above if _BLOCK.fullmatch(label_key(cell.text))]
        return [*named, *[None] * len(blocks)][: len(blocks)]
    above = [cell for cell in above if cell.col >= header.first_col]
    return [next((c for c in above if c.overlaps(b[0].col, b[-1].col_end)), None) for b in blocks]


def _by_block(page: Page, entry: Entry, blocks: Sequence[Sequence[HeadColumn]]) -> list[list[Placed]]:
    """The cells of a row, block by block. Text between tabs: a row of totals is read in pairs."""
    if entry.cells or page.grid.aligned:
        return [[placed for placed in entry.cells if placed[0] in block] for block in blocks]
    cells = page.grid.starting(entry.row)
    pairs = list(zip(cells[::2], cells[1::2], strict=False))
    totals = all(
        label_key(a.text) in TOTALS and read_printed(b.text).kind in (Kind.NUMBER, Kind.DASH) for a, b in pairs
    )
    if not pairs or not totals or len(cells) != 2 * len(blocks):
        return [[] for _ in blocks]
    return [[(block[0], None, a), (block[-1], None, b)] for block, (a, b) in zip(blocks, pairs, strict=True)]


def _expense_heading(heading: GridCell | None, used: bool, draft: Draft) -> str:
    if heading is None:
        return ""
    letter, name = _block_name(heading.text)
    draft.use([heading])
    if name and used:
        draft.cell(
            heading,
            Table.EXPENSES,
            (letter,) if letter else (),
            "",
            measure=Measure.BLOCK_NAME,
            item=letter,
            fiscal_year=draft.sheet_year - 1,
        )
    return letter


def _expense_block(
    spec: Listing, columns: Sequence[HeadColumn], parts: Sequence[Sequence[Placed]], letter: str, draft: Draft
) -> None:
    rank, year = 0, draft.sheet_year - 1
    for part in parts:
        label = part[0][2]
        total = label_key(label.text) in TOTALS
        rank += not total
        path = (*((letter,) if letter else ()), squeeze(label.text) if total else str(rank))
        item = draft.unique_item(Table.EXPENSES, "/".join(path))
        for column, _, cell in part:
            known = column_of(spec.columns, column.label)
            if total and cell is label:
                continue
            if known is None:
                other_column(draft, spec, path, column, cell, item, year)
                continue
            draft.cell(
                cell,
                spec.table,
                path,
                column.label,
                measure=known.measure,
                item=item,
                fiscal_year=year,
                unit=label_unit(column.label),
                scope=Scope.PART if known.role == "amount" and not total else Scope.TOTAL,
            )
        draft.use([label])
