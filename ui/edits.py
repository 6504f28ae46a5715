"""Chips → interpretation: a change made on the page, checked against the corpus, never trusted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from corpus.fields import Field, Measure
from corpus.store.model import SheetInfo
from corpus.store.reader import Corpus
from qa.model import Candidate, Interpretation, Operation
from qa.sets.interpret import worded
from qa.sets.plan import Change, Fold, InMinistries, Period, SetPlan
from qa.sets.words import MEASURES

_MAX_YEARS = 20


class BadEdit(Exception):
    """A chip was set to something that does not exist; the message is Japanese, for the user."""


def apply_edits(corpus: Corpus, before: Interpretation, edits: Mapping[str, Any]) -> Interpretation:
    """``before`` with the parts named in ``edits`` replaced. Raises BadEdit."""
    after = before
    for name, value in edits.items():
        if name not in _EDITS:
            raise BadEdit(f"「{name}」は変更できません。")
        if after.plan is not None:
            after = worded(after.question, _edited_plan(after.plan, name, str(value)))
            continue
        after = _EDITS[name](corpus, after, str(value))
    return after


def _edited_plan(plan: SetPlan, name: str, value: str) -> SetPlan:
    """The plan with one part replaced and every condition kept. Raises BadEdit for parts that are not one value."""
    offset = plan.periods[0].sheet_year - plan.periods[0].fiscal_year
    if name == "ministry":
        others = tuple(one for one in plan.where if not isinstance(one, InMinistries))
        return dataclasses.replace(plan, where=(InMinistries((value,)), *others) if value else others)
    if name == "sheet_year" and len(plan.periods) == 1 and value.isdecimal() and len(value) == 4:
        return dataclasses.replace(plan, periods=(Period(int(value), int(value) - offset),))
    if name == "fiscal_years" and plan.change is Change.NONE:
        years = [int(part) for part in value.split(",") if part.isdecimal() and len(part) == 4][:_MAX_YEARS]
        if years:
            return dataclasses.replace(plan, periods=tuple(Period(year + offset, year) for year in years))
    if name == "measure" and plan.measure and value in MEASURES:
        rate = value == Measure.EXECUTION_RATE
        fold = Fold.RATE if rate else Fold.SUM if plan.fold is Fold.RATE else plan.fold
        return dataclasses.replace(plan, measure=value, fold=fold)
    raise BadEdit("この質問では、ここからは変更できません。言葉で尋ね直してください。")


def _project(corpus: Corpus, before: Interpretation, value: str) -> Interpretation:
    """Another project: all its sheets, newest first; a sheet year that it does not have is dropped."""
    found = corpus.find("sheet_id = ?", (value,))
    if not found:
        raise BadEdit(f"シート {value} は、取り込んだデータにありません。")
    sheets = tuple(_candidate(info) for info in _series(corpus, found[0]))
    years = {candidate.sheet_year for candidate in sheets}
    kept = before.sheet_year if before.sheet_year in years else None
    if before.rivals:  # a candidate was chosen: it is this sheet that was meant
        kept = before.sheet_year and found[0].sheet_year
    return dataclasses.replace(
        before, sheets=sheets, rivals=(), sheet_year=kept, project_text=found[0].project, reason=""
    )


def _series(corpus: Corpus, info: SheetInfo) -> list[SheetInfo]:
    return sorted(corpus.find("series = ?", (info.series,)), key=lambda i: (-i.sheet_year, i.number))


def _candidate(info: SheetInfo) -> Candidate:
    return Candidate(info.no, info.sheet_id, info.project, info.ministry, info.sheet_year)


def _sheet_year(corpus: Corpus, before: Interpretation, value: str) -> Interpretation:
    if value and not value.isdecimal():
        raise BadEdit(f"シート年度「{value}」は読めません。")
    return dataclasses.replace(before, sheet_year=int(value) if value else None)


def _fiscal_years(corpus: Corpus, before: Interpretation, value: str) -> Interpretation:
    parts = [part for part in value.split(",") if part]
    if len(parts) > _MAX_YEARS or not all(part.isdecimal() and len(part) == 4 for part in parts):
        raise BadEdit(f"年度「{value}」は読めません。")
    return dataclasses.replace(before, fiscal_years=tuple(int(part) for part in parts), years_relative="")


def _measure(corpus: Corpus, before: Interpretation, value: str) -> Interpretation:
    if value not in set(Measure):
        raise BadEdit(f"項目「{value}」はありません。")
    return dataclasses.replace(before, measures=(value,), item="", table="", field="")


def _field(corpus: Corpus, before: Interpretation, value: str) -> Interpretation:
    if value not in set(Field):
        raise BadEdit(f"項目「{value}」はありません。")
    return dataclasses.replace(before, field=value, item="")


def _operation(corpus: Corpus, before: Interpretation, value: str) -> Interpretation:
    if value not in set(Operation):
        raise BadEdit(f"計算「{value}」はありません。")
    return dataclasses.replace(before, operation=Operation(value))


def _ministry(corpus: Corpus, before: Interpretation, value: str) -> Interpretation:
    return dataclasses.replace(before, filter=dataclasses.replace(before.filter, ministry=value))


_EDITS: dict[str, Callable[[Corpus, Interpretation, str], Interpretation]] = {
    "sheet_id": _project,
    "sheet_year": _sheet_year,
    "fiscal_years": _fiscal_years,
    "measure": _measure,
    "field": _field,
    "operation": _operation,
    "ministry": _ministry,
}
