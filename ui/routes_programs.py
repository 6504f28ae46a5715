"""For programs: REST, and the same five operations for ``gradio_client``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from ui.desk import BadQuestion
from ui.http import STATUS, as_json, body_of, route
from ui.rooms import Rooms

if TYPE_CHECKING:
    from gradio import Server


def add(server: Server, rooms: Rooms) -> None:
    """Add ``/api/…`` and the Gradio endpoints."""
    _rest_routes(server, rooms)
    _gradio_endpoints(server, rooms)


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
            given = await body_of(request) if request.method == "POST" else dict(request.query_params)
            arguments = {key: _converted(given[key], kind, key) for key, kind in parameters.items() if given.get(key) is not None}
            required = next(iter(parameters))
            if required not in arguments:
                raise BadQuestion(f"{required} を指定してください。")
            found = await rooms.gate.run(function, **arguments)
            return as_json({"id": given["id"], **found} if "id" in given else found)

        return call

    for name in operations:
        route(server, f"/api/{name}", endpoint(name), "GET", "POST")


def _converted(value: Any, kind: type, name: str) -> Any:
    if kind is int:
        if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, str) and value.isdecimal() and len(value) < 9)):
            raise BadQuestion(f"{name} には整数を入れてください。")
        return int(value)
    if not isinstance(value, str):
        raise BadQuestion(f"{name} には文字列を入れてください。")
    return value


def _gradio_endpoints(server: Server, rooms: Rooms) -> None:
    """The same five for ``gradio_client``. ``queue=False``: our gate bounds the work, whoever asks."""
    import gradio

    api, run = rooms.api, rooms.gate.run

    async def told(call: Awaitable[dict[str, Any]]) -> dict[str, Any]:
        try:
            return await call
        except tuple(STATUS) as error:
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
