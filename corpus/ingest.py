"""Files → sheets → the next generation.

Walks folders and zips, recognises each file by its content, skips what was taken in before (by
digest of the content), reads the rest in worker processes and puts the sheets into a generation.
One bad file never stops the rest.  Nothing is visible before the generation is committed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import time
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Final

from corpus.ingest_model import Options, Progress, ProgressCallback, Report
from corpus.merge import conflict, merge_parts, prefers_new
from corpus.model import Finding, Origin, Severity, UnreadableFile
from corpus.parse_cache import ParseCache
from corpus.readers.judgit import numbered_lines
from corpus.readers.recognise import FileKind
from corpus.readers.rs_rows import RsRows, gather
from corpus.readers.source import InputFile
from corpus.readers.walk import FoundFile, Given, Limits, walk
from corpus.reading import FormWork, JudgitWork, Parsed, RsWork, Work
from corpus.store.codec import decode
from corpus.store.encoded import EncodedSheet, prepare
from corpus.store.snapshot import CACHE_FOLDER
from corpus.store.writer import FileRecord, Generation
from corpus.workers import read_all

_LINES_PER_WORK: Final = 100
_BYTES_PER_WORK: Final = 4 * 1024 * 1024
_MAX_FINDINGS: Final = 1000  # of one file
_PROJECTS_PER_WORK: Final = 60
_BLOCK: Final = 1 << 20


def ingest(
    paths: Iterable[Path | Given],
    generation: Generation,
    progress: ProgressCallback | None = None,
    options: Options | None = None,
    limits: Limits | None = None,
) -> Report:
    """Read ``paths`` into ``generation`` (which starts from the current corpus) and finish its corpus.

    The caller decides what follows: build an index in ``generation.path`` and ``commit``, or nothing
    (a dry run).  ``generation.changes`` names the sheets that differ from before.
    """
    run = _Run(generation, list(paths), progress, options or Options(), limits or Limits())
    return run.go()


def remove(generation: Generation, names: Iterable[str]) -> Report:
    """Take sheets out of a generation, named by sheet id or by the file they were read from.

    A file whose sheets are all taken out is forgotten; one that still gives others stays known to a
    repair, which leaves the removed sheets out.  A later ingest of the file brings them back.
    """
    started = time.perf_counter()
    _start_from_previous(generation)
    report = Report()
    for name in names:
        found = [name] if generation.origin(name) is not None else generation.sheets_of(name)
        if not found:
            message = "その名前のシートもファイルもありません"
            report.findings.append(Finding(Severity.REJECTED, name, "", message, "シートIDかファイル名を確かめてください"))
        touched: set[str] = set()
        for sheet_id in found:
            for digest in generation.files_of(sheet_id):
                generation.record_removed(sheet_id, digest)
                touched.add(digest)
            generation.remove(sheet_id)
            report.removed += 1
        for digest in touched:
            if not _still_gives(generation, digest):
                generation.forget_file(digest)
    report.summary = generation.finish_corpus()
    report.seconds = time.perf_counter() - started
    return report


def _still_gives(generation: Generation, digest: str) -> bool:
    """Whether sheets read from the file are left. A sheet of the RSシステム comes from a dozen files together."""
    record = generation.files[digest]
    if record.kind.startswith(FileKind.RS_CSV):
        return any(generation.sheets_of(r.name) for r in generation.files.values() if r.kind.startswith(FileKind.RS_CSV))
    return bool(generation.sheets_of(record.name))


def recorded(files: Iterable[FileRecord]) -> list[Given]:
    """The files on disk that a corpus was read from, to read them again under the same names.

    A record of a zip's member (``下/rs.zip/2-1.csv``) stands for the zip (``下/rs.zip``).
    """
    given: dict[str, Given] = {}
    for record in files:
        source = Path(record.source)
        parts = record.name.split("/")
        lengths = (n for n, part in enumerate(parts, start=1) if part == source.name)
        name = "/".join(parts[: next(lengths, 0)]) or source.name
        given.setdefault(record.source, Given(source, name))
    return list(given.values())


def _start_from_previous(generation: Generation) -> None:
    if generation.previous is not None and len(generation) == 0:
        generation.keep_from(generation.previous)


@dataclasses.dataclass(slots=True)
class _Reading:
    """A file being read: its record once it is done, and the sheets it held before."""

    found: FoundFile
    digest: str
    kind: str
    sheets: set[str] = dataclasses.field(default_factory=set)


class _Run:
    """One ingest: the state that stages share."""

    def __init__(
        self, generation: Generation, paths: list[Path | Given], progress: ProgressCallback | None, options: Options,
        limits: Limits,
    ) -> None:  # fmt: skip
        self.generation = generation
        self.paths = paths
        self.options = options
        self.limits = limits
        self.report = Report()
        self._cache = ParseCache(generation.data_dir / CACHE_FOLDER)
        self._progress = progress
        self._total = sum(_size(given.path if isinstance(given, Given) else given) for given in paths)
        self._sources: dict[Path, int] = {}
        self._reading: dict[str, _Reading] = {}  # by displayed name
        self._rs: list[_Reading] = []
        self._rs_parts: dict[str, str] = {}
        self._stored_from: dict[str, str] = {}  # files stored before this run → where they lie
        self._names_from: dict[str, list[str]] = {}  # the same the other way round
        self._seen: dict[str, str] = {}  # sheets of this run → file
        self._kinds: Counter[str] = Counter()
        self._noted: Counter[str] = Counter()

    def go(self) -> Report:
        started = time.perf_counter()
        _start_from_previous(self.generation)
        self._stored_from = {r.name: r.source for r in self.generation.files.values()}
        for name, source in self._stored_from.items():
            self._names_from.setdefault(source, []).append(name)
        self._rs_parts = {
            r.name: r.kind.removeprefix(FileKind.RS_CSV).strip()
            for r in self.generation.files.values()
            if r.kind.startswith(FileKind.RS_CSV)
        }
        for work, parsed in read_all(self._works(), self.options):
            self._take(work, parsed)
        self._record_files()
        self._tell("保存")
        self.report.by_kind = dict(self._kinds)
        for finding in self.report.findings:
            self.generation.record_finding(finding, self._digest_of(finding.file))
        self.report.summary = self.generation.finish_corpus()
        self.report.removed += len(self.generation.changes.removed)
        self.report.seconds = time.perf_counter() - started
        return self.report

    # --- files → pieces of work ---

    def _works(self) -> Iterator[Work]:
        for found in walk(self.paths, self.limits):
            if isinstance(found, Finding):
                self._note(found)
                continue
            reading = self._new(found)
            if reading is None:
                continue
            if found.kind is FileKind.RS_CSV:
                self._rs.append(reading)
            elif found.kind is FileKind.JUDGIT:
                yield from self._judgit(reading)
            else:
                yield from self._form(reading)
            self._advance(found.source)
        yield from self._rs_works()

    def _new(self, found: FoundFile) -> _Reading | None:
        """The file as one to read; None when its content is stored already."""
        digest = content_digest(found.file)
        known = digest in self.generation.files and not self.generation.removed_of(digest)
        if known or any(r.digest == digest for r in self._reading.values()):
            self.report.unchanged_files += 1
            self._advance(found.source)
            return None
        if (name := self._own_name(found)) != found.file.name:
            found = dataclasses.replace(found, file=dataclasses.replace(found.file, name=name))
        reading = _Reading(found, digest, found.kind.value)
        self._reading[found.file.name] = reading
        self.report.files += 1
        return reading

    def _own_name(self, found: FoundFile) -> str:
        """A name that no other file has, in this run or stored: sheets are told apart by it.

        A file keeps the name under which it was stored from the same place.
        """
        name, source = found.file.name, str(found.source.absolute())
        before = next((n for n in self._names_from.get(source, ()) if n == name or n.endswith(f"/{name}")), None)
        if before is not None and before not in self._reading:
            return before
        if name not in self._reading and self._stored_from.get(name, source) == source:
            return name
        return _other_name(found, {*self._reading, *(n for n, s in self._stored_from.items() if s != source)})

    def _judgit(self, reading: _Reading) -> Iterator[Work]:
        lines: list[tuple[int, bytes]] = []
        size = 0
        file = reading.found.file
        try:
            for entry in numbered_lines(file):
                lines.append(entry)
                size += len(entry[1])
                if len(lines) == _LINES_PER_WORK or size > _BYTES_PER_WORK:
                    yield JudgitWork(file.name, tuple(lines))
                    lines, size = [], 0
                    if self._noted[file.name] > _MAX_FINDINGS and not reading.sheets:
                        break  # line after line is rejected: no such data
        except UnreadableFile as error:
            self._note(error.finding)
        if lines:
            yield JudgitWork(file.name, tuple(lines))

    def _form(self, reading: _Reading) -> Iterator[Work]:
        """A form, unless an interrupted ingest has read it already: forms take up to seconds each."""
        work = FormWork(reading.found.file, reading.found.kind)
        known = self._cache.get(reading.digest, work.file)
        if known is None:
            yield work
        else:
            self._take(work, known)

    def _rs_works(self) -> Iterator[Work]:
        if not self._rs:
            return
        gathered = gather(reading.found.file for reading in self._rs)
        for finding in gathered.findings:
            self._note(finding)
        for file in gathered.files:
            self._reading[file.name].kind = f"{FileKind.RS_CSV} {file.layout.number}"
            self._rs_parts[file.name] = file.layout.number
        self._rs = []
        yield from _portions(gathered)

    # --- results → generation ---

    def _take(self, work: Work, parsed: Parsed) -> None:
        if isinstance(work, FormWork):
            self._cache.put(self._reading[work.file].digest, work.file, parsed)
        for finding in parsed.findings:
            self._note(finding)
        for sheet in parsed.sheets:
            self._sheet(sheet)
        self._tell("読み取り", work.file)

    def _sheet(self, sheet: EncodedSheet) -> None:
        self._kinds[sheet.origin] += 1
        self.report.cells += sheet.cells
        self.report.sections += sheet.sections
        if sheet.file in self._reading:
            self._reading[sheet.file].sheets.add(sheet.sheet_id)
        old_origin = self.generation.origin(sheet.sheet_id)
        if old_origin is None:
            self.report.added += 1
        else:
            kept = self._against_stored(sheet, old_origin)
            if kept is None:
                return
            sheet = kept
        self._seen[sheet.sheet_id] = sheet.file
        self.generation.add_encoded(sheet)

    def _against_stored(self, sheet: EncodedSheet, old_origin: str) -> EncodedSheet | None:
        """The sheet to store in place of the one of the same id, or None to leave that one."""
        old = self.generation.sheet(sheet.sheet_id)
        new = decode(sheet.data)
        if old is None or old == new:
            self.report.unchanged += 1
            return None
        same_file = old.file == new.file and self._seen.get(sheet.sheet_id) != new.file
        if old.origin is Origin.RS_CSV and new.origin is Origin.RS_CSV:
            merged = merge_parts(old, new, self._rs_parts)
            if merged == old:
                self.report.unchanged += 1
                return None
            self.report.replaced += 1
            return prepare(merged)
        if not same_file:
            self._note(conflict(old, new))
        if not prefers_new(old_origin, sheet.origin):
            self.report.outranked += 1
            return None
        self.report.replaced += 1
        return sheet

    def _record_files(self) -> None:
        for reading in self._reading.values():
            found = reading.found
            record = FileRecord(
                reading.digest, found.file.name, str(found.source.absolute()), reading.kind, found.file.size,
                len(reading.sheets),
            )  # fmt: skip
            self._retire(record, reading)
            self.generation.forget_file(record.digest)  # with what was taken out of it: the file was given again
            self.generation.record_file(record)

    def _retire(self, record: FileRecord, reading: _Reading) -> None:
        """Forget the earlier content of a file that was read again, and sheets it no longer holds."""
        earlier = [r for r in self.generation.files.values() if (r.source, r.name) == (record.source, record.name)]
        for old in earlier:
            self.generation.forget_file(old.digest)
        if not earlier or reading.found.kind is FileKind.RS_CSV or not reading.sheets:
            return
        for sheet_id in self.generation.sheets_of(record.name):
            if sheet_id not in reading.sheets:
                self.generation.remove(sheet_id)
                message = f"シート {sheet_id} は新しいファイルにありません"
                self._note(Finding(Severity.WARNING, record.name, "", message, "保存データからも除きました"))

    # --- telling ---

    def _note(self, finding: Finding) -> None:
        """Tell a finding; of one file only so many, then that there are more."""
        self._noted[finding.file] += 1
        if self._noted[finding.file] <= _MAX_FINDINGS:
            self.report.findings.append(finding)
        elif self._noted[finding.file] == _MAX_FINDINGS + 1:
            message = f"知らせることが{_MAX_FINDINGS:,}件を超えました（以後は省きます）"
            self.report.findings.append(Finding(Severity.WARNING, finding.file, "", message, "ファイルを確認してください"))

    def _digest_of(self, name: str) -> str:
        reading = self._reading.get(name)
        return "" if reading is None else reading.digest

    def _advance(self, source: Path) -> None:
        """Count a file on disk as read when the next one begins (a zip holds many)."""
        self._sources.setdefault(source, _size(source))
        self._tell("読み取り", source.name)

    def _tell(self, stage: str, file: str = "") -> None:
        if self._progress is not None:
            done = sum(self._sources.values()) if stage == "読み取り" else self._total
            self._progress(Progress(stage, min(done, self._total), self._total, self.report.sheets, file))


def _other_name(found: FoundFile, taken: Container[str]) -> str:
    """A name no other file of this run has: with the folder's name, then with a number."""
    name = f"{found.source.parent.name}/{found.file.name}"
    numbered = (f"{name} ({n})" for n in itertools.count(2))
    return name if name not in taken else next(n for n in numbered if n not in taken)


def _portions(gathered: RsRows) -> Iterator[RsWork]:
    keys = list(gathered.rows)
    files = tuple(gathered.files)
    for start in range(0, len(keys), _PROJECTS_PER_WORK):
        chosen = keys[start : start + _PROJECTS_PER_WORK]
        yield RsWork(files, {key: gathered.rows.pop(key) for key in chosen})


def content_digest(file: InputFile) -> str:
    """SHA-256 of a file's content as hex: what makes it the same file wherever it lies."""
    digest = hashlib.sha256()
    with file.open() as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
    return path.stat().st_size if path.is_file() else 0
