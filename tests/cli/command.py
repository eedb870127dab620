"""The real command, in processes of its own.

They are forked from one that has imported all commands already: on a small machine that takes most of the time of a
command. `test_program.py` starts Python anew.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from fedirec.cli import main
from fedirec.cli.commands import COMMANDS
from tests.ports import free_port

PATIENCE = 60.0
"""Seconds that anything may take on a busy machine."""
NOBODY = 65534

_fork = get_context("forkserver")
_fork.set_forkserver_preload([__name__, *(f"fedirec.cli.{module}" for module, _ in COMMANDS.values())])


@dataclass(frozen=True)
class Answer:
    """How a command ended."""

    code: int
    out: str
    err: str


def environment(**settings: str) -> dict[str, str]:
    """What the command finds: nothing of ours but `settings`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FEDIREC_")}
    return {**kept, "NO_COLOR": "1", "COLUMNS": "300", **settings}


def _act(
    words: tuple[str, ...],
    folder: str,
    settings: Mapping[str, str],
    files: tuple[str, str, str],
    user: int | None,
    most_bytes: int | None,
) -> None:
    """Be the command."""
    for number, (path, flags) in enumerate(
        zip(files, (os.O_RDONLY, os.O_WRONLY | os.O_APPEND, os.O_WRONLY | os.O_APPEND), strict=True)
    ):
        opened = os.open(path, flags)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    os.environ.clear()
    os.environ.update(settings)
    os.chdir(folder)
    if most_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    sys.argv = ["fedirec", *words]
    main()


@contextmanager
def _begun(
    *words: str,
    folder: Path,
    input: str = "",
    user: int | None = None,
    most_bytes: int | None = None,
    **settings: str,
) -> Generator[tuple[BaseProcess, Path, Path]]:
    """Within it the command runs, and writes to the two files."""
    with TemporaryDirectory(prefix="fedirec-command-") as place:
        files = Path(place, "in"), Path(place, "out"), Path(place, "err")
        for file in files:
            file.write_text(input if file.name == "in" else "")
        paths = str(files[0]), str(files[1]), str(files[2])
        process = _fork.Process(
            target=_act, args=(words, str(folder), environment(**settings), paths, user, most_bytes), daemon=True
        )
        process.start()
        try:
            yield process, files[1], files[2]
        finally:
            if process.is_alive():
                process.kill()
            process.join()


def fedirec(*words: str, folder: Path, **how: object) -> Answer:
    """What `fedirec words…` answers in `folder`. A traceback is never an answer."""
    with _begun(*words, folder=folder, **how) as (process, out, err):  # type: ignore[arg-type]
        process.join(PATIENCE)
        assert process.exitcode is not None, f"fedirec {' '.join(words)} takes too long"
        answer = Answer(process.exitcode, out.read_text(), err.read_text())
    assert "Traceback" not in answer.err, answer.err
    return answer


def done(*words: str, folder: Path, **how: object) -> str:
    """What `fedirec words…` says when it works."""
    answer = fedirec(*words, folder=folder, **how)
    assert answer.code == 0, answer
    return answer.out


def refused(*words: str, folder: Path, code: int = 1, **how: object) -> str:
    """The one sentence in which `fedirec words…` says no."""
    answer = fedirec(*words, folder=folder, **how)
    assert answer.code == code, answer
    lines = answer.err.strip().splitlines()
    assert len(lines) == 1, answer.err
    return lines[0].removeprefix("fedirec: ")


def killed(*words: str, folder: Path, when: Callable[[], bool], **how: object) -> None:
    """`fedirec words…` was killed as soon as `when` was so, and had no time for anything."""
    with _begun(*words, folder=folder, **how) as (process, out, err):  # type: ignore[arg-type]
        deadline = time.monotonic() + PATIENCE
        while not when():
            assert process.is_alive(), (out.read_text(), err.read_text())
            assert time.monotonic() < deadline
            time.sleep(0.001)
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL, "it was over before"


class Server:
    """A `fedirec serve` that runs."""

    def __init__(self, process: BaseProcess, port: int, out: Path, err: Path) -> None:
        self._process, self._out, self._err = process, out, err
        self.port = port
        self.address = f"http://127.0.0.1:{port}"

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def said(self) -> str:
        return self._out.read_text()

    @property
    def errors(self) -> str:
        return self._err.read_text()

    @property
    def setup_link(self) -> str:
        """The path of the link that it printed."""
        self.wait_until_it_says("behind a reverse proxy")
        return "/setup?token=" + self.said.partition("/setup?token=")[2].split()[0]

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(f"{self.address}{path}", headers=headers, timeout=PATIENCE, trust_env=False)

    def wait(self) -> int:
        """The exit status, when it has ended."""
        self._process.join(PATIENCE)
        assert self._process.exitcode is not None, "it does not end"
        return self._process.exitcode

    def end(self, number: int = signal.SIGTERM) -> int:
        os.kill(self.pid, number)
        return self.wait()

    def wait_until_it_says(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while words not in self.said:
            assert self._process.is_alive(), self.errors
            assert time.monotonic() < deadline, f"it never said {words!r}"
            select.select([self._process.sentinel], [], [], 0.05)


@contextmanager
def serving(
    *words: str, folder: Path, verb: str = "serve", port: int | None = None, says: str = "is running", **how: object
) -> Generator[Server]:
    """Within it `fedirec serve words…` runs in `folder` and answers; afterwards it does not run."""
    port = port or free_port()
    where = () if verb == "worker" else ("--port", str(port))
    with _begun(verb, *where, *words, folder=folder, **how) as (process, out, err):  # type: ignore[arg-type]
        server = Server(process, port, out, err)
        server.wait_until_it_says(says)
        yield server
        assert "Traceback" not in server.errors, server.errors
