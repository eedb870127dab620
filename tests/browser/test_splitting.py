"""In a real browser: somebody draws up how money is shared, and everybody reads what changed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Served, window

REPOSITORY = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def money(here: Served) -> dict[str, str]:
    """A pool, a proposal with two revisions, and a draft, all of ana's project."""
    command = [sys.executable, "-m", "tests.browser.sharing", str(here.folder)]
    made = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)
    assert made.returncode == 0, made.stderr
    found: dict[str, str] = json.loads(made.stdout)
    return found


def test_weights_sum_up_while_they_are_written_and_a_mistake_loses_nothing(
    chromium: Any, here: Served, money: dict[str, str]
) -> None:
    with window(chromium, here, still=True) as ana:
        ana.sign_in("ana")
        page = ana.page
        ana.open(f"{money['proposal']}/edit")
        assert page.locator("[data-recalculate]").is_hidden()
        bo = page.locator(".split-row", has_text="Recording engineer")
        assert (bo.locator("[data-share]").inner_text(), page.inner_text("[data-total]")) == ("33 %", "100")

        # As one writes, shares and amounts follow, and what is left of what all should sum to.
        bo.locator("[data-weight]").fill("23")
        assert (page.inner_text("[data-total]"), page.inner_text("[data-remainder]")) == ("90", "10 left to give")
        assert bo.locator("[data-share]").inner_text() == "25.56 %"
        assert bo.locator("[data-amount]").inner_text() == "€255.59"
        bo.get_by_label("Lock").check()
        assert not bo.locator("[data-weight]").is_editable()
        bo.get_by_label("Remove").check()
        assert page.inner_text("[data-total]") == "67"
        bo.get_by_label("Remove").uncheck()
        ana.check()

        # The others are scaled around what is locked.
        ana.follow("button[value=scale]")
        assert bo.locator("[data-weight]").input_value() == "23"
        assert (page.inner_text("[data-total]"), page.inner_text("[data-remainder]")) == ("100", "nothing left")

        # A mistake stands beside its field, and everything typed is there.
        reason = bo.get_by_label("Why")
        reason.fill("Seven nights on the roof.")
        bo.get_by_label("Lock").uncheck()
        bo.locator("[data-weight]").fill("a lot")
        ana.follow(".split-total button[value=save]")
        assert bo.locator(".field-error").inner_text() == "Please write a whole number."
        assert (bo.locator("[data-weight]").input_value(), reason.input_value()) == (
            "a lot",
            "Seven nights on the roof.",
        )
        bo.locator("[data-weight]").fill("24")
        ana.follow("button[value=publish].primary")
        assert page.locator("text=Nothing is missing.").is_visible()
        ana.check()


def test_without_scripts_on_a_phone_a_button_works_it_out(chromium: Any, here: Served, money: dict[str, str]) -> None:
    with window(chromium, here, width=390, scripts=False, dark=True) as ana:
        ana.sign_in("ana")
        page = ana.page
        ana.open(f"{money['proposal_draft']}/edit")
        weights = page.locator("[data-weight]")
        for place in range(weights.count()):
            weights.nth(place).fill("1")
        ana.follow("button[value=recalculate]")
        assert page.locator("[data-share]").all_inner_texts() == ["25 %"] * 4
        assert set(page.locator("[data-amount]").all_inner_texts()) == {"€250.03", "€250.04"}
        ana.check()
        ana.follow("button[value=publish].primary")
        assert page.locator("text=Lines without a reason").is_visible()
        ana.check()


def test_what_changed_is_read_on_a_phone_and_an_objection_keeps_its_words(
    chromium: Any, here: Served, money: dict[str, str]
) -> None:
    with window(chromium, here, width=390) as bo:
        bo.sign_in("bo")
        page = bo.page
        bo.open(money["proposal"])
        assert page.locator("h2").first.inner_text() == "Your share"
        bo.follow("text=What it changed")
        assert page.locator("article", has_text="bo").locator("p").nth(2).inner_text().startswith("30 %")
        bo.check()
        bo.open(money["proposal"])
        page.click("#object > summary")
        page.check("#object input[value=other]")
        page.fill("#object-words", "It says too little of the rain.")
        page.fill("#object-remedy", "Say more.")
        page.fill("#object-wanted", "many")
        bo.follow("#object button[type=submit]")
        assert page.input_value("#object-words") == "It says too little of the rain."
        assert "Please write a percentage" in page.inner_text("#object-wanted-error")
        page.fill("#object-wanted", "")
        bo.follow("#object button[type=submit]")
        assert page.locator(".objection", has_text="It says too little of the rain.").is_visible()
        bo.check()
