"""In a real browser: somebody misses a source, its author does not agree, and a moderator decides for all to see."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Served, window


def _keep(page: Any, name: str) -> None:
    """Whoever wants to look at the pages names a folder for pictures of them."""
    if folder := os.environ.get("FEDIREC_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize(("width", "dark", "scripts"), [(1280, False, True), (390, True, False)], ids=["desk", "plain"])
def test_a_source_is_missed_answered_and_decided(
    chromium: Any, here: Served, width: int, dark: bool, scripts: bool
) -> None:
    how: dict[str, Any] = {"width": width, "dark": dark, "scripts": scripts}
    with window(chromium, here, **how) as ana:
        ana.sign_in("ana")
        ana.open("/records/new")
        ana.write(title=f"Rain {width}", text="drip, drip")
        rain = ana.publish()
        ana.open("/records/new")
        ana.write(title=f"Song {width}", text="la, la")
        song = ana.publish()

    with window(chromium, here, **how) as bo:
        bo.sign_in("bo")
        page = bo.page
        bo.open(song)
        page.locator(".record-actions details.drop").last.locator("summary").click()
        page.locator("a:has-text('Something here is not right')").first.click()
        page.fill("#source", rain)
        page.fill("#words", "The second line is the rain, word for word.")
        page.fill("#links", "https://example.org/listen")
        bo.check()
        _keep(page, f"claim-form-{width}")
        page.click("main form.form button[type=submit]")
        page.wait_for_url("**/claims/*")
        bo.check()
        claim = page.url

    with window(chromium, here, **how) as ana:
        ana.sign_in("ana")
        ana.open("/claims")
        ana.page.locator("text=waits for your answer").first.wait_for()
        ana.check()
        _keep(ana.page, f"claim-list-{width}")
        ana.open(claim)
        ana.page.fill("#answer-words", "It rained in both, that is all.")
        ana.check()
        _keep(ana.page, f"claim-author-{width}")
        ana.page.click("button[value=contradict]")
        ana.page.locator("text=waits for a moderator").first.wait_for()

    with window(chromium, here, **how) as olga:
        olga.sign_in("olga")
        page = olga.page
        olga.open("/admin/claims")
        olga.check()
        _keep(page, f"claim-queue-{width}")
        page.click(f"a.button[href$='{claim.rpartition('/')[2]}']")
        page.fill("#reason", "The second line is the same, word for word.")
        olga.check()
        _keep(page, f"claim-moderator-{width}")
        page.click("button[value=uphold]")
        page.locator("text=decided: it is so").first.wait_for()
        olga.open(song)
        note = page.locator(".trail-note")
        assert f"A moderator added “Rain {width}” as a source." in note.inner_text()
        assert "word for word" in note.inner_text()
        olga.check()
        _keep(page, f"claim-record-{width}")
