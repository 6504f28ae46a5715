"""Worker processes that survive what they read: limited in memory and time, replaced when they die.

A file can make a parser loop, swell or crash its process.  Then that file is rejected and every
other one is still read.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from corpus import sandbox
from corpus.ingest_model import Options
from corpus.model import Finding, Severity
from corpus.reading import FormWork, Parsed, Work, run

_LINES_SHARE = 6  # a piece of a database holds up to a hundred sheets: it may take as long as so many forms
_AHEAD_PER_WORKER = 3  # pieces sent before the first is back: keeps workers busy, bounds memory


def read_all(works: Iterable[Work], options: Options) -> Iterator[tuple[Work, Parsed]]:
    """Results in the order of ``works``; reads ahead by a few pieces only."""
    if options.workers == 0:
        for work in works:
            yield work, run(work)
        return
    pool = _Pool(options)
    try:
        yield from pool.map(works)
    finally:
        pool.stop()


class _Pool:
    def __init__(self, options: Options) -> None:
        self._options = options
        self._executor: ProcessPoolExecutor | None = None
        self._waiting: deque[tuple[Work, Future[Parsed]]] = deque()

    def map(self, works: Iterable[Work]) -> Iterator[tuple[Work, Parsed]]:
        for work in works:
            self._waiting.append((work, self._submit(work)))
            while self._waiting and (
                self._waiting[0][1].done() or len(self._waiting) > self._options.workers * _AHEAD_PER_WORKER
            ):
                yield self._next()
        while self._waiting:
            yield self._next()

    def stop(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None

    def _submit(self, work: Work) -> Future[Parsed]:
        try:
            return self._running().submit(_limited_run, work, self._options.form_seconds)
        except BrokenProcessPool:  # a worker has just died; the pieces under way will say so
            self._executor = None
            return self._running().submit(_limited_run, work, self._options.form_seconds)

    def _running(self, workers: int = 0) -> ProcessPoolExecutor:
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                workers or self._options.workers,
                mp_context=multiprocessing.get_context("spawn"),  # fork would copy open databases and threads
                initializer=_start,
                initargs=(self._options.worker_bytes,),
            )
        return self._executor

    def _next(self) -> tuple[Work, Parsed]:
        work, future = self._waiting.popleft()
        error = future.exception()
        if isinstance(error, BrokenProcessPool):
            return work, self._alone(work)
        return work, future.result() if error is None else _failed(work, error)

    def _alone(self, work: Work) -> Parsed:
        """Read a piece by itself after a worker died: only the one that kills its process is rejected."""
        self._executor = None
        future = self._running(1).submit(_limited_run, work, self._options.form_seconds)
        error = future.exception()
        self.stop()
        again = [(other, self._submit(other)) for other, _ in self._waiting]
        self._waiting = deque(again)
        return future.result() if error is None else _failed(work, error)


def _failed(work: Work, error: BaseException) -> Parsed:
    if isinstance(error, (BrokenProcessPool, MemoryError)):
        return _too_much(work)
    if isinstance(error, RecursionError):
        message, remedy = "入れ子が深すぎます", "ファイルを開いて確認し、保存し直してください"
    else:
        message = f"読み取り中に思わぬ誤りが起きました（{type(error).__name__}）"
        remedy = "ファイルを開いて保存し直しても同じなら、お知らせください"
    return Parsed((), (Finding(Severity.REJECTED, work.file, "", message, remedy),))


def _too_much(work: Work) -> Parsed:
    message, remedy = "読み取りに時間かメモリーがかかりすぎました", "ファイルを開いて確認し、保存し直してください"
    return Parsed((), (Finding(Severity.REJECTED, work.file, "", message, remedy),))


def _start(max_bytes: int) -> None:
    gc.disable()  # readers make trees of tuples without cycles; collecting costs a third of the time
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then stops us
    sandbox.confine(max_bytes)


def _limited_run(work: Work, form_seconds: float) -> Parsed:
    """Run one piece within its time; what needs too much of time or memory is rejected."""
    allowed = form_seconds * _LINES_SHARE
    if isinstance(work, FormWork):
        allowed = sandbox.allowed_seconds(form_seconds, work.source.size)
    try:
        with sandbox.time_limit(allowed):
            return run(work)
    except (sandbox.OutOfTime, MemoryError):
        return _too_much(work)
    finally:
        if isinstance(work, FormWork):
            gc.collect()
