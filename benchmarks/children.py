"""Forked children that are killed, starved or refused: the ground of ``benchmarks.faults`` and ``hostile``.

Each child starts from a process that has imported everything and opened nothing, so one trial costs
no start-up.  Write calls are counted by ``fault_shim.c`` where a C compiler is at hand (Linux).
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from corpus.model import CorpusError

SHIM_SOURCE: Final = Path(__file__).resolve().parent / "fault_shim.c"
_LOADED: Final = "RSQA_FAULT_SHIM"
KILL: Final = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended. ``refusal`` is a typed error's message, ``crash`` anything else that was raised."""

    value: Any = None
    refusal: str = ""
    crash: str = ""
    signal: int = 0
    seconds: float = 0.0
    peak_bytes: int = 0
    calls: int = 0  # write calls counted since arming

    @property
    def killed(self) -> bool:
        return self.signal == signal.SIGKILL


def reload_with_shim(module: str, arguments: list[str]) -> None:
    """Start this program again with the shim loaded, once; without a compiler go on without it."""
    if os.environ.get(_LOADED) is not None or sys.platform != "linux":
        return
    os.environ[_LOADED] = ""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return
    folder = tempfile.mkdtemp(prefix="rsqa-shim-")
    library = Path(folder) / "shim.so"
    try:
        subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(SHIM_SOURCE), "-ldl"], check=True)
        os.environ |= {_LOADED: str(library), "LD_PRELOAD": str(library), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        status = subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(status)


def has_shim() -> bool:
    return bool(os.environ.get(_LOADED))


def arm(call: int, action: int, *, lasting: bool = False) -> None:
    """Let write call number ``call`` (from 1; 0: only count) kill the process or fail with an errno."""
    ctypes.CDLL(os.environ[_LOADED]).rsqa_arm(ctypes.c_long(call), action, int(lasting))


def _calls() -> int:
    if not has_shim():
        return 0
    library = ctypes.CDLL(os.environ[_LOADED])
    library.rsqa_seen.restype = ctypes.c_long
    return int(library.rsqa_seen())


def in_child(action: Callable[[], Any], *, kill_after: float | None = None, timeout: float = 120.0) -> Ended:
    """Run ``action`` in a forked child; its result must be JSON. Killed after ``kill_after`` seconds if given."""
    reading, writing = os.pipe()
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(action, writing)
    os.close(writing)
    try:
        said = _read(reading, child, kill_after, timeout)
    finally:
        os.close(reading)
    _, status, usage = os.wait4(child, 0)
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    said = b"" if number else said  # what a killed child had begun to say
    found = json.loads(said) if said else {}
    if not said and not number:
        found = {"crash": f"exit status {os.waitstatus_to_exitcode(status)}"}
    return Ended(**found, signal=number, seconds=time.perf_counter() - started, peak_bytes=usage.ru_maxrss * 1024)


def _read(reading: int, child: int, kill_after: float | None, timeout: float) -> bytes:
    """What the child says until it ends; it is killed when its time is over (and may just have ended by itself)."""
    import select

    parts: list[bytes] = []
    end = time.perf_counter() + (timeout if kill_after is None else kill_after)
    while True:
        left = end - time.perf_counter()
        if end != math.inf and (left <= 0 or not select.select([reading], [], [], left)[0]):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            end = math.inf
        part = os.read(reading, 1 << 16)
        if not part:
            return b"".join(parts)
        parts.append(part)


def _child(action: Callable[[], Any], writing: int) -> None:
    """Never returns: whatever happens is told to the parent, and the process ends without clean-up handlers."""
    said: dict[str, Any] = {}
    try:
        said["value"] = action()
    except CorpusError as error:
        said["refusal"] = str(error)
    except BaseException:  # noqa: BLE001 - the trial's finding, told to the parent
        said["crash"] = traceback.format_exc()[-3000:]
    with contextlib.suppress(OSError):
        said["calls"] = _calls()
        arm(-1, KILL) if has_shim() else None
        with os.fdopen(writing, "wb") as out:
            out.write(json.dumps(said).encode())
    os._exit(0)
