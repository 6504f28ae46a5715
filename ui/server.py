"""Routes and wiring: pages and markup for the browser, JSON for programs, the guard around both.

Gradio 6 in server mode (``gradio.Server``): its API engine, our own page.  The page asks ``/ui/…``,
programs ask ``/api/…``, ``gradio_client`` (``/ask`` …) or MCP; all end in ``desk`` or ``api``.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from corpus.model import CorpusError
from ui import routes_data, routes_pages, routes_programs, routes_tabs
from ui.http import excuse
from ui.rooms import Rooms
from ui.security import Guard, allowed_hosts
from ui.settings import AppSettings

if TYPE_CHECKING:
    from gradio import Server
    from starlette.types import ASGIApp

_log = logging.getLogger(__name__)


def build(settings: AppSettings) -> tuple[Server, Rooms]:
    """The server with all routes, not yet listening. Needs ``seal_environment`` to have run."""
    rooms = Rooms(settings)
    # The corpus is opened while gradio is imported: both take a second or two.
    threading.Thread(target=_open, args=(rooms,), name="open", daemon=True).start()
    from gradio import Server as GradioServer

    class GuardedServer(GradioServer):
        """The guard stands outside everything, also what Gradio adds when it starts."""

        def build_middleware_stack(self) -> ASGIApp:
            return Guard(super().build_middleware_stack(), settings)

    server = GuardedServer(title="rsqa", docs_url=None, redoc_url=None, openapi_url=None)
    for routes in (routes_pages, routes_tabs, routes_data, routes_programs):
        routes.add(server, rooms)
    server.add_exception_handler(Exception, excuse)
    return server, rooms


def _open(rooms: Rooms) -> None:
    """Open the corpus and make the examples: the first question of a user then finds everything warm."""
    with contextlib.suppress(CorpusError):
        routes_tabs.offered_examples(rooms)


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
    """Start listening in the background; returns the address. Settings are written down in docs/security.md."""
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
