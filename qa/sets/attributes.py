"""Conditions on what kind of project a sheet is about: when it began and ends, its category, what reviewers decided."""

from __future__ import annotations

import re

from corpus.fields import Attribute, Field
from corpus.years import kanji_number, western
from qa.sets.plan import AttributeIs, Condition, YearIs
from qa.understand.spans import Board
from qa.understand.text import Question

_YEAR = r"(?:(?P<era{0}>昭和|平成|令和|h|s|r)\s?(?P<n{0}>元|\d{{1,2}})|(?P<w{0}>(?:19|20)\d\d))(?:年度|年)?"
_Y1 = _YEAR.format("1")
_SIDE = r"(?P<side>より前|以前|以降|以後|より後)?"
_BEGIN = r"(?:始ま(?:った|っている|って|る)|始めた|始めて|開始(?:した|された|の)?|スタート(?:した)?)"
_END = r"(?:終わる(?:予定)?|終了(?:する)?(?:予定)?|終える(?:予定)?)"
_WRITTEN = r"(?:と書いてある|とされている|となっている|になっている|である|の予定)?(?:の|で)?"
_STARTS = (
    re.compile(rf"(?:事業)?開始(?:年度)?(?:が|は)\s?{_Y1}(?:\s?度)?{_SIDE}{_WRITTEN}"),
    re.compile(rf"{_Y1}{_SIDE}(?:に|から)?\s?{_BEGIN}(?:\([^()]{{2,8}}\))?"),
)
_ENDS = (
    re.compile(rf"終了(?:\(予定\)|予定)?(?:年度)?(?:が|は)\s?{_Y1}(?:\s?度)?{_SIDE}{_WRITTEN}"),
    re.compile(rf"{_Y1}{_SIDE}(?:に|で)\s?{_END}{_WRITTEN}"),
)
_NO_END = re.compile(rf"(?:終了予定|終わる予定|終了の予定)(?:が|の)?(?:なし|無し|ない){_WRITTEN}")
# Choices as the RSシステム prints them: words people use → (attribute, values).
_CHOICES: tuple[tuple[re.Pattern[str], str, tuple[str, ...]], ...] = (
    (re.compile(r"新規開始(?:の)?|新規(?:の)?(?=事業)"), Attribute.CATEGORY.value, ("新規開始",)),
    (re.compile(r"新規要求(?:の)?"), Attribute.CATEGORY.value, ("新規要求",)),
    (re.compile(r"公開プロセス(?:の)?(?:対象)?(?:に(?:なった|なっている|選ばれた)|の|だった|となった)"), Field.EXPERT_TARGET.value, ("公開プロセス",)),
    (re.compile(r"書面点検(?:の)?(?:対象)?(?:に(?:なった|なっている|選ばれた)|の|だった|となった)"), Field.EXPERT_TARGET.value, ("書面点検",)),
)
_TEAM = r"(?:(?:行政事業レビュー)?推進チーム(?:から|に|の所見が|の所見で|で)?)?"
_SAID = r"(?:と|の|という)?(?:言われた|判定された|された|所見(?:を受けた|が付いた|がついた|の|だった)|判定(?:の|だった|を受けた)|評価された)"
_OPINIONS = {
    "事業全体の抜本的な改善": "事業全体の抜本的な改善", "抜本的な改善": "事業全体の抜本的な改善", "抜本的改善": "事業全体の抜本的な改善",
    "事業内容の一部改善": "事業内容の一部改善", "一部改善": "事業内容の一部改善", "現状通り": "現状通り", "現状どおり": "現状通り",
    "廃止": "廃止", "終了予定": "終了予定",
}  # fmt: skip
_OPINION = re.compile(rf"{_TEAM}[「『]?(?P<value>{'|'.join(_OPINIONS)})[」』]?{_SAID}")


def read_attributes(board: Board, question: Question) -> list[Condition]:
    """The conditions that stand in the question, claimed on the board before any year is read."""
    found: list[Condition] = []
    for patterns, attribute in ((_STARTS, Field.START_YEAR.value), (_ENDS, Field.END_YEAR.value)):
        for pattern in patterns:
            for match in list(board.find(pattern)):
                found.append(_year_is(match, attribute, question))
                board.claim(*match.span(), "条件")
    for match in list(board.find(_NO_END)):
        board.claim(*match.span(), "条件")
        found.append(AttributeIs(Attribute.NO_END.value, ("TRUE",)))
    for match in list(board.find(_OPINION)):
        board.claim(*match.span(), "条件")
        found.append(AttributeIs(Field.TEAM_OPINION.value, (_OPINIONS[match["value"]],)))
    for pattern, name, values in _CHOICES:
        for match in list(board.find(pattern)):
            board.claim(*match.span(), "条件")
            found.append(AttributeIs(name, values))
    return found


def _year_is(match: re.Match[str], attribute: str, question: Question) -> YearIs:
    year = int(match["w1"]) if match["w1"] else western({"h": "平成", "s": "昭和", "r": "令和"}.get(match["era1"], match["era1"]), kanji_number(match["n1"]))
    said = question.source(*match.span())
    match match["side"]:
        case "より前":
            return YearIs(attribute, None, year - 1, said)
        case "以前":
            return YearIs(attribute, None, year, said)
        case "以降" | "以後":
            return YearIs(attribute, year, None, said)
        case "より後":
            return YearIs(attribute, year + 1, None, said)
        case _:
            return YearIs(attribute, year, year, said)
