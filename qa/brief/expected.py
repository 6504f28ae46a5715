"""想定問答: the ten questions most worth asking about a sheet, each with the sheet's own answer.

A question is asked when the sheet's figures give a reason (its weight); its answer is a verbatim
quote of the place where the form has ministries answer it, or ``シートに記載なし``.  What to ask and where
the answer stands is the table ``QUESTIONS``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from decimal import Decimal

from corpus.fields import Field, Measure
from corpus.model import Kind, Sheet, Table
from qa.brief.extract import choose
from qa.brief.facts import execution_rate, one_bidder_mark, rate_figure
from qa.brief.model import Brief, Bullets, Paragraph, Part, Sentence, Span
from qa.brief.sources import Found, Sources, Timeline, group_items, texts, timeline
from qa.brief.wording import computed, printed, sentence, year

NOT_RECORDED = "シートに記載なし。"
_MOST = 10
_QUOTE_CHARACTERS = 320
_LOW_RATE = Decimal(80)


@dataclasses.dataclass(frozen=True, slots=True)
class Matter:
    """What the finders look at."""

    sheet: Sheet
    line: Timeline
    sources: Sources


Asked = tuple[float, Sentence] | None


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """``ask`` weighs and words the question (None: not worth asking); the rest is where answers stand.

    ``fields``: text fields; ``checks``: words of the checklist questions whose 説明 answers it;
    ``measures``: text cells of the payee table.
    """

    theme: str
    ask: Callable[[Matter], Asked]
    fields: tuple[Field, ...] = ()
    checks: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()


def expected_questions(sheets: Sequence[Sheet], most: int = _MOST) -> Brief:
    """The 想定問答 of ``sheets[0]``; older sheets only lend figures. Raises ValueError when empty."""
    if not sheets:
        raise ValueError("sheets is empty")
    matter = Matter(sheets[0], timeline(sheets), Sources())
    asked = [(weighted, question) for question in QUESTIONS if (weighted := question.ask(matter)) is not None]
    asked.sort(key=lambda pair: pair[0][0], reverse=True)
    parts = []
    for i, ((_, text), question) in enumerate(asked[:most], 1):
        parts.append(Part(f"問{i}　{question.theme}", (Paragraph((text,)), Bullets(_answers(matter, question)))))
    sheet = matter.sheet
    return Brief(
        kind="想定問答",
        title=f"想定問答　{' '.join(sheet.project.split())}",
        subtitle=f"{sheet.ministry}　{year(sheet.sheet_year)}行政事業レビューシート　事業番号 {sheet.number}",
        parts=tuple(parts),
        citations=matter.sources.citations,
        notes=("答はシートの記載の引用であり、記載がないものは「シートに記載なし」とした。",),
        sheet_ids=tuple(s.sheet_id for s in sheets),
    )


def _answers(matter: Matter, question: Question) -> tuple[Sentence, ...]:
    found = [*_from_fields(matter, question), *_from_checks(matter, question), *_from_payees(matter, question)]
    return tuple(found) or (Sentence(NOT_RECORDED, lead="答："),)


def _from_fields(matter: Matter, question: Question) -> list[Sentence]:
    found: list[Sentence] = []
    for field in question.fields:
        for section in texts(matter.sheet, field)[:1]:
            number = matter.sources.section(matter.sheet, section)
            for piece in choose(section.text, 4, name=matter.sheet.project, budget=_QUOTE_CHARACTERS):
                span = Span(number, piece.start, piece.end)
                found.append(Sentence(piece.text, (number,), span=span, lead=f"答（{field}）："))
    return found


def _from_checks(matter: Matter, question: Question) -> list[Sentence]:
    found = []
    for cell in matter.sheet.cells:
        if cell.table is not Table.CHECK or cell.measure != Measure.CHECK_NOTE or cell.kind is not Kind.TEXT:
            continue
        if any(word in label for word in question.checks for label in cell.row):
            number = matter.sources.cell(Found(matter.sheet, cell))
            text = cell.raw.strip()
            start = cell.raw.index(text)
            span = Span(number, start, start + len(text))
            found.append(Sentence(text, (number,), span=span, lead="答（点検・評価に関する説明）："))
    return found


def _from_payees(matter: Matter, question: Question) -> list[Sentence]:
    found = []
    for columns in group_items(matter.sheet, Table.PAYEES).values():
        for measure in question.measures:
            for cell in columns.get(measure, []):
                if cell.kind is not Kind.TEXT:
                    continue
                number = matter.sources.cell(Found(matter.sheet, cell))
                text = cell.raw.strip()
                start = cell.raw.index(text)
                found.append(
                    Sentence(text, (number,), span=Span(number, start, start + len(text)), lead=f"答（{measure}）：")
                )
    return found[:3]


def _plain(weight: float, text: str) -> Callable[[Matter], Asked]:
    return lambda matter: (weight, Sentence(text))


def _request(matter: Matter) -> Asked:
    line, sheet = matter.line, matter.sheet
    request = line.at(Measure.REQUEST, sheet.sheet_year + 1)
    before = line.at(Measure.INITIAL, sheet.sheet_year)
    if request is None or before is None or not before.yen or request.yen is None or before.yen < 0:
        return None
    if request.yen == before.yen:
        return None
    growth = (request.yen - before.yen) / before.yen * 100
    now, was = printed(request, matter.sources), printed(before, matter.sources)
    b, a = now.citations[0], was.citations[0]
    rate = computed(growth, "%", 1, f"([{b}] - [{a}]) / [{a}] × 100", (b, a))
    verb = "増加" if growth > 0 else "減少"
    text = (
        f"{year(sheet.sheet_year + 1)}の要求額{now.shown}は、{year(sheet.sheet_year)}の当初予算{was.shown}から"
        f"{rate.shown.lstrip('▲')}{verb}しているが、その理由は何か。"
    )
    return 70 + min(abs(float(growth)), 30.0), sentence(text, now, was, rate)


def _low_execution(matter: Matter) -> Asked:
    y = matter.sheet.sheet_year - 1
    rate = execution_rate(matter.line, y)
    if rate is None or rate[0] >= _LOW_RATE:
        return None
    figure = rate_figure(rate, matter.sources)
    text = f"{year(y)}の執行率が{figure.shown}にとどまった理由は何か。"
    return 75 + float(_LOW_RATE - rate[0]) / 4, sentence(text, figure)


def _carried_over(matter: Matter) -> Asked:
    y = matter.sheet.sheet_year - 1
    found = matter.line.at(Measure.CARRIED_OUT, y)
    if found is None or not found.cell.value:
        return None
    figure = printed(found, matter.sources)
    return 62.0, sentence(f"{year(y)}から翌年度へ繰り越した額（{figure.shown}）の理由は何か。", figure)


def _one_bidder(matter: Matter) -> Asked:
    for columns in group_items(matter.sheet, Table.PAYEES).values():
        bidders, names = columns.get(Measure.BIDDERS), columns.get(Measure.PAYEE_NAME)
        if bidders and names and bidders[0].value == 1:
            count = printed(Found(matter.sheet, bidders[0]), matter.sources)
            name = matter.sources.cell(Found(matter.sheet, names[0]))
            text = f"{' '.join(names[0].raw.split())}との契約が一者応札（入札者数{count.shown}）となった理由と改善策は何か。"
            return 80.0, sentence(text, count, citations=(name,))
    mark = one_bidder_mark(matter.sheet)
    if mark is None:
        return None
    number = matter.sources.cell(Found(matter.sheet, mark))
    return 72.0, Sentence("一者応札又は一者応募となった契約があるが、その理由と改善策は何か。", (number,))


def _below_target(matter: Matter) -> Asked:
    for columns in group_items(matter.sheet, Table.OUTCOME).values():
        names = columns.get(Measure.OUTCOME_INDICATOR) or columns.get(Measure.GOAL)
        for actual in sorted(columns.get(Measure.OUTCOME_ACTUAL, []), key=lambda c: -(c.fiscal_year or 0)):
            target = next((t for t in columns.get(Measure.TARGET, []) if t.fiscal_year == actual.fiscal_year), None)
            if target is None or target.value is None or actual.value is None or not names:
                continue
            if target.unit != actual.unit or actual.value >= target.value:
                break
            got, aim = (
                printed(Found(matter.sheet, actual), matter.sources),
                printed(Found(matter.sheet, target), matter.sources),
            )
            name = matter.sources.cell(Found(matter.sheet, names[0]))
            text = (
                f"「{' '.join(names[0].raw.split())}」の{year(actual.fiscal_year or 0)}の実績{got.shown}は目標{aim.shown}と"
                "差があるが、その理由と今後の取組は何か。"
            )
            return 68.0, sentence(text, got, aim, citations=(name,))
    return None


QUESTIONS: tuple[Question, ...] = (
    Question("予算要求の増減", _request, (Field.CHANGE_REASON,)),
    Question("執行率", _low_execution, checks=("不用率が大きい",)),
    Question("一者応札", _one_bidder, checks=("一者応札", "競争性が確保"), measures=(Measure.ONE_BIDDER_REASON,)),
    Question("目標の達成状況", _below_target, (Field.EFFECT_EVALUATION,), ("成果目標に見合",)),
    Question("繰越し", _carried_over, checks=("繰越額が大きい",)),
    Question(
        "外部有識者の指摘",
        _plain(60, "外部有識者はこの事業についてどのような所見を述べているか。"),
        (Field.EXPERT_OPINION,),
    ),
    Question(
        "推進チームの所見",
        _plain(59, "行政事業レビュー推進チームの所見は何か。"),
        (Field.TEAM_OPINION, Field.TEAM_OPINION_DETAIL),
    ),
    Question(
        "所見への対応",
        _plain(58, "所見を踏まえて何を改善し、概算要求にどう反映したか。"),
        (Field.RESPONSE, Field.RESPONSE_DETAIL),
    ),
    Question("改善の方向性", _plain(57, "今後、この事業をどのように改善するのか。"), (Field.IMPROVEMENT,)),
    Question(
        "国が行う必要性",
        _plain(56, "国費を投入して国が実施する必要があるのはなぜか。"),
        (Field.CHECK_RESULT,),
        ("国民や社会のニーズ", "委ねることができない"),
    ),
    Question(
        "支出先の選定",
        _plain(55, "支出先の選定に競争性は確保されているか。"),
        checks=("支出先の選定", "競争性のない随意契約"),
    ),
    Question(
        "コストの水準", _plain(52, "単位当たりコストなどの水準は妥当か。"), checks=("単位当たりコスト", "コスト削減")
    ),
    Question(
        "他の事業との関係", _plain(51, "類似の事業との役割分担はどうなっているか。"), (Field.RELATED,), ("役割分担",)
    ),
)
