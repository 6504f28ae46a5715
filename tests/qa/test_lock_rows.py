"""The lock and the rows behind an answer over many sheets: an invented, changed or missing row is refused."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from corpus.fields import Measure
from corpus.store.reader import Corpus
from qa import lock
from qa.engine import Engine
from qa.lock.rows import check_rows
from qa.model import Answer, Compare, Filter, Interpretation, Operation, Status, Subject, Threshold
from tests.qa.test_answer_many import ask, corpus, engine

__all__ = ["corpus", "engine"]  # the fixtures of the made-up ministry
ASKED: dict[str, tuple[Operation, dict[str, object]]] = {
    "sum": (Operation.AGG_SUM, {"measures": (Measure.INITIAL,), "fiscal_years": (2020,)}),
    "rate": (Operation.AGG_SUM, {"measures": (Measure.EXECUTION_RATE,), "fiscal_years": (2019,)}),
    "top": (Operation.AGG_TOP, {"measures": (Measure.INITIAL,), "fiscal_years": (2020,), "top_n": 2}),
    "low": (
        Operation.AGG_THRESHOLD,
        {"measures": (Measure.EXECUTION_RATE,), "fiscal_years": (2019,), "threshold": Threshold(Compare.LT, Decimal(50), "%")},
    ),
    "group": (Operation.AGG_GROUP, {"measures": (Measure.INITIAL,), "fiscal_years": (2020,), "filter": Filter()}),
    "years": (Operation.AGG_GROUP, {"measures": (Measure.INITIAL,), "sheet_year": None, "group_by": "年度"}),
    "change": (Operation.AGG_CHANGE, {"measures": (Measure.INITIAL,), "fiscal_years": (2019, 2020), "top_n": 1}),
    "count": (Operation.AGG_COUNT, {}),
    "payee count": (Operation.AGG_COUNT, {"filter": Filter(ministry="架空省", payee="株式会社架空建設")}),
    "payee sum": (Operation.AGG_SUM, {"filter": Filter(payee="株式会社架空建設"), "measures": (Measure.PAYEE_AMOUNT,)}),
}  # fmt: skip
AMOUNTS = sorted(set(ASKED) - {"count", "payee count", "rate"})


def asked(engine: Engine, name: str) -> Answer:
    operation, fields = ASKED[name]
    found = ask(engine, operation, **fields)
    assert found.status is Status.ANSWERED
    assert found.table is not None
    return found


def rows(answer: Answer, changed: tuple[tuple[str, ...], ...]) -> Answer:
    assert answer.table is not None
    return dataclasses.replace(answer, table=dataclasses.replace(answer.table, rows=changed))


@pytest.mark.parametrize("name", ASKED)
def test_true_rows_pass(engine: Engine, corpus: Corpus, name: str) -> None:
    assert lock.check(asked(engine, name), corpus) == ()


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("column", [0, 2, 3])
def test_a_row_of_another_sheet_ministry_or_project(engine: Engine, corpus: Corpus, name: str, column: int) -> None:
    found = asked(engine, name)
    assert found.table is not None
    row = list(found.table.rows[0])
    row[column] = {0: "2020/架空省/7777", 2: "別の省", 3: "架空の別事業"}[column]
    assert list(check_rows(rows(found, (tuple(row), *found.table.rows[1:])), corpus))


@pytest.mark.parametrize("name", AMOUNTS)
def test_two_amounts_exchanged_or_shifted(engine: Engine, corpus: Corpus, name: str) -> None:
    """The sum stays what it was: only the store can tell."""
    found = asked(engine, name)
    assert found.table is not None
    first, *rest = (list(row) for row in found.table.rows)
    first[4] = str(Decimal(first[4]) + 1)
    if rest:
        rest[-1][4] = str(Decimal(rest[-1][4]) - 1)
    changed = rows(found, tuple(tuple(row) for row in (first, *rest)))
    assert list(check_rows(changed, corpus))
    assert lock.check(changed, corpus)


@pytest.mark.parametrize("name", ASKED)
def test_an_invented_row_and_a_row_twice(engine: Engine, corpus: Corpus, name: str) -> None:
    found = asked(engine, name)
    assert found.table is not None
    first = found.table.rows[0]
    assert list(check_rows(rows(found, (*found.table.rows, ("2020/架空省/9999", *first[1:]))), corpus))
    assert list(check_rows(rows(found, (*found.table.rows, first)), corpus))


@pytest.mark.parametrize("name", ["sum", "top", "low", "group", "count", "payee count", "payee sum"])
def test_a_row_that_is_missing(engine: Engine, corpus: Corpus, name: str) -> None:
    found = asked(engine, name)
    assert found.table is not None
    assert list(check_rows(rows(found, found.table.rows[1:]), corpus))


def test_a_row_left_out_for_no_reason(engine: Engine, corpus: Corpus) -> None:
    found = asked(engine, "sum")
    table = found.table
    assert table is not None
    moved = dataclasses.replace(table, rows=table.rows[1:], left_out=(*table.left_out, (*table.rows[0][:4], "記載なし")))
    assert list(check_rows(dataclasses.replace(found, table=moved), corpus))


@pytest.mark.parametrize(
    ("name", "said", "instead"),
    [("sum", "当初予算", "補正予算"), ("top", "大きい", "小さい"), ("group", "府省庁別", "会計区別"), ("sum", "架空省", "別の省")],
)
def test_words_over_true_rows(engine: Engine, corpus: Corpus, name: str, said: str, instead: str) -> None:
    """The sentence is changed, the rows are the store's."""
    found = asked(engine, name)
    assert said in found.answer
    assert len(said) == len(instead)
    assert lock.check(dataclasses.replace(found, answer=found.answer.replace(said, instead, 1)), corpus)


def test_the_sum_of_another_group(engine: Engine, corpus: Corpus) -> None:
    found = asked(engine, "group")
    first, second = found.results[:2]
    assert (first.label, second.label) == ("別省", "架空省")
    swapped = (dataclasses.replace(first, derivation=second.derivation, value=second.value), *found.results[1:])
    text = found.answer
    assert lock.check(dataclasses.replace(found, results=swapped, answer=text.replace("1,000", "450.5")), corpus)


def test_a_refusal_by_the_lock_shows_no_figure(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """An invented row in the facts of the answering side: the lock reads the store for itself."""
    true = engine.population.figures

    def invented(*args: object) -> object:
        found = true(*args)  # type: ignore[arg-type]
        return [dataclasses.replace(one, amount_yen=Decimal(7_000_000)) if one.amount_yen else one for one in found]

    monkeypatch.setattr(engine.population, "figures", invented)
    question = Interpretation("架空省の当初予算の合計", Subject.MANY, Operation.AGG_SUM, sheet_year=2020, fiscal_years=(2020,),
                              measures=(Measure.INITIAL,), filter=Filter(ministry="架空省"))  # fmt: skip
    found = engine.ask(question.question, interpretation=question)
    assert found.status is Status.UNSUPPORTED
    assert (found.results, found.citations, found.table, found.notes) == ((), (), None, ())
    assert not any(ch.isdigit() for ch in found.answer)
