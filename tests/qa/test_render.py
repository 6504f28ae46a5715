"""Rendering: 公用文 figures, conversions, and sheet text that Markdown must not change."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qa.answer.draft import Say
from qa.render import TEMPLATES, conversion, escape, figure, quote


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [("3209", "百万円", "3,209百万円"), ("-0.2", "百万円", "▲0.2百万円"), ("32", "%", "32%"), ("1788", "人", "1,788人")],
)
def test_figures(value: str, unit: str, shown: str) -> None:
    assert figure(Decimal(value), unit) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        ("3209", "百万円", "約32.1億円"),
        ("537", "百万円", "5.37億円"),
        ("110000", "百万円", "1,100億円"),
        ("7070865", "百万円", "約7.07兆円"),
        ("43", "百万円", "4,300万円"),
        ("0.4125", "百万円", "約41.3万円"),
        ("24", "千円", "2.4万円"),
        ("8", "千円", "8,000円"),
        ("-68", "百万円", "▲6,800万円"),
        ("1789099999", "円", "約17.9億円"),
        ("952000", "円", ""),
        ("0", "百万円", ""),
        ("32", "%", ""),
        ("14", "億円", ""),
    ],
)
def test_conversions(value: str, unit: str, shown: str) -> None:
    assert conversion(Decimal(value), unit) == shown


def test_sheet_text_survives_markdown() -> None:
    assert escape("1~2 *a* $5 _x_ <b> #1 `c` [1]") == r"1\~2 \*a\* \$5 \_x\_ \<b\> \#1 \`c\` \[1\]"
    assert quote("- 一\n3. 二\n\n　三") == "> \\- 一  \n> 3\\. 二  \n>\n> 　三  "


def test_every_statement_has_a_wording_without_digits() -> None:
    assert set(TEMPLATES) == set(Say)
    assert not [say for say, words in TEMPLATES.items() if any(ch.isdigit() for ch in words)]
