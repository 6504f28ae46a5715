"""Embedding models: ours read without torch, any other by path, and what happens when they are mixed up."""

from __future__ import annotations

import importlib
import importlib.util
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


@pytest.fixture(scope="module", autouse=True)
def library_off_the_hub() -> None:
    """These tests call the library themselves: its first import must find what the product would have set.

    The variables are taken away again, so that the product's own setting of them is still seen below.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
            patch.setenv(name, "1")
        importlib.import_module("sentence_transformers")


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


def test_a_backend_is_checked_before_anything_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"「tensorrt」は使えません → torch・onnx・openvino"):
        load_encoder(EmbeddingSettings(model="no/such", backend="tensorrt"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"（onnxruntime、optimum） → pip install"):
        load_encoder(EmbeddingSettings(model="no/such", backend="onnx"))


@pytest.fixture(scope="module")
def tiny_cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder made on the spot: a transformer of one layer, random weights, one character a token."""
    import torch
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    characters = [chr(i) for i in (*range(0x30, 0x3A), *range(0x3041, 0x30FF), *range(0x4E00, 0x9FA0))]
    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *characters])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    torch.manual_seed(0)
    config = BertConfig(  # type: ignore[call-arg]  # the library reads num_labels from its base class
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=256, num_labels=1,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("cross")
    BertForSequenceClassification(config).save_pretrained(folder)
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]",
        model_max_length=256,
    ).save_pretrained(folder)  # fmt: skip
    return folder


def test_a_cross_encoder_reorders_the_best_hits_and_no_others(made_corpus: Corpus, tiny_cross_encoder: Path) -> None:
    from sentence_transformers import CrossEncoder

    query = "保育所 補助 支援 演習"
    plain = Searcher.open(made_corpus).search(query)
    settings = IndexSettings(cross_encoder=str(tiny_cross_encoder), rerank_top=3)
    crossed = Searcher.open(made_corpus, settings).search(query)
    model = CrossEncoder(str(tiny_cross_encoder), device="cpu", local_files_only=True)
    scores = model.predict([(query, f"{hit.project}\n{hit.text}") for hit in plain[:3]], show_progress_bar=False)
    expected = [plain[i].project for i in np.argsort(-scores, kind="stable")]
    assert [hit.project for hit in crossed[:3]] == expected
    assert [hit.score for hit in crossed[:3]] == pytest.approx(sorted(map(float, scores), reverse=True), abs=1e-5)
    assert crossed[3:] == plain[3:] and len(plain) > 3


def test_a_cross_encoder_that_is_not_there_is_named(made_corpus: Corpus, tmp_path: Path) -> None:
    searcher = Searcher.open(made_corpus, IndexSettings(cross_encoder=str(tmp_path / "nowhere")))
    with pytest.raises(ModelError, match="並べ替えモデルを読み込めません"):
        searcher.search("保育所")


def test_a_dimension_too_many_is_refused(tiny_model: Path) -> None:
    with pytest.raises(ModelError, match="16次元"):
        load_encoder(EmbeddingSettings(model=str(tiny_model), dimension=64))
