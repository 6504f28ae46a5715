"""Questions made from random cells, with answers taken straight from the cells: is every answer right?

    python -m benchmarks.questions --data DIR --count 20000 --seed 1 [--show 20] [--json report.json]

Each question is made from one sheet picked at random (its gold value is computed here, by code that
shares nothing with ``qa``), put in one of many phrasings and notations, asked, and judged: value,
unit, cited cell, and the figure lock.  ``wrong`` is the only outcome that must never happen;
``refused`` covers refusals and questions back.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import json
import random
import statistics
import sys
import unicodedata
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import question_phrasings as say
from corpus.model import Cell, Kind, Scope, Sheet, Table
from corpus.text import name_key, payee_key

if TYPE_CHECKING:
    from corpus.store.reader import Corpus
    from qa.engine import Engine
    from qa.model import Answer

_YEN = {"円": 1, "千円": 10**3, "万円": 10**4, "百万円": 10**6, "億円": 10**8, "兆円": 10**12}
_BUDGET = ("当初予算", "補正予算", "前年度から繰越し", "翌年度へ繰越し", "予備費等", "予算計", "執行額")


@dataclasses.dataclass(frozen=True, slots=True)
class Gold:
    """What is right: a value in a unit, texts to be quoted, a year to be named, or a refusal."""

    status: str = "answered"
    value: Decimal | None = None
    unit: str = ""
    texts: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    cells: tuple[Cell, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Made:
    """One generated question."""

    kind: str
    question: str
    sheet_id: str
    gold: Gold


class Skip(Exception):
    """This sheet has nothing to make a question of this kind from."""


# ---------------------------------------------------------------- notations


def year_words(year: int, dice: random.Random) -> str:
    """A fiscal year in one of the notations people use."""
    era, number = ("令和", year - 2018) if year >= 2019 else ("平成", year - 1988)
    spelled = "元" if number == 1 else str(number)
    letter = {"令和": "R", "平成": "H"}[era]
    forms = [f"{era}{spelled}年度", f"{year}年度", f"{letter}{number}年度", f"{era}{spelled}（{year}）年度"]
    if number > 1:
        forms.append(f"{era}{_wide(spelled)}年度")
    if era == "平成":
        forms.append(f"{number}年度")
    return dice.choice(forms)


def _wide(text: str) -> str:
    return "".join(chr(ord(ch) + 0xFEE0) if ch.isdigit() else ch for ch in text)


def project_words(sheet: Sheet, dice: random.Random) -> str:
    """The project's name: bare, quoted, with its ministry, or in other widths."""
    name = " ".join(sheet.project.split())
    forms = (
        name,
        f"「{name}」",
        f"{sheet.ministry}の{name}",
        f"{sheet.ministry}「{name}」",
        unicodedata.normalize("NFKC", name),
        f"{name}（{sheet.ministry}）",
    )
    return dice.choice(forms)


def ask(kind: str, templates: tuple[str, ...], sheet: Sheet, gold: Gold, dice: random.Random, **words: str) -> Made:
    """A question of one phrasing with the sheet year named before, after or behind it."""
    body = dice.choice(templates).format(p=project_words(sheet, dice), **words)
    year = year_words(sheet.sheet_year, dice)
    place = dice.randrange(3)
    before = dice.choice(say.BEFORE).format(s=year) if place == 0 else ""
    after = dice.choice((say.BRACKETS, say.AFTER)[place - 1]).format(s=year) if place else dice.choice(say.END)
    question = f"{dice.choice(say.POLITE)}{before}{body}{after}"
    return Made(kind, question, sheet.sheet_id, gold)


# ---------------------------------------------------------------- gold, straight from the cells


def figures(sheet: Sheet, measure: str) -> dict[int, Cell]:
    """Total figures of one row of the budget table by fiscal year; years printed twice are left out."""
    found: dict[int, list[Cell]] = collections.defaultdict(list)
    for cell in sheet.cells:
        if cell.table is Table.BUDGET and cell.measure == measure and cell.scope is Scope.TOTAL and cell.fiscal_year:
            found[cell.fiscal_year].append(cell)
    return {
        year: cells[0] for year, cells in found.items() if len(cells) == 1 and cells[0].kind is Kind.NUMBER
    }


def _value(cell: Cell) -> Decimal:
    if cell.value is None:
        raise Skip
    return cell.value


def _round(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _one(options: dict[int, Cell], dice: random.Random) -> tuple[int, Cell]:
    if not options:
        raise Skip
    return dice.choice(sorted(options.items(), key=lambda pair: pair[0]))


def _pair(options: dict[int, Cell], dice: random.Random) -> tuple[int, int]:
    years = sorted(options)
    if len(years) < 2:
        raise Skip
    first = dice.randrange(len(years) - 1)
    return years[first], years[dice.randrange(first + 1, len(years))]


def lookup(sheet: Sheet, dice: random.Random) -> Made:
    measure = dice.choice(_BUDGET)
    year, cell = _one(figures(sheet, measure), dice)
    gold = Gold(value=_value(cell), unit=cell.unit or "", cells=(cell,))
    return ask("lookup", say.LOOKUP, sheet, gold, dice, y=year_words(year, dice), m=dice.choice(say.MEASURE_WORDS[measure]))


def request(sheet: Sheet, dice: random.Random) -> Made:
    options = {year: cell for year, cell in figures(sheet, "要求額").items() if year == sheet.sheet_year + 1}
    year, cell = _one(options, dice)
    gold = Gold(value=_value(cell), unit=cell.unit or "", cells=(cell,))
    return ask("request", say.LOOKUP, sheet, gold, dice, y=year_words(year, dice), m=dice.choice(say.MEASURE_WORDS["要求額"]))


def _two(sheet: Sheet, dice: random.Random) -> tuple[str, int, int, Cell, Cell, dict[str, str]]:
    measure = dice.choice(("当初予算", "執行額", "予算計"))
    options = figures(sheet, measure)
    early, late = _pair(options, dice)
    words = {
        "y": year_words(early, dice), "y2": year_words(late, dice), "m": dice.choice(say.MEASURE_WORDS[measure])
    }  # fmt: skip
    return measure, early, late, options[early], options[late], words


def difference(sheet: Sheet, dice: random.Random) -> Made:
    _, _, _, early, late, words = _two(sheet, dice)
    gold = Gold(value=_value(late) - _value(early), unit=late.unit or "", cells=(early, late))
    return ask("difference", say.DIFFERENCE, sheet, gold, dice, **words)


def growth(sheet: Sheet, dice: random.Random) -> Made:
    _, _, _, early, late, words = _two(sheet, dice)
    if _value(early) <= 0:
        raise Skip
    rate = _round((_value(late) - _value(early)) / _value(early) * 100)
    return ask("growth", say.GROWTH, sheet, Gold(value=rate, unit="%", cells=(early, late)), dice, **words)


def total(sheet: Sheet, dice: random.Random) -> Made:
    measure, first, last, _, _, words = _two(sheet, dice)
    options = figures(sheet, measure)
    years = range(first, last + 1)
    if any(year not in options for year in years):
        raise Skip
    cells = tuple(options[year] for year in years)
    gold = Gold(value=sum((_value(cell) for cell in cells), Decimal(0)), unit=cells[0].unit or "", cells=cells)
    return ask("sum", say.SUM, sheet, gold, dice, **words)


def rate(sheet: Sheet, dice: random.Random) -> Made:
    printed, executed, budget = (figures(sheet, name) for name in ("執行率", "執行額", "予算計"))
    year, used = _one({y: c for y, c in executed.items() if y in budget and _value(budget[y]) > 0}, dice)
    if year in printed:
        cell = printed[year]
        gold = Gold(value=_value(cell) * (100 if cell.unit == "割合" else 1), unit="%", cells=(cell,))
    else:
        gold = Gold(value=_round(_value(used) / _value(budget[year]) * 100), unit="%", cells=(used, budget[year]))
    return ask("rate", say.RATE, sheet, gold, dice, y=year_words(year, dice))


def best(sheet: Sheet, dice: random.Random) -> Made:
    measure = dice.choice(("当初予算", "執行額"))
    options = figures(sheet, measure)
    if len(options) < 2:
        raise Skip
    top = max(_value(cell) for cell in options.values())
    years = tuple(year for year, cell in options.items() if cell.value == top)
    gold = Gold(value=top, unit=options[years[0]].unit or "", years=years, cells=(options[years[0]],))
    return ask("best_year", say.BEST, sheet, gold, dice, m=dice.choice(say.MEASURE_WORDS[measure]))


def _payees(sheet: Sheet) -> list[dict[str, Cell]]:
    rows: dict[str, dict[str, Cell]] = collections.defaultdict(dict)
    for cell in sheet.cells:
        if cell.table is Table.PAYEES and cell.measure:
            rows[cell.item].setdefault(cell.measure, cell)
    return [row for row in rows.values() if row.get("支出先") is not None and row["支出先"].raw.strip()]


def _alone(sheet: Sheet, dice: random.Random) -> dict[str, Cell]:
    """A payee that the sheet names once, whose name is not part of another's."""
    rows = _payees(sheet)
    names = [payee_key(row["支出先"].raw) for row in rows]  # ㈱ and 株式会社 are one payee
    alone = [row for row, key in zip(rows, names, strict=True) if sum(key in other for other in names) == 1 and len(key) > 3]
    if not alone:
        raise Skip
    return dice.choice(alone)


def payee_amount(sheet: Sheet, dice: random.Random) -> Made:
    row = _alone(sheet, dice)
    cell = row.get("支出額")
    if cell is None or cell.kind is not Kind.NUMBER:
        raise Skip
    gold = Gold(value=_value(cell), unit=cell.unit or "", cells=(cell,))
    return ask("payee_amount", say.PAYEE_AMOUNT, sheet, gold, dice, x=" ".join(row["支出先"].raw.split()))


def payee_number(sheet: Sheet, dice: random.Random) -> Made:
    row = _alone(sheet, dice)
    cell = row.get("法人番号")
    if cell is None or not cell.raw.strip():
        raise Skip
    gold = Gold(texts=(cell.raw,), cells=(cell,))
    return ask("payee_number", say.PAYEE_NUMBER, sheet, gold, dice, x=" ".join(row["支出先"].raw.split()))


def payee_top(sheet: Sheet, dice: random.Random) -> Made:
    rows = [row for row in _payees(sheet) if row.get("支出額") is not None and row["支出額"].kind is Kind.NUMBER]
    if not rows:
        raise Skip
    top = max(_value(row["支出額"]) for row in rows)
    first = [row for row in rows if row["支出額"].value == top]
    gold = Gold(value=top, unit=first[0]["支出額"].unit or "", texts=(first[0]["支出先"].raw,) if len(first) == 1 else ())
    return ask("payee_top", say.PAYEE_TOP, sheet, gold, dice)


def block(sheet: Sheet, dice: random.Random) -> Made:
    sums: dict[str, Decimal] = collections.defaultdict(Decimal)
    for row in _payees(sheet):
        cell = row.get("支出額")
        if cell is not None and cell.value is not None:
            sums[cell.item.partition("/")[0]] += cell.value
    options = [name for name in sums if len(name) == 1 and name.isascii() and name.isalpha()]
    if not options:
        raise Skip
    name = dice.choice(options)
    unit = next(row["支出額"].unit for row in _payees(sheet) if row.get("支出額") is not None)
    return ask("block", say.BLOCK, sheet, Gold(value=sums[name], unit=unit or ""), dice, x=dice.choice((name, _wide_letter(name))))


def _wide_letter(letter: str) -> str:
    return chr(ord(letter) + 0xFEE0)


def outcome(sheet: Sheet, dice: random.Random) -> Made:
    names: dict[str, str] = {}
    cells: list[Cell] = []
    for cell in sheet.cells:
        if cell.table is Table.OUTCOME and cell.measure == "成果指標":
            names[cell.item] = cell.raw
        elif cell.table is Table.OUTCOME and cell.measure == "成果実績" and cell.kind is Kind.NUMBER and cell.fiscal_year:
            cells.append(cell)
    keys = [name_key(name) for name in names.values()]
    usable = [
        cell for cell in cells
        if cell.item in names and 4 <= len(names[cell.item]) <= 40 and "\n" not in names[cell.item]
        and keys.count(name_key(names[cell.item])) == 1
        and sum(c.item == cell.item and c.fiscal_year == cell.fiscal_year for c in cells) == 1
    ]  # fmt: skip
    if not usable:
        raise Skip
    cell = dice.choice(usable)
    gold = Gold(value=_value(cell), unit=cell.unit or "", cells=(cell,))
    words = {"x": names[cell.item], "y": year_words(cell.fiscal_year or 0, dice)}
    return ask("outcome", say.OUTCOME, sheet, gold, dice, **words)


def text(sheet: Sheet, dice: random.Random) -> Made:
    name = dice.choice(sorted(say.TEXTS))
    sections = [section for section in sheet.sections if section.name == name]
    if not sections or any(section.text.strip() in ("-", "－", "") for section in sections):
        raise Skip
    return ask("text", say.TEXTS[name], sheet, Gold(texts=tuple(section.text for section in sections)), dice)


def future(sheet: Sheet, dice: random.Random) -> Made:
    if sheet.sheet_year in figures(sheet, "執行額"):
        raise Skip
    return ask("refuse_future", say.FUTURE, sheet, Gold("refused"), dice, y=year_words(sheet.sheet_year, dice))


def old_year(sheet: Sheet, dice: random.Random) -> Made:
    year = dice.randrange(1996, 2010)
    return ask("refuse_old_year", say.OLD_YEAR, sheet, Gold("refused"), dice, y=year_words(year, dice))


def fake_payee(sheet: Sheet, dice: random.Random) -> Made:
    words = {"x": dice.choice(say.FAKE_PAYEES)}
    return ask("refuse_payee", say.PAYEE_AMOUNT, sheet, Gold("refused"), dice, **words)


MAKERS: tuple[tuple[Callable[[Sheet, random.Random], Made], int], ...] = (
    (lookup, 30), (request, 5), (difference, 7), (growth, 5), (total, 6), (rate, 7), (best, 4), (payee_amount, 7),
    (payee_number, 4), (payee_top, 4), (block, 4), (outcome, 5), (text, 6), (future, 2), (old_year, 2), (fake_payee, 2),
)  # fmt: skip


def generate(corpus: Corpus, count: int, seed: int) -> Iterator[Made]:
    """``count`` questions; sheets whose name does not decide within year and ministry are passed over."""
    dice = random.Random(seed)
    infos = corpus.infos()
    same = collections.Counter((info.sheet_year, name_key(info.project)) for info in infos)
    makers, weights = zip(*MAKERS, strict=True)
    made = 0
    while made < count:
        info = dice.choice(infos)
        if same[info.sheet_year, name_key(info.project)] > 1:
            continue
        try:
            yield dice.choices(makers, weights)[0](corpus.sheet_at(info.no), dice)
        except Skip:
            continue
        made += 1


# ---------------------------------------------------------------- judging


def judge(made: Made, answer: Answer) -> str:
    """``right``, ``uncited``, ``wrong`` or ``refused``."""
    gold = made.gold
    if gold.status != "answered":
        return "wrong" if answer.status == "answered" else "right"
    if answer.status != "answered":
        return "refused"
    if gold.value is not None and not _same(answer, gold):
        return "wrong"
    said = _flat(answer.answer) + "".join(_flat(f"{r.text or ''}{r.label}") for r in answer.results)
    if any(_flat(wanted)[:80] not in said for wanted in gold.texts):
        return "wrong"
    if gold.years and not any(f"（{year}）" in answer.answer for year in gold.years):
        return "wrong"
    places = {(citation.sheet_id, citation.locator) for citation in answer.citations}
    cited = all((made.sheet_id, cell.locator) in places for cell in gold.cells)
    return "right" if cited and any(c.sheet_id == made.sheet_id for c in answer.citations) else "uncited"


def _same(answer: Answer, gold: Gold) -> bool:
    first = answer.results[0] if answer.results else None
    if first is None or first.value is None or gold.value is None:
        return False
    value, unit = Decimal(first.value), first.unit or ""
    if gold.unit in _YEN:
        return unit in _YEN and value * _YEN[unit] == gold.value * _YEN[gold.unit]
    return unit == gold.unit and value == gold.value


def _flat(text_: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text_).replace("\\", "").split())


@dataclasses.dataclass(slots=True)
class Report:
    """Counts per kind, times, and examples of what was not right."""

    counts: dict[str, collections.Counter[str]]
    times: list[float]
    misses: list[tuple[Made, str, str]]
    unlocked: int = 0

    def summary(self) -> dict[str, object]:
        added: collections.Counter[str] = sum(self.counts.values(), collections.Counter())
        asked = max(1, sum(added.values()))
        times = sorted(self.times) or [0.0]
        return {
            "questions": asked,
            **{name: added[name] for name in ("right", "uncited", "wrong", "refused")},
            "right_percent": round(100 * added["right"] / asked, 2),
            "unlocked": self.unlocked,
            "p50_ms": round(statistics.median(times), 1),
            "p95_ms": round(times[int(0.95 * (len(times) - 1))], 1),
            "by_kind": {kind: dict(counter) for kind, counter in sorted(self.counts.items())},
        }


def run(engine: Engine, corpus: Corpus, count: int, seed: int) -> Report:
    """Ask and judge ``count`` generated questions; every answer goes through the lock once more."""
    from qa import lock

    report = Report(collections.defaultdict(collections.Counter), [], [])
    for made in generate(corpus, count, seed):
        answer = engine.ask(made.question)
        verdict = judge(made, answer)
        report.counts[made.kind][verdict] += 1
        report.times.append(answer.elapsed_ms)
        report.unlocked += bool(answer.spans and lock.check(answer))
        if verdict != "right":
            report.misses.append((made, verdict, f"{answer.status}: {answer.answer[:160]!r}"))
    return report


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    from corpus.store.reader import open_corpus
    from qa.engine import Engine

    corpus = open_corpus(options.data)
    report = run(Engine(corpus), corpus, options.count, options.seed)
    summary = report.summary()
    sys.stdout.write(json.dumps(summary, ensure_ascii=False, indent=1) + "\n")
    for made, verdict, got in sorted(report.misses, key=lambda miss: miss[1] != "wrong")[: options.show]:
        asked = f"[{made.kind}] {verdict} {made.sheet_id}\n  Q {made.question}"
        sys.stdout.write(f"\n{asked}\n  gold {made.gold.value} {made.gold.unit}\n  got {got}\n")
    if options.json:
        options.json.write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
