"""docs/security.md and the tables name the same attacks."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

from tests.attacks import (
    test_a_authentication,
    test_b_authority,
    test_c_lineage,
    test_d_fetching,
    test_e_exhaustion,
    test_f_content,
)

ROOT: Final = Path(__file__).parents[2]
LINE: Final = re.compile(r"^\| (\d+) \| (.*) \| (.*) \|$", re.MULTILINE)
TEST: Final = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
TRIED: Final = {
    *(row.line for part in (test_a_authentication, test_b_authority, test_d_fetching) for row in part.attacks.rows),
    *(row.line for row in test_c_lineage.attacks.rows),
    *(row.line for part in (test_e_exhaustion, test_f_content) for row in part.attacks.rows),
    *(row[0] for row in test_d_fetching.REFUSALS),
    *(59 for _ in test_e_exhaustion.HARD),
}


def listed() -> dict[int, str]:
    return {int(number): rest for number, _, rest in LINE.findall((ROOT / "docs/security.md").read_text())}


def test_each_line_is_tried_in_a_table_or_by_the_test_that_it_names() -> None:
    for number, rest in listed().items():
        named = TEST.findall(rest)
        assert number in TRIED or named, f"nothing tries line {number}"
        for file, test in named:
            tests = ast.walk(ast.parse((ROOT / file).read_text()))
            assert any(getattr(node, "name", "") == test for node in tests), f"{file} has no {test}"


def test_each_row_is_a_line_of_the_list() -> None:
    assert set(listed()) >= TRIED
