"""Five rewrites of every question must give the same answer: politeness, notation, order, widths, noise.

    python -m benchmarks.rewrites QUESTIONS.jsonl --data DIR [--count 300] [--show 20]

``QUESTIONS.jsonl`` has one JSON object with a ``question`` a line (the evaluation sets' form).  An answer
is the same when status, primary value (in yen for money), primary text and cited sheet agree.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import re
import sys
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.engine import Engine
    from qa.model import Answer

_YEN = {"円": 1, "千円": 10**3, "万円": 10**4, "百万円": 10**6, "億円": 10**8, "兆円": 10**12}
_ERA_YEAR = re.compile(r"(令和|平成)(元|\d{1,2})年度")
_WESTERN_YEAR = re.compile(r"(?<!\d)(20[0-2]\d)年度")
_LETTER_YEAR = re.compile(r"(?<![A-Za-z])([HR])(\d{1,2})(?=年度|シート|の)")
_SHEET = re.compile(
    r"[、。]?\s*(?P<sheet>(?:令和|平成|Ｒ|Ｈ|R|H)?(?:元|[\d０-９]{1,4})年?度?(?:の|公開の)?(?:RS|レビュー)?シート)"
    r"(?:だと|では|によると|に基づいて|をもとに|の数字で|ベースで|の値で|でお願いします|でお願い|で|から|より)?[、。]?"
)


def politeness(question: str, dice: random.Random) -> str:
    """Another register: blunt endings made polite, polite ones blunt, an opening before it."""
    text = question
    for old, new in (("教えてください", "教えて"), ("でしょうか", "ですか"), ("お願いします", "お願い"), ("知りたいです", "知りたい")):
        text = text.replace(old, new)
    if text == question:
        text = text.rstrip("？?。") + "、お願いします"
    return dice.choice(("恐れ入りますが、", "ちょっと確認したいのですが、", "")) + text


def notation(question: str, dice: random.Random) -> str:
    """Years in the other calendar."""

    def western(found: re.Match[str]) -> str:
        number = 1 if found[2] == "元" else int(found[2])
        return f"{number + (2018 if found[1] == '令和' else 1988)}年度"

    def era(found: re.Match[str]) -> str:
        year = int(found[1])
        name, number = ("令和", year - 2018) if year >= 2019 else ("平成", year - 1988)
        return f"{name}{'元' if number == 1 else number}年度"

    def spelled(found: re.Match[str]) -> str:
        return {"H": "平成", "R": "令和"}[found[1]] + ("元" if found[2] == "1" and found[1] == "R" else found[2]) + (
            "" if found.string[found.end() : found.end() + 2] == "年度" else "年度")  # fmt: skip

    text = unicodedata.normalize("NFKC", question) if _ERA_YEAR.search(question) is None else question
    changed = _ERA_YEAR.sub(western, text)
    return changed if changed != text else _LETTER_YEAR.sub(spelled, _WESTERN_YEAR.sub(era, text))


def order(question: str, dice: random.Random) -> str:
    """The sheet's year taken out of the sentence and put before or behind it."""
    found = _SHEET.search(question)
    if found is None or "「" in question[found.end() :][:1]:
        return question
    rest = question[: found.start()] + ("、" if found.start() > 0 and found.end() < len(question) else "") + question[found.end() :]
    rest = rest.replace("（）", "").replace("()", "").strip("、 ")
    behind = found.start() < len(question) / 2
    return f"{rest.rstrip('。？?')}（{found['sheet']}）" if behind else f"{found['sheet']}で、{rest}"


def widths(question: str, dice: random.Random) -> str:
    """Digits and letters in the other width, brackets too."""
    table = {ord(ch): chr(ord(ch) + 0xFEE0) for ch in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ()"}
    wide = question.translate(table)
    return wide if wide != question else unicodedata.normalize("NFKC", question)


def noise(question: str, dice: random.Random) -> str:
    """Blanks, doubled marks and fillers."""
    text = question.rstrip("？?。")
    return dice.choice(("えっと、", "あの、", "")) + text.replace("の", "の ", 1) + dice.choice(("？？", "！", " ？", "…"))


REWRITES: dict[str, Callable[[str, random.Random], str]] = {
    "politeness": politeness,
    "notation": notation,
    "order": order,
    "widths": widths,
    "noise": noise,
}


def essence(answer: Answer) -> tuple[object, ...]:
    """What must not change: status, primary value and text, and the sheet it is from."""
    if answer.status != "answered" or not answer.results:
        return ("no answer",)
    first = answer.results[0]
    value = None if first.value is None else Decimal(first.value) * _YEN.get(first.unit or "", 1)
    sheet = answer.citations[first.citations[0]].sheet_id if first.citations else ""
    return answer.status, value, first.text, sheet


def run(engine: Engine, questions: list[str], seed: int) -> tuple[dict[str, collections.Counter[str]], list[tuple[str, ...]]]:
    """Counts per kind of rewrite (same, refused, different, unchanged) and the examples that differ."""
    dice = random.Random(seed)
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    differing: list[tuple[str, ...]] = []
    for question in questions:
        wanted = essence(engine.ask(question))
        for kind, rewrite in REWRITES.items():
            changed = rewrite(question, dice)
            if changed == question:
                counts[kind]["unchanged"] += 1
                continue
            answer = engine.ask(changed)
            got = essence(answer)
            verdict = "same" if got == wanted else "refused" if got == ("no answer",) else "different"
            counts[kind][verdict] += 1
            if verdict != "same":
                differing.append((kind, verdict, question, changed, answer.answer[:120]))
    return counts, differing


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args(arguments)
    from corpus.store.reader import open_corpus
    from qa.engine import Engine

    lines = options.questions.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines if line.strip()]
    random.Random(options.seed).shuffle(questions)
    counts, differing = run(Engine(open_corpus(options.data)), questions[: options.count], options.seed)
    sys.stdout.write(json.dumps({kind: dict(counter) for kind, counter in counts.items()}, ensure_ascii=False, indent=1) + "\n")
    for kind, verdict, question, changed, got in sorted(differing, key=lambda one: one[1])[: options.show]:
        sys.stdout.write(f"\n[{kind}] {verdict}\n  {question}\n  {changed}\n  {got!r}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
