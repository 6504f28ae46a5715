"""Quantities and operations over them: every one keeps its formula over the citations it came from.

Money is calculated in yen and shown in the unit of the sheet; other figures as they stand.  Formulas
use the citation numbers (``[0] - [1]``); the figure lock evaluates them again with code of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from corpus.units import FRACTION, PERCENT, YEN_PER_UNIT, is_money, round_half_up

POINTS = "ポイント"
TIMES = "倍"
_RATE_PLACES = 1
_RATIO_PLACES = 2


class NoQuotient(ArithmeticError):
    """The divisor is zero (or, for a growth rate, not positive): there is no such rate."""


@dataclasses.dataclass(frozen=True, slots=True)
class Quantity:
    """``base`` in yen for money, else in ``unit``; ``formula`` over ``citations``.

    ``printed`` is true for the figure of one cell as it stands, false once anything was computed.
    """

    base: Decimal
    unit: str | None
    formula: str
    citations: tuple[int, ...]
    printed: bool = False
    places: int | None = None  # decimals of its unit it was rounded to, None: exact

    @property
    def money(self) -> bool:
        return is_money(self.unit)

    def value_in(self, unit: str | None) -> Decimal:
        """The value in ``unit``. Raises KeyError when money is asked in a unit that is none."""
        return self.base / YEN_PER_UNIT[unit or ""] if self.money else self.base

    @property
    def value(self) -> Decimal:
        return self.value_in(self.unit)

    @property
    def derivation(self) -> str | None:
        return None if self.printed else self.formula

    def rounded(self, places: int) -> Quantity:
        """The quantity rounded half up to ``places`` decimals of its unit."""
        value = round_half_up(self.value, places)
        base = value * YEN_PER_UNIT[self.unit or ""] if self.money else value
        return dataclasses.replace(self, base=base, places=places)


def of_cell(value: Decimal, unit: str | None, citation: int, *, rate: bool = True) -> Quantity:
    """The figure of one cell. A rate printed as a fraction (0.973) becomes percent.

    ``rate``: False for figures whose unit only happens to be called 割合 (an indicator's own unit).
    """
    if unit == FRACTION and rate:
        return Quantity(value * 100, PERCENT, f"[{citation}] × 100", (citation,))
    base = value * YEN_PER_UNIT[unit] if unit is not None and is_money(unit) else value
    return Quantity(base, unit, f"[{citation}]", (citation,), printed=True)


def _wrapped(one: Quantity) -> str:
    """A formula as part of another one; a rounded figure goes on as it is shown, so that it can be re-added."""
    if one.places is not None:
        return f"ROUND({one.formula}, {one.places})"
    return one.formula if one.formula.startswith("[") and one.formula.count("[") == 1 else f"({one.formula})"


def _cited(*quantities: Quantity) -> tuple[int, ...]:
    return tuple(dict.fromkeys(c for one in quantities for c in one.citations))


def comparable(*quantities: Quantity) -> bool:
    """True when the quantities may be added or subtracted: all money, or all of one unit."""
    return all(one.money for one in quantities) or len({one.unit for one in quantities}) == 1


def difference(later: Quantity, earlier: Quantity) -> Quantity:
    """later - earlier; of rates in points."""
    unit = POINTS if later.unit == PERCENT else later.unit
    formula = f"{_wrapped(later)} - {_wrapped(earlier)}"
    return Quantity(later.base - earlier.base, unit, formula, _cited(later, earlier))


def total(parts: Sequence[Quantity]) -> Quantity:
    """The sum of ``parts`` (not empty), in the unit of the first."""
    formula = " + ".join(_wrapped(one) for one in parts)
    return Quantity(sum((one.base for one in parts), Decimal(0)), parts[0].unit, formula, _cited(*parts))


def mean(parts: Sequence[Quantity]) -> Quantity:
    """The arithmetic mean, to the yen for money and to one decimal otherwise."""
    added = total(parts)
    exact = Quantity(
        added.base / len(parts), added.unit, f"({added.formula}) / {len(parts)}", added.citations
    )
    if exact.money:
        return dataclasses.replace(exact, base=round_half_up(exact.base, 0))
    return exact.rounded(_RATE_PLACES)


def percent_of(part: Quantity, whole: Quantity) -> Quantity:
    """part / whole × 100, one decimal, half up. Raises NoQuotient when ``whole`` is zero or negative."""
    if whole.base <= 0:
        raise NoQuotient
    formula = f"{_wrapped(part)} / {_wrapped(whole)} × 100"
    exact = Quantity(part.base / whole.base * 100, PERCENT, formula, _cited(part, whole))
    return exact.rounded(_RATE_PLACES)


def growth_rate(later: Quantity, earlier: Quantity) -> Quantity:
    """(later - earlier) / earlier × 100, one decimal, half up. Raises NoQuotient when earlier <= 0."""
    if earlier.base <= 0:
        raise NoQuotient
    formula = f"({_wrapped(later)} - {_wrapped(earlier)}) / {_wrapped(earlier)} × 100"
    exact = (later.base - earlier.base) / earlier.base * 100
    return Quantity(exact, PERCENT, formula, _cited(later, earlier)).rounded(_RATE_PLACES)


def ratio(part: Quantity, whole: Quantity) -> Quantity:
    """part / whole in 倍, two decimals, half up. Raises NoQuotient when ``whole`` is zero or negative."""
    if whole.base <= 0:
        raise NoQuotient
    formula = f"{_wrapped(part)} / {_wrapped(whole)}"
    return Quantity(part.base / whole.base, TIMES, formula, _cited(part, whole)).rounded(_RATIO_PLACES)


def per_unit(amount: Quantity, count: Quantity) -> Quantity:
    """amount / count in yen, to the yen. Raises NoQuotient when ``count`` is zero or negative."""
    if count.base <= 0:
        raise NoQuotient
    formula = f"{_wrapped(amount)} / {_wrapped(count)}"
    return Quantity(amount.base / count.base, "円", formula, _cited(amount, count)).rounded(0)


def in_unit(one: Quantity, unit: str) -> Quantity:
    """Money shown in another unit, exactly; anything else unchanged."""
    if not unit or unit == one.unit or not one.money or not is_money(unit):
        return one
    return dataclasses.replace(one, unit=unit, printed=False)
