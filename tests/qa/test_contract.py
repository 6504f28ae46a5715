"""The serialiser gives the contract's keys, no more internals, and reads batch lines strictly."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Hit, Why
from qa.contract import BadRequest, answer_to_json, dumps, hits_to_json, read_ask_line, read_search_line
from qa.model import (
    Answer,
    AnswerTable,
    Candidate,
    Citation,
    Compare,
    Filter,
    Interpretation,
    Operation,
    Result,
    Status,
    Subject,
    Threshold,
)

CANDIDATE = Candidate(7, "2020/架空省/0048", "見本事業", "架空省", 2020, 0.9)
CITATION = Citation(
    "2020/架空省/0048", "見本事業", "架空省", 2020, "予算額・執行額", "執行額", "令和元年度", 2019,
    "43", "43", "百万円", "見本.xlsx", "行政事業レビューシート!AD19",
)  # fmt: skip
ANSWER = Answer(
    "見本事業の令和元年度の執行額は？",
    Status.ANSWERED,
    "執行額は、**43百万円**です。[1]",
    results=(Result("令和元（2019）年度 執行額", "43", "百万円", citations=(0,)),),
    citations=(CITATION,),
    candidates=(CANDIDATE,),
    interpretation=Interpretation(
        "見本事業の令和元年度の執行額は？", Subject.FIGURE, Operation.LOOKUP,
        sheets=(CANDIDATE,), fiscal_years=(2019,), measures=("執行額",),
    ),
    notes=("注です",),
    elapsed_ms=12.345,
)


def test_an_answer_is_exactly_what_the_contract_shows() -> None:
    data = json.loads(dumps(answer_to_json(ANSWER, "q1")))
    interpretation = data.pop("interpretation")
    assert data == {
        "id": "q1",
        "question": "見本事業の令和元年度の執行額は？",
        "status": "answered",
        "answer": "執行額は、**43百万円**です。[1]",
        "results": [
            {"label": "令和元（2019）年度 執行額", "value": "43", "unit": "百万円", "text": None, "derivation": None, "citations": [0]}
        ],
        "citations": [
            {
                "sheet_id": "2020/架空省/0048", "project": "見本事業", "ministry": "架空省", "sheet_year": 2020,
                "section": "予算額・執行額", "row": "執行額", "column": "令和元年度", "fiscal_year": 2019,
                "raw": "43", "value": "43", "unit": "百万円",
                "source": {"file": "見本.xlsx", "locator": "行政事業レビューシート!AD19"},
            }
        ],
        "candidates": [{"sheet_id": "2020/架空省/0048", "project": "見本事業", "ministry": "架空省", "sheet_year": 2020}],
        "notes": ["注です"],
        "suggestions": [],
        "elapsed_ms": 12.3,
    }  # fmt: skip
    assert {k: interpretation[k] for k in ("project", "measure", "fiscal_years", "operation")} == {
        "project": "見本事業", "measure": "執行額", "fiscal_years": [2019], "operation": "lookup",
    }  # fmt: skip


def test_nothing_internal_leaves() -> None:
    text = dumps(answer_to_json(ANSWER))
    assert all(name not in text for name in ("sheet_no", "score", "spans", "rivals"))
    assert "id" not in answer_to_json(ANSWER)


def test_an_aggregate_tells_its_restriction_and_carries_its_table() -> None:
    table = AnswerTable(("事業名", "執行率（%）"), (("見本事業", "43.0"),), ("事業名", "理由"), (("別の事業", "計が0"),))
    asked = Interpretation(
        "q", Subject.MANY, Operation.AGG_THRESHOLD,
        threshold=Threshold(Compare.LT, Decimal(50), "%"), filter=Filter(ministry="架空省"), premise=(Decimal(5), "億円"),
    )  # fmt: skip
    data = json.loads(dumps(answer_to_json(Answer("q", Status.ANSWERED, "a", interpretation=asked, table=table))))
    assert data["interpretation"]["threshold"] == {"compare": "未満", "value": "50", "unit": "%"}
    assert data["interpretation"]["filter"] == {"ministry": "架空省"}
    assert data["interpretation"]["premise"] == {"value": "5", "unit": "億円"}
    assert data["table"]["rows"] == [["見本事業", "43.0"]]
    assert data["table"]["left_out"] == [["別の事業", "計が0"]]


def test_hits_have_the_contract_keys() -> None:
    hit = Hit(3, "2020/架空省/0048", "見本事業", "架空省", 2020, "事業の目的", "本文", 0.5, ((0, 2),), (("2019/架空省/0047", 2019),))
    data = hits_to_json("語", [hit], 3.21, "s1")
    assert data["id"] == "s1"
    assert data["elapsed_ms"] == 3.2
    assert data["hits"][0].keys() >= {"sheet_id", "project", "ministry", "sheet_year", "section", "text", "score"}
    assert data["hits"][0]["folded"] == [{"sheet_id": "2019/架空省/0047", "sheet_year": 2019}]
    assert "why" not in data["hits"][0]
    explained = Hit(3, "i", "p", "m", 2020, "s", "t", 0.5, why=Why((("語", 0.75),), (("bm25", 1),)))
    assert hits_to_json("語", [explained], 0)["hits"][0]["why"] == {"words": [["語", 0.75]], "ranks": {"bm25": 1}}


def test_a_batch_line_is_read() -> None:
    line = read_ask_line('{"id": "q1", "question": "執行額は？", "sheet_id": null, "session": "d1"}')
    assert (line.id, line.question, line.sheet_id, line.session) == ("q1", "執行額は？", None, "d1")
    assert read_ask_line('{"question": "x", "session": 3}').session == "3"
    assert read_search_line('{"id": 1, "query": "橋", "k": 3}').k == 3
    assert read_search_line('{"query": "橋"}').k == 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("執行額は？", "JSON として読めません"),
        ("[1]", "JSON オブジェクト"),
        ("{}", "question に文字列がありません"),
        ('{"question": 5}', "question に文字列がありません"),
        ('{"question": "x", "id": [1]}', "id は"),
        ('{"question": "x", "sheet_id": 48}', "sheet_id に文字列がありません"),
        ('{"question": "x", "session": true}', "session は"),
        ("[" * 100_000, "JSON として読めません"),
    ],
)
def test_a_bad_line_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        read_ask_line(text)


@pytest.mark.parametrize("k", ["0", "1001", "true", '"10"', "1.5"])
def test_k_is_a_small_whole_number(k: str) -> None:
    with pytest.raises(BadRequest, match="k は"):
        read_search_line(f'{{"query": "x", "k": {k}}}')


@given(st.text(max_size=300))
def test_reading_a_line_never_raises_anything_else(text: str) -> None:
    for read in (read_ask_line, read_search_line):
        try:
            read(text)
        except BadRequest as error:
            assert str(error)
