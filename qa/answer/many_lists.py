"""Lists over many sheets: rankings, conditions, groups, and changes between years."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from corpus.fields import Measure
from corpus.store.model import SheetInfo
from corpus.units import PERCENT, YEN_PER_UNIT, plain
from qa.answer import calc
from qa.answer.draft import Draft, Figure, Marks, Name, Part, Say, Words, Year
from qa.answer.many_pieces import (
    AMOUNT,
    GROUPS,
    HEADER,
    Many,
    add_row,
    cite,
    count_result,
    empty,
    facts,
    fill_table,
    identity,
    list_rows,
    money_result,
    result_unit,
    row_unit,
    say_left_out,
    say_row,
)
from qa.answer.population import NOT_PRINTED
from qa.answer.population import Figure as Fact
from qa.answer.years import meets
from qa.model import AnswerTable

NOT_MET = "条件に合わない"
_GROUP_WORDS = {
    "府省庁": "府省庁", "省庁": "府省庁", "省": "府省庁", "府省": "府省庁", "ministry": "府省庁",
    "部局": "部局", "局": "部局", "担当部局": "部局", "担当部局庁": "部局", "bureau": "部局",
    "会計": "会計", "会計区分": "会計", "account": "会計", "年度": "年度", "year": "年度",
}  # fmt: skip


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
    if len(ordered) > shown and ordered[shown].amount_yen == ordered[shown - 1].amount_yen:
        builder.note(Say.RULE, words=Words("最後に挙げた事業と同じ額の事業が、ほかにもあります。"))
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
    list_rows(question, ordered)
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
    if key == "年度":
        return by_year(question)
    name, column, of = GROUPS[key]
    if question.measure:
        kept, left_out = facts(question)
    else:
        kept, left_out = [Fact(info, None, "") for info in question.population.sheets(question.scoped)], []
    if only := tuple(asked.item.split("・")) if asked.item else ():
        kept = [one for one in kept if of(one.info) in only]
        left_out = [one for one in left_out if of(one[0]) in only]
    if not kept:
        return empty(question)
    sums: dict[str, Decimal] = collections.defaultdict(Decimal)
    for one in kept:
        sums[of(one.info)] += one.amount_yen if question.measure and one.amount_yen is not None else Decimal(1)
    column = column if question.measure or column < AMOUNT else column - 1
    fill_table(question, kept, left_out, key)
    ordered = sorted(sums.items(), key=lambda pair: -pair[1] if asked.descending else pair[1])
    unit = result_unit(question, kept)
    builder = question.case.builder
    builder.say(Say.MANY_GROUP, **grouped_head(question, only), group=Words(name), which=Words("大きい" if asked.descending else "小さい"))
    for title, amount in ordered[: asked.top_n or 60]:
        if question.measure:
            derivation = f"SUM(rows[{AMOUNT}] where rows[{column}]={title})"
            result = money_result(question, title, amount, unit, derivation, ())
        else:
            result = count_result(question, title, int(amount), f"COUNT(rows where rows[{column}]={title})")
        builder.say(Say.MANY_LINE, project=Name("result", result, "label"), figure=Figure(result), mark=Marks(()))
    say_left_out(question, left_out)
    return question.finish()


def grouped_head(question: Many, only: Sequence[str] = ()) -> dict[str, Part]:
    """The first sentence's slots: without a measure the projects are counted, and no fiscal year is named."""
    slots = question.head()
    if not question.measure:
        del slots["year"]
        slots["measure"] = Words("事業（シート）の数")
    if only:
        slots["scope"] = Words("・".join(only))
    return slots


def by_year(question: Many) -> Draft:
    """The total of every fiscal year asked (else of all there are), each from that year's own sheets."""
    asked = question.case.asked
    if not question.measure:
        return _counts_by_year(question)
    measure = question.measure
    years = sorted(asked.fiscal_years) or question.population.fiscal_years(measure)
    rows: list[tuple[str, ...]] = []
    totals: list[tuple[int, Decimal, str]] = []
    for year in years:
        scoped = question.population.scope(measure, None, (year,), question.scoped.filter)
        found = [] if scoped is None else question.population.figures(scoped, measure)
        kept = [one for one in found if one.amount_yen is not None]
        if kept:
            rows += [(*identity(one.info), plain(one.amount_yen or Decimal(0)), str(year)) for one in kept]
            totals.append((year, sum((one.amount_yen or Decimal(0) for one in kept), Decimal(0)), result_unit(question, kept)))
    if not totals or (asked.fiscal_years and len(totals) < len(years)):
        return empty(question)
    builder = question.case.builder
    builder.table = AnswerTable((*HEADER, f"{measure}（円）", "年度"), tuple(rows))
    slots = {**question.head(), "measure": Words(f"{measure}の合計")}
    unit = totals[0][2] if len({one[2] for one in totals}) == 1 else "百万円"
    if asked.fiscal_years and len(totals) > 1:
        added = sum((amount for _, amount, _ in totals), Decimal(0))
        result = money_result(question, f"{measure}の合計", added, unit, f"SUM(rows[{AMOUNT}])", ())
        builder.say(Say.MANY_YEARS_SUM, **{**slots, "measure": Words(measure), "year": Year(years[0]), "to": Year(years[-1])}, figure=Figure(result))
    else:
        builder.say(Say.MANY_YEARS, **slots)
    for year, amount, own in totals:
        derivation = f"SUM(rows[{AMOUNT}] where rows[{AMOUNT + 1}]={year})"
        result = money_result(question, f"{year}年度の合計", amount, own, derivation, ())
        builder.say(Say.MANY_YEAR_LINE, year=Year(year), figure=Figure(result))
    builder.note(Say.RULE, words=Words("それぞれの年度の額が記載された年度のシートを合計しました。"))
    return question.finish()


def _counts_by_year(question: Many) -> Draft:
    """How many sheets the scope has in each sheet year asked, else in all there are."""
    years = sorted(question.case.asked.fiscal_years) or sorted(question.population.by_year)
    found = {year: question.population.sheets(dataclasses.replace(question.scoped, sheet_year=year)) for year in years}
    if not any(found.values()):
        return empty(question)
    builder = question.case.builder
    rows = tuple((*identity(info), str(year)) for year, infos in found.items() for info in infos)
    builder.table = AnswerTable((*HEADER, "年度"), rows)
    builder.say(Say.MANY_YEARS, **{**question.head(), "measure": Words("事業（シート）の数")})
    for year, infos in found.items():
        if infos:
            result = count_result(question, f"{year}年度シートの数", len(infos), f"COUNT(rows where rows[{AMOUNT}]={year})")
            builder.say(Say.MANY_YEAR_LINE, year=Year(year), figure=Figure(result))
    builder.note(Say.RULE, words=Words("年度は、シートが公開された年度です。"))
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
    header = (*HEADER, f"{question.measure}（円）", "年度")
    question.case.builder.table = AnswerTable(header, tuple(rows))
    (first, before, unit), (last, after, _) = totals
    earlier, later = (f"SUM(rows[{AMOUNT}] where rows[{AMOUNT + 1}]={year})" for year in (first, last))
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
    builder.table = AnswerTable((*HEADER, "増減額（円）"), rows, (*HEADER, "理由") if dropped else (), dropped)
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
