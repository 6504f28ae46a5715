"""Questions about the payees (支出先) of one project.

Blocks may stand in one another's flow of money (再委託), so amounts of different blocks are never
added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from corpus.fields import Measure
from corpus.model import Cell, Kind, Table
from qa.answer import calc
from qa.answer.case import Case
from qa.answer.draft import Cited, Draft, Figure, Joined, Marks, Name, Part, Say, User, Words, Year
from qa.answer.figures import add_result, figure_part
from qa.answer.payee_rows import (
    PayeeRow,
    block_key,
    blocks_of,
    by_amount,
    find_payee,
    nearest,
    payee_rows,
)
from qa.answer.refuse import not_recorded
from qa.answer.select import Found, Gap, Want, figure_in
from qa.answer.view import SheetView
from qa.model import Operation, Status

_LISTED = 10
_ONE_BIDDER_TEXTS = ("一者応札", "一者応募")


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
    return _OPERATIONS[case.asked.operation](case, rows)


def _no_rows(case: Case) -> Draft:
    if case.asked.payee:
        return _no_payee(case, case.newest, [])
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


# ---------------------------------------------------------------- pieces


def _cite(case: Case, row: PayeeRow, cell: Cell) -> int:
    return case.builder.cite(row.view.sheet, cell)


def _name(case: Case, row: PayeeRow) -> tuple[int, Name]:
    """Citation of the payee's name, and the part that shows it."""
    if row.name is None:
        raise ValueError(row.item)
    index = _cite(case, row, row.name)
    return index, Name("citation", index, "raw")


def _add_amount(case: Case, row: PayeeRow) -> tuple[int, calc.Quantity, int]:
    """Result of one row's amount, labelled with the name: (result, quantity, citation of the name)."""
    if row.name is None:
        raise ValueError(row.item)
    amount = _quantity(case, row)
    name, _ = _name(case, row)
    shown = calc.in_unit(amount, case.asked.unit)
    result = case.builder.result(
        row.name.raw, shown.value, shown.unit, derivation=shown.derivation, citations=(*amount.citations, name)
    )
    case.builder.payees.append(row.name.raw)
    return result, amount, name


def _line(case: Case, row: PayeeRow) -> None:
    """One row: name, block, amount."""
    if not row.amounts:
        name, _ = _name(case, row)
        result = case.builder.result(row.name.raw if row.name else "", text=row.name.raw if row.name else "",
                                     citations=(name,))  # fmt: skip
        case.builder.payees.append(row.name.raw if row.name else "")
        case.builder.say(Say.PAYEE_NAME_LINE, name=Name("result", result, "text"), block=Words(row.block), mark=Marks((name,)))
        return
    result, amount, name = _add_amount(case, row)
    case.builder.say(
        Say.PAYEE_LINE,
        name=Name("citation", name, "raw"),
        block=Words(row.block),
        figure=figure_part(case, amount, result),
        mark=Marks((*amount.citations,)),
    )


def _note_blocks(case: Case, rows: Sequence[PayeeRow]) -> None:
    if len({row.block for row in rows}) > 1:
        case.builder.note(Say.RECONTRACT)


def _note_spellings(case: Case, rows: Sequence[PayeeRow]) -> None:
    """The asker's spelling differs from the sheet's, or the sheet has several: show them."""
    printed = list(dict.fromkeys(row.name.raw for row in rows if row.name is not None))
    asked = case.asked.payee
    if asked and asked in case.asked.question and printed and asked not in printed:
        _, part = _name(case, rows[0])
        case.builder.note(Say.SPELLING, asked=User(asked), name=part)
    if len(printed) > 1:
        parts: list[Part] = []
        for name in printed:
            row = next(row for row in rows if row.name is not None and row.name.raw == name)
            parts.append(_name(case, row)[1])
        case.builder.note(Say.SAME_NUMBER, names=Joined(tuple(parts), "、"))


# ---------------------------------------------------------------- operations


def _top(case: Case, rows: list[PayeeRow]) -> Draft:
    """The payee with the n-th largest amount."""
    ordered = by_amount(rows)
    if not ordered:
        return _list(case, rows)
    rank = max(1, case.asked.rank)
    if rank > len(ordered):
        return _list(case, rows)
    row = ordered[rank - 1]
    result, amount, name = _add_amount(case, row)
    case.builder.say(
        Say.PAYEE_TOP if rank == 1 else Say.PAYEE_RANK,
        **case.head(name),
        name=Name("citation", name, "raw"),
        block=Words(row.block),
        figure=figure_part(case, amount, result),
        mark=Marks((name, *amount.citations)),
        **({} if rank == 1 else {"rank": User(_rank_words(case, rank))}),
    )
    tied = [other for other in ordered if other is not row and other.base == row.base]
    if tied:
        case.builder.note(Say.TIE)
        for other in tied[:_LISTED]:
            _line(case, other)
    again = [other for other in rows if other is not row and other.key == row.key]
    if again:
        case.builder.say(Say.PAYEE_ROWS)
        for other in again[:_LISTED]:
            _line(case, other)
    _note_blocks(case, rows)
    return case.finish()


def _rank_words(case: Case, rank: int) -> str:
    for words in (f"{rank}番目", f"第{rank}位", f"{rank}位", f"{rank}番"):
        if words in case.asked.question:
            return words
    return "次"


def _amount(case: Case, rows: list[PayeeRow]) -> Draft:
    """The amount paid to a named payee; several rows are listed, and added only within one block."""
    if not case.asked.payee:
        return _list(case, rows)
    found = find_payee(rows, case.asked.payee)
    paid = [row for row in found if row.amounts]
    if not found:
        return _no_payee(case, rows[0].view, rows)
    if not paid:
        return _field_missing(case, found[0], Measure.PAYEE_AMOUNT)
    if len(paid) == 1:
        result, amount, name = _add_amount(case, paid[0])
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
    _note_spellings(case, found)
    return case.finish()


def _say_rows(case: Case, paid: list[PayeeRow]) -> None:
    """Several rows of one payee: the sum per block first, then the rows."""
    blocks = blocks_of(paid)
    sums: list[tuple[str, int, calc.Quantity]] = []
    name, part = _name(case, paid[0])
    for block in blocks:
        own = [row for row in paid if row.block == block]
        amounts = [_quantity(case, row) for row in own]
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
        for row in paid[: 2 * _LISTED]:
            _line(case, row)
    if len(blocks) > 1:
        case.builder.note(Say.RECONTRACT)


def _quantity(case: Case, row: PayeeRow) -> calc.Quantity:
    """What the row received: its amount, or the sum of its expense items. Raises ValueError without one."""
    parts = [
        calc.of_cell(cell.value, cell.unit, _cite(case, row, cell)) for cell in row.amounts if cell.value is not None
    ]
    if not parts:
        raise ValueError(row.item)
    if row.amounts[0].measure == Measure.EXPENSE_AMOUNT:
        case.builder.note(Say.FROM_EXPENSES)
    return calc.total(parts) if len(parts) > 1 else parts[0]


def _no_payee(case: Case, view: SheetView, rows: list[PayeeRow]) -> Draft:
    """The named payee is not in the sheet: the nearest names, else the largest payees it does list."""
    builder = case.builder
    citation = builder.cite_sheet(view.sheet)
    asked = case.asked.payee
    who: Part = User(asked) if asked in case.asked.question else Words("お尋ねの支出先")
    builder.say(Say.NO_PAYEE, **case.head(citation), name=who)
    near = nearest(rows, asked)
    shown = near or by_amount(rows)[:3] or rows[:3]
    if shown:
        cited = [_name(case, row) for row in shown]
        builder.say(
            Say.NEAR_NAMES if near else Say.INSTEAD_PAYEES,
            names=Joined(tuple(part for _, part in cited), "、"),
            mark=Marks(tuple(index for index, _ in cited)),
        )
    return case.finish(Status.NOT_RECORDED)


def _field(case: Case, rows: list[PayeeRow]) -> Draft:
    """A column of the list for the named payee (法人番号, 契約方式等 …); for every row when none is named."""
    measure = case.asked.field or next(iter(case.asked.measures), "")
    if measure == Measure.PAYEE_AMOUNT:
        return _amount(case, rows)
    chosen = find_payee(rows, case.asked.payee) if case.asked.payee else rows
    if not chosen:
        return _no_payee(case, rows[0].view, rows)
    having = [row for row in chosen if row.cells.get(measure) is not None and row.cells[measure].raw.strip()]
    if not having:
        return _field_missing(case, chosen[0], measure)
    distinct = list({(row.key, row.cells[measure].raw): row for row in having}.values())
    for row in distinct[: 2 * _LISTED]:
        _say_field(case, row, measure)
    if case.asked.payee:
        _note_spellings(case, chosen)
    return case.finish()


def _say_field(case: Case, row: PayeeRow, measure: str) -> None:
    cell = row.cells[measure]
    citation = _cite(case, row, cell)
    name, part = _name(case, row)
    label = f"{row.name.raw if row.name else ''} {measure}"
    if cell.kind is Kind.NUMBER and cell.value is not None and measure != Measure.CORPORATE_NUMBER:
        amount = calc.of_cell(cell.value, cell.unit, citation)
        result = case.builder.result(label, amount.value, amount.unit, derivation=amount.derivation,
                                     citations=(citation, name))  # fmt: skip
        shown: Part = Figure(result)
    else:
        result = case.builder.result(label, text=cell.raw, citations=(citation, name))
        shown = Name("result", result, "text")
    case.builder.payees.append(row.name.raw if row.name else "")
    case.builder.say(
        Say.PAYEE_FIELD,
        **case.head(citation),
        name=part,
        field=Words(measure),
        text=shown,
        mark=Marks((citation, name)),
    )


def _field_missing(case: Case, row: PayeeRow, measure: str) -> Draft:
    """The payee is listed, the column is blank, ``-`` or not in this data."""
    name, part = _name(case, row)
    cell = row.cells.get(measure)
    marks = (name,) if cell is None else (name, _cite(case, row, cell))
    gap = Gap.NO_ROW if cell is None else Gap.DASH if cell.kind is Kind.DASH else Gap.BLANK
    case.builder.say(
        Say.NOT_IN_FORM,
        **case.head(name),
        what=Joined((part, Words(f"の{measure}")), ""),
        reason=Words(gap.value),
        mark=Marks(marks),
    )
    return case.finish(Status.NOT_RECORDED)


def _block(case: Case, rows: list[PayeeRow]) -> Draft:
    """The total of a block: as printed if the sheet prints it, and as the sum of its rows."""
    view = rows[0].view
    for block in blocks_of(rows):
        own = [row for row in rows if row.block == block]
        paid = [row for row in own if row.amounts]
        printed = figure_in(view, Want(Measure.BLOCK_TOTAL, None, None, block)) if _has_totals(view) else None
        if isinstance(printed, Found):
            amount = calc.of_cell(printed.value, printed.cell.unit, case.builder.cite(view.sheet, printed.cell))
            result = add_result(case, f"ブロック{block} {Measure.BLOCK_TOTAL}", amount)
            _say_block(case, Say.PAYEE_BLOCK_PRINTED, block, amount, result)
        if not paid:
            continue
        amounts = [_quantity(case, row) for row in paid]
        added = calc.total(amounts) if len(amounts) > 1 else amounts[0]
        result = add_result(case, f"ブロック{block}の支出額の合計", added)
        _say_block(case, Say.PAYEE_BLOCK, block, added, result)
        if len(blocks_of(rows)) == 1:
            for row in paid[: 2 * _LISTED]:
                _line(case, row)
    if len(blocks_of(rows)) > 1:
        case.builder.note(Say.RECONTRACT)
    return case.finish() if case.builder.has_results else not_recorded(case, Gap.BLANK, Measure.PAYEE_AMOUNT.value)


def _has_totals(view: SheetView) -> bool:
    return bool(view.tables_of(Measure.BLOCK_TOTAL))


def _say_block(case: Case, say: Say, block: str, amount: calc.Quantity, result: int) -> None:
    case.builder.say(
        say,
        **case.head(amount.citations[0]),
        block=Words(block),
        figure=figure_part(case, amount, result),
        mark=Marks(amount.citations),
    )


def _count(case: Case, rows: list[PayeeRow]) -> Draft:
    """How many payees the list names (by name as written)."""
    distinct = list({row.name.raw: row for row in rows if row.name is not None}.values())
    cited = [_name(case, row)[0] for row in distinct]
    result = case.builder.result(
        "支出先の数", Decimal(len(cited)), "者", derivation="COUNT(citations)", citations=cited
    )
    case.builder.say(Say.PAYEE_COUNT, **case.head(cited[0]), figure=Figure(result), mark=Marks(tuple(cited[:3])))
    return _list_rows(case, rows)


def _list(case: Case, rows: list[PayeeRow]) -> Draft:
    """The payees with their amounts, largest first."""
    ordered = by_amount(rows)
    ordered += [row for row in rows if not row.amounts]
    name, _ = _name(case, ordered[0])
    case.builder.say(Say.PAYEE_LIST, **case.head(name))
    return _list_rows(case, ordered)


def _list_rows(case: Case, rows: list[PayeeRow]) -> Draft:
    shown = case.asked.top_n or _LISTED
    for row in rows[:shown]:
        _line(case, row)
    if len(rows) > shown:
        case.builder.say(Say.MANY_MORE)
    _note_blocks(case, rows)
    return case.finish()


def _share(case: Case, rows: list[PayeeRow]) -> Draft:
    """The payee's amount as a share of the project's 執行額; of its block when the sheet has none."""
    ordered = by_amount(rows)
    chosen = find_payee(rows, case.asked.payee) if case.asked.payee else ordered[:1]
    paid = [row for row in chosen if row.amounts]
    if not paid:
        return _no_payee(case, rows[0].view, rows) if not chosen else _field_missing(case, chosen[0], Measure.PAYEE_AMOUNT)
    row = paid[0]
    part = _quantity(case, row)
    year = row.amounts[0].fiscal_year
    executed = figure_in(row.view, Want(Measure.EXECUTED, year))
    if isinstance(executed, Found) and executed.value > 0 and not case.asked.block:
        whole = calc.of_cell(executed.value, executed.cell.unit, case.builder.cite(row.view.sheet, executed.cell))
        base = "執行額"
    else:
        whole = calc.total([_quantity(case, other) for other in ordered if other.block == row.block])
        base = "ブロックの支出額の合計"
    if whole.base <= 0:
        return _field_missing(case, row, Measure.PAYEE_AMOUNT)
    share = calc.percent_of(part, whole)
    name, shown = _name(case, row)
    result = add_result(case, f"{row.name.raw if row.name else ''} {base}に占める割合", share)
    case.builder.payees.append(row.name.raw if row.name else "")
    case.builder.say(
        Say.PAYEE_SHARE,
        **case.head(name),
        name=shown,
        base=Words(base),
        figure=Figure(result),
        mark=Marks((name, *share.citations)),
    )
    case.builder.say(
        Say.WORKING,
        rule=Words(f"支出額 ÷ {base} × 百（小数点以下第二位を四捨五入）"),
        terms=Joined(tuple(Cited(one) for one in share.citations), "、"),
        figure=Figure(result, converted=False),
    )
    return case.finish()


def _one_bidder(case: Case, rows: list[PayeeRow]) -> Draft:
    """Rows with exactly one bidder."""
    column = [row for row in rows if (cell := row.cells.get(Measure.BIDDERS)) is not None and cell.value is not None]
    if not column:
        return not_recorded(case, Gap.NO_ROW, Measure.BIDDERS.value)
    single = [row for row in column if row.cells[Measure.BIDDERS].value == 1]
    head = case.head(_cite(case, column[0], column[0].cells[Measure.BIDDERS]))
    if not single:
        for row in column[:_LISTED]:
            _say_field(case, row, Measure.BIDDERS)
        case.builder.say(Say.ONE_BIDDER_NONE, **head)
        return case.finish()
    cited = [_cite(case, row, row.cells[Measure.BIDDERS]) for row in single]
    result = case.builder.result(
        "一者応札の件数", Decimal(len(single)), "件", derivation="COUNT(citations)", citations=cited
    )
    case.builder.say(Say.ONE_BIDDER, **head, figure=Figure(result), mark=Marks(tuple(cited)))
    for row in single:
        _line(case, row)
    return case.finish()


_OPERATIONS = {
    Operation.PAYEE_TOP: _top,
    Operation.PAYEE_AMOUNT: _amount,
    Operation.PAYEE_FIELD: _field,
    Operation.PAYEE_BLOCK: _block,
    Operation.PAYEE_COUNT: _count,
    Operation.PAYEE_LIST: _list,
    Operation.PAYEE_ONE_BIDDER: _one_bidder,
    Operation.PAYEE_SHARE: _share,
}
