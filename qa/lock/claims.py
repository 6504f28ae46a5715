"""What the text says of its figures: every statement's pieces read back as claims.

A claim is read from the text itself, piece by piece (``Span.slot``), never from the draft it was made of:
a figure, whose it is (project, ministry, sheet), of which measure and fiscal year, of which item or payee,
and how it was calculated.  ``qa.lock.fits`` holds it against the cells.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator

from corpus.fields import Measure
from qa.model import Answer, Span

UNUSED = "不用額"
_YEAR = re.compile(r"（(\d{4})）年度")
_LABEL = re.compile(r"\S+（(\d{4})）年度 (\S+)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_MEASURES = sorted((*(one.value for one in Measure), UNUSED), key=len, reverse=True)
_MEASURE = re.compile("|".join(re.escape(one) for one in _MEASURES))
_PAYEE_SAYS = frozenset(
    {"payee top", "payee rank", "payee amount", "payee line", "payee block", "payee block printed", "many payee sum",
     "many payee top", "many top payees", "payee list", "payee rows"}
)  # fmt: skip
_LINES = frozenset({"line", "set line", "set year line", "many line", "payee line", "item line", "working", "instead figure", "compare gap", "expense line"})
_PARTS = (Measure.INITIAL, Measure.SUPPLEMENTARY, Measure.CARRIED_IN, Measure.CARRIED_OUT, Measure.RESERVE)


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the text and where it says it came from."""

    span: Span
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    say: str
    pieces: tuple[Piece, ...]

    def of(self, slot: str) -> tuple[Piece, ...]:
        return tuple(one for one in self.pieces if one.span.slot == slot)

    def years(self, slot: str) -> tuple[int, ...]:
        return tuple(year for one in self.of(slot) if one.span.source == "year" for year in years_in(one.text))

    def words(self, slot: str) -> str:
        return "".join(one.text for one in self.of(slot) if one.span.source != "mark")

    def named(self, slot: str) -> str:
        return "".join(_ESCAPED.sub(r"\1", self.words(slot)).split()).replace("『", "「").replace("』", "」")

    def marks(self, slot: str) -> frozenset[int]:
        return frozenset(one.span.index for one in self.of(slot) if one.span.source == "mark")


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """One figure a claim speaks of; None and "" where the text says nothing."""

    measure: str
    year: int | None = None
    project: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """``kind`` is "" for a figure as it is, else how the ``terms`` were calculated; ``item`` and ``payee``
    are the citations that name them (-1: none)."""

    figure: Piece
    terms: tuple[Term, ...]
    kind: str = ""
    project: str = ""
    ministry: str = ""
    sheet_year: int | None = None
    item: int = -1
    payee: int = -1
    block: str = ""
    label: str = ""  # the item as the result's label names it
    part: bool = False  # the first term is of an item, the others of the whole
    marks: frozenset[int] = frozenset()


@dataclasses.dataclass(frozen=True, slots=True)
class _Head:
    """What lines under a first sentence go on to be about."""

    say: str = ""
    project: str = ""
    ministry: str = ""
    sheet_year: int | None = None
    measure: str = ""
    years: tuple[int, ...] = ()
    to: int | None = None


def statements(answer: Answer) -> list[Statement]:
    """The statements of the text in its order."""
    spans = sorted((one for one in answer.spans if one.statement >= 0), key=lambda one: one.start)
    groups = itertools.groupby(spans, key=lambda one: (one.statement, one.say))
    return [
        Statement(say, tuple(Piece(one, answer.answer[one.start : one.end]) for one in own)) for (_, say), own in groups
    ]


def claims(answer: Answer) -> Iterator[Claim]:
    """Every claim about a figure of a cell (figures over a table are the matter of ``rows``)."""
    head = _Head()
    for one in statements(answer):
        if one.say not in _LINES or not head.say:
            head = _head(one, head)
        yield from _of_statement(answer, one, head)


def labels(answer: Answer) -> Iterator[Claim]:
    """Results that are called by year and measure, for readers of the results without the text."""
    for index, result in enumerate(answer.results):
        found = _LABEL.fullmatch(result.label)
        if found is not None and found[2] in _MEASURES and result.value is not None:
            span = Span(0, 0, "result", index, "figure")
            yield Claim(Piece(span, result.label), (Term(found[2], int(found[1])),))


def years_in(text: str) -> tuple[int, ...]:
    return tuple(int(year) for year in _YEAR.findall(text))


def measures_in(text: str) -> tuple[str, ...]:
    """Names of measures in fixed words, the longest that fit."""
    return tuple(_MEASURE.findall(text))


def figures(statement: Statement, slot: str) -> list[Piece]:
    return [one for one in statement.of(slot) if one.span.part == "figure"]


def _head(one: Statement, before: _Head) -> _Head:
    project = one.named("project")
    if not project and one.say not in ("compare", "plain") and not one.say.startswith(("many", "set")):
        return before
    measure = Measure.PAYEE_AMOUNT.value if one.say in _PAYEE_SAYS else one.words("measure")
    if one.say.startswith("set"):  # 執行額の合計, 当初予算の平均（事業一つ当たり）
        measure = next(iter(measures_in(measure)), "")
    if one.say == "plain":
        return before
    to = next(iter(one.years("to")), None)
    sheet = next(iter(one.years("sheet")), None)
    return _Head(one.say, project, one.named("ministry"), sheet, measure, one.years("year"), to)


def _of_statement(answer: Answer, one: Statement, head: _Head) -> Iterator[Claim]:
    if one.say == "computed":
        yield from _computed(one, head)
    elif one.say == "working":
        yield from _working(answer, one, head)
    elif one.say == "differs":
        yield from _differs(one, head)
    elif one.say == "compare gap":
        terms = tuple(_term(head, project=one.named(slot)) for slot in ("first", "second"))
        yield from (Claim(piece, terms, "差", marks=one.marks("mark")) for piece in figures(one, "figure"))
    elif one.say == "payee share":
        yield from _share(one, head)
    elif one.say == "not adding up":
        terms = tuple(_term(head, part.value) for part in _PARTS)
        yield from (Claim(piece, terms, "合計", head.project, marks=one.marks("mark")) for piece in figures(one, "figure"))
    elif not one.say.startswith(("many", "set")) or one.say == "many line":
        yield from _plain(one, head)


def _term(head: _Head, measure: str = "", years: tuple[int, ...] = (), project: str = "") -> Term:
    found = years or head.years
    return Term(measure or head.measure, found[0] if len(found) == 1 else None, project)


def _plain(one: Statement, head: _Head) -> Iterator[Claim]:
    """A first sentence or a line: one figure, with the year and measure it names or its head does."""
    measure = one.words("measure") or one.words("field")
    own = Measure.PAYEE_AMOUNT.value if one.say in _PAYEE_SAYS else measure
    if one.say == "payee block printed":
        own = Measure.BLOCK_TOTAL.value
    years = one.years("year") or (() if measure else head.years)
    change = head.say == "many change top"
    terms: tuple[Term, ...] = (Term(own or head.measure, years[0] if len(years) == 1 else None),)
    if change:
        terms = (Term(head.measure, head.to), *terms)
    sheet = next(iter(one.years("sheet")), head.sheet_year)
    project, ministry = one.named("project") or head.project, one.named("ministry") or head.ministry
    label = ""
    if any(piece.span.source == "result" for piece in one.of("project")):
        label, project = one.named("project"), head.project
    for piece in (*figures(one, "figure"), *figures(one, "text")):
        yield Claim(
            piece, terms, "増減額" if change else "", project, ministry, sheet, _index(one, "item"), _index(one, "name"),
            one.words("block"), label, marks=one.marks("mark"),
        )  # fmt: skip


def _share(one: Statement, head: _Head) -> Iterator[Claim]:
    """What a payee received as a share of 執行額 (of its block's sum: the result's own derivation)."""
    executed = one.words("base") == Measure.EXECUTED
    terms = (Term(Measure.PAYEE_AMOUNT.value), Term(Measure.EXECUTED.value)) if executed else ()
    for piece in figures(one, "figure"):
        yield Claim(
            piece, terms, "割合", head.project, head.ministry, head.sheet_year, payee=_index(one, "name") if executed else -1,
            marks=one.marks("mark"),
        )  # fmt: skip


def _index(one: Statement, slot: str) -> int:
    return next((piece.span.index for piece in one.of(slot) if piece.span.source == "citation"), -1)


def _differs(one: Statement, head: _Head) -> Iterator[Claim]:
    term = _term(_Head(), one.words("measure"), one.years("year"))
    for sheet, figure, mark in (("sheet", "figure", "mark"), ("other_sheet", "other", "other_mark")):
        for piece in figures(one, figure):
            yield Claim(piece, (term,), sheet_year=next(iter(one.years(sheet)), None), marks=one.marks(mark))


def _computed(one: Statement, head: _Head) -> Iterator[Claim]:
    """``{平成29年度}から{平成30年度}の執行額の``{増減額}: the terms in the order of the calculation."""
    kind = one.words("kind")
    subject = one.words("subject")
    quoted = "「" in "".join(piece.text for piece in one.of("subject") if piece.span.source == "words")
    words = "".join(piece.text for piece in one.of("subject") if piece.span.source in ("words", "year"))
    years, measures = years_in(words), measures_in(words)
    terms = _terms(kind, words, years, measures)
    sheet = next(iter(one.years("sheet")), None)
    for piece in figures(one, "figure"):
        yield Claim(
            piece, terms, kind, one.named("project"), one.named("ministry"), sheet,
            part=quoted and kind == "割合" and bool(subject), marks=one.marks("mark"),
        )  # fmt: skip


def _terms(kind: str, words: str, years: tuple[int, ...], measures: tuple[str, ...]) -> tuple[Term, ...]:
    if kind in ("合計", "平均"):
        span = range(years[0], years[-1] + 1) if "から" in words and len(years) == 2 else years
        return tuple(Term(measure, year) for year in span for measure in measures)
    if kind == "単位当たりの額":
        year = years[0] if years else None
        return (*(Term(one, year) for one in measures), Term(Measure.OUTPUT_ACTUAL.value, year))
    if len(measures) == 1 and len(years) == 2:
        return Term(measures[0], years[1]), Term(measures[0], years[0])
    dated = years if len(years) == len(measures) else (None,) * len(measures)
    return tuple(Term(measure, year) for measure, year in zip(measures, dated, strict=True))


def _working(answer: Answer, one: Statement, head: _Head) -> Iterator[Claim]:
    """The figures of a calculation: each with the year and measure before it, else in the rule's order."""
    pieces = figures(one, "terms")
    rule = measures_in(re.sub("計", "予算計", one.words("rule").replace("合計", "").replace("予算計", "計")))
    end = min((piece.span.start for piece in one.of("terms")), default=0)
    for number, piece in enumerate(pieces):
        before = answer.answer[end : piece.span.start].rpartition("、")[2]
        end = piece.span.end
        stop = pieces[number + 1].span.start if number + 1 < len(pieces) else one.of("terms")[-1].span.end
        after = answer.answer[end:stop].partition("、")[0]
        sheet = next(iter(years_in(after)), None)
        measures, years = measures_in(before), years_in(before)
        if measures:
            yield Claim(piece, (Term(measures[-1], years[-1] if years else None),), project=head.project, sheet_year=sheet)
        elif len(rule) == len(pieces):
            yield Claim(piece, (_term(head, rule[number]),), project=head.project, sheet_year=head.sheet_year)
