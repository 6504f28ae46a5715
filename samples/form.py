"""The form of 2019-2021 (平成31・令和元-令和3年度), table by table, each one function over the paper.

The boxes stand where the published form has them; the sentences in them are the sample's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from samples.grid import Paper, Value

Project = Mapping[str, Any]

YEARS5 = ("P:V", "W:AC", "AD:AJ", "AK:AQ", "AR:AX")
INDICATOR_YEARS = ("AE:AH", "AI:AL", "AM:AP", "AQ:AT", "AU:AX")
BUDGET_ROWS = ("当初予算", "補正予算", "前年度から繰越し", "翌年度へ繰越し", "予備費等")
MONEY = "#,##0"
SIGNED_MONEY = '#,##0;"▲"#,##0'
PERCENT = "0%"


def era(year: int, previous: int | None = None) -> str:
    """``2018`` → ``平成30年度``; only ``30年度`` when the year before it was printed in the same era."""
    name, number = ("令和", year - 2018) if year >= 2019 else ("平成", year - 1988)
    text = "元" if number == 1 else str(number)
    same_era = previous is not None and (previous >= 2019) == (year >= 2019)
    return f"{'' if same_era else name}{text}年度"


def eras(years: Iterable[int], abbreviated: bool) -> list[str]:
    labels, previous = [], None
    for year in years:
        labels.append(era(year, previous if abbreviated else None))
        previous = year
    return labels


def short(year: int) -> str:
    return era(year, year)


def head(paper: Paper, project: Project, year: int, ministry: str) -> None:
    key = str(year)
    paper.label("AK:AP", "事業番号")
    paper.box("AQ:AX", project["numbers"][key])
    paper.next()
    title = {2019: "令和元年度", 2020: "令和２年度", 2021: "令和３年度"}[year]
    paper.box("A:AH", f"{title}行政事業レビューシート", border=False)
    paper.box("AI:AJ", "(", border=False)
    paper.box("AK:AV", ministry, border=False)
    paper.box("AW:AX", ")", border=False)
    paper.next()
    _basic_rows(paper, project, key)


def _basic_rows(paper: Paper, project: Project, key: str) -> None:
    paper.label("A:F", "事業名")
    paper.box("G:X", project["project"])
    paper.label("Y:AD", "担当部局庁")
    paper.box("AE:AP", project["bureau"])
    paper.label("AQ:AX", "作成責任者")
    paper.next()
    paper.label("A:F", "事業開始年度")
    paper.box("G:L", project["start"])
    paper.label("M:R", "事業終了\n（予定）年度")
    paper.box("S:X", project["end"])
    paper.label("Y:AD", "担当課室")
    paper.box("AE:AP", project["division"])
    paper.box("AQ:AX", project["author"][key])
    paper.next()
    paper.label("A:F", "会計区分")
    paper.box("G:AX", project["account"])
    paper.next()
    for left, left_key, right, right_key in (
        ("根拠法令\n（具体的な\n条項も記載）", "law", "関係する\n計画、通知等", "plans"),
        ("主要政策・施策", "major_policy", "主要経費", "major_expense"),
    ):
        paper.label("A:F", left)
        paper.box("G:X", project[left_key])
        paper.label("Y:AD", right)
        paper.box("AE:AX", project[right_key])
        paper.next()
    for label, name in (
        ("事業の目的\n（目指す姿を簡潔に。3行程度以内）", "purpose"),
        ("事業概要\n（5行程度以内。別添可）", "overview"),
        ("実施方法", "method"),
    ):
        paper.label("A:F", label)
        paper.box("G:AX", project[name])
        paper.next()


def budget(paper: Paper, columns: Sequence[Mapping[str, Value]], year: int) -> None:
    """``columns``: five fiscal years (year-3 … year+1), each a row name → figure."""
    years = range(year - 3, year + 2)
    paper.label("A:F", "予算額・\n執行額\n（単位:百万円）", rows=10)
    paper.label("G:O", "")
    for place, text, fiscal_year in zip(YEARS5, eras(years, year != 2020), years, strict=True):
        paper.label(place, text + ("要求" if fiscal_year > year else ""))
    paper.next()
    paper.label("G:I", "予算\nの\n状況", rows=6)
    for name in (*BUDGET_ROWS, "計"):
        paper.label("J:O", name)
        form = SIGNED_MONEY if name == "翌年度へ繰越し" else MONEY
        _figures(paper, YEARS5, [c[name] for c in columns], form)
    for label, name, form in (
        ("執行額", "執行額", MONEY),
        ("執行率（％）", "執行率", PERCENT),
        ("当初予算＋補正予算に対する執行額の割合（％）", "割合", PERCENT),
    ):
        paper.label("G:O", label)
        _figures(paper, YEARS5, [c[name] for c in columns], form)


def budget_items(paper: Paper, items: list[list[Value]], reason: str, year: int) -> None:
    both_years = f"{era(year).removesuffix('年度')}・{short(year + 1)}"
    paper.label("A:F", f"{both_years}\n予算内訳\n（単位：百万円）", rows=len(items) + 2)
    paper.label("G:O", "歳出予算目")
    paper.label("P:V", f"{era(year)}当初予算")
    paper.label("W:AC", f"{era(year + 1)}要求")
    paper.label("AD:AX", "主な増減理由")
    paper.next()
    paper.box("AD:AX", reason, rows=len(items) + 1)
    totals: list[Value] = ["計", *(sum(v for item in items if isinstance(v := item[i], int)) for i in (1, 2))]
    for row in [*items, totals]:
        for place, value in zip(("G:O", "P:V", "W:AC"), row, strict=True):
            paper.box(place, value, number_format="General" if isinstance(value, str) else MONEY)
        paper.next()


def outcomes(paper: Paper, project: Project, year: int) -> None:
    for outcome in project["outcome"]:
        paper.label("A:F", "成果目標及び\n成果実績\n（アウトカム）", rows=4)
        paper.label("G:O", "定量的な成果目標")
        paper.label("P:X", "成果指標")
        _indicator_head(paper, year, ["中間目標", "目標最終年度"], outcome)
        paper.next()
        paper.box("G:O", outcome["goal"], rows=3)
        paper.box("P:X", outcome["indicator"], rows=3)
        for name, unit, values in (
            ("成果実績", outcome["unit"], _years(outcome["actual"], year) + _end(outcome, None)),
            ("目標値", outcome["unit"], _years(outcome["target"], year) + _end(outcome, 1)),
            ("達成度", "％", _years(_attainment(outcome), year) + _end(outcome, None)),
        ):
            _indicator_row(paper, name, unit, values)
        paper.label("A:F", "根拠として用いた統計・データ名（出典）")
        paper.box("G:AX", outcome["source"])
        paper.next()
        if "no_goal" in outcome:
            _no_quantitative_goal(paper, outcome, year)


def _no_quantitative_goal(paper: Paper, outcome: Mapping[str, Any], year: int) -> None:
    paper.label("A:F", "定量的な成果目標の設定が困難な場合", rows=2)
    paper.label("G:AA", "定量的な目標が設定できない理由")
    first, *_, last = eras(range(year - 3, year), True)
    paper.label("AB:AX", f"定性的な成果目標と{first.removesuffix('年度')}～{last}の達成状況・実績")
    paper.next()
    paper.box("G:AA", outcome["no_goal"])
    paper.box("AB:AX", outcome["alternative"])
    paper.next()


def outputs(paper: Paper, project: Project, year: int) -> None:
    for output in project["output"]:
        paper.label("A:F", "活動指標及び\n活動実績\n（アウトプット）", rows=3)
        paper.label("G:X", "活動指標")
        paper.label("Y:AA", "")
        paper.label("AB:AD", "単位")
        labels = [*eras(range(year - 3, year), year != 2020), *(f"{short(y)}\n活動見込" for y in (year, year + 1))]
        for place, text in zip(INDICATOR_YEARS, labels, strict=True):
            paper.label(place, text)
        paper.next()
        paper.box("G:X", output["indicator"], rows=2)
        actual = [*_years(output["actual"], year), "", "-"]
        plan = [output["plan"].get(str(y), "-") for y in range(year - 3, year + 2)]
        _indicator_row(paper, "活動実績", output["unit"], actual)
        _indicator_row(paper, "当初見込み", output["unit"], plan)


def unit_cost(paper: Paper, cost: Mapping[str, Any], year: int) -> None:
    years = range(year - 3, year + 1)
    formulas = {**cost["formula"], **cost.get("formula_in", {}).get(str(year), {})}
    paper.label("A:F", "単位当たり\nコスト", rows=3)
    paper.label("G:X", "算出根拠")
    paper.label("Y:AA", "")
    paper.label("AB:AD", "単位")
    for place, text in zip(INDICATOR_YEARS, [*eras(years[:3], year != 2020), f"{short(year)}活動見込"], strict=False):
        paper.label(place, text)
    paper.next()
    paper.box("G:X", cost["basis"], rows=2)
    _indicator_row(paper, "単位当たり\nコスト", cost["unit"], [cost["cost"].get(str(y), "-") for y in years])
    _indicator_row(paper, "計算式", "/", [formulas.get(str(y), "-") for y in years])


def policy(paper: Paper, project: Project, year: int) -> None:
    """政策評価、新経済・財政再生計画との関係: two tables beside one tall label."""
    plan = project["policy"]
    reform = project.get("reform", {})
    paper.label("A:B", "政策評価、新経済・財政再生計画との関係", rows=15)
    paper.label("C:F", "政策評価", rows=7)
    for label, name in (("政策", "policy"), ("施策", "measure")):
        paper.label("G:K", label)
        paper.box("L:AX", plan[name])
        paper.next()
    paper.label("G:K", "測定指標", rows=3)
    _small_table(paper, "定量的指標", plan, year, ("中間目標", "目標年度"), ("実績値", "目標値"))
    paper.label("G:AX", "本事業の成果と上位施策・測定指標との関係")
    paper.next()
    paper.box("G:AX", plan["relation"])
    paper.next()
    paper.label("C:F", f"新経済・財政再生計画改革工程表\n{year - 1}", rows=8)
    paper.label("G:K", "取組事項", rows=2)
    paper.label("L:O", "分野：")
    paper.box("P:AX", reform.get("field", "-"))
    paper.next()
    paper.box("L:AX", reform.get("item", "-"))
    paper.next()
    paper.label("G:K", "KPI\n（第一階層）", rows=4)
    kpi = {"indicator": reform.get("kpi", "-"), "unit": "-", "actual": {}, "target": {}, **reform}
    _small_table(paper, "KPI\n（第一階層）", kpi, year, ("中間目標", "目標最終年度"), ("成果実績", "目標値", "達成度"))
    paper.label("G:AX", "本事業の成果と取組事項・KPIとの関係")
    paper.next()
    paper.box("G:AX", reform.get("relation", "-"))
    paper.next()


def _small_table(paper: Paper, heading: str, table: Mapping[str, Any], year: int,
                 ends: tuple[str, str], rows: tuple[str, ...]) -> None:
    paper.label("L:X", heading)
    _indicator_head(paper, year, list(ends), table)
    paper.next()
    paper.box("L:X", table["indicator"], rows=len(rows))
    actual = table["actual"]
    series = {"実績値": actual, "成果実績": actual, "目標値": table["target"], "達成度": _attainment(table)}
    for name in rows:
        unit = "％" if name == "達成度" else table["unit"]
        _indicator_row(paper, name, unit, _years(series[name], year) + _end(table, 1 if name == "目標値" else None))


def checks(paper: Paper, questions: list[Mapping[str, str]], project: Project, year: int) -> None:
    own = project.get("checks", {}).get(str(year), {})
    words = {name: project[name] for name in ("what", "who", "rival")}
    paper.label("A:AX", "事業所管部局による点検・改善")
    paper.next()
    paper.label("A:B", "")
    paper.label("C:AC", "項　　目")
    paper.label("AD:AF", "評　価")
    paper.label("AG:AX", "評価に関する説明")
    paper.next()
    groups = [q["group"] for q in questions]
    for number, question in enumerate(questions, start=1):
        if number == 1 or groups[number - 2] != question["group"]:
            paper.label("A:B", question["group"], rows=groups.count(question["group"]))
        mark, note = own.get(str(number), [question["mark"], question["note"].format(**words)])
        paper.box("C:AC", question["question"])
        paper.box("AD:AF", mark)
        paper.box("AG:AX", note)
        paper.next()
    paper.label("A:B", "点検・改善結果", rows=2)
    for label, name in (("点検結果", "result"), ("改善の\n方向性", "direction")):
        paper.label("C:H", label)
        paper.box("I:AX", project[name][str(year)])
        paper.next()


def opinions(paper: Paper, project: Project, year: int, remark: str) -> None:
    key = str(year)
    paper.label("A:AX", "外部有識者の所見")
    paper.next()
    paper.box("A:AX", project["expert"][key])
    paper.next()
    for heading, name in (
        ("行政事業レビュー推進チームの所見", "team"),
        ("所見を踏まえた改善点／概算要求における反映状況", "response"),
    ):
        paper.label("A:AX", heading)
        paper.next()
        verdict, detail = project[name][key]
        paper.box("A:E", verdict)
        paper.box("F:AX", detail)
        paper.next()
    paper.label("A:AX", "備考")
    paper.next()
    paper.box("A:AX", remark)
    paper.next()


def past_numbers(paper: Paper, project: Project, year: int) -> None:
    """Four years a row, then one a row from 平成30年度 on, as the form has it."""
    paper.label("A:AX", "関連する過去のレビューシートの事業番号")
    paper.next()
    labels = [f"平成{n}年度" for n in range(22, 31)] + ["平成31年度", "令和2年度"][: max(0, year - 2019)]
    many, single = labels[:8], labels[8:]
    places = (("A:E", "F:L"), ("M:Q", "R:X"), ("Y:AC", "AD:AJ"), ("AK:AO", "AP:AV"))
    for start in (0, 4):
        for (label_place, place), label in zip(places, many[start : start + 4], strict=True):
            paper.label(label_place, label)
            paper.box(place, project["past"].get(label, "-"))
        paper.next()
    for label in single:
        number = project["past"].get(label, "-")
        paper.label("A:E", label)
        paper.box("F:L", f"架空省 ({number})" if label in ("平成31年度", "令和2年度") and number != "-" else number)
        paper.next()
    advice = "執行実績がない新規事業、新規要求事業については現時点で予定やイメージを記入。"
    paper.box("A:AX", f"※{era(year - 1)}実績を記入。{advice}")
    paper.next()


def _indicator_head(paper: Paper, year: int, ends: list[str], table: Mapping[str, Any]) -> None:
    paper.label("Y:AA", "")
    paper.label("AB:AD", "単位")
    targets = [table.get("mid", ["-"])[0], table.get("final", ["-"])[0]]
    labels = [*eras(range(year - 3, year), year != 2020),
              *(f"{end}\n{target}　年度" for end, target in zip(ends, targets, strict=True))]
    for place, text in zip(INDICATOR_YEARS, labels, strict=True):
        paper.label(place, text)


def _indicator_row(paper: Paper, name: str, unit: str, values: list[Value]) -> None:
    paper.label("Y:AA", name)
    paper.box("AB:AD", unit)
    large = any(isinstance(v, int) and abs(v) >= 1000 for v in values)
    _figures(paper, INDICATOR_YEARS, values, MONEY if large else "General")


def _figures(paper: Paper, places: Iterable[str], values: list[Value], number_format: str) -> None:
    for place, value in zip(places, values, strict=False):
        paper.box(place, value, number_format=number_format if isinstance(value, int | float) else "General")
    paper.next()


def _years(series: Mapping[str, Value], year: int) -> list[Value]:
    return [series.get(str(y), "-") for y in range(year - 3, year)]


def _end(table: Mapping[str, Any], which: int | None) -> list[Value]:
    """The two target columns: the target itself in the row 目標値, a dash elsewhere."""
    if which is None:
        return ["-", "-"]
    return [table.get("mid", ["-", "-"])[which], table.get("final", ["-", "-"])[which]]


def _attainment(table: Mapping[str, Any]) -> Mapping[str, Value]:
    """達成度: printed as given, else actual / target in percent with one decimal."""
    if "attainment" in table:
        given: Mapping[str, Value] = table["attainment"]
        return given
    return {
        year: round(actual / table["target"][year] * 100, 1)
        for year, actual in table["actual"].items()
        if isinstance(table["target"].get(year), int | float) and table["target"][year]
    }
