"""Refuse whatever would leave this machine, and write it down. Standard library only: every child loads this."""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Any

_LOG = "RSQA_NETWORK_LOG"
_armed = False


def is_local(host: object) -> bool:
    """Whether an address or name is this machine's own; paths of local sockets are."""
    if host is None or host in ("", "localhost", b"localhost"):
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified


def arm() -> None:
    """Install the hook, once per process (a hook cannot be taken away)."""
    global _armed  # noqa: PLW0603
    if not _armed:
        _armed = True
        sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if isinstance(address, tuple) and not is_local(address[0]):
            _refuse(event, address)
    elif event in ("socket.getaddrinfo", "socket.gethostbyname") and not is_local(arguments[0]):
        _refuse(event, arguments[0])


def _refuse(event: str, where: object) -> None:
    path = os.environ.get(_LOG)
    if path:
        with open(path, "a", encoding="utf-8") as log:  # noqa: PTH123 - pathlib is not needed in every child
            log.write(f"{event} {where!r} by {' '.join(sys.argv[:4])!r}\n")
    raise ConnectionRefusedError(f"tests may not leave this machine: {event} {where!r}")
