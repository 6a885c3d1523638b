"""Every file is small enough to be read, says what it is for, and leaves nothing for later."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
SOURCES = sorted([*(HOUSE / "bot").rglob("*.py"), *(HOUSE / "directory").rglob("*.py")])
TESTS = sorted((HOUSE / "tests").rglob("test_*.py"))
LATER = re.compile(r"\b(?:TODO|FIXME|XXX|NotImplementedError)\b")
SPEAKS = ("commands", "__main__.py", "rehearsal.py")


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(HOUSE)) for path in paths]


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = [path for path in [*SOURCES, *TESTS] if len(path.read_text("utf-8").splitlines()) > 400]
    assert not long, names(long)


def test_no_function_is_longer_than_a_screen() -> None:
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > 60:
                    found.append(f"{path.relative_to(HOUSE)}:{node.lineno} {node.name} has {lines} lines")
    assert not found, "\n".join(found)


def test_every_module_begins_with_one_sentence_about_itself() -> None:
    bare = [path for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert not bare, names(bare)


def test_nothing_is_left_for_later() -> None:
    found = [path for path in SOURCES if LATER.search(path.read_text("utf-8"))]
    assert not found, names(found)


def test_only_commands_talk_to_the_terminal() -> None:
    found = []
    for path in SOURCES:
        if not any(part in SPEAKS for part in path.parts):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                    found.append(f"{path.relative_to(HOUSE)}:{node.lineno}")
    assert not found, found


SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\b\d{8,10}:AA[\w-]{33}\b|\bgh[pousr]_\w{36}\b|xox[abp]-\w{10}"
)


def tracked() -> list[Path]:
    """What is in the repository; outside one, what lies here."""
    told = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, text=True)
    if told.returncode == 0 and told.stdout:
        return [path for name in told.stdout.split("\0") if name and (path := HOUSE / name).is_file()]
    return [*SOURCES, *TESTS]


@pytest.mark.parametrize("what", ["secrets", "home"])
def test_the_repository_holds_no_secret_and_no_path_of_a_machine(what: str) -> None:
    pattern = SECRET if what == "secrets" else re.compile(r"(?<![\w.])/(?:home|Users|root)/\w")
    found = []
    for path in tracked():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if path.name != Path(__file__).name and pattern.search(text):
            found.append(str(path.relative_to(HOUSE)))
    assert not found


def test_no_file_holds_the_marks_of_a_merge() -> None:
    found = []
    for path in tracked():
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        if any(line.startswith(("<" * 7 + " ", ">" * 7 + " ")) for line in lines):
            found.append(str(path.relative_to(HOUSE)))
    assert not found
