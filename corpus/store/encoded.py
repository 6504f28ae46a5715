"""A sheet ready to be stored: what a worker process hands to the writer."""

from __future__ import annotations

import dataclasses

from corpus.fields import Field
from corpus.model import PastNumber, Sheet
from corpus.store.codec import encode
from corpus.store.facts import SheetFacts, facts_of
from corpus.text import name_key


@dataclasses.dataclass(frozen=True, slots=True)
class EncodedSheet:
    """The searchable columns of a sheet, its encoded bytes and its rows for the facts."""

    sheet_id: str
    sheet_year: int
    ministry: str
    number: str
    project: str
    name_key: str
    project_key: str
    origin: str
    file: str
    place: str
    bureau: str
    division: str
    account: str
    cells: int
    figures: int
    sections: int
    past: tuple[PastNumber, ...]
    data: bytes
    facts: SheetFacts


def prepare(sheet: Sheet) -> EncodedSheet:
    """Everything the store writes of one sheet; pure, so it can run in any process."""
    return EncodedSheet(
        sheet_id=sheet.sheet_id,
        sheet_year=sheet.sheet_year,
        ministry=sheet.ministry,
        number=sheet.number,
        project=sheet.project,
        name_key=name_key(sheet.project),
        project_key=sheet.project_key,
        origin=sheet.origin.value,
        file=sheet.file,
        place=sheet.place,
        bureau=_texts(sheet, Field.BUREAU),
        division=_texts(sheet, Field.DIVISION),
        account=_texts(sheet, Field.ACCOUNT),
        cells=len(sheet.cells),
        figures=sum(1 for cell in sheet.cells if cell.value is not None),
        sections=len(sheet.sections),
        past=sheet.past_numbers,
        data=encode(sheet),
        facts=facts_of(sheet),
    )


def _texts(sheet: Sheet, field: Field) -> str:
    """All texts of a field, each once, in printed order."""
    return "、".join(dict.fromkeys(s.text for s in sheet.sections if s.name == field))
