"""What stands in the audit log is told in words."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

from fedirec.accounts.pages.audit import WORDS

SOURCES: Final = Path(__file__).parent.parent.parent / "fedirec"


def test_every_action_that_is_audited_has_words() -> None:
    named = {
        call.args[1].value
        for path in SOURCES.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "audit"
        and len(call.args) > 1
        and isinstance(call.args[1], ast.Constant)
    }
    assert "close_doors" in named
    assert sorted(map(str, named - WORDS.keys())) == []
