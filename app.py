"""The app: ``python app.py`` and ``rsqa serve`` are the same.

``create_app`` wires library, routes and guard; ``serve`` runs it until Ctrl+C.  Logic is below
(``qa``, ``index``, ``corpus``), rendering in ``ui``.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import logging
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.garbage import without_collections
from corpus.location import data_dir
from ui.settings import AppSettings, auth_from_environment, seal_environment

if TYPE_CHECKING:
    from gradio import Server

    from ui.rooms import Rooms

_log = logging.getLogger(__name__)
SAMPLES = Path(__file__).resolve().parent / "samples" / "sheets"


@dataclasses.dataclass(frozen=True, slots=True)
class App:
    """A wired app; ``launch`` makes it listen, ``close`` ends it and removes its private folder."""

    server: Server
    rooms: Rooms
    private: Path

    def launch(self) -> str:
        """Start listening in the background; returns the address."""
        from ui.server import launch

        return launch(self.server, self.rooms)

    def close(self) -> None:
        """Stop listening and remove temporary files."""
        blocks = getattr(self.server, "blocks", None)
        if blocks is not None:
            blocks.close(verbose=False)
        self.rooms.jobs.stop()
        shutil.rmtree(self.private, ignore_errors=True)


def create_app(settings: AppSettings) -> App:
    """Everything but listening. Raises ValueError for settings that would open the server to all."""
    settings.check()
    private = Path(tempfile.mkdtemp(prefix="rsqa-"))  # readable by this user only
    seal_environment(private / "gradio")
    from ui.server import build  # after the environment is sealed: this imports gradio

    server, rooms = build(settings)
    if settings.load_sample and not rooms.library.has_corpus() and not (settings.data_dir / "CURRENT").exists():
        files = sorted(SAMPLES.glob("*.xlsx"))
        if files:
            rooms.jobs.ingest(files, "見本のシート（架空の府省庁）を読み込んでいます")
    return App(server, rooms, private)


def serve(settings: AppSettings) -> int:
    """Serve until interrupted; returns the exit status."""
    with without_collections():  # importing gradio alone makes half a million objects
        app = create_app(settings)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service is stopped so: leave nothing behind either
    try:
        with contextlib.suppress(KeyboardInterrupt):
            url = app.launch()
            sys.stdout.write(f"ブラウザーで開いてください: {url}\n終わるときは Ctrl+C\n")
            sys.stdout.flush()
            threading.Event().wait()
    finally:
        app.close()
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line of ``python app.py``: the options of ``rsqa serve``."""
    parser = argparse.ArgumentParser(prog="app.py", description="行政事業レビュー Q&A を開く")
    parser.add_argument("--data", metavar="フォルダー", help="データのフォルダー（環境変数 RSQA_DATA でも指定できる）")
    parser.add_argument("--host", default="127.0.0.1", metavar="アドレス")
    parser.add_argument("--port", type=int, default=7860, metavar="番号")
    parser.add_argument("--mcp", action="store_true", help="MCP サーバーとしても働く")
    options = parser.parse_args(arguments)
    try:
        settings = AppSettings(
            data_dir(options.data), options.host, options.port, mcp=options.mcp, auth=auth_from_environment()
        )
        return serve(settings)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"rsqa: {error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
