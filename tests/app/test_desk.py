"""What the tabs ask for, on the sample, without a browser."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.model import Operation, Status, Subject
from ui import desk
from ui.edits import BadEdit, apply_edits
from ui.library import Library, Shelf
from ui.loaded import check_table, corpus_line, loaded_files
from ui.questions import examples, questions_of_cell

QUESTION = "山あい窓口オンライン化推進事業の令和2年度の執行額はいくらですか"
SHEET = "2021/架空省/2021-架空-20-0002"


@pytest.fixture(scope="module")
def shelf(sample_data: Path) -> Iterator[Shelf]:
    yield Library(sample_data).shelf()


def test_an_answer_as_data_for_the_page(shelf: Shelf) -> None:
    got = desk.ask(shelf, desk.Answers(), QUESTION, None, None)
    assert got["status"] == "answered"
    assert "1,104百万円" in got["html"]
    assert "照合済み" in got["html"]
    assert got["citations"][0] == {
        "index": 0,
        "sheet_id": SHEET,
        "project": "山あい窓口オンライン化推進事業",
        "file": "令和3年度_架空省_2021-架空-20-0002.xlsx",
        "locator": "行政事業レビューシート!AD19",
    }


def test_edits_change_the_answer_and_are_checked(shelf: Shelf) -> None:
    answers = desk.Answers()
    first = desk.ask(shelf, answers, QUESTION, None, None)
    edited = desk.ask(shelf, answers, QUESTION, None, None, {"fiscal_years": "2019"}, first["token"])
    assert "238百万円" in edited["html"]
    forgotten = desk.ask(shelf, desk.Answers(), QUESTION, None, None, {"fiscal_years": "2019"}, "old token")
    assert "238百万円" in forgotten["html"], "a token that is forgotten is asked anew"
    before = shelf.engine.ask(QUESTION).interpretation
    assert before is not None
    for name, value in (("measure", "nope"), ("operation", "nope"), ("fiscal_years", "x"), ("sheet_id", "nope"), ("rivals", "x"), ("sheet_year", "x")):
        with pytest.raises(BadEdit):
            apply_edits(shelf.corpus, before, {name: value})
    other = apply_edits(shelf.corpus, before, {"sheet_id": "2020/架空省/0052", "operation": "増減額", "measure": "当初予算", "sheet_year": ""})
    assert other.sheets[0].project == "花粉観測網維持費"
    assert other.operation is Operation.DIFFERENCE
    assert [c.sheet_year for c in other.sheets] == sorted((c.sheet_year for c in other.sheets), reverse=True)


def test_a_choice_among_rivals_settles_the_project(shelf: Shelf) -> None:
    before = shelf.engine.ask(QUESTION).interpretation
    assert before is not None
    open_one = dataclasses.replace(before, rivals=before.sheets)
    settled = apply_edits(shelf.corpus, open_one, {"sheet_id": SHEET})
    assert settled.rivals == ()


@pytest.mark.parametrize(("text", "words"), [("", "入力してください"), ("  \n", "入力してください"), ("あ" * 2001, "2,000文字まで")])
def test_questions_are_bounded_before_anything_reads_them(text: str, words: str) -> None:
    with pytest.raises(desk.BadQuestion, match=words):
        desk.checked_question(text, 2000)


def test_lone_surrogates_and_nul_do_not_get_through() -> None:
    clean = desk.checked_question("予算\ud800は\x00？", 2000)
    assert clean.encode("utf-8")
    assert "\x00" not in clean


def test_every_offered_question_cites_its_cell(shelf: Shelf) -> None:
    info = desk.info_of(shelf, SHEET)
    sheet = shelf.corpus.sheet_at(info.no)
    budget = [c for c in sheet.cells if c.measure in ("執行額", "当初予算", "予算計") and c.value is not None and not c.item]
    payees = [c for c in sheet.cells if c.measure in ("支出先", "支出額") and c.raw.strip()][:4]
    with_questions = 0
    for cell in [*budget[:6], *payees]:
        questions = questions_of_cell(shelf, info, cell.locator)
        with_questions += bool(questions)
        for question in questions:
            cited = shelf.engine.ask(question, sheet_id=SHEET).citations
            assert cell.locator in [c.locator for c in cited]
    assert with_questions >= 6


def test_examples_are_of_different_kinds_and_all_answered(shelf: Shelf) -> None:
    found = examples(shelf)
    assert len({example.heading for example in found}) == len(found) >= 5
    for example in found:
        assert shelf.engine.ask(example.question).status is Status.ANSWERED


def test_projects_by_part_of_the_name_or_number(shelf: Shelf) -> None:
    (one,) = desk.projects(shelf, "山あい窓口")
    assert one["sheet_id"] == SHEET
    assert one["years"] == "2019～2021年度シート"
    assert desk.projects(shelf, "%") == []
    assert desk.projects(shelf, SHEET)[0]["sheet_id"] == SHEET


def test_filters_are_read_and_refused(shelf: Shelf) -> None:
    chosen = desk.search_filter({"ministry": "架空省", "sheet_year": "2020", "budget_from": "1.5", "rate_to": "80"})
    assert chosen.ministries == ("架空省",)
    assert chosen.sheet_years == (2020,)
    assert chosen.budget_yen == (150_000_000, None)
    assert chosen.execution_rate == (None, 0.8)
    for bad in ({"budget_from": "多い"}, {"rate_to": "x"}):
        with pytest.raises(desk.BadQuestion, match="数として読めません"):
            desk.search_filter(bad)


def test_charts_come_with_answers_about_figures(shelf: Shelf) -> None:
    got = desk.ask(shelf, desk.Answers(), "山あい窓口オンライン化推進事業の執行額の推移は？", None, None)
    assert "chart-budget" in got["html"]
    many = shelf.engine.ask("令和3年度レビューシートで、令和2年度の執行額が大きい事業を上から3件")
    assert many.interpretation is not None
    assert many.interpretation.subject is Subject.MANY
    assert "chart-bars" in desk.chart(shelf, many)


def test_what_is_loaded(shelf: Shelf, sample_data: Path) -> None:
    line, serial = corpus_line(Library(sample_data))
    assert line == "15枚のシート（2019～2021年度）"
    assert serial == 1
    files, total = loaded_files(shelf)
    assert total == len(files) == 15
    assert check_table(shelf).header[0] == "種類"


def test_no_corpus_says_what_to_do(tmp_path: Path) -> None:
    library = Library(tmp_path)
    assert not library.has_corpus()
    line, serial = corpus_line(library)
    assert serial == 0
    assert "取り込んで" in line


def test_a_damaged_corpus_is_told_and_not_shown(sample_data: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "data"
    shutil.copytree(sample_data, copy)
    damaged = next(copy.glob("generations/*/sheets.sqlite"))
    damaged.write_bytes(damaged.read_bytes()[:-100])
    line, serial = corpus_line(Library(copy))
    assert serial == 0
    assert "壊れています" in line
