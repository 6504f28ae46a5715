"""Texts as words, held as numbers: sixteen million words of the nation take 70 MB, as strings twenty times that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, overload

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int32]


class Piece(NamedTuple):
    """Some texts with a vocabulary of their own, as a worker process hands them over."""

    vocabulary: list[str]
    ids: Ids
    lengths: Ids

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]]) -> Piece:
        numbers: dict[str, int] = {}
        ids = [numbers.setdefault(word, len(numbers)) for words in texts for word in words]
        return cls(list(numbers), np.array(ids, dtype=np.int32), np.array([len(words) for words in texts], np.int32))


class Words(Sequence[list[str]]):
    """The words of many texts: text ``i`` reads as a list of strings, ``ids_of(i)`` are its numbers.

    Equal texts share their words.  Read-only.
    """

    def __init__(self, vocabulary: list[str], ids: Ids, starts: npt.NDArray[np.int64], stored_at: Ids) -> None:
        self.vocabulary = vocabulary
        self._ids, self._starts, self._stored_at = ids, starts, stored_at

    @classmethod
    def join(cls, pieces: Iterator[Piece], stored_at: Ids | None = None) -> Words:
        """Pieces one after another under one vocabulary; text ``i`` is the ``stored_at[i]``-th of theirs."""
        vocabulary: dict[str, int] = {}
        ids, lengths = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int32)]
        for piece in pieces:
            numbers = [vocabulary.setdefault(word, len(vocabulary)) for word in piece.vocabulary]
            ids.append(np.array(numbers, dtype=np.int32)[piece.ids])
            lengths.append(piece.lengths)
        starts = np.concatenate([[0], np.cumsum(np.concatenate(lengths), dtype=np.int64)])
        if stored_at is None:
            stored_at = np.arange(len(starts) - 1, dtype=np.int32)
        return cls(list(vocabulary), np.concatenate(ids), starts, stored_at)

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]]) -> Words:
        """From lists of words."""
        return texts if isinstance(texts, Words) else cls.join(iter([Piece.of(texts)]))

    def __len__(self) -> int:
        return len(self._stored_at)

    @overload
    def __getitem__(self, index: int) -> list[str]: ...
    @overload
    def __getitem__(self, index: slice) -> list[list[str]]: ...
    def __getitem__(self, index: int | slice) -> list[str] | list[list[str]]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        vocabulary = self.vocabulary
        return [vocabulary[i] for i in self.ids_of(index).tolist()]

    def ids_of(self, index: int) -> Ids:
        """Numbers of the words of a text, in order."""
        at = self._stored_at[index]
        return self._ids[self._starts[at] : self._starts[at + 1]]

    def chained(self, texts: Sequence[Sequence[int]]) -> Words:
        """Words whose text ``i`` is made of our texts ``texts[i]``, one after another."""
        parts = [[self.ids_of(number) for number in numbers] for numbers in texts]
        lengths = [sum(map(len, ids)) for ids in parts]
        starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        ids = np.concatenate([np.zeros(0, dtype=np.int32), *(part for text in parts for part in text)])
        return Words(self.vocabulary, ids, starts, np.arange(len(texts), dtype=np.int32))

    def flat(self, begin: int, end: int) -> tuple[Ids, Ids]:
        """Words of the texts ``begin`` to ``end`` (exclusive) one after another, and the length of each text."""
        chosen = self._stored_at[begin:end]
        lengths = (self._starts[chosen + 1] - self._starts[chosen]).astype(np.int32)
        parts = [self.ids_of(i) for i in range(begin, end)]
        return np.concatenate([np.zeros(0, dtype=np.int32), *parts]), lengths
