"""Amounts and shares that a question states: thresholds (30%未満) and premises (500億円ですよね)."""

from __future__ import annotations

import re
from decimal import Decimal

from corpus.numbers import spoken_amounts
from corpus.years import kanji_number
from qa.model import Compare, Threshold
from qa.understand.vocabulary import vocabulary

_PERCENT = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)\s?(?:%|パーセント)")
_TENTHS = re.compile(r"(?<![\d.])(\d|[一二三四五六七八九])割(?:(\d|[一二三四五六七八九])分)?")
_HALF = re.compile(r"半分|半数|半額|二分の一|2分の1")
_TIMES = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)\s?倍")
_PREMISE_AFTER = re.compile(
    r"\s*(?:の(?:予算|要求|執行|支出|補正|当初予算|概算要求)(?:額)?)?(?:だった|でした)?(?:です|でし|だ)?(?:よね|よな|と聞い|と言われ|とのこと|で合って|で正し|と書いて|という認識|と思って|と理解|ではない|じゃない|は正しい|は本当|で間違い|で良い|でよい|でいい)"
)
_NEAR = 14  # characters between a number and its comparing word


def read_threshold(text: str) -> Threshold | None:
    """The first number with a comparing word after it; shares in percent, amounts in their unit."""
    compare = sorted(vocabulary().compare.find(text), key=lambda c: (c.start, -c.size))
    best: Threshold | None = None
    for value, unit, end in sorted(_numbers(text), key=lambda n: n[2]):
        word = next((c for c in compare if end <= c.start <= end + _NEAR and not re.search("[、。?]", text[end : c.start])), None)
        if word is not None and best is None:
            best = Threshold(Compare[word.value], value, unit)
    return best


def read_thresholds(text: str) -> set[tuple[str, Decimal]]:
    """Every different number with a comparing word right after it (10億円以上100億円未満: two)."""
    compare = vocabulary().compare.find(text)
    found = set()
    for value, unit, end in _numbers(text):
        if any(end <= c.start <= end + 2 for c in compare):
            found.add((unit, value))
    return found


def read_premise(text: str) -> tuple[Decimal, str] | None:
    """An amount the user takes for granted (``500億円ですよね``), as (value, unit)."""
    for value, unit, end in _numbers(text):
        if _PREMISE_AFTER.match(text, end):
            return value, unit
    return None


def _numbers(text: str) -> list[tuple[Decimal, str, int]]:
    """(value, unit, end): percentages, 割, 半分, money."""
    found = [(Decimal(m[1]), "%", m.end()) for m in _PERCENT.finditer(text)]
    found += [(Decimal(_tenths(m)), "%", m.end()) for m in _TENTHS.finditer(text)]
    found += [(Decimal(50), "%", m.end()) for m in _HALF.finditer(text)]
    found += [(Decimal(m[1]), "倍", m.end()) for m in _TIMES.finditer(text)]
    found += [(value, unit, span[1]) for value, unit, span in spoken_amounts(text)]
    return found


def _tenths(match: re.Match[str]) -> int:
    return 10 * kanji_number(match[1]) + (kanji_number(match[2]) if match[2] else 0)
