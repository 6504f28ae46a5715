"""A brief as a Word document: real styles, real tables, real footnotes, the chart as a picture.

python-docx has no footnotes; ``_FootnotePart`` adds the part by the Open Packaging Conventions that
python-docx itself is built on (ECMA-376 Part 1, 17.11).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part as PackagePart
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell, _Column
from docx.text.paragraph import Paragraph as WordParagraph
from docx.text.run import Run

from qa.brief.charts import png
from qa.brief.fit import column_shares
from qa.brief.model import Block, Brief, Bullets, Chart, Grid, Paragraph, Sentence
from qa.brief.notes import Footnotes, footnotes, paragraph_use, row_use

_FONT = "游ゴシック"
_FALLBACKS = "Yu Gothic;Noto Sans CJK JP;Noto Sans JP;Hiragino Sans;MS Gothic;IPAexGothic"
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_BLUE = RGBColor(0x1F, 0x4E, 0x79)
_GREY = RGBColor(0x44, 0x44, 0x44)
_BODY, _TABLE, _NOTE = Pt(8.5), Pt(7.5), Pt(5.5)


def to_docx(brief: Brief) -> bytes:
    """The document's bytes. Long briefs end with an appendix of the charts' data."""
    notes = footnotes(brief)
    document = docx.Document()
    _set_up(document)
    document.core_properties.title = _clean(brief.title)
    document.core_properties.language = "ja-JP"
    document.add_paragraph(_clean(brief.title), style="Title")
    document.add_paragraph(_clean(brief.subtitle), style="Subtitle")
    for part in brief.parts:
        document.add_heading(part.heading, level=1)
        for block in part.blocks:
            _block(document, block, notes)
    for note in (*brief.notes, "出典資料　" + "　".join(notes.files)):
        _small(document, note)
    _footnote_part(document, notes)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _clean(text: str) -> str:
    return _ILLEGAL.sub("", " ".join(text.split()))


def _set_up(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(14)
    section.top_margin = section.bottom_margin = Mm(10)
    section.header_distance = section.footer_distance = Mm(5)
    _style(document, "Normal", _BODY, after=Pt(0.5))
    _style(document, "Title", Pt(14), bold=True, color=_BLUE, after=Pt(1))
    _style(document, "Subtitle", Pt(8), color=_GREY, after=Pt(1))
    _style(document, "Heading 1", Pt(9.5), bold=True, color=_BLUE, before=Pt(4), after=Pt(0.5))
    _style(document, "List Bullet", _BODY, after=Pt(0))
    _style(document, "Caption", Pt(6.5), color=_GREY, after=Pt(0))
    _style(document, document.styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH).name or "", _NOTE)
    _replace_font_table(document)


def _style(
    document: Document,
    name: str,
    size: Pt,
    *,
    bold: bool = False,
    color: RGBColor | None = None,
    before: Pt | None = None,
    after: Pt | None = None,
) -> None:
    style = document.styles[name]
    if not isinstance(style, ParagraphStyle):
        return
    style.font.size, style.font.bold, style.font.italic, style.font.name = size, bold, False, _FONT
    if color is not None:
        style.font.color.rgb = color
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in ("w:eastAsia", "w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(attribute), _FONT)
    for theme in ("w:asciiTheme", "w:eastAsiaTheme", "w:hAnsiTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)
    layout = style.paragraph_format
    layout.space_before, layout.space_after = before or Pt(0), after or Pt(0)
    # 游ゴシック has tall lines in Word and its substitutes do not: an exact pitch keeps the page the same.
    layout.line_spacing = Pt(round(size.pt * (1.16 if size == _NOTE else 1.32), 1))
    for spaced in style.element.findall(f".//{qn('w:spacing')}"):
        spaced.attrib.pop(qn("w:val"), None)  # the template's Subtitle is letter-spaced
    borders = style.element.find(f".//{qn('w:pBdr')}")
    if borders is not None and borders.getparent() is not None:
        borders.getparent().remove(borders)


def _replace_font_table(document: Document) -> None:
    """Name what to use where 游ゴシック is not installed."""
    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE:
            relation.target_part._blob = (
                '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
                f'<w:fonts {nsdecls("w")}><w:font w:name="{_FONT}"><w:altName w:val="{_FALLBACKS}"/>'
                '<w:charset w:val="80"/><w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font></w:fonts>'
            ).encode()


def _block(document: Document, block: Block, notes: Footnotes) -> None:
    if isinstance(block, Paragraph):
        paragraph = document.add_paragraph()
        for sentence in block.sentences:
            _sentence(paragraph, sentence)
        _reference(paragraph, paragraph_use(block), notes)
    elif isinstance(block, Bullets):
        for item in block.items:
            paragraph = document.add_paragraph(style="List Bullet")
            _sentence(paragraph, item)
            _reference(paragraph, item.citations, notes)
    elif isinstance(block, Chart):
        _picture(document, block)
    else:
        _table(document, block, notes)


def _sentence(paragraph: WordParagraph, sentence: Sentence) -> None:
    if sentence.lead:
        paragraph.add_run(sentence.lead).bold = True
    paragraph.add_run(_clean(sentence.text))


def _picture(document: Document, chart: Chart) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.line_spacing = 1.0  # an exact pitch would cut the picture off
    shape = paragraph.add_run().add_picture(io.BytesIO(png(chart, 6.6, 1.45)), width=Mm(172))
    properties = shape._inline.docPr
    properties.set("descr", _clean(chart.alt))
    properties.set("title", _clean(chart.title))


def _small(document: Document, text: str) -> None:
    document.add_paragraph(_clean(text), style="Caption")


def _table(document: Document, block: Grid, notes: Footnotes) -> None:
    if block.unit:
        unit = document.add_paragraph(f"（{block.unit}）", style="Caption")
        unit.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    headed = block.columns != ("項目", "内容")
    table = document.add_table(rows=int(headed) + len(block.rows), cols=len(block.columns), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    cells = [list(row.cells) for row in table.rows]
    if headed:
        for cell, title in zip(cells[0], block.columns, strict=True):
            _cell(cell, title, bold=True, shade="E8EEF5")
    for word_row, row in zip(cells[int(headed) :], block.rows, strict=True):
        for i, (word_cell, cell) in enumerate(zip(word_row, row, strict=True)):
            paragraph = _cell(word_cell, cell.text, bold=i == 0 and not headed, shade="" if i or headed else "E8EEF5")
            if cell.figure is not None:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if i == 0:
                _reference(paragraph, row_use(row), notes)
    _widths(table.columns, block)
    if block.note:
        _small(document, block.note)


def _widths(columns: Iterable[_Column], block: Grid) -> None:
    """Set what both readers look at: LibreOffice the grid, Word the cells."""
    for column, width in zip(columns, column_shares(block), strict=True):
        column.width = Mm(round(width, 1))
        for cell in column.cells:
            cell.width = column.width


def _cell(cell: _Cell, text: str, *, bold: bool = False, shade: str = "") -> WordParagraph:
    paragraph: WordParagraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = Pt(round(_TABLE.pt * 1.28, 1))
    run = paragraph.add_run(_clean(text))
    run.font.size, run.bold = _TABLE, bold
    if shade:
        fill = OxmlElement("w:shd")
        for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", shade)):
            fill.set(qn(name), value)
        cell._tc.get_or_add_tcPr().append(fill)
    return paragraph


def _reference(paragraph: WordParagraph, use: tuple[int, ...], notes: Footnotes) -> None:
    if use not in notes.of:
        return
    run: Run = paragraph.add_run()
    run.font.superscript = True
    run.font.size = Pt(7)
    mark = OxmlElement("w:footnoteReference")
    mark.set(qn("w:id"), str(notes.of[use].number + 1))  # ids 0 and 1 are the separators
    run._r.append(mark)


def _footnote_part(document: Document, notes: Footnotes) -> None:
    if not notes.notes:
        return
    size = int(_NOTE.pt * 2)
    style_id = document.styles["footnote text"].style_id
    separators = (
        '<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        '<w:footnote w:type="continuationSeparator" w:id="1"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
    )
    font = f'<w:rFonts w:ascii="{_FONT}" w:hAnsi="{_FONT}" w:eastAsia="{_FONT}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    body = "".join(
        f'<w:footnote w:id="{note.number + 1}"><w:p><w:pPr><w:pStyle w:val="{style_id}"/></w:pPr>'
        f"<w:r><w:rPr>{font}</w:rPr><w:footnoteRef/></w:r>"
        f'<w:r><w:rPr>{font}</w:rPr><w:t xml:space="preserve"> {escape(_clean(note.text))}</w:t></w:r></w:p></w:footnote>'
        for note in notes.notes
    )
    xml = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:footnotes {nsdecls("w")}>{separators}{body}</w:footnotes>'
    part = PackagePart(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, xml.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
