"""BM25: agreement with the library that computes it, packing, weights per word."""

from __future__ import annotations

from pathlib import Path

import bm25s
import numpy as np
import pytest

from index.lexical import Bm25, LexicalIndex, build_lexical, term_hash

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
    assert lexical.idf("宇宙") == 0 and lexical.postings("宇宙") is None
    assert lexical.idf("サイバー") > lexical.idf("農業") > 0


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
    found = build_lexical(texts, [0] * size).postings("稀")
    assert found is not None and found.documents.tolist() == [3, 70_010, 199_999]


def test_no_texts_at_all() -> None:
    assert build_lexical([], []).score([("農業", 1.0)]).tolist() == []


def test_hashes_do_not_change_between_runs() -> None:
    assert term_hash("農業") == 0x66F5F9A6277D74EB
