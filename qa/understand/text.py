"""The question as typed and as compared: normalised, with every character's place in the original."""

from __future__ import annotations

import dataclasses
import re
import unicodedata

MAX_QUESTION = 2_000  # characters; a longer text is no question, and is refused before any work is done

_LEADING = re.compile(r"^\s*(?:[>|#*・●○■□◆◇▼▶→※-]+\s*|[(\[【](?:質問|問|急ぎ|至急|件名|緊急|q)\d*[)\]】]\s*|(?:q|質問|問)\s?\d*\s?[.:)]\s*)+")
_FACE = re.compile(r"m\(_ _\)m|\([\^;'*・_.o>< -]{2,8}\)|[\^;]{2,}$")
_VOICING = {"ﾞ", "ﾟ"}
_QUOTES = (("「", "」"), ("『", "』"), ("“", "”"), ("〝", "〟"), ('"', '"'), ("《", "》"))


class QuestionError(ValueError):
    """The text cannot be taken as a question. The message is Japanese, for the user."""


@dataclasses.dataclass(frozen=True, slots=True)
class Quote:
    """Text between quotation marks; ``start`` and ``end`` exclude the marks."""

    start: int
    end: int
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """``original`` as typed; ``text`` NFKC, lower case, control characters as blanks.

    ``offsets[i]`` is the place in ``original`` of the character that gave ``text[i]``.
    """

    original: str
    text: str
    offsets: tuple[int, ...]

    def source(self, start: int, end: int) -> str:
        """The user's own characters behind ``text[start:end]``."""
        if start >= end:
            return ""
        first, last = self.offsets[start], self.offsets[end - 1]
        stop = last + 1
        while stop < len(self.original) and self.original[stop] in _VOICING:
            stop += 1
        return self.original[first:stop]

    def without(self, start: int, end: int) -> Question:
        """The question with ``text[start:end]`` blanked out; places stay."""
        text = self.text[:start] + " " * (end - start) + self.text[end:]
        return Question(self.original, text, self.offsets)

    def quotes(self) -> tuple[Quote, ...]:
        """The quoted stretches, outermost only, in order."""
        found: list[Quote] = []
        at = 0
        while at < len(self.text):
            pair = next(((o, c) for o, c in _QUOTES if self.text[at] == o), None)
            close = _closing(self.text, at, *pair) if pair else -1
            if close > at + 1:
                found.append(Quote(at + 1, close, self.text[at + 1 : close]))
                at = close
            at += 1
        return tuple(found)


def read_question(original: str) -> Question:
    """Normalise a question.

    Raises QuestionError when it is too long, empty, or holds no letter or digit at all.
    """
    if len(original) > MAX_QUESTION:
        raise QuestionError(
            f"質問が長すぎます（{len(original):,}文字）。{MAX_QUESTION:,}文字以内で、"
            "事業名と、知りたい年度・項目を書いてください。"
        )
    characters: list[str] = []
    offsets: list[int] = []
    at = 0
    while at < len(original):
        width = 2 if at + 1 < len(original) and original[at + 1] in _VOICING else 1
        for character in unicodedata.normalize("NFKC", original[at : at + width]):
            lower = character.lower()
            lower = lower if len(lower) == 1 else character
            characters.append(" " if unicodedata.category(lower) in ("Cc", "Cf", "Zl", "Zp") else lower)
            offsets.append(at)
        at += width
    text = _without_marks("".join(characters))
    if not any(c.isalnum() for c in text):
        raise QuestionError("質問が読み取れません。事業名と、知りたい年度・項目を文字で書いてください。")
    return Question(original, text, tuple(offsets))


def _without_marks(text: str) -> str:
    """Blanks in place of what mails and lists put around a question (``Q.``, ``> ``, faces); places stay."""
    for pattern in (_LEADING, _FACE):
        text = pattern.sub(lambda m: " " * len(m.group()), text)
    return text


def _closing(text: str, at: int, opening: str, closing: str) -> int:
    """Place of the mark that closes the quotation opened at ``at``, or -1."""
    depth = 0
    for i in range(at, len(text)):
        if text[i] == closing and (opening != closing or i > at):
            depth -= 1
            if depth <= 0:
                return i
        elif text[i] == opening:
            depth += 1
    return -1
