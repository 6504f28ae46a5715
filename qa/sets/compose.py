"""Mentions → the plan they make: which value, of which sheets, folded, ordered and compared how."""

from __future__ import annotations

import re

from corpus.fields import Measure
from corpus.figures.definitions import UNUSED
from qa.sets.mentions import Mentions
from qa.sets.plan import (
    AttributeIs,
    By,
    Change,
    Compared,
    Fold,
    InMinistries,
    NameHolds,
    Order,
    Paid,
    Period,
    SetPlan,
    YearIs,
)
from qa.understand.directory import Directory

OFFSET = {  # the sheet in which a year's figure is settled: the request a year before, what is executed a year after
    Measure.EXECUTED.value: 1, Measure.EXECUTION_RATE.value: 1, UNUSED: 1, Measure.CARRIED_OUT.value: 1,
    Measure.SUPPLEMENTARY.value: 1, Measure.CARRIED_IN.value: 1, Measure.RESERVE.value: 1, Measure.BUDGET_TOTAL.value: 1,
    Measure.REQUEST.value: -1, Measure.REQUEST_TOTAL.value: -1, Measure.PAYEE_AMOUNT.value: 1,
}  # fmt: skip


_LISTED = 10


def compose(found: Mentions, places: Directory) -> SetPlan | None:
    """The plan of what was found; None when it does not come to one value, list or order."""
    if found.has("change") and len(found.ends) == 2:
        found.fiscal = found.ends
    if found.has("change") and len(found.sheets) > 2:
        found.sheets = (found.sheets[0], found.sheets[-1])
    measure, conditions = _measure_and_conditions(found)
    paid = any(isinstance(one, Paid) for one in found.where)
    count = found.has("fold", "count")
    if paid and measure and not conditions:
        if not all(re.search("支出|支払|払", c.phrase) for c in found.cues if c.kind == "measure"):
            return None  # the budget of projects that list the payee is not what it received
        measure = Measure.PAYEE_AMOUNT.value
    if found.board.of("府省庁の数"):
        return _ministries_counted(found, places) if not measure or measure == Measure.PAYEE_AMOUNT else None
    if paid and not measure and (found.has("payee") or not count):
        measure = "" if count else Measure.PAYEE_AMOUNT.value
    if measure is None:
        return None
    fold = _fold(found, measure, conditions, paid=paid)
    by, order = _by(found), _order(found)
    if fold is None or (order is Order.NONE and by is By.PROJECT and not conditions and not found.where):
        return None
    change = _change(found)
    if change is not Change.NONE and order is Order.NONE and by in (By.MINISTRY, By.PROJECT) and (found.has("most") or found.n):
        order = Order.ASCENDING if found.has("change", "down") else Order.DESCENDING
    if order is not Order.NONE and by is By.NOTHING:
        by = By.MINISTRY if found.ranked_ministries or _several(found) else By.PROJECT
    if found.has("by", "which"):
        by, order = By.MINISTRY, order if order is not Order.NONE else Order.DESCENDING
    shown = "" if fold is Fold.COUNT else measure
    periods = periods_of(found, shown or (conditions[0].measure if conditions else ""), places)
    if not periods or (change is not Change.NONE and len(periods) != 2) or (by is By.YEAR and order is Order.NONE and len(periods) < 2):
        return None
    if len(periods) > 1 and change is Change.NONE and by in (By.PROJECT, By.BUREAU):
        return None
    n = found.n or (_shown(found) if order is not Order.NONE else 0)
    unit = next((c.value for c in found.board.of("単位")), "")
    listed = by is By.PROJECT and order is Order.NONE
    return SetPlan(
        fold, shown, periods, (*found.where, *conditions), By.NOTHING if listed else by, order, n, found.place, change,
        listed or (fold is Fold.COUNT and not count and order is Order.NONE and by is By.NOTHING), unit,
    )


def _ministries_counted(found: Mentions, places: Directory) -> SetPlan | None:
    """In how many ministries there are such sheets."""
    periods = periods_of(found, Measure.PAYEE_AMOUNT.value, places)
    return SetPlan(Fold.MINISTRIES, "", periods, tuple(found.where)) if len(periods) == 1 and not found.thresholds else None


def _shown(found: Mentions) -> int:
    """How many of an order are meant when no number says it: one (一番…は), or a list (ランキング); 0 for one place alone."""
    if not found.has("most", "list", "worst"):
        return 1 if found.has("most") or not found.place else 0
    return 0 if found.place else _LISTED


def _several(found: Mentions) -> bool:
    return any(isinstance(one, InMinistries) and len(one.names) > 1 for one in found.where)


def _measure_and_conditions(found: Mentions) -> tuple[str | None, list[Compared]]:
    """The measure asked ("" for none, None when several are), and the conditions with theirs."""
    named = [c for c in found.cues if c.kind == "measure"]
    conditions: list[Compared] = []
    used: set[int] = set()
    for compare, value, unit, at, said in found.thresholds:
        rate = unit == "%"
        fitting = [c for c in named if (c.value == Measure.EXECUTION_RATE) == rate]
        before = [c for c in fitting if c.start < at] or fitting
        if not before and not rate:
            return None, []
        measure = Measure.EXECUTION_RATE.value if rate and not before else before[-1].value
        used |= {id(c) for c in named if c.value == measure}
        conditions.append(Compared(measure, compare, value, unit, said))
    rest = [c.value for c in named if id(c) not in used]
    if conditions and any(one.measure == Measure.EXECUTION_RATE for one in conditions):
        rest = [value for value in rest if value not in (Measure.BUDGET_TOTAL, Measure.EXECUTED)] if found.has("fold", "count") else rest
    values = list(dict.fromkeys(rest))
    if UNUSED in values or Measure.EXECUTION_RATE in values:  # 計 and 執行額 only say how those are calculated
        values = [v for v in values if v not in (Measure.BUDGET_TOTAL, Measure.EXECUTED)]
    return (None if len(values) > 1 else values[0] if values else ""), conditions


def _fold(found: Mentions, measure: str, conditions: list[Compared], *, paid: bool) -> Fold | None:
    if found.has("fold", "mean"):
        return Fold.MEAN if measure and measure != Measure.EXECUTION_RATE else None
    counted = found.has("fold", "count")
    if counted and not (measure and found.has("fold", "sum")):
        return Fold.COUNT if not measure or measure == Measure.PAYEE_AMOUNT else None
    if not measure:
        narrowed = any(isinstance(one, NameHolds | YearIs | AttributeIs) for one in found.where)
        return Fold.COUNT if conditions or paid or narrowed or found.has("by", "project") else None
    return Fold.RATE if measure == Measure.EXECUTION_RATE else Fold.SUM


def _by(found: Mentions) -> By:
    for value, by in (("year", By.YEAR), ("bureau", By.BUREAU), ("ministry", By.MINISTRY), ("project", By.PROJECT)):
        if found.has("by", value):
            return by
    if found.ranked_ministries:
        return By.MINISTRY
    return By.NOTHING


def _order(found: Mentions) -> Order:
    small = found.has("direction", "small") or found.has("most", "worst")
    big = found.has("direction", "big")
    if small and big:
        return Order.NONE
    if small:
        return Order.ASCENDING
    if big or found.has("most", "list") or (found.has("most") and found.has("measure") and not found.has("change")):
        return Order.DESCENDING
    return Order.NONE


def _change(found: Mentions) -> Change:
    if found.has("change", "growth"):
        return Change.GROWTH
    return Change.DIFFERENCE if found.has("change") else Change.NONE


def periods_of(found: Mentions, measure: str, places: Directory) -> tuple[Period, ...]:
    """The sheet years and fiscal years meant; the newest with the measure when none is named, () when they do not pair."""
    offset = OFFSET.get(measure, 0)
    sheets, fiscal = found.sheets, found.fiscal
    if len(sheets) > 1:
        return tuple(Period(year, year - offset) for year in sheets) if not fiscal or len(fiscal) == len(sheets) else ()
    if sheets:
        return tuple(Period(sheets[0], year) for year in fiscal or (sheets[0] - offset,))
    if not fiscal:
        listed = found.payee_year if any(isinstance(one, Paid) for one in found.where) else None
        newest = listed or places.newest
        return (Period(newest, newest - offset),)
    return tuple(Period(year + offset, year) for year in fiscal)
