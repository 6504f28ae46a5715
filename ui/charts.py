"""Charts as inline SVG: no script, no inline style (the CSP forbids both), readable without colour.

Drawn here and not by a plotting library because matplotlib's SVG carries inline styles and plotly
3 MB of script that needs ``unsafe-eval``; both ignore dark mode.  Colours and fonts come from
``app.css`` by class; every chart has a title, a description in words and direct labels.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from decimal import Decimal

from corpus.years import era_year
from ui.markup import Safe, join, tag
from ui.texts import short_money

_ids = itertools.count(1)  # SVG ids must be unique in the page


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One series over the categories of a chart; ``None`` = not recorded (drawn as a gap, never as zero)."""

    name: str
    values: tuple[Decimal | None, ...]


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _frame(width: int, height: int, title: str, description: str, *body: Safe, class_: str) -> Safe:
    key = next(_ids)
    return tag(
        "svg",
        tag("title", title, id=f"ct{key}"),
        tag("desc", description, id=f"cd{key}"),
        *body,
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_labelledby=f"ct{key} cd{key}",
        class_=f"chart {class_}",
        preserveAspectRatio="xMidYMid meet",
    )


def _text(x: float, y: float, text: str, class_: str = "", anchor: str = "middle") -> Safe:
    return tag("text", text, x=_number(x), y=_number(y), text_anchor=anchor, class_=class_ or None)


def _rect(x: float, y: float, w: float, h: float, class_: str, fill: str | None = None, label: str = "") -> Safe:
    title = tag("title", label) if label else None
    return tag(
        "rect", title, x=_number(x), y=_number(y), width=_number(w), height=_number(h), class_=class_, fill=fill
    )


def _hatch() -> tuple[str, Safe]:
    """A diagonal hatch, so that the two kinds of bar differ in black and white too."""
    name = f"hx{next(_ids)}"
    stroke = tag("path", d="M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", class_="hatch-line")
    pattern = tag(
        "pattern",
        tag("rect", width=6, height=6, class_="hatch-ground"),
        stroke,
        id=name,
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
    )
    return f"url(#{name})", tag("defs", pattern)


Label = Callable[[Decimal], str]


def describe(categories: Sequence[str], lines: Sequence[Line], label: Label = short_money) -> str:
    """The chart in words, for people who do not see it."""
    said = []
    for line in lines:
        points = [
            f"{category} {label(value) if value is not None else '記載なし'}"
            for category, value in zip(categories, line.values, strict=True)
        ]
        said.append(f"{line.name}: " + "、".join(points))
    return "。".join(said)


def budget_chart(fiscal_years: Sequence[int], budget: Line, executed: Line, title: str) -> Safe:
    """Two bars per fiscal year, in yen: budget (open) and execution (hatched)."""
    width, height, left, right, top, bottom = 560, 230, 8, 8, 34, 40
    largest = max((value for value in (*budget.values, *executed.values) if value is not None), default=Decimal(1))
    scale = float(height - top - bottom) / float(max(largest, Decimal(1)))
    step = (width - left - right) / max(len(fiscal_years), 1)
    bar = min(42.0, step * 0.36)
    fill, defs = _hatch()
    body: list[Safe] = [defs, *_legend(left, fill, budget.name, executed.name)]
    base = height - bottom
    for index, fiscal_year in enumerate(fiscal_years):
        middle = left + step * (index + 0.5)
        for offset, line, class_, pattern in (
            (-bar - 1, budget, "bar-budget", None),
            (1, executed, "bar-executed", fill),
        ):
            body.append(_bar(middle + offset, bar, base, line, index, scale, class_, pattern))
        body.append(_text(middle, base + 16, era_year(fiscal_year), "axis"))
        body.append(_text(middle, base + 31, f"{fiscal_year}", "axis dim"))
    body.append(tag("line", x1=left, x2=width - right, y1=base, y2=base, class_="axis-line"))
    words = describe([f"{fiscal_year}年度" for fiscal_year in fiscal_years], (budget, executed))
    return _frame(width, height, title, words, *body, class_="chart-budget")


def _legend(left: int, fill: str, budget: str, executed: str) -> list[Safe]:
    return [
        _rect(left, 4, 14, 12, "bar-budget"),
        _text(left + 19, 14, budget, "legend", "start"),
        _rect(left + 130, 4, 14, 12, "bar-executed", fill),
        _text(left + 149, 14, executed, "legend", "start"),
    ]


def _bar(x: float, w: float, base: float, line: Line, index: int, scale: float, class_: str, fill: str | None) -> Safe:
    value = line.values[index]
    if value is None:
        return _text(x + w / 2, base - 4, "–", "axis dim")
    tall = max(0.0, float(value) * scale)
    label = short_money(value)
    return join(
        _rect(x, base - tall, w, tall, class_, fill, f"{line.name} {label}"),
        _text(x + w / 2, base - tall - 4, label.removesuffix("円"), "bar-label"),
    )


def bars(names: Sequence[str], amounts: Sequence[Decimal], title: str) -> Safe:
    """Horizontal bars, largest first as given: payees and their amounts in yen."""
    row, width, name_width = 26, 560, 230
    height = row * len(names) + 6
    largest = max(amounts, default=Decimal(1)) or Decimal(1)
    fill, defs = _hatch()
    body: list[Safe] = [defs]
    for index, (name, amount) in enumerate(zip(names, amounts, strict=True)):
        y = index * row + 4
        long = max(1.0, float(amount / largest) * (width - name_width - 90)) if amount > 0 else 0.0
        body.append(_text(name_width - 8, y + 14, _clip(name, 17), "legend", "end"))
        body.append(_rect(name_width, y, long, row - 10, "bar-executed", fill, f"{name} {short_money(amount)}"))
        body.append(_text(name_width + long + 6, y + 13, short_money(amount), "bar-label", "start"))
    words = "、".join(f"{name} {short_money(amount)}" for name, amount in zip(names, amounts, strict=True))
    return _frame(width, height, title, words, *body, class_="chart-bars")


def _clip(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


_MARKERS = ("circle", "square", "triangle", "diamond", "cross", "ring")
_DASHES = (None, "7 4", "2 3", "9 3 2 3", "4 2", "1 4")


def line_chart(categories: Sequence[str], lines: Sequence[Line], title: str, label: Label = short_money) -> Safe:
    """Lines over categories; each has its own dash and marker, and is named at its end. ``label`` words a value."""
    width, height, left, right, top, bottom = 640, 280, 70, 150, 14, 30
    values = [value for line in lines for value in line.values if value is not None]
    largest = float(max(values, default=Decimal(1)) or 1)
    step = (width - left - right) / max(len(categories) - 1, 1)
    base = height - bottom

    def place(index: int, value: Decimal) -> tuple[float, float]:
        return left + step * index, base - float(value) / largest * (base - top)

    body: list[Safe] = []
    for share in (0.0, 0.5, 1.0):
        y = base - share * (base - top)
        body.append(tag("line", x1=left, x2=width - right, y1=_number(y), y2=_number(y), class_="grid-line"))
        body.append(_text(left - 6, y + 4, label(Decimal(round(largest * share))), "axis", "end"))
    body += [_text(left + step * i, height - 10, name, "axis") for i, name in enumerate(categories)]
    taken: list[float] = []
    for number, line in enumerate(lines):
        body.append(_one_line(line, number, place, width - right + 10, taken, label))
    return _frame(width, height, title, describe(categories, lines, label), *body, class_="chart-lines")


Place = Callable[[int, Decimal], tuple[float, float]]


def _one_line(line: Line, number: int, place: Place, label_x: float, taken: list[float], label: Label) -> Safe:
    points = [(i, value) for i, value in enumerate(line.values) if value is not None]
    if not points:
        return Safe("")
    drawn: list[Safe] = []
    for (i, a), (j, b) in itertools.pairwise(points):
        if j == i + 1:
            (x1, y1), (x2, y2) = place(i, a), place(j, b)
            dash = _DASHES[number % len(_DASHES)]
            drawn.append(
                tag(
                    "line",
                    x1=_number(x1),
                    y1=_number(y1),
                    x2=_number(x2),
                    y2=_number(y2),
                    class_=f"line line-{number % 6}",
                    stroke_dasharray=dash,
                )
            )
    for i, value in points:
        x, y = place(i, value)
        drawn.append(_marker(number, x, y, f"{line.name} {label(value)}"))
    y = place(*points[-1])[1] + 4
    while any(abs(y - other) < 15 for other in taken):
        y += 15
    taken.append(y)
    drawn.append(_text(label_x, y, _clip(line.name, 11), f"legend line-name-{number % 6}", "start"))
    return join(drawn)


def _marker(number: int, x: float, y: float, label: str) -> Safe:
    kind, class_, title = _MARKERS[number % len(_MARKERS)], f"marker line-{number % 6}", tag("title", label)
    if kind in ("circle", "ring"):
        return tag("circle", title, cx=_number(x), cy=_number(y), r=4, class_=class_ + (" hollow" * (kind == "ring")))
    shapes = {
        "square": f"M{x - 4:.1f},{y - 4:.1f}h8v8h-8z",
        "triangle": f"M{x:.1f},{y - 5:.1f}l5,9h-10z",
        "diamond": f"M{x:.1f},{y - 5:.1f}l5,5l-5,5l-5,-5z",
        "cross": f"M{x - 4:.1f},{y - 4:.1f}l8,8m0,-8l-8,8",
    }
    return tag("path", title, d=shapes[kind], class_=class_)


def sparkline(fiscal_years: Sequence[int], values: Sequence[Decimal | None], name: str) -> Safe:
    """A word-sized bar chart of one figure over fiscal years (yen)."""
    width, height = 96, 24
    points = [value for value in values if value is not None]
    largest = float(max(points, default=Decimal(0)))
    step = width / max(len(values), 1)
    body = []
    for index, value in enumerate(values):
        if value is not None and largest > 0:
            tall = max(1.0, float(value) / largest * (height - 2))
            body.append(_rect(index * step + 1, height - tall, max(step - 2, 1), tall, "bar-spark"))
    words = describe([f"{fiscal_year}年度" for fiscal_year in fiscal_years], (Line(name, tuple(values)),))
    return _frame(width, height, f"{name}の推移", words, *body, class_="spark")
