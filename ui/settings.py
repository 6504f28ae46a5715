"""The app's settings: read from environment and command line in one place, nothing set on import."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

MEBIBYTE = 1024 * 1024


@dataclasses.dataclass(frozen=True, slots=True)
class AppSettings:
    """How the app serves.

    ``host`` other than a loopback address needs ``auth`` (user, password): see ``check``.
    ``hosts``: further names the browser may use for this server (Host allow-list).
    ``body_limit``/``upload_limit`` are bytes per request.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 7860
    mcp: bool = False
    auth: tuple[str, str] | None = None
    hosts: tuple[str, ...] = ()
    open_browser: bool = False
    load_sample: bool = True
    workers: int = 4
    waiting: int = 64
    timeout_s: float = 30.0
    body_limit: int = 1 * MEBIBYTE
    upload_limit: int = 2048 * MEBIBYTE
    question_limit: int = 2000  # characters, checked before any tokenizer sees the text

    @property
    def is_loopback(self) -> bool:
        return self.host in ("127.0.0.1", "localhost", "::1")

    def check(self) -> None:
        """Raises ValueError (Japanese) when the server would be open to others without a password."""
        if not self.is_loopback and self.auth is None:
            raise ValueError(
                f"--host {self.host}: この端末の外から使えるようにするには、利用者名とパスワードが必要です。"
                " → 環境変数 RSQA_AUTH=利用者名:パスワード を設定してください。"
            )


# Each line is a promise of docs/security.md: no telemetry, no model downloads, no public link.
SEALED_ENVIRONMENT = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_SHARE": "False",
    "GRADIO_RUN_HISTORY": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
}


def seal_environment(temp_dir: Path) -> None:
    """Set what must be set before gradio is imported; ``temp_dir`` is private to this run."""
    os.environ.update(SEALED_ENVIRONMENT)
    os.environ["GRADIO_TEMP_DIR"] = str(temp_dir)
    os.environ["GRADIO_ALLOWED_PATHS"] = ""
    # Gradio asks itself over HTTP once at start; that must not go to a proxy.
    local = "127.0.0.1,localhost,::1"
    for name in ("NO_PROXY", "no_proxy"):
        known = os.environ.get(name, "")
        if "127.0.0.1" not in known:
            os.environ[name] = f"{known},{local}" if known else local


def auth_from_environment() -> tuple[str, str] | None:
    """``RSQA_AUTH=user:password``, or None. Raises ValueError when it is not of that form."""
    text = os.environ.get("RSQA_AUTH", "")
    if not text:
        return None
    user, colon, password = text.partition(":")
    if not (user and colon and password):
        raise ValueError("RSQA_AUTH は「利用者名:パスワード」の形で設定してください。")
    return user, password
