"""BM25: agreement with the library that computes it, packing, weights per word."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import Bm25, LexicalIndex, build_lexical, packed_gaps, term_hash, unpacked
from index.rank import highest
from index.wordlist import Piece, Words

TEXTS = [
    ["農業", "振興", "農業+振興"],
    ["農業", "農業", "用水", "整備"],
    ["サイバー", "攻撃", "対策"],
    ["攻撃", "対策", "調査", "対策"],
]


@pytest.fixture(scope="module")
def lexical() -> LexicalIndex:
    return build_lexical(TEXTS, [0, 0, 0, 0], Bm25(k1=1.2, b=0.6))


def test_scores_are_those_of_the_library(lexical: LexicalIndex) -> None:
    reference = bm25s.BM25(k1=1.2, b=0.6, method="lucene")
    reference.index(TEXTS, show_progress=False)
    expected = reference.get_scores(["農業", "対策"])
    got = lexical.score([("農業", 1.0), ("対策", 1.0)])
    assert np.allclose(got, expected, rtol=0.01)  # 8 bits of the word's highest score


def test_a_weight_scales_a_words_share(lexical: LexicalIndex) -> None:
    whole, half = lexical.score([("農業", 1.0)]), lexical.score([("農業", 0.5)])
    assert np.allclose(half, whole / 2) and whole[1] > whole[2] == 0


def test_unknown_words_count_nothing(lexical: LexicalIndex) -> None:
    assert lexical.score([("宇宙", 1.0)]).tolist() == [0, 0, 0, 0]
    found = lexical.postings(["宇宙", "サイバー", "農業"])
    assert found.ends.tolist() == [0, 1, 3] and found.documents.tolist() == [2, 0, 1]
    assert found.rarity[0] == 0 and found.rarity[1] > found.rarity[2] > 0


def test_the_table_holds_every_words_score_in_the_asked_texts(lexical: LexicalIndex) -> None:
    found = lexical.postings(["対策", "宇宙", "農業"])
    table = found.table(np.array([3, 0, 3], dtype=np.int32), lexical.size)
    assert np.allclose(table[0], lexical.score([("対策", 1.0)])[[3, 0, 3]])
    assert not table[1].any() and np.allclose(table[2], lexical.score([("農業", 1.0)])[[3, 0, 3]])


def test_saved_and_opened_is_the_same(lexical: LexicalIndex, tmp_path: Path) -> None:
    lexical.save(tmp_path)
    opened = LexicalIndex.open(tmp_path)
    assert np.array_equal(opened.score([("対策", 1.0)]), lexical.score([("対策", 1.0)]))


def test_groups_have_their_own_average_length() -> None:
    short = build_lexical([["漁業"], ["漁業", *["港"] * 50]], [0, 1])
    alone = short.score([("漁業", 1.0)])
    assert alone[0] == pytest.approx(alone[1], rel=0.02)  # each is the average of its own group


def test_gaps_wider_than_sixteen_bits() -> None:
    size = 200_000
    texts: list[list[str]] = [["並"]] * size
    texts[3] = texts[70_010] = texts[199_999] = ["並", "稀"]
    found = build_lexical(texts, [0] * size).postings(["並", "稀"])
    assert found.ends.tolist() == [size, size + 3] and found.documents[size:].tolist() == [3, 70_010, 199_999]


@given(st.lists(st.integers(-3, 400), max_size=400), st.integers(1, 5))
def test_the_highest_scores_are_those_of_a_sort(numbers: list[int], k: int) -> None:
    scores = np.array(numbers, dtype=np.float32)
    expected = sorted((score for score in numbers if score > 0), reverse=True)[:k]
    assert sorted(scores[highest(scores, k)].tolist(), reverse=True) == expected


def test_no_texts_at_all() -> None:
    assert build_lexical([], []).score([("農業", 1.0)]).tolist() == []


def test_hashes_do_not_change_between_runs() -> None:
    assert term_hash("農業") == 0x66F5F9A6277D74EB


@given(st.lists(st.integers(0, 2**31 - 1)))
def test_packed_numbers_come_back(numbers: list[int]) -> None:
    packed, places = packed_gaps(np.array(numbers, dtype=np.int32))
    assert unpacked(packed, len(numbers)).tolist() == numbers
    assert [unpacked(packed[a:b], 1)[0] for a, b in pairwise(places.tolist())] == numbers
    assert len(packed) == sum(max(1, -(-number.bit_length() // 7)) for number in numbers)


def test_every_posting_agrees_with_the_library() -> None:
    """Random texts in three groups: each is scored as by an index of its own."""
    rng = np.random.default_rng(8)
    texts = [[f"語{i}" for i in rng.zipf(1.3, rng.integers(0, 40)).clip(max=60)] for _ in range(300)]
    groups = sorted(rng.integers(0, 3, len(texts)).tolist())
    mine = build_lexical(texts, groups, Bm25(k1=1.2, b=0.6))
    for group in range(3):
        begin, end = np.searchsorted(groups, (group, group + 1))
        reference = bm25s.BM25(k1=1.2, b=0.6, method="lucene")
        reference.index(texts[begin:end], show_progress=False)
        for word in {word for text in texts[begin:end] for word in text}:
            expected = reference.get_scores([word])
            got = mine.score([(word, 1.0)])
            half_a_level = (
                mine.postings([word]).scores.max() / 255
            )  # 8 bits of the word's highest score, and a scale in 16
            assert np.allclose(got[begin:end], expected, atol=half_a_level, rtol=0.002)


def test_words_share_the_ids_of_equal_texts() -> None:
    words = Words.of(TEXTS)
    assert list(words) == TEXTS and words[1:3] == TEXTS[1:3]
    ids, lengths = words.flat(1, 3)
    assert [words.vocabulary[i] for i in ids] == TEXTS[1] + TEXTS[2] and lengths.tolist() == [4, 3]
    joined = Words.join(iter([Piece.of(TEXTS[:2]), Piece.of(TEXTS[2:])]), np.array([3, 0, 3], dtype=np.int32))
    assert list(joined) == [TEXTS[3], TEXTS[0], TEXTS[3]]
    assert list(Words.of([])) == []
