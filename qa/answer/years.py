"""Operations over figures of one project: differences, rates, sums, largest years, trends, shares."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from decimal import Decimal

from corpus.fields import Measure
from corpus.figures.definitions import UNUSED
from corpus.model import Table
from corpus.units import PERCENT, YEN_PER_UNIT, is_money
from corpus.years import official
from qa.answer import calc
from qa.answer.case import Case
from qa.answer.draft import Cited, Draft, Figure, Joined, Marks, Name, Part, Say, User, Words, Year
from qa.answer.figures import add_result, figure_part, look_up
from qa.answer.refuse import refuse_missing, refuse_term
from qa.answer.select import Gap, Missing
from qa.answer.terms import Reading, Term, latest_year, quantity, read_series, series_years
from qa.model import Compare, Operation, Threshold

_HALF_UP_RATE = "小数点以下第二位を四捨五入"
_HALF_UP_RATIO = "小数点以下第三位を四捨五入"


# ---------------------------------------------------------------- two figures


@dataclasses.dataclass(frozen=True, slots=True)
class _Pairwise:
    """An operation on a later (or asked) and an earlier (or base) figure."""

    name: str
    rule: str
    operate: Callable[[calc.Quantity, calc.Quantity], calc.Quantity]


_PAIRWISE = {
    Operation.DIFFERENCE: _Pairwise("増減額", "後の額 − 前の額", calc.difference),
    Operation.GROWTH_RATE: _Pairwise("伸び率", f"（後の額 − 前の額）÷ 前の額（百分率。{_HALF_UP_RATE}）", calc.growth_rate),
    Operation.RATIO: _Pairwise("倍率", f"後の額 ÷ 前の額（{_HALF_UP_RATIO}）", calc.ratio),
    Operation.SHARE: _Pairwise("割合", f"内訳 ÷ 全体（百分率。{_HALF_UP_RATE}）", calc.percent_of),
}


def pairwise(case: Case) -> Draft:
    """Difference, growth rate, ratio or share of two figures of one project."""
    terms = _share_terms(case) if case.asked.operation is Operation.SHARE else _pair_terms(case)
    if terms is None:
        return refuse_term(case, case.term(_measures(case)[0]))
    read = read_series(case.views, terms)
    for term, one in zip(terms, read, strict=True):
        if isinstance(one, Missing):
            return refuse_missing(case, term, one)
    readings = [one for one in read if isinstance(one, Reading)]
    return _say_pairwise(case, _PAIRWISE[case.asked.operation], readings)


def _measures(case: Case) -> tuple[str, ...]:
    return case.asked.measures or (Measure.EXECUTED.value,)


def _pair_terms(case: Case) -> tuple[Term, Term] | None:
    """(later or asked, earlier or base) from the measures and years of the question."""
    measures, years = _measures(case), case.asked.fiscal_years
    if not years:
        latest = latest_year(case.views, case.term(measures[0]))
        if latest is None:
            return None
        years = (latest,)
    if len(measures) >= 2 and len(years) >= 2:
        first, second = case.term(measures[0], years[0]), case.term(measures[1], years[1])
        return (first, second) if years[0] >= years[1] else (second, first)
    if len(measures) >= 2:
        return case.term(measures[0], years[0]), case.term(measures[1], years[0])
    if len(years) == 1:
        years = (years[0] - 1, years[0])
    return case.term(measures[0], max(years)), case.term(measures[0], min(years))


def _share_terms(case: Case) -> tuple[Term, Term] | None:
    """An item (or the first measure) as part of the whole row (or the second measure, or 計)."""
    measures = _measures(case)
    part = case.term(measures[0])
    year = next(iter(case.asked.fiscal_years), None) or latest_year(case.views, part)
    if year is None:
        return None
    whole = measures[1] if len(measures) > 1 else measures[0] if case.asked.item else Measure.BUDGET_TOTAL.value
    return part.at(year), Term(whole, year)


def _say_pairwise(case: Case, kind: _Pairwise, readings: Sequence[Reading]) -> Draft:
    builder = case.builder
    amounts = [quantity(builder, reading) for reading in readings]
    later, earlier = amounts
    if kind.operate in (calc.difference, calc.ratio, calc.growth_rate) and not calc.comparable(later, earlier):
        return refuse_missing(case, readings[0].term, Missing(readings[0].view, Gap.UNCLEAR, readings[0].cells[0].cell))
    try:
        outcome = kind.operate(later, earlier)
    except calc.NoQuotient:
        gap = Missing(readings[1].view, Gap.NO_DIVISOR, readings[1].cells[0].cell)
        return refuse_missing(case, readings[1].term, gap)
    terms = [reading.term for reading in readings]
    result = add_result(case, f"{_pair_label(terms)}の{kind.name}", outcome)
    case.note_relative()
    builder.say(
        Say.COMPUTED,
        **_series_head(case, readings, outcome),
        kind=Words(kind.name),
        subject=_pair_part(case, terms),
        figure=Figure(result),
        mark=Marks(outcome.citations),
    )
    _say_working(case, kind.rule, readings, amounts, result)
    builder.years.extend(year for year in (terms[0].fiscal_year, terms[1].fiscal_year) if year)
    case.note_conflicts(readings)
    case.note_sources(readings)
    return case.finish()


def _pair_label(terms: Sequence[Term]) -> str:
    later, earlier = terms
    if later.measure == earlier.measure and later.item == earlier.item and later.fiscal_year and earlier.fiscal_year:
        return f"{official(earlier.fiscal_year)}から{official(later.fiscal_year)}の{later.measure}"
    return f"{later.label()}と{earlier.label()}"


def _pair_part(case: Case, terms: Sequence[Term]) -> Part:
    later, earlier = terms
    item = (Words("「"), User(later.item), Words("」の")) if later.item else ()
    if case.asked.operation is Operation.SHARE:
        whole = (*_dated(earlier), Words(f"の{earlier.measure}に占める"))
        return Joined((*item, *_dated(later), Words(f"の{later.measure}が"), *whole), "")
    if later.measure == earlier.measure and later.item == earlier.item:
        return Joined((*item, *_dated(earlier), Words("から"), *_dated(later), Words(f"の{later.measure}の")), "")
    first = (*item, *_dated(later), Words(f"の{later.measure}と"))
    return Joined((*first, *_dated(earlier), Words(f"の{earlier.measure}の")), "")


def _dated(term: Term) -> tuple[Part, ...]:
    return (Year(term.fiscal_year),) if term.fiscal_year is not None else ()


def _say_working(
    case: Case, rule: str, readings: Sequence[Reading], amounts: Sequence[calc.Quantity], result: int
) -> None:
    """The rule and the figures it was applied to, each with its year and mark."""
    lines: list[Part] = []
    several = len({reading.view.no for reading in readings}) > 1
    for reading, amount in zip(readings, amounts, strict=True):
        figure = _figure_of(case, reading, amount)
        item = (Words("（内訳）"),) if reading.term.item else ()
        sheet = (Words("（"), Year(reading.view.year), Words("シート）")) if several else ()
        lines.append(
            Joined((*_dated(reading.term), Words(f" {reading.term.measure}"), *item, Words(" "), figure,
                    Marks(amount.citations), *sheet), "")
        )  # fmt: skip
    case.builder.say(Say.WORKING, rule=Words(rule), terms=Joined(tuple(lines), "、"), figure=Figure(result, False))


def _figure_of(case: Case, reading: Reading, amount: calc.Quantity) -> Part:
    """A printed figure by its citation; a computed one becomes a further result, with its derivation."""
    if amount.printed:
        return Cited(amount.citations[0])
    result = case.builder.result(
        reading.term.label(), amount.value, amount.unit, derivation=amount.derivation, citations=amount.citations
    )
    return Figure(result, converted=False)


# ---------------------------------------------------------------- several figures


def summed(case: Case) -> Draft:
    """Sum or mean of one measure over years, or of several measures of one year."""
    measures = _measures(case)
    years = case.asked.fiscal_years or tuple(series_years(case.views[:1], case.term(measures[0])))
    terms = [case.term(measure, year) for year in sorted(years) for measure in measures]
    if not terms:
        return refuse_term(case, case.term(measures[0]))
    read = read_series(case.views, terms)
    for term, one in zip(terms, read, strict=True):
        if isinstance(one, Missing):
            return refuse_missing(case, term, one)
    readings = [one for one in read if isinstance(one, Reading)]
    amounts = [quantity(case.builder, reading) for reading in readings]
    if not calc.comparable(*amounts):
        return refuse_missing(case, terms[0], Missing(readings[0].view, Gap.UNCLEAR, readings[0].cells[0].cell))
    mean = case.asked.operation is Operation.MEAN
    outcome = calc.mean(amounts) if mean else calc.total(amounts)
    if len(amounts) == 1:
        return look_up(case)
    name = "平均" if mean else "合計"
    result = add_result(case, f"{_span_label(terms)}の{name}", outcome)
    case.note_relative()
    case.builder.say(
        Say.COMPUTED,
        **_series_head(case, readings, outcome),
        kind=Words(name),
        subject=_span_part(terms),
        figure=Figure(result),
        mark=Marks(outcome.citations),
    )
    _say_working(case, "各年度の額の合計 ÷ 年数" if mean else "各額の合計", readings, amounts, result)
    case.builder.years.extend(sorted({term.fiscal_year for term in terms if term.fiscal_year}))
    case.note_conflicts(readings)
    case.note_sources(readings)
    return case.finish()


def _span_label(terms: Sequence[Term]) -> str:
    years = sorted({term.fiscal_year for term in terms if term.fiscal_year})
    measures = "と".join(dict.fromkeys(term.measure for term in terms))
    span = official(years[0]) if len(years) == 1 else f"{official(years[0])}から{official(years[-1])}"
    return f"{span}の{measures}" if years else measures


def _span_part(terms: Sequence[Term]) -> Part:
    years = sorted({term.fiscal_year for term in terms if term.fiscal_year})
    measures = "と".join(dict.fromkeys(term.measure for term in terms))
    if len(years) == years[-1] - years[0] + 1 and len(years) > 1:
        return Joined((Year(years[0]), Words("から"), Year(years[-1]), Words(f"の{measures}の")), "")
    return Joined((Joined(tuple(Year(year) for year in years), "、"), Words(f"の{measures}の")), "")


def best_year(case: Case) -> Draft:
    """The year with the largest (smallest) figure; all ties are named, every year is listed."""
    ordered = _all_years(case)
    if not ordered:
        return refuse_term(case, case.term(_measures(case)[0]))
    highest = case.asked.operation is Operation.MAX_YEAR
    amounts = [quantity(case.builder, reading) for reading in ordered]
    best = (max if highest else min)(amount.base for amount in amounts)
    pairs = list(zip(ordered, amounts, strict=True))
    tied = [pair for pair in pairs if pair[1].base == best]
    rest = [pair for pair in pairs if pair[1].base != best]
    rows = [(reading, amount, add_result(case, reading.term.label(), amount)) for reading, amount in tied + rest]
    first = rows[0]
    years = tuple(Year(reading.term.fiscal_year or 0) for reading, _ in tied)
    case.builder.say(
        Say.BEST_YEAR,
        **_series_head(case, ordered, first[1]),
        measure=Words(first[0].term.measure),
        which=Words("最も多い" if highest else "最も少ない"),
        year=Joined(years, "、"),
        figure=figure_part(case, first[1], first[2]),
        mark=Marks(tuple(dict.fromkeys(c for _, amount in tied for c in amount.citations))),
    )
    if len(tied) > 1:
        case.builder.note(Say.TIE)
    _list_rows(case, sorted(rows, key=lambda row: row[0].term.fiscal_year or 0))
    # What a next turn means by その年度 is the year found; the rest of the list comes after it.
    case.builder.years[:0] = [reading.term.fiscal_year for reading, _ in tied if reading.term.fiscal_year]
    case.note_conflicts([reading for reading, _ in tied])
    case.note_sources(ordered)
    return case.finish()


def _all_years(case: Case) -> list[Reading]:
    """The first measure for every year asked, else for every year the sheets record."""
    term = case.term(_measures(case)[0])
    # Without a named sheet every sheet of the series counts; with one, its own years.
    years = case.asked.fiscal_years or tuple(series_years(case.views, term))
    if not years:
        return []
    read = read_series(case.views, [term.at(year) for year in years])
    return [one for one in read if isinstance(one, Reading)]


def _series_head(case: Case, readings: Sequence[Reading], first: calc.Quantity) -> dict[str, Name | Year]:
    """The head of an answer over years; without the sheet when several sheets answer (each line names its own)."""
    head = case.head(first.citations[0])
    if len({reading.view.no for reading in readings}) > 1:
        del head["sheet"]
    return head


def _list_rows(case: Case, rows: Sequence[tuple[Reading, calc.Quantity, int]]) -> None:
    several = len({reading.view.no for reading, _, _ in rows}) > 1
    for reading, amount, result in rows:
        slots: dict[str, Part] = {"measure": Words(reading.term.measure)}
        if several:
            slots["sheet"] = Year(reading.view.year)
        if reading.term.fiscal_year is not None:
            slots["year"] = Year(reading.term.fiscal_year)
        case.builder.say(Say.LINE, **slots, figure=figure_part(case, amount, result), mark=Marks(amount.citations))


def trend(case: Case) -> Draft:
    """Every year's figure in order, with the change from the first to the last."""
    readings = sorted(_all_years(case), key=lambda reading: reading.term.fiscal_year or 0)
    if not readings:
        return refuse_term(case, case.term(_measures(case)[0], next(iter(case.asked.fiscal_years), None)))
    amounts = [quantity(case.builder, reading) for reading in readings]
    rows = [
        (reading, amount, add_result(case, reading.term.label(), amount))
        for reading, amount in zip(readings, amounts, strict=True)
    ]
    case.note_relative()
    case.builder.say(Say.TREND, **_series_head(case, readings, amounts[0]), measure=Words(readings[0].term.measure))
    _list_rows(case, rows)
    if len(amounts) > 1:
        change = calc.difference(amounts[-1], amounts[0])
        label = f"{_pair_label([readings[-1].term, readings[0].term])}の増減額"
        result = add_result(case, label, change)
        _say_working(case, "最後の年度の額 − 最初の年度の額", [readings[-1], readings[0]], [amounts[-1], amounts[0]], result)
    case.builder.years.extend(reading.term.fiscal_year for reading in readings if reading.term.fiscal_year)
    case.note_conflicts(readings)
    case.note_sources(readings)
    return case.finish()


# ---------------------------------------------------------------- years that meet a condition

_COMPARE: dict[Compare, Callable[[Decimal, Decimal], bool]] = {
    Compare.GT: lambda a, b: a > b,
    Compare.GE: lambda a, b: a >= b,
    Compare.LT: lambda a, b: a < b,
    Compare.LE: lambda a, b: a <= b,
}


def meets(amount: calc.Quantity, threshold: Threshold) -> bool:
    """Whether a quantity meets the condition; figures of another kind than the threshold never do."""
    if is_money(threshold.unit):
        return amount.money and _COMPARE[threshold.compare](amount.base, threshold.value * YEN_PER_UNIT[threshold.unit])
    same = amount.unit == threshold.unit or not threshold.unit or (threshold.unit == PERCENT == amount.unit)
    return same and _COMPARE[threshold.compare](amount.base, threshold.value)


def years_over(case: Case) -> Draft:
    """The years whose figure meets the condition; the other years are shown too."""
    readings = sorted(_all_years(case), key=lambda reading: reading.term.fiscal_year or 0)
    threshold = case.asked.threshold
    if not readings or threshold is None:
        return refuse_term(case, case.term(_measures(case)[0]))
    pairs = [(reading, quantity(case.builder, reading)) for reading in readings]
    fitting = [pair for pair in pairs if meets(pair[1], threshold)]
    rest = [pair for pair in pairs if pair not in fitting]
    head = _series_head(case, readings, pairs[0][1])
    measure = Words(readings[0].term.measure)
    rows = [(reading, amount, add_result(case, reading.term.label(), amount)) for reading, amount in fitting]
    others = [(reading, amount, add_result(case, reading.term.label(), amount)) for reading, amount in rest]
    case.builder.say(
        Say.YEARS_OVER if fitting else Say.YEARS_OVER_NONE, **head, measure=measure, condition=case.condition(threshold)
    )
    _list_rows(case, rows or others)
    if rows and others:
        case.builder.say(Say.PLAIN, words=Words("条件に合わない年度は、次のとおりです。"))
        _list_rows(case, others)
    case.builder.years.extend(reading.term.fiscal_year for reading, _ in fitting if reading.term.fiscal_year)
    case.note_sources(readings)
    return case.finish()


# ---------------------------------------------------------------- derived measures


def rate(case: Case) -> Draft:
    """執行率: as printed where the sheet prints it, else 執行額 ÷ 計; the answer says which."""
    return look_up(_with_measures(case, (Measure.EXECUTION_RATE.value,)))


def unused(case: Case) -> Draft:
    """不用額: 計 − 執行額."""
    return look_up(_with_measures(case, (UNUSED,)))


def _with_measures(case: Case, measures: tuple[str, ...]) -> Case:
    return dataclasses.replace(case, asked=dataclasses.replace(case.asked, measures=measures, item=""))


def per_unit(case: Case) -> Draft:
    """単位当たりコスト as printed; without one, the amount divided by the sheet's only 活動実績."""
    printed = dataclasses.replace(case.asked, measures=(Measure.UNIT_COST.value,))
    for view in case.views:
        if view.cells(Table.UNIT_COST, Measure.UNIT_COST):
            return look_up(dataclasses.replace(case, asked=printed))
    measure = _measures(case)[0] if _measures(case)[0] != Measure.UNIT_COST else Measure.EXECUTED.value
    amount_term = Term(measure)
    year = next(iter(case.asked.fiscal_years), None) or latest_year(case.views, amount_term)
    count_term = Term(Measure.OUTPUT_ACTUAL.value, year, None, case.asked.item)
    read = read_series(case.views, [amount_term.at(year), count_term])
    for term, one in zip((amount_term.at(year), count_term), read, strict=True):
        if isinstance(one, Missing):
            return refuse_missing(case, term, one)
    readings = [one for one in read if isinstance(one, Reading)]
    amounts = [quantity(case.builder, reading) for reading in readings]
    try:
        outcome = calc.per_unit(*amounts)
    except calc.NoQuotient:
        return refuse_missing(case, count_term, Missing(readings[1].view, Gap.NO_DIVISOR, readings[1].cells[0].cell))
    result = add_result(case, f"{amount_term.at(year).label()}の単位当たりの額", outcome)
    case.builder.say(
        Say.COMPUTED,
        **case.head(outcome.citations[0]),
        kind=Words("単位当たりの額"),
        subject=Joined((*_dated(readings[0].term), Words(f"の{measure}の")), ""),
        figure=Figure(result),
        mark=Marks(outcome.citations),
    )
    _say_working(case, f"{measure} ÷ 活動実績（円未満を四捨五入）", readings, amounts, result)
    return case.finish()
