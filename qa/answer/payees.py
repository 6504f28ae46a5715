"""Questions about the payees (支出先) of one project.

Blocks may stand in one another's flow of money (再委託), so amounts of different blocks are never
added up.
"""

from __future__ import annotations

import dataclasses

from corpus.fields import Measure
from corpus.model import Table
from qa.answer import calc
from qa.answer.case import Case
from qa.answer.draft import Draft, Figure, Joined, Marks, Name, Part, Say, User, Words, Year
from qa.answer.figures import add_result, figure_part
from qa.answer.payee_lists import block_totals, count, expenses, list_all, one_bidder, share
from qa.answer.payee_pieces import (
    LISTED,
    add_amount,
    field_missing,
    line,
    name_part,
    no_payee,
    note_blocks,
    note_spellings,
    quantity_of,
    say_field,
)
from qa.answer.payee_rows import PayeeRow, block_key, blocks_of, by_amount, find_payee, payee_rows
from qa.answer.refuse import not_recorded
from qa.answer.select import Gap
from qa.answer.view import SheetView
from qa.model import Operation, Status


def sheet_of_payees(case: Case) -> SheetView | None:
    """The sheet that answers: the named one, else that of the payments' year + 1, else the newest with payees."""
    years = case.asked.fiscal_years
    if not case.sheet_named and years:
        return next((view for view in case.views if view.year == years[0] + 1 and payee_rows(view)), None)
    return next((view for view in case.views if payee_rows(view)), None)


def payees(case: Case) -> Draft:
    """Dispatch over the operations on payees."""
    view = sheet_of_payees(case)
    if view is None:
        return _no_rows(case)
    rows = payee_rows(view, case.asked.block)
    if not rows:
        return _no_block(case, view)
    _note_year(case, rows[0])
    draft = _OPERATIONS[case.asked.operation](case, rows)
    if draft.results or any(one.fiscal_year is not None for one in draft.citations):
        return draft
    kept = tuple(note for note in draft.notes if note.say is not Say.PAYMENTS_OF)  # no payment is shown
    return dataclasses.replace(draft, notes=kept)


def _no_rows(case: Case) -> Draft:
    if case.asked.payee:
        return no_payee(case, case.newest, [])
    return not_recorded(case, Gap.NO_ROW, Table.PAYEES.value.replace("１０", ""))


def _no_block(case: Case, view: SheetView) -> Draft:
    """The sheet has payees, but not in the asked block: the blocks it has are named."""
    builder = case.builder
    rows = payee_rows(view)
    first = [next(row for row in rows if row.block == block) for block in blocks_of(rows)]
    cited = [builder.cite(view.sheet, row.name) for row in first if row.name is not None]
    builder.say(
        Say.NOT_IN_FORM,
        **case.head(cited[0]),
        what=Words(f"ブロック{block_key(case.asked.block)}の支出先"),
        reason=Words(Gap.NO_ITEM.value),
        mark=Marks(()),
    )
    builder.say(
        Say.INSTEAD_ITEMS,
        items=Joined(tuple(Words(f"ブロック{row.block}") for row in first), "、"),
        mark=Marks(tuple(cited)),
    )
    return case.finish(Status.NOT_RECORDED)


def _note_year(case: Case, row: PayeeRow) -> None:
    """Payees in a sheet of N are payments of N-1; said once, with the year resolved."""
    cell = row.name
    if cell is not None and cell.fiscal_year is not None:
        case.builder.note(Say.PAYMENTS_OF, sheet=Year(row.view.year), year=Year(cell.fiscal_year))


# ---------------------------------------------------------------- operations

_KANJI = "〇一二三四五六七八九十"


def _top(case: Case, rows: list[PayeeRow]) -> Draft:
    """The payee with the n-th largest amount."""
    ordered = by_amount(rows)
    if not ordered:
        return list_all(case, rows)
    if not case.asked.descending:
        ordered = ordered[::-1]
    rank = max(1, case.asked.rank)
    if rank > len(ordered):
        return list_all(case, rows)
    row = ordered[rank - 1]
    result, amount, name = add_amount(case, row)
    case.builder.say(
        Say.PAYEE_TOP if rank == 1 and case.asked.descending else Say.PAYEE_RANK,
        **case.head(name),
        name=Name("citation", name, "raw"),
        block=Words(row.block),
        figure=figure_part(case, amount, result),
        mark=Marks((name, *amount.citations)),
        **({} if rank == 1 and case.asked.descending else {"rank": _rank_words(case, rank)}),
    )
    tied = [other for other in ordered if other is not row and other.base == row.base]
    if tied:
        case.builder.note(Say.TIE)
        for other in tied[:LISTED]:
            line(case, other)
    again = [other for other in rows if other is not row and other.key == row.key]
    if again:
        case.builder.say(Say.PAYEE_ROWS)
        for other in again[:LISTED]:
            line(case, other)
    note_blocks(case, rows)
    return case.finish()


def _rank_words(case: Case, rank: int) -> Part:
    """``2番目に大きい``, ``3位の``: in the asker's own words where the question gives the rank."""
    size = "大きい" if case.asked.descending else "小さい"
    if rank == 1:
        return Words(f"最も{size}")
    numbers = (str(rank), _KANJI[rank] if rank < len(_KANJI) else str(rank), chr(ord("０") + rank) if rank < 10 else str(rank))
    endings = (("番目", f"に{size}"), ("位", "の"), ("番手", "の"), ("番", f"に{size}"))
    for number in numbers:
        for ending, rest in endings:
            if f"{number}{ending}" in case.asked.question:
                return Joined((User(f"{number}{ending}"), Words(rest)), "")
    return Words(f"次に{size}")


def _amount(case: Case, rows: list[PayeeRow]) -> Draft:
    """The amount paid to a named payee; several rows are listed, and added only within one block."""
    if not case.asked.payee:
        return list_all(case, rows)
    found = find_payee(rows, case.asked.payee, case.asked.question)
    paid = [row for row in found if row.amounts]
    if not found:
        return no_payee(case, rows[0].view, rows)
    if not paid:
        return field_missing(case, found[0], Measure.PAYEE_AMOUNT)
    if len(paid) == 1:
        result, amount, name = add_amount(case, paid[0])
        case.builder.say(
            Say.PAYEE_AMOUNT,
            **case.head(name),
            name=Name("citation", name, "raw"),
            block=Words(paid[0].block),
            figure=figure_part(case, amount, result),
            mark=Marks((name, *amount.citations)),
        )
    else:
        _say_rows(case, paid)
    note_spellings(case, found)
    return case.finish()


def _say_rows(case: Case, paid: list[PayeeRow]) -> None:
    """Several rows of one payee: the sum per block first, then the rows."""
    blocks = blocks_of(paid)
    sums: list[tuple[str, int, calc.Quantity]] = []
    name, part = name_part(case, paid[0])
    for block in blocks:
        own = [row for row in paid if row.block == block]
        amounts = [quantity_of(case, row) for row in own]
        added = calc.total(amounts) if len(amounts) > 1 else amounts[0]
        label = f"{paid[0].name.raw if paid[0].name else ''}（ブロック{block}）"
        sums.append((block, add_result(case, label, added), added))
    case.builder.payees.append(paid[0].name.raw if paid[0].name else "")
    block, result, added = sums[0]
    case.builder.say(
        Say.PAYEE_AMOUNT,
        **case.head(name),
        name=part,
        block=Words(block),
        figure=Figure(result),
        mark=Marks(added.citations),
    )
    for block, result, added in sums[1:]:
        case.builder.say(
            Say.PAYEE_LINE, name=part, block=Words(block), figure=Figure(result), mark=Marks(added.citations)
        )
    if any(len(added.citations) > 1 for _, _, added in sums):
        case.builder.say(Say.PAYEE_ROWS)
        for row in paid[: 2 * LISTED]:
            line(case, row)
    if len(blocks) > 1:
        case.builder.note(Say.RECONTRACT)


def _field(case: Case, rows: list[PayeeRow]) -> Draft:
    """A column of the list for the named payee (法人番号, 契約方式等 …); for every row when none is named."""
    measure = case.asked.field or next(iter(case.asked.measures), "")
    if measure == Measure.PAYEE_AMOUNT:
        return _amount(case, rows)
    if measure in (Measure.EXPENSE_ITEM, Measure.EXPENSE_USE, Measure.EXPENSE_AMOUNT):
        return expenses(case, rows[0].view)
    chosen = find_payee(rows, case.asked.payee, case.asked.question) if case.asked.payee else rows
    if not chosen:
        return no_payee(case, rows[0].view, rows)
    having = [row for row in chosen if row.cells.get(measure) is not None and row.cells[measure].raw.strip()]
    if not having:
        return field_missing(case, chosen[0], measure)
    distinct = list({(row.key, row.cells[measure].raw): row for row in having}.values())
    for row in distinct[: 2 * LISTED]:
        say_field(case, row, measure, first=row is distinct[0])
    if case.asked.payee:
        note_spellings(case, chosen)
    return case.finish()


_OPERATIONS = {
    Operation.PAYEE_TOP: _top,
    Operation.PAYEE_AMOUNT: _amount,
    Operation.PAYEE_FIELD: _field,
    Operation.PAYEE_BLOCK: block_totals,
    Operation.PAYEE_COUNT: count,
    Operation.PAYEE_LIST: list_all,
    Operation.PAYEE_ONE_BIDDER: one_bidder,
    Operation.PAYEE_SHARE: share,
}
