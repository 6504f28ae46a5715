"""The figure lock: no number reaches a reader that a cited cell does not account for.

Checks, in code of their own (nothing here is shared with the renderer or the operations):

1. every result is evaluated again from the cells it cites, by its derivation (``results``);
2. every character of the text that carries a digit lies in a span, and the span's text says what its
   source says (``spans``);
3. as a net below that, every number of the text is found among the numbers of the answer's parts (``pool``);
4. the cited cells are read again from the store (``cells``);
5. what the text says of a figure fits the cells it was taken from, and it is worked out again from what
   the text says (``claims``, ``fits``);
6. the rows behind an answer over many sheets are read again from the facts (``rows``, ``payee_rows``).

``check`` gives the breaches; an answer with any is not shown.
"""

from __future__ import annotations

from qa.lock.cells import Store, read_again
from qa.lock.fits import check_claims
from qa.lock.pool import check_pool
from qa.lock.results import check_results
from qa.lock.rows import check_rows
from qa.lock.spans import check_spans
from qa.model import Answer


def check(answer: Answer, store: Store | None = None) -> tuple[str, ...]:
    """What is wrong with an answer, in words for the log; empty when every number is accounted for.

    With the ``store`` (a corpus) the cited cells are read again and what is said of the figures is checked.
    """
    breaches = [*check_results(answer), *check_spans(answer), *check_pool(answer)]
    if store is None or breaches:
        return tuple(breaches)
    seen, lost = read_again(answer, store)
    return (*lost, *check_claims(answer, seen), *check_rows(answer, store))
