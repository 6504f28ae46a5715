"""The lock and what is said of a figure: a true cell under a wrong measure, year, project, item or unit is refused.

Every case takes a real draft, changes one thing in it and renders it again, so that text, spans, results and
citations agree with one another and only the claim is false.
"""

from __future__ import annotations

import dataclasses

import pytest

from corpus.fields import Measure
from corpus.units import plain
from qa import lock
from qa.answer.draft import Draft, Name, Part, Say, Statement, Words, Year
from qa.model import Citation, Interpretation, Operation, Result, Subject
from tests.qa.answering import drafted, finished, rendered
from tests.qa.sheets import SHEET_2019, SHEET_2020, SHEET_2024, Shelf, asked, budget, sheet

OTHER = sheet(2020, budget(Measure.EXECUTED, {2018: "15"}), project="架空道路整備事業", number="0002", ministry="別省")
SHELF = Shelf(SHEET_2020, SHEET_2019)
STORE = Shelf(SHEET_2020, SHEET_2019, OTHER)
RS = Shelf(SHEET_2024)
EXECUTED = asked(SHELF, measures=(Measure.EXECUTED,), fiscal_years=(2018,))
YEARS = {"fiscal_years": (2017, 2018)}


def breaches(question: Interpretation, draft: Draft, store: Shelf = STORE) -> tuple[str, ...]:
    return lock.check(rendered(question, draft), store)


def said(draft: Draft, **slots: Part) -> Draft:
    """The draft with slots of its first statement that has them said otherwise."""
    changed = list(draft.statements)
    at = next(i for i, one in enumerate(changed) if set(slots) <= {name for name, _ in one.slots})
    changed[at] = Statement(changed[at].say, tuple((dict(changed[at].slots) | slots).items()))
    return dataclasses.replace(draft, statements=tuple(changed))


def cited(draft: Draft, index: int, **fields: object) -> Draft:
    citations = list(draft.citations)
    citations[index] = dataclasses.replace(citations[index], **fields)  # type: ignore[arg-type]
    return dataclasses.replace(draft, citations=tuple(citations))


def result(draft: Draft, index: int = 0, **fields: object) -> Draft:
    results = list(draft.results)
    results[index] = dataclasses.replace(results[index], **fields)  # type: ignore[arg-type]
    return dataclasses.replace(draft, results=tuple(results))


def citation_of(measure: Measure, year: int, place: int = 0) -> Citation:
    """The true citation of another cell."""
    own = STORE.by_no[place]
    cell = next(one for one in own.cells if one.measure == measure and one.fiscal_year == year)
    return Citation(own.sheet_id, own.project, own.ministry, own.sheet_year, cell.table.value, cell.row_label, cell.column,
                    cell.fiscal_year, cell.raw, plain(cell.value or 0), cell.unit, own.file, cell.locator)  # fmt: skip


def instead(draft: Draft, other: Citation) -> Draft:
    """The same sentence, its figure, result and mark those of another cell."""
    changed = cited(draft, 0, **{one.name: getattr(other, one.name) for one in dataclasses.fields(Citation)})
    return result(changed, value=other.value, unit=other.unit)


def test_the_true_answers_pass() -> None:
    assert breaches(EXECUTED, drafted(EXECUTED, SHELF)) == ()


@pytest.mark.parametrize("slot", [{"measure": Words("当初予算")}, {"year": Year(2017)}, {"sheet": Year(2019)}])
def test_another_measure_year_or_sheet_in_the_sentence(slot: dict[str, Part]) -> None:
    assert breaches(EXECUTED, said(drafted(EXECUTED, SHELF), **slot))


@pytest.mark.parametrize(
    ("measure", "year", "place"), [(Measure.INITIAL, 2018, 0), (Measure.EXECUTED, 2017, 0), (Measure.EXECUTED, 2018, 1)]
)
def test_another_cell_under_the_sentence(measure: Measure, year: int, place: int) -> None:
    draft = said(drafted(EXECUTED, SHELF), sheet=Year(2020))
    assert breaches(EXECUTED, instead(draft, citation_of(measure, year, place)))


def test_a_cell_of_another_project() -> None:
    draft = drafted(EXECUTED, SHELF)
    other = citation_of(Measure.EXECUTED, 2018, 2)
    spare = dataclasses.replace(draft, citations=(*draft.citations, other))
    last = len(draft.citations)
    assert breaches(EXECUTED, said(spare, project=Name("citation", last, "project")))
    assert breaches(EXECUTED, said(spare, ministry=Name("citation", last, "ministry")))
    assert breaches(EXECUTED, cited(draft, 0, project="架空道路整備事業"))
    assert breaches(EXECUTED, cited(draft, 0, sheet_id=other.sheet_id))


@pytest.mark.parametrize(
    "fields",
    [{"unit": "千円"}, {"raw": "47", "value": "47"}, {"locator": "AD19"}, {"fiscal_year": 2017}, {"row": "当初予算"},
     {"sheet_id": "2020/架空省/9999"}, {"sheet_year": 2019}, {"section": "予算内訳"}, {"file": "another.xlsx"}],
)  # fmt: skip
def test_a_citation_that_is_not_the_cell_of_the_store(fields: dict[str, object]) -> None:
    draft = cited(drafted(EXECUTED, SHELF), 0, **fields)
    as_cited = {name: value for name, value in fields.items() if name in ("unit", "value")}
    assert breaches(EXECUTED, result(draft, **as_cited))


def test_another_item() -> None:
    question = asked(SHELF, measures=(Measure.OUTCOME_ACTUAL,), fiscal_years=(2018,), item="研修を受けた職員の人数")
    draft = drafted(question, SHELF)
    assert breaches(question, draft) == ()
    both = asked(SHELF, measures=(Measure.OUTCOME_ACTUAL,), fiscal_years=(2018,))
    names = [one for one in drafted(both, SHELF).citations if one.value is None]
    other = next(one for one in names if one.raw == "強靱化モデルを導入した団体の割合")
    spare = dataclasses.replace(draft, citations=(*draft.citations, other))
    assert breaches(question, said(spare, item=Name("citation", len(draft.citations), "raw")))


def test_another_payee_or_block() -> None:
    question = asked(SHELF, "株式会社架空データの額", Subject.PAYEE, Operation.PAYEE_TOP)
    draft = drafted(question, SHELF)
    assert breaches(question, draft) == ()
    assert breaches(question, said(draft, block=Words("B")))
    other = next(one for one in drafted(asked(SHELF, "x", Subject.PAYEE, Operation.PAYEE_COUNT), SHELF).citations
                 if one.raw == "㈱架空システム")  # fmt: skip
    spare = dataclasses.replace(draft, citations=(*draft.citations, other))
    assert breaches(question, said(spare, name=Name("citation", len(draft.citations), "raw")))


# ---------------------------------------------------------------- calculated figures


def derived(operation: Operation, **fields: object) -> tuple[Interpretation, Draft]:
    shelf = RS if fields.pop("rs", False) else SHELF
    question = asked(shelf, "架空情報基盤整備事業", Subject.FIGURE, operation, **fields)
    finished(question, shelf)
    return question, drafted(question, shelf)


@pytest.mark.parametrize(
    ("operation", "formula", "value"),
    [
        (Operation.DIFFERENCE, "[1] - [0]", "289"),  # the other way round
        (Operation.DIFFERENCE, "[0] - [0]", "0"),
        (Operation.SUM, "[0] + [0]", "94"),
        (Operation.RATIO, "[1] / [0]", "7.15"),
    ],
)
def test_another_calculation_than_the_one_said(operation: Operation, formula: str, value: str) -> None:
    question, draft = derived(operation, measures=(Measure.INITIAL,), **YEARS)
    assert breaches(question, result(draft, derivation=formula, value=value))


@pytest.mark.parametrize("operation", [Operation.DIFFERENCE, Operation.GROWTH_RATE, Operation.SUM, Operation.MEAN])
def test_the_calculation_of_another_measure_or_kind(operation: Operation) -> None:
    question, draft = derived(operation, measures=(Measure.INITIAL,), **YEARS)
    at = next(i for i, one in enumerate(draft.statements) if one.say is Say.COMPUTED)
    kind = Words("倍率")
    assert breaches(question, said(draft, kind=kind))
    subject = dict(draft.statements[at].slots)["subject"]
    renamed = dataclasses.replace(
        subject,
        parts=tuple(Words(one.text.replace("当初予算", "執行額")) if isinstance(one, Words) else one for one in subject.parts),  # type: ignore[union-attr]
    )
    assert breaches(question, said(draft, subject=renamed))
    moved = dataclasses.replace(
        subject,
        parts=tuple(Year(one.fiscal_year - 1) if isinstance(one, Year) else one for one in subject.parts),  # type: ignore[union-attr]
    )
    assert breaches(question, said(draft, subject=moved))


def test_a_rate_of_other_operands() -> None:
    """執行率 is 執行額 over 計 of one year of one sheet, and nothing else."""
    question = asked(SHELF, operation=Operation.EXECUTION_RATE, fiscal_years=(2019,))
    draft = drafted(question, SHELF)
    assert breaches(question, draft) == ()
    assert draft.results[0].derivation == "[0] / [1] × 100"
    initial, other_year = citation_of(Measure.INITIAL, 2019), citation_of(Measure.BUDGET_TOTAL, 2018)
    for other, value in ((initial, "43.4"), (other_year, "91.5")):
        swapped = cited(draft, 1, **{one.name: getattr(other, one.name) for one in dataclasses.fields(Citation)})
        assert breaches(question, result(swapped, value=value))


def test_the_year_of_the_extreme() -> None:
    question = asked(SHELF, operation=Operation.MAX_YEAR, measures=(Measure.EXECUTED,))
    draft = drafted(question, SHELF)
    assert breaches(question, draft) == ()
    assert breaches(question, said(draft, year=Year(2018)))
    assert breaches(question, said(draft, which=Words("最も少ない")))


def test_a_line_of_a_list_with_another_year() -> None:
    question = asked(SHELF, operation=Operation.TREND, measures=(Measure.INITIAL,))
    draft = drafted(question, SHELF)
    at = next(i for i, one in enumerate(draft.statements) if one.say is Say.LINE)
    slots = dict(draft.statements[at].slots)
    wrong = Statement(Say.LINE, tuple((slots | {"year": Year(2018)}).items()))
    changed = (*draft.statements[:at], wrong, *draft.statements[at + 1 :])
    assert breaches(question, dataclasses.replace(draft, statements=changed))


def test_a_label_that_says_another_year_or_measure() -> None:
    """Results are read without the text too (JSON, REST, MCP)."""
    draft = drafted(EXECUTED, SHELF)
    for label in ("平成29（2017）年度 執行額", "平成30（2018）年度 当初予算"):
        assert breaches(EXECUTED, result(draft, label=label))
    assert isinstance(draft.results[0], Result)


def test_the_lock_looks_at_the_statement_that_is_shown() -> None:
    """The words of the text count, not what the draft once meant."""
    found = finished(EXECUTED, SHELF)
    wrong = dataclasses.replace(found, answer=found.answer.replace("執行額", "要求額"))
    assert lock.check(wrong, STORE)
    bare = dataclasses.replace(found, spans=tuple(one for one in found.spans if one.source != "words"))
    assert lock.check(bare, STORE)
