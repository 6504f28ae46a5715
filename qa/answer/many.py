"""Questions over many sheets: counts, sums, rankings, thresholds, groups and changes.

Every figure in such an answer is a result over the rows of the answer's table (``COUNT(rows)``,
``SUM(rows[4])``), which holds every sheet that was counted; the largest ones are cited to their cells.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable, Sequence
from decimal import Decimal

from corpus.fields import Measure
from corpus.store.model import SheetInfo
from corpus.units import PERCENT, YEN_PER_UNIT, is_money, plain, round_half_up
from qa.answer import calc
from qa.answer.case import Case
from qa.answer.draft import Draft, Figure, Marks, Name, Part, Say, User, Words, Year
from qa.answer.population import NOT_PRINTED, Population, Scoped
from qa.answer.population import Figure as Fact
from qa.answer.years import meets
from qa.model import AnswerTable, Operation, Status

NOT_MET = "条件に合わない"
CITED = 5
LISTED = 10
_AMOUNT = 4  # column of the table that holds the figure
_HEADER = ("シート", "公開年度", "府省庁", "事業名")
_GROUPS: dict[str, tuple[str, int, Callable[[SheetInfo], str]]] = {
    "府省庁": ("府省庁別", 2, lambda info: info.ministry),
    "部局": ("部局別", 5, lambda info: info.bureau.split("　")[0].split(" ")[0] or "記載なし"),
    "会計": ("会計区分別", 5, lambda info: info.account or "記載なし"),
}
_GROUP_WORDS = {
    "府省庁": "府省庁", "省庁": "府省庁", "省": "府省庁", "府省": "府省庁", "ministry": "府省庁",
    "部局": "部局", "局": "部局", "担当部局": "部局", "担当部局庁": "部局", "bureau": "部局",
    "会計": "会計", "会計区分": "会計", "account": "会計",
}  # fmt: skip


@dataclasses.dataclass(slots=True)
class Many:
    """One question over many sheets being answered."""

    case: Case
    population: Population
    scoped: Scoped
    measure: str

    def head(self) -> dict[str, Part]:
        """Slots of every first sentence: whose sheets, of which year, restricted by what."""
        wanted = self.scoped.filter
        words = [wanted.ministry or "全府省庁", wanted.bureau, wanted.account]
        slots: dict[str, Part] = {
            "scope": Words("・".join(word for word in words if word)),
            "sheet": Year(self.scoped.sheet_year),
            "year": Year(self.scoped.fiscal_year),
            "measure": Words(self.measure),
        }
        if wanted.topic:
            slots["topic"] = User(wanted.topic) if wanted.topic in self.case.asked.question else Words(wanted.topic)
        return slots

    def finish(self) -> Draft:
        if self.scoped.filter.topic:
            self.case.builder.note(Say.BY_NAME_ONLY)
        self.case.builder.years.append(self.scoped.fiscal_year)
        return self.case.finish()


def many(case: Case, population: Population) -> Draft:
    """Answer a question over many sheets."""
    asked = case.asked
    measure = next(iter(asked.measures), "")
    scoped = population.scope(measure, asked.sheet_year, asked.fiscal_years, asked.filter)
    if scoped is None:
        return _no_sheets(case, population)
    if asked.filter.payee or measure in (Measure.PAYEE_AMOUNT, Measure.PAYEE_NAME):
        from qa.answer.many_payees import many_payees

        return many_payees(Many(case, population, scoped, measure or Measure.PAYEE_AMOUNT))
    counted = asked.operation in (Operation.AGG_COUNT, Operation.AGG_THRESHOLD) and asked.threshold is None
    question = Many(case, population, scoped, measure or ("" if counted else Measure.INITIAL.value))
    if not measure and not counted:
        fixed = population.scope(question.measure, asked.sheet_year, asked.fiscal_years, asked.filter)
        question = dataclasses.replace(question, scoped=fixed or scoped)
    if asked.threshold is not None:
        return threshold(question)
    return _OPERATIONS[asked.operation](question)


def _no_sheets(case: Case, population: Population) -> Draft:
    case.builder.say(Say.NO_MANY, **({"sheet": Year(case.asked.sheet_year)} if case.asked.sheet_year else {}))
    return case.finish(Status.NOT_RECORDED)


def empty(question: Many) -> Draft:
    """No sheet of the scope records the figure."""
    question.case.builder.say(Say.MANY_EMPTY, **question.head())
    return question.case.finish(Status.NOT_RECORDED)


# ---------------------------------------------------------------- pieces


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
    header = (*_HEADER, f"{question.measure}（{unit}）") if question.measure else _HEADER
    group = _GROUPS.get(extra)
    rows = []
    for one in kept:
        row = identity(one.info)
        if one.amount_yen is not None and question.measure:
            shown = round_half_up(one.amount_yen, 3) if unit == PERCENT else one.amount_yen
            row = (*row, plain(shown))
        rows.append((*row, group[2](one.info)) if group and group[1] == _AMOUNT + 1 else row)
    dropped = tuple((*identity(info), reason) for info, reason in left_out)
    if group and group[1] == _AMOUNT + 1:
        header = (*header, extra)
    question.case.builder.table = AnswerTable(header, tuple(rows), (*_HEADER, "理由") if dropped else (), dropped)


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
        project=Name("citation", citations[0], "project"),
        ministry=Name("citation", citations[0], "ministry"),
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
            project=Name("citation", citations[0], "project"),
            ministry=Name("citation", citations[0], "ministry"),
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


# ---------------------------------------------------------------- operations


def count(question: Many) -> Draft:
    """How many sheets the scope has."""
    infos = question.population.sheets(question.scoped)
    builder = question.case.builder
    kept = [Fact(info, None, "") for info in infos]
    if not kept:
        return empty(question)
    fill_table(question, kept, ())
    result = count_result(question, "事業（シート）の数", len(kept))
    cited = tuple(index for one in kept[:3] for index in cite(question, one))
    builder.say(Say.MANY_COUNT, **question.head(), figure=Figure(result), mark=Marks(cited))
    return question.finish()


def total(question: Many) -> Draft:
    """The sum over all sheets of the scope that record the figure."""
    kept, left_out = facts(question)
    if question.measure == Measure.EXECUTION_RATE:
        return overall_rate(question)
    if not kept:
        return empty(question)
    ordered = sorted(kept, key=lambda one: -(one.amount_yen or 0))
    fill_table(question, ordered, left_out)
    unit = result_unit(question, kept)
    added = sum((one.amount_yen for one in kept if one.amount_yen is not None), Decimal(0))
    label = f"{question.measure}の合計"
    result = money_result(question, label, added, unit, f"SUM(rows[{_AMOUNT}])", ())
    number = count_result(question, "合計したシートの数", len(kept))
    question.case.builder.say(Say.MANY_SUM, **question.head(), figure=Figure(result), count=Figure(number))
    for one in ordered[:CITED]:
        add_row(question, one, row_unit(question, one))
    if len(ordered) > CITED:
        question.case.builder.say(Say.MANY_MORE)
    say_left_out(question, left_out)
    return question.finish()


def overall_rate(question: Many) -> Draft:
    """執行率 of the whole scope: the sum of 執行額 over the sum of 計, over sheets that record both."""
    executed = {f.info.no: f for f in question.population.figures(question.scoped, Measure.EXECUTED)}
    budgets = question.population.figures(question.scoped, Measure.BUDGET_TOTAL)
    both = [
        (one, executed[one.info.no])
        for one in budgets
        if one.amount_yen is not None and executed[one.info.no].amount_yen is not None
    ]
    whole = sum((one.amount_yen or Decimal(0) for one, _ in both), Decimal(0))
    used = sum((one.amount_yen or Decimal(0) for _, one in both), Decimal(0))
    if whole <= 0:
        return empty(question)
    rows = tuple((*identity(b.info), plain(e.amount_yen or Decimal(0)), plain(b.amount_yen or Decimal(0))) for b, e in both)
    question.case.builder.table = AnswerTable((*_HEADER, "執行額（円）", "予算計（円）"), rows)
    rate = round_half_up(used / whole * 100, 1)
    derivation = f"SUM(rows[{_AMOUNT}]) / SUM(rows[{_AMOUNT + 1}]) × 100"
    result = question.case.builder.result("全体の執行率", rate, PERCENT, derivation=derivation)
    number = count_result(question, "対象のシートの数", len(both))
    question.case.builder.say(Say.MANY_SUM, **question.head(), figure=Figure(result), count=Figure(number))
    return question.finish()


def top(question: Many) -> Draft:
    """The n largest (or smallest), in order, each with its figure."""
    kept, left_out = facts(question)
    if not kept:
        return empty(question)
    sign = -1 if question.case.asked.descending else 1
    ordered = sorted(kept, key=lambda one: (sign * (one.amount_yen or 0), one.info.no))
    fill_table(question, ordered, left_out)
    wanted = question.case.asked.top_n or (1 if question.case.asked.rank == 1 else question.case.asked.rank)
    shown = min(wanted, 50)
    builder = question.case.builder
    builder.say(
        Say.MANY_TOP, **question.head(), which=Words("大きい" if question.case.asked.descending else "小さい")
    )
    for one in ordered[:shown]:
        add_row(question, one, row_unit(question, one))
    number = count_result(question, "比べたシートの数", len(ordered))
    builder.note(Say.COMPARED, figure=Figure(number))
    say_left_out(question, left_out)
    return question.finish()


def threshold(question: Many) -> Draft:
    """How many (and which) sheets meet the condition."""
    condition = question.case.asked.threshold
    if condition is None:
        return empty(question)
    kept, left_out = facts(question)
    if not kept:
        return empty(question)
    unit = PERCENT if question.measure == Measure.EXECUTION_RATE else "円"
    fitting = [
        one for one in kept if one.amount_yen is not None
        and meets(calc.Quantity(one.amount_yen, unit, "", ()), condition)
    ]  # fmt: skip
    ordered = sorted(fitting, key=lambda one: (one.amount_yen or 0, one.info.no), reverse=_descending(question))
    met = {one.info.no for one in fitting}
    others = [(one.info, NOT_MET) for one in kept if one.info.no not in met]
    fill_table(question, ordered, [*left_out, *others])
    result = count_result(question, "条件に合う事業（シート）の数", len(ordered))
    compared = count_result(
        question, "比べたシートの数", len(kept), f"COUNT(rows) + COUNT(left_out={NOT_MET})"
    )
    builder = question.case.builder
    builder.say(Say.MANY_THRESHOLD, **question.head(), condition=question.case.condition(condition), figure=Figure(result), count=Figure(compared))
    for one in ordered[:LISTED]:
        add_row(question, one, row_unit(question, one))
    if len(ordered) > LISTED:
        builder.say(Say.MANY_MORE)
    if question.measure == Measure.EXECUTION_RATE:
        builder.note(Say.RULE, words=Words("執行率は、執行額 ÷ 計（歳出予算現額）で計算しました。"))
    say_left_out(question, left_out)
    return question.finish()


def _descending(question: Many) -> bool:
    condition = question.case.asked.threshold
    return condition is not None and condition.compare.value in ("超", "以上")


def group(question: Many) -> Draft:
    """Sums (or counts) per ministry, bureau or account, largest first."""
    asked = question.case.asked
    key = _GROUP_WORDS.get(asked.group_by, "府省庁")
    name, column, of = _GROUPS[key]
    if question.measure:
        kept, left_out = facts(question)
    else:
        kept, left_out = [Fact(info, None, "") for info in question.population.sheets(question.scoped)], []
    if not kept:
        return empty(question)
    sums: dict[str, Decimal] = collections.defaultdict(Decimal)
    for one in kept:
        sums[of(one.info)] += one.amount_yen if question.measure and one.amount_yen is not None else Decimal(1)
    column = column if question.measure or column < _AMOUNT else column - 1
    fill_table(question, kept, left_out, key)
    ordered = sorted(sums.items(), key=lambda pair: -pair[1] if asked.descending else pair[1])
    unit = result_unit(question, kept)
    builder = question.case.builder
    builder.say(Say.MANY_GROUP, **question.head(), group=Words(name))
    for title, amount in ordered[: asked.top_n or 60]:
        if question.measure:
            derivation = f"SUM(rows[{_AMOUNT}] where rows[{column}]={title})"
            result = money_result(question, title, amount, unit, derivation, ())
        else:
            result = count_result(question, title, int(amount), f"COUNT(rows where rows[{column}]={title})")
        builder.say(Say.MANY_LINE, project=Name("result", result, "label"), figure=Figure(result), mark=Marks(()))
    say_left_out(question, left_out)
    return question.finish()


def change(question: Many) -> Draft:
    """Change between two years: of the totals, or (with a ranking asked) of each project in its sheet."""
    years = sorted(question.case.asked.fiscal_years) or [question.scoped.fiscal_year]
    if len(years) == 1:
        years = [years[0] - 1, years[0]]
    if question.case.asked.top_n:
        return _change_top(question, years)
    totals: list[tuple[int, Decimal, str]] = []
    rows: list[tuple[str, ...]] = []
    for year in (years[0], years[-1]):
        named = question.case.asked.sheet_year
        scoped = question.population.scope(question.measure, named, (year,), question.scoped.filter)
        kept = [] if scoped is None else [
            one for one in question.population.figures(scoped, question.measure) if one.amount_yen is not None
        ]  # fmt: skip
        if not kept:
            return empty(question)
        rows += [(*identity(one.info), plain(one.amount_yen or Decimal(0)), str(year)) for one in kept]
        totals.append((year, sum((one.amount_yen or Decimal(0) for one in kept), Decimal(0)), result_unit(question, kept)))
    header = (*_HEADER, f"{question.measure}（円）", "年度")
    question.case.builder.table = AnswerTable(header, tuple(rows))
    (first, before, unit), (last, after, _) = totals
    earlier, later = (f"SUM(rows[{_AMOUNT}] where rows[{_AMOUNT + 1}]={year})" for year in (first, last))
    result = money_result(question, f"{question.measure}の合計の増減額", after - before, unit, f"{later} - {earlier}", ())
    then = money_result(question, f"{first}年度の合計", before, unit, earlier, ())
    now = money_result(question, f"{last}年度の合計", after, unit, later, ())
    question.case.builder.say(
        Say.MANY_CHANGE,
        **{**question.head(), "year": Year(first), "to": Year(last)},
        figure=Figure(result),
        before=Figure(then),
        after=Figure(now),
    )
    return question.finish()


def _change_top(question: Many, years: Sequence[int]) -> Draft:
    """Projects with the largest rise (or fall) between two years, both figures from the same sheet."""
    scoped = dataclasses.replace(question.scoped, fiscal_year=years[0])
    before = {one.info.no: one for one in question.population.figures(scoped, question.measure)}
    after = question.population.figures(
        dataclasses.replace(question.scoped, fiscal_year=years[-1]), question.measure
    )
    changes: list[tuple[Decimal, Fact, Fact]] = []
    left_out: list[tuple[SheetInfo, str]] = []
    for now in after:
        then = before[now.info.no]
        if now.amount_yen is None or then.amount_yen is None:
            left_out.append((now.info, NOT_PRINTED))
        else:
            changes.append((now.amount_yen - then.amount_yen, then, now))
    if not changes:
        return empty(question)
    sign = -1 if question.case.asked.descending else 1
    changes.sort(key=lambda one: (sign * one[0], one[2].info.no))
    builder = question.case.builder
    rows = tuple((*identity(now.info), plain(moved)) for moved, _, now in changes)
    dropped = tuple((*identity(info), reason) for info, reason in left_out)
    builder.table = AnswerTable((*_HEADER, "増減額（円）"), rows, (*_HEADER, "理由") if dropped else (), dropped)
    builder.say(
        Say.MANY_CHANGE_TOP,
        **{**question.head(), "year": Year(years[0]), "to": Year(years[-1])},
        which=Words("増えた" if question.case.asked.descending else "減った"),
    )
    for moved, then, now in changes[: question.case.asked.top_n]:
        citations = (*cite(question, now), *cite(question, then))
        unit = row_unit(question, now)
        result = builder.result(
            now.info.project, moved / YEN_PER_UNIT[unit], unit,
            derivation=f"[{citations[0]}] - [{citations[1]}]", citations=citations,
        )  # fmt: skip
        say_row(question, now, result, Figure(result), citations)
    say_left_out(question, left_out)
    return question.finish()


_OPERATIONS: dict[Operation, Callable[[Many], Draft]] = {
    Operation.AGG_SUM: total,
    Operation.AGG_COUNT: count,
    Operation.AGG_TOP: top,
    Operation.AGG_THRESHOLD: count,
    Operation.AGG_GROUP: group,
    Operation.AGG_CHANGE: change,
}
