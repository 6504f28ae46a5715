"""Where the words of a query stand in a text as printed: spans for highlighting."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection

_MAX_CHARS = 1500  # of a text that are looked at: what is shown of a hit is shorter


class Highlighter:
    """The words of one query, compiled once for all its hits.

    Words of one character are marked only where no longer word is found: 市 stands in 都市 too.
    """

    def __init__(self, words: Collection[str]) -> None:
        by_length = ([w for w in words if len(w) > 1], [w for w in words if len(w) == 1])
        self._patterns = [
            re.compile("|".join(re.escape(w) for w in sorted(set(some), key=len, reverse=True)))
            for some in by_length
            if some
        ]

    def spans(self, text: str) -> tuple[tuple[int, int], ...]:
        """Character ranges of ``text`` that hold one of the words, in any width of letters, merged where they touch."""
        plain, origin = _plain(text[:_MAX_CHARS])
        for pattern in self._patterns:
            found = [match.span() for match in pattern.finditer(plain)]
            if found:
                return _merged([(origin[a], origin[b - 1] + 1) if origin else (a, b) for a, b in found])
        return ()


def _plain(text: str) -> tuple[str, list[int]]:
    """The text in lower case and half width, and the place every character came from ([] = the same place)."""
    whole = unicodedata.normalize("NFKC", text).lower()
    if len(whole) == len(text):
        return whole, []
    characters: list[str] = []
    origin: list[int] = []
    for i, character in enumerate(text):
        for c in _plain_character(character):
            characters.append(c)
            origin.append(i)
    return "".join(characters).lower(), origin


@functools.lru_cache(maxsize=1 << 12)
def _plain_character(character: str) -> str:
    return unicodedata.normalize("NFKC", character).lower()


def _merged(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for begin, end in ranges:
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return tuple(merged)
