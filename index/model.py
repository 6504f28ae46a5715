"""The types of retrieval. Data only."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Document:
    """One retrievable text: a section of a sheet (or its payees' or indicators' texts joined).

    ``name`` is a ``corpus.fields.Field`` value, or ``支出先``, ``成果指標``, ``活動指標``.
    """

    sheet_no: int
    name: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class SearchFilter:
    """Restriction of a search; empty = none."""

    ministries: tuple[str, ...] = ()
    sheet_years: tuple[int, ...] = ()
    sections: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    budget_yen: tuple[int | None, int | None] = (None, None)
    execution_rate: tuple[float | None, float | None] = (None, None)


@dataclasses.dataclass(frozen=True, slots=True)
class Why:
    """Why a hit was found: matched words with their share of the score, and rank per retriever."""

    words: tuple[tuple[str, float], ...] = ()
    ranks: tuple[tuple[str, int], ...] = ()  # ("bm25", 3), ("vector", 1)


@dataclasses.dataclass(frozen=True, slots=True)
class Hit:
    """One found project: its newest matching sheet first, the other years folded under it."""

    sheet_no: int
    sheet_id: str
    project: str
    ministry: str
    sheet_year: int
    section: str
    text: str
    score: float
    spans: tuple[tuple[int, int], ...] = ()  # matched words inside text
    folded: tuple[tuple[str, int], ...] = ()  # (sheet_id, sheet_year) of the other years
    why: Why = Why()
