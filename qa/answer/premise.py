"""A figure the asker takes for granted ("500億円ですよね") is compared with what is printed."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from decimal import Decimal

from corpus.units import YEN_PER_UNIT, comma, is_money, plain
from qa.answer.case import Case
from qa.answer.draft import Draft, Part, Say, Statement, User, Words
from qa.model import Status


def check_premise(case: Case, draft: Draft) -> Draft:
    """The draft with a first sentence that says whether the premise agrees with the primary result."""
    premise = case.asked.premise
    if premise is None or draft.status is not Status.ANSWERED or not draft.results:
        return draft
    primary = draft.results[0]
    if primary.value is None:
        return draft
    agrees = _agrees(premise, Decimal(primary.value), primary.unit)
    if agrees is None:
        return draft
    words: Part = _quoted(case.asked.question, premise)
    statement = Statement(Say.PREMISE_RIGHT if agrees else Say.PREMISE_WRONG, (("premise", words),))
    return dataclasses.replace(draft, statements=(statement, *draft.statements))


def _agrees(premise: tuple[Decimal, str], value: Decimal, unit: str | None) -> bool | None:
    """Equal, or equal after rounding to the digits the asker gave; None when the units do not compare."""
    said, said_unit = premise
    if is_money(said_unit) != is_money(unit):
        return None
    if not is_money(said_unit):
        return said == value if said_unit in (unit, "") else None
    exact = value * YEN_PER_UNIT[unit or ""] / YEN_PER_UNIT[said_unit]
    exponent = said.as_tuple().exponent
    step = Decimal(1).scaleb(exponent if isinstance(exponent, int) and exponent < 0 else 0)
    return abs(exact - said) <= step / 2


def _quoted(question: str, premise: tuple[Decimal, str]) -> Part:
    """The asker's own words for the amount, or a word for it when they cannot be found again."""
    value, unit = premise
    for written in (plain(value), comma(value)):
        found = re.search(re.escape(written) + r"\s*" + re.escape(unit), unicodedata.normalize("NFKC", question))
        if found and found.group() in question:
            return User(found.group())
    return Words("お尋ねの金額")
