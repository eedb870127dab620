"""Three instances on this machine that live one whole story, to look at or to check.

They are three processes of `fedirec serve` with a folder, a database, keys and cookies each, and they talk over signed
HTTP. Everything in the story is done through the forms of their pages; everything that is checked is asked over HTTP.
"""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Final

from rich.console import Console

from fedirec.clock import monotonic
from fedirec.demo.facts import AGAIN, FINISHED, PAID, TOGETHER, WITHOUT_B, Fact
from fedirec.demo.foreign import foreign_server
from fedirec.demo.money import PAYING, SHARING
from fedirec.demo.project import PROJECT_STEPS
from fedirec.demo.screen import Screen
from fedirec.demo.servers import free_ports, serving
from fedirec.demo.story import BEGINNING, OUTAGE, RETURN, Step, settle
from fedirec.demo.trails import path_of, shown_credits
from fedirec.demo.world import World, world
from fedirec.errors import FedirecError

FIRST_PORT: Final = 8801
LETTERS: Final = "ABC"
LAST_LINES: Final = 25
"""Of what a server printed, when something went wrong."""


def run_demo(*, check: bool, base_port: int = FIRST_PORT, folder: Path | None = None) -> int:
    """The story has been lived on three instances, which stay up until Ctrl-C, or with `check` were examined and ended.

    The answer is the exit status: 1 when a fact does not hold. Data lies in `folder`, which stays, or else in a
    temporary one, which goes. The instances listen on `base_port` and the next free ports.
    """
    screen = Screen(Console(highlight=False))
    began = monotonic()
    with _ended_by_signals() as go_on, ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fedirec-demo-")))
        workshop = place / "workshop"
        workshop.mkdir(parents=True, exist_ok=True)
        stack.callback(_be_undisturbed)
        servers = stack.enter_context(serving(LETTERS, folder=place, base_port=base_port))
        foreign = stack.enter_context(foreign_server(next(free_ports(max(each.port for each in servers.values()) + 1))))
        stack.callback(_be_undisturbed)
        scene = stack.enter_context(world(servers, foreign, workshop))
        if check:
            return _check(screen, scene, go_on, began=began)
        return _show(screen, scene, go_on)


def _check(screen: Screen, scene: World, go_on: Callable[[], None], *, began: float) -> int:
    acts: Sequence[tuple[Sequence[Step], Sequence[Fact]]] = (
        (BEGINNING, TOGETHER),
        (PROJECT_STEPS, FINISHED),
        ((*SHARING, OUTAGE), WITHOUT_B),
        ((RETURN,), AGAIN),
        (PAYING, PAID),
    )
    asked, wrong = 0, 0
    for steps, facts in acts:
        _live(screen, scene, steps, go_on)
        for fact in facts:
            asked += 1
            try:
                fact.look(scene)
            except FedirecError as error:
                wrong += 1
                screen.fact(fact.words, why_not=error.detail)
            except (LookupError, TypeError, ValueError) as error:  # a page or a document that is not what it should be
                wrong += 1
                screen.fact(fact.words, why_not=f"{type(error).__name__}: {error}")
            else:
                screen.fact(fact.words)
    took = f"{monotonic() - began:.0f} seconds"
    screen.say()
    if wrong:
        screen.say(f"[red]{wrong} of {asked} facts do not hold[/] ({took})")
        return 1
    screen.say(f"[green]All {asked} facts hold[/] ({took})")
    return 0


def _show(screen: Screen, scene: World, go_on: Callable[[], None]) -> int:
    _live(screen, scene, BEGINNING, go_on)
    _live(screen, scene, PROJECT_STEPS, go_on)
    screen.say()
    screen.credits("First stars, on all three instances:", shown_credits(scene, "A"))
    screen.say()
    still = Step("A and C still show the whole trail, and everybody in it", partial(settle, letters="AC"))
    _live(screen, scene, SHARING, go_on)
    screen.say()
    _live(screen, scene, (OUTAGE, still, RETURN), go_on)
    screen.say()
    _live(screen, scene, PAYING, go_on)
    screen.say()
    screen.addresses(
        scene,
        [(f"The film, as {letter} shows it:", path_of(scene, letter, "film")) for letter in LETTERS]
        + [
            ("The challenge:", scene.challenge),
            ("The project:", scene.project),
            ("What it released:", scene.production),
            ("Who gets what for it, and why:", scene.proposal),
            ("The books, as everybody reads them:", f"{scene.servers['A'].origin}/ledger"),
        ],
    )
    screen.say()
    screen.say("They stay up until you press Ctrl-C. What you change is gone then.")
    try:
        go_on()
        Event().wait()
    except KeyboardInterrupt:
        screen.say("\nGood night.")
    return 0


def _live(screen: Screen, scene: World, steps: Sequence[Step], go_on: Callable[[], None]) -> None:
    try:
        with screen.going_through(len(steps)):
            for step in steps:
                go_on()
                with screen.telling(step.words):
                    step.happen(scene)
    except FedirecError:
        for letter, server in scene.servers.items():
            screen.quote(f"{letter} said last:", server.printed.splitlines()[-LAST_LINES:])
        raise


@contextmanager
def _ended_by_signals() -> Generator[Callable[[], None]]:
    """Within it a closed terminal or a polite kill ends the demo as Ctrl-C does: nothing is left running.

    What it gives ends the demo too, once a signal came: Python forgets what a signal raises where nothing can be
    raised, as while something is thrown away.
    """
    told: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        told.append(number)
        go_on()

    def go_on() -> None:
        if told:
            raise KeyboardInterrupt if told[0] == signal.SIGINT else SystemExit(128 + told[0])

    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    before = [(number, signal.signal(number, end)) for number in numbers]
    try:
        yield go_on
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _be_undisturbed() -> None:
    """A second Ctrl-C does not keep the servers from being ended and the files from being removed."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
