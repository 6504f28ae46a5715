"""The さがす tab: filters, and one line per project with its years and a small budget chart."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from corpus.fields import Field, Measure
from index.model import Hit
from ui.charts import sparkline
from ui.figures import Yearly, budget_measure
from ui.markup import Safe, join, tag
from ui.texts import about, marked, year

SECTIONS = (
    Field.PURPOSE,
    Field.OVERVIEW,
    Field.ISSUES,
    Field.CHECK_RESULT,
    Field.IMPROVEMENT,
    Field.EXPERT_OPINION,
    Field.TEAM_OPINION,
    Field.CHANGE_REASON,
)


@dataclasses.dataclass(frozen=True, slots=True)
class FilterOptions:
    """What the loaded corpus offers to filter by."""

    ministries: tuple[str, ...] = ()
    sheet_years: tuple[int, ...] = ()
    accounts: tuple[str, ...] = ()


def render() -> Safe:
    """The empty tab; its filters are filled when a corpus is there."""
    return join(
        tag("h2", "さがす", class_="panel-title"),
        tag("p", "ふだんの言葉で事業をさがします。内容の近い事業を、年度をまとめて一行ずつ示します。", class_="lead"),
        tag(
            "form",
            tag(
                "div",
                tag("label", "さがす言葉", for_="search-box", class_="sr"),
                tag(
                    "input",
                    type="search",
                    id="search-box",
                    name="q",
                    class_="box",
                    autocomplete="off",
                    maxlength=300,
                    placeholder="例: 一人暮らしの高齢者を見守る取組",
                ),
                tag("button", "さがす", type="submit", class_="button primary"),
                class_="search-row",
            ),
            tag("details", tag("summary", "絞り込み"), tag("div", id="search-filters", class_="filters"), open=True),
            id="search-form",
        ),
        tag("div", id="search-hits", aria_live="polite", class_="hits"),
    )


def filters(options: FilterOptions) -> Safe:
    """The filter controls for what is loaded."""
    return join(
        _select("ministry", "府省庁", [("", "すべて"), *((m, m) for m in options.ministries)]),
        _select("sheet_year", "シート年度", [("", "すべて"), *((str(y), f"{y}年度") for y in options.sheet_years)]),
        _select("account", "会計区分", [("", "すべて"), *((a, a) for a in options.accounts)]),
        _select("section", "欄", [("", "すべて"), *((str(s), str(s)) for s in SECTIONS)]),
        _range("budget", "予算（億円）", "0.01"),
        _range("rate", "執行率（%）", "1"),
    )


def _select(name: str, label: str, options: Sequence[tuple[str, str]]) -> Safe:
    drawn = [tag("option", words, value=value) for value, words in options]
    return tag("label", tag("span", label), tag("select", *drawn, name=name), class_="field")


def _range(name: str, label: str, step: str) -> Safe:
    def number(end: str, words: str) -> Safe:
        return tag(
            "input", type="number", name=f"{name}_{end}", min=0, step=step, aria_label=f"{label} {words}", placeholder=words
        )

    return tag(
        "fieldset",
        tag("legend", label),
        number("from", "下限"),
        tag("span", "～", aria_hidden="true"),
        number("to", "上限"),
        class_="field range",
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """One line of the list: the hit, its project's series and yearly figures."""

    hit: Hit
    series: int


def hits(found: Sequence[Found], yearly: Yearly, elapsed_ms: float) -> Safe:
    """The list of projects, best first."""
    if not found:
        return tag("p", "見つかりませんでした。言葉を変えるか、絞り込みをゆるめてください。", class_="empty")
    count = tag("p", f"{len(found)}件の事業（{elapsed_ms:.0f}ミリ秒）", class_="dim")
    return join(count, tag("ol", *(_line(one, yearly) for one in found), class_="hit-list"))


def _line(one: Found, yearly: Yearly) -> Safe:
    hit = one.hit
    years = sorted([(hit.sheet_id, hit.sheet_year), *hit.folded], key=lambda pair: -pair[1])
    links = [
        tag("button", f"{sheet_year}", type="button", class_="year-link", data_sheet=sheet_id, aria_label=f"{sheet_year}年度シートを開く")
        for sheet_id, sheet_year in years[:12]
    ]
    return tag(
        "li",
        tag(
            "div",
            tag("h3", tag("button", hit.project, type="button", class_="hit-open", data_sheet=hit.sheet_id)),
            tag("p", hit.ministry, "　", year(hit.sheet_year), "シート", class_="dim"),
            tag("p", tag("span", hit.section, class_="section-name"), " ", _excerpt(hit), class_="excerpt"),
            class_="hit-main",
        ),
        tag(
            "div",
            _spark(one.series, yearly),
            tag("p", tag("span", "年度 ", class_="dim"), *links, class_="years"),
            tag(
                "p",
                tag("button", "質問する", type="button", class_="tool hit-ask", data_sheet=hit.sheet_id, data_project=hit.project),
                tag("button", "比べるに加える", type="button", class_="tool hit-compare", data_sheet=hit.sheet_id),
            ),
            class_="hit-side",
        ),
        class_="hit",
    )


def _excerpt(hit: Hit, length: int = 140) -> Safe:
    """The text around the first matched words, highlighted."""
    start = max(0, (hit.spans[0][0] if hit.spans else 0) - 30)
    text = hit.text[start : start + length]
    spans = tuple((a - start, min(b - start, len(text))) for a, b in hit.spans if a >= start and a - start < len(text))
    before = "…" if start else ""
    after = "…" if start + length < len(hit.text) else ""
    return join(before, marked(text.replace("\n", " "), spans), after)


def _spark(series: int, yearly: Yearly) -> Safe | None:
    measure = budget_measure(yearly, series)
    points: Mapping[int, object] = yearly.get((series, measure), {})
    if not points:
        return None
    years = list(range(min(points), max(points) + 1))
    by_year = yearly[(series, measure)]
    values = [by_year[y].amount_yen if y in by_year else None for y in years]
    last = by_year[max(by_year)]
    label = tag("span", f"{max(by_year)}年度 {measure} ", about(last.amount_yen), class_="dim")
    name = "予算" if measure == Measure.BUDGET_TOTAL else str(measure)
    return tag("p", sparkline(years, values, name), " ", label, class_="spark-line")
