"""`fedirec mail`: one letter with the settings as they are, and in one sentence why it did not leave."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.cli.command import done, refused
from tests.ports import free_port
from tests.postbox import Postbox, open_postbox


@contextmanager
def postbox() -> Generator[Postbox]:
    """Within it a mail server runs in a thread of its own, since the command is waited for in this one."""
    found: list[Postbox] = []
    there, over = Event(), Event()

    async def run() -> None:
        async with open_postbox() as box:
            found.append(box)
            there.set()
            await asyncio.to_thread(over.wait)

    thread = Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        assert there.wait(30)
        yield found[0]
    finally:
        over.set()
        thread.join()


def flags(port: int) -> tuple[str, ...]:
    sender = ("--smtp-from", "place@studio.example")
    return ("--smtp-host", "127.0.0.1", "--smtp-port", str(port), "--smtp-tls", "none", *sender)


def test_a_letter_leaves_or_one_sentence_says_why_not(studio: Path) -> None:
    with postbox() as box:
        said = done("mail", "test", "ana@mail.example", *flags(box.port), folder=studio)
        assert said == "127.0.0.1 took the letter. Look whether it arrives, and not among the spam.\n"
        [letter] = box.letters
        assert (letter["To"], letter["From"]) == ("ana@mail.example", "place@studio.example")
        assert letter["Message-ID"].endswith("@studio.example>")
        box.answers["full@mail.example"] = "552 mailbox full of secrets"
        why = refused("mail", "test", "full@mail.example", *flags(box.port), folder=studio)
        assert why == "The mail server does not take this address (552)."
        for nonsense in ("nobody", "", "a@b@c", "ana@mail.example\nBcc: eve@mail.example", "é@mail.example"):
            why = refused("mail", "test", nonsense, *flags(box.port), folder=studio)
            assert why.startswith("Write the mail address like"), nonsense
        assert len(box.letters) == 1
    why = refused("mail", "test", "ana@mail.example", *flags(free_port()), folder=studio)
    assert why.startswith("The mail server cannot be reached")


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (("ana@mail.example",), 1, "smtp_host is not set"),
        (("ana@mail.example", "--smtp-host", "127.0.0.1", "--smtp-tls", "loud"), 1, "smtp_tls"),
    ],
)
def test_settings_that_make_no_sense_are_named(studio: Path, words: tuple[str, ...], code: int, expected: str) -> None:
    assert expected in refused("mail", "test", *words, folder=studio, code=code)
