"""The brief of one project: every number from a cell, as much as ``Limits`` lets through.

``sheets`` are the project's sheets of all years, newest first; the first one is the brief's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from corpus.fields import Field, Measure
from corpus.model import Cell, Kind, Section, Sheet, Table
from corpus.units import is_money, to_yen
from qa.brief.charts import budget_chart, flow_chart, payee_chart
from qa.brief.extract import choose
from qa.brief.facts import Median, blank_year_note, execution_rate, notable, rate_figure
from qa.brief.model import Block, Brief, Bullets, Figure, Grid, Paragraph, Part, Sentence, Span, TableCell
from qa.brief.sources import Found, Sources, Timeline, group_items, texts, timeline
from qa.brief.wording import computed, in_unit, printed, year

MILLION = "百万円"
_BUDGET_COLUMNS = (
    (Measure.INITIAL, "当初予算"),
    (Measure.SUPPLEMENTARY, "補正予算"),
    (Measure.BUDGET_TOTAL, "計"),
    (Measure.EXECUTED, "執行額"),
)
# (field, heading, what is kept first when there is no room for all)
_OPINIONS = (
    (Field.CHECK_RESULT, "所管部局の点検結果", 4),
    (Field.IMPROVEMENT, "改善の方向性", 5),
    (Field.EXPERT_OPINION, "外部有識者の所見", 3),
    (Field.TEAM_OPINION, "行政事業レビュー推進チームの所見", 6),
    (Field.TEAM_OPINION_DETAIL, "推進チームの所見の詳細", 1),
    (Field.RESPONSE, "所見を踏まえた改善点・反映状況", 7),
    (Field.RESPONSE_DETAIL, "反映状況の詳細", 2),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """How much of each part is shown. Only dropping shortens a brief; nothing is reworded."""

    sentences: int = 3
    characters: int = 240
    years: int = 7
    facts: int = 4
    indicators: int = 3
    payees: int = 5
    opinions: int = 7
    opinion_characters: int = 110
    chart: bool = True
    profile: int = 120  # characters of one line of 事業の概要 (a law list can be a page long)


LONG = Limits(12, 1500, 99, 99, 99, 99, 99, 900, True, 2000)


def project_brief(sheets: Sequence[Sheet], limits: Limits = LONG, median: Median | None = None) -> Brief:
    """One project's brief. ``median``: its ministry's execution rate, to hold its own against.

    Raises ValueError when ``sheets`` is empty.
    """
    if not sheets:
        raise ValueError("sheets is empty")
    sheet, sources = sheets[0], Sources()
    line = timeline(sheets)
    parts = [
        Part("事業の概要", _profile(sheet, sources, limits)),
        Part("目的", _summary(sheet, Field.PURPOSE, sources, limits)),
        Part("概要", _summary(sheet, Field.OVERVIEW, sources, limits)),
        Part("予算と執行", _budget(sheet, line, sources, limits)),
        Part("特記事項", _notable(sheets, sources, median, limits)),
        Part("成果", _outcomes(sheet, sources, limits)),
        Part("主な支出先", _payees(sheet, sources, limits)),
        Part("点検・所見・対応", _opinions(sheet, sources, limits)),
    ]
    if limits is LONG:
        parts.append(Part("資金の流れ", _flow(sheet, sources), essential=False))
    return Brief(
        kind="事業",
        title=_one_line(sheet.project),
        subtitle=f"{sheet.ministry}　{year(sheet.sheet_year)}行政事業レビューシート　事業番号 {sheet.number}",
        parts=tuple(part for part in parts if part.blocks),
        citations=sources.citations,
        sheet_ids=tuple(s.sheet_id for s in sheets),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _profile(sheet: Sheet, sources: Sources, limits: Limits) -> tuple[Block, ...]:
    """所管・会計・期間・根拠 as a two-column table."""
    rows: list[tuple[TableCell, ...]] = []
    for heading, fields in (
        ("所管", (Field.BUREAU, Field.DIVISION)),
        ("会計区分", (Field.ACCOUNT,)),
        ("事業期間", (Field.START_YEAR, Field.END_YEAR)),
        ("根拠法令", (Field.LAW,)),
        ("実施方法", (Field.METHOD,)),
    ):
        found = [section for field in fields for section in texts(sheet, field)]
        if heading == "事業期間" and found:
            shown = "～".join(_year_text(section) for section in found[:2])
        else:
            found, shown = _within(found, limits.profile)
        if not found:
            continue
        if heading == "所管":
            shown = f"{sheet.ministry}　{'　'.join(_one_line(section.text) for section in found)}"
        numbers = tuple(sources.section(sheet, section) for section in found)
        rows.append((TableCell(heading), TableCell(shown, citations=numbers)))
    return (Grid(("項目", "内容"), tuple(rows)),) if rows else ()


def _within(found: list[Section], room: int) -> tuple[list[Section], str]:
    """Whole lines of the fields up to ``room`` characters, and ほか when lines were left out."""
    lines = [(section, line) for section in found for line in map(_one_line, section.text.splitlines()) if line]
    kept = lines[:1]
    for section, line in lines[1:]:
        if sum(len(text) for _, text in kept) + len(line) > room:
            break
        kept.append((section, line))
    shown = "、".join(text for _, text in kept) + ("　ほか" if len(kept) < len(lines) else "")
    return list(dict.fromkeys(section for section, _ in kept)), shown


def _year_text(section: Section) -> str:
    text = section.text.strip()
    return year(int(text)) if text.isdigit() and len(text) == 4 else _one_line(text)


def _summary(sheet: Sheet, field: Field, sources: Sources, limits: Limits) -> tuple[Block, ...]:
    """At most three whole sentences of a text field (RSシステム splits 現状・課題 off the purpose)."""
    found = texts(sheet, field)
    if not found:
        return ()
    section = found[0]
    number = sources.section(sheet, section)
    context = [s.text for s in sheet.sections if s.name in (Field.PURPOSE, Field.OVERVIEW, Field.ISSUES)]
    pieces = choose(section.text, limits.sentences, context=context, name=sheet.project, budget=limits.characters)
    return (Paragraph(tuple(Sentence(p.text, (number,), span=Span(number, p.start, p.end)) for p in pieces)),)


def _budget(sheet: Sheet, line: Timeline, sources: Sources, limits: Limits) -> tuple[Block, ...]:
    started = _started(line)
    years = started[-limits.years :]
    if not years:
        return ()
    places = _places(line, years)
    rows = tuple(_budget_row(line, y, places, sources) for y in years)
    note = blank_year_note(sheet)
    if len(started) < len(line.years):
        note = f"{note}全ての欄が0の初期の年度は省略。"
    if any(found.cell.unit != MILLION for found in line.chosen.values() if is_money(found.cell.unit)):
        note = f"円単位の記載は百万円に換算し、小数第{places}位まで四捨五入。{note}"
    columns = ("年度", *(heading for _, heading in _BUDGET_COLUMNS), "執行率", "要求額")
    grid = Grid(columns, rows, unit=f"単位：{MILLION}", note=note)
    chart = budget_chart(line, years, places, sources) if limits.chart else None
    return (grid,) if chart is None else (grid, chart)


def _started(line: Timeline) -> tuple[int, ...]:
    """The years from the first with any figure other than 0 (before it the project did not exist)."""
    active = [y for (_, y), found in line.chosen.items() if found.cell.value]
    return tuple(y for y in line.years if y >= min(active)) if active else line.years


def _places(line: Timeline, years: Sequence[int]) -> int:
    """Decimals that show every 百万円 figure as printed; yen figures are rounded to one."""
    most = 0
    for (_, y), found in line.chosen.items():
        if y in years and found.cell.unit == MILLION and found.cell.value is not None:
            exponent = found.cell.value.normalize().as_tuple().exponent
            most = max(most, -exponent if isinstance(exponent, int) else 0)
    return min(max(most, 1 if any(f.cell.unit == "円" for f in line.chosen.values()) else 0), 6)


def _budget_row(line: Timeline, fiscal_year: int, places: int, sources: Sources) -> tuple[TableCell, ...]:
    cells = [TableCell(year(fiscal_year))]
    for measure, _ in _BUDGET_COLUMNS:
        cells.append(_money(line.at(measure, fiscal_year), places, sources))
    cells.append(_rate(line, fiscal_year, sources))
    cells.append(_money(line.at(Measure.REQUEST, fiscal_year), places, sources))
    return tuple(cells)


def _money(found: Found | None, places: int, sources: Sources) -> TableCell:
    if found is None or not is_money(found.cell.unit):
        return TableCell("")
    figure = in_unit(found, MILLION, places, sources)
    return TableCell(figure.shown, figure, figure.citations)


def _rate(line: Timeline, fiscal_year: int, sources: Sources) -> TableCell:
    rate = execution_rate(line, fiscal_year)
    if rate is None:
        return TableCell("")
    figure = rate_figure(rate, sources)
    return TableCell(figure.shown, figure, figure.citations)


def _notable(sheets: Sequence[Sheet], sources: Sources, median: Median | None, limits: Limits) -> tuple[Block, ...]:
    facts = notable(sheets, sources, median)
    kept = facts[: limits.facts]
    return (Bullets(tuple(kept)),) if kept else ()


def _outcomes(sheet: Sheet, sources: Sources, limits: Limits) -> tuple[Block, ...]:
    """Indicator, target, actual, attainment of the newest year that has an actual."""
    rows: list[tuple[TableCell, ...]] = []
    for table, actual in ((Table.OUTCOME, Measure.OUTCOME_ACTUAL), (Table.OUTPUT, Measure.OUTPUT_ACTUAL)):
        for columns in group_items(sheet, table).values():
            row = _outcome_row(sheet, table, actual, columns, sources)
            if row is not None:
                rows.append(row)
    kept = rows[: limits.indicators]
    headings = ("指標", "年度", "目標", "実績", "達成度")
    note = "※は実績÷目標により計算。" if any(row[-1].text.endswith("※") for row in kept) else ""
    return (Grid(headings, tuple(kept), note=note),) if kept else ()


def _outcome_row(
    sheet: Sheet, table: Table, actual: Measure, columns: dict[str, list[Cell]], sources: Sources
) -> tuple[TableCell, ...] | None:
    recorded = [c for c in columns.get(actual, []) if c.kind is Kind.NUMBER and c.fiscal_year is not None]
    names = columns.get(Measure.OUTCOME_INDICATOR) or columns.get(Measure.OUTPUT_INDICATOR) or columns.get(Measure.GOAL)
    if not recorded or not names:
        return None
    newest = max(recorded, key=lambda c: c.fiscal_year or 0)
    target_measure = Measure.TARGET if table is Table.OUTCOME else Measure.OUTPUT_PLAN
    target = _of_year(columns.get(target_measure, []), newest.fiscal_year)
    attained = _of_year(columns.get(Measure.ATTAINMENT, []), newest.fiscal_year)
    name = names[0]
    number = sources.cell(Found(sheet, name))
    return (
        TableCell(_one_line(name.raw), citations=(number,)),
        TableCell(year(newest.fiscal_year or sheet.sheet_year)),
        _printed_cell(sheet, target, sources),
        _printed_cell(sheet, newest, sources),
        _attainment(sheet, attained, target, newest, sources),
    )


def _of_year(cells: Sequence[Cell], fiscal_year: int | None) -> Cell | None:
    return next((c for c in cells if c.fiscal_year == fiscal_year and c.kind is Kind.NUMBER), None)


def _printed_cell(sheet: Sheet, cell: Cell | None, sources: Sources) -> TableCell:
    if cell is None:
        return TableCell("")
    figure = printed(Found(sheet, cell), sources)
    return TableCell(figure.shown, figure, figure.citations)


def _attainment(sheet: Sheet, stated: Cell | None, target: Cell | None, actual: Cell, sources: Sources) -> TableCell:
    """The printed 達成度, else 実績 / 目標 when both share a unit and the target is not zero."""
    if stated is not None:
        return _printed_cell(sheet, stated, sources)
    if target is None or not target.value or actual.value is None or target.unit != actual.unit:
        return TableCell("")
    a, t = sources.cell(Found(sheet, actual)), sources.cell(Found(sheet, target))
    figure = computed(actual.value / target.value * 100, "%", 1, f"[{a}] / [{t}] × 100", (a, t))
    return TableCell(f"{figure.shown}※", figure, figure.citations)


def listed_payees(sheet: Sheet) -> list[tuple[str, Cell, Cell]]:
    """(block, name cell, amount cell) of every listed payee with a printed amount, largest first."""
    rows: list[tuple[str, Cell, Cell]] = []
    for item, columns in group_items(sheet, Table.PAYEES).items():
        name, amount = columns.get(Measure.PAYEE_NAME), columns.get(Measure.PAYEE_AMOUNT)
        if name and amount and amount[0].value is not None and is_money(amount[0].unit):
            rows.append((item.split("/")[0], name[0], amount[0]))
    rows.sort(key=lambda row: to_yen(row[2].value or Decimal(0), row[2].unit or "円"), reverse=True)
    return rows


def _payees(sheet: Sheet, sources: Sources, limits: Limits) -> tuple[Block, ...]:
    """The largest payees; a share is of the listed total of the payee's own block, never across blocks.

    Blocks further down the flow are re-contracted money already counted above, so one total over
    all blocks would count it twice.
    """
    listed = listed_payees(sheet)
    if not listed:
        return ()
    kept = listed[: limits.payees]
    rows = tuple(_payee_row(sheet, row, listed, sources) for row in kept)
    note = "割合は、同じブロックの支出先一覧の合計に対するもの。"
    unit = kept[0][2].unit or ""
    grid = Grid(("ブロック", "支出先", "支出額", "割合"), rows, unit=f"単位：{unit}", note=note)
    chart = payee_chart(sheet, kept, sources) if limits is LONG else None
    return (grid,) if chart is None else (grid, chart)


def _payee_row(
    sheet: Sheet, row: tuple[str, Cell, Cell], listed: Sequence[tuple[str, Cell, Cell]], sources: Sources
) -> tuple[TableCell, ...]:
    block, name, amount = row
    name_number = sources.cell(Found(sheet, name))
    shown = printed(Found(sheet, amount), sources)
    same_block = [cell for other, _, cell in listed if other == block]
    figure = _share(sheet, amount, same_block, sources)
    plain_amount = Figure(
        shown.shown.split("（")[0].removesuffix(amount.unit or ""), shown.value, shown.unit, shown.citations
    )
    return (
        TableCell(block),
        TableCell(_one_line(name.raw), citations=(name_number,)),
        TableCell(plain_amount.shown, plain_amount, shown.citations),
        TableCell("" if figure is None else figure.shown, figure, () if figure is None else shown.citations),
    )


def _share(sheet: Sheet, amount: Cell, block: Sequence[Cell], sources: Sources) -> Figure | None:
    total = sum((to_yen(c.value or Decimal(0), c.unit or "円") for c in block), Decimal(0))
    if total <= 0 or amount.value is None:
        return None
    own = sources.cell(Found(sheet, amount))
    numbers = tuple(sources.cell(Found(sheet, c)) for c in block)
    rule = f"[{own}] / ({' + '.join(f'[{n}]' for n in numbers)}) × 100"
    return computed(to_yen(amount.value, amount.unit or "円") / total * 100, "%", 1, rule, (own, *numbers))


def _opinions(sheet: Sheet, sources: Sources, limits: Limits) -> tuple[Block, ...]:
    """What the ministry, the outside experts and the review team wrote, in the order of the form."""
    found = [(rank, heading, section) for field, heading, rank in _OPINIONS for section in texts(sheet, field)[:1]]
    ranks = sorted(rank for rank, _, _ in found)[: limits.opinions]
    items: list[Sentence] = []
    for rank, heading, section in found:
        if rank not in ranks:
            continue
        number = sources.section(sheet, section)
        most = 8 if limits is LONG else 1
        for piece in choose(section.text, most, name=sheet.project, budget=limits.opinion_characters):
            span = Span(number, piece.start, piece.end)
            items.append(Sentence(piece.text, (number,), span=span, lead=f"{heading}："))
    return (Bullets(tuple(items)),) if items else ()


def _flow(sheet: Sheet, sources: Sources) -> tuple[Block, ...]:
    chart = flow_chart(sheet, sources)
    return () if chart is None else (chart,)
