"""The types of a review sheet (行政事業レビューシート), as data without I/O.

Reading order: a *file* holds one or many *sheets*; a sheet is its identity plus *cells* (the
tables) and *sections* (the text fields).  Everything the product says is built from cells and
sections, so each carries its printed text unchanged and the place it was read from.
"""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from enum import StrEnum
from typing import Final


class Origin(StrEnum):
    """Where a sheet was read from. The order is the order of trust when two files hold one sheet."""

    FORM_XLSX = "様式（xlsx）"
    FORM_TEXT = "様式（テキスト）"
    FORM_PDF = "様式（PDF）"
    RS_CSV = "RSシステムCSV"
    JUDGIT = "JUDGIT!"


class Table(StrEnum):
    """The tables of the form, all eras together; the value is the official heading."""

    BASIC = "基本事項"
    BUDGET = "予算額・執行額"
    BUDGET_ITEMS = "予算内訳"
    BUDGET_ACCOUNTS = "予算・執行（会計別）"  # RSシステム 2-1, the rows per account
    ACTIVITY = "アクティビティ"
    OUTCOME = "成果目標及び成果実績（アウトカム）"
    OUTPUT = "活動指標及び活動実績（アウトプット）"
    UNIT_COST = "単位当たりコスト"
    EFFECT_PATH = "効果発現経路"
    POLICY = "政策評価"
    REFORM_PLAN = "新経済・財政再生計画改革工程表"
    CHECK = "事業所管部局による点検・改善"
    OPINION = "所見"
    PAST_NUMBERS = "関連する過去のレビューシートの事業番号"
    FLOW = "資金の流れ"
    EXPENSES = "費目・使途"
    PAYEES = "支出先上位１０者リスト"
    COMMITMENTS = "国庫債務負担行為等による契約"
    LAWS = "政策・施策、法令等"
    SUBSIDY = "補助率等"
    RELATED = "関連事業"
    REMARKS = "備考"
    UNKNOWN = "様式にない項目"


FORM_ORDER: Final = {table: place for place, table in enumerate(Table)}


class Kind(StrEnum):
    """What a printed cell says. The four that look alike are four different things."""

    NUMBER = "数値"
    TEXT = "文字"
    DASH = "-"  # "none / not applicable"
    BLANK = "空欄"  # not filled in
    PENDING = "未執行"  # RSシステム prints 0 for the 執行額 of the sheet's own year


class Scope(StrEnum):
    """Whether a figure is a total or a part of one printed elsewhere, so nothing is added twice."""

    TOTAL = "計"
    PART = "内訳"


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """One printed cell of one table.

    ``raw`` is the text a reader of the document sees, unchanged.  ``value`` is its number in
    ``unit``, or None.  ``measure`` is the canonical name (see ``corpus.measures``) when the row or
    column is one the form defines; ``item`` names the repeated thing the cell belongs to: a payee
    ``A/1`` (block/rank), an indicator ``1``, a budget item ``職員旅費``, an account; "" for none.
    ``fiscal_year`` is the year the figure is about, None when it is not about a year.
    ``locator`` is the place inside the sheet's file (see contract: ``Sheet!AD19``, ``line 24,
    column 6``, ``page 1, table 2, row 3, column 4``, ``FILE.csv, row 18, 執行額（合計）``,
    ``line 812, /予算/2/執行額``).
    """

    table: Table
    row: tuple[str, ...]
    column: str
    measure: str | None
    item: str
    fiscal_year: int | None
    raw: str
    kind: Kind
    value: Decimal | None
    unit: str | None
    locator: str
    scope: Scope = Scope.TOTAL
    file: str = ""  # only when the cell is from another file than its sheet's (RSシステム: many CSVs)

    @property
    def row_label(self) -> str:
        return " ＞ ".join(self.row)


@dataclasses.dataclass(frozen=True, slots=True)
class Section:
    """One text field of a sheet: ``name`` is the canonical field name, ``label`` the printed one."""

    name: str
    label: str
    text: str
    locator: str
    table: Table = Table.BASIC
    file: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class PastNumber:
    """One entry of 関連する過去のレビューシートの事業番号 (or RSシステム 旧事業番号)."""

    sheet_year: int
    ministry: str  # "" when the form does not say
    number: str


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """One review sheet: identity, cells and sections.

    ``sheet_id`` is ``sheet_year/ministry/number`` as fixed by the contract.  ``file`` is the path
    the user gave, relative to the ingested root (or ``ZIP/inner name``), ``place`` its part of a
    many-sheet file (``line 812``; a workbook sheet name; "" for a whole file).
    """

    sheet_year: int
    ministry: str
    number: str
    project: str
    origin: Origin
    file: str
    place: str
    cells: tuple[Cell, ...]
    sections: tuple[Section, ...]
    past_numbers: tuple[PastNumber, ...] = ()
    project_key: str = ""  # the publisher's own id over years (judgit 事業ID), "" if none

    @property
    def sheet_id(self) -> str:
        return f"{self.sheet_year}/{self.ministry}/{self.number}"

    def section(self, name: str) -> Section | None:
        return next((s for s in self.sections if s.name == name), None)


class Severity(StrEnum):
    WARNING = "注意"
    REJECTED = "取り込めません"


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """Something a user must be told about a file: what, where, and what to do (Japanese)."""

    severity: Severity
    file: str
    place: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        where = f"{self.file}（{self.place}）" if self.place else self.file
        return f"{self.severity}: {where}: {self.message}" + (f" → {self.remedy}" if self.remedy else "")


class CorpusError(Exception):
    """Base of our own errors; the message is Japanese, for the user, and names the remedy."""


class UnreadableFile(CorpusError):
    """A file cannot be read as a review sheet. Carries the finding to report."""

    def __init__(self, file: str, message: str, remedy: str, place: str = "") -> None:
        super().__init__(f"{file}: {message} → {remedy}")
        self.finding = Finding(Severity.REJECTED, file, place, message, remedy)
