"""Shapes of asking that no list of phrases can hold: change, share, superlatives, totals.

Each pattern is matched against ``said``: the question with the project, its years and the words for the
sheet blanked out, so that nothing in a name (…経営改善…, 最先端…) and no year is taken for what is asked.
"""

from __future__ import annotations

import re

from qa.understand.reading import Reading
from qa.understand.spans import BLANK

_AMOUNT = r"いくら|どれ(?:だけ|くらい|ぐらい|ほど)|どの(?:くらい|ぐらい|程度)|何(?:十|百|千)?(?:億|万)?円"
_HOW_MUCH = rf"(?:{_AMOUNT}|どう)"
_SPENT = r"(?:使|執行|消化|支出)"
_MOVES = r"(?:少な|多い|多く|多か|アップ|ダウン|増え|増加|増減|減っ|減り|減少|変わ|変化|変動|動い|動き|伸び|上が|下が|落ち|縮)"
_PERCENT = r"(?:何|なん)(?:%|パーセント|割)"
_CLAUSE = r"[^、。?!]"
_RISE = r"(?:増|減|変わ|変化|変動|伸び|上が|下が|アップ|ダウン|落ち)"

_DID = r"(?:増え|減っ|減り|増加し|減少し)(?:まし|てい|てる|る|た|て|ま|す|の|ん|で)*(?:か|の(?=[、。?!\s]|$))"

CHANGE = re.compile(rf"{_HOW_MUCH}{_CLAUSE}{{0,8}}?{_MOVES}|{_DID}")
RATE_OF_CHANGE = re.compile(
    rf"{_PERCENT}{_CLAUSE}{{0,8}}?{_RISE}|(?:伸び|増え|増加|減少|変化){_CLAUSE}{{0,8}}?{_PERCENT}|率(?:で|にして){_CLAUSE}{{0,6}}?{_RISE}"
    rf"|(?:年度?|{BLANK})比{_CLAUSE}{{0,16}}?{_PERCENT}"
)
USED_SHARE = re.compile(
    rf"予算{_CLAUSE}{{0,16}}?{_SPENT}{_CLAUSE}{{0,12}}(?:割合|比率|{_PERCENT}|[(、]%)"
    rf"|予算{_CLAUSE}{{0,16}}?(?:割合|比率|{_PERCENT}){_CLAUSE}{{0,8}}?{_SPENT}"
    rf"|予算{_CLAUSE}{{0,8}}?(?:消化し|使い切)[^。]{{0,24}}%"
)
LEFT_OVER = re.compile(
    r"使い残|使い余|使わなかった|使われなかった|使い切れなかった|使い切れず|余った|余して|余らせ|いくら残|どれ(?:だけ|くらい)残"
)
TOTALLED = re.compile(r"(?<![一-龥々予])計(?:で)?(?:いくら|何|どれ|どの)|通して(?:いくら|何|どれ)|ぜんぶで|全部合わせ|合わせて(?:いくら|何|どれ)")
_MOST = r"(?:最も|もっとも|一番|いちばん|(?<!\d)1番)"
SUPERLATIVE = re.compile(
    rf"最大|最多|最高|首位|筆頭|頂点|マックス|ナンバーワン|ナンバー1|群を抜|トップ(?!\s?[\d一二三四五六七八九十])|(?<!\d)1位|第一位"
    rf"|{_MOST}{_CLAUSE}{{0,14}}?(?:多|大き|大口|高|巨額|たくさん|使|執行|支出|支払|払|稼|もら|受け|膨ら|増え|伸び|交付|手にし)"
)
ALL_PARTS = re.compile(
    r"(?:補正|繰越|繰り越)[^。?!]{0,10}(?:補正|繰越|繰り越)[^。?!]{0,8}?(?:入れ|含|込|合わせ|足し|加え)"
    r"|(?:補正|繰越|繰り越)(?:予算|し)?(?:など|等|とか|なども|等も)[^、。?!]{0,8}?(?:入れ|含|込|合わせ|足し|加え)"
)
# What two or more years are named for, when no other word says it.
RATE_HINT = re.compile(r"率|%|パーセント|割合")
CHANGE_HINT = re.compile(r"開き|ギャップ|マイナス|引いた|削|基準に|引き算|引く|アップ|ダウン|少な|増|減|差|変|違|動い|動き|伸び|比べ|比較")
SUM_HINT = re.compile(r"\+|足|まとめ|ひっくるめ|総和|積み上げ|積算|加算|通算|つぎ込|合計|総額|総計|累計|合わせ|トータル|全部|(?<![一-龥])計(?![一-龥])")
WHICH_YEAR = re.compile(r"どの年|何年度|いつ|何年(?!間|分)")
PERCENT_ASKED = re.compile(rf"{_PERCENT}|率で|割合|[(、]\s?%")
SPENT = re.compile(_SPENT)
ONE_ANSWER = re.compile(_AMOUNT)
EACH = re.compile(r"それぞれ|各年|年度別|ごと|毎|推移|並べ|一覧")
YEAR_ASKED = re.compile(r"どの年|何年度?(?!目|間|分)|いつ|年度(?:は|が|と|を|で|に|、|・|及び)|年度$")
# Words for something computed or ranked: where one is left unread, a plain figure would answer another question.
UNREAD = re.compile(
    rf"割合|比率|順位|ランキング|内訳|{_MOST}|最大|最多|最小|番手|番目|\d位|差額|平均|推移|支出先|支払先|ブロック"
    r"|何割|上位|\d社|[二三四五]社|引き算|足し算|積み上げ|合算|アップし|ダウンし|より(?:も)?(?:いくら|どれ)"
)
# A question word about something else than money: the project's description is no answer to it.
ASKS_ELSE = re.compile(
    r"何年|いつ|誰|だれ|どこ|どちら|何という|なんという|いくつ|幾つ|なぜ|どうして|何番|何人|何件|何課|何局"
    r"|課(?:は|が|です|で)|局(?:は|が|です)"
)


def said(reading: Reading) -> str:
    """The question without the project, the years and the words for the sheet."""
    text = list(reading.board.text)
    for claim in reading.board.of("事業", "シート", "シート語", "年度", "項目", "支出先名"):
        text[claim.start : claim.end] = BLANK * (claim.end - claim.start)
    return "".join(text)

# Words that say what is to be done with figures, or how much: they restrict nothing.
OPERATIONS = (CHANGE, CHANGE_HINT, EACH, LEFT_OVER, ONE_ANSWER, RATE_HINT, RATE_OF_CHANGE, SPENT, SUM_HINT, SUPERLATIVE, TOTALLED, USED_SHARE)
