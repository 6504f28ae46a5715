"""The page, its files, and briefs as documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from ui import aggregate_view, ask_view, brief_view, briefs, compare_view, data_view, page, search_view
from ui.http import route
from ui.jobs import safe_name
from ui.rooms import Rooms

if TYPE_CHECKING:
    from gradio import Server

_STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def add(server: Server, rooms: Rooms) -> None:
    """Add the routes of the page, its static files and briefs."""
    version = str(max(int(path.stat().st_mtime) for path in _STATIC.iterdir()))
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

    route(server, "/", home)
    route(server, "/static-ui/{name}", static)
    route(server, "/favicon.ico", icon)
    route(server, "/robots.txt", robots)
    route(server, "/brief", brief)
    route(server, "/brief.{extension}", brief)
