"""Turns after an answer over many sheets: the same set with another measure, year or ministry, or its largest."""

from __future__ import annotations

import dataclasses
import re

from qa.model import Interpretation, Operation, Subject
from qa.understand.figures import Focus, measures_asked, unit_asked, years_asked
from qa.understand.many import asks_lowest, names_that_one
from qa.understand.reading import Reading, left_over
from qa.understand.wording import SUPERLATIVE, YEAR_ASKED, said

_INSIDE = re.compile(r"(?:その|この)(?:中|うち|なか)")
_HOW_MANY = re.compile(r"何件|件数|いくつ|何事業")
_OF_SETS = frozenset(
    {Operation.AGG_SUM, Operation.AGG_COUNT, Operation.AGG_GROUP, Operation.AGG_THRESHOLD, Operation.AGG_CHANGE}
)
_NO_TURN = ("field", "column", "check", "payee", "unrecorded", "outside")


def after_a_set(reading: Reading, previous: Interpretation | None) -> bool:
    """The answer before was about a set of sheets, none of them in focus."""
    if previous is None or previous.subject is not Subject.MANY or names_that_one(reading):
        return False
    return previous.operation in _OF_SETS or bool(_INSIDE.search(reading.board.text))


def many_turn(reading: Reading, previous: Interpretation, shown: tuple[int, ...], newest: int) -> Interpretation | None:
    """The turn as one about the set talked about, or None when it says something else.

    ``shown``: fiscal years of the answer before, which 前年度 counts from.
    """
    measures = measures_asked(reading)[:1]
    focus = Focus(previous.sheet_year or newest, next(iter((previous.fiscal_years or shown)[-1:]), None))
    years, words = years_asked(reading, Operation.LOOKUP, measures or previous.measures, focus)
    operation = _operation(reading, previous, bool(measures))
    changed = measures or years or reading.ministries or reading.resolved.sheet_year or operation is not previous.operation
    unread = any(end - start >= 2 for start, end in left_over(reading.board)) or any(reading.has(kind) for kind in _NO_TURN)
    if unread or not changed or len(years) > 1 or _computes(reading):
        return None
    wanted = previous.filter
    if reading.ministries:
        wanted = dataclasses.replace(wanted, ministry=reading.ministries[0].name, bureau=reading.ministries[0].bureau)
    named = years or reading.resolved.sheet_year
    return dataclasses.replace(
        previous,
        question=reading.question.original,
        operation=operation,
        measures=measures or previous.measures,
        sheet_year=reading.resolved.sheet_year if named else previous.sheet_year,
        fiscal_years=years if named else previous.fiscal_years,
        years_relative=words,
        unit=unit_asked(reading) or previous.unit,
        filter=wanted,
        threshold=previous.threshold if operation is Operation.AGG_THRESHOLD else None,
        top_n=1 if operation is Operation.AGG_TOP else previous.top_n,
        descending=not asks_lowest(reading),
        notes=(),
    )


def _computes(reading: Reading) -> bool:
    return bool(set(reading.values("operation")) - {"sum", "max_year", "min_year"})


def _operation(reading: Reading, previous: Interpretation, measured: bool) -> Operation:
    words = said(reading)
    if (SUPERLATIVE.search(words) or asks_lowest(reading)) and not YEAR_ASKED.search(words):
        return Operation.AGG_TOP
    if _HOW_MANY.search(words):
        return Operation.AGG_COUNT
    if measured and previous.operation is Operation.AGG_COUNT:
        return Operation.AGG_SUM
    return previous.operation
