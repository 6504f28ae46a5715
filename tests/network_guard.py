"""A pytest plugin: no test may speak to anything but this machine, and none does without being seen.

Two guards.  Inside Python, an audit hook refuses ``connect``, ``sendto`` and name look-ups that leave
the machine, in tests and in every Python process they start (``sitecustomize`` on ``PYTHONPATH``), and
writes each attempt to a file that all of them share.  At the end the session fails if the file has a line.
Outside Python, ``tests/test_network.py`` runs a part of the suite in a network namespace with no way out.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

GUARD = Path(__file__).resolve().parent / "guard"
LOG = "RSQA_NETWORK_LOG"


def pytest_configure(config: pytest.Config) -> None:
    """Arm this process and all that it starts; the workers of xdist share the file of their parent."""
    if LOG not in os.environ:
        handle, name = tempfile.mkstemp(prefix="rsqa-network-")
        os.close(handle)
        os.environ[LOG] = name
    before = os.environ.get("PYTHONPATH", "")
    if str(GUARD) not in before.split(os.pathsep):
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(GUARD), before]))
    sys.path.insert(0, str(GUARD))
    import outbound

    outbound.arm()


def attempts() -> list[str]:
    """What tried to leave the machine so far, in any process."""
    path = Path(os.environ[LOG])
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The session fails when anything tried to leave; only the parent of the workers judges."""
    if hasattr(session.config, "workerinput"):
        return
    found = attempts()
    if found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    session.config.stash[_FOUND] = found
    Path(os.environ[LOG]).unlink(missing_ok=True)


_FOUND: pytest.StashKey[list[str]] = pytest.StashKey()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    found = config.stash.get(_FOUND, [])
    terminalreporter.write_line(f"outbound connections: {len(found)}")
    for line in found[:20]:
        terminalreporter.write_line(f"  {line}", red=True)
