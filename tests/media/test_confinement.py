"""What a child cannot do once it is locked down, even if a file takes it over."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fedirec.media.confine import Confinement, confinement, decode
from tests.conftest import skip_or_fail
from tests.media import files

ROOT = Path(__file__).parents[2]
ATTEMPTS = """
import ctypes, json, os, signal, socket, subprocess, sys, threading
sys.path.append(sys.argv[1])
from fedirec.media.decoder.cage import lock_down
own, secret, parent = os.open(sys.argv[2], os.O_RDWR), sys.argv[3], os.getppid()
lock_down(memory=1 << 30, cpu=20, wall=30, output=4096)
attempts = {
    "read a secret": lambda: open(secret).read(),
    "read the passwords": lambda: open("/etc/passwd").read(),
    "read this program": lambda: open(sys.executable, "rb").read(),
    "list a folder": lambda: os.listdir("/"),
    "write a file": lambda: open(secret + ".new", "w"),
    "remove a file": lambda: os.unlink(secret),
    "look at a path": lambda: os.stat(secret),
    "open a socket": lambda: socket.socket(socket.AF_INET),
    "open a local socket": lambda: socket.socket(socket.AF_UNIX),
    "make two sockets": lambda: socket.socketpair(),
    "start a program": lambda: subprocess.run(["/bin/true"]),
    "become another program": lambda: os.execv("/bin/true", ["true"]),
    "have a child": lambda: os.fork(),
    "stop its parent": lambda: os.kill(parent, signal.SIGSTOP),
    "trace its parent": lambda: os.open(f"/proc/{parent}/mem", os.O_RDONLY),
    "become root": lambda: os.setuid(0),
    "write without end": lambda: os.pwrite(own, b"more", 4096),
    "take memory without end": lambda: bytearray(2 << 30),
}
done = {}
for name, attempt in attempts.items():
    try:
        attempt()
    except BaseException:
        done[name] = False
    else:
        done[name] = True
thread = threading.Thread(target=lambda: done.update({"compute": sum(range(1000)) == 499500}))
thread.start()
thread.join()
done["use what it was given"] = os.pread(own, 5, 0) == bytes(5)
os.write(1, json.dumps(done).encode())
os._exit(0)
"""


@pytest.fixture(scope="module")
def found() -> Confinement:
    confined = confinement()
    if not (confined.landlock and confined.seccomp):
        skip_or_fail(f"this kernel cannot confine the decoder wholly: {confined.note}")
    return confined


@pytest.mark.usefixtures("found")
def test_a_locked_down_child_computes_on_what_it_was_given_and_that_is_all(tmp_path: Path) -> None:
    secret = files.written(tmp_path / "master.key", b"secret")
    own = files.written(tmp_path / "own", bytes(5))

    tried = subprocess.run(
        [sys.executable, "-I", "-c", ATTEMPTS, str(ROOT), str(own), str(secret)],
        env={},
        capture_output=True,
        timeout=60,
    )

    done = json.loads(tried.stdout)
    assert {name for name, could in done.items() if could} == {"compute", "use what it was given"}
    assert len(done) == 20


def test_the_report_says_what_holds_the_children_back(found: Confinement) -> None:
    assert found.complete
    assert found.note is None


@pytest.mark.parametrize(
    ("lack", "words"),
    [
        (
            {"landlock": False, "reads_files": True},
            "no Landlock: a media file with an exploit could read this machine's files",
        ),
        ({"seccomp": False, "opens_sockets": True}, "no seccomp: a media file with an exploit could open connections"),
        (
            {"landlock": False, "seccomp": False, "reads_files": True, "opens_sockets": True},
            "no Landlock and no seccomp",
        ),
        ({"landlock": False}, "one of two walls is missing"),
    ],
)
def test_a_kernel_that_lacks_something_is_named_in_one_sentence(lack: dict[str, bool], words: str) -> None:
    whole = {"landlock": True, "seccomp": True, "reads_files": False, "opens_sockets": False}

    note = Confinement(**(whole | lack)).note

    assert note is not None
    assert words in note


async def test_a_file_that_is_not_there_is_no_refusal_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await decode(tmp_path / "missing", folder=tmp_path, file_name="missing.png")


async def test_a_child_that_cannot_write_says_so(tmp_path: Path) -> None:
    """What stands where the cleaned file should go is never written over."""
    source = files.written(tmp_path / "a", files.encoded(files.scene(), "PNG"))
    files.written(tmp_path / "master", b"mine")

    with pytest.raises(FileExistsError):
        await decode(source, folder=tmp_path, file_name="a.png")

    assert (tmp_path / "master").read_bytes() == b"mine"
