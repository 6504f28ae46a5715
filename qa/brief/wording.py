"""How a brief writes figures: 公用文 style, one helper per kind of figure, each returning a Figure.

A Figure keeps its cells, so that the text it is put into can be checked against them.
"""

from __future__ import annotations

from decimal import Decimal

from corpus.units import YEN_PER_UNIT, comma, convert, plain, round_half_up
from corpus.years import official
from qa.brief.model import Figure, Sentence
from qa.brief.sources import Found, Sources, percent

_OKU = Decimal(10**8)


def year(fiscal_year: int) -> str:
    return official(fiscal_year)


def sheet_name(sheet_year: int) -> str:
    """``令和2（2020）年度シート``."""
    return f"{official(sheet_year)}シート"


def with_oku(value: Decimal, unit: str) -> str:
    """The figure, and from one 億円 upwards its 億円 in brackets: ``3,209百万円（約32.1億円）``."""
    # A few sheets print a number where the unit belongs; next to the figure it would read as digits of it.
    shown = comma(value) + ("" if any(char.isdigit() for char in unit) else unit)
    if unit not in YEN_PER_UNIT or unit in ("億円", "兆円"):
        return shown
    oku = convert(value, unit, "億円")
    if abs(oku) < 1:
        return shown
    rounded = round_half_up(oku, 1)
    mark = "" if rounded == oku else "約"
    return f"{shown}（{mark}{comma(rounded)}億円）"


def printed(found: Found, sources: Sources) -> Figure:
    """A printed cell as a figure in its own unit."""
    cell = found.cell
    number = sources.cell(found)
    rate = percent(cell)
    if rate is not None:
        return Figure(f"{comma(rate)}%", rate, "%", (number,))
    if cell.value is None:
        return Figure(cell.raw, None, cell.unit, (number,))
    return Figure(with_oku(cell.value, cell.unit or ""), cell.value, cell.unit, (number,))


def in_unit(found: Found, unit: str, places: int, sources: Sources) -> Figure:
    """A money cell converted to ``unit``, rounded half up to ``places`` (exact when it needs none)."""
    number = sources.cell(found)
    value = convert(found.cell.value or Decimal(0), found.cell.unit or unit, unit)
    shown = round_half_up(value, places)
    return Figure(comma(shown), Decimal(plain(shown)), unit, (number,))


def computed(value: Decimal, unit: str, places: int, derivation: str, citations: tuple[int, ...]) -> Figure:
    """A computed figure with the rule it was computed by."""
    shown = round_half_up(value, places)
    text = f"{'▲' if shown < 0 else ''}{abs(shown):,.{places}f}%" if unit == "%" else with_oku(shown, unit)
    return Figure(text, shown, unit, citations, derivation)


def sentence(text: str, *figures: Figure, citations: tuple[int, ...] = ()) -> Sentence:
    """A composed sentence whose citations are its figures' plus ``citations``."""
    numbers = tuple(dict.fromkeys([n for figure in figures for n in figure.citations] + list(citations)))
    return Sentence(text, numbers, figures)
