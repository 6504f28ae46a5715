"""Which project a question is about: exact, quoted, shortened, reworded or misspelt names.

Every name that resembles the question is aligned with each clause (``alignment.py``); the one that
explains most and leaves least over is taken, provided that nothing in the question speaks against it.
A wrong project is the worst outcome, so a name with a foreign word (月面…) is refused, and two that
fit alike are both returned.
"""

from __future__ import annotations

import dataclasses
import re

import numpy as np

from corpus.text import name_key
from index.names import NameIndex
from qa.understand.alignment import Alignment, Stretch, align, promise
from qa.understand.cues import Ministry
from qa.understand.directory import Directory, Mask
from qa.understand.folding import fold_name, fold_with_places, weights
from qa.understand.spans import BLANK, Board
from qa.understand.text import Question

_SPLIT = "、。?!;,"
_OPEN, _CLOSE = "(「『【〔〈《“", ")」』】〕〉》”"
_HARD = ("シート", "年度", "相対年度", "期間", "シート語")
_BRACKET_END = re.compile(r"[（(／/].*$", re.S)
_PAID = re.compile(r"[」』\")\s]*(?:へ|に(?:は)?(?:いくら|支払|支出|払|渡|交付|配)|(?:は|が)[^、。]{1,60}から[^、。]{0,10}(?:受|もら))")
_NOT_ASKED = ("filler", "府省庁")  # a name may hold these words
_MIN_CONTENT = 1.5
_POOL = 16  # names fetched per clause (twice: resembling the clause, and standing in it)
_ALIGNED = 14  # of these, looked at closely


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


_PAIRS = frozenset({"()", "<>", "「」", "『』", "【】", "〈〉", "《》", "≪≫", "[]", "〔〕", '""', "“”"})


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
    starts: bool  # the words taken for the name begin as the name does
    ends: bool  # … and end as it does, brackets at its end apart
    enclosed: bool = False  # it stands whole between a pair of brackets or quotation marks
    paid: bool = False  # it stands where a payee's name would (…への支出額)

    @property
    def score(self) -> float:
        return self.fit.score + (0.4 if self.printed else 0.0)


def _enclosed(text: str, fit: Alignment) -> bool:
    before, after = text[: fit.start].rstrip()[-1:], text[fit.end :].lstrip()[:1]
    return bool(before) and bool(after) and (before + after) in _PAIRS


def rank_names(
    question: Question,
    board: Board,
    names: NameIndex,
    directory: Directory,
    hints: Hints,
    protected: tuple[tuple[int, int], ...] = (),
    whole: tuple[int, ...] = (),
) -> list[NameFit]:
    """Names that fit the question, best first. ``board`` holds what else is understood.

    ``protected``: places of whole names in which no comma and no year cuts the clause; ``whole``: ids of
    names that stand in the question as they are.
    """
    best: dict[int, Alignment] = {}
    mask = _mask(directory, hints)
    for stretch in clauses(board, protected):
        for name_id in _candidates(stretch, names, mask, whole):
            fit = align(stretch, fold_name(names.name(name_id)))
            if fit is not None and (name_id not in best or fit.score > best[name_id].score):
                best[name_id] = fit
    found = [
        _name_fit(name_id, names, directory, hints, fit, question.text)
        for name_id, fit in best.items()
    ]
    return sorted(found, key=lambda f: (-f.score, f.name_id))


def clauses(board: Board, protected: tuple[tuple[int, int], ...] = ()) -> list[Stretch]:
    """The question cut at punctuation (outside brackets) and at years, each piece folded."""
    text, masked = board.text, board.masked
    kept = {i for start, end in protected for i in range(start, end)}
    cuts = {i for c in board.of(*_HARD) for i in range(c.start, c.end)} - kept
    asked = {i for c in board.claims if c.kind not in _NOT_ASKED for i in range(c.start, c.end)}
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


def _mask(directory: Directory, hints: Hints) -> Mask | None:
    """Names that have a sheet of the asked year and ministry, None when neither is asked."""
    mask = directory.year_mask(hints.sheet_year) if hints.sheet_year else None
    if hints.ministries:
        ministries: Mask = np.logical_or.reduce([directory.ministry_mask(m) for m in hints.ministries])
        mask = ministries if mask is None else mask & ministries
    return mask


def _candidates(stretch: Stretch, names: NameIndex, mask: Mask | None, whole: tuple[int, ...]) -> list[int]:
    """Names worth aligning with a stretch: those that stand in it, and the most promising that resemble it."""
    ids: set[int] = set()
    if stretch.content >= _MIN_CONTENT:
        ids.update(names.likely(stretch.text, _POOL))
        if mask is not None:
            ids.update(names.likely(stretch.text, _POOL, mask))
    ids -= set(whole)
    promising = sorted(ids, key=lambda i: (-promise(stretch, fold_name(names.name(i))), i))
    return [*whole[:_ALIGNED], *promising[:_ALIGNED]]


def _name_fit(
    name_id: int, names: NameIndex, directory: Directory, hints: Hints, fit: Alignment, text: str
) -> NameFit:
    words = text[fit.start : fit.end]
    in_year = hints.sheet_year is None or bool(directory.year_mask(hints.sheet_year)[name_id])
    own = fold_name(names.name(name_id))
    foreign = [m.name for m in hints.mentions if fold_name(text[m.start : m.end]) not in own]  # 環境省の is no 環境構築
    ministries = tuple(dict.fromkeys((*hints.outside(fit.start, fit.end), *foreign)))
    in_ministry = not ministries or any(directory.ministry_mask(m)[name_id] for m in ministries)
    name, folded = names.name(name_id), fold_with_places(words)[0]
    whole, base = fold_name(name), fold_name(_BRACKET_END.sub("", name))
    starts = whole.startswith(folded[:2])
    ends = base.endswith(folded[-2:]) or whole.endswith(folded[-2:]) or base[-4:] in folded
    printed = name_key(words) == directory.key_of[name_id]
    paid = bool(_PAID.match(text, fit.end))
    return NameFit(name_id, name, fit, folded == whole, printed, in_year, in_ministry, starts, ends, _enclosed(text, fit), paid)
