"""A plan → a draft: one evaluator for totals, counts, means, rankings, groups, years and changes.

Every value is a formula over the rows of the answer's table, which holds every sheet that was counted;
the figure lock works the formulas out again.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from corpus.fields import Measure
from corpus.figures.definitions import UNUSED
from corpus.units import PERCENT, YEN_PER_UNIT, is_money, plain, round_half_up
from qa.answer.case import Case
from qa.answer.draft import Draft, Figure, Joined, Marks, Name, Part, Say, Words, Year
from qa.answer.many_payees import note_spellings
from qa.answer.many_pieces import CITED, HEADER, LISTED, Many, identity
from qa.answer.population import Population, Scoped
from qa.model import AnswerTable, Filter, Status
from qa.sets.plan import By, Change, Fold, InMinistries, NameHolds, Order, Period, SetPlan
from qa.sets.rows import Row, Rows, rows_of
from qa.sets.wording import measure_words, scope_words, where_parts

_ONLY_SHEETS = "シートのある事業の額の合計で、府省庁の予算や決算の全体の額ではありません。"
_RATE_RULE = "執行率は、執行額 ÷ 計（歳出予算現額）で計算しました。全体の率は、執行額の合計 ÷ 計の合計です。"
_UNUSED_RULE = "不用額は、計 − 執行額（RSシステムのシートでは、計 − 翌年度への繰越し − 執行額）で計算しました。"
_FIRST, _OTHER = "初めのブロック", "別のブロック"
_BLOCKS_RULE = (
    "合計は、支出先の一覧のすべての行の合計です。同じ事業の別のブロックは、再委託など同じ資金の流れの下流にあることがあるため、"
    "各事業の初めのブロックだけの合計も示しました。"
)
_MAX_GROUPS = 60


@dataclasses.dataclass(frozen=True, slots=True)
class Value:
    """The folded value of one group: ``amount`` in yen, percent or a number of sheets, and its formula."""

    title: str
    amount: Decimal
    formula: str


def evaluate(plan: SetPlan, case: Case, population: Population) -> Draft:
    """The draft of the plan's answer."""
    rows = rows_of(plan, population)
    work = _Work(plan, case, population, rows)
    if not rows.kept:
        return work.empty()
    if plan.change is not Change.NONE:
        return work.changes() if plan.by is By.MINISTRY else work.change()
    if plan.by is By.YEAR or len(plan.periods) > 1:
        return work.years()
    if plan.by in (By.MINISTRY, By.BUREAU):
        return work.groups()
    return work.ranking() if plan.order is not Order.NONE else work.value()


class _Work:
    """One plan being answered."""

    def __init__(self, plan: SetPlan, case: Case, population: Population, rows: Rows) -> None:
        self.plan, self.case, self.population, self.rows = plan, case, population, rows
        self.builder = case.builder
        names = [n for one in plan.of(InMinistries) if isinstance(one, InMinistries) and not one.exclude for n in one.names]
        self.one_ministry = names[0] if len(names) == 1 else ""
        self.rate = plan.measure == Measure.EXECUTION_RATE
        last = plan.periods[-1]
        scoped = Scoped(last.sheet_year, last.fiscal_year, Filter(ministry=self.one_ministry))
        self.many = Many(case, population, scoped, plan.measure)
        self.key = 0  # column of the table that tells the groups apart

    # ------------------------------------------------------------ pieces

    def head(self, period: Period) -> dict[str, Part]:
        slots: dict[str, Part] = {
            "scope": scope_words(self.plan),
            "sheet": Year(period.sheet_year),
            "measure": measure_words(self.plan),
        }
        if self.plan.measure:
            slots["year"] = Year(period.fiscal_year)
        if where := where_parts(self.plan):
            slots["where"] = Joined(where, "、")
        return slots

    def which(self, order: Order) -> str:
        """Rates are high or low, amounts large or small."""
        if self.rate:
            return "高い" if order is Order.DESCENDING else "低い"
        return order.value

    def empty(self) -> Draft:
        slots = self.head(self.plan.periods[0])
        period = self.plan.periods[0]
        asked = self.case.asked
        if period.sheet_year != asked.sheet_year and period.sheet_year not in asked.fiscal_years:
            slots["sheet"] = Words("該当する年度の")
        if period.fiscal_year not in asked.fiscal_years:
            slots.pop("year", None)
        self.builder.say(Say.SET_EMPTY if "where" in slots and not self.rows.left_out else Say.MANY_EMPTY, **slots)
        self._note_topic()
        return self.case.finish(Status.NOT_RECORDED)

    def fill(self, ordered: Sequence[Row], group: By = By.NOTHING, *, joint: bool = False) -> None:
        """The table: the figure (or a rate's two amounts), the group when it is no column yet, the year last."""
        header = list(HEADER)
        if self.rate:
            header += ["執行額（円）", "予算計（円）"]
        elif self.plan.measure:
            header.append(f"{self.plan.measure}（円）")
        if self.plan.measure == Measure.PAYEE_AMOUNT:
            header.append("ブロック")
        self.key = 2 if group is By.MINISTRY and not joint else len(header)
        own = joint or group is By.BUREAU
        header += [group.value if not joint else f"{group.value}・年度"] if own else []
        by_year = len(self.plan.periods) > 1 or group is By.YEAR
        self.builder.table = AnswerTable(
            (*header, "年度") if by_year else tuple(header),
            tuple(self._line(row, group, own=own, joint=joint, by_year=by_year) for row in ordered),
            (*HEADER, "理由") if self.rows.left_out else (),
            tuple((*identity(info), reason) for info, reason in self.rows.left_out),
        )

    def _line(self, row: Row, group: By, *, own: bool, joint: bool, by_year: bool) -> tuple[str, ...]:
        line = identity(row.info)
        if self.rate and row.parts:
            line = (*line, plain(row.parts[0]), plain(row.parts[1]))
        elif self.plan.measure:
            line = (*line, plain(row.value))
        if self.plan.measure == Measure.PAYEE_AMOUNT:
            line = (*line, _FIRST if row.first_block else _OTHER)
        if own:
            line = (*line, _joint(row.group(group), row.period) if joint else row.group(group))
        return (*line, str(row.period.fiscal_year)) if by_year else line

    def folded(self, rows: Sequence[Row], where: str = "", title: str = "") -> Value | None:
        """The value of some rows; None when it cannot be said (no sheet, a sum of nothing)."""
        if not rows:
            return None
        at = f" where rows[{self.key}]={where}" if where else ""
        match self.plan.fold:
            case Fold.COUNT:
                return Value(title, Decimal(len(rows)), f"COUNT(rows{at})")
            case Fold.MINISTRIES:
                return Value(title, Decimal(len({row.info.ministry for row in rows})), "COUNT(distinct rows[2])")
            case Fold.RATE:
                used = sum((row.parts[0] for row in rows if row.parts), Decimal(0))
                whole = sum((row.parts[1] for row in rows if row.parts), Decimal(0))
                if whole <= 0:
                    return None
                return Value(title, used / whole * 100, f"SUM(rows[4]{at}) / SUM(rows[5]{at}) × 100")
            case Fold.MEAN:
                total = sum((row.value for row in rows), Decimal(0))
                return Value(title, total / len(rows), f"SUM(rows[4]{at}) / COUNT(rows{at})")
            case _:
                return Value(title, sum((row.value for row in rows), Decimal(0)), f"SUM(rows[4]{at})")

    def unit(self) -> str:
        if self.plan.fold is Fold.COUNT:
            return "件"
        if self.plan.fold is Fold.MINISTRIES:
            return "府省庁"
        if self.plan.fold is Fold.RATE:
            return PERCENT
        if is_money(self.plan.unit):
            return self.plan.unit
        units = {row.figure.unit for row in self.rows.kept}
        return units.pop() if len(units) == 1 and "" not in units else "百万円"

    def result(self, label: str, amount: Decimal, formula: str) -> int:
        unit = self.unit()
        if unit == PERCENT:
            amount = round_half_up(amount, 1)
        elif self.plan.fold is Fold.MEAN and YEN_PER_UNIT[unit] >= 10:
            step = YEN_PER_UNIT[unit] // 10  # a mean is no finer than a tenth of the unit
            return self.builder.result(
                label, round_half_up(amount / step, 0) * step / YEN_PER_UNIT[unit], unit, derivation=f"ROUND({formula} / {step}, 0) × {step}"
            )
        elif is_money(unit):
            amount = round_half_up(amount, 0) / YEN_PER_UNIT[unit]
        return self.builder.result(label, amount, unit, derivation=formula)

    def count(self, label: str, number: int, formula: str) -> int:
        return self.builder.result(label, Decimal(number), "件", derivation=formula)

    def finish(self) -> Draft:
        """Notes every answer has: what was left out, and the rules."""
        for reason, number in collections.Counter(reason for _, reason in self.rows.left_out).items():
            found = self.count(f"集計から除いたシート（{reason}）", number, f"COUNT(left_out={reason})")
            self.builder.note(Say.LEFT_OUT, figure=Figure(found), reason=Words(reason))
        self._note_topic()
        if self.rows.payees:
            note_spellings(self.many, self.rows.payees, self.rows.payee)
        if self.rate:
            self.builder.note(Say.RULE, words=Words(_RATE_RULE))
        elif self.plan.measure == UNUSED:
            self.builder.note(Say.RULE, words=Words(_UNUSED_RULE))
        if self.plan.fold is Fold.SUM and self.plan.measure != Measure.PAYEE_AMOUNT:
            self.builder.note(Say.RULE, words=Words(_ONLY_SHEETS))
        self.builder.years += [period.fiscal_year for period in self.plan.periods]
        return self.case.finish()

    def _note_topic(self) -> None:
        if any(isinstance(one, NameHolds) and one.topic for one in self.plan.where):
            self.builder.note(Say.BY_NAME_ONLY)

    def cite(self, row: Row) -> tuple[int, ...]:
        view = self.case.library.view(row.info.no)
        if not row.figure.pos:
            return (self.builder.cite_sheet(view.sheet),)
        if self.plan.measure == Measure.PAYEE_AMOUNT:
            fact = view.sheet.cells[row.figure.pos[0]]
            cells = view.items[fact.table][fact.item]
            amount = next((c for c in cells if c.measure == Measure.PAYEE_AMOUNT and c.value is not None), fact)
            return (self.builder.cite(view.sheet, amount),)
        return tuple(self.builder.cite(view.sheet, view.sheet.cells[pos]) for pos in row.figure.pos)

    def line(self, row: Row) -> None:
        """One sheet as a result of its own, cited to its cells."""
        marks = self.cite(row)
        slots: dict[str, Part] = {"project": Name("citation", marks[0], "project"), "mark": Marks(marks)}
        if not self.one_ministry:
            slots["ministry"] = Name("citation", marks[0], "ministry")
        if not self.plan.measure:
            self.builder.result(row.info.project, text=row.info.project, citations=marks)
            self.builder.say(Say.MANY_LINE, **slots)
            return
        unit = self._row_unit(row, marks[0])
        amount = round_half_up(row.value, 1) if self.rate else row.value / YEN_PER_UNIT[unit]
        formula: str | None = f"[{marks[0]}]"
        if self.rate:
            formula = f"[{marks[0]}] / [{marks[1]}] × 100"
        elif self.plan.measure == UNUSED:
            formula = f"[{marks[0]}] - [{marks[1]}]"
            if len(marks) > 2:  # printed negative, as a deduction, or as a plain amount
                formula += f" {'+' if (self.builder.citation(marks[2]).value or '').startswith('-') else '-'} [{marks[2]}]"
        elif unit == self.builder.citation(marks[0]).unit:
            formula = None
        found = self.builder.result(row.info.project, amount, unit, derivation=formula, citations=marks)
        self.builder.say(Say.MANY_LINE, figure=Figure(found), **slots)

    def _row_unit(self, row: Row, citation: int) -> str:
        if self.rate:
            return PERCENT
        if is_money(self.plan.unit):
            return self.plan.unit
        printed = self.builder.citation(citation).unit
        return row.figure.unit or (printed if is_money(printed) and printed else "百万円")

    # ------------------------------------------------------------ operators

    def value(self) -> Draft:
        """One value over all rows: a total, a count, a mean, a rate."""
        period = self.plan.periods[0]
        ordered = sorted(self.rows.kept, key=lambda row: (-abs(row.value), row.info.no))
        self.fill(ordered)
        found = self.folded(ordered)
        if found is None:
            return self.empty()
        result = self.result(measure_words(self.plan).text, found.amount, found.formula)
        slots = {**self.head(period), "figure": Figure(result)}
        if self.plan.measure:
            slots["count"] = Figure(self.count("対象のシートの数", len(ordered), "COUNT(rows)"))
        self.builder.say(Say.SET_VALUE, **slots)
        if any(not row.first_block for row in ordered):
            first = sum((row.value for row in ordered if row.first_block), Decimal(0))
            other = self.result("各事業の初めのブロックだけの合計", first, f"SUM(rows[4] where rows[5]={_FIRST})")
            self.builder.say(Say.SET_LINE, name=Name("result", other, "label"), figure=Figure(other))
            self.builder.note(Say.RULE, words=Words(_BLOCKS_RULE))
        shown = ordered if self.plan.listed and len(ordered) <= 2 * LISTED else ordered[: LISTED if self.plan.listed else CITED]
        for row in shown:
            self.line(row)
        if len(ordered) > len(shown):
            self.builder.say(Say.MANY_MORE)
        return self.finish()

    def ranking(self) -> Draft:
        """Projects in order."""
        plan = self.plan
        sign = -1 if plan.order is Order.DESCENDING else 1
        ordered = sorted(self.rows.kept, key=lambda row: (sign * row.value, row.info.no))
        self.fill(ordered)
        wanted = ordered[plan.place - 1 : plan.place] if plan.place else ordered[: min(plan.n or LISTED, 50)]
        if not wanted:
            return self.empty()
        slots = {**self.head(plan.periods[0]), "which": Words(self.which(plan.order)), "what": Words("事業"), "measure": Words(plan.measure)}
        if plan.place:
            slots["place"] = Words("お尋ねの順位のものが")
        self.builder.say(Say.SET_RANK, **slots)
        for row in wanted:
            self.line(row)
        edge = (plan.place or len(wanted)) - 1
        if len(ordered) > edge + 1 and ordered[edge + 1].value == ordered[edge].value:
            self.builder.note(Say.RULE, words=Words("最後に挙げた事業と同じ値の事業が、ほかにもあります。"))
        compared = self.count("比べたシートの数", len(ordered), "COUNT(rows)")
        self.builder.note(Say.COMPARED, figure=Figure(compared))
        return self.finish()

    def groups(self) -> Draft:
        """A value per ministry or bureau, in order."""
        plan = self.plan
        self.fill(self.rows.kept, plan.by)
        parts: dict[str, list[Row]] = collections.defaultdict(list)
        for row in self.rows.kept:
            parts[row.group(plan.by)].append(row)
        values = [v for title, rows in parts.items() if (v := self.folded(rows, title, title)) is not None]
        sign = 1 if plan.order is Order.ASCENDING else -1
        values.sort(key=lambda one: (sign * one.amount, one.title))
        wanted = values[plan.place - 1 : plan.place] if plan.place else values[: plan.n or _MAX_GROUPS]
        if plan.n == 1 and len(values) <= 3:
            wanted = values  # the two that were compared
        if not wanted:
            return self.empty()
        which = self.which(Order.ASCENDING if plan.order is Order.ASCENDING else Order.DESCENDING)
        self.builder.say(
            Say.SET_GROUP, **self.head(plan.periods[0]), group=Words(f"{plan.by.value}別"), which=Words(which)
        )
        for one in wanted:
            result = self.result(one.title, one.amount, one.formula)
            self.builder.say(Say.SET_LINE, name=Name("result", result, "label"), figure=Figure(result))
        return self.finish()

    def years(self) -> Draft:
        """A value per year; their sum when a sum is asked, the year of the largest when an order is."""
        plan = self.plan
        self.fill(self.rows.kept, By.YEAR)
        values: list[tuple[Period, Value]] = []
        for period in plan.periods:
            one = self.folded(self.rows.of(period), str(period.fiscal_year), str(period.fiscal_year))
            if one is not None:
                values.append((period, one))
        if len(values) < len(plan.periods):
            return self.empty()
        slots = self.head(plan.periods[-1])
        for unused in ("sheet", "year"):
            slots.pop(unused, None)
        if plan.order is not Order.NONE:
            sign = -1 if plan.order is Order.DESCENDING else 1
            values.sort(key=lambda pair: sign * pair[1].amount)
            period, best = values[0]
            result = self.result(f"{best.title}年度", best.amount, best.formula)
            self.builder.say(
                Say.SET_YEAR_BEST, **slots, which=Words(self.which(plan.order)), year=Year(period.fiscal_year), figure=Figure(result)
            )
            values = values[1:]
        elif plan.fold is Fold.SUM and plan.by is not By.YEAR:
            added = sum((one.amount for _, one in values), Decimal(0))
            result = self.result(f"{plan.measure}の合計", added, "SUM(rows[4])")
            self.builder.say(
                Say.SET_YEARS, **slots, year=Year(values[0][0].fiscal_year), to=Year(values[-1][0].fiscal_year), figure=Figure(result)
            )
        else:
            self.builder.say(Say.SET_YEARS, **slots)
        for period, one in values:
            result = self.result(f"{one.title}年度", one.amount, one.formula)
            self.builder.say(Say.SET_YEAR_LINE, year=Year(period.fiscal_year), figure=Figure(result))
        return self.finish()

    def change(self) -> Draft:
        """What became of one value between two years."""
        first, last = sorted(self.plan.periods, key=lambda one: one.fiscal_year)
        self.fill(self.rows.kept, By.YEAR)
        before = self.folded(self.rows.of(first), str(first.fiscal_year))
        after = self.folded(self.rows.of(last), str(last.fiscal_year))
        if before is None or after is None or (self.plan.change is Change.GROWTH and before.amount <= 0):
            return self.empty()
        result = self._changed("増減", before, after)
        slots = {**self.head(last), "year": Year(first.fiscal_year), "to": Year(last.fiscal_year)}
        slots.pop("sheet")
        then = self.result(f"{first.fiscal_year}年度", before.amount, before.formula)
        now = self.result(f"{last.fiscal_year}年度", after.amount, after.formula)
        self.builder.say(
            Say.SET_CHANGE, **slots, before=Figure(then), after=Figure(now), kind=Words(self.plan.change.value), figure=Figure(result)
        )
        return self.finish()

    def _changed(self, label: str, before: Value, after: Value) -> int:
        if self.plan.change is Change.GROWTH:
            rate = round_half_up((after.amount - before.amount) / before.amount * 100, 1)
            formula = f"({after.formula} - {before.formula}) / {before.formula} × 100"
            return self.builder.result(label, rate, PERCENT, derivation=formula)
        return self.result(label, after.amount - before.amount, f"{after.formula} - {before.formula}")

    def changes(self) -> Draft:
        """The change of every ministry between two years, the largest (or smallest) first."""
        plan = self.plan
        first, last = sorted(plan.periods, key=lambda one: one.fiscal_year)
        self.fill(self.rows.kept, By.MINISTRY, joint=True)
        parts: dict[tuple[str, Period], list[Row]] = collections.defaultdict(list)
        for row in self.rows.kept:
            parts[row.info.ministry, row.period].append(row)
        found: list[tuple[Decimal, Value, Value]] = []
        for name in sorted({row.info.ministry for row in self.rows.kept}):
            before = self.folded(parts[name, first], _joint(name, first), name)
            after = self.folded(parts[name, last], _joint(name, last), name)
            if before is not None and after is not None and (plan.change is Change.DIFFERENCE or before.amount > 0):
                moved = after.amount - before.amount
                found.append((moved / before.amount if plan.change is Change.GROWTH else moved, before, after))
        if not found:
            return self.empty()
        sign = 1 if plan.order is Order.ASCENDING else -1
        found.sort(key=lambda one: (sign * one[0], one[1].title))
        slots = {**self.head(last), "group": Words(f"府省庁別の{plan.change.value}"), "which": Words("減少の大きい" if sign == 1 else "増加の大きい")}
        self.builder.say(Say.SET_GROUP, **slots)
        for _, before, after in found[: plan.n or LISTED]:
            result = self._changed(before.title, before, after)
            then = self.result(f"{before.title} {first.fiscal_year}年度", before.amount, before.formula)
            now = self.result(f"{after.title} {last.fiscal_year}年度", after.amount, after.formula)
            self.builder.say(
                Say.SET_LINE, name=Name("result", result, "label"), figure=Figure(result), before=Figure(then), after=Figure(now)
            )
        return self.finish()


def _joint(name: str, period: Period) -> str:
    return f"{name}　{period.fiscal_year}"
