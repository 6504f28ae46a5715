"""The door: a bounded line, a clear word beyond it, never a hang."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from tests.app.loops import run_alone
from ui.gate import PATIENCE_S, Busy, Gate, TooSlow


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


def test_one_computes_at_a_time() -> None:
    async def main() -> None:
        gate, inside, seen = Gate(workers=4, waiting=16), [0], []

        def work() -> None:
            inside[0] += 1
            seen.append(inside[0])
            time.sleep(0.002)
            inside[0] -= 1

        await asyncio.gather(*(gate.run(work) for _ in range(12)))
        assert seen == [1] * 12
        gate.close()

    run_alone(main())


def test_a_slow_one_does_not_hold_up_the_rest() -> None:
    async def main() -> None:
        gate, release = Gate(workers=3, waiting=4), threading.Event()
        slow = asyncio.create_task(gate.run(release.wait, 20))
        await asyncio.sleep(0.01)
        begun = time.monotonic()
        assert await asyncio.gather(gate.run(lambda: 1), gate.run(lambda: 2)) == [1, 2]
        assert PATIENCE_S * 0.5 < time.monotonic() - begun < 5
        release.set()
        assert await slow
        assert await gate.run(lambda: 3) == 3
        gate.close()

    run_alone(main())


def test_an_error_gives_the_turn_back() -> None:
    async def main() -> None:
        gate = Gate(workers=2, waiting=2)
        begun = time.monotonic()
        for _ in range(20):
            with pytest.raises(ZeroDivisionError):
                await gate.run(lambda: 1 // 0)
        assert time.monotonic() - begun < PATIENCE_S * 10
        gate.close()

    run_alone(main())
