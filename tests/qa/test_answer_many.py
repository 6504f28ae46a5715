"""Questions over many sheets: complete, totals only, left-outs counted, payees by their written name."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from corpus.fields import Field, Measure
from corpus.model import Scope, Sheet, Table
from corpus.store.reader import Corpus
from qa.engine import Engine
from qa.model import Answer, Compare, Filter, Interpretation, Operation, Status, Subject, Threshold
from tests.qa.sheets import budget, cell, payee, sheet, stored


def _sheet(number: str, name: str, ministry: str, initial: str, total: str, used: str, payees: tuple[str, ...] = ()) -> Sheet:
    rows = [one for rank, who in enumerate(payees, 1) for one in payee(f"A/{rank}", who, "5", "1234567890123")]
    cells = [
        *budget(Measure.INITIAL, {2019: initial, 2020: initial}),
        *budget(Measure.BUDGET_TOTAL, {2019: total}),
        *budget(Measure.EXECUTED, {2019: used}),
        cell(Table.BUDGET_ACCOUNTS, ("一般会計", "当初予算"), "2020年度", initial, Measure.INITIAL, item="一般会計", year=2020,
             scope=Scope.PART),
        *rows,
    ]  # fmt: skip
    texts = [(Field.PROJECT, name), (Field.ACCOUNT, "一般会計"), (Field.BUREAU, "架空局")]
    return sheet(2020, cells, texts, project=name, number=number, ministry=ministry)


SHEETS = (
    _sheet("0001", "架空道路整備事業", "架空省", "100", "100", "90", ("株式会社架空建設", "㈱架空建設")),
    _sheet("0002", "架空橋梁点検事業", "架空省", "300", "200", "40", ("株式会社架空建設",)),
    _sheet("0003", "架空河川管理事業", "架空省", "50.5", "0", "0"),
    _sheet("0004", "架空調査事業", "架空省", "-", "10", "-"),
    _sheet("0005", "別省の道路事業", "別省", "1,000", "1,000", "1,000", ("別会社",)),
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder: Path = tmp_path_factory.mktemp("data")
    return stored(folder, SHEETS)


@pytest.fixture(scope="module")
def engine(corpus: Corpus) -> Engine:
    return Engine(corpus)


def ask(engine: Engine, operation: Operation, **fields: object) -> Answer:
    fields.setdefault("sheet_year", 2020)
    fields.setdefault("filter", Filter(ministry="架空省"))
    asked = Interpretation("架空省の事業", Subject.MANY, operation, **fields)  # type: ignore[arg-type]
    return engine.ask(asked.question, interpretation=asked)


def test_count(engine: Engine) -> None:
    found = ask(engine, Operation.AGG_COUNT)
    assert (found.results[0].value, found.results[0].unit) == ("4", "件")
    assert found.table is not None
    assert len(found.table.rows) == 4


def test_sum_counts_no_parts_and_says_what_is_left_out(engine: Engine) -> None:
    found = ask(engine, Operation.AGG_SUM, measures=(Measure.INITIAL,), fiscal_years=(2020,))
    assert (found.results[0].value, found.results[0].unit) == ("450.5", "百万円")  # 100 + 300 + 50.5
    assert any("記載なし" in note and "1件" in note for note in found.notes)
    assert found.table is not None
    assert found.table.left_out[0][3] == "架空調査事業"


def test_executed_of_a_year_comes_from_the_next_sheet(engine: Engine) -> None:
    found = ask(engine, Operation.AGG_SUM, measures=(Measure.EXECUTED,), fiscal_years=(2019,), sheet_year=None)
    assert found.results[0].value == "130"


def test_top(engine: Engine) -> None:
    found = ask(engine, Operation.AGG_TOP, measures=(Measure.INITIAL,), fiscal_years=(2020,), top_n=2)
    assert [(one.label, one.value) for one in found.results[:2]] == [("架空橋梁点検事業", "300"), ("架空道路整備事業", "100")]
    everyone = ask(engine, Operation.AGG_TOP, measures=(Measure.INITIAL,), fiscal_years=(2020,), top_n=1, filter=Filter())
    assert everyone.results[0].label == "別省の道路事業"


def test_low_rates_leave_out_zero_and_missing_budgets(engine: Engine) -> None:
    condition = Threshold(Compare.LT, Decimal(50), "%")
    found = ask(engine, Operation.AGG_THRESHOLD, measures=(Measure.EXECUTION_RATE,), fiscal_years=(2019,), threshold=condition)
    assert found.results[0].value == "1"
    assert found.results[1].value == "2"
    assert "架空橋梁点検事業" in found.answer
    assert sum("集計から除いた" in note for note in found.notes) == 2


def test_amount_threshold_group_and_topic(engine: Engine) -> None:
    condition = Threshold(Compare.GE, Decimal(1), "億円")
    over = ask(engine, Operation.AGG_COUNT, measures=(Measure.INITIAL,), fiscal_years=(2020,), threshold=condition)
    assert over.results[0].value == "2"
    groups = ask(engine, Operation.AGG_GROUP, measures=(Measure.INITIAL,), fiscal_years=(2020,), filter=Filter())
    assert [(one.label, one.value) for one in groups.results[:2]] == [("別省", "1000"), ("架空省", "450.5")]
    topic = ask(engine, Operation.AGG_COUNT, filter=Filter(topic="道路"))
    assert topic.results[0].value == "2"


def test_change_of_projects(engine: Engine) -> None:
    found = ask(engine, Operation.AGG_CHANGE, measures=(Measure.INITIAL,), fiscal_years=(2019, 2020), top_n=1)
    assert found.results[0].value == "0"


def test_payee_is_counted_as_written_and_other_spellings_are_named(engine: Engine) -> None:
    found = ask(engine, Operation.AGG_COUNT, filter=Filter(ministry="架空省", payee="株式会社架空建設"))
    assert found.results[0].value == "2"
    assert any("㈱架空建設" in note for note in found.notes)
    money = ask(engine, Operation.AGG_SUM, filter=Filter(payee="株式会社架空建設"), measures=(Measure.PAYEE_AMOUNT,))
    assert (money.results[0].value, money.results[0].unit) == ("10", "百万円")
    unknown = ask(engine, Operation.AGG_COUNT, filter=Filter(payee="合同会社ナイデータ"))
    assert unknown.status is Status.NOT_RECORDED


def test_no_sheets_of_that_year(engine: Engine) -> None:
    assert ask(engine, Operation.AGG_COUNT, sheet_year=2011).status is Status.NOT_RECORDED


def test_groups_name_what_is_added_up(engine: Engine) -> None:
    found = ask(engine, Operation.AGG_GROUP, measures=(Measure.EXECUTED,), fiscal_years=(2019,), filter=Filter(), group_by="府省庁", top_n=1)
    assert "令和元（2019）年度の執行額を府省庁別に集計" in found.answer
    assert [(one.label, one.value) for one in found.results if one.unit == "百万円"] == [("別省", "1000")]
    counts = ask(engine, Operation.AGG_GROUP, filter=Filter(), group_by="府省庁")
    assert [(one.label, one.value, one.unit) for one in counts.results] == [("架空省", "4", "件"), ("別省", "1", "件")]
    assert "事業（シート）の数を府省庁別に集計" in counts.answer


def test_several_ministries_only(engine: Engine) -> None:
    found = ask(engine, Operation.AGG_GROUP, measures=(Measure.INITIAL,), fiscal_years=(2020,), filter=Filter(), group_by="府省庁", item="別省")
    assert [one.label for one in found.results if one.unit == "百万円"] == ["別省"]
    assert found.table is not None
    assert {row[2] for row in found.table.rows} == {"別省"}


def test_totals_by_year_come_from_each_year_s_own_sheets(engine: Engine) -> None:
    found = ask(engine, Operation.AGG_GROUP, measures=(Measure.INITIAL,), sheet_year=None, group_by="年度")
    assert [(one.value, one.unit) for one in found.results] == [("450.5", "百万円")]
    assert "令和2（2020）年度: 450.5百万円" in found.answer
    missing = ask(engine, Operation.AGG_GROUP, measures=(Measure.INITIAL,), fiscal_years=(2019, 2020), sheet_year=None, group_by="年度")
    assert missing.status is Status.NOT_RECORDED  # there is no sheet of 2019: no partial sum
    counts = ask(engine, Operation.AGG_GROUP, sheet_year=None, group_by="年度")
    assert [(one.value, one.unit) for one in counts.results] == [("4", "件")]


def test_the_ministry_stands_once_and_a_share_in_the_asker_s_words(engine: Engine) -> None:
    condition = Threshold(Compare.LT, Decimal(50), "%")
    asked = Interpretation(
        "架空省で執行率が半分に満たない事業は", Subject.MANY, Operation.AGG_THRESHOLD, sheet_year=2020, fiscal_years=(2019,),
        measures=(Measure.EXECUTION_RATE,), threshold=condition, filter=Filter(ministry="架空省"),
    )  # fmt: skip
    found = engine.ask(asked.question, interpretation=asked)
    assert "執行率が半分未満の事業" in found.answer
    assert "架空橋梁点検事業: 20.0%" in found.answer
    assert found.answer.count("架空省") == 1


def test_counts_give_examples_and_notes_are_no_bullets(engine: Engine) -> None:
    assert "（例: [1][2][3]）" in ask(engine, Operation.AGG_COUNT).answer
    listed = ask(engine, Operation.AGG_COUNT, field="一覧")
    assert "（例" not in listed.answer
    assert "架空調査事業[4]" in listed.answer
    added = ask(engine, Operation.AGG_SUM, measures=(Measure.INITIAL,), fiscal_years=(2020,)).answer
    assert "\n※ " in added
    assert "- ※" not in added


def test_letters_are_words_of_their_own(corpus: Corpus) -> None:
    from qa.answer.population import _holds

    assert _holds("aiの活用", "ai")
    assert not _holds("unitaid拠出金", "ai")
