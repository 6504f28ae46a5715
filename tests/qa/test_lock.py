"""The figure lock: any altered digit in a rendered answer is refused."""

from __future__ import annotations

import dataclasses
import functools

from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.fields import Field, Measure
from qa import lock
from qa.lock.pool import check_pool
from qa.model import Answer, Operation, Subject
from tests.qa.answering import finished
from tests.qa.sheets import SHEET_2019, SHEET_2020, SHEET_2024, Shelf, asked

SHELF = Shelf(SHEET_2020, SHEET_2019)
RS = Shelf(SHEET_2024)
QUESTIONS = (
    (SHELF, Subject.FIGURE, Operation.LOOKUP, {"measures": (Measure.EXECUTED,), "fiscal_years": (2018,)}),
    (SHELF, Subject.FIGURE, Operation.LOOKUP, {"measures": (Measure.REQUEST,), "fiscal_years": (2021,), "unit": "億円"}),
    (SHELF, Subject.FIGURE, Operation.MEAN, {"measures": (Measure.EXECUTED,), "fiscal_years": (2017, 2018, 2019)}),
    (SHELF, Subject.FIGURE, Operation.TREND, {"measures": (Measure.INITIAL,)}),
    (SHELF, Subject.FIGURE, Operation.GROWTH_RATE, {"measures": (Measure.INITIAL,), "fiscal_years": (2017, 2018)}),
    (RS, Subject.FIGURE, Operation.EXECUTION_RATE, {"fiscal_years": (2023,)}),
    (RS, Subject.FIGURE, Operation.LOOKUP, {"measures": (Measure.BUDGET_TOTAL,), "fiscal_years": (2023,)}),
    (SHELF, Subject.FIGURE, Operation.LOOKUP, {"measures": (Measure.INITIAL,), "fiscal_years": (2008,)}),
    (SHELF, Subject.TEXT, Operation.LOOKUP, {"field": Field.PURPOSE}),
    (SHELF, Subject.PAYEE, Operation.PAYEE_BLOCK, {"block": "A"}),
    (SHELF, Subject.PAYEE, Operation.PAYEE_COUNT, {}),
)
DIGITS = "0123456789０１２３４５６７８９"


@functools.cache
def answers() -> tuple[Answer, ...]:
    return tuple(
        finished(asked(shelf, "架空情報基盤整備事業の3件", subject, operation, **fields), shelf)  # type: ignore[arg-type]
        for shelf, subject, operation, fields in QUESTIONS
    )


def altered(answer: Answer, text: str) -> Answer:
    return dataclasses.replace(answer, answer=text)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_altering_any_digit_is_refused(data: st.DataObject) -> None:
    answer = data.draw(st.sampled_from(answers()))
    text = answer.answer
    at = data.draw(st.sampled_from([i for i, ch in enumerate(text) if ch in DIGITS]))
    other = data.draw(st.sampled_from([ch for ch in "0123456789" if ch != text[at]]))
    assert lock.check(altered(answer, text[:at] + other + text[at + 1 :]))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_inserting_or_deleting_a_digit_is_refused(data: st.DataObject) -> None:
    answer = data.draw(st.sampled_from(answers()))
    text = answer.answer
    at = data.draw(st.integers(0, len(text)))
    digit = data.draw(st.sampled_from(DIGITS))
    assert lock.check(altered(answer, text[:at] + digit + text[at:]))
    if at < len(text) and text[at] in DIGITS:
        assert lock.check(altered(answer, text[:at] + text[at + 1 :]))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_altering_a_result_is_refused(data: st.DataObject) -> None:
    answer = data.draw(st.sampled_from([one for one in answers() if any(r.value for r in one.results)]))
    index = data.draw(st.sampled_from([i for i, result in enumerate(answer.results) if result.value]))
    results = list(answer.results)
    results[index] = dataclasses.replace(results[index], value=str(float(results[index].value or 0) + 1))
    assert lock.check(dataclasses.replace(answer, results=tuple(results)))


def test_amount_in_kanji_or_outside_any_source_is_refused() -> None:
    answer = answers()[0]
    for addition in ("三億円です。", "約5割です。", "⑤件", "50％", "１２", "二割"):
        assert lock.check(altered(answer, answer.answer + addition)), addition


def test_a_wrong_derivation_is_refused() -> None:
    answer = next(one for one in answers() if one.results and one.results[0].derivation == "([0] - [1]) / [1] × 100")
    for formula in ("([1] - [0]) / [1] × 100", "[0] / [1] × 100", "import os", "[0] + [9]", "((", "COUNT(citations)"):
        wrong = dataclasses.replace(answer.results[0], derivation=formula)
        assert lock.check(dataclasses.replace(answer, results=(wrong, *answer.results[1:]))), formula


def test_a_text_that_is_not_the_cited_one_is_refused() -> None:
    answer = next(one for one in answers() if one.results and one.results[0].text)
    wrong = dataclasses.replace(answer.results[0], text="第17条による")
    assert lock.check(dataclasses.replace(answer, results=(wrong,)))


def test_without_spans_unknown_numbers_are_still_refused() -> None:
    answer = dataclasses.replace(answers()[0], spans=())
    assert lock.check(altered(answer, "執行額は987百万円です。"))


def test_the_mark_of_the_seventieth_citation_is_no_number_of_unknown_origin() -> None:
    answer = answers()[0]
    many = dataclasses.replace(answer, citations=answer.citations[:1] * 70, results=(), spans=(), answer="出典[70]")
    assert not list(check_pool(many))
    assert list(check_pool(dataclasses.replace(many, answer="出典[71]")))
    assert list(check_pool(dataclasses.replace(many, answer=r"出典\[70\]")))
