"""Follow-up questions that have an answer in the sheets at hand."""

from __future__ import annotations

from corpus.fields import Field, Measure
from corpus.model import Table
from corpus.years import official
from qa.answer.draft import Draft
from qa.answer.select import Found, Want, figure_in
from qa.answer.view import Library, SheetView
from qa.model import Interpretation, Operation, Status, Subject

_LIMIT = 4
_FIGURES = ((Measure.EXECUTED, "執行額"), (Measure.INITIAL, "当初予算"), (Measure.BUDGET_TOTAL, "予算の計"))


def suggestions(asked: Interpretation, draft: Draft, library: Library) -> tuple[str, ...]:
    """At most four questions about the same project; each names its year, none repeats what was asked."""
    if asked.subject is Subject.MANY or not asked.sheets or draft.status is Status.AMBIGUOUS or not draft.citations:
        return ()
    cited = {citation.sheet_id for citation in draft.citations[:1]}
    numbers = [candidate.sheet_no for candidate in asked.sheets if candidate.sheet_id in cited]
    if not numbers:
        return ()
    view = library.view(numbers[0])
    years = draft.years[-1:] if asked.operation is Operation.TREND else draft.years
    year = next(iter(years), view.year - 1)
    found = [*_figures(view, year, asked), *_others(view, asked)]
    return tuple(found[:_LIMIT])


def _figures(view: SheetView, year: int, asked: Interpretation) -> list[str]:
    found = []
    for measure, words in _FIGURES:
        if measure not in asked.measures and isinstance(figure_in(view, Want(measure, year)), Found):
            found.append(f"{official(year)}の{words}は？")
    both = all(isinstance(figure_in(view, Want(m, year)), Found) for m in (Measure.EXECUTED, Measure.BUDGET_TOTAL))
    if both and asked.operation is not Operation.EXECUTION_RATE and Measure.EXECUTION_RATE not in asked.measures:
        found.insert(1, f"{official(year)}の執行率は？")
    return found[:3]


def _others(view: SheetView, asked: Interpretation) -> list[str]:
    found = []
    if asked.subject is not Subject.PAYEE and view.cells(Table.PAYEES, Measure.PAYEE_NAME):
        found.append("一番大きい支出先は？")
    if asked.operation is not Operation.TREND and asked.subject is Subject.FIGURE:
        found.append("執行額の推移は？")
    if asked.field != Field.PURPOSE and view.sections(Field.PURPOSE):
        found.append("事業の目的は？")
    return found
