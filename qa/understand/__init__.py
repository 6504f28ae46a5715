"""Question → ``Interpretation``: what was asked, in the sheets' own terms. No answers are made here."""

from qa.understand.context import Context
from qa.understand.understand import understand

__all__ = ["Context", "understand"]
