"""Briefs over several projects: by topic, by ministry and year, and side by side.

Totals follow the rules of double counting: one figure per project and fiscal year (the newest sheet
that records it), the budget table's own totals only, never a total together with its parts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from corpus.fields import Measure
from corpus.model import Sheet
from corpus.units import convert, is_money
from qa.brief.facts import execution_rate, middle_rate, rate_figure
from qa.brief.model import Brief, Bullets, Chart, Figure, Grid, Part, Sentence, Series, TableCell
from qa.brief.project import MILLION, listed_payees
from qa.brief.sources import Found, Sources, Timeline, timeline
from qa.brief.wording import computed, in_unit, printed, sentence, year

_TOTALS = (Measure.INITIAL, Measure.BUDGET_TOTAL, Measure.EXECUTED)
_PLACES = 1
_LISTED = 12


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """One project of a brief over several: its sheets (newest first) and its figures."""

    sheets: tuple[Sheet, ...]
    line: Timeline

    @property
    def newest(self) -> Sheet:
        return self.sheets[0]

    @property
    def name(self) -> str:
        return " ".join(self.newest.project.split())


def members(groups: Sequence[Sequence[Sheet]]) -> tuple[Member, ...]:
    """Projects from their sheets; empty groups are left out."""
    ordered = [tuple(sorted(g, key=lambda s: -s.sheet_year)) for g in groups if g]
    return tuple(Member(g, timeline(g)) for g in ordered)


@dataclasses.dataclass(frozen=True, slots=True)
class Total:
    """A sum over projects for one fiscal year, with the cells added and how many had none."""

    figure: Figure
    counted: int
    left_out: int


def total(found: Sequence[Member], measure: str, fiscal_year: int, sources: Sources) -> Total | None:
    """The sum of a measure over projects for one year in 百万円; None when no project records it."""
    cells = [cell for member in found if (cell := member.line.at(measure, fiscal_year)) and is_money(cell.cell.unit)]
    if not cells:
        return None
    numbers = tuple(sources.cell(cell) for cell in cells)
    value = sum((convert(c.cell.value or Decimal(0), c.cell.unit or MILLION, MILLION) for c in cells), Decimal(0))
    rule = " + ".join(f"[{n}]" for n in numbers)
    return Total(computed(value, MILLION, _PLACES, rule, numbers), len(cells), len(found) - len(cells))


def topic_brief(topic: str, groups: Sequence[Sequence[Sheet]]) -> Brief:
    """A topic over the projects found for it (each group: one project's sheets of all years)."""
    found, sources = members(groups), Sources()
    parts = (
        Part("予算と執行の合計", (_year_table(found, sources),)),
        Part("対象とした事業", (_project_table(found, sources),)),
        Part("特記事項", _standing_out(found, sources)),
    )
    notes = (
        f"「{topic}」で検索した{len(found)}事業を対象とした。対象の事業は編集できる。",
        "合計は、事業ごと・年度ごとに、その数値を記載する最も新しいシートの値を一度だけ足したもの（百万円未満は小数第1位に四捨五入）。",
    )
    return _brief("テーマ", f"{topic}　関連事業の概要", f"{len(found)}事業", parts, sources, notes, found)


def ministry_brief(ministry: str, sheet_year: int, groups: Sequence[Sequence[Sheet]]) -> Brief:
    """A ministry's sheets of one year (each group: one sheet, or it with its older ones)."""
    found, sources = members(groups), Sources()
    execution_year, budget_year = sheet_year - 1, sheet_year
    bullets: list[Sentence] = []
    for measure, y, label in (
        (Measure.INITIAL, budget_year, "当初予算"),
        (Measure.EXECUTED, execution_year, "執行額"),
    ):
        summed = total(found, measure, y, sources)
        if summed is not None:
            text = f"{year(y)}の{label}の合計は{summed.figure.shown}（{summed.counted}事業{_left(summed)}）。"
            bullets.append(sentence(text, summed.figure))
    bullets += _median_sentence(found, execution_year, sources)
    ranked = _ranked(found, Measure.INITIAL, budget_year)[:10]
    low = sorted(_rates(found, execution_year), key=lambda pair: pair[0])[:5]
    parts = (
        Part("全体", (Bullets(tuple(bullets)),)),
        Part(f"{year(budget_year)}当初予算の大きい事業", (_ranking(ranked, Measure.INITIAL, budget_year, sources),)),
        Part(f"{year(execution_year)}執行率の低い事業", (_low_table(low, sources),)),
    )
    subtitle = f"{year(sheet_year)}行政事業レビューシート　{len(found)}事業"
    notes = ("合計は各シートの計の欄の値を一度ずつ足したもの。執行率は計が正のシートについて執行額÷計で計算。",)
    return _brief("府省庁", f"{ministry}　行政事業の概要", subtitle, parts, sources, notes, found)


def comparison(groups: Sequence[Sequence[Sheet]]) -> Brief:
    """Two to five projects side by side. Raises ValueError for another number."""
    found, sources = members(groups), Sources()
    if not 2 <= len(found) <= 5:
        raise ValueError("比較できるのは2～5事業です")
    years = sorted({y for member in found for y in member.line.years})[-6:]
    parts = [Part("基本事項", (_basics(found, sources),))]
    for measure, heading in ((Measure.INITIAL, "当初予算"), (Measure.EXECUTED, "執行額")):
        rows = tuple(
            (TableCell(year(y)), *(_money(member.line.at(measure, y), sources) for member in found)) for y in years
        )
        grid = Grid(("年度", *(member.name for member in found)), rows, unit=f"単位：{MILLION}")
        parts.append(Part(heading, (grid, _lines(heading, measure, found, years, sources))))
    rates = tuple((TableCell(year(y)), *(_rate(member.line, y, sources) for member in found)) for y in years)
    parts.append(Part("執行率", (Grid(("年度", *(m.name for m in found)), rates),)))
    return _brief("比較", "事業の比較", "／".join(m.name for m in found), tuple(parts), sources, (), found)


def _brief(
    kind: str,
    title: str,
    subtitle: str,
    parts: tuple[Part, ...],
    sources: Sources,
    notes: tuple[str, ...],
    found: Sequence[Member],
) -> Brief:
    return Brief(
        kind=kind,
        title=title,
        subtitle=subtitle,
        parts=tuple(part for part in parts if part.blocks),
        citations=sources.citations,
        notes=notes,
        sheet_ids=tuple(member.newest.sheet_id for member in found),
    )


def _left(summed: Total) -> str:
    return f"、ほか{summed.left_out}事業は記載なし" if summed.left_out else ""


def _money(found: Found | None, sources: Sources) -> TableCell:
    if found is None or not is_money(found.cell.unit):
        return TableCell("")
    figure = in_unit(found, MILLION, _PLACES, sources)
    return TableCell(figure.shown, figure, figure.citations)


def _rate(line: Timeline, fiscal_year: int, sources: Sources) -> TableCell:
    rate = execution_rate(line, fiscal_year)
    if rate is None:
        return TableCell("")
    figure = rate_figure(rate, sources)
    return TableCell(figure.shown, figure, figure.citations)


def _year_table(found: Sequence[Member], sources: Sources) -> Grid:
    years = sorted({y for member in found for y in member.line.years})[-7:]
    rows = []
    for y in years:
        cells = [TableCell(year(y))]
        for measure in _TOTALS:
            summed = total(found, measure, y, sources)
            if summed is None:
                cells += [TableCell(""), TableCell("")]
            else:
                cells.append(
                    TableCell(
                        summed.figure.shown.split("（")[0].removesuffix(MILLION), summed.figure, summed.figure.citations
                    )
                )
                cells.append(TableCell(f"{summed.counted}事業"))
        rows.append(tuple(cells))
    columns = ("年度", "当初予算", "記載", "計", "記載", "執行額", "記載")
    return Grid(columns, tuple(rows), unit=f"単位：{MILLION}")


def _project_table(found: Sequence[Member], sources: Sources) -> Grid:
    rows = []
    for member in found[:_LISTED]:
        sheet = member.newest
        y = sheet.sheet_year
        rows.append(
            (
                TableCell(member.name),
                TableCell(sheet.ministry),
                TableCell(year(y)),
                _money(member.line.at(Measure.INITIAL, y), sources),
                _money(member.line.at(Measure.EXECUTED, y - 1), sources),
                _rate(member.line, y - 1, sources),
            )
        )
    columns = ("事業", "府省庁", "シート", "当初予算（シート年度）", "執行額（前年度）", "執行率（前年度）")
    note = f"ほか{len(found) - _LISTED}事業。" if len(found) > _LISTED else ""
    return Grid(columns, tuple(rows), unit=f"単位：{MILLION}", note=note)


def _standing_out(found: Sequence[Member], sources: Sources) -> tuple[Bullets, ...]:
    """Who receives most over the projects' newest sheets, and the lowest execution rate."""
    items: list[Sentence] = []
    best: tuple[Decimal, Member, Found, Found] | None = None
    for member in found:
        for _, name, amount in listed_payees(member.newest)[:1]:
            cell = Found(member.newest, amount)
            if cell.yen is not None and (best is None or cell.yen > best[0]):
                best = (cell.yen, member, Found(member.newest, name), cell)
    if best is not None:
        _, member, name_cell, amount_cell = best
        figure = printed(amount_cell, sources)
        number = sources.cell(name_cell)
        payee = " ".join(name_cell.cell.raw.split())
        text = f"支出先一覧で最も大きいのは、「{member.name}」の{payee}への{figure.shown}。"
        items.append(sentence(text, figure, citations=(number,)))
    rates = [(rate, member) for member in found if (rate := execution_rate(member.line, member.newest.sheet_year - 1))]
    if rates:
        rate, member = min(rates, key=lambda pair: pair[0][0])
        cell_rate = _rate(member.line, member.newest.sheet_year - 1, sources)
        if cell_rate.figure is not None and len(rates) > 1:
            y = year(member.newest.sheet_year - 1)
            text = f"執行率が最も低いのは、「{member.name}」の{y}の{cell_rate.figure.shown}。"
            items.append(sentence(text, cell_rate.figure))
    return (Bullets(tuple(items)),) if items else ()


def _rates(found: Sequence[Member], fiscal_year: int) -> list[tuple[Decimal, Member]]:
    return [(rate[0], member) for member in found if (rate := execution_rate(member.line, fiscal_year)) is not None]


def _median_sentence(found: Sequence[Member], fiscal_year: int, sources: Sources) -> list[Sentence]:
    """The median rate, cited to the one or two projects in the middle that decide it."""
    rates = sorted(_rates(found, fiscal_year), key=lambda pair: pair[0])
    if len(rates) < 3:
        return []
    middle = rates[(len(rates) - 1) // 2 : len(rates) // 2 + 1]
    deciding = [cells for _, member in middle if (cells := execution_rate(member.line, fiscal_year))]
    figure = middle_rate([cells for _, cells in deciding], sources)
    return [sentence(f"{year(fiscal_year)}の執行率（執行額÷計）の中央値は{figure.shown}。", figure)]


def _ranked(found: Sequence[Member], measure: str, fiscal_year: int) -> list[tuple[Decimal, Member]]:
    rows = [(cell.yen, m) for m in found if (cell := m.line.at(measure, fiscal_year)) and cell.yen is not None]
    return sorted(rows, key=lambda pair: pair[0], reverse=True)


def _ranking(ranked: Sequence[tuple[Decimal, Member]], measure: str, fiscal_year: int, sources: Sources) -> Grid:
    rows = tuple(
        (TableCell(member.name), TableCell(member.newest.number), _money(member.line.at(measure, fiscal_year), sources))
        for _, member in ranked
    )
    return Grid(("事業", "事業番号", str(measure)), rows, unit=f"単位：{MILLION}")


def _low_table(low: Sequence[tuple[Decimal, Member]], sources: Sources) -> Grid:
    rows = []
    for _, member in low:
        y = member.newest.sheet_year - 1
        rows.append(
            (
                TableCell(member.name),
                TableCell(member.newest.number),
                _money(member.line.at(Measure.BUDGET_TOTAL, y), sources),
                _money(member.line.at(Measure.EXECUTED, y), sources),
                _rate(member.line, y, sources),
            )
        )
    return Grid(("事業", "事業番号", "計", "執行額", "執行率"), tuple(rows), unit=f"単位：{MILLION}")


def _basics(found: Sequence[Member], sources: Sources) -> Grid:
    rows = (
        (TableCell("府省庁"), *(TableCell(m.newest.ministry) for m in found)),
        (TableCell("新しいシート"), *(TableCell(year(m.newest.sheet_year)) for m in found)),
        (TableCell("最大の支出先"), *(_top_payee(m, sources) for m in found)),
    )
    return Grid(("項目", *(m.name for m in found)), rows)


def _top_payee(member: Member, sources: Sources) -> TableCell:
    for _, name, amount in listed_payees(member.newest)[:1]:
        figure = printed(Found(member.newest, amount), sources)
        number = sources.cell(Found(member.newest, name))
        return TableCell(f"{' '.join(name.raw.split())}　{figure.shown}", figure, (number, *figure.citations))
    return TableCell("")


def _lines(heading: str, measure: str, found: Sequence[Member], years: Sequence[int], sources: Sources) -> Chart:
    series, numbers = [], []
    for member in found:
        values: list[Decimal | None] = []
        for y in years:
            cell = member.line.at(measure, y)
            if cell is None or cell.cell.value is None or not is_money(cell.cell.unit):
                values.append(None)
                continue
            numbers.append(sources.cell(cell))
            values.append(convert(cell.cell.value, cell.cell.unit or MILLION, MILLION))
        series.append(Series(member.name, tuple(values)))
    labels = tuple(year(y) for y in years)
    names = "、".join(m.name for m in found)
    alt = f"{names}の{heading}を年度ごとに比べた折れ線グラフ。数値は上の表のとおり。"
    return Chart("lines", f"{heading}の比較", labels, tuple(series), MILLION, alt, citations=tuple(numbers))
