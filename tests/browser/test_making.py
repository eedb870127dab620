"""The main job in a real browser: ask, answer with an upload, remix on another instance, see the trail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from tests.browser.conftest import Served, Window, window

MODES = pytest.mark.parametrize(
    ("width", "dark", "scripts"),
    [(1280, False, True), (390, True, False)],
    ids=["desktop", "phone-dark-without-scripts"],
)


@pytest.fixture
def painting(tmp_path: Path) -> Path:
    made = Image.new("RGB", (1600, 900), "#22305a")
    pen = ImageDraw.Draw(made)
    for number in range(80):
        x, y = number * 37 % 1600, number * 91 % 900
        pen.ellipse([x, y, x + 7, y + 7], fill="#ffe9a8")
    path = tmp_path / "painting.png"
    made.save(path)
    return path


def open_challenge(shown: Window, title: str) -> str:
    shown.open("/challenges/new")
    shown.check()
    page = shown.page
    page.fill("#title", title)
    page.fill("#text", "Look up. What is the **first star** that you see?")
    page.check("input[name=kinds][value=image]")
    page.check("input[name=kinds][value=text]")
    page.click("button[value=publish]")
    page.wait_for_url("**/c/**")
    shown.check()
    return str(page.url)


@MODES
def test_a_challenge_is_opened_answered_and_remixed(
    chromium: Any, here: Served, there: Served, painting: Path, width: int, dark: bool, scripts: bool
) -> None:
    how: dict[str, Any] = {"width": width, "dark": dark, "scripts": scripts}
    name = f"Stars {width} {dark} {scripts}"
    with window(chromium, here, **how) as ana:
        ana.open("/")
        ana.check()
        ana.sign_in("ana")
        ana.check()
        challenge = open_challenge(ana, name)

    with window(chromium, here, **how) as bo:
        bo.sign_in("bo")
        bo.open(challenge)
        page = bo.page
        bo.follow("main a:has-text('Contribute')")
        bo.check()
        # A file and a mistake: nothing is lost, and the picture is there to be looked at.
        page.set_input_files("#files", str(painting))
        if scripts:
            page.wait_for_selector("[data-file]")
        bo.write(text="Painted *from memory*.", tags="night sky", title=" ")
        bo.step("preview")
        page.click("button[value=publish]")
        page.wait_for_selector("#title-error")
        bo.check()
        assert page.input_value("#text") == "Painted *from memory*."
        bo.step("begin")
        preview = page.locator(".file-view img")
        preview.scroll_into_view_if_needed()
        assert preview.evaluate("async image => (await image.decode(), image.naturalWidth)") > 300
        page.fill("textarea[name^=alt-]", "White dots over a dark harbour")
        bo.write(title=f"{name}, painted")
        bo.publish()
        bo.follow("main a:has-text('See it')")
        bo.check()
        picture = page.locator(".stage .frame img")
        assert picture.evaluate("async image => (await image.decode(), image.naturalWidth)") > 300
        assert picture.get_attribute("alt") == "White dots over a dark harbour"
        painted = str(page.url)

    with window(chromium, here, **how) as ana:
        ana.sign_in("ana")
        ana.open(f"{challenge}/waiting")
        ana.check()
        ana.page.click("summary:has-text('Make it part of this')")
        ana.page.fill("details[open] textarea[name=reason]", "One sees how still the harbour is.")
        ana.follow("button:has-text('Make it part of this')")
        assert ana.page.locator(".flash").is_visible()
        ana.check()
        ana.open(challenge)
        assert f"{name}, painted" in ana.page.inner_text("main")
        ana.check()

    with window(chromium, there, **how) as cy:
        cy.sign_in("cy")
        cy.open("/explore")
        cy.check()
        cy.page.fill("#q", painted)
        cy.page.press("#q", "Enter")
        cy.page.wait_for_url("**/records/remote/**")
        cy.check()
        copy = cy.page.locator(".stage .frame img")
        assert copy.evaluate("async image => (await image.decode(), image.naturalWidth)") > 0
        cy.follow("main a:has-text('Remix this')")
        assert f"You build on: {name}, painted" in cy.page.inner_text("main")
        cy.check()
        cy.write(title=f"{name}, sung", text="Lights on water,\nthe first star\nasks my name.")
        cy.publish()
        cy.follow("main a:has-text('See it')")
        cy.check()
        words = cy.page.inner_text("main")
        assert "Made from" in words
        assert f"{name}, painted" in words
        assert cy.page.locator(".trail-box").count() == 2
        cy.page.click("text=On its own page")
        cy.page.wait_for_url("**/lineage")
        cy.check()


def test_every_page_fits_and_is_quiet_without_scripts(chromium: Any, here: Served) -> None:
    """Nothing overflows, nothing is blocked by the policy, nothing comes from elsewhere."""
    open_paths = ["/", "/explore", "/explore?q=stars&kind=text", "/challenges", "/challenges?which=closed", "/u/ana"]
    open_paths += ["/about", "/rules", "/ns", "/tags/night", "/records/none", "/explore?q=@a@b.invalid"]
    own_paths = ["/", "/?tab=here", "/?tab=everything", "/records/new", "/challenges/new", "/follow", "/following"]
    own_paths += ["/following/followers", "/following/requests", "/notifications", "/settings", "/u/ana"]
    with window(chromium, here, width=390, scripts=False) as shown:
        for path in open_paths:
            shown.open(path)
            shown.check()
        shown.sign_in("ana")
        for path in own_paths:
            shown.open(path)
            shown.check()


def test_a_drawing_without_a_mouse_has_links_that_lead_on(chromium: Any, here: Served) -> None:
    with window(chromium, here) as shown:
        shown.sign_in("bo")
        first = ""
        for title in ("First", "Second"):
            shown.open("/records/new")
            shown.write(title=title, text="words", seek=first)
            shown.publish()
            shown.follow("main a:has-text('See it')")
            shown.page.wait_for_selector("h1")
            first = first or shown.page.url
        box = shown.page.locator("a.trail-box:not(.here)")
        box.focus()
        shown.page.keyboard.press("Enter")
        shown.page.wait_for_url(first)
        assert "Made into" in shown.page.inner_text("main")
