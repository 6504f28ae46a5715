"""Footnotes: the citations of a brief grouped so that a page can hold the source of every figure.

Each sheet gets a letter (資料A, B …) named once with its file; a footnote then says table, rows,
column and places of the cells behind one sentence or one table row.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from corpus.years import official
from qa.brief.model import Brief, Bullets, Chart, Grid, Paragraph
from qa.model import Citation

_MAX_PLACES = 6
_MAX_SHEETS = 4  # a sum over more is named by its rule; its cells are listed in the Excel form


@dataclasses.dataclass(frozen=True, slots=True)
class Footnote:
    """Footnote ``number`` (from 1) and its text, over the citations of one use."""

    number: int
    text: str
    citations: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Footnotes:
    """All footnotes of a brief: ``of[citations]`` finds the one of a use; ``files`` names the sheets."""

    files: tuple[str, ...]
    notes: tuple[Footnote, ...]
    of: dict[tuple[int, ...], Footnote]


def uses(brief: Brief) -> list[tuple[int, ...]]:
    """The citations of every use, in reading order: each sentence, and each row of a table."""
    found: list[tuple[int, ...]] = []
    for part in brief.parts:
        for block in part.blocks:
            if isinstance(block, Paragraph):
                found.append(paragraph_use(block))
            elif isinstance(block, Bullets):
                found += [item.citations for item in block.items]
            elif isinstance(block, Grid):
                found += [row_use(row) for row in block.rows]
            elif isinstance(block, Chart):
                continue  # a chart shows the figures of the table beside it
    return [use for use in found if use]


def paragraph_use(block: Paragraph) -> tuple[int, ...]:
    """All citations of a paragraph once: its sentences come from one field."""
    return tuple(dict.fromkeys(n for sentence in block.sentences for n in sentence.citations))


def row_use(row: Sequence[object]) -> tuple[int, ...]:
    """All citations of a table row once, in column order."""
    numbers: list[int] = []
    for cell in row:
        numbers += getattr(cell, "citations", ())
    return tuple(dict.fromkeys(numbers))


def footnotes(brief: Brief) -> Footnotes:
    """Number the uses of a brief; the same citations used twice share one footnote."""
    letters: dict[str, str] = {}
    notes: list[Footnote] = []
    of: dict[tuple[int, ...], Footnote] = {}
    heads = _heads(brief.citations)
    for use in uses(brief):
        if use in of:
            continue
        text = _text([brief.citations[n] for n in use], letters, heads)
        of[use] = Footnote(len(notes) + 1, text, use)
        notes.append(of[use])
    files: dict[str, list[Citation]] = {}
    for citation in brief.citations:
        if citation.sheet_id in letters:
            files.setdefault(citation.sheet_id, []).append(citation)
    named = tuple(
        f"{letters[sheet_id]}＝{official(cited[0].sheet_year)}シート {sheet_id}（{_files(cited)}{_place(heads[sheet_id])}）"
        for sheet_id, cited in sorted(files.items(), key=lambda pair: letters[pair[0]])
    )
    return Footnotes(named, tuple(notes), of)


def _heads(citations: Sequence[Citation]) -> dict[str, str]:
    """Per sheet, the head that all its locators share (``line 812, ``, ``行政事業レビューシート!``)."""
    places: dict[str, list[str]] = {}
    for citation in citations:
        places.setdefault(citation.sheet_id, []).append(citation.locator)
    heads = {}
    for sheet_id, found in places.items():
        shared = _common_head(found)
        cut = max(shared.rfind(", ") + 2 if ", " in shared else 0, shared.rfind("!") + 1)
        heads[sheet_id] = shared[:cut]
    return heads


def _common_head(texts: Sequence[str]) -> str:
    """The longest text that all begin with."""
    low, high = min(texts), max(texts)
    same = next(
        (i for i, pair in enumerate(zip(low, high, strict=False)) if pair[0] != pair[1]), min(len(low), len(high))
    )
    return low[:same]


def _place(head: str) -> str:
    return f" {head.rstrip(', !')}" if head else ""


def _files(cited: Sequence[Citation]) -> str:
    names = dict.fromkeys(c.file for c in cited)
    return "、".join(list(names)[:3]) + (f" ほか{len(names) - 3}" if len(names) > 3 else "")


def _letter(sheet_id: str, letters: dict[str, str]) -> str:
    if sheet_id not in letters:
        n = len(letters)
        letters[sheet_id] = chr(ord("A") + n) if n < 26 else f"A{n - 25}"
    return letters[sheet_id]


def _text(cited: Sequence[Citation], letters: dict[str, str], heads: dict[str, str]) -> str:
    """``A 予算額・執行額 当初予算・計・執行額／平成29年度（行政事業レビューシート!P13, P18, P19）``."""
    sheets = dict.fromkeys(c.sheet_id for c in cited)
    if len(sheets) > _MAX_SHEETS:
        first = cited[0]
        return (
            f"{len(sheets)}シートの{first.section} {_row(first, first.section)}／{first.column}ほか"
            "（全てのセルはExcel版の「出典」の表にある）"
        )
    groups: dict[tuple[str, str, str], list[Citation]] = {}
    for citation in cited:
        groups.setdefault((citation.sheet_id, citation.section, citation.column), []).append(citation)
    texts = []
    for (sheet_id, section, column), members in groups.items():
        rows = "・".join(dict.fromkeys(_row(c, section) for c in members if c.row))
        where = f" {_short(rows, 60)}" if rows and rows != section else ""
        places = _places(members, len(heads[sheet_id]))
        texts.append(f"{_letter(sheet_id, letters)} {section}{where}{f'／{column}' if column else ''}（{places}）")
    return "；".join(texts)


def _row(citation: Citation, section: str) -> str:
    """The innermost row label; the path above it repeats the table's heading."""
    return _short("".join(citation.row.split(" ＞ ")[-1].split()), 24) if citation.row != section else ""


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _places(members: Sequence[Citation], head: int) -> str:
    """The locators with what they share written once."""
    places = [c.locator[head:] for c in members]
    shared = _common_head(places) if len(places) > 1 else ""
    cut = max(shared.rfind(mark) + len(mark) if mark in shared else 0 for mark in ("/", "!", ", "))
    shown = [places[0], *(place[cut:] for place in places[1:_MAX_PLACES])]
    rest = len(places) - _MAX_PLACES
    return ", ".join(shown) + (f" ほか{rest}" if rest > 0 else "")
