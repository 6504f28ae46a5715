"""Japanese text → words, for the lexical index and the embedding alike.

Words are UniDic short units (unidic-lite by fugashi), in normalised form (lemma: 取組み = 取り組み,
子ども = 子供) and, where that differs, as written.  Runs of nouns also give their adjacent pairs, so
that 地方公共団体 is found by its parts and preferred when it stands as a whole.  Years of every era
become one notation (平成30年度 = H30年度 = 2018年度).

MeCab ends the process on one very long line and is quadratic in long runs of one kind of character,
so nothing reaches it that is longer than ``MAX_PIECE``, nor a run longer than ``MAX_RUN``.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import threading
import unicodedata
from collections.abc import Iterator

import fugashi
import unidic_lite

from corpus.years import kanji_number, western

MAX_PIECE = 1000  # characters given to MeCab at once
MAX_RUN = 64  # characters of one kind (digits, kana, Latin) in a row before a break is put in

# NUL and other controls, lone surrogates, bidi and zero-width marks, private use: never words.
_JUNK = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ue000-\uf8ff]"
)
_RUNS = re.compile(rf"[0-9.,:/-]{{{MAX_RUN},}}|[a-z]{{{MAX_RUN},}}|[ぁ-ゖー]{{{MAX_RUN},}}|[ァ-ヺー]{{{MAX_RUN},}}")
_BREAKS = re.compile(r"(?<=[。!?\n])")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_ERA = re.compile(r"(昭和|平成|令和|(?<![a-z])[shr])\s*(元|\d{1,2}|[一二三四五六七八九十]{1,3})\s*(?=年|\.\d)")

_CONTENT = ("名詞", "動詞", "形容詞", "形状詞", "副詞", "接頭辞", "接尾辞")
_COMPOUND = ("名詞", "接頭辞", "接尾辞", "形状詞")
_STOP_WORDS = (
    "為る 有る 居る 成る 事 物 等 為 出来る そう よう 様 的 こう どう 因る 於く 其の 此の 御 下さる 頂く 教える 知る"
    " 遣る 奴 所 訳 もの 無い"
)
_STOP = frozenset(_STOP_WORDS.split())


@dataclasses.dataclass(frozen=True, slots=True)
class Word:
    """One short unit: as written (after normalisation), normalised form, part of speech."""

    surface: str
    norm: str
    pos: str

    @property
    def content(self) -> bool:
        return self.pos.startswith(_CONTENT) and self.norm not in _STOP


def clean(text: str) -> str:
    """NFKC, lower case, without characters that are no text; years in 西暦, numbers without commas."""
    text = unicodedata.normalize("NFKC", _JUNK.sub("", text)).lower()
    text = _THOUSANDS.sub("", _JUNK.sub("", text))
    return _ERA.sub(_western_year, text)


def words(text: str) -> list[Word]:
    """The words of a text of any length, in order."""
    entries = (_entry(line) for piece in pieces(text) for line in _lines(piece))
    return [entry[0] for entry in entries if entry is not _NOTHING]


def terms(text: str) -> list[str]:
    """Index terms of a text: normalised content words, and adjacent pairs of noun units (``地方+公共``).

    A pair never holds a number: years and amounts are words of their own.
    """
    result: list[str] = []
    for piece in pieces(text):
        previous = ""
        for line in _lines(piece):
            entry = _entry(line)
            if entry is _NOTHING:
                continue
            _, term, part = entry
            if term:
                result.append(term)
            if part and previous:
                result.append(f"{previous}+{part}")
            previous = part
    return result


def pieces(text: str) -> Iterator[str]:
    """``clean(text)`` in pieces that MeCab takes, cut after sentences where there is one."""
    whole = _RUNS.sub(_broken, clean(text))
    piece = ""
    for sentence in _BREAKS.split(whole):
        if len(piece) + len(sentence) > MAX_PIECE:
            if piece.strip():
                yield piece
            piece = ""
        cut = len(sentence) - len(sentence) % MAX_PIECE if len(sentence) > MAX_PIECE else 0
        yield from (sentence[i : i + MAX_PIECE] for i in range(0, cut, MAX_PIECE))
        piece += sentence[cut:]
    if piece.strip():
        yield piece


# What one line of MeCab's output says: the word, its index term ("" for none), its part in a pair ("" for none).
_Entry = tuple[Word, str, str]
_NOTHING: _Entry = (Word("", "", ""), "", "")


def _lines(piece: str) -> list[str]:
    """MeCab's output for a piece: a line per short unit, and its end mark."""
    return str(_tagger().parse(piece.replace("\n", " "))).split("\n")


@functools.lru_cache(maxsize=200_000)  # corpora repeat a few ten thousand words: most lines are known
def _entry(line: str) -> _Entry:
    fields = line.split("\t")
    if len(fields) < 5:
        return _NOTHING  # EOS
    word = _word(fields[0], fields[3], fields[4])
    pair = word.pos.startswith(_COMPOUND) and "数詞" not in word.pos and word.norm.isalnum() and word.norm not in _STOP
    return word, word.norm if word.content else "", word.norm if pair else ""


def _word(surface: str, lemma: str, pos: str) -> Word:
    """UniDic writes proper nouns' lemmas in kana and adds the origin of loan words (データ-data)."""
    norm = lemma.partition("-")[0]
    if not norm or "固有名詞" in pos or (_kana(norm) and not _kana(surface)):
        norm = surface
    return Word(surface, norm, pos)


def _kana(text: str) -> bool:
    return all("ァ" <= c <= "ヺ" or c == "ー" for c in text)


_local = threading.local()


def _tagger() -> fugashi.GenericTagger:
    """One tagger per thread: MeCab's is not safe to share."""
    tagger: fugashi.GenericTagger | None = getattr(_local, "tagger", None)
    if tagger is None:
        tagger = _local.tagger = fugashi.GenericTagger(f"-r /dev/null -d '{unidic_lite.DICDIR}'")
    return tagger


def _western_year(found: re.Match[str]) -> str:
    try:
        return str(western(found[1], kanji_number(found[2])))
    except (ValueError, KeyError):
        return found[0]


def _broken(found: re.Match[str]) -> str:
    run = found[0]
    return " ".join(run[i : i + MAX_RUN] for i in range(0, len(run), MAX_RUN))
