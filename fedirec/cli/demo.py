"""`fedirec demo`: three instances on this machine that live one whole story."""

from __future__ import annotations

from typing import Annotated

import typer

from fedirec.cli.logs import configure_logging
from fedirec.demo import FIRST_PORT, run_demo


def demo(
    check: Annotated[
        bool, typer.Option("--check", help="Look up each fact over HTTP, say what holds, and leave nothing running.")
    ] = False,
    port: Annotated[
        int, typer.Option(help="Where the first instance listens; the others take the next free ports.", min=1)
    ] = FIRST_PORT,
) -> int:
    """Three instances that make something together, with real media and real federation, to look at or to check."""
    configure_logging("console", "warning")
    return run_demo(check=check, base_port=port)
