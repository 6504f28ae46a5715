"""From names that fit to the project: accepted, or several that fit alike, or none.

The limits were set on names of the national corpus: shortened, reworded and misspelt ones must pass,
names with one word exchanged or added must not (``benchmarks/understanding.py`` repeats the count).
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter

from corpus.store.model import SheetInfo
from qa.understand.alignment import Alignment
from qa.understand.directory import Directory
from qa.understand.folding import fold_name, total_weight
from qa.understand.projects import Hints, NameFit

_CLOSE = 0.6  # scores nearer than this fit alike
_LONG = 10.0  # a name this long stays itself whatever stands before it
_SHORT = 5.0
_NOTHING_MISSING = 0.3  # a うち between the parts
_REALLY_SAID, _MOSTLY = 2.0, 0.4
_WHOLE_NAME = 3.0  # shorter ones (焦点, 借料) are words as well
_NAME_END = re.compile(r"(?:事業|経費|支援|推進|対策|実証)$")
_DISTINCT = 8.0  # words of this weight name one project, whatever else its name holds
_YEAR_SLACK = 2.0  # a name with a sheet of the asked year goes before a slightly better one without
_BRACKETS = re.compile(r"[（(].*?[）)]|[／/].*$|[：:].*$|うち.*$|^(?:国立研究開発法人|独立行政法人)", re.S)


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """``best``: the name taken (None: none fits); ``rivals``: names that fit as well, ``best`` among them;
    ``near``: names that only resemble the question, to be offered when nothing fits."""

    best: NameFit | None
    rivals: tuple[NameFit, ...] = ()
    near: tuple[NameFit, ...] = ()


def choose(fits: list[NameFit], directory: Directory, hints: Hints) -> Choice:
    """Decide between ranked names."""
    good = [f for f in fits if fits_well(f)]
    near = tuple(f for f in fits[:5] if resembles(f))
    good = [f for f in good if f.in_ministry] or [f for f in good if f.exact and f.fit.total >= 5]
    if not good:
        alone = _standing_alone(near)
        return Choice(alone, (), near) if alone else Choice(None, (), near)
    good = _whole(good, hints) or good
    best = _in_year(good, hints)
    if best.in_year:
        good = [f for f in good if f.in_year]
    rivals = _rivals(best, good, directory)
    if len(rivals) == 1 and best.fit.name_share < 0.4 and best.fit.covered < 4:
        return Choice(None, (), near)
    return Choice(best, tuple(rivals) if len(rivals) > 1 else (), near)


def _standing_alone(near: tuple[NameFit, ...]) -> NameFit | None:
    """The one long name that stands whole between brackets, blanks, particles and the ends of the question."""
    whole = [f for f in near if f.exact and f.in_ministry and f.fit.total >= _DISTINCT and (f.enclosed or f.fit.glued + f.fit.lead <= _NOTHING_MISSING)]
    outer = [f for f in whole if not any(_inside(f, other) for other in whole)]
    return outer[0] if len(outer) == 1 else None


def _whole(good: list[NameFit], hints: Hints) -> list[NameFit]:
    """Names that stand in the question letter by letter with a sheet of the year asked, none inside another.

    They go before every name that merely resembles it, however much of the question that one explains
    (農林水産省「水産庁施設費」 is not 農林水産本省施設費), and before the name of a payee.  A
    name in another's place for a payee is left out when one remains.
    """
    whole = [f for f in good if f.exact and f.printed and f.in_year and f.in_ministry and f.fit.total >= _WHOLE_NAME]
    outer = [f for f in whole if not any(_inside(f, other) for other in whole)]
    outer = [f for f in outer if not any(_goes_further(f, other, hints) for other in good)]
    return [f for f in outer if not f.paid] or outer


def _goes_further(name: NameFit, other: NameFit, hints: Hints) -> bool:
    """All of ``other`` stands in the question too, and it is ``name`` with more than a ministry added (…補助金の「A」)."""
    one, two = fold_name(name.name), fold_name(other.name)
    if other.fit.missing > _NOTHING_MISSING or one not in two or not (other.in_year and other.in_ministry):
        return False
    added = two.replace(one, "", 1)
    for ministry in hints.ministries:
        added = added.replace(fold_name(ministry), "")
    said = other.fit.covered - name.fit.covered  # … of the words added, not of words said anyway
    return total_weight(added) >= 1 and said >= max(_REALLY_SAID, _MOSTLY * total_weight(added))


def _inside(name: NameFit, other: NameFit) -> bool:
    one, two = name.fit, other.fit
    return two.start <= one.start and one.end <= two.end and two.end - two.start > one.end - one.start


def fits_well(name: NameFit) -> bool:
    """Nothing in the question speaks against the name, and enough speaks for it."""
    fit = name.fit
    if name.exact:
        return _exact_fits(fit)
    long_enough = fit.covered >= _LONG and fit.name_share >= 0.7 and name.starts
    lead = max(0.0, fit.lead - 0.6 * fit.covered) if long_enough else fit.lead
    if fit.foreign - fit.lead + lead > 0.45 + 0.02 * fit.covered or fit.breaks > 0.15 * fit.covered:
        return False
    if (not name.ends and fit.after >= 1.5) or (not name.starts and fit.before >= 2.5):
        return False  # the name goes on otherwise than the question does
    if fit.apart > 2.5 and fit.name_share < 0.8 and fit.apart > 0.3 * fit.covered:
        return False  # too much of the same clause is left for what is not even most of a name
    return fit.covered >= 3.0 and fit.name_share >= 0.12


def _exact_fits(fit: Alignment) -> bool:
    """A whole name: what stands around it must not make another name of it."""
    if fit.total < 3 and (fit.lead or fit.glued or fit.bound or fit.before > 1 or (fit.total <= 2 and fit.apart > 1.5)):
        return False  # 焦点, 借料 … are names, and words
    lead = fit.lead if fit.lead > 0.8 * fit.total or fit.total < _LONG else 0.0
    other_name = bool(_NAME_END.search(fit.tail_end)) and fit.tail > 3
    tail = fit.tail if other_name or fit.tail > (6.0 if fit.total < _SHORT else 2 * fit.total) else 0.0
    return fit.glued + fit.bound + lead + tail <= 0.6


def resembles(name: NameFit) -> bool:
    """Worth offering: most of the question's words, most of the name."""
    fit = name.fit
    return fit.covered >= 3 and fit.foreign <= 0.45 * fit.covered and fit.name_share >= 0.35


def family(name: str) -> str:
    """The name without what is added in brackets, after a slash, and without the kind of corporation."""
    return fold_name(_BRACKETS.sub("", name))


def kin(name: str) -> str:
    """The name without hiragana and brackets: spellings of one name over the years share it."""
    return re.sub("[ぁ-ん]", "", fold_name(name))


def _in_year(good: list[NameFit], hints: Hints) -> NameFit:
    best = good[0]
    if best.in_year:
        return best
    kin = family(best.name)
    for other in good[1:]:
        alike = other.score >= best.score - _YEAR_SLACK and not best.exact
        related = kin == family(other.name) and other.fit.foreign <= best.fit.foreign + 0.5
        if other.in_year and (alike or related or _goes_on(best, other)):
            return other
    return best


def _goes_on(best: NameFit, other: NameFit) -> bool:
    """``other`` holds all the words taken for the name, and more (…支援等事業（…）, 〔…〕事業（うち…））."""
    explains = other.fit.covered >= max(_DISTINCT, best.fit.covered - 0.05)
    return explains and other.fit.foreign <= best.fit.foreign + 0.05


def _differ_in_brackets(best: NameFit, other: NameFit) -> bool:
    """The question holds what two names have in common, and not the brackets that tell them apart."""
    base = family(best.name)
    if best.exact or base != family(other.name) or base in (fold_name(best.name), fold_name(other.name)):
        return False
    said_brackets = best.fit.covered > total_weight(base) + 0.3
    return not said_brackets and abs(best.fit.covered - other.fit.covered) < 0.3


def _rivals(best: NameFit, good: list[NameFit], directory: Directory) -> list[NameFit]:
    """Names of other projects that fit as well as ``best`` (itself first)."""
    series = {info.series for info in directory.sheets_named(best.name_id)}
    found = [best]
    limit = _CLOSE if best.fit.name_share >= 0.4 or best.exact else 1.0
    for other in good:
        if other is best or (best.printed and not other.printed):
            continue
        if other.score < best.score - limit and not _differ_in_brackets(best, other):
            continue
        if best.exact and not other.exact:
            continue
        if best.fit.covered - other.fit.covered >= 0.5 and other.fit.apart + other.fit.foreign >= 0.5:
            continue  # it leaves words unexplained that ``best`` explains
        if kin(other.name) == kin(best.name):
            continue  # a spelling of the same name; ``sheets_of`` joins them
        own = {info.series for info in directory.sheets_named(other.name_id)}
        if not own <= series:
            found.append(other)
    return found


def sheets_of(name: NameFit, directory: Directory, hints: Hints) -> list[list[SheetInfo]]:
    """The projects that carry the name, each as its sheets of all years (newest first).

    Sheets of one ministry with one name are one project unless a year holds two of them; sheets of the
    same series under other names belong to it.  More than one list: the name alone does not decide.
    """
    named = directory.sheets_named(name.name_id)
    named = [*named, *_kin_sheets(named, directory, kin(name.name))]
    ministries = hints.outside(name.fit.start, name.fit.end)
    if any(i.ministry in ministries for i in named):
        named = [i for i in named if i.ministry in ministries]
    groups: dict[object, list[SheetInfo]] = {}
    by_ministry: dict[str, list[SheetInfo]] = {}
    for info in named:
        by_ministry.setdefault(info.ministry, []).append(info)
    for ministry, infos in by_ministry.items():
        years = [i.sheet_year for i in infos]
        if len(set(years)) == len(years):
            groups[ministry] = infos
        else:
            for info in infos:
                groups.setdefault((ministry, info.series), []).append(info)
    return [_whole_series(infos, directory) for infos in groups.values()]


def _kin_sheets(named: list[SheetInfo], directory: Directory, key: str) -> list[SheetInfo]:
    """Sheets of the same ministries whose name differs in particles only, in years that ``named`` lacks."""
    taken = {(i.ministry, i.sheet_year) for i in named}
    ministries = {i.ministry for i in named}
    found = []
    for no in directory.by_kin.get(key, ()):
        info = directory.infos[no]
        if info.ministry in ministries and (info.ministry, info.sheet_year) not in taken:
            found.append(info)
    return found


def _whole_series(infos: list[SheetInfo], directory: Directory) -> list[SheetInfo]:
    """``infos`` and the sheets of their series in the years they lack, where there is just one (a renaming)."""
    years = {i.sheet_year for i in infos}
    linked = [directory.infos[no] for series in {i.series for i in infos} for no in directory.by_series[series]]
    counts = Counter(i.sheet_year for i in linked)
    extra = [i for i in linked if i.sheet_year not in years and counts[i.sheet_year] == 1]
    return sorted([*infos, *extra], key=lambda i: (-i.sheet_year, i.no))
