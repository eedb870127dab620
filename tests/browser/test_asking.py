"""In a real browser: a source that lets nobody remix it, its author who is asked, and both works side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.browser.conftest import Served, window


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    path = tmp_path / "drawing.png"
    Image.new("RGB", (900, 600), "#7a2f3a").save(path)
    return path


@pytest.mark.parametrize(("width", "dark", "scripts"), [(1280, False, True), (390, True, False)], ids=["desk", "plain"])
def test_an_author_asks_the_other_agrees_with_one_click_and_the_remix_carries_the_stamp(
    chromium: Any, here: Served, drawing: Path, width: int, dark: bool, scripts: bool
) -> None:
    how: dict[str, Any] = {"width": width, "dark": dark, "scripts": scripts}
    name = f"Shut {width}"
    with window(chromium, here, **how) as ana:
        ana.sign_in("ana")
        ana.open("/records/new")
        ana.page.set_input_files("#files", str(drawing))
        if scripts:
            ana.page.wait_for_selector("[data-file]")
        ana.write(title=name, text="As it is, please.")
        ana.step("licence-step")
        ana.page.check("input[name=licence][value='CC-BY-ND-4.0']")
        ana.page.locator("text=This licence lets nobody remix it").first.wait_for() if scripts else None
        source = ana.publish()

    with window(chromium, here, **how) as bo:
        bo.sign_in("bo")
        page = bo.page
        bo.open(source)
        page.click("form[action$='/bookmark'] button")
        page.wait_for_selector("form[action$='/bookmark'] .pressed")
        bo.check()
        bo.open("/records/new")
        bo.write(title=f"{name}, opened", text="A hand at the window.")
        bo.step("sources")
        page.click("#shelf-bookmarks")
        candidate = page.locator(f".candidate.stop:has-text('{name}')")
        candidate.wait_for()
        assert "may not be changed: CC BY-ND 4.0" in candidate.inner_text()
        bo.check()
        candidate.locator("button[value^=add-source]").click()
        red = page.locator(f".source-row.stop:has-text('{name}')")
        red.wait_for()
        bo.step("preview")
        page.fill("#ask_words", "May I open it a little?")
        bo.check()
        page.click("button[value=ask]")
        page.wait_for_selector("text=waits for consent")
        assert "waits for an answer" in page.inner_text("main")
        bo.check()
        remix = str(page.url)

    with window(chromium, here, **how) as ana:
        ana.sign_in("ana")
        page = ana.page
        ana.open("/notifications")
        page.locator("a[href*='/requests/']").first.click()
        page.wait_for_url("**/requests/*")
        assert page.locator(".beside-work").count() == 2
        assert "May I open it a little?" in page.inner_text("main")
        ana.check()
        page.click("button[value=agree]")
        page.wait_for_selector("text=What they made carries your signed stamp.")
        ana.check()

    with window(chromium, here, **how) as bo:
        bo.sign_in("bo")
        for _ in range(40):
            bo.open(remix)
            if "waits for consent" not in bo.page.inner_text("main"):
                break
            bo.page.wait_for_timeout(500)
        made_from = bo.page.inner_text("main")
        assert "waits for consent" not in made_from
        assert name in made_from
        assert "its author allows this" in made_from
        assert "confirmed by its author" in made_from
        bo.check()
