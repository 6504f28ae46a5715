"""The functions behind REST, gradio_client and MCP: the contract's JSON, and the data's caveats with it."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

from index.model import SearchFilter
from qa.contract import answer_to_json, hits_to_json
from ui import desk
from ui.briefs import Briefs, Request
from ui.library import Library, Shelf

Json = dict[str, Any]
MAX_HITS = 100

# What whoever reads a figure must know; goes with every payload.
CAVEATS = (
    "数値は、各府省庁が公表した行政事業レビューシートの印字のままです。単位はセルごとの unit を見てください。",
    "公開年度 N のシートの執行額は N-1 年度までです。N 年度の執行額は未確定で、ゼロではありません。",
    "「-」（該当なし）、空欄（記入なし）、0 は、それぞれ別のことを意味します。",
    "同じ年度の数値がシートによって違うことがあります。シートを指定しないときは、最も新しいシートの数値です。",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Api:
    """The five operations over one library. All raise CorpusError or desk errors with Japanese messages."""

    library: Library
    briefs: Briefs
    question_limit: int

    def ask(self, question: str, sheet_id: str | None = None, session: str | None = None) -> Json:
        """One question → the contract's answer object."""
        clean = desk.checked_question(question, self.question_limit)
        answer = self.library.shelf().engine.ask(clean, sheet_id=sheet_id or None, session=session or None)
        return _with_caveats(answer_to_json(answer))

    def aggregate(self, question: str) -> Json:
        """A question over many sheets → the answer object with the whole table and what was left out."""
        return self.ask(question)

    def search(self, query: str, k: int = 10, ministry: str | None = None, sheet_year: int | None = None) -> Json:
        """Words → sections, best first."""
        clean = desk.checked_question(query, self.question_limit)
        if not 1 <= k <= MAX_HITS:
            raise desk.BadQuestion(f"k は 1 から {MAX_HITS} までです（{k}）。")
        begun = time.perf_counter()
        chosen = SearchFilter(
            ministries=(ministry,) if ministry else (), sheet_years=(int(sheet_year),) if sheet_year else ()
        )
        hits = self.library.shelf().searcher.search(clean, k, chosen)
        return _with_caveats(hits_to_json(clean, hits, (time.perf_counter() - begun) * 1000))

    def get_sheet(self, sheet_id: str) -> Json:
        """One sheet: identity, every cell and every text, each with its place."""
        return _with_caveats(sheet_to_json(self.library.shelf(), sheet_id))

    def brief(self, sheet_id: str) -> Json:
        """One project's brief as Markdown."""
        shelf, asked = self.library.shelf(), Request("project", (sheet_id,))
        desk.info_of(shelf, sheet_id)
        text = self.briefs.written(shelf, asked, "md").decode("utf-8")
        return _with_caveats({"sheet_id": sheet_id, "title": self.briefs.brief(shelf, asked).title, "markdown": text})


def _with_caveats(data: Json) -> Json:
    return {**data, "caveats": list(CAVEATS)}


def sheet_to_json(shelf: Shelf, sheet_id: str) -> Json:
    """The sheet as data; names as in the contract's citations."""
    info = desk.info_of(shelf, sheet_id)
    sheet = shelf.corpus.sheet_at(info.no)
    return {
        "sheet_id": sheet.sheet_id,
        "project": sheet.project,
        "ministry": sheet.ministry,
        "sheet_year": sheet.sheet_year,
        "number": sheet.number,
        "origin": str(sheet.origin),
        "source": {"file": sheet.file, "locator": sheet.place},
        "other_years": [i.sheet_id for i in desk.series_sheets(shelf, info) if i.sheet_id != sheet_id],
        "cells": [
            {
                "section": str(cell.table),
                "row": cell.row_label,
                "column": cell.column,
                "measure": cell.measure,
                "item": cell.item,
                "fiscal_year": cell.fiscal_year,
                "raw": cell.raw,
                "value": None if cell.value is None else f"{cell.value:f}",
                "unit": cell.unit,
                "kind": str(cell.kind),
                "source": {"file": cell.file or sheet.file, "locator": cell.locator},
            }
            for cell in sheet.cells
        ],
        "sections": [
            {
                "name": section.name,
                "label": section.label,
                "text": section.text,
                "source": {"file": section.file or sheet.file, "locator": section.locator},
            }
            for section in sheet.sections
        ],
    }
