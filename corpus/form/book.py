"""The labels of one era, ready to look up; what the era lacks is taken from the others."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from corpus.form.eras import ERAS
from corpus.form.labels import Column, Era, FieldLabel, Labels, Listing, Series, keys_of
from corpus.model import Table
from corpus.text import label_key

_LONGEST_TITLE = 120


@dataclasses.dataclass(frozen=True, slots=True)
class Book:
    """Look-up side of an era. Sheets deviate from their year's form, so other eras help out."""

    era: Era
    fields: Labels
    budget: Labels
    titles: tuple[tuple[re.Pattern[str], Table | None], ...]
    series: tuple[Series, ...]
    listings: tuple[Listing, ...]
    structure: re.Pattern[str]

    def field(self, text: str) -> FieldLabel | None:
        found = self.fields.find(text)
        return found if isinstance(found, FieldLabel) else None

    def title(self, text: str) -> tuple[Table | None] | None:
        """(table,) when the text is a heading of a table; None when it is not."""
        if len(text) > _LONGEST_TITLE:
            return None
        for key in keys_of(text):
            for pattern, table in self.titles:
                if pattern.fullmatch(key):
                    return (table,)
        return None

    def is_structure(self, text: str) -> bool:
        return self.structure.fullmatch(label_key(text)) is not None


@functools.lru_cache(maxsize=8)
def book_for(sheet_year: int | None) -> Book:
    """The book of a sheet year; of the nearest era for years outside all (the newest when unknown)."""
    year = ERAS[-1].last_year if sheet_year is None else sheet_year
    own = min(ERAS, key=lambda era: max(era.first_year - year, year - era.last_year, 0))
    order = [own, *(era for era in ERAS if era is not own)]
    return Book(
        own,
        Labels((label, field) for era in order for field in era.fields for label in field.labels),
        Labels((label, measure) for era in order for label, measure in era.budget_rows),
        tuple((re.compile(title.pattern), title.table) for title in own.titles),
        _unique(order, lambda era: era.series),
        _unique(order, lambda era: era.listings),
        re.compile("|".join(f"(?:{pattern})" for pattern in own.structure)),
    )


def covers(sheet_year: int) -> bool:
    """Whether the forms of a year are described at all."""
    return any(era.first_year <= sheet_year <= era.last_year for era in ERAS)


def _unique(eras: Sequence[Era], part: Callable[[Era], Iterable[Any]]) -> tuple[Any, ...]:
    found: list[Any] = []
    for era in eras:
        found.extend(spec for spec in part(era) if spec not in found)
    return tuple(found)


@functools.lru_cache(maxsize=256)
def column_labels(columns: tuple[Column, ...]) -> Labels:
    return Labels((label, column) for column in columns for label in column.labels)


@functools.lru_cache(maxsize=256)
def row_labels(rows: tuple[tuple[str, Any], ...]) -> Labels:
    return Labels(rows)


def column_of(columns: tuple[Column, ...], text: str) -> Column | None:
    found = column_labels(columns).find(text)
    return found if isinstance(found, Column) else None


def matches(signature: tuple[tuple[str, ...], ...], texts: Sequence[str]) -> bool:
    """Whether a row of texts holds one label of every group."""
    return all(any(_group(group).find(text) for text in texts) for group in signature)


@functools.lru_cache(maxsize=256)
def _group(labels: tuple[str, ...]) -> Labels:
    return Labels((label, True) for label in labels)
