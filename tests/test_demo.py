"""The demo: three real server processes, lived through and examined by the command that a visitor types."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from fedirec import demo
from fedirec.demo.browser import Form
from fedirec.demo.cast import CREDITS, PEOPLE, PIECES
from fedirec.demo.facts import AGAIN, FINISHED, PAID, TOGETHER, WITHOUT_B, Fact
from fedirec.demo.lookups import expect
from fedirec.demo.markup import read_page
from fedirec.demo.servers import free_ports
from fedirec.demo.story import BEGINNING
from fedirec.demo.trails import Credit, why_not_credited
from fedirec.errors import NotFound

ROOT = Path(__file__).parents[1]
BOUND = 200
"""Seconds. A machine with two cores that does nothing else takes half a minute."""
PATIENCE = 150
"""Seconds after which something will not happen any more, on a machine that has much else to do."""


@pytest.fixture
def ports() -> list[int]:
    """Three ports in a row that nobody listens on."""
    for port in free_ports(18_801):
        if list(islice(free_ports(port), 3)) == [port, port + 1, port + 2]:
            return [port, port + 1, port + 2]
    raise AssertionError("no free ports")


@contextmanager
def demo_process(*arguments: str, port: int, temporary: Path) -> Generator[subprocess.Popen[str]]:
    """`fedirec demo`, as somebody types it; it does not outlive the test."""
    process = subprocess.Popen(
        [sys.executable, "-m", "fedirec", "demo", "--port", str(port), *arguments],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary), "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(happened: Callable[[], bool], *, alive: subprocess.Popen[str] | None = None) -> None:
    deadline = monotonic() + PATIENCE
    while not happened():
        assert alive is None or alive.poll() is None, "it has ended"
        assert monotonic() < deadline
        sleep(0.1)


def answer(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.timeout(BOUND + 30)
def test_the_whole_story_holds_and_leaves_nothing_behind(ports: Sequence[int], tmp_path: Path) -> None:
    with demo_process("--check", port=ports[0], temporary=tmp_path) as process:
        said, _ = process.communicate(timeout=BOUND)

    assert process.returncode == 0, said
    told = said.splitlines()
    for fact in (*TOGETHER, *FINISHED, *PAID, *WITHOUT_B, *AGAIN):
        assert f"✓ {fact.words}" in told, fact.words
    assert "✗" not in said
    assert re.search(r"All \d+ facts hold", said)
    assert not any(is_listening(port) for port in ports)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.timeout(2 * PATIENCE + 30)
def test_ctrl_c_in_the_middle_ends_the_servers_and_removes_the_files(ports: Sequence[int], tmp_path: Path) -> None:
    with demo_process(port=ports[0], temporary=tmp_path) as process:
        wait_until(lambda: all(answer(port) for port in ports), alive=process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)

    assert process.returncode == 130
    assert not any(is_listening(port) for port in ports)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.timeout(2 * PATIENCE + 30)
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_a_server_does_not_outlive_a_demo_that_was_killed(ports: Sequence[int], tmp_path: Path) -> None:
    serve = (
        "import sys, time\nfrom pathlib import Path\nfrom fedirec.demo.servers import serving\n"
        "with serving('A', folder=Path(sys.argv[1]), base_port=int(sys.argv[2])):\n    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", serve, str(tmp_path), str(ports[0])], cwd=ROOT) as process:
        try:
            wait_until(lambda: answer(ports[0]))
        finally:
            process.kill()

    wait_until(lambda: not is_listening(ports[0]))


def test_a_fact_that_does_not_hold_is_told_and_fails_the_check(
    ports: Sequence[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def look(world: object) -> None:
        expect(False, "it is at the bottom")

    monkeypatch.setattr(demo, "LETTERS", "AB")
    monkeypatch.setattr(demo, "BEGINNING", BEGINNING[:2])
    monkeypatch.setattr(demo, "TOGETHER", [TOGETHER[0], Fact("The moon is on top", look), TOGETHER[-1]])
    monkeypatch.setattr(demo, "PROJECT_STEPS", ())
    monkeypatch.setattr(demo, "FINISHED", ())
    monkeypatch.setattr(demo, "SHARING", ())
    monkeypatch.setattr(demo, "PAYING", ())
    monkeypatch.setattr(demo, "PAID", ())
    monkeypatch.setattr(demo, "WITHOUT_B", WITHOUT_B[:1])
    monkeypatch.setattr(demo, "AGAIN", AGAIN[:1])

    assert demo.run_demo(check=True, base_port=ports[0], folder=tmp_path) == 1

    said = capsys.readouterr().out
    assert "✓ A answers as a fedirec instance" in said
    assert "✗ The moon is on top: it is at the bottom" in said
    assert "✓ B does not answer any more" in said
    assert "2 of 5 facts do not hold" in said
    assert not any(is_listening(port) for port in ports)


def test_a_port_that_is_taken_is_passed_over(ports: Sequence[int]) -> None:
    with socket.create_server(("127.0.0.1", ports[1])):
        assert list(islice(free_ports(ports[0]), 2)) == [ports[0], ports[2]]


def test_the_story_names_everybody_who_makes_something() -> None:
    named = {person for person, _generation, _roles in CREDITS}

    assert named == {person.shown for person in PEOPLE.values()}
    assert {PEOPLE[piece.author].letter for piece in PIECES.values()} == {"A", "B", "C"}
    assert {source for source, _relation in PIECES["film"].sources} == set(PIECES) - {"film"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(lambda lines: lines[:-1], "Dee is not named", id="somebody is left out"),
        pytest.param(lambda lines: [*lines, Credit("Fay", 2, ("Singer",))], "too many", id="somebody is made up"),
        pytest.param(lambda lines: lines[::-1], "named before", id="the maker does not come first"),
        pytest.param(
            lambda lines: [Credit(line.person, 1, line.roles) for line in lines], "Eve is not named", id="generations"
        ),
        pytest.param(
            lambda lines: [Credit(line.person, line.generation, ("Author",)) for line in lines],
            "Eve is not named as Film editor",
            id="roles",
        ),
    ],
)
def test_credits_that_are_wrong_are_noticed(change: object, told: str) -> None:
    assert callable(change)
    lines = [Credit(*line) for line in CREDITS]

    assert why_not_credited(lines) == ""
    assert told in why_not_credited(change(lines))


FORM = """
<form method="post" action="/records/new"><p>Words<input name="title" value="A &amp; B">
<input type="hidden" name="key" value="7">
<textarea name="text">
first
second</textarea>
<select name="licence"><option value="a">A</option><option value="b" selected>B</option></select>
<input type="checkbox" name="kinds" value="text" checked><input type="checkbox" name="kinds" value="image">
<input type="radio" name="pays" value="nothing"><input type="file" name="files">
<button name="do" value="keep">Keep</button><button name="do" value="publish">Publish</button></form>
"""


def test_a_form_is_sent_as_a_browser_would_send_it() -> None:
    form = Form(next(read_page(FORM).all("form")), httpx.URL("http://studio.example/records/new?challenge=1"))

    assert form.action == "http://studio.example/records/new"
    untouched = {"title": ["A & B"], "key": ["7"], "text": ["first\nsecond"], "licence": ["b"], "kinds": ["text"]}
    assert form.values == untouched
    filled = form.filled({"title": "C", "kinds": ["text", "image"], "pays": "nothing", "do": "publish"})
    assert filled == untouched | {"title": ["C"], "kinds": ["text", "image"], "pays": ["nothing"], "do": ["publish"]}


@pytest.mark.parametrize(
    "typed",
    [{"nothing": "there"}, {"licence": "c"}, {"kinds": ["film"]}, {"do": "delete"}],
    ids=["no such field", "no such option", "no such box", "no such button"],
)
def test_nobody_can_type_what_the_page_does_not_offer(typed: dict[str, str]) -> None:
    form = Form(next(read_page(FORM).all("form")), httpx.URL("http://studio.example/"))

    with pytest.raises(NotFound):
        form.filled(typed)
