"""How well names are told apart: reworded real names must be found, made-up ones refused.

    python -m benchmarks.understanding --data DIR [--count 500] [--seed 1] [--show 10]

Takes random projects of the corpus, shortens, rewords or misspells their names (``reworded``), and makes
names that do not exist (``made_up``: a foreign word before a common ending, halves of two names, one word
exchanged or added).  Prints per kind how many were found, asked back, refused, or taken for another
project; the last is the worst.  The limits of ``qa.understand.choosing`` were set with it.
"""

from __future__ import annotations

import argparse
import collections
import random
import re
import time
from collections.abc import Sequence
from pathlib import Path

from corpus.store.reader import open_corpus
from corpus.text import name_key
from index.names import NameIndex
from qa.understand import Context, understand

_FORMS = (
    "{p}の{y}の執行額はいくらですか", "{p}は{y}にいくら使いましたか", "{p}、{y}の当初予算を教えてください",
    "{y}の{p}の予算計はどれくらいでしょうか", "「{p}」の{y}執行率は？", "{s}シートで、{p}の{y}の執行額を知りたい",
    "{p}の担当課室はどこですか（{s}シート）", "{p}ですが、{s}シートの事業概要を教えて", "{p}で一番多い支出先は？{s}シートで",
)  # fmt: skip
_PARTICLES = ("に関する", "における", "に係る", "による", "に向けた", "のための", "に対する", "に必要な", "に要する", "等の")
_ENDING = re.compile(r"(?:事業費補助金|事業費|事業|に必要な経費|に係る経費|経費|費)$")
_BRACKET = re.compile(r"[（(][^（）()]*[）)]")
_WORD = re.compile(r"[一-龥]{2,4}|[ァ-ヶー]{3,}")
_FOREIGN = ("月面", "深海", "火星", "透明", "海底", "時間旅行", "恐竜", "忍者", "魔法", "雲上", "流星群", "氷河", "妖精")
_COMMON = (
    "定住支援事業", "保育所整備事業", "温泉開発事業", "農業振興事業", "観光振興事業", "人材育成事業", "研究開発事業",
    "拠点整備補助金", "調査委託費", "運営費", "輸出促進事業", "道路整備事業", "雇用創出事業", "空港整備事業",
)  # fmt: skip


def reworded(name: str, dice: random.Random) -> str:
    """One or two of: another particle, no bracket, no ending, no beginning, half width, other order."""
    text = "".join(name.split())
    for change in dice.sample(("particle", "bracket", "ending", "start", "width", "order", "no"), dice.choice((1, 1, 2))):
        text = _change(text, change, dice) or text
    return text


def _change(text: str, change: str, dice: random.Random) -> str:
    if change == "particle":
        found = next((p for p in _PARTICLES if p in text[2:-2]), "")
        return text.replace(found, "の", 1) if found else text
    if change == "bracket":
        return _BRACKET.sub("", text)
    if change == "ending":
        return _ENDING.sub("", text)
    if change == "start":
        found_start = re.search(r"に向けた|のための|に関する|における|による", text)
        return text[found_start.end() :] if found_start and len(text) - found_start.end() >= 8 else text
    if change == "width":
        return text.translate(str.maketrans("（）・／", "()･/"))
    if change == "order":
        parts = re.fullmatch(r"(.{5,})[（(](.{4,})[）)]", text)
        return f"{parts[2]}（{parts[1]}）" if parts else text
    return text.replace("の", "", 1) if dice.random() < 0.5 else text.replace("・", "")


def made_up(names: Sequence[str], known: set[str], count: int, dice: random.Random) -> list[tuple[str, str]]:
    """(kind, name) of names that no project has."""
    frequent = collections.Counter(word for name in names for word in _WORD.findall(name))
    words = [word for word, times in frequent.items() if times >= 2]
    found: list[tuple[str, str]] = []
    while len(found) < count:
        kind = dice.choice(("foreign word", "two halves", "word exchanged", "word added"))
        one, other = ("".join(n.split()) for n in dice.sample(list(names), 2))
        if kind == "foreign word":
            name = dice.choice(_FOREIGN) + dice.choice(_COMMON)
        elif kind == "two halves":
            name = one[: dice.randint(2, 6)] + other[len(other) // 2 :]
        elif kind == "word exchanged":
            name = one.replace(dice.choice(_WORD.findall(one) or ["事業"]), dice.choice(words), 1)
        else:
            name = dice.choice(words) + one
        if name_key(name) not in known and len(name) >= 5:
            found.append((kind, name))
    return found


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=10)
    options = parser.parse_args(argv)
    corpus, dice = open_corpus(options.data), random.Random(options.seed)
    infos = corpus.infos()
    names = sorted({info.project for info in infos})
    context = Context(corpus, NameIndex.build(names))
    cases = [("reworded", reworded(i.project, dice), i.project, i.sheet_year) for i in dice.choices(infos, k=options.count)]
    cases += [(k, n, "", dice.randint(2015, 2024)) for k, n in made_up(names, {name_key(n) for n in names}, options.count, dice)]
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    spent: list[float] = []
    for kind, name, truth, year in cases:
        question = dice.choice(_FORMS).format(p=name, y=f"{year - 1}年度", s=f"{year}年度")
        begun = time.perf_counter()
        found = understand(question, context)
        spent.append(1000 * (time.perf_counter() - begun))
        right = any(name_key(s.project) == name_key(truth) for s in found.sheets) if truth else False
        asks = bool(found.rivals) and not found.reason
        verdict = "found" if right else "another" if found.sheets else "asked back" if asks else "refused"
        counts[kind][verdict] += 1
        if verdict == "another" and options.show > 0:
            options.show -= 1
            print(f"  [{kind}] {question} -> {found.sheets[0].project}")
    print(f"{'kind':16}{'n':>6}{'found':>8}{'asked':>8}{'refused':>9}{'another':>9}")
    for kind, c in counts.items():
        print(f"{kind:16}{c.total():>6}{c['found']:>8}{c['asked back']:>8}{c['refused']:>9}{c['another']:>9}")
    spent.sort()
    print(f"ms a question: median {spent[len(spent) // 2]:.1f}, 95th percentile {spent[int(0.95 * len(spent))]:.1f}")


if __name__ == "__main__":
    main()
