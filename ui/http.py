"""Small helpers of the routes: our errors as plain words with a status, JSON in and out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from corpus.model import CorpusError
from ui.desk import BadQuestion, NotFound
from ui.edits import BadEdit
from ui.gate import Busy, TooSlow
from ui.jobs import TooManyJobs
from ui.security import BodyTooBig

if TYPE_CHECKING:
    from gradio import Server

STATUS: dict[type[Exception], int] = {
    BadQuestion: 400,
    BadEdit: 400,
    NotFound: 404,
    TooManyJobs: 503,
    BodyTooBig: 413,
    Busy: 503,
    TooSlow: 504,
    CorpusError: 503,
}
Handler = Callable[[Request], Awaitable[Response]]


def guarded(function: Callable[..., Awaitable[Response]]) -> Handler:
    """Our own errors become plain words with the right status; anything else is logged and excused."""

    async def handler(request: Request) -> Response:
        try:
            return await function(request)
        except tuple(STATUS) as error:
            status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
            headers = {"retry-after": "3"} if status == 503 else None
            return JSONResponse({"error": str(error)}, status, headers)
        except ClientDisconnect:
            return Response(status_code=499)

    return handler


async def excuse(request: Request, error: Exception) -> Response:
    """An error of ours: the details are in the log, the reader gets words."""
    return JSONResponse({"error": "アプリの中で誤りが起きました。質問を少し変えるか、アプリを起動し直してください。"}, 500)


def route(server: Server, path: str, function: Callable[..., Awaitable[Response]], *methods: str) -> None:
    server.router.add_route(path, guarded(function), methods=list(methods) or ["GET"])


def as_json(data: Any) -> Response:

    return Response(orjson.dumps(data, default=str), media_type="application/json")


async def body_of(request: Request) -> dict[str, Any]:

    try:
        data = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise BadQuestion("JSON として読めません。") from None
    if not isinstance(data, dict):
        raise BadQuestion("JSON のオブジェクトを送ってください。")
    return data


def text_of(data: dict[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise BadQuestion(f"{name} には文字列を入れてください。")
    return value


