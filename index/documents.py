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


def documents(sheet: Sheet, sheet_no: int) -> list[Document]:
    """The searchable texts of a sheet, the project's name first. Blank texts are left out."""
    present = {section.name for section in sheet.sections if section.name in GROUPS}
    names = [NAME, *(s for s in dict.fromkeys(section.name for section in sheet.sections) if s in present - {NAME})]
    found = ((name, text_of(sheet, name)) for name in [*names, *_INDICATORS, PAYEES])
    return [Document(sheet_no, name, text) for name, text in found if text]


def text_of(sheet: Sheet, name: str) -> str:
    """One searchable text of a sheet, "" when it has none. Of the cells only those of ``measures_of`` are read."""
    if name == NAME:
        return _joined([sheet.project])
    if name == PAYEES:
        return _joined(_payee_lines(sheet.cells))
    if name in _INDICATORS:
        return _joined(cell.raw for cell in sheet.cells if cell.measure in _INDICATORS[name])
    return _joined(section.text for section in sheet.sections if section.name == name)


def measures_of(name: str) -> frozenset[str]:
    """The measures whose cells make up a text; none for a section."""
    return frozenset((Measure.PAYEE_NAME, Measure.PAYEE_WORK) if name == PAYEES else _INDICATORS.get(name, ()))


TEXT_MEASURES = frozenset(measure for name in (*_INDICATORS, PAYEES) for measure in measures_of(name))


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
