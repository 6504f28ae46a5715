"""Years in a question: every notation, and which of them names the *sheet* and which the *figures*.

Reading is done in two steps, because an abbreviated year (``30年度``) means what the years around it
say: ``read_years`` finds the mentions, ``Years.resolve`` gives each its western year.
"""

from __future__ import annotations

import dataclasses
import re
from enum import StrEnum

from corpus.years import ERA_BASE, kanji_number
from qa.understand.spans import BLANK, Board

_DIGITS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")}
_NUMBER = r"元|\d{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]"
_ITEM = re.compile(
    rf"(?:(?P<era>平成|令和|昭和|(?<![a-z])[hrs])\s?\.?\s?(?P<n>{_NUMBER})(?![\d.]|[人件社%円台機本])"
    r"(?:\s?\(\s?(?:19|20)\d{2}\s?\))?"  # 令和2（2020）年度: the official notation, also that of our own answers
    r"|(?:fy\s?)?(?<![\d.,])(?P<western>(?:19|20)\d{2})(?![\d.,])"
    r"|(?P<positional>[一二][〇九][〇一二三四五六七八九]{2})(?=年)"
    r"|['’](?P<two>\d{2})(?=年)"
    rf"|(?<![\d.,a-z十第])(?P<short>{_NUMBER})(?![\d.,]))"
    r"(?P<suffix>\s?年度|年(?!間|以上|以内|未満|前|後|目|で|\d{1,2}月))?"
)
_SEPARATOR = re.compile(
    r"(?P<range>\s?(?:から|より|~|〜|-|‐|–|—|―|−|ー|→|⇒|->)\s?)|(?P<list>\s?(?:・|、|,|\+|と|および|及び|/|や|&|比の)\s?)"
)
_SHEET = r"シート(?!ベルト|パイル|状)"
_GAP = rf"[{BLANK}\s]*+"  # possessive: what follows never begins with a gap, and many blanks must not be tried in every split
_AFTER_SHEET = re.compile(
    rf"{_GAP}(?:各)?{_GAP}(?:の|に|は|、)?{_GAP}(?:公開|公表|発行|作成|出し|付け?|版)?(?:分|した|された|している|て|た)?(?:の|で)?"
    rf"{_GAP}(?:の|所管の?)?{_GAP}(?:rs|rsシステム)?(?:の)?(?:行政)?(?:事業)?(?:の)?(?:レビュー|review)?(?:の)?{_SHEET}"
)
_AFTER_PUBLISHED = re.compile(r"\s?(?:に)?(?:公開|公表|版)(?:分)?(?!予定)")
_BEFORE_SHEET = re.compile(rf"(?:{_SHEET}|rsシステム|rs)\s?(?:の)?(?:公開)?(?:年度)?(?:は|が|も|:|\(|/|、|で)?\s?$")
_SAME_YEAR = re.compile(rf"(?:同じ?|同一|その|当該)(?:の)?年度?の?(?:行政事業)?(?:レビュー)?{_SHEET}")
_SHEET_WORD = re.compile(rf"(?:rsシステム|rs)?の?(?:行政事業)?(?:レビュー)?{_SHEET}")
_RECENT = re.compile(
    rf"(?:過去|直近|最近|ここ|この|これまで|近年|同|以上|上記)の?(?P<n>{_NUMBER}|数)\s?(?:[かヶヵケカ箇]年度?|年度?(?:間|分)?)(?!度?シート)"
    rf"|(?P<m>{_NUMBER})\s?(?:[かヶヵケカ箇]年度?|年度?(?:間|分))(?:の間)?"
)
_SEVERAL = re.compile(r"の\s?(?:[2-9]|[二三四五六七八九])\s?(?:[かヶヵケカ箇]年|年間|年分|年度分)")  # 令和2・3・4の3か年度
_BEFORE_MEASURE = re.compile(r"\s?(?:当初|補正|執行|概算要求|要求額|予算計|繰越|の執行|の当初|の補正|の要求)")
_COUNTED_YEARS = re.compile(r"(?:年度)?の\s?([2-9]|[二三四五六七八九])\s?年度(?=[でのをは間分])")
_LATEST = re.compile(r"(?:直近|最新|最近|一番新しい|最も新しい|新しい)(?:の)?(?:年度?|もの)?")
_EARLIEST_PLAIN = 2005  # ``h3`` alone is a rocket, not 平成3年度


class Form(StrEnum):
    """How the years of one mention were written together."""

    SINGLE = "単年"
    RANGE = "期間"
    LIST = "列挙"


class Base(StrEnum):
    """What a relative year is counted from."""

    SHEET = "シートの年度"  # 昨年度, 今年度, 来年度
    ANCHOR = "話題の年度"  # 前年度, 翌年度, その年度


# word → (step in years, counted from). Longest first when matched.
RELATIVE: dict[str, tuple[int, Base]] = {
    "シート年度の前年度": (-1, Base.SHEET), "シート年度の前年": (-1, Base.SHEET), "シートの前年度": (-1, Base.SHEET),
    "シート年度の翌年度": (1, Base.SHEET), "シートの翌年度": (1, Base.SHEET), "シートの年度": (0, Base.SHEET),
    "シート年度": (0, Base.SHEET), "一昨年度": (-2, Base.SHEET), "一昨年": (-2, Base.SHEET), "昨年度": (-1, Base.SHEET),
    "昨年": (-1, Base.SHEET), "去年": (-1, Base.SHEET), "今年度": (0, Base.SHEET), "本年度": (0, Base.SHEET),
    "今年": (0, Base.SHEET), "来年度": (1, Base.SHEET), "来年": (1, Base.SHEET), "前々年度": (-2, Base.ANCHOR),
    "その前の前の年度": (-2, Base.ANCHOR), "その前の年度": (-1, Base.ANCHOR), "その前の年": (-1, Base.ANCHOR),
    "一年前": (-1, Base.ANCHOR), "1年前": (-1, Base.ANCHOR), "1つ前の年度": (-1, Base.ANCHOR),
    "ひとつ前の年度": (-1, Base.ANCHOR), "一つ前の年度": (-1, Base.ANCHOR), "前の年度": (-1, Base.ANCHOR),
    "前の年": (-1, Base.ANCHOR), "前年度": (-1, Base.ANCHOR), "前年": (-1, Base.ANCHOR),
    "翌々年度": (2, Base.ANCHOR), "その次の年度": (1, Base.ANCHOR), "次の年度": (1, Base.ANCHOR),
    "次の年": (1, Base.ANCHOR), "次年度": (1, Base.ANCHOR), "翌年度": (1, Base.ANCHOR), "翌年": (1, Base.ANCHOR),
    "1年後": (1, Base.ANCHOR), "その年度": (0, Base.ANCHOR), "その年": (0, Base.ANCHOR), "この年度": (0, Base.ANCHOR),
    "同年度": (0, Base.ANCHOR), "同じ年度": (0, Base.ANCHOR), "同じ年": (0, Base.ANCHOR), "当該年度": (0, Base.ANCHOR),
    "当年度": (0, Base.SHEET),
}  # fmt: skip
_RELATIVE = re.compile("|".join(sorted(RELATIVE, key=len, reverse=True)))


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """One year as written: full (``western``), or abbreviated (``number`` within an unnamed era)."""

    western: int | None
    number: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Mention:
    """Years written together; ``start``, ``end`` in the normalised question."""

    items: tuple[Item, ...]
    form: Form
    start: int
    end: int


@dataclasses.dataclass(frozen=True, slots=True)
class Relative:
    """``昨年度``: ``step`` years from ``base``."""

    word: str
    step: int
    base: Base
    start: int


@dataclasses.dataclass(frozen=True, slots=True)
class Years:
    """All mentions of one question, before abbreviations are resolved."""

    sheet: Item | None
    fiscal: tuple[Mention, ...]
    relative: tuple[Relative, ...] = ()
    recent: int = 0  # 過去n年間; 0 = not said
    latest: bool = False  # 直近の, 最新の
    same_year_sheet: bool = False  # 同年度のシート

    def resolve(self, newest: int, focus: int | None = None) -> Resolved:
        """Western years. ``newest``: newest sheet year of the corpus; ``focus``: the sheet talked about."""
        known = [i.western for m in self.fiscal for i in m.items if i.western is not None]
        near = known[0] if known else focus or newest
        sheet = _western(self.sheet, near, newest) if self.sheet else None
        near = sheet or focus or (known[0] if known else newest)
        mentions: list[tuple[Form, tuple[int, ...]]] = []
        for mention in self.fiscal:
            inside = next((i.western for i in mention.items if i.western is not None), near)
            mentions.append((mention.form, tuple(_western(i, inside, newest) for i in mention.items)))
        if self.same_year_sheet and sheet is None and mentions:
            sheet = mentions[0][1][0]
        return Resolved(sheet, tuple(mentions))


@dataclasses.dataclass(frozen=True, slots=True)
class Resolved:
    """``sheet_year`` named by the question, and each mention's years as written (ranges by their ends)."""

    sheet_year: int | None
    mentions: tuple[tuple[Form, tuple[int, ...]], ...]

    @property
    def ends(self) -> tuple[int, ...]:
        """The years written, in order, without repetition."""
        return tuple(dict.fromkeys(y for _, years in self.mentions for y in years))

    @property
    def spread(self) -> tuple[int, ...]:
        """The years meant: ranges filled in."""
        found: list[int] = []
        for form, years in self.mentions:
            if form is Form.RANGE and len(years) == 2 and years[0] != years[1] and abs(years[1] - years[0]) <= 30:
                step = 1 if years[1] > years[0] else -1
                found.extend(range(years[0], years[1] + step, step))
            else:
                found.extend(years)
        return tuple(dict.fromkeys(found))


def read_years(board: Board) -> Years:
    """Find and claim the explicit years of the question. Kinds: ``シート``, ``年度``, ``シート語``."""
    chains = _chains(board)
    sheet, fiscal = _split_sheet(board, chains)
    same = _claim_first(board, _SAME_YEAR, "シート")
    for mention in fiscal:
        board.claim(mention.start, mention.end, "年度")
    for found in list(board.find(_SHEET_WORD)):
        board.claim(*found.span(), "シート語")
    return Years(sheet, tuple(fiscal), same_year_sheet=same)


def read_relative_years(board: Board, years: Years) -> Years:
    """Add 昨年度, 過去3年間, 直近 … Called when longer phrases (前年度から繰越し) are claimed already."""
    relative = _read_relative(board)
    recent = _read_recent(board)
    latest = _claim_first(board, _LATEST, "期間")
    return dataclasses.replace(years, relative=relative, recent=recent, latest=latest)


def read_distant_sheet(board: Board, years: Years) -> Years:
    """``2021年度の〔事業名〕のシート``: a year is the sheet's when only the claimed name stands between."""
    if years.sheet is not None:
        return years
    for mention in years.fiscal:
        if len(mention.items) == 1 and re.match(
            rf"(?:度)?の?[(（「『\s]*[{BLANK}][^、。?!]{{0,60}}?の{BLANK}*$", _between(board, mention)
        ):
            rest = tuple(m for m in years.fiscal if m is not mention)
            return dataclasses.replace(years, sheet=mention.items[0], fiscal=rest)
    return years


def _between(board: Board, mention: Mention) -> str:
    """The masked text from a year to the end of the next ``シート`` word in the same clause, else ""."""
    word = next((c for c in board.of("シート語") if c.start >= mention.end), None)
    return board.masked[mention.end : word.end] if word else ""


def _chains(board: Board) -> list[Mention]:
    """Years joined by から, ～, →, ・, と …; a bare number counts only inside a chain that ends in 年度."""
    text, at, found = board.masked, 0, []
    while match := _ITEM.search(text, at):
        items, forms, end = [match], [], match.end()
        while (gap := _SEPARATOR.match(text, end)) and (more := _ITEM.match(text, gap.end())):
            if gap["list"] is not None and gap["list"].strip() in ("、", ",") and not _listed(items[-1], more):
                break
            items.append(more)
            forms.append(Form.RANGE if gap["range"] is not None else Form.LIST)
            end = more.end()
        if len(items) >= 2 and (counted := _COUNTED_YEARS.match(text, end)) and kanji_number(counted[1]) == len(items):
            end = counted.end()  # 令和元・2・3の3年度: how many, not which
        at = end
        if mention := _mention(items, forms):
            found.append(mention)
        else:
            at = match.start() + 1 if match.end() == match.start() else match.end()
    return found


def _listed(left: re.Match[str], right: re.Match[str]) -> bool:
    """``2021、2022、2023各年度``: with a comma between, only like notations make a list."""
    return (left["western"] is None) == (right["western"] is None) and left["suffix"] is None


def _mention(items: list[re.Match[str]], forms: list[Form]) -> Mention | None:
    """The chain as a mention, or None when nothing in it says that these numbers are years."""
    while items and not _is_year(items[-1], final=True):
        items, forms = items[:-1], forms[:-1]
    while items and not _is_year(items[0], final=len(items) == 1):
        items, forms = items[1:], forms[1:]
    if not items:
        return None
    form = Form.SINGLE if len(items) == 1 else Form.RANGE if Form.RANGE in forms and len(items) == 2 else Form.LIST
    return Mention(tuple(_item(m) for m in items), form, items[0].start(), items[-1].end())


def _is_year(match: re.Match[str], final: bool) -> bool:
    text = match.string
    if match["short"] is not None:
        if final and _BEFORE_MEASURE.match(text, match.end()) and text[match.start() : match.end()].isdigit() and match.end() - match.start() == 2:
            return True  # 24執行額, 28概算要求: a bare number right before a figure of the budget table
        return (match["suffix"] or "").strip() == "年度" or bool(_SEVERAL.match(text, match.end())) if final else True
    if match["suffix"] or match["era"] in ("平成", "令和", "昭和"):
        return True
    if match["western"] is not None:
        if not final or match.group().startswith("fy"):
            return True
        after, before = text[match.end() : match.end() + 6], text[: match.start()]
        starts_clean = not before or before[-1] in " 、。,(「『・/のrs~〜→-" + BLANK or match.group().startswith("fy")
        if re.match(rf"[のにはで]?{_SHEET}", after):
            return True
        return starts_clean and bool(re.match(r"$|各?年|[のにはで]?シート|rs|レビュー|[)、。?!・~〜→ /の版公]|" + BLANK, after))
    year = ERA_BASE[match["era"].upper()] + kanji_number(match["n"]) if match["era"] else 0
    return _EARLIEST_PLAIN <= year <= 2040 and not re.match(r"[a-z]", text[match.end() : match.end() + 1])


def _item(match: re.Match[str]) -> Item:
    if match["era"] is not None:
        era = match["era"]
        return Item(ERA_BASE[era.upper() if era.isascii() else era] + kanji_number(match["n"]))
    if match["western"] is not None:
        return Item(int(match["western"]))
    if match["positional"] is not None:
        return Item(int("".join(_DIGITS[c] for c in match["positional"])))
    if match["two"] is not None:
        return Item(2000 + int(match["two"]))
    return Item(None, kanji_number(match["short"]))


def _split_sheet(board: Board, chains: list[Mention]) -> tuple[Item | None, list[Mention]]:
    """Take out the year that names the sheet: the one that stands at the word シート."""
    sheet: Item | None = None
    fiscal: list[Mention] = []
    for mention in chains:
        after = _AFTER_SHEET.match(board.masked, mention.end)
        published = _AFTER_PUBLISHED.match(board.masked, mention.end)
        before = _BEFORE_SHEET.search(board.masked[: mention.start]) if not after else None
        if sheet is not None or not (after or published or before):
            fiscal.append(mention)
            continue
        sheet = mention.items[-1]
        start = before.start() if before else _last_start(board, mention)
        board.claim(start, max(mention.end, (after or published or before).end() if not before else mention.end), "シート")  # type: ignore[union-attr]
        if len(mention.items) > 1:
            items = mention.items[:-1]
            form = mention.form if len(items) > 1 else Form.SINGLE
            fiscal.append(Mention(items, form, mention.start, start))
    return sheet, fiscal


def _last_start(board: Board, mention: Mention) -> int:
    """Where the last year of a mention begins."""
    if len(mention.items) == 1:
        return mention.start
    last = mention.start
    for match in _ITEM.finditer(board.text, mention.start, mention.end):
        last = match.start()
    return last


def _read_relative(board: Board) -> tuple[Relative, ...]:
    """Relative years; one that only explains an explicit year (``前年度（平成26年度）``) is dropped."""
    found: list[Relative] = []
    explicit = board.of("年度")
    for match in list(board.find(_RELATIVE)):
        step, base = RELATIVE[match.group()]
        beside = any(c.start - match.end() in (0, 1) and board.text[match.end() : c.start] in ("", "(", "・") for c in explicit)
        board.claim(*match.span(), "相対年度", match.group())
        if not beside:
            found.append(Relative(match.group(), step, base, match.start()))
    return tuple(found)


def _read_recent(board: Board) -> int:
    """``過去3年間`` → 3, ``ここ数年`` → 3; 0 when not said."""
    count = 0
    for match in list(board.find(_RECENT)):
        number = match["n"] or match["m"]
        board.claim(*match.span(), "期間", match.group())
        count = count or (3 if number == "数" else kanji_number(number))
    return count


def _claim_first(board: Board, pattern: re.Pattern[str], kind: str) -> bool:
    match = next(board.find(pattern), None)
    if match is None:
        return False
    board.claim(*match.span(), kind, match.group())
    return True


def _western(item: Item, near: int, newest: int) -> int:
    """The western year of an item; an abbreviated one is the nearest to ``near`` that is not far ahead."""
    if item.western is not None:
        return item.western
    number = item.number or 1
    candidates = [base + number for base in (1988, 2018)]
    past = [year for year in candidates if year <= newest + 2]
    return min(past or candidates, key=lambda year: abs(year - near))
