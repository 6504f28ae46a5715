"""The 集計 tab: a question over many sheets, its full table page by page, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence

from qa.model import Answer
from ui.markup import Safe, join, tag
from ui.prose import prose
from ui.search_view import FilterOptions

_LEAD = (
    "多くのシートにまたがる問いに、数えたシートと数えなかったシートを示して答えます。"
    "条件を選ぶと、質問の文になります。"
)
# (value, words shown, pattern of the question); {m} 府省庁の, {s} シート年度, {y} 年度, {i} 項目, {n} 件数 or 基準
KINDS = (
    ("top", "大きい順に並べる", "{m}{s}レビューシートで、{y}の{i}が大きい事業を上から{n}件"),
    ("sum", "合計する", "{m}{s}レビューシートで、{y}の{i}の合計は？"),
    ("count", "事業を数える", "{m}{s}レビューシートの事業は何件？"),
    ("rate", "執行率が低い事業", "{m}{s}レビューシートで、{y}の執行率が{n}%未満の事業は？"),
    ("over", "金額が大きい事業", "{m}{s}レビューシートで、{y}の{i}が{n}億円以上の事業は？"),
)
_MEASURES = ("当初予算", "執行額", "予算計")


def render() -> Safe:
    """The empty tab."""
    return join(
        tag("h2", "集計", class_="panel-title"),
        tag("p", _LEAD, class_="lead"),
        tag("div", id="aggregate-builder", class_="filters"),
        tag(
            "form",
            tag("label", "集計の質問", for_="aggregate-question", class_="sr"),
            tag("input", type="text", id="aggregate-question", class_="box", maxlength=2000, autocomplete="off"),
            tag("button", "集計する", type="submit", class_="button primary"),
            id="aggregate-form",
            class_="search-row",
        ),
        tag("div", id="aggregate-answer", aria_live="polite"),
        tag("div", id="aggregate-table", aria_live="polite"),
    )


def builder(options: FilterOptions) -> Safe:
    """Controls that write the question."""
    years = options.sheet_years
    newest = years[0] if years else 0
    fiscal = sorted({y - d for y in years for d in range(4)}, reverse=True)
    return join(
        _select("kind", "集計", [(key, words) for key, words, _ in KINDS], KINDS[0][0]),
        _select("ministry", "府省庁", [("", "全府省庁"), *((m, m) for m in options.ministries)], ""),
        _select("sheet_year", "シート年度", [(str(y), f"{y}年度") for y in years], str(newest)),
        _select("fiscal_year", "年度", [(str(y), f"{y}年度") for y in fiscal], str(newest - 1)),
        _select("measure", "項目", [(name, name) for name in _MEASURES], "執行額"),
        tag(
            "label",
            tag("span", "件数・基準"),
            tag("input", type="number", name="number", value=10, min=1, step=1, class_="short"),
            class_="field",
        ),
    )


def _select(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str) -> Safe:
    drawn = [tag("option", words, value=value, selected=value == chosen) for value, words in options]
    return tag("label", tag("span", label), tag("select", *drawn, name=name), class_="field")


def patterns() -> dict[str, str]:
    """Question pattern per kind, for the script that writes the question."""
    return {key: pattern for key, _, pattern in KINDS}


def summary(answer: Answer) -> Safe:
    """The answer in words, above its table; for a list the first lines are enough."""
    text = answer.answer if answer.table is None else "\n".join(answer.answer.split("\n")[:14])
    return tag("div", prose(text, len(answer.citations)), class_="prose answer-body")
