"""Names of payees in a question: as the sheet has them, by their legal form, or by their place."""

from __future__ import annotations

import re
from collections.abc import Iterable

from qa.understand.folding import fold_name, fold_with_places
from qa.understand.spans import BLANK, Board

_FORMS = (
    r"株式会社|有限会社|合同会社|合資会社|一般社団法人|一般財団法人|公益社団法人|公益財団法人|学校法人|医療法人"
    r"|有限責任監査法人|監査法人|弁護士法人|税理士法人|社会福祉法人|特定非営利活動法人|npo法人|公立大学法人|国立大学法人|協同組合"
    r"|\((?:株|有|一社|一財|公社|公財|特非|学|福|同)\)"
)
_NO_WORD = rf"\s、。,?!「」『』()（）{BLANK}"
_STOP = rf"(?=さん|様|殿|御中|へは|へ|には|に|が|の|を|は|と(?!う)|で|から|より|って|も|という|[{_NO_WORD}]|$)"
_BY_FORM = re.compile(
    rf"(?:{_FORMS})[^{_NO_WORD}がのをはにへとで][^{_NO_WORD}]{{0,39}}?{_STOP}|[^{_NO_WORD}ぁ-ん]{{1,40}}?(?:{_FORMS})(?![一-龥ァ-ヶーa-z])"
)
_HEAD = re.compile(r"(?:(?:(?<=[\s、。,「『(])|^)[ぁ-ん]{2,6})?$")  # みずほ…株式会社: hiragana that begins a phrase
_PAID_TO = re.compile(r"(?:へ|に)(?:は|も)?(?:いくら|支|払|渡|流|配|交付)|への|」?の(?:法人番号|支出額|受け取)")  # a ministry as a payee
_MIN_NAME = 2


def read_payee_forms(board: Board) -> str:
    """The first name with a legal form (``合同会社ナイデータ``), claimed as ``支出先名``; "" when none."""
    first = ""
    for match in list(board.find(_BY_FORM)):
        start = match.start() - len(_HEAD.search(board.masked[: match.start()]).group())  # type: ignore[union-attr]
        board.claim(start, match.end(), "支出先名", board.text[start : match.end()])
        first = first or board.text[start : match.end()]
    return first


def find_payee(names: Iterable[str], board: Board) -> tuple[str, int, int] | None:
    """The longest of ``names`` that stands in what is not the project's name: (name, start, end)."""
    folded, places = fold_with_places(board.text)
    project = [(c.start, c.end) for c in board.of("事業", "シート")]
    project += [(c.start, c.end) for c in board.of("府省庁") if not _PAID_TO.match(board.text, c.end)]
    best: tuple[str, int, int] | None = None
    for name in names:
        key = fold_name(name)
        at = folded.find(key) if len(key) >= _MIN_NAME else -1
        while at >= 0:
            start, end = places[at], places[at + len(key) - 1] + 1
            if not any(start < e and end > s for s, e in project):
                if best is None or len(key) > len(fold_name(best[0])):
                    best = (name, start, end)
                break
            at = folded.find(key, at + 1)
    return best
