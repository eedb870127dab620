"""The command `fedirec`: what there is to type, and how it ends.

0 when it worked, 1 with one sentence on standard error when it did not, 2 when it was typed wrongly, 130 after Ctrl-C.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated, Final

import typer
from typer.exceptions import Abort, TyperException

from fedirec import __version__
from fedirec.cli.commands import Commands
from fedirec.cli.failures import sentence_of
from fedirec.cli.terminal import note, say

log = logging.getLogger(__name__)

app = typer.Typer(
    cls=Commands,
    help="Make things together across communities. To begin: fedirec serve, or fedirec demo for a look around.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _say_version(wanted: bool) -> None:
    if wanted:
        say(f"fedirec {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """What can stand before the command."""


def main() -> None:
    """Do what was typed, and end the process. What it writes is for its own user only."""
    os.umask(0o077)
    try:
        code = _run()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our answer has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


def _run() -> int:
    try:
        answer = app(prog_name="fedirec", standalone_mode=False)
    except TyperException as error:
        _tell_misuse(error)
        return error.exit_code
    except (Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        raise
    except Exception as error:
        log.debug("why the command failed", exc_info=error)
        note(f"fedirec: {sentence_of(error)}")
        return 1
    return answer if isinstance(answer, int) else 0


_PLAINLY: Final = (
    ("Value error, ", ""),
    ("Input should be a valid integer, unable to parse string as an integer", "please write a whole number"),
    ("Input should be a valid datetime or date, ", "please write a date, or a date and a time: "),
    ("Input should be ", "please write something "),
)
"""What the parts that read the command line say, and how people say it."""


def _tell_misuse(error: TyperException) -> None:
    words = error.format_message().rstrip(".")
    for theirs, ours in _PLAINLY:
        words = words.replace(theirs, ours)
    context = getattr(error, "ctx", None)
    hint = f" For help: {context.command_path} --help" if context else ""
    if words:
        note(f"fedirec: {words}.{hint}")
