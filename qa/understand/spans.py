"""Which characters of a question are already understood, and as what."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

BLANK = "\x00"  # stands for an understood character, so that no pattern runs across it


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """``text[start:end]`` was understood as ``value`` of ``kind`` (年度, シート, 府省庁, 指標 …)."""

    start: int
    end: int
    kind: str
    value: str = ""


class Board:
    """The question's characters and the claims on them. A character belongs to one claim at most."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._masked = list(text)
        self._claims: list[Claim] = []

    @property
    def masked(self) -> str:
        """The text with every understood character blanked out, same length."""
        return "".join(self._masked)

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(sorted(self._claims, key=lambda c: c.start))

    def free(self, start: int, end: int) -> bool:
        return all(c != BLANK for c in self._masked[start:end])

    def claim(self, start: int, end: int, kind: str, value: str = "") -> Claim:
        """Mark a stretch as understood (what was claimed before keeps its claim)."""
        claim = Claim(start, end, kind, value)
        self._claims.append(claim)
        self._masked[start:end] = [BLANK] * (end - start)
        return claim

    def release(self, kind: str, start: int, end: int) -> None:
        """Forget the claims of ``kind`` that overlap ``text[start:end]``."""
        for claim in [c for c in self._claims if c.kind == kind and c.start < end and c.end > start]:
            self._claims.remove(claim)
            self._masked[claim.start : claim.end] = list(self.text[claim.start : claim.end])

    def of(self, *kinds: str) -> tuple[Claim, ...]:
        return tuple(c for c in self.claims if c.kind in kinds)

    def find(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches among the characters not yet understood."""
        return pattern.finditer(self.masked)
