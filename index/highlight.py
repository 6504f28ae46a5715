"""Where the words of a query stand in a text as printed: spans for highlighting."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

_MAX_CHARS = 3000
# characters that NFKC and lower case leave one character, whatever their neighbours
_ONE_TO_ONE = re.compile(r"[\n -~　、-〗ぁ-ゖァ-ヺ・ー一-鿿！-～]*")


def spans(text: str, words: Collection[str]) -> tuple[tuple[int, int], ...]:
    """Character ranges of ``text`` that hold one of ``words``, in any width of letters, merged where they touch.

    Words of one character are marked only where no longer word is found: 市 stands in 都市 too.
    """
    shown = text[:_MAX_CHARS]
    plain, origin = _plain(shown)
    for wanted in ([w for w in words if len(w) > 1], [w for w in words if len(w) == 1]):
        if not wanted:
            continue
        pattern = re.compile("|".join(re.escape(w) for w in sorted(set(wanted), key=len, reverse=True)))
        found = [(m.start(), m.end()) for m in pattern.finditer(plain)]
        if found:
            return _merged([(origin[a], origin[b - 1] + 1) if origin else (a, b) for a, b in found])
    return ()


def _plain(text: str) -> tuple[str, list[int]]:
    """The text in lower case and half width, and the place every character came from ([] = the same place)."""
    if _ONE_TO_ONE.fullmatch(text):
        return unicodedata.normalize("NFKC", text).lower(), []
    characters: list[str] = []
    origin: list[int] = []
    for i, character in enumerate(text):
        for c in unicodedata.normalize("NFKC", character).lower():
            characters.append(c)
            origin.append(i)
    return "".join(characters), origin


def _merged(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for begin, end in ranges:
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return tuple(merged)
