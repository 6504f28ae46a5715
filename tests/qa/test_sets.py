"""The language of sets: exact cover, one evaluator, turns as edits; what is not read gives no figure."""

from __future__ import annotations

import dataclasses
import random
from decimal import Decimal
from pathlib import Path

import pytest

from corpus.fields import Field, Measure
from corpus.model import Sheet
from qa import lock
from qa.engine import Engine
from qa.model import Answer, Status
from qa.sets.mentions import _BESIDE_YEAR
from qa.sets.plan import By, Change, Compared, Fold, InMinistries, NameHolds, Order
from qa.understand.spans import BLANK
from tests.qa.sheets import budget, payee, sheet, stored
from ui.edits import BadEdit, apply_edits


def _sheet(year: int, number: str, name: str, ministry: str, figures: tuple[str, str, str], start: int, payees: tuple[tuple[str, str], ...] = ()) -> Sheet:
    initial, total, used = figures
    rows = [one for rank, (who, amount) in enumerate(payees, 1) for one in payee(f"A/{rank}", who, amount, "1234567890123")]
    cells = [
        *budget(Measure.INITIAL, {year: initial}),
        *budget(Measure.BUDGET_TOTAL, {year - 1: total}),
        *budget(Measure.EXECUTED, {year - 1: used}),
        *rows,
    ]
    texts = [(Field.PROJECT, name), (Field.ACCOUNT, "一般会計"), (Field.BUREAU, "架空局"), (Field.START_YEAR, f"{start}年度")]
    return sheet(year, cells, texts, project=name, number=number, ministry=ministry)


SHEETS = (
    _sheet(2020, "0001", "水路の見回り事業", "総務省", ("100", "100", "90"), 2010, (("株式会社架空建設", "30"),)),
    _sheet(2020, "0002", "橋の手入れ事業", "総務省", ("300", "200", "40"), 2019, (("株式会社架空建設", "20"),)),
    _sheet(2020, "0003", "水辺の森づくり事業", "法務省", ("700", "50", "50"), 2010),
    _sheet(2020, "0004", "しおりの作成事業", "法務省", ("-", "10", "-"), 2010),
    _sheet(2021, "0001", "水路の見回り事業", "総務省", ("150", "100", "80"), 2010),
    _sheet(2021, "0003", "水辺の森づくり事業", "法務省", ("350", "700", "600"), 2010),
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder: Path = tmp_path_factory.mktemp("data")
    return Engine(stored(folder, SHEETS))


def first(answer: Answer) -> tuple[str | None, str | None]:
    assert answer.status is Status.ANSWERED, answer.answer
    return answer.results[0].value, answer.results[0].unit


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("総務省の2020年度シートの令和2年度当初予算を全部足すと", ("400", "百万円")),
        ("総務省と法務省、2020年度シートの令和元年度執行額の合計は", ("180", "百万円")),
        ("2020年度シートは何件ありますか。全省庁で", ("4", "件")),
        ("法務省ぬきで2020年度シートは何件", ("2", "件")),
        ("総務省の2020年度シートで当初予算が1億円以上2億円未満の事業は何件", ("1", "件")),
        ("総務省の令和2年度シート、1事業あたりの当初予算の平均は", ("200", "百万円")),
        ("事業名に「水」が入っている事業の2020年度当初予算の合計", ("800", "百万円")),
        ("総務省の2020年度シートで2019年度に始まった事業は何件", ("1", "件")),
        ("総務省の2020年度シートで開始が2015年より前の事業は何件", ("1", "件")),
        ("総務省の当初予算は2020年度から2021年度でいくら減った", ("-250", "百万円")),
        ("株式会社架空建設が2020年度シートで受け取った金額は合計でいくら", ("50", "百万円")),
        ("総務省の2020年度シートで令和元年度の使い残しは合計いくら", ("170", "百万円")),
        ("執行率が一番低い府省庁はどこ？令和2年度シート", ("43.3", "%")),
    ],
)  # fmt: skip
def test_values(engine: Engine, question: str, value: tuple[str, str]) -> None:
    answer = engine.ask(question)
    assert answer.interpretation is not None and answer.interpretation.plan is not None, answer.answer
    assert first(answer) == value


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("総務省の2020年度シートで令和元年度の執行率がいちばん低かった事業は", "橋の手入れ事業"),
        ("総務省の2020年度シートで令和元年度の執行額が最小の事業は", "橋の手入れ事業"),
        ("2020年度シートで令和2年度当初予算が2番目に大きい事業は", "橋の手入れ事業"),
        ("2020年度の当初予算の合計が多い府省庁は", "法務省"),
        ("当初予算が2020年度から2021年度で一番減った省はどこ", "法務省"),
    ],
)
def test_first_places_and_directions(engine: Engine, question: str, name: str) -> None:
    answer = engine.ask(question)
    assert answer.results[0].label == name, answer.answer


RESTRICTIONS = ("道路関連の", "がん対策の", "東京都内の", "離島向けの", "未執行の", "コロナ禍の")


@pytest.mark.parametrize("word", RESTRICTIONS)
@pytest.mark.parametrize(
    "question",
    [
        "総務省の2020年度シートの{}当初予算を全部足すと",
        "総務省の{}事業は2020年度シートで何件",
        "{}2020年度シートで執行額が大きい事業を上から3つ。全省庁で",
    ],
)
def test_a_restricting_word_never_leaves_the_figure_as_it_was(engine: Engine, question: str, word: str) -> None:
    plain, restricted = engine.ask(question.format("")), engine.ask(question.format(word))
    assert plain.status is Status.ANSWERED
    same = restricted.status is Status.ANSWERED and restricted.results[:1] == plain.results[:1]
    assert not same, restricted.answer


def test_words_left_over_are_named(engine: Engine) -> None:
    answer = engine.ask("総務省の2020年度シートのぷるぷる係数は何件")
    assert answer.status is Status.UNSUPPORTED
    assert not answer.results


def test_a_turn_edits_the_plan(engine: Engine) -> None:
    assert first(engine.ask("総務省の2020年度シートは何件", session="a")) == ("2", "件")
    assert first(engine.ask("法務省は？", session="a")) == ("2", "件")
    assert first(engine.ask("当初予算の合計は？", session="a")) == ("700", "百万円")
    assert first(engine.ask("その中で執行額が一番大きいのは？", session="a")) == ("50", "百万円")


def test_an_unread_turn_does_not_lose_the_subject(engine: Engine) -> None:
    engine.ask("橋の手入れ事業の2020年度当初予算は", session="b")
    assert engine.ask("ぷるぷる係数の具合はどう", session="b").status is not Status.ANSWERED
    assert first(engine.ask("令和元年度の執行額は？", session="b")) == ("40", "百万円")


def test_places_in_a_list(engine: Engine) -> None:
    engine.ask("2020年度シートで令和元年度の執行額が大きい事業を上から3つ", session="c")
    assert first(engine.ask("2位の事業の当初予算は？", session="c")) == ("700", "百万円")


@pytest.mark.parametrize("seed", range(40))
def test_a_set_of_one_sheet_has_the_value_of_its_project(engine: Engine, seed: int) -> None:
    rng = random.Random(seed)
    one = rng.choice([s for s in SHEETS if s.sheet_year == 2020 and s.number != "0004"])
    measure, year = rng.choice([("当初予算", 2020), ("執行額", 2019), ("予算計", 2019)])
    of_set = engine.ask(f"事業名に「{one.project}」が入っている事業の2020年度シートの{year}年度の{measure}の合計")
    of_project = engine.ask(f"2020年度シートの「{one.project}」の{year}年度の{measure}は")
    assert Decimal(of_set.results[0].value or "") == Decimal(of_project.results[0].value or "-1")


def test_the_plan_is_typed(engine: Engine) -> None:
    asked = engine.ask("総務省と法務省で、事業名に「水」が入る事業の当初予算が1億円以上のものは2020年度シートで何件").interpretation
    assert asked is not None and asked.plan is not None
    plan = asked.plan
    assert (plan.fold, plan.by, plan.order, plan.change) == (Fold.COUNT, By.NOTHING, Order.NONE, Change.NONE)
    assert {type(one) for one in plan.where} == {InMinistries, NameHolds, Compared}


@pytest.mark.parametrize("change", ["figure", "ministry", "missing", "other sheet"])
def test_the_lock_refuses_rows_that_the_store_does_not_have(engine: Engine, change: str) -> None:
    answer = engine.ask("総務省の2020年度シートの令和2年度当初予算を全部足すと")
    assert not lock.check(answer, engine.corpus)
    assert answer.table is not None
    first_row, *rest = answer.table.rows
    rows = {
        "figure": ((*first_row[:4], "1"), *rest),
        "ministry": ((*first_row[:2], "法務省", *first_row[3:]), *rest),
        "missing": tuple(rest),
        "other sheet": (("2020/総務省/9999", *first_row[1:]), *rest),
    }[change]
    assert lock.check(dataclasses.replace(answer, table=dataclasses.replace(answer.table, rows=rows)), engine.corpus)


@pytest.mark.parametrize(
    ("edit", "value"),
    [({"ministry": "法務省"}, "700"), ({"sheet_year": "2021"}, "150"), ({"fiscal_years": "2021"}, "150")],
)
def test_a_control_edits_the_plan_and_keeps_its_conditions(engine: Engine, edit: dict[str, str], value: str) -> None:
    asked = engine.ask("総務省の2020年度シートで事業名に「水」が入る事業の令和2年度当初予算の合計").interpretation
    assert asked is not None
    edited = apply_edits(engine.corpus, asked, edit)
    assert edited.plan is not None and NameHolds("水") in edited.plan.where
    assert engine.ask(asked.question, interpretation=edited).results[0].value == value


def test_what_a_control_cannot_say_is_refused(engine: Engine) -> None:
    asked = engine.ask("総務省の2020年度シートは何件").interpretation
    assert asked is not None
    with pytest.raises(BadEdit):
        apply_edits(engine.corpus, asked, {"operation": "上位"})


def test_sheet_years_that_are_not_stored_are_not_dropped(engine: Engine) -> None:
    answer = engine.ask("総務省の2010年度シートと2020年度シートの事業数は")
    assert answer.status is not Status.ANSWERED, answer.answer


def test_a_remark_about_a_year_does_not_swallow_the_words_before_it() -> None:
    found = _BESIDE_YEAR.search(f"道路関連 コロナ初年度の{BLANK}")
    assert found is not None
    assert found.group() == "コロナ初年度の"
