"""Comparison keys for Japanese labels and names. The source text itself is never changed."""

from __future__ import annotations

import functools
import re
import unicodedata

_SPACES = re.compile(r"\s+")
_CORPORATE = {
    "株式会社": ("(株)", "㈱"),
    "有限会社": ("(有)", "㈲"),
    "一般社団法人": ("(一社)",),
    "一般財団法人": ("(一財)",),
    "公益社団法人": ("(公社)",),
    "公益財団法人": ("(公財)",),
    "社団法人": ("(社)", "㈳"),
    "財団法人": ("(財)", "㈶"),
    "独立行政法人": ("(独)",),
    "国立研究開発法人": ("(国研)", "(研)"),
    "国立大学法人": ("(国)", "(大)"),
    "学校法人": ("(学)", "㈻"),
    "社会福祉法人": ("(福)", "(社福)"),
    "特定非営利活動法人": ("npo法人", "(特非)"),
    "合同会社": ("(同)", "(合)"),
}


def nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def label_key(text: str) -> str:
    """Key of a form label: NFKC, no white space at all (``項　　目`` = ``項目``, ``事業終了⏎（予定）年度``)."""
    return _SPACES.sub("", nfkc(text))


@functools.lru_cache(maxsize=65536)
def name_key(text: str) -> str:
    """Key of a project name: NFKC, lower case, no spaces, brackets, quotes, dots or dashes.

    Two names with one key are taken for spellings of the same name.
    """
    text = nfkc(text).lower()
    return re.sub(r"[\s()\[\]{}〔〕「」『』【】〈〉《》\"'“”‘’・･,、。.:;!?\-‐‑–—―−~〜～_/／\\]", "", text)


@functools.lru_cache(maxsize=65536)
def payee_key(text: str) -> str:
    """Key of a payee: as ``name_key``, with 株式会社/㈱/(株) and the like folded to one spelling."""
    text = _SPACES.sub("", nfkc(text).lower())
    for full, shorts in _CORPORATE.items():
        for short in shorts:
            text = text.replace(nfkc(short).lower(), full)
    return name_key(text)
