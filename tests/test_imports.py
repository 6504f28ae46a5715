"""Imports go one way: corpus ← index ← qa ← cli, app, ui. Nothing below knows that a chat or a browser exists."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# package → our packages it may import besides itself
ALLOWED = {
    "corpus": set[str](),
    "index": {"corpus"},
    "qa": {"corpus", "index"},
    "ui": {"corpus", "index", "qa", "samples"},
    "cli": {"corpus", "index", "qa", "samples", "ui", "app"},
    "samples": set[str](),
    "app": {"corpus", "index", "qa", "samples", "ui", "cli"},
}
HEAVY = {"torch", "sentence_transformers", "transformers", "gradio", "pandas", "matplotlib", "plotly", "openpyxl", "faiss", "scipy"}
PRESENTATION = {"gradio", "fastapi", "starlette", "uvicorn", "playwright"}


def modules(package: str) -> list[Path]:
    folder = ROOT / package
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [p for p in [ROOT / f"{package}.py"] if p.is_file()]


def imported(path: Path) -> set[str]:
    """Top-level names of everything a module imports, wherever in the module."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", ALLOWED)
def test_imports_go_leftward(package: str) -> None:
    for path in modules(package):
        wrong = (imported(path) & ALLOWED.keys()) - ALLOWED[package] - {package}
        assert not wrong, f"{path.relative_to(ROOT)} imports {sorted(wrong)}"


@pytest.mark.parametrize("package", ["corpus", "index", "qa"])
def test_libraries_know_no_browser(package: str) -> None:
    for path in modules(package):
        assert not imported(path) & PRESENTATION, path.relative_to(ROOT)


@pytest.mark.parametrize("module", ["cli.main", "cli.ask", "cli.search", "cli.corpus", "cli.show", "qa.contract", "qa.model"])
def test_starting_loads_nothing_heavy(module: str) -> None:
    """`rsqa ask` must answer before the app's or the trainer's libraries could even be imported."""
    code = f"import sys, {module}; print(' '.join(sorted({{n.split('.')[0] for n in sys.modules}})))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, encoding="utf-8"
    ).stdout.split()
    assert not HEAVY & set(loaded)
