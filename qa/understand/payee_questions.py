"""Questions about the payees of one project: the largest, a named one, a block, a column, how many."""

from __future__ import annotations

import dataclasses
import re

from corpus.fields import Measure
from corpus.model import Sheet
from corpus.years import kanji_number
from qa.model import Interpretation, Operation, Subject
from qa.understand.figures import unit_asked
from qa.understand.payees import find_payee, payees_of
from qa.understand.reading import Reading, left_over
from qa.understand.vocabulary import vocabulary

_RANK = re.compile(r"(?<!\d)(\d{1,2}|[一二三四五六七八九十])(?:番目|位|番手)")
_PAYER = re.compile(r"支出先|支払先|支払い先|相手|受け取|受取|もら|誰|だれ|どこ|会社|企業|団体|法人|お金|拠出額が最大")
_YEARLY = re.compile(r"年度は|年度と|年度で|年度の|どの年|何年|年はいつ|いつ")
_TO = re.compile(r"[へに](?:は|も)?[、\x00 ]|[へに](?:は|も)?(?:いくら|支|払|渡|流|どれ|幾ら)")
_TRIM = re.compile(r"^(?:の|と|が|は|を|に|で|、|という)+|(?:へは|には|へ|に|が|は|の|から|を|も|という|って|で|と|では)+$")


def read_payee(reading: Reading, sheet: Sheet | None, previous_payee: str = "") -> Interpretation | None:
    """The question as one about payees, or None when it is not."""
    text = reading.board.text
    words = {c.value for c in vocabulary().payee_words.find(reading.board.masked)} | set(reading.values("payee"))
    columns = reading.values("column")
    named = _named_payee(reading, sheet, words, previous_payee)
    base = Interpretation(
        question=reading.question.original,
        subject=Subject.PAYEE,
        operation=Operation.PAYEE_LIST,
        sheet_year=reading.resolved.sheet_year,
        fiscal_years=reading.resolved.spread,
        measures=(Measure.PAYEE_AMOUNT.value,),
        unit=unit_asked(reading),
        payee=named,
        block=reading.block,
        rank=rank_asked(text),
    )
    operation = _operation(reading, words, columns, named)
    if operation is None:
        return None
    field = columns[0] if columns else ""
    return dataclasses.replace(base, operation=operation, field=field)


def _operation(reading: Reading, words: set[str], columns: tuple[str, ...], named: str) -> Operation | None:
    text = reading.board.text
    about_payee = bool(_PAYER.search(text)) and not (reading.has("measure") and _YEARLY.search(text))
    money = reading.has("measure", Measure.EXECUTED) or "paid" in words or "いくら" in text or "金額" in text
    top = "top" in words or ("max_year" in reading.values("operation") and bool(_PAYER.search(text)))
    rules = (
        (Operation.PAYEE_ONE_BIDDER, "one_bidder" in words),
        (Operation.PAYEE_COUNT, "count" in words),
        (Operation.PAYEE_FIELD, bool(columns)),
        (Operation.PAYEE_SHARE, "share" in words and bool(named or "支出先" in text)),
        (Operation.PAYEE_TOP, top and about_payee and not named),
        (Operation.PAYEE_BLOCK, bool(reading.block) and not named and not top),
        (Operation.PAYEE_AMOUNT, bool(named) and money and not reading.has("field")),
        (Operation.PAYEE_TOP, rank_asked(text) > 1 and about_payee),
        (Operation.PAYEE_LIST, "list" in words and not reading.has("field")),
        (Operation.PAYEE_TOP, top and "支出先" in text),
    )
    return next((operation for operation, holds in rules if holds), None)


def rank_asked(text: str) -> int:
    match = _RANK.search(text)
    return kanji_number(match[1]) if match else 1


def _named_payee(reading: Reading, sheet: Sheet | None, words: set[str], previous: str) -> str:
    """The payee the question names: as the sheet has it, else in the question's own words."""
    if sheet is not None and (found := find_payee(payees_of(sheet), reading.board)):
        if _asked_about(reading, found[1], found[2], words):
            return found[0]
    if reading.payee_form:
        claim = reading.board.of("支出先名")
        return reading.question.source(claim[0].start, claim[0].end) if claim else ""
    if "paid" not in words and not reading.has("column"):
        return ""
    for quote in reading.question.quotes():
        if not reading.span or quote.end <= reading.span[0] or quote.start >= reading.span[1]:
            return reading.question.source(quote.start, quote.end)
    return _by_place(reading)


def _asked_about(reading: Reading, start: int, end: int, words: set[str]) -> bool:
    """A payee's name in the question is a payee asked about when something says so."""
    after = reading.board.text[end : end + 12]
    return bool(
        "paid" in words or words & {"share", "list"} or reading.has("column") or re.match(r"[へに]|からの|への|の支出|は(?:いくら|何)", after)
    )


def _by_place(reading: Reading) -> str:
    """A left-over stretch that is followed by へ, に … and a word for paying."""
    for start, end in left_over(reading.board):
        words = _TRIM.sub("", reading.board.text[start:end])
        at = reading.board.text.find(words, start)
        if len(words) < 2:
            continue
        after = reading.board.masked[at + len(words) : at + len(words) + 4]
        before = reading.board.masked[max(0, at - 6) : at]
        if re.match(r"(?:へ|に|が|は)", after) and reading.has("payee") or re.search(r"支出先の$|\x00の$|\x00、$", before) and reading.has("column"):
            return reading.question.source(at, at + len(words))
    return ""
