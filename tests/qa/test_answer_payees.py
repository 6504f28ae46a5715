"""Payees and texts: matched by normalised name and number, never added up over blocks, quoted verbatim."""

from __future__ import annotations

import pytest

from corpus.fields import Field, Measure
from corpus.model import Table
from qa.model import Operation, Status, Subject
from tests.qa.answering import finished
from tests.qa.sheets import SHEET_2019, SHEET_2020, Shelf, asked, payee, sheet

SHELF = Shelf(SHEET_2020, SHEET_2019)


def ask(operation: Operation, **fields: object):  # type: ignore[no-untyped-def]
    return finished(asked(SHELF, str(fields.pop("question", "支出先は")), Subject.PAYEE, operation, **fields), SHELF)


def text(**fields: object):  # type: ignore[no-untyped-def]
    return finished(asked(SHELF, subject=Subject.TEXT, **fields), SHELF)


def test_largest_and_second() -> None:
    first = ask(Operation.PAYEE_TOP)
    assert (first.results[0].label, first.results[0].value) == ("株式会社架空データ", "32")
    second = ask(Operation.PAYEE_TOP, rank=2, question="2番目は")
    assert (second.results[0].label, second.results[0].value) == ("㈱架空システム", "11.5")


@pytest.mark.parametrize("name", ["株式会社架空システム", "架空システム", "（株）架空システム", "2234567890123"])
def test_amount_to_a_payee_in_any_spelling(name: str) -> None:
    found = ask(Operation.PAYEE_AMOUNT, payee=name, question=f"{name}にいくら")
    assert found.results[0].value == "11.5"
    assert "㈱架空システム" in found.answer


def test_blocks_are_never_added() -> None:
    found = ask(Operation.PAYEE_AMOUNT, payee="株式会社架空データ")
    assert [result.value for result in found.results] == ["32", "8"]
    assert any("合算していません" in note for note in found.notes)
    assert ask(Operation.PAYEE_AMOUNT, payee="株式会社架空データ", block="Ｂ").results[0].value == "8"


def test_unknown_payee_is_refused_with_near_names() -> None:
    found = ask(Operation.PAYEE_AMOUNT, payee="合同会社ナイデータ", question="合同会社ナイデータにいくら")
    assert found.status is Status.NOT_RECORDED
    assert "株式会社架空データ" in found.answer


def test_block_total_is_the_sum_of_its_rows() -> None:
    found = ask(Operation.PAYEE_BLOCK, block="A")
    assert (found.results[0].value, found.results[0].derivation) == ("43.5", "[0] + [1]")


def test_number_of_a_payee_and_count_and_one_bidder() -> None:
    assert ask(Operation.PAYEE_FIELD, payee="架空データ", field=Measure.CORPORATE_NUMBER).results[0].text == "1234567890123"
    assert ask(Operation.PAYEE_COUNT).results[0].value == "2"
    assert ask(Operation.PAYEE_ONE_BIDDER).results[0].value == "1"
    assert ask(Operation.PAYEE_SHARE, payee="架空システム").results[0].value == "26.7"  # 11.5 / 43


def test_text_is_quoted_whole_and_survives_markdown() -> None:
    found = text(field=Field.PURPOSE)
    assert found.results[0].text == "対象は1~2割。*重要*な$5と_名前_。\n2. 第16条による"
    assert r"1\~2割" in found.answer
    assert r"\$5" in found.answer
    assert r"2\. 第16条" in found.answer


def test_lists_years_dashes_and_older_sheets() -> None:
    assert [result.text for result in text(field=Field.METHOD).results] == ["委託・請負", "補助"]
    assert "平成29（2017）年度" in text(field=Field.START_YEAR).answer
    assert text(field=Field.MAJOR_POLICY).status is Status.NOT_RECORDED
    assert text(field=Field.OVERVIEW).citations[0].sheet_year == 2019


def test_checklist() -> None:
    found = text(table=Table.CHECK, item="一者応札")
    assert found.results[0].text == "有"
    assert text(table=Table.CHECK, item="不用率が大きい理由").results[0].text == "入札の結果である。"
    assert text(table=Table.CHECK, item="景観への配慮").status is Status.NOT_RECORDED


def test_nothing_of_the_kind_is_in_the_sheet() -> None:
    found = finished(asked(SHELF, subject=Subject.NONE), SHELF)
    assert found.status is Status.NOT_RECORDED


def test_small_and_capital_letters_of_blocks_are_told_apart_where_a_sheet_has_both() -> None:
    shelf = Shelf(sheet(2020, [*payee("I/1", "株式会社架空大", "126", ""), *payee("i/1", "株式会社架空小", "0.7", "")]))

    def total(block: str) -> list[str | None]:
        asked_for = asked(shelf, subject=Subject.PAYEE, operation=Operation.PAYEE_BLOCK, block=block)
        return [one.value for one in finished(asked_for, shelf).results if one.label.startswith("ブロック")]

    assert (total("i"), total("Ｉ")) == (["0.7"], ["126"])
    only = Shelf(sheet(2020, [*payee("A/1", "株式会社架空大", "126", "")]))
    found = finished(asked(only, subject=Subject.PAYEE, operation=Operation.PAYEE_BLOCK, block="a"), only)
    assert found.results[0].value == "126"
