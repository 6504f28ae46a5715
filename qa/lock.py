"""The figure lock: no number reaches a reader that a cited cell does not account for.

Three checks, in code of their own (nothing here is shared with the renderer or the operations):

1. every result is evaluated again from the cells it cites, by its derivation;
2. every character of the text that carries a digit lies in a span, and the span's text says what its
   source says (``_SOURCES``): figures are parsed back to numbers, quotations compared letter by letter;
3. as a net below that, every number of the text is found among the numbers of the answer's parts.

``check`` gives the breaches; an answer with any is not shown.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal, DecimalException

from qa.model import Answer, AnswerTable, Citation, Interpretation, Result, Span

_YEN = {
    "円": Decimal(1), "千円": Decimal(1000), "万円": Decimal(10_000), "十万円": Decimal(100_000),
    "百万円": Decimal(1_000_000), "千万円": Decimal(10_000_000), "億円": Decimal(100_000_000),
    "十億円": Decimal(1_000_000_000), "兆円": Decimal(1_000_000_000_000),
}  # fmt: skip
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_KANJI_AMOUNT = re.compile(r"[〇一二三四五六七八九十百千][〇一二三四五六七八九十百千万億兆]*(?:円|億|兆|%|％|パーセント|倍|割)")
_FIGURE = re.compile(
    r"(?P<about>約)?(?P<sign>▲)?(?P<digits>\d{1,3}(?:,\d{3})*(?:\.\d+)?)(?P<unit>[^（）]*)"
    r"(?:（(?P<about2>約)?(?P<sign2>▲)?(?P<digits2>\d{1,3}(?:,\d{3})*(?:\.\d+)?)(?P<unit2>兆円|億円|万円|円)）)?"
)
_YEAR = re.compile(r"(昭和|平成|令和)(元|\d{1,2})（(\d{4})）年度")
_ERAS = {"昭和": 1925, "平成": 1988, "令和": 2018}
_PLACES = {"%": 1, "ポイント": 1, "倍": 2}
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def check(answer: Answer) -> tuple[str, ...]:
    """What is wrong with an answer, in words for the log; empty when every number is accounted for."""
    breaches = [*_check_results(answer), *_check_spans(answer), *_check_pool(answer)]
    return tuple(breaches)


# ---------------------------------------------------------------- 1. results from their cells


def _check_results(answer: Answer) -> Iterable[str]:
    known = _numbers_of(answer, with_results=False)
    for index, result in enumerate(answer.results):
        if any(not 0 <= c < len(answer.citations) for c in result.citations):
            yield f"result {index}: citation out of range"
        elif result.value is not None and not _derived(answer, result):
            yield f"result {index}: {result.value}{result.unit or ''} does not follow from {result.derivation}"
        elif result.text is not None and not _quoted(answer, result):
            yield f"result {index}: text is not in its citations"
        loose = [number for number in _numbers(result.label) if number not in known and not _small(number)]
        if loose:
            yield f"result {index}: label shows {loose}"


def _quoted(answer: Answer, result: Result) -> bool:
    text = result.text or ""
    sources = [answer.citations[c] for c in result.citations]
    return any(text in (one.raw, one.project, one.row) or one.sheet_id.endswith(f"/{text}") for one in sources)


def _derived(answer: Answer, result: Result) -> bool:
    value = _decimal(result.value)
    if value is None:
        return False
    if result.derivation is None:
        return any(
            _decimal(answer.citations[c].value) == value and answer.citations[c].unit == result.unit
            for c in result.citations
        )
    try:
        exact = _Formula(result.derivation, answer, result).value()
    except (ValueError, IndexError, DecimalException):
        return False
    if result.unit in _YEN:
        exact /= _YEN[result.unit]
    if exact == value:
        return True
    if "/" not in result.derivation and "ROUND" not in result.derivation:
        return False
    if result.unit in _YEN:
        return _round(exact * _YEN[result.unit], 0) == value * _YEN[result.unit]
    return _round(exact, _PLACES.get(result.unit or "", 1)) == value


def _round(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


_TOKEN = re.compile(r"\s*(?:\[(\d+)\]|(\d+(?:\.\d+)?)|(ROUND|SUM|COUNT)\(|([-+*×/÷(),]))")
_TABLE_CALL = re.compile(r"(?:rows\[(\d+)\]|rows)?(?: where rows\[(\d+)\]=(.*?))?\)")


class _Formula:
    """Evaluates a derivation over the citations (money in yen) and the rows of the answer's table."""

    def __init__(self, text: str, answer: Answer, result: Result) -> None:
        self._text = text
        self._at = 0
        self._answer = answer
        self._result = result

    def value(self) -> Decimal:
        """Raises ValueError for anything that is not a formula, IndexError for a missing citation."""
        value = self._sum()
        if self._text[self._at :].strip():
            raise ValueError(self._text)
        return value

    def _peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self._text, self._at)

    def _operator(self, allowed: str) -> str:
        token = self._peek()
        if token is None or not token[4] or token[4] not in allowed:
            return ""
        self._at = token.end()
        return token[4]

    def _sum(self) -> Decimal:
        value = self._product()
        while sign := self._operator("+-"):
            term = self._product()
            value = value + term if sign == "+" else value - term
        return value

    def _product(self) -> Decimal:
        value = self._atom()
        while sign := self._operator("*×/÷"):
            term = self._atom()
            value = value * term if sign in "*×" else value / term
        return value

    def _atom(self) -> Decimal:
        token = self._peek()
        if token is None:
            raise ValueError(self._text)
        self._at = token.end()
        if token[1]:
            return self._cell(int(token[1]))
        if token[2]:
            return Decimal(token[2])
        if token[3]:
            return self._call(token[3])
        if token[4] != "(":
            raise ValueError(self._text)
        value = self._sum()
        self._close()
        return value

    def _close(self) -> None:
        if not self._operator(")"):
            raise ValueError(self._text)

    def _cell(self, index: int) -> Decimal:
        if index not in self._result.citations:
            raise ValueError(f"[{index}] is not cited")
        cited = self._answer.citations[index]
        value = _decimal(cited.value)
        if value is None:
            raise ValueError(f"[{index}] is no number")
        return value * _YEN.get(cited.unit or "", Decimal(1))

    def _call(self, name: str) -> Decimal:
        if name == "ROUND":
            value = self._sum()
            if not self._operator(","):
                raise ValueError(self._text)
            places = int(self._atom())
            self._close()
            return _round(value, places)
        return self._over_table(name)

    def _over_table(self, name: str) -> Decimal:
        rest = self._text[self._at :]
        if name == "COUNT" and rest.startswith("citations)"):
            self._at += len("citations)")
            return Decimal(len(self._result.citations))
        if name == "COUNT" and (distinct := re.match(r"distinct rows\[(\d+)\]\)", rest)):
            self._at += distinct.end()
            return Decimal(len({row[int(distinct[1])] for row in self._table.rows}))
        if name == "COUNT" and rest.startswith("left_out="):
            reason, _, _ = rest.removeprefix("left_out=").partition(")")
            self._at += len(f"left_out={reason})")
            return Decimal(sum(row[-1] == reason for row in self._table.left_out))
        return self._over_rows(name)

    def _over_rows(self, name: str) -> Decimal:
        rows = self._table.rows
        if " where " in self._text[self._at :].partition(")")[0] or self._text[self._at :].startswith("rows where"):
            rows, column = self._where()
        else:
            call = _TABLE_CALL.match(self._text, self._at)
            if call is None:
                raise ValueError(self._text)
            self._at = call.end()
            column = call[1]
        if name == "COUNT":
            return Decimal(len(rows))
        if column is None:
            raise ValueError(self._text)
        return sum((Decimal(row[int(column)]) for row in rows), Decimal(0))

    def _where(self) -> tuple[tuple[tuple[str, ...], ...], str | None]:
        """``rows[4] where rows[2]=総務省)``: the title may hold brackets, so it is matched against the rows."""
        head = re.compile(r"rows(?:\[(\d+)\])? where rows\[(\d+)\]=").match(self._text, self._at)
        if head is None:
            raise ValueError(self._text)
        key = int(head[2])
        rest = self._text[head.end() :]
        titles = {row[key] for row in self._table.rows if rest.startswith(f"{row[key]})")}
        if not titles:
            raise ValueError(self._text)
        title = max(titles, key=len)
        self._at = head.end() + len(title) + 1
        return tuple(row for row in self._table.rows if row[key] == title), head[1]

    @property
    def _table(self) -> AnswerTable:
        if self._answer.table is None:
            raise ValueError("no table")
        return self._answer.table


def _decimal(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except DecimalException:
        return None


# ---------------------------------------------------------------- 2. the text from its sources


def _check_spans(answer: Answer) -> Iterable[str]:
    text = answer.answer
    position = 0
    for span in sorted(answer.spans, key=lambda one: one.start):
        if not position <= span.start <= span.end <= len(text):
            yield f"span {span} overlaps or is out of range"
            return
        yield from _bare(text, position, span.start)
        if not _says_source(answer, span, text[span.start : span.end]):
            yield f"{text[span.start : span.end]!r} is not what {span.source} {span.index} {span.part} says"
        position = span.end
    yield from _bare(text, position, len(text))


def _bare(text: str, start: int, end: int) -> Iterable[str]:
    """Digits (or amounts in 漢数字) in text that no source accounts for."""
    piece = text[start:end]
    if any(ch.isnumeric() and not _is_kanji(ch) for ch in unicodedata.normalize("NFKC", piece)):
        yield f"digits without a source: {piece!r}"
    elif found := _KANJI_AMOUNT.search(unicodedata.normalize("NFKC", piece)):
        yield f"amount without a source: {found.group()!r}"


def _is_kanji(ch: str) -> bool:
    return "一" <= ch <= "鿿" or ch == "〇"


def _says_source(answer: Answer, span: Span, shown: str) -> bool:
    source = _SOURCES.get((span.source, "figure" if span.part == "figure" else ""))
    try:
        return source is not None and source(answer, span, shown)
    except (IndexError, AttributeError, DecimalException):
        return False


def _mark(answer: Answer, span: Span, shown: str) -> bool:
    return 0 <= span.index < len(answer.citations) and shown == f"[{span.index + 1}]"


def _year(answer: Answer, span: Span, shown: str) -> bool:
    found = _YEAR.fullmatch(shown)
    if found is None:
        return False
    in_era = 1 if found[2] == "元" else int(found[2])
    year = int(found[3])
    return _ERAS[found[1]] + in_era == year == span.index and year in _years(answer)


def _years(answer: Answer) -> set[int]:
    """Years the answer may name: of its citations, candidates and rows, and of the question as understood."""
    years: set[int | None] = {one.fiscal_year for one in answer.citations}
    years |= {one.sheet_year for one in answer.citations} | {one.sheet_year for one in answer.candidates}
    if answer.interpretation is not None:
        years |= {*answer.interpretation.fiscal_years, answer.interpretation.sheet_year}
    if answer.table is not None:
        years |= {int(row[1]) for row in (*answer.table.rows, *answer.table.left_out)}
        years |= {int(row[-1]) for row in answer.table.rows if answer.table.header[-1] == "年度"}
        years |= {int(row[1]) - 1 for row in answer.table.rows[:1]}
    texts = (one.raw for one in answer.citations if len(one.raw) < 40)
    return {year for year in years if year is not None} | _years_in(texts)


def _years_in(texts: Iterable[str]) -> set[int]:
    found: set[int] = set()
    for text in texts:
        plain = unicodedata.normalize("NFKC", text)
        found |= {int(year) for year in re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", plain)}
        for era, number in re.findall(r"(昭和|平成|令和)\s*(元|\d{1,2})", plain):
            found.add(_ERAS[era] + (1 if number == "元" else int(number)))
    return found


def _question(answer: Answer, span: Span, shown: str) -> bool:
    asked = answer.interpretation
    read = () if asked is None else (asked.item, asked.payee, asked.block, asked.filter.payee, asked.filter.topic, *_said(asked))
    return (span.part in answer.question or span.part in read) and _same_quotes(_plain(shown)) == _same_quotes(_plain(span.part))


def _said(asked: Interpretation) -> tuple[str, ...]:
    """Words of earlier turns that the plan carries on."""
    where = () if asked.plan is None else asked.plan.where
    return tuple(str(getattr(one, name)) for one in where for name in ("said", "word", "payee") if hasattr(one, name))


def _threshold(answer: Answer, span: Span, shown: str) -> bool:
    """The asker's condition, against the interpretation."""
    asked = None if answer.interpretation is None else answer.interpretation.threshold
    if asked is None or not shown.endswith(asked.compare.value):
        return False
    return _is_figure(shown.removesuffix(asked.compare.value), asked.value, asked.unit)


def _named(answer: Answer, span: Span, shown: str) -> bool:
    """A text of a part of the answer, letter by letter (white space and Markdown escapes aside)."""
    pools: dict[str, tuple[object, ...]] = {
        "citation": answer.citations, "result": answer.results, "candidate": answer.candidates
    }  # fmt: skip
    if span.index < 0:
        return False
    printed = getattr(pools[span.source][span.index], span.part)
    return printed is not None and _same_quotes(_unescaped(shown)) == _same_quotes("".join(str(printed).split()))


def _same_quotes(text: str) -> str:
    """Quotation marks inside quotation marks are written 『』: the same letters otherwise."""
    return text.replace("『", "「").replace("』", "」")


def _unescaped(shown: str) -> str:
    lines = [re.sub(r"^>\s?", "", line) for line in shown.split("\n")]
    return "".join(_ESCAPED.sub(r"\1", "\n".join(lines)).split())


def _plain(text: str) -> str:
    return "".join(_ESCAPED.sub(r"\1", text).split())


def _result_figure(answer: Answer, span: Span, shown: str) -> bool:
    result = answer.results[span.index]
    return span.index >= 0 and _is_figure(shown, _decimal(result.value), result.unit)


def _citation_figure(answer: Answer, span: Span, shown: str) -> bool:
    cited = answer.citations[span.index]
    return span.index >= 0 and _is_figure(shown, _decimal(cited.value), cited.unit)


def _is_figure(shown: str, value: Decimal | None, unit: str | None) -> bool:
    """``3,209百万円（約32.1億円）`` against the value: exact, or rounded where it says 約."""
    if value is None:
        return False
    body, tail = (shown[: -len(unit)], unit) if unit and shown.endswith(unit) else (shown, "")
    found = _FIGURE.fullmatch(shown) if not _bracketed(unit) else _FIGURE.fullmatch(body)
    if found is None:
        return False
    shown_unit = tail if _bracketed(unit) else found["unit"]
    if shown_unit != (unit or ""):
        return False
    if not _close(found["about"], found["sign"], found["digits"], value):
        return False
    if found["digits2"] is None:
        return True
    if unit not in _YEN:
        return False
    return _close(found["about2"], found["sign2"], found["digits2"], value * _YEN[unit] / _YEN[found["unit2"]])


def _bracketed(unit: str | None) -> bool:
    return bool(unit) and any(ch in str(unit) for ch in "（）")


def _close(about: str | None, sign: str | None, digits: str, exact: Decimal) -> bool:
    shown = Decimal(digits.replace(",", "")) * (-1 if sign else 1)
    if not about:
        return shown == exact
    decimals = len(digits.partition(".")[2])
    return shown != exact and _round(exact, decimals) == shown


_SOURCES: dict[tuple[str, str], Callable[[Answer, Span, str], bool]] = {
    ("mark", ""): _mark,
    ("year", ""): _year,
    ("question", ""): _question,
    ("threshold", ""): _threshold,
    ("citation", ""): _named,
    ("candidate", ""): _named,
    ("result", ""): _named,
    ("result", "figure"): _result_figure,
    ("citation", "figure"): _citation_figure,
}


# ---------------------------------------------------------------- 3. every number is a known one


@functools.lru_cache(maxsize=2048)  # labels, names and locators come again within an answer and in its second check
def _numbers(text: str) -> frozenset[str]:
    return frozenset(found.replace(",", "") for found in _NUMBER.findall(unicodedata.normalize("NFKC", text)))


def _small(number: str) -> bool:
    """Years, and numbers of one digit: they carry no amount of their own."""
    if "." in number:
        return False
    return len(number) < 2 or 1 <= int(number) <= 64 or 1868 <= int(number) <= 2100


def _check_pool(answer: Answer) -> Iterable[str]:
    known = _numbers_of(answer, with_results=True)
    money: tuple[Result | Citation, ...] = (*answer.results, *answer.citations)
    amounts = [amount for amount in map(_yen, money) if amount is not None]
    for number in _numbers(_ESCAPED.sub(r"\1", answer.answer)):
        if number in known or number.lstrip("0") in known or _small(number):
            continue
        if not any(_converts(amount, number) for amount in amounts):
            yield f"number of unknown origin: {number}"


def _numbers_of(answer: Answer, *, with_results: bool) -> set[str]:
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
        found |= _numbers(text)
    return found


def _yen(one: Result | Citation) -> Decimal | None:
    value = _decimal(one.value)
    return None if value is None or one.unit not in _YEN else abs(value * _YEN[one.unit])


def _converts(amount: Decimal, number: str) -> bool:
    shown = Decimal(number)
    decimals = len(number.partition(".")[2])
    half = Decimal(1).scaleb(-decimals) / 2
    return any(amount != 0 and abs(amount / unit - shown) <= half for unit in _YEN.values())
