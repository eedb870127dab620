"""Looking for material, walking along a trail without a mouse, and naming everybody."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Served, window

REPOSITORY = Path(__file__).parent.parent.parent
FOCUSED = "document.activeElement.querySelector('title')?.textContent ?? ''"
TRAVELLED = "() => getComputedStyle(document.querySelector('.roll')).transform"
HELD = "() => document.querySelector('.roll').getAnimations().every(one => one.playState === 'paused' && !one.pending)"


@pytest.fixture(scope="module")
def pages(here: Served) -> dict[str, str]:
    made = subprocess.run(
        [sys.executable, "-m", "tests.browser.material", str(here.folder)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-3_000:]
    found: dict[str, str] = json.loads(made.stdout.splitlines()[-1])
    return found


def test_a_trail_is_walked_with_arrow_keys_and_everybody_is_named(
    chromium: Any, here: Served, pages: dict[str, str]
) -> None:
    with window(chromium, here) as ana:
        page = ana.page
        ana.open(f"{pages['film']}/lineage")
        assert page.locator(".trail image").count() == 1, "the sky stands behind a warning"
        assert page.locator(".trail .tomb").count() == 1
        assert page.locator(".trail .ghost:not(.tomb)").count() == 2
        assert page.locator(".trail-lines .claim").count() == 1
        assert page.locator(".trail [tabindex='0']").count() == 1, "the Tab key stops once in a drawing"
        page.locator(".trail-box.here").focus()
        page.keyboard.press("ArrowLeft")
        before = page.evaluate(FOCUSED)
        assert before
        assert "The night film" not in before
        page.keyboard.press("ArrowDown")
        assert page.evaluate(FOCUSED) not in (before, "")
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        assert "A dance to the night film" in page.evaluate(FOCUSED)
        page.keyboard.press("Enter")
        page.wait_for_url("**/records/*")
        assert page.inner_text("h1") == "A dance to the night film"

        page.click("text=Whom to name, ready to paste")
        page.wait_for_url("**/attribution")
        assert "“Song of the lamp” by" in page.input_value("#as-text")
        ana.check()
        page.click("text=Roll the credits")
        page.wait_for_url("**/credits-roll")
        page.check("#hold")
        page.wait_for_function(HELD)
        held = page.evaluate(TRAVELLED)
        page.wait_for_timeout(300)
        assert page.evaluate(TRAVELLED) == held, "it stands still"
        page.uncheck("#hold")
        page.wait_for_function(f"held => ({TRAVELLED})() !== held", arg=held)
        ana.check()

    with window(chromium, here, width=390, dark=True, still=True) as reader:
        reader.open(f"{pages['film']}/credits-roll")
        assert reader.page.evaluate("getComputedStyle(document.querySelector('.roll')).animationName") == "none"
        reader.check()
        reader.open(f"{pages['long']}/lineage")
        reader.page.locator(".trail-box.fold").first.click()
        reader.page.wait_for_url("**/lineage?**")
        reader.check()


def test_material_is_found_without_scripts_by_what_one_can_do(
    chromium: Any, here: Served, pages: dict[str, str]
) -> None:
    with window(chromium, here, scripts=False) as bo:
        page = bo.page
        bo.sign_in("bo")
        bo.open("/explore")
        page.click("summary:has-text('Waiting for what I do')")
        bo.follow(".menu-panel >> text=What I do")
        page.check("text=Illustrator")
        page.check("text=Photographer")
        bo.follow("main button[type=submit]")
        assert "skill=mine" in page.url
        bo.follow("a.filter:has-text('never remixed')")
        bo.follow("a.filter:has-text('Film')")
        assert "Look again without" in page.inner_text("main")
        bo.check()
        bo.follow("nav.centred a:has-text('Film')")
        assert "kind=" not in page.url
        bo.open("/challenges")
        page.fill(".top-search input", "lamp kind:audio")
        page.press(".top-search input", "Enter")
        page.wait_for_url("**/explore?*kind=audio*")
        assert "Song of the lamp" in page.inner_text("main")
        bo.check()
