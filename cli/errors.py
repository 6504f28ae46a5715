"""What ends a command early, with its exit status: 2 for wrong usage or unreadable input, 1 for the rest."""

from __future__ import annotations

OK, FAILED, USAGE = 0, 1, 2


class CommandError(Exception):
    """A failure with a Japanese message for the user. ``status`` is the exit status."""

    status = FAILED


class UsageError(CommandError):
    """Wrong usage, or input that cannot be read."""

    status = USAGE
