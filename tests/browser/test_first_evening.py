"""The first evening of a new member, from the invitation to the first answer, between two real instances."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from tests.browser.conftest import Served, Window, window

PATIENCE = 60.0
"""Seconds that something may take to travel from one instance to the other while the machine is busy."""
PASSWORD = "first stars over the harbour"


def look_again(shown: Window, path: str, found: Callable[[], bool]) -> None:
    """The page at `path` is opened until `found`, as somebody does who waits for news."""
    end = time.monotonic() + PATIENCE
    shown.open(path)
    while not found():
        assert time.monotonic() < end, f"{path} never showed it:\n{shown.page.inner_text('main')[:2000]}"
        time.sleep(0.5)
        shown.open(path)


def invite(chromium: Any, here: Served) -> str:
    with window(chromium, here) as olga:
        olga.sign_in("olga")
        olga.open("/invitations")
        olga.follow("main form button:has-text('Make a link')")
        link = re.search(r"http://[\w.:/-]+\?invitation=[\w-]+", olga.page.content())
        assert link
        olga.check()
        return link[0]


def ask(chromium: Any, here: Served) -> str:
    """Somebody asks for something; the address of the challenge."""
    with window(chromium, here) as ana:
        ana.sign_in("ana")
        ana.open("/challenges/new")
        ana.page.fill("#title", "What does evening sound like?")
        ana.page.fill("#text", "In words or in sounds.")
        ana.page.click("button[value=publish]")
        ana.page.wait_for_url("**/c/**")
        return str(ana.page.url)


def write_elsewhere(chromium: Any, there: Served) -> str:
    """Somebody on another instance has written something; its address."""
    with window(chromium, there) as cy:
        cy.sign_in("cy")
        cy.open("/records/new")
        cy.write(title="Lamps along the quay", text="One by one they wake.")
        return cy.publish()


def test_the_first_evening_of_a_new_member(chromium: Any, here: Served, there: Served) -> None:
    invitation, challenge, lamps = invite(chromium, here), ask(chromium, here), write_elsewhere(chromium, there)

    with window(chromium, here, width=390, dark=True) as eve:
        page = eve.page
        # She is let in, and shown what one can do here.
        eve.open(invitation)
        assert "invited you" in page.inner_text("main")
        page.fill("#name", "eve")
        page.fill("#display_name", "Eve")
        page.fill("#password", PASSWORD)
        if page.locator("#agreed").count():
            page.check("#agreed")
        eve.check()
        page.click("main button[type=submit]")
        page.wait_for_selector("text=Your recovery codes")
        eve.check()
        eve.follow("main button:has-text('I kept them'), main a:has-text('I kept them')")
        eve.open("/")
        eve.check()

        # She records a sound in the page and publishes it.
        eve.open("/records/new")
        page.click("button[data-record=sound]")
        page.click("button[data-recorder=start]")
        page.wait_for_selector(".recorder-time:text('0:01')")
        page.click("button[data-recorder=stop]")
        page.click("button[data-recorder=keep]")
        page.wait_for_selector(".file-row", timeout=60_000)
        page.fill(".file-row textarea", "A quiet hum")
        eve.check()
        eve.write(title="The hum of my street")
        hum = eve.publish()
        eve.open(hum)
        assert page.locator("[data-player] audio").count() == 1
        eve.check()

        # She answers a challenge.
        eve.open(challenge)
        eve.follow("main a:has-text('Contribute')")
        eve.write(title="Evening in three lines", text="Plates.\nA door.\nThe hum of the street.")
        eve.publish()
        assert "What does evening sound like?" in page.inner_text("main")

        # She finds something on another instance and builds on it.
        eve.open("/explore")
        page.fill("#q", lamps)
        page.press("#q", "Enter")
        page.wait_for_url("**/records/remote/**")
        eve.check()
        eve.follow("main a:has-text('Remix this')")
        eve.write(title="Lamps, answered", text="One by one they sleep.")
        remix = eve.publish()
        eve.open(remix)
        assert "Lamps along the quay" in page.inner_text("main")

        # Where it came from, its author is told, sees it, and says something.
        with window(chromium, there) as cy:
            cy.sign_in("cy")
            news = cy.page.locator("main a:has-text('Lamps'), main a:has-text('made something')")
            look_again(cy, "/notifications", lambda: news.count() > 0)
            cy.check()
            cy.open("/explore")
            cy.page.fill("#q", remix)
            cy.page.press("#q", "Enter")
            cy.page.wait_for_url("**/records/remote/**")
            assert "Eve" in cy.page.inner_text("main")
            cy.check()
            cy.page.fill("form.say [name=text]", "They sleep! I had not thought of that.")
            cy.page.click("form.say button:has-text('Send')")
            cy.page.wait_for_selector(".said:has-text('I had not thought of that')")
            cy.check()
            copy = cy.page.url.partition("#")[0]

            # She hears of it, and answers.
            told = page.locator("main a", has_text="Lamps, answered")
            look_again(eve, "/notifications", lambda: told.count() > 0 and "cy" in page.inner_text("main"))
            eve.check()
            look_again(eve, remix, lambda: "I had not thought of that" in page.inner_text("#comments"))
            page.click("[data-answer]")
            page.keyboard.type("Thank you for the lamps.")
            page.click("form.answering button:has-text('Send')")
            page.wait_for_selector(".answers .said:has-text('Thank you for the lamps')")
            eve.check()
            look_again(cy, copy, lambda: "Thank you for the lamps." in cy.page.inner_text("#comments"))
            cy.check()
