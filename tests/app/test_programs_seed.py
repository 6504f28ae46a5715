"""The real sheet's 38 questions through gradio_client, MCP and REST: the command line's JSON, every one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.conftest import Running, start, taken_in
from tests.app.test_programs import asked_in_a_shell, mcp, post, same

pytestmark = pytest.mark.xdist_group("app")


@pytest.fixture(scope="module")
def questions(shared: Path) -> list[str]:
    lines = (shared / "eval" / "seed-questions.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line)["question"] for line in lines]
    assert len(found) == 38
    return found


@pytest.fixture(scope="module")
def real(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The app, with MCP, on the one real sheet's workbook."""
    (workbook,) = (shared / "data" / "forms").glob("*.xlsx")
    served = start(taken_in(tmp_path_factory.mktemp("real"), [workbook]), mcp=True)
    yield served
    served.app.close()


@pytest.fixture(scope="module")
def expected(real: Running, questions: list[str], tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    answers = asked_in_a_shell(real.data, questions, tmp_path_factory.mktemp("ask"))
    assert sum(answer["status"] == "answered" for answer in answers) >= 30
    return answers


def test_gradio_client(real: Running, questions: list[str], expected: list[dict[str, Any]]) -> None:
    from gradio_client import Client

    client = Client(real.url, verbose=False, analytics_enabled=False)
    for question, answer in zip(questions, expected, strict=True):
        assert same(client.predict(question, api_name="/ask")) == same(answer)


def test_mcp(real: Running, questions: list[str], expected: list[dict[str, Any]]) -> None:
    async def scene(session: Any) -> list[Any]:
        return [await session.call_tool("ask", {"question": question}) for question in questions]

    for result, answer in zip(mcp(real, scene), expected, strict=True):
        assert not result.isError
        assert same(result.structuredContent) == same(answer)


def test_rest(real: Running, questions: list[str], expected: list[dict[str, Any]]) -> None:
    for question, answer in zip(questions, expected, strict=True):
        status, found = post(real, "/api/ask", {"question": question})
        assert status == 200
        assert same(found) == same(answer)
