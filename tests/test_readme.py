"""The README's examples are run: what it shows is what the program prints."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from cli.arguments import COMMANDS
from cli.main import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def sessions() -> list[tuple[str, list[str]]]:
    """Commands of the ``console`` blocks, each with the lines shown under it."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def pattern(shown: list[str]) -> str:
    """A regular expression for the shown lines; ``…`` stands for anything, also over several lines."""
    lines = [".*" if line == "…" else ".*".join(map(re.escape, line.split("…"))) for line in shown]
    return r"\s*" + r"\n".join(lines).replace(".*\n", "(?:.*\n)?") + r"\s*"


def test_examples_print_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RSQA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "100")
    shutil.copytree(ROOT / "samples" / "sheets", tmp_path / "samples" / "sheets")
    monkeypatch.chdir(tmp_path)
    examples = sessions()
    assert len(examples) >= 6
    for command, shown in examples:
        program, *arguments = shlex.split(command)
        assert program == "rsqa"
        assert main(arguments) == 0, command
        out = capsys.readouterr().out
        assert re.fullmatch(pattern(shown), out, re.DOTALL), f"{command}\n{out}"


def test_every_command_is_named() -> None:
    assert [name for name in COMMANDS if f"rsqa {name}" not in README and name != "ask"] == []


def test_the_two_commands_come_first_and_languages_in_order() -> None:
    assert README.index("make run") < README.index("make test") < README.index("# rsqa (English)")


def test_local_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_way_it_works_is_told_in_ten_lines() -> None:
    section = README.split("## 仕組み")[1].split("##")[0]
    assert len(re.findall(r"^\d+\. ", section, re.MULTILINE)) == 10
