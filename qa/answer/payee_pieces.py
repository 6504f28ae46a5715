"""Pieces of answers about payees: names, amounts, lines and refusals, each cited to its row."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.fields import Measure
from corpus.model import Cell, Kind
from qa.answer import calc
from qa.answer.case import Case
from qa.answer.draft import Draft, Figure, Joined, Marks, Name, Part, Say, User, Words
from qa.answer.figures import figure_part
from qa.answer.payee_rows import PayeeRow, by_amount, nearest
from qa.answer.select import Gap
from qa.answer.view import SheetView
from qa.model import Status

LISTED = 10


def cite_cell(case: Case, row: PayeeRow, cell: Cell) -> int:
    return case.builder.cite(row.view.sheet, cell)


def name_part(case: Case, row: PayeeRow) -> tuple[int, Name]:
    """Citation of the payee's name, and the part that shows it."""
    if row.name is None:
        raise ValueError(row.item)
    index = cite_cell(case, row, row.name)
    return index, Name("citation", index, "raw")


def add_amount(case: Case, row: PayeeRow) -> tuple[int, calc.Quantity, int]:
    """Result of one row's amount, labelled with the name: (result, quantity, citation of the name)."""
    if row.name is None:
        raise ValueError(row.item)
    amount = quantity_of(case, row)
    name, _ = name_part(case, row)
    shown = calc.in_unit(amount, case.asked.unit)
    result = case.builder.result(
        row.name.raw, shown.value, shown.unit, derivation=shown.derivation, citations=(*amount.citations, name)
    )
    case.builder.payees.append(row.name.raw)
    return result, amount, name


def line(case: Case, row: PayeeRow) -> None:
    """One row: name, block, amount."""
    if not row.amounts:
        name, _ = name_part(case, row)
        result = case.builder.result(row.name.raw if row.name else "", text=row.name.raw if row.name else "",
                                     citations=(name,))  # fmt: skip
        case.builder.payees.append(row.name.raw if row.name else "")
        case.builder.say(Say.PAYEE_NAME_LINE, name=Name("result", result, "text"), block=Words(row.block), mark=Marks((name,)))
        return
    result, amount, name = add_amount(case, row)
    case.builder.say(
        Say.PAYEE_LINE,
        name=Name("citation", name, "raw"),
        block=Words(row.block),
        figure=figure_part(case, amount, result),
        mark=Marks((*amount.citations,)),
    )


def note_blocks(case: Case, rows: Sequence[PayeeRow]) -> None:
    if len({row.block for row in rows}) > 1:
        case.builder.note(Say.RECONTRACT)


def note_spellings(case: Case, rows: Sequence[PayeeRow]) -> None:
    """The asker's spelling differs from the sheet's, or the sheet has several: show them."""
    printed = list(dict.fromkeys(row.name.raw for row in rows if row.name is not None))
    asked = case.asked.payee
    if asked and asked in case.asked.question and printed and asked not in printed:
        _, part = name_part(case, rows[0])
        case.builder.note(Say.SPELLING, asked=User(asked), name=part)
    if len(printed) > 1:
        parts: list[Part] = []
        for name in printed:
            row = next(row for row in rows if row.name is not None and row.name.raw == name)
            parts.append(name_part(case, row)[1])
        case.builder.note(Say.SAME_NUMBER, names=Joined(tuple(parts), "、"))


def quantity_of(case: Case, row: PayeeRow) -> calc.Quantity:
    """What the row received: its amount, or the sum of its expense items. Raises ValueError without one."""
    parts = [
        calc.of_cell(cell.value, cell.unit, cite_cell(case, row, cell)) for cell in row.amounts if cell.value is not None
    ]
    if not parts:
        raise ValueError(row.item)
    if row.amounts[0].measure == Measure.EXPENSE_AMOUNT:
        case.builder.note(Say.FROM_EXPENSES)
    return calc.total(parts) if len(parts) > 1 else parts[0]


def say_field(case: Case, row: PayeeRow, measure: str, *, first: bool = True) -> None:
    """One column of one row; rows after the first are lines of a list."""
    cell = row.cells[measure]
    citation = cite_cell(case, row, cell)
    name, part = name_part(case, row)
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
        Say.PAYEE_FIELD if first else Say.PAYEE_FIELD_LINE,
        **case.head(citation),
        name=part,
        field=Words(measure),
        text=shown,
        mark=Marks((citation, name)),
    )


def no_payee(case: Case, view: SheetView, rows: list[PayeeRow]) -> Draft:
    """The named payee is not in the sheet: the nearest names, else the largest payees it does list."""
    builder = case.builder
    citation = builder.cite_sheet(view.sheet)
    asked = case.asked.payee
    who: Part = User(asked) if asked in case.asked.question else Words("お尋ねの支出先")
    builder.say(Say.NO_PAYEE, **case.head(citation), name=who)
    near = nearest(rows, asked)
    shown = near or by_amount(rows)[:3] or rows[:3]
    if shown:
        cited = [name_part(case, row) for row in shown]
        builder.say(
            Say.NEAR_NAMES if near else Say.INSTEAD_PAYEES,
            names=Joined(tuple(part for _, part in cited), "、"),
            mark=Marks(tuple(index for index, _ in cited)),
        )
    return case.finish(Status.NOT_RECORDED)


def field_missing(case: Case, row: PayeeRow, measure: str) -> Draft:
    """The payee is listed, the column is blank, ``-`` or not in this data."""
    name, part = name_part(case, row)
    cell = row.cells.get(measure)
    marks = (name,) if cell is None else (name, cite_cell(case, row, cell))
    gap = Gap.NO_ROW if cell is None else Gap.DASH if cell.kind is Kind.DASH else Gap.BLANK
    case.builder.say(
        Say.NOT_IN_FORM,
        **case.head(name),
        what=Joined((part, Words(f"の{measure}")), ""),
        reason=Words(gap.value),
        mark=Marks(marks),
    )
    return case.finish(Status.NOT_RECORDED)
