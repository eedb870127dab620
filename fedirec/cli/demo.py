"""`fedirec demo`: three instances on this machine that live one whole story."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Final

import typer

_FIRST_PORT: Final = 8801


def demo(
    check: Annotated[
        bool, typer.Option("--check", help="Look up each fact over HTTP, say what holds, and leave nothing running.")
    ] = False,
    port: Annotated[
        int,
        typer.Option(help="Where the first instance listens; the others take the next free ports.", min=1, max=65_533),
    ] = _FIRST_PORT,
) -> None:
    """Three instances that make something together, with real media and real federation, to look at or to check."""
    # This process becomes the demo: what makes films would otherwise lie in the memory of every server.
    arguments = ["--port", str(port), *(["--check"] if check else [])]
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "fedirec.demo", *arguments])  # noqa: S606  (no shell)
