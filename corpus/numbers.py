"""Printed text → what it says: a number, a dash, a blank, or text.

Covers the notations of real sheets: ``-`` ``－`` ``ー`` ``▲5`` ``△5`` ``(5)`` ``1,788`` ``99.9``
``94%`` ``１，２３４`` ``約3億円`` ``316百万円/1,788団体``.  A number is read only when the whole text is
one number (with an optional unit); anything else stays text, because half-reading is guessing.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from decimal import Decimal

from corpus.model import Kind
from corpus.units import YEN_PER_UNIT, normal_unit

# NFKC maps － to - and ー stays; the rest are look-alikes seen in forms.
_DASHES = {"-", "‐", "‑", "‒", "–", "—", "―", "−", "ー", "ｰ", "－", "─", "━", "~", "ｰｰ", "--", "---"}
_NEGATIVE = "▲△▼-−"
_NUMBER = re.compile(
    r"(?P<open>\()?(?P<sign>[▲△▼\-−+])?\s*"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?P<close>\))?\s*(?P<unit>[^\d\s().,/]{1,12})?"
)
_MAX_DIGITS = 30
_VAGUE = ("以上", "以下", "以内", "未満", "超", "程度", "前後", "余", "弱", "強", "程")


@dataclasses.dataclass(frozen=True, slots=True)
class Printed:
    """What a printed cell says; ``unit`` only when the text itself carries one (``94%``)."""

    kind: Kind
    value: Decimal | None = None
    unit: str | None = None


def read_printed(raw: str) -> Printed:
    """Classify the printed text of one cell; never raises, never guesses.

    >>> read_printed("▲1,788").value
    Decimal('-1788')
    >>> read_printed("－").kind
    <Kind.DASH: '-'>
    """
    text = unicodedata.normalize("NFKC", raw).strip()
    if not text:
        return Printed(Kind.BLANK)
    if "".join(text.split()) in _DASHES:
        return Printed(Kind.DASH)
    found = _NUMBER.fullmatch(text)
    if found is None or len(found["digits"]) > _MAX_DIGITS or bool(found["open"]) != bool(found["close"]):
        return Printed(Kind.TEXT)
    if found["open"] and found["sign"] and found["sign"] not in _NEGATIVE:
        return Printed(Kind.TEXT)
    unit = normal_unit(found["unit"])
    if unit is not None and unit.endswith(_VAGUE):
        return Printed(Kind.TEXT)  # 100％以上 is a bound, not a figure
    digits = found["digits"].replace(",", "")
    if unit is None and len(digits) > 1 and digits.startswith("0") and not digits.startswith("0."):
        return Printed(Kind.TEXT)  # 0048 is a name, not forty-eight
    value = Decimal(digits)
    # ▲(5), (5) and ▲5 are all minus five in these forms.
    if found["open"] or ((found["sign"] or "") in _NEGATIVE and found["sign"]):
        value = -value
    return Printed(Kind.NUMBER, value, unit)


def spoken_amounts(text: str) -> list[tuple[Decimal, str, tuple[int, int]]]:
    """Money amounts inside a sentence: ``約3億2,000万円`` → yen with its character span.

    Returns (value, unit, (start, end)) with value in the single unit for ``300百万円`` and in 円 for
    compound amounts; used to read thresholds and premises in questions, never for cells.
    """
    normal = unicodedata.normalize("NFKC", text)
    found: list[tuple[Decimal, str, tuple[int, int]]] = []
    pattern = re.compile(  # every part but the last has its unit: optional inside a repetition would take exponential time
        r"(?<!\d)(?=\d)(?:\d[\d,]*(?:\.\d+)?(?:兆|億|千万|百万|十万|万|千))*(?:\d[\d,]*(?:\.\d+)?)?円"
    )
    part = re.compile(r"(\d[\d,]*(?:\.\d+)?)(兆|億|千万|百万|十万|万|千)?")
    for match in pattern.finditer(normal):
        pieces = part.findall(match.group())
        yen = sum(
            (Decimal(number.replace(",", "")) * YEN_PER_UNIT[f"{scale}円"] for number, scale in pieces),
            Decimal(0),
        )
        if len(pieces) == 1:
            number, scale = pieces[0]
            found.append((Decimal(number.replace(",", "")), f"{scale}円", match.span()))
        else:
            found.append((yen, "円", match.span()))
    return found
