"""What a file is, decided by its content; its name decides nothing."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zipfile
import zlib
from enum import StrEnum
from typing import Final

from corpus.model import UnreadableFile
from corpus.readers.judgit import looks_like_judgit
from corpus.readers.rs_rows import recognise_layout
from corpus.readers.source import InputFile

HEAD_BYTES: Final = 64 * 1024


class FileKind(StrEnum):
    """The value is what a user sees."""

    FORM_XLSX = "様式（xlsx）"
    FORM_TEXT = "様式（テキスト）"
    FORM_PDF = "様式（PDF）"
    RS_CSV = "RSシステムCSV"
    JUDGIT = "JUDGIT!"
    ARCHIVE = "zip"


# beginnings of files that are no review sheets but are often among them: (magic, what, what to do)
_FOREIGN: Final = (
    (
        b"\xd0\xcf\x11\xe0",
        "古い形式のExcel（.xls）か、パスワードで保護されたファイルです",
        "Excelで開いて、パスワードなしの .xlsx で保存し直してください",
    ),
    (b"7z\xbc\xaf\x27\x1c", "7z書庫です", "展開してから指定してください"),
    (b"Rar!", "RAR書庫です", "展開してから指定してください"),
    (b"\x89PNG", "画像（PNG）です", "文字のあるPDFか .xlsx を指定してください"),
    (b"\xff\xd8\xff", "画像（JPEG）です", "文字のあるPDFか .xlsx を指定してください"),
    (b"MZ", "実行ファイルです", "レビューシートのファイルを指定してください"),
    (b"{\\rtf", "リッチテキスト（RTF）です", "タブ区切りのテキストか .xlsx で保存し直してください"),
    (b"<!DOCTYPE html", "ウェブページ（HTML）です", "レビューシートのファイルそのものをダウンロードしてください"),
    (b"<html", "ウェブページ（HTML）です", "レビューシートのファイルそのものをダウンロードしてください"),
)  # fmt: skip
_OFFICE: Final = {
    "xl/": FileKind.FORM_XLSX,
    "word/": None,
    "ppt/": None,
}


def recognise(file: InputFile) -> FileKind:
    """The kind of a file. Raises UnreadableFile when it is none we read, saying what it is."""
    head = file.head(HEAD_BYTES)
    if not head.strip(b"\x00 \r\n\t"):
        raise UnreadableFile(file.name, "空のファイルです", "取得し直してください")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(file)
    if head.startswith(b"\x1f\x8b"):
        return _text_kind(file, _gunzip_head(file, head))
    if b"%PDF-" in head[:1024]:
        return FileKind.FORM_PDF
    start = head.lstrip()
    for magic, what, remedy in _FOREIGN:
        if start[: len(magic)].lower() == magic.lower():
            raise UnreadableFile(file.name, what, remedy)
    return _text_kind(file, head)


def _zip_kind(file: InputFile) -> FileKind:
    try:
        with file.open() as stream, zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise UnreadableFile(
            file.name, "zip・xlsxが壊れているか、途中で切れています", "ダウンロードし直してください"
        ) from error
    if "[Content_Types].xml" in names:
        for folder, kind in _OFFICE.items():
            if any(name.startswith(folder) for name in names):
                if kind is None:
                    raise UnreadableFile(
                        file.name, "Word又はPowerPointのファイルです", ".xlsx、PDF又はタブ区切りのテキストを指定してください"
                    )
                return kind
    return FileKind.ARCHIVE


def _gunzip_head(file: InputFile, head: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
    except (zlib.error, gzip.BadGzipFile, EOFError) as error:
        raise UnreadableFile(file.name, "gzipが壊れています", "ダウンロードし直してください") from error


def _text_kind(file: InputFile, head: bytes) -> FileKind:
    if looks_like_judgit(head):
        return FileKind.JUDGIT
    text = _decode_head(head)
    if text is None:
        raise UnreadableFile(
            file.name,
            "レビューシートとして読める形式ではありません",
            "xlsx、PDF、CSV、タブ区切りテキスト、ndjson(.gz)、zipのどれかを指定してください",
        )
    if _is_rs_header(text):
        return FileKind.RS_CSV
    if text.lstrip("\ufeff \r\n\t").startswith("{"):
        raise UnreadableFile(file.name, "JUDGIT!の公開データの形のJSONではありません", "1行に1シートのndjsonを指定してください")
    return FileKind.FORM_TEXT


def _decode_head(head: bytes) -> str | None:
    """Text of the first bytes; a character cut at the end is no error."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[: len(head) // 2 * 2].decode("utf-16", errors="ignore")
    if b"\x00" in head:
        return None
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return codecs.getincrementaldecoder(encoding)().decode(head, final=False)
        except UnicodeDecodeError:
            continue
    return None


def _is_rs_header(text: str) -> bool:
    try:
        header = next(csv.reader(io.StringIO(text, newline="")), [])
    except csv.Error:
        return False
    return len(header) > 5 and recognise_layout(header) is not None
