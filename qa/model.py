"""The types of a question and its answer. Data only; the names of ``Answer`` are the contract's."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.sets.plan import SetPlan


class Status(StrEnum):
    ANSWERED = "answered"
    NOT_RECORDED = "not_recorded"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    UNSUPPORTED = "unsupported"


class Subject(StrEnum):
    """What the question is about; decides which family of operations answers it."""

    FIGURE = "数値"  # a measure of one project (or several, compared)
    TEXT = "記述"  # a text field, checklist question or opinion
    PAYEE = "支出先"
    MANY = "集計"  # over many sheets
    NONE = "対象外"  # outside what sheets can answer


class Operation(StrEnum):
    LOOKUP = "照会"
    DIFFERENCE = "増減額"
    GROWTH_RATE = "伸び率"
    RATIO = "倍率"
    SUM = "合計"
    MEAN = "平均"
    MAX_YEAR = "最大の年度"
    MIN_YEAR = "最小の年度"
    TREND = "推移"
    EXECUTION_RATE = "執行率"
    UNUSED = "不用額"
    SHARE = "構成比"
    PER_UNIT = "単位当たり"
    YEARS_OVER = "条件に合う年度"
    COMPARE = "事業の比較"
    # payees of one sheet
    PAYEE_TOP = "最大の支出先"
    PAYEE_AMOUNT = "支出先への支出額"
    PAYEE_FIELD = "支出先の項目"  # 法人番号, 契約方式, 入札者数, 落札率, 業務概要 → ``field``
    PAYEE_BLOCK = "ブロックの合計"
    PAYEE_COUNT = "支出先の数"
    PAYEE_LIST = "支出先の一覧"
    PAYEE_ONE_BIDDER = "一者応札"
    PAYEE_SHARE = "支出先の構成比"
    # many sheets
    AGG_SUM = "横断合計"
    AGG_COUNT = "件数"
    AGG_TOP = "上位"
    AGG_THRESHOLD = "条件に合う事業"
    AGG_GROUP = "内訳別集計"
    AGG_CHANGE = "年度間の変化"


class Compare(StrEnum):
    GT = "超"
    GE = "以上"
    LT = "未満"
    LE = "以下"


@dataclasses.dataclass(frozen=True, slots=True)
class Threshold:
    """``30%未満``: value in ``unit`` (percent for rates, a money unit for amounts)."""

    compare: Compare
    value: Decimal
    unit: str


@dataclasses.dataclass(frozen=True, slots=True)
class Filter:
    """Restriction of a question over many sheets; "" / None = no restriction."""

    ministry: str = ""
    bureau: str = ""
    account: str = ""
    payee: str = ""
    topic: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """A sheet the question may mean. ``score`` in [0, 1]: how sure the name matches."""

    sheet_no: int
    sheet_id: str
    project: str
    ministry: str
    sheet_year: int
    score: float = 1.0


@dataclasses.dataclass(frozen=True, slots=True)
class Interpretation:
    """What the program understood; printable, editable, and the only input of the operations.

    ``sheets`` are the sheets of the one project found (all its years, newest first), or of several
    projects when ``operation`` is COMPARE.  ``fiscal_years`` are resolved years in the order asked.
    ``measures`` are canonical names (``corpus.fields.Measure``), first = asked; ``field`` a text
    field (``corpus.fields.Field``) or payee column.  ``item`` restricts to an indicator, budget
    item or checklist question, in the words of the sheet.  ``unit`` is the unit the user wants.

    Conventions of ``qa.understand`` (the ANSWERING side relies on them):
    * ``Candidate.score`` of a sheet in ``sheets`` is lower (x 0.9) when the sheet carries another name
      (a renamed project, linked by series): prefer the sheets with the highest score.
    * ``reason`` set and no ``sheets``: not found; ``rivals`` are then only near names to suggest.
      ``rivals`` without ``reason``: several fit, ask back.
    * subject TEXT with ``field`` "" : the sheet has no such item (``reason`` says which): not recorded.
    * TEXT with ``field`` 評価 / 評価に関する説明 and ``item``: a checklist question of 点検・改善.
    * DIFFERENCE, GROWTH_RATE, RATIO: two ``fiscal_years``, earlier first; two ``measures`` pair up with them
      (当初予算 of the one, 要求額 of the other).  COMPARE: ``sheets`` of the first project, then of the second.
    * measure 執行率 alone has operation EXECUTION_RATE.  UNUSED has measures (予算計, 執行額).
    * no ``fiscal_years``: all years of the sheet for MAX/MIN/SUM/TREND, the newest recorded for LOOKUP.
    * AGG_THRESHOLD: ``field`` is ``件数`` (how many) or ``一覧``.
    """

    question: str
    subject: Subject
    operation: Operation
    project_text: str = ""  # the words taken for the project's name
    sheets: tuple[Candidate, ...] = ()
    rivals: tuple[Candidate, ...] = ()  # when not empty: ambiguous, ask back with these
    sheet_year: int | None = None  # named by the question (rule 1), else None
    fiscal_years: tuple[int, ...] = ()
    years_relative: str = ""  # the relative wording that was resolved ("昨年度"), for the note
    measures: tuple[str, ...] = ()
    table: str = ""
    field: str = ""
    item: str = ""
    payee: str = ""
    block: str = ""
    rank: int = 1
    unit: str = ""
    threshold: Threshold | None = None
    premise: tuple[Decimal, str] | None = None  # "500億円ですよね"
    filter: Filter = Filter()
    top_n: int = 0
    descending: bool = True
    group_by: str = ""
    reason: str = ""  # why NONE, or why no project was found
    talked_years: tuple[int, ...] = ()  # fiscal years of this and earlier turns, latest first ("1年でどれだけ増えた")
    notes: tuple[str, ...] = ()
    plan: SetPlan | None = None  # a question over a set of sheets, read whole; answered by ``qa.sets.evaluate``
    not_understood: tuple[str, ...] = ()  # words of the question that no part of the reading accounts for


@dataclasses.dataclass(frozen=True, slots=True)
class Citation:
    """One cited cell or section; ``raw`` is the printed text unchanged."""

    sheet_id: str
    project: str
    ministry: str
    sheet_year: int
    section: str
    row: str
    column: str
    fiscal_year: int | None
    raw: str
    value: str | None
    unit: str | None
    file: str
    locator: str


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """One answer item: a figure (``value`` in ``unit``) or a verbatim ``text``.

    ``derivation`` is None for a printed figure, else a formula over the answer's citations such as
    ``"[0] - [1]"``; ``citations`` are their indices.
    """

    label: str
    value: str | None
    unit: str | None
    text: str | None = None
    derivation: str | None = None
    citations: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """Where a piece of the rendered text came from; the figure lock compares the two.

    ``source`` names one of the answer's own parts (``qa.lock`` lists them), ``index`` which one and
    ``part`` its attribute: ``("result", 0, "figure")`` for characters ``start`` to ``end``.
    ``statement`` counts the statements of the text, ``say`` is their kind and ``slot`` the part of the
    sentence: what a figure is said to be is read from the spans of its statement.
    """

    start: int
    end: int
    source: str
    index: int = 0
    part: str = ""
    statement: int = -1
    say: str = ""
    slot: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class AnswerTable:
    """The complete rows behind an answer over many sheets, to be listed or exported.

    ``header`` are the column titles; the units of amounts stand in them.  Every row has one text per
    column: names as printed, numbers as plain decimals.  ``left_out`` are rows of the same kind that
    were not counted, each with its reason in the last column (``left_out_header``).
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out_header: tuple[str, ...] = ()
    left_out: tuple[tuple[str, ...], ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """The one answer object behind the command line, REST, MCP and the app (contract.md)."""

    question: str
    status: Status
    answer: str
    results: tuple[Result, ...] = ()
    citations: tuple[Citation, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    interpretation: Interpretation | None = None
    notes: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()  # follow-up questions that have answers
    elapsed_ms: float = 0.0
    id: str | None = None
    table: AnswerTable | None = None  # only for questions over many sheets
    spans: tuple[Span, ...] = ()  # what every number of ``answer`` came from
