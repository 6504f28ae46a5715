"""The 概要資料 tab: choose what it is about, see the brief, take it away as a document."""

from __future__ import annotations

from collections.abc import Sequence

from ui.briefs import FORMATS, KINDS, Request
from ui.markup import Safe, join, tag
from ui.search_view import FilterOptions


def render() -> Safe:
    """The empty tab; the choices for ministries and years come with the corpus."""
    kinds = [tag("option", kind.words, value=key) for key, kind in KINDS.items()]
    return join(
        tag("h2", "概要資料", class_="panel-title"),
        tag("p", "シートの文と数値だけで資料を作ります。どの文と数値にも、根拠のセルを脚注で付けます。", class_="lead"),
        tag(
            "form",
            tag("label", tag("span", "種類"), tag("select", *kinds, id="brief-kind", name="kind"), class_="field"),
            tag(
                "div",
                tag("ul", id="brief-list", class_="picked", aria_label="資料にする事業"),
                tag("button", "事業を選ぶ", type="button", id="brief-pick", class_="button"),
                class_="compare-bar",
                data_for="project long questions comparison",
            ),
            tag(
                "label",
                tag("span", "テーマ"),
                tag("input", type="text", name="topic", class_="box", maxlength=200, autocomplete="off"),
                class_="field grow",
                data_for="topic",
                hidden=True,
            ),
            tag("span", id="brief-ministry", class_="filters", data_for="ministry", hidden=True),
            tag("button", "資料を作る", type="submit", class_="button primary"),
            id="brief-form",
            class_="filters",
        ),
        tag(
            "div",
            tag("p", "種類と事業を選ぶと、ここに資料を表示します。", class_="empty"),
            id="brief-result",
            aria_live="polite",
        ),
    )


def choices(options: FilterOptions) -> Safe:
    """Ministry and sheet year, for the brief of a ministry's year."""
    return join(
        _select("ministry", "府省庁", [(name, name) for name in options.ministries]),
        _select("sheet_year", "シート年度", [(str(y), f"{y}年度") for y in options.sheet_years]),
    )


def _select(name: str, label: str, options: Sequence[tuple[str, str]]) -> Safe:
    drawn = [tag("option", words, value=value) for value, words in options]
    return tag("label", tag("span", label), tag("select", *drawn, name=name), class_="field")


def result(request: Request, title: str, years: Sequence[tuple[str, int]]) -> Safe:
    """Downloads and the preview (a document of its own, without scripts).

    ``years`` are (sheet id, sheet year) of the project when the brief is about one.
    """
    query = request.query()
    links = [
        tag("a", one.words, href=f"/brief.{one.extension}?{query}", class_="button", download=True) for one in FORMATS
    ]
    switch = None
    if len(years) > 1 and len(request.sheet_ids) == 1:
        options = [tag("option", f"{y}年度", value=key, selected=key == request.sheet_ids[0]) for key, y in years]
        switch = tag("label", tag("span", "シート年度"), tag("select", *options, id="brief-year"), class_="field")
    printing = tag("button", "印刷・PDF", type="button", id="brief-print", class_="button")
    return join(
        tag("div", switch, *links, printing, class_="brief-tools"),
        tag(
            "iframe",
            src=f"/brief?{query}",
            title=f"{title}（プレビュー）",
            class_="brief-frame",
            id="brief-frame",
            sandbox="allow-same-origin allow-modals",
        ),
    )
