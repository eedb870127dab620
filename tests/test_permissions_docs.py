"""What docs/permissions.md says of who may do what is what the code does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

from fedirec.accounts.permissions import DONE_AT_HOME, GRANTS, SCOPE_OF, Permission, Role, Scope
from fedirec.remix.powers import POWERS, WHO, Deed, Part

PAGE: Final = (Path(__file__).parents[1] / "docs/permissions.md").read_text()


def test_the_table_of_roles_is_the_code() -> None:
    head = ["What", *(role.value for role in Role), "scope of a token", "at home only"]
    rows = [
        [
            words(permission),
            *("yes" if permission in GRANTS[role] else "" for role in Role),
            SCOPE_OF[permission].value,
            "yes" if permission in DONE_AT_HOME else "",
        ]
        for permission in Permission
    ]
    assert table("roles") == rendered(head, rows)


def test_the_table_of_powers_is_the_code() -> None:
    rows = [[words(deed), ", ".join(part.value for part in Part if part in POWERS[deed])] for deed in Deed]
    assert table("powers") == rendered(["What", "who"], rows)


def test_each_part_is_said_in_words() -> None:
    assert table("parts") == rendered(["Part", "that is"], [[part.value, WHO[part]] for part in Part])


def test_each_scope_is_said() -> None:
    assert set(re.findall(r"^- `(\w+)`:", PAGE, re.M)) == {scope.value for scope in Scope}


def words(name: StrEnum) -> str:
    return name.value.replace("_", " ")


def rendered(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The table as it has to stand in the page."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |").replace("|  |", "| |") for line in lines)


def table(name: str) -> str:
    """The table of the page below the comment with that name."""
    return PAGE.partition(f"<!-- {name} -->\n")[2].partition("\n\n")[0].strip()
