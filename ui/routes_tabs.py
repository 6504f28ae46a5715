"""What the page asks for its tabs: markup with the little data that its scripts need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from ui import aggregate_view, ask_view, brief_view, briefs, desk, search_view, table_view
from ui.http import as_json, body_of, route, text_of
from ui.markup import tag
from ui.questions import examples
from ui.rooms import Rooms

if TYPE_CHECKING:
    from gradio import Server


def add(server: Server, rooms: Rooms) -> None:
    """Add the routes of the tabs."""
    run, shelf = rooms.gate.run, rooms.library.shelf

    async def ask(request: Request) -> Response:
        data = await body_of(request)
        question = desk.checked_question(text_of(data, "question") or "", rooms.settings.question_limit)
        edits = data.get("edits")
        if edits is not None and not isinstance(edits, dict):
            raise desk.BadQuestion("edits は JSON のオブジェクトにしてください。")
        arguments = (question, text_of(data, "sheet_id"), text_of(data, "session"), edits, text_of(data, "token"))
        return as_json(await run(desk.ask, shelf(), rooms.answers, *arguments))

    async def sheet(request: Request) -> Response:
        return as_json(await run(desk.sheet, shelf(), request.query_params.get("sheet_id", "")))

    async def chart(request: Request) -> Response:
        return as_json({"html": await run(desk.project_chart, shelf(), request.query_params.get("sheet_id", ""))})

    async def cell(request: Request) -> Response:
        query = request.query_params
        return as_json({"html": await run(desk.cell, shelf(), query.get("sheet_id", ""), query.get("at", ""))})

    async def projects(request: Request) -> Response:
        return as_json({"projects": await run(desk.projects, shelf(), request.query_params.get("q", "")[:200])})

    async def filters(request: Request) -> Response:
        now = shelf()
        options = await run(desk.filter_options, now)
        found = {"html": search_view.filters(options), "brief": brief_view.choices(options), "key": str(now.serial)}
        return as_json(found)

    async def search(request: Request) -> Response:
        query = dict(request.query_params)
        words = desk.checked_question(query.get("q", ""), rooms.settings.question_limit)
        return as_json({"html": await run(desk.search, shelf(), words, query)})

    async def compare(request: Request) -> Response:
        query = request.query_params
        return as_json(await run(desk.compare, shelf(), query.getlist("sheet"), query.get("measure", "")))

    async def brief(request: Request) -> Response:
        asked = briefs.read_request(request.query_params, request.query_params.getlist("sheet_id"))
        return as_json({"html": await run(_brief_panel, rooms, asked)})

    async def offered(request: Request) -> Response:
        return as_json(await run(offered_examples, rooms))

    async def builder(request: Request) -> Response:
        now = shelf()
        options = await run(desk.filter_options, now)
        return as_json({"html": aggregate_view.builder(options), "patterns": aggregate_view.patterns(), "key": str(now.serial)})

    async def aggregate(request: Request) -> Response:
        question = desk.checked_question(text_of(await body_of(request), "question") or "", rooms.settings.question_limit)
        return as_json(await run(_aggregate, rooms, question))

    async def table(request: Request) -> Response:
        return as_json({"html": await run(_table_page, rooms, dict(request.query_params))})

    async def table_csv(request: Request) -> Response:
        content = await run(_table_csv, rooms, dict(request.query_params))
        headers = {"content-disposition": "attachment; filename*=UTF-8''" + quote("一覧表.csv")}
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    for path, function in (
        ("sheet", sheet), ("cell", cell), ("chart", chart), ("projects", projects), ("filters", filters), ("search", search),
        ("compare", compare), ("brief", brief), ("examples", offered), ("aggregate_builder", builder), ("table", table),
        ("table.csv", table_csv),
    ):  # fmt: skip
        route(server, f"/ui/{path}", function)
    route(server, "/ui/ask", ask, "POST")
    route(server, "/ui/aggregate", aggregate, "POST")


def offered_examples(rooms: Rooms) -> dict[str, Any]:
    """Examples for the shelf of the moment; made once per generation."""
    if rooms.jobs.busy and not rooms.library.has_corpus():
        waiting = tag("p", "見本のシートを読み込んでいます。少しお待ちください。", class_="dim")
        return {"html": waiting, "again_ms": 1500}
    shelf = rooms.library.shelf()
    with rooms.examples_lock:
        if rooms.examples[0] != shelf.serial:
            rooms.examples = (shelf.serial, {"html": ask_view.examples(examples(shelf))})
        return rooms.examples[1]


def _brief_panel(rooms: Rooms, asked: briefs.Request) -> str:
    shelf = rooms.library.shelf()
    made = rooms.briefs.brief(shelf, asked)
    years: list[tuple[str, int]] = []
    if len(asked.sheet_ids) == 1:
        info = desk.info_of(shelf, asked.sheet_ids[0])
        years = [(i.sheet_id, i.sheet_year) for i in desk.series_sheets(shelf, info)]
    return brief_view.result(asked, made.title, years)


def _aggregate(rooms: Rooms, question: str) -> dict[str, Any]:
    shelf = rooms.library.shelf()
    answer = shelf.engine.ask(question)
    table = table_view.full_table(answer)
    token = rooms.tables.keep(table)
    return {
        "html": aggregate_view.summary(answer), "token": token, "rows": len(table.rows), "status": str(answer.status),
        "citations": desk.cited_places(answer),
    }  # fmt: skip


def _table(rooms: Rooms, query: dict[str, str]) -> table_view.FullTable:
    """The table of a token: one made for paging, or that of an answer given before."""
    token = query.get("token", "")
    table = rooms.tables.get(token)
    if table is not None:
        return table
    kept = rooms.answers.get(token)
    if kept is None:
        raise desk.NotFound("この一覧表は古くなりました。もう一度、集計してください。")
    return table_view.full_table(kept.answer)


def _whole(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 9 else default


def _table_page(rooms: Rooms, query: dict[str, str]) -> str:
    return table_view.page(
        _table(rooms, query), query.get("token", ""), _whole(query, "page", 0), _whole(query, "sort", -1),
        query.get("desc") == "1", query.get("left_out") == "1",
    )  # fmt: skip


def _table_csv(rooms: Rooms, query: dict[str, str]) -> bytes:
    return table_view.to_csv(_table(rooms, query), query.get("left_out") == "1")
