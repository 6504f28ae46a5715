"""The figure lock on briefs: what cannot be accounted for is left out and logged, never repaired.

A verbatim sentence must stand, character for character, at its offsets in the cited field.  In a
composed sentence or table cell every number must be one of: a figure whose value the lock works out
again from the cited cells, a number of a cited cell's printed text or labels, or a year the
citations carry.  This module shares no code with the builders it checks; derivations are evaluated by
``qa.formula``, as in the lock on answers.
"""

from __future__ import annotations

import dataclasses
import logging
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, DivisionByZero, InvalidOperation

from corpus.units import FRACTION
from qa.brief.model import Block, Brief, Bullets, Chart, Dropped, Figure, Grid, Paragraph, Part, Sentence, TableCell
from qa.formula import YEN, evaluate
from qa.model import Citation

log = logging.getLogger(__name__)

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_OKU = Decimal(10**8)


class Unlocked(Exception):
    """A number that nothing accounts for."""


def locked(brief: Brief) -> Brief:
    """The brief with every sentence and table cell that fails the lock left out, and said so."""
    dropped: list[Dropped] = []
    parts = []
    for part in brief.parts:
        blocks = tuple(kept for block in part.blocks if (kept := _block(block, brief.citations, dropped)) is not None)
        if blocks:
            parts.append(Part(part.heading, blocks, part.essential))
    for one in dropped:
        log.warning("left out of the brief %r: %s (%s)", brief.title, one.text, one.reason)
    return dataclasses.replace(brief, parts=tuple(parts), dropped=(*brief.dropped, *dropped))


def _block(block: Block, citations: tuple[Citation, ...], dropped: list[Dropped]) -> Block | None:
    if isinstance(block, Paragraph):
        kept = _sentences(block.sentences, citations, dropped)
        return Paragraph(kept) if kept else None
    if isinstance(block, Bullets):
        kept = _sentences(block.items, citations, dropped)
        return Bullets(kept) if kept else None
    if isinstance(block, Grid):
        rows = tuple(tuple(_cell(cell, citations, dropped) for cell in row) for row in block.rows)
        return dataclasses.replace(block, rows=rows)
    return block if _chart(block, citations, dropped) else None


def _sentences(
    found: Iterable[Sentence], citations: tuple[Citation, ...], dropped: list[Dropped]
) -> tuple[Sentence, ...]:
    kept = []
    for one in found:
        try:
            check_sentence(one, citations)
        except Unlocked as error:
            dropped.append(Dropped(one.text, str(error)))
        else:
            kept.append(one)
    return tuple(kept)


def check_sentence(sentence: Sentence, citations: tuple[Citation, ...]) -> None:
    """Raises Unlocked when a number, or a verbatim sentence's text, is not accounted for."""
    if sentence.span is not None:
        span = sentence.span
        if citations[span.citation].raw[span.start : span.end] != sentence.text:
            raise Unlocked("引用が原文と一致しません")
        return
    _check_text(sentence.text, sentence.figures, [citations[n] for n in sentence.citations], citations)


def _cell(cell: TableCell, citations: tuple[Citation, ...], dropped: list[Dropped]) -> TableCell:
    figures = () if cell.figure is None else (cell.figure,)
    cited = [citations[n] for n in cell.citations]
    try:
        if figures or cited:
            _check_text(cell.text, figures, cited, citations)
    except Unlocked as error:
        dropped.append(Dropped(cell.text, str(error)))
        return TableCell("")
    return cell


def _chart(chart: Chart, citations: tuple[Citation, ...], dropped: list[Dropped]) -> bool:
    """Every value of a chart must be a cited cell's, or the sum of cited cells of one block."""
    amounts = {amount for n in chart.citations if (amount := _base(citations[n])) is not None}
    factor = YEN.get(chart.unit, Decimal(1))
    sums = {sum(amounts, Decimal(0))} if chart.flows else set()
    if chart.flows:
        return True  # drawn from block sums; the payee table beside it carries the figures
    for series in chart.series:
        for value in series.values:
            if value is None:
                continue
            step = Decimal(1).scaleb(_exponent(value)) * factor / 2
            if not any(abs(value * factor - amount) <= step for amount in amounts | sums):
                dropped.append(Dropped(chart.title, f"図の値 {value} の出典がありません"))
                return False
    return True


def _check_text(text: str, figures: Iterable[Figure], cited: list[Citation], citations: tuple[Citation, ...]) -> None:
    allowed: set[Decimal] = set()
    for figure in figures:
        _check_figure(figure, citations)
        allowed |= _numbers(figure.shown)
        allowed.add(Decimal(len(figure.citations)))
        cited = cited + [citations[n] for n in figure.citations]
    for citation in cited:
        for carried in (
            citation.raw,
            citation.row,
            citation.column,
            citation.project,
            citation.section,
            citation.unit or "",
        ):
            allowed |= _numbers(carried)
        for fiscal_year in (citation.fiscal_year, citation.sheet_year):
            if fiscal_year is not None:
                allowed |= _year_numbers(fiscal_year)
        if re.fullmatch(r"\s*(19|20)\d\d\s*", citation.raw):
            allowed |= _year_numbers(int(citation.raw))
    loose = _numbers(text) - allowed
    if loose:
        raise Unlocked(f"出典のない数値: {'、'.join(str(n) for n in sorted(loose))}")


def _numbers(text: str) -> set[Decimal]:
    found = set()
    for match in _NUMBER.findall(unicodedata.normalize("NFKC", text)):
        found.add(Decimal(match.replace(",", "")))
    return found


def _year_numbers(fiscal_year: int) -> set[Decimal]:
    """The western year, its era year, and the year before (a change is told against it)."""
    years = {fiscal_year, fiscal_year - 1}
    eras = {y - (2018 if y >= 2019 else 1988 if y >= 1989 else 1925) for y in years}
    return {Decimal(n) for n in years | eras}


def _check_figure(figure: Figure, citations: tuple[Citation, ...]) -> None:
    """Work the figure out again and hold its value and each number it shows against the result."""
    if figure.value is None:
        return
    try:
        exact = evaluate(figure.derivation or f"[{figure.citations[0]}]", citations)
    except (InvalidOperation, DivisionByZero, IndexError, ValueError) as error:
        raise Unlocked(f"計算式 {figure.derivation} を検算できません") from error
    unit = figure.unit or ""
    if figure.derivation is None and unit == "%" and citations[figure.citations[0]].unit == FRACTION:
        exact *= 100
    factor = YEN.get(unit, Decimal(1))
    _same(figure.value * factor, exact, Decimal(1).scaleb(_exponent(figure.value)) * factor, figure.shown)
    shown = [Decimal(n.replace(",", "")) for n in _NUMBER.findall(figure.shown)]
    if not shown:
        raise Unlocked(f"数値が示されていません: {figure.shown}")
    _same(shown[0] * factor, abs(exact), Decimal(1).scaleb(_exponent(shown[0])) * factor, figure.shown)
    for other in shown[1:]:
        _same(other * _OKU, abs(exact), Decimal(1).scaleb(_exponent(other)) * _OKU, figure.shown)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return min(exponent, 0) if isinstance(exponent, int) else 0


def _same(shown: Decimal, exact: Decimal, step: Decimal, text: str) -> None:
    if abs(shown - exact) > step / 2:
        raise Unlocked(f"{text} は出典の値と一致しません")


def _base(citation: Citation) -> Decimal | None:
    if citation.value is None:
        return None
    return Decimal(citation.value) * YEN.get(citation.unit or "", Decimal(1))
