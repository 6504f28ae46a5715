"""From the name that was found to the sheets of the project, or to the candidates to ask back with."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable

from corpus.fields import Measure
from corpus.store.model import SheetInfo
from corpus.text import name_key
from qa.model import Candidate
from qa.understand.choosing import sheets_of
from qa.understand.directory import Directory
from qa.understand.figures import measures_asked
from qa.understand.projects import Hints, NameFit
from qa.understand.reading import Reading
from qa.understand.text import Question

_LINKED = 0.9  # a sheet of the same series under another name
_MAX_RIVALS = 10
_REPORTED = 3  # the oldest year a sheet reports lies this far back
_EXECUTED = frozenset({Measure.EXECUTED, Measure.EXECUTION_RATE, Measure.EXECUTION_RATE_INITIAL})
_REQUESTS = frozenset({Measure.REQUEST, Measure.REQUEST_TOTAL, Measure.REQUEST_WISH})
_SHEET_ID = re.compile(r"(?:19|20)\d{2}/[^\s/、。「」()]+/[0-9a-z一-龥\-]+")
_NUMBERS = (
    re.compile(r"20\d{2}-[^\W\d_]{1,4}-(?:新\d{2}|\d{2})-\d{4}(?:-\d+)?"),
    re.compile(r"(?<![\d-])新\d{2}-\d{4}"),
    re.compile(r"(?:事業番号|シート番号|番号|予算事業id|事業id|no\.?)\s?(?:は|が|:)?\s?「?(\d{1,6}(?:-\d+)?)"),
    re.compile(r"(?<![\d,.])(0\d{3}(?:-\d+)?)(?![\d,.%円年])"),
)
_ABOUT_NUMBER = re.compile(r"法人番号")


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """The project: its ``sheets`` (newest first), or ``rivals`` to choose from, or the ``reason`` for none."""

    sheets: tuple[Candidate, ...] = ()
    rivals: tuple[Candidate, ...] = ()
    text: str = ""
    reason: str = ""


def find_project(reading: Reading, directory: Directory) -> Found:
    """The sheets of the project that the reading's choice names."""
    choice, hints = reading.choice, reading.hints
    if choice.best is None:
        near = tuple(_candidate(i, f.fit.name_share) for f in choice.near for i in _newest([f], directory, hints))
        return Found((), near[:3], "", "")
    if choice.rivals:
        rivals = [_candidate(i, _score(f)) for f in choice.rivals for i in _newest([f], directory, hints)]
        return Found((), tuple(rivals[:_MAX_RIVALS]), reading.project_text)
    groups = sheets_of(choice.best, directory, hints)
    if len(groups) > 1 and hints.sheet_year is None:
        groups = _reporting(groups, reading) or groups
    return _decide(groups, reading.project_text, hints.sheet_year, _score(choice.best), choice.best.name)


def _reporting(groups: list[list[SheetInfo]], reading: Reading) -> list[list[SheetInfo]]:
    """Projects of one name that can report the fiscal year asked: a sheet of N has N-3 to N, and N+1 requested."""
    years, measures = reading.resolved.spread, measures_asked(reading)
    if not years:
        return []
    first = 1 if measures and measures[0] in _EXECUTED else -1 if measures and measures[0] in _REQUESTS else 0
    return [
        g for g in groups if all(any(y + first <= i.sheet_year <= y + _REPORTED for i in g) for y in (years[0], years[-1]))
    ]


def find_by_id(question: Question, directory: Directory) -> tuple[Found, SheetInfo, tuple[int, int]] | None:
    """The sheet whose id stands in the question (``2020/総務省/0048``), and where; None when there is none."""
    for match in _SHEET_ID.finditer(question.text):
        for end in range(match.end(), match.start() + 8, -1):  # the id may run on into the next word
            no = directory.by_id.get(question.text[match.start() : end])
            if no is not None:
                info = directory.infos[no]
                found = _by_number([info], question.source(match.start(), end), directory, Hints(info.sheet_year))
                return found, info, (match.start(), end)
    return None


def find_by_number(question: Question, directory: Directory, hints: Hints) -> Found | None:
    """The project by a number in the question (事業番号0048, 新29-0004, 予算事業ID), None when it gives none."""
    text = _ABOUT_NUMBER.sub("    ", question.text)
    for pattern in _NUMBERS:
        for match in pattern.finditer(text):
            number = match[match.lastindex or 0]
            infos = [directory.infos[no] for no in directory.by_number.get(number, ())]
            infos = [i for i in infos if not hints.ministries or i.ministry in hints.ministries]
            infos = [i for i in infos if not hints.sheet_year or i.sheet_year == hints.sheet_year] or infos
            if infos:
                return _by_number(infos, question.source(*match.span()), directory, hints)
    return None


def _by_number(infos: list[SheetInfo], text: str, directory: Directory, hints: Hints) -> Found:
    if len({i.series for i in infos}) == 1 or len(infos) == 1:
        one = max(infos, key=lambda i: i.sheet_year)
        if hints.sheet_year == one.sheet_year or len(infos) == 1:
            linked = [directory.infos[no] for no in directory.by_series[one.series] if directory.infos[no].sheet_year != one.sheet_year]
            ordered = sorted([one, *linked], key=lambda i: -i.sheet_year)
            return Found(tuple(_candidate(i, 1.0 if i.no == one.no else _LINKED) for i in ordered), (), text)
    rivals = sorted(infos, key=lambda i: (-i.sheet_year, i.ministry))
    return Found((), tuple(_candidate(i, 0.5) for i in rivals[:_MAX_RIVALS]), text)


def _decide(groups: list[list[SheetInfo]], text: str, sheet_year: int | None, score: float, name: str) -> Found:
    """One project: its sheets. Several of one name: those with a sheet of the year; else all, to ask back."""
    if sheet_year is not None:
        key = name_key(name)
        in_year = [g for g in groups if any(i.sheet_year == sheet_year for i in g)]
        named = [g for g in in_year if any(i.sheet_year == sheet_year and name_key(i.project) == key for i in g)]
        groups = named or in_year or groups
    if len(groups) > 1:
        groups = _spelt_alike(groups, text, sheet_year) or groups
    if len(groups) == 1:
        sheets = groups[0]
        same_year = [i for i in sheets if i.sheet_year == (sheet_year or sheets[0].sheet_year)]
        if len(same_year) > 1:
            return Found((), tuple(_candidate(i, score) for i in same_year), text)
        return Found(tuple(_candidate(i, score if i.project == name else _linked(i, name, score)) for i in sheets), (), text)
    rivals = [next((i for i in g if i.sheet_year == sheet_year), g[0]) for g in groups]
    rivals.sort(key=lambda i: (-i.sheet_year, i.ministry, i.number))
    return Found((), tuple(_candidate(i, score) for i in rivals[:_MAX_RIVALS]), text)


def _spelt_alike(groups: list[list[SheetInfo]], text: str, sheet_year: int | None) -> list[list[SheetInfo]]:
    """The one group whose name is spelt just as the user did (Ｇ２０ and G20), else none."""
    words = "".join(text.split()).strip("「」『』")
    alike = [g for g in groups if any("".join(i.project.split()) == words for i in g if sheet_year in (None, i.sheet_year))]
    return alike if len(alike) == 1 else []


def _linked(info: SheetInfo, name: str, score: float) -> float:
    return score if name_key(info.project) == name_key(name) else round(score * _LINKED, 3)


def _newest(fits: Iterable[NameFit], directory: Directory, hints: Hints) -> list[SheetInfo]:
    """One sheet per project that carries one of the names: of the asked year, else the newest."""
    found = []
    for fit in fits:
        for group in sheets_of(fit, directory, hints):
            found.append(next((i for i in group if i.sheet_year == hints.sheet_year), group[0]))
    return found


def _score(fit: NameFit) -> float:
    return 1.0 if fit.exact else round(0.6 + 0.35 * fit.fit.name_share, 3)


def _candidate(info: SheetInfo, score: float) -> Candidate:
    return Candidate(info.no, info.sheet_id, info.project, info.ministry, info.sheet_year, round(score, 3))
