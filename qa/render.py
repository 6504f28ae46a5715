"""``Draft`` → text: the only place where prose is made (公用文 style, Markdown).

Every piece that can carry a number is written together with a ``Span`` that says where it came from;
``qa.lock`` compares the two with code of its own.  Wording is data: ``TEMPLATES`` has one sentence
per kind of statement, ``{slot}`` a part and ``[…]`` a group left out when one of its slots is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from corpus.units import YEN_PER_UNIT, comma, is_money, round_half_up
from corpus.years import official
from qa.answer.draft import (
    Block,
    Cited,
    Condition,
    Draft,
    Figure,
    Joined,
    Marks,
    Name,
    Part,
    Say,
    Statement,
    User,
    Words,
    Year,
)
from qa.model import Span, Threshold

_WHO = "「{project}」（{ministry}）"
_IN_SHEET = "[（{sheet}シート）]"
_OF = "{scope}の{sheet}シート[（「{topic}」に関する事業）]"
_PAYEE = "**{name}**（ブロック{block}）"

TEMPLATES: dict[Say, str] = {
    Say.FIGURE: f"{_WHO}の[{{year}}の]{{measure}}は、**{{figure}}**です。{{mark}}{_IN_SHEET}",
    Say.ITEM_FIGURE: f"{_WHO}の「{{item}}」の[{{year}}の]{{measure}}は、**{{figure}}**です。{{mark}}{_IN_SHEET}",
    Say.COMPUTED: f"{_WHO}の{{subject}}{{kind}}は、**{{figure}}**です。{{mark}}{_IN_SHEET}",
    Say.FIGURES_HEAD: f"{_WHO}の記載は、次のとおりです。{_IN_SHEET}",
    Say.LINE: "- [{year}の]{measure}: {figure}{mark}[（{sheet}シート）]",
    Say.PARTS: f"{_WHO}の[{{year}}の]{{measure}}の内訳は、次のとおりです。{_IN_SHEET}",
    Say.ITEM_LINE: "- 「{item}」の[{year}の]{measure}: {figure}{mark}",
    Say.BEST_YEAR: f"{_WHO}の{{measure}}が{{which}}のは**{{year}}**で、**{{figure}}**です。{{mark}}{_IN_SHEET}",
    Say.TREND: f"{_WHO}の{{measure}}の推移は、次のとおりです。{_IN_SHEET}",
    Say.YEARS_OVER: f"{_WHO}の{{measure}}が{{condition}}年度は、次のとおりです。{_IN_SHEET}",
    Say.YEARS_OVER_NONE: f"{_WHO}の{{measure}}が{{condition}}年度は、ありません。各年度の額は次のとおりです。{_IN_SHEET}",
    Say.COMPARE: "[{year}の]{measure}を比べると、次のとおりです。",
    Say.COMPARE_GAP: "「{first}」と「{second}」の差は、**{figure}**です。{mark}",
    Say.WORKING: "- 計算: {rule} = {figure}（{terms}）[{marks}]",
    Say.PREMISE_RIGHT: "{premise}で、シートの記載と合っています。",
    Say.PREMISE_WRONG: "{premise}ではありません。シートの記載は次のとおりです。",
    Say.TEXT: f"{_WHO}[の「{{item}}」]の{{field}}の記載は、次のとおりです。{{mark}}{_IN_SHEET}\n\n{{text}}",
    Say.TEXT_SHORT: f"{_WHO}[の「{{item}}」]の{{field}}は、「{{text}}」と記載されています。{{mark}}{_IN_SHEET}",
    Say.TEXTS_HEAD: f"{_WHO}の{{field}}の記載は、次のとおりです。{_IN_SHEET}",
    Say.TEXT_LINE: "- [{year} ][{item}: ]「{text}」{mark}",
    Say.TEXT_YEAR: f"{_WHO}の{{field}}は、**{{year}}**です（シートの記載「{{text}}」）。{{mark}}{_IN_SHEET}",
    Say.CHECK: f"{_WHO}の点検項目「{{question}}」の評価は、「{{text}}」です。{{mark}}{_IN_SHEET}",
    Say.CHECK_NOTE: "評価に関する説明は、次のとおりです。{mark}\n\n{text}",
    Say.PAST_NUMBER: f"{_WHO}の{{label}}は、「{{text}}」です。{{mark}}{_IN_SHEET}",
    Say.PAST_NUMBER_LINE: "- {label}: 「{text}」{mark}",
    Say.PAYEE_TOP: f"{_WHO}で支出額が最も大きい支出先は、**{{name}}**（ブロック{{block}}）で、**{{figure}}**です。{{mark}}{_IN_SHEET}",
    Say.PAYEE_RANK: (
        f"{_WHO}で支出額が{{rank}}支出先は、**{{name}}**（ブロック{{block}}）で、"
        f"**{{figure}}**です。{{mark}}{_IN_SHEET}"
    ),
    Say.PAYEE_AMOUNT: f"{_WHO}から**{{name}}**（ブロック{{block}}）への支出額は、**{{figure}}**です。{{mark}}{_IN_SHEET}",
    Say.PAYEE_ROWS: "同じ支出先の行は、次のとおりです。",
    Say.PAYEE_LINE: "- {name}（ブロック{block}）: {figure}{mark}",
    Say.PAYEE_NAME_LINE: "- {name}（ブロック{block}）: 支出額の記載なし{mark}",
    Say.PAYEE_FIELD: f"{_WHO}の支出先**{{name}}**の{{field}}は、「{{text}}」です。{{mark}}{_IN_SHEET}",
    Say.PAYEE_FIELD_LINE: "- {name}: {field}「{text}」{mark}",
    Say.EXPENSES: f"{_WHO}の費目・使途は、次のとおりです。{_IN_SHEET}",
    Say.EXPENSE_LINE: "- {name}[ {item}][（{use}）][: {figure}]{mark}",
    Say.PAYEE_BLOCK: f"{_WHO}の支出先ブロック{{block}}の支出額の合計（各行の額の合計）は、**{{figure}}**です。{{mark}}{_IN_SHEET}",
    Say.PAYEE_BLOCK_PRINTED: f"{_WHO}の支出先ブロック{{block}}の合計支出額（シートの記載）は、**{{figure}}**です。{{mark}}{_IN_SHEET}",
    Say.PAYEE_COUNT: f"{_WHO}の支出先リストに記載された支出先は、**{{figure}}**です（名称の表記ごとに数えました）。{{mark}}{_IN_SHEET}",
    Say.PAYEE_LIST: f"{_WHO}の支出先は、次のとおりです。{_IN_SHEET}",
    Say.PAYEE_SHARE: f"{_WHO}の{{base}}に占める**{{name}}**への支出額の割合は、**{{figure}}**です。{{mark}}{_IN_SHEET}",
    Say.ONE_BIDDER: f"{_WHO}の支出先のうち、入札者が一者のものは**{{figure}}**です。{{mark}}{_IN_SHEET}",
    Say.ONE_BIDDER_NONE: f"{_WHO}の支出先に、入札者が一者のものはありません。{_IN_SHEET}",
    Say.MANY_COUNT: "{scope}の{sheet}の行政事業レビューシート[（「{topic}」に関する事業）]は、**{figure}**です[（例: {mark}）]。",
    Say.MANY_SUM: f"{_OF}の{{year}}の{{measure}}を合計すると、**{{figure}}**です（{{count}}のシートの合計）。",
    Say.MANY_TOP: f"{_OF}で、{{year}}の{{measure}}が{{which}}事業は、順に次のとおりです。",
    Say.MANY_THRESHOLD: f"{_OF}で、{{year}}の{{measure}}が{{condition}}事業は、**{{figure}}**です（比べたシートは{{count}}）。",
    Say.MANY_GROUP: f"{_OF}の[{{year}}の]{{measure}}を{{group}}に集計すると、{{which}}順に次のとおりです。",
    Say.MANY_YEARS: "{scope}の{measure}は、年度ごとに次のとおりです。",
    Say.MANY_YEARS_SUM: "{scope}の{year}から{to}までの{measure}の合計は、**{figure}**です。年度ごとの合計は次のとおりです。",
    Say.MANY_YEAR_LINE: "- {year}: {figure}",
    Say.MANY_CHANGE: "{scope}の{measure}の合計は、{year}の{before}から{to}の{after}へ変わり、差は**{figure}**です。",
    Say.MANY_CHANGE_TOP: f"{_OF}で、{{year}}から{{to}}に{{measure}}が{{which}}事業は、{{which}}額の大きい順に次のとおりです。",
    Say.MANY_PAYEE_COUNT: f"{_OF}で、「{{name}}」が支出先として記載された事業は、**{{figure}}**です。",
    Say.MANY_NO_PAYEE: f"{_OF}の支出先に、「{{name}}」は記載されていません。",
    Say.MANY_PAYEE_SUM: f"{_OF}に記載された「{{name}}」への支出額の合計は、**{{figure}}**です（{{count}}の事業）。",
    Say.MANY_PAYEE_TOP: f"{_OF}に記載された「{{name}}」への支出額は、大きい順に次のとおりです。",
    Say.MANY_TOP_PAYEES: f"{_OF}に記載された支出先ごとの支出額の合計は、大きい順に次のとおりです（名称の表記ごと）。",
    Say.MANY_LINE: "- {project}[（{ministry}）][: {figure}]{mark}",
    Say.MANY_EMPTY: f"{_OF}には、[{{year}}の]お尋ねの項目が記載された事業がありません。",
    Say.MANY_MORE: "（ほかは一覧表にあります。）",
    Say.SET_VALUE: "{scope}の{sheet}シート[（{where}）]の[{year}の]{measure}は、**{figure}**です[（{count}のシート）]。",
    Say.SET_RANK: "{scope}の{sheet}シート[（{where}）]で、[{year}の]{measure}が{which}{what}は、[{place}]次のとおりです。",
    Say.SET_GROUP: "{scope}の{sheet}シート[（{where}）]の[{year}の]{measure}を{group}に見ると、{which}順に次のとおりです。",
    Say.SET_CHANGE: "{scope}[（{where}）]の{measure}は、{year}の{before}から{to}の{after}へ変わり、{kind}は**{figure}**です。",
    Say.SET_YEARS: "{scope}[（{where}）]の{measure}は、年度ごとに次のとおりです[。{year}から{to}までを合わせると**{figure}**]。",
    Say.SET_LINE: "- {name}: {figure}[（{before} → {after}）]",
    Say.SET_YEAR_LINE: "- {year}: {figure}",
    Say.SET_YEAR_BEST: "{scope}[（{where}）]の{measure}が{which}のは**{year}**で、**{figure}**です。",
    Say.SET_EMPTY: "{scope}の{sheet}シートには、条件（{where}）に合う事業（シート）がありません。",
    Say.SET_UNREAD: (
        "質問のうち{words}を読み取れなかったため、お答えしていません。"
        "シートの言葉（執行額、支出先、成果指標、府省庁、事業名に含む語など）に言い換えてお尋ねください。"
    ),
    Say.NO_MANY: "[{sheet}の]行政事業レビューシートは、取り込まれていません。",
    Say.NOT_RECORDED: (
        f"{_WHO}の[「{{item}}」の][{{year}}の]{{measure}}は、"
        f"{{sheet}}シートに記録されていません（{{reason}}）。{{mark}}"
    ),
    Say.NOT_IN_FORM: f"{_WHO}の{{sheet}}シートには、{{what}}は記録されていません（{{reason}}）。{{mark}}",
    Say.NO_PAYEE: f"{_WHO}の{{sheet}}シートの支出先に、「{{name}}」は記載されていません。",
    Say.NO_SHEET_YEAR: f"{_WHO}の[{{asked}}の]シートは、取り込まれていません。",
    Say.SHEETS_ARE: "あるのは、{years}のシートです。{mark}",
    Say.NOT_FOUND: "[「{name}」という]事業のシートは、見つかりませんでした。事業名・府省庁・事業番号を確かめてください。",
    Say.NEAR_ONE: "[「{name}」に]近い名前の事業は、次の一つです。この事業でよければ、この事業名でお尋ねください。",
    Say.AMBIGUOUS: "[「{name}」に]当てはまる事業が複数あります。どの事業かお選びください。",
    Say.CANDIDATE: "- {project}（{ministry}、{sheet}シート）{sheet_id}",
    Say.UNSUPPORTED: (
        "行政事業レビューシートの記載からは、お答えできません。"
        "事業の予算額・執行額、支出先、成果指標、事業の目的や所見などをお尋ねください。"
    ),
    Say.REASON: "{reason}。事業名と、予算額・執行額、支出先、成果指標、事業の目的や所見など、知りたいことをお尋ねください。",
    Say.INSTEAD_FIGURE: "- 記載があるもの: [{year}の]{measure} {figure}（{sheet}シート）{mark}",
    Say.INSTEAD_ITEMS: "- 記載がある項目: {items}{mark}",
    Say.INSTEAD_PAYEES: "- 記載がある支出先: {names}{mark}",
    Say.NEAR_NAMES: "- 近い名称: {names}{mark}",
    Say.RULE: "{words}",
    Say.PLAIN: "{words}",
    Say.DIFFERS: (
        "{year}の{measure}は、{sheet}シートでは{figure}{mark}、"
        "{other_sheet}シートでは{other}{other_mark}と記載され、シートにより異なります。"
    ),
    Say.OTHER_NAME: "事業名が「{project}」の{sheet}シートの記載です。{mark}",
    Say.COMPARED: "比べたシートは、{figure}です。",
    Say.NOT_ADDING_UP: "計はシートに記載された額です。内訳の合計は{figure}{mark}で、計と一致しません。",
    Say.FROM_SHEETS: "年度により異なるシートの記載を使いました（それぞれ最も新しいシート）。",
    Say.RELATIVE: "「{words}」は、{year}としました。",
    Say.LEFT_OUT: "{reason}のため集計から除いたシートは、{figure}です。",
    Say.LEFT_OUT_ROWS: "{reason}のため合計に含めていない支出先の行は、{figure}です。",
    Say.OTHER_SPELLING: "ほかの表記、又は同じ法人番号の支出先があります（数えていません）: {names}{mark}",
    Say.SPELLING: "お尋ねの「{asked}」は、シートの「{name}」の記載によりました。",
    Say.SAME_NUMBER: "同じ支出先として扱った表記（法人番号又は名称が同じもの）: {names}",
    Say.FROM_EXPENSES: "支出先の一覧が公表データにないため、費目・使途の金額を支出先ごとに合計しました。",
    Say.RECONTRACT: "異なるブロックの支出は、再委託など同じ資金の流れの上下にあることがあるため、合算していません。",
    Say.TIE: "同じ額のものが複数あります。",
    Say.PRINTED_RATE: "執行率は、シートに記載された率です。",
    Say.COMPUTED_RATE: "シートに執行率の記載がないため、執行額と計（歳出予算現額）から計算しました。",
    Say.PAYMENTS_OF: "{sheet}シートの支出先は、{year}の支出です。",
    Say.OTHER_INDICATORS: "指標の指定がないため、記載されたすべての指標を示しました。",
    Say.BY_NAME_ONLY: "事業名に語を含む事業を数えました。本文だけに語を含む事業は含みません（本文は検索で探せます）。",
}

# 公用文: 億 and 兆 follow the printed figure; two decimals below ten, one above.
_LARGE = (("兆円", 2), ("億円", 1))
_INNER_QUOTES = str.maketrans("「」", "『』")
_GROUP = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_INLINE = re.compile(r"([\\`*_{}\[\]<>#|~$&])")
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))")


def render(draft: Draft) -> tuple[str, tuple[Span, ...], tuple[str, ...]]:
    """The text of an answer (Markdown), its spans, and the notes again as plain lines."""
    writer = _Writer(draft)
    for statement in draft.statements:
        writer.statement(statement)
    notes: list[str] = []
    for statement in draft.notes:
        start = writer.begin_note()
        writer.statement(statement, inline=True)
        notes.append(writer.text_from(start))
    return writer.text, tuple(writer.spans), tuple(notes)


def escape(text: str) -> str:
    """Sheet text inside a line of Markdown: 1~2, *, $ and _ survive; line breaks become blanks."""
    return " ".join(_INLINE.sub(r"\\\1", text).split("\n")).replace("\r", "")


def quote(text: str) -> str:
    """Sheet text as a block quotation, line by line, with hard line breaks."""
    lines = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n"):
        safe = _LINE_START.sub(_escape_start, _INLINE.sub(r"\\\1", line.strip(" \t")))
        lines.append(f"> {safe}  " if safe else ">")
    return "\n".join(lines)


def _escape_start(found: re.Match[str]) -> str:
    """A list or heading mark at the start of a line is text: ``3.`` → ``3\\.``."""
    mark = found[2]
    return found[1] + (mark + "\\" if mark.isdigit() else "\\" + mark)


def figure(value: Decimal, unit: str | None) -> str:
    """``3,209百万円``, ``▲5``, ``32%``."""
    return comma(value) + (unit or "")


def conversion(value: Decimal, unit: str | None) -> str:
    """``約32.1億円`` for an amount of money, "" where it would say nothing new."""
    if not is_money(unit) or value == 0:
        return ""
    yen = value * YEN_PER_UNIT[unit or ""]
    for name, places in _LARGE:
        if abs(yen) >= YEN_PER_UNIT[name]:
            return "" if unit == name else _about(yen / YEN_PER_UNIT[name], places, name)
    if unit in ("円", "万円"):
        return ""
    if abs(yen) >= YEN_PER_UNIT["万円"]:
        return _about(yen / YEN_PER_UNIT["万円"], 0 if abs(yen) >= YEN_PER_UNIT["百万円"] else 1, "万円")
    return _about(yen, 0, "円")


def condition(threshold: Threshold | None) -> str:
    """``10%未満`` as the asker set it."""
    return "" if threshold is None else figure(threshold.value, threshold.unit) + threshold.compare.value


def _about(value: Decimal, places: int, unit: str) -> str:
    places += 1 if unit == "億円" and abs(value) < 10 else 0
    rounded = round_half_up(value, places)
    return ("" if rounded == value else "約") + comma(rounded) + unit


class _Writer:
    """Builds the text piece by piece and keeps the span of every piece that has a source."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._pieces: list[str] = []
        self._length = 0
        self.spans: list[Span] = []
        self._in_list = False
        self._noted = False
        self._quoted = False  # the part stands between 「 and 」
        self._place = (-1, "", "")  # number and kind of the statement, and the slot

    @property
    def text(self) -> str:
        return "".join(self._pieces).strip("\n")

    def text_from(self, start: int) -> str:
        return "".join(self._pieces)[start:]

    def begin_note(self) -> int:
        self._put("  \n" if self._noted else "\n\n")  # two blanks: a line of its own in Markdown
        self._noted = True
        self._put("※ ")
        return self._length

    def statement(self, statement: Statement, *, inline: bool = False) -> None:
        slots = dict(statement.slots)
        template = _GROUP.sub(lambda group: _kept(group[1], slots), TEMPLATES[statement.say])
        is_line = template.startswith("- ")
        if not inline and self._length:
            self._put("\n" if is_line and self._in_list else "\n\n")
        self._in_list = is_line
        position = 0
        number = self._place[0] + 1
        for slot in _SLOT.finditer(template):
            self._place = (number, statement.say.value, slot[1])
            self._put(template[position : slot.start()])
            position = slot.end()
            self._quoted = template[slot.start() - 1 : slot.start()] == "「"
            if slot[1] in slots:
                self._part(slots[slot[1]])
        self._quoted = False
        self._put(template[position:])

    def _put(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def _spanned(self, text: str, source: str, index: int, part: str) -> None:
        start = self._length
        self._put(text)
        self.spans.append(Span(start, self._length, source, index, part, *self._place))

    def _part(self, part: Part) -> None:
        match part:
            case Condition():
                self._spanned(condition(self._draft.threshold), "threshold", 0, "")
            case Words(text):
                self._spanned(text, "words", 0, "")
            case Year(fiscal_year):
                self._spanned(official(fiscal_year), "year", fiscal_year, "")
            case Name(source, index, attribute):
                self._spanned(self._inner(escape(self._named(source, index, attribute))), source, index, attribute)
            case User(text):
                self._spanned(self._inner(escape(text)), "question", 0, text)
            case Marks(citations):
                for index in sorted(set(citations)):
                    self._spanned(f"[{index + 1}]", "mark", index, "")
            case Block(result):
                self._spanned(quote(self._draft.results[result].text or ""), "result", result, "text")
            case Joined(parts, separator):
                for i, one in enumerate(parts):
                    self._put(separator if i else "")
                    self._part(one)
            case Cited(citation):
                cited = self._draft.citations[citation]
                self._spanned(figure(Decimal(cited.value or "0"), cited.unit), "citation", citation, "figure")
            case Figure(result, converted):
                self._figure(result, converted)

    def _inner(self, text: str) -> str:
        """Quotation marks inside quotation marks: 「…『…』…」."""
        return text.translate(_INNER_QUOTES) if self._quoted else text

    def _figure(self, index: int, converted: bool) -> None:
        result = self._draft.results[index]
        value = Decimal(result.value or "0")
        exponent = value.as_tuple().exponent
        decimals = -exponent if isinstance(exponent, int) else 0
        if is_money(result.unit) and result.derivation and "/" in result.derivation and decimals > 1:
            text = "約" + figure(round_half_up(value, 1), result.unit)
        else:
            text = figure(value, result.unit)
            if result.value is not None and result.value.endswith(".0"):
                text = comma(value) + ".0" + (result.unit or "")
        other = conversion(value, result.unit) if converted else ""
        self._spanned(f"{text}（{other}）" if other else text, "result", index, "figure")

    def _named(self, source: str, index: int, attribute: str) -> str:
        pools: Mapping[str, tuple[object, ...]] = {
            "citation": self._draft.citations,
            "result": self._draft.results,
            "candidate": self._draft.candidates,
        }
        return str(getattr(pools[source][index], attribute))


def _kept(group: str, slots: Mapping[str, Part]) -> str:
    """An optional group, empty when one of its slots is missing."""
    return group if all(slot in slots for slot in _SLOT.findall(group)) else ""
