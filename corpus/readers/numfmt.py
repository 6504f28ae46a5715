"""Number formats of spreadsheets: a stored value → the text a reader sees.

``0.94`` under ``0%`` is printed ``94%``, ``3209`` under ``#,##0`` is ``3,209``, ``48`` under ``0000``
is ``0048``.  Covers what forms use (ECMA-376 part 1, 18.8.31): digits, thousands, scaling commas,
percent, literals, sections for negative and zero, and dates with Japanese eras.  A format beyond
that gives the General text, so a figure is never invented.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import re
from decimal import ROUND_HALF_UP, Decimal

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<pad>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|G/標準)|(?P<digits>[0#?][0#?,]*(?:\.[0#?]*)?|\.[0#?]+)(?P<exponent>E[+-]0+)?(?P<scale>,*)"
    r"|(?P<date>AM/PM|am/pm|y+|m+|d+|h+|s+|g+|e+|a{3,4})|(?P<percent>[%％])|(?P<text>@)|(?P<other>.)",
    re.DOTALL,
)
_WEEKDAYS = "月火水木金土日"
_ERAS = (
    (datetime.date(2019, 5, 1), "令和", "R", 2018),
    (datetime.date(1989, 1, 8), "平成", "H", 1988),
    (datetime.date(1926, 12, 25), "昭和", "S", 1925),
    (datetime.date(1912, 7, 30), "大正", "T", 1911),
)
_EPOCH = datetime.datetime(1899, 12, 30)  # without a time zone, as spreadsheets are
_EPOCH_1904 = datetime.datetime(1904, 1, 1)
_MAX_SERIAL = 2958466
_SIGNIFICANT = 11  # digits a General cell shows
_WIDE = Decimal(10) ** 15
_MAX_DIGITS = 28  # of a printed number; what decimal rounds exactly


@dataclasses.dataclass(frozen=True, slots=True)
class _Section:
    tokens: tuple[tuple[str, str], ...]
    is_date: bool
    is_general: bool


def display(value: Decimal, number_format: str, *, date1904: bool = False) -> str:
    """The printed text of a stored number.

    >>> display(Decimal("0.94"), "0%"), display(Decimal(-5), '#,##0;"▲"#,##0')
    ('94%', '▲5')
    """
    sections = _sections(number_format)
    negative_section = value < 0 and len(sections) > 1
    section = _choose(value, sections)
    if section is None:
        return ""
    if section.is_date:
        return _date_text(value, section, date1904) or general(value)
    if section.is_general or not section.tokens:
        literal = "".join(text for kind, text in section.tokens if kind == "literal")
        return literal + general(abs(value) if negative_section else value)
    return _number_text(abs(value) if negative_section else value, section)


def general(value: Decimal) -> str:
    """A number under the General format: no trailing noise of binary fractions."""
    if value == value.to_integral_value() and abs(value) < _WIDE:
        return format(value.quantize(Decimal(1)), "f")
    rounded = Decimal(format(value, f".{_SIGNIFICANT - 1}g"))
    text = format(rounded, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_date_format(number_format: str) -> bool:
    return any(section.is_date for section in _sections(number_format))


@functools.lru_cache(maxsize=512)
def _sections(number_format: str) -> tuple[_Section, ...]:
    parts: list[list[tuple[str, str]]] = [[]]
    for match in _TOKEN.finditer(number_format):
        kind = match.lastgroup or "other"
        if kind == "other" and match[0] == ";":
            parts.append([])
        elif kind in ("quoted", "escaped", "other"):
            parts[-1].append(("literal", match[kind]))
        elif kind == "pad":
            parts[-1].append(("literal", ""))
        elif kind == "bracket":
            symbol = match[kind]
            if symbol.startswith("$"):
                parts[-1].append(("literal", symbol[1:].split("-")[0]))
        elif match["digits"]:
            parts[-1].append(("digits", match[0]))
        elif kind != "fill":
            parts[-1].append((kind, match[0]))
    return tuple(_section(tokens) for tokens in parts)


def _section(tokens: list[tuple[str, str]]) -> _Section:
    kinds = {kind for kind, _ in tokens}
    is_date = "date" in kinds and "digits" not in kinds
    return _Section(tuple(tokens), is_date, "general" in kinds or "text" in kinds)


def _choose(value: Decimal, sections: tuple[_Section, ...]) -> _Section | None:
    if len(sections) == 1:
        return sections[0]
    index = 1 if value < 0 else 2 if value == 0 and len(sections) > 2 else 0
    section = sections[index]
    return section if section.tokens else None  # ``;;;`` prints nothing


def _number_text(value: Decimal, section: _Section) -> str:
    pattern = next((text for kind, text in section.tokens if kind == "digits"), None)
    if pattern is None:
        return "".join(text for kind, text in section.tokens if kind == "literal")
    if "E" in pattern or sum(kind == "digits" for kind, _ in section.tokens) > 1:
        return general(value)  # scientific and fractions: shown plainly
    percents = sum(kind == "percent" for kind, _ in section.tokens)
    scale = len(pattern) - len(pattern.rstrip(","))
    whole, _, fraction = pattern.rstrip(",").partition(".")
    scaled = value.scaleb(2 * percents - 3 * scale)
    if scaled.adjusted() + 1 + len(fraction) > _MAX_DIGITS:
        return general(value)  # more digits than any program prints: Excel allows 30 decimals and stores 17 digits
    rounded = scaled.quantize(Decimal(1).scaleb(-len(fraction)), rounding=ROUND_HALF_UP)
    digits = _digits(abs(rounded), whole, fraction)
    sign = "-" if rounded < 0 else ""
    done, parts = False, []
    for kind, text in section.tokens:
        if kind == "digits":
            parts.append("" if done else digits)
            done = True
        elif kind in ("literal", "percent"):
            parts.append(text)
    return sign + "".join(parts)


def _digits(value: Decimal, whole: str, fraction: str) -> str:
    text = format(value, f".{len(fraction)}f")
    integer, _, decimals = text.partition(".")
    least = whole.replace(",", "").count("0")
    integer = integer.lstrip("0").rjust(least, "0") if least or integer == "0" else integer
    if "," in whole:
        head = len(integer) % 3
        groups = [integer[:head]] if head else []
        groups += [integer[i : i + 3] for i in range(head, len(integer), 3)]
        integer = ",".join(groups)
    optional = len(fraction) - len(fraction.rstrip("#?"))
    while optional and decimals.endswith("0"):
        decimals, optional = decimals[:-1], optional - 1
    return f"{integer}.{decimals}" if decimals or ("." in text and fraction and not optional) else integer


def _date_text(value: Decimal, section: _Section, date1904: bool) -> str:
    if not 0 <= value < _MAX_SERIAL:
        return ""
    moment = (_EPOCH_1904 if date1904 else _EPOCH) + datetime.timedelta(days=float(value))
    parts, hour_seen = [], False
    for kind, text in section.tokens:
        if kind == "date":
            parts.append(_date_part(moment, text, hour_seen))
            hour_seen = hour_seen or text.startswith("h")
        elif kind == "literal":
            parts.append(text)
            hour_seen = hour_seen and text in (":", "時", "")
    return "".join(parts)


def _date_part(moment: datetime.datetime, code: str, after_hour: bool) -> str:
    letter, wide = code[0], len(code) > 1
    era = next(((name, short, base) for start, name, short, base in _ERAS if moment.date() >= start), ("", "", 0))
    if letter == "m" and after_hour:
        return f"{moment.minute:02d}" if wide else str(moment.minute)
    if letter == "g":
        return era[1] if len(code) == 1 else era[0][:1] if len(code) == 2 else era[0]
    if letter == "e":
        number = moment.year - era[2]
        return f"{number:02d}" if wide else str(number)
    if letter == "y":
        return f"{moment.year:04d}" if len(code) > 2 else f"{moment.year % 100:02d}"
    if letter == "a" and code.lower() != "am/pm":
        return _WEEKDAYS[moment.weekday()] + ("曜日" if len(code) == 4 else "")
    numbers = {"m": moment.month, "d": moment.day, "h": moment.hour, "s": moment.second}
    if letter not in numbers:
        return "午前" if moment.hour < 12 else "午後"
    return f"{numbers[letter]:02d}" if wide else str(numbers[letter])
