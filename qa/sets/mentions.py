"""What stands in a question over sets: its parts with their places, and the stretches that nothing explains."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal

from corpus.numbers import spoken_amounts
from corpus.text import name_key
from corpus.years import kanji_number
from index.names import NameIndex
from qa.model import Compare
from qa.sets.attributes import read_attributes
from qa.sets.plan import Condition, InAccount, InBureau, InMinistries, NameHolds, Paid
from qa.sets.words import find_cues
from qa.understand.cues import claim_fillers, read_ministries
from qa.understand.directory import Directory
from qa.understand.payees import read_payee_forms
from qa.understand.spans import BLANK, Board
from qa.understand.text import Question
from qa.understand.time import read_relative_years, read_years
from qa.understand.vocabulary import Cue, vocabulary

_COUNT = r"\d{1,3}|[一二三四五六七八九十]"
_HELD = r"(?:「|『|\"|“|‘|')?(?P<word>[^「」『』\"“”‘’'、。?]{1,30}?)(?:」|』|\"|”|’|')?"
_NAME_HOLDS = re.compile(
    rf"(?:事業の名前|事業名称|事業名|名前|名称)(?:の中)?(?:に|で)(?:は)?\s?{_HELD}(?:という(?:語|言葉|文字|単語)?|の(?:語|文字|言葉|字))?"
    r"(?:が|を|と|の)?(?:入ってい|入って|入った|入っ|入る|入り|含まれ|含んで|含む|含み|つく|つい|付く|付い|ある|あり|使われ)(?:ている|いる|てる|た)?"
)
_NAME_HOLDS_OF = re.compile(rf"{_HELD}(?:が|を|と)(?:事業名|名前|名称)に(?:入ってい|入っ|入る|含まれ|含む|つく|付く|ある)(?:ている|る|た)?")
_TOPIC = re.compile(
    r"(?:「|『)?(?P<word>[一-龥ァ-ヶーa-zａ-ｚぁ-ん・0-9]{2,20}?)(?:」|』)?(?:関連|関係|に関する|に関わる|に係る|に関係する|についての)(?:の)?(?=事業|予算|もの|当初|執行|補正|要求|"
    + BLANK + ")"
)
_EXCLUDED = re.compile(r"\s?(?:抜き|ぬき|を除いた|を除く|を除き|除く|以外|を含まない|は除く)")
_BUREAU = re.compile(r"[一-龥ァ-ヶーa-z・]{1,16}?(?:局|庁|官房|部|院|課|室|本部|隊|署)")
_ACCOUNT = re.compile(r"一般会計|[一-龥ァ-ヶー]{0,20}特別会計|[一-龥ァ-ヶー]{2,12}特会")
_ONLY = re.compile(r"(?:の事業)?(?:だけ|のみ)")
_USED = re.compile(r"(?:が|を|で|から)(?:使われ|使っ|実施され|行われ|賄われ|支出され)(?:ている|てる|た)?")
_YEARS_TOLD = re.compile(r"(?P<n>[2-9]|1\d|[二三四五六七八九十])(?:か年度?|カ年度?|ヶ年度?|年度?)(?:分|間)の?")
_GROUPS_COUNTED = re.compile(r"(?:府省庁|省庁|府省)(?:の数|数|は何(?:府省庁?|省庁?|か所|つ)|は(?:全部で)?いくつ|がいくつ|は幾つ)")
_PERCENT = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)\s?(?:%|パーセント)|(?<![\d.])(\d|[一二三四五六七八九])割(?:(\d|[一二三四五六七八九])分)?|半分|半数")
_OVER_WHOLE = re.compile(r"0円(?:のもの|の事業)?(?:は|を)除[くきい]?た?")
_TOP_N = re.compile(
    rf"(?P<a>{_COUNT})\s?(?P<what>府省庁|省庁|府省|省|事業|つ|件|位|個|本|社)(?!あたり|当たり)(?:まで|だけ)?|(?<=トップ)\s?(?P<b>{_COUNT})|(?<=ベスト)\s?(?P<c>{_COUNT})|(?<=ビッグ)\s?(?P<g>{_COUNT})|(?<=トップ)(?P<three>スリー)"
    rf"|(?<=上位)\s?(?P<d>{_COUNT})|(?<=ワースト)\s?(?P<e>{_COUNT})|(?<=下位)\s?(?P<f>{_COUNT})"
)
_FIRST_TO = re.compile(rf"1位(?:から|~|-|〜)(?P<n>{_COUNT})位(?:まで)?")
_BESIDE_YEAR = re.compile(rf"[^\s、。{BLANK}]{{2,10}}(?:初年度|元年)の?(?={BLANK})")  # コロナ初年度の令和2年度: what the year was, said beside it
_CONTEXT = re.compile(
    r"(?:^|(?<=[。?!]))[^。?!]{0,60}(?:資料|下調べ|準備|質問主意書|答弁|上司|国会|記事|取材|レポート|調査中|調べもの|急ぎ|会議|説明|勉強|授業|卒論|論文)[^。?!]{0,40}(?:[。!]|$)"
)
_PLACE = re.compile(rf"(?P<n>{_COUNT})\s?番目に?|第?(?P<m>[2-9])位の")
_NUMBER_OF_PAYEE = re.compile(r"法人番号(?:が|は|:|の)?\s?(?P<n>\d{13})(?:の)?(?:会社|企業|法人|団体)?")
_UNIT_ASKED = re.compile(r"何(百万円|億円|千円|万円|兆円)|(百万円|億円|千円|万円)(?:単位|で)")
_CONTENT = re.compile(r"[一-龥々ァ-ヶーa-z0-9]")
_PARTICLES = re.compile(  # longer ones first: です is not で and a rest
    r"(?:ください|でしょう|でき|出来|あった|とどま|もらえ|もらい|いただき|いただ|ほしい|きたい|ござ|ちなみに|そして|といった|という|における|において|による|すると|とする|として|にて|"
    r"から|まで|より|って|です|でし|ます|まし|ません|した|して|する|され|てる|てい|いる|いま|ある|あり|ない|なら|なり|なる|なっ|せん|"
    r"たい|だと|だけ|のみ|ほう|ため|ので|のか|こと|もの|もと|くれ|ねえ|かな|かね|その|この|それ|これ|あと|また|つい|みた|みて|みる|やつ|どう|そう|"
    r"じゃ|では|ごと|など|ほど|くらい|ぐらい|ところ|どれ|いくら|いつ|どこ|だれ|った|っけ|"
    r"[のはがをにへでともねよさかだたるてなしいうくれらりせえんおごっすみ、,。?!・\s「」『』（）()：:＝=/~〜\-…—－ー])+"
)


@dataclasses.dataclass(slots=True)
class Mentions:
    """What stands in one question, each with its place on the board."""

    board: Board
    where: list[Condition]
    fiscal: tuple[int, ...]
    sheets: tuple[int, ...]
    cues: list[Cue]
    thresholds: list[tuple[Compare, Decimal, str, int, str]]
    n: int = 0
    place: int = 0
    ranked_ministries: bool = False
    ends: tuple[int, ...] = ()
    payee_year: int | None = None  # newest sheet year that lists payees

    def has(self, kind: str, *values: str) -> bool:
        return any(c.kind == kind and (not values or c.value in values) for c in self.cues)



def names_a_project(question: Question, names: NameIndex) -> bool:
    """The whole name of a project stands in the question outside quotation marks that a condition uses."""
    taken = [m.span("word") for p in (_NAME_HOLDS, _NAME_HOLDS_OF) for m in p.finditer(question.text)]
    inside = "".join(question.text[s:e] for s, e in taken)
    return any(len(name_key(m.name)) >= 6 and name_key(m.name) not in name_key(inside) for m in names.contained(question.text))


def read_mentions(board: Board, question: Question, places: Directory) -> Mentions:
    """Every part of a plan that stands in the question, claimed on the board; the longer and surer ones first."""
    where: list[Condition] = []
    for match in [*board.find(_NAME_HOLDS)] or [*board.find(_NAME_HOLDS_OF)]:
        where.append(NameHolds(question.source(*match.span("word")).strip()))
        board.claim(*match.span(), "条件")
    for match in list(board.find(_NUMBER_OF_PAYEE)):
        where.append(Paid(match["n"]))
        board.claim(*match.span(), "条件")
    where += read_attributes(board, question)
    sheets = _sheet_years(board)
    years = read_years(board)
    spread = years.resolve(places.newest, None).spread
    for match in list(board.find(_YEARS_TOLD)):
        if kanji_number(match["n"]) == len(spread):  # 平成27年度から30年度まで4年分
            board.claim(*match.span(), "期間")
    for match in list(board.find(_GROUPS_COUNTED)):
        board.claim(*match.span(), "府省庁の数")
    where += _ministries(board, places)
    where += _accounts(board, places)
    where += _bureaus(board, places, where)
    if read_payee_forms(board):
        claim = board.of("支出先名")[-1]
        where.append(Paid(question.source(claim.start, claim.end)))
        alias = re.compile(rf"[^{BLANK}\s、。ぁ-ん]{{2,12}}[(（]$").search(board.masked[: claim.start])
        if alias is not None:  # 三菱総研（株式会社三菱総合研究所）: the short name said before the full one
            board.claim(*alias.span(), "支出先名")
    for match in list(board.find(_TOPIC)):
        where.append(NameHolds(question.source(*match.span("word")).strip().lstrip("の"), topic=True))
        board.claim(*match.span(), "条件")
    thresholds = _thresholds(board, question)
    n, place, ranked = _numbers(board)
    unit = next(board.find(_UNIT_ASKED), None)
    if unit is not None:
        board.claim(*unit.span(), "単位", unit[1] or unit[2])
    for match in list(board.find(_BESIDE_YEAR)):
        board.claim(*match.span(), "closed")
    for match in list(board.find(_CONTEXT)):
        if not _asks(match.group()):
            board.claim(*match.span(), "closed")
    cues = find_cues(board.masked)
    for cue in cues:
        board.claim(cue.start, cue.end, cue.kind, cue.value)
    years = read_relative_years(board, years)
    claim_fillers(board)
    resolved = years.resolve(places.newest, None)
    named = sheets or ((resolved.sheet_year,) if resolved.sheet_year else ())
    return Mentions(board, where, resolved.spread, tuple(named), cues, thresholds, n, place, ranked, resolved.ends)


def _asks(sentence: str) -> bool:
    """The sentence itself asks, or holds a part of the plan: it is no context."""
    return BLANK in sentence or any(c.kind not in ("closed", "all", "thing") for c in find_cues(sentence))


def _sheet_years(board: Board) -> tuple[int, ...]:
    """Two sheet years and more (令和4年度シートと令和5年度シート); one alone is read with the other years."""
    pattern = re.compile(r"(?:(?P<era>平成|令和|h|r)\s?(?P<n>元|\d{1,2})|(?P<w>20\d\d))(?:年度?)?の?(?:レビュー)?シート")
    found = list(board.find(pattern))
    if len(found) < 2:
        return ()
    years = []
    for match in found:
        base = {"平成": 1988, "h": 1988, "令和": 2018, "r": 2018}.get(match["era"] or "", 0)
        years.append(int(match["w"]) if match["w"] else base + kanji_number(match["n"]))
    between = board.text[found[0].end() : found[1].start()]
    for match in found:
        board.claim(*match.span(), "シート")
    if len(years) == 2 and re.match(r"から|~|-|〜", between) and years[0] < years[1]:
        years = list(range(years[0], years[1] + 1))
    return tuple(dict.fromkeys(years))


def _ministries(board: Board, places: Directory) -> list[Condition]:
    kept: list[str] = []
    where: list[Condition] = []
    for one in read_ministries(board, places.ministries):
        after = _EXCLUDED.match(board.masked, one.end)
        if after is not None:
            board.claim(*after.span(), "条件")
            where.append(InBureau(one.bureau, exclude=True) if one.bureau else InMinistries((one.name,), exclude=True))
        elif one.bureau:
            kept.append(one.name)
            where.append(InBureau(one.bureau))
        else:
            kept.append(one.name)
    if kept:
        where.append(InMinistries(tuple(dict.fromkeys(kept))))
    return where


def _accounts(board: Board, places: Directory) -> list[Condition]:
    where: list[Condition] = []
    for match in list(board.find(_ACCOUNT)):
        name = match.group().replace("特会", "特別会計")
        if not any(name_key(name) in account for account in places.account_keys):
            continue
        only = _ONLY.match(board.masked, match.end())
        used = only or _USED.match(board.masked, match.end())
        board.claim(match.start(), used.end() if used else match.end(), "条件")
        where.append(InAccount(name, only=only is not None))
    return where


def _bureaus(board: Board, places: Directory, where: list[Condition]) -> list[Condition]:
    """A bureau by its own name, when sheets of the ministry (or of any) have it."""
    names = {n for one in where if isinstance(one, InMinistries) and not one.exclude for n in one.names}
    found: list[Condition] = []
    for match in list(board.find(_BUREAU)):
        key = name_key(match.group())
        offices = (keys for ministry, keys in places.office_keys.items() if not names or ministry in names)
        if len(key) >= 3 and any(key in office for keys in offices for office in keys):
            board.claim(*match.span(), "条件")
            found.append(InBureau(match.group()))
    return found


def _thresholds(board: Board, question: Question) -> list[tuple[Compare, Decimal, str, int, str]]:
    """(compare, value, unit, place, words) of every number with a comparing word right behind it."""
    found: list[tuple[Compare, Decimal, str, int, str]] = []
    for match in list(board.find(_OVER_WHOLE)):
        board.claim(*match.span(), "条件")
        found.append((Compare.GT, Decimal(0), "円", match.start(), question.source(*match.span())))
    compare = sorted(vocabulary().compare.find(board.text), key=lambda c: (c.start, -c.size))
    numbers = [(value, unit, span) for value, unit, span in spoken_amounts(board.text)]
    numbers += [(_percent(m), "%", m.span()) for m in _PERCENT.finditer(board.text)]
    for value, unit, (start, end) in sorted(numbers, key=lambda one: one[2]):
        if not board.free(start, end):
            continue
        word = next((c for c in compare if end <= c.start <= end + 2 and "、" not in board.text[end : c.start]), None)
        exact = re.compile(r"ちょうど|丁度|きっかり").match(board.text, end)
        if word is None or exact is not None:
            continue
        tail = re.compile(r"[ぁ-んた]{0,4}?(?=[事もシ府省がの、。?]|$|\d|[一-龥])").match(board.text, word.end)
        stop = tail.end() if tail else word.end
        board.claim(start, stop, "条件")
        found.append((Compare[word.value], value, unit, start, question.source(start, stop)))
    return found


def _percent(match: re.Match[str]) -> Decimal:
    if match[1]:
        return Decimal(match[1])
    if match[2]:
        return Decimal(10 * kanji_number(match[2]) + (kanji_number(match[3]) if match[3] else 0))
    return Decimal(50)


def _numbers(board: Board) -> tuple[int, int, bool]:
    """How many are wanted, which place alone, and whether ministries are what is counted off (上位3省)."""
    if (several := next(board.find(_FIRST_TO), None)) is not None:
        board.claim(*several.span(), "順位")
        return kanji_number(several["n"]), 0, False
    place = next(board.find(_PLACE), None)
    if place is not None:
        board.claim(*place.span(), "順位")
        return 0, kanji_number(place["n"] or place["m"]), False
    for match in list(board.find(_TOP_N)):
        number = next(g for g in (match["a"], *match.groups()[2:]) if g)
        board.claim(*match.span(), "順位")
        return 3 if match["three"] else kanji_number(number), 0, bool(match["what"]) and "省" in match["what"]
    return 0, 0, False


def left_over(board: Board) -> list[tuple[int, int]]:
    """Stretches that nothing explains: content characters, or kana that are no particles."""
    found: list[tuple[int, int]] = []
    for match in re.finditer(rf"[^{BLANK}]+", board.masked):
        start, end = match.span()
        while (some := _PARTICLES.match(board.text, start, end)) is not None and some.end() > start:
            start = some.end()
        if start >= end:
            continue
        text = board.text[start:end]
        trimmed = _trailing(text)
        if trimmed and (_CONTENT.search(trimmed) or len(trimmed) >= 2):
            found.append((start, start + len(trimmed)))
    return found


def _trailing(text: str) -> str:
    """``text`` without the particles behind its last content character."""
    last = max((m.end() for m in _CONTENT.finditer(text)), default=0)
    return text[:last] if last and _PARTICLES.fullmatch(text[last:] or "の") else text
