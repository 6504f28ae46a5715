"""Work in several processes, and what happens when one of them dies."""

from __future__ import annotations

import logging
import os

import pytest

from index.processes import in_processes


def test_what_a_dead_process_leaves_is_done_here(caplog: pytest.LogCaptureFixture) -> None:
    own = os.getpid()
    pieces = [(own, n) for n in range(20)]
    with caplog.at_level(logging.WARNING), in_processes(_fragile, iter(pieces), many=True) as results:
        assert list(results) == list(range(20))
    assert "going on in this process" in caplog.text
    assert len(caplog.records) == 1


def test_nothing_to_do() -> None:
    with in_processes(_fragile, [], many=True) as results:
        assert list(results) == []


def test_little_work_stays_in_this_process() -> None:
    with in_processes(_fragile, [(os.getpid(), 2)], many=False) as results:
        assert list(results) == [2]


def _fragile(piece: tuple[int, int]) -> int:
    """Number of the piece; the process dies at the third unless it is the test's own."""
    own, number = piece
    if number == 2 and os.getpid() != own:
        os._exit(9)
    return number
