"""What questions over many sheets are built from: the scope, its figures, the table, rows and left-outs."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable, Sequence
from decimal import Decimal

from corpus.fields import Measure
from corpus.store.model import SheetInfo
from corpus.units import PERCENT, YEN_PER_UNIT, is_money, plain, round_half_up
from qa.answer.case import Case
from qa.answer.draft import Draft, Figure, Marks, Name, Part, Say, User, Words, Year
from qa.answer.population import NOT_PRINTED, Population, Scoped
from qa.answer.population import Figure as Fact
from qa.model import AnswerTable, Status

CITED = 5
LISTED = 10
AMOUNT = 4  # column of the table that holds the figure
HEADER = ("シート", "公開年度", "府省庁", "事業名")
GROUPS: dict[str, tuple[str, int, Callable[[SheetInfo], str]]] = {
    "府省庁": ("府省庁別", 2, lambda info: info.ministry),
    "部局": ("部局別", 5, lambda info: info.bureau.split("　")[0].split(" ")[0] or "記載なし"),
    "会計": ("会計区分別", 5, lambda info: info.account or "記載なし"),
}


@dataclasses.dataclass(slots=True)
class Many:
    """One question over many sheets being answered."""

    case: Case
    population: Population
    scoped: Scoped
    measure: str

    def head(self, *, shown: bool = True) -> dict[str, Part]:
        """Slots of every first sentence: whose sheets, of which year, restricted by what.

        Where nothing is ``shown``, a year the question does not name has no source and is put in words.
        """
        wanted = self.scoped.filter
        account = f"会計区分に{wanted.account}を含むもの" if wanted.account else ""
        words = [wanted.ministry or "全府省庁", wanted.bureau, account]
        slots: dict[str, Part] = {
            "scope": Words("・".join(word for word in words if word)),
            "sheet": Year(self.scoped.sheet_year),
            "year": Year(self.scoped.fiscal_year),
            "measure": Words(self.measure),
        }
        if not shown and not self.case.asked.sheet_year:
            if self.scoped.sheet_year not in self.case.asked.fiscal_years:
                slots["sheet"] = Words("最新の年度の" if not self.case.asked.fiscal_years else "該当する年度の")
            if self.scoped.fiscal_year not in self.case.asked.fiscal_years:
                del slots["year"]
        if wanted.topic:
            slots["topic"] = User(wanted.topic) if wanted.topic in self.case.asked.question else Words(wanted.topic)
        return slots

    def whose(self, citation: int) -> dict[str, Part]:
        """Slots of one listed project: its name, and its ministry unless all are of the one asked."""
        slots: dict[str, Part] = {"project": Name("citation", citation, "project")}
        if not self.scoped.filter.ministry:
            slots["ministry"] = Name("citation", citation, "ministry")
        return slots

    def finish(self) -> Draft:
        if self.scoped.filter.topic:
            self.case.builder.note(Say.BY_NAME_ONLY)
        self.case.builder.years.append(self.scoped.fiscal_year)
        return self.case.finish()


def empty(question: Many) -> Draft:
    """No sheet of the scope records the figure."""
    question.case.builder.say(Say.MANY_EMPTY, **question.head(shown=False))
    return question.case.finish(Status.NOT_RECORDED)


def facts(question: Many) -> tuple[list[Fact], list[tuple[SheetInfo, str]]]:
    """Figures of the scope (rates in percent, others in yen) and the sheets left out with the reason."""
    if question.measure == Measure.EXECUTION_RATE:
        return question.population.rates(question.scoped)
    found = question.population.figures(question.scoped, question.measure)
    kept = [one for one in found if one.amount_yen is not None]
    return kept, [(one.info, NOT_PRINTED) for one in found if one.amount_yen is None]


def fill_table(question: Many, kept: Sequence[Fact], left_out: Sequence[tuple[SheetInfo, str]], extra: str = "") -> None:
    """The complete rows, in the order given; amounts in yen (rates in exact percent)."""
    unit = PERCENT if question.measure == Measure.EXECUTION_RATE else "円"
    header = (*HEADER, f"{question.measure}（{unit}）") if question.measure else HEADER
    group = GROUPS.get(extra)
    rows = []
    for one in kept:
        row = identity(one.info)
        if one.amount_yen is not None and question.measure:
            shown = round_half_up(one.amount_yen, 3) if unit == PERCENT else one.amount_yen
            row = (*row, plain(shown))
        rows.append((*row, group[2](one.info)) if group and group[1] == AMOUNT + 1 else row)
    dropped = tuple((*identity(info), reason) for info, reason in left_out)
    if group and group[1] == AMOUNT + 1:
        header = (*header, extra)
    question.case.builder.table = AnswerTable(header, tuple(rows), (*HEADER, "理由") if dropped else (), dropped)


def identity(info: SheetInfo) -> tuple[str, ...]:
    return info.sheet_id, str(info.sheet_year), info.ministry, info.project


def cite(question: Many, one: Fact) -> tuple[int, ...]:
    """The cells of one sheet's figure as citations (its project name when it has none)."""
    view = question.case.library.view(one.info.no)
    if not one.pos:
        return (question.case.builder.cite_sheet(view.sheet),)
    return tuple(question.case.builder.cite(view.sheet, view.sheet.cells[pos]) for pos in one.pos)


def result_unit(question: Many, kept: Sequence[Fact]) -> str:
    """The unit asked for, else the one the sheets print (円 when they differ)."""
    if is_money(question.case.asked.unit):
        return question.case.asked.unit
    units = {one.unit for one in kept}
    return units.pop() if len(units) == 1 else "円"


def money_result(question: Many, label: str, yen: Decimal, unit: str, derivation: str, citations: Sequence[int]) -> int:
    return question.case.builder.result(
        label, yen / YEN_PER_UNIT[unit], unit, derivation=derivation, citations=citations
    )


def count_result(question: Many, label: str, number: int, derivation: str = "COUNT(rows)") -> int:
    return question.case.builder.result(label, Decimal(number), "件", derivation=derivation)


def say_left_out(question: Many, left_out: Sequence[tuple[SheetInfo, str]]) -> None:
    """How many sheets were not counted, and why."""
    for reason, number in collections.Counter(reason for _, reason in left_out).items():
        result = count_result(question, f"集計から除いたシート（{reason}）", number, f"COUNT(left_out={reason})")
        question.case.builder.note(Say.LEFT_OUT, figure=Figure(result), reason=Words(reason))


def say_row(question: Many, one: Fact, result: int, figure: Part, citations: Sequence[int]) -> None:
    question.case.builder.say(
        Say.MANY_LINE,
        **question.whose(citations[0]),
        figure=figure,
        mark=Marks(tuple(citations)),
    )


def add_row(question: Many, one: Fact, unit: str) -> None:
    """One listed project as a result of its own, cited to its cells."""
    citations = cite(question, one)
    builder = question.case.builder
    if one.amount_yen is None or not question.measure:
        result = builder.result(one.info.project, text=one.info.project, citations=citations)
        builder.say(
            Say.MANY_LINE,
            **question.whose(citations[0]),
            mark=Marks(citations),
        )
        return
    if question.measure == Measure.EXECUTION_RATE:
        derivation = f"[{citations[0]}] / [{citations[1]}] × 100"
        result = builder.result(
            one.info.project, round_half_up(one.amount_yen, 1), PERCENT, derivation=derivation, citations=citations
        )
    else:
        as_printed = unit == builder.citation(citations[0]).unit
        result = builder.result(
            one.info.project,
            one.amount_yen / YEN_PER_UNIT[unit],
            unit,
            derivation=None if as_printed else f"[{citations[0]}]",
            citations=citations,
        )
    say_row(question, one, result, Figure(result), citations)


def row_unit(question: Many, one: Fact) -> str:
    return question.case.asked.unit if is_money(question.case.asked.unit) else one.unit


def list_rows(question: Many, rows: Sequence[Fact]) -> None:
    """All rows of a short list, the first ten of a long one; the table has the rest."""
    shown = rows if len(rows) <= 2 * LISTED else rows[:LISTED]
    for one in shown:
        add_row(question, one, row_unit(question, one))
    if len(rows) > len(shown):
        question.case.builder.say(Say.MANY_MORE)
