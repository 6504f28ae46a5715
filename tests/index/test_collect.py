"""Splitting into words by several processes, and what happens when one of them dies."""

from __future__ import annotations

import logging
import os

import pytest

from index import collect, tokens
from index.build import quiet

TEXTS = ["農業用水路の改修", "サイバー攻撃への対応", "農業用水路の改修", "", "地方公共団体の情報システム"]


def test_words_are_those_of_each_text() -> None:
    told: list[tuple[str, int, int]] = []
    words = collect.split_words(TEXTS, lambda *at: told.append(at))
    assert list(words) == [tokens.terms(text) for text in TEXTS]
    assert told == [("語に分ける", 4, 4)], "each different text is split once"


def test_processes_give_the_same_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "_SMALL", 0)
    monkeypatch.setattr(collect, "_CHUNK", 2)
    many = [f"{text}{n}" for n in range(20) for text in TEXTS]
    assert list(collect.split_words(many, quiet)) == [tokens.terms(text) for text in many]


def test_what_a_dead_process_leaves_is_done_here(caplog: pytest.LogCaptureFixture) -> None:
    own = os.getpid()
    pieces = [(own, n) for n in range(20)]
    with caplog.at_level(logging.WARNING):
        assert list(collect._mapped(_fragile, iter(pieces), many=True)) == list(range(20))
    assert "going on in this process" in caplog.text
    assert len(caplog.records) == 1


def test_nothing_to_do() -> None:
    assert list(collect._mapped(_fragile, [], many=True)) == []


def _fragile(piece: tuple[int, int]) -> int:
    """Number of the piece; the process dies at the third unless it is the test's own."""
    own, number = piece
    if number == 2 and os.getpid() != own:
        os._exit(9)
    return number
