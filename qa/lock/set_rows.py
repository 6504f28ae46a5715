"""The rows behind an answer over a set of sheets, held against the facts and against the plan that was read.

Every row is a sheet of a period of the plan, meets its conditions on ministry and name, and has the figure
the facts have; none stands twice; where only ministries narrow the set, none is missing.
"""

from __future__ import annotations

import collections
from collections.abc import Iterator, Sequence
from decimal import Decimal

from corpus.fields import Measure
from corpus.model import Origin, Scope, Table
from corpus.text import name_key
from qa.formula import decimal
from qa.lock.cells import Store, sheets_of
from qa.lock.claims import UNUSED, statements
from qa.model import Answer, AnswerTable
from qa.sets.plan import Fold, InMinistries, NameHolds, Period, SetPlan

_AMOUNTS = """
SELECT c.no, c.measure, c.pos, c.amount_yen FROM cells c
WHERE c.tbl = ? AND c.sheet_year = ? AND c.scope = ? AND c.fiscal_year = ? AND c.measure IN (SELECT unnest(?))
AND c.amount_yen IS NOT NULL
"""
_PAID = "SELECT p.no, p.amount_yen FROM payees p WHERE p.sheet_year = ? AND p.no IN (SELECT unnest(?))"
_EITHER = (Measure.REQUEST.value, Measure.REQUEST_TOTAL.value)
_LEADING = {
    Fold.COUNT: "COUNT(rows", Fold.SUM: "SUM(rows[4]", Fold.MEAN: "ROUND(SUM(rows[4]", Fold.RATE: "SUM(rows[4]",
    Fold.MINISTRIES: "COUNT(distinct rows[2])",
}  # fmt: skip

Row = tuple[str, ...]


def check_set_rows(answer: Answer, plan: SetPlan, table: AnswerTable, store: Store) -> Iterator[str]:
    """What is wrong with the rows of an answer to a plan."""
    yield from _forms(answer, plan)
    if table.header[:4] != ("シート", "公開年度", "府省庁", "事業名"):
        yield "a table without the sheets' names"
        return
    by_year = table.header[-1] == "年度"
    if not by_year and len(plan.periods) != 1:
        yield "rows of several years that do not say which"
        return
    periods = {(one.sheet_year, one.fiscal_year): one for one in plan.periods}
    groups: dict[Period, list[Row]] = collections.defaultdict(list)
    for row in table.rows:
        key = (int(row[1]), int(row[-1]) if by_year else plan.periods[0].fiscal_year)
        if key not in periods:
            yield f"row {row[:4]} is of no year that was asked"
            return
        groups[periods[key]].append(row)
    for period in plan.periods:
        yield from _period(plan, period, groups[period], table, store)


def _forms(answer: Answer, plan: SetPlan) -> Iterator[str]:
    """The first result is the fold that the plan asks for, said of the plan's measure."""
    head = next((one for one in statements(answer) if one.say.startswith("set ")), None)
    if head is None:
        return
    if plan.measure and not head.words("measure").startswith(plan.measure):
        yield f"{head.words('measure')} is said where {plan.measure} was asked"
    made = answer.results[0].derivation or "" if answer.results else ""
    if head.say == "set value" and not made.startswith((_LEADING[plan.fold], _LEADING[plan.fold].removeprefix("ROUND("))):
        yield f"{made} is not {plan.fold}"


def _period(plan: SetPlan, period: Period, rows: list[Row], table: AnswerTable, store: Store) -> Iterator[str]:
    infos = {one.sheet_id: one for one in sheets_of(store, period.sheet_year)}
    paid = plan.measure == Measure.PAYEE_AMOUNT
    seen: set[str] = set()
    for row in rows:
        info = infos.get(row[0])
        if info is None or (info.ministry, info.project) != (row[2], row[3]) or (row[0] in seen and not paid):
            yield f"row {row[:4]} is no sheet of the store, or stands twice"
            return
        if not _meets(plan, info.ministry, info.project):
            yield f"row {row[:4]} does not meet the conditions"
            return
        seen.add(row[0])
    if plan.measure:
        yield from (_payments if paid else _figures)(plan, period, rows, store)
    if all(isinstance(one, InMinistries) for one in plan.where):
        known = {row[0] for row in table.left_out} | seen
        missing = [one for one in infos.values() if one.sheet_id not in known and _meets(plan, one.ministry, one.project)]
        if missing:
            yield f"{len(missing)} sheets are missing, such as {missing[0].sheet_id}"


def _meets(plan: SetPlan, ministry: str, project: str) -> bool:
    for one in plan.where:
        if isinstance(one, InMinistries) and (ministry in one.names) == one.exclude:
            return False
        if isinstance(one, NameHolds) and name_key(one.word) not in name_key(project):
            return False
    return True


def _figures(plan: SetPlan, period: Period, rows: list[Row], store: Store) -> Iterator[str]:
    """Each row's amounts against the first total cell of the measure in its sheet."""
    rate, unused = plan.measure == Measure.EXECUTION_RATE, plan.measure == UNUSED
    measures = [plan.measure]
    if rate or unused:
        measures = [Measure.EXECUTED.value, Measure.BUDGET_TOTAL.value, Measure.CARRIED_OUT.value]
    elif plan.measure in _EITHER:
        measures = list(_EITHER)
    found = _amounts(measures, period, store)
    infos = {one.sheet_id: one for one in sheets_of(store, period.sheet_year)}
    for row in rows:
        no, own = infos[row[0]].no, [found.get((infos[row[0]].no, measure)) for measure in measures]
        if rate or unused:
            executed, budget, carried = own
            over = abs(carried or Decimal(0)) if infos[row[0]].origin is Origin.RS_CSV else Decimal(0)
            wanted: Sequence[Decimal | None] = (executed, budget)
            if unused:
                wanted = (None if executed is None or budget is None else budget - executed - over,)
        else:
            wanted = (found.get((no, plan.measure), next((one for one in own if one is not None), None)),)
        if [decimal(one) for one in row[4 : 4 + len(wanted)]] != list(wanted):
            yield f"row {row} is not what the store has"
            return


def _amounts(measures: list[str], period: Period, store: Store) -> dict[tuple[int, str], Decimal]:
    params = [Table.BUDGET.value, period.sheet_year, Scope.TOTAL.value, period.fiscal_year, measures]
    first: dict[tuple[int, str], tuple[int, Decimal]] = {}
    for no, measure, pos, amount in store.facts(_AMOUNTS, params):
        if (no, measure) not in first or pos < first[no, measure][0]:
            first[no, measure] = (pos, amount)
    return {key: amount for key, (_, amount) in first.items()}


def _payments(plan: SetPlan, period: Period, rows: list[Row], store: Store) -> Iterator[str]:
    """Each row is a payment of its sheet, and no payment stands more often than it was made."""
    numbers = {one.sheet_id: one.no for one in sheets_of(store, period.sheet_year)}
    asked = sorted({numbers[row[0]] for row in rows})
    made = collections.Counter((no, amount) for no, amount in store.facts(_PAID, [period.sheet_year, asked]))
    made.subtract((numbers[row[0]], decimal(row[4])) for row in rows)
    if wrong := next((key for key, number in made.items() if number < 0), None):
        yield f"payment {wrong} is not in the store"
