"""Names and questions brought to one spelling for comparison, with every character's place kept."""

from __future__ import annotations

import functools
import re
import unicodedata

from qa.understand.vocabulary import vocabulary

_DROPPED = re.compile(r"[\s()\[\]{}〔〕「」『』【】〈〉《》\"'“”‘’・･,、。.:;!?\-‐‑–—―−~〜～_/／\\※*◯○●☆★→⇒\x00ーｰ\u200b-\u200f\ufeff]")
_DOUBLED = 4  # shorter words may stand twice by right
_SMALL = str.maketrans("ぁぃぅぇぉゃゅょっァィゥェォャュョッ〇一二三四五六七八九", "あいうえおやゆよつアイウエオヤユヨツ0123456789")


@functools.lru_cache(maxsize=1)
def _spellings() -> tuple[re.Pattern[str], dict[str, str]]:
    table = {k.lower(): v.lower() for k, v in vocabulary().spellings.items()}
    table = {_strip(k)[0]: _strip(v)[0] for k, v in table.items()}
    parts = [rf"(?<![a-z]){k}(?![a-z])" if k.isascii() else re.escape(k) for k in sorted(table, key=len, reverse=True)]
    first = "".join(sorted({re.escape(k[0]) for k in table}))  # most places begin none of them: one look there, not one each
    return re.compile(f"(?=[{first}])(?:{'|'.join(parts)})"), table


def _strip(text: str) -> tuple[str, list[int]]:
    kept = [(c, i) for i, c in enumerate(text) if not _DROPPED.match(c)]
    return "".join(c for c, _ in kept), [i for _, i in kept]


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """Folded ``text`` (already NFKC, lower case) and, for each folded character, its place in ``text``.

    Punctuation, brackets and ー go; small kana become large; kanji digits become digits; spellings of
    ``qa/data/names.toml`` become the official ones (all their characters at the place of the first).
    """
    stripped, places = _strip(text)
    pattern, table = _spellings()
    out: list[str] = []
    where: list[int] = []
    used: set[str] = set()
    at = 0
    for match in pattern.finditer(stripped):
        out.append(stripped[at : match.start()])
        where.extend(places[at : match.start()])
        official = table[match.group()]
        used.add(official)
        out.append(official)
        where.extend(_stretch(places[match.start() : match.end()], len(official)))
        at = match.end()
    out.append(stripped[at:])
    where.extend(places[at:])
    folded, where = _said_once("".join(out), where, used)
    return folded.translate(_SMALL), where


def _said_once(text: str, places: list[int], words: set[str]) -> tuple[str, list[int]]:
    """``世界保健機関（WHO）`` holds the name once, not twice."""
    for word in words:
        while len(word) >= _DOUBLED and (at := text.find(word + word)) >= 0:
            text = text[: at + len(word)] + text[at + 2 * len(word) :]
            places = places[: at + len(word)] + places[at + 2 * len(word) :]
    return text, places


def _stretch(places: list[int], length: int) -> list[int]:
    """``length`` places spread over the given ones, so that first and last are kept."""
    if length == 1:
        return [places[0]]
    return [places[round(i * (len(places) - 1) / (length - 1))] for i in range(length)]


@functools.lru_cache(maxsize=65536)
def fold_name(name: str) -> str:
    """A project's name, folded."""
    text = unicodedata.normalize("NFKC", name).lower()
    stripped = _DROPPED.sub("", text)
    # most names hold no spelling to change: nothing but the characters' places would be lost on the short way
    return fold_with_places(text)[0] if _spellings()[0].search(stripped) else stripped.translate(_SMALL)


@functools.lru_cache(maxsize=1)
def _generic() -> re.Pattern[str]:
    words = sorted({fold_name(w) for w in vocabulary().generic}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


HIRAGANA_WEIGHT, GENERIC_WEIGHT = 0.12, 0.3


@functools.lru_cache(maxsize=65536)
def weights(folded: str) -> tuple[float, ...]:
    """How much each character tells: content 1, words common to many names less, hiragana almost nothing."""
    found = [HIRAGANA_WEIGHT if "ぁ" <= c <= "ん" else 1.0 for c in folded]
    for match in _generic().finditer(folded):
        for i in range(*match.span()):
            found[i] = min(found[i], GENERIC_WEIGHT)
    return tuple(found)


@functools.lru_cache(maxsize=65536)
def total_weight(folded: str) -> float:
    """Sum of ``weights``."""
    return sum(weights(folded))
