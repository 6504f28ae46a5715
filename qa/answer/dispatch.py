"""The one entry: an interpretation in, a draft out. A table of operations, no prose."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from corpus.fields import Measure
from corpus.model import Table
from corpus.text import name_key
from qa.answer.case import Case
from qa.answer.compare import compare
from qa.answer.draft import Builder, Draft
from qa.answer.figures import look_up
from qa.answer.items import pairs
from qa.answer.many import many
from qa.answer.payees import payees
from qa.answer.population import Population
from qa.answer.premise import check_premise
from qa.answer.refuse import ambiguous, no_sheet_of_year, not_found, not_recorded, unsupported
from qa.answer.select import Gap
from qa.answer.texts import text
from qa.answer.view import Library
from qa.answer.years import best_year, pairwise, per_unit, rate, summed, trend, unused, years_over
from qa.model import Candidate, Interpretation, Operation, Subject
from qa.sets.evaluate import evaluate

if TYPE_CHECKING:
    from corpus.store.reader import Corpus

MIN_SHARED = 0.4  # share of the shorter name's character pairs that two names of one project have in common
_FIGURES: dict[Operation, Callable[[Case], Draft]] = {
    Operation.LOOKUP: look_up,
    Operation.DIFFERENCE: pairwise,
    Operation.GROWTH_RATE: pairwise,
    Operation.RATIO: pairwise,
    Operation.SHARE: pairwise,
    Operation.SUM: summed,
    Operation.MEAN: summed,
    Operation.MAX_YEAR: best_year,
    Operation.MIN_YEAR: best_year,
    Operation.TREND: trend,
    Operation.YEARS_OVER: years_over,
    Operation.EXECUTION_RATE: rate,
    Operation.UNUSED: unused,
    Operation.PER_UNIT: per_unit,
}
_TEXT_MEASURES = frozenset(
    {
        Measure.GOAL, Measure.OUTCOME_INDICATOR, Measure.OUTPUT_INDICATOR, Measure.UNIT, Measure.BASIS,
        Measure.CHECK_MARK, Measure.CHECK_NOTE, Measure.BLOCK_NAME, Measure.EXPENSE_ITEM, Measure.EXPENSE_USE,
    }
)  # fmt: skip


def answer(asked: Interpretation, library: Library, corpus: Corpus, population: Population) -> Draft:
    """The draft of an answer; never raises for anything an interpretation can say."""
    if asked.plan is not None:
        return evaluate(asked.plan, Case(asked, library, corpus, [], []), population)
    if asked.subject is Subject.MANY:
        return many(Case(asked, library, corpus, [], []), population)
    if asked.rivals:
        return ambiguous(asked, asked.rivals)
    if not asked.sheets:
        return unsupported(asked) if asked.subject is Subject.NONE else not_found(asked)
    if asked.operation is Operation.COMPARE:
        return compare(asked, library, corpus)
    own, linked = by_name(asked.sheets)
    series = library.series([one.sheet_no for one in (*own, *linked)])
    case = Case(asked, library, corpus, series, series)
    if asked.sheet_year is not None:
        named = [one for one in own if one.sheet_year == asked.sheet_year]
        named = named or [one for one in linked if one.sheet_year == asked.sheet_year]
        if not named:
            return no_sheet_of_year(case)
        if len(named) > 1:
            return ambiguous(asked, named)
        case = dataclasses.replace(case, views=library.series([named[0].sheet_no]))
    if asked.subject is Subject.NONE:
        return not_recorded(case, Gap.NO_ROW, "")
    return _of_project(case)


def by_name(candidates: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Sheets of the asked name, and sheets of the same series under a similar one; each newest first.

    The links between years are the publishers' own and are sometimes wrong: a sheet whose name has
    nothing in common with the asked one does not answer.
    """
    newest = sorted(candidates, key=lambda one: (-one.sheet_year, -one.score, one.sheet_no))
    best = max(newest, key=lambda one: one.score)
    own = [one for one in newest if name_key(one.project) == name_key(best.project)]
    asked = pairs(best.project)
    linked = [
        one
        for one in newest
        if one not in own and len(asked & pairs(one.project)) >= MIN_SHARED * min(len(asked), len(pairs(one.project)))
    ]
    return own, linked


def _of_project(case: Case) -> Draft:
    asked = case.asked
    if asked.subject is Subject.TEXT:
        return text(case)
    if asked.subject is Subject.PAYEE:
        return _payees(case)
    if asked.measures and asked.measures[0] in _TEXT_MEASURES:
        return text(case)
    return check_premise(case, _FIGURES.get(asked.operation, look_up)(case))


def _payees(case: Case) -> Draft:
    """One-bidder questions are answered by the checklist where the payee list has no bidders."""
    draft = payees(case)
    if case.asked.operation is Operation.PAYEE_ONE_BIDDER and not draft.results:
        checklist = _checklist(case)
        if checklist.results:
            return checklist
    return draft


def _checklist(case: Case) -> Draft:
    asked = dataclasses.replace(case.asked, table=Table.CHECK.value, item="一者応札又は一者応募となったもの")
    return text(dataclasses.replace(case, asked=asked, builder=Builder()))
