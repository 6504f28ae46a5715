"""Files made to hurt: bombs, loops, lies about size and kind, names that point outside. All made here, none kept.

``recipes()`` names each kind; a recipe gives bytes for a seed, so that any number of variants can be made.
"""

from __future__ import annotations

import gzip
import io
import itertools
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

Recipe = Callable[[random.Random], tuple[str, bytes]]
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_MEBI: Final = 1 << 20


def zipped(members: dict[str, bytes], level: int = 9) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def workbook(sheet: bytes, strings: bytes = b"", **more: bytes) -> bytes:
    """The smallest .xlsx around a worksheet's XML."""
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
        ).encode(),
        "xl/worksheets/sheet1.xml": sheet,
    }
    if strings:
        parts["xl/sharedStrings.xml"] = strings
    return zipped(parts | more)


def worksheet(body: str, merges: str = "") -> bytes:
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData>{merges}</worksheet>'.encode()


def _cells(count: int, text: str = "行政事業レビューシート") -> str:
    return "".join(f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{text}</t></is></c></row>' for n in range(1, count + 1))


# --- archives -------------------------------------------------------------------------------------


def _zip_bomb(chance: random.Random) -> tuple[str, bytes]:
    return "bomb.zip", zipped({"a.txt": bytes(chance.randint(50, 300) * _MEBI)})


def _many_bombs(chance: random.Random) -> tuple[str, bytes]:
    block = chance.randbytes(256) * 3900  # some 0.98 MB each: below the size that is looked at one by one
    return "bombs.zip", zipped({f"{n}.txt": block for n in range(600)}, 6)


def _lying_size(chance: random.Random) -> tuple[str, bytes]:
    """The directory says 100 bytes; the stream unfolds to many megabytes."""
    data = bytearray(zipped({"a.txt": bytes(chance.randint(30, 60) * _MEBI)}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        where = data.find(mark)
        data[where + at : where + at + 4] = struct.pack("<I", 100)
    return "lie.zip", bytes(data)


def _nested(chance: random.Random) -> tuple[str, bytes]:
    inner = bytes(chance.randint(10, 20) * _MEBI)
    for _ in range(chance.randint(3, 12)):
        inner = zipped({"x.zip": inner, "y.zip": inner})
    return "nested.zip", inner


def _slip(chance: random.Random) -> tuple[str, bytes]:
    names = ["../../outside.txt", "/etc/outside.txt", "C:\\outside.txt", "..\\outside.txt", "a/../../outside.txt", "\x1b[2Jx.txt",
             "a\u202etxt.exe", "~/.ssh/outside", "con\x00.txt", "a" * 5000 + ".txt"]  # fmt: skip
    return "slip.zip", zipped({chance.choice(names): b"x" * 100, "行政.txt": "様式".encode()})


def _overlapping(chance: random.Random) -> tuple[str, bytes]:
    """Many directory entries that share one stream (a flat bomb)."""
    body = zipped({"0": bytes(4 * _MEBI)})
    entry_at, end_at = body.find(b"PK\x01\x02"), body.find(b"PK\x05\x06")
    entry, count = body[entry_at:end_at], chance.randint(300, 2000)
    end = bytearray(body[end_at:])
    struct.pack_into("<HHI", end, 8, count, count, len(entry) * count)
    return "flat.zip", body[:entry_at] + entry * count + bytes(end)


def _gzip_bomb(chance: random.Random) -> tuple[str, bytes]:
    line = b'{"\xe5\x85\xac\xe9\x96\x8b\xe5\xb9\xb4\xe5\xba\xa6":2020,"x":"' + b"a" * 1000 + b'"}\n'
    return "bomb.ndjson.gz", gzip.compress(line * chance.randint(80_000, 200_000))


def _gzip_line(chance: random.Random) -> tuple[str, bytes]:
    head = '{"公開年度":2020,"事業名":"'.encode()
    return "line.ndjson.gz", gzip.compress(head + b"a" * (chance.randint(20, 200) * _MEBI))


# --- workbooks ------------------------------------------------------------------------------------


def _entities(chance: random.Random) -> tuple[str, bytes]:
    levels = chance.randint(6, 12)
    names = [f"e{n}" for n in range(levels)]
    definitions = '<!ENTITY e0 "lol">' + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in itertools.pairwise(names)
    )
    padding = " " * chance.choice((0, 2000, 40_000))
    xml = f'<?xml version="1.0"?>{padding}<!DOCTYPE x [{definitions}]><worksheet xmlns="{_MAIN}"><sheetData><row><c t="str"><v>&{names[-1]};</v></c></row></sheetData></worksheet>'  # noqa: E501
    return "laughs.xlsx", workbook(xml.encode(chance.choice(("utf-8", "utf-16"))))


def _external(chance: random.Random) -> tuple[str, bytes]:
    where = chance.choice(("file:///etc/passwd", "http://127.0.0.1:9/x", "http://169.254.169.254/latest"))
    xml = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{where}">]><worksheet xmlns="{_MAIN}"><sheetData><row><c t="str"><v>&e;</v></c></row></sheetData></worksheet>'
    return "external.xlsx", workbook(xml.encode())


def _unfolding(chance: random.Random) -> tuple[str, bytes]:
    """Some 5 MB that unfold to 50 MB of worksheet."""
    texts = [chance.randbytes(12).hex() for _ in range(4000)]
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="str"><v>{texts[n % 4000]}{n}</v></c></row>' for n in range(1, 620_000))
    return "unfolds.xlsx", workbook(worksheet(rows))


def _many_parts(chance: random.Random) -> tuple[str, bytes]:
    part = worksheet(_cells(9000, chance.randbytes(8).hex()))
    sheets = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(1, 200))
    relations = "".join(f'<Relationship Id="r{n}" Target="worksheets/sheet1.xml"/>' for n in range(1, 200))
    more = {
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>'.encode(),
    }
    return "parts.xlsx", workbook(part, **more)


def _deep_xml(chance: random.Random) -> tuple[str, bytes]:
    depth = chance.randint(20_000, 300_000)
    return "deep.xlsx", workbook(worksheet("<a>" * depth + "</a>" * depth))


def _deep_drawing(chance: random.Random) -> tuple[str, bytes]:
    space = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
    depth = chance.randint(2000, 60_000)
    drawing = f'<d:wsDr xmlns:d="{space}"><d:twoCellAnchor><d:from><d:col>0</d:col><d:row>0</d:row></d:from>{"<d:grpSp>" * depth}{"</d:grpSp>" * depth}</d:twoCellAnchor></d:wsDr>'  # noqa: E501
    relations = f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Target="../drawings/drawing1.xml"/></Relationships>'
    more = {"xl/drawings/drawing1.xml": drawing.encode(), "xl/worksheets/_rels/sheet1.xml.rels": relations.encode()}
    return "drawing.xlsx", workbook(worksheet(_cells(3)), **more)


def _merges(chance: random.Random) -> tuple[str, bytes]:
    ranges = "".join('<mergeCell ref="A1:XFD1048576"/>' for _ in range(chance.randint(1, 3000)))
    return "merges.xlsx", workbook(worksheet(_cells(30), f"<mergeCells>{ranges}</mergeCells>"))


def _far_cell(chance: random.Random) -> tuple[str, bytes]:
    row = chance.choice(("1048576", "99999999", "4294967297", "-5", "x", "9" * 5000))
    body = f'<row r="{row}"><c r="XFD{row}" t="str"><v>事業番号</v></c></row>'
    return "far.xlsx", workbook(worksheet(body))


def _numbers(chance: random.Random) -> tuple[str, bytes]:
    values = ("NaN", "INF", "-INF", "1e999", "-1e999", "1e-999", "9" * 6000, "0x10", "1_000", "٣", "1e400000000")
    body = "".join(f'<row r="{n}"><c r="A{n}"><v>{chance.choice(values)}</v></c></row>' for n in range(1, 50))
    return "numbers.xlsx", workbook(worksheet(body))


def _string_index(chance: random.Random) -> tuple[str, bytes]:
    index = chance.choice(("-1", "999999", "x", "", "1" * 5000))
    return "index.xlsx", workbook(worksheet(f'<row r="1"><c r="A1" t="s"><v>{index}</v></c></row>'), b"<sst/>")


def _formats(chance: random.Random) -> tuple[str, bytes]:
    code = chance.choice(("#," * 20_000, "[" * 20_000, '"' * 19_999, "0." + "0" * 60_000, "(" * 30_000, "y" * 50_000))
    styles = f'<styleSheet xmlns="{_MAIN}"><numFmts><numFmt numFmtId="200" formatCode="{code.replace(chr(34), "&quot;")}"/></numFmts><cellXfs><xf numFmtId="200"/></cellXfs></styleSheet>'  # noqa: E501
    body = "".join(f'<row r="{n}"><c r="A{n}" s="0"><v>43{n}.5</v></c></row>' for n in range(1, 400))
    return "formats.xlsx", workbook(worksheet(body), **{"xl/styles.xml": styles.encode()})


def _broken_office(chance: random.Random) -> tuple[str, bytes]:
    data = bytearray(workbook(worksheet(_cells(300))))
    for _ in range(chance.randint(1, 60)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return "broken.xlsx", bytes(data[: chance.randint(len(data) // 2, len(data))])


# --- PDF ------------------------------------------------------------------------------------------


def _pdf(objects: dict[int, bytes], root: int = 1) -> bytes:
    out, places = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    size = max(objects) + 1
    table = b"".join(f"{places.get(n, 0):010d} 00000 {'n' if n in places else 'f'} \n".encode() for n in range(size))
    return out + f"xref\n0 {size}\n".encode() + table + f"trailer <</Size {size}/Root {root} 0 R>>\nstartxref\n{start}\n%%EOF".encode()


def _stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<<" + more + b"/Length " + str(len(content)).encode() + b">>stream\n" + content + b"\nendstream"


_PAGE: Final = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>%s>>>>"
_FONT: Final = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def _document(content: bytes, resources: bytes = b"", **more: bytes) -> bytes:
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: _PAGE % resources, 4: content, 5: _FONT,
    }  # fmt: skip
    return _pdf(objects | {int(number[1:]): body for number, body in more.items()})


def _page_loop(chance: random.Random) -> tuple[str, bytes]:
    kids = chance.choice((b"[2 0 R]", b"[3 0 R 2 0 R]", b"[3 0 R 1 0 R]", b"[" + b"2 0 R " * 2000 + b"]"))
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids" + kids + b"/Count 5>>",
               3: b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R 3 0 R]/Count 9>>"}  # fmt: skip
    return "pages.pdf", _pdf(objects)


def _reference_loop(chance: random.Random) -> tuple[str, bytes]:
    return "reference.pdf", _pdf({1: b"2 0 R", 2: b"3 0 R", 3: chance.choice((b"1 0 R", b"2 0 R", b"3 0 R"))})


def _previous_loop(chance: random.Random) -> tuple[str, bytes]:
    data = _document(_stream(b"BT /F 9 Tf (x) Tj ET"))
    start = data.rfind(b"xref\n0")
    back = chance.choice((start, 0, 9, len(data) * 2))
    return "previous.pdf", data.replace(b"/Root", f"/Prev {back} /Root".encode())


def _form_loop(chance: random.Random) -> tuple[str, bytes]:
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R/Y 6 0 R>>>>"
    calls = b"/X Do /Y Do " * chance.randint(1, 30)
    return "forms.pdf", _document(_stream(calls), b"/XObject<</X 6 0 R/Y 6 0 R>>", n6=_stream(calls, form))


def _flate_bomb(chance: random.Random) -> tuple[str, bytes]:
    packed = bytes(chance.randint(150, 900) * _MEBI)
    for _ in range(chance.randint(1, 2)):
        packed = zlib.compress(packed, 9)
        filters = b"/Filter/FlateDecode"
    return "flate.pdf", _document(_stream(packed, filters))


def _flate_ops(chance: random.Random) -> tuple[str, bytes]:
    ops = chance.choice((b"q " * 4_000_000, b"BT /F 9 Tf (x) Tj ET " * 400_000, b"0 0 m 9 9 l S " * 400_000, b"[" * 3_000_000))
    return "operators.pdf", _document(_stream(zlib.compress(ops, 9), b"/Filter/FlateDecode"))


def _lines(chance: random.Random) -> tuple[str, bytes]:
    """Tens of thousands of ruled lines that cross: tables are looked for among them."""
    count = chance.randint(400, 3000)
    ops = b"".join(b"%d 0 m %d 842 l S 0 %d m 595 %d l S " % (n % 595, n % 595, n % 842, n % 842) for n in range(count))
    return "lines.pdf", _document(_stream(zlib.compress(ops), b"/Filter/FlateDecode"))


def _deep_pdf(chance: random.Random) -> tuple[str, bytes]:
    depth = chance.randint(5_000, 200_000)
    inner = chance.choice((b"[" * depth + b"]" * depth, b"<</A" * depth + b">>" * depth))
    return "deep.pdf", _pdf({1: b"<</Type/Catalog/Pages " + inner + b">>"})


def _huge_box(chance: random.Random) -> tuple[str, bytes]:
    page = _PAGE.replace(b"0 0 595 842", chance.choice((b"0 0 1e99 1e99", b"NaN 0 1 1", b"0 0 0 0", b"-1e30 0 1 1"))) % b""
    data = _pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: page,
                 4: _stream(b"BT /F 1e30 Tf 1e30 0 0 1e30 0 0 Tm (x) Tj ET"), 5: _FONT})  # fmt: skip
    return "box.pdf", data


def _cut_pdf(chance: random.Random) -> tuple[str, bytes]:
    data = bytearray(_document(_stream(b"BT /F 9 Tf 9 9 Td (x) Tj ET")))
    for _ in range(chance.randint(1, 20)):
        data[chance.randrange(9, len(data))] = chance.randrange(256)
    return "cut.pdf", bytes(data[: chance.randint(20, len(data))])


# --- text -----------------------------------------------------------------------------------------


def _record(**changes: object) -> bytes:
    entry = {"公開年度": 2020, "府省庁": "架空省", "事業番号": "1", "事業名": "架空事業"} | changes
    return json.dumps(entry, ensure_ascii=False).encode()


def _deep_json(chance: random.Random) -> tuple[str, bytes]:
    depth = chance.randint(2000, 400_000)
    opening, closing = chance.choice((("[", "]"), ('{"a":', "}")))
    inner = opening * depth + "1" + closing * depth
    return "deep.ndjson", f'{{"公開年度":2020,"府省庁":"架空省","事業番号":"1","事業名":"x","予算":{inner}}}\n'.encode()


def _json_numbers(chance: random.Random) -> tuple[str, bytes]:
    value = chance.choice(("NaN", "Infinity", "-Infinity", "1e999", "1e-999", "9" * 5000, "1e400000000", "-0", "0.1e+309"))
    budget = f'[{{"年度":2019,"当初予算":{value},"執行額":{value}}}]'
    line = f'{{"公開年度":2020,"府省庁":"架空省","事業番号":"{chance.randrange(9999)}","事業名":"x","予算":{budget}}}\n'
    return "numbers.ndjson", line.encode()


def _json_types(chance: random.Random) -> tuple[str, bytes]:
    strange: list[object] = [None, [], {}, "x", -1, True, "\u0000", [[]], {"年度": []}, 10**40, "\ud800", "../../x", "=cmd|' /C calc'!A0"]
    keys = ("公開年度", "府省庁", "事業番号", "事業名", "予算", "支出先", "アウトカム", "関連する過去のレビューシート")
    lines = [json.dumps({"公開年度": 2020, "府省庁": "架空省", "事業番号": "1", "事業名": "x"} | {chance.choice(keys): chance.choice(strange)}) for _ in range(40)]  # noqa: E501
    return "types.ndjson", ('{"公開年度":2020}\n' + "\n".join(lines)).encode()


def _long_text(chance: random.Random) -> tuple[str, bytes]:
    run = chance.choice(("1", "あ", "ア", "a", "漢", "\u0301", "😀", "　")) * chance.randint(200_000, 1_000_000)
    return "long.ndjson", _record(事業番号=str(chance.randrange(9999)), 事業目的=run) + b"\n"


def _tabs(chance: random.Random) -> tuple[str, bytes]:
    line = chance.choice(("\t" * 200_000, "事業名\t" * 60_000, "様式\t1\n" * 200_000, "a" * 8_000_000))
    return "tabs.txt", ("行政事業レビューシート\t事業番号\n" + line).encode()


def _csv(chance: random.Random) -> tuple[str, bytes]:
    header = "事業年度,予算事業ID,事業名,府省庁,政策所管府省庁,当初予算,備考"
    row = chance.choice(('2024,1,"' + "a" * 3_000_000, "2024,1" + "," * 100_000, "2024," + "9" * 90_000 + ",x,y,z,1e999,", '"' * 100_001))
    return "rs.csv", f"{header}\n{row}\n".encode()


def _wrong_magic(chance: random.Random) -> tuple[str, bytes]:
    magic = chance.choice((b"PK\x03\x04", b"%PDF-1.4", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x89PNG", b"MZ", b"\xff\xfe", b"{"))
    return chance.choice(("a.xlsx", "a.pdf", "a.csv", "a.txt", "a.zip", "a.ndjson.gz")), magic + chance.randbytes(chance.randint(0, 5000))


RECIPES: Final[tuple[Recipe, ...]] = (
    _zip_bomb, _many_bombs, _lying_size, _nested, _slip, _overlapping, _gzip_bomb, _gzip_line, _entities, _external, _unfolding,
    _many_parts, _deep_xml, _deep_drawing, _merges, _far_cell, _numbers, _string_index, _formats, _broken_office, _page_loop,
    _reference_loop, _previous_loop, _form_loop, _flate_bomb, _flate_ops, _lines, _deep_pdf, _huge_box, _cut_pdf, _deep_json,
    _json_numbers, _json_types, _long_text, _tabs, _csv, _wrong_magic,
)  # fmt: skip


def make(number: int) -> tuple[str, str, bytes]:
    """(recipe, file name, content) of the ``number``-th hostile file."""
    recipe = RECIPES[number % len(RECIPES)]
    name, content = recipe(random.Random(number))
    return recipe.__name__.strip("_"), name, content
