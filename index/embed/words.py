"""Our own static model, read with numpy and tokenizers alone: no torch at question time.

The folder is an ordinary sentence-transformers model (StaticEmbedding + Normalize) whose tokenizer
splits at blanks and cuts unseen words into the longest known pieces (WordPiece), down to characters.
``words.json`` beside it says how a text becomes such a line of words: index terms of
``index.tokens``, pairs of nouns that the model knows, and for every word its characters (``#市``), so
that a word never seen in training still gets its meaning from its kanji.
``SentenceTransformer(folder).encode(line)`` gives the same vectors.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index import tokens
from index.catalog import Lists
from index.embed.encoder import ModelError, ModelId, Vectors, normalised
from index.embed.settings import EmbeddingSettings
from index.wordlist import Ids, Words

WORDS_FILE, WEIGHTS_FILE, TOKENIZER_FILE = "words.json", "model.safetensors", "tokenizer.json"
WEIGHTS_KEY = "embedding.weight"
MAX_TERMS = 600  # of one text; what comes later says nothing new
_BATCH = 4096
_KANJI = re.compile("[々〆\u3400-\u9fff]")
_KATAKANA = re.compile("[ァ-ヺー]{3,}")


@dataclasses.dataclass(frozen=True, slots=True)
class WordRules:
    """How index terms become the model's words. ``characters``: 0 none, 1 kanji, 2 also katakana trigrams."""

    pairs: bool = True
    characters: int = 1


def is_words_model(folder: Path) -> bool:
    return (folder / WORDS_FILE).is_file()


def term_words(term: str, rules: WordRules) -> list[str]:
    """The words of one index term: itself, and its characters marked ``#``."""
    if "+" in term:
        return [term] if rules.pairs else []
    words = [term]
    if rules.characters >= 1 and len(term) > 1:
        words += ["#" + c for c in term if _KANJI.match(c)]
    if rules.characters >= 2:
        words += ["#" + run[i : i + 3] for run in _KATAKANA.findall(term) for i in range(len(run) - 2)]
    return words


class WordsEncoder:
    """The light reader of a words model. Thread-safe."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        folder = settings.path
        try:
            self._rules = WordRules(**json.loads((folder / WORDS_FILE).read_text(encoding="utf-8")))
            self._weights = _weights(folder / WEIGHTS_FILE)
            self._tokenizer = _tokenizer(folder / TOKENIZER_FILE)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{folder}: 埋め込みモデルを読めません（{error}） → モデルのフォルダーを確認してください"
            ) from error
        self._settings = settings
        self._dimension = settings.dimension or self._weights.shape[1]
        self._known = functools.lru_cache(maxsize=1 << 18)(self._rows)

    @functools.cached_property
    def identity(self) -> ModelId:
        folder = self._settings.path
        names = (WEIGHTS_FILE, TOKENIZER_FILE, WORDS_FILE)
        digest = hashlib.sha256(b"".join(hashlib.sha256((folder / name).read_bytes()).digest() for name in names))
        prefixes = (self._settings.query_prefix, self._settings.passage_prefix)
        return ModelId(folder.name, self._dimension, digest.hexdigest(), prefixes)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        prefix = self._settings.query_prefix
        return self.encode_terms([tokens.terms(prefix + text) for text in texts])

    def encode_passages(
        self, texts: Sequence[str], terms: Sequence[Sequence[str]], progress: Callable[[int, int], None]
    ) -> Vectors:
        words = Words.of(terms)
        before = tokens.terms(self._settings.passage_prefix)
        weights = self._weights.astype(np.float32)
        shared = weights[[row for word in before for row in self._known(word)]].sum(axis=0)
        out = np.zeros((len(words), weights.shape[1]), dtype=np.float32)
        for begin in range(0, len(words), _BATCH):
            end = min(begin + _BATCH, len(words))
            out[begin:end] = shared + self._sums(
                *words.flat(begin, end), words.vocabulary, weights, MAX_TERMS - len(before)
            )
            progress(end, len(words))
        return normalised(out[:, : self._dimension])

    def _sums(self, ids: Ids, lengths: Ids, vocabulary: Sequence[str], weights: Vectors, most: int) -> Vectors:
        """Sum of the rows of each text's first ``most`` words: a sparse matrix of counts times the weights."""
        from scipy.sparse import csr_array  # only a build needs it

        text = np.repeat(np.arange(len(lengths)), lengths)
        place = np.arange(len(ids)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        ids, text = ids[place < most], text[place < most]
        different, back = np.unique(ids, return_inverse=True)
        rows, of_word = Lists.of([self._known(vocabulary[i]) for i in different.tolist()]).many(back.astype(np.int32))
        counts = csr_array(
            (np.ones(len(rows), dtype=np.float32), (text[of_word], rows)), shape=(len(lengths), len(weights))
        )
        return np.asarray(counts @ weights, dtype=np.float32)

    def encode_terms(self, terms: Sequence[Sequence[str]]) -> Vectors:
        """Vectors of texts given as index terms: mean of their words' rows, length one."""
        out = np.zeros((len(terms), self._weights.shape[1]), dtype=np.float32)
        for i, words in enumerate(terms):
            rows = [row for word in words[:MAX_TERMS] for row in self._known(word)]
            if rows:
                out[i] = self._weights[rows].sum(axis=0, dtype=np.float32)
        return normalised(out[:, : self._dimension])

    def line(self, text: str) -> str:
        """The words of a text as the sentence-transformers tokenizer wants them: joined by blanks."""
        terms = tokens.terms(self._settings.query_prefix + text)[:MAX_TERMS]
        return " ".join(word for term in terms for word in self._words(term))

    def _words(self, term: str) -> Iterator[str]:
        """Pairs and characters only when known; a word always, to be cut into known pieces."""
        for word in term_words(term, self._rules):
            marked = word[0] == "#" or "+" in word
            if not marked or self._tokenizer.token_to_id(word) is not None:
                yield word

    def _rows(self, term: str) -> tuple[int, ...]:
        line = " ".join(self._words(term))
        return tuple(self._tokenizer.encode(line, add_special_tokens=False).ids) if line else ()


def _tokenizer(path: Path):  # type: ignore[no-untyped-def]  # tokenizers ships no types
    from tokenizers import Tokenizer

    if not path.is_file():
        raise FileNotFoundError(path)
    return Tokenizer.from_file(str(path))


def _weights(path: Path) -> npt.NDArray[np.float16]:
    from safetensors.numpy import load_file

    weights: npt.NDArray[np.float16] = load_file(path)[WEIGHTS_KEY]
    return weights


def vocabulary_of(texts: Iterable[Sequence[str]], rules: WordRules) -> Iterator[list[str]]:
    """The words of texts given as index terms (for training)."""
    cached = functools.lru_cache(maxsize=1 << 20)(lambda term: term_words(term, rules))
    for words in texts:
        yield [word for term in words[:MAX_TERMS] for word in cached(term)]
