"""計 and 不用額 on each form.

On the forms up to 2023, 計 has 翌年度へ繰越し already deducted; in the RSシステム (2024 on),
計（歳出予算現額） still holds it.  Hence 不用額 = 計 − 執行額 on a form and
計 − 翌年度への繰越し − 執行額 in the RSシステム, and 計 and 執行率 of the two are not one measure.
"""

from __future__ import annotations

from typing import Final

from corpus.fields import Measure
from corpus.model import Origin

UNUSED: Final = "不用額"  # no row of any form: calculated from 計

# What is deducted from 計 to give 不用額, in the order of the calculation.
_DEDUCTED: Final[dict[bool, tuple[Measure, ...]]] = {
    False: (Measure.EXECUTED,),
    True: (Measure.CARRIED_OUT, Measure.EXECUTED),
}
_DEFINED_BY_FORM: Final = frozenset({Measure.BUDGET_TOTAL, Measure.EXECUTION_RATE})
DIFFERENT_BASIS: Final = (
    "計（歳出予算現額）は、RSシステムのシートでは翌年度への繰越しを含み、それより前の様式では差し引いた後の額です。"
    "定義が異なるため、両者の計と執行率は比べていません。"
)


def holds_carry_over(origin: Origin) -> bool:
    """Whether 計 of a sheet of that origin still holds 翌年度への繰越し."""
    return origin is Origin.RS_CSV


def deducted_for_unused(origin: Origin) -> tuple[Measure, ...]:
    """The figures deducted from 計 to give 不用額."""
    return _DEDUCTED[holds_carry_over(origin)]


def same_basis(measure: str, one: Origin, other: Origin) -> bool:
    """Whether the measure is defined alike on two sheets: only then may the two be compared."""
    return measure not in _DEFINED_BY_FORM or holds_carry_over(one) == holds_carry_over(other)
