"""The 比べる tab: projects side by side over the years, as a table and as lines."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from corpus.fields import Measure
from corpus.model import Cell
from corpus.units import is_money, plain
from ui.charts import Line, line_chart
from ui.markup import Safe, join, tag
from ui.texts import figure, year

MEASURES = (
    Measure.BUDGET_TOTAL,
    Measure.INITIAL,
    Measure.EXECUTED,
    Measure.EXECUTION_RATE,
    Measure.SUPPLEMENTARY,
    Measure.REQUEST,
)
MAX_PROJECTS = 6


@dataclasses.dataclass(frozen=True, slots=True)
class Printed:
    """One printed figure with the sheet it stands in."""

    sheet_id: str
    pos: int
    cell: Cell
    amount_yen: Decimal | None


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One project: its newest sheet, and its figures by fiscal year."""

    sheet_id: str
    project: str
    ministry: str
    figures: dict[int, Printed]


def render() -> Safe:
    """The empty tab."""
    options = [tag("option", str(measure), value=str(measure)) for measure in MEASURES]
    return join(
        tag("h2", "比べる", class_="panel-title"),
        tag(
            "p",
            f"事業を{MAX_PROJECTS}件まで選び、年度ごとの数値を並べます。",
            "同じ年度が複数のシートにあるときは、新しいシートの数値です。",
            class_="lead",
        ),
        tag(
            "div",
            tag("ul", id="compare-list", class_="picked", aria_label="比べる事業"),
            tag("button", "事業を加える", type="button", id="compare-pick", class_="button primary"),
            tag("label", tag("span", "項目"), tag("select", *options, id="compare-measure"), class_="field"),
            class_="compare-bar",
        ),
        tag("div", tag("p", "「事業を加える」から始めてください。", class_="empty"), id="compare-result", aria_live="polite"),
    )


def result(rows: Sequence[Row], measure: str) -> Safe:
    """The table and the chart for one measure."""
    years = sorted({fiscal_year for row in rows for fiscal_year in row.figures})
    if not years:
        return tag("p", f"選んだ事業のシートに、{measure}の記載がありません。ほかの項目を選んでください。", class_="empty")
    head = tag("tr", tag("th", "事業", scope="col"), *(tag("th", year(y), scope="col", class_="num") for y in years))
    body = [tag("tr", tag("th", _name(row), scope="row"), *(_cell(row, y, measure) for y in years)) for row in rows]
    table = tag("table", tag("caption", measure, class_="sr"), tag("thead", head), tag("tbody", *body), class_="grid wide")
    return join(
        _chart(rows, years, measure),
        tag("div", table, class_="scroll", tabindex=0, role="region", aria_label=f"{measure}の比較表"),
        tag("p", tag("button", "表をコピー", type="button", class_="tool", id="compare-copy")),
        tag("p", "数値を押すと、根拠のセルを開きます。「–」は、その年度の記載がないことを示します。", class_="dim"),
    )


def _name(row: Row) -> Safe:
    return join(row.project, tag("span", row.ministry, class_="dim block"))


def _cell(row: Row, fiscal_year: int, measure: str) -> Safe:
    printed = row.figures.get(fiscal_year)
    if printed is None or printed.cell.value is None:
        return tag("td", tag("span", "–", aria_label="記載なし"), class_="num")
    label = f"{row.project} {fiscal_year}年度 {measure} の根拠を開く"
    shown = figure(str(printed.cell.value), printed.cell.unit)
    button = tag(
        "button", shown, type="button", class_="cell-link", data_sheet=printed.sheet_id, data_at=printed.cell.locator, title=label
    )
    return tag("td", button, class_="num")


def _chart(rows: Sequence[Row], years: Sequence[int], measure: str) -> Safe | None:
    lines = [
        Line(row.project, tuple(row.figures[y].amount_yen if y in row.figures else None for y in years)) for row in rows
    ]
    if len(years) < 2 or not any(value is not None for line in lines for value in line.values):
        return None
    units = {printed.cell.unit for row in rows for printed in row.figures.values()}
    if all(unit is not None and is_money(unit) for unit in units):
        drawn = line_chart([f"{y}" for y in years], lines, f"{measure}の推移（年度）")
    elif len(units) == 1:
        unit = units.pop() or ""
        drawn = line_chart([f"{y}" for y in years], lines, f"{measure}の推移（年度）", lambda value: f"{plain(value)}{unit}")
    else:
        return None  # money beside rates has no common scale
    return tag("figure", drawn, class_="chart-box")
