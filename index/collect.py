"""Corpus → what the index is made of: every sheet's facts for filters, every different text once.

Half of all texts repeat over the years.  A text is therefore kept once per project name and field,
with the list of the sheets it stands in; splitting into words is done once per text, whatever the
name.  Large corpora are read by two processes, since decoding and MeCab hold the interpreter.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corpus.fields import Field, Measure
from corpus.model import Cell, Kind, Sheet, Table
from corpus.store.model import SheetInfo
from corpus.store.reader import Corpus
from corpus.text import name_key
from corpus.units import YEN_PER_UNIT
from index import tokens
from index.documents import NAME, TEXT_MEASURES, documents, payee_names
from index.processes import chunks, in_processes
from index.wordlist import Piece, Words

Progress = Callable[[str, int, int], None]  # stage, done, total
_CHUNK = 400
_SMALL = 1500  # sheets up to which starting processes costs more than it saves
DIGEST_BYTES = 8
_MEASURES = TEXT_MEASURES | {Measure.INITIAL, Measure.EXECUTED, Measure.BUDGET_TOTAL}  # what is read of the cells


@dataclasses.dataclass(frozen=True, slots=True)
class SheetRow:
    """What the index knows of one sheet besides its texts. ``budget_yen`` and ``rate`` may be missing."""

    info: SheetInfo
    name_id: int
    accounts: tuple[str, ...]
    budget_yen: float | None
    rate: float | None
    payees: tuple[str, ...]


@dataclasses.dataclass(slots=True)
class Text:
    """One different text of a project name: ``rows`` are the sheets (by row) that carry it."""

    name_id: int
    kind: str
    text: str
    digest: bytes
    rows: list[int]


@dataclasses.dataclass(frozen=True, slots=True)
class Collected:
    """Rows in the order of ``corpus.infos()``; names by ``name_id`` (newest spelling); texts by first use."""

    rows: list[SheetRow]
    names: list[str]
    texts: list[Text]


@dataclasses.dataclass(frozen=True, slots=True)
class _Raw:
    """One sheet as a worker reports it."""

    documents: list[tuple[str, str]]
    accounts: tuple[str, ...]
    budget_yen: float | None
    rate: float | None
    payees: tuple[str, ...]


def collect(corpus: Corpus, progress: Progress) -> Collected:
    """Read all sheets of a corpus once."""
    infos = corpus.infos()
    names: dict[str, int] = {}
    spelling: list[tuple[int, str]] = []
    texts: dict[tuple[int, str, str], Text] = {}
    rows: list[SheetRow] = []
    for info, raw in zip(infos, _read(corpus, [info.no for info in infos]), strict=True):
        name_id = names.setdefault(name_key(info.project) or info.project, len(names))
        if name_id == len(spelling):
            spelling.append((info.sheet_year, info.project))
        spelling[name_id] = max(spelling[name_id], (info.sheet_year, info.project), key=lambda pair: pair[0])
        for kind, printed in raw.documents:
            text = info.project if kind == NAME else printed
            key = (name_id, kind, "" if kind == NAME else text)
            if (found := texts.get(key)) is None:
                found = texts[key] = Text(name_id, kind, text, digest(kind, info.project, text), [])
            found.rows.append(len(rows))
        rows.append(SheetRow(info, name_id, raw.accounts, raw.budget_yen, raw.rate, raw.payees))
        if len(rows) % _CHUNK == 0:
            progress("シートを読む", len(rows), len(infos))
    return Collected(rows, [name for _, name in spelling], list(texts.values()))


def digest(kind: str, name: str, text: str) -> bytes:
    """Identity of a text for the cache of embeddings: 8 bytes over field, project name and text.

    Two of a million texts collide with probability 3e-8.
    """
    return hashlib.blake2b("\0".join((kind, name, text)).encode("utf-8", "replace"), digest_size=DIGEST_BYTES).digest()


def split_words(texts: Sequence[str], progress: Progress) -> Words:
    """``tokens.terms`` of every text, in order, each different text split once."""
    places: dict[str, int] = {}
    stored_at = np.array([places.setdefault(text, len(places)) for text in texts], dtype=np.int32)
    unique = list(places)

    def told(pieces: Iterable[Piece]) -> Iterator[Piece]:
        done = 0
        for piece in pieces:
            done += len(piece.lengths)
            progress("語に分ける", done, len(unique))
            yield piece

    with in_processes(_split, chunks(unique, 4 * _CHUNK), len(unique) > 4 * _SMALL) as split:
        return Words.join(told(split), stored_at)


def _split(texts: list[str]) -> Piece:
    return Piece.of([tokens.terms(text) for text in texts])


def _read(corpus: Corpus, nos: list[int]) -> Iterator[_Raw]:
    def here(chosen: list[int]) -> list[_Raw]:
        return [_raw(corpus.sheet_at(no, _MEASURES)) for no in chosen]

    arguments = (corpus.path, corpus.manifest)
    with in_processes(_read_chunk, chunks(nos, _CHUNK), len(nos) > _SMALL, here, _open, arguments) as read:
        for chunk in read:
            yield from chunk


_corpus: Corpus | None = None  # of a worker process


def _open(path: Path, manifest: dict[str, Any]) -> None:
    global _corpus  # noqa: PLW0603 - a process pool hands nothing else to its workers
    _corpus = Corpus(path, manifest)


def _read_chunk(nos: list[int]) -> list[_Raw]:
    if _corpus is None:
        raise RuntimeError("the worker was not initialised")
    return [_raw(_corpus.sheet_at(no, _MEASURES)) for no in nos]


def _raw(sheet: Sheet) -> _Raw:
    accounts = tuple(s.text for s in sheet.sections if s.name == Field.ACCOUNT)
    found = [(d.name, d.text) for d in documents(sheet, 0)]
    return _Raw(found, accounts, _budget(sheet), _rate(sheet), tuple(payee_names(sheet)))


def _budget(sheet: Sheet) -> float | None:
    """当初予算 of the sheet's own year in yen, or None."""
    for cell in sheet.cells:
        if _is(cell, Measure.INITIAL, sheet.sheet_year) and cell.value is not None:
            factor = YEN_PER_UNIT.get(cell.unit or "")
            return None if factor is None else float(cell.value * factor)
    return None


def _rate(sheet: Sheet) -> float | None:
    """執行額 / 予算計 of the newest year the sheet reports (sheet_year - 1), or None."""
    found = {
        measure: float(cell.value)
        for cell in sheet.cells
        for measure in (Measure.EXECUTED, Measure.BUDGET_TOTAL)
        if _is(cell, measure, sheet.sheet_year - 1) and cell.kind is Kind.NUMBER and cell.value is not None
    }
    total = found.get(Measure.BUDGET_TOTAL)
    return found[Measure.EXECUTED] / total if total and Measure.EXECUTED in found else None


def _is(cell: Cell, measure: Measure, fiscal_year: int) -> bool:
    return cell.table is Table.BUDGET and cell.measure == measure and cell.fiscal_year == fiscal_year and not cell.item
