"""CSV files of the RSシステム → rows per project, with everything that looked wrong on the way.

Rows of one project stand in up to 15 files; they are gathered by (事業年度, 予算事業ID).  A row number
is the one a spreadsheet shows: the header is row 1, a record with line breaks inside is one row.
"""

from __future__ import annotations

import csv
import dataclasses
import functools
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from corpus.model import Finding, Severity, UnreadableFile
from corpus.readers.rs_layout import (
    COMMON,
    EFFECT_CONTROL,
    ID_COLUMN,
    LAYOUTS,
    YEAR_COLUMN,
    Column,
    Group,
    Layout,
)
from corpus.readers.source import InputFile
from corpus.text import label_key

_DASHES: Final = re.compile("[‐‑‒–—―−ー－ｰ]")
_SPACE: Final = re.compile(r"\s+")
_YEAR_HEADER: Final = re.compile(r"(?:19|20)\d\d")
_FIELD_LIMIT: Final = 16 * 1024 * 1024
_SHEET_YEARS: Final = range(2000, 2200)
_MIN_KNOWN: Final = 0.5  # share of a file's own columns that a layout must know
_MAX_REPORTED: Final = 20  # findings of one kind per file; the rest are counted

Key = tuple[int, str]


@dataclasses.dataclass(frozen=True, slots=True)
class PlacedColumn:
    """A column of a layout and where it stands in the file at hand."""

    column: Column
    at: int
    label: str  # the header without white space


@dataclasses.dataclass(frozen=True, slots=True)
class PlacedGroup:
    """A group of a layout over the file at hand; columns that the file lacks are left out."""

    group: Group
    columns: tuple[PlacedColumn, ...]
    needs: tuple[int, ...]
    year: int | None
    block: int | None
    payee: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class RsFile:
    """A recognised file: ``columns`` maps column keys to positions, ``headers`` are printed names."""

    name: str
    short: str  # what locators begin with
    layout: Layout
    headers: tuple[str, ...]
    columns: dict[str, int]
    groups: tuple[PlacedGroup, ...]
    unknown: tuple[int, ...]
    years: tuple[tuple[int, int], ...]  # 3-1: (position, fiscal year)

    def value(self, row: RsRow, column: str) -> str:
        """The row's text in a column given by its name; "" when the file lacks the column."""
        position = self.columns.get(column_key(column))
        return "" if position is None else row.values[position]


@dataclasses.dataclass(frozen=True, slots=True)
class RsRow:
    file: int  # position in the list of files
    number: int
    values: list[str]


@dataclasses.dataclass(slots=True)
class RsRows:
    """All rows of some files by project, in file and row order."""

    files: list[RsFile]
    rows: dict[Key, list[RsRow]]
    findings: list[Finding]


@functools.lru_cache(maxsize=4096)
def column_key(label: str) -> str:
    """Key of a column name: as ``label_key``, all dashes and long-vowel marks alike (ー － -)."""
    return _DASHES.sub("-", label_key(label))


_LAYOUT_COLUMNS: Final = {
    layout.number: {
        column_key(name)
        for group in layout.groups
        for column in group.columns
        for name in (column.label, group.year, group.block, *column.aliases)
        if name
    }
    | ({column_key(name) for name in EFFECT_CONTROL} if layout.by_year else set())
    for layout in LAYOUTS
}
_COMMON_KEYS: Final = frozenset(column_key(name) for name in COMMON)


def recognise_layout(headers: Iterable[str]) -> Layout | None:
    """The file that a header row belongs to, by its columns; None when it is no RSシステム file."""
    keys = {column_key(header) for header in headers}
    if not {column_key(YEAR_COLUMN), column_key(ID_COLUMN)} <= keys:
        return None
    own = {key for key in keys - _COMMON_KEYS if key and not _YEAR_HEADER.fullmatch(key)}

    def score(layout: Layout) -> tuple[float, float]:
        columns = _LAYOUT_COLUMNS[layout.number]
        return len(own & columns) / max(len(own), 1), len(own & columns) / len(own | columns)

    best = max(LAYOUTS, key=score)
    return best if score(best)[0] >= _MIN_KNOWN else None


def gather(files: Iterable[InputFile]) -> RsRows:
    """Rows of all files; files that cannot be read become findings, the others are still read."""
    gathered = RsRows([], {}, [])
    for file in files:
        try:
            _read_file(file, gathered)
        except UnreadableFile as error:
            gathered.findings.append(error.finding)
    return gathered


def _read_file(file: InputFile, gathered: RsRows) -> None:
    text, finding = decode_csv(file)
    if finding is not None:
        gathered.findings.append(finding)
    records = _records(file.name, text)
    _, headers = next(records, (1, []))
    layout = recognise_layout(headers)
    if layout is None:
        raise UnreadableFile(
            file.name,
            "RSシステムのCSVの見出し行ではありません",
            "rssystem.go.jp からダウンロードしたCSVを、1行目を変えずに指定してください",
            "row 1",
        )
    position = len(gathered.files)
    rs_file = _describe(file, layout, headers)
    gathered.files.append(rs_file)
    gathered.findings.extend(_column_findings(rs_file))
    _add_rows(rs_file, position, records, gathered)


def decode_csv(file: InputFile) -> tuple[str, Finding | None]:
    """Text of a CSV, with a warning when it is not UTF-8. Raises UnreadableFile."""
    data = file.read()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[tuple[str, str], ...] = (("utf-16", "UTF-16"),)
    else:
        encodings = (("utf-8-sig", ""), ("cp932", "Shift_JIS"))
    for encoding, shown in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not shown:
            return text, None
        warning = Finding(
            Severity.WARNING, file.name, "", f"文字コードがUTF-8ではなく{shown}です",
            "そのまま読みました。文字化けがあれば、元のUTF-8のファイルを指定してください",
        )  # fmt: skip
        return text, warning
    raise UnreadableFile(file.name, "文字コードが分かりません", "UTF-8で保存し直してください")


def _records(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """(row number, values) of every record that is not empty."""
    previous = csv.field_size_limit(_FIELD_LIMIT)
    number = 0
    try:
        for record in csv.reader(io.StringIO(text, newline="")):
            number += 1
            if any(record):
                yield number, record
    except csv.Error as error:
        raise UnreadableFile(
            name, f"CSVとして読めません（{error}）", "引用符が閉じているか確認してください", f"row {number + 1}"
        ) from error
    finally:
        csv.field_size_limit(previous)


def _describe(file: InputFile, layout: Layout, headers: list[str]) -> RsFile:
    known = _LAYOUT_COLUMNS[layout.number] | _COMMON_KEYS
    columns: dict[str, int] = {}
    years, unknown = [], []
    for position, header in enumerate(headers):
        key = column_key(header)
        if layout.by_year and _YEAR_HEADER.fullmatch(key):
            years.append((position, int(key)))
        elif key in known and key not in columns:
            columns[key] = position
        else:
            unknown.append(position)
    groups = tuple(_place(group, columns, headers) for group in layout.groups)
    return RsFile(
        file.name, file.basename, layout, tuple(headers), columns, groups, tuple(unknown), tuple(years)
    )


def _place(group: Group, columns: dict[str, int], headers: list[str]) -> PlacedGroup:
    def at(*names: str) -> int | None:
        return next((columns[key] for name in names if (key := column_key(name)) in columns), None)

    placed = []
    for column in group.columns:
        position = at(column.label, *column.aliases)
        if position is not None:
            placed.append(PlacedColumn(column, position, _SPACE.sub("", headers[position])))
    return PlacedGroup(
        group,
        tuple(placed),
        tuple(position for name in group.needs if (position := at(name)) is not None),
        at(group.year) if group.year else None,
        at(group.block) if group.block else None,
        tuple(position for name in group.payee if (position := at(name)) is not None),
    )


def _column_findings(file: RsFile) -> Iterator[Finding]:
    if file.unknown:
        names = "、".join(file.headers[i] or "（名前なし）" for i in file.unknown)
        yield Finding(
            Severity.WARNING, file.name, "row 1", f"知らない列があります: {names}", "「様式にない項目」として保存しました"
        )
    missing = [
        column.label
        for group in file.layout.groups
        for column in group.columns
        if not {column_key(name) for name in (column.label, *column.aliases)} & file.columns.keys()
    ]
    if missing:
        yield Finding(
            Severity.WARNING, file.name, "row 1", f"列がありません: {'、'.join(dict.fromkeys(missing))}",
            "その項目は「記載なし」として扱います",
        )  # fmt: skip


def _add_rows(file: RsFile, position: int, records: Iterator[tuple[int, list[str]]], gathered: RsRows) -> None:
    year_at, id_at = file.columns[column_key(YEAR_COLUMN)], file.columns[column_key(ID_COLUMN)]
    width = len(file.headers)
    report = _Report(file.name, gathered.findings)
    for number, values in records:
        if len(values) != width:
            report.add(number, f"列の数が見出しと違います（{len(values)}列、見出しは{width}列）", "足りない列は空欄として読みました")
            extra = [value for value in values[width:] if value]
            if extra or len(values) <= max(year_at, id_at):
                report.add(number, "列がずれているため、この行は取り込みません", "行を確認してください", Severity.REJECTED)
                continue
        padded = values if len(values) == width else [*values[:width], *([""] * (width - len(values)))]
        year, project_id = padded[year_at].strip(), padded[id_at].strip()
        if not (year.isdecimal() and int(year) in _SHEET_YEARS and project_id):
            report.add(
                number, f"事業年度か予算事業IDが読めません（{year[:20]!r}、{project_id[:20]!r}）", "この行は取り込みません",
                Severity.REJECTED,
            )  # fmt: skip
            continue
        gathered.rows.setdefault((int(year), project_id), []).append(RsRow(position, number, padded))
    report.close()


class _Report:
    """Findings of one file, the first of each kind in full and the rest as a count."""

    def __init__(self, file: str, findings: list[Finding]) -> None:
        self._file = file
        self._findings = findings
        self._counts: Counter[tuple[str, Severity]] = Counter()

    def add(self, row: int, message: str, remedy: str, severity: Severity = Severity.WARNING) -> None:
        kind = (message.partition("（")[0], severity)
        self._counts[kind] += 1
        if self._counts[kind] <= _MAX_REPORTED:
            self._findings.append(Finding(severity, self._file, f"row {row}", message, remedy))

    def close(self) -> None:
        for (message, severity), count in self._counts.items():
            if count > _MAX_REPORTED:
                more = f"{message}: ほかに{count - _MAX_REPORTED}行"
                self._findings.append(Finding(severity, self._file, "", more, "上と同じです"))
