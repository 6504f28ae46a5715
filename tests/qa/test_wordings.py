"""Ways of asking that no phrase list holds, found with the held-out sets (``benchmarks/heldout``)."""

from __future__ import annotations

import pytest

from corpus.fields import Field, Measure
from qa.model import Operation, Subject
from qa.understand.asking import UNREAD_QUESTION
from qa.understand.many import UNREAD_COUNT
from tests.qa.understanding import asked

NAME = "架空自治体の情報基盤を強くするための対策事業"
YEARS = "平成30年度から令和元年度に"


@pytest.mark.parametrize(
    ("words", "operation"),
    [
        (f"の執行額が{YEARS}いくら変化したか", Operation.DIFFERENCE),
        (f"の執行額は{YEARS}かけてどれくらい動いた？", Operation.DIFFERENCE),
        (f"の執行額は{YEARS}増えましたか減りましたか", Operation.DIFFERENCE),
        ("の執行額は、2018年度比で2019年度は何パーセントの増減か", Operation.GROWTH_RATE),
        ("は29、30、元年度の3年で計いくら使っていますか", Operation.SUM),
        ("は、どの年度にもっとも多く執行していますか", Operation.MAX_YEAR),
        ("の執行額、2018→2019年度の伸びは何％？", Operation.GROWTH_RATE),
        (f"の執行額、{YEARS}いくらアップした？", Operation.DIFFERENCE),
        ("の令和元年度の執行額は前年度よりいくら少ない？", Operation.DIFFERENCE),
        ("、平成30年度と令和元年度の執行額を引き算するといくら？", Operation.DIFFERENCE),
        ("の29〜元年度当初予算の積み上げはいくら？", Operation.SUM),
        ("は何年度に一番お金を使った？額と合わせて", Operation.MAX_YEAR),
        ("の執行額が一番膨らんだのは何年度か", Operation.MAX_YEAR),
        ("はどの年がいちばん支出が多かったですか", Operation.MAX_YEAR),
        ("の29年度から元年度まで3か年の当初予算を全部ひっくるめるといくら？", Operation.SUM),
        ("に29年度〜元年度で投入された執行額の計は？", Operation.SUM),
        ("の30年度予算はどこまで執行されましたか、率で", Operation.EXECUTION_RATE),
        ("は30年度に予算の何割しか使わなかったのか", Operation.EXECUTION_RATE),
        ("は30年度にどれくらい使い残した？", Operation.UNUSED),
        ("の執行額は30年度から元年度にどのくらいの率で増えましたか", Operation.GROWTH_RATE),
        ("の執行額、29年度＋30年度＋元年度はいくらになる？", Operation.SUM),
        ("は令和元・2の2か年度で当初予算の合計はいくら", Operation.SUM),
        ("の30年度予算のうち実際に使われた割合を", Operation.EXECUTION_RATE),
        ("、30年度は予算をどのくらい消化した？（2020年度シート、％）", Operation.EXECUTION_RATE),
    ],
)
def test_shapes_of_asking(words: str, operation: Operation) -> None:
    found = asked(NAME + words)
    assert (found.subject, found.operation) == (Subject.FIGURE, operation)


def test_parts_named_together_ask_for_the_total() -> None:
    found = asked(f"{NAME}には30年度に合計どのくらいの予算がありましたか（繰越や補正も入れて）")
    assert found.measures == (Measure.BUDGET_TOTAL,)
    assert asked(f"{NAME}の令和元年度の計を2020年度シートで").measures == (Measure.BUDGET_TOTAL,)


@pytest.mark.parametrize(
    ("words", "payee"),
    [
        ("で、最も多額の支出を受けた先と額は", ""),
        ("の支出先のうち、いちばん額が大きいところは", ""),
        ("のトップの支出先の名前と支出額", ""),
    ],
)
def test_the_largest_payee(words: str, payee: str) -> None:
    found = asked(NAME + words)
    assert (found.operation, found.payee) == (Operation.PAYEE_TOP, payee)


@pytest.mark.parametrize(
    ("question", "payee"),
    [
        (f"架空岬市が{NAME}で受けた額はいくら", "架空岬市"),
        (f"{NAME}で株式会社架空データさんにいくら払った", "株式会社架空データ"),
        (f"{NAME}でいろは有限責任監査法人に払った額", "有限責任監査法人"),
        (f"{NAME}における株式会社架空データの支出額", "株式会社架空データ"),
    ],
)
def test_payees_by_form_and_verb(question: str, payee: str) -> None:
    found = asked(question)
    assert found.subject is Subject.PAYEE
    assert payee in found.payee
    assert "における" not in found.payee


def test_a_block_by_its_payees() -> None:
    assert asked(f"{NAME}で、B の支出先群に支払われた額の合計").block == "B"


def test_a_year_behind_a_field_is_no_number() -> None:
    assert asked(f"{NAME}の点検結果（2020年度シート）はどうなっていますか").field == Field.CHECK_RESULT
    assert asked(f"{NAME}の今後の改善の方向性は2020年度シートでどう書かれていますか").field == Field.IMPROVEMENT


@pytest.mark.parametrize("words", ["の作成者の血液型は？", "の担当課長の似顔絵を見せて"])
def test_what_is_asked_about_a_field_is_not_the_field(words: str) -> None:
    found = asked(NAME + words)
    assert (found.subject, found.field) == (Subject.NONE, "")
    assert found.not_understood


def test_no_plain_figure_for_an_unread_ranking() -> None:
    assert asked(f"{NAME}の令和元年度の割合は？").subject is not Subject.FIGURE
    assert asked(f"{NAME}の令和元年度は2番目？").reason == UNREAD_QUESTION


@pytest.mark.parametrize(
    "words", ["の執行額がまともになったのは何年度？", "の執行額は30年度から元年度にどのように調整された？", "の執行額の順位は？"]
)
def test_no_figure_in_place_of_what_is_asked(words: str) -> None:
    found = asked(NAME + words)
    assert found.subject is not Subject.FIGURE or found.operation is not Operation.LOOKUP


def test_how_many_years_is_no_year() -> None:
    found = asked(f"{NAME}に平成30・令和元・令和2の3年度で付いた当初予算の総額")
    assert (found.operation, found.fiscal_years) == (Operation.SUM, (2018, 2019, 2020))


@pytest.mark.parametrize("words", ["は何年まで続いた？", "を作ったのはどこの誰？", "で働いたのは何人？"])
def test_no_description_in_place_of_what_is_asked(words: str) -> None:
    assert asked(NAME + words).field != Field.OVERVIEW


def test_projects_paid_to_a_university() -> None:
    found = asked("国立大学法人架空大学にお金が行っている総務省の事業は2020年度シートで何件ですか")
    assert (found.operation, found.filter.payee) == (Operation.AGG_COUNT, "国立大学法人架空大学")


def test_a_counted_set_is_no_project_of_that_ministry() -> None:
    found = asked("株式会社架空データが支出先になっている総務省の事業は2020年度シートで何件か")
    assert (found.subject, found.filter.payee, found.filter.ministry) == (Subject.MANY, "株式会社架空データ", "総務省")


def test_the_number_of_projects_wherever_it_stands() -> None:
    for words in ("執行額が大きい事業を3つ", "一番お金を使った事業から順に3つ", "当初予算ビッグ3は", "当初予算が大きいのは？3位まで"):
        assert asked(f"総務省の2020年度シートで{words}").top_n == 3


def test_no_count_of_all_sheets_for_an_unread_condition() -> None:
    found = asked("総務省の2020年度シートで、架空連合が支出先なのは何件ですか")
    assert found.filter.payee or found.reason == UNREAD_COUNT
    assert asked("架空の何かの閲覧の数は？2020年度シート").operation is not Operation.AGG_COUNT


def test_opinions_on_the_budget_are_outside() -> None:
    assert asked(f"{NAME}の予算は適正ですか、評価してください").subject is Subject.NONE


def test_the_year_behind_fy() -> None:
    assert asked(f"{NAME}ってFY2018はいくら使ったの？").fiscal_years == (2018,)
    assert asked(f"{NAME}の令和元年度の当初予算を、その年のシートから").sheet_year == 2019


# ---------------------------------------------------------------- turns


def test_the_year_before_against_a_named_one() -> None:
    first = asked(f"{NAME}の令和元年度の執行額は")
    for words in ("30年度と比べると？", "30年度からどう変わった？"):
        found = asked(words, first)
        assert (found.operation, found.fiscal_years) == (Operation.DIFFERENCE, (2018, 2019))


def test_another_measure_keeps_the_year_whatever_else_is_said() -> None:
    first = asked(f"{NAME}の30年度の執行率は")
    assert asked("その分子と分母のうち分子、執行額は？", first).fiscal_years == (2018,)


def test_the_sum_goes_on_with_another_measure() -> None:
    first = asked(f"{NAME}の29年度から令和元年度の執行額を合計して")
    found = asked("当初予算の合計も", first)
    assert (found.operation, found.measures, found.fiscal_years) == (Operation.SUM, (Measure.INITIAL,), (2017, 2018, 2019))


def test_years_from_one_on() -> None:
    found = asked(f"{NAME}の平成29年度から3年間の執行額の合計は？")
    assert (found.operation, found.fiscal_years) == (Operation.SUM, (2017, 2018, 2019))


@pytest.mark.parametrize("question", ["Q. {}の令和元年度の執行額は？", "> {}の令和元年度の執行額は (^^)", "【質問】{}の令和元年度の執行額はm(_ _)m"])
def test_marks_around_a_question(question: str) -> None:
    assert asked(question.format(NAME)).fiscal_years == (2019,)
    assert asked(question.format(NAME)).sheets


def test_the_next_payee() -> None:
    first = asked(f"{NAME}で支出額が最大の支出先は")
    for words in ("二番手は？", "次に多いのは？", "2位は"):
        found = asked(words, first)
        assert (found.operation, found.rank) == (Operation.PAYEE_TOP, 2)


def test_another_payee_and_another_block() -> None:
    first = asked(f"{NAME}で株式会社架空データにはいくら出てる？")
    assert asked("架空岬市は？", first).payee == "架空岬市"
    block = asked(f"{NAME}のAブロックの支出額合計は？")
    assert asked("Bだといくら？", block).block == "B"


def test_a_name_and_its_letters_count_once() -> None:
    from qa.understand.folding import fold_name

    assert fold_name("世界保健機関（WHO）分担金") == fold_name("世界保健機関分担金") == fold_name("WHO分担金")


def test_a_few_words_of_another_name_change_no_project() -> None:
    first = asked(f"{NAME}の30年度の執行率は")
    found = asked("架空感染症の影響がなかった前の年は？", first)
    assert [s.sheet_id for s in found.sheets] == [s.sheet_id for s in first.sheets]


def test_what_is_quoted_behind_the_name_is_another_thing() -> None:
    found = asked("架空農業振興推進事業における「架空相談窓口における相談件数」の令和元年度の成果実績は")
    assert found.sheets
    assert found.item
