"""How well a name explains a stretch of a question, and what of either is left over.

A stretch is covered by pieces of the name (greedy common substrings, cf. Wise 1993, *String similarity
via greedy string tiling*), so word order and dropped particles do not matter, while a foreign word does.
"""

from __future__ import annotations

import dataclasses
import math
import re
from itertools import pairwise

from qa.understand.folding import total_weight, weights

_MIN_PIECE = 2
_SHORT_PIECE = 4
_MISS = 1.2  # an unexplained character inside costs a little more than an explained one gains
_WHOLE = 1.0  # a name that explains all of the words beats one that leaves some
_JOINS, _QUOTES = "・/(（:", "「」『』“”\""
_ENTIRE = 0.8
_LONG = 10.0  # a name this long stays itself whatever stands before it (ワシントン条約関連の…)
# What joins two parts of one name; any other particle (は, が, を, で …) ends the name.
_JOIN_AFTER = re.compile(
    r"の(?!で|は|ほう|方|件)(?:うち|ため|為)?(?:の)?|に(?:関する|係る|対する|向けた|必要な|要する|資する|伴う|おける)|による|における"
    r"|を(?:通じた|活用した|踏まえた|行う|含む|目指した|支える)|する|した|及び|並びに|や|な(?!の|ん|ら)"
)
_OPEN_END = re.compile(r"(?:に(?:向|係|関|要|対|資|伴|必要|基づ)|を(?:通|活用|踏|含))[ぁ-ん]*$")
_ENDS_PHRASE = re.compile(r"(?:は|が|で|を|から|って|へ|も|ば|です|ます|けど|のに)$")
_ACROSS = 0.6  # a name does not go on behind the words for what is asked
_ASKED = 0.5  # words of the asked thing (当初予算) prove little when a name holds them too
_BREAK = 0.5  # two pieces adjacent in the question but not in the name


@dataclasses.dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of the question, folded. ``open[i]``: nothing else has explained character i;
    ``asked[i]``: it belongs to the words for the asked thing (執行額, 担当課室 …)."""

    folded: str
    places: tuple[int, ...]
    open: tuple[bool, ...]
    asked: tuple[bool, ...]
    weights: tuple[float, ...]
    start: int
    end: int
    text: str  # as it stands in the question, ``start`` to ``end``

    @property
    def content(self) -> float:
        """Weight of what is not yet explained."""
        return sum(w for w, o in zip(self.weights, self.open, strict=True) if o)


@dataclasses.dataclass(frozen=True, slots=True)
class Alignment:
    """Weights (about: content characters) explained and left over.

    ``covered``: of the stretch, explained by the name; ``breaks``: cost of pieces put together anew;
    ``inside``: unexplained between the pieces; ``glued``: unexplained and touching them;
    ``lead``: unexplained before, joined by の; ``tail``: unexplained after, joined by の;
    ``bound``: unexplained on either side, joined as only parts of one name are (に係る, ・, a bracket);
    ``apart``: the other unexplained content of the stretch, divided off by は, で, を …;
    ``missing``: of the name, not in the question; ``total``: of the whole name;
    ``start``, ``end``: the explained part as places in the question; ``before``, ``after``: all that is
    unexplained on either side; ``tail_end``: the last characters of ``tail``.
    """

    covered: float
    breaks: float
    inside: float
    glued: float
    lead: float
    tail: float
    bound: float
    apart: float
    missing: float
    total: float
    start: int
    end: int
    before: float
    after: float
    tail_end: str = ""

    @property
    def foreign(self) -> float:
        """Words that the question has and the name lacks, where a name's words stand."""
        return self.inside + self.glued + self.lead + self.tail + self.bound

    @property
    def name_share(self) -> float:
        """Share of the name that stands in the question, 0..1."""
        return 1.0 - self.missing / max(self.total, 1e-9)

    @property
    def score(self) -> float:
        whole = _WHOLE if self.foreign < 0.05 * self.covered else 0.0
        entire = _ENTIRE if self.missing == 0 and self.covered <= self.total else 0.0
        lead = self.lead * (0.5 if self.covered >= _LONG else 1.0)
        foreign = 1.05 * (self.foreign - self.lead + lead)
        return self.covered + whole + entire - self.breaks - foreign - 0.15 * self.apart - 0.6 * math.sqrt(self.missing)


def promise(stretch: Stretch, name: str) -> float:
    """A quick guess at how good the alignment can be: what the name explains, less what it has besides."""
    covered = 0.0
    for begin, end in _pieces(stretch.folded, name):
        covered += sum(stretch.weights[begin:end]) * (_ASKED if stretch.asked[begin] else 1.0)
    return covered - 0.6 * math.sqrt(max(total_weight(name) - covered, 0.0))


def align(stretch: Stretch, name: str) -> Alignment | None:
    """The better alignment of a folded ``name`` with the stretch, or None when they share nothing."""
    pieces = _pieces(stretch.folded, name)
    if not pieces:
        return None
    hit = [False] * len(stretch.folded)
    for begin, end in pieces:
        hit[begin:end] = [True] * (end - begin)
    if name in stretch.folded:  # a payee's name may hold the project's too: the place that leaves least counts
        places = [m.start() for m in re.finditer(f"(?={re.escape(name)})", stretch.folded)]
        return max((_measure(stretch, name, pieces, hit, (at, at + len(name))) for at in places), key=lambda a: a.score)
    spans = {_best_span(stretch, hit)}
    spans |= {trimmed for span in spans for trimmed in _without_outer_piece(pieces, *span)}
    found = [_measure(stretch, name, pieces, hit, span) for span in sorted(spans) if span[0] < span[1]]
    return max(found, key=lambda a: a.score, default=None)


def _without_outer_piece(pieces: list[tuple[int, int]], first: int, last: int) -> list[tuple[int, int]]:
    """The span without its first, or its last, short piece: a word of the name said again beside it."""
    inner = [(b, e) for b, e in pieces if b >= first and e <= last]
    found = []
    if len(inner) > 1 and inner[0][1] - inner[0][0] <= _SHORT_PIECE:
        found.append((inner[1][0], last))
    if len(inner) > 1 and inner[-1][1] - inner[-1][0] <= _SHORT_PIECE:
        found.append((first, inner[-2][1]))
    return found


def _measure(
    stretch: Stretch, name: str, pieces: list[tuple[int, int]], hit: list[bool], span: tuple[int, int]
) -> Alignment:
    first, last = span
    hit = [True if first <= i < last and name == stretch.folded[first:last] else h for i, h in enumerate(hit)]
    inner = [(b, e) for b, e in pieces if b >= first and e <= last]
    w = stretch.weights
    loose = [0.0 if h or not o else x for x, h, o in zip(w, hit, stretch.open, strict=True)]
    if stretch.folded[first:last] != name:
        first, last = _trimmed(stretch.folded, first, last)
    left, right = _before(stretch, loose, first), _after(stretch, loose, last)
    name_weights = weights(name)
    got = _covered_of_name(name, stretch.folded[first:last])
    return Alignment(
        covered=sum(w[i] * (_ASKED if stretch.asked[i] else 1.0) for i in range(first, last) if hit[i]),
        breaks=_break_cost(stretch.folded, name, inner) + _repeats(stretch.folded[first:last], name, inner, first),
        inside=sum(loose[first:last]),
        glued=left.glued + right.glued,
        lead=left.joined,
        tail=right.joined,
        bound=left.bound + right.bound,
        apart=sum(loose[:first]) + sum(loose[last:]) - left.total - right.total,
        missing=sum(x for x, g in zip(name_weights, got, strict=True) if not g),
        total=total_weight(name),
        start=stretch.places[first],
        end=stretch.places[last - 1] + 1,
        before=sum(loose[:first]),
        after=sum(loose[last:]),
        tail_end=right.end,
    )


def _trimmed(text: str, first: int, last: int) -> tuple[int, int]:
    """The span without particles at its ends (``の…に向けた``)."""
    while first < last - 1 and _is_hiragana(text[first]):
        first += 1
    while last > first + 1 and _is_hiragana(text[last - 1]):
        last -= 1
    opened = _OPEN_END.search(text, first + 2, last)
    return first, opened.start() if opened else last


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
    for i, (w, o, a) in enumerate(zip(stretch.weights, stretch.open, stretch.asked, strict=True)):
        if run <= 0:
            run, begin = 0.0, i
        run += w * (_ASKED if a else 1.0) if hit[i] else -_MISS * w if o else -_ACROSS if a else -0.02
        if run > best and hit[i]:
            best, best_span = run, (begin, i + 1)
    first, last = best_span
    while first < last and not hit[first]:
        first += 1
    return first, last


@dataclasses.dataclass(frozen=True, slots=True)
class _Beside:
    """Unexplained weight on one side of the explained part."""

    glued: float = 0.0
    joined: float = 0.0
    bound: float = 0.0
    end: str = ""

    @property
    def total(self) -> float:
        return self.glued + self.joined + self.bound


def _after(stretch: Stretch, loose: list[float], edge: int) -> _Beside:
    """What follows the explained part, up to a particle that ends the noun phrase."""
    text, at = stretch.folded, edge
    if at >= len(text) or _has_quote(_mark_between(stretch, at - 1, at)):
        return _Beside()
    glued, at = _run(stretch, loose, at, 1)
    joined = bound = 0.0
    while at < len(text) and not stretch.asked[at]:
        mark = _mark_between(stretch, at - 1, at)
        join = _JOIN_AFTER.match(text, at)
        if _has_quote(mark) or not (join or mark[:1] in tuple(_JOINS) or not _is_hiragana(text[at])):
            break
        named = join is not None and join.group() in ("の", "による") and not mark
        soft = not bound and (named or joined > 0)  # whatever follows a の belongs to the same added words
        at = join.end() if join else at
        if join and at < len(text) and _has_quote(_mark_between(stretch, at - 1, at)):
            break  # …事業における「…」: what is quoted is another thing
        while mark and at < len(text) and _is_hiragana(text[at]):
            at += 1  # （うち…）
        weight, end = _run(stretch, loose, at, 1)
        joined, bound = (joined + weight, bound) if soft else (joined, bound + weight)
        if end == at:
            break
        at = end
    return _Beside(glued, joined, bound, text[max(edge, at - 3) : at] if joined else "")


def _before(stretch: Stretch, loose: list[float], edge: int) -> _Beside:
    """What stands before the explained part, back to a particle that ends another phrase."""
    text, at = stretch.folded, edge - 1
    if at < 0 or _has_quote(_mark_between(stretch, at, edge)):
        return _Beside()
    glued, at = _run(stretch, loose, at, -1)
    joined = bound = 0.0
    while at >= 0 and not stretch.asked[at]:
        mark = _mark_between(stretch, at, at + 1)
        run = at
        while run >= 0 and _is_hiragana(text[run]):
            run -= 1
        particle = text[run + 1 : at + 1]
        if _has_quote(mark) or (particle and _ENDS_PHRASE.search(particle)):
            break
        soft = particle == "の" and not mark and not bound
        weight, end = _run(stretch, loose, run, -1)
        joined, bound = (joined + weight, bound) if soft else (joined, bound + weight)
        if end == run:
            break
        at = end
    return _Beside(glued, joined, bound)


def _run(stretch: Stretch, loose: list[float], at: int, step: int) -> tuple[float, int]:
    """Weight of the content characters from ``at`` on that touch one another, and where they end."""
    weight, size = 0.0, len(loose)
    while 0 <= at < size and not stretch.asked[at] and not _is_hiragana(stretch.folded[at]):
        if 0 <= at - step < size and _mark_between(stretch, at - step, at) and weight:
            break
        weight += loose[at]
        at += step
    return weight, at


def _has_quote(mark: str) -> bool:
    return any(m in _QUOTES for m in mark)


def _mark_between(stretch: Stretch, one: int, other: int) -> str:
    """The punctuation of the question between two neighbouring characters."""
    first, second = sorted((one, other))
    begin, end = stretch.places[first] + 1 - stretch.start, stretch.places[second] - stretch.start
    return stretch.text[begin:end].replace("-", "").replace(")", "").strip() if end > begin else ""


def _break_cost(text: str, name: str, pieces: list[tuple[int, int]]) -> float:
    """Cost of pieces that touch in the question but stand apart in the name by more than a particle."""
    cost = 0.0
    for (b1, e1), (b2, e2) in pairwise(pieces):
        left, right = text[b1:e1], text[b2:e2]
        if e1 != b2 or _is_hiragana(left[-1]) or _is_hiragana(right[0]):
            continue
        if not re.search(re.escape(left) + "[ぁ-ん等]{0,6}" + re.escape(right), name):
            cost += _BREAK
    return cost


def _repeats(text: str, name: str, pieces: list[tuple[int, int]], first: int) -> float:
    """Cost of a piece that the question says twice and the name once (``Aの「研究開発事業」のほう``)."""
    cost = 0.0
    for begin, end in pieces:
        piece = text[begin - first : end - first]
        if len(piece) >= 3 and text.count(piece) > name.count(piece) > 0:
            cost += 0.15 * len(piece)
    return cost


def _covered_of_name(name: str, text: str) -> list[bool]:
    got = [False] * len(name)
    for begin, end in _pieces(name, text):
        got[begin:end] = [True] * (end - begin)
    return got
