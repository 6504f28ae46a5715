"""Writes a trained vocabulary and its vectors as a sentence-transformers model folder.

The tokenizer splits at blanks; a word of the vocabulary is one token, any other is cut into the
longest pieces the vocabulary holds (WordPiece without a continuation mark), down to characters.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.embed.words import TOKENIZER_FILE, WEIGHTS_FILE, WEIGHTS_KEY, WORDS_FILE, WordRules

UNKNOWN = "[UNK]"
_MAX_WORD_CHARS = 200
_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.sentence_transformer.modules.StaticEmbedding"},
    {
        "idx": 1,
        "name": "1",
        "path": "1_Normalize",
        "type": "sentence_transformers.sentence_transformer.modules.Normalize",
    },
]


def build_tokenizer(vocabulary: Sequence[str]):  # type: ignore[no-untyped-def]  # tokenizers ships no types
    """Tokenizer over ``[UNK]`` (id 0) and the vocabulary in order (ids from 1)."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    ids = {UNKNOWN: 0} | {word: i + 1 for i, word in enumerate(vocabulary)}
    model = models.WordPiece(
        ids, unk_token=UNKNOWN, continuing_subword_prefix="", max_input_chars_per_word=_MAX_WORD_CHARS
    )
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return tokenizer


def export(folder: Path, vocabulary: Sequence[str], vectors: npt.NDArray[np.float32], rules: WordRules) -> None:
    """Write the model. ``vectors``: shape (len(vocabulary) + 1, dimension), row 0 is the unknown's."""
    from safetensors.numpy import save_file

    (folder / "1_Normalize").mkdir(parents=True, exist_ok=True)
    weights = vectors.astype(np.float16)
    weights[0] = 0  # a word of which nothing is known says nothing
    save_file({WEIGHTS_KEY: weights}, folder / WEIGHTS_FILE)
    (folder / WEIGHTS_FILE).chmod(0o644)  # the library makes it private to the user
    build_tokenizer(vocabulary).save(str(folder / TOKENIZER_FILE), pretty=False)
    _json(folder / WORDS_FILE, dataclasses.asdict(rules))
    _json(folder / "modules.json", _MODULES)
    _json(folder / "config_sentence_transformers.json", {"prompts": {}, "similarity_fn_name": "cosine"})
    _json(folder / "1_Normalize" / "config.json", {})


def _json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
