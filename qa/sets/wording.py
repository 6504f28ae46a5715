"""The parts of a plan in words: what stands in the answer's first sentence, so that every assumption is seen."""

from __future__ import annotations

from qa.answer.draft import Joined, Part, User, Words
from qa.sets.plan import (
    AttributeIs,
    Compared,
    Fold,
    InAccount,
    InBureau,
    InMinistries,
    NameHolds,
    Paid,
    SetPlan,
    YearIs,
)

_NOUN_LIKE = ("以上", "以下", "未満", "超", "以内")
_FOLDED = {Fold.SUM: "の合計", Fold.MEAN: "の平均（事業一つ当たり）", Fold.RATE: "（全体）", Fold.COUNT: ""}


def scope_words(plan: SetPlan) -> Words:
    """The ministries: 総務省・法務省, or all."""
    names = [n for one in plan.of(InMinistries) if isinstance(one, InMinistries) and not one.exclude for n in one.names]
    return Words("・".join(names) or "全府省庁")


def measure_words(plan: SetPlan) -> Words:
    if plan.fold is Fold.MINISTRIES:
        return Words("ある府省庁の数")
    if plan.fold is Fold.COUNT or not plan.measure:
        return Words("事業（シート）の数")
    return Words(plan.measure + _FOLDED[plan.fold])


def where_parts(plan: SetPlan) -> tuple[Part, ...]:
    """Every other condition, in the asker's own words where they hold a number or a name."""
    parts: list[Part] = []
    for one in plan.where:
        match one:
            case InMinistries(names, True):
                parts.append(Words(f"{'・'.join(names)}を除く"))
            case InBureau(name, exclude):
                parts.append(Words(f"{name}を除く" if exclude else f"担当部局が{name}"))
            case InAccount(name, only):
                parts.append(Words(f"会計区分が{name}だけのもの" if only else f"会計区分に{name}を含むもの"))
            case NameHolds(word):
                parts.append(Joined((Words("事業名に「"), User(word), Words("」を含むもの")), ""))
            case Paid(payee):
                parts.append(Joined((Words("支出先に「"), User(payee), Words("」があるもの")), ""))
            case Compared(measure=measure, said=said):
                parts.append(Joined((Words(f"{measure}が"), User(said), Words("のもの" if said.endswith(_NOUN_LIKE) else "もの")), ""))
            case YearIs(said=said):
                parts.append(Joined((User(said), Words("もの")), ""))
            case AttributeIs(attribute, ("TRUE",)):
                parts.append(Words(f"{attribute}のもの"))
            case AttributeIs(attribute, values):
                parts.append(Words(f"{attribute}が「{'」「'.join(values)}」のもの"))
            case _:
                pass
    return tuple(parts)
