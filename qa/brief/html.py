"""A brief as one self-contained HTML page with print CSS for A4 (charts inline as SVG)."""

from __future__ import annotations

from html import escape

from qa.brief.charts import svg
from qa.brief.model import Block, Brief, Bullets, Chart, Grid, Paragraph, Sentence
from qa.brief.notes import Footnotes, footnotes, paragraph_use, row_use

STYLE = """
@page { size: A4 portrait; margin: 9mm 12mm }
.rsqa-brief { font-family: "Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", Meiryo, "IPAexGothic",
  sans-serif; font-size: 8.4pt; line-height: 1.32; color: #111; background: #fff; max-width: 186mm; margin: 0 auto }
.rsqa-brief h1 { font-size: 13.5pt; margin: 0 0 1mm; border-bottom: 2px solid #1f4e79; padding-bottom: 1mm }
.rsqa-brief .sub { color: #444; margin: 0 0 1.5mm }
.rsqa-brief h2 { font-size: 9.4pt; margin: 1.3mm 0 .4mm; padding-left: 1.6mm; border-left: 3px solid #1f4e79 }
.rsqa-brief p { margin: 0 0 .8mm }
.rsqa-brief ul { margin: 0; padding-left: 4.2mm }
.rsqa-brief table { border-collapse: collapse; width: 100%; font-size: 7.6pt; line-height: 1.2 }
.rsqa-brief th, .rsqa-brief td { border: 1px solid #8a8a8a; padding: .2mm 1.1mm; text-align: left; vertical-align: top }
.rsqa-brief th { background: #e8eef5; font-weight: 600 } .rsqa-brief thead th { white-space: nowrap }
.rsqa-brief td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
.rsqa-brief .unit { text-align: right; font-size: 7pt; margin: 0 }
.rsqa-brief .note, .rsqa-brief .src { font-size: 6.6pt; color: #333; line-height: 1.25; margin: .4mm 0 }
.rsqa-brief .src { columns: 2; column-gap: 5mm; font-size: 5.2pt; line-height: 1.14; overflow-wrap: anywhere }
.rsqa-brief .src p { margin: 0; text-indent: -2.6mm; padding-left: 2.6mm }
.rsqa-brief sup { font-size: 5.6pt; line-height: 0; color: #1f4e79 }
.rsqa-brief figure { margin: 1mm 0 } .rsqa-brief figure svg { width: 100%; height: auto; max-height: 36mm }
.rsqa-brief .lead { font-weight: 600 }
@media print { html, body { margin: 0 } }
@media screen { .rsqa-brief { padding: 4mm } }
"""


def to_html(brief: Brief, *, whole: bool = True) -> str:
    """The brief as HTML. ``whole=False`` gives only the article, for embedding in the app."""
    notes = footnotes(brief)
    parts = "".join(
        f"<section><h2>{escape(part.heading)}</h2>{''.join(_block(b, notes) for b in part.blocks)}</section>"
        for part in brief.parts
    )
    own = "".join(f'<p class="note">{escape(note)}</p>' for note in brief.notes)
    files = "".join(f"<p>資料{escape(name)}</p>" for name in notes.files)
    listed = "".join(f'<p id="fn{n.number}">{n.number} {escape(n.text)}</p>' for n in notes.notes)
    article = (
        f'<article class="rsqa-brief" lang="ja"><h1>{escape(brief.title)}</h1>'
        f'<p class="sub">{escape(brief.subtitle)}</p>{parts}{own}'
        f'<section><h2>出典</h2><div class="src">{files}{listed}</div></section></article>'
    )
    if not whole:
        return f"<style>{STYLE}</style>{article}"
    return (
        '<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(brief.title)}</title><style>{STYLE}</style></head><body>{article}</body></html>"
    )


def _mark(use: tuple[int, ...], notes: Footnotes) -> str:
    return f'<sup><a href="#fn{notes.of[use].number}">{notes.of[use].number}</a></sup>' if use in notes.of else ""


def _sentence(sentence: Sentence) -> str:
    lead = f'<span class="lead">{escape(sentence.lead)}</span>' if sentence.lead else ""
    return lead + escape(sentence.text)


def _block(block: Block, notes: Footnotes) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{''.join(_sentence(s) for s in block.sentences)}{_mark(paragraph_use(block), notes)}</p>"
    if isinstance(block, Bullets):
        items = "".join(f"<li>{_sentence(s)}{_mark(s.citations, notes)}</li>" for s in block.items)
        return f"<ul>{items}</ul>"
    if isinstance(block, Chart):
        return f'<figure role="img" aria-label="{escape(block.alt, quote=True)}">{svg(block, 7.2, 1.45)}</figure>'
    return _table(block, notes)


def _table(block: Grid, notes: Footnotes) -> str:
    unit = f'<p class="unit">（{escape(block.unit)}）</p>' if block.unit else ""
    head = "".join(f"<th>{escape(column)}</th>" for column in block.columns)
    plain_head = "" if block.columns == ("項目", "内容") else f"<thead><tr>{head}</tr></thead>"
    rows = "".join(f"<tr>{_row(row, notes)}</tr>" for row in block.rows)
    note = f'<p class="note">{escape(block.note)}</p>' if block.note else ""
    return f"{unit}<table>{plain_head}<tbody>{rows}</tbody></table>{note}"


def _row(row: tuple[object, ...], notes: Footnotes) -> str:
    mark = _mark(row_use(row), notes)
    cells = []
    for i, cell in enumerate(row):
        text = escape(str(getattr(cell, "text", "")))
        numeric = getattr(cell, "figure", None) is not None
        tag = "th scope=row" if i == 0 else ("td class=n" if numeric else "td")
        cells.append(f"<{tag}>{text}{mark if i == 0 else ''}</{tag.split(maxsplit=1)[0]}>")
    return "".join(cells)
