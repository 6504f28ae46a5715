"""The bridge data keep their format, and the checker sees every kind of defect."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index import data_check
from index.data_check import BadBridgeData, EverydayQuery, Term


def test_the_files_in_the_repository_are_sound() -> None:
    terms, queries = data_check.read_terms(), data_check.read_queries()
    assert [str(d) for d in (*data_check.check_terms(terms), *data_check.check_queries(queries))] == []
    assert len(terms) >= 5_000
    assert len(queries) >= 9_800


def test_no_query_comes_from_the_evaluation_set(shared: Path) -> None:
    defects = data_check.check_evaluation(data_check.read_queries(), shared / "eval" / "dev-search.jsonl")
    assert [str(d) for d in defects] == []


def test_every_project_is_the_name_of_a_national_sheet(shared: Path) -> None:
    known = data_check.national_projects(shared / "data")
    assert [str(d) for d in data_check.check_projects(data_check.read_queries(), known)] == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("",), "言い換えが空です"),
        (("市役所 ",), "前後に空白"),
        (("市役所", "市\u200b役場"), "U+200B"),
        (("地方 公共団体",), "用語と同じ"),
        (("ＮＰＯ", "npo"), "言い換えが重複"),
        (tuple("あいうえおかきくけ"), "言い換えが9個"),
    ],
)
def test_a_defective_term_is_reported_with_its_line(words: tuple[str, ...], found: str) -> None:
    defects = list(data_check.check_terms([Term("地方公共団体", words, 7)]))
    assert len(defects) == 1
    assert defects[0].line == 7
    assert found in defects[0].found


def test_a_repeated_term_names_the_first_line() -> None:
    terms = [Term("ＪＩＣＡ", ("途上国",), 2), Term("jica", ("海外協力隊",), 9)]
    (defect,) = data_check.check_terms(terms)
    assert (defect.line, "2行目と重複" in defect.found) == (9, True)


def test_a_word_that_too_many_terms_share_is_reported_once() -> None:
    terms = [Term(f"用語{n}", ("お金", f"言葉{n}"), n) for n in range(2, 30)]
    (defect,) = data_check.check_terms(terms)
    assert (defect.line, "広すぎます" in defect.found) == (data_check.MAX_TERMS_PER_WORD + 2, True)


@pytest.mark.parametrize(
    ("project", "query", "found"),
    [
        ("地価公示", " ", "質問が空です"),
        ("地価公示", "土地の\u0007値段", "U+0007"),
        ("地価 公示", "地価公示って何", "事業名「地価 公示」がそのまま"),
        ("地価公示", "土" * 101, "質問が101字"),
    ],
)
def test_a_defective_query_is_reported(project: str, query: str, found: str) -> None:
    (defect,) = data_check.check_queries([EverydayQuery("国土交通省", project, query, 3)])
    assert (defect.line, found in defect.found) == (3, True)


def test_one_wording_for_two_projects_is_a_defect() -> None:
    rows = [EverydayQuery("国土交通省", "甲", "橋の点検", 2), EverydayQuery("国土交通省", "乙", "橋の、点検？", 3)]
    (defect,) = data_check.check_queries(rows)
    assert (defect.line, "2行目と同じ" in defect.found) == (3, True)


def test_the_evaluation_set_is_recognised_under_other_spellings_and_names(tmp_path: Path) -> None:
    evaluation = tmp_path / "eval.jsonl"
    row = {"query": "壊れたエンジンを分解して直すお金", "projects": ["エンジン・オーバーホール経費"]}
    evaluation.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    rows = [
        EverydayQuery("防衛省", "ｴﾝｼﾞﾝ･ｵｰﾊﾞｰﾎｰﾙ経費", "飛行機の修理", 2),
        EverydayQuery("防衛省", "発動機整備（旧：エンジン・オーバーホール経費）", "飛行機の発動機", 3),
        EverydayQuery("防衛省", "別の事業", "壊れたエンジンを分解して直す", 4),
        EverydayQuery("防衛省", "艦船の修理", "船を直すお金", 5),
    ]
    defects = list(data_check.check_evaluation(rows, evaluation))
    assert [d.line for d in defects] == [2, 3, 4]


def test_a_project_without_a_sheet_is_reported() -> None:
    rows = [EverydayQuery("外務省", "甲\n 乙", "質問", 2), EverydayQuery("外務省", "丙", "問い", 3)]
    assert [d.line for d in data_check.check_projects(rows, {("外務省", "甲 乙")})] == [3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"term\twords\n", "見出し"),
        (b"term\teveryday words\nA\n", "列が1個"),
        (b"term\teveryday words\nA\tB", "改行で終えて"),
        (b"term\teveryday words\nA\t\xff\n", "UTF-8ではありません"),
    ],
)
def test_an_unreadable_file_is_refused_with_file_and_remedy(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "thesaurus.tsv"
    path.write_bytes(content)
    with pytest.raises(BadBridgeData, match=message) as error:
        data_check.read_terms(path)
    assert "thesaurus.tsv" in str(error.value)


def test_the_command_line_says_what_it_checked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert data_check.main(["--shared", str(tmp_path)]) == 0
    assert "誤り 0件（評価用データとの照合は省きました）" in capsys.readouterr().out
