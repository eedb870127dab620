"""In a real browser: two people write one record, and one of them suggests a change to another."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Served, window


@pytest.mark.parametrize(("width", "dark", "scripts"), [(1280, False, True), (390, True, False)], ids=["desk", "plain"])
def test_two_write_one_record_and_a_change_that_is_suggested_is_taken_up_beside_the_author_s_own(
    chromium: Any, here: Served, width: int, dark: bool, scripts: bool
) -> None:
    how: dict[str, Any] = {"width": width, "dark": dark, "scripts": scripts}
    name, words = f"Duet {width}", "First line.\n\nSecond line.\n\nThird line."
    with window(chromium, here, **how) as ana, window(chromium, here, **how) as bo:
        ana.sign_in("ana")
        bo.sign_in("bo")
        ana.open("/records/new")
        ana.write(title=name, text=words)
        ana.step("licence-step")
        ana.page.check("input[name=licence][value='CC-BY-SA-4.0']")
        record = ana.publish()

        ana.open(f"{record}/pens")
        ana.page.fill("#who", "@bo")
        ana.page.fill("#words", "Shall we?")
        ana.page.click("text=Invite them")
        ana.page.locator("text=waits for an answer").first.wait_for()
        ana.check()

        bo.open("/pens")
        bo.check()
        bo.follow(f".row-title:has-text('{name}')")
        bo.check()
        bo.page.click("text=Yes, together")
        bo.page.fill("#text", words.replace("First", "1st"))
        bo.page.select_option("#role", "trl")
        bo.check()
        bo.page.click("text=Publish this version")
        bo.page.locator("text=That is the version now").wait_for()
        bo.open(record)
        bo.page.locator("text=By ana with bo").wait_for()
        bo.check()
        bo.open(f"{record}/versions/2")
        bo.page.locator("text=by bo, proved by their signature").wait_for()
        bo.open("/pens")
        bo.follow(f".row-title:has-text('{name}')")
        bo.page.click("text=Leave as a co-author")
        bo.page.locator("text=you left").first.wait_for()
        bo.check()

        bo.open(record)
        bo.open(str(bo.page.locator("a[href*='suggest=1']").first.get_attribute("href")))
        bo.write(title=f"{name}, shorter", text=words.replace("First", "One"))
        remix = bo.publish()
        bo.open(remix)
        bo.open(str(bo.page.locator("a[href*='/compare/']").first.get_attribute("href")))
        bo.page.click("text=Suggest it to ana")
        bo.check()
        bo.page.click(".suggestion-form button")
        bo.page.locator("text=waits for an answer").first.wait_for()
        bo.check()

        ana.open(f"{record}/edit")
        ana.write(text=words.replace("First", "1st").replace("Third", "Last"))
        ana.step("preview")
        ana.follow("button[value=publish]")
        ana.open("/suggestions")
        ana.follow(f".row-title:has-text('{name}')")
        ana.check()
        ana.page.locator("summary:has-text('Your words with both changes')").wait_for()
        ana.page.click("text=Keep both changes")
        ana.page.locator("text=names who made it").first.wait_for()
        ana.check()
        ana.open(record)
        assert "One line.\n" in ana.page.locator("main").inner_text()
        assert "Last line." in ana.page.locator("main").inner_text()
