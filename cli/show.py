"""``rsqa show``: a sheet in the terminal, table by table, as a person would read it."""

from __future__ import annotations

import argparse
import dataclasses
import difflib
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from cli.errors import OK, CommandError, UsageError
from cli.terminal import paragraph, safe, screen_width, table
from corpus.model import FORM_ORDER, Cell, Kind, Section, Sheet
from corpus.store.reader import Corpus, open_corpus
from corpus.text import label_key
from qa.contract import dumps

_NUMERIC = (Kind.NUMBER, Kind.DASH, Kind.PENDING)


def run(options: argparse.Namespace) -> int:
    """Raises CommandError for an unknown sheet, UsageError for an unknown table."""
    with open_corpus(options.data) as corpus:
        sheet = find_sheet(corpus, options.sheet)
    cells, sections = sheet.cells, sheet.sections
    if options.table:
        cells, sections = _only(sheet, options.table)
    if options.json:
        sys.stdout.write(dumps(_json(sheet, cells, sections)) + "\n")
    else:
        sys.stdout.write(_page(sheet, cells, sections) + "\n")
    return OK


def find_sheet(corpus: Corpus, sheet_id: str) -> Sheet:
    """The sheet of that id. Raises CommandError naming the ids that come near."""
    sheet = corpus.sheet(sheet_id)
    if sheet is not None:
        return sheet
    near = difflib.get_close_matches(sheet_id, [info.sheet_id for info in corpus.infos()], n=3, cutoff=0.6)
    advice = f"近いもの: {'、'.join(near)}" if near else "rsqa corpus で取り込んだ年度と府省庁を確かめてください"
    raise CommandError(f"{sheet_id}: このIDのシートはありません → {advice}")


def _only(sheet: Sheet, name: str) -> tuple[tuple[Cell, ...], tuple[Section, ...]]:
    key = label_key(name)
    present = dict.fromkeys([*(s.table for s in sheet.sections), *(c.table for c in sheet.cells)])
    wanted = [t for t in present if key in label_key(t.value)]
    if not wanted:
        raise UsageError(f"--table {name}: このシートにその表はありません → ある表: {'、'.join(t.value for t in present)}")
    return tuple(c for c in sheet.cells if c.table in wanted), tuple(s for s in sheet.sections if s.table in wanted)


def _page(sheet: Sheet, cells: Sequence[Cell], sections: Sequence[Section]) -> str:
    place = f"（{sheet.place}）" if sheet.place else ""
    parts = [f"{safe(sheet.project)}\n{sheet.sheet_id}　{sheet.origin.value}　{safe(sheet.file)}{place}"]
    for one in sorted({*(s.table for s in sections), *(c.table for c in cells)}, key=FORM_ORDER.__getitem__):
        lines = [f"■ {one.value}"]
        lines += [paragraph(s.label or s.name, s.text) for s in sections if s.table == one]
        grids = _grids([c for c in cells if c.table == one])
        parts.append("\n".join([*lines, "\n\n".join(grids)]).rstrip())
    return "\n\n".join(parts)


def _grids(cells: Sequence[Cell]) -> list[str]:
    """The cells of one table, laid out by their labels: one grid per group with the same columns."""
    grids: list[str] = []
    for group in _groups(cells):
        columns = list(dict.fromkeys(c.column for c in group))
        rows: dict[tuple[str, tuple[str, ...]], dict[str, Cell]] = {}
        for cell in group:
            rows.setdefault((cell.item, cell.row), {})[cell.column] = cell
        labels = [" ＞ ".join(row) or item for item, row in rows]
        body = [(label, *(_text(found.get(c)) for c in columns)) for label, found in zip(labels, rows.values(), strict=True)]
        numeric = [
            i for i, column in enumerate(columns, start=1)
            if all(found[column].kind in _NUMERIC for found in rows.values() if column in found and found[column].raw)
        ]  # fmt: skip
        grids.append(table(("", *columns), body, numbers=numeric, indent=2))
    return grids


def _groups(cells: Iterable[Cell]) -> list[list[Cell]]:
    """Cells in printed order, split where the set of columns changes (the next indicator, the next list)."""
    by_row: dict[tuple[str, tuple[str, ...]], list[Cell]] = {}
    for cell in cells:
        by_row.setdefault((cell.item, cell.row), []).append(cell)
    groups: list[list[Cell]] = []
    previous: frozenset[str] = frozenset()
    for row in by_row.values():
        columns = frozenset(c.column for c in row)
        if groups and (columns <= previous or previous <= columns):
            groups[-1].extend(row)
            previous |= columns
        else:
            groups.append(list(row))
            previous = columns
    return groups


def _text(cell: Cell | None) -> str:
    if cell is None:
        return ""
    limit = screen_width() * 2
    return cell.raw if len(cell.raw) <= limit else cell.raw[:limit] + "…"


def _json(sheet: Sheet, cells: Sequence[Cell], sections: Sequence[Section]) -> dict[str, Any]:
    return {
        "sheet_id": sheet.sheet_id, "project": sheet.project, "ministry": sheet.ministry,
        "sheet_year": sheet.sheet_year, "number": sheet.number, "origin": sheet.origin.value,
        "source": {"file": sheet.file, "place": sheet.place},
        "past_numbers": [dataclasses.asdict(p) for p in sheet.past_numbers],
        "cells": [_cell(c, sheet) for c in cells],
        "sections": [
            {"table": s.table.value, "name": s.name, "label": s.label, "text": s.text,
             "source": {"file": s.file or sheet.file, "locator": s.locator}}
            for s in sections
        ],
    }  # fmt: skip


def _cell(cell: Cell, sheet: Sheet) -> dict[str, Any]:
    return {
        "table": cell.table.value, "row": list(cell.row), "column": cell.column, "measure": cell.measure,
        "item": cell.item, "fiscal_year": cell.fiscal_year, "raw": cell.raw, "kind": cell.kind.value,
        "value": None if cell.value is None else format(cell.value, "f"), "unit": cell.unit,
        "source": {"file": cell.file or sheet.file, "locator": cell.locator},
    }  # fmt: skip


