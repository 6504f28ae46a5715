"""How well a name explains a stretch of a question, and what of either is left over.

A stretch is covered by pieces of the name (greedy common substrings, cf. Wise 1993, *String similarity
via greedy string tiling*), so word order and dropped particles do not matter, while a foreign word does.
"""

from __future__ import annotations

import dataclasses
import re

from qa.understand.folding import weights

_MIN_PIECE = 2
_MISS = 1.2  # an unexplained character inside costs a little more than an explained one gains
_BREAK = 0.5  # two pieces adjacent in the question but not in the name


@dataclasses.dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the question, folded. ``open[i]``: nothing else has explained character i."""

    folded: str
    places: tuple[int, ...]
    open: tuple[bool, ...]
    weights: tuple[float, ...]
    start: int = 0
    end: int = 0

    @property
    def content(self) -> float:
        """Weight of what is not yet explained."""
        return sum(w for w, o in zip(self.weights, self.open, strict=True) if o)


@dataclasses.dataclass(frozen=True, slots=True)
class Alignment:
    """Weights (about: content characters) explained and left over.

    ``covered``: of the stretch, explained by the name; ``breaks``: cost of pieces put together anew;
    ``inside``: unexplained between the pieces; ``beside``: unexplained and glued to them;
    ``before``, ``after``: unexplained in the stretch, but apart from them;
    ``missing``: of the name, not in the question; ``total``: of the whole name;
    ``start``, ``end``: the explained part as places in the question.
    """

    covered: float
    breaks: float
    inside: float
    beside: float
    before: float
    after: float
    missing: float
    total: float
    start: int
    end: int
    longest: int

    @property
    def foreign(self) -> float:
        """Words that the question has and the name lacks, where a name's words stand."""
        return self.inside + self.beside + self.before

    @property
    def explained(self) -> float:
        """Share of the name's words in the question that the name explains, 0..1."""
        gain = max(self.covered - self.breaks, 0.0)
        return gain / max(self.covered + self.foreign, 1e-9)

    @property
    def name_share(self) -> float:
        """Share of the name that stands in the question, 0..1."""
        return 1.0 - self.missing / max(self.total, 1e-9)

    @property
    def score(self) -> float:
        return self.covered - self.breaks - 1.1 * self.foreign - 0.15 * self.after - 0.22 * self.missing


def align(stretch: Stretch, name: str) -> Alignment | None:
    """Alignment of a folded ``name`` with the stretch, or None when they share nothing."""
    pieces = _pieces(stretch.folded, name)
    if not pieces:
        return None
    hit = [False] * len(stretch.folded)
    for begin, end in pieces:
        hit[begin:end] = [True] * (end - begin)
    first, last = _best_span(stretch, hit)
    if first >= last:
        return None
    inner = [(b, e) for b, e in pieces if b >= first and e <= last]
    w, is_open = stretch.weights, stretch.open
    loose = [0.0 if h or not o else x for x, h, o in zip(w, hit, is_open, strict=True)]
    glued_left, glued_right = _glued(stretch, hit, first, -1), _glued(stretch, hit, last - 1, 1)
    beside = sum(loose[i] for i in (*glued_left, *glued_right))
    name_weights = weights(name)
    got = _covered_of_name(name, stretch.folded[first:last])
    return Alignment(
        covered=sum(w[i] for i in range(first, last) if hit[i]),
        breaks=_break_cost(stretch.folded, name, inner),
        inside=sum(loose[first:last]),
        beside=beside,
        before=sum(loose[:first]) - sum(loose[i] for i in glued_left),
        after=sum(loose[last:]) - sum(loose[i] for i in glued_right),
        missing=sum(x for x, g in zip(name_weights, got, strict=True) if not g),
        total=sum(name_weights),
        start=stretch.places[first],
        end=stretch.places[last - 1] + 1,
        longest=max((e - b for b, e in inner), default=0),
    )


def _pieces(text: str, name: str) -> list[tuple[int, int]]:
    """Longest pieces of ``text`` that stand in ``name``, from left to right."""
    pieces, at = [], 0
    while at < len(text):
        size = 0
        while at + size < len(text) and text[at : at + size + 1] in name:
            size += 1
        if size >= _MIN_PIECE or (size == 1 and _alone(text, at)):
            pieces.append((at, at + size))
            at += size
        else:
            at += 1
    return pieces


def _alone(text: str, at: int) -> bool:
    """A single content character between hiragana: a word of its own (``…の費``)."""
    left, right = text[at - 1 : at], text[at + 1 : at + 2]
    return not _is_hiragana(text[at]) and (not left or _is_hiragana(left)) and (not right or _is_hiragana(right))


def _is_hiragana(character: str) -> bool:
    return "ぁ" <= character <= "ん"


def _best_span(stretch: Stretch, hit: list[bool]) -> tuple[int, int]:
    """The span with most explained and least unexplained (maximum-sum subarray)."""
    best, best_span, run, begin = 0.0, (0, 0), 0.0, 0
    for i, (w, o) in enumerate(zip(stretch.weights, stretch.open, strict=True)):
        if run <= 0:
            run, begin = 0.0, i
        run += w if hit[i] else (-_MISS * w if o else -0.02)
        if run > best and hit[i]:
            best, best_span = run, (begin, i + 1)
    first, last = best_span
    while first < last and not hit[first]:
        first += 1
    return first, last


def _glued(stretch: Stretch, hit: list[bool], edge: int, step: int) -> list[int]:
    """Unexplained content characters directly beside ``edge``, nothing between."""
    found, at = [], edge + step
    while 0 <= at < len(hit) and not hit[at] and stretch.open[at] and not _is_hiragana(stretch.folded[at]):
        if abs(stretch.places[at] - stretch.places[at - step]) > 1:
            break
        found.append(at)
        at += step
    return found


def _break_cost(text: str, name: str, pieces: list[tuple[int, int]]) -> float:
    """Cost of pieces that touch in the question but stand apart in the name by more than a particle."""
    cost = 0.0
    for (b1, e1), (b2, e2) in zip(pieces, pieces[1:], strict=False):
        left, right = text[b1:e1], text[b2:e2]
        if e1 != b2 or _is_hiragana(left[-1]) or _is_hiragana(right[0]):
            continue
        if not re.search(re.escape(left) + "[ぁ-ん等]{0,6}" + re.escape(right), name):
            cost += _BREAK
    return cost


def _covered_of_name(name: str, text: str) -> list[bool]:
    got = [False] * len(name)
    for begin, end in _pieces(name, text):
        got[begin:end] = [True] * (end - begin)
    return got
