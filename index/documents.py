"""Sheet → the texts of it that can be found: sections, indicators, payees.

Which fields are texts to search is the table ``GROUPS``: it also says to which *group* a text
belongs, the unit in which ranking weighs texts (a match in the purpose is worth more than one in an
opinion).  Repeated texts of one sheet are one document; long lists are cut, since beyond a few
thousand characters a text says nothing new about what the project is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum

from corpus.fields import Field, Measure
from corpus.model import Cell, Sheet
from index.model import Document

NAME, OUTCOMES, OUTPUTS, PAYEES, CHECKS = "事業名", "成果指標", "活動指標", "支出先", "点検・改善"
MAX_CHARS = 3000
_MAX_LINES = 40
_BLANKS = frozenset({"", "-", "－", "ー", "―", "‐", "*", "＊", "/", "なし", "無し", "該当なし", "―。"})


class Group(IntEnum):
    """Kinds of text as ranking weighs them. The number is stored: append only."""

    NAME = 0
    PURPOSE = 1
    OVERVIEW = 2
    ISSUES = 3
    OUTCOME = 4
    OUTPUT = 5
    PAYEE = 6
    OPINION = 7


GROUPS: dict[str, Group] = {
    NAME: Group.NAME,
    Field.PURPOSE: Group.PURPOSE,
    Field.OVERVIEW: Group.OVERVIEW,
    Field.ISSUES: Group.ISSUES,
    OUTCOMES: Group.OUTCOME,
    OUTPUTS: Group.OUTPUT,
    PAYEES: Group.PAYEE,
    Field.CHANGE_REASON: Group.OPINION,
    Field.CHECK_RESULT: Group.OPINION,
    Field.IMPROVEMENT: Group.OPINION,
    Field.EXPERT_OPINION: Group.OPINION,
    Field.PUBLIC_PROCESS: Group.OPINION,
    Field.TEAM_OPINION_DETAIL: Group.OPINION,
    Field.RESPONSE_DETAIL: Group.OPINION,
    Field.PAST_REMARKS: Group.OPINION,
    Field.POLICY_RELATION: Group.OPINION,
    Field.EFFECT_EVALUATION: Group.OPINION,
    CHECKS: Group.OPINION,
}
DOCUMENT_NAMES: tuple[str, ...] = tuple(str(name) for name in GROUPS)

_INDICATORS: dict[str, tuple[str, ...]] = {
    OUTCOMES: (Measure.GOAL, Measure.OUTCOME_INDICATOR),
    OUTPUTS: (Measure.OUTPUT_INDICATOR,),
    CHECKS: (Measure.CHECK_NOTE,),
}
# the cells that ``documents`` looks at: a reader may leave out all others
TEXT_MEASURES: frozenset[str] = frozenset(
    [m for measures in _INDICATORS.values() for m in measures] + [Measure.PAYEE_NAME, Measure.PAYEE_WORK]
)


def documents(sheet: Sheet, sheet_no: int) -> list[Document]:
    """The searchable texts of a sheet, the project's name first. Blank texts are left out."""
    found: dict[str, list[str]] = {NAME: [sheet.project]}
    for section in sheet.sections:
        if section.name in GROUPS and section.name != NAME:
            found.setdefault(section.name, []).append(section.text)
    for name, measures in _INDICATORS.items():
        found[name] = [cell.raw for cell in sheet.cells if cell.measure in measures]
    found[PAYEES] = list(_payee_lines(sheet.cells))
    joined = ((name, _joined(lines)) for name, lines in found.items())
    return [Document(sheet_no, name, text) for name, text in joined if text]


def payee_names(sheet: Sheet) -> list[str]:
    """The payees of a sheet as written, in order, each once."""
    names = (cell.raw.strip() for cell in sheet.cells if cell.measure == Measure.PAYEE_NAME)
    return [name for name in dict.fromkeys(names) if name not in _BLANKS]


def _payee_lines(cells: Iterable[Cell]) -> Iterator[str]:
    """One line per payee, ``name: work``; the work alone is not repeated for payees that share it."""
    names: dict[str, str] = {}
    works: dict[str, str] = {}
    for cell in cells:
        if cell.measure == Measure.PAYEE_NAME:
            names.setdefault(cell.item, cell.raw.strip())
        elif cell.measure == Measure.PAYEE_WORK:
            works.setdefault(cell.item, cell.raw.strip())
    said: set[str] = set()
    for item, name in names.items():
        work = works.get(item, "")
        yield name if work in _BLANKS or work in said else f"{name}: {work}"
        said.add(work)


def _joined(lines: Iterable[str]) -> str:
    kept = [line for line in dict.fromkeys(line.strip() for line in lines) if line not in _BLANKS]
    return "\n".join(kept[:_MAX_LINES])[:MAX_CHARS]
