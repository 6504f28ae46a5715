"""Where the words of a query stand in a text as printed: spans for highlighting."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from index import tokens

_MAX_CHARS = 3000


def spans(text: str, terms: Collection[str]) -> tuple[tuple[int, int], ...]:
    """Character ranges of ``text`` whose words (normalised) are among ``terms``, merged where they touch."""
    wanted = {term for term in terms if "+" not in term}
    if not wanted:
        return ()
    plain, origin = _plain(text[:_MAX_CHARS])
    found: list[tuple[int, int]] = []
    at = 0
    for word in tokens.words(plain):
        begin = plain.find(word.surface, at)
        if begin < 0:
            continue  # a word that normalising changed (a year): it is not highlighted
        at = begin + len(word.surface)
        if word.content and word.norm in wanted:
            found.append((origin[begin], origin[at - 1] + 1))
    return _merged(found)


def _plain(text: str) -> tuple[str, list[int]]:
    """The text as the tokenizer sees it, and for every character the place it came from."""
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
