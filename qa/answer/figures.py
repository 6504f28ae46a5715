"""Look-ups of figures: one or several measures, years and indicators of one project."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from corpus.fields import Measure
from corpus.figures.definitions import deducted_for_unused
from corpus.model import Cell, Kind, Table
from corpus.units import YEN_PER_UNIT
from qa.answer import calc
from qa.answer.case import Case
from qa.answer.draft import Cited, Draft, Figure, Joined, Marks, Name, Part, Say, Words, Year
from qa.answer.items import match_items
from qa.answer.refuse import not_recorded, refuse_term
from qa.answer.select import PART_TABLES, TABLES_OF_MEASURE, Found, Gap, Missing, Want, base_amount, figure_in
from qa.answer.terms import Reading, Term, TermKind, latest_year, quantity, read_series, read_term, term_years
from qa.answer.view import SheetView

_INDICATOR_NAMES = (Measure.OUTCOME_INDICATOR, Measure.OUTPUT_INDICATOR, Measure.BASIS, Measure.GOAL)
# An asker does not tell the two tables apart: 実績 may stand in either.
_TWINS = {
    Measure.OUTCOME_ACTUAL: Measure.OUTPUT_ACTUAL,
    Measure.OUTPUT_ACTUAL: Measure.OUTCOME_ACTUAL,
    Measure.TARGET: Measure.OUTPUT_PLAN,
    Measure.OUTPUT_PLAN: Measure.TARGET,
}
_INDICATOR_TABLES = frozenset({Table.OUTCOME, Table.OUTPUT, Table.UNIT_COST, Table.POLICY, Table.REFORM_PLAN})


def look_up(case: Case) -> Draft:
    """Figures as printed (or a rate or balance computed from them), one result per measure and year."""
    measures = case.asked.measures
    if not measures:
        return not_recorded(case, Gap.NO_ROW, "")
    if case.table in PART_TABLES and not case.asked.item:
        return _parts_list(case, measures[0])
    if _is_indicator(case, measures[0]):
        return _indicators(case, measures[0])
    years = case.asked.fiscal_years or _implied_years(case, measures)
    terms = [case.term(measure, year) for year in years for measure in measures]
    if not terms:
        return refuse_term(case, case.term(measures[0]))
    read = read_series(case.views, terms)
    readings = [one for one in read if isinstance(one, Reading)]
    if not readings:
        return _text_or_refusal(case, terms[0], read[0])
    case.note_relative()
    if len(readings) == 1 and len(terms) == 1:
        say_figure(case, readings[0])
    else:
        _say_list(case, terms, read)
    case.note_conflicts(readings)
    case.note_sources(readings)
    return case.finish()


def _parts_list(case: Case, measure: str) -> Draft:
    """All items of 予算内訳 (or all accounts), with the total the table prints."""
    year = next(iter(case.asked.fiscal_years), None)
    for view in case.views:
        cells = [
            cell
            for cell in view.cells(case.table or Table.BUDGET_ITEMS, measure)
            if cell.kind is Kind.NUMBER and (year is None or cell.fiscal_year == year)
        ]
        if cells:
            latest = year or max((cell.fiscal_year or 0 for cell in cells), default=0)
            return _say_parts(case, view, measure, [cell for cell in cells if (cell.fiscal_year or 0) == latest])
    return refuse_term(case, case.term(measure, year))


def _say_parts(case: Case, view: SheetView, measure: str, cells: Sequence[Cell]) -> Draft:
    first = case.builder.cite(view.sheet, cells[0])
    slots: dict[str, Part] = {**case.head(first), "measure": Words(measure)}
    if cells[0].fiscal_year is not None:
        slots["year"] = Year(cells[0].fiscal_year)
        case.builder.years.append(cells[0].fiscal_year)
    case.builder.say(Say.PARTS, **slots)
    for cell in cells:
        if cell.value is None:
            continue
        index = case.builder.cite(view.sheet, cell)
        amount = calc.of_cell(cell.value, cell.unit, index)
        result = add_result(case, cell.item, amount)
        case.builder.say(
            Say.MANY_LINE,
            project=Name("result", result, "label"),
            figure=figure_part(case, amount, result),
            mark=Marks((index,)),
        )
    return case.finish()


def _implied_years(case: Case, measures: Sequence[str]) -> tuple[int | None, ...]:
    """No year asked: the latest one recorded; a measure without years stands alone."""
    latest = latest_year(case.views, case.term(measures[0]))
    if latest is not None:
        return (latest,)
    undated = read_series(case.views, [case.term(measures[0])])[0]
    return (None,) if isinstance(undated, Reading) else ()


def _is_indicator(case: Case, measure: str) -> bool:
    tables = (case.table,) if case.table else TABLES_OF_MEASURE.get(measure, ())
    return any(table in _INDICATOR_TABLES for table in tables)


def _text_or_refusal(case: Case, term: Term, missing: Reading | Missing) -> Draft:
    """A cell that holds words in place of a figure is quoted; anything else is refused with its reason."""
    if isinstance(missing, Missing) and missing.gap is Gap.TEXT and missing.cell is not None:
        citation = case.builder.cite(missing.view.sheet, missing.cell)
        result = case.builder.result(term.label(), text=missing.cell.raw, citations=(citation,))
        case.builder.say(
            Say.TEXT_SHORT,
            **case.head(citation),
            field=Name("result", result, "label"),
            text=Name("result", result, "text"),
            mark=Marks((citation,)),
        )
        case.builder.years.extend([term.fiscal_year] if term.fiscal_year else [])
        return case.finish()
    return refuse_term(case, term)


# ---------------------------------------------------------------- one figure


def add_result(case: Case, label: str, amount: calc.Quantity) -> int:
    """A result in the unit the asker wants (exactly converted), else in the sheet's."""
    shown = calc.in_unit(amount, case.asked.unit)
    derivation = shown.derivation
    return case.builder.result(
        label, shown.value, shown.unit, derivation=derivation, citations=shown.citations
    )


def converted(case: Case, amount: calc.Quantity) -> bool:
    """True when the asker wants another money unit than the sheet prints."""
    return calc.in_unit(amount, case.asked.unit) is not amount


def say_figure(case: Case, reading: Reading, label: str = "", names: dict[str, Part] | None = None) -> int:
    """One result with its sentence; returns the index of the result."""
    amount = quantity(case.builder, reading)
    term = reading.term
    result = add_result(case, label or term.label(), amount)
    slots: dict[str, Part] = {
        **case.head(amount.citations[0]),
        "measure": Words(term.measure),
        "figure": figure_part(case, amount, result),
        "mark": Marks(amount.citations),
    }
    if term.fiscal_year is not None:
        slots["year"] = Year(term.fiscal_year)
        case.builder.years.append(term.fiscal_year)
    slots.update(names or _item_name(case, reading))
    say = Say.ITEM_FIGURE if "item" in slots else Say.FIGURE
    case.builder.say(say, **slots)
    say_basis(case, reading, amount, result)
    if term.measure == Measure.BUDGET_TOTAL and not term.item:
        _note_parts(case, reading, amount)
    return result


_PARTS = (Measure.INITIAL, Measure.SUPPLEMENTARY, Measure.CARRIED_IN, Measure.CARRIED_OUT, Measure.RESERVE)
_ROUNDING = Decimal("1.01")  # of the sheet's unit: five rounded parts may miss a rounded total by that much


def _note_parts(case: Case, reading: Reading, total: calc.Quantity) -> None:
    """計 is printed, not computed: say so when all its parts are printed and do not add up to it."""
    found = [figure_in(reading.view, Want(part, reading.term.fiscal_year)) for part in _PARTS]
    cells = [one for one in found if isinstance(one, Found)]
    if len(cells) < len(_PARTS) or total.unit is None or not total.money:
        return
    bases = [base_amount(one.cell)[0] or Decimal(0) for one in cells]
    carried = bases[_PARTS.index(Measure.CARRIED_OUT)]
    # 翌年度へ繰越し is negative on the form; the RSシステム prints it positive, outside of 計.
    sums = (sum(bases), sum(bases) - carried, sum(bases) - 2 * carried)
    if any(abs(one - total.base) <= _ROUNDING * YEN_PER_UNIT[total.unit] for one in sums):
        return
    parts = [calc.of_cell(one.value, one.cell.unit, case.builder.cite(one.view.sheet, one.cell)) for one in cells]
    added = calc.total(parts)
    result = case.builder.result(
        f"{reading.term.label()}の内訳の合計", added.value, added.unit, derivation=added.derivation,
        citations=added.citations,
    )  # fmt: skip
    case.builder.note(Say.NOT_ADDING_UP, figure=Figure(result), mark=Marks(added.citations))


def figure_part(case: Case, amount: calc.Quantity, result: int) -> Part:
    """The printed figure first; an asked unit follows in brackets (the renderer words it)."""
    if amount.printed and converted(case, amount):
        return Joined((Cited(amount.citations[0]), Figure(result, converted=False)), "＝")
    return Figure(result)


def say_basis(case: Case, reading: Reading, amount: calc.Quantity, result: int) -> None:
    """How a computed figure was made, and whether a rate is printed or computed."""
    builder = case.builder
    if reading.term.kind is TermKind.CELL:
        return
    if len(reading.cells) == 1:
        builder.note(Say.PRINTED_RATE)
        return
    rate = reading.term.kind is TermKind.RATE
    builder.say(
        Say.WORKING,
        rule=Words("執行額 ÷ 計（百分率。小数点以下第二位を四捨五入）" if rate else _unused_rule(reading)),
        terms=working(amount.citations, " ÷ " if rate else " − "),
        figure=Figure(result, converted=False),
        marks=Marks(amount.citations),
    )
    if rate:
        builder.note(Say.COMPUTED_RATE)


def _unused_rule(reading: Reading) -> str:
    return " − ".join(["計", *(measure.value for measure in deducted_for_unused(reading.view.sheet.origin))])


def working(citations: Sequence[int], operator: str) -> Part:
    """``計 47百万円 − 執行額 15百万円`` as parts."""
    return Joined(tuple(Cited(one) for one in citations), operator)


def _item_name(case: Case, reading: Reading) -> dict[str, Part]:
    """The printed name of the item a figure belongs to, cited."""
    found = reading.cells[0]
    if not found.cell.item:
        return {}
    citation = name_citation(case, found)
    if citation is not None:
        return {"item": Name("citation", citation, "raw")}
    index = case.builder.cite(found.view.sheet, found.cell)
    return {"item": Name("citation", index, "row")}


def name_citation(case: Case, found: Found) -> int | None:
    """The citation of the text cell that names the item of ``found`` (its indicator), if there is one."""
    cells = found.view.items.get(found.cell.table, {}).get(found.cell.item, [])
    for measure in _INDICATOR_NAMES:
        for cell in cells:
            if cell.measure == measure and cell.kind is Kind.TEXT:
                return case.builder.cite(found.view.sheet, cell)
    return None


def _say_list(case: Case, terms: Sequence[Term], read: Sequence[Reading | Missing]) -> None:
    """Several figures: a head line, then one line each, in the order asked; gaps are said too."""
    lines: list[tuple[Term, dict[str, Part]]] = []
    first: list[int] = []
    several = len({one.view.no for one in read if isinstance(one, Reading)}) > 1
    for term, one in zip(terms, read, strict=True):
        if isinstance(one, Missing):
            lines.append((term, {"figure": Words("記録なし"), "mark": Marks(())}))
            continue
        amount = quantity(case.builder, one)
        figure = figure_part(case, amount, add_result(case, term.label(), amount))
        sheet: dict[str, Part] = {"sheet": Year(one.view.year)} if several else {}
        lines.append((term, {"figure": figure, "mark": Marks(amount.citations), **sheet}))
        first.extend(amount.citations)
        case.builder.years.extend([term.fiscal_year] if term.fiscal_year else [])
    head = case.head(first[0])
    if several:
        del head["sheet"]
    case.builder.say(Say.FIGURES_HEAD, **head)
    for term, shown in lines:
        slots: dict[str, Part] = {"measure": Words(term.measure)}
        if term.fiscal_year is not None:
            slots["year"] = Year(term.fiscal_year)
        case.builder.say(Say.LINE, **slots, **shown)


# ---------------------------------------------------------------- indicators (アウトカム, アウトプット …)


def _indicators(case: Case, measure: str) -> Draft:
    """The figure of the named indicator; when none is named, of every indicator the table has."""
    for view in case.views:
        terms = _indicator_terms(view, case, measure)
        readings = [one for one in (read_term(view, term) for term in terms) if isinstance(one, Reading)]
        if readings:
            return _say_indicators(case, readings)
    for view in case.views:
        for term in _indicator_terms(view, case, measure):
            missing = read_term(view, term)
            if isinstance(missing, Missing) and missing.cell is not None:
                return _text_or_refusal(case, term, missing)
    return refuse_term(case, case.term(measure, next(iter(case.asked.fiscal_years), None)))



def _indicator_terms(view: SheetView, case: Case, measure: str) -> list[Term]:
    """Terms of the indicators that fit, in their own table first, then in the table askers mix it up with."""
    for name in (measure, _TWINS.get(Measure(measure), "")):
        tables = (case.table,) if case.table and name == measure else TABLES_OF_MEASURE.get(name, ())
        for table in tables:
            having = list(dict.fromkeys(cell.item for cell in view.cells(table, name)))
            fitting = match_items(view, table, case.asked.item) if case.asked.item else having
            terms = [Term(name, None, table, item) for item in fitting if item in having]
            dated = [one for term in terms for one in _dated(view, case, term)]
            if dated:
                return dated
    return []


def _dated(view: SheetView, case: Case, term: Term) -> list[Term]:
    if case.asked.fiscal_years:
        return [term.at(year) for year in case.asked.fiscal_years]
    years = term_years(view, term)
    return [term.at(years[-1])] if years else [term]


def _say_indicators(case: Case, readings: Sequence[Reading]) -> Draft:
    case.note_relative()
    if len(readings) == 1:
        say_figure(case, readings[0])
        return case.finish()
    builder = case.builder
    shown: list[tuple[Reading, int, calc.Quantity, int]] = []
    for reading in readings:
        amount = quantity(builder, reading)
        named = name_citation(case, reading.cells[0])
        name = builder.citation(named).raw if named is not None else reading.cells[0].cell.row_label
        result = add_result(case, f"{reading.term.label()}（{name}）", amount)
        shown.append((reading, result, amount, named if named is not None else amount.citations[0]))
        builder.years.extend([reading.term.fiscal_year] if reading.term.fiscal_year else [])
    builder.say(Say.FIGURES_HEAD, **case.head(shown[0][2].citations[0]))
    for reading, result, amount, named in shown:
        slots: dict[str, Part] = {"measure": Words(reading.term.measure)}
        if reading.term.fiscal_year is not None:
            slots["year"] = Year(reading.term.fiscal_year)
        part = "raw" if builder.citation(named).value is None else "row"
        builder.say(
            Say.ITEM_LINE,
            **slots,
            item=Name("citation", named, part),
            figure=figure_part(case, amount, result),
            mark=Marks(amount.citations),
        )
    if not case.asked.item and len({reading.term.item for reading in readings}) > 1:
        builder.note(Say.OTHER_INDICATORS)
    return case.finish()
