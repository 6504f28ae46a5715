"""The same sheet from two files: which one counts, and how they differ. Pure functions."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

from corpus.model import Cell, Finding, Origin, Section, Severity, Sheet
from corpus.units import YEN_PER_UNIT

_Part = TypeVar("_Part", Cell, Section)
_SHOWN = 100  # a user must be able to see every figure; a form has about as many
TRUST: Mapping[str, int] = {origin.value: rank for rank, origin in enumerate(Origin)}  # 0 = most trusted


def prefers_new(old_origin: str, new_origin: str) -> bool:
    """Whether a newly read sheet replaces the stored one: more trusted, or as trusted and later."""
    return TRUST[new_origin] <= TRUST[old_origin]


def conflict(old: Sheet, new: Sheet) -> Finding:
    """What to tell about a sheet that two files hold, with every figure that differs (the first few shown)."""
    chosen, other = (new, old) if prefers_new(old.origin, new.origin) else (old, new)
    why = "信頼の順（様式、RSシステム、JUDGIT!）" if old.origin is not new.origin else "後から読んだファイル"
    differing = differences(chosen, other)
    if differing:
        shown = "、".join(differing[:_SHOWN])
        more = f" ほか{len(differing) - _SHOWN}件" if len(differing) > _SHOWN else ""
        figures = f"違う数値（採用したもの／もう一方）: {shown}{more}"
    else:
        figures = "数値に違いはありません"
    return Finding(
        Severity.WARNING,
        new.file,
        new.place,
        f"シート {new.sheet_id} は {other.file} にもあります。{figures}",
        f"{why}により {chosen.file} を採用しました",
    )


def differences(chosen: Sheet, other: Sheet) -> list[str]:
    """Figures that both sheets hold with different values, as text."""
    theirs = _figures(other)
    found = []
    for key, cell in _figures(chosen).items():
        match = theirs.get(key)
        if match is not None and _comparable(match) != _comparable(cell):
            year = f"{cell.fiscal_year}年度 " if cell.fiscal_year is not None else ""
            item = f"{cell.item} " if cell.item else ""
            found.append(f"{year}{item}{cell.measure} {_shown(cell)}／{_shown(match)}")
    return found


def _figures(sheet: Sheet) -> dict[tuple[str, str | None, str, int | None, tuple[str, ...]], Cell]:
    figures: dict[tuple[str, str | None, str, int | None, tuple[str, ...]], Cell] = {}
    for cell in sheet.cells:
        if cell.value is not None and cell.measure is not None:
            # labels differ between formats; they tell apart only what one format prints twice
            key = (cell.table.value, cell.measure, cell.item, cell.fiscal_year, ())
            figures.setdefault(key if key not in figures else (*key[:4], cell.row), cell)
    return figures


def _comparable(cell: Cell) -> tuple[Decimal | None, str | None]:
    scale = YEN_PER_UNIT.get(cell.unit or "")
    if cell.value is not None and scale is not None:
        return cell.value * scale, "円"
    return cell.value, cell.unit


def _shown(cell: Cell) -> str:
    return f"{cell.raw}{cell.unit or ''}"


def merge_parts(old: Sheet, new: Sheet, part_of: Mapping[str, str]) -> Sheet:
    """A sheet of the RSシステム read from some of the files, completed by what was read before.

    ``part_of`` names the part (``2-1``) each file holds; parts that ``new`` has replace the old ones.
    """
    parts = {part_of.get(name, name) for name in _files(new)}

    def kept(file: str) -> bool:
        name = file or old.file
        return part_of.get(name, name) not in parts

    cells = [_placed(c, old.file, new.file) for c in old.cells if kept(c.file)]
    said = {(s.name, s.text) for s in new.sections}
    sections = [
        _placed(s, old.file, new.file) for s in old.sections if kept(s.file) and (s.name, s.text) not in said
    ]
    return dataclasses.replace(
        new,
        cells=(*new.cells, *cells),
        sections=(*new.sections, *sections),
        past_numbers=new.past_numbers or old.past_numbers,
    )


def _files(sheet: Sheet) -> set[str]:
    return {sheet.file} | {c.file for c in sheet.cells if c.file} | {s.file for s in sheet.sections if s.file}


def _placed(part: _Part, old_file: str, new_file: str) -> _Part:
    """The same cell or section, its file named relative to a sheet whose own file is another one."""
    file = part.file or old_file
    return dataclasses.replace(part, file="" if file == new_file else file)
