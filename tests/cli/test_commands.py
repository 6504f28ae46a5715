"""Commands with a stand-in engine: exit statuses, batches, and what a person sees."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.ask import for_person, plain
from cli.main import main
from cli.search import for_person as hits_for_person
from index.model import Hit, SearchFilter, Why
from qa.model import Answer, Candidate, Citation, Result, Status

CITATION = Citation(
    "2020/架空省/0048", "見本事業", "架空省", 2020, "予算額・執行額", "執行額", "令和元年度", 2019,
    "43", "43", "百万円", "見本.xlsx", "行政事業レビューシート!AD19",
)  # fmt: skip


class StandIn:
    """Answers with what it was asked; remembers how."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None, str | None]] = []

    def ask(self, question: str, sheet_id: str | None = None, session: str | None = None) -> Answer:
        self.asked.append((question, sheet_id, session))
        status = Status.NOT_RECORDED if "記載" in question else Status.ANSWERED
        return Answer(question, status, f"**{question}** です。[1]", (Result("執行額", "43", "百万円", citations=(0,)),), (CITATION,))

    def search(self, query: str, k: int = 10, filter: SearchFilter = SearchFilter(), explain: bool = False) -> list[Hit]:  # noqa: A002, B008
        self.asked.append((query, str(k), ",".join(filter.ministries)))
        return [Hit(1, "2020/架空省/0048", "見本事業", "架空省", 2020, "事業の目的", f"{query}を探す", 0.5, ((0, len(query)),))]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    stand_in = StandIn()
    monkeypatch.setattr("cli.ask.open_engine", lambda _: stand_in)
    monkeypatch.setattr("cli.search.open_searcher", lambda _: stand_in)
    return stand_in


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))


def out_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_question_is_answered_for_a_person(engine: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["見本事業の執行額は？", "--sheet", "2020/架空省/0048"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("見本事業の執行額は？ です。[1]\n")
    assert "行政事業レビューシート!AD19" in text
    assert "43百万円" in text
    assert engine.asked == [("見本事業の執行額は？", "2020/架空省/0048", None)]


def test_json_is_one_line(engine: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "見本事業の執行額は？", "--json"]) == 0
    (line,) = out_lines(capsys)
    assert line["results"][0]["value"] == "43"


def test_not_recorded_is_no_failure(engine: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["記載のない年度の執行額は？"]) == 0
    assert capsys.readouterr().out.startswith("［記載なし］")


def test_a_batch_keeps_order_ids_and_sessions(
    engine: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, '{"id": "b", "question": "一", "session": "s"}\n\n{"id": "a", "question": "二", "sheet_id": "x"}\n'.encode())
    assert main(["ask", "--jsonl", "-"]) == 0
    assert [(a["id"], a["question"]) for a in out_lines(capsys)] == [("b", "一"), ("a", "二")]
    assert engine.asked == [("一", None, "s"), ("二", "x", None)]


def test_a_batch_from_a_file_with_a_byte_order_mark(engine: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "質問.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + '{"question": "一"}\r\n'.encode())
    assert main(["--jsonl", str(path)]) == 0
    assert len(out_lines(capsys)) == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{broken\n", "標準入力 の1行目: JSON として読めません"),
        ('{"question": "一"}\n{"q": 1}\n'.encode(), "標準入力 の2行目: question に文字列がありません"),
        ("執行額".encode("shift_jis"), "UTF-8 の文字列ではありません"),
        (b'{"question": "' + b"a" * 1_100_000 + b'"}\n', "長すぎます"),
    ],
)
def test_an_unreadable_line_is_status_2(
    engine: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: bytes, message: str
) -> None:
    feed(monkeypatch, data)
    assert main(["--jsonl", "-"]) == 2
    assert message in capsys.readouterr().err


def test_a_missing_batch_file_is_status_2(engine: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--jsonl", str(tmp_path / "none.jsonl")]) == 2
    assert "開けません" in capsys.readouterr().err


def test_lone_surrogates_come_out_as_json(engine: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--json", "壊れた\udc80文字"]) == 0
    assert json.loads(capsys.readouterr().out)["question"] == "壊れた\udc80文字"


@pytest.mark.parametrize("arguments", [[], ["ask"], ["ask", "  "], ["search"], ["search", "橋", "-k", "0"], ["show"], ["nothing", "--x"]])
def test_wrong_usage_is_status_2(engine: StandIn, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("rsqa: ")


@pytest.mark.parametrize("arguments", [["corpus"], ["show", "2020/総務省/0048"], ["brief", "2020/総務省/0048"]])
def test_no_corpus_yet_is_status_1_and_says_what_to_do(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--data", str(tmp_path / "empty")]) == 1
    assert "rsqa ingest" in capsys.readouterr().err
    assert not (tmp_path / "empty").exists()


def test_search_passes_filters_and_folds_projects(engine: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "橋", "-k", "3", "--ministry", "架空省"]) == 0
    assert "【橋】を探す" in capsys.readouterr().out
    assert engine.asked == [("橋", "3", "架空省")]


def test_search_batch(engine: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    feed(monkeypatch, '{"id": "s1", "query": "橋", "k": 5}\n'.encode())
    assert main(["search", "--jsonl", "-"]) == 0
    (line,) = out_lines(capsys)
    assert line["id"] == "s1"
    assert line["hits"][0]["project"] == "見本事業"
    assert engine.asked == [("橋", "5", "")]


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("rsqa ")


def test_candidates_and_suggestions_are_shown() -> None:
    answer = Answer(
        "執行額は？", Status.AMBIGUOUS, "どの事業ですか。", candidates=(Candidate(1, "2020/架空省/0048", "見本事業", "架空省", 2020),),
        notes=("同じ名前の事業があります",), suggestions=("見本事業の執行額は？",),
    )  # fmt: skip
    text = for_person(answer)
    assert text.startswith("［どの事業ですか］")
    assert "2020/架空省/0048  見本事業" in text
    assert "同じ名前の事業があります" in text
    assert text.endswith("  見本事業の執行額は？")


@pytest.mark.parametrize(
    ("markdown", "text"),
    [("**43百万円**です", "43百万円です"), (r"1\~2億円", "1~2億円"), (r"\*注\*", "*注*"), ("C:\\data", "C:\\data"), ("`AD19`", "AD19")],
)
def test_markdown_becomes_plain(markdown: str, text: str) -> None:
    assert plain(markdown) == text


def test_hits_show_words_around_the_match() -> None:
    text = "あ" * 300 + "橋を架ける" + "い" * 300
    hit = Hit(1, "2020/架空省/0048", "見本事業", "架空省", 2020, "事業の目的", text, 0.5, ((300, 301),), (("2019/架空省/0047", 2019),),
              Why((("橋", 0.8),), (("bm25", 2),)))  # fmt: skip
    shown = hits_for_person([hit])
    assert "【橋】を架ける" in shown.replace("\n   ", "")
    assert "ほかの年度: 2019" in shown
    assert "理由: 橋 80%（bm25 2位）" in shown
    assert "見つかりませんでした" in hits_for_person([])
