"""Text fields, checklist questions, opinions and past numbers: quoted verbatim, with their place."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.fields import Field, Measure
from corpus.model import Cell, Kind, Section, Table
from corpus.numbers import read_printed
from corpus.text import name_key
from corpus.years import official, year_in_label
from qa.answer.case import Case
from qa.answer.draft import Block, Draft, Marks, Name, Part, Say, Words, Year
from qa.answer.items import match_items
from qa.answer.refuse import not_recorded
from qa.answer.select import Gap
from qa.answer.view import SheetView
from qa.model import Status

_SHORT = 60  # a text up to this length, on one line, is quoted inside the sentence
_MAX_ITEMS = 12
_NO_END = "終了予定なし"
_TICKED = frozenset({"TRUE", "1", "○"})
_YEAR_FIELDS = frozenset({Field.START_YEAR, Field.END_YEAR})
# Fields the form prints as a mark and its explanation: one question, two boxes.
_COMPANIONS: dict[str, tuple[str, ...]] = {
    Field.TEAM_OPINION: (Field.TEAM_OPINION_DETAIL,),
    Field.RESPONSE: (Field.RESPONSE_DETAIL,),
    Field.POLICY: (Field.MEASURE,),
    Field.BUREAU: (),
}
# What answers when the form of that era has no such box, in this order.
_STAND_INS: dict[str, tuple[str, ...]] = {
    Field.TEAM_OPINION: (Field.TEAM_OPINION_DETAIL,),
    Field.TEAM_OPINION_DETAIL: (Field.TEAM_OPINION,),
    Field.RESPONSE: (Field.RESPONSE_DETAIL,),
    Field.RESPONSE_DETAIL: (Field.RESPONSE,),
    Field.ISSUES: (Field.PURPOSE,),
    Field.EXPERT_OPINION: (Field.EXPERT_TARGET, Field.PUBLIC_PROCESS),
    Field.EXPERT_TARGET: (Field.EXPERT_OPINION,),
    Field.EXPERT_REASON: (Field.EXPERT_TARGET,),
    Field.STATISTICS: (Field.NO_QUANTITATIVE_GOAL,),
}


def text(case: Case) -> Draft:
    """The text asked for, from the asked sheet or the newest that has it."""
    if case.table is Table.CHECK or case.asked.field in (Measure.CHECK_MARK, Measure.CHECK_NOTE):
        return _check(case)
    if case.table is Table.PAST_NUMBERS:
        return _past_numbers(case)
    field = case.asked.field or next(iter(case.asked.measures), "")
    if not field:
        return not_recorded(case, Gap.NO_ROW, case.asked.item)
    for name in (field, *_STAND_INS.get(field, ())):
        for view in case.views:
            if sections := [one for one in view.sections(name) if _says(one.text)]:
                return _sections(case, view, name, sections)
        for view in case.views:
            if cells := _cells(case, view, name):
                return _quoted_cells(case, view, name, cells)
    if field == Field.END_YEAR and (stated := _no_end(case)) is not None:
        return stated
    return _refuse(case, field)


def _says(text: str) -> bool:
    """False for a blank box and for ``-`` ("none"): they are no text to quote."""
    return read_printed(text).kind not in (Kind.BLANK, Kind.DASH)


def _no_end(case: Case) -> Draft | None:
    """RSシステム ticks a box 終了予定なし in place of a year."""
    for view in case.views:
        for cell in view.sheet.cells:
            if cell.table is Table.BASIC and cell.row[-1:] == (_NO_END,) and cell.raw.upper() in _TICKED:
                citation = case.builder.cite(view.sheet, cell)
                result = case.builder.result(Field.END_YEAR.value, text=_NO_END, citations=(citation,))
                case.builder.say(
                    Say.TEXT_SHORT,
                    **case.head(citation),
                    field=Words(Field.END_YEAR.value),
                    text=Name("result", result, "text"),
                    mark=Marks((citation,)),
                )
                return case.finish()
    return None


def _refuse(case: Case, field: str) -> Draft:
    """The box is blank, holds ``-``, or is not on this form."""
    for view in case.views:
        for section in view.sections(field):
            citation = case.builder.cite_section(view.sheet, section)
            case.builder.say(
                Say.NOT_IN_FORM,
                **case.head(citation),
                what=Words(field),
                reason=Words(Gap.DASH.value if section.text.strip() else Gap.BLANK.value),
                mark=Marks((citation,)),
            )
            return case.finish(Status.NOT_RECORDED)
        for cell in view.sheet.cells:
            if cell.measure == field and cell.kind in (Kind.BLANK, Kind.DASH):
                citation = case.builder.cite(view.sheet, cell)
                gap = Gap.DASH if cell.kind is Kind.DASH else Gap.BLANK
                case.builder.say(
                    Say.NOT_IN_FORM,
                    **case.head(citation),
                    what=Words(field),
                    reason=Words(gap.value),
                    mark=Marks((citation,)),
                )
                return case.finish(Status.NOT_RECORDED)
    return not_recorded(case, Gap.NO_ROW, field)


# ---------------------------------------------------------------- sections


def _sections(case: Case, view: SheetView, name: str, sections: Sequence[Section]) -> Draft:
    """Every element of the field is a result of its own; the boxes that belong to it follow."""
    if len(sections) > 1 and name not in _YEAR_FIELDS and all(_is_short(one.text) for one in sections):
        _list_sections(case, view, name, sections)
    else:
        for section in sections:
            _say_text(case, view, name, section.text, case.builder.cite_section(view.sheet, section))
    for companion in _COMPANIONS.get(name, ()):
        for section in view.sections(companion):
            if _says(section.text):
                _say_text(case, view, companion, section.text, case.builder.cite_section(view.sheet, section))
    return case.finish()


def _list_sections(case: Case, view: SheetView, name: str, sections: Sequence[Section]) -> None:
    """Several short boxes of one field: said once, then one line each."""
    cited = [case.builder.cite_section(view.sheet, section) for section in sections]
    case.builder.say(Say.TEXTS_HEAD, **case.head(cited[0]), field=Words(name))
    for section, citation in zip(sections, cited, strict=True):
        result = case.builder.result(name, text=section.text, citations=(citation,))
        case.builder.say(Say.TEXT_LINE, text=Name("result", result, "text"), mark=Marks((citation,)))


def _is_short(text: str) -> bool:
    return len(text) <= _SHORT and "\n" not in text.strip()


def _say_text(case: Case, view: SheetView, name: str, quote: str, citation: int, item: Part | None = None) -> None:
    result = case.builder.result(name, text=quote, citations=(citation,))
    slots: dict[str, Part] = {**case.head(citation), "field": Words(name), "mark": Marks((citation,))}
    if item is not None:
        slots["item"] = item
    year = year_in_label(quote, view.year) or _western(quote) if name in _YEAR_FIELDS else None
    if year is not None:
        case.builder.years.append(year)
        case.builder.say(Say.TEXT_YEAR, **slots, year=Year(year), text=Name("result", result, "text"))
    elif _is_short(quote):
        case.builder.say(Say.TEXT_SHORT, **slots, text=Name("result", result, "text"))
    else:
        case.builder.say(Say.TEXT, **slots, text=Block(result))


def _western(quote: str) -> int | None:
    text = quote.strip()
    return int(text) if text.isdigit() and len(text) == 4 else None


# ---------------------------------------------------------------- text cells of tables


def _cells(case: Case, view: SheetView, measure: str) -> list[Cell]:
    """Cells of a text column (成果指標, 主な増減理由, 計算式 …) that say something, for the named item and year."""
    cells = [
        cell
        for cell in view.sheet.cells
        if cell.measure == measure and cell.raw.strip() and cell.kind in (Kind.TEXT, Kind.NUMBER)
    ]
    if case.asked.item and cells:
        items = {
            (table, item)
            for table in {cell.table for cell in cells}
            for item in match_items(view, table, case.asked.item)
        }
        cells = [cell for cell in cells if (cell.table, cell.item) in items] or cells
    if case.asked.fiscal_years and any(cell.fiscal_year for cell in cells):
        cells = [cell for cell in cells if cell.fiscal_year in case.asked.fiscal_years]
    return cells


def _quoted_cells(case: Case, view: SheetView, measure: str, cells: Sequence[Cell]) -> Draft:
    unique = list({(cell.item, cell.fiscal_year, cell.raw): cell for cell in cells}.values())
    listed = len(unique) > 1 and all(len(one.raw) <= _SHORT and "\n" not in one.raw for one in unique)
    if listed:
        first = case.builder.cite(view.sheet, unique[0])
        case.builder.say(Say.TEXTS_HEAD, **case.head(first), field=Words(measure))
    for cell in unique[:_MAX_ITEMS]:
        citation = case.builder.cite(view.sheet, cell)
        label = f"{official(cell.fiscal_year)} {measure}" if cell.fiscal_year else measure
        result = case.builder.result(label, text=cell.raw, citations=(citation,))
        item: dict[str, Part] = {}
        if cell.item and not cell.item.isdigit() and cell.item != cell.raw and cell.item in cell.row_label:
            item = {"item": Name("citation", citation, "row")}
        if listed:
            year: dict[str, Part] = {"year": Year(cell.fiscal_year)} if cell.fiscal_year else {}
            case.builder.say(Say.TEXT_LINE, text=_quote(result, cell.raw), mark=Marks((citation,)), **item, **year)
            continue
        case.builder.say(
            Say.TEXT_SHORT if len(cell.raw) <= _SHORT and "\n" not in cell.raw else Say.TEXT,
            **case.head(citation),
            field=Name("result", result, "label"),
            text=_quote(result, cell.raw),
            mark=Marks((citation,)),
            **item,
        )
    return case.finish()


def _quote(result: int, raw: str) -> Part:
    return Name("result", result, "text") if len(raw) <= _SHORT and "\n" not in raw else Block(result)


# ---------------------------------------------------------------- checklist


def _check(case: Case) -> Draft:
    """The mark (○, 有, 無 …) of a checklist question, and its explanation."""
    for view in case.views:
        items = match_items(view, Table.CHECK, case.asked.item) if case.asked.item else []
        if items:
            return _say_check(case, view, items)
    if case.asked.item:
        return not_recorded(case, Gap.NO_ITEM, case.asked.item)
    for view in case.views:
        if view.items.get(Table.CHECK):
            return _say_check(case, view, list(view.items[Table.CHECK]))
    return not_recorded(case, Gap.NO_ROW, Table.CHECK.value)


def _say_check(case: Case, view: SheetView, items: Sequence[str]) -> Draft:
    for item in items[:_MAX_ITEMS]:
        cells = {cell.measure: cell for cell in view.items[Table.CHECK][item]}
        mark, note = cells.get(Measure.CHECK_MARK), cells.get(Measure.CHECK_NOTE)
        if mark is None and note is None:
            continue
        first = mark or note
        if first is None:
            continue
        citation = case.builder.cite(view.sheet, first)
        question = first.row[-1] if first.row else item
        if mark is not None and mark.kind in (Kind.TEXT, Kind.NUMBER):
            result = case.builder.result(question, text=mark.raw, citations=(citation,))
            case.builder.say(
                Say.CHECK,
                **case.head(citation),
                question=Name("result", result, "label"),
                text=Name("result", result, "text"),
                mark=Marks((citation,)),
            )
        if note is not None and note.kind is Kind.TEXT:
            second = case.builder.cite(view.sheet, note)
            result = case.builder.result(f"{question}（説明）", text=note.raw, citations=(second,))
            case.builder.say(Say.CHECK_NOTE, text=_quote(result, note.raw), mark=Marks((second,)))
    if case.builder.has_results:
        return case.finish()
    return not_recorded(case, Gap.BLANK, name_key(case.asked.item) and case.asked.item)


# ---------------------------------------------------------------- numbers of past sheets


def _past_numbers(case: Case) -> Draft:
    """The project's numbers in past years, from 関連する過去のレビューシートの事業番号."""
    years = case.asked.fiscal_years
    for view in case.views:
        cells = [
            cell
            for cell in view.sheet.cells
            if cell.table is Table.PAST_NUMBERS
            and cell.kind in (Kind.TEXT, Kind.NUMBER)
            and cell.raw.strip()
            and (not years or cell.fiscal_year in years)
        ]
        for i, cell in enumerate(cells):
            citation = case.builder.cite(view.sheet, cell)
            label = f"{official(cell.fiscal_year)} 事業番号" if cell.fiscal_year else "事業番号"
            result = case.builder.result(label, text=cell.raw, citations=(citation,))
            case.builder.say(
                Say.PAST_NUMBER_LINE if i else Say.PAST_NUMBER,
                **case.head(citation),
                label=Name("result", result, "label"),
                text=Name("result", result, "text"),
                mark=Marks((citation,)),
            )
        if cells:
            return case.finish()
    own = next((view for view in case.series if years and view.year in years), None)
    if own is not None:
        return _own_number(case, own)
    return not_recorded(case, Gap.NO_YEAR if years else Gap.NO_ROW, "過去のレビューシートの事業番号")


def _own_number(case: Case, view: SheetView) -> Draft:
    """The sheet of that year is in the corpus: its own number answers."""
    citation = case.builder.cite_sheet(view.sheet)
    result = case.builder.result(
        f"{official(view.year)} 事業番号", text=view.sheet.number, citations=(citation,)
    )
    case.builder.say(
        Say.PAST_NUMBER,
        **case.head(citation),
        label=Name("result", result, "label"),
        text=Name("result", result, "text"),
        mark=Marks((citation,)),
    )
    return case.finish()
