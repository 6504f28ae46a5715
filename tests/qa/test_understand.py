"""What is asked: figures, operations, payees, texts, many sheets, what sheets never record, and turns."""

from __future__ import annotations

from decimal import Decimal

import pytest

from corpus.fields import Field, Measure
from qa.model import Compare, Operation, Subject
from qa.understand.text import MAX_QUESTION
from tests.qa.understanding import asked

NAME = "架空自治体の情報基盤を強くするための対策事業"


@pytest.mark.parametrize(
    ("words", "measure"),
    [
        ("に令和元年度は実際いくら使った？", Measure.EXECUTED),
        ("の30年度に使われた金額は", Measure.EXECUTED),
        ("の令和元年度の執行済額", Measure.EXECUTED),
        ("に最初についた予算（30年度）", Measure.INITIAL),
        ("は30年度当初でいくら積まれましたか", Measure.INITIAL),
        ("の30年度の補正後に追加された額", Measure.SUPPLEMENTARY),
        ("の30年度、補正や繰越しも含めた予算の合計は", Measure.BUDGET_TOTAL),
        ("の30年度の歳出予算現額", Measure.BUDGET_TOTAL),
        ("の30年度に前の年度から繰り越されてきた予算", Measure.CARRIED_IN),
        ("の30年度予算のうち翌年度に繰り越された額", Measure.CARRIED_OUT),
        ("の30年度の予備費", Measure.RESERVE),
        ("は令和3年度にいくら要求していますか", Measure.REQUEST),
        ("の令和3年度の概算要求額", Measure.REQUEST),
    ],
)
def test_measures_in_everyday_words(words: str, measure: Measure) -> None:
    found = asked(NAME + words)
    assert found.subject is Subject.FIGURE
    assert found.measures == (measure,)
    assert found.operation is Operation.LOOKUP


@pytest.mark.parametrize(
    ("words", "operation", "years"),
    [
        ("の執行額は平成29年度から30年度でいくら増減した？", Operation.DIFFERENCE, (2017, 2018)),
        ("の30年度の執行額は前年度と比べていくら増えた？", Operation.DIFFERENCE, (2017, 2018)),
        ("の執行額の伸び率を29→30年度で", Operation.GROWTH_RATE, (2017, 2018)),
        ("の30年度の執行額は29年度の何倍？", Operation.RATIO, (2017, 2018)),
        ("の執行額を29年度から令和元年度まで足すと？", Operation.SUM, (2017, 2018, 2019)),
        ("の29・30年度の執行額の平均は", Operation.MEAN, (2017, 2018)),
        ("の執行額が最も多かった年度は？", Operation.MAX_YEAR, ()),
        ("の執行額が一番少ない年度は？", Operation.MIN_YEAR, ()),
        ("の執行額の推移", Operation.TREND, ()),
        ("の過去3年間の執行額の推移", Operation.TREND, (2017, 2018, 2019)),
        ("の30年度の執行率は", Operation.EXECUTION_RATE, (2018,)),
        ("は30年度に予算の何％を使い切ったのか", Operation.EXECUTION_RATE, (2018,)),
        ("の30年度の不用額（計と執行額の差）", Operation.UNUSED, (2018,)),
        ("は30年度にいくら余った？", Operation.UNUSED, (2018,)),
    ],
)
def test_operations(words: str, operation: Operation, years: tuple[int, ...]) -> None:
    found = asked(NAME + words)
    assert (found.operation, found.fiscal_years) == (operation, years)


def test_two_measures_pair_up_with_their_years() -> None:
    found = asked(f"{NAME}の3年度要求額は2年度当初予算に比べて何％の伸びか")
    assert found.operation is Operation.GROWTH_RATE
    assert (found.measures, found.fiscal_years) == ((Measure.INITIAL, Measure.REQUEST), (2020, 2021))


def test_condition_premise_and_unit() -> None:
    over = asked(f"{NAME}の執行額が300百万円を超えた年は？")
    assert over.operation is Operation.YEARS_OVER
    assert over.threshold is not None
    assert (over.threshold.compare, over.threshold.value, over.threshold.unit) == (Compare.GT, Decimal(300), "百万円")
    premise = asked(f"{NAME}の令和元年度の執行額は500億円ですよね")
    assert (premise.premise, premise.unit) == ((Decimal(500), "億円"), "")
    assert asked(f"{NAME}の令和元年度の執行額を億円単位で").unit == "億円"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("は何をする事業ですか", Field.OVERVIEW), ("は何のための経費？", Field.PURPOSE), ("の担当課はどこ", Field.DIVISION),
        ("はどこの局の担当？", Field.BUREAU), ("はいつ始まった？", Field.START_YEAR), ("はいつ終わる予定？", Field.END_YEAR),
        ("の根拠となる法律は", Field.LAW), ("について外部有識者は何と言っている？", Field.EXPERT_OPINION),
        ("の推進チームの所見は", Field.TEAM_OPINION), ("の点検結果を読みたい", Field.CHECK_RESULT),
        ("の3年度要求が大きく増えた理由は？", Field.CHANGE_REASON), ("の作成責任者は誰", Field.AUTHOR),
    ],
)  # fmt: skip
def test_texts(words: str, field: Field) -> None:
    found = asked(NAME + words)
    assert (found.subject, found.field) == (Subject.TEXT, field)


def test_checklist_questions() -> None:
    found = asked(f"{NAME}に一者応札又は一者応募となったものはありましたか")
    assert (found.subject, found.field) == (Subject.TEXT, Measure.CHECK_MARK)
    assert found.item.startswith("一者応札")
    assert asked(f"{NAME}の不用率が大きかった理由は？").field == Measure.CHECK_NOTE


@pytest.mark.parametrize(
    ("words", "operation", "expected"),
    [
        ("で一番多く受け取った支出先は？", Operation.PAYEE_TOP, {"rank": 1}),
        ("で2番目に大きい支出先は？", Operation.PAYEE_TOP, {"rank": 2}),
        ("から株式会社架空データにいくら払われた？", Operation.PAYEE_AMOUNT, {"payee": "株式会社架空データ"}),
        ("で、架空岬市に渡った金額を教えて", Operation.PAYEE_AMOUNT, {"payee": "架空岬市"}),
        ("で、合同会社ナイモノへの支出額は？", Operation.PAYEE_AMOUNT, {"payee": "合同会社ナイモノ"}),
        ("で、架空岬町にはいくら支出されていますか", Operation.PAYEE_AMOUNT, {"payee": "架空岬町"}),
        ("の支出先、㈱架空データの法人番号は？", Operation.PAYEE_FIELD, {"field": "法人番号"}),
        ("の支出先Bブロックの合計は？", Operation.PAYEE_BLOCK, {"block": "B"}),
        ("のブロックＡの支出額を合計して", Operation.PAYEE_BLOCK, {"block": "A"}),
        ("の支出先は何社？", Operation.PAYEE_COUNT, {}),
        ("のお金はどこに払われましたか", Operation.PAYEE_LIST, {}),
        ("の支出先上位3者を教えて", Operation.PAYEE_LIST, {"top_n": 3}),
    ],
)
def test_payees(words: str, operation: Operation, expected: dict[str, object]) -> None:
    found = asked(NAME + words)
    assert (found.subject, found.operation) == (Subject.PAYEE, operation)
    assert {key: getattr(found, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("words", "measure", "item"),
    [
        ("で、相談窓口の相談件数は令和元年度に何件だった？", Measure.OUTCOME_ACTUAL, "架空相談窓口における相談件数"),
        ("の架空講習会の受講者数、令和元年度の実績は？", Measure.OUTPUT_ACTUAL, "架空講習会の受講者数"),
        ("の職員旅費、2年度当初予算はいくら", Measure.INITIAL, "職員旅費"),
    ],
)
def test_items_in_the_words_of_the_sheet(words: str, measure: Measure, item: str) -> None:
    found = asked(NAME + words)
    assert (found.measures, found.item) == ((measure,), item)


@pytest.mark.parametrize("thing", ["ロゴの色は？", "担当者の電話番号を教えて", "職員の平均年齢は何歳？", "会議に参加した国会議員は誰"])
def test_things_sheets_never_record(thing: str) -> None:
    found = asked(f"{NAME}の{thing}")
    assert (found.subject, found.field) == (Subject.TEXT, "")
    assert found.reason
    assert found.sheets


def test_words_that_nothing_explains_are_not_said_to_be_unrecorded() -> None:
    found = asked(f"{NAME}の不思議指数は？")
    assert found.subject is Subject.NONE
    assert found.not_understood


@pytest.mark.parametrize("question", ["今日の天気は？", "総理大臣は誰ですか", f"{NAME}は無駄だと思いますか", "こんにちは"])
def test_outside_of_what_sheets_say(question: str) -> None:
    assert asked(question).subject is Subject.NONE


@pytest.mark.parametrize(
    ("question", "operation"),
    [
        ("総務省の令和2年度シートは何件？", Operation.AGG_COUNT),
        ("国交省の2020年度シートを全部足すと、元年度の執行額は合計でいくら", Operation.AGG_SUM),
        ("経産省の令和2年度シートで当初予算が大きい事業を上から3つ", Operation.AGG_TOP),
        ("環境省の3年度シートで、2年度の執行率が5割を切っている事業は何件？", Operation.AGG_THRESHOLD),
        ("株式会社架空データが支出先に載っている総務省の事業は、令和2年度シートで何件ありますか", Operation.AGG_COUNT),
        ("厚労省の令和2年度シートで、局別の当初予算を教えて", Operation.AGG_GROUP),
        ("農水省で令和元年度から2年度に当初予算が増えた事業は？", Operation.AGG_CHANGE),
    ],
)
def test_many_sheets(question: str, operation: Operation) -> None:
    found = asked(question)
    assert (found.subject, found.operation) == (Subject.MANY, operation)
    assert found.filter.ministry


def test_threshold_and_payee_of_many_sheets() -> None:
    low = asked("防衛省の令和2年度シートで、元年度の執行率が3割に達しなかった事業は何件？")
    assert low.threshold is not None
    assert (low.threshold.compare, low.threshold.value, low.field) == (Compare.LT, Decimal(30), "件数")
    assert asked("株式会社架空データに支出している総務省の事業は2020年度シートで何件？").filter.payee == "株式会社架空データ"


def test_comparison_of_two_projects() -> None:
    found = asked(f"{NAME}と架空農業振興推進事業では、令和元年度の執行額はどちらが多い？")
    assert found.operation is Operation.COMPARE
    assert {s.project for s in found.sheets} == {NAME, "架空農業振興推進事業"}


@pytest.mark.parametrize("question", ["", "？！…", "あ" * (MAX_QUESTION + 1), "\x00\x01"])
def test_input_that_cannot_be_read(question: str) -> None:
    found = asked(question)
    assert found.subject is Subject.NONE
    assert found.reason


def test_turns_inherit_what_they_leave_out() -> None:
    first = asked(f"{NAME}の平成30年度の当初予算を令和2年度シートで")
    following = asked("では翌年度は？", first)
    assert (following.sheet_year, following.fiscal_years, following.measures) == (2020, (2019,), (Measure.INITIAL,))
    difference = asked("1年でどれだけ増えた？", following)
    assert (difference.operation, difference.fiscal_years) == (Operation.DIFFERENCE, (2018, 2019))
    assert asked("率にすると？", difference).operation is Operation.GROWTH_RATE
    assert asked("億円で言うと？", following).unit == "億円"
    rate = asked("その執行率は？", following)
    assert (rate.operation, rate.fiscal_years) == (Operation.EXECUTION_RATE, (2019,))
    assert asked("いや、補正予算の方", rate).measures == (Measure.SUPPLEMENTARY,)
    assert asked("担当課はどこ？", rate).field == Field.DIVISION


def test_turns_on_payees() -> None:
    first = asked(f"{NAME}の最大の支出先を令和2年度シートで")
    number = asked("そこの法人番号は？", first, previous_payees=("株式会社架空データ",))
    assert (number.operation, number.payee) == (Operation.PAYEE_FIELD, "株式会社架空データ")
    amount = asked("いくら支出している？", number, previous_payees=("株式会社架空データ",))
    assert (amount.operation, amount.payee) == (Operation.PAYEE_AMOUNT, "株式会社架空データ")
    assert asked("2番目は？", first).rank == 2
    block = asked(f"{NAME}のAブロックの支出額の合計")
    assert asked("Ｂは？", block).block == "B"
    whole = asked("事業全体で令和元年度に執行した額は？", amount)
    assert (whole.subject, whole.measures) == (Subject.FIGURE, (Measure.EXECUTED,))


def test_the_year_that_was_found_is_the_year_talked_about() -> None:
    first = asked(f"{NAME}の執行額が最大の年度は？令和2年度シートで")
    found = asked("その年度の当初予算は？", first, previous_years=(2018,))
    assert found.fiscal_years == (2018,)
    assert asked("その前年度は？", first, previous_years=(2018,)).fiscal_years == (2017,)


def test_another_project_starts_afresh_and_a_made_up_one_is_refused() -> None:
    first = asked(f"{NAME}の平成30年度の当初予算")
    other = asked("架空農業振興推進事業の令和元年度の執行額は？", first)
    assert {s.project for s in other.sheets} == {"架空農業振興推進事業"}
    assert asked("では、架空農業振興推進事業は？", first).measures == (Measure.INITIAL,)
    assert asked("月面温泉開発事業は？", first).sheets == ()


def test_choosing_among_candidates() -> None:
    first = asked("架空庁舎の維持管理に必要な経費の令和元年度の執行額は？")
    chosen = asked("国交省の方", first)
    assert {s.ministry for s in chosen.sheets} == {"国土交通省"}
    assert (chosen.measures, chosen.rivals) == ((Measure.EXECUTED,), ())
    assert asked("2番目", first).sheets[0].sheet_id == first.rivals[1].sheet_id


def test_the_sheet_in_focus_is_the_subject() -> None:
    found = asked("令和元年度の執行額は？", sheet_id="2020/総務省/0011")
    assert found.sheets[0].sheet_id == "2020/総務省/0011"
    assert (found.sheet_year, found.fiscal_years) == (2020, (2019,))
