"""Words: normal forms, compounds, years; and texts that kill a tokenizer."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import tokens


def test_compounds_are_found_by_their_parts_and_as_pairs() -> None:
    assert tokens.terms("地方公共団体") == ["地方", "公共", "地方+公共", "団体", "公共+団体"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("取組み", "取り組み"),
        ("子ども", "子供"),
        ("データ", "ﾃﾞｰﾀ"),
        ("平成30年度", "2018年度"),
        ("Ｈ３０年度", "２０１８年度"),
        ("令和元年度", "2019年度"),
        ("1,234千円", "1234千円"),
        ("ＯＤＡ", "oda"),
    ],
)
def test_spellings_of_one_thing_are_one_word(left: str, right: str) -> None:
    assert tokens.terms(left) == tokens.terms(right) != []


def test_particles_and_empty_words_are_no_terms() -> None:
    assert tokens.terms("することがあるために") == []


def test_words_keep_their_spelling() -> None:
    assert [(w.surface, w.norm) for w in tokens.words("取組みを") if w.content] == [("取組み", "取り組み")]


@pytest.mark.parametrize(
    "text",
    [
        "あ" * 100_000,
        "1" * 100_000,
        "a" * 50_000,
        "漢" * 50_000,
        "アー" * 40_000,
        "1a" * 30_000,
        "\0\ud800\u202e",
        "🗾" * 9000,
    ],
    ids=lambda text: f"{text[:2]!r}x{len(text)}",
)
def test_hostile_texts_neither_kill_nor_stall(text: str) -> None:
    start = time.perf_counter()
    tokens.terms(text)
    assert time.perf_counter() - start < 5


@given(st.text(max_size=300))
def test_every_text_gives_words_without_blanks(text: str) -> None:
    assert all(term and " " not in term for term in tokens.terms(text))


def test_no_piece_is_longer_than_mecab_takes() -> None:
    assert max(map(len, tokens.pieces("漢字とかな。" * 5000 + "長" * 5000))) <= tokens.MAX_PIECE
