"""How the app behaves when people use it: start, Enter-to-drawn in a browser, many users at once.

    python -m benchmarks.app_load [--data DIR] [--seconds 60] [--users 10 30 50]

Questions are made from the corpus that is served (project names and years that it holds), so that
every corpus can be measured; one line of JSON per measure goes to standard output.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from corpus.location import data_dir
from corpus.store.reader import open_corpus
from corpus.years import era_year

ROOT = Path(__file__).resolve().parent.parent
PAUSE_S = 2.0  # a user asks, reads, asks again
PATTERNS = (
    "{p}の{y}年度の執行額はいくらですか", "{p}の{y}年度の当初予算は、前年度からいくら増減しましたか", "{p}の執行額の推移は？",
    "{p}で最も支出額が大きい支出先はどこですか", "{p}の事業の目的は何ですか",
)  # fmt: skip


def questions(data: Path, count: int, seed: int = 0) -> list[str]:
    """Questions about random sheets of the corpus."""
    chosen = random.Random(seed)
    with open_corpus(data) as corpus:
        infos = chosen.choices(corpus.infos(), k=count)
    return [chosen.choice(PATTERNS).format(p=i.project, y=era_year(i.sheet_year - 1)) for i in infos]


def share(values: Sequence[float], part: float) -> float:
    """The value below which ``part`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(data: Path) -> tuple[subprocess.Popen[bytes], str, float]:
    """The app as a process of its own, its address, and the seconds until it answered a question."""
    import httpx

    port, begun = free_port(), time.perf_counter()
    command = [sys.executable, str(ROOT / "app.py"), "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    while True:
        try:
            if httpx.get(f"{url}/ui/state", timeout=5).json()["serial"]:
                return process, url, time.perf_counter() - begun
        except httpx.TransportError:
            if process.poll() is not None:
                raise SystemExit("the app did not start") from None
        time.sleep(0.05)


async def load(url: str, asked: Sequence[str], users: int, seconds: float) -> dict[str, object]:
    """``users`` ask every two seconds for ``seconds``; latencies are of whole answers."""
    import httpx

    took: list[float] = []
    errors: list[str] = []
    end = time.perf_counter() + seconds

    async def user(number: int) -> None:
        chosen = random.Random(number)
        await asyncio.sleep(chosen.random() * PAUSE_S)
        while time.perf_counter() < end:
            begun = time.perf_counter()
            reply = await client.post("/ui/ask", json={"question": chosen.choice(asked), "session": f"load-{number}"})
            took.append((time.perf_counter() - begun) * 1000)
            if reply.status_code != 200:
                errors.append(f"{reply.status_code}")
            await asyncio.sleep(max(0.0, PAUSE_S - (time.perf_counter() - begun)))

    async with httpx.AsyncClient(base_url=url, timeout=60, limits=httpx.Limits(max_connections=users)) as client:
        await asyncio.gather(*(user(number) for number in range(users)))
    return {
        "measure": "load", "users": users, "asked": len(took), "errors": len(errors), "median_ms": round(statistics.median(took)),
        "p95_ms": round(share(took, 0.95)), "max_ms": round(max(took)),
    }  # fmt: skip


def browser(url: str, asked: Sequence[str]) -> dict[str, object] | None:
    """From the press of Enter to the answer drawn, in headless Chromium; None without one."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    program = next((p for p in ("/usr/bin/chromium", "/usr/bin/google-chrome") if Path(p).is_file()), None)
    if program is None:
        return None
    drawn: list[float] = []
    with sync_playwright() as driver:
        window = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = window.new_page(viewport={"width": 1440, "height": 900})
        page.goto(url)
        page.wait_for_selector("html[data-ready]")
        for number, question in enumerate(asked):
            page.fill("#question", question)
            page.press("#question", "Enter")
            card = page.locator("article.answer:not(.waiting)").nth(number)
            card.wait_for()
            drawn.append(float(card.get_attribute("data-drawn-ms") or "nan"))
        window.close()
    return {"measure": "enter to drawn", "asked": len(drawn), "median_ms": statistics.median(drawn), "p95_ms": share(drawn, 0.95)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--users", type=int, nargs="*", default=[10, 30, 50])
    options = parser.parse_args()
    data = data_dir(options.data)
    asked = questions(data, 400)
    process, url, ready = start(data)
    try:
        print(json.dumps({"measure": "start to ready", "seconds": round(ready, 2)}), flush=True)
        for measured in (browser(url, asked[:30]), *(asyncio.run(load(url, asked, n, options.seconds)) for n in options.users)):
            if measured is not None:
                print(json.dumps(measured), flush=True)
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    main()
