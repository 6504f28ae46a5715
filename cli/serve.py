"""``rsqa serve``: the app, the same as ``python app.py``."""

from __future__ import annotations

import argparse

from cli.errors import UsageError


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted. Raises UsageError for settings that would open the app to everyone."""
    from app import serve
    from ui.settings import AppSettings, auth_from_environment

    try:
        settings = AppSettings(
            options.data, options.host, options.port, mcp=options.mcp, auth=auth_from_environment()
        )
        settings.check()
    except ValueError as error:
        raise UsageError(str(error)) from error
    return serve(settings)
