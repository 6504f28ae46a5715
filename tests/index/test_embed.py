"""Embedding models: ours read without torch, any other by path, and what happens when they are mixed up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from corpus.store.reader import Corpus
from index.build import FOLDER, build
from index.embed.encoder import ModelError, load_encoder
from index.embed.settings import DEFAULT_MODEL, EmbeddingSettings
from index.embed.words import WEIGHTS_FILE, WordRules, WordsEncoder, term_words
from index.meta import IndexMismatch
from index.search import Searcher
from index.settings import IndexSettings

TEXTS = ["市役所の窓口を減らさない", "サイバー攻撃に備える", "限界集落のサイバーテロ対策"]


@pytest.fixture(scope="module")
def ours() -> WordsEncoder:
    encoder = load_encoder(EmbeddingSettings())
    assert isinstance(encoder, WordsEncoder)
    return encoder


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model made on the spot: one vector per character."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers

    characters = sorted({c for i in range(0x3041, 0x30FF) for c in chr(i)} | {chr(i) for i in range(0x4E00, 0x9FA0)})
    vocabulary = {"[UNK]": 0} | {c: i + 1 for i, c in enumerate(characters)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    weights = np.random.default_rng(3).normal(size=(len(vocabulary), 16)).astype(np.float32)
    folder = tmp_path_factory.mktemp("tiny")
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)], device="cpu").save(str(folder))
    return folder


def test_the_light_reader_agrees_with_sentence_transformers(ours: WordsEncoder) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(DEFAULT_MODEL), device="cpu", local_files_only=True)
    expected = np.asarray(model.encode([ours.line(text) for text in TEXTS]), dtype=np.float32)
    assert np.allclose(ours.encode_queries(TEXTS), expected, atol=2e-3)  # float16 sums in another order


def test_the_weights_fit_the_repository() -> None:
    assert (DEFAULT_MODEL / WEIGHTS_FILE).stat().st_size <= 20_000_000


def test_vectors_have_length_one_and_nonsense_none(ours: WordsEncoder) -> None:
    lengths = np.linalg.norm(ours.encode_queries([*TEXTS, ""]), axis=1)
    assert np.allclose(lengths[:3], 1, atol=1e-5) and lengths[3] == 0


def test_leading_dimensions_can_be_used_alone() -> None:
    short = load_encoder(EmbeddingSettings(dimension=64)).encode_queries(TEXTS)
    assert short.shape == (3, 64) and np.allclose(np.linalg.norm(short, axis=1), 1, atol=1e-5)


def test_words_carry_their_characters() -> None:
    assert term_words("市役所", WordRules(characters=1)) == ["市役所", "#市", "#役", "#所"]
    assert term_words("サイバー", WordRules(characters=2)) == ["サイバー", "#サイバ", "#イバー"]
    assert term_words("市+役所", WordRules(pairs=False)) == []


def test_the_default_model_needs_no_torch() -> None:
    code = (
        "import sys; from index.embed.encoder import load_encoder; from index.embed.settings import EmbeddingSettings;"
        "load_encoder(EmbeddingSettings()).encode_queries(['市役所']);"
        "print([m for m in ('torch', 'sentence_transformers', 'transformers') if m in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "[]"


def test_any_model_by_path_builds_and_answers_and_is_not_mixed_up(
    made_corpus: Corpus, tiny_model: Path, tmp_path: Path
) -> None:
    settings = IndexSettings(
        embedding=EmbeddingSettings(model=str(tiny_model), query_prefix="問: ", passage_prefix="文: ")
    )
    build(made_corpus, tmp_path / "index", settings)
    searcher = Searcher.open(made_corpus, settings, folder=tmp_path / "index")
    assert searcher.encoder.identity.dimension == 16
    assert searcher.search("待機児童解消支援事業")[0].project == "待機児童解消支援事業"
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    with pytest.raises(IndexMismatch, match=r"16次元.*256次元.*作り直して"):
        Searcher.open(made_corpus, folder=tmp_path / "index")
    with pytest.raises(IndexMismatch, match=tiny_model.name):
        Searcher.open(made_corpus, settings, folder=made_corpus.path / FOLDER)


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="読み込めません"):
        load_encoder(EmbeddingSettings(model=str(tmp_path / "nowhere")))


def test_a_dimension_too_many_is_refused(tiny_model: Path) -> None:
    with pytest.raises(ModelError, match="16次元"):
        load_encoder(EmbeddingSettings(model=str(tiny_model), dimension=64))
