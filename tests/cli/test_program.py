"""What `fedirec` loads, and when, in processes that Python starts anew."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys

import pytest

from fedirec.cli.commands import COMMANDS, Later
from tests.cli.command import environment

HEAVY = (
    "PIL",
    "av",
    "lxml",
    "pyld",
    "requests",
    "tarfile",
    "fedirec.admin.backup",
    "fedirec.cli.users",
    "fedirec.demo",
)
"""What a server has no use for until somebody needs it, if ever."""


def loaded_by(code: str) -> set[str]:
    """The modules that are there after `code`."""
    answer = subprocess.run(
        [sys.executable, "-c", f"import json, sys\n{code}\nprint(json.dumps(list(sys.modules)))"],
        capture_output=True,
        check=True,
        env=environment(),
    )
    return set(json.loads(answer.stdout.splitlines()[-1]))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_of_each_what_its_own_help_begins_with(name: str) -> None:
    own = inspect.cleandoc(Later(name).load().help).partition("\n\n")[0]
    assert COMMANDS[name][1] == " ".join(own.split())


def test_a_server_loads_nothing_that_it_does_not_use() -> None:
    there = loaded_by("import fedirec.cli.serving")
    assert "fedirec.app" in there
    assert not there & set(HEAVY)


def test_the_list_of_commands_loads_none_of_them() -> None:
    there = loaded_by("import fedirec.cli.program")
    assert not {name for name in there if name.startswith(("fedirec.db", "fedirec.app", "tortoise", "pydantic"))}
