"""Our grading agrees with the contract's idea of right, wrong and refused."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.grading import grade, quantity, report

GOLD = {"status": "answered", "value": "43", "unit": "百万円", "sheet": "2020/架空省/0048"}


def answer(value: str | None = "43", unit: str | None = "百万円", **fields: Any) -> dict[str, Any]:
    result = {"label": "執行額", "value": value, "unit": unit, "text": None}
    return {
        "id": "q", "status": "answered", "answer": "令和元（2019）年度の執行額", "results": [result],
        "citations": [{"sheet_id": "2020/架空省/0048"}], **fields,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("gold", "given", "outcome", "cited"),
    [
        (GOLD, answer(), "right", True),
        (GOLD, answer("43000000", "円"), "right", True),
        (GOLD, answer("0.43", "億円"), "right", True),
        (GOLD, answer("43", "円"), "wrong", True),
        (GOLD, answer("44"), "wrong", True),
        (GOLD, answer(None, None), "wrong", True),
        (GOLD, answer(citations=[]), "right", False),
        (GOLD, answer(status="not_recorded"), "refused", True),
        ({**GOLD, "year": 2019}, answer(), "right", True),
        ({**GOLD, "year": 2018}, answer(), "wrong", True),
        ({"status": "answered", "text": "多言語 広報課"}, answer(answer="「多言語広報課」です"), "right", True),
        ({"status": "answered", "text": "別の課"}, answer(), "wrong", True),
        ({"status": "not_recorded"}, answer(), "wrong", True),
        ({"status": "not_recorded"}, answer(status="not_found"), "right", True),
        ({"status": "answered", "list": [["執行", "43"]], "unit": "百万円"}, answer(), "right", True),
        ({"status": "answered", "list": [["執行", "43"], ["計", "9"]], "unit": "百万円"}, answer(), "wrong", True),
    ],
)
def test_verdicts(gold: dict[str, Any], given: dict[str, Any], outcome: str, cited: bool) -> None:
    (verdict,) = grade([{"id": "q", "category": "c", "gold": gold}], [given])
    assert (verdict.outcome, verdict.cited) == (outcome, cited)


def test_a_missing_answer_is_refused_and_counted() -> None:
    lines = [{"id": "q", "category": "c", "gold": GOLD}, {"id": "r", "category": "c", "gold": GOLD}]
    assert report(grade(lines, [answer()])).splitlines()[-1].split() == ["TOTAL", "2", "1", "1", "0", "1"]


def test_quantities_come_to_one_unit() -> None:
    assert quantity("43", "百万円") == quantity("43000", "千円")
    assert quantity("99.9", "％") == quantity("99.9", "%")
    assert quantity("多い", "件") is None
