"""docs/install.md says what there is, and docs/deploy/ fits it."""

from __future__ import annotations

import configparser
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main

from fedirec.cli.commands import Later
from fedirec.cli.program import app
from fedirec.settings import Settings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
INSTALL = (DOCS / "install.md").read_text()


def commands() -> list[str]:
    """Every command that can be typed, as words: `users create`."""

    def below(command: Any, words: str) -> list[str]:
        group = command.load() if isinstance(command, Later) else command
        inner = getattr(group, "commands", None)
        if inner is None:
            return [words]
        return [leaf for name, command in inner.items() for leaf in below(command, f"{words} {name}".strip())]

    return below(typer.main.get_command(app), "")


def settings_table() -> dict[str, list[str]]:
    """The cells of each row of the table of settings, by the name of the setting."""
    table = INSTALL.partition("## Settings")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("| `")
    ]
    return {row[0].strip("`"): row for row in rows}


def test_every_setting_is_documented_with_its_variable_and_default() -> None:
    documented = settings_table()
    assert set(documented) == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        shown = "" if field.default in ("", ()) else f"`{default}`"
        _, variable, told, words = documented[name]
        assert (variable, told) == (f"`FEDIREC_{name.upper()}`", shown), name
        assert words, name


def test_every_command_is_documented_and_no_other() -> None:
    table = INSTALL.partition("## Commands")[2].partition("\n## ")[0]
    documented = {
        " ".join(word for word in found.split() if word.islower())
        for found in re.findall(r"\| `fedirec ([^`]+)`", table)
    }
    assert documented == set(commands())


def test_every_setting_named_anywhere_exists() -> None:
    texts = [INSTALL, *(path.read_text() for path in (DOCS / "deploy").iterdir())]
    for text in texts:
        for name in re.findall(r"FEDIREC_([A-Z_]+[A-Z])", text):
            assert name.lower() in Settings.model_fields, name


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", INSTALL, re.DOTALL))
def test_the_samples_of_settings_can_be_used(block: str) -> None:
    Settings.load(tomllib.loads(block))


def test_every_link_leads_to_a_file_or_a_heading() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lower()).strip().replace(" ", "-")
        for line in INSTALL.splitlines()
        if line[:1] == "#"
    }
    for target in re.findall(r"\]\(([^)]+)\)", INSTALL):
        if target.startswith("#"):
            assert target[1:] in headings, target
        else:
            assert (DOCS / target).is_file(), target


def test_the_service_starts_what_there_is() -> None:
    unit = configparser.RawConfigParser(strict=False, comment_prefixes=("#",))
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(DOCS / "deploy/fedirec.service")
    program, *words = shlex.split(unit["Service"]["ExecStart"])
    assert Path(program).name == "fedirec"
    assert " ".join(words) in commands()
    assert unit["Service"]["StateDirectoryMode"] == "0700"
    assert unit["Service"]["NoNewPrivileges"] == "yes"


def test_the_page_on_the_structure_lists_every_module_and_package_and_no_other() -> None:
    tree = (DOCS / "architecture.md").read_text().partition("```\nfedirec/\n")[2].partition("\nstatic/")[0]
    listed = {line.split()[0] for line in tree.splitlines() if re.match(r"  \S", line)}
    there = {f"{path.parent.name}/" for path in (ROOT / "fedirec").glob("*/__init__.py")}
    there |= {path.name for path in (ROOT / "fedirec").glob("*.py") if not path.name.startswith("__")}
    assert listed == there
