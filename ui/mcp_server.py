"""The MCP server (``rsqa serve --mcp``): five tools with ASCII names and Japanese descriptions.

Built on the ``mcp`` package itself, not on Gradio's converter: that one gives a tool's result as
Python's ``repr`` (not JSON) and calls the server back over HTTP for every question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ui.api import Api
from ui.gate import Gate

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP

_INSTRUCTIONS = (
    "日本の行政事業レビューシート（国の全事業の予算・執行・成果・支出先）に、セルの出典付きで答えるサーバーです。"
    "まず ask に、事業名・年度・項目を含む質問をそのまま渡してください。status が answered 以外のときは、数値を推測せず、"
    "answer の文をそのまま伝えてください。値は results、根拠は citations（印字 raw、場所 source）にあります。"
)
_ASK = (
    "質問に、セルの出典付きで答える。question: 日本語の質問。sheet_id: 話題のシート（任意）。"
    "session: 会話の続きの印（任意）。"
)
_SEARCH = (
    "ふだんの言葉で事業をさがす。k: 件数（100まで）。ministry: 府省庁名（任意）。"
    "sheet_year: シート年度・西暦（任意）。"
)
_PROMPT = (
    "次の質問に、rsqa の道具だけを使って答えてください。\n\n{question}\n\n"
    "決まり: (1) ask を最初に使う。(2) status が ambiguous なら candidates を示して選んでもらう。(3) 数値は results の value と unit、"
    "出典は citations の sheet_id・row・column・source をそのまま示す。(4) 記載がないものは、記載がないと答える。"
    "(5) caveats に反する読み方をしない。"
)


def build(api: Api, gate: Gate, hosts: list[str]) -> FastMCP:
    """The server, without state between calls; ``hosts`` are the names it may be reached by."""
    from mcp.server.fastmcp import FastMCP
    from mcp.server.transport_security import TransportSecuritySettings

    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[*hosts, *(f"{host}:*" for host in hosts)],
        allowed_origins=[f"http://{host}:*" for host in hosts],
    )
    server = FastMCP(
        "rsqa", instructions=_INSTRUCTIONS, stateless_http=True, json_response=True, transport_security=security,
        streamable_http_path="/", log_level="WARNING",
    )  # fmt: skip

    @server.tool(description=_ASK)
    async def ask(question: str, sheet_id: str | None = None, session: str | None = None) -> dict[str, Any]:
        return await gate.run(api.ask, question, sheet_id, session)

    @server.tool(description=_SEARCH)
    async def search(query: str, k: int = 10, ministry: str | None = None, sheet_year: int | None = None) -> dict[str, Any]:
        return await gate.run(api.search, query, k, ministry, sheet_year)

    @server.tool(description="一枚のシートの全セルと全文章を、場所とともに返す。sheet_id: 例 2020/総務省/0048")
    async def get_sheet(sheet_id: str) -> dict[str, Any]:
        return await gate.run(api.get_sheet, sheet_id)

    @server.tool(description="一つの事業の概要資料（A4 一枚）を Markdown で返す。")
    async def brief(sheet_id: str) -> dict[str, Any]:
        return await gate.run(api.brief, sheet_id)

    @server.tool(description="多くのシートにまたがる問い（合計・件数・上位・条件）に、全件の表と数えなかったシートを付けて答える。")
    async def aggregate(question: str) -> dict[str, Any]:
        return await gate.run(api.aggregate, question)

    @server.prompt(name="cited_answer", description="行政事業レビューシートの質問に、出典付きで答えるための指示")
    def cited_answer(question: str) -> str:
        return _PROMPT.format(question=question)

    return server
