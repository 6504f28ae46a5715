"""The one evaluator of derivations."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qa.brief import lock as brief_lock
from qa.formula import TableRows, evaluate
from qa.lock import results
from qa.model import AnswerTable, Citation


def cited(value: str | None, unit: str | None) -> Citation:
    return Citation("2020/架空省/0001", "架空事業", "架空省", 2020, "予算額・執行額", "執行額", "2018年度", 2018,
                    value or "-", value, unit, "2020.xlsx", "B2")  # fmt: skip


CELLS = (cited("15", "百万円"), cited("47", "百万円"), cited("20000", "千円"), cited(None, None))
ROWS = TableRows(AnswerTable(("シート", "額（円）"), (("一", "5"), ("二)", "7"), ("一", "9")), ("シート", "理由"), (("三", "空"),)))


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("[1] - [0]", "32000000"),
        ("([0] + [2]) / 2", "17500000"),
        ("ROUND([0] / [1] × 100, 1)", "31.9"),
        ("SUM(rows[1] where rows[0]=一)", "14"),
        ("COUNT(rows where rows[0]=二))", "1"),
        ("COUNT(rows) + COUNT(left_out=空)", "4"),
        ("COUNT(distinct rows[0])", "2"),
    ],
)
def test_value(formula: str, value: str) -> None:
    assert evaluate(formula, CELLS, None, ROWS) == Decimal(value)


@pytest.mark.parametrize("formula", ["", "[0] +", "([0]", "import os", "[3]", "SUM(rows[1] where rows[0]=無)", "[0] [1]"])
def test_what_is_no_formula(formula: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        evaluate(formula, CELLS, None, ROWS)


def test_a_cell_that_is_not_allowed_is_no_operand() -> None:
    with pytest.raises(ValueError, match="not cited"):
        evaluate("[0] + [1]", CELLS, (0,))
    with pytest.raises(IndexError):
        evaluate("[9]", CELLS, (9,))


def test_answers_and_briefs_have_the_same_evaluator() -> None:
    assert brief_lock.evaluate is evaluate is results.evaluate
