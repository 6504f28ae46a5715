"""Reading one piece of work: pure functions that run in worker processes.

A piece is some lines of a JUDGIT! file, some projects of RSシステム files, or one form.  Its result is
ready for the writer; what goes wrong inside a reader comes back as a finding.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator

from corpus.model import Finding, Severity, Sheet, UnreadableFile
from corpus.readers.judgit import read_line
from corpus.readers.recognise import FileKind
from corpus.readers.rs import build_sheet
from corpus.readers.rs_rows import Key, RsFile, RsRow, RsRows
from corpus.readers.source import InputFile
from corpus.store.encoded import EncodedSheet, prepare


@dataclasses.dataclass(frozen=True, slots=True)
class Parsed:
    """Sheets in order of the file, and what a user must be told."""

    sheets: tuple[EncodedSheet, ...]
    findings: tuple[Finding, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class JudgitWork:
    """Some lines of a JUDGIT! file with their numbers."""

    file: str
    lines: tuple[tuple[int, bytes], ...]

    def run(self) -> Parsed:
        return _collect(found for number, line in self.lines for found in read_line(line, number, self.file))


@dataclasses.dataclass(frozen=True, slots=True)
class RsWork:
    """All rows of some projects of the RSシステム."""

    files: tuple[RsFile, ...]
    rows: dict[Key, list[RsRow]]

    @property
    def file(self) -> str:
        return self.files[0].name if self.files else ""

    def run(self) -> Parsed:
        gathered = RsRows(list(self.files), self.rows, [])
        return _collect(found for key in self.rows for found in build_sheet(gathered, key))


@dataclasses.dataclass(frozen=True, slots=True)
class FormWork:
    """One form: xlsx, PDF or text."""

    source: InputFile
    kind: FileKind

    @property
    def file(self) -> str:
        return self.source.name

    def run(self) -> Parsed:
        sheets: list[EncodedSheet] = []
        findings: list[Finding] = []
        try:
            for found in _form_reader(self.kind)(self.source):
                _sort(found, sheets, findings)
        except UnreadableFile as error:
            # a form read halfway is no form: what a person would cite might be missing from it
            return Parsed((), (*findings, error.finding))
        return Parsed(tuple(sheets), tuple(findings))


Work = JudgitWork | RsWork | FormWork


def run(work: Work) -> Parsed:
    """Do one piece of work (a module-level function, so that it can be sent to a process)."""
    return work.run()


def _collect(found: Iterable[Sheet | Finding]) -> Parsed:
    sheets: list[EncodedSheet] = []
    findings: list[Finding] = []
    for entry in found:
        _sort(entry, sheets, findings)
    return Parsed(tuple(sheets), tuple(findings))


def _sort(found: Sheet | Finding, sheets: list[EncodedSheet], findings: list[Finding]) -> None:
    """Put a sheet, ready to be stored, or a finding where it belongs; a sheet that cannot be stored is a finding."""
    if isinstance(found, Finding):
        findings.append(found)
        return
    try:
        sheets.append(prepare(found))
    except (TypeError, ValueError, OverflowError) as error:  # a year or number beyond all bounds, a lone surrogate
        message = f"保存できない値を含んでいます（{error}）"
        findings.append(Finding(Severity.REJECTED, found.file, found.place, message, "値を確認してください"))


def _form_reader(kind: FileKind) -> Callable[[InputFile], Iterator[Sheet | Finding]]:
    """Readers of forms are imported when a form comes: JUDGIT! and CSV workers need no PDF library."""
    if kind is FileKind.FORM_XLSX:
        from corpus.readers.xlsx import read_xlsx

        return read_xlsx
    if kind is FileKind.FORM_PDF:
        from corpus.readers.pdf import read_pdf

        return read_pdf
    from corpus.readers.tsv import read_tsv

    return read_tsv
