"""A door in front of the engine: so many at work, so many waiting, and a clear word to the rest."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import functools
import threading
import time
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
PATIENCE_S = 0.25  # of those who wait for a turn: ten times what an answer takes


class Busy(Exception):
    """More questions than can be answered in a time that people wait. The message is for the user."""

    def __init__(self) -> None:
        super().__init__("ただいま混み合っています。数秒おいて、もう一度お試しください。")


class TooSlow(Exception):
    """One request ran past its time. The message is for the user."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:g}秒以内に答えを出せませんでした。年度や府省庁を絞って、もう一度お試しください。")


class Turn:
    """One thread computes at a time, and one that takes longer than ``patience_s`` no longer holds up the next.

    Threads that compute side by side hand the interpreter's lock to and fro: measured, two answer a fifth
    fewer questions than one.  A slow question must not stop the rest, though.
    """

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._free = threading.Condition()
        self._holder: object | None = None
        self._since = 0.0

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn and hold it."""
        mine = object()
        with self._free:
            while self._holder is not None and (left := self._since + self._patience_s - time.monotonic()) > 0:
                self._free.wait(left)
            self._holder, self._since = mine, time.monotonic()
        try:
            yield
        finally:
            with self._free:
                if self._holder is mine:
                    self._holder = None
                    self._free.notify()


class Gate:
    """Runs plain functions on worker threads, in turn; at most ``workers`` begun and ``waiting`` in line.

    Used from one event loop. Raises Busy at once when the line is full: never a hang.
    """

    def __init__(self, workers: int, waiting: int, timeout_s: float = 30.0) -> None:
        self._pool = concurrent.futures.ThreadPoolExecutor(workers, thread_name_prefix="ask")
        self._limit = workers + waiting
        self._inside = 0
        self._timeout_s = timeout_s
        self._turn = Turn(PATIENCE_S)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of ``function(*args, **kwargs)``, or what it raised."""
        if self._inside >= self._limit:
            raise Busy
        self._inside += 1
        future = self._pool.submit(self._in_turn, functools.partial(function, *args, **kwargs))
        # The place is given back when the work ends, not when the caller stops waiting for it.
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._leave))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._timeout_s)
        except TimeoutError:
            raise TooSlow(self._timeout_s) from None

    def _in_turn(self, function: Callable[[], T]) -> T:
        with self._turn.taken():
            return function()

    def _leave(self) -> None:
        self._inside -= 1

    def close(self) -> None:
        """Finish what is at work and drop what waits."""
        self._pool.shutdown(wait=False, cancel_futures=True)
