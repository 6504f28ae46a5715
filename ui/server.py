"""Routes and wiring: pages and markup for the browser, JSON for programs, the guard around both.

Gradio 6 in server mode (``gradio.Server``): its API engine, our own page.  The page asks ``/ui/…``,
programs ask ``/api/…``, ``gradio_client`` (``/ask`` …) or MCP; all end in ``desk`` or ``api``.
"""

from __future__ import annotations

import contextlib
import csv
import io
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response

from corpus.model import CorpusError
from ui import aggregate_view, ask_view, brief_view, briefs, compare_view, data_view, desk, page, search_view
from ui.api import Api
from ui.edits import BadEdit
from ui.gate import Busy, Gate, TooSlow
from ui.jobs import JobRunning, Jobs, safe_name
from ui.library import Library
from ui.loaded import check_findings, corpus_line, loaded_files, sources_after_job
from ui.markup import tag
from ui.questions import examples
from ui.security import BodyTooBig, Guard, allowed_hosts
from ui.settings import AppSettings

if TYPE_CHECKING:
    from gradio import Server
    from starlette.types import ASGIApp

_log = logging.getLogger(__name__)
_STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_STATUS: dict[type[Exception], int] = {
    desk.BadQuestion: 400, BadEdit: 400, desk.NotFound: 404, JobRunning: 409, BodyTooBig: 413, Busy: 503,
    TooSlow: 504, CorpusError: 503,
}  # fmt: skip
Handler = Callable[[Request], Awaitable[Response]]


class Rooms:
    """What the handlers share: library, door, jobs, kept answers."""

    def __init__(self, settings: AppSettings) -> None:
        self.settings = settings
        self.library = Library(settings.data_dir)
        self.gate = Gate(settings.workers, settings.waiting, settings.timeout_s)
        self.answers = desk.Answers()
        self.briefs = briefs.Briefs()
        self.jobs = Jobs(settings.data_dir, settings.data_dir.absolute() / "uploads", lambda: sources_after_job(self.library))
        self.api = Api(self.library, self.briefs, settings.question_limit)
        self.examples: tuple[int, dict[str, Any]] = (-1, {})


def build(settings: AppSettings) -> tuple[Server, Rooms]:
    """The server with all routes, not yet listening. Needs ``seal_environment`` to have run."""
    from gradio import Server as GradioServer

    class GuardedServer(GradioServer):
        """The guard stands outside everything, also what Gradio adds when it starts."""

        def build_middleware_stack(self) -> ASGIApp:
            return Guard(super().build_middleware_stack(), settings)

    rooms = Rooms(settings)
    server = GuardedServer(title="rsqa", docs_url=None, redoc_url=None, openapi_url=None)
    version = str(max(int(path.stat().st_mtime) for path in _STATIC.iterdir()))
    _pages(server, rooms, version)
    _ui_routes(server, rooms)
    _data_routes(server, rooms)
    _rest_routes(server, rooms)
    _gradio_endpoints(server, rooms)
    server.add_exception_handler(Exception, _excuse)
    return server, rooms


def _guarded(function: Callable[..., Awaitable[Response]]) -> Handler:
    """Our own errors become plain words with the right status; anything else is logged and excused."""

    async def handler(request: Request) -> Response:
        try:
            return await function(request)
        except tuple(_STATUS) as error:
            status = next(code for kind, code in _STATUS.items() if isinstance(error, kind))
            headers = {"retry-after": "3"} if status == 503 else None
            return JSONResponse({"error": str(error)}, status, headers)
        except ClientDisconnect:
            return Response(status_code=499)

    return handler


async def _excuse(request: Request, error: Exception) -> Response:
    """An error of ours: the details are in the log, the reader gets words."""
    return JSONResponse({"error": "アプリの中で誤りが起きました。質問を少し変えるか、アプリを起動し直してください。"}, 500)


def _route(server: Server, path: str, function: Callable[..., Awaitable[Response]], *methods: str) -> None:
    server.router.add_route(path, _guarded(function), methods=list(methods) or ["GET"])


def _json(data: Any) -> Response:
    import orjson

    return Response(orjson.dumps(data, default=str), media_type="application/json")


async def _body(request: Request) -> dict[str, Any]:
    import orjson

    try:
        data = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise desk.BadQuestion("JSON として読めません。") from None
    if not isinstance(data, dict):
        raise desk.BadQuestion("JSON のオブジェクトを送ってください。")
    return data


def _text(data: dict[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise desk.BadQuestion(f"{name} には文字列を入れてください。")
    return value


# ---- the page and its files -----------------------------------------------------------------------


def _pages(server: Server, rooms: Rooms, version: str) -> None:
    parts = page.PageParts(
        ask=ask_view.render(rooms.settings.question_limit), search=search_view.render(), compare=compare_view.render(),
        brief=brief_view.render(), aggregate=aggregate_view.render(), data=data_view.render(),
    )  # fmt: skip
    document = page.render(parts, version)
    files = {path.name: path for path in _STATIC.iterdir() if path.suffix in _TYPES}

    async def home(request: Request) -> Response:
        return HTMLResponse(document)

    async def static(request: Request) -> Response:
        path = files.get(request.path_params["name"])
        if path is None:
            return PlainTextResponse("ありません。", 404)
        caching = "public, max-age=31536000, immutable" if request.query_params.get("v") == version else "no-cache"
        return FileResponse(path, media_type=_TYPES[path.suffix], headers={"cache-control": caching})

    async def icon(request: Request) -> Response:
        return FileResponse(files["icon.svg"], media_type="image/svg+xml")

    async def robots(request: Request) -> Response:
        return PlainTextResponse("User-agent: *\nDisallow: /\n")

    async def brief(request: Request) -> Response:
        extension = request.path_params.get("extension", "html")
        chosen = next((one for one in briefs.FORMATS if one.extension == extension), None)
        if chosen is None:
            return PlainTextResponse("その形式はありません。", 404)
        asked = briefs.read_request(request.query_params, request.query_params.getlist("sheet_id"))
        shelf = rooms.library.shelf()
        content = await rooms.gate.run(rooms.briefs.written, shelf, asked, extension)
        headers = {}
        if "extension" in request.path_params:
            title = (await rooms.gate.run(rooms.briefs.brief, shelf, asked)).title
            headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(safe_name(f'{title}.{extension}'))}"
        return Response(content, media_type=chosen.media_type, headers=headers)

    _route(server, "/", home)
    _route(server, "/static-ui/{name}", static)
    _route(server, "/favicon.ico", icon)
    _route(server, "/robots.txt", robots)
    _route(server, "/brief", brief)
    _route(server, "/brief.{extension}", brief)


# ---- what the page asks ---------------------------------------------------------------------------


def _ui_routes(server: Server, rooms: Rooms) -> None:
    run, shelf = rooms.gate.run, rooms.library.shelf

    async def ask(request: Request) -> Response:
        data = await _body(request)
        question = desk.checked_question(_text(data, "question") or "", rooms.settings.question_limit)
        edits = data.get("edits")
        if edits is not None and not isinstance(edits, dict):
            raise desk.BadQuestion("edits は JSON のオブジェクトにしてください。")
        arguments = (question, _text(data, "sheet_id"), _text(data, "session"), edits, _text(data, "token"))
        return _json(await run(desk.ask, shelf(), rooms.answers, *arguments))

    async def sheet(request: Request) -> Response:
        return _json(await run(desk.sheet, shelf(), request.query_params.get("sheet_id", "")))

    async def cell(request: Request) -> Response:
        query = request.query_params
        return _json({"html": await run(desk.cell, shelf(), query.get("sheet_id", ""), query.get("at", ""))})

    async def projects(request: Request) -> Response:
        return _json({"projects": await run(desk.projects, shelf(), request.query_params.get("q", "")[:200])})

    async def filters(request: Request) -> Response:
        now = shelf()
        options = await run(desk.filter_options, now)
        found = {"html": search_view.filters(options), "brief": brief_view.choices(options), "key": str(now.serial)}
        return _json(found)

    async def search(request: Request) -> Response:
        query = dict(request.query_params)
        words = desk.checked_question(query.get("q", ""), rooms.settings.question_limit)
        return _json({"html": await run(desk.search, shelf(), words, query)})

    async def compare(request: Request) -> Response:
        query = request.query_params
        return _json(await run(desk.compare, shelf(), query.getlist("sheet"), query.get("measure", "")))

    async def brief(request: Request) -> Response:
        asked = briefs.read_request(request.query_params, request.query_params.getlist("sheet_id"))
        return _json({"html": await run(_brief_panel, rooms, asked)})

    async def offered(request: Request) -> Response:
        return _json(await run(_examples, rooms))

    async def builder(request: Request) -> Response:
        now = shelf()
        options = await run(desk.filter_options, now)
        return _json({"html": aggregate_view.builder(options), "patterns": aggregate_view.patterns(), "key": str(now.serial)})

    async def aggregate(request: Request) -> Response:
        question = desk.checked_question(_text(await _body(request), "question") or "", rooms.settings.question_limit)
        return _json(await run(_aggregate, rooms, question))

    async def table(request: Request) -> Response:
        return _json({"html": await run(_table_page, rooms, dict(request.query_params))})

    async def table_csv(request: Request) -> Response:
        content = await run(_table_csv, rooms, dict(request.query_params))
        headers = {"content-disposition": "attachment; filename*=UTF-8''" + quote("集計.csv")}
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    for path, function in (
        ("sheet", sheet), ("cell", cell), ("projects", projects), ("filters", filters), ("search", search),
        ("compare", compare), ("brief", brief), ("examples", offered), ("aggregate_builder", builder), ("table", table),
        ("table.csv", table_csv),
    ):  # fmt: skip
        _route(server, f"/ui/{path}", function)
    _route(server, "/ui/ask", ask, "POST")
    _route(server, "/ui/aggregate", aggregate, "POST")


def _examples(rooms: Rooms) -> dict[str, Any]:
    """Examples for the shelf of the moment; made once per generation."""
    if rooms.jobs.busy and not rooms.library.has_corpus():
        waiting = tag("p", "見本のシートを読み込んでいます。少しお待ちください。", class_="dim")
        return {"html": waiting, "again_ms": 1500}
    shelf = rooms.library.shelf()
    if rooms.examples[0] != shelf.serial:
        found = examples(shelf)
        rooms.examples = (shelf.serial, {"html": ask_view.examples(found)})
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
    table = aggregate_view.full_table(answer)
    token = rooms.answers.keep(answer, shelf.serial)
    return {"html": aggregate_view.summary(answer), "token": token, "rows": len(table.rows), "status": str(answer.status)}


def _table(rooms: Rooms, query: dict[str, str]) -> aggregate_view.FullTable:
    kept = rooms.answers.get(query.get("token", ""))
    if kept is None:
        raise desk.NotFound("この一覧表は古くなりました。もう一度、集計してください。")
    return aggregate_view.full_table(kept.answer)


def _whole(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 9 else default


def _table_page(rooms: Rooms, query: dict[str, str]) -> str:
    return aggregate_view.page(
        _table(rooms, query), query.get("token", ""), _whole(query, "page", 0), _whole(query, "sort", -1),
        query.get("desc") == "1", query.get("left_out") == "1",
    )  # fmt: skip


def _table_csv(rooms: Rooms, query: dict[str, str]) -> bytes:
    """The whole table; texts that a spreadsheet would run as formulas get a leading apostrophe."""
    table = _table(rooms, query)
    left = query.get("left_out") == "1"
    header, rows = (table.left_out_header, table.left_out) if left else (table.header, table.rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([[_inert(text) for text in row] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")  # the mark tells Excel that it is UTF-8


def _inert(text: str) -> str:
    formula = text[:1] in "=+-@\t\r＝＋－＠" and text != "" and aggregate_view.is_text(text)
    return f"'{text}" if formula else text


# ---- data: what is loaded, uploads, jobs ----------------------------------------------------------


def _data_routes(server: Server, rooms: Rooms) -> None:
    async def state(request: Request) -> Response:
        job = rooms.jobs.state()
        line, serial = await rooms.gate.run(corpus_line, rooms.library)
        return _json({"line": line, "serial": serial, "busy": rooms.jobs.busy, "job": data_view.job(job) if job else ""})

    async def data(request: Request) -> Response:
        if not rooms.library.has_corpus():
            return _json({"summary": data_view.summary(None), "files": data_view.files((), 0)})
        shelf = rooms.library.shelf()
        files, total = await rooms.gate.run(loaded_files, shelf)
        return _json({"summary": data_view.summary(shelf.summary), "files": data_view.files(files, total)})

    async def findings(request: Request) -> Response:
        found, total = await rooms.gate.run(check_findings, rooms.library.shelf())
        return _json({"html": data_view.findings(found, total)})

    async def upload(request: Request) -> Response:
        key, path = rooms.jobs.new_upload(request.query_params.get("name", ""))
        size = 0
        with path.open("wb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                file.write(chunk)
        if size == 0:
            path.unlink()
            raise desk.BadQuestion("ファイルが空です。")
        return _json({"upload": key, "size": size})

    async def ingest(request: Request) -> Response:
        keys = (await _body(request)).get("uploads")
        if not isinstance(keys, list) or not keys:
            raise desk.BadQuestion("取り込むファイルがありません。")
        paths = [path for key in keys if (path := rooms.jobs.upload_path(str(key))) is not None]
        if not paths:
            raise desk.NotFound("送ったファイルが見つかりません。もう一度送ってください。")
        rooms.jobs.ingest(paths, f"{len(paths)}個のファイルを取り込んでいます")
        return _json({"started": len(paths)})

    async def remove(request: Request) -> Response:
        digest = _text(await _body(request), "digest") or ""
        files, _ = await rooms.gate.run(loaded_files, rooms.library.shelf(), limit=1_000_000)
        name = next((one.name for one in files if one.digest == digest), None)
        if name is None:
            raise desk.NotFound("そのファイルは取り込まれていません。")
        rooms.jobs.remove_file(name)
        return _json({"started": 1})

    _route(server, "/ui/state", state)
    _route(server, "/ui/data", data)
    _route(server, "/ui/findings", findings)
    _route(server, "/ui/upload", upload, "POST")
    _route(server, "/ui/ingest", ingest, "POST")
    _route(server, "/ui/remove", remove, "POST")


# ---- for programs ---------------------------------------------------------------------------------


def _rest_routes(server: Server, rooms: Rooms) -> None:
    """``GET /api/ask?question=…`` or ``POST /api/ask`` with a JSON object; the answer is the contract's JSON."""
    operations: dict[str, tuple[Callable[..., dict[str, Any]], dict[str, type]]] = {
        "ask": (rooms.api.ask, {"question": str, "sheet_id": str, "session": str}),
        "search": (rooms.api.search, {"query": str, "k": int, "ministry": str, "sheet_year": int}),
        "get_sheet": (rooms.api.get_sheet, {"sheet_id": str}),
        "brief": (rooms.api.brief, {"sheet_id": str}),
        "aggregate": (rooms.api.aggregate, {"question": str}),
    }

    def endpoint(name: str) -> Callable[[Request], Awaitable[Response]]:
        function, parameters = operations[name]

        async def call(request: Request) -> Response:
            given = await _body(request) if request.method == "POST" else dict(request.query_params)
            arguments = {key: _converted(given[key], kind, key) for key, kind in parameters.items() if given.get(key) is not None}
            required = next(iter(parameters))
            if required not in arguments:
                raise desk.BadQuestion(f"{required} を指定してください。")
            found = await rooms.gate.run(function, **arguments)
            return _json({"id": given["id"], **found} if "id" in given else found)

        return call

    for name in operations:
        _route(server, f"/api/{name}", endpoint(name), "GET", "POST")


def _converted(value: Any, kind: type, name: str) -> Any:
    if kind is int:
        if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, str) and value.isdecimal() and len(value) < 9)):
            raise desk.BadQuestion(f"{name} には整数を入れてください。")
        return int(value)
    if not isinstance(value, str):
        raise desk.BadQuestion(f"{name} には文字列を入れてください。")
    return value


def _gradio_endpoints(server: Server, rooms: Rooms) -> None:
    """The same five for ``gradio_client``. ``queue=False``: our gate bounds the work, whoever asks."""
    import gradio

    api, run = rooms.api, rooms.gate.run

    async def told(call: Awaitable[dict[str, Any]]) -> dict[str, Any]:
        try:
            return await call
        except tuple(_STATUS) as error:
            raise gradio.Error(str(error), print_exception=False) from error

    async def ask(question: str, sheet_id: str | None = None, session: str | None = None) -> dict[str, Any]:
        return await told(run(api.ask, question, sheet_id, session))

    async def search(query: str, k: int = 10, ministry: str | None = None, sheet_year: int | None = None) -> dict[str, Any]:
        return await told(run(api.search, query, k, ministry, sheet_year))

    async def get_sheet(sheet_id: str) -> dict[str, Any]:
        return await told(run(api.get_sheet, sheet_id))

    async def brief(sheet_id: str) -> dict[str, Any]:
        return await told(run(api.brief, sheet_id))

    async def aggregate(question: str) -> dict[str, Any]:
        return await told(run(api.aggregate, question))

    for function in (ask, search, get_sheet, brief, aggregate):
        server.api(function, name=function.__name__, queue=False, concurrency_limit=None)


# ---- life -----------------------------------------------------------------------------------------


def lifespan(server: Server, rooms: Rooms) -> Callable[[Any], contextlib.AbstractAsyncContextManager[None]]:
    """What runs while the server does: the MCP session manager, and at the end the door and jobs are closed."""

    @contextlib.asynccontextmanager
    async def running(_: Any) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            if rooms.settings.mcp:
                from ui.mcp_server import build as build_mcp

                hosts = sorted(allowed_hosts(rooms.settings))
                mcp = build_mcp(rooms.api, rooms.gate, hosts)
                server.mount("/mcp", mcp.streamable_http_app())
                await stack.enter_async_context(mcp.session_manager.run())
            yield
        rooms.jobs.stop()
        rooms.gate.close()

    return running


def launch(server: Server, rooms: Rooms) -> str:
    """Start listening in the background; returns the address. Settings are written down in docs/app.md."""
    settings = rooms.settings
    begun = time.perf_counter()
    _, url, _ = server.launch(
        server_name=settings.host,
        server_port=settings.port,
        share=False,
        inbrowser=settings.open_browser,
        prevent_thread_lock=True,
        quiet=True,
        show_error=True,
        enable_monitoring=False,
        mcp_server=False,
        run_history=False,
        ssr_mode=False,
        pwa=False,
        allowed_paths=[],
        max_file_size=settings.upload_limit,
        strict_cors=True,
        num_workers=0,
        _frontend=False,
        app_kwargs={"lifespan": lifespan(server, rooms)},
    )
    _log.info("listening on %s after %.1f s", url, time.perf_counter() - begun)
    return str(url)
