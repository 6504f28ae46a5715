"""A door in front of the engine: so many at work, so many waiting, and a clear word to the rest."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Busy(Exception):
    """More questions than can be answered in a time that people wait. The message is for the user."""

    def __init__(self) -> None:
        super().__init__("ただいま混み合っています。数秒おいて、もう一度お試しください。")


class TooSlow(Exception):
    """One request ran past its time. The message is for the user."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:g}秒以内に答えを出せませんでした。年度や府省庁を絞って、もう一度お試しください。")


class Gate:
    """Runs plain functions on worker threads; at most ``workers`` at work and ``waiting`` in line.

    Used from one event loop. Raises Busy at once when the line is full: never a hang.
    """

    def __init__(self, workers: int, waiting: int, timeout_s: float = 30.0) -> None:
        self._pool = concurrent.futures.ThreadPoolExecutor(workers, thread_name_prefix="ask")
        self._limit = workers + waiting
        self._inside = 0
        self._timeout_s = timeout_s

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of ``function(*args, **kwargs)``, or what it raised."""
        if self._inside >= self._limit:
            raise Busy
        self._inside += 1
        future = self._pool.submit(functools.partial(function, *args, **kwargs))
        # The place is given back when the work ends, not when the caller stops waiting for it.
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._leave))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._timeout_s)
        except TimeoutError:
            raise TooSlow(self._timeout_s) from None

    def _leave(self) -> None:
        self._inside -= 1

    def close(self) -> None:
        """Finish what is at work and drop what waits."""
        self._pool.shutdown(wait=False, cancel_futures=True)
