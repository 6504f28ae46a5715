"""Claims against cells: project, sheet, measure, fiscal year, item, payee and the calculation itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, DecimalException

from corpus.fields import Measure
from corpus.model import Cell
from corpus.text import name_key, payee_key
from qa.formula import YEN, decimal, rounded
from qa.lock.cells import Seen, same_item
from qa.lock.claims import UNUSED, Claim, Piece, Term, claims, figures, labels, statements
from qa.model import Answer, Operation

_OPERAND = re.compile(r"\[(\d+)\]")
_RATES = (Measure.EXECUTION_RATE, Measure.EXECUTION_RATE_INITIAL)
_REQUESTS = frozenset({Measure.REQUEST.value, Measure.REQUEST_TOTAL.value})
_PAID = frozenset({Measure.PAYEE_AMOUNT.value, Measure.EXPENSE_AMOUNT.value})
_FRACTION = "割合"
_OF_MEASURE = frozenset({"figure", "item figure", "line", "item line", "best year", "computed", "differs", "instead figure"})
_NAMES_PROJECT = frozenset({"figure", "item figure", "many line", "payee top", "payee rank", "payee amount", "payee field"})


class Misfit(Exception):
    """What the text says is not what the cells say."""


def check_claims(answer: Answer, seen: Mapping[int, Seen]) -> Iterable[str]:
    """Every claim of the text that the cells cited for it do not bear out."""
    for claim in (*claims(answer), *labels(answer)):
        try:
            _check(answer, claim, seen)
        except Misfit as error:
            yield f"{claim.figure.text}: {error}"
    yield from _extremes(answer)


def _extremes(answer: Answer) -> Iterable[str]:
    """A year said to have the most (or least) has it among the years that are listed."""
    said = statements(answer)
    best = [(one, figures(one, "figure")[-1:]) for one in said if one.say == "best year"]
    listed = [_amount(answer, piece) for one in said if one.say == "line" for piece in figures(one, "figure")]
    for one, shown in best:
        most = max(listed, default=None) if "多い" in one.words("which") else min(listed, default=None)
        if any(_amount(answer, piece) != most for piece in shown):
            yield f"{shown[0].text} is not {one.words('which')}"


def _amount(answer: Answer, piece: Piece) -> Decimal:
    shown = (answer.results if piece.span.source == "result" else answer.citations)[piece.span.index]
    value = decimal(shown.value) or Decimal(0)
    return value * 100 if shown.unit == _FRACTION else value * YEN.get(shown.unit or "", Decimal(1))


def operands(answer: Answer, claim: Claim) -> tuple[int, ...]:
    """The citations a figure was taken or calculated from."""
    span = claim.figure.span
    if span.source == "citation":
        return (span.index,)
    result = answer.results[span.index]
    if result.derivation is not None:
        return tuple(dict.fromkeys(int(one) for one in _OPERAND.findall(result.derivation)))
    value = decimal(result.value)
    return tuple(one for one in result.citations if decimal(answer.citations[one].value) == value)[:1]


def _check(answer: Answer, claim: Claim, seen: Mapping[int, Seen]) -> None:
    used = operands(answer, claim)
    if not used or not all(one in seen for one in used):
        return  # counted, or over the rows of a table; a cell not found is a breach of its own
    if claim.marks and not claim.marks.issuperset(used):
        raise Misfit("the cells are not those that are marked")
    cells = [seen[one] for one in used]
    for one in cells:
        _whose(answer, claim, one)
    if claim.payee >= 0:
        _of_payee(seen.get(claim.payee), cells)
    if claim.block and any(one.cell is None or one.cell.item.partition("/")[0] != claim.block for one in cells):
        raise Misfit(f"not all cells are of block {claim.block}")
    if claim.item >= 0:
        _of_item(seen.get(claim.item), cells)
    if claim.label and any(one.cell is None or "".join(one.cell.item.split()) != claim.label for one in cells):
        raise Misfit(f"not of {claim.label}")
    if claim.figure.span.say in _OF_MEASURE and not any(term.measure for term in claim.terms):
        raise Misfit("nothing says what figure it is")
    if any(term.measure for term in claim.terms):
        _value(answer, claim, [one.cell for one in cells if one.cell is not None])


def _whose(answer: Answer, claim: Claim, one: Seen) -> None:
    """The sheet of a cell is that of the project named; over years a project may have been renamed."""
    projects = {term.project for term in claim.terms if term.project} or {claim.project}
    known = {name_key(project) for project in projects} | (_over_years(answer, claim, one) if claim.project else set())
    if projects != {""} and name_key(one.sheet.project) not in known:
        raise Misfit(f"{one.cited.sheet_id} is of {one.sheet.project}")
    if claim.ministry and claim.figure.span.say in _NAMES_PROJECT and name_key(one.sheet.ministry) != name_key(claim.ministry):
        raise Misfit(f"{one.cited.sheet_id} is not of {claim.ministry}")
    if claim.sheet_year is not None and one.sheet.sheet_year != claim.sheet_year:
        raise Misfit(f"{one.cited.sheet_id} is not the sheet of {claim.sheet_year}")


def _over_years(answer: Answer, claim: Claim, one: Seen) -> set[str]:
    """The name of the sheet itself where it is one of those of the one project asked for."""
    asked = answer.interpretation
    if asked is None or asked.operation is Operation.COMPARE or claim.figure.span.say in _NAMES_PROJECT:
        return set()
    return {name_key(one.sheet.project)} & {
        name_key(sheet.project) for sheet in asked.sheets if sheet.sheet_id == one.sheet.sheet_id
    }


def _of_item(named: Seen | None, cells: Iterable[Seen]) -> None:
    for one in cells:
        if named is None or named.cell is None or one.cell not in same_item(named, one.sheet.cells):
            raise Misfit("the cell is of another item than the one named")


def _of_payee(named: Seen | None, cells: Iterable[Seen]) -> None:
    """Cells of the payee named: by the key of its name, or the same 法人番号."""
    if named is None or named.cell is None:
        raise Misfit("the payee is named by no cell")
    keys = _payee_keys(named)
    for one in cells:
        if one.cell is not None and one.cell.measure != Measure.EXECUTED and not keys & _payee_keys(one):
            raise Misfit("the cell is of another payee than the one named")


def _payee_keys(one: Seen) -> set[str]:
    own = same_item(one, one.sheet.cells)
    if one.cell is not None and not any(cell.measure == Measure.PAYEE_NAME for cell in own):
        return {payee_key(cell.raw) for cell in own if cell.measure == Measure.BLOCK_NAME} | {one.cell.item}
    wanted = (Measure.PAYEE_NAME, Measure.CORPORATE_NUMBER)
    return {payee_key(cell.raw) for cell in own if cell.measure in wanted and len(cell.raw.strip()) > 1}


# ---------------------------------------------------------------- the calculation


def _value(answer: Answer, claim: Claim, cells: list[Cell]) -> None:
    """The figure, worked out again from what the text says, must be the one that is shown."""
    left = list(cells)
    values = []
    for number, term in enumerate(claim.terms):
        of_item = (number == 0) if claim.part else None
        values.append(_term(term, cells, left, of_item))
    if left:
        raise Misfit(f"{left[0].measure} {left[0].fiscal_year} has no part in {claim.terms}")
    span = claim.figure.span
    shown = (answer.results if span.source == "result" else answer.citations)[span.index]
    try:
        exact = _calculated(claim.kind, values)
    except DecimalException as error:
        raise Misfit("not to be calculated") from error
    value = decimal(shown.value)
    if value is None or not _same(value, shown.unit or "", exact, printed=span.source == "citation"):
        raise Misfit(f"{exact} by the cells")


def _term(term: Term, cells: list[Cell], left: list[Cell], of_item: bool | None) -> Decimal:
    """The value of one term, its cells taken out of ``left``. Raises Misfit when the cells have no such figure."""
    if term.measure == Measure.PAYEE_AMOUNT:
        own = [cell for cell in cells if cell.measure in _PAID]
        _take(left, own)
        return sum((_base(cell) for cell in own), Decimal(0))
    found = _matching(term.measure, term, cells, of_item)
    if found:
        _take(left, found[:1])
        return _base(found[0])
    pair = {Measure.EXECUTION_RATE.value: (Measure.EXECUTED, Measure.BUDGET_TOTAL), UNUSED: (Measure.BUDGET_TOTAL, Measure.EXECUTED)}
    both = [_matching(one.value, term, cells, of_item)[:1] for one in pair.get(term.measure, ())]
    if not both or not all(both):
        raise Misfit(f"no cell is {term.measure} {term.year or ''}")
    (first,), (second,) = both
    if (first.fiscal_year, first.table) != (second.fiscal_year, second.table):
        raise Misfit("figures of different years")
    _take(left, [first, second])
    if term.measure == UNUSED:  # in the RSシステム 計 still holds what was carried over
        over = _matching(Measure.CARRIED_OUT.value, term, cells, of_item)[:1]
        _take(left, over)
        return _base(first) - _base(second) - sum((_base(one) for one in over), Decimal(0))
    return rounded(_base(first) / _base(second) * 100, 1) if _base(second) > 0 else Decimal(0)


def _take(left: list[Cell], own: list[Cell]) -> None:
    left[:] = [cell for cell in left if cell not in own]


def _matching(measure: str, term: Term, cells: list[Cell], of_item: bool | None) -> list[Cell]:
    names = _REQUESTS if measure in _REQUESTS else {measure}
    return [
        cell
        for cell in cells
        if cell.measure in names
        and (term.year is None or cell.fiscal_year == term.year)
        and (of_item is None or bool(cell.item) == of_item or measure != cell.measure)
    ]


def _base(cell: Cell) -> Decimal:
    if cell.value is None:
        raise Misfit(f"{cell.raw!r} is no number")
    if cell.unit == _FRACTION and cell.measure in _RATES:
        return cell.value * 100
    return cell.value * YEN.get(cell.unit or "", Decimal(1))


def _calculated(kind: str, values: list[Decimal]) -> Decimal:
    if kind in ("合計", "平均"):
        return sum(values, Decimal(0)) / (len(values) if kind == "平均" else 1)
    if not kind:
        return values[0]
    first, second = values
    if kind in ("増減額", "差"):
        return first - second
    if kind == "伸び率":
        return (first - second) / second * 100
    return first / second * (100 if kind == "割合" else 1)


def _same(value: Decimal, unit: str, exact: Decimal, *, printed: bool) -> bool:
    shown = value * YEN.get(unit, Decimal(1))
    if shown == exact or (printed and unit == _FRACTION and shown * 100 == exact):
        return True
    places = {"%": 1, "ポイント": 1, "倍": 2}.get(unit, 0 if unit in YEN else 1)
    return rounded(exact, places) == rounded(shown, places) and not printed
