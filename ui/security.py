"""What the server refuses before any handler runs: foreign hosts, unknown paths, big bodies.

Gradio registers some ninety routes (file serving, proxying, uploads, monitoring, code editing …).
The app needs few of them, so the door is an allow-list: what is not in ``_ALLOWED`` does not exist.
"""

from __future__ import annotations

import base64
import collections
import hmac
import ipaddress
import re
import time
from collections.abc import Callable, Iterable

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.settings import AppSettings

# (methods, path): our own pages and the few Gradio routes that gradio_client needs.
_ALLOWED: tuple[tuple[frozenset[str], re.Pattern[str]], ...] = tuple(
    (frozenset(methods.split()), re.compile(pattern))
    for methods, pattern in (
        ("GET HEAD", r"/"),
        ("GET HEAD", r"/static-ui/[a-z0-9_.-]+"),
        ("GET HEAD", r"/favicon\.ico"),
        ("GET HEAD", r"/robots\.txt"),
        ("GET HEAD POST DELETE", r"/ui/[a-z_/]+(\.csv)?"),
        ("GET HEAD POST", r"/api/[a-z_]+(\.json)?"),
        ("GET HEAD", r"/brief(\.[a-z]+)?"),
        ("GET POST DELETE", r"/mcp/?"),
        ("GET HEAD", r"/config"),
        ("GET", r"/gradio_api/(info|startup-events|heartbeat/[A-Za-z0-9]+)"),
        ("POST", r"/gradio_api/(run|api)/(ask|search|get_sheet|brief|aggregate)"),
        ("POST", r"/gradio_api/call/(v2/)?(ask|search|get_sheet|brief|aggregate)"),
        ("GET", r"/gradio_api/call/(ask|search|get_sheet|brief|aggregate)/[A-Za-z0-9]+"),
        ("POST", r"/gradio_api/queue/join"),
        ("GET", r"/gradio_api/queue/data"),
    )
)
_ALL_ADDRESSES = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, never bound to here
_COMPUTES = ("/ui/", "/api/", "/gradio_api/")  # another site's page may link to the app, and not make it work
_UPLOAD = "/ui/upload"
_STARTUP = "/gradio_api/startup-events"  # Gradio asks itself for it, without a password; it only says "ready"
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types rsqa"
)
# A brief is a document of its own (printed, sandboxed): styles inside, no script at all.
_BRIEF_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "x-permitted-cross-domain-policies": "none",
}


def allowed_hosts(settings: AppSettings) -> frozenset[str]:
    """Host header values (without port) that this server answers to."""
    names = {"127.0.0.1", "localhost", "[::1]"} | set(settings.hosts)
    if settings.host not in _ALL_ADDRESSES:
        names.add(settings.host)
    return frozenset(name.lower() for name in names)


class Attempts:
    """Wrong passwords by address within a window; bounded, the oldest address is forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._made: collections.OrderedDict[str, collections.deque[float]] = collections.OrderedDict()

    def locked(self, scope: Scope) -> bool:
        """Whether the client has used up its wrong guesses of the window."""
        made = self._made.get(_address(scope))
        return made is not None and len(made) >= _TRIES and self._clock() - made[0] <= _WINDOW

    def wrong(self, scope: Scope) -> None:
        """Count one wrong password of the client."""
        address = _address(scope)
        made = self._made.setdefault(address, collections.deque(maxlen=_TRIES))
        self._made.move_to_end(address)
        made.append(self._clock())
        while len(self._made) > _ADDRESSES:
            self._made.popitem(last=False)


def _address(scope: Scope) -> str:
    return str((scope.get("client") or ("",))[0])


_TRIES, _WINDOW, _ADDRESSES = 10, 60, 10_000


class Guard:
    """ASGI middleware: the outermost layer of the app."""

    def __init__(self, app: ASGIApp, settings: AppSettings) -> None:
        self._app = app
        self._settings = settings
        self._hosts = allowed_hosts(settings)
        self._attempts = Attempts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no websocket is served; closing without accept refuses it
        refusal = self._refusal(scope)
        guarded = _with_headers(scope, send)
        if refusal is not None:
            await refusal(scope, receive, guarded)
            return
        limit = self._settings.upload_limit if scope["path"] == _UPLOAD else self._settings.body_limit
        await self._app(scope, _limited(receive, limit), guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        path, method = scope["path"], scope["method"]
        if not self._known_host(headers.get("host", "")):
            return PlainTextResponse("この名前では提供していません。", 421)
        if not any(method in methods and pattern.fullmatch(path) for methods, pattern in _ALLOWED):
            return JSONResponse({"error": "その場所はありません。"}, 404)
        if path.startswith("/mcp") and not self._settings.mcp:
            return JSONResponse({"error": "MCP は rsqa serve --mcp で起動したときだけ使えます。"}, 404)
        if method not in ("GET", "HEAD") and not _same_origin(headers):
            return JSONResponse({"error": "ほかのサイトからの操作は受け付けません。"}, 403)
        if path.startswith(_COMPUTES) and headers.get("sec-fetch-site", "none") in ("cross-site", "same-site"):
            return JSONResponse({"error": "ほかのサイトからの呼び出しは受け付けません。"}, 403)
        limit = self._settings.upload_limit if path == _UPLOAD else self._settings.body_limit
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > limit:
            return JSONResponse({"error": _too_big(limit)}, 413)
        auth = self._settings.auth if path != _STARTUP else None
        given = headers.get("authorization", "")
        if auth is not None and given and self._attempts.locked(scope):  # before the password is looked at
            return PlainTextResponse("誤った試みが続いたため、しばらく受け付けません。", 429, {"retry-after": str(_WINDOW)})
        if auth is not None and not _authorised(given, auth):
            if given:
                self._attempts.wrong(scope)
            return PlainTextResponse("利用者名とパスワードが必要です。", 401, {"www-authenticate": 'Basic realm="rsqa"'})
        return None

    def _known_host(self, host: str) -> bool:
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name.lower() in self._hosts:
            return True
        # Bound to all addresses: any literal address of ours is fine (no DNS name can be rebound to it).
        return not self._settings.is_loopback and _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _same_origin(headers: dict[str, str]) -> bool:
    """A browser names the page that sends a request; other programs do not."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or origin.split("://", 1)[-1].lower() == headers.get("host", "").lower()


def _authorised(header: str, auth: tuple[str, str]) -> bool:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(encoded, validate=True)
    except ValueError:
        return False
    return hmac.compare_digest(given, ":".join(auth).encode("utf-8"))


def _too_big(limit: int) -> str:
    return f"送られたデータが大きすぎます（上限 {limit // (1024 * 1024)} MB）。分けて送ってください。"


class BodyTooBig(Exception):
    """A body without (or with a false) length grew past the limit."""


def _limited(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise BodyTooBig(_too_big(limit))
        return message

    return counted


def _with_headers(scope: Scope, send: Send) -> Send:
    policy = _BRIEF_POLICY if scope["path"].startswith("/brief") else _PAGE_POLICY

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {key.lower() for key, _ in message.get("headers", [])}
            extra = {**_HEADERS, "content-security-policy": policy}
            if b"cache-control" not in present:
                extra["cache-control"] = "no-store"
            message = {**message, "headers": [*_kept(message.get("headers", [])), *_encoded(extra)]}
        await send(message)

    return guarded


def _kept(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(key, value) for key, value in headers if key.lower() not in (b"server", b"access-control-allow-origin")]


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(key.encode("latin-1"), value.encode("latin-1")) for key, value in headers.items()]
