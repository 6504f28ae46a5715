"""The rows behind an answer over many sheets, read again from the facts, and what the text says they are.

Every row must be a sheet of the year and ministry said, with the figure the facts have for the measure and
fiscal year said; no row may be there twice, and where only a ministry narrows the question none may be missing.
"""

from __future__ import annotations

import collections
import dataclasses
import itertools
from collections.abc import Iterable, Iterator
from decimal import Decimal

from corpus.fields import Measure
from corpus.model import Scope, Table
from qa.formula import YEN, decimal, rounded
from qa.lock.cells import Store, sheets_of
from qa.lock.claims import Statement, figures, statements
from qa.lock.payee_rows import check_payee_rows
from qa.lock.set_rows import check_set_rows
from qa.model import Answer, AnswerTable, Compare

_FIGURES = """
SELECT c.no, c.measure, c.fiscal_year, c.pos, c.amount_yen FROM cells c
WHERE c.tbl = ? AND c.sheet_year = ? AND c.scope = ? AND c.no BETWEEN ? AND ? AND c.amount_yen IS NOT NULL
"""
_OF_ONE = " AND c.measure = ? AND c.fiscal_year = ?"
_OF_TWO = " AND c.measure IN (?, ?) AND c.fiscal_year IN (?, ?)"
_NOT_PRINTED, _NOT_MET = "記載なし", "条件に合わない"
_IDENTITY = ("シート", "公開年度", "府省庁", "事業名")
_PAYEES = ("支出額（円）", "支出先", "ブロック")
_CHANGE = "増減額（円）"
_RATE = f"{Measure.EXECUTION_RATE}（%）"
_BOTH = ("執行額（円）", "予算計（円）")
_FORMS = {  # what a first sentence's figures may be
    "many count": {"COUNT(rows)"},
    "many threshold": {"COUNT(rows)"},
    "many payee count": {"COUNT(rows)"},
    "many payee sum": {"SUM(rows[4])"},
    "many sum": {"SUM(rows[4])", "SUM(rows[4]) / SUM(rows[5]) × 100"},
    "many years sum": {"SUM(rows[4])"},
}  # fmt: skip

Known = dict[str, tuple[str, str, Decimal | None]]  # sheet_id → ministry, project, figure


@dataclasses.dataclass(frozen=True, slots=True)
class _Said:
    """The first sentence over the rows."""

    statement: Statement
    sheet_years: tuple[int, ...]
    years: tuple[int, ...]
    measure: str
    ministry: str
    whole: bool  # nothing but a ministry narrows the question


def check_rows(answer: Answer, store: Store) -> Iterable[str]:
    """What is wrong with the rows of an answer over many sheets."""
    table = answer.table
    if table is None:
        return
    if answer.interpretation is not None and answer.interpretation.plan is not None:
        yield from check_set_rows(answer, answer.interpretation.plan, table, store)
        return
    head = next((one for one in statements(answer) if one.say.startswith("many")), None)
    if head is None or table.header[:4] != _IDENTITY:
        yield "a table that no sentence speaks of"
        return
    said = _said(answer, head)
    yield from _scope(said, table)
    yield from _forms(answer)
    yield from _groups(answer, said, table)
    if table.header[4:] == _PAYEES:
        yield from check_payee_rows(table, head, store, said.ministry if said.whole else None)
    else:
        yield from _measured(said, table)
        yield from _figures(answer, said, table, store)
        yield from _order(answer, said, table)


def _said(answer: Answer, head: Statement) -> _Said:
    asked = answer.interpretation
    wanted = asked.filter if asked is not None else None
    ministry = wanted.ministry if wanted is not None else ""
    narrowed = wanted is None or bool(wanted.bureau or wanted.account or wanted.topic) or bool(asked and asked.item)
    years = (*head.years("year"), *head.years("to"))
    return _Said(head, head.years("sheet"), years, head.words("measure").removesuffix("の合計"), ministry, not narrowed)


def _scope(said: _Said, table: AnswerTable) -> Iterator[str]:
    """The rows are of the ministries and the sheet year that are named."""
    parts = said.statement.words("scope").split("・")
    if "全府省庁" not in parts and any(row[2] not in parts and row[-1] not in parts for row in table.rows):
        yield f"rows of other ministries than {parts}"
    elif "全府省庁" in parts and said.ministry:
        yield "all ministries are named where one was asked"
    if said.sheet_years and table.header[-1] != "年度" and any(int(row[1]) not in said.sheet_years for row in table.rows):
        yield f"rows of other sheets than of {said.sheet_years}"


def _measured(said: _Said, table: AnswerTable) -> Iterator[str]:
    column = table.header[4] if len(table.header) > 4 else ""
    if column.endswith(("（円）", "（%）")) and column != _CHANGE and table.header[4:] != _BOTH:
        if said.measure != column[: column.rindex("（")]:
            yield f"{said.measure} is said of rows of {column}"
    elif table.header[4:] == _BOTH and said.measure != Measure.EXECUTION_RATE:
        yield f"{said.measure} is said of rows of 執行率"


def _forms(answer: Answer) -> Iterator[str]:
    """How the figures of a sentence are made of the rows: all of them, or those of the year or group it names."""
    for one in statements(answer):
        derivations = {
            slot: answer.results[piece.span.index].derivation or ""
            for slot in ("figure", "before", "after")
            for piece in figures(one, slot) if piece.span.source == "result"
        }  # fmt: skip
        year, to = next(iter(one.years("year")), ""), next(iter(one.years("to")), "")
        wanted = _FORMS.get(one.say, set())
        if one.say == "many year line":
            wanted = {f"SUM(rows[4] where rows[5]={year})", f"COUNT(rows where rows[4]={year})"}
        if wanted and derivations.get("figure") not in wanted:
            yield f"{derivations.get('figure')} is not what {one.say} says"
        if one.say == "many change":
            before, after = f"SUM(rows[4] where rows[5]={year})", f"SUM(rows[4] where rows[5]={to})"
            if derivations != {"figure": f"{after} - {before}", "before": before, "after": after}:
                yield f"{derivations} is not the change from {year} to {to}"
        made = derivations.get("figure", "")
        if one.say == "many line" and "where" in made and not made.endswith(f"={_title(answer, one)})"):
            yield f"{made} is not of {_title(answer, one)}"


def _groups(answer: Answer, said: _Said, table: AnswerTable) -> Iterator[str]:
    """``府省庁別`` adds up by the column of the ministries, anything else by the last one."""
    if said.statement.say != "many group":
        return
    word = said.statement.words("group")
    column = 2 if word == "府省庁別" else len(table.header) - 1
    if column > 2 and not word.startswith(table.header[-1]):
        yield f"{word} is said of rows by {table.header[-1]}"
    for one in statements(answer):
        made = [answer.results[piece.span.index].derivation or "" for piece in figures(one, "figure")]
        if one.say == "many line" and any(f" where rows[{column}]=" not in each for each in made):
            yield f"{made} is not {word}"


def _title(answer: Answer, one: Statement) -> str:
    piece = next(iter(one.of("project")))
    if piece.span.source == "citation":
        return answer.citations[piece.span.index].raw
    return answer.results[piece.span.index].label


# ---------------------------------------------------------------- the figures of the rows


def _figures(answer: Answer, said: _Said, table: AnswerTable, store: Store) -> Iterator[str]:
    """Every row against the facts; years apart where the rows are of several."""
    by_year = table.header[-1] == "年度"
    groups: dict[tuple[int, int], list[tuple[str, ...]]] = collections.defaultdict(list)
    for row in table.rows:
        groups[int(row[1]), int(row[-1]) if by_year else 0].append(row)
    for sheet_year in () if by_year else said.sheet_years:
        groups[sheet_year, 0] += []  # an empty table leaves something out, too
    left = collections.defaultdict(list)
    for row in table.left_out:
        left[int(row[1])].append(row)
    for (sheet_year, year), rows in groups.items():
        years = (year,) if by_year else said.years
        columns = _columns(said, table, store, sheet_year, years)
        yield from _compared(rows, left[sheet_year], columns, answer)
        recorded = by_year or table.header[4:] == _BOTH  # such tables hold only the sheets that record the figure
        wanted = {one for one in columns[0] if not recorded or _recorded(one, table, columns)}
        missing = wanted - {row[0] for row in (*rows, *left[sheet_year])}
        if said.whole and missing:
            yield f"{len(missing)} sheets are missing, such as {min(missing)}"


def _recorded(sheet_id: str, table: AnswerTable, columns: list[Known]) -> bool:
    return table.header[4:] == ("年度",) or all(column[sheet_id][2] is not None for column in columns)


def _columns(said: _Said, table: AnswerTable, store: Store, sheet_year: int, years: tuple[int, ...]) -> list[Known]:
    """The facts a row is made of: none, one figure, 執行額 and 計, or the later and the earlier year's."""
    own = table.header[4:]
    if not own or own == ("年度",) or not years:
        return _read(store, said.ministry, sheet_year, [])
    if own[0] == _RATE or own == _BOTH:
        wanted = [(Measure.EXECUTED.value, years[0]), (Measure.BUDGET_TOTAL.value, years[0])]
    elif own[0] == _CHANGE:
        wanted = [(said.measure, years[-1]), (said.measure, years[0])]
    else:
        wanted = [(own[0].removesuffix("（円）"), years[0])]
    return _read(store, said.ministry, sheet_year, wanted)


def _read(store: Store, ministry: str, sheet_year: int, wanted: list[tuple[str, int]]) -> list[Known]:
    """The sheets of a year with the first cell's figure of each measure and fiscal year wanted; one query."""
    infos = [one for one in sheets_of(store, sheet_year) if ministry in ("", one.ministry)]
    amounts: dict[tuple[int, str, int], Decimal] = {}
    if wanted and infos:
        (one, year), (other, last) = wanted[0], wanted[-1]
        sql, which = (_OF_ONE, [one, year]) if len(wanted) == 1 else (_OF_TWO, [one, other, year, last])
        params = [Table.BUDGET.value, sheet_year, Scope.TOTAL.value, infos[0].no, infos[-1].no, *which]
        first: dict[tuple[int, str, int], int] = {}
        for no, measure, fiscal_year, pos, amount in store.facts(_FIGURES + sql, params):
            key = (no, measure, fiscal_year)
            if pos < first.get(key, pos + 1):
                first[key], amounts[key] = pos, amount
    places = wanted or [("", 0)]
    return [{one.sheet_id: (one.ministry, one.project, amounts.get((one.no, *place))) for one in infos} for place in places]


def _compared(
    rows: list[tuple[str, ...]], left: list[tuple[str, ...]], columns: list[Known], answer: Answer
) -> Iterator[str]:
    header = answer.table.header if answer.table is not None else ()
    seen: set[str] = set()
    for row in (*rows, *left):
        known = columns[0].get(row[0])
        if known is None or (known[0], known[1]) != (row[2], row[3]) or row[0] in seen:
            yield f"row {row[:4]} is no sheet of the store, or stands twice"
            return
        seen.add(row[0])
    for row in rows:
        if not _row_holds(row, header[4:], columns) or not _meets(row, header, answer):
            yield f"row {row} is not what the store has"
            return
    for row in left:
        printed = all(column[row[0]][2] is not None for column in columns)
        if (row[-1] == _NOT_PRINTED and printed) or (row[-1] == _NOT_MET and not printed):
            yield f"row {row} is not left out for that reason"
            return


def _row_holds(row: tuple[str, ...], own: tuple[str, ...], columns: list[Known]) -> bool:
    values = [column[row[0]][2] for column in columns]
    if not own or own == ("年度",):
        return own == () or row[4] == row[1]
    if own[0].endswith(("（円）", "（%）")) and any(value is None for value in values):
        return False
    amounts = [value for value in values if value is not None]
    if own[0] == _RATE:
        return amounts[1] > 0 and Decimal(row[4]) == rounded(amounts[0] / amounts[1] * 100, 3)
    if own[0] == _CHANGE:
        return Decimal(row[4]) == amounts[0] - amounts[1]
    if own == _BOTH:
        return [Decimal(one) for one in row[4:6]] == amounts
    return not amounts or Decimal(row[4]) == amounts[0]


_COMPARED = {
    Compare.GT: lambda a, b: a > b, Compare.GE: lambda a, b: a >= b,
    Compare.LT: lambda a, b: a < b, Compare.LE: lambda a, b: a <= b,
}  # fmt: skip


def _meets(row: tuple[str, ...], header: tuple[str, ...], answer: Answer) -> bool:
    """A row listed under a condition meets it (a rate to the places of the table)."""
    asked = None if answer.interpretation is None else answer.interpretation.threshold
    if asked is None or len(header) < 5 or not any(one.say == "many threshold" for one in answer.spans):
        return True
    limit = asked.value * YEN.get(asked.unit, Decimal(1))
    value = Decimal(row[4])
    near = asked.unit == "%" and value == rounded(limit, 3)  # the row is rounded, the condition was not
    return near or bool(_COMPARED[asked.compare](value, limit))


def _order(answer: Answer, said: _Said, table: AnswerTable) -> Iterator[str]:
    """A ranking lists the first rows, and the rows stand in the order said."""
    if said.statement.say not in ("many top", "many change top"):
        return
    amounts = [decimal(row[4]) or Decimal(0) for row in table.rows]
    falling = said.statement.words("which").startswith(("大きい", "増えた"))
    if any((a < b) if falling else (a > b) for a, b in itertools.pairwise(amounts)):
        yield "the rows are not in the order said"
    lines = [one for one in statements(answer) if one.say == "many line"]
    for row, one in zip(table.rows, lines, strict=False):
        marked = {answer.citations[index].sheet_id for index in one.marks("mark")}
        if marked != {row[0]}:
            yield f"the line of {marked} stands where {row[0]} comes"
