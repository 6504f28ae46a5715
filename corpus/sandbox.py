"""What a reading process may use: memory, time, and no disk at all.

A file can make a parser loop, swell or crash.  Workers (``corpus.workers``) confine themselves once and
time every form; what goes over a limit becomes a finding, and a process that dies harms nobody else.
Windows has none of these limits: there only the sizes in ``corpus.readers.walk`` and the readers hold.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import Final

_FORM_BYTES: Final = 2 * 1024 * 1024
_WALL: Final = 4.0  # a busy machine gives a process a part of the clock; sleeping costs no processor time
_GRACE: Final = 1.5  # after which a form that does not let itself be interrupted takes its process with it
# Libraries for linear algebra reserve memory per processor core, which readers never use.
_ONE_THREAD: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class OutOfTime(BaseException):
    """A form took longer than it may. No ``Exception``: readers must not take it for damage of the file."""


def confine(max_bytes: int) -> None:
    """Limit this process, once and for good: memory, no new files, no core dumps. Raises nothing."""
    for name in _ONE_THREAD:
        os.environ[name] = "1"
    if sys.platform == "win32":
        return
    import resource

    _lower(resource.RLIMIT_AS, max_bytes)
    _lower(resource.RLIMIT_FSIZE, 0)  # readers write nothing
    _lower(resource.RLIMIT_CORE, 0)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write is an OSError, not a death


def allowed_seconds(base_seconds: float, size: int) -> float:
    """Processor seconds for a form of ``size`` bytes: documents of many sheets get more with their size.

    One form has some 0.2 MB and takes 0.3 s, so the base leaves ten times what 2 MB of forms need.
    """
    return base_seconds * max(1.0, size / _FORM_BYTES)


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the body after so many seconds of processor time (or four times as many by the clock).

    A body that cannot be interrupted (one long call into C) ends the process soon after.  Only on the
    main thread of a worker.
    """
    if sys.platform == "win32":
        yield
        return
    signal.signal(signal.SIGPROF, _interrupt)
    signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, _WALL * seconds)
    with _processor_limit(seconds * _GRACE + 1):
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)


def _interrupt(*_: object) -> None:
    raise OutOfTime


if sys.platform != "win32":

    @contextlib.contextmanager
    def _processor_limit(seconds: float) -> Iterator[None]:
        """The kernel's own limit, which needs nobody's cooperation: SIGXCPU ends the process."""
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))

    def _lower(kind: int, wanted: int) -> None:
        import resource

        _, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS knows some limits by name only
            resource.setrlimit(kind, (limit, limit))
