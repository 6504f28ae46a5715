"""``rsqa``: read the command line, run the command, turn errors into messages and exit statuses.

Commands are imported when they run: a question must not wait for the app's libraries.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Final

from cli.arguments import parse
from cli.errors import FAILED, OK, CommandError
from corpus.location import data_dir
from corpus.model import CorpusError

# command → module and function; each takes the arguments and returns the exit status
_RUN: Final = {
    "ask": "cli.ask:run",
    "search": "cli.search:run",
    "ingest": "cli.ingest:run",
    "remove": "cli.ingest:remove",
    "repair": "cli.ingest:repair",
    "corpus": "cli.corpus:run",
    "show": "cli.show:run",
    "check": "cli.check:run",
    "brief": "cli.brief:run",
    "serve": "cli.serve:run",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status of the contract (0, 1, 2)."""
    _speak_utf8()
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
        options.data = data_dir(options.data)
        return _command(options.command)(options)
    except CommandError as error:
        _complain(str(error))
        return error.status
    except CorpusError as error:
        _complain(str(error))
        return FAILED
    except BrokenPipeError:
        # The reader (head, less) has gone. Nothing more can be said; keep Python from trying at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        _complain("中断しました。保存されているデータは変わっていません。")
        return FAILED
    except OSError as error:
        _complain(f"{error.filename or 'ファイル'}: 読み書きできません（{error.strerror or error}）→ 場所と空き容量を確かめてください")
        return FAILED


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    module, _, function = _RUN[name].partition(":")
    found: Callable[[argparse.Namespace], int] = getattr(importlib.import_module(module), function)
    return found


def _speak_utf8() -> None:
    """The contract's JSON is UTF-8 wherever it is written, also where the console's encoding is another."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _complain(message: str) -> None:
    print(f"rsqa: {message}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
