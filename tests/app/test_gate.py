"""The door: a bounded line, a clear word beyond it, never a hang."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.app.loops import run_alone
from ui.gate import Busy, Gate, TooSlow


def test_past_the_limit_comes_busy_at_once() -> None:
    async def scene() -> None:
        gate, release = Gate(workers=1, waiting=1), threading.Event()
        held = [asyncio.create_task(gate.run(release.wait, 5)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="混み合って"):
            await gate.run(lambda: None)
        release.set()
        assert await asyncio.gather(*held) == [True, True]
        assert await gate.run(lambda: 7) == 7
        gate.close()

    run_alone(scene())


def test_slow_work_is_given_up_and_keeps_its_place_until_it_ends() -> None:
    async def scene() -> None:
        gate, release = Gate(workers=1, waiting=0, timeout_s=0.05), threading.Event()
        with pytest.raises(TooSlow):
            await gate.run(release.wait, 5)
        with pytest.raises(Busy):
            await gate.run(lambda: None)
        release.set()
        while True:
            try:
                assert await gate.run(lambda: 1) == 1
                break
            except Busy:
                await asyncio.sleep(0)
        gate.close()

    run_alone(scene())


def test_errors_come_through() -> None:
    async def scene() -> None:
        gate = Gate(1, 1)
        with pytest.raises(ZeroDivisionError):
            await gate.run(lambda: 1 / 0)
        gate.close()

    run_alone(scene())
