"""Refusals: what is not recorded, why, and the nearest thing the sheet does have (always cited)."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.fields import Measure
from corpus.figures.definitions import UNUSED
from corpus.model import Kind
from qa.answer.case import Case, sheet_candidates
from qa.answer.draft import Builder, Cited, Draft, Joined, Marks, Name, Part, Say, User, Words, Year
from qa.answer.items import description
from qa.answer.select import Found, Gap, Missing, figure_in, tables_for
from qa.answer.terms import Reading, Term, read_series, read_term, term_years
from qa.answer.view import SheetView
from qa.model import Candidate, Interpretation, Status

_MAX_INSTEAD = 5
_MAX_ITEMS = 6
_NEEDS_EXECUTION = frozenset({Measure.EXECUTED, Measure.EXECUTION_RATE, Measure.EXECUTION_RATE_INITIAL, UNUSED})
_SAME_YEAR = (Measure.BUDGET_TOTAL, Measure.INITIAL, Measure.REQUEST)


def refuse_term(case: Case, term: Term) -> Draft:
    """``term`` is not recorded in the sheets allowed to answer: the reason, and what is there instead."""
    missing = read_series(case.views, [term])[0]
    if isinstance(missing, Reading):  # only one of several figures is missing: the caller names which
        missing = Missing(missing.view, Gap.NO_YEAR)
    return refuse_missing(case, term, missing)


def refuse_missing(case: Case, term: Term, missing: Missing) -> Draft:
    """As ``refuse_term`` for a gap that is already known."""
    builder, view = case.builder, missing.view
    cited = missing.cell is not None
    citation = builder.cite(view.sheet, missing.cell) if missing.cell else builder.cite_sheet(view.sheet)
    slots: dict[str, Part] = {
        **case.head(citation),
        "measure": Words(term.measure),
        "reason": Words(_reason(view, term, missing.gap)),
        "mark": Marks((citation,) if cited else ()),
    }
    if term.fiscal_year is not None:
        slots["year"] = Year(term.fiscal_year)
    if term.item:
        slots["item"] = User(term.item)
    builder.say(Say.NOT_RECORDED, **slots)
    if missing.gap is Gap.NO_ITEM:
        _say_items(builder, view, term)
    else:
        _say_instead(case, view, term)
    return case.finish(Status.NOT_RECORDED)


def _reason(view: SheetView, term: Term, gap: Gap) -> str:
    """A blank for the sheet's own year (or later) means: not executed yet, not zero."""
    open_year = term.fiscal_year is not None and term.fiscal_year >= view.year
    if gap in (Gap.BLANK, Gap.NO_YEAR) and open_year and term.measure in _NEEDS_EXECUTION:
        return Gap.PENDING.value
    return gap.value


def _say_instead(case: Case, view: SheetView, term: Term) -> None:
    """The same figure in another sheet, the same row in the nearest years, the budget of the same year."""
    shown: list[Found] = []
    others = [other for other in case.series if other not in case.views]
    for other in others:
        reading = read_term(other, term)
        if isinstance(reading, Reading) and len(reading.cells) == 1:
            shown.append(reading.cells[0])
            break
    shown += _near_years(view, term)
    if not shown and term.fiscal_year is not None:
        shown += _same_year(view, term.fiscal_year)
    for found in shown[:_MAX_INSTEAD]:
        _say_found(case.builder, found)


def _near_years(view: SheetView, term: Term) -> list[Found]:
    years = term_years(view, term)
    if term.fiscal_year is not None:
        asked = term.fiscal_year
        years = sorted(years, key=lambda year: abs(year - asked))[:3]
    readings = (read_term(view, term.at(year)) for year in sorted(years))
    return [one for reading in readings if isinstance(reading, Reading) for one in reading.cells]


def _same_year(view: SheetView, fiscal_year: int) -> list[Found]:
    found = (figure_in(view, Term(measure, fiscal_year).want) for measure in _SAME_YEAR)
    return [one for one in found if isinstance(one, Found)]


def _say_found(builder: Builder, found: Found) -> None:
    citation = builder.cite(found.view.sheet, found.cell)
    slots: dict[str, Part] = {
        "sheet": Year(found.view.year),
        "measure": Words(found.cell.measure or ""),
        "figure": Cited(citation),
        "mark": Marks((citation,)),
    }
    if found.cell.fiscal_year is not None:
        slots["year"] = Year(found.cell.fiscal_year)
    builder.say(Say.INSTEAD_FIGURE, **slots)


def _say_items(builder: Builder, view: SheetView, term: Term) -> None:
    """The items the table does have, by their printed names."""
    names: list[Part] = []
    marks: list[int] = []
    for table in tables_for(term.want) or tuple(view.items):
        for item, cells in view.items.get(table, {}).items():
            texts = description(item, cells)
            named = next((cell for cell in cells if texts and cell.raw == texts[0]), cells[0])
            index = builder.cite(view.sheet, named)
            part = "raw" if named.kind is Kind.TEXT else "row"
            names.append(Name("citation", index, part))
            marks.append(index)
    if names:
        builder.say(
            Say.INSTEAD_ITEMS, items=Joined(tuple(names[:_MAX_ITEMS]), "、"), mark=Marks(tuple(marks[:_MAX_ITEMS]))
        )


def not_recorded(case: Case, gap: Gap, what: str) -> Draft:
    """The sheet has no such thing at all (``what`` in the asker's or the form's words, "" for "that")."""
    citation = case.builder.cite_sheet(case.newest.sheet)
    slots: dict[str, Part] = {**case.head(citation), "reason": Words(gap.value), "mark": Marks(())}
    own_words = bool(what) and (what in case.asked.question or what == case.asked.item)
    quoted = Joined((Words("「"), User(what), Words("」")), "")
    slots["what"] = quoted if own_words else Words(what or "お尋ねの事項")
    case.builder.say(Say.NOT_IN_FORM, **slots)
    return case.finish(Status.NOT_RECORDED)


# ---------------------------------------------------------------- without a sheet to answer from


def no_sheet_of_year(case: Case) -> Draft:
    """Rule 1: the question names a sheet year for which the project has no sheet."""
    builder = case.builder
    citation = builder.cite_sheet(case.series[0].sheet)
    slots: dict[str, Part] = {**case.head(citation), "mark": Marks(())}
    if case.asked.sheet_year is not None:
        slots["asked"] = Year(case.asked.sheet_year)
    builder.say(Say.NO_SHEET_YEAR, **slots)
    cited = [builder.cite_sheet(view.sheet) for view in case.series[:10]]
    years = sorted({(builder.citation(one).sheet_year, one) for one in cited})
    builder.say(
        Say.SHEETS_ARE,
        years=Joined(tuple(Year(year) for year, _ in years), "、"),
        mark=Marks(tuple(one for _, one in years)),
    )
    builder.candidates = sheet_candidates(case.series[:10])
    return case.finish(Status.NOT_RECORDED)


def not_found(asked: Interpretation, near: Sequence[Candidate] = ()) -> Draft:
    """No project of that name."""
    builder = Builder()
    if asked.project_text and asked.project_text in asked.question:
        builder.say(Say.NOT_FOUND, name=User(asked.project_text))
    elif reason := _plain_reason(asked):
        builder.say(Say.REASON, reason=Words(reason))
    else:
        builder.say(Say.NOT_FOUND)
    builder.candidates = tuple(near)
    _say_candidates(builder)
    return builder.finish(Status.NOT_FOUND)


def _plain_reason(asked: Interpretation) -> str:
    """The reason understanding gave, when it carries no figure; without its full stop."""
    reason = asked.reason.rstrip("。")
    return "" if any(ch.isnumeric() and not "\u4e00" <= ch <= "\u9fff" for ch in reason) else reason


def ambiguous(asked: Interpretation, candidates: Sequence[Candidate]) -> Draft:
    """Several projects (or sheets) fit: ask back."""
    builder = Builder()
    builder.candidates = tuple(candidates[:10])
    named = asked.project_text.strip("「」『』 ")
    named = named if named in asked.question and _balanced(named) else ""
    kind = Say.AMBIGUOUS if len(builder.candidates) > 1 else Say.NEAR_ONE
    builder.say(kind, **({"name": User(named)} if named else {}))
    _say_candidates(builder)
    return builder.finish(Status.AMBIGUOUS)


def _balanced(words: str) -> bool:
    """No bracket that opens and does not close: words cut out of the question read badly otherwise."""
    return all(words.count(left) == words.count(right) for left, right in ("（）", "()", "「」", "『』"))


def _say_candidates(builder: Builder) -> None:
    for i, candidate in enumerate(builder.candidates):
        builder.say(
            Say.CANDIDATE,
            project=Name("candidate", i, "project"),
            ministry=Name("candidate", i, "ministry"),
            sheet=Year(candidate.sheet_year),
            sheet_id=Name("candidate", i, "sheet_id"),
        )


def unsupported(asked: Interpretation) -> Draft:
    """Outside what sheets can answer."""
    builder = Builder()
    if asked.not_understood:
        quoted = [Joined((Words("「"), User(word), Words("」")), "") for word in asked.not_understood]
        builder.say(Say.SET_UNREAD, words=Joined(tuple(quoted), ""))
    elif reason := _plain_reason(asked):
        builder.say(Say.REASON, reason=Words(reason))
    else:
        builder.say(Say.UNSUPPORTED)
    return builder.finish(Status.UNSUPPORTED)


