"""A challenge as those see it who come from elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.browser.conftest import Served, window


def test_a_deadline_is_told_in_the_time_of_whoever_looks(chromium: Any, here: Served) -> None:
    closes_at = (datetime.now(UTC) + timedelta(days=6)).replace(hour=21, minute=30, second=0, microsecond=0)
    with window(chromium, here, width=390, dark=True, zone="Europe/Berlin") as ana:
        ana.sign_in("ana")
        ana.open("/challenges/new")
        assert ana.page.input_value("#timezone") == "Europe/Berlin", "she has not said where she lives; her browser has"
        ana.page.fill("#title", "Late lights")
        ana.page.fill("#text", "Who is still awake?")
        ana.page.fill("#deadline", closes_at.strftime("%Y-%m-%dT%H:%M"))
        ana.page.select_option("#timezone", "UTC")
        ana.page.click("button[value=publish]")
        ana.page.wait_for_url("**/c/**")
        ana.check()
        challenge = str(ana.page.url)
        assert "your time (Europe/Berlin)" in ana.page.inner_text(".ask-facts")
        ana.open("/settings/reading")
        ana.page.select_option("#timezone", "UTC")
        ana.follow("main button[type=submit]")
        ana.open(challenge)
        assert "your time (UTC)" in ana.page.inner_text(".ask-facts"), "what she says goes before what her browser says"

    in_tokyo = closes_at.astimezone(ZoneInfo("Asia/Tokyo"))
    with window(chromium, here, zone="Asia/Tokyo") as visitor:
        page = visitor.page
        visitor.open(challenge)
        facts = page.inner_text(".ask-facts")
        assert f"{in_tokyo:%a} {in_tokyo.day} {in_tokyo:%b}, 06:30" in facts
        assert "your time (Asia/Tokyo)" in facts
        assert page.locator(".ask-facts .countdown-left").inner_text().startswith("· in ")
        # Somebody of another server: to the handle, and to their own server from there.
        page.click(".ask a:has-text('Follow from your server')")
        assert page.locator("#follow").get_by_text("@late_lights@").is_visible()
        # The menus of the page open and close by keyboard.
        page.focus(".ask summary:has-text('Share')")
        page.keyboard.press("Enter")
        assert page.input_value(".share-link input") == challenge
        page.keyboard.press("Escape")
        assert not page.locator(".share-link input").is_visible()
        assert page.evaluate("document.activeElement.matches('summary')")
        visitor.check()

    with window(chromium, here, scripts=False) as visitor:
        visitor.open(challenge)
        facts = visitor.page.inner_text(".ask-facts")
        assert f"{closes_at:%a} {closes_at.day} {closes_at:%b}, 21:30 UTC" in facts
        visitor.check()
