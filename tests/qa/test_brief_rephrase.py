"""The optional rewording server, tested against one of our own that misbehaves in every way."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from qa.brief.lock import locked
from qa.brief.model import Brief, Bullets, Sentence
from qa.brief.project import project_brief
from qa.brief.rephrase import ChatServer, RephraseSettingsError, mask, rephrased, server_from
from tests.qa.brief_sheets import sheet


class Misbehaving(BaseHTTPRequestHandler):
    """Answers as ``mode`` says; the masked sentence is the prompt's last line."""

    mode = "good"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        sentence = body["messages"][0]["content"].splitlines()[-1]
        answers = {
            "good": "なお、" + sentence,
            "missing": sentence.replace("⟦1⟧", ""),
            "doubled": sentence.replace("⟦1⟧", "⟦1⟧⟦1⟧"),
            "invented": sentence.replace("⟦1⟧", "⟦1⟧⟦99⟧"),
            "number": sentence.replace("。", "、前年は12百万円。"),
            "kanji": sentence.replace("。", "、約三億円。"),
            "wide": sentence.replace("。", "、１２件。"),
            "two": sentence + "以上。",
            "empty": "",
        }
        content = answers.get(self.mode, sentence)
        status, payload = 200, json.dumps({"choices": [{"message": {"content": content}}]})
        if self.mode == "error":
            status, payload = 500, "{}"
        if self.mode == "shape":
            payload = json.dumps({"choices": []})
        if self.mode == "not json":
            payload = "<html>"
        data = payload.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Tests stay quiet."""


@pytest.fixture
def server() -> Iterator[ChatServer]:
    http = HTTPServer(("127.0.0.1", 0), Misbehaving)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield ChatServer(f"http://127.0.0.1:{http.server_port}/v1", "test", timeout=5)
    http.shutdown()
    thread.join()


def facts(brief: Brief) -> list[Sentence]:
    part = next(p for p in brief.parts if p.heading == "特記事項")
    bullets = part.blocks[0]
    return list(bullets.items) if isinstance(bullets, Bullets) else []


def test_a_good_rewording_is_used_and_its_figures_are_the_locked_ones(server: ChatServer) -> None:
    Misbehaving.mode = "good"
    brief = locked(project_brief([sheet()]))
    after = rephrased(brief, server)
    assert all(s.text.startswith("なお、") for s in facts(after))
    assert [s.figures for s in facts(after)] == [s.figures for s in facts(brief)]
    assert locked(after).dropped == ()


@pytest.mark.parametrize(
    "mode",
    ["missing", "doubled", "invented", "number", "kanji", "wide", "two", "empty", "error", "shape", "not json"],
)
def test_a_bad_rewording_leaves_the_deterministic_text(server: ChatServer, mode: str) -> None:
    Misbehaving.mode = mode
    brief = locked(project_brief([sheet()]))
    assert facts(rephrased(brief, server)) == facts(brief)


def test_no_figure_or_name_is_ever_sent() -> None:
    brief = locked(project_brief([sheet()]))
    for one in facts(brief):
        masked, held = mask(one, brief)
        assert not any(char.isdigit() for char in masked.replace("⟦", "").split("⟧")[-1])
        assert "架空測量株式会社" not in masked
        assert held


def test_quotes_are_never_sent(server: ChatServer) -> None:
    Misbehaving.mode = "good"
    brief = locked(project_brief([sheet()]))
    after = rephrased(brief, server)
    purpose = [p for p in after.parts if p.heading == "目的"]
    assert purpose == [p for p in brief.parts if p.heading == "目的"]


def test_it_is_off_unless_configured_and_stays_on_this_machine() -> None:
    assert server_from({}) is None
    assert server_from({"RSQA_LLM_URL": "http://127.0.0.1:9/v1"}) is not None
    with pytest.raises(RephraseSettingsError, match="RSQA_LLM_URL"):
        server_from({"RSQA_LLM_URL": "https://example.com/v1"})


def test_a_server_that_is_not_there_changes_nothing() -> None:
    brief = locked(project_brief([sheet()]))
    assert rephrased(brief, ChatServer("http://127.0.0.1:9/v1", "none", timeout=1)) == brief
