"""The sheets of a plan and their figures: complete, with what was left out and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from decimal import Decimal

from corpus.fields import Measure
from corpus.figures.definitions import UNUSED, holds_carry_over
from corpus.model import Origin
from corpus.store.model import SheetInfo
from corpus.text import name_key, nfkc
from corpus.units import PERCENT
from qa.answer import calc
from qa.answer.many_payees import written
from qa.answer.many_pieces import GROUPS
from qa.answer.population import NO_BUDGET, NOT_PRINTED, Figure, PayeeFact, Population, Scoped, one_block_each
from qa.answer.select import STAND_INS
from qa.answer.years import meets
from qa.model import Filter, Threshold
from qa.sets.plan import (
    AttributeIs,
    By,
    Compared,
    InAccount,
    InBureau,
    InMinistries,
    NameHolds,
    Paid,
    Period,
    SetPlan,
    YearIs,
)

NEGATIVE = "計から執行額を引くと負になる"


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One sheet with its figure: yen, or percent for rates; ``parts`` are the two amounts of a rate."""

    info: SheetInfo
    period: Period
    figure: Figure
    parts: tuple[Decimal, Decimal] | None = None
    first_block: bool = True

    @property
    def value(self) -> Decimal:
        return self.figure.amount_yen if self.figure.amount_yen is not None else Decimal(0)

    def group(self, by: By) -> str:
        if by is By.MINISTRY:
            return self.info.ministry
        if by is By.BUREAU:
            return GROUPS["部局"][2](self.info)
        return str(self.period.fiscal_year) if by is By.YEAR else ""


@dataclasses.dataclass(frozen=True, slots=True)
class Rows:
    """``kept`` of one plan, ``left_out`` with the reason."""

    kept: tuple[Row, ...]
    left_out: tuple[tuple[SheetInfo, str], ...]
    payees: tuple[PayeeFact, ...] = ()  # every row of the payee asked about, under whatever spelling
    payee: str = ""  # the spelling that is counted

    def of(self, period: Period) -> tuple[Row, ...]:
        return tuple(row for row in self.kept if row.period == period)


def rows_of(plan: SetPlan, population: Population) -> Rows:
    """All rows of all periods."""
    kept: list[Row] = []
    left: list[tuple[SheetInfo, str]] = []
    payee = next((one.payee for one in plan.where if isinstance(one, Paid)), "")
    payees: list[PayeeFact] = []
    name = ""
    for period in plan.periods:
        rows = population.payee_rows(_scope(plan, period), payee) if payee else []
        payees += rows
        name = name or (written(rows, payee) if rows else "")
        own = [row for row in rows if row.name == name or payee.isdigit()]
        infos, unmet = _members(plan, period, population, own)
        left += unmet
        found, missing = _valued(plan, period, infos, population, own)
        kept += found
        left += missing
    return Rows(tuple(kept), tuple(left), tuple(payees), name)


def _members(
    plan: SetPlan, period: Period, population: Population, paid: Sequence[PayeeFact]
) -> tuple[list[SheetInfo], list[tuple[SheetInfo, str]]]:
    """The sheets of one period that meet all conditions, and those whose figure for a condition is missing."""
    infos = [info for info in population.by_year.get(period.sheet_year, ()) if all(_in(one, info) for one in plan.where)]
    left: list[tuple[SheetInfo, str]] = []
    if plan.of(Paid):
        paying = {row.no for row in paid}
        infos = [info for info in infos if info.no in paying]
    for one in plan.where:
        if isinstance(one, YearIs | AttributeIs):
            infos, unmet = _of_attribute(one, infos, population.attributes(period.sheet_year, one.attribute))
            left += unmet
    for one in plan.where:
        if isinstance(one, Compared):
            figures, missing = _figures(plan, period, infos, population, one.measure)
            left += missing
            infos = [row.info for row in figures if _meets(row, one)]
    return infos, left


def _of_attribute(
    condition: YearIs | AttributeIs, infos: list[SheetInfo], recorded: list[tuple[int, str, int | None]]
) -> tuple[list[SheetInfo], list[tuple[SheetInfo, str]]]:
    """The sheets that meet the condition; those that record nothing (or no year) to compare are left out."""
    if isinstance(condition, AttributeIs):
        wanted = {nfkc(value) for value in condition.values}
        meeting = {no for no, text, _ in recorded if nfkc(text) in wanted}
        return [info for info in infos if info.no in meeting], []
    years = {no: year for no, _, year in recorded if year is not None}
    low, high = condition.first or 0, condition.last or 9999
    kept = [info for info in infos if low <= years.get(info.no, -1) <= high]
    return kept, [(info, f"{condition.attribute}の年度の記載なし") for info in infos if info.no not in years]


def _in(condition: object, info: SheetInfo) -> bool:
    match condition:
        case InMinistries(names, exclude):
            return (info.ministry in names) != exclude
        case InBureau(name, exclude):
            key = name_key(name)
            # an agency may be a ministry of its own name in one form and a bureau in another
            held = key in name_key(info.bureau) or key in name_key(info.division) or name_key(info.ministry).endswith(key)
            return held != exclude
        case InAccount(name, only):
            key, account = name_key(name), name_key(info.account)
            return account == key if only else key in account
        case NameHolds(word):
            return name_key(word) in name_key(info.project)
        case _:
            return True


def _meets(row: Row, condition: Compared) -> bool:
    unit = PERCENT if condition.measure == Measure.EXECUTION_RATE else "円"
    return meets(calc.Quantity(row.value, unit, "", ()), Threshold(condition.compare, condition.value, condition.unit))


def _scope(plan: SetPlan, period: Period) -> Scoped:
    """Only what narrows the database's work; the conditions decide."""
    names = [n for one in plan.where if isinstance(one, InMinistries) and not one.exclude for n in one.names]
    return Scoped(period.sheet_year, period.fiscal_year, Filter(ministry=names[0] if len(names) == 1 else ""))


def _valued(
    plan: SetPlan, period: Period, infos: list[SheetInfo], population: Population, paid: Sequence[PayeeFact]
) -> tuple[list[Row], list[tuple[SheetInfo, str]]]:
    if not plan.measure:
        return [Row(info, period, Figure(info, None, "")) for info in infos], []
    if plan.measure == Measure.PAYEE_AMOUNT:
        return _paid(period, infos, paid)
    return _figures(plan, period, infos, population, plan.measure)


def _figures(
    plan: SetPlan, period: Period, infos: list[SheetInfo], population: Population, measure: str
) -> tuple[list[Row], list[tuple[SheetInfo, str]]]:
    wanted = {info.no for info in infos}
    scope = _scope(plan, period)
    kept: list[Row] = []
    left: list[tuple[SheetInfo, str]] = []
    if measure not in (Measure.EXECUTION_RATE, UNUSED):
        for one in _first_printed(scope, measure, population):
            if one.info.no not in wanted:
                continue
            if one.amount_yen is None:
                left.append((one.info, NOT_PRINTED))
            else:
                kept.append(Row(one.info, period, one))
        return kept, left
    carried = {one.info.no: one for one in population.figures(scope, Measure.CARRIED_OUT)} if measure == UNUSED else {}
    for info, executed, budget in _pairs(scope, wanted, population):
        row = _unused(executed, budget, carried[info.no], period) if measure == UNUSED else _rate(executed, budget, period)
        if isinstance(row, Row):
            kept.append(row)
        else:
            left.append((info, row))
    return kept, left


def _first_printed(scope: Scoped, measure: str, population: Population) -> list[Figure]:
    """The figures of a measure, or of the row that a form without it prints instead (要求額, 要求額計)."""
    found = population.figures(scope, measure)
    for other in STAND_INS.get(measure, ())[1:]:
        instead = {one.info.no: one for one in population.figures(scope, other)}
        found = [instead[one.info.no] if one.amount_yen is None else one for one in found]
    return found


def _pairs(scope: Scoped, wanted: set[int], population: Population) -> Iterator[tuple[SheetInfo, Figure, Figure]]:
    budgets = {one.info.no: one for one in population.figures(scope, Measure.BUDGET_TOTAL)}
    for one in population.figures(scope, Measure.EXECUTED):
        if one.info.no in wanted:
            yield one.info, one, budgets[one.info.no]


def _unused(executed: Figure, budget: Figure, carried: Figure, period: Period) -> Row | str:
    """不用額 in the form's own definition (domain.md): in the RSシステム 計 still holds what was carried over."""
    if executed.amount_yen is None or budget.amount_yen is None:
        return NOT_PRINTED
    over = Decimal(0)
    parts: tuple[Figure, ...] = (budget, executed)
    if holds_carry_over(Origin(executed.info.origin)) and carried.amount_yen is not None:
        over, parts = abs(carried.amount_yen), (budget, executed, carried)
    left = budget.amount_yen - executed.amount_yen - over
    if left < 0:
        return NEGATIVE
    return Row(budget.info, period, Figure(budget.info, left, budget.unit, tuple(pos for one in parts for pos in one.pos)))


def _rate(executed: Figure, budget: Figure, period: Period) -> Row | str:
    """執行額 / 計 in percent with its cells; else the reason why there is none."""
    if executed.amount_yen is None or budget.amount_yen is None:
        return NOT_PRINTED
    if budget.amount_yen <= 0:
        return NO_BUDGET
    rate = executed.amount_yen / budget.amount_yen * 100
    figure = Figure(budget.info, rate, "%", (*executed.pos, *budget.pos))
    return Row(budget.info, period, figure, (executed.amount_yen, budget.amount_yen))


def _paid(
    period: Period, infos: list[SheetInfo], paid: Sequence[PayeeFact]
) -> tuple[list[Row], list[tuple[SheetInfo, str]]]:
    """Every row of the payee; ``first_block`` of those that may not be the same money again (re-contracted)."""
    by_no = {info.no: info for info in infos}
    found = [row for row in paid if row.no in by_no and row.amount_yen is not None]
    first = {(row.no, row.pos) for row in one_block_each(found)[0]}
    kept = [
        Row(by_no[r.no], period, Figure(by_no[r.no], r.amount_yen, "", (r.pos,)), first_block=(r.no, r.pos) in first) for r in found
    ]
    return kept, []
