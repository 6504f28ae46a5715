"""Sheets' own sentences for the gold of text questions, read from ``../shared/data`` when they are needed.

The repository keeps no sentences of sheets: a gold line names the field (``text_from``), and this module
reads the field straight from the published files, not through our readers.
"""

from __future__ import annotations

import csv
import functools
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

_RS_FILES = ("1-2", "4-1")


def filled(line: dict[str, Any], data: Path) -> dict[str, Any]:
    """The gold line (or dialog) with every ``text_from`` replaced by the text. Raises KeyError for no such sheet."""
    if "turns" in line:
        return {**line, "turns": [{**t, "gold": _gold(t["gold"], line["sheet"], data)} for t in line["turns"]]}
    return {**line, "gold": _gold(line["gold"], line["gold"].get("sheet", ""), data)}


def _gold(gold: dict[str, Any], sheet_id: str, data: Path) -> dict[str, Any]:
    if "text_from" not in gold:
        return gold
    rest = {key: value for key, value in gold.items() if key != "text_from"}
    return {**rest, "text": _sheets(int(sheet_id[:4]), data)[sheet_id][gold["text_from"]]}


@functools.lru_cache(maxsize=2)
def _sheets(year: int, data: Path) -> dict[str, dict[str, Any]]:
    """Sheet id → its fields, of one sheet year."""
    if year < 2024:
        with gzip.open(data / "judgit" / f"judgit-{year}.ndjson.gz", "rt", encoding="utf-8") as stream:
            sheets = [json.loads(line) for line in stream]
        return {f"{s['公開年度']}/{s['府省庁']}/{s['事業番号']}": s for s in sheets if s.get("事業番号")}
    found: dict[str, dict[str, Any]] = {}
    for prefix in _RS_FILES:
        for row in _rows(next((data / f"rs{year}").glob(f"{prefix}_*.zip"))):
            kept = found.setdefault(f"{row['事業年度']}/{row['政策所管府省庁']}/{row['予算事業ID']}", {})
            kept.update({key: value for key, value in row.items() if key not in kept})
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with zipfile.ZipFile(path) as archive:
        text = archive.read(archive.namelist()[0]).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))
