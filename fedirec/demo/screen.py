"""What the demo shows in the terminal: the story as it happens, facts as they are found, and where to look."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from fedirec.clock import monotonic
from fedirec.demo.cast import PEOPLE, PLACES
from fedirec.demo.trails import Credit
from fedirec.demo.world import World


class Screen:
    """Tells what happens, line by line, above a bar that moves."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None

    @contextmanager
    def going_through(self, steps: int) -> Generator[None]:
        """Within it a bar shows how many of `steps` are done."""
        with self._progress:
            self._task = self._progress.add_task("", total=steps)
            try:
                yield
            finally:
                self._progress.remove_task(self._task)
                self._task = None

    @contextmanager
    def telling(self, words: str) -> Generator[None]:
        """Within it `words` are what happens now; afterwards they have a tick and the time that it took, or a cross."""
        began = monotonic()
        if self._task is not None:
            self._progress.update(self._task, description=words)
        try:
            yield
        except BaseException:
            self.console.print(f"[red]✗[/] {words}")
            raise
        self.console.print(f"[green]✓[/] {words} [dim]{monotonic() - began:.1f} s[/]")
        if self._task is not None:
            self._progress.advance(self._task)

    def say(self, words: str = "") -> None:
        self.console.print(words)

    def quote(self, words: str, lines: Sequence[str]) -> None:
        """What somebody else printed, line by line."""
        self.console.print(f"[dim]{words}[/]")
        for line in lines:
            self.console.print(f"  {escape(line)}", style="dim", soft_wrap=True)

    def fact(self, words: str, *, why_not: str = "") -> None:
        """One line for a fact: whether it is so, and why it is not."""
        if why_not:
            self.console.print(f"[red]✗[/] {escape(words)}: {escape(why_not)}", highlight=False, soft_wrap=True)
        else:
            self.console.print(f"[green]✓[/] {escape(words)}", highlight=False, soft_wrap=True)

    def credits(self, title: str, credits: Sequence[Credit]) -> None:
        table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 3, 0, 0))
        for name in ("who", "as", "made"):
            table.add_column(name, style="dim" if name == "made" else "")
        for line in credits:
            made = "this film" if line.generation == 0 else "what it was made from"
            table.add_row(escape(line.person), escape(", ".join(line.roles)), made)
        self.console.print(table)

    def addresses(self, world: World, paths: Sequence[tuple[str, str]]) -> None:
        """Where the instances are, who can sign in there, and where to look first."""
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), show_header=False)
        for letter, server in world.servers.items():
            table.add_row(f"[b]{letter}[/]  {PLACES[letter].title}", f"[link={server.origin}]{server.origin}[/]", "")
            for person in PEOPLE.values():
                if person.letter == letter:
                    table.add_row("", f"sign in as [b]{person.name}[/]", f"password: [b]{person.password}[/]")
        self.console.print(table)
        self.say()
        for words, url in paths:
            self.console.print(f"{words}  [link={url}]{url}[/]", soft_wrap=True)
