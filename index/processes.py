"""Pieces of work in a few processes, results in order: decoding, MeCab and BM25 hold the interpreter."""

from __future__ import annotations

import contextlib
import gc
import itertools
import logging
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

WORKERS = 2
_AHEAD = 3  # pieces under way per process: keeps them busy, bounds memory
_S = TypeVar("_S")
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


@contextlib.contextmanager
def in_processes(
    work: Callable[[_S], _T],
    pieces: Iterable[_S],
    many: bool,
    here: Callable[[_S], _T] | None = None,
    initializer: Callable[..., None] | None = None,
    arguments: tuple[Any, ...] = (),
    workers: int = WORKERS,
) -> Iterator[Iterator[_T]]:
    """``work`` on every piece, in order: by processes where there is ``many`` to do, else in this one (``here``).

    The processes begin at once and are a few pieces ahead of the result that is read.  When one dies
    (out of memory, say), what is left is done in this process, with a warning.
    """
    here = here or work
    if not many:
        yield map(here, pieces)
        return
    context = multiprocessing.get_context("spawn")
    start = (initializer, *arguments)
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=start) as pool:
        left = iter(pieces)
        ahead = _AHEAD * workers
        waiting = deque((piece, _submit(pool, work, piece)) for piece in itertools.islice(left, ahead))
        yield _results(pool, work, here, left, waiting, ahead)


def _start(initializer: Callable[..., None] | None, *arguments: Any) -> None:
    gc.disable()  # lists of strings and numbers, no cycles: see ``corpus.garbage``
    if initializer is not None:
        initializer(*arguments)


def chunks(items: Sequence[_T], size: int) -> Iterator[list[_T]]:
    """The items in lists of at most ``size``."""
    for begin in range(0, len(items), size):
        yield list(items[begin : begin + size])


def _results(
    pool: ProcessPoolExecutor,
    work: Callable[[_S], _T],
    here: Callable[[_S], _T],
    left: Iterator[_S],
    waiting: deque[tuple[_S, Future[_T] | None]],
    ahead: int,
) -> Iterator[_T]:
    told = False
    while waiting:
        piece, future = waiting.popleft()
        try:
            result = here(piece) if future is None else future.result()
        except BrokenProcessPool:
            if not told:
                _log.warning("a worker process of the index build died; going on in this process")
                told = True
            result = here(piece)
        waiting.extend((piece, _submit(pool, work, piece)) for piece in itertools.islice(left, ahead - len(waiting)))
        yield result


def _submit(pool: ProcessPoolExecutor, work: Callable[[_S], _T], piece: _S) -> Future[_T] | None:
    """None when the pool is broken."""
    try:
        return pool.submit(work, piece)
    except BrokenProcessPool:
        return None
