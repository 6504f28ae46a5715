"""The arguments of ``rsqa``, with Japanese help. Importing this imports nothing heavy."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from cli import __version__
from cli.errors import UsageError

COMMANDS: Final = (
    "ingest", "ask", "search", "brief", "serve", "corpus", "show", "check", "remove", "repair",
)  # fmt: skip

_EPILOG: Final = """\
例:
  rsqa ingest ダウンロード/レビューシート       フォルダーの中の xlsx、PDF、CSV、zip をすべて取り込む
  rsqa "山あい窓口オンライン化推進事業の令和元年度の執行額は？"
  rsqa search "災害のとき外国人に知らせる" --json
  rsqa brief 2021/架空省/2021-架空-20-0002 --out レク資料.docx
  rsqa serve

終了コード: 0 = 実行できた（「記載がない」という答えを含む）、2 = 使い方の誤り又は読めない入力、1 = その他の失敗
"""

# argparse writes English; what it says of the user's mistake is replaced line by line.
_MESSAGES: Final = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"^the following arguments are required: (.*)$", r"必要な引数がありません: \1"),
        (r"^unrecognized arguments: (.*)$", r"知らない引数です: \1"),
        (r"^argument (.*): expected (?:one argument|at least one argument)$", r"\1 に値を付けてください"),
        (r"^argument (.*): invalid \w+ value: (.*)$", r"\1 の値が正しくありません: \2"),
        (r"^argument (.*): invalid choice: (.*) \(choose from (.*)\)$", r"\1 の値が正しくありません: \2（選べるもの: \3）"),
        (r"^argument (.*): not allowed with argument (.*)$", r"\1 と \2 は同時に使えません"),
        (r"^argument (.*): ignored explicit argument (.*)$", r"\1 に値は付けられません: \2"),
    )
)
_HEADINGS: Final = (("usage: ", "使い方: "), ("positional arguments:", "引数:"), ("options:", "オプション:"))


class Parser(argparse.ArgumentParser):
    """argparse in Japanese; a mistake raises UsageError instead of ending the process."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(add_help=False, allow_abbrev=False, **options)
        self.add_argument("-h", "--help", action="help", help="この説明を表示する")

    def error(self, message: str) -> NoReturn:
        for pattern, text in _MESSAGES:
            message = pattern.sub(text, message)
        raise UsageError(f"{message}\n{self.format_usage().rstrip()}\n詳しくは {self.prog} --help")

    def format_usage(self) -> str:
        return _japanese(super().format_usage())

    def format_help(self) -> str:
        return _japanese(super().format_help())


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line. A first word that is no command is a question: ``rsqa "質問"``.

    Raises UsageError.
    """
    return _parser().parse_args(_with_command(list(arguments)))


def usage() -> str:
    """The help of the whole program."""
    return _parser().format_help()


def _with_command(arguments: list[str]) -> list[str]:
    """Put ``ask`` where the command is left out; ``--data`` before the command moves behind it."""
    before: list[str] = []
    rest = list(arguments)
    while rest and (rest[0] == "--data" or rest[0].startswith("--data=")):
        count = 2 if rest[0] == "--data" else 1
        before, rest = before + rest[:count], rest[count:]
    if rest and rest[0] in ("-h", "--help", "--version"):
        return rest
    if not rest:
        raise UsageError(f"質問又はコマンドを書いてください。\n\n{usage().rstrip()}")
    command = [rest.pop(0)] if rest[0] in COMMANDS else ["ask"]
    return [*command, *before, *rest]


def _japanese(text: str) -> str:
    for english, japanese in _HEADINGS:
        text = text.replace(english, japanese)
    return text


def _parser() -> Parser:
    parser = Parser(
        prog="rsqa",
        usage='rsqa [--data フォルダー] "質問"\n        rsqa [--data フォルダー] コマンド …',
        description="行政事業レビューシートに、セルの出典付きで正確に答えます。",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"rsqa {__version__}", help="版を表示する")
    commands = parser.add_subparsers(dest="command", metavar="コマンド", title="コマンド")
    for add in (_ingest, _ask, _search, _brief, _serve, _corpus, _show, _check, _remove, _repair):
        add(commands)
    return parser


def _command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text, prog=f"rsqa {name}")
    parser.add_argument("--data", metavar="フォルダー", help="取り込んだデータを置くフォルダー（環境変数 RSQA_DATA でも指定できる）")
    return parser


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="結果を JSON で出す")


def _ingest(commands: Any) -> None:
    parser = _command(commands, "ingest", "ファイル、フォルダー、zip を取り込む")
    parser.add_argument("paths", nargs="+", metavar="パス", help="xlsx、PDF、CSV、txt、ndjson(.gz)、zip、又はそれらのあるフォルダー")
    parser.add_argument("--dry-run", action="store_true", help="読むだけで、保存しない")
    parser.add_argument("--model", metavar="名前", help="埋め込みモデル（sentence-transformers の名前又はフォルダー）")
    parser.add_argument("--quiet", action="store_true", help="進み具合を表示しない")
    _json(parser)


def _ask(commands: Any) -> None:
    parser = _command(commands, "ask", "質問に答える（コマンド名は省いてよい）")
    parser.add_argument("question", nargs="*", metavar="質問")
    parser.add_argument("--sheet", metavar="シートID", help="このシートについて尋ねる（例: 2020/総務省/0048）")
    parser.add_argument("--jsonl", metavar="ファイル", help="1行に1つの JSON で書いた質問にまとめて答える（- は標準入力）")
    _json(parser)


def _search(commands: Any) -> None:
    parser = _command(commands, "search", "言葉でシートの記述を探す")
    parser.add_argument("query", nargs="*", metavar="語句")
    parser.add_argument("-k", type=int, default=10, metavar="件数", help="出す件数（既定は10）")
    parser.add_argument("--ministry", action="append", default=[], metavar="府省庁", help="府省庁で絞る（繰り返してよい）")
    parser.add_argument("--year", action="append", default=[], type=int, metavar="年度", help="シートの年度（西暦）で絞る")
    parser.add_argument("--section", action="append", default=[], metavar="欄", help="欄で絞る（例: 事業の目的）")
    parser.add_argument("--account", action="append", default=[], metavar="会計区分", help="会計区分で絞る")
    parser.add_argument("--explain", action="store_true", help="見つかった理由（語と順位）も出す")
    parser.add_argument("--jsonl", metavar="ファイル", help="1行に1つの JSON で書いた語句をまとめて探す（- は標準入力）")
    _json(parser)


def _brief(commands: Any) -> None:
    parser = _command(commands, "brief", "概要資料（A4 1枚）を作る")
    parser.add_argument("sheet", nargs="*", metavar="シートID", help="シートID又は事業名（2～5件書くと比較の資料になる）")
    parser.add_argument("--out", metavar="ファイル", help="書き出すファイル（.docx .xlsx .md .html .json。省くと画面に出す）")
    parser.add_argument("--long", action="store_true", help="1枚に収めず、詳しく書く")
    parser.add_argument("--questions", action="store_true", help="想定問答を作る")
    parser.add_argument("--topic", metavar="語句", help="語句に関する事業をまとめた資料を作る（シートIDを書けば、それらの事業で）")
    parser.add_argument("--ministry", metavar="府省庁", help="府省庁の1年分の資料を作る（--year とともに）")
    parser.add_argument("--year", type=int, metavar="年度", help="シートの年度（西暦）")


def _serve(commands: Any) -> None:
    parser = _command(commands, "serve", "アプリを開く")
    parser.add_argument("--host", default="127.0.0.1", metavar="アドレス", help="待ち受けるアドレス（既定は 127.0.0.1）")
    parser.add_argument("--port", type=int, default=7860, metavar="番号", help="待ち受けるポート（既定は 7860）")
    parser.add_argument("--mcp", action="store_true", help="MCP サーバーとしても働く")


def _corpus(commands: Any) -> None:
    _json(_command(commands, "corpus", "取り込んであるものを示す"))


def _show(commands: Any) -> None:
    parser = _command(commands, "show", "シートを画面に表示する")
    parser.add_argument("sheet", metavar="シートID")
    parser.add_argument("--table", metavar="表", help="この表だけを示す（名前の一部でよい。例: 予算額）")
    _json(parser)


def _check(commands: Any) -> None:
    parser = _command(commands, "check", "合わない数字（計と内訳、シート間の違い）を一覧にする（--json は1行に1件）")
    parser.add_argument("sheet", nargs="*", metavar="シートID", help="省くとすべてのシート")
    parser.add_argument("--limit", type=int, default=50, metavar="件数", help="種類ごとに画面に出す件数（既定は50。0 はすべて）")
    _json(parser)


def _remove(commands: Any) -> None:
    parser = _command(commands, "remove", "シートを取り除く（元のファイルには触れない）")
    parser.add_argument("sheet", nargs="+", metavar="シートID")
    parser.add_argument("--quiet", action="store_true", help="進み具合を表示しない")


def _repair(commands: Any) -> None:
    parser = _command(commands, "repair", "保存データを元のファイルから作り直す")
    parser.add_argument("--allow-fewer", action="store_true", help="元のファイルから読めるシートが減っていても作り直す")
    parser.add_argument("--quiet", action="store_true", help="進み具合を表示しない")
