"""One question being answered: its interpretation, the sheets it is about, and the draft so far."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from corpus.figures.definitions import DIFFERENT_BASIS, same_basis
from corpus.model import Table
from corpus.text import name_key
from corpus.units import plain
from qa.answer.draft import Builder, Cited, Condition, Draft, Joined, Marks, Name, Part, Say, User, Words, Year
from qa.answer.select import Found, Want, figure_in
from qa.answer.terms import Reading, Term, conflicts
from qa.answer.view import Library, SheetView
from qa.model import Candidate, Interpretation, Status, Threshold

if TYPE_CHECKING:
    from corpus.store.reader import Corpus

_SHARE_SAID = re.compile(r"[0-9０-９一二三四五六七八九]割(?:[0-9０-９一二三四五六七八九]分)?|半分|半数|半額")
_MAX_CONFLICTS = 4


@dataclasses.dataclass(slots=True)
class Case:
    """``views``: the sheets allowed to answer, those of the asked name first, newest first.

    ``series``: all sheets of the project, in the same order.
    """

    asked: Interpretation
    library: Library
    corpus: Corpus | None
    views: Sequence[SheetView]
    series: Sequence[SheetView]
    builder: Builder = dataclasses.field(default_factory=Builder)

    @property
    def newest(self) -> SheetView:
        return self.views[0]

    @property
    def sheet_named(self) -> bool:
        return self.asked.sheet_year is not None

    @property
    def table(self) -> Table | None:
        return Table(self.asked.table) if self.asked.table in set(Table) else None

    def term(self, measure: str, fiscal_year: int | None = None) -> Term:
        """A term with the table and item the question names."""
        return Term(measure, fiscal_year, self.table, self.asked.item)

    def head(self, citation: int) -> dict[str, Name | Year]:
        """Slots every first sentence has: the project, its ministry and the sheet."""
        return {
            "project": Name("citation", citation, "project"),
            "ministry": Name("citation", citation, "ministry"),
            "sheet": Year(self.builder.citation(citation).sheet_year),
        }

    def note_conflicts(self, readings: Sequence[Reading]) -> None:
        """Rule 2: say which other sheets report a different figure for the same fiscal year."""
        if self.sheet_named:
            return
        said = 0
        self.note_other_name(readings)
        if any(self._on_another_basis(reading) for reading in readings):
            self.builder.note(Say.RULE, words=Words(DIFFERENT_BASIS))
        for reading in readings:
            for found, others in conflicts(reading, self.series):
                for other in others:
                    if said < _MAX_CONFLICTS:
                        self._note_conflict(found, other)
                        said += 1

    def _on_another_basis(self, reading: Reading) -> bool:
        """Another sheet prints the same measure and year in another form's definition."""
        return any(
            isinstance(figure_in(view, Want(one.cell.measure or "", one.cell.fiscal_year)), Found)
            for one in reading.cells
            for view in self.series
            if not same_basis(one.cell.measure or "", view.sheet.origin, reading.view.sheet.origin)
        )

    def note_other_name(self, readings: Sequence[Reading]) -> None:
        """The answering sheet bears another name than the project asked for: say it."""
        for reading in readings:
            if reading.view.sheet.project != self.series[0].sheet.project and not same_name(
                reading.view.sheet.project, self.series[0].sheet.project
            ):
                citation = self.builder.cite(reading.view.sheet, reading.cells[0].cell)
                self.builder.note(
                    Say.OTHER_NAME,
                    project=Name("citation", citation, "project"),
                    sheet=Year(reading.view.year),
                    mark=Marks((citation,)),
                )

    def _note_conflict(self, found: Found, other: Found) -> None:
        mine = self.builder.cite(found.view.sheet, found.cell)
        theirs = self.builder.cite(other.view.sheet, other.cell)
        self.builder.note(
            Say.DIFFERS,
            year=Year(found.cell.fiscal_year or 0),
            measure=Words(found.cell.measure or ""),
            sheet=Year(found.view.year),
            figure=Cited(mine),
            mark=Marks((mine,)),
            other_sheet=Year(other.view.year),
            other=Cited(theirs),
            other_mark=Marks((theirs,)),
        )

    def note_sources(self, readings: Sequence[Reading]) -> None:
        """Say so when the figures of one answer come from several sheets."""
        if len({reading.view.no for reading in readings}) > 1:
            self.builder.note(Say.FROM_SHEETS)

    def note_relative(self) -> None:
        years = self.asked.fiscal_years
        if self.asked.years_relative and years:
            last = (Words("から"), Year(years[-1])) if len(years) > 1 else ()
            when = Joined((Year(years[0]), *last), "")
            self.builder.note(Say.RELATIVE, words=User(self.asked.years_relative), year=when)

    def condition(self, threshold: Threshold) -> Part:
        """The asker's condition in the asker's own number (10%未満の); in words when it was put otherwise (一割)."""
        self.builder.threshold = threshold
        asked = unicodedata.normalize("NFKC", self.asked.question).replace(",", "")
        if plain(threshold.value) in asked:
            return Joined((Condition(), Words("の")), "")
        if said := _SHARE_SAID.search(self.asked.question):  # 三割, 半分: in the asker's own words
            return Joined((User(said.group()), Words(f"{threshold.compare.value}の")), "")
        return Words("条件に合う")

    def finish(self, status: Status = Status.ANSWERED) -> Draft:
        return self.builder.finish(status)


def same_name(one: str, other: str) -> bool:
    return name_key(one) == name_key(other)


def sheet_candidates(views: Sequence[SheetView]) -> tuple[Candidate, ...]:
    """Sheets as candidates to choose from."""
    return tuple(
        Candidate(view.no, view.sheet.sheet_id, view.sheet.project, view.sheet.ministry, view.sheet.sheet_year)
        for view in views
    )

