"""Which project is meant: exact, quoted, shortened, reworded and misspelt names; made-up names are refused."""

from __future__ import annotations

import pytest

from qa.understand.understand import NO_PROJECT
from tests.qa.understanding import asked, numbers


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("架空自治体の情報基盤を強くするための対策事業の令和元年度の執行額は？", "0011"),
        ("「架空自治体の情報基盤を強くするための対策事業（離島分）」の執行額は？", "0012"),
        ("国交省の架空空き家所有者情報の利活用推進事業について、29年度の当初予算は？", "0101"),
        ("架空空き家所有者情報提供の利活用推進の執行額", "0101"),
        ("架空岬道路事業(補助等)の執行額", "0102"),
        ("中小架空企業等の架空エネルギー診断の事業って、R2のシートだと執行額は？", "0202"),
        ("架空エネルギー診断事業費補助金（中小架空企業等に対するやつ）の執行額", "0202"),
        ("AHCIの構築（2016年度シート）の執行額", "0301"),
        ("架空海洋機構の施設整備費補助、令和元年度の執行額は", "0302"),
        ("国連架空計画（UNKP）拠出金の平成30年度執行額", "0401"),
        ("架空型輸送機(V-99)の取得の執行額", "0501"),
        ("令和2年度架空感染症緊急交付金（児童施設、障害分）の執行額", "0601"),
    ],
)
def test_names_in_many_spellings(question: str, number: str) -> None:
    found = asked(question)
    assert numbers(found) == {number}
    assert not found.rivals


@pytest.mark.parametrize(
    "name",
    [
        "月面保育所整備事業", "深海農業振興事業", "量子暗号切手定住支援事業", "火星架空農業振興推進事業",
        "架空自治体の宇宙基盤を強くするための対策事業", "架空岬鉄道事業（補助等）", "空飛ぶ図書館整備事業",
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["{}の執行額はいくらですか", "「{}」の令和元年度の当初予算を教えて", "{}で一番多い支出先は？"])
def test_made_up_names_are_refused(name: str, form: str) -> None:
    found = asked(form.format(name))
    assert found.sheets == ()
    assert found.reason.startswith(NO_PROJECT)


def test_one_name_of_two_ministries_is_asked_back() -> None:
    found = asked("架空庁舎の維持管理に必要な経費の執行額は？")
    assert found.sheets == ()
    assert {r.ministry for r in found.rivals} == {"国土交通省", "経済産業省"}
    assert found.reason == ""


@pytest.mark.parametrize(
    "question",
    ["経産省の架空庁舎の維持管理に必要な経費の執行額は？", "架空庁舎の維持管理に必要な経費の執行額を2021年度シートで"],
)
def test_ministry_or_year_decides(question: str) -> None:
    assert numbers(asked(question)) == {"0201"}


def test_a_shortened_name_of_two_projects_is_asked_back() -> None:
    found = asked("架空岬道路事業の執行額は？")
    assert found.sheets == ()
    assert len(found.rivals) == 2


def test_the_sheet_year_prefers_the_name_of_that_year() -> None:
    assert numbers(asked("国際連合架空計画拠出金の執行額、2018年度シートで")) == {"0401"}
    assert numbers(asked("国際連合架空計画拠出金の執行額、2016年度シートで")) == {"0402"}


def test_a_project_without_a_sheet_of_the_year_is_still_named() -> None:
    found = asked("架空型輸送機（Ｖ－９９）の取得の執行額、2015年度シートで")
    assert numbers(found) == {"0501"}
    assert found.sheet_year == 2015


def test_all_sheets_of_the_project_newest_first() -> None:
    found = asked("架空自治体の情報基盤を強くするための対策事業の執行額")
    assert [s.sheet_year for s in found.sheets] == [2020, 2019, 2018]


@pytest.mark.parametrize(
    "question", ["2020/総務省/0011の執行額", "総務省の事業番号0011の令和2年度シート、執行額は？", "総務省の0011番、2020年度シートの執行額"]
)
def test_by_number(question: str) -> None:
    found = asked(question)
    assert "0011" in numbers(found)
    assert found.sheet_year == 2020
    assert found.measures == ("執行額",)


def test_words_of_a_name_are_not_taken_for_the_measure() -> None:
    found = asked("中小架空企業等に対する架空エネルギー診断事業費補助金の当初予算は？")
    assert found.measures == ("当初予算",)


def test_the_words_taken_for_the_name_are_the_users_own() -> None:
    assert asked("架空型輸送機(V-99)の取得の執行額").project_text == "架空型輸送機(V-99)の取得"
