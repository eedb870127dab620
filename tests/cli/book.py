"""docs/admin.md as something that can be followed: its chapters, what is typed in each, and a machine to type it on."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.cli.command import Server, done, refused, serving
from tests.ports import free_port

TEXT: Final = (Path(__file__).parents[2] / "docs" / "admin.md").read_text(encoding="utf-8")
SHELL: Final = frozenset({"cp", "date", "df", "ls", "mkdir", "mv", "rm", "sed", "tar"})
"""What is on every machine, and does there what it does here."""
Block = tuple[str, ...]


@dataclass(frozen=True)
class Chapter:
    """What stands below one heading."""

    title: str
    text: str

    @property
    def blocks(self) -> list[Block]:
        """What is typed, block by block."""
        found = re.findall(r"^ *```console\n(.*?)^ *```$", self.text, re.DOTALL | re.MULTILINE)
        return [tuple(line.strip() for line in block.splitlines()) for block in found]


CHAPTERS: Final = tuple(
    Chapter(*part.partition("\n")[::2]) for part in re.split(r"^#+ ", TEXT, flags=re.MULTILINE) if part
)
PAGES: Final = tuple(dict.fromkeys(page for page in re.findall(r"`(/[a-z][a-z/-]*)`", TEXT) if page != "/backups"))
"""Every address of ours that the book names."""


class Telling:
    """A chapter that is followed, from block to block."""

    def __init__(self, chapter: Chapter) -> None:
        self.blocks = chapter.blocks

    def step(self, machine: Machine) -> list[str]:
        """What is said to each line of the next block; all of them worked."""
        return [machine.type(line) for line in self.blocks.pop(0)]

    def rest(self, machine: Machine) -> list[str]:
        """The same, to the end of the chapter."""
        said = []
        while self.blocks:
            said += self.step(machine)
        return said


@contextmanager
def chapter(title: str) -> Generator[Telling]:
    """Within it the chapter is followed to its end: after it, no block is left."""
    telling = Telling(next(each for each in CHAPTERS if each.title == title))
    yield telling
    assert telling.blocks == [], f"nobody did the last steps of {title!r}"


@dataclass
class Machine:
    """Where the book is followed: the folder of an instance, its server, and a disk for backups."""

    folder: Path
    backups: Path
    settings: dict[str, str] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    """What has another name here than in the book."""
    does: dict[str, Callable[[], object]] = field(default_factory=dict)
    """What else happens to lines that are for another program than ours."""
    server: Server | None = None
    _running: ExitStack = field(default_factory=ExitStack)

    def type(self, line: str) -> str:
        """What is said to `line`, which works."""
        if line in self.does:
            self.does[line]()
            return ""
        for name, here in {"/backups": str(self.backups), **self.called}.items():
            line = line.replace(name, here)
        words = shlex.split(line)
        match words:
            case ["fedirec", *typed, ">", file]:
                said = done(*typed, folder=self.folder, **self.settings)
                (self.folder / file).write_text(said)
                return said
            case ["fedirec", *typed]:
                return done(*typed, folder=self.folder, **self.settings)
            case ["sudo", "systemctl", "start", "fedirec"]:
                self.start()
            case ["sudo", "systemctl", "stop", "fedirec"]:
                self.stop()
            case ["journalctl", "-u", "fedirec", *_]:
                assert self.server is not None
                return self.server.errors
            case ["curl", "-s", address]:
                return self._fetch(address)
            case ["curl", "-sf", *_, address]:
                return self._fetch(address, tries=20 if "--retry" in words else 1)
            case ["export", setting]:
                name, _, value = setting.partition("=")
                self.settings[name] = value
            case ["createdb", name]:
                self._create_database(name)
            case [program, *_] if program in SHELL:
                return _shell(line, self.folder)
            case _:
                raise AssertionError(f"nobody knows here how to do {line!r}")
        return ""

    def refuses(self, *words: str) -> str:
        """The sentence in which `fedirec words…` says no."""
        return refused(*words, folder=self.folder, code=1, **self.settings)

    def start(self) -> Server:
        """The server runs."""
        assert self.server is None
        self._running = ExitStack()
        port = free_port()
        self.server = self._running.enter_context(serving(folder=self.folder, port=port, **self.settings))
        return self.server

    def stop(self) -> None:
        """The server does not run, if it did."""
        if self.server is not None:
            server, self.server = self.server, None
            with self._running:
                assert server.end() == 0

    def break_down(self) -> None:
        """The server is gone, and had no time for anything."""
        server, self.server = self.server, None
        assert server is not None
        with self._running:
            server.end(9)

    def _fetch(self, address: str, *, tries: int = 0) -> str:
        """What is at `address`; with `tries`, what is there when all is well."""
        assert self.server is not None
        answer = self.server.get(urlsplit(address).path)
        while tries and not answer.is_success:
            tries -= 1
            assert tries, answer.text
            time.sleep(0.2)
            answer = self.server.get(urlsplit(address).path)
        return answer.text

    def _create_database(self, name: str) -> None:
        where = urlsplit(self.settings["FEDIREC_DATABASE_URL"])
        there = {"PGHOST": where.hostname or "", "PGPORT": str(where.port), "PGUSER": where.username or ""}
        subprocess.run(["createdb", name], check=True, env={**os.environ, **there})


@contextmanager
def machine(folder: Path, *, backups: Path) -> Generator[Machine]:
    """Within it there is a machine with an instance in `folder`; afterwards nothing runs there."""
    backups.mkdir(exist_ok=True)
    made = Machine(folder, backups)
    try:
        yield made
    finally:
        made.stop()


def _shell(line: str, folder: Path) -> str:
    ran: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S602  (what the book says, letter by letter)
        line, shell=True, cwd=folder, check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def quoted(text: str) -> Sequence[str]:
    """What a page is said to say: whatever stands between typographic quotes."""
    return re.findall(r"“([^”]+)”", " ".join(text.split()))
