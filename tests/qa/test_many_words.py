"""Questions over many sheets in people's words, and what must be asked back instead of answered."""

from __future__ import annotations

import pytest

from corpus.fields import Measure
from qa.model import Operation, Subject
from tests.qa.understanding import asked

PROJECT = "架空農業振興推進事業"


@pytest.mark.parametrize(
    ("question", "group", "top"),
    [
        ("令和2年度の当初予算を府省庁別に集計して", "府省庁", 0),
        ("各省の令和2年度の当初予算を一覧で", "府省庁", 0),
        ("国土交通省の令和元年度の執行額を部局別に", "担当部局庁", 0),
        ("環境省の令和元年度の執行額を会計別に教えて", "会計区分", 0),
        ("総務省の当初予算の合計を年度別に", "年度", 0),
        ("総務省の当初予算の推移は", "年度", 0),
        ("総務省の平成30年度から令和2年度までの当初予算の合計は", "年度", 0),
        ("省庁別の事業数を2020年度シートで", "府省庁", 0),
        ("令和元年度の執行額が一番多い省はどこ？", "府省庁", 1),
        ("執行額が多い省庁トップ5（令和元年度）", "府省庁", 5),
    ],
)
def test_groups(question: str, group: str, top: int) -> None:
    found = asked(question)
    assert (found.subject, found.operation) == (Subject.MANY, Operation.AGG_GROUP)
    assert (found.group_by, found.top_n) == (group, top)


def test_several_ministries_are_set_side_by_side() -> None:
    found = asked("総務省と防衛省の令和元年度の執行額、大きいのはどっち？")
    assert (found.operation, found.group_by, found.item) == (Operation.AGG_GROUP, "府省庁", "総務省・防衛省")
    assert found.filter.ministry == ""


@pytest.mark.parametrize(
    ("question", "payee"),
    [
        ("株式会社架空データが令和2年度シートで受け取った合計は？", "株式会社架空データ"),
        ("株式会社架空データに払われた金額を令和2年度シートで合計して", "株式会社架空データ"),
        ("2020年度シートで架空岬市が受け取った合計", "架空岬市"),
    ],
)
def test_what_a_payee_received_over_all_sheets(question: str, payee: str) -> None:
    found = asked(question)
    assert (found.operation, found.filter.payee, found.sheet_year) == (Operation.AGG_SUM, payee, 2020)
    assert found.measures == (Measure.PAYEE_AMOUNT.value,)


def test_payees_are_ranked_not_projects() -> None:
    found = asked("国土交通省の2020年度シートで支出額が大きい支出先トップ5は？")
    assert (found.operation, found.measures, found.top_n) == (Operation.AGG_TOP, (Measure.PAYEE_AMOUNT.value,), 5)


def test_a_bureau_and_an_account_restrict_the_set() -> None:
    assert asked("国土交通省道路局の令和2年度の当初予算の合計は").filter.bureau == "道路局"
    found = asked("一般会計の事業の当初予算の合計を2020年度シートで")
    assert (found.operation, found.filter.account) == (Operation.AGG_SUM, "一般会計")


def test_topics_are_summed() -> None:
    found = asked("架空に関する事業の執行額の合計は令和元年度でいくら？")
    assert (found.operation, found.filter.topic) == (Operation.AGG_SUM, "架空")


def test_totals_of_a_ministry() -> None:
    assert asked("令和2年度の防衛省の予算はいくら？").operation is Operation.AGG_SUM
    change = asked("総務省の当初予算は平成30年度から令和2年度でいくら増えた？")
    assert (change.operation, change.fiscal_years, change.top_n) == (Operation.AGG_CHANGE, (2018, 2020), 0)


@pytest.mark.parametrize(
    "question",
    [
        "架空省の令和元年度の事業で執行額が多い順に上から5件",  # no such ministry
        "総務省の2020年度シートで当初予算が10億円以上100億円未満の事業は何件",  # two conditions
        "事業開始年度が2015年度の事業は何件ありますか",  # a field as a condition
        "外部有識者の所見がある事業は環境省の2020年度シートで何件",
        "補正予算がついた事業は環境省で令和2年度に何件",
        "令和元年度に執行率100％の事業は総務省で何件？",
        "令和2年度シートで随意契約が一番多い省は",  # nothing that can be added up
        "総務省で支出先が多い事業トップ5",
        "総務省の平成30年度と令和元年度の執行額が多い事業トップ3",  # two years in one ranking
    ],
)
def test_what_is_not_understood_is_asked_back(question: str) -> None:
    found = asked(question)
    assert found.subject is Subject.NONE or (not found.sheets and bool(found.reason))


def test_that_project_needs_one_talked_about() -> None:
    found = asked("その事業で一番お金をもらったのはどこですか")
    assert found.subject is not Subject.MANY
    assert (found.sheets, bool(found.reason)) == ((), True)


def test_a_ranking_drops_the_project_talked_about() -> None:
    first = asked(f"{PROJECT}の令和元年度の執行額は")
    found = asked("全省庁で令和元年度の執行額が多い事業トップ3は", first)
    assert (found.subject, found.operation, found.top_n) == (Subject.MANY, Operation.AGG_TOP, 3)
    unknown = asked("架空省の令和元年度の事業で執行額が多い順に上から5件", first)
    assert not unknown.sheets


def test_the_project_of_another_ministry_is_no_follow_up() -> None:
    first = asked(f"{PROJECT}の令和元年度の執行額は")
    assert not asked("防衛省の謎の装置一式の令和元年度の執行率は？", first).sheets
    assert asked("では30年度は？", first).sheets == first.sheets


def test_turns_about_a_set() -> None:
    first = asked("環境省の2020年度シートは何件")
    total = asked("当初予算の合計は？", first)
    assert (total.operation, total.measures, total.filter.ministry) == (Operation.AGG_SUM, (Measure.INITIAL,), "環境省")
    before = asked("前年度は？", total, previous_years=(2020,))
    assert (before.fiscal_years, before.sheet_year) == ((2019,), None)
    assert asked("総務省では？", total).filter.ministry == "総務省"
    largest = asked("その中で一番大きいのは？", total)
    assert (largest.operation, largest.top_n, largest.measures) == (Operation.AGG_TOP, 1, (Measure.INITIAL,))
    assert not asked("目的は？", total).sheets  # no project of the set is meant


def test_the_ministry_of_the_project_with_the_measure_talked_about() -> None:
    first = asked(f"{PROJECT}の令和元年度の執行額は")
    found = asked("農水省全体では？", first)
    assert (found.operation, found.measures, found.fiscal_years) == (Operation.AGG_SUM, (Measure.EXECUTED,), (2019,))


def test_what_a_figure_cannot_stand_for() -> None:
    first = asked(f"{PROJECT}の令和元年度の執行額は")
    moved = asked("前の年と比べて？", first)
    assert asked("それは何％？", moved).operation is Operation.GROWTH_RATE
    for words in ("両方足すと？", "それは何％？"):
        assert asked(words, first).subject is Subject.NONE
    assert asked(f"{PROJECT}の執行率が一番悪かったのはいつ").operation is Operation.MIN_YEAR
    for words in ("2020年度シートの予算が100億円ちょうどの総務省の事業は", "株式会社架空データの受取額は2020年度シートで前年より増えた？"):
        assert asked(words).subject is not Subject.MANY


def test_a_ministry_is_no_part_of_another_project_s_name() -> None:
    found = asked("環境省の架空型輸送機の令和元年度の執行額は")
    assert not found.sheets
