"""Every result is evaluated again from the cells it cites, by its derivation."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import DecimalException

from qa.formula import YEN, TableRows, decimal, evaluate, rounded
from qa.lock.pool import numbers_in, numbers_of, small
from qa.model import Answer, Result

_PLACES = {"%": 1, "ポイント": 1, "倍": 2}


def check_results(answer: Answer) -> Iterable[str]:
    known = numbers_of(answer, with_results=False)
    rows = None if answer.table is None else TableRows(answer.table)
    for index, result in enumerate(answer.results):
        if any(not 0 <= c < len(answer.citations) for c in result.citations):
            yield f"result {index}: citation out of range"
        elif result.value is not None and not _derived(answer, result, rows):
            yield f"result {index}: {result.value}{result.unit or ''} does not follow from {result.derivation}"
        elif result.text is not None and not _quoted(answer, result):
            yield f"result {index}: text is not in its citations"
        loose = [number for number in numbers_in(result.label) if number not in known and not small(number)]
        if loose:
            yield f"result {index}: label shows {loose}"


def _quoted(answer: Answer, result: Result) -> bool:
    text = result.text or ""
    sources = [answer.citations[c] for c in result.citations]
    return any(text in (one.raw, one.project, one.row) or one.sheet_id.endswith(f"/{text}") for one in sources)


def _derived(answer: Answer, result: Result, rows: TableRows | None) -> bool:
    value = decimal(result.value)
    if value is None:
        return False
    if result.derivation is None:
        return any(
            decimal(answer.citations[c].value) == value and answer.citations[c].unit == result.unit
            for c in result.citations
        )
    try:
        exact = evaluate(result.derivation, answer.citations, result.citations, rows)
    except (ValueError, IndexError, DecimalException):
        return False
    if result.unit in YEN:
        exact /= YEN[result.unit]
    if exact == value:
        return True
    if "/" not in result.derivation and "ROUND" not in result.derivation:
        return False
    if result.unit in YEN:
        return rounded(exact * YEN[result.unit], 0) == value * YEN[result.unit]
    return rounded(exact, _PLACES.get(result.unit or "", 1)) == value
