"""Talking about a place in a sound, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

from fedirec.media.making import make_melody
from tests.browser.conftest import Served, window
from tests.browser.test_players import publish

NEAR = "document.querySelector('audio').currentTime > {0} - 1 && document.querySelector('audio').currentTime < {0} + 8"


@pytest.fixture(scope="module")
def bells(chromium: Any, here: Served, tmp_path_factory: pytest.TempPathFactory) -> str:
    melody = make_melody(tmp_path_factory.mktemp("bells") / "bells.ogg", seconds=40, seed=11)
    return publish(chromium, here, "ana", "Bells at noon", [melody])


def test_a_place_in_a_sound_is_talked_about_and_played(chromium: Any, here: Served, bells: str) -> None:
    with window(chromium, here) as bo:
        page = bo.page
        bo.sign_in("bo")
        bo.open(f"{bells}#t=12")
        page.wait_for_function(NEAR.format(12))
        take = page.locator("[data-take-time]")
        take.filter(has_text="Comment at 0:12").click()
        assert page.input_value("#at") == "0:12"
        assert page.evaluate("document.activeElement.name") == "text"
        page.keyboard.type("That is where it *rings*")
        page.click("form.say button:has-text('Send')")
        page.wait_for_selector(".moment")
        bo.check()
        assert "#comment-" in page.url
        page.wait_for_selector(".moments li")
        left = page.evaluate("getComputedStyle(document.querySelector('.moments li')).getPropertyValue('--at')")
        assert float(left) == pytest.approx(30, abs=1)
        wave, mark = page.locator(".wave").bounding_box(), page.locator(".moments li").bounding_box()
        assert wave is not None
        assert mark is not None
        assert mark["x"] + mark["width"] / 2 == pytest.approx(wave["x"] + wave["width"] * 0.3, abs=12)
        page.evaluate("document.querySelector('audio').currentTime = 0")
        page.click(".moment")
        page.wait_for_function(NEAR.format(12))

    with window(chromium, here, width=390, dark=True) as ana:
        page = ana.page
        ana.sign_in("ana")
        ana.open(bells)
        ana.check()
        page.click("[data-answer]")
        assert page.evaluate("document.activeElement.closest('form').className").endswith("answering")
        page.keyboard.type("Thank you!")
        page.click("form.answering button:has-text('Send')")
        page.wait_for_selector(".answers .said")
        ana.check()
        assert "Thank you!" in page.inner_text(".answers")

    with window(chromium, here, width=390, scripts=False) as bo:
        page = bo.page
        bo.sign_in("bo")
        bo.open("/notifications")
        bo.follow("a:has-text('answered you about')")
        bo.check()
        assert "Thank you!" in page.inner_text(".answers")
        page.click(".answers a:has-text('Answer')")
        bo.check()
        page.fill("#text", "And how high is the tower?")
        page.fill("#at", "7")
        page.click("form.say button:has-text('Send')")
        page.wait_for_selector("#at-error")
        bo.check()
        assert page.input_value("#text") == "And how high is the tower?"
        page.fill("#at", "")
        page.click("form.say button:has-text('Send')")
        page.wait_for_url("**#comment-*")
        bo.check()
        assert "And how high is the tower?" in page.inner_text("#comments")

    with window(chromium, here, width=390) as stranger:
        stranger.open(bells)
        stranger.check()
        assert stranger.page.locator("#comments [data-copy]").get_attribute("data-copy") == f"{here.origin}{bells}"
