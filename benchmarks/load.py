"""The app under many users. ``python -m benchmarks.load --data DIR [--seconds 20]``

Users ask every two seconds (``app_load``); then as many requests as the app takes, beside an empty
handler on the same server software that only spins for as long as the engine needs per question; then
far more at once than it takes, which must be told so at once.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.app_load import free_port, load, questions, start
from benchmarks.measure import ROOT, Figure, rss_bytes

_SATURATING: Final = 8
_FLOOD: Final = 200
_SPIN = """
import sys, time, uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from ui.gate import Gate
seconds, port = float(sys.argv[1]), int(sys.argv[2])
gate = Gate(4, 64)
def spin():
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(200))
    return {"html": "x" * 4000}
async def ask(request):
    await request.json()
    return JSONResponse(await gate.run(spin))
uvicorn.run(Starlette(routes=[Route("/ui/ask", ask, methods=["POST"])]), host="127.0.0.1", port=port, log_level="error")
"""


def measure(data: Path, seconds: float) -> Iterable[Figure]:
    asked = questions(data, 400)
    process, url, ready = start(data)
    try:
        yield Figure("画面の起動から最初の答えまで", ready, " s")
        for users, limit in ((10, 400), (50, 2500)):
            found: dict[str, Any] = asyncio.run(load(url, asked, users, seconds))
            note = f"{found['asked']}件、中央値 {found['median_ms']} ms"
            yield Figure(f"利用者{users}人、95% 点", float(found["p95_ms"]), " ms", limit, note)
            yield Figure(f"利用者{users}人、誤り", float(found["errors"]), " 件", 0)
        flood = asyncio.run(_flood(url, asked))
        told = sum(1 for status, _, text in flood if status == 503 and "混み合って" in text)
        other = sum(1 for status, _, _ in flood if status not in (200, 503))
        slowest = max(took for _, took, _ in flood)
        yield Figure(f"同時に{_FLOOD}件: 答えも「混み合っています」もない", float(other), " 件", 0, f"混み合っています {told}件、最も遅い返事 {slowest:.1f} s")
        each = _engine_seconds(url, asked)  # every question once: both sides of the comparison then find them read before
        ours, took = asyncio.run(_throughput(url, asked, seconds))
        yield Figure("画面のメモリー", rss_bytes(process.pid) / 1e6, " MB", 800)
    finally:
        process.terminate()
        process.wait(30)
    theirs = _spinning(asked, each, seconds)
    note = f"毎秒 {ours:.1f} 件と {theirs:.1f} 件、1件の計算 {each * 1000:.1f} ms、中央値 {took * 1000:.0f} ms"
    yield Figure("処理量 ÷ 同じ時間だけ空回りする処理の量", ours / theirs, "", 0.8, note, more=True)


async def _flood(url: str, asked: Sequence[str]) -> list[tuple[int, float, str]]:
    """Status, seconds and text of many requests sent at once."""
    import httpx

    async def one(number: int) -> tuple[int, float, str]:
        begun = time.perf_counter()
        reply = await client.post("/ui/ask", json={"question": asked[number % len(asked)], "session": f"flood-{number}"})
        return reply.status_code, time.perf_counter() - begun, reply.text[:300]

    async with httpx.AsyncClient(base_url=url, timeout=90, limits=httpx.Limits(max_connections=_FLOOD)) as client:
        return list(await asyncio.gather(*(one(n) for n in range(_FLOOD))))


async def _throughput(url: str, asked: Sequence[str], seconds: float) -> tuple[float, float]:
    """Answers per second with a few clients that never pause, and the median seconds of one."""
    import httpx

    took: list[float] = []
    end = time.perf_counter() + seconds

    async def client_of(number: int) -> None:
        turn = number
        while time.perf_counter() < end:
            begun = time.perf_counter()
            (await client.post("/ui/ask", json={"question": asked[turn % len(asked)]})).raise_for_status()
            took.append(time.perf_counter() - begun)
            turn += _SATURATING

    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        begun = time.perf_counter()
        await asyncio.gather(*(client_of(n) for n in range(_SATURATING)))
        return len(took) / (time.perf_counter() - begun), statistics.median(took)


def _engine_seconds(url: str, asked: Sequence[str]) -> float:
    """Mean seconds that the engine itself reports for one question, asked one after the other."""
    import httpx

    with httpx.Client(base_url=url, timeout=60) as client:
        times = [float(client.post("/api/ask", json={"question": q}).json()["elapsed_ms"]) for q in asked]
    return statistics.fmean(times) / 1000


def _spinning(asked: Sequence[str], each: float, seconds: float) -> float:
    """Throughput of the handler that only spins, on the same stack, behind the same gate."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", _SPIN, f"{each:.6f}", str(port)], cwd=ROOT)
    try:
        _wait(port)
        return asyncio.run(_throughput(f"http://127.0.0.1:{port}", asked, seconds))[0]
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int) -> None:
    import socket

    end = time.perf_counter() + 30
    while time.perf_counter() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(port)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args(arguments)
    figures = list(measure(options.data, options.seconds))
    print(json.dumps([dataclasses.asdict(f) for f in figures], ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
