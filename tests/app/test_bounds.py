"""Hostile numbers are refused in words, other sites' pages make nothing work, a defect stays with its question."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest
from starlette.types import Scope

from qa.engine import Engine
from qa.model import Status
from ui.desk import BadQuestion, search_filter
from ui.security import Attempts, Guard
from ui.settings import AppSettings

HOSTILE = ["1e999990", "-1e999990", "NaN", "sNaN", "Infinity", "9" * 4000, "1e-999999999", "１e５０", "0x10", "--", "1_0e9"]


@pytest.mark.parametrize("name", ["budget_from", "budget_to", "rate_from", "rate_to", "sheet_year"])
@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_numbers_are_refused_at_once(name: str, value: str) -> None:
    started = time.perf_counter()
    try:
        search_filter({name: value})
    except BadQuestion as error:
        assert "\n" not in str(error)
    assert time.perf_counter() - started < 0.5


def test_numbers_of_the_controls_are_read() -> None:
    found = search_filter({"budget_from": "1.5", "rate_to": "80", "sheet_year": "2020"})
    assert (found.budget_yen[0], found.execution_rate[1], found.sheet_years) == (150_000_000, 0.8, (2020,))


def _refused(path: str, site: str) -> int | None:
    async def nothing(*_: object) -> None:
        raise AssertionError

    headers = [(b"host", b"127.0.0.1:7860"), (b"sec-fetch-site", site.encode())]
    scope: Scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "client": ("127.0.0.1", 1)}
    found = Guard(nothing, AppSettings(data_dir=Path("data")))._refusal(scope)
    return None if found is None else found.status_code


@pytest.mark.parametrize(
    ("path", "site", "status"),
    [("/ui/search", "cross-site", 403), ("/api/ask", "same-site", 403), ("/ui/search", "same-origin", None), ("/", "cross-site", None)],
)
def test_pages_of_other_sites_start_no_work(path: str, site: str, status: int | None) -> None:
    assert _refused(path, site) == status


def test_after_ten_wrong_passwords_not_even_the_right_one_gets_in() -> None:
    async def nothing(*_: object) -> None:
        raise AssertionError

    guard = Guard(nothing, AppSettings(data_dir=Path("data"), auth=("me", "right")))

    def status(password: str, address: str = "10.0.0.1") -> int | None:
        given = base64.b64encode(f"me:{password}".encode())
        headers = [(b"host", b"127.0.0.1:7860"), (b"authorization", b"Basic " + given)]
        scope: Scope = {"type": "http", "method": "GET", "path": "/", "headers": headers, "client": (address, 1)}
        found = guard._refusal(scope)
        return None if found is None else found.status_code

    assert status("right") is None
    assert [status(f"wrong{n}") for n in range(10)] == [401] * 10
    assert status("right") == 429
    assert status("right", "10.0.0.2") is None


def test_the_window_ends() -> None:
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    scope: Scope = {"type": "http", "client": ("10.0.0.1", 1)}
    for _ in range(10):
        attempts.wrong(scope)
    assert attempts.locked(scope)
    now[0] = 61.0
    assert not attempts.locked(scope)


def test_a_defect_fails_with_its_own_question_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine.__new__(Engine)
    calls: list[str] = []

    def answered(self: Engine, question: str, *rest: object) -> object:
        calls.append(question)
        raise KeyError("%")

    monkeypatch.setattr(Engine, "_answered", answered)
    answer = engine.ask("執行率が一番低い府省庁は")
    assert calls and answer.status is Status.UNSUPPORTED and "誤り" in answer.answer
