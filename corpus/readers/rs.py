"""RSシステム CSV → sheets: one per (事業年度, 予算事業ID), cells and sections from up to 15 files.

Figures are in 円.  2-1 holds total rows and rows per account: the totals become ``Table.BUDGET``, the
accounts ``Table.BUDGET_ACCOUNTS`` with ``Scope.PART``, so nothing is counted twice.  Its 執行率 is a
fraction, and the 執行額 of the sheet's own year is printed as 0 before anything was executed:
``Kind.PENDING``, not zero.  計 in it is 当初予算 + 補正予算 + 前年度からの繰越し + 予備費等; 翌年度への
繰越し is printed positive and not subtracted.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from corpus.fields import Measure
from corpus.model import (
    Cell,
    Finding,
    Kind,
    Origin,
    PastNumber,
    Scope,
    Section,
    Severity,
    Sheet,
    Table,
)
from corpus.numbers import read_printed
from corpus.readers.rs_layout import (
    BUDGET_KINDS,
    EFFECT_KIND,
    EFFECT_MEASURES,
    EFFECT_NUMBER,
    EFFECT_TABLES,
    KIND_COLUMN,
    MINISTRY_COLUMNS,
    NAME_COLUMN,
    ORGANISATION,
    ROW_KIND,
    Column,
    Group,
    Item,
    Role,
)
from corpus.readers.rs_rows import (
    Key,
    PlacedColumn,
    PlacedGroup,
    RsFile,
    RsRow,
    RsRows,
    column_key,
    gather,
)
from corpus.readers.source import InputFile
from corpus.units import normal_unit

REVIEW_SHEET: Final = "レビューシート"
_SPACE: Final = re.compile(r"\s+")
_SERIAL: Final = re.compile(r"^第\d次|\d$")
_PAST: Final = re.compile(r"(20\d\d)-?([^\W\d_]{1,6})-?(新?\d\d)-?(\d{4}(?:-\d+)?)")
_LONGEST_DASH: Final = 3
_PAST_SHORT: Final = re.compile(r"\d{3,4}")


def read_rs(files: Iterable[InputFile]) -> Iterator[Sheet | Finding]:
    """All sheets of some RSシステム files (any subset of the 15), preceded by the findings.

    Files that cannot be read become findings; the rest is still read.
    """
    gathered = gather(files)
    yield from gathered.findings
    for key in gathered.rows:
        yield from build_sheet(gathered, key)


def build_sheet(gathered: RsRows, key: Key) -> Iterator[Sheet | Finding]:
    """The sheet of one project, preceded by findings about it."""
    sheet_year, number = key
    rows = [row for row in gathered.rows[key] if _is_review_sheet(gathered.files[row.file], row)]
    if not rows:
        first = gathered.rows[key][0]
        yield Finding(
            Severity.WARNING, gathered.files[first.file].name, f"row {first.number}",
            "レビューシート以外の種別の行です", "取り込みません",
        )  # fmt: skip
        return
    rows.sort(key=lambda row: (gathered.files[row.file].layout.number, row.file, row.number))
    builder = _Builder(gathered.files, sheet_year, rows)
    if not builder.ministry:
        first = rows[0]
        yield Finding(
            Severity.REJECTED, gathered.files[first.file].name, f"row {first.number}",
            f"予算事業ID {number} の府省庁が空欄です", "府省庁のある行が必要です",
        )  # fmt: skip
        return
    yield from builder.conflicts(number)
    yield builder.sheet(number)


def _is_review_sheet(file: RsFile, row: RsRow) -> bool:
    return file.value(row, KIND_COLUMN).strip() in ("", REVIEW_SHEET)


class _Builder:
    """Collects the cells and sections of one sheet, row by row."""

    def __init__(self, files: list[RsFile], sheet_year: int, rows: list[RsRow]) -> None:
        self.files = files
        self.sheet_year = sheet_year
        self.rows = rows
        self.main = files[rows[0].file]
        self.ministries = self._all(MINISTRY_COLUMNS[:2]) or self._all(MINISTRY_COLUMNS[2:])
        self.ministry = self.ministries[0] if self.ministries else ""
        self.projects = self._all((NAME_COLUMN,))
        self.cells: list[Cell] = []
        self.sections: list[Section] = []
        self.past: list[PastNumber] = []
        self._said: set[tuple[str, str]] = set()
        self._seen: dict[tuple[str, int], set[tuple[str, ...]]] = {}
        self._items = _Items()
        self._where = ""

    def _all(self, columns: tuple[str, ...]) -> list[str]:
        """Distinct filled values of the first of these columns that a row has, in row order."""
        values: dict[str, None] = {}
        for row in self.rows:
            for column in columns:
                value = self.files[row.file].value(row, column).strip()
                if value:
                    values[value] = None
                    break
        return list(values)

    def conflicts(self, number: str) -> Iterator[Finding]:
        for name, values in (("府省庁", self.ministries), ("事業名", self.projects)):
            if len(values) > 1:
                yield Finding(
                    Severity.WARNING, self.main.name, "",
                    f"予算事業ID {number} の{name}がファイルによって違います: {'、'.join(values)}",
                    f"「{values[0]}」としました",
                )  # fmt: skip

    def sheet(self, number: str) -> Sheet:
        first = self.rows[0]
        self._where = f"{self.main.short}, row {first.number}, "
        self._section_of(self.main, first, NAME_COLUMN, "事業名")
        for column, field in ORGANISATION.items():
            if self.main.value(first, column).strip() != self.ministry:
                self._section_of(self.main, first, column, field)
        for row in self.rows:
            file = self.files[row.file]
            self._where = f"{file.short}, row {row.number}, "
            for position, placed in enumerate(file.groups):
                if file.layout.by_year and position == len(file.groups) - 1:
                    self._effect(file, row, placed)
                else:
                    self._group(file, row, placed, position)
            for unknown in file.unknown:
                self._unknown(file, row, unknown)
        return Sheet(
            sheet_year=self.sheet_year,
            ministry=self.ministry,
            number=number,
            project=self.projects[0] if self.projects else "",
            origin=Origin.RS_CSV,
            file=self.main.name,
            place=f"予算事業ID {number}",
            cells=tuple(self.cells),
            sections=tuple(self.sections),
            past_numbers=tuple(dict.fromkeys(self.past)),
        )

    # --- one group of one row ---

    def _group(self, file: RsFile, row: RsRow, placed: PlacedGroup, position: int) -> None:
        values = row.values
        if not self._is_there(row, placed):
            return
        group = placed.group
        if group.repeats and not self._is_new(file, row, placed, position):
            return
        year = self._year(row, placed)
        labels = tuple(
            dict.fromkeys(
                _SPACE.sub("", values[c.at]) for c in placed.columns if c.column.role is Role.LABEL and values[c.at].strip()
            )
        )
        item = self._items.name(file, row, placed, position, labels, year)
        for column in placed.columns:
            self._column(file, row, group, column, year, labels, item)

    def _is_there(self, row: RsRow, placed: PlacedGroup) -> bool:
        values, group = row.values, placed.group
        if not group.needs:
            return any(values[c.at] for c in placed.columns if c.column.role is not Role.LABEL)
        if any(values[at] for at in placed.needs):
            return True
        # a payee whose own row is missing is still named by its contracts
        return group.item is Item.PAYEE and bool(values[placed.payee[0]]) and not self._items.knows(row, placed)

    def _is_new(self, file: RsFile, row: RsRow, placed: PlacedGroup, position: int) -> bool:
        block = "" if placed.block is None else row.values[placed.block]
        values = (block, *(row.values[c.at] for c in placed.columns))
        seen = self._seen.setdefault((file.layout.number, position), set())
        if values in seen:
            return False
        seen.add(values)
        return True

    def _year(self, row: RsRow, placed: PlacedGroup) -> int | None:
        if placed.year is not None:
            printed = row.values[placed.year].strip()
            return int(printed) if printed.isdecimal() else None
        offset = placed.group.year_of_sheet
        return None if offset is None else self.sheet_year + offset

    def _column(
        self, file: RsFile, row: RsRow, group: Group, placed: PlacedColumn, year: int | None,
        labels: tuple[str, ...], item: str,
    ) -> None:  # fmt: skip
        column, at = placed.column, placed.at
        raw = row.values[at]
        match column.role:
            case Role.LABEL:
                return
            case Role.SECTION:
                self._section(file, row, at, str(column.field), group.table)
                return
            case Role.MARK:
                self._mark(file, row, column, at)
                return
            case Role.PAST:
                self.past.extend(past_numbers(raw, self.sheet_year))
                label = (placed.label,)
                self._cell(file, row, at, Table.PAST_NUMBERS, label, "", None, "", None, *_read_text(raw), None, Scope.TOTAL)
                return
            case Role.FIGURE:
                kind, value, unit = _read_figure(raw, column.unit)
                fiscal_year = None if year is None else year + column.year_offset
                measure = column.measure or self._measure_by_row(file, row, group)
                if measure is Measure.EXECUTED and fiscal_year == self.sheet_year and value == 0:
                    kind, value = Kind.PENDING, None
            case Role.TEXT:
                kind, value = _read_text(raw)
                unit, fiscal_year, measure = None, year, column.measure
        if group.year:  # a table over years: the header is the row, the year the column
            path, label_text = (*labels, placed.label), "" if year is None else f"{year}年度"
        elif item:
            path, label_text = labels or tuple(part for part in item.split("/") if part), placed.label
        else:
            path, label_text = (placed.label,), ""
        self._cell(file, row, at, group.table, path, label_text, measure, item, fiscal_year, kind, value, unit, group.scope)

    def _measure_by_row(self, file: RsFile, row: RsRow, group: Group) -> Measure | None:
        if group.table is not Table.BUDGET_ITEMS:
            return None
        return BUDGET_KINDS.get(_SERIAL.sub("", _SPACE.sub("", file.value(row, "予算種別"))))

    def _mark(self, file: RsFile, row: RsRow, column: Column, at: int) -> None:
        raw = row.values[at]
        name = column.label.partition("ー")[2]
        self._cell(
            file, row, at, Table.BASIC, tuple(column.label.split("ー", 1)), "", None, "", None, *_read_text(raw), None,
            Scope.TOTAL,
        )  # fmt: skip
        if raw.strip() in ("1", "TRUE", "○"):
            locator = f"{file.short}, row 1, {file.headers[at]}"  # the words stand in the header
            self._say(Section(str(column.field), file.headers[at], name, locator, Table.BASIC, self._file(file)))

    # --- 3-1: one column per year ---

    def _effect(self, file: RsFile, row: RsRow, placed: PlacedGroup) -> None:
        kind = _SPACE.sub("", file.value(row, EFFECT_KIND))
        table = EFFECT_TABLES.get(kind, Table.EFFECT_PATH)
        item = file.value(row, EFFECT_NUMBER).strip()
        texts = tuple(row.values[c.at] for c in placed.columns)
        seen = self._seen.setdefault((file.layout.number, -1), set())
        if any(texts) and (kind, item, *texts) not in seen:
            seen.add((kind, item, *texts))
            for column in placed.columns:
                self._effect_text(file, row, column, table, item)
        self._effect_years(file, row, table, item)

    def _effect_text(self, file: RsFile, row: RsRow, placed: PlacedColumn, table: Table, item: str) -> None:
        column, at = placed.column, placed.at
        if column.role is Role.SECTION:
            self._section(file, row, at, str(column.field), table)
            return
        measure = column.measure
        if measure is Measure.OUTPUT_INDICATOR and table is Table.OUTCOME:
            measure = Measure.OUTCOME_INDICATOR
        text = _read_text(row.values[at])
        self._cell(file, row, at, table, (placed.label,), "", measure, item, None, *text, None, Scope.TOTAL)

    def _effect_years(self, file: RsFile, row: RsRow, table: Table, item: str) -> None:
        row_kind = _SPACE.sub("", file.value(row, ROW_KIND))
        measure = EFFECT_MEASURES.get((table, row_kind))
        unit = None if measure is Measure.ATTAINMENT else normal_unit(file.value(row, "単位"))
        for at, year in file.years:
            raw = row.values[at]
            if raw.strip():  # 54 year columns, of which a project uses a few
                figure = _read_figure(raw, unit)
                self._cell(file, row, at, table, (row_kind,), f"{year}年度", measure, item, year, *figure, Scope.TOTAL)

    # --- cells and sections ---

    def _unknown(self, file: RsFile, row: RsRow, at: int) -> None:
        raw = row.values[at]
        if raw.strip():
            label = (file.layout.title, _SPACE.sub("", file.headers[at]))
            self._cell(file, row, at, Table.UNKNOWN, label, "", None, "", None, *_read_text(raw), None, Scope.TOTAL)

    def _cell(
        self, file: RsFile, row: RsRow, at: int, table: Table, path: tuple[str, ...], label: str,
        measure: Measure | None, item: str, year: int | None, kind: Kind, value: Decimal | None, unit: str | None,
        scope: Scope,
    ) -> None:  # fmt: skip
        self.cells.append(
            Cell(
                table, path, label, measure, item, year, row.values[at], kind, value, unit,
                self._where + file.headers[at], scope, self._file(file),
            )
        )  # fmt: skip

    def _section_of(self, file: RsFile, row: RsRow, column: str, name: str) -> None:
        position = file.columns.get(column_key(column))
        if position is not None:
            self._section(file, row, position, name, Table.BASIC)

    def _section(self, file: RsFile, row: RsRow, at: int, name: str, table: Table) -> None:
        text = row.values[at]
        if text.strip():
            locator = self._where + file.headers[at]
            self._say(Section(name, file.headers[at], text, locator, table, self._file(file)))

    def _say(self, section: Section) -> None:
        """Keep a text once: the files repeat the fields of a project on many rows."""
        if (section.name, section.text) not in self._said:
            self._said.add((section.name, section.text))
            self.sections.append(section)

    def _file(self, file: RsFile) -> str:
        return "" if file is self.main else file.name


class _Items:
    """Names of repeated things, unique within the sheet (and, where the table has years, the year)."""

    def __init__(self) -> None:
        self._running: Counter[tuple[object, ...]] = Counter()
        self._payees: dict[tuple[str, ...], str] = {}

    def name(
        self, file: RsFile, row: RsRow, placed: PlacedGroup, position: int, labels: tuple[str, ...], year: int | None
    ) -> str:
        group = placed.group
        where: tuple[object, ...] = (file.layout.number, position)
        block = "" if placed.block is None else row.values[placed.block].strip()
        match group.item:
            case Item.NONE:
                return ""
            case Item.RUNNING:
                return f"{group.prefix}{self._next(where)}"
            case Item.BLOCK:
                return block
            case Item.BLOCK_RUNNING:
                return f"{block}/{self._next((*where, block))}"
            case Item.PAYEE:
                return self._payee(row, placed)
            case Item.CONTRACT:
                payee = self._payee(row, placed)
                return f"{payee}/{self._next((*where, payee))}"
            case Item.LAST_LABEL:
                name, key = labels[-1] if labels else "", labels
            case Item.LABELS:
                name, key = " ".join(labels), labels
        count = self._next((*where, year, *key))
        return name if count == 1 else f"{name}#{count}"

    def knows(self, row: RsRow, placed: PlacedGroup) -> bool:
        return self._payee_key(row, placed) in self._payees

    def _payee(self, row: RsRow, placed: PlacedGroup) -> str:
        key = self._payee_key(row, placed)
        if key not in self._payees:
            self._payees[key] = f"{key[0]}/{self._next(('payee', key[0]))}"
        return self._payees[key]

    @staticmethod
    def _payee_key(row: RsRow, placed: PlacedGroup) -> tuple[str, ...]:
        block = "" if placed.block is None else row.values[placed.block].strip()
        return (block, *(row.values[at].strip() for at in placed.payee))

    def _next(self, key: tuple[object, ...]) -> int:
        self._running[key] += 1
        return self._running[key]


@functools.lru_cache(maxsize=65536)
def _read_figure(raw: str, unit: str | None) -> tuple[Kind, Decimal | None, str | None]:
    printed = read_printed(raw)
    return printed.kind, printed.value, printed.unit or unit


def _read_text(raw: str) -> tuple[Kind, Decimal | None]:
    text = raw.strip()
    if not text:
        return Kind.BLANK, None
    is_dash = len(text) <= _LONGEST_DASH and read_printed(text).kind is Kind.DASH
    return (Kind.DASH if is_dash else Kind.TEXT), None


def past_numbers(text: str, sheet_year: int) -> list[PastNumber]:
    """旧事業番号 as written by hand: ``2023-厚労-22-0261``, ``2023厚労220261``, ``0407,0416`` …

    A number without its year is taken for one of the year before ``sheet_year``.
    """
    normal = _SPACE.sub("", unicodedata.normalize("NFKC", text)).replace("−", "-").replace("ー", "-")
    found = [
        PastNumber(int(year), "", f"{year}-{ministry}-{group}-{number}")
        for year, ministry, group, number in _PAST.findall(normal)
    ]
    if found:
        return found
    parts = re.split("[,、/]", normal)
    return [PastNumber(sheet_year - 1, "", part) for part in parts if _PAST_SHORT.fullmatch(part)]
