"""From a record, through one's own server, and back to that record as a guest: in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.conftest import Served, Window, window
from tests.browser.test_every_page import COMPLAINTS, RULES
from tests.provider import Provider, providing


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as running:
        yield running


@pytest.fixture(scope="module")
def song(chromium: Any, here: Served) -> str:
    with window(chromium, here, scripts=False) as ana:
        ana.sign_in("ana")
        ana.open("/records/new")
        ana.page.fill("#title", "A song for guests")
        ana.page.fill("#text", "La la la.")
        ana.page.click("button[value=publish]")
        ana.page.wait_for_url("**/published")
        return str(ana.page.url).removesuffix("/published")


def check(shown: Window, provider: Provider) -> None:
    """Nothing was asked elsewhere but where the visitor went themselves, and nothing hangs out of the window."""
    shown.troubles[:] = [said for said in shown.troubles if not said.startswith(f"asked elsewhere: {provider.origin}/")]
    shown.check()


def look(shown: Window, provider: Provider) -> None:
    """The page is usable at the present width."""
    check(shown, provider)
    shown.page.evaluate(AXE_SCRIPT)
    assert shown.page.evaluate(COMPLAINTS, [RULES, []]) == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize("width", [1280, 390], ids=["desktop", "phone"])
def test_a_stranger_comes_in_through_their_own_server_and_is_back_at_the_record(
    chromium: Any, here: Served, song: str, provider: Provider, width: int, scripts: bool
) -> None:
    handle = f"@ana@{provider.host}"
    with window(chromium, here, width=width, dark=width < 400, scripts=scripts) as visitor:
        page = visitor.page
        visitor.open(song)
        page.click("text=Sign in to comment")
        page.click("main >> text=Sign in with your own server")
        check(visitor, provider)
        page.fill("#handle", "@nobody@" + provider.host)
        page.click("main button[type=submit]")
        assert "answers to that handle" in page.inner_text("#handle-error")
        check(visitor, provider)
        page.fill("#handle", handle)
        page.click("main button[type=submit]")
        page.wait_for_url(f"{provider.origin}/**")
        page.click("text=Authorise")
        page.wait_for_url(f"**{song.removeprefix(here.origin)}")
        assert handle in page.inner_text(".flash")
        check(visitor, provider)
        assert page.locator("form.say textarea").count() == 0

        page.click(f"text=Go on as {handle}")
        page.wait_for_url(f"{provider.origin}/authorize_interaction**")
        assert page.inner_text("#uri") == song
        visitor.open("/settings")
        assert page.url.endswith("/settings/visit")
        if scripts:
            look(visitor, provider)
        page.check("#sure")
        visitor.follow("text=Leave this place")
        assert "Your visit is over" in page.inner_text(".flash")
        check(visitor, provider)


def test_a_stranger_answers_from_their_own_server_and_types_their_handle_once(
    chromium: Any, here: Served, song: str, provider: Provider
) -> None:
    with window(chromium, here, width=390) as visitor:
        page = visitor.page
        visitor.open(song)
        page.fill("#handle", f"@bo@{provider.host}")
        page.click(".elsewhere button")
        page.wait_for_url(f"{provider.origin}/authorize_interaction**")
        assert page.inner_text("#uri") == song
        visitor.open("/u/ana")
        look(visitor, provider)
        page.click(f"text=Go on as @bo@{provider.host}")
        page.wait_for_url(f"{provider.origin}/authorize_interaction**")
        assert page.inner_text("#uri").startswith("@ana@")
        visitor.open("/u/ana")
        visitor.follow("text=That is not me, forget it")
        page.wait_for_selector("#handle")
        page.fill("#handle", "@zoe@" + provider.host)
        page.click(".elsewhere button")
        assert "answers to that handle" in page.inner_text("#handle-error")
        look(visitor, provider)
