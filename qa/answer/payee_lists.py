"""Answers over the whole payee list of a sheet: blocks, counts, lists, shares, one-bidder rows."""

from __future__ import annotations

from decimal import Decimal

from corpus.fields import Measure
from corpus.model import Cell, Table
from qa.answer import calc
from qa.answer.case import Case
from qa.answer.draft import Cited, Draft, Figure, Joined, Marks, Name, Part, Say, Words
from qa.answer.figures import add_result, figure_part
from qa.answer.payee_pieces import (
    LISTED,
    cite_cell,
    field_missing,
    line,
    name_part,
    no_payee,
    note_blocks,
    quantity_of,
    say_field,
)
from qa.answer.payee_rows import PayeeRow, block_key, blocks_of, by_amount, find_payee
from qa.answer.refuse import not_recorded
from qa.answer.select import Found, Gap, Want, figure_in
from qa.answer.view import SheetView


def block_totals(case: Case, rows: list[PayeeRow]) -> Draft:
    """The total of a block: as printed if the sheet prints it, and as the sum of its rows."""
    view = rows[0].view
    for block in blocks_of(rows):
        own = [row for row in rows if row.block == block]
        paid = [row for row in own if row.amounts]
        printed = _printed_total(view, block)
        if printed is not None:
            amount = calc.of_cell(printed.value, printed.cell.unit, case.builder.cite(view.sheet, printed.cell))
            result = add_result(case, f"ブロック{block} {Measure.BLOCK_TOTAL}", amount)
            _say_block(case, Say.PAYEE_BLOCK_PRINTED, block, amount, result)
        if not paid:
            continue
        amounts = [quantity_of(case, row) for row in paid]
        added = calc.total(amounts) if len(amounts) > 1 else amounts[0]
        result = add_result(case, f"ブロック{block}の支出額の合計", added)
        _say_block(case, Say.PAYEE_BLOCK, block, added, result)
        if len(blocks_of(rows)) == 1:
            for row in paid[: 2 * LISTED]:
                line(case, row)
    if len(blocks_of(rows)) > 1:
        case.builder.note(Say.RECONTRACT)
    return case.finish() if case.builder.has_results else not_recorded(case, Gap.BLANK, Measure.PAYEE_AMOUNT.value)


def _printed_total(view: SheetView, block: str) -> Found | None:
    """The total the sheet itself prints for a block, if it does."""
    for table in view.tables_of(Measure.BLOCK_TOTAL):
        found = figure_in(view, Want(Measure.BLOCK_TOTAL, None, table, block))
        if isinstance(found, Found):
            return found
    return None


def _say_block(case: Case, say: Say, block: str, amount: calc.Quantity, result: int) -> None:
    case.builder.say(
        say,
        **case.head(amount.citations[0]),
        block=Words(block),
        figure=figure_part(case, amount, result),
        mark=Marks(amount.citations),
    )


def count(case: Case, rows: list[PayeeRow]) -> Draft:
    """How many payees the list names (by name as written)."""
    distinct = list({row.name.raw: row for row in rows if row.name is not None}.values())
    cited = [name_part(case, row)[0] for row in distinct]
    result = case.builder.result(
        "支出先の数", Decimal(len(cited)), "者", derivation="COUNT(citations)", citations=cited
    )
    case.builder.say(Say.PAYEE_COUNT, **case.head(cited[0]), figure=Figure(result), mark=Marks(tuple(cited[:3])))
    return list_rows(case, rows)


def list_all(case: Case, rows: list[PayeeRow]) -> Draft:
    """The payees with their amounts, largest first."""
    ordered = by_amount(rows)
    ordered += [row for row in rows if not row.amounts]
    name, _ = name_part(case, ordered[0])
    case.builder.say(Say.PAYEE_LIST, **case.head(name))
    return list_rows(case, ordered)


def list_rows(case: Case, rows: list[PayeeRow]) -> Draft:
    shown = case.asked.top_n or LISTED
    for row in rows[:shown]:
        line(case, row)
    if len(rows) > shown:
        case.builder.say(Say.MANY_MORE)
    note_blocks(case, rows)
    return case.finish()


def share(case: Case, rows: list[PayeeRow]) -> Draft:
    """The payee's amount as a share of the project's 執行額; of its block when the sheet has none."""
    ordered = by_amount(rows)
    chosen = find_payee(rows, case.asked.payee, case.asked.question) if case.asked.payee else ordered[:1]
    paid = [row for row in chosen if row.amounts]
    if not paid:
        return no_payee(case, rows[0].view, rows) if not chosen else field_missing(case, chosen[0], Measure.PAYEE_AMOUNT)
    row = paid[0]
    part = quantity_of(case, row)
    year = row.amounts[0].fiscal_year
    executed = figure_in(row.view, Want(Measure.EXECUTED, year))
    if isinstance(executed, Found) and executed.value > 0 and not case.asked.block:
        whole = calc.of_cell(executed.value, executed.cell.unit, case.builder.cite(row.view.sheet, executed.cell))
        base = "執行額"
    else:
        whole = calc.total([quantity_of(case, other) for other in ordered if other.block == row.block])
        base = "ブロックの支出額の合計"
    if whole.base <= 0:
        return field_missing(case, row, Measure.PAYEE_AMOUNT)
    share = calc.percent_of(part, whole)
    name, shown = name_part(case, row)
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
        rule=Words(f"支出額 ÷ {base}（百分率。小数点以下第二位を四捨五入）"),
        terms=Joined(tuple(Cited(one) for one in share.citations), "、"),
        figure=Figure(result, converted=False),
    )
    return case.finish()


def one_bidder(case: Case, rows: list[PayeeRow]) -> Draft:
    """Rows with exactly one bidder."""
    column = [row for row in rows if (cell := row.cells.get(Measure.BIDDERS)) is not None and cell.value is not None]
    if not column:
        return not_recorded(case, Gap.NO_ROW, Measure.BIDDERS.value)
    single = [row for row in column if row.cells[Measure.BIDDERS].value == 1]
    head = case.head(cite_cell(case, column[0], column[0].cells[Measure.BIDDERS]))
    if not single:
        for row in column[:LISTED]:
            say_field(case, row, Measure.BIDDERS)
        case.builder.say(Say.ONE_BIDDER_NONE, **head)
        return case.finish()
    cited = [cite_cell(case, row, row.cells[Measure.BIDDERS]) for row in single]
    result = case.builder.result(
        "一者応札の件数", Decimal(len(single)), "件", derivation="COUNT(citations)", citations=cited
    )
    case.builder.say(Say.ONE_BIDDER, **head, figure=Figure(result), mark=Marks(tuple(cited)))
    for row in single:
        line(case, row)
    return case.finish()


def expenses(case: Case, view: SheetView) -> Draft:
    """費目・使途: what each block's (or the named payee's) money was spent on."""
    groups: dict[str, dict[str, Cell]] = {}
    for item, cells in view.items.get(Table.EXPENSES, {}).items():
        groups[item] = {cell.measure: cell for cell in reversed(cells) if cell.measure}
    rows = [(item, cells) for item, cells in groups.items() if Measure.EXPENSE_ITEM in cells]
    wanted = block_key(case.asked.block)
    rows = [pair for pair in rows if not wanted or block_key(pair[0].partition("/")[0]) == wanted]
    if not rows:
        return not_recorded(case, Gap.NO_ROW, Table.EXPENSES.value)
    first = case.builder.cite(view.sheet, rows[0][1][Measure.EXPENSE_ITEM])
    case.builder.say(Say.EXPENSES, **case.head(first))
    for item, row in rows[: 2 * LISTED]:
        _say_expense(case, view, groups.get(item.partition("/")[0], {}), row)
    if len(rows) > 2 * LISTED:
        case.builder.say(Say.MANY_MORE)
    return case.finish()


def _say_expense(case: Case, view: SheetView, block: dict[str, Cell], cells: dict[str, Cell]) -> None:
    """One expense item with its use and amount; named by its payee, else by its block."""
    kind, use, amount = (cells.get(m) for m in (Measure.EXPENSE_ITEM, Measure.EXPENSE_USE, Measure.EXPENSE_AMOUNT))
    if kind is None:
        return
    name = cells.get(Measure.PAYEE_NAME) or block.get(Measure.BLOCK_NAME) or kind
    named, cited = case.builder.cite(view.sheet, name), case.builder.cite(view.sheet, kind)
    slots: dict[str, Part] = {"name": Name("citation", named, "raw")}
    if cited != named:
        slots["item"] = Name("citation", cited, "raw")
    if use is not None and use.raw.strip():
        slots["use"] = Name("citation", case.builder.cite(view.sheet, use), "raw")
    if amount is not None and amount.value is not None:
        index = case.builder.cite(view.sheet, amount)
        figure = calc.of_cell(amount.value, amount.unit, index)
        slots["figure"] = Figure(add_result(case, f"{name.raw} {kind.raw}", figure))
        cited = index
    else:
        case.builder.result(name.raw, text=kind.raw, citations=(cited, named))
    case.builder.say(Say.EXPENSE_LINE, **slots, mark=Marks((cited,)))
