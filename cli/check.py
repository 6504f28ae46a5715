"""``rsqa check``: figures that do not add up, and figures that differ between sheets, with their cells."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from cli.errors import OK
from cli.show import find_sheet
from cli.terminal import safe, table
from corpus.model import Sheet
from corpus.store.reader import Corpus, open_corpus
from qa.contract import Json, dumps

if TYPE_CHECKING:
    from corpus.checks import Check


def run(options: argparse.Namespace) -> int:
    """List the disagreements; finding some is no failure. ``--limit`` counts per kind."""
    with open_corpus(options.data) as corpus:
        found = list(_found(corpus, options.sheet))
        if options.json:
            for check, sheets in _with_sheets(corpus, found):
                sys.stdout.write(dumps(_json(check, sheets)) + "\n")
        else:
            sys.stdout.write(_page(corpus, found, options.limit) + "\n")
    return OK


def _found(corpus: Corpus, sheet_ids: Sequence[str]) -> Iterator[Check]:
    from corpus.checks import check

    if not sheet_ids:
        yield from check(corpus)
    for sheet_id in sheet_ids:
        sheet = find_sheet(corpus, sheet_id)
        (info,) = corpus.find("sheet_id = ?", (sheet.sheet_id,))
        yield from check(corpus, no=info.no)


def _with_sheets(corpus: Corpus, found: Iterable[Check]) -> Iterator[tuple[Check, dict[int, Sheet]]]:
    """Each check with the sheets its cells are in; neighbours share the sheet that was read last."""
    last: dict[int, Sheet] = {}
    for check in found:
        last = {no: last.get(no) or corpus.sheet_at(no) for no in dict.fromkeys(c.no for c in check.cells)}
        yield check, last


def _page(corpus: Corpus, found: Sequence[Check], limit: int) -> str:
    if not found:
        return "合わない数字は見つかりませんでした。"
    counts = Counter(check.kind for check in found)
    parts = [table(("合わない数字", "件数"), [(kind.value, f"{n:,}") for kind, n in counts.items()], numbers=(1,))]
    for kind, count in counts.items():
        of_kind = [check for check in found if check.kind is kind]
        shown = of_kind[:limit] if limit > 0 else of_kind
        lines = [f"■ {kind.value}"]
        for check, sheets in _with_sheets(corpus, shown):
            project = sheets[check.cells[0].no].project if check.cells else ""
            lines += [f"・{safe(project)}　{safe(str(check)).removeprefix(f'{kind.value}: ')}", _cells(check, sheets)]
        if count > len(shown):
            lines.append(f"ほか{count - len(shown):,}件（--limit 0 又は --json ですべて出ます）")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _cells(check: Check, sheets: dict[int, Sheet]) -> str:
    rows = []
    for place in check.cells:
        sheet = sheets[place.no]
        cell = sheet.cells[place.pos]
        rows.append((cell.raw, cell.row_label or cell.item, cell.column, cell.locator, sheet.sheet_id))
    return table(("記載", "行", "列", "場所", "シート"), rows, numbers=(0,), whole=(0, 3, 4), indent=4)


def _json(check: Check, sheets: dict[int, Sheet]) -> Json:
    first = sheets[check.cells[0].no] if check.cells else None
    return {
        "kind": check.kind.value,
        "sheet_id": first.sheet_id if first else None,
        "project": first.project if first else None,
        "fiscal_year": check.fiscal_year,
        "measure": check.measure,
        "item": check.item,
        "printed": format(check.printed, "f"),
        "computed": format(check.computed, "f"),
        "difference": format(check.difference, "f"),
        "unit": check.unit,
        "cells": [_cell(sheets[place.no], place.pos) for place in check.cells],
    }


def _cell(sheet: Sheet, pos: int) -> Json:
    cell = sheet.cells[pos]
    return {
        "sheet_id": sheet.sheet_id, "row": cell.row_label, "column": cell.column, "raw": cell.raw,
        "source": {"file": cell.file or sheet.file, "locator": cell.locator},
    }  # fmt: skip
