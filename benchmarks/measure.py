"""What every benchmark shares: a figure, times, memory, and how they are written down."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import psutil  # type: ignore[import-untyped,unused-ignore]

ROOT: Final = Path(__file__).resolve().parent.parent
SHARED: Final = ROOT.parent / "shared"
PACKAGES: Final = ("duckdb", "faiss-cpu", "bm25s", "fugashi", "sentence-transformers", "torch", "gradio", "orjson", "numpy")


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """One measured line. ``value`` against ``limit`` (None: nothing was set), both in ``unit``; less is better."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    note: str = ""
    more: bool = False  # more is better

    @property
    def met(self) -> bool | None:
        if self.limit is None:
            return None
        return self.value >= self.limit if self.more else self.value <= self.limit


def table(figures: Sequence[Figure]) -> str:
    """Markdown rows; what misses its limit is marked."""
    rows = ["| 項目 | 結果 | 目標 | 備考 |", "|---|---:|---:|---|"]
    for f in figures:
        sign = "" if f.limit is None else f"{'≥' if f.more else '≤'} {_plain(f.limit)}{f.unit}"
        mark = {None: "", True: " ✓", False: " **未達**"}[f.met]
        rows.append(f"| {f.name} | {_plain(f.value)}{f.unit}{mark} | {sign} | {f.note} |")
    return "\n".join(rows)


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def median(action: Callable[[], object], runs: int) -> float:
    return statistics.median(timed(action) for _ in range(runs))


def share(values: Sequence[float], part: float) -> float:
    """The value below which ``part`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def rss_bytes(process: int | None = None) -> int:
    """Resident memory of a process (Linux; 0 elsewhere)."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process or 'self'}/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
    return 0


class Peak(threading.Thread):
    """Samples the memory of a process and its children (PSS where the system tells it)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.bytes = 0
        self._process = psutil.Process(pid)
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(0.25):
            total = 0
            try:
                for process in [self._process, *self._process.children(recursive=True)]:
                    total += getattr(process.memory_full_info(), "pss", process.memory_info().rss)
            except psutil.Error:
                continue  # a process that has just ended
            self.bytes = max(self.bytes, total)

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def python(*arguments: str, program: str = sys.executable, **options: Any) -> str:
    """Run a Python program of ours in a process of its own; its standard output. Raises CalledProcessError."""
    done = subprocess.run([program, *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf-8", **options)
    return str(done.stdout)


def last_json(text: str) -> Any:
    return json.loads(text.strip().splitlines()[-1])


def generation(data: Path) -> Path:
    return data / "generations" / (data / "CURRENT").read_text("ascii").split()[0]


def folder_bytes(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def machine() -> Iterator[str]:
    """Lines that say where and with what the figures were measured."""
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    yield f"- 機械: {model}、{os.cpu_count()}コア、{platform.system()}、Python {platform.python_version()}"
    yield "- 版: " + "、".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    if hasattr(os, "getloadavg"):
        yield f"- ほかの負荷（直近1分・5分の平均待ち数）: {os.getloadavg()[0]:.1f}、{os.getloadavg()[1]:.1f}"
