"""Comparison of projects: the same figure of each, and the gap between two."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from corpus.fields import Measure
from corpus.text import name_key
from qa.answer import calc
from qa.answer.case import Case
from qa.answer.draft import Builder, Draft, Figure, Marks, Name, Part, Say, Words, Year
from qa.answer.figures import figure_part
from qa.answer.refuse import not_found, refuse_term
from qa.answer.terms import Reading, Term, latest_year, quantity, read_series
from qa.answer.view import Library
from qa.model import Candidate, Interpretation

if TYPE_CHECKING:
    from corpus.store.reader import Corpus


def compare(asked: Interpretation, library: Library, corpus: Corpus) -> Draft:
    """One result per project in the order asked, then the difference of the first two."""
    builder = Builder()
    cases = [_case(asked, library, corpus, group, builder) for group in _projects(asked)]
    cases = [case for case in cases if case.views]
    if not cases:
        return not_found(asked)
    measure = next(iter(asked.measures), Measure.EXECUTED.value)
    year = next(iter(asked.fiscal_years), None) or _common_year(cases, measure)
    term = Term(measure, year)
    read = [(case, read_series(case.views, [term])[0]) for case in cases]
    readings = [(case, one) for case, one in read if isinstance(one, Reading)]
    if not readings:
        return refuse_term(cases[0], term)
    amounts: list[tuple[str, calc.Quantity]] = []
    shown: list[tuple[int, calc.Quantity]] = []
    for _, reading in readings:
        amount = quantity(builder, reading)
        label = f"{reading.view.sheet.project} {term.label()}"
        unit = calc.in_unit(amount, asked.unit)
        result = builder.result(label, unit.value, unit.unit, derivation=unit.derivation, citations=unit.citations)
        amounts.append((label, amount))
        shown.append((result, amount))
    builder.say(Say.COMPARE, measure=Words(measure), **({"year": Year(year)} if year else {}))
    for (case, _), (result, amount) in zip(readings, shown, strict=True):
        slots: dict[str, Part] = dict(case.head(amount.citations[0]))
        builder.say(Say.MANY_LINE, **slots, figure=figure_part(case, amount, result), mark=Marks(amount.citations))
    for case, one in read:
        if not isinstance(one, Reading):
            citation = builder.cite_sheet(case.newest.sheet)
            builder.say(Say.MANY_LINE, **case.head(citation), figure=Words("記録なし"), mark=Marks(()))
    if len(amounts) >= 2 and calc.comparable(amounts[0][1], amounts[1][1]):
        _say_gap(builder, amounts)
    builder.years.extend([year] if year else [])
    cases[0].note_conflicts([reading for _, reading in readings if reading.view in cases[0].series])
    return cases[0].finish()


def _projects(asked: Interpretation) -> list[list[Candidate]]:
    """Candidates grouped by project, in the order they were named."""
    groups: dict[tuple[str, str], list[Candidate]] = {}
    for candidate in asked.sheets:
        groups.setdefault((candidate.ministry, name_key(candidate.project)), []).append(candidate)
    return [sorted(group, key=lambda one: -one.sheet_year) for group in groups.values()]


def _case(asked: Interpretation, library: Library, corpus: Corpus, group: list[Candidate], builder: Builder) -> Case:
    series = library.views(candidate.sheet_no for candidate in group)
    views = [view for view in series if asked.sheet_year in (None, view.year)]
    return Case(dataclasses.replace(asked, item=""), library, corpus, views, series, builder)


def _common_year(cases: list[Case], measure: str) -> int | None:
    years = [year for case in cases if (year := latest_year(case.views, Term(measure))) is not None]
    return min(years, default=None)


def _say_gap(builder: Builder, amounts: list[tuple[str, calc.Quantity]]) -> None:
    (first, one), (second, other) = amounts[:2]
    gap = calc.difference(one, other)
    result = builder.result(
        f"{first}と{second}の差", gap.value, gap.unit, derivation=gap.derivation, citations=gap.citations
    )
    builder.say(
        Say.COMPARE_GAP,
        first=Name("citation", one.citations[0], "project"),
        second=Name("citation", other.citations[0], "project"),
        figure=Figure(result),
        mark=Marks(gap.citations),
    )
