"""What an operation hands to the renderer: results, citations, and statements made of typed parts.

A statement is a kind (``Say``) and its slots.  A slot never holds a number as text: it points at a
result, a citation, a year or a name, so that the renderer can note for every character where it came
from, and the figure lock can check it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from corpus.fields import Field
from corpus.units import PERCENT, plain
from qa.model import AnswerTable, Candidate, Citation, Result, Status, Threshold

if TYPE_CHECKING:
    from corpus.model import Cell, Section, Sheet


class Say(StrEnum):
    """The kinds of statement; ``qa.render`` has the wording of each."""

    # answers about one project
    FIGURE = "figure"
    ITEM_FIGURE = "item figure"
    COMPUTED = "computed"
    FIGURES_HEAD = "figures head"
    BEST_YEAR = "best year"
    YEARS_OVER = "years over"
    YEARS_OVER_NONE = "years over none"
    TREND = "trend"
    COMPARE = "compare"
    COMPARE_GAP = "compare gap"
    PARTS = "parts"
    ITEM_LINE = "item line"
    LINE = "line"
    WORKING = "working"
    PREMISE_RIGHT = "premise right"
    PREMISE_WRONG = "premise wrong"
    # texts
    TEXT = "text"
    TEXT_SHORT = "text short"
    TEXTS_HEAD = "texts head"
    TEXT_LINE = "text line"
    TEXT_YEAR = "text year"
    CHECK = "check"
    CHECK_NOTE = "check note"
    PAST_NUMBER = "past number"
    PAST_NUMBER_LINE = "past number line"
    # payees
    PAYEE_TOP = "payee top"
    PAYEE_RANK = "payee rank"
    PAYEE_AMOUNT = "payee amount"
    PAYEE_ROWS = "payee rows"
    PAYEE_LINE = "payee line"
    PAYEE_NAME_LINE = "payee name line"
    PAYEE_FIELD = "payee field"
    PAYEE_FIELD_LINE = "payee field line"
    EXPENSES = "expenses"
    EXPENSE_LINE = "expense line"
    PAYEE_BLOCK = "payee block"
    PAYEE_BLOCK_PRINTED = "payee block printed"
    PAYEE_COUNT = "payee count"
    PAYEE_LIST = "payee list"
    PAYEE_SHARE = "payee share"
    ONE_BIDDER = "one bidder"
    ONE_BIDDER_NONE = "one bidder none"
    # many sheets
    MANY_COUNT = "many count"
    MANY_SUM = "many sum"
    MANY_TOP = "many top"
    MANY_THRESHOLD = "many threshold"
    MANY_GROUP = "many group"
    MANY_YEARS = "many years"
    MANY_YEARS_SUM = "many years sum"
    MANY_YEAR_LINE = "many year line"
    MANY_CHANGE = "many change"
    MANY_CHANGE_TOP = "many change top"
    MANY_PAYEE_COUNT = "many payee count"
    MANY_NO_PAYEE = "many no payee"
    MANY_PAYEE_SUM = "many payee sum"
    MANY_PAYEE_TOP = "many payee top"
    MANY_TOP_PAYEES = "many top payees"
    MANY_LINE = "many line"
    MANY_EMPTY = "many empty"
    MANY_MORE = "many more"
    SET_VALUE = "set value"
    SET_RANK = "set rank"
    SET_GROUP = "set group"
    SET_CHANGE = "set change"
    SET_YEARS = "set years"
    SET_LINE = "set line"
    SET_YEAR_LINE = "set year line"
    SET_YEAR_BEST = "set year best"
    SET_EMPTY = "set empty"
    SET_UNREAD = "set unread"
    # refusals
    NOT_RECORDED = "not recorded"
    NOT_IN_FORM = "not in form"
    NO_PAYEE = "no payee"
    NO_SHEET_YEAR = "no sheet year"
    NOT_FOUND = "not found"
    NEAR_ONE = "near one"
    AMBIGUOUS = "ambiguous"
    CANDIDATE = "candidate"
    REASON = "reason"
    UNSUPPORTED = "unsupported"
    INSTEAD_FIGURE = "instead figure"
    INSTEAD_ITEMS = "instead items"
    INSTEAD_PAYEES = "instead payees"
    NEAR_NAMES = "near names"
    SHEETS_ARE = "sheets are"
    NO_MANY = "no many"
    # notes
    RULE = "rule"
    DIFFERS = "differs"
    OTHER_NAME = "other name"
    COMPARED = "compared"
    FROM_SHEETS = "from sheets"
    RELATIVE = "relative"
    LEFT_OUT = "left out"
    LEFT_OUT_ROWS = "left out rows"
    OTHER_SPELLING = "other spelling"
    SPELLING = "spelling"
    SAME_NUMBER = "same number"
    FROM_EXPENSES = "from expenses"
    RECONTRACT = "recontract"
    TIE = "tie"
    NOT_ADDING_UP = "not adding up"
    PRINTED_RATE = "printed rate"
    COMPUTED_RATE = "computed rate"
    PAYMENTS_OF = "payments of"
    OTHER_INDICATORS = "other indicators"
    BY_NAME_ONLY = "by name only"
    PLAIN = "plain"


# ---------------------------------------------------------------- parts of a statement


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """Fixed words or official terms without digits."""

    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """The value of a result with its unit; ``converted`` adds 億/万 in brackets for money."""

    result: int
    converted: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Cited:
    """The value of a citation with its unit, in 公用文 digits."""

    citation: int


@dataclasses.dataclass(frozen=True, slots=True)
class Year:
    """令和2（2020）年度."""

    fiscal_year: int


@dataclasses.dataclass(frozen=True, slots=True)
class Name:
    """A text carried by a citation, candidate, result or table row: ``("citation", 0, "project")``."""

    source: str
    index: int
    part: str


@dataclasses.dataclass(frozen=True, slots=True)
class User:
    """The user's own words, quoted back (a substring of the question, or of the interpretation)."""

    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Marks:
    """Citation marks [1][2]."""

    citations: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """The text of a result, verbatim, as a block quotation."""

    result: int


@dataclasses.dataclass(frozen=True, slots=True)
class Condition:
    """The asker's threshold: 10%未満."""


@dataclasses.dataclass(frozen=True, slots=True)
class Joined:
    """Several parts with a separator between them."""

    parts: tuple[Part, ...]
    separator: str = "、"


Part = Words | Figure | Cited | Year | Name | User | Marks | Block | Condition | Joined


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    say: Say
    slots: tuple[tuple[str, Part], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """An answer without its prose. ``years`` and ``payees`` are what a next turn may refer to."""

    status: Status
    results: tuple[Result, ...]
    citations: tuple[Citation, ...]
    candidates: tuple[Candidate, ...]
    statements: tuple[Statement, ...]
    notes: tuple[Statement, ...]
    table: AnswerTable | None = None
    years: tuple[int, ...] = ()
    payees: tuple[str, ...] = ()
    threshold: Threshold | None = None


class Builder:
    """Collects the pieces of one draft; indices it returns are those of the final answer."""

    def __init__(self) -> None:
        self._citations: list[Citation] = []
        self._places: dict[tuple[str, str, str, str], int] = {}
        self._results: list[Result] = []
        self._statements: list[Statement] = []
        self._notes: list[Statement] = []
        self.candidates: tuple[Candidate, ...] = ()
        self.table: AnswerTable | None = None
        self.years: list[int] = []
        self.payees: list[str] = []
        self.threshold: Threshold | None = None

    def cite(self, sheet: Sheet, cell: Cell) -> int:
        """Index of the citation of ``cell``; one cell is cited once."""
        return self._cite(
            Citation(
                sheet_id=sheet.sheet_id,
                project=sheet.project,
                ministry=sheet.ministry,
                sheet_year=sheet.sheet_year,
                section=cell.table.value,
                row=cell.row_label,
                column=cell.column,
                fiscal_year=cell.fiscal_year,
                raw=cell.raw,
                value=None if cell.value is None else plain(cell.value),
                unit=cell.unit,
                file=cell.file or sheet.file,
                locator=cell.locator,
            )
        )

    def cite_section(self, sheet: Sheet, section: Section) -> int:
        """Index of the citation of a text field."""
        return self._cite(
            Citation(
                sheet_id=sheet.sheet_id,
                project=sheet.project,
                ministry=sheet.ministry,
                sheet_year=sheet.sheet_year,
                section=section.name,
                row=section.label,
                column="",
                fiscal_year=None,
                raw=section.text,
                value=None,
                unit=None,
                file=section.file or sheet.file,
                locator=section.locator,
            )
        )

    def cite_sheet(self, sheet: Sheet) -> int:
        """Index of a citation of the sheet itself (its project name), for refusals."""
        named = sheet.section(Field.PROJECT)
        if named is not None:
            return self.cite_section(sheet, named)
        return self._cite(
            Citation(
                sheet_id=sheet.sheet_id,
                project=sheet.project,
                ministry=sheet.ministry,
                sheet_year=sheet.sheet_year,
                section=Field.PROJECT.value,
                row=Field.PROJECT.value,
                column="",
                fiscal_year=None,
                raw=sheet.project,
                value=None,
                unit=None,
                file=sheet.file,
                locator=sheet.place,
            )
        )

    def _cite(self, citation: Citation) -> int:
        place = (citation.sheet_id, citation.file, citation.locator, citation.raw)
        if place not in self._places:
            self._places[place] = len(self._citations)
            self._citations.append(citation)
        return self._places[place]

    @property
    def has_results(self) -> bool:
        return bool(self._results)

    def citation(self, index: int) -> Citation:
        return self._citations[index]

    def result(
        self,
        label: str,
        value: Decimal | None = None,
        unit: str | None = None,
        *,
        text: str | None = None,
        derivation: str | None = None,
        citations: Iterable[int] = (),
    ) -> int:
        """Adds a result and returns its index; the first one added is the primary one."""
        shown = None if value is None else plain(value)
        if shown is not None and unit == PERCENT and "/" in (derivation or "") and "." not in shown:
            shown += ".0"  # a calculated rate has one decimal, 39.0% like 39.1%
        self._results.append(Result(label, shown, unit, text, derivation, tuple(citations)))
        return len(self._results) - 1

    def say(self, say: Say, **slots: Part) -> None:
        self._statements.append(Statement(say, tuple(slots.items())))

    def note(self, say: Say, **slots: Part) -> None:
        statement = Statement(say, tuple(slots.items()))
        if statement not in self._notes:
            self._notes.append(statement)

    def finish(self, status: Status) -> Draft:
        return Draft(
            status,
            tuple(self._results),
            tuple(self._citations),
            self.candidates,
            tuple(self._statements),
            tuple(self._notes),
            self.table,
            tuple(dict.fromkeys(self.years)),
            tuple(dict.fromkeys(self.payees)),
            self.threshold,
        )
