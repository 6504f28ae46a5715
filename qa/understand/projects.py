"""Which project a question is about: exact, quoted, shortened, reworded or misspelt names.

Every name that resembles the question is aligned with each clause (``alignment.py``); the one that
explains most and leaves least over is taken, provided that nothing in the question speaks against it.
A wrong project is the worst outcome, so a name with a foreign word (月面…) is refused, and two that
fit alike are both returned.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from corpus.text import name_key
from index.names import NameIndex
from qa.understand.alignment import Alignment, Stretch, align
from qa.understand.cues import Ministry
from qa.understand.directory import Directory
from qa.understand.folding import fold_name, fold_with_places, weights
from qa.understand.spans import BLANK, Board
from qa.understand.text import Question

_SPLIT = "、。?!;,"
_OPEN, _CLOSE = "(「『【〔〈《“", ")」』】〕〉》”"
_HARD = ("シート", "年度", "相対年度", "期間", "シート語")
_MIN_CONTENT = 1.5
_CANDIDATES = 24


@dataclasses.dataclass(frozen=True, slots=True)
class Hints:
    """What else the question says about the project."""

    sheet_year: int | None = None
    mentions: tuple[Ministry, ...] = ()

    def outside(self, start: int, end: int) -> tuple[str, ...]:
        """The ministries named elsewhere than in ``start`` to ``end`` (there they are part of a name)."""
        return tuple(dict.fromkeys(m.name for m in self.mentions if not (start <= m.start and m.end <= end)))

    @property
    def ministries(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(m.name for m in self.mentions))


@dataclasses.dataclass(frozen=True, slots=True)
class NameFit:
    """One name with the evidence for it."""

    name_id: int
    name: str
    fit: Alignment
    exact: bool  # the question has the whole name and no more, but for spelling
    printed: bool  # … and in the very spelling of the sheet (spaces and punctuation apart)
    in_year: bool  # it has a sheet of the sheet year asked (True when none is asked)
    in_ministry: bool  # likewise for the ministry

    @property
    def score(self) -> float:
        return self.fit.score + (0.4 if self.printed else 0.0)


def rank_names(
    question: Question,
    board: Board,
    names: NameIndex,
    directory: Directory,
    hints: Hints,
    protected: tuple[tuple[int, int], ...] = (),
) -> list[NameFit]:
    """Names that fit the question, best first. ``board`` holds what else is understood.

    ``protected``: places of whole names in which no comma and no year cuts the clause.
    """
    stretches = clauses(board, protected)
    if not stretches:
        return []
    ids = _candidate_ids(question, stretches, names, directory, hints)
    found: list[NameFit] = []
    for name_id in ids:
        folded = fold_name(names.name(name_id))
        fits = [a for s in stretches if (a := align(s, folded)) is not None]
        if fits:
            best = max(fits, key=lambda a: a.score)
            found.append(_name_fit(name_id, names, directory, hints, best, question.text[best.start : best.end]))
    return sorted(found, key=lambda f: (-f.score, f.name_id))


def clauses(board: Board, protected: tuple[tuple[int, int], ...] = ()) -> list[Stretch]:
    """The question cut at punctuation (outside brackets) and at years, each piece folded."""
    text, masked = board.text, board.masked
    kept = {i for start, end in protected for i in range(start, end)}
    cuts = {i for c in board.of(*_HARD) for i in range(c.start, c.end)} - kept
    asked = {i for c in board.claims if c.kind not in ("filler", "府省庁") for i in range(c.start, c.end)}
    found: list[Stretch] = []
    depth, begin = 0, 0
    for i, character in enumerate(text + "。"):
        if i < len(text) and character in _OPEN:
            depth += 1
        elif i < len(text) and character in _CLOSE:
            depth = max(0, depth - 1)
        if i == len(text) or i in cuts or (character in _SPLIT and depth == 0 and i not in kept):
            if stretch := _stretch(text, masked, asked, begin, i):
                found.append(stretch)
            begin = i + 1
    return found


def _stretch(text: str, masked: str, asked: set[int], begin: int, end: int) -> Stretch | None:
    folded, places = fold_with_places(text[begin:end])
    if not folded:
        return None
    where = tuple(p + begin for p in places)
    is_open, is_asked = tuple(masked[p] != BLANK for p in where), tuple(p in asked for p in where)
    stretch = Stretch(folded, where, is_open, is_asked, weights(folded), begin, end, text[begin:end])
    return stretch if sum(stretch.weights) >= _MIN_CONTENT else None


def _candidate_ids(
    question: Question, stretches: list[Stretch], names: NameIndex, directory: Directory, hints: Hints
) -> list[int]:
    ids: dict[int, None] = {m.name_id: None for m in names.contained(question.text)}
    mask = directory.year_mask(hints.sheet_year) if hints.sheet_year else None
    if hints.ministries:
        ministry_mask = np.logical_or.reduce([directory.ministry_mask(m) for m in hints.ministries])
        mask = ministry_mask if mask is None else mask & ministry_mask
    texts = [question.text[s.start : s.end] for s in stretches if s.content >= _MIN_CONTENT]
    for text in texts:
        ids.update(dict.fromkeys(names.likely(text, _CANDIDATES)))
        if mask is not None:
            ids.update(dict.fromkeys(names.likely(text, _CANDIDATES, mask)))
    return list(ids)


def _name_fit(
    name_id: int, names: NameIndex, directory: Directory, hints: Hints, fit: Alignment, words: str
) -> NameFit:
    in_year = hints.sheet_year is None or bool(directory.year_mask(hints.sheet_year)[name_id])
    ministries = hints.outside(fit.start, fit.end)
    in_ministry = not ministries or any(directory.ministry_mask(m)[name_id] for m in ministries)
    exact = fold_with_places(words)[0] == fold_name(names.name(name_id))
    printed = name_key(words) == directory.key_of[name_id]
    return NameFit(name_id, names.name(name_id), fit, exact, printed, in_year, in_ministry)
