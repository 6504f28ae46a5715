"""Questions about the payees of one project: the largest, a named one, a block, a column, how many."""

from __future__ import annotations

import dataclasses
import re

from corpus.fields import Measure
from corpus.model import Sheet
from corpus.years import kanji_number
from qa.model import Interpretation, Operation, Subject
from qa.understand.figures import unit_asked
from qa.understand.folding import fold_name
from qa.understand.labels import payees_of
from qa.understand.payees import find_payee
from qa.understand.reading import Reading, left_over
from qa.understand.spans import BLANK
from qa.understand.vocabulary import vocabulary
from qa.understand.wording import SUPERLATIVE, YEAR_ASKED, said

_RANK = re.compile(r"(?<!\d)(\d{1,2}|[一二三四五六七八九十])(?:番目|位|番手)")
_FIRST_N = re.compile(r"(?:上位|トップ|上から)\s?(\d{1,2}|[一二三四五六七八九十])(?:者|社|つ|件|か所|位|名)?")
_PAYER = re.compile(
    r"支出先|支払先|支払い先|相手|受け取|受取|受けた先|受けている先|渡し先|もら|誰|だれ|どこ|会社|企業|団体|自治体|法人|お金|拠出額が最大"
    r"|先(?=[はとのが、?。]|で)"
)
_YEARLY = re.compile(r"年度は|年度と|年度で|年度の|どの年|何年|年はいつ|いつ")
_PAID_AFTER = re.compile(
    r"(?:へ|に|へと|に対して)(?:は|も|の)?[^、。?]{0,12}(?:支出|支払|払|渡|流|拠出|交付|配|支給|いくら|出て|出した|委託|補助)|への"
)
_LEAST = re.compile(r"(?:最も|もっとも|一番|いちばん|額が|金額が)[^、。?]{0,10}?(?:小さ|少な|低)|最小|最少|最低|下位|ワースト")
_SHARE_OF = re.compile(r"の?(?:割合|シェア|比率)")
_CONTRACT = re.compile(r"随意契約|随契|競争入札|指名競争|企画競争")
_MIN_PART = 3
_TRIM = re.compile(r"^(?:の|と|が|は|を|に|で|、|という)+|(?:へは|には|へ|に|が|は|の|から|を|も|という|って|で|と|では)+$")


def read_payee(reading: Reading, sheet: Sheet | None) -> Interpretation | None:
    """The question as one about payees, or None when it is not."""
    text = reading.rest
    words = payee_words(reading)
    columns = reading.values("column")
    named = _named_payee(reading, sheet, words)
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
        top_n=top_asked(text),
        descending=not _LEAST.search(said(reading)),
    )
    operation = _operation(reading, words, columns, named)
    if operation is None:
        return None
    field = columns[0] if columns else ""
    if operation is Operation.PAYEE_LIST and _CONTRACT.search(said(reading)):
        operation, field = Operation.PAYEE_FIELD, Measure.CONTRACT_METHOD.value  # a list of 随意契約 shows how each was made
    return dataclasses.replace(base, operation=operation, field=field)


def payee_words(reading: Reading) -> set[str]:
    """Kinds of payee words in the question, the project's name left out."""
    text = list(reading.board.text)
    for claim in reading.board.of("事業", "シート", "シート語", "項目", "支出先名"):
        text[claim.start : claim.end] = BLANK * (claim.end - claim.start)
    return {cue.value for cue in vocabulary().payee_words.find("".join(text))}


def _operation(reading: Reading, words: set[str], columns: tuple[str, ...], named: str) -> Operation | None:
    text = reading.rest
    rest = said(reading)
    about_payee = bool(_PAYER.search(rest)) and not (reading.has("measure") and _YEARLY.search(text))
    asks_payee = bool(_PAYER.search(rest)) and bool(SUPERLATIVE.search(rest)) and not YEAR_ASKED.search(rest)
    money = reading.has("measure", Measure.EXECUTED) or "paid" in words or "いくら" in text or "金額" in text
    paid_most = bool(re.search(r"支出額|支払額|支払い|受け", rest)) and bool(SUPERLATIVE.search(rest)) and not YEAR_ASKED.search(rest)
    least = bool(_LEAST.search(rest)) and about_payee and not YEAR_ASKED.search(rest)
    top = "top" in words or least or asks_payee or paid_most or ("max_year" in reading.values("operation") and bool(_PAYER.search(text)))
    rules = (
        (Operation.PAYEE_ONE_BIDDER, "one_bidder" in words),
        (Operation.PAYEE_COUNT, "count" in words),
        (Operation.PAYEE_FIELD, bool(columns)),
        (Operation.PAYEE_SHARE, "share" in words and bool(named or "支出先" in text)),
        (Operation.PAYEE_SHARE, bool(named) and bool(_SHARE_OF.search(rest)) and not reading.has("measure")),
        (Operation.PAYEE_LIST, top_asked(text) > 1 and "支出先" in text),
        (Operation.PAYEE_TOP, top and about_payee and not named),
        (Operation.PAYEE_BLOCK, bool(reading.block) and not named and not top),
        (Operation.PAYEE_AMOUNT, bool(named) and money and not reading.has("field")),
        (Operation.PAYEE_TOP, rank_asked(text) > 1 and about_payee),
        (Operation.PAYEE_LIST, "list" in words and not reading.has("field")),
        (Operation.PAYEE_TOP, top and "支出先" in text),
        (Operation.PAYEE_TOP, paid_most and not named and len(reading.resolved.spread) == 0),
    )
    return next((operation for operation, holds in rules if holds), None)


def top_asked(text: str) -> int:
    """``上位3者`` → 3; 0 when not said."""
    match = _FIRST_N.search(text)
    return kanji_number(match[1]) if match else 0


def rank_asked(text: str) -> int:
    match = _RANK.search(text)
    return kanji_number(match[1]) if match else 1


def _named_payee(reading: Reading, sheet: Sheet | None, words: set[str]) -> str:
    """The payee the question names: as the sheet has it, else in the question's own words."""
    known = payees_of(sheet) if sheet is not None else ()
    written = _written_payee(reading, words)
    if written:
        key = fold_name(written)
        return next((name for name in known if fold_name(name) == key), written)
    found = find_payee(known, reading.board)
    if found and _asked_about(reading, found[1], found[2], words):
        return found[0]
    if partly := _of_share(reading, known):
        return partly
    return _by_place(reading) if "paid" in words or reading.has("column") else ""


def _of_share(reading: Reading, known: tuple[str, ...]) -> str:
    """``日本電気の割合は``: words before 割合 that are (part of) a payee's name in the sheet."""
    text = reading.board.text
    for start, end in left_over(reading.board):
        asked = _SHARE_OF.search(text, start, min(len(text), end + 8))
        words = text[start : asked.start()] if asked else ""
        key = fold_name(words)
        if len(key) >= _MIN_PART and any(key in fold_name(name) for name in known):
            return reading.question.source(start, start + len(words))
    return ""


def _written_payee(reading: Reading, words: set[str]) -> str:
    """A payee that the question itself marks as one: by its legal form, or in quotation marks."""
    for known in reading.known:
        if known.table is None:
            return known.label
    if claims := reading.board.of("支出先名"):
        return reading.question.source(claims[0].start, claims[0].end)
    if "paid" not in words and not reading.has("column"):
        return ""
    for quote in reading.question.quotes():
        if any(k.start <= quote.start < k.end for k in reading.known):
            continue
        if not reading.span or quote.end <= reading.span[0] or quote.start >= reading.span[1]:
            return reading.question.source(quote.start, quote.end)
    return ""


def _asked_about(reading: Reading, start: int, end: int, words: set[str]) -> bool:
    """A payee's name in the question is a payee asked about when something says so."""
    after = reading.board.text[end : end + 12]
    return bool(
        "paid" in words or words & {"share", "list"} or reading.has("column") or re.match(r"[へに]|からの|への|の支出|は(?:いくら|何)", after)
    )


def _by_place(reading: Reading) -> str:
    """Left-over words that へ or に and a word for paying follow, or that stand before a payee's column."""
    text, masked = reading.board.text, reading.board.masked
    for start, end in left_over(reading.board):
        words = _TRIM.sub("", text[start:end])
        at = text.find(words, start)
        if len(words) < 2:
            continue
        stop = at + len(words)
        paid = _PAID_AFTER.match(text, stop)
        beside_column = reading.has("column") and re.match(r"(?:の|が|は|、)?\x00|が|は|の|、", masked[stop:])
        received = re.match(r"(?:が|は)", text[stop:]) and re.search(r"受け取|受領|もら|受注|請け負", text[stop:])
        if paid or beside_column or received:
            return reading.question.source(at, stop)
    return ""
