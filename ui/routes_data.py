"""The データ tab: state, uploads, jobs, what is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from ui import data_view, desk
from ui.http import as_json, body_of, route, text_of
from ui.loaded import check_table, corpus_line, ingest_findings, loaded_files
from ui.rooms import Rooms

if TYPE_CHECKING:
    from gradio import Server


def add(server: Server, rooms: Rooms) -> None:
    """Add the routes of the データ tab."""
    async def state(request: Request) -> Response:
        job = rooms.jobs.state()
        line, serial = await rooms.gate.run(corpus_line, rooms.library)
        return as_json({"line": line, "serial": serial, "busy": rooms.jobs.busy, "job": data_view.job(job) if job else ""})

    async def data(request: Request) -> Response:
        if not rooms.library.has_corpus():
            return as_json({"summary": data_view.summary(None), "files": data_view.files((), 0)})
        shelf = rooms.library.shelf()
        files, total = await rooms.gate.run(loaded_files, shelf)
        return as_json({"summary": data_view.summary(shelf.summary), "files": data_view.files(files, total)})

    async def findings(request: Request) -> Response:
        now = rooms.library.shelf()
        if rooms.checks[0] != now.serial:
            table = await rooms.gate.run(check_table, now)
            rooms.checks = (now.serial, rooms.tables.keep(table), len(table.rows))
        elif rooms.tables.get(rooms.checks[1]) is None:
            rooms.checks = (-1, "", 0)
            return await findings(request)
        found, total = await rooms.gate.run(ingest_findings, now)
        html = data_view.checked(data_view.findings(found, total), rooms.checks[2])
        return as_json({"html": html, "token": rooms.checks[1], "rows": rooms.checks[2]})

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
        return as_json({"upload": key, "size": size})

    async def ingest(request: Request) -> Response:
        keys = (await body_of(request)).get("uploads")
        if not isinstance(keys, list) or not keys:
            raise desk.BadQuestion("取り込むファイルがありません。")
        paths = [path for key in keys if (path := rooms.jobs.upload_path(str(key))) is not None]
        if not paths:
            raise desk.NotFound("送ったファイルが見つかりません。もう一度送ってください。")
        rooms.jobs.ingest(paths, f"{len(paths)}個のファイルを取り込んでいます")
        return as_json({"started": len(paths)})

    async def remove(request: Request) -> Response:
        digest = text_of(await body_of(request), "digest") or ""
        files, _ = await rooms.gate.run(loaded_files, rooms.library.shelf(), limit=1_000_000)
        name = next((one.name for one in files if one.digest == digest), None)
        if name is None:
            raise desk.NotFound("そのファイルは取り込まれていません。")
        rooms.jobs.remove_file(name)
        return as_json({"started": 1})

    route(server, "/ui/state", state)
    route(server, "/ui/data", data)
    route(server, "/ui/findings", findings)
    route(server, "/ui/upload", upload, "POST")
    route(server, "/ui/ingest", ingest, "POST")
    route(server, "/ui/remove", remove, "POST")
