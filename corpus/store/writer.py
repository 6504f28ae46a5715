"""The write side of the store: builds the next generation in a private folder.

Nothing is visible before ``commit``; leaving the ``with`` block without it changes nothing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from corpus.identity import Identity, Known, Reason, identify
from corpus.model import Finding, PastNumber, Severity, Sheet
from corpus.store import schema, snapshot
from corpus.store.blobs import Scratch
from corpus.store.blocks import BlockWriter, Member
from corpus.store.codec import decode
from corpus.store.encoded import EncodedSheet, prepare
from corpus.store.facts_writer import FactsWriter
from corpus.store.model import CannotStore, NoCorpus, Summary
from corpus.store.reader import Corpus, open_corpus

_ROW_COLUMNS = (
    "sheet_id", "sheet_year", "ministry", "number", "project", "name_key", "project_key", "origin", "file", "place",
    "bureau", "division", "account", "cells", "figures", "sections",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class FileRecord:
    """One file that was taken in: the digest of its content decides whether it is read again."""

    digest: str
    name: str
    source: str  # where it was read from, for ``rsqa repair``
    kind: str
    size: int
    sheets: int


@dataclasses.dataclass(frozen=True, slots=True)
class Changes:
    """Sheet numbers that differ from the previous generation; all others hold the same sheet.

    ``replaced``: the number holds another content than before (a changed sheet, or a new sheet that
    took the number of a removed one).
    """

    added: tuple[int, ...]
    replaced: tuple[int, ...]
    removed: tuple[int, ...]


@dataclasses.dataclass(slots=True)
class _Entry:
    """A sheet of the generation being built: ``kept`` is its number in the previous one, or ``place`` in the scratch file."""

    serial: int
    columns: tuple[Any, ...]
    past: tuple[PastNumber, ...]
    kept: int | None = None
    place: tuple[int, int] = (0, 0)
    length: int = 0


@contextlib.contextmanager
def new_generation(data_dir: Path | str) -> Iterator[Generation]:
    """Build the next generation of a data folder.

    Raises StoreBusy when another process is building one, CannotStore when the disk refuses or memory
    runs out; what is current stays as it was.
    """
    data_dir = Path(data_dir)
    with _refusals(data_dir), snapshot.writer_lock(data_dir):
        snapshot.adopt(data_dir)
        try:
            previous: Corpus | None = open_corpus(data_dir)
        except NoCorpus:
            previous = None
        names = snapshot.generation_names(data_dir)
        current = previous.path.name if previous is not None else ""
        snapshot.clean(data_dir, {name for name in names if current and name <= current})
        number = max((int(name) for name in snapshot.generation_names(data_dir)), default=0) + 1
        generation = Generation(data_dir, f"{number:06d}", previous)
        try:
            yield generation
        finally:
            generation.close()
            if previous is not None:
                previous.close()


@contextlib.contextmanager
def _refusals(data_dir: Path) -> Iterator[None]:
    """What disk, memory and the two databases refuse, as one error with advice."""
    try:
        yield
    except OSError as error:
        raise CannotStore(str(error.filename or data_dir), error.strerror or str(error)) from error
    except (sqlite3.Error, duckdb.Error) as error:
        raise CannotStore(str(data_dir), str(error).splitlines()[0]) from error
    except MemoryError as error:
        raise CannotStore(str(data_dir), "メモリーが足りません") from error


class Generation:
    """A generation being built. ``path`` is its folder; ``index/`` may be written below it.

    Order of use: ``keep_from`` / ``add`` / ``remove`` in any order, ``finish_corpus``, whatever else
    writes into ``path``, ``commit``.
    """

    def __init__(self, data_dir: Path, name: str, previous: Corpus | None) -> None:
        self.data_dir = data_dir
        self.path = data_dir / snapshot.GENERATIONS / name
        self.path.mkdir(parents=True)
        self.previous = previous
        self.changes = Changes((), (), ())
        self.committed = False
        self._entries: dict[str, _Entry] = {}
        self._serial = 0
        self._kept: list[tuple[int, int]] = []
        self._files: dict[str, FileRecord] = {}
        self._findings: list[tuple[Finding, str]] = []
        self._removed: dict[str, set[str]] = {}  # digest of a file → sheets of it that were taken out by name
        self._scratch = Scratch(self.path / "sheets.scratch")
        self._facts = FactsWriter(self.path / schema.FACTS_FILE)
        self._finished = False

    # --- what goes in ---

    def keep_from(self, previous: Corpus, except_ids: Iterable[str] = ()) -> None:
        """Take over all sheets of an open generation but ``except_ids``, with their numbers."""
        dropped = frozenset(except_ids)
        past: dict[int, list[PastNumber]] = {}
        for no, *entry in previous.query("SELECT no, sheet_year, ministry, number FROM past"):
            past.setdefault(no, []).append(PastNumber(*entry))
        for no, *columns in previous.query(f"SELECT no, {', '.join(_ROW_COLUMNS)} FROM sheets ORDER BY no"):
            if columns[0] not in dropped:
                self._entries[columns[0]] = _Entry(
                    self._next_serial(), tuple(columns), tuple(past.get(no, ())), kept=no
                )
        for row in previous.query("SELECT digest, name, source, kind, size, sheets FROM files"):
            self._files[row[0]] = FileRecord(*row)
        for sheet_id, digest in previous.query("SELECT sheet_id, digest FROM removed"):
            self._removed.setdefault(digest, set()).add(sheet_id)
        # findings about files that were never taken in (unreadable ones) belong to the run that met them
        rows = previous.query("SELECT severity, file, place, message, remedy, digest FROM findings WHERE digest != ''")
        for severity, *parts, digest in rows:
            self._findings.append((Finding(Severity(severity), *parts), digest))

    def add(self, sheet: Sheet) -> None:
        """Add a sheet, or replace the one of the same id."""
        self.add_encoded(prepare(sheet))

    def add_encoded(self, sheet: EncodedSheet) -> None:
        """As ``add``, for a sheet that a worker has prepared."""
        entry = _Entry(self._next_serial(), tuple(getattr(sheet, name) for name in _ROW_COLUMNS), sheet.past)
        self._entries[sheet.sheet_id] = entry
        for removed in self._removed.values():  # taken in again, from whichever file: no repair may leave it out
            removed.discard(sheet.sheet_id)
        self._facts.add(entry.serial, sheet.sheet_year, sheet.facts)
        entry.place, entry.length = self._scratch.append(sheet.data), len(sheet.data)

    def remove(self, sheet_id: str) -> bool:
        """Drop a sheet; False when there is none of that id."""
        return self._entries.pop(sheet_id, None) is not None

    def sheet(self, sheet_id: str) -> Sheet | None:
        """The sheet of that id as the generation stands now (to compare before replacing it)."""
        entry = self._entries.get(sheet_id)
        if entry is None:
            return None
        if entry.kept is not None and self.previous is not None:
            return self.previous.sheet_at(entry.kept)
        return decode(self._scratch.read(entry.place))

    def origin(self, sheet_id: str) -> str | None:
        """Origin of the sheet of that id, without reading it; None when there is none."""
        entry = self._entries.get(sheet_id)
        return None if entry is None else entry.columns[_ROW_COLUMNS.index("origin")]

    def sheets_of(self, file: str) -> list[str]:
        """Ids of the sheets whose (main) file has that name."""
        column = _ROW_COLUMNS.index("file")
        return [sheet_id for sheet_id, entry in self._entries.items() if entry.columns[column] == file]

    def files_of(self, sheet_id: str) -> list[str]:
        """Digests of the files a sheet was read from (several for the RSシステム)."""
        sheet = self.sheet(sheet_id)
        if sheet is None:
            return []
        names = {sheet.file} | {c.file for c in sheet.cells} | {s.file for s in sheet.sections}
        return [record.digest for record in self._files.values() if record.name in names]

    def __len__(self) -> int:
        return len(self._entries)

    # --- files and findings ---

    @property
    def files(self) -> dict[str, FileRecord]:
        """Files taken in so far, by digest of their content."""
        return dict(self._files)

    @property
    def new_files(self) -> list[FileRecord]:
        """Files taken in that the previous generation does not know."""
        known = {row[0] for row in self.previous.query("SELECT digest FROM files")} if self.previous is not None else set()
        return [record for record in self._files.values() if record.digest not in known]

    def record_file(self, record: FileRecord) -> None:
        self._files[record.digest] = record

    def forget_file(self, digest: str) -> None:
        """Forget that a file was taken in, with its findings; its sheets stay until replaced."""
        self._files.pop(digest, None)
        self._removed.pop(digest, None)
        self._findings = [(finding, owner) for finding, owner in self._findings if owner != digest]

    def record_removed(self, sheet_id: str, digest: str) -> None:
        """Remember that a sheet of a file was taken out by name: a repair leaves it out, a new ingest brings it back."""
        self._removed.setdefault(digest, set()).add(sheet_id)

    def removed_of(self, digest: str) -> frozenset[str]:
        """Sheets of the file that were taken out by name."""
        return frozenset(self._removed.get(digest, ()))

    def record_finding(self, finding: Finding, digest: str = "") -> None:
        self._findings.append((finding, digest))

    # --- finishing ---

    def finish_corpus(self) -> Summary:
        """Write identity links, facts and summary; afterwards the generation can be opened as a corpus."""
        numbered = self._number()
        self._kept = [(entry.kept, entry.serial) for _, entry in numbered if entry.kept is not None]
        identity = identify(_known(no, entry) for no, entry in numbered)
        with contextlib.closing(BlockWriter(self.path / schema.BLOBS_FILE, self.previous, self._scratch)) as blocks:
            blocks.write([_member(no, entry, identity.series[no]) for no, entry in numbered])
        self._scratch.close()
        self._facts.copy_from(
            self.previous.verified(schema.FACTS_FILE) if self.previous is not None else self.path, self._kept
        )
        self._facts.finish(
            [_fact_row(no, entry, identity.series[no]) for no, entry in numbered],
            [(entry.serial, no) for no, entry in numbered],
        )
        summary = self._summary(numbered, identity)
        self._write_sqlite(numbered, identity, summary, blocks)
        self._finished = True
        return summary

    def open(self) -> Corpus:
        """The finished, uncommitted generation as a corpus, for what builds on it. Close it before ``commit``."""
        return Corpus(self.path, snapshot.draft_manifest(self.path))

    def commit(self) -> None:
        """Flush everything to disk and make this the current generation, atomically."""
        if not self._finished:
            self.finish_corpus()
        # the list of sources once more: with it a damaged corpus can still be rebuilt
        sources = [dataclasses.asdict(record) for record in self._files.values()]
        digest = snapshot.write_manifest(
            self.path,
            {
                "generation": self.path.name,
                "sheets": len(self._entries),
                "sources": sources,
                "removed": sorted({one for sheets in self._removed.values() for one in sheets}),
            },
        )
        snapshot.switch(self.data_dir, self.path, digest)
        self.committed = True
        keep = {self.path.name} | ({self.previous.path.name} if self.previous is not None else set())
        snapshot.clean(self.data_dir, keep)
        shutil.rmtree(self.data_dir / snapshot.CACHE_FOLDER, ignore_errors=True)

    def close(self) -> None:
        """Release files; remove the folder unless committed."""
        try:
            self._scratch.close()
            self._facts.close()
        finally:  # on a full disk closing fails as well
            if not self.committed:
                shutil.rmtree(self.path, ignore_errors=True)

    # --- private ---

    def _next_serial(self) -> int:
        self._serial += 1
        return self._serial

    def _number(self) -> list[tuple[int, _Entry]]:
        """Give every sheet its number: kept and replaced sheets their old one, new ones the free ones."""
        before = {} if self.previous is None else dict(self.previous.query("SELECT sheet_id, no FROM sheets"))
        numbers = {sheet_id: before[sheet_id] for sheet_id in self._entries if sheet_id in before}
        taken = set(numbers.values())
        free = (no for no in range(len(self._entries) + len(taken)) if no not in taken)
        added = {sheet_id: next(free) for sheet_id in self._entries if sheet_id not in before}
        old = set(before.values())
        changed = {numbers[i] for i in numbers if self._entries[i].kept is None} | (set(added.values()) & old)
        self.changes = Changes(
            added=tuple(sorted(set(added.values()) - old)),
            replaced=tuple(sorted(changed)),
            removed=tuple(sorted(old - taken - set(added.values()))),
        )
        numbers |= added
        return sorted(((numbers[sheet_id], entry) for sheet_id, entry in self._entries.items()), key=lambda pair: pair[0])

    def _summary(self, numbered: list[tuple[int, _Entry]], identity: Identity) -> Summary:
        columns = {name: [entry.columns[i] for _, entry in numbered] for i, name in enumerate(_ROW_COLUMNS)}
        return Summary(
            sheets=len(numbered),
            cells=sum(columns["cells"]),
            figures=sum(columns["figures"]),
            sections=sum(columns["sections"]),
            series=len(set(identity.series.values())),
            payees=self._facts.payee_count,
            by_year=dict(sorted(Counter(columns["sheet_year"]).items())),
            by_ministry=dict(Counter(columns["ministry"]).most_common()),
            by_origin=dict(Counter(columns["origin"]).most_common()),
        )

    def _write_sqlite(
        self, numbered: list[tuple[int, _Entry]], identity: Identity, summary: Summary, blocks: BlockWriter
    ) -> None:
        with contextlib.closing(sqlite3.connect(self.path / schema.SHEETS_FILE)) as connection:
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + schema.SQLITE)
            _insert_sheets(connection, numbered, identity, blocks)
            _insert(connection, "blocks", ((number, *frame) for number, frame in enumerate(blocks.frames)))
            _insert(connection, "past", ((no, *_plain(p)) for no, entry in numbered for p in entry.past))
            reasons = {reason: number for number, reason in enumerate(Reason)}
            _insert(connection, "reasons", ((number, reason.value) for reason, number in reasons.items()))
            _insert(connection, "link_rows", ((link.no, link.other, reasons[link.reason]) for link in identity.links))
            _insert(connection, "dictionaries", blocks.dictionaries())
            _insert(connection, "files", (_plain(record) for record in self._files.values()))
            _insert(connection, "removed", ((one, digest) for digest, ids in self._removed.items() for one in sorted(ids)))
            _insert(connection, "findings", ((*_plain(finding), digest) for finding, digest in self._findings))
            text = json.dumps(dataclasses.asdict(summary), ensure_ascii=False)
            _insert(connection, "summary", [("summary", text)])
            connection.executescript(schema.SQLITE_INDEXES)
            connection.commit()


def _insert_sheets(
    connection: sqlite3.Connection, numbered: list[tuple[int, _Entry]], identity: Identity, blocks: BlockWriter
) -> None:
    """Rows of the sheets, and the texts they share, each once."""
    tables = {"names": schema.NAME_COLUMNS, "offices": schema.OFFICE_COLUMNS, "sources": schema.SOURCE_COLUMNS}
    shared: dict[str, dict[tuple[str, ...], int]] = {table: {} for table in tables}
    names = ("no", "series", *schema.ROW_COLUMNS, "name", "office", "source", "block", "begin", "length")
    rows = []
    for no, entry in numbered:
        column = dict(zip(_ROW_COLUMNS, entry.columns, strict=True))
        refers = [
            ids.setdefault(tuple(column[part] for part in tables[table]), len(ids)) for table, ids in shared.items()
        ]
        own = (column[name] for name in schema.ROW_COLUMNS)
        rows.append((no, identity.series[no], *own, *refers, *blocks.places[no]))
    connection.executemany(
        f"INSERT INTO sheet_rows ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows
    )
    for table, ids in shared.items():
        _insert(connection, table, ((number, *texts) for texts, number in ids.items()))


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", rows)


def _plain(record: PastNumber | FileRecord | Finding) -> tuple[Any, ...]:
    return tuple(str(v) if isinstance(v, str) else v for v in (getattr(record, f.name) for f in dataclasses.fields(record)))


def _member(no: int, entry: _Entry, series: int) -> Member:
    column = dict(zip(_ROW_COLUMNS, entry.columns, strict=True))
    return Member(no, series, column["sheet_year"], column["origin"], entry.kept, entry.place, entry.length)


def _known(no: int, entry: _Entry) -> Known:
    column = dict(zip(_ROW_COLUMNS, entry.columns, strict=True))
    return Known(
        no, column["sheet_year"], column["ministry"], column["number"], column["name_key"], column["project_key"],
        entry.past,
    )  # fmt: skip


def _fact_row(no: int, entry: _Entry, series: int) -> tuple[Any, ...]:
    column = dict(zip(_ROW_COLUMNS, entry.columns, strict=True))
    return (
        no, column["sheet_id"], column["sheet_year"], column["ministry"], column["project"], series,
        column["bureau"], column["division"], column["account"], column["origin"],
    )  # fmt: skip
