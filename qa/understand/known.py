"""Words of the sheet that stand in the question whole: indicators, items of the budget, payees.

What a sheet prints as a label is a name, whatever words it holds: 「…件数（前年度比）」 asks for no growth,
「有識者Ａ」 for no opinion.  Once the project is known, its labels are found and the question is read
again with them put aside (``reading.read_again``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from corpus.fields import Measure
from corpus.model import Sheet, Table
from qa.understand.alignment import Stretch, align
from qa.understand.folding import fold_name, fold_with_places, total_weight, weights
from qa.understand.labels import labels_of, payees_of
from qa.understand.reading import Known, Reading
from qa.understand.spans import Board
from qa.understand.text import Quote
from qa.understand.vocabulary import vocabulary

ITEM, PAYEE = "項目", "支出先名"
_LONG_LABEL = 8  # folded characters; shorter ones are told from other words by quotation marks only
_MIN_PAYEE = 3
_RESEMBLES = 0.85  # share of the quoted words that a label explains, and of the label that is quoted
_INDICATOR_BEFORE = re.compile(r"(?:指標|アウトカム|アウトプット|項目)(?:である|の)?\s?$")
_PAYEE_AFTER = re.compile(r"[」』\")]*\s?(?:さん|様|殿)?(?:へ|に(?!関|つい|よる|係|お[けい])|との|からの|」?の(?:法人番号|支出額|契約|落札|入札|業務))")
_RECEIVES = re.compile(r"[」』\")]*\s?(?:は|が|も)[^、。?]*(?:受け|もら|受領|受注|得て|請け負)")


def known_words(reading: Reading, sheet: Sheet) -> tuple[Known, ...]:
    """Labels and payees of ``sheet`` in the question, apart from the project's name; none overlaps another."""
    found = [*_quoted(reading, sheet), *_written(reading, sheet), *_payees(reading, sheet)]
    taken: list[Known] = []
    for one in sorted(found, key=lambda k: (k.start - k.end, k.start)):
        if not any(one.start < other.end and other.start < one.end for other in taken):
            taken.append(one)
    return tuple(sorted(taken, key=lambda k: k.start))


def _quoted(reading: Reading, sheet: Sheet) -> Iterable[Known]:
    """Quoted stretches that are, or closely resemble, a label of the sheet."""
    for quote in reading.question.quotes():
        if _overlaps_project(reading, quote.start, quote.end) or _is_a_cue(reading, quote):
            continue
        if best := _nearest(quote, sheet):
            yield Known(quote.start, quote.end, ITEM, *best)


def _nearest(quote: Quote, sheet: Sheet) -> tuple[str, Table] | None:
    folded, places = fold_with_places(quote.text)
    if not folded:
        return None
    plain = tuple(True for _ in folded)
    stretch = Stretch(
        folded, tuple(places), plain, tuple(False for _ in folded), weights(folded), 0, len(quote.text), quote.text
    )
    best: tuple[float, str, Table] | None = None
    for label, table, kind in labels_of(sheet):
        name = fold_name(label)
        if name == folded:
            score = 2.0
        else:
            fit = align(stretch, name)
            if fit is None or fit.name_share < _RESEMBLES or fit.covered < _RESEMBLES * total_weight(folded):
                continue
            score = fit.name_share
        score += 0.1 if kind != Measure.GOAL else 0.0  # a 成果目標 often repeats its indicator
        if best is None or score > best[0]:
            best = (score, label, table)
    return best[1:] if best else None


def _written(reading: Reading, sheet: Sheet) -> Iterable[Known]:
    """Long labels that stand in the question as they are, without quotation marks."""
    folded, places = fold_with_places(reading.board.text)
    labels = sorted(labels_of(sheet), key=lambda one: one[2] == Measure.GOAL)
    for label, table, _ in labels:
        name = fold_name(label)
        at = folded.find(name) if len(name) >= _LONG_LABEL else -1
        if at < 0:
            continue
        start, end = places[at], places[at + len(name) - 1] + 1
        covered = any(c.start <= start and end <= c.end for c in reading.cues)
        if not covered and not _overlaps_project(reading, start, end):
            yield Known(start, end, ITEM, label, table)


def _payees(reading: Reading, sheet: Sheet) -> Iterable[Known]:
    """Payees of the sheet where a payee's name stands (…への支出額, …はいくら受け取った)."""
    text = reading.board.text
    folded, places = fold_with_places(text)
    for name in payees_of(sheet):
        key = fold_name(name)
        at = folded.find(key) if len(key) >= _MIN_PAYEE else -1
        while at >= 0:
            start, end = places[at], places[at + len(key) - 1] + 1
            role = _PAYEE_AFTER.match(text, end) or _RECEIVES.match(text, end)
            if role and not _overlaps_project(reading, start, end):
                yield Known(start, end, PAYEE, name)
                break
            at = folded.find(key, at + 1)


def _overlaps_project(reading: Reading, start: int, end: int) -> bool:
    return reading.span is not None and start < reading.span[1] and reading.span[0] < end


def _is_a_cue(reading: Reading, quote: Quote) -> bool:
    """「点検結果」の欄: the quoted words are the name of a field, unless 成果指標 stands before them."""
    if _INDICATOR_BEFORE.search(reading.board.text[: quote.start].rstrip("「『“\"")):
        return False
    board = Board(quote.text)
    whole = (c for table in vocabulary().asked for c in table.find(board.text))
    return any(c.start == 0 and c.end == len(quote.text) for c in whole)
