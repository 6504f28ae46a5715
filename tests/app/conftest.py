"""The app on the sample, served once per test process, and a browser that may talk to nobody else."""

from __future__ import annotations

import dataclasses
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app import SAMPLES, App, create_app
from ui.settings import AppSettings

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the fictional sample taken in, made by the same child process as in the app."""
    return taken_in(tmp_path_factory.mktemp("sample"), SAMPLES.glob("*.xlsx"))


def taken_in(data: Path, files: Iterable[Path]) -> Path:
    """``data`` with these files taken in."""
    command = [sys.executable, "-m", "ui.worker", "--data", str(data), "ingest", *sorted(map(str, files))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return data


@dataclasses.dataclass(frozen=True)
class Running:
    """A served app and its address without the last slash."""

    app: App
    url: str
    data: Path


def start(data: Path, **settings: Any) -> Running:
    app = create_app(AppSettings(data, port=free_port(), **settings))
    return Running(app, app.launch().rstrip("/"), data)


@pytest.fixture(scope="session")
def running(sample_data: Path) -> Iterator[Running]:
    """The app on the sample, with MCP."""
    served = start(sample_data, mcp=True)
    yield served
    served.app.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless browser, or a visible skip."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: the app is not driven in a browser")
    program = next((path for path in (os.environ.get("RSQA_CHROMIUM", ""), *CHROMIUM) if path and Path(path).is_file()), None)
    if program is None:
        pytest.skip("no Chromium here: the app is not driven in a browser")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


class Window:
    """A page that remembers every request that left the machine and every error in its console."""

    def __init__(self, browser: Any, url: str, **options: Any) -> None:
        self.url = url
        self.outside: list[str] = []
        self.errors: list[str] = []
        self.context = browser.new_context(locale="ja-JP", accept_downloads=True, **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("request", self._request)
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.url + "/", "data:", "blob:")):
            self.outside.append(request.url)

    def open(self, query: str = "") -> Any:
        self.page.goto(f"{self.url}/{query}")
        self.page.wait_for_selector("html[data-ready]")
        return self.page

    def ask(self, question: str) -> Any:
        """Type, press Enter, and the drawn answer."""
        before = self.page.locator("article.answer:not(.waiting)").count()
        self.page.fill("#question", question)
        self.page.press("#question", "Enter")
        answer = self.page.locator("article.answer:not(.waiting)").nth(before)
        answer.wait_for()
        return answer

    def close(self) -> None:
        self.context.close()
        assert not self.outside, f"requests left this machine: {self.outside}"
        assert not self.errors, f"errors in the console: {self.errors}"


@pytest.fixture
def window(chromium: Any, running: Running) -> Iterator[Window]:
    """A desk-sized window on the running app; at the end it must have been quiet and at home."""
    opened = Window(chromium, running.url, viewport={"width": 1440, "height": 900})
    yield opened
    opened.close()


@pytest.fixture
def phone(chromium: Any, running: Running) -> Iterator[Window]:
    """The same, 360 px wide."""
    opened = Window(chromium, running.url, viewport={"width": 360, "height": 740}, has_touch=True)
    yield opened
    opened.close()
