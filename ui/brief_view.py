"""The 概要資料 tab: choose a sheet, see the brief, take it away as a document."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from ui.markup import Safe, join, tag
from ui.texts import year


def render() -> Safe:
    """The empty tab."""
    return join(
        tag("h2", "概要資料", class_="panel-title"),
        tag("p", "一つの事業を A4 一枚にまとめます。文と数値は、すべてシートのセルに基づき、出典を付けます。", class_="lead"),
        tag("p", tag("button", "事業を選ぶ", type="button", id="brief-pick", class_="button primary")),
        tag("div", tag("p", "事業を選ぶと、ここに資料を表示します。", class_="empty"), id="brief-result", aria_live="polite"),
    )


def result(
    sheet_id: str, project: str, ministry: str, sheet_year: int, years: Sequence[tuple[str, int]], formats: Sequence[tuple[str, str]]
) -> Safe:
    """Heading, downloads and the preview (a document of its own, without scripts).

    ``years`` are (sheet id, sheet year) of the same project; ``formats`` are (extension, words).
    """
    key = quote(sheet_id, safe="")
    links = [
        tag("a", words, href=f"/brief.{extension}?sheet_id={key}", class_="button", download=True) for extension, words in formats
    ]
    options = [tag("option", f"{y}年度シート", value=key_, selected=key_ == sheet_id) for key_, y in years]
    switch = tag("label", tag("span", "シート年度"), tag("select", *options, id="brief-year"), class_="field")
    return join(
        tag("h3", project, tag("span", ministry, "　", year(sheet_year), "シート", class_="dim block")),
        tag(
            "div",
            switch,
            *links,
            tag("button", "印刷・PDF", type="button", id="brief-print", class_="button"),
            class_="brief-tools",
        ),
        tag(
            "iframe",
            src=f"/brief?sheet_id={key}",
            title=f"{project}の概要資料",
            class_="brief-frame",
            id="brief-frame",
            sandbox="allow-same-origin allow-modals",
        ),
    )
