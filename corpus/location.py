"""Where a user's corpus lies when nothing else is said: the platform's own per-user data folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "RSQA_DATA"


def data_dir(given: str | Path | None = None, environment: Mapping[str, str] = os.environ) -> Path:
    """The data folder: ``given`` (``--data``), else ``RSQA_DATA``, else the per-user folder. Made by nobody here.

    Windows: ``%LOCALAPPDATA%\\rsqa``; macOS: ``~/Library/Application Support/rsqa``; elsewhere
    ``$XDG_DATA_HOME/rsqa`` (XDG Base Directory Specification 0.8), by default ``~/.local/share/rsqa``.
    """
    named = given or environment.get(VARIABLE)
    return Path(named).expanduser() if named else _per_user(environment) / "rsqa"


def _per_user(environment: Mapping[str, str]) -> Path:
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    base = Path(environment.get("XDG_DATA_HOME") or "")
    return base if base.is_absolute() else Path.home() / ".local" / "share"  # the XDG text ignores relative paths
