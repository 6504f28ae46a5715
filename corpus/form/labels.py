"""The types that describe a form: which labels it prints and what stands beside them. Data only.

A label is compared by its *key* (``corpus.text.label_key``: NFKC, no white space), in full or
without its bracketed notes (``事業概要（5行程度以内。別添可）`` = ``事業概要``).  A label that ends in
``*`` matches every key that begins so, one that begins with ``*`` every key that ends so.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterable

from corpus.fields import Field, Measure
from corpus.model import Table
from corpus.text import label_key

_LONGEST = 160  # no label is longer, notes included
_LONGEST_PATTERN = 70
_REMEMBERED = 5000
_NOTE = re.compile(r"\([^()]*\)")


@dataclasses.dataclass(frozen=True, slots=True)
class FieldLabel:
    """A label with text beside or below it.

    ``field`` None: the text is kept as a cell of ``table``.  ``also`` names further fields the same
    text answers (事業開始・終了（予定）年度).  ``detail`` is the field of the second text in a row of
    verdict and explanation (所見: 一部改善 | 執行方法を…).  ``under`` is True when the text may stand in the
    next row under the label itself (作成責任者).
    """

    labels: tuple[str, ...]
    field: Field | None
    table: Table = Table.BASIC
    also: tuple[Field, ...] = ()
    detail: Field | None = None
    under: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Title:
    """The heading of a table (a regular expression on its key); it holds no data itself."""

    pattern: str
    table: Table | None


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its possible labels and what its cells are."""

    labels: tuple[str, ...]
    measure: Measure | None
    role: str = "text"  # text, name, amount, mark, question, reason: what a cell of it looks like


@dataclasses.dataclass(frozen=True, slots=True)
class Series:
    """A table of rows × fiscal years, repeated once per indicator.

    A row is its heading when it holds one label of every group in ``signature``.  ``texts`` are the
    columns that describe the indicator, ``rows`` the labels of its rows.
    """

    table: Table
    signature: tuple[tuple[str, ...], ...]
    texts: tuple[Column, ...]
    rows: tuple[tuple[str, Measure], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Listing:
    """A table with one entry per row under a heading row, found by ``signature`` like ``Series``."""

    table: Table
    signature: tuple[tuple[str, ...], ...]
    columns: tuple[Column, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Era:
    """The form of some sheet years: everything the parser knows about it."""

    name: str
    first_year: int
    last_year: int
    fields: tuple[FieldLabel, ...]
    titles: tuple[Title, ...]
    budget_rows: tuple[tuple[str, Measure], ...]
    series: tuple[Series, ...]
    listings: tuple[Listing, ...]
    structure: tuple[str, ...]  # patterns of printed words that are form, not content
    required: tuple[Table, ...]  # tables a complete sheet has


def keys_of(text: str) -> tuple[str, ...]:
    """The keys a label may be known by: in full, and without bracketed notes.

    >>> keys_of("事業終了 （予定） 年度")
    ('事業終了(予定)年度', '事業終了年度')
    """
    return _keys_of(text)


@functools.lru_cache(maxsize=8192)
def _keys_of(text: str) -> tuple[str, ...]:
    full = label_key(text)
    short = full
    while (shorter := _NOTE.sub("", short)) != short:  # notes inside notes
        short = shorter
    short = short.partition("(")[0] or short  # a note that the cell cuts off
    return (full,) if short == full or not short else (full, short)


class Labels:
    """Labels → what they mean, by key."""

    def __init__(self, pairs: Iterable[tuple[str, object]]) -> None:
        self._exact: dict[str, object] = {}
        self._prefixes: list[tuple[str, object]] = []
        self._suffixes: list[tuple[str, object]] = []
        self._found: dict[str, object | None] = {}
        for label, meaning in pairs:
            key = label_key(label)
            if key.endswith("*"):
                self._prefixes.append((key[:-1], meaning))
            elif key.startswith("*"):
                self._suffixes.append((key[1:], meaning))
            else:
                self._exact.setdefault(key, meaning)

    def find(self, text: str) -> object | None:
        """The meaning of a printed label, None when it is not known."""
        if len(text) > _LONGEST:
            return None
        if text not in self._found:
            if len(self._found) > _REMEMBERED:
                self._found.clear()
            self._found[text] = self._look_up(text)
        return self._found[text]

    def _look_up(self, text: str) -> object | None:
        for key in _keys_of(text):
            if key in self._exact:
                return self._exact[key]
        full, short = _keys_of(text)[0], _keys_of(text)[-1]
        if len(full) > _LONGEST_PATTERN or full.endswith("。"):
            return None  # a sentence that begins like a label is not one
        found = next((meaning for prefix, meaning in self._prefixes if full.startswith(prefix)), None)
        return found or next((meaning for suffix, meaning in self._suffixes if short.endswith(suffix)), None)
