"""What operators rely on is written down: every setting, command, table and decision."""

import argparse
import re
import tomllib
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import Table

import bot.tables as private
from bot.__main__ import COMMANDS
from bot.policy import Policy
from bot.settings import SECRETS, Settings

HOUSE = Path(__file__).resolve().parents[2]
PAGES = [*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")]


def page(name: str) -> str:
    return (HOUSE / "docs" / name).read_text("utf-8")


@pytest.mark.parametrize("name", [one.name for one in fields(Settings)])
def test_every_setting_is_explained(name: str) -> None:
    written = page("settings.md")
    assert f"`{name.upper()}`" in written
    line = next(line for line in written.splitlines() if f"`{name.upper()}`" in line)
    if name in SECRETS:
        assert "*secret*" in line


def test_no_setting_is_explained_that_does_not_exist() -> None:
    known = {one.name.upper() for one in fields(Settings)}
    named = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", page("settings.md")))
    assert named - known - {"DONGHANH_METRICS_TOKEN_FILE", "DONGHANH_METRICS_TOKEN", "DONGHANH_"} == set()


def test_every_command_is_named_in_the_manual() -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    for module in (import_module(f"bot.commands.{name}") for name in COMMANDS):
        module.add(commands)
    missing = [name for name in commands.choices if f"`{name}" not in page("operations.md")]
    assert not missing


def test_every_private_table_says_who_sees_it_and_when_it_goes() -> None:
    tables = [one.name for one in vars(private).values() if isinstance(one, Table)]
    missing = [name for name in tables if f"`{name}`" not in page("privacy.md")]
    assert not missing


def test_every_decision_stands_in_the_policy_file_with_its_default() -> None:
    written = tomllib.loads((HOUSE / "policy.toml").read_text("utf-8"))
    default = Policy()
    for one in fields(Policy):
        if one.name not in ("is_demo", "recorded_lines"):
            value = getattr(default, one.name)
            assert written[one.name] == (list(value) if isinstance(value, tuple) else value), one.name
    assert written["recorded_lines"] == {}


def test_no_link_leads_nowhere() -> None:
    broken = []
    for path in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
            if "://" not in target and not (path.parent / target).exists():
                broken.append(f"{path.name}: {target}")
    assert not broken
