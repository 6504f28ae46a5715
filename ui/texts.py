"""Figures and years as markup that can be shown in another notation without changing the printed one.

Every notation is in the page; a class on the root element picks one, so switching 和暦/西暦 or the
unit asks nobody anything and what is copied is what is seen.
"""

from __future__ import annotations

import re
from decimal import Decimal

from corpus.numbers import spoken_amounts
from corpus.units import comma, convert, is_money, plain, round_half_up
from corpus.years import era_year
from ui.markup import Safe, escape, join, tag

_OFFICIAL_YEAR = re.compile(r"((?:昭和|平成|令和)(?:元|\d{1,2}))（((?:19|20)\d{2})）年度")
_SHOWN_UNITS = (("m", "百万円", 3), ("o", "億円", 2), ("y", "円", 0))


def year(fiscal_year: int) -> Safe:
    """``2020`` → 令和2（2020）年度, switchable to 令和2年度 or 2020年度."""
    return _year_markup(era_year(fiscal_year), str(fiscal_year))


def _year_markup(era: str, western: str) -> Safe:
    return tag(
        "span",
        tag("span", era, class_="fy-e"),
        tag("span", "（", class_="fy-b"),
        tag("span", western, class_="fy-s"),
        tag("span", "）", class_="fy-b"),
        "年度",
        class_="fy",
    )


def with_years(text: str) -> Safe:
    """Escaped ``text`` in which every official year becomes switchable; nothing else is touched."""
    parts: list[Safe] = []
    at = 0
    for found in _OFFICIAL_YEAR.finditer(text):
        parts += [escape(text[at : found.start()]), _year_markup(found[1], found[2])]
        at = found.end()
    return join(*parts, escape(text[at:]))


def figure(value: str | None, unit: str | None) -> Safe:
    """A value with its unit; money also in 百万円, 億円 and 円 for the unit switch.

    ``value`` is a decimal string without commas, as the contract has it.
    """
    if value is None:
        return Safe("")
    number = Decimal(value)
    printed = f"{comma(number)}{unit or ''}"
    if unit is None or not is_money(unit):
        return tag("span", printed, class_="fig")
    shown = [tag("span", printed, class_="u u-p")]
    for key, wanted, places in _SHOWN_UNITS:
        exact = convert(number, unit, wanted)
        rounded = round_half_up(exact, places)
        about = "" if rounded == exact else "約"
        shown.append(tag("span", f"{about}{comma(rounded)}{wanted}", class_=f"u u-{key}"))
    return tag("span", *shown, class_="fig money")


def amount(yen: Decimal) -> Safe:
    """An amount known in yen, shown in 百万円 when that is exact (the form's unit), else in 円."""
    for unit in ("百万円", "円"):
        exact = convert(yen, "円", unit)
        if exact == exact.to_integral_value():
            break
    return figure(plain(exact), unit)


def about(yen: Decimal) -> Safe:
    """A compact amount for lists, with the exact one as its title: 約4.3億円."""
    short = short_money(yen)
    exact = f"{comma(yen)}円"
    rounded = f"約{short}" if not _is_exact(yen, short) else short
    return tag("span", rounded, title=exact, class_="fig")


def _is_exact(yen: Decimal, short: str) -> bool:
    found = spoken_amounts(short.removeprefix("▲"))
    if len(found) != 1:
        return False
    value, unit, _ = found[0]
    return convert(value, unit, "円") == abs(yen)


def short_money(yen: Decimal) -> str:
    """A compact amount for chart labels: ``3209000000 → 32.1億円``; the exact figure stands beside it."""
    for unit, places in (("兆円", 2), ("億円", 1), ("万円", 0)):
        amount = convert(yen, "円", unit)
        if abs(amount) >= 1:
            return f"{comma(round_half_up(amount, places))}{unit}"
    return f"{comma(yen)}円"


def marked(text: str, spans: tuple[tuple[int, int], ...]) -> Safe:
    """``text`` with the character ``spans`` (start, end) highlighted; overlapping spans are merged."""
    parts: list[Safe] = []
    at = 0
    for first, last in sorted(spans):
        start, end = max(first, at), min(last, len(text))
        if start >= end:
            continue
        parts += [escape(text[at:start]), tag("mark", text[start:end])]
        at = end
    return join(*parts, escape(text[at:]))
