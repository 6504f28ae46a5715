"""What a wheel would hold, and that the project's files say the same as each other."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import cli
from tests.test_imports import imported, modules

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("corpus", "index", "qa", "cli", "ui", "samples")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_of_code_is_a_package(package: str) -> None:
    folders = {path.parent for path in (ROOT / package).rglob("*.py")}
    missing = [str(f.relative_to(ROOT)) for f in folders if not (f / "__init__.py").is_file()]
    assert not missing, "a folder without __init__.py is left out of the wheel"


def test_every_file_that_is_no_code_is_package_data(project: dict[str, Any]) -> None:
    patterns: dict[str, list[str]] = project["tool"]["setuptools"]["package-data"]
    tracked = subprocess.run(
        ["git", "-c", "core.quotepath=off", "ls-files", *PACKAGES],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
    ).stdout.splitlines()  # fmt: skip
    if not tracked:
        pytest.skip("not a git checkout")
    lost = []
    for name in tracked:
        package, inner = name.split("/", 1)
        path = Path(inner)
        if path.suffix == ".py":
            continue
        given = [g for owner, globs in patterns.items() if owner in ("*", package) for g in globs]
        if not any(_matches(path, pattern) for pattern in given):
            lost.append(name)
    assert not lost, f"not in package-data of pyproject.toml: {lost}"


def _matches(path: Path, pattern: str) -> bool:
    if pattern.endswith("/**"):
        return path.parts[0] == pattern.removesuffix("/**")
    return path.match(pattern) if "/" in pattern else path.match(pattern) and len(path.parts) == 1


def test_versions_agree(project: dict[str, Any]) -> None:
    assert project["project"]["version"] == cli.__version__


def test_every_dependency_says_what_it_is_for() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = re.findall(r'^    "[a-z][\w.-]*>=[\d.]+(?:,<\d+)?",.*$', text, re.MULTILINE)
    assert len(lines) > 15
    assert [line for line in lines if "#" not in line and not re.search(r"pytest>|ruff|mypy", line)] == []


DISTRIBUTIONS = {"docx": "python-docx", "faiss": "faiss-cpu", "axe_playwright_python": "axe-playwright-python"}
COMES_WITH = {
    "pdfminer": "pdfplumber", "torch": "sentence-transformers", "transformers": "sentence-transformers",
    "datasets": "sentence-transformers", "PIL": "matplotlib", "gradio_client": "gradio", "lxml": "python-docx",
}  # fmt: skip


def test_every_import_is_a_declared_dependency(project: dict[str, Any]) -> None:
    extras = project["project"]["optional-dependencies"].values()
    declared = [*project["project"]["dependencies"], *(line for extra in extras for line in extra)]
    names = {re.split(r"[\[<>=]", line)[0] for line in declared}
    guards = {path.stem for path in (ROOT / "tests" / "guard").glob("*.py")}  # loaded by name in child processes
    ours = {*PACKAGES, "app", "benchmarks", "tests"} | guards
    for package in (*PACKAGES, "app", "benchmarks", "tests"):
        for path in modules(package):
            if path.stem == "chroma_peer":  # runs in an environment of its own: chromadb would change ours
                continue
            for name in imported(path) - sys.stdlib_module_names - ours:
                wanted = DISTRIBUTIONS.get(name, COMES_WITH.get(name, name.replace("_", "-")))
                assert wanted in names, f"{path.relative_to(ROOT)} imports {name}"


def test_make_names_its_targets() -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    for target in ("setup", "run", "test", "lint", "eval", "bench"):
        done = subprocess.run([make, "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_ci_calls_the_same_targets() -> None:
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test" in text
    assert "make lint" in text


def test_nothing_of_this_machine_is_in_the_repository() -> None:
    """Absolute home paths and package hosts belong to a machine, not to the project."""
    done = subprocess.run(
        ["git", "grep", "-nIE", r"/(home|root)/[a-z]|extra-index-url", "--", ":!*.lock", ":!tests"],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.stdout == ""
