"""REST, gradio_client and MCP give the contract's JSON: the same answer as the command line, with caveats."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from cli.main import main
from tests.app.conftest import ROOT, Running
from tests.app.loops import run_alone
from tests.app.test_security import call

pytestmark = pytest.mark.xdist_group("app")
QUESTION = "山あい窓口オンライン化推進事業の令和2年度の執行額はいくらですか"
SHEET = "2021/架空省/2021-架空-20-0002"
QUESTIONS = [json.loads(line)["question"] for line in (ROOT / "samples" / "questions.jsonl").read_text(encoding="utf-8").splitlines()][:12]


def same(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what differs from call to call."""
    return {key: value for key, value in answer.items() if key not in ("elapsed_ms", "caveats", "id")}


def post(running: Running, path: str, data: Any) -> tuple[int, Any]:
    status, _, content = call(running.url, "POST", path, json.dumps(data).encode(), Content_Type="application/json")
    return status, json.loads(content)


def asked_in_a_shell(data: Path, questions: list[str], folder: Path) -> list[dict[str, Any]]:
    """The answers of ``rsqa ask --jsonl``."""
    import contextlib
    import io

    lines = folder / "questions.jsonl"
    lines.write_text("".join(json.dumps({"id": str(i), "question": q}) + "\n" for i, q in enumerate(questions)), encoding="utf-8")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["ask", "--data", str(data), "--jsonl", str(lines)]) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture(scope="module")
def from_command_line(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The answers to the sample's questions."""
    return asked_in_a_shell(sample_data, QUESTIONS, tmp_path_factory.mktemp("ask"))


def test_rest_equals_the_command_line(running: Running, from_command_line: list[dict[str, Any]]) -> None:
    for question, expected in zip(QUESTIONS, from_command_line, strict=True):
        status, answer = post(running, "/api/ask", {"question": question})
        assert status == 200
        assert same(answer) == same(expected)
        assert len(answer["caveats"]) >= 3


def test_gradio_client_equals_the_command_line(running: Running, from_command_line: list[dict[str, Any]]) -> None:
    from gradio_client import Client

    client = Client(running.url, verbose=False, analytics_enabled=False)
    for question, expected in zip(QUESTIONS, from_command_line, strict=True):
        assert same(client.predict(question, api_name="/ask")) == same(expected)
    assert {"/ask", "/search", "/get_sheet", "/brief", "/aggregate"} == set(client.view_api(return_format="dict", print_info=False)["named_endpoints"])


def test_gradio_client_gets_plain_errors(running: Running) -> None:
    from gradio_client import Client
    from gradio_client.exceptions import AppError

    client = Client(running.url, verbose=False, analytics_enabled=False)
    with pytest.raises(AppError, match="2,000文字まで"):
        client.predict("あ" * 2001, api_name="/ask")
    with pytest.raises(AppError, match="取り込んだデータにありません"):
        client.predict("nowhere", api_name="/get_sheet")


def mcp(running: Running, scene: Callable[[Any], Awaitable[Any]]) -> Any:
    """Run a scene with an initialised client session."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def play() -> Any:
        async with streamablehttp_client(f"{running.url}/mcp") as (read, write, _), ClientSession(read, write) as session:
            await session.initialize()
            return await scene(session)

    return run_alone(play())


def test_mcp_equals_the_command_line(running: Running, from_command_line: list[dict[str, Any]]) -> None:
    async def scene(session: Any) -> list[Any]:
        return [await session.call_tool("ask", {"question": question}) for question in QUESTIONS]

    for result, expected in zip(mcp(running, scene), from_command_line, strict=True):
        assert not result.isError
        assert same(result.structuredContent) == same(expected)
        assert same(json.loads(result.content[0].text)) == same(expected)


def test_mcp_tools_and_prompt(running: Running) -> None:
    async def scene(session: Any) -> tuple[Any, Any, Any, Any, Any]:
        return (
            (await session.list_tools()).tools,
            (await session.list_prompts()).prompts,
            await session.get_prompt("cited_answer", {"question": QUESTION}),
            await session.call_tool("get_sheet", {"sheet_id": "nowhere"}),
            await session.call_tool("brief", {"sheet_id": SHEET}),
        )

    tools, prompts, prompt, missing, brief = mcp(running, scene)
    assert [tool.name for tool in tools] == ["ask", "search", "get_sheet", "brief", "aggregate"]
    assert all(tool.name.isascii() and not tool.description.isascii() for tool in tools)
    assert [one.name for one in prompts] == ["cited_answer"]
    assert QUESTION in prompt.messages[0].content.text
    assert missing.isError
    assert "取り込んだデータにありません" in missing.content[0].text
    assert "山あい窓口" in brief.structuredContent["markdown"]


def test_rest_get_post_and_errors(running: Running) -> None:
    status, _, content = call(running.url, "GET", f"/api/ask?question={quote(QUESTION)}")
    assert status == 200
    assert json.loads(content)["results"][0]["value"] == "1104"
    assert post(running, "/api/ask", {"id": "q7", "question": QUESTION})[1]["id"] == "q7"
    for path, data in (("/api/ask", {}), ("/api/search", {"query": "港", "k": 0}), ("/api/search", {"query": "港", "k": "x"}), ("/api/ask", {"question": 3})):
        status, answer = post(running, path, data)
        assert status == 400, (path, data)
        assert answer["error"]
    assert post(running, "/api/get_sheet", {"sheet_id": "nowhere"})[0] == 404


def test_search_and_sheet(running: Running) -> None:
    _, found = post(running, "/api/search", {"query": "災害のとき外国人に知らせる", "k": 3})
    assert 1 <= len(found["hits"]) <= 3
    assert set(found["hits"][0]) >= {"sheet_id", "project", "ministry", "sheet_year", "section", "text", "score"}
    _, sheet = post(running, "/api/get_sheet", {"sheet_id": SHEET})
    cell = next(one for one in sheet["cells"] if one["source"]["locator"] == "行政事業レビューシート!AD19")
    assert (cell["raw"], cell["value"], cell["unit"]) == ("1,104", "1104", "百万円")
    assert sheet["other_years"]


def test_aggregate_brings_the_whole_table(running: Running) -> None:
    _, answer = post(running, "/api/aggregate", {"question": "令和3年度レビューシートで、令和2年度の執行額が大きい事業を上から3件"})
    assert answer["status"] == "answered"
    assert len(answer["table"]["rows"]) >= 3
    assert answer["table"]["left_out"] is not None


def test_without_the_option_there_is_no_mcp(sample_data: Path) -> None:
    from tests.app.conftest import start

    served = start(sample_data)
    try:
        assert call(served.url, "POST", "/mcp", b"{}", Content_Type="application/json")[0] == 404
    finally:
        served.app.close()
