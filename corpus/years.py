"""Fiscal years (年度) and their notations. 平成N = 1988+N, 令和N = 2018+N; 年度 runs April to March."""

from __future__ import annotations

import re
import unicodedata

_KANJI = {"〇": 0, "零": 0, "元": 1, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
ERA_BASE = {"昭和": 1925, "平成": 1988, "令和": 2018, "S": 1925, "H": 1988, "R": 2018}
FIRST_REIWA = 2019

_ERA_YEAR = re.compile(r"(昭和|平成|令和|(?<![A-Za-z])[SHRshr])\s*\.?\s*(元|\d{1,2}|[一二三四五六七八九十]{1,3})(?=年|[^\d]|$)")
_WESTERN = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_SHORT = re.compile(r"(?<![\d.,])(元|\d{1,2})\s*年度")


def kanji_number(text: str) -> int:
    """``"三十"`` → 30, ``"元"`` → 1, ``"12"`` → 12. Raises ValueError for anything else."""
    if text.isdigit():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_KANJI[tens] if tens else 1) * 10 + (_KANJI[ones] if ones else 0)
    if text in _KANJI:
        return _KANJI[text]
    raise ValueError(text)


def era_year(fiscal_year: int) -> str:
    """``2019 → "令和元"``, ``2018 → "平成30"``; before 1989 in 昭和."""
    if fiscal_year >= FIRST_REIWA:
        n = fiscal_year - 2018
        return f"令和{'元' if n == 1 else n}"
    if fiscal_year >= 1989:
        n = fiscal_year - 1988
        return f"平成{'元' if n == 1 else n}"
    return f"昭和{fiscal_year - 1925}"


def official(fiscal_year: int) -> str:
    """公用文 style of the answers: ``2020 → "令和2（2020）年度"``."""
    return f"{era_year(fiscal_year)}（{fiscal_year}）年度"


def western(era: str, year_in_era: int) -> int:
    """``("平成", 31) → 2019``. Raises KeyError for an unknown era name."""
    return ERA_BASE[era.upper() if era.isascii() else era] + year_in_era


def year_in_label(label: str, sheet_year: int | None = None) -> int | None:
    """The fiscal year a column label names, or None.

    Full notations are read as written (``平成29年度``, ``H30``, ``2020年度``).  An abbreviated one
    (``30年度`` after ``平成29年度``; ``2年度`` after ``令和元年度``) is resolved to the year nearest to
    ``sheet_year``: era numbers of 平成 and 令和 lie 30 years apart, columns within five years.
    """
    text = unicodedata.normalize("NFKC", label)
    text = "".join(text.split())
    if found := _ERA_YEAR.search(text):
        return western(found[1], kanji_number(found[2]))
    if found := _WESTERN.search(text):
        return int(found[1])
    if found := _SHORT.search(text):
        number = kanji_number(found[1])
        if sheet_year is None:
            return None
        return min((2018 + number, 1988 + number), key=lambda year: abs(year - sheet_year))
    return None
