"""What is on the shelf: the open corpus with its searcher and engine, exchanged whole when it changes.

Reading and writing never meet: a request takes the shelf of the moment and keeps it to its end,
whoever ingests meanwhile.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.model import CorpusError
from corpus.store.model import NoCorpus, Summary
from corpus.store.reader import Corpus, open_corpus

if TYPE_CHECKING:
    from index.search import Searcher
    from qa.engine import Engine

_log = logging.getLogger(__name__)
_LOOK_EVERY_S = 0.5


@dataclasses.dataclass(frozen=True, slots=True)
class Shelf:
    """One generation, open. ``serial`` changes whenever another one takes its place."""

    corpus: Corpus
    searcher: Searcher
    engine: Engine
    summary: Summary
    serial: int

    @property
    def newest_year(self) -> int:
        return max(self.summary.by_year, default=0)


class Library:
    """Gives the current shelf; notices by itself that another process or job has made a new one."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._lock = threading.Lock()
        self._shelf: Shelf | None = None
        self._mark: str | None = None
        self._looked = 0.0
        self._serial = 0
        self._problem: CorpusError | None = None

    def shelf(self) -> Shelf:
        """The current shelf. Raises NoCorpus, DamagedSnapshot … (Japanese, with the remedy)."""
        if time.monotonic() - self._looked > _LOOK_EVERY_S:
            self._look()
        if self._shelf is None:
            raise self._problem or NoCorpus("シートがまだありません。「データ」でレビューシートを取り込んでください。")
        return self._shelf

    def _look(self) -> None:
        """Wait for the first shelf; a later one is opened beside it while questions go on."""
        if self._shelf is None:
            self.refresh()
            return
        self._looked = time.monotonic()
        if self._read_mark() != self._mark and not self._lock.locked():
            threading.Thread(target=self.refresh, name="open", daemon=True).start()

    def refresh(self) -> None:
        """Open the generation that ``CURRENT`` names, if it is another one than ours."""
        with self._lock:
            self._looked = time.monotonic()
            mark = self._read_mark()
            if mark == self._mark and (self._shelf is not None or mark is None):
                return
            try:
                self._shelf = self._open()
                self._problem = None
            except CorpusError as error:
                _log.warning("cannot open the corpus: %s", error)
                self._problem = error
                if mark is None:
                    self._shelf = None
            self._mark = mark

    def _read_mark(self) -> str | None:
        try:
            return (self.data_dir / "CURRENT").read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None

    def _open(self) -> Shelf:
        from index.environment import index_settings
        from index.search import Searcher
        from qa.engine import Engine

        corpus = open_corpus(self.data_dir)
        searcher = Searcher.open(corpus, index_settings())
        self._serial += 1
        # The shelf before is not closed: a request may still be reading from it; it goes with its last reader.
        return Shelf(corpus, searcher, Engine(corpus, searcher), corpus.summary(), self._serial)

    def has_corpus(self) -> bool:
        """Whether there is anything to answer from, without raising."""
        try:
            self.shelf()
        except CorpusError:
            return False
        return True
