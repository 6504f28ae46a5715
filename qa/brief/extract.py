"""Extractive summaries: whole sentences of the sheet, chosen and never reworded.

Method (documented in docs/briefs.md): sentences are split at 。 and line breaks outside brackets,
each keeping its offsets in the section; a sentence's score is the mean weight of its content words,
weighted by how often the sheet's own key fields use them (Luhn, "The automatic creation of
literature abstracts", 1958), with a bonus for the first sentence and for words of the project's
name, and a penalty for length; chosen greedily with redundancy removed (Carbonell & Goldstein,
"The use of MMR", 1998), then printed in the order of the sheet.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections import Counter
from collections.abc import Sequence

_OPEN, _CLOSE = "（(「『【〔[", "）)」』】〕]"
_WORD = re.compile(r"[一-龥々ヶ]{2,}|[ァ-ヴー]{2,}|[A-Za-z][A-Za-z0-9]+")
_BULLET = re.compile(r"^[\s　]*(?:[・●○◎◆◇■□※➢▶-]|[(（]?\d{1,2}[)）.．、]|[①-⑳]|[ア-オ][.．、)）])?[\s　]*")
_MIN_LENGTH, _LONG = 12, 140


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """One sentence with its place: ``text == source[start:end]``."""

    text: str
    start: int
    end: int


def sentences(source: str) -> list[Piece]:
    """Split a text field into sentences with offsets. Brackets keep their 。 inside one sentence."""
    pieces: list[Piece] = []
    start = depth = 0
    for i, char in enumerate(source):
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth = max(depth - 1, 0)
        at_end = char == "。" and depth == 0
        if at_end or (char in "\n／" and (char == "\n" or _breaks(source, i))):
            _append(pieces, source, start, i + 1 if at_end else i)
            start = i + 1
            depth = 0
    _append(pieces, source, start, len(source))
    return pieces


def _breaks(source: str, i: int) -> bool:
    """RSシステム prints ／ for a line break; inside words (新規／既存) it is a slash."""
    before = source[i - 1] if i else ""
    after = source[i + 1 : i + 2]
    return before in "。）)」" or after in "・●○◎◆◇■□※（(①②③④⑤⑥⑦⑧⑨１２３４５６７８９1234567890"


def _append(pieces: list[Piece], source: str, start: int, end: int) -> None:
    text = source[start:end]
    left = len(text) - len(text.lstrip())
    right = len(text.rstrip())
    if right > left:
        pieces.append(Piece(text[left:right], start + left, start + right))


def choose(source: str, limit: int, *, context: Sequence[str] = (), name: str = "", budget: int = 260) -> list[Piece]:
    """At most ``limit`` whole sentences within ``budget`` characters, in the order of the source.

    ``context``: the sheet's other key fields (their words count); ``name``: the project's name.
    The first choice is made even when it alone exceeds the budget, so that a text is never empty.
    """
    pieces = [p for p in sentences(source) if len(_BULLET.sub("", p.text)) >= _MIN_LENGTH] or sentences(source)
    if len(pieces) <= limit and sum(len(p.text) for p in pieces) <= budget:
        return pieces
    weights = _word_weights([source, *context], name)
    scores = [_score(piece, i, weights) for i, piece in enumerate(pieces)]
    chosen: list[int] = []
    used = 0
    while len(chosen) < limit:
        best = _next(pieces, scores, chosen, budget - used)
        if best is None:
            break
        chosen.append(best)
        used += len(pieces[best].text)
    return [pieces[i] for i in sorted(chosen)]


def _next(pieces: list[Piece], scores: list[float], chosen: list[int], room: int) -> int | None:
    best, best_value = None, -math.inf
    for i, piece in enumerate(pieces):
        if i in chosen or (chosen and len(piece.text) > room):
            continue
        repeated = max((_overlap(piece, pieces[j]) for j in chosen), default=0.0)
        value = 0.7 * scores[i] - 0.3 * repeated
        if value > best_value:
            best, best_value = i, value
    return best


def words(text: str) -> list[str]:
    """Content words: runs of kanji, of katakana, of Latin letters."""
    return _WORD.findall(text)


def _word_weights(fields: Sequence[str], name: str) -> dict[str, float]:
    counts = Counter(word for field in fields for word in words(field))
    top = max(counts.values(), default=1)
    weights = {word: math.log1p(n) / math.log1p(top) for word, n in counts.items()}
    for word in words(name):
        weights[word] = 1.5
    return weights


def _score(piece: Piece, position: int, weights: dict[str, float]) -> float:
    found = words(piece.text)
    if not found:
        return 0.0
    mean = sum(weights.get(word, 0.0) for word in found) / len(found)
    lead = 0.4 if position == 0 else 0.1 / position
    return mean + lead - max(0, len(piece.text) - _LONG) / 400


def _overlap(a: Piece, b: Piece) -> float:
    left, right = set(words(a.text)), set(words(b.text))
    return len(left & right) / max(min(len(left), len(right)), 1)
