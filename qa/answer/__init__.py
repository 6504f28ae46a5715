"""``Interpretation`` → cells → operations → ``Draft``. No prose is made here; ``qa.render`` does that."""

from qa.answer.dispatch import answer
from qa.answer.view import Library

__all__ = ["Library", "answer"]
