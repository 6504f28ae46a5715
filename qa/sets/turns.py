"""A turn after a set, as an edit of its plan."""

from __future__ import annotations

import dataclasses

from qa.sets.compose import OFFSET, compose, periods_of
from qa.sets.mentions import Mentions
from qa.sets.plan import AttributeIs, By, Change, Compared, Condition, InBureau, InMinistries, Period, SetPlan, YearIs
from qa.understand.directory import Directory


def edited(found: Mentions, before: SetPlan, places: Directory, *, nested: bool) -> SetPlan | None:
    """What the words say replaces the same kind of part of ``before``; None when nothing in them is a part of a plan.

    ``nested``: その中で, the set itself goes on to be talked about.
    """
    if before.by is By.PROJECT and (before.n == 1 or before.place) and not nested and not found.where and not found.sheets:
        return None  # the one project that was found is talked about now
    said = bool(found.where or found.fiscal or found.sheets or found.thresholds)
    asks = any(c.kind in ("fold", "measure", "most", "direction", "by", "change", "payee") for c in found.cues) or found.n or found.place
    if not said and not asks:
        return None
    return _merged(found, before, places) if asks and _complete(found) else _restricted(found, before, places)


def _complete(found: Mentions) -> bool:
    """The turn asks something of its own: a value, an order, a count."""
    return any(c.kind in ("fold", "measure", "most", "direction", "change") for c in found.cues) or bool(found.thresholds)


def _restricted(found: Mentions, before: SetPlan, places: Directory) -> SetPlan | None:
    """Only conditions or years are new: the question before, asked of them."""
    where = _replaced(before.where, found.where)
    periods = before.periods
    if found.fiscal or found.sheets:
        periods = periods_of(found, before.measure or next((c.measure for c in before.where if isinstance(c, Compared)), ""), places)
    if not periods or (before.change is not Change.NONE and len(periods) != 2):
        return None
    by = By.MINISTRY if found.has("by", "ministry") else By.YEAR if found.has("by", "year") else before.by
    if by is By.YEAR and len(periods) < 2:
        return None
    return dataclasses.replace(before, where=where, periods=periods, by=by, n=found.n or before.n, place=found.place or before.place)


def _merged(found: Mentions, before: SetPlan, places: Directory) -> SetPlan | None:
    """A new question about the set talked about: its conditions and years go on unless new ones are said."""
    years = bool(found.fiscal or found.sheets)
    found.where = list(_replaced(tuple(w for w in before.where if not isinstance(w, Compared) or not found.thresholds), found.where))
    plan = compose(found, places)
    if plan is None or years:
        return plan
    offset = OFFSET.get(plan.measure, 0)
    sheets = tuple(dict.fromkeys(period.sheet_year for period in before.periods))
    if plan.change is not Change.NONE:
        return plan if len(plan.periods) == 2 else None
    periods = tuple(Period(year, year - offset) for year in sheets)
    if before.measure and OFFSET.get(before.measure, 0) == offset:
        periods = before.periods
    return dataclasses.replace(plan, periods=periods)


def _replaced(before: tuple[Condition, ...], new: list[Condition]) -> tuple[Condition, ...]:
    """``new`` conditions in place of those of their kind."""
    kinds = {_kind(one) for one in new}
    if any(isinstance(one, InMinistries) for one in new):
        kinds.add((InBureau, ""))  # a bureau is of the ministry before
    return (*(one for one in before if _kind(one) not in kinds), *new)


def _kind(condition: Condition) -> tuple[type, str]:
    return type(condition), condition.attribute if isinstance(condition, YearIs | AttributeIs) else ""
