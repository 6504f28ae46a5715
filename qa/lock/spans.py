"""Every character of the text that carries a digit lies in a span, and the span's text says what its source says.

Figures are parsed back to numbers, quotations compared letter by letter (``_SOURCES``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal, DecimalException

from qa.formula import YEN, decimal, rounded
from qa.model import Answer, Interpretation, Span

_KANJI_AMOUNT = re.compile(r"[〇一二三四五六七八九十百千][〇一二三四五六七八九十百千万億兆]*(?:円|億|兆|%|％|パーセント|倍|割)")
_FIGURE = re.compile(
    r"(?P<about>約)?(?P<sign>▲)?(?P<digits>\d{1,3}(?:,\d{3})*(?:\.\d+)?)(?P<unit>[^（）]*)"
    r"(?:（(?P<about2>約)?(?P<sign2>▲)?(?P<digits2>\d{1,3}(?:,\d{3})*(?:\.\d+)?)(?P<unit2>兆円|億円|万円|円)）)?"
)
_YEAR = re.compile(r"(昭和|平成|令和)(元|\d{1,2})（(\d{4})）年度")
_ERAS = {"昭和": 1925, "平成": 1988, "令和": 2018}
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def check_spans(answer: Answer) -> Iterable[str]:
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


def _words(answer: Answer, span: Span, shown: str) -> bool:
    """Fixed words carry no number; what they say of a figure is the matter of ``claims``."""
    return not any(_bare(shown, 0, len(shown)))


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
    return span.index >= 0 and _is_figure(shown, decimal(result.value), result.unit)


def _citation_figure(answer: Answer, span: Span, shown: str) -> bool:
    cited = answer.citations[span.index]
    return span.index >= 0 and _is_figure(shown, decimal(cited.value), cited.unit)


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
    if unit not in YEN:
        return False
    return _close(found["about2"], found["sign2"], found["digits2"], value * YEN[unit] / YEN[found["unit2"]])


def _bracketed(unit: str | None) -> bool:
    return bool(unit) and any(ch in str(unit) for ch in "（）")


def _close(about: str | None, sign: str | None, digits: str, exact: Decimal) -> bool:
    shown = Decimal(digits.replace(",", "")) * (-1 if sign else 1)
    if not about:
        return shown == exact
    decimals = len(digits.partition(".")[2])
    return shown != exact and rounded(exact, decimals) == shown


_SOURCES: dict[tuple[str, str], Callable[[Answer, Span, str], bool]] = {
    ("mark", ""): _mark,
    ("words", ""): _words,
    ("year", ""): _year,
    ("question", ""): _question,
    ("threshold", ""): _threshold,
    ("citation", ""): _named,
    ("candidate", ""): _named,
    ("result", ""): _named,
    ("result", "figure"): _result_figure,
    ("citation", "figure"): _citation_figure,
}
