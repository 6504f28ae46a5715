"""Where sets meet the engine: question → an interpretation that carries the plan, or says what was not read."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from corpus.text import payee_key
from qa.answer.payee_rows import core
from qa.answer.population import Population, Scoped
from qa.model import Filter, Interpretation, Operation, Subject
from qa.sets.plan import By, Change, Fold, InBureau, InMinistries, NameHolds, Order, Paid, SetPlan
from qa.sets.read import Unread, read_set, read_turn
from qa.understand.context import Context
from qa.understand.directory import directory
from qa.understand.text import QuestionError, read_question

if TYPE_CHECKING:
    from collections.abc import Sequence

_MIN_PART = 2


def interpret(question: str, context: Context, population: Population) -> Interpretation | Unread | None:
    """The question as one over a set of sheets; Unread with the words left; None when it speaks of no set."""
    try:
        parsed = read_question(question)
    except QuestionError:
        return None
    places = directory(context.corpus, context.names)
    payees = _Payees(population)
    before = context.previous.plan if context.previous is not None else None
    plan = read_turn(parsed, before, context.names, places, payees) if before is not None else read_set(parsed, context.names, places, payees)
    if context.previous is not None and before is None and not (isinstance(plan, SetPlan) and _stands_alone(plan)):
        return None  # a turn about a project: only a question that names its own set leaves it
    return worded(question, plan) if isinstance(plan, SetPlan) else plan


def _stands_alone(plan: SetPlan) -> bool:
    return any(isinstance(one, InMinistries | NameHolds) for one in plan.where) or plan.by is By.MINISTRY


@dataclasses.dataclass(frozen=True, slots=True)
class _Payees:
    """The payees of the corpus, as the reader asks for them."""

    population: Population

    def newest_year(self) -> int | None:
        return self.population.newest_with_payees

    def like(self, words: str, sheet_year: int) -> str:
        part = core(payee_key(words))
        if len(part) < _MIN_PART:
            return ""
        scoped = Scoped(sheet_year, sheet_year - 1, Filter())
        names: Sequence[str] = self.population.payees_like(scoped, part)
        same = [name for name in names if core(payee_key(name)) == part]
        return same[0] if len({payee_key(name) for name in same}) == 1 else ""


def worded(question: str, plan: SetPlan) -> Interpretation:
    """The interpretation of a plan: the older keys of the contract beside it; the page's controls show them."""
    operation = Operation.AGG_SUM if plan.measure else Operation.AGG_COUNT
    if plan.change is not Change.NONE:
        operation = Operation.AGG_CHANGE
    elif plan.by in (By.MINISTRY, By.BUREAU, By.YEAR):
        operation = Operation.AGG_GROUP
    elif plan.order is not Order.NONE:
        operation = Operation.AGG_TOP
    ministries = [n for one in plan.where if isinstance(one, InMinistries) and not one.exclude for n in one.names]
    return Interpretation(
        question=question,
        subject=Subject.MANY,
        operation=operation,
        sheet_year=plan.periods[-1].sheet_year,
        fiscal_years=tuple(period.fiscal_year for period in plan.periods) if plan.measure else (),
        measures=(plan.measure,) if plan.measure else (),
        filter=Filter(
            ministry=ministries[0] if len(ministries) == 1 else "",
            bureau=next((one.name for one in plan.where if isinstance(one, InBureau) and not one.exclude), ""),
            payee=next((one.payee for one in plan.where if isinstance(one, Paid)), ""),
            topic=next((one.word for one in plan.where if isinstance(one, NameHolds)), ""),
        ),
        top_n=plan.n,
        descending=plan.order is not Order.ASCENDING,
        group_by=plan.by.value if plan.by not in (By.NOTHING, By.PROJECT) else "",
        unit=plan.unit,
        field="件数" if plan.fold is Fold.COUNT else "",
        plan=plan,
    )
