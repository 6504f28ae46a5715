"""The read side of the store: one open, immutable generation; safe to use from many threads."""

from __future__ import annotations

import contextlib
import functools
import json
import sqlite3
import sys
import threading
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.model import CorpusError, Origin, Sheet
from corpus.store import schema, snapshot
from corpus.store.blobs import BlobReader, Frame, Place
from corpus.store.codec import decode
from corpus.store.model import DamagedSnapshot, SheetInfo, Summary

if TYPE_CHECKING:
    import duckdb

_QUERY_SECONDS = 10.0
_QUERY_ROWS = 200_000
_DECODED_SHEETS = 128


class QueryTooLarge(CorpusError):
    """A question over many sheets took too long or gave too many rows."""


def open_corpus(data_dir: Path | str) -> Corpus:
    """Open the current generation of a data folder.

    Raises NoCorpus, DamagedSnapshot or WrongVersion with a Japanese message that says what to do.
    """
    data_dir = Path(data_dir)
    folder, manifest = snapshot.current_generation(data_dir)
    return Corpus(folder, manifest)


class Corpus:
    """Sheets of one generation. Nothing here changes after opening, whoever writes meanwhile.

    ``path`` is the generation's folder.  On opening, every file's size is compared with the
    manifest and ``sheets.sqlite`` is read once against its SHA-256; ``facts.duckdb`` is, on first
    use; every sheet carries its own checksum.  ``verify`` reads everything.
    """

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest
        for name in manifest["files"]:
            snapshot.check_size(path, name, manifest)
        snapshot.check_digest(path, schema.SHEETS_FILE, manifest)
        self._sheets = _connect_sqlite(path / schema.SHEETS_FILE)
        self._lock = threading.Lock()
        self._blobs = BlobReader(path / schema.BLOBS_FILE, self._dictionary)
        # a conversation comes back to the same few sheets; decoding one costs half a millisecond
        self._decode = functools.lru_cache(maxsize=_DECODED_SHEETS)(self._read_sheet)
        self._facts: duckdb.DuckDBPyConnection | None = None
        self._infos: list[SheetInfo] | None = None
        self._verified = {schema.SHEETS_FILE}

    def __enter__(self) -> Corpus:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._sheets.close()
        self._blobs.close()
        if self._facts is not None:
            self._facts.close()

    # --- one sheet ---

    def sheet(self, sheet_id: str) -> Sheet | None:
        """The sheet of that exact id, or None."""
        row = self._row(f"{schema.PLACE} WHERE s.sheet_id = ?", (sheet_id,))
        return None if row is None else self._decode(row, None)

    def sheet_at(self, no: int, measures: frozenset[str] | None = None) -> Sheet:
        """The sheet of that number, with the cells of ``measures`` only when given. Raises KeyError when there is none."""
        row = self._row(f"{schema.PLACE} WHERE s.no = ?", (no,))
        if row is None:
            raise KeyError(no)
        return self._decode(row, measures)

    def info(self, no: int) -> SheetInfo:
        """The sheet of that number without its cells. Raises KeyError when there is none."""
        row = self._row(f"SELECT {schema.INFO_COLUMNS} FROM sheets WHERE no = ?", (no,))
        if row is None:
            raise KeyError(no)
        return _info(row)

    def sheets(self, nos: Sequence[int] | None = None) -> Iterator[Sheet]:
        """Sheets by number, one at a time: all of them, or those of ``nos`` in that order."""
        for no in nos if nos is not None else [info.no for info in self.infos()]:
            yield self.sheet_at(no)

    # --- many sheets ---

    def infos(self) -> list[SheetInfo]:
        """All sheets by ascending number. Numbers may have gaps: never index this list by ``no``."""
        if self._infos is None:
            self._infos = self._all_infos()
        return self._infos

    def _all_infos(self) -> list[SheetInfo]:
        """As ``find("TRUE ORDER BY no")``, with what sheets share read once instead of once a sheet."""
        names = {number: sys.intern(project) for number, project in self._rows("SELECT id, project FROM names", ())}
        columns = ", ".join(schema.OFFICE_COLUMNS)
        offices = {n: tuple(map(sys.intern, texts)) for n, *texts in self._rows(f"SELECT id, {columns} FROM offices", ())}
        query = "SELECT id, origin, file FROM sources"
        sources = {number: (Origin(origin), sys.intern(file)) for number, origin, file in self._rows(query, ())}
        query = "SELECT no, sheet_id, sheet_year, number, name, series, source, place, office FROM sheet_rows ORDER BY no"
        found = []
        for no, sheet_id, year, number, name, series, source, place, office in self._rows(query, ()):
            ministry, *printed = offices[office]
            project = names[name]
            found.append(SheetInfo(no, sheet_id, year, ministry, number, project, series, *sources[source], place, *printed))
        return found

    def find(self, sql_where: str, params: Sequence[Any] = ()) -> list[SheetInfo]:
        """Sheets by a condition on the ``sheets`` table: a fixed template with ``?`` for every value."""
        return [_info(row) for row in self._rows(f"SELECT {schema.INFO_COLUMNS} FROM sheets WHERE {sql_where}", params)]

    def facts(self, sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a fixed, read-only query over the facts with bound values.

        Raises QueryTooLarge after 10 seconds or 200,000 rows, DamagedSnapshot for a changed file.
        """
        cursor = self._facts_connection().cursor()
        timer = threading.Timer(_QUERY_SECONDS, cursor.interrupt)
        timer.daemon = True
        timer.start()
        try:
            rows: list[tuple[Any, ...]] = cursor.execute(sql, params).fetchmany(_QUERY_ROWS + 1)
        except self._interrupted() as error:
            raise QueryTooLarge("集計に時間がかかりすぎました → 年度や府省庁で絞ってください") from error
        finally:
            timer.cancel()
            cursor.close()
        if len(rows) > _QUERY_ROWS:
            raise QueryTooLarge("集計の結果が多すぎます → 年度や府省庁で絞ってください")
        return rows

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a fixed query on ``sheets.sqlite`` (links, past, files, findings)."""
        return self._rows(sql, params)

    def summary(self) -> Summary:
        """Counts of the whole corpus, as written when it was built."""
        return Summary(**json.loads(self._rows("SELECT value FROM summary WHERE name = 'summary'", ())[0][0], object_hook=_years))

    # --- integrity ---

    def holds(self, name: str) -> bool:
        """Whether a file of that name (``index/…``) belongs to this generation."""
        return name in self.manifest["files"]

    def verified(self, name: str) -> Path:
        """Path of a file of this generation, read once against its digest (``index/…`` included).

        Raises DamagedSnapshot.
        """
        if name not in self._verified:
            snapshot.check_digest(self.path, name, self.manifest)
            self._verified.add(name)
        return self.path / name

    def verify(self) -> None:
        """Read every file against its digest. Raises DamagedSnapshot for the first that differs."""
        for name in self.manifest["files"]:
            snapshot.check_digest(self.path, name, self.manifest)

    # --- private ---

    def _row(self, sql: str, params: Sequence[Any]) -> tuple[Any, ...] | None:
        with self._lock, _damage():
            row: tuple[Any, ...] | None = self._sheets.execute(sql, params).fetchone()
        return row

    def _rows(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._lock, _damage():
            return self._sheets.execute(sql, params).fetchall()

    def _read_sheet(self, place: tuple[Any, ...], measures: frozenset[str] | None = None) -> Sheet:
        try:
            return decode(self._blobs.read(Place(*place)), measures)
        except ValueError as error:
            raise DamagedSnapshot(schema.BLOBS_FILE, "シートとして読めません") from error

    def _dictionary(self, number: int) -> bytes:
        row = self._row("SELECT data FROM dictionaries WHERE number = ?", (number,))
        return b"" if row is None else bytes(row[0])

    def encoded(self, no: int) -> bytes:
        """The stored bytes of a sheet, for the next generation."""
        row = self._row(f"{schema.PLACE} WHERE s.no = ?", (no,))
        if row is None:
            raise KeyError(no)
        return self._blobs.read(Place(*row))

    def frame(self, place: Frame) -> bytes:
        """A compressed block as it is, for the next generation."""
        return self._blobs.frame(place)

    def _facts_connection(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if self._facts is None:
                import duckdb  # 0.1 s that a look-up of one sheet does not need

                path = self.verified(schema.FACTS_FILE)
                try:
                    self._facts = duckdb.connect(str(path), read_only=True, config=_DUCKDB_CONFIG)
                except duckdb.Error as error:
                    raise DamagedSnapshot(schema.FACTS_FILE, str(error).splitlines()[0]) from error
                # left open at the end of the program, DuckDB's binding complains of leaks on standard error
                weakref.finalize(self, self._facts.close)
            return self._facts

    @staticmethod
    def _interrupted() -> type[Exception]:
        import duckdb

        return duckdb.InterruptException


_DUCKDB_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "256MB",
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "lock_configuration": "true",
}


def _connect_sqlite(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        connection.execute("PRAGMA query_only = ON")
    except sqlite3.DatabaseError as error:
        raise DamagedSnapshot(path.name, str(error)) from error
    return connection


@contextlib.contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, (sqlite3.OperationalError, sqlite3.ProgrammingError)) and "malformed" not in str(error):
            raise  # a mistake of ours in the query, not damage
        raise DamagedSnapshot(schema.SHEETS_FILE, str(error)) from error


def _info(row: tuple[Any, ...]) -> SheetInfo:
    no, sheet_id, year, ministry, number, project, series, origin, file, place, *printed = row
    # ministries, files, offices and most names repeat: one string each saves a third of the memory of all sheets
    project, ministry, file, *printed = map(sys.intern, (project, ministry, file, *printed))
    return SheetInfo(no, sheet_id, year, ministry, number, project, series, Origin(origin), file, place, *printed)


def _years(mapping: dict[str, Any]) -> dict[Any, Any]:
    return {int(key) if key.isdigit() else key: value for key, value in mapping.items()}
