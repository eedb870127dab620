"""Log lines say what happened, one line for each event, whatever strangers wrote into it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from fedirec.cli.logs import configure_logging


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("look", ["console", "json"])
def test_no_stranger_writes_lines_of_their_own(look: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(look, "info")  # type: ignore[arg-type]
    logging.getLogger("fedirec.test").info("refused %s", "Like\n2026-11-20 [info] all is well \x1b[2J\u202e")
    structlog.stdlib.get_logger("fedirec.test").info("asked", path="/\n2026-11-20 [info] all is well \x1b[2J")
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 2
    assert "\x1b" not in said
