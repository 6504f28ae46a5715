"""Splitting into words by several processes."""

from __future__ import annotations

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
