"""Below the spans: every number of the text is found among the numbers of the answer's parts."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from qa.formula import YEN, decimal
from qa.model import Answer, Citation, Result

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_MARK = re.compile(r"(?<!\\)\[\d+\]")  # what a sheet prints in brackets is escaped
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


@functools.lru_cache(maxsize=2048)  # labels, names and locators come again within an answer and in its second check
def numbers_in(text: str) -> frozenset[str]:
    return frozenset(found.replace(",", "") for found in _NUMBER.findall(unicodedata.normalize("NFKC", text)))


def small(number: str) -> bool:
    """Years, and numbers of one digit: they carry no amount of their own."""
    if "." in number:
        return False
    return len(number) < 2 or 1 <= int(number) <= 64 or 1868 <= int(number) <= 2100


def check_pool(answer: Answer) -> Iterable[str]:
    known = numbers_of(answer, with_results=True)
    money: tuple[Result | Citation, ...] = (*answer.results, *answer.citations)
    amounts = [amount for amount in map(_yen, money) if amount is not None]
    marks = {f"[{index + 1}]" for index in range(len(answer.citations))}
    text = _MARK.sub(lambda mark: "" if mark[0] in marks else mark[0], answer.answer)
    for number in numbers_in(_ESCAPED.sub(r"\1", text)):
        if number in known or number.lstrip("0") in known or small(number):
            continue
        if not any(_converts(amount, number) for amount in amounts):
            yield f"number of unknown origin: {number}"


def numbers_of(answer: Answer, *, with_results: bool) -> set[str]:
    texts = [answer.question]
    for one in answer.citations:
        texts += [one.sheet_id, one.project, one.ministry, one.section, one.row, one.column, one.raw]
        texts += [str(one.fiscal_year or ""), str(one.sheet_year), one.value or "", one.unit or "", one.locator]
    texts += [f"{one.sheet_id} {one.project} {one.sheet_year}" for one in answer.candidates]
    asked = answer.interpretation
    if asked is not None:
        texts += [asked.item, asked.field, asked.payee, asked.block, str(asked.sheet_year or "")]
        texts += [str(year) for year in asked.fiscal_years]
        texts += [f"{asked.threshold.value:f}"] if asked.threshold else []
    if answer.table is not None:
        texts += [row[3] for row in answer.table.rows] + [text for row in answer.table.rows for text in row[5:]]
    if with_results:
        texts += [f"{one.value or ''} {one.text or ''} {one.label} {one.unit or ''}" for one in answer.results]
    found: set[str] = set()
    for text in texts:
        found |= numbers_in(text)
    return found


def _yen(one: Result | Citation) -> Decimal | None:
    value = decimal(one.value)
    return None if value is None or one.unit not in YEN else abs(value * YEN[one.unit])


def _converts(amount: Decimal, number: str) -> bool:
    shown = Decimal(number)
    decimals = len(number.partition(".")[2])
    half = Decimal(1).scaleb(-decimals) / 2
    return any(amount != 0 and abs(amount / unit - shown) <= half for unit in YEN.values())
