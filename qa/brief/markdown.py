"""A brief as Markdown (with footnotes) and as plain JSON-ready data."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from corpus.units import plain
from qa.brief.model import Block, Brief, Bullets, Chart, Figure, Grid, Paragraph, Sentence
from qa.brief.notes import Footnotes, footnotes, paragraph_use, row_use

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$!+-])")


def escape(text: str) -> str:
    """Sheet text as literal Markdown: figures such as ``1~2`` and ``*`` come out as written."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def to_markdown(brief: Brief) -> str:
    """The brief as a Markdown document; footnotes are ``[^1]``."""
    notes = footnotes(brief)
    lines = [f"# {escape(brief.title)}", "", escape(brief.subtitle), ""]
    for part in brief.parts:
        lines += [f"## {part.heading}", ""]
        for block in part.blocks:
            lines += [*_block(block, notes), ""]
    if brief.notes:
        lines += [*(f"- {escape(note)}" for note in brief.notes), ""]
    lines += ["## 出典", "", *(f"- 資料{escape(name)}" for name in notes.files), ""]
    lines += [f"[^{note.number}]: {escape(note.text)}" for note in notes.notes]
    return "\n".join(lines).rstrip() + "\n"


def _mark(use: tuple[int, ...], notes: Footnotes) -> str:
    return f"[^{notes.of[use].number}]" if use in notes.of else ""


def _block(block: Block, notes: Footnotes) -> list[str]:
    if isinstance(block, Paragraph):
        return ["".join(escape(s.text) for s in block.sentences) + _mark(paragraph_use(block), notes)]
    if isinstance(block, Bullets):
        return [f"- {escape(s.lead)}{escape(s.text)}{_mark(s.citations, notes)}" for s in block.items]
    if isinstance(block, Chart):
        return [f"（図：{escape(block.alt)}）"]
    return _table(block, notes)


def _table(block: Grid, notes: Footnotes) -> list[str]:
    lines = [f"（{block.unit}）", ""] if block.unit else []
    lines.append("| " + " | ".join(escape(c) for c in block.columns) + " |")
    lines.append("|" + "|".join(" --- " for _ in block.columns) + "|")
    for row in block.rows:
        texts = [escape(cell.text) for cell in row]
        texts[0] += _mark(row_use(row), notes)
        lines.append("| " + " | ".join(texts) + " |")
    if block.note:
        lines += ["", escape(block.note)]
    return lines


def to_data(brief: Brief) -> dict[str, Any]:
    """The brief as JSON-ready data: every figure with its value, unit, derivation and citations."""
    return {
        "kind": brief.kind,
        "title": brief.title,
        "subtitle": brief.subtitle,
        "sheet_ids": list(brief.sheet_ids),
        "parts": [{"heading": p.heading, "blocks": [_data(b) for b in p.blocks]} for p in brief.parts],
        "citations": [
            {
                **{k: v for k, v in dataclasses.asdict(c).items() if k not in ("file", "locator")},
                "source": {"file": c.file, "locator": c.locator},
            }
            for c in brief.citations
        ],
        "notes": list(brief.notes),
        "dropped": [dataclasses.asdict(d) for d in brief.dropped],
    }


def _data(block: Block) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"type": "paragraph", "sentences": [_sentence(s) for s in block.sentences]}
    if isinstance(block, Bullets):
        return {"type": "bullets", "sentences": [_sentence(s) for s in block.items]}
    if isinstance(block, Grid):
        rows = [
            [{"text": c.text, "figure": _figure(c.figure), "citations": list(c.citations)} for c in row]
            for row in block.rows
        ]
        return {"type": "table", "columns": list(block.columns), "unit": block.unit, "rows": rows, "note": block.note}
    series = [{"name": s.name, "values": [None if v is None else plain(v) for v in s.values]} for s in block.series]
    return {
        "type": "chart",
        "kind": block.kind,
        "title": block.title,
        "categories": list(block.categories),
        "series": series,
        "unit": block.unit,
        "alt": block.alt,
        "citations": list(block.citations),
    }


def _figure(figure: Figure | None) -> dict[str, Any] | None:
    if figure is None:
        return None
    return {
        "shown": figure.shown,
        "value": None if figure.value is None else plain(figure.value),
        "unit": figure.unit,
        "derivation": figure.derivation,
        "citations": list(figure.citations),
    }


def _sentence(sentence: Sentence) -> dict[str, Any]:
    span = sentence.span
    return {
        "text": sentence.text,
        "lead": sentence.lead,
        "citations": list(sentence.citations),
        "figures": [_figure(f) for f in sentence.figures],
        "span": None if span is None else {"citation": span.citation, "start": span.start, "end": span.end},
    }
