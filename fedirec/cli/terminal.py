"""What the command line says: answers on standard output, everything else on standard error."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterable, Iterable, Sequence
from json import dumps as encode
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.exceptions import Abort

from fedirec.errors import Invalid

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
_ALONE: Final = "Nobody is there to ask whether you mean it; add --yes if you do."
_STRANGE: Final = "�"
_WIDE: Final = 10_000
"""Columns of a file: nothing is folded there, so that addresses stay whole."""


def say(line: str = "") -> None:
    """A line of the answer, never wrapped, so that links and codes can be copied whole."""
    typer.echo(line)
    sys.stdout.flush()


def note(line: str) -> None:
    """A line beside the answer."""
    typer.echo(line, err=True)


def warn(line: str) -> None:
    """A line beside the answer that has to be seen."""
    typer.secho(f"WARNING: {line}", err=True, bold=True, fg=typer.colors.YELLOW)


def make_sure(question: str) -> None:
    """Whoever typed the command has said yes to `question`; the command ends where they say no.

    Raises Invalid where nobody is there to answer.
    """
    if sys.stdin is None:
        raise Invalid(_ALONE)
    try:
        means_it = typer.confirm(question)
    except Abort as error:
        if sys.stdin.isatty():
            raise
        say()  # behind the question
        raise Invalid(_ALONE) from error
    if not means_it:
        raise typer.Exit(1)


def say_json(value: Any) -> None:
    """The answer as JSON, for programs."""
    say(encode(value, ensure_ascii=False, indent=2, default=str))


def say_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """The answer as a table. Words of others are shown as they are written and cannot move the cursor."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(Text(plainly(cell)) for cell in row))
    Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE).print(table)


async def say_list(titles: Sequence[tuple[str, int]], rows: AsyncIterable[dict[str, Any]], *, json: bool) -> None:
    """The answer as lines under `titles` of so many characters, or as a JSON array of whole rows, while it comes."""
    if not json:
        say("".join(f"{title:<{width}}" for title, width in titles).upper().rstrip())
        async for row in rows:
            say("".join(f"{row[title]:<{max(width - 1, 0)}} " for title, width in titles).rstrip())
        return
    between = "["
    async for row in rows:
        say(between + encode(row, ensure_ascii=False, default=str))
        between = ","
    say("[]" if between == "[" else "]")


def plainly(text: str) -> str:
    """`text` without anything that a terminal would obey: control characters, escapes, changes of direction."""
    return "".join(char if char.isprintable() else " " if char in "\n\t" else _STRANGE for char in text)
