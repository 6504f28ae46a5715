"""The guard: foreign hosts, unknown paths, foreign pages and big bodies are refused before any handler."""

from __future__ import annotations

import base64
import http.client
import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.conftest import Running, start
from ui.jobs import safe_name
from ui.settings import SEALED_ENVIRONMENT, AppSettings, auth_from_environment

pytestmark = pytest.mark.xdist_group("app")

OUTSIDE = [
    "/gradio_api/file=/etc/passwd", "/gradio_api/file=http://169.254.169.254/latest/meta-data", "/file=/etc/passwd",
    "/gradio_api/file/etc/passwd", "/gradio_api/proxy=http://example.com/", "/gradio_api/proxy=https://example.com",
    "/monitoring", "/monitoring/summary", "/monitoring/x", "/gradio_api/upload_progress?upload_id=1", "/gradio_api/runs",
    "/gradio_api/run-history/buckets", "/gradio_api/dev/reload", "/gradio_api/vibe-code/", "/gradio_api/deep_link", "/docs",
    "/redoc", "/openapi.json", "/gradio_api/openapi.json", "/theme.css", "/manifest.json", "/pwa_icon", "/login_check", "/gradio_api/token",
    "/gradio_api/user", "/svelte/x", "/static/x", "/assets/x", "/assets/..%2f..%2fetc/passwd", "/static-ui/../app.py",
    "/static-ui/..%2f..%2fapp.py", "/static-ui/%2e%2e/app.py", "//etc/passwd", "/etc/passwd", "/ui/../../etc/passwd", "/.git/config",
    "/ui/sheet/../../x", "/brief.exe", "/api/unknown", "/api/../ui/state", "/gradio_api/custom_component/1/client/x/y",
    "/gradio_api/stream/a/b/c/playlist.m3u8", "/gradio_api/app_id", "/logout", "/gradio_api/startup-events/x", "/mcp/../ui", "/%00",
    "/ui/state%00", "/static-ui/%2fetc%2fpasswd", "/gradio_api/mcp", "/gradio_api/mcp/sse", "/gradio_api/profiling/traces",
    "/gradio_api/heartbeat/../x", "/ui/table.csv/../x", "/brief/..", "/~root", "/proc/self/environ", "/gradio_api/file=C:\\Windows\\win.ini",
    "/gradio_api/file=\\\\host\\share", "/gradio_api/file=file:///etc/passwd", "/gradio_api/proxy=file:///etc/passwd", "/config.json",
]  # fmt: skip
POSTS = ["/gradio_api/upload", "/gradio_api/process_recording", "/gradio_api/vibe-edit/", "/gradio_api/run/predict", "/login",
         "/gradio_api/component_server", "/gradio_api/reset", "/gradio_api/cancel", "/", "/static-ui/app.css", "/ui/state"]  # fmt: skip


def call(url: str, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
    host = url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=20)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    sent = {"Host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    if body:
        sent.setdefault("Content-Length", str(len(body)))
    for name, value in sent.items():
        connection.putheader(name, value)
    connection.endheaders(body or None)
    reply = connection.getresponse()
    content = reply.read()
    connection.close()
    return reply.status, {name.lower(): value for name, value in reply.getheaders()}, content


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_else_is_served(running: Running, path: str) -> None:
    status, _, content = call(running.url, "GET", path.replace(" ", "%20"))
    assert status in (400, 404, 405, 421), (status, content[:200])
    assert b"root:" not in content
    assert b"[fonts]" not in content


@pytest.mark.parametrize("path", POSTS)
def test_nothing_else_is_taken(running: Running, path: str) -> None:
    status, _, _ = call(running.url, "POST", path, b"{}", Content_Type="application/json")
    assert status in (404, 405)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "[::2]:80", "0.0.0.0", "169.254.169.254"])
def test_foreign_hosts_are_refused(running: Running, host: str) -> None:
    assert call(running.url, "GET", "/", Host=host)[0] == 421


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST:7860"])
def test_our_own_names_pass(running: Running, host: str) -> None:
    assert call(running.url, "GET", "/", Host=host)[0] == 200


def test_other_pages_cannot_make_the_browser_act(running: Running) -> None:
    body = json.dumps({"digest": "x"}).encode()
    for headers in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}, {"Origin": "null"}):
        assert call(running.url, "POST", "/ui/remove", body, Content_Type="application/json", **headers)[0] == 403


def test_every_reply_carries_the_headers(running: Running) -> None:
    for path in ("/", "/static-ui/app.css", "/ui/state", "/nowhere", "/brief?sheet_id=x"):
        headers = call(running.url, "GET", path)[1]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "access-control-allow-origin" not in headers
    page = call(running.url, "GET", "/")[1]["content-security-policy"]
    assert "unsafe" not in page
    assert "require-trusted-types-for 'script'" in page


def test_big_bodies_are_refused_before_they_are_read(running: Running) -> None:
    status, _, content = call(running.url, "POST", "/ui/ask", b"{}", Content_Length=str(11 * 1024 * 1024))
    assert status == 413
    assert "大きすぎます" in json.loads(content)["error"]


def test_a_body_that_hides_its_length_is_cut_off(running: Running) -> None:
    host = running.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=20)
    chunks = (b'{"question": "' if n == 0 else b"a" * 65536 for n in range(40))
    connection.request("POST", "/ui/ask", chunks, {"Content-Type": "application/json"}, encode_chunked=True)
    assert connection.getresponse().status in (400, 413)
    connection.close()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"[]", 400), (b"nonsense", 400), (b'{"question": 5}', 400), (b'{"question": ""}', 400),
        (b'{"question": "   "}', 400), (b'{"question": "x", "edits": 3}', 400), (b'{"question": NaN}', 400),
        (json.dumps({"question": "あ" * 2001}).encode(), 400), (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400),
    ],
)  # fmt: skip
def test_bad_questions_get_words(running: Running, body: bytes, status: int) -> None:
    got, _, content = call(running.url, "POST", "/ui/ask", body, Content_Type="application/json", Content_Length=str(len(body)))
    assert got == status
    assert json.loads(content)["error"]


@pytest.mark.parametrize("question", ["\x00", "\ud800x", "\u202e321", "😀" * 50, "!!!", "a" * 1999, "1" * 1999, "ア" * 1999, "<script>alert(1)</script>"])
def test_strange_questions_are_answered(running: Running, question: str) -> None:
    body = json.dumps({"question": question}).encode()
    got, _, content = call(running.url, "POST", "/ui/ask", body, Content_Type="application/json")
    assert got in (200, 400)
    assert "<script" not in json.loads(content).get("html", "")


def test_uploads_cannot_choose_their_place(running: Running) -> None:
    for name in ("../../x.xlsx", "..\\x.xlsx", "/etc/x.xlsx", "a/../../b.xlsx", "\x00.xlsx", "."):
        safe = safe_name(name)
        assert "/" not in safe
        assert "\\" not in safe
        assert safe not in ("", ".", "..")
    assert call(running.url, "POST", "/ui/upload?name=..%2F..%2Fx.xlsx", b"")[0] == 400


def test_opening_to_others_needs_a_password(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="RSQA_AUTH"):
        AppSettings(tmp_path, host="0.0.0.0").check()
    AppSettings(tmp_path, host="0.0.0.0", auth=("a", "b")).check()


def test_the_password_is_asked_for(sample_data: Path) -> None:
    served = start(sample_data, auth=("user", "秘密"))
    try:
        assert call(served.url, "GET", "/")[0] == 401
        wrong = base64.b64encode(b"user:x").decode()
        assert call(served.url, "GET", "/", Authorization=f"Basic {wrong}")[0] == 401
        right = base64.b64encode("user:秘密".encode()).decode()
        assert call(served.url, "GET", "/", Authorization=f"Basic {right}")[0] == 200
        assert call(served.url, "GET", "/mcp")[0] in (401, 404)
    finally:
        served.app.close()


def test_password_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RSQA_AUTH", "user:pass:word")
    assert auth_from_environment() == ("user", "pass:word")
    monkeypatch.setenv("RSQA_AUTH", "nocolon")
    with pytest.raises(ValueError, match="RSQA_AUTH"):
        auth_from_environment()


def test_telemetry_is_off(running: Running) -> None:
    import os

    for name, value in SEALED_ENVIRONMENT.items():  # a library may write True for 1
        assert os.environ[name].replace("True", "1") == value.replace("True", "1")
    blocks: Any = running.app.server.blocks
    assert blocks.analytics_enabled is False
    assert blocks.share is False
    assert blocks.enable_monitoring is False
    assert blocks.allowed_paths == []
