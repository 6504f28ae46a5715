"""What the command line means: the optional command word, Japanese messages, exit statuses."""

from __future__ import annotations

import pytest

from cli.arguments import COMMANDS, parse, usage
from cli.errors import UsageError


@pytest.mark.parametrize(
    ("arguments", "command", "question"),
    [
        (["A事業の執行額は？"], "ask", ["A事業の執行額は？"]),
        (["ask", "A事業の執行額は？"], "ask", ["A事業の執行額は？"]),
        (["A事業", "執行額"], "ask", ["A事業", "執行額"]),
        (["--json", "A事業"], "ask", ["A事業"]),
        (["--jsonl", "-"], "ask", []),
        (["A事業", "--sheet", "2020/総務省/0048"], "ask", ["A事業"]),
        (["--data", "D", "A事業"], "ask", ["A事業"]),
        (["--data=D", "ask", "A事業"], "ask", ["A事業"]),
    ],
)
def test_a_question_needs_no_command(arguments: list[str], command: str, question: list[str]) -> None:
    options = parse(arguments)
    assert (options.command, options.question) == (command, question)


@pytest.mark.parametrize("arguments", [["--data", "D", "corpus"], ["corpus", "--data", "D"], ["--data=D", "corpus"]])
def test_data_may_stand_before_or_after_the_command(arguments: list[str]) -> None:
    options = parse(arguments)
    assert (options.command, options.data) == ("corpus", "D")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "質問又はコマンドを書いてください"),
        (["--data"], "質問又はコマンド"),
        (["show"], "必要な引数がありません: シートID"),
        (["search", "橋", "-k", "たくさん"], "-k の値が正しくありません: 'たくさん'"),
        (["ask", "橋", "--sheet"], "--sheet に値を付けてください"),
        (["corpus", "--foo"], "知らない引数です: --foo"),
        (["corpus", "--js"], "知らない引数です: --js"),
    ],
)
def test_mistakes_are_told_in_japanese(arguments: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse(arguments)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_japanese_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse([command, "--help"])
    text = capsys.readouterr().out
    assert end.value.code == 0
    assert text.startswith(f"使い方: rsqa {command}")
    assert not any(word in text for word in ("usage:", "options:", "positional", "show this help"))


def test_help_lists_every_command() -> None:
    assert all(f"    {command} " in usage() for command in COMMANDS)
