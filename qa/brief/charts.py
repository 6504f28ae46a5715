"""Charts as data (``Chart``) and their one drawing routine (matplotlib): SVG for screens, PNG for Word.

Readable in black-and-white print: bars differ by hatching, lines by marker, and every bar carries
its figure.  matplotlib is imported only when something is drawn.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from corpus.fields import Measure
from corpus.model import Cell, Sheet, Table
from corpus.units import comma, convert, is_money, plain, round_half_up
from corpus.years import era_year
from qa.brief.model import Chart, Flow, Series
from qa.brief.sources import Found, Sources, Timeline

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

MILLION = "百万円"
_STYLES = (("#1f4e79", ""), ("#9dc3e6", "////"), ("#ffffff", "...."))
_MAX_FLOWS = 24


def budget_chart(line: Timeline, years: Sequence[int], places: int, sources: Sources) -> Chart | None:
    """当初予算 and 計 as bars, 執行額 as a line, over the years; None when there is one year only."""
    chosen = [(name, measure) for name, measure in _LINES if any(line.at(measure, y) for y in years)]
    if len(years) < 2 or not chosen:
        return None
    series: list[Series] = []
    numbers: list[int] = []
    for name, measure in chosen:
        values: list[Decimal | None] = []
        for y in years:
            found = line.at(measure, y)
            if found is None or found.cell.value is None or not is_money(found.cell.unit):
                values.append(None)
                continue
            if measure is Measure.REQUEST and line.at(Measure.INITIAL, y) is not None:
                values.append(None)  # the request matters only while no budget is known
                continue
            numbers.append(sources.cell(found))
            values.append(round_half_up(convert(found.cell.value, found.cell.unit or MILLION, MILLION), places))
        series.append(Series(name, tuple(values)))
    labels = tuple(f"{era_year(y)}" for y in years)
    title = "予算と執行の推移"
    return Chart("budget", title, labels, tuple(series), MILLION, _alt(title, labels, series), citations=tuple(numbers))


_LINES = (
    ("当初予算", Measure.INITIAL),
    ("計", Measure.BUDGET_TOTAL),
    ("要求額", Measure.REQUEST),
    ("執行額", Measure.EXECUTED),
)


def payee_chart(sheet: Sheet, rows: Sequence[tuple[str, Cell, Cell]], sources: Sources) -> Chart | None:
    """The largest payees as horizontal bars, in the unit of the first."""
    if len(rows) < 2:
        return None
    unit = rows[0][2].unit or MILLION
    labels = tuple(f"{block} {' '.join(name.raw.split())}" for block, name, _ in rows[:10])
    values = tuple(
        convert(cell.value, cell.unit, unit) if cell.value is not None and cell.unit else None
        for _, _, cell in rows[:10]
    )
    series = (Series("支出額", values),)
    numbers = tuple(sources.cell(Found(sheet, cell)) for _, _, cell in rows[:10])
    title = "主な支出先"
    return Chart("payees", title, labels, series, unit, _alt(title, labels, series), citations=numbers)


def flow_chart(sheet: Sheet, sources: Sources) -> Chart | None:
    """The flow of funds: the ministry to each block of payees, with the block's listed total.

    Only what the sheet states is drawn: the connections of RSシステム 5-2 when it has them, else
    ministry → block A, B … without claiming how blocks hang together.
    """
    totals: dict[str, Decimal] = {}
    names: dict[str, str] = {}
    numbers: list[int] = []
    unit = MILLION
    for cell in sheet.cells:
        if cell.table is not Table.PAYEES or not cell.item:
            continue
        block = cell.item.split("/")[0]
        if cell.measure == Measure.PAYEE_NAME:
            names.setdefault(block, " ".join(cell.raw.split()))
        elif cell.measure == Measure.PAYEE_AMOUNT and cell.value is not None and is_money(cell.unit):
            unit = cell.unit or unit
            totals[block] = totals.get(block, Decimal(0)) + cell.value
            numbers.append(sources.cell(Found(sheet, cell)))
    if not totals:
        return None
    flows = tuple(
        Flow(sheet.ministry, f"{block}. {names.get(block, '')}ほか" if names.get(block) else block, amount)
        for block, amount in list(totals.items())[:_MAX_FLOWS]
    )
    labels = tuple(flow.target for flow in flows)
    series = (Series("ブロックの支出先一覧の合計", tuple(flow.amount for flow in flows)),)
    alt = _alt("資金の流れ", labels, series)
    return Chart("flow", "資金の流れ", labels, series, unit, alt, flows=flows, citations=tuple(numbers))


def _alt(title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    lines = [
        f"{one.name}は、"
        + "、".join(
            f"{label}が{'記載なし' if value is None else comma(Decimal(plain(value)))}"
            for label, value in zip(labels, one.values, strict=True)
        )
        for one in series
    ]
    return f"{title}のグラフ。" + "。".join(lines) + "。"


def svg(chart: Chart, width: float = 6.3, height: float = 2.3) -> str:
    """The chart as an SVG document; letters are drawn shapes, so that it looks the same without the font."""
    buffer = io.StringIO()
    canvas = _draw(chart, width, height)
    canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def png(chart: Chart, width: float = 6.3, height: float = 2.3, dpi: int = 200) -> bytes:
    """The chart as a PNG picture for Word, ``width`` × ``height`` inches."""
    buffer = io.BytesIO()
    _draw(chart, width, height).savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()


def _draw(chart: Chart, width: float, height: float) -> Canvas:
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas
    from matplotlib.font_manager import fontManager
    from matplotlib_fontja import get_font_ttf_path  # type: ignore[import-untyped]

    font = get_font_ttf_path()
    if not any(entry.fname == font for entry in fontManager.ttflist):
        fontManager.addfont(font)
    settings: Any = {"font.family": ["IPAexGothic"], "font.size": 8, "svg.hashsalt": "rsqa"}
    with matplotlib.rc_context(settings):
        canvas = Canvas(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(canvas)
        axes = canvas.add_subplot()
        _DRAWERS[chart.kind](axes, chart)
        canvas.draw_without_rendering()
    return canvas


def _number(value: Decimal | None) -> float:
    return float("nan") if value is None else float(value)


def _draw_budget(axes: Axes, chart: Chart) -> None:
    bars = [s for s in chart.series if s.name != "執行額"]
    width = 0.8 / max(len(bars), 1)
    for i, one in enumerate(bars):
        color, hatch = _STYLES[i % len(_STYLES)]
        at = [x - 0.4 + width * (i + 0.5) for x in range(len(chart.categories))]
        drawn = axes.bar(
            at, [_number(v) for v in one.values], width, label=one.name, color=color, hatch=hatch, edgecolor="#1f4e79"
        )
        if len(chart.categories) <= 7:
            axes.bar_label(drawn, [_short(v) for v in one.values], padding=1, fontsize=6)
    for one in chart.series:
        if one.name == "執行額":
            axes.plot(
                range(len(chart.categories)), [_number(v) for v in one.values], "-o", color="#c00000", label=one.name
            )
    axes.set_xticks(range(len(chart.categories)), chart.categories)
    _finish(axes, chart)


def _short(value: Decimal | None) -> str:
    return "" if value is None else comma(Decimal(plain(value)))


def _draw_bars(axes: Axes, chart: Chart) -> None:
    values = chart.series[0].values
    drawn = axes.barh(range(len(values)), [_number(v) for v in values], color="#9dc3e6", edgecolor="#1f4e79")
    axes.bar_label(drawn, [_short(v) for v in values], padding=2, fontsize=7)
    axes.set_yticks(range(len(values)), [_clip(label) for label in chart.categories])
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_xlabel(chart.unit)
    axes.spines[["top", "right"]].set_visible(False)


def _clip(label: str, length: int = 22) -> str:
    return label if len(label) <= length else label[: length - 1] + "…"


def _finish(axes: Axes, chart: Chart) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: comma(Decimal(plain(Decimal(str(value)))))))
    axes.set_ylabel(chart.unit)
    axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
    axes.margins(y=0.18)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)


def _draw_lines(axes: Axes, chart: Chart) -> None:
    for one, (style, marker) in zip(
        chart.series, (("-", "o"), ("--", "s"), (":", "^"), ("-.", "D"), ("-", "x")), strict=False
    ):
        axes.plot(
            range(len(chart.categories)),
            [_number(v) for v in one.values],
            style,
            marker=marker,
            label=_clip(one.name, 16),
        )
    axes.set_xticks(range(len(chart.categories)), [label.split("（")[0] for label in chart.categories])
    _finish(axes, chart)


def _draw_flow(axes: Axes, chart: Chart) -> None:
    """Bands from one source on the left to the targets on the right, as thick as their amounts."""
    from matplotlib.patches import PathPatch, Rectangle
    from matplotlib.path import Path

    total = float(sum((f.amount or Decimal(0) for f in chart.flows), Decimal(0))) or 1.0
    gap = 0.03
    left, right = 0.0, 0.0
    span = 1.0 + gap * max(len(chart.flows) - 1, 0)
    offset = (span - 1.0) / 2
    for flow in chart.flows:
        size = float(flow.amount or 0) / total
        y0, y1 = offset + left, right
        upper = [(0.12, y0), (0.4, y0), (0.4, y1), (0.62, y1)]
        lower = [(0.62, y1 + size), (0.4, y1 + size), (0.4, y0 + size), (0.12, y0 + size)]
        curve = [Path.CURVE4] * 3
        band = Path([*upper, *lower, upper[0]], [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY])
        axes.add_patch(PathPatch(band, facecolor="#9dc3e6", edgecolor="#1f4e79", alpha=0.7, lw=0.5))
        axes.add_patch(Rectangle((0.62, y1), 0.015, max(size, 0.004), color="#1f4e79"))
        axes.text(
            0.645, y1 + size / 2, f"{_clip(flow.target)}　{_short(flow.amount)}{chart.unit}", va="center", fontsize=7
        )
        left, right = left + size, right + size + gap
    axes.add_patch(Rectangle((0.105, offset), 0.015, 1.0, color="#1f4e79"))
    axes.text(0.1, offset + 0.5, chart.flows[0].source, ha="right", va="center", fontsize=8)
    axes.set_xlim(-0.05, 1.25)
    axes.set_ylim(span + 0.02, -0.02)
    axes.axis("off")


_DRAWERS = {"budget": _draw_budget, "payees": _draw_bars, "flow": _draw_flow, "lines": _draw_lines}
