"""The engine: input that is no question, conversations, batches, threads, and the lock at the end."""

from __future__ import annotations

import concurrent.futures
from pathlib import Path

import pytest

from corpus.fields import Measure
from corpus.store.reader import open_corpus
from corpus.store.writer import new_generation
from qa import engine as engine_module
from qa.engine import Engine, Question
from qa.model import Interpretation, Operation, Status, Subject
from qa.session import Sessions, Turn
from tests.qa.sheets import SHEET_2019, SHEET_2020

NAME = "架空情報基盤整備事業"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder: Path = tmp_path_factory.mktemp("data")
    with new_generation(folder) as generation:
        generation.add(SHEET_2020)
        generation.add(SHEET_2019)
        generation.finish_corpus()
        generation.commit()
    return Engine(open_corpus(folder))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("", "入力されていません"),
        ("　\n", "入力されていません"),
        ("？！…", "記号だけ"),
        ("How much was spent in 2019?", "日本語"),
        ("執行額は" * 600, "長すぎます"),
    ],
)
def test_input_that_is_no_question(engine: Engine, question: str, words: str) -> None:
    found = engine.ask(question)
    assert found.status is Status.UNSUPPORTED
    assert words in found.answer
    assert not found.results


def test_a_question_is_answered_with_its_cell(engine: Engine) -> None:
    found = engine.ask(f"{NAME}の令和元年度の執行額はいくらですか")
    assert (found.results[0].value, found.results[0].unit) == ("43", "百万円")
    assert found.citations[found.results[0].citations[0]].sheet_id == "2020/架空省/0001"
    assert found.elapsed_ms > 0
    assert found.suggestions


def test_suggestions_have_answers(engine: Engine) -> None:
    found = engine.ask(f"{NAME}の令和元年度の執行額はいくらですか", session="s-suggest")
    for question in found.suggestions:
        assert engine.ask(question, sheet_id="2020/架空省/0001").status is Status.ANSWERED, question


def test_a_conversation_keeps_its_sheet(engine: Engine) -> None:
    engine.ask(f"{NAME}の令和元年度の執行額は？", session="c1")
    assert engine.ask("当初予算は？", session="c1").results[0].value == "99"
    assert engine.ask("当初予算は？", session="c2").status is not Status.ANSWERED


def test_batch_keeps_ids_and_order(engine: Engine) -> None:
    lines = [Question(f"{NAME}の2018年度の執行額は？", id="a"), Question("", id="b")]
    assert [answer.id for answer in engine.batch(lines)] == ["a", "b"]


def test_an_edited_interpretation_is_answered_as_it_is(engine: Engine) -> None:
    first = engine.ask(f"{NAME}の令和元年度の執行額は？").interpretation
    assert first is not None
    edited = Interpretation("x", Subject.FIGURE, Operation.LOOKUP, sheets=first.sheets, measures=(Measure.INITIAL,), fiscal_years=(2017,))
    assert engine.ask("これについて", interpretation=edited).results[0].value == "336"


def test_threads_do_not_mix_conversations(engine: Engine) -> None:
    def turn(number: int) -> str | None:
        session = f"t{number}"
        year = (2017, 2018, 2019)[number % 3]
        engine.ask(f"{NAME}の{year}年度の当初予算は？", session=session)
        return engine.ask("執行額は？", session=session).results[0].value

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        values = list(pool.map(turn, range(24)))
    assert values == ["316", "15", "43"] * 8


def test_an_answer_the_lock_refuses_is_not_shown(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "render", lambda draft: ("執行額は999百万円です。", (), ()))
    found = engine.ask(f"{NAME}の令和元年度の執行額は？")
    assert found.status is Status.UNSUPPORTED
    assert "999" not in found.answer
    assert not found.results


def test_sessions_are_bounded() -> None:
    sessions = Sessions(limit=2)
    asked = Interpretation("q", Subject.FIGURE, Operation.LOOKUP)
    for name in ("a", "b", "c"):
        sessions.keep(name, Turn(asked))
    assert len(sessions) == 2
    assert sessions.last("a") is None
    assert sessions.last(None) is None


def test_warming_asks_no_session_anything(engine: Engine) -> None:
    engine.warm()
    assert engine.ask("当初予算は？", session="after-warming").status is not Status.ANSWERED


def test_years_counted_back_are_said_in_the_askers_words(engine: Engine) -> None:
    found = engine.ask(f"{NAME}の過去3年の執行額の合計は？")
    assert found.status is Status.ANSWERED
    assert any("「過去3年」は、平成29（2017）年度から令和元（2019）年度としました。" in note for note in found.notes)
