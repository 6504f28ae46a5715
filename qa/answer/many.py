"""Questions over many sheets: counts, sums, rankings, thresholds, groups and changes.

Every figure in such an answer is a result over the rows of the answer's table (``COUNT(rows)``,
``SUM(rows[4])``), which holds every sheet that was counted; the largest ones are cited to their cells.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from decimal import Decimal

from corpus.fields import Measure
from corpus.units import PERCENT, plain, round_half_up
from qa.answer.case import Case
from qa.answer.draft import Draft, Figure, Marks, Part, Say, Words, Year
from qa.answer.many_lists import change, group, threshold, top
from qa.answer.many_payees import many_payees
from qa.answer.many_pieces import (
    AMOUNT,
    CITED,
    HEADER,
    Many,
    add_row,
    cite,
    count_result,
    empty,
    facts,
    fill_table,
    identity,
    list_rows,
    money_result,
    result_unit,
    row_unit,
    say_left_out,
)
from qa.answer.population import Figure as Fact
from qa.answer.population import Population
from qa.model import AnswerTable, Operation, Status

_COUNTING = (Operation.AGG_COUNT, Operation.AGG_THRESHOLD, Operation.AGG_GROUP)
_ONLY_SHEETS = "シートのある事業の額の合計で、府省庁の予算や決算の全体の額ではありません。"


def many(case: Case, population: Population) -> Draft:
    """Answer a question over many sheets."""
    asked = case.asked
    measure = next(iter(asked.measures), "")
    years = asked.fiscal_years[-1:] if asked.operation is Operation.AGG_CHANGE else asked.fiscal_years
    scoped = population.scope(measure, asked.sheet_year, years, asked.filter)
    if scoped is None:
        return _no_sheets(case, population)
    if asked.filter.payee or measure in (Measure.PAYEE_AMOUNT, Measure.PAYEE_NAME):
        return many_payees(Many(case, population, scoped, measure or Measure.PAYEE_AMOUNT))
    counted = asked.operation in _COUNTING and asked.threshold is None
    question = Many(case, population, scoped, measure or ("" if counted else Measure.INITIAL.value))
    if not measure and not counted:
        fixed = population.scope(question.measure, asked.sheet_year, asked.fiscal_years, asked.filter)
        question = dataclasses.replace(question, scoped=fixed or scoped)
    if asked.threshold is not None:
        return threshold(question)
    return _OPERATIONS[asked.operation](question)


def _no_sheets(case: Case, population: Population) -> Draft:
    case.builder.say(Say.NO_MANY, **({"sheet": Year(case.asked.sheet_year)} if case.asked.sheet_year else {}))
    return case.finish(Status.NOT_RECORDED)


# ---------------------------------------------------------------- operations


def count(question: Many) -> Draft:
    """How many sheets the scope has."""
    infos = question.population.sheets(question.scoped)
    builder = question.case.builder
    kept = [Fact(info, None, "") for info in infos]
    if not kept:
        return empty(question)
    fill_table(question, kept, ())
    result = count_result(question, "事業（シート）の数", len(kept))
    listed = bool(question.scoped.filter.topic) or question.case.asked.field == "一覧"
    cited = () if listed else tuple(index for one in kept[:3] for index in cite(question, one))
    examples: dict[str, Part] = {"mark": Marks(cited)} if cited else {}
    builder.say(Say.MANY_COUNT, **question.head(), figure=Figure(result), **examples)
    if listed:
        list_rows(question, kept)
    return question.finish()


def total(question: Many) -> Draft:
    """The sum over all sheets of the scope that record the figure."""
    kept, left_out = facts(question)
    if question.measure == Measure.EXECUTION_RATE:
        return overall_rate(question)
    if not kept:
        return empty(question)
    ordered = sorted(kept, key=lambda one: -(one.amount_yen or 0))
    fill_table(question, ordered, left_out)
    unit = result_unit(question, kept)
    added = sum((one.amount_yen for one in kept if one.amount_yen is not None), Decimal(0))
    label = f"{question.measure}の合計"
    result = money_result(question, label, added, unit, f"SUM(rows[{AMOUNT}])", ())
    number = count_result(question, "合計したシートの数", len(kept))
    question.case.builder.say(Say.MANY_SUM, **question.head(), figure=Figure(result), count=Figure(number))
    for one in ordered[:CITED]:
        add_row(question, one, row_unit(question, one))
    question.case.builder.note(Say.RULE, words=Words(_ONLY_SHEETS))
    if len(ordered) > CITED:
        question.case.builder.say(Say.MANY_MORE)
    say_left_out(question, left_out)
    return question.finish()


def overall_rate(question: Many) -> Draft:
    """執行率 of the whole scope: the sum of 執行額 over the sum of 計, over sheets that record both."""
    executed = {f.info.no: f for f in question.population.figures(question.scoped, Measure.EXECUTED)}
    budgets = question.population.figures(question.scoped, Measure.BUDGET_TOTAL)
    both = [
        (one, executed[one.info.no])
        for one in budgets
        if one.amount_yen is not None and executed[one.info.no].amount_yen is not None
    ]
    whole = sum((one.amount_yen or Decimal(0) for one, _ in both), Decimal(0))
    used = sum((one.amount_yen or Decimal(0) for _, one in both), Decimal(0))
    if whole <= 0:
        return empty(question)
    rows = tuple((*identity(b.info), plain(e.amount_yen or Decimal(0)), plain(b.amount_yen or Decimal(0))) for b, e in both)
    question.case.builder.table = AnswerTable((*HEADER, "執行額（円）", "予算計（円）"), rows)
    rate = round_half_up(used / whole * 100, 1)
    derivation = f"SUM(rows[{AMOUNT}]) / SUM(rows[{AMOUNT + 1}]) × 100"
    result = question.case.builder.result("全体の執行率", rate, PERCENT, derivation=derivation)
    number = count_result(question, "対象のシートの数", len(both))
    question.case.builder.say(Say.MANY_SUM, **question.head(), figure=Figure(result), count=Figure(number))
    return question.finish()


_OPERATIONS: dict[Operation, Callable[[Many], Draft]] = {
    Operation.AGG_SUM: total,
    Operation.AGG_COUNT: count,
    Operation.AGG_TOP: top,
    Operation.AGG_THRESHOLD: count,
    Operation.AGG_GROUP: group,
    Operation.AGG_CHANGE: change,
}
