"""Question in, answer out: understand → answer → render → lock, with conversations.

``Engine`` is safe to use from several threads; it opens nothing and writes nothing.
"""

from __future__ import annotations

import dataclasses
import logging
import re
import time
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from corpus.years import kanji_number
from qa import lock
from qa.answer import Library, answer
from qa.answer.draft import Draft
from qa.answer.population import Population
from qa.answer.suggest import suggestions
from qa.model import Answer, Interpretation, Operation, Status, Subject
from qa.render import render
from qa.session import Sessions, Turn
from qa.sets.interpret import interpret
from qa.sets.read import Unread
from qa.understand.context import Context
from qa.understand.understand import understand

if TYPE_CHECKING:
    from corpus.store.reader import Corpus
    from index.names import NameIndex
    from index.search import Searcher

MAX_QUESTION = 2000
_PLACE = re.compile(
    r"(?:では|じゃあ|その|この|上の|リストの|うち)?[、\s]*(?:第?(?P<n>[0-9０-９]{1,2}|[一二三四五六七八九十])(?:位|番目|番)|(?P<m>一番上|トップ|最初)|(?P<last>最後))の(?:事業|プロジェクト|シート|もの|やつ)?(?:の|は|で|について)?[、\s]*"
)
_log = logging.getLogger(__name__)

_EMPTY = "質問が入力されていません。事業名と、知りたいこと（執行額、支出先、事業の目的など）を入力してください。"
_TOO_LONG = "質問が長すぎます。要点をしぼって、短く入力し直してください。"
_LONG_NUMBER = "数字の並びが長すぎます。金額や年度を確かめて、入力し直してください。"
_DIGITS = re.compile(r"[0-9０-９〇一二三四五六七八九.,，．、]{80,}")  # no amount, number or year is as long
_SYMBOLS = "記号だけでは質問を読み取れません。事業名と、知りたいことを文字で入力してください。"
_NOT_JAPANESE = (
    "日本語の質問にお答えします。事業名と、知りたいことを日本語で入力してください。"
    "（Please ask in Japanese, naming the project.）"
)
_DEFECT = "この質問に答える途中で、プログラムの中で誤りが起きました。聞き方を変えて、もう一度お尋ねください。"
_DEFECTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_LOCKED = "答えに出典で確かめられない数値が含まれたため、表示を取りやめました。聞き方を変えて、もう一度お尋ねください。"


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """One line of a batch."""

    text: str
    id: str | None = None
    sheet_id: str | None = None
    session: str | None = None


class Engine:
    """Answers questions over one open corpus.

    ``names`` is built from the corpus when it is not given; ``searcher`` may be missing, then projects
    are found by name only.
    """

    def __init__(
        self,
        corpus: Corpus,
        searcher: Searcher | None = None,
        names: NameIndex | None = None,
        *,
        max_sessions: int = 1000,
    ) -> None:
        self.corpus = corpus
        self.searcher = searcher
        self.names = names if names is not None else project_names(corpus, searcher)
        self.library = Library(corpus)
        self.population = Population(corpus)
        self.sessions = Sessions(max_sessions)

    def warm(self) -> None:
        """Open what the first question would wait for (a second or two); for servers, before the first user."""
        newest = max(self.population.by_year, default=None)
        if newest is not None:
            self.ask(f"{newest}年度の行政事業レビューシートは何件ありますか")
            self.corpus.facts("SELECT count(*) FROM payees WHERE sheet_year = ?", [newest])

    def ask(
        self,
        question: str,
        sheet_id: str | None = None,
        session: str | None = None,
        interpretation: Interpretation | None = None,
    ) -> Answer:
        """The answer to one question.

        ``sheet_id`` is the sheet in focus, ``session`` the conversation; an ``interpretation`` (edited
        by the user) is answered as it is.  Raises CorpusError only for a damaged corpus; a defect of ours
        in one question is logged and said in its answer, so that no other question suffers.
        """
        started = time.perf_counter()
        refusal = _unreadable(question)
        if refusal:
            return _plain(question, refusal, started)
        try:
            return self._answered(question, sheet_id, session, interpretation, started)
        except _DEFECTS:
            _log.exception("a question could not be answered: %s", question)
            return _plain(question, _DEFECT, started)

    def _answered(
        self, question: str, sheet_id: str | None, session: str | None, interpretation: Interpretation | None, started: float
    ) -> Answer:
        asked = interpretation if interpretation is not None else self._understand(question, sheet_id, session)
        draft = answer(asked, self.library, self.corpus, self.population)
        answered = self._checked(question, asked, draft)
        self._remember(session, asked, draft, answered)
        return dataclasses.replace(answered, elapsed_ms=_elapsed(started))

    def batch(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """Answers in the order of the questions; lines of one session are turns of one conversation."""
        for one in questions:
            found = self.ask(one.text, one.sheet_id, one.session)
            yield dataclasses.replace(found, id=one.id)

    # ------------------------------------------------------------ private

    def _understand(self, question: str, sheet_id: str | None, session: str | None) -> Interpretation:
        turn = self.sessions.last(session)
        context = Context(self.corpus, self.names, self.searcher, sheet_id or "")
        if turn is not None:
            context = dataclasses.replace(
                context,
                sheet_id=sheet_id or turn.sheet_id,
                previous=turn.interpretation,
                previous_payees=turn.payees,
                previous_years=turn.years,
                previous_answered=turn.answered,
            )
        if turn is not None and (listed := self._in_the_list(question, turn)):
            return listed
        of_set = None
        if not sheet_id:
            of_set = interpret(question, context, self.population)
            if isinstance(of_set, Interpretation):
                return of_set
        if turn is not None and turn.interpretation.plan is not None and of_set is None and len(turn.listed) == 1:
            context = Context(self.corpus, self.names, self.searcher, turn.listed[0])  # the one project that was found
        read = understand(question, context)
        if isinstance(of_set, Unread) and of_set.about_sets and read.subject is Subject.MANY:
            return _without_the_unread(read, of_set)
        return read

    def _in_the_list(self, question: str, turn: Turn) -> Interpretation | None:
        """``2位の事業の執行額は``: a question about one of the projects that the answer before listed."""
        place = _PLACE.match(question.strip())
        if place is None or not turn.listed:
            return None
        number = len(turn.listed) if place["last"] else kanji_number(unicodedata.normalize("NFKC", place["n"] or "1"))
        if not 1 <= number <= len(turn.listed):
            return None
        rest = question.strip()[place.end() :]
        context = Context(self.corpus, self.names, self.searcher, turn.listed[number - 1])
        read = understand(rest or "事業概要は", context)
        return dataclasses.replace(read, question=question)

    def _checked(self, question: str, asked: Interpretation, draft: Draft) -> Answer:
        """The rendered answer when the figure lock accepts it, else a refusal that shows no figure."""
        text, spans, notes = render(draft)
        found = Answer(
            question=question,
            status=draft.status,
            answer=text,
            results=draft.results,
            citations=draft.citations,
            candidates=draft.candidates,
            interpretation=asked,
            notes=notes,
            suggestions=suggestions(asked, draft, self.library),
            table=draft.table,
            spans=spans,
        )
        breaches = lock.check(found, self.corpus)
        if not breaches:
            return found
        _log.error("figure lock refused an answer: %s | %s", question, "; ".join(breaches))
        return Answer(question=question, status=Status.UNSUPPORTED, answer=_LOCKED, interpretation=asked)

    def _remember(self, session: str | None, asked: Interpretation, draft: Draft, answered: Answer) -> None:
        focus = answered.citations[0].sheet_id if answered.citations else ""
        before = self.sessions.last(session)
        if before is not None and asked.subject is Subject.NONE and not asked.sheets and not asked.rivals:
            self.sessions.keep(session, dataclasses.replace(before, answered=False))  # an unread turn loses nothing
            return
        listed = _listed_sheets(answered) if asked.subject is Subject.MANY else before.listed if before is not None else ()
        turn = Turn(asked, focus, draft.payees, draft.years, answered.status is Status.ANSWERED, listed)
        self.sessions.keep(session, turn)


def project_names(corpus: Corpus, searcher: Searcher | None = None) -> NameIndex:
    """The index of all project names of the corpus: the searcher's, the stored one, else built now (seconds)."""
    from index.names import NameIndex

    if searcher is not None:
        return searcher.names
    stored = corpus.path / "index" / "names"
    if stored.is_dir():
        return NameIndex.open(stored, lambda path: corpus.verified(path.relative_to(corpus.path).as_posix()))
    return NameIndex.build([info.project for info in corpus.infos()])


def _listed_sheets(answered: Answer) -> tuple[str, ...]:
    """The sheets of an answer's results in the order shown, each once."""
    cited = (answered.citations[one.citations[0]].sheet_id for one in answered.results if one.citations)
    return tuple(dict.fromkeys(cited))


def _without_the_unread(read: Interpretation, unread: Unread) -> Interpretation:
    """A reading over many sheets that leaves words of the question unaccounted for gives no figure."""
    known = "".join((read.filter.payee, read.filter.topic, read.filter.bureau, read.filter.account))
    left = tuple(word for word in unread.words if word not in known)
    if not left:
        return read
    return Interpretation(read.question, Subject.NONE, Operation.LOOKUP, not_understood=left)


def _elapsed(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)


def _plain(question: str, message: str, started: float) -> Answer:
    return Answer(
        question=question[:MAX_QUESTION], status=Status.UNSUPPORTED, answer=message, elapsed_ms=_elapsed(started)
    )


def _unreadable(question: str) -> str:
    """A message for input that is no question in Japanese, "" for one that may be."""
    text = unicodedata.normalize("NFKC", question).strip()
    if not text:
        return _EMPTY
    if len(question) > MAX_QUESTION:
        return _TOO_LONG
    if _DIGITS.search(question):
        return _LONG_NUMBER
    if not any(ch.isalnum() for ch in text):
        return _SYMBOLS
    if not any(_is_japanese(ch) for ch in text):
        return _NOT_JAPANESE
    return ""


def _is_japanese(ch: str) -> bool:
    return "\u3040" <= ch <= "\u30ff" or "\u3400" <= ch <= "\u9fff" or ch == "々"
