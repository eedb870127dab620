"""Listening, watching and looking closely, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from fedirec.media.making import make_film, make_illustration, make_melody
from tests.browser.conftest import Served, Window, window

MODES = pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)], ids=["desktop", "phone-dark"])
TOLD = "document.querySelector('.wave').getAttribute('aria-valuetext')"
COUNT_STEPS = """
() => {
  self.steps = 0;
  new MutationObserver((changes) => (self.steps += changes.length)).observe(
    document.querySelector("clipPath rect"), { attributeFilter: ["width"] });
}
"""
HEIGHTS = """
() => document.querySelector(".wave defs path").getAttribute("d").match(/v[\\d.]+/g)
"""
PLAYING = """
() => [...document.querySelectorAll("audio, video")].map((media) => !media.paused)
"""


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Real sounds, pictures and a film."""
    folder = tmp_path_factory.mktemp("works")
    made = {
        "slow": make_melody(folder / "slow.ogg", seconds=40),
        "quick": make_melody(folder / "quick.ogg", seconds=9, seed=3),
        "sky": make_illustration(folder / "sky.png", size=(1600, 1000)),
        "hill": make_illustration(folder / "hill.png", size=(600, 800), seed=4),
    }
    made["film"] = make_film(
        folder / "film.mp4", illustration=made["sky"], melody=made["quick"], story_lines=["Look up"], seconds=4
    )
    return made


def publish(
    chromium: Any, served: Served, name: str, title: str, files: Sequence[Path], *, alt: str = "", text: str = ""
) -> str:
    """The path of a record of `name` with these files, sent with the plain form."""
    with window(chromium, served, scripts=False) as shown:
        shown.sign_in(name)
        shown.open("/records/new")
        page = shown.page
        page.set_input_files("#files", [str(file) for file in files])
        page.fill("#title", title)
        page.fill("#text", text)
        page.click("button:has-text('Send the files now')")
        page.wait_for_selector("textarea[name^=alt-]")
        for field in page.locator("textarea[name^=alt-]").all():
            field.fill(alt)
        page.click("button[value=publish]")
        page.wait_for_url("**/published")
        return str(page.url).removesuffix("/published").removeprefix(served.origin)


@contextmanager
def blog(page: str) -> Iterator[str]:
    """Somebody else's site, of one page; its address."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_said: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()


def await_prepared(shown: Window) -> None:
    """The page has noticed by itself that all its files are ready."""
    shown.page.wait_for_selector("figure[data-preparing]", state="detached", timeout=60_000)


@pytest.fixture(scope="module")
def sounds(chromium: Any, here: Served, works: dict[str, Path]) -> str:
    return publish(chromium, here, "ana", "Two takes", [works["slow"], works["quick"]], alt="Bells, slowly")


@MODES
def test_a_sound_is_played_searched_and_heard_alone(
    chromium: Any, here: Served, sounds: str, width: int, dark: bool
) -> None:
    with window(chromium, here, width=width, dark=dark) as shown:
        page = shown.page
        shown.open(sounds)
        await_prepared(shown)
        shown.open(sounds)
        page.wait_for_function("() => [...document.querySelectorAll('audio')].every((each) => each.readyState > 0)")
        shown.check()
        assert not page.locator("audio").first.is_visible(), "the deck stands in for the browser's own controls"
        first, second = page.get_by_role("slider", name="Where in “Two takes, part").all()
        assert first.get_attribute("aria-valuetext") == "0:00 of 0:40"

        # By keyboard: along the wave, and to play from it.
        first.focus()
        for key, words in [
            ("ArrowRight", "0:05"),
            ("PageUp", "0:35"),
            ("ArrowLeft", "0:30"),
            ("End", "0:40"),
            ("Home", "0:00"),
        ]:
            page.keyboard.press(key)
            page.wait_for_function(f"() => {TOLD} === '{words} of 0:40'")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Space")
        page.wait_for_function("() => document.querySelector('audio').currentTime > 5.2")
        assert page.evaluate(PLAYING) == [True, False]
        page.get_by_role("button", name="Pause “Two takes, part 1”").wait_for()

        # One plays at a time.
        play = page.get_by_role("button", name="Play “Two takes, part 2”")
        play.focus()
        page.keyboard.press("Enter")
        paused = "[...document.querySelectorAll('audio')].map((each) => each.paused).join()"
        page.wait_for_function(f"() => {paused} === 'true,false'")
        assert page.evaluate(PLAYING) == [False, True]
        assert page.evaluate("navigator.mediaSession.metadata.title") == "Two takes, part 2"
        assert page.evaluate("navigator.mediaSession.metadata.artist") == "ana"
        page.get_by_role("button", name="Play “Two takes, part 1”").wait_for()

        # With a pointer: halfway, and drawn as far.
        box = second.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_function("() => Math.abs(document.querySelectorAll('audio')[1].currentTime - 4.5) < 1.5")
        assert 250 < float(page.locator("clipPath rect").nth(1).get_attribute("width")) < 450

        page.select_option("[data-speed] >> nth=1", "1.5")
        assert page.evaluate("document.querySelectorAll('audio')[1].playbackRate") == 1.5
        page.get_by_role("button", name="Sound off").nth(1).click()
        assert page.evaluate("document.querySelectorAll('audio')[1].muted")
        page.get_by_role("button", name="Sound on").wait_for()
        shown.check()


def test_a_sound_from_elsewhere_gets_its_wave_as_soon_as_it_is_here(
    chromium: Any, here: Served, there: Served, works: dict[str, Path]
) -> None:
    far = publish(chromium, there, "cy", "Far bells", [works["quick"]], alt="Bells, far away")
    with window(chromium, here) as shown:
        shown.sign_in("ana")
        shown.open(f"/explore?q={there.origin}{far}")
        page = shown.page
        page.wait_for_selector("h1:has-text('Far bells')")
        page.wait_for_selector("figure[data-player]:not([data-unheard])", timeout=30_000)
        heights = page.evaluate(HEIGHTS)
        assert len(set(heights)) > 9, "it is drawn as loud as it is"
        shown.check()


HASTE = """
(wave) => {
  const sound = document.querySelector("audio");
  for (const key of ["End", "Home", "ArrowUp", " "]) wave.dispatchEvent(new KeyboardEvent("keydown", { key }));
  if (!sound.seeking || sound.paused) throw new Error("it is not on its way");
  sound.pause();
}
"""
"""Keys that are pressed while the browser still seeks; it passes the end on its way, and stops there by itself."""


def test_whoever_is_quicker_than_the_browser_hears_it_all_the_same(chromium: Any, here: Served, sounds: str) -> None:
    with window(chromium, here) as shown:
        shown.open(sounds)
        shown.page.wait_for_function("() => document.querySelector('audio').readyState > 0")
        shown.page.click("h1")  # whoever has done nothing yet is played nothing
        shown.page.get_by_role("slider", name="Where in “Two takes, part").first.evaluate(HASTE)
        shown.page.wait_for_function("() => Math.abs(document.querySelector('audio').currentTime - 6) < 0.8")


def test_an_address_with_a_time_opens_there(chromium: Any, here: Served, sounds: str) -> None:
    with window(chromium, here) as shown:
        shown.open(f"{sounds}#t=12")
        shown.page.wait_for_function("() => Math.abs(document.querySelector('audio').currentTime - 12) < 0.5")
        shown.page.evaluate("location.hash = 't=0:21'")
        shown.page.wait_for_function("() => Math.abs(document.querySelector('audio').currentTime - 21) < 0.5")
        assert shown.page.evaluate(TOLD) == "0:21 of 0:40"
        shown.page.evaluate("location.hash = 't=9999'")
        shown.page.wait_for_function("() => document.querySelector('audio').currentTime > 38")


def test_a_sound_plays_in_the_page_of_somebody_else(chromium: Any, here: Served, sounds: str) -> None:
    frame = f'<!doctype html><iframe src="{here.origin}{sounds}/embed" width="640" height="240"></iframe>'
    with blog(frame) as elsewhere, window(chromium, here) as shown:
        page = shown.page
        shown.open(sounds)
        await_prepared(shown)
        shown.open(elsewhere)
        player = page.frame_locator("iframe")
        player.get_by_role("button", name="Play “Two takes, part 1”").click()
        inside = page.frames[1]
        inside.wait_for_function("() => document.querySelector('audio').currentTime > 0.2")
        footer = player.locator("footer")
        assert "by ana, on Night Studio · CC BY-SA 4.0" in footer.inner_text()
        box = footer.evaluate("footer => [footer.getBoundingClientRect().bottom, innerHeight, innerWidth]")
        assert box == [240, 240, 640], "whose it is stands always in sight"
        assert inside.evaluate("document.documentElement.scrollWidth") == 640
        bars = {bar.partition("h")[0] for bar in player.locator("defs path").first.get_attribute("d").split("v")}
        assert len(bars) > 9, "the wave is drawn there too"
        assert {said.removeprefix("asked elsewhere: ") for said in shown.troubles} <= {
            elsewhere,
            f"{elsewhere}favicon.ico",
        }
        shown.troubles.clear()


def test_those_who_want_no_motion_have_none(chromium: Any, here: Served, sounds: str) -> None:
    with window(chromium, here) as shown:
        shown.page.emulate_media(reduced_motion="reduce")
        shown.open(sounds)
        shown.page.evaluate(COUNT_STEPS)
        shown.page.get_by_role("button", name="Play “Two takes, part 1”").click()
        shown.page.wait_for_function("() => document.querySelector('audio').currentTime > 1")
        assert 0 < shown.page.evaluate("self.steps") < 15, "the wave goes on with the clock, not with every frame"


@pytest.fixture(scope="module")
def pictures(chromium: Any, here: Served, works: dict[str, Path]) -> str:
    return publish(chromium, here, "bo", "Stars", [works["sky"], works["hill"]], alt="A hill at night")


@MODES
def test_a_picture_opens_over_the_page_and_the_keyboard_turns_to_the_next(
    chromium: Any, here: Served, pictures: str, width: int, dark: bool
) -> None:
    with window(chromium, here, width=width, dark=dark) as shown:
        page = shown.page
        shown.open(pictures)
        await_prepared(shown)
        shown.check()
        picture = page.locator(".stage img").first
        assert "320w" in picture.get_attribute("srcset")
        chosen = picture.evaluate("async image => (await image.decode(), image.currentSrc)")
        assert chosen.endswith(".webp"), "a browser takes a size that fits, never the largest without need"
        page.get_by_text("Description").first.click()
        assert page.get_by_text("A hill at night").first.is_visible()

        link = page.locator("[data-lightbox]").first
        link.focus()
        page.keyboard.press("Enter")
        box = page.locator("dialog.lightbox")
        assert box.is_visible()
        assert box.locator("img").get_attribute("alt") == "A hill at night"
        before = box.locator("img").get_attribute("src")
        page.keyboard.press("ArrowRight")
        assert box.locator("img").get_attribute("src") != before
        assert box.locator("img").evaluate("async image => (await image.decode(), image.naturalWidth)") == 600
        shown.check()
        page.keyboard.press("Escape")
        assert not box.is_visible()
        assert page.evaluate("document.activeElement.matches('[data-lightbox]')")
        link.click()
        box.locator("img").click()
        assert not box.is_visible()


def test_a_page_keeps_its_shape_while_a_picture_arrives(chromium: Any, here: Served, works: dict[str, Path]) -> None:
    path = publish(chromium, here, "bo", "Slow arrival", [works["sky"]])
    with window(chromium, here) as shown:
        shown.open(path)
        await_prepared(shown)
        held: list[Any] = []
        shown.page.route("**/media/**", lambda route: held.append(route))
        shown.page.goto(here.origin + path, wait_until="domcontentloaded")
        title = shown.page.locator("h1")
        place = title.bounding_box()
        haze = shown.page.locator(".stage .haze")
        assert haze.locator("rect").count() == 12
        assert haze.is_visible(), "its colours are there before it is"
        for route in held:
            route.continue_()
        shown.page.unroute("**/media/**")
        shown.page.locator(".frame img").evaluate("image => image.decode()")
        assert title.bounding_box() == place
        shown.page.wait_for_function("() => !document.querySelector('.stage .haze rect')")


def test_everything_plays_without_scripts(chromium: Any, here: Served, sounds: str, works: dict[str, Path]) -> None:
    picture = publish(chromium, here, "bo", "Plain", [works["sky"]], alt="A hill")
    with window(chromium, here, width=390, scripts=False) as shown:
        page = shown.page
        shown.open(sounds)
        shown.check()
        for sound in page.locator("audio").all():
            assert sound.is_visible()
            assert sound.evaluate("audio => audio.controls")
        assert not page.get_by_role("button", name="Play").first.is_visible()
        page.click("summary:has-text('Share')")
        assert page.input_value(".share-link input") == f"{here.origin}{sounds}"
        shown.open(picture)
        link = page.get_attribute("[data-lightbox]", "href")
        assert page.request.get(here.origin + link).headers["content-type"] == "image/webp"


@pytest.fixture(scope="module")
def film(chromium: Any, here: Served, works: dict[str, Path]) -> str:
    """The path of a record of ana, with a film and a sound."""
    return publish(chromium, here, "ana", "Heard", [works["film"], works["quick"]], alt="A house on a hill")


def test_an_author_adds_captions_and_they_are_shown(chromium: Any, here: Served, film: str, tmp_path: Path) -> None:
    words = tmp_path / "words.vtt"
    words.write_text("WEBVTT\n\n00:00.000 --> 00:08.000\n(bells, slowly)\nLook up.\n")
    broken = tmp_path / "broken.vtt"
    broken.write_text("1\n00:00 --> 00:01\nno")
    for number, (width, dark) in enumerate([(1280, False), (390, True)]):
        with window(chromium, here, width=width, dark=dark) as shown:
            page = shown.page
            shown.sign_in("ana")
            shown.open(film)
            page.click(".record-actions summary:has-text('More')")
            page.click(".record-actions a:has-text('Captions')")
            page.wait_for_url("**/captions")
            shown.check()
            page.select_option("#file", index=number)
            page.select_option("#language", "en")
            page.set_input_files("#captions", str(words))
            shown.follow("button:has-text('Add them')")
            assert page.locator(".flash").count() == 1
            shown.check()
            page.set_input_files("#captions", str(broken))
            page.click("button:has-text('Add them')")
            page.wait_for_selector("#captions-error")
            assert page.locator(".people li").count() == number + 1
            shown.check()

    for width, dark in [(1280, False), (390, True)]:
        with window(chromium, here, width=width, dark=dark) as shown:
            page = shown.page
            shown.open(film)
            await_prepared(shown)
            moving = page.locator("video#media-1")
            moving.evaluate("video => video.play()")
            page.wait_for_function("() => document.querySelector('video').textTracks[0].activeCues?.length === 1")
            assert moving.evaluate("video => video.textTracks[0].mode") == "showing"
            page.get_by_role("button", name="Play “").click()
            said = page.locator(".deck-words")
            said.filter(has_text="(bells, slowly)").wait_for()
            page.select_option("[data-captions]", "")
            assert not said.is_visible()
            shown.check()


@MODES
def test_a_film_has_a_picture_before_it_plays(chromium: Any, here: Served, film: str, width: int, dark: bool) -> None:
    with window(chromium, here, width=width, dark=dark) as shown:
        page = shown.page
        shown.open(film)
        await_prepared(shown)
        shown.check()
        moving = page.locator("video#media-1")
        assert moving.evaluate("async video => (await fetch(video.poster)).status") == 200
        assert moving.evaluate("video => video.controls")
        moving.evaluate("video => video.play()")
        page.wait_for_function("() => document.querySelector('video').currentTime > 0.3")
        shown.open(f"{film}#t=2")
        page.wait_for_function("() => Math.abs(document.querySelector('video').currentTime - 2) < 0.3")
        shown.check()
