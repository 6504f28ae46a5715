"""Names in a question stay names: of the project, of payees, of indicators, whatever words they hold."""

from __future__ import annotations

import pytest

from corpus.fields import Measure
from corpus.model import Table
from qa.model import Operation, Subject
from tests.qa.understanding import asked, numbers

INDICATOR = "令和2年度の目標値の達成度と事故の件数（前年度比）"
PROJECT = "架空農業振興推進事業"


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("農林水産省「架空本省施設費」", "0802"),
        ("農林水産省の架空本省施設費", "0802"),
        ("架空本省施設費（農林水産省）", "0802"),
        ("農林水産省「架空農林本省検査所施設費」", "0803"),
        ("外務省の国際連合架空計画拠出金", "0402"),
        ("国際連合架空計画（UNKP）拠出金（任意拠出金）（外務省）", "0401"),
    ],
)
def test_a_whole_name_goes_before_names_that_resemble_the_question(words: str, number: str) -> None:
    found = asked(f"{words}の執行額は")
    assert not found.rivals
    assert number in numbers(found)


def test_a_longer_name_that_stands_in_the_question_too_goes_before() -> None:
    found = asked("架空自治体の情報基盤を強くするための対策事業の「離島分」の令和2年度の当初予算は")
    assert numbers(found) == {"0012"}


@pytest.mark.parametrize(
    "question", ["{}の令和2年度の当初予算はいくらですか", "経済産業省「{}」では令和2年度の当初予算がいくらですか（2020年度シート）"]
)
def test_a_year_in_a_name_is_no_fiscal_year(question: str) -> None:
    found = asked(question.format("架空復旧事業補助金（令和元年台風第９９号等）"))
    assert (numbers(found), found.fiscal_years) == ({"0203"}, (2020,))


@pytest.mark.parametrize(
    ("question", "number", "payee"),
    [
        ("架空国際博覧会の事業から独立行政法人架空貿易機構への支出額は", "0204", "独立行政法人架空貿易機構"),
        ("独立行政法人架空貿易機構は架空国際博覧会の事業からいくら受け取っていますか", "0204", "独立行政法人架空貿易機構"),
        ("架空国際機関は架空国際機関への拠出からいくら受け取っていますか", "0403", "架空国際機関"),
        (f"「{PROJECT}」で有識者Ａに支払われた額はいくらですか", "0801", "有識者Ａ"),
    ],
)
def test_a_payee_named_like_a_project_or_a_field(question: str, number: str, payee: str) -> None:
    found = asked(question)
    assert (found.operation, found.payee) == (Operation.PAYEE_AMOUNT, payee)
    assert numbers(found) == {number}


@pytest.mark.parametrize(
    "words",
    [
        "の成果指標「{}」の令和元年度の成果実績は？",
        "で「{}」は令和元年度にどれだけでしたか。成果実績で",
        "の{}の令和元年度の成果実績は",
    ],
)
def test_words_of_an_indicator_ask_for_nothing(words: str) -> None:
    found = asked(PROJECT + words.format(INDICATOR) + "（2020年度シート）")
    assert (found.subject, found.operation) == (Subject.FIGURE, Operation.LOOKUP)
    assert (found.measures, found.fiscal_years) == ((Measure.OUTCOME_ACTUAL.value,), (2019,))
    assert (found.item, found.table) == (INDICATOR, Table.OUTCOME.value)


def test_a_quoted_field_is_still_asked_for() -> None:
    assert asked(f"{PROJECT}の「点検結果」の欄を見せて").field == "点検結果"
    assert asked(f"{PROJECT}の「執行額」（令和元年度）は？").measures == (Measure.EXECUTED.value,)


def test_one_item_of_the_budget_as_a_share() -> None:
    found = asked(f"{PROJECT}の職員旅費は当初予算の何％？")
    assert (found.operation, found.item) == (Operation.SHARE, "職員旅費")


def test_the_share_of_a_payee_by_part_of_its_name() -> None:
    first = asked(f"{PROJECT}で支出額が最大の支出先は")
    found = asked("架空データの割合は？", first)
    assert (found.operation, found.payee) == (Operation.PAYEE_SHARE, "架空データ")
    assert asked("上位3社の合計は何割？", first).subject is Subject.NONE


@pytest.mark.parametrize(
    ("words", "operation"),
    [("不用額の推移は", Operation.TREND), ("不用額が一番多い年度は", Operation.MAX_YEAR), ("29年度の不用額は", Operation.UNUSED)],
)
def test_unused_balances_over_years(words: str, operation: Operation) -> None:
    found = asked(f"{PROJECT}の{words}")
    assert found.operation is operation
    assert ("不用額" in found.measures) == (operation is not Operation.UNUSED)


def test_a_premise_about_a_request() -> None:
    first = asked(f"{PROJECT}の令和元年度の執行額は")
    found = asked("5億円の要求ですよね？", first)
    assert found.premise is not None
    assert found.measures == (Measure.REQUEST.value,)


def test_a_name_goes_further_only_by_words_really_said() -> None:
    found = asked("平成30年度の当初予算の額はいくらでしたか。事業は「架空審査体制基盤強化費」です。")
    assert numbers(found) == {"0703"}
    assert numbers(asked("架空審査体制基盤強化費（審査事業）の令和2年度の当初予算は")) == {"0702"}


def test_a_comma_of_any_width_cuts_no_name() -> None:
    name = "架空連携の推進，活用推進のための啓発，・広報，官民架空協定の推進"
    assert numbers(asked(f"{name}では令和3年度の概算要求額がどれくらいになっていますか")) == {"0404"}


def test_what_came_from_a_project_is_no_sum_over_all_sheets() -> None:
    for words in ("架空岬市は防衛省の謎の経費等からいくら受け取っていますか（2020年度シート）", "謎の経費で架空岬市に支払われた額は（2020年度シート）"):
        assert asked(words).subject is not Subject.MANY
