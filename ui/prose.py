"""The answer's own Markdown as HTML: paragraphs, lists and tables, and nothing inside a line.

A general Markdown renderer turns ``1~2億円`` into strikethrough, ``*`` into emphasis and ``$`` into
mathematics.  The answers use a small fixed subset, so only that is read; every character between
the structures appears as written.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from ui.markup import Safe, escape, join, tag
from ui.texts import with_years

_NOTE = re.compile(r"(※.*)")
_ITEM = re.compile(r"\s*(?:[-・]|\d+[.．]) +(.*)")
_NUMBERED = re.compile(r"\s*\d+[.．] ")
_RULE = re.compile(r"\s*\|?[\s:|-]*-[\s:|-]*\|?\s*")
_QUOTE = re.compile(r">\s?(.*)")


def inline(text: str, citations: int = 0) -> Safe:
    """One run of text; ``**strong**`` and citation marks ``[n]`` (n ≤ ``citations``) become elements."""
    parts: list[Safe] = []
    at = 0
    for found in re.finditer(r"\*\*([^*\n]+)\*\*|\[(\d{1,4})\]", text):
        if found[2] is not None and not 1 <= int(found[2]) <= citations:
            continue
        parts.append(with_years(text[at : found.start()]))
        parts.append(cite(int(found[2]) - 1) if found[2] is not None else tag("strong", inline(found[1], citations)))
        at = found.end()
    return join(*parts, with_years(text[at:]))


def cite(index: int, place: str = "") -> Safe:
    """The chip ``[n]`` that leads to the ``index``-th citation (0-based, as in the contract)."""
    label = f"根拠{index + 1}" + (f"（{place}）" if place else "") + "をシートで見る"
    return tag("button", f"{index + 1}", type="button", class_="cite", data_cite=index, aria_label=label, title=label)


def prose(text: str, citations: int = 0) -> Safe:
    """The whole answer text as block elements."""
    return join(*_blocks(text, citations))


def _kind(line: str) -> str:
    if not line.strip():
        return "gap"
    if line.lstrip().startswith("|"):
        return "table"
    if _QUOTE.match(line):
        return "quote"
    if line.startswith("※"):
        return "notes"
    if _ITEM.match(line):
        if line.lstrip(" -・").startswith("※"):
            return "notes"
        return "ordered" if _NUMBERED.match(line) else "list"
    return "text"


def _blocks(text: str, citations: int) -> Iterator[Safe]:
    for kind, group in itertools.groupby(text.replace("\r\n", "\n").split("\n"), _kind):
        lines = list(group)
        if kind == "table":
            yield _table(lines, citations)
        elif kind in ("list", "ordered", "notes"):
            items = [_ITEM.match(line) or _NOTE.match(line) for line in lines]
            name = "ol" if kind == "ordered" else "ul"
            drawn = [tag("li", inline(item[1], citations)) for item in items if item]
            yield tag(name, *drawn, class_="notes" if kind == "notes" else None)
        elif kind == "quote":
            quoted = [_QUOTE.match(line) for line in lines]
            yield tag("blockquote", *_broken([inline(q[1], 0) for q in quoted if q]))
        elif kind == "text":
            yield tag("p", *_broken([inline(line, citations) for line in lines]))


def _broken(lines: list[Safe]) -> list[Safe]:
    out: list[Safe] = []
    for index, line in enumerate(lines):
        out += ([tag("br")] if index else []) + [line]
    return out


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]


def _table(lines: list[str], citations: int) -> Safe:
    head, *rest = lines
    body = rest[1:] if rest and _RULE.fullmatch(rest[0]) else rest
    header = tag("tr", *(tag("th", inline(cell, citations), scope="col") for cell in _cells(head)))
    rows = [tag("tr", *(tag("td", inline(cell, citations)) for cell in _cells(line))) for line in body]
    table = tag("table", tag("thead", header), tag("tbody", *rows), class_="grid")
    return tag("div", table, class_="scroll", tabindex=0, role="region", aria_label="表")


def plain(text: str) -> Safe:
    """Text with its line breaks kept."""
    return join(*_broken([escape(line) for line in text.split("\n")]))
