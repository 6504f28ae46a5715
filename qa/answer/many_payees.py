"""Payees over many sheets: in how many projects a payee appears, what it received, who received most."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from decimal import Decimal

from corpus.fields import Measure
from corpus.text import payee_key
from corpus.units import YEN_PER_UNIT, is_money, plain
from qa.answer.draft import Draft, Figure, Joined, Marks, Name, Part, Say, User, Words
from qa.answer.many_pieces import CITED, LISTED, Many, count_result, empty, identity
from qa.answer.payee_rows import core
from qa.answer.population import OTHER_BLOCK, PayeeFact, one_block_each
from qa.model import AnswerTable, Operation, Status

_HEADER = ("シート", "公開年度", "府省庁", "事業名", "支出額（円）", "支出先", "ブロック")
_AMOUNT, _NAME = 4, 5
_MIN_PART = 3


def many_payees(question: Many) -> Draft:
    """Dispatch: a named payee is counted or summed; without a name the payees are ranked."""
    name = question.scoped.filter.payee
    if not name:
        return _top_payees(question)
    rows = question.population.payee_rows(question.scoped, name) or _by_part(question, name)
    if not rows:
        return _unknown(question, name)
    if question.case.asked.operation is Operation.AGG_SUM:
        return _sum(question, rows)
    if question.case.asked.operation is Operation.AGG_TOP:
        return _projects(question, rows)
    return _count(question, rows)


def _by_part(question: Many, name: str) -> list[PayeeFact]:
    """A name without its legal form, when only one payee has it; a part of a name may be another company's."""
    part = core(payee_key(name))
    if len(part) < _MIN_PART:
        return []
    names = question.population.payees_like(question.scoped, part)
    same = [one for one in names if core(payee_key(one)) == part]
    keys = {payee_key(one) for one in same}
    return question.population.payee_rows(question.scoped, same[0]) if len(keys) == 1 else []


def _unknown(question: Many, name: str) -> Draft:
    builder = question.case.builder
    who: Part = User(name) if name in question.case.asked.question else Words("お尋ねの支出先")
    builder.say(Say.MANY_NO_PAYEE, **question.head(shown=False), name=who)
    near = question.population.payees_like(question.scoped, core(payee_key(name)))[:CITED]
    cited: list[int] = []
    for one in near:
        row = question.population.payee_rows(question.scoped, one)
        if row:
            cited.append(_cite(question, row[0]))
    if cited:
        names = Joined(tuple(Name("citation", index, "raw") for index in cited), "、")
        builder.say(Say.NEAR_NAMES, names=names, mark=Marks(tuple(cited)))
    return question.case.finish(Status.NOT_RECORDED)


def written(rows: Sequence[PayeeFact], asked: str) -> str:
    """The spelling that is counted: the asker's own if the sheets have it, else the most frequent one."""
    names = collections.Counter(row.name for row in rows)
    return asked if asked in names else names.most_common(1)[0][0]


def _fill(question: Many, rows: Sequence[PayeeFact], left_out: Sequence[PayeeFact] = ()) -> None:
    by_no = question.population.by_no

    def line(row: PayeeFact) -> tuple[str, ...]:
        amount = "" if row.amount_yen is None else plain(row.amount_yen)
        return (*identity(by_no[row.no]), amount, row.name, row.block)

    dropped = tuple((*line(row), OTHER_BLOCK) for row in left_out)
    header = (*_HEADER, "理由") if dropped else ()
    question.case.builder.table = AnswerTable(_HEADER, tuple(line(row) for row in rows), header, dropped)


def _cite(question: Many, row: PayeeFact) -> int:
    """The citation of the payee's name cell (a fact points at the amount where there is one)."""
    view = question.case.library.view(row.no)
    cell = view.sheet.cells[row.pos]
    name = next(one for one in view.items[cell.table][cell.item] if one.measure == Measure.PAYEE_NAME)
    return question.case.builder.cite(view.sheet, name)


def _count(question: Many, rows: Sequence[PayeeFact]) -> Draft:
    """Projects that list the payee, by its name as written; other spellings are counted apart."""
    name = written(rows, question.scoped.filter.payee)
    listed = list({row.no: row for row in rows if row.name == name}.values())
    _fill(question, listed)
    builder = question.case.builder
    result = count_result(question, "支出先として記載された事業（シート）の数", len(listed))
    cited = [_cite(question, row) for row in listed[:LISTED]]
    builder.payees.append(name)
    builder.say(
        Say.MANY_PAYEE_COUNT,
        **question.head(),
        name=Name("citation", cited[0], "raw"),
        figure=Figure(result),
    )
    for index in cited:
        builder.say(Say.MANY_LINE, **question.whose(index), mark=Marks((index,)))
    if len(listed) > LISTED:
        builder.say(Say.MANY_MORE)
    note_spellings(question, rows, name)
    return question.finish()


def note_spellings(question: Many, rows: Sequence[PayeeFact], name: str) -> None:
    """Other spellings, and other names with the same 法人番号, are said and not counted."""
    numbers = sorted({row.corporate_number for row in rows if row.corporate_number})
    same = [*rows, *question.population.payees_of_numbers(question.scoped, numbers)]
    others = {row.name: row for row in same if row.name != name}
    if not others:
        return
    cited = [_cite(question, row) for row in list(others.values())[:CITED]]
    question.case.builder.note(
        Say.OTHER_SPELLING,
        names=Joined(tuple(Name("citation", index, "raw") for index in cited), "、"),
        mark=Marks(tuple(cited)),
    )


def _unit(question: Many) -> str:
    return question.case.asked.unit if is_money(question.case.asked.unit) else "百万円"


def _sum(question: Many, rows: Sequence[PayeeFact]) -> Draft:
    """What the payee received over the sheets of the scope, one block per project."""
    name = written(rows, question.scoped.filter.payee)
    paid = [row for row in rows if row.amount_yen is not None and row.name == name]
    kept, dropped = one_block_each(paid)
    if not kept:
        return empty(question)
    kept.sort(key=lambda row: -(row.amount_yen or 0))
    _fill(question, kept, dropped)
    builder = question.case.builder
    added = sum((row.amount_yen or Decimal(0) for row in kept), Decimal(0))
    unit = _unit(question)
    result = builder.result("支出額の合計", added / YEN_PER_UNIT[unit], unit, derivation=f"SUM(rows[{_AMOUNT}])")
    projects = len({row.no for row in kept})
    number = builder.result("事業（シート）の数", Decimal(projects), "件", derivation="COUNT(distinct rows[0])")
    first = _cite(question, kept[0])
    builder.payees.append(name)
    builder.say(
        Say.MANY_PAYEE_SUM,
        **question.head(),
        name=Name("citation", first, "raw"),
        figure=Figure(result),
        count=Figure(number),
    )
    _lines(question, kept[:LISTED])
    if len(kept) > LISTED:
        builder.say(Say.MANY_MORE)
    if dropped:
        left = count_result(question, f"合計に含めていない行（{OTHER_BLOCK}）", len(dropped), f"COUNT(left_out={OTHER_BLOCK})")
        builder.note(Say.LEFT_OUT_ROWS, figure=Figure(left), reason=Words(OTHER_BLOCK))
        builder.note(Say.RECONTRACT)
    note_spellings(question, rows, name)
    return question.finish()


def _lines(question: Many, rows: Sequence[PayeeFact]) -> None:
    """Rows as results, each with the amount cell cited."""
    builder = question.case.builder
    for row in rows:
        view = question.case.library.view(row.no)
        name = view.sheet.cells[row.pos]
        cell = next(
            (one for one in view.items[name.table][name.item] if one.measure == Measure.PAYEE_AMOUNT and one.value is not None), None
        )
        if cell is None or cell.value is None:
            continue
        index = builder.cite(view.sheet, cell)
        result = builder.result(view.sheet.project, cell.value, cell.unit, citations=(index,))
        builder.say(
            Say.MANY_LINE,
            **question.whose(index),
            figure=Figure(result),
            mark=Marks((index,)),
        )


def _projects(question: Many, rows: Sequence[PayeeFact]) -> Draft:
    """The projects from which the payee received most."""
    kept, dropped = one_block_each([row for row in rows if row.amount_yen is not None])
    if not kept:
        return _count(question, rows)
    kept.sort(key=lambda row: -(row.amount_yen or 0))
    _fill(question, kept, dropped)
    first = _cite(question, kept[0])
    question.case.builder.say(Say.MANY_PAYEE_TOP, **question.head(), name=Name("citation", first, "raw"))
    _lines(question, kept[: question.case.asked.top_n or CITED])
    if dropped:
        question.case.builder.note(Say.RECONTRACT)
    return question.finish()


def _top_payees(question: Many) -> Draft:
    """Payees of the scope by what they received (by name as written, one block per project)."""
    kept, _ = one_block_each(question.population.all_payees(question.scoped))
    if not kept:
        return empty(question)
    sums: dict[str, Decimal] = collections.defaultdict(Decimal)
    for row in kept:
        sums[row.name] += row.amount_yen or Decimal(0)
    ordered = sorted(sums, key=lambda name: -sums[name])
    _fill(question, kept)
    builder = question.case.builder
    unit = _unit(question)
    builder.say(Say.MANY_TOP_PAYEES, **question.head())
    for name in ordered[: question.case.asked.top_n or CITED]:
        own = [row for row in kept if row.name == name]
        index = _cite(question, own[0])
        derivation = f"SUM(rows[{_AMOUNT}] where rows[{_NAME}]={name})"
        result = builder.result(
            name, sums[name] / YEN_PER_UNIT[unit], unit, derivation=derivation, citations=(index,)
        )
        builder.payees.append(name)
        builder.say(
            Say.MANY_LINE, project=Name("citation", index, "raw"), figure=Figure(result), mark=Marks((index,))
        )
    builder.note(Say.RECONTRACT)
    return question.finish()
