"""Units as printed, money conversion and the rounding rule.

Money is compared and added in yen, always exactly (Decimal); a unit is a cell's own and is never
assumed here.
"""

from __future__ import annotations

import unicodedata
from decimal import ROUND_HALF_UP, Decimal

YEN_PER_UNIT: dict[str, Decimal] = {
    "円": Decimal(1),
    "千円": Decimal(10**3),
    "万円": Decimal(10**4),
    "十万円": Decimal(10**5),
    "百万円": Decimal(10**6),
    "千万円": Decimal(10**7),
    "億円": Decimal(10**8),
    "十億円": Decimal(10**9),
    "兆円": Decimal(10**12),
}
PERCENT = "%"
FRACTION = "割合"  # RSシステム prints a rate as 0.973

_PERCENT_NAMES = {"%", "パーセント", "％", "%(パーセント)"}


def normal_unit(printed: str | None) -> str | None:
    """``"％" → "%"``, ``"（百万円）" → "百万円"``; None and blank stay None."""
    if printed is None:
        return None
    text = unicodedata.normalize("NFKC", printed)
    text = "".join(text.split()).strip("()[]:")
    if text.startswith("単位:"):
        text = text[3:]
    if not text:
        return None
    return PERCENT if text in _PERCENT_NAMES else text


def is_money(unit: str | None) -> bool:
    return unit in YEN_PER_UNIT


def to_yen(value: Decimal, unit: str) -> Decimal:
    """Exact yen of ``value`` printed in ``unit``. Raises KeyError when ``unit`` is not money."""
    return value * YEN_PER_UNIT[unit]


def convert(value: Decimal, unit: str, wanted: str) -> Decimal:
    """Exact conversion between money units (no rounding). Raises KeyError for other units."""
    return value * YEN_PER_UNIT[unit] / YEN_PER_UNIT[wanted]


def round_half_up(value: Decimal, places: int) -> Decimal:
    """四捨五入 to ``places`` decimals: the rounding rule of every displayed, computed figure."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """Decimal string without exponent, commas or trailing zeros: ``Decimal("43.0") → "43"``."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def comma(value: Decimal) -> str:
    """公用文 style: half-width digits with thousands commas, ▲ for a negative."""
    text = format(Decimal(plain(abs(value))), ",f")
    return f"▲{text}" if value < 0 else text
