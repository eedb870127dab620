"""What can be typed, and where it is written down: a module is loaded when somebody types its command.

`fedirec --help` has nothing to load, and `fedirec serve` loads neither backups nor the accounts' commands.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

from fedirec.cli.collector import loading

COMMANDS: Final = {
    "serve": ("serving", "Run the whole instance in this process: pages, federation and background work."),
    "demo": (
        "demo",
        "Three instances that make something together, with real media and real federation, to look at or to check.",
    ),
    "web": (
        "serving",
        "Answer requests only; `fedirec worker` does the rest. For PostgreSQL, in as many processes as you like.",
    ),
    "worker": ("serving", "Do the background work only. For PostgreSQL, in as many processes as you like."),
    "migrate": ("databases", "Bring the database up to date. With SQLite, `fedirec serve` does this by itself."),
    "backup": ("backups", "Put database, media and keys into one file, while the server runs or not."),
    "restore": ("backups", "Make an instance out of a backup, in an empty data folder (and an empty database)."),
    "fetch": ("fetching", "Ask another instance for something, and show what we understand of its answer."),
    "lineage": ("lineage", "Put the lineage of a record into a file, and check such files."),
    "users": ("users", "See and change the accounts of this instance."),
    "reports": ("reports", "See what was reported, and answer it."),
    "doors": ("doors", "Close the doors for a while, and open them again."),
    "config": ("configuration", "See and check the settings."),
    "federation": ("federation", "See and decide which instances this one federates with."),
    "deliveries": ("deliveries", "See what is on its way to other instances, try it again, or let it go."),
    "keys": (
        "keys",
        "Renew the keys with which this instance and its people sign, and the one that keeps what payees say.",
    ),
    "money": ("money", "See and decide how this instance handles money."),
    "payouts": (
        "payouts",
        "See what was paid and what waits, and check that nobody was forgotten or paid twice.",
    ),
    "ledger": ("ledger", "Check the books of this instance, and see what stands in their accounts."),
    "audit": ("audit", "Check the audit log, and put it into a file for others to check."),
    "farewell": ("farewell", "End this instance for good: erase everybody, and say so to all others."),
    "mail": ("mail", "Try out whether mail leaves this instance."),
    "media": ("media", "See what takes up the disk, and make room."),
    "inbox": ("inbox", "See what other instances sent that had no effect, and handle it again."),
}
"""For each command its module, and the sentence that it begins its own help with."""


class Later(TyperCommand):
    """A command of which only the name and one sentence are known, until it is typed."""

    def load(self) -> Any:
        """The command itself, or the group of commands."""
        with loading():
            module = import_module(f"fedirec.cli.{COMMANDS[str(self.name)][0]}")
        app = getattr(module, "app", None)
        if isinstance(app, typer.Typer):
            group = typer.main.get_group(app)
            group.name = self.name
            return group
        alone = typer.Typer(add_completion=False)
        alone.command(self.name)(getattr(module, str(self.name)))
        return typer.main.get_command(alone)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        return self.load().make_context(info_name, args, parent, **extra)


class Commands(TyperGroup):
    """The command `fedirec` itself."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = {name: Later(name, help=sentence) for name, (_, sentence) in COMMANDS.items()}
