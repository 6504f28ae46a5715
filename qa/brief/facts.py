"""What stands out in a project's figures, as sentences that only state.

Each finder looks at one thing and yields (weight, sentence); the caller keeps the heaviest.  No
finder judges: it says what is printed, what was computed from it, and from which cells.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from corpus.fields import Measure
from corpus.model import Cell, Kind, Sheet, Table
from corpus.units import convert, plain
from qa.brief.model import Figure, Sentence
from qa.brief.sources import Found, Sources, Timeline, group_items, percent, timeline
from qa.brief.wording import computed, printed, sentence, sheet_name, year

Weighted = tuple[float, Sentence]
_LARGE_CHANGE = Decimal(20)  # percent; smaller changes are ordinary
_LOW_RATE = Decimal(70)
_CLEARLY_BELOW = Decimal(10)  # points
_PARTS = (Measure.INITIAL, Measure.SUPPLEMENTARY, Measure.CARRIED_IN, Measure.CARRIED_OUT, Measure.RESERVE)


@dataclasses.dataclass(frozen=True, slots=True)
class Median:
    """A ministry's median execution rate of a year and the cells of the rates in the middle."""

    ministry: str
    fiscal_year: int
    deciding: tuple[tuple[Found, ...], ...]


def notable(sheets: Sequence[Sheet], sources: Sources, median: Median | None = None) -> list[Sentence]:
    """Facts of one project, the weightiest first; its rate is also held against its ministry's median."""
    line = timeline(sheets)
    finders: tuple[Callable[[], Iterator[Weighted]], ...] = (
        lambda: _largest_change(line, sources),
        lambda: _request_change(line, sources),
        lambda: _low_rate(line, sources),
        lambda: _against_median(line, sources, median),
        lambda: _one_bidder(sheets[0], sources),
        lambda: _restated(line, sources),
        lambda: _does_not_add_up(sheets[0], sources),
    )
    found = [weighted for finder in finders for weighted in finder()]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [text for _, text in found]


def execution_rate(line: Timeline, fiscal_year: int) -> tuple[Decimal, tuple[Found, ...]] | None:
    """The rate of a year in percent with its cells: the printed one, else 執行額 / 計."""
    stated = line.at(Measure.EXECUTION_RATE, fiscal_year)
    executed = line.at(Measure.EXECUTED, fiscal_year)
    rate = None if stated is None else percent(stated.cell)
    if stated is not None and rate is not None and (executed is None or executed.sheet is stated.sheet):
        return rate, (stated,)
    total = line.at(Measure.BUDGET_TOTAL, fiscal_year)
    if executed is None or total is None or executed.yen is None or not total.yen:
        return None
    if total.sheet is not executed.sheet or total.yen <= 0:
        return None
    return executed.yen / total.yen * 100, (executed, total)


def _change(line: Timeline, measure: Measure, before: int, after: int) -> tuple[Found, Found, Decimal] | None:
    old, new = line.at(measure, before), line.at(measure, after)
    if old is None or new is None or not old.yen or new.yen is None:
        return None
    if old.yen < 0:
        return None
    return old, new, (new.yen - old.yen) / old.yen * 100


def _change_sentence(label: str, old: Found, new: Found, after: int, growth: Decimal, sources: Sources) -> Sentence:
    was, now = printed(old, sources), printed(new, sources)
    a, b = was.citations[0], now.citations[0]
    rate = computed(growth, "%", 1, f"([{b}] - [{a}]) / [{a}] × 100", (b, a))
    verb = "増" if growth > 0 else "減"
    shown = rate.shown.lstrip("▲")
    text = f"{year(after)}の{label}は{now.shown}で、{year(after - 1)}の{was.shown}に比べ{shown}{verb}。"
    return sentence(text, now, was, rate)


def _largest_change(line: Timeline, sources: Sources) -> Iterator[Weighted]:
    changes = [
        (abs(change[2]), y, change)
        for y in line.years
        if (change := _change(line, Measure.INITIAL, y - 1, y)) is not None and abs(change[2]) >= _LARGE_CHANGE
    ]
    if changes:
        size, y, (old, new, growth) = max(changes, key=lambda c: c[0])
        yield 50 + min(float(size), 40.0), _change_sentence("当初予算", old, new, y, growth, sources)


def _request_change(line: Timeline, sources: Sources) -> Iterator[Weighted]:
    """The newest request against the initial budget of the year before."""
    years = [y for y in line.years if line.at(Measure.REQUEST, y)]
    if not years:
        return
    y = max(years)
    request, before = line.at(Measure.REQUEST, y), line.at(Measure.INITIAL, y - 1)
    if request is None or before is None or not before.yen or request.yen is None or request.yen == before.yen:
        return
    growth = (request.yen - before.yen) / before.yen * 100
    now, was = printed(request, sources), printed(before, sources)
    a, b = was.citations[0], now.citations[0]
    rate = computed(growth, "%", 1, f"([{b}] - [{a}]) / [{a}] × 100", (b, a))
    verb = "増" if growth > 0 else "減"
    text = f"{year(y)}の要求額は{now.shown}で、{year(y - 1)}の当初予算{was.shown}に比べ{rate.shown.lstrip('▲')}{verb}。"
    yield 60 + min(abs(float(growth)), 40.0), sentence(text, now, was, rate)


def _low_rate(line: Timeline, sources: Sources) -> Iterator[Weighted]:
    rates = [(rate[0], y, rate[1]) for y in line.years if (rate := execution_rate(line, y)) is not None]
    if not rates:
        return
    low, y, cells = min(rates, key=lambda r: r[0])
    if low >= _LOW_RATE:
        return
    figure = rate_figure((low, cells), sources)
    rule = "（シートの記載）" if len(cells) == 1 else "（執行額÷計により計算）"
    text = f"{year(y)}の執行率は{figure.shown}{rule}で、記録のある年度の中で最も低い。"
    yield 55 + float(_LOW_RATE - low) / 2, sentence(text, figure)


def _against_median(line: Timeline, sources: Sources, median: Median | None) -> Iterator[Weighted]:
    """The rate of the median's year when it is clearly below the ministry's median."""
    if median is None or (own := execution_rate(line, median.fiscal_year)) is None:
        return
    middle = middle_rate(median.deciding, sources)
    if middle.value is None or own[0] > middle.value - _CLEARLY_BELOW:
        return
    figure = rate_figure(own, sources)
    text = (
        f"{year(median.fiscal_year)}の執行率{figure.shown}は、{median.ministry}の同年度の中央値{middle.shown}を下回る。"
    )
    yield 54.0, sentence(text, figure, middle)


def rate_figure(rate: tuple[Decimal, tuple[Found, ...]], sources: Sources) -> Figure:
    """A rate of ``execution_rate`` as a figure: printed as it stands, computed with its derivation."""
    value, cells = rate
    if len(cells) == 1:
        return printed(cells[0], sources)
    numbers = tuple(sources.cell(found) for found in cells)
    return computed(value, "%", 1, f"[{numbers[0]}] / [{numbers[1]}] × 100", numbers)


def middle_rate(deciding: Sequence[tuple[Found, ...]], sources: Sources) -> Figure:
    """A median rate from the cells of the one or two rates in the middle, with its derivation."""
    terms, numbers, values = [], [], []
    for cells in deciding:
        cited = [sources.cell(found) for found in cells]
        numbers += cited
        stated = percent(cells[0].cell)
        if len(cells) == 1 and stated is not None:
            terms.append(f"[{cited[0]}]" if cells[0].cell.unit == "%" else f"[{cited[0]}] × 100")
            values.append(stated)
        elif cells[0].yen is not None and cells[1].yen:
            terms.append(f"[{cited[0]}] / [{cited[1]}] × 100")
            values.append(cells[0].yen / cells[1].yen * 100)
    rule = terms[0] if len(terms) == 1 else f"(({terms[0]}) + ({terms[1]})) / 2"
    value = sum(values, Decimal(0)) / len(values)
    return computed(value, "%", 1, rule, tuple(dict.fromkeys(numbers)))


def _one_bidder(sheet: Sheet, sources: Sources) -> Iterator[Weighted]:
    """Contracts with one bidder among the listed payees, else the checklist's own mark."""
    ones = [
        (bidders[0], columns)
        for columns in group_items(sheet, Table.PAYEES).values()
        if (bidders := columns.get(Measure.BIDDERS)) and bidders[0].value == 1
    ]
    if ones:
        cells = tuple(sources.cell(Found(sheet, cell)) for cell, _ in ones)
        names = "、".join(
            dict.fromkeys(
                columns[Measure.PAYEE_NAME][0].raw.strip() for _, columns in ones[:3] if Measure.PAYEE_NAME in columns
            )
        )
        name_cells = tuple(
            sources.cell(Found(sheet, columns[Measure.PAYEE_NAME][0]))
            for _, columns in ones[:3]
            if Measure.PAYEE_NAME in columns
        )
        rule = " + ".join(f"[{n}] / [{n}]" for n in cells)  # each counts one
        count = computed(Decimal(len(ones)), "件", 0, rule, cells)
        text = f"支出先の一覧のうち入札者数が1者の契約が{count.shown}（{names}{'ほか' if len(ones) > 3 else ''}）。"
        yield 70.0, sentence(text, count, citations=name_cells)
        return
    mark = one_bidder_mark(sheet)
    if mark is not None:
        number = sources.cell(Found(sheet, mark))
        yield 65.0, sentence("点検欄では、一者応札又は一者応募となったものが「有」とされている。", citations=(number,))


def one_bidder_mark(sheet: Sheet) -> Cell | None:
    """The checklist's own 有 to "were there contracts with one bidder?", or None."""
    for cell in sheet.cells:
        if cell.table is Table.CHECK and cell.measure == Measure.CHECK_MARK and cell.raw.strip() == "有":
            named = any("一者応札" in label for label in cell.row)
            if named:
                return cell
    return None


def _restated(line: Timeline, sources: Sources) -> Iterator[Weighted]:
    """Figures that an older sheet printed otherwise; the executed and the budget totals first."""
    for weight, measure in ((58.0, Measure.EXECUTED), (52.0, Measure.INITIAL)):
        keys = sorted((key for key in line.restated if key[0] == measure), key=lambda key: -key[1])
        if not keys:
            continue
        key = keys[0]
        new, old = line.chosen[key], line.restated[key][0]
        now, was = printed(new, sources), printed(old, sources)
        text = (
            f"{year(key[1])}の{measure}は、{sheet_name(old.sheet.sheet_year)}では{was.shown}、"
            f"{sheet_name(new.sheet.sheet_year)}では{now.shown}と記載が異なる（本資料は新しいシートによる）。"
        )
        yield weight, sentence(text, was, now)


def _does_not_add_up(sheet: Sheet, sources: Sources) -> Iterator[Weighted]:
    """A printed 計 that differs from the sum of its printed parts by more than rounding."""
    by_year: dict[int, dict[str, Found]] = {}
    for (measure, y), found in timeline([sheet]).chosen.items():
        by_year.setdefault(y, {})[measure] = found
    for y, cells in sorted(by_year.items(), reverse=True):
        total = cells.get(Measure.BUDGET_TOTAL)
        parts = [cells[m] for m in _PARTS if m in cells]
        if total is None or total.cell.unit is None or len(parts) < 2 or Measure.INITIAL not in cells:
            continue
        unit = total.cell.unit
        added = sum((convert(p.cell.value or Decimal(0), p.cell.unit or unit, unit) for p in parts), Decimal(0))
        if total.cell.value is None or abs(added - total.cell.value) <= Decimal("1.01") * (
            1 if unit == "百万円" else 10**6
        ):
            continue
        stated = printed(total, sources)
        numbers = tuple(sources.cell(p) for p in parts)
        sum_figure = computed(Decimal(plain(added)), unit, 6, " + ".join(f"[{n}]" for n in numbers), numbers)
        text = f"{year(y)}の計は{stated.shown}と記載されているが、内訳を足すと{sum_figure.shown}となり一致しない。"
        yield 68.0, sentence(text, stated, sum_figure)
        return


def blank_year_note(sheet: Sheet) -> str:
    """Why the sheet's own year has no execution: blank, pending, or nothing to say ("")."""
    for cell in sheet.cells:
        if cell.table is Table.BUDGET and cell.measure == Measure.EXECUTED and cell.fiscal_year == sheet.sheet_year:
            unexecuted = cell.kind in (Kind.BLANK, Kind.PENDING)
            if unexecuted:
                return f"{year(sheet.sheet_year)}の執行額は、シート作成時点で未執行のため記載がない。"
    return ""
