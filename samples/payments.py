"""The second page of the form: 資金の流れ, 費目・使途, 支出先上位10者リスト, 国庫債務負担行為."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samples.grid import Paper, Value

Project = Mapping[str, Any]

RATE = "0.0%"
REASON = "一者応札・一者応募又は\n競争性のない随意契約となった\n理由及び改善策\n（支出額10億円以上）"
EXPENSE_LABEL = (
    "費目・使途\n（「資金の流れ」においてブロックごとに最大の金額が支出されている者について"
    "記載する。費目と使途の双方で実情が分かるように記載）"
)
EXPENSE_SIDES = (("G:AB", "G:K", "L:X", "Y:AB", "G:X"), ("AC:AX", "AC:AG", "AH:AT", "AU:AX", "AC:AT"))
PAYEE_HEAD = (("A:B", ""), ("C:L", "支　出　先"), ("M:R", "法　人　番　号"), ("S:AB", "業　務　概　要"),
              ("AC:AF", "支　出　額\n（百万円）"), ("AG:AJ", "契約方式等"), ("AK:AN", "入札者数\n（応募者数）"),
              ("AO:AQ", "落札率"), ("AR:AX", REASON))
COMMITMENT_HEAD = (("A:B", ""), ("C:E", "ブロック\n名"), ("F:L", "契　約　先"), *PAYEE_HEAD[2:4],
                   ("AC:AF", "契　約　額\n（百万円）"), *PAYEE_HEAD[5:])


def paid(project: Project, year: int) -> list[tuple[Mapping[str, Any], Value]]:
    """The payees of the sheet of ``year`` with their amounts, in the order of the data."""
    return [(p, p["amount"][str(year)]) for p in project.get("payee", []) if str(year) in p["amount"]]


def flow(paper: Paper, project: Project, year: int, ministry: str) -> None:
    """資金の流れ: the published form has drawn boxes here; the sample writes them as text."""
    totals: dict[str, float] = {}
    for payee, amount in paid(project, year):
        totals[payee["block"]] = totals.get(payee["block"], 0) + (amount if isinstance(amount, int | float) else 0)
    lines = [ministry]
    for block, role in project["flow"].items():
        who = [p["name"] for p, _ in paid(project, year) if p["block"] == block]
        if who:
            others = f" ほか{len(set(who)) - 1}者" if len(set(who)) > 1 else ""
            lines += [f"↓{role}", f"{block}. {who[0]}{others}　{totals[block]:,.10g}百万円"]
        else:
            lines.append(role)
    paper.label("A:F", "資金の流れ\n（資金の受け取り先が何を行っているかについて補足する）\n（単位：百万円）", rows=4)
    paper.box("G:AX", "\n".join(lines), rows=4)
    paper.next(4)


def expenses(paper: Paper, project: Project, year: int) -> None:
    """費目・使途: two blocks side by side, each with its own 計."""
    blocks = [_expense_block(project, block, year) for block in project.get("expense", [])]
    pairs = [blocks[i : i + 2] for i in range(0, len(blocks), 2)] or [[]]
    heights = [max([len(rows) for _, rows in pair], default=1) + 3 for pair in pairs]
    paper.label("A:F", EXPENSE_LABEL, rows=sum(heights))
    for pair, height in zip(pairs, heights, strict=True):
        for side in (0, 1):
            title, rows = pair[side] if side < len(pair) else ("", [])
            _expense_side(paper, side, title, rows, height)
        paper.next(height)


def _expense_block(project: Project, block: Mapping[str, Any], year: int) -> tuple[str, list[tuple[str, str, Value]]]:
    rows = [(item, use, amounts[str(year)]) for item, use, amounts in block["rows"]]
    largest = next(p["name"] for p, _ in paid(project, year) if p["block"] == block["block"])
    return f"{block['block']}.{largest}", rows


def _expense_side(paper: Paper, side: int, title: str, rows: list[tuple[str, str, Value]], height: int) -> None:
    whole, item, use, amount, both = EXPENSE_SIDES[side]
    top = paper.row
    paper.label(whole, title, row=top)
    for place, text in ((item, "費　目"), (use, "使　途"), (amount, "金　額\n（百万円）")):
        paper.label(place, text, row=top + 1)
    padded = [*rows, *[("", "", None)] * (height - 3 - len(rows))]
    for offset, (what, why, value) in enumerate(padded, start=2):
        paper.box(item, what, row=top + offset)
        paper.box(use, why, row=top + offset)
        paper.box(amount, value, row=top + offset, number_format="#,##0")
    total = sum(v for _, _, v in rows if isinstance(v, int | float)) if rows else None
    paper.label(both, "計", row=top + height - 1)
    paper.box(amount, total, row=top + height - 1, number_format="#,##0")


def payees(paper: Paper, project: Project, year: int) -> None:
    paper.label("A:AX", "支出先上位１０者リスト")
    paper.next()
    found = paid(project, year)
    for block in dict.fromkeys([p["block"] for p, _ in found] or ["A"]):
        paper.box("A:AX", f"{block}.")
        paper.next()
        for place, text in PAYEE_HEAD:
            paper.label(place, text)
        paper.next()
        rows = [(p, amount) for p, amount in found if p["block"] == block]
        for rank, (payee, amount) in enumerate(rows, start=1):
            _payee_row(paper, rank, payee, amount, str(year))
        if not rows:
            for place, text in PAYEE_HEAD:
                paper.box(place, 1 if text == "" else "-")
            paper.next()


def _payee_row(paper: Paper, rank: int, payee: Mapping[str, Any], amount: Value, key: str) -> None:
    money = "#,##0" if isinstance(amount, int) else "General"
    cells: list[tuple[Value, str]] = [
        (rank, "General"), (payee["name"], "General"), (payee["number"] or None, "@"), (payee["work"], "General"),
        (amount, money), (payee["method"], "General"), (payee.get("bidders", {}).get(key), "General"),
        (payee.get("rate", {}).get(key), RATE), (payee.get("reason", {}).get(key), "General"),
    ]
    for (place, _), (value, form) in zip(PAYEE_HEAD, cells, strict=True):
        paper.box(place, value, number_format=form if not isinstance(value, str) or form == "@" else "General")
    paper.next()


def commitments(paper: Paper, project: Project, year: int) -> None:
    rows = [c for c in project.get("commitment", []) if c["year"] == year]
    if not rows:
        return
    paper.label("A:AX", "国庫債務負担行為等による契約先上位10者リスト")
    paper.next()
    for place, text in COMMITMENT_HEAD:
        paper.label(place, text)
    paper.next()
    for rank, row in enumerate(rows, start=1):
        values: tuple[tuple[Value, str], ...] = (
            (rank, "General"), (row["block"], "General"), (row["name"], "General"), (row["number"], "@"),
            (row["work"], "General"), (row["amount"], "#,##0"), (row["method"], "General"), (row["bidders"], "General"),
            (row["rate"], RATE), (None, "General"),
        )
        for (place, _), (value, form) in zip(COMMITMENT_HEAD, values, strict=True):
            paper.box(place, value, number_format=form)
        paper.next()
