"""The page on which records are made, as people use it: recording, sending, writing, with and without scripts."""

from __future__ import annotations

import os
import wave
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image

from tests.browser.conftest import CHROMIUM, Served, Window, serving, window
from tests.ports import free_port

DEVICES: Final = ("--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
PLAYS: Final = "async media => (media.muted = true, await media.play(), media.pause(), media.duration > 0.5)"
IN_SIGHT: Final = """
(button) => {
  const box = document.querySelector(button).getBoundingClientRect();
  return box.height && box.top >= 0 && box.bottom <= innerHeight;
}
"""
HEIGHT: Final = "(name) => document.querySelector(name).getBoundingClientRect().height"
UPLOAD_BYTES: Final = 1_500_000
"""A second: slow enough to be interrupted."""


@pytest.fixture(scope="module")
def with_devices(chromium: Any) -> Iterator[Any]:
    """A browser with a microphone that beeps and a camera that shows a clock, which lets every page use them."""
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=list(DEVICES))
    yield browser
    browser.close()


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    """A large file that does not last long."""
    path = tmp_path / "noise.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(4)
        sound.setframerate(96_000)
        sound.writeframes(os.urandom(14_000_000))
    return path


def painted(folder: Path, colour: str) -> Path:
    path = folder / f"{colour}.png"
    Image.new("RGB", (640, 480), colour).save(path)
    return path


def arrived(shown: Window, files: int) -> None:
    shown.page.locator("[data-file]").nth(files - 1).wait_for(timeout=60_000)
    shown.page.locator("#uploads li").first.wait_for(state="hidden")


def pressed(shown: Window, name: str) -> None:
    shown.page.locator(f"[data-recorder={name}]:visible").click()


def test_a_sound_a_film_and_a_picture_are_recorded_in_the_page_and_published(with_devices: Any, here: Served) -> None:
    with window(with_devices, here, width=390, dark=True) as ana:
        ana.sign_in("ana")
        ana.open("/records/new")
        page = ana.page
        for number, way in enumerate(("sound", "film", "picture"), 1):
            page.click(f"[data-record={way}]")
            button = f"[data-recorder={'shoot' if way == 'picture' else 'start'}]:visible"
            page.locator(button).wait_for()  # the device has answered
            page.wait_for_function(IN_SIGHT, arg=button.removesuffix(":visible"))
            pressed(ana, "shoot" if way == "picture" else "start")
            if way != "picture":
                page.wait_for_selector("#recorder[data-heard=yes]")
                page.wait_for_selector(".recorder-time:not(:text-is('0:00'))")
                pressed(ana, "pause")
                assert page.inner_text(".recorder-word") == "Paused"
                ana.check()
                pressed(ana, "resume")
                pressed(ana, "stop")
            made = page.locator(".recorder-review :is(audio, video, img)")
            made.wait_for()
            ana.check()
            if number == 1:  # once more, for the first one is never the best
                pressed(ana, "again")
                pressed(ana, "start")
                page.wait_for_selector(".recorder-time:not(:text-is('0:00'))")
                pressed(ana, "close")  # too early: what was recorded is kept until one says otherwise
                made.wait_for()
            assert page.evaluate(HEIGHT, ".recorder-time") < 40, "how long it is stands in one line"
            assert page.locator("[data-recorder=save]").get_attribute("download")
            pressed(ana, "keep")
            arrived(ana, number)
            ana.check()
        page.locator("textarea[name^=alt-]").nth(2).fill("A green clock")
        ana.write(title="Recorded on a phone")
        record = ana.publish()
        ana.open(record)
        assert page.locator("main audio").first.evaluate(PLAYS)
        assert page.locator("main video").first.evaluate(PLAYS)
        picture = page.locator(".stage .frame img[alt='A green clock']")
        assert picture.evaluate("async image => (await image.decode(), image.naturalWidth)") > 100


@pytest.mark.parametrize(
    ("flags", "ways", "said"),
    [
        # Cameras alone are missing: a machine without a sound card, asked for a microphone, may not answer at all.
        ((DEVICES[0], f"{DEVICES[1]}=device-count=0", DEVICES[2]), ("film", "picture"), "was found"),
        ((*DEVICES[:2], f"{DEVICES[2]}=deny"), ("sound", "film", "picture"), "does not let this page"),
    ],
    ids=["no-camera", "refused"],
)
def test_whoever_refuses_or_has_no_device_is_told_and_can_use_a_file(
    chromium: Any, here: Served, flags: tuple[str, ...], ways: tuple[str, ...], said: str
) -> None:
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=list(flags))
    with closing(browser), window(browser, here, width=390) as ana:
        ana.sign_in("ana")
        ana.open("/records/new")
        for way in ways:
            ana.page.click(f"[data-record={way}]")
            ana.page.wait_for_selector(f".recorder-problem:has-text('{said}')")
            assert ana.page.locator("input[data-recorder=capture]").get_attribute("capture") is not None
            ana.check()
            ana.page.keyboard.press("Escape")
        assert ana.page.evaluate("document.activeElement.dataset.record") == "picture"


def test_an_upload_survives_a_killed_server_and_a_closed_page(chromium: Any, tmp_path: Path, noise: Path) -> None:
    port = free_port()
    begun: list[str] = []
    with serving(tmp_path / "mortal", "ana", port=port) as first, window(chromium, first) as ana:
        ana.sign_in("ana")
        ana.open("/records/new")
        page = ana.page
        page.on("request", lambda asked: begun.append(asked.url) if asked.url.endswith("/api/uploads") else None)
        line = page.context.new_cdp_session(page)
        slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": UPLOAD_BYTES}
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", slow)
        with page.expect_response(lambda answer: answer.request.method == "PATCH"):  # the first piece is there
            page.set_input_files("#files", str(noise))
            page.locator("#uploads textarea").fill("Rain on a roof")
            ana.write(title="Rain")  # the upload goes on meanwhile
        ana.step("begin")
        page.wait_for_selector("#saved-note:has-text('saved')")
        page.locator("[data-upload=pause]").click()
        assert "Paused" in page.inner_text(".upload-said")
        page.locator("[data-upload=resume]").click()
        first.process.kill()
        first.process.wait()
        page.wait_for_selector(".upload[data-state=offline]", timeout=60_000)
        ana.troubles.clear()
        with serving(tmp_path / "mortal", port=port):
            page.wait_for_selector(".upload:is([data-state=sending], [data-state=processing])", timeout=60_000)
            page.reload()
            line.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
            arrived(ana, 1)
            assert page.input_value("textarea[name^=alt-]") == "Rain on a roof"
            assert begun == [f"{first.origin}/api/uploads"], "it was sent once, and went on where it was"
            ana.troubles.clear()
            record = ana.publish()
            ana.open(record)
            assert "Rain" in page.inner_text("h1")
            assert page.locator("main audio").evaluate("media => media.querySelector('source') !== null")


def test_files_are_dropped_pasted_put_in_order_and_refused_with_a_reason(
    chromium: Any, here: Served, tmp_path: Path
) -> None:
    with window(chromium, here, width=390) as ana:
        ana.sign_in("ana")
        ana.open("/records/new")
        page = ana.page
        letter = tmp_path / "letter.txt"
        letter.write_text("Dear all,")
        large = tmp_path / "large.png"
        large.write_bytes(bytes(17_000_000))
        page.set_input_files("#files", [str(painted(tmp_path, "red")), str(letter), str(large)])
        problems = page.locator("#files-problem")
        problems.locator("p").nth(1).wait_for()
        assert "letter.txt is not a picture, a sound or a film." in problems.inner_text()
        assert "large.png is too large" in problems.inner_text()
        arrived(ana, 1)
        for kind, name in (("drop", "dataTransfer"), ("paste", "clipboardData")):
            page.evaluate(
                """async ([kind, name]) => {
                    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
                    canvas.getContext("2d").fillRect(0, 0, kind === "drop" ? 20 : 40, 30);
                    const blob = await new Promise((done) => canvas.toBlob(done));
                    const held = new DataTransfer();
                    const called = kind === "drop" ? "dropped.png" : "image.png";
                    held.items.add(new File([blob], called, { type: "image/png" }));
                    const event = new Event(kind, { bubbles: true, cancelable: true });
                    Object.defineProperty(event, name, { value: held });
                    document.body.dispatchEvent(event);
                }""",
                [kind, name],
            )
        arrived(ana, 3)
        names = page.locator(".file-name")
        assert names.all_inner_texts() == ["red.png", "dropped.png", "Pasted picture.png"]
        page.locator("textarea[name^=alt-]").first.fill("All red")
        button = page.get_by_role("button", name="Move “red.png” down")
        button.focus()
        page.keyboard.press("Enter")
        page.locator(".files-arrived li").nth(1).get_by_text("red.png", exact=True).wait_for()
        assert page.evaluate("document.activeElement.innerText").strip() == "Move “red.png” down"
        assert page.locator("textarea[name^=alt-]").nth(1).input_value() == "All red"
        ana.check()
        page.locator(".files-arrived li").first.get_by_role("button", name="Take it out").click()
        page.locator("[data-file]").nth(2).wait_for(state="detached")
        assert names.all_inner_texts() == ["red.png", "Pasted picture.png"]
        ana.check()


def tab_to(shown: Window, what: str) -> None:
    """The focus is on `what`, by the tabulator key alone."""
    for _ in range(90):
        shown.page.keyboard.press("Tab")
        if shown.page.evaluate(f"document.activeElement.matches({what!r})"):
            return
    raise AssertionError(f"the keyboard does not reach {what}")


def test_a_record_is_made_with_the_keyboard_alone(chromium: Any, here: Served) -> None:
    with window(chromium, here) as bo:
        bo.sign_in("bo")
        bo.open("/records/new")
        page, keys = bo.page, bo.page.keyboard

        def on(step: str) -> None:
            page.wait_for_selector(f"#{step}:not([hidden])")
            page.wait_for_selector(f"#{step}:focus")
            assert page.locator("#stepper [aria-current=step]").get_attribute("href") == f"#{step}"

        tab_to(bo, "#text")
        keys.type("A line.")
        for step in ("details", "sources", "licence-step", "preview"):
            tab_to(bo, f".step:not([hidden]) [data-go={step}]")
            keys.press("Enter")
            on(step)
            bo.check()
        page.go_back()
        on("licence-step")
        page.go_forward()
        on("preview")
        # Nothing is published without a title, and the way there is shown.
        tab_to(bo, "button[value=publish]")
        keys.press("Enter")
        page.wait_for_selector("#details:not([hidden])")
        assert page.evaluate("document.activeElement.id") == "title"
        keys.type("By hand")
        keys.press("Enter")  # keeps what is there, and publishes nothing
        page.wait_for_url("**/records/new?draft=*")
        page.reload()
        assert page.input_value("#title") == "By hand"
        page.locator("#title").focus()
        keys.press("Shift+Tab")
        assert page.evaluate("document.activeElement.dataset.go") == "preview"
        keys.press("Enter")
        on("preview")
        page.wait_for_selector(".previewed-title:has-text('By hand')")
        tab_to(bo, "button[value=publish]")
        keys.press("Enter")
        page.wait_for_url("**/published")
        bo.check()


def test_nothing_moves_away_under_a_finger_that_presses(chromium: Any, here: Served) -> None:
    held: list[Any] = []

    def hold(route: Any) -> None:
        if b'name="do"\r\n\r\npreview' in (route.request.post_data_buffer or b""):
            held.append(route)
        else:
            route.continue_()

    with window(chromium, here, width=390) as bo:
        bo.sign_in("bo")
        bo.open("/records/new")
        bo.write(title="Haste", text="line\n\n" * 40)
        page = bo.page
        page.route("**/records/new*", hold)
        with page.expect_request(lambda asked: asked.method == "POST"):
            bo.step("preview")
        page.locator("button[value=publish]").hover()
        page.mouse.down()
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            held.pop().continue_()
        page.evaluate("new Promise((passed) => setTimeout(passed, 100))")
        page.mouse.up()
        page.wait_for_url("**/published")
        bo.check()


def test_what_was_changed_on_a_record_is_kept_until_it_is_published(chromium: Any, here: Served) -> None:
    with window(chromium, here, width=390) as bo:
        bo.sign_in("bo")
        bo.open("/records/new")
        bo.write(title="Draught", text="from the door")
        path = bo.publish() + "/edit"
        page, note = bo.page, bo.page.locator("#kept-note")
        for title in ("Drought", "Draught, again"):
            bo.open(path)
            assert page.input_value("#title") == "Draught"
            assert not note.is_visible()
            bo.write(title=title)
            page.goto(f"{bo.origin}/about")
            bo.open(path)
            bo.step("details")
            assert page.input_value("#title") == title
            bo.check()
            if title == "Drought":
                with page.expect_navigation():
                    note.get_by_role("button", name="Throw away").click()
        bo.step("preview")
        page.click("button[value=publish]")
        page.wait_for_url(path.removesuffix("/edit"))
        assert page.inner_text("h1") == "Draught, again"
        assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('changes:'))") == []


def test_sources_are_picked_and_the_licence_check_follows(chromium: Any, here: Served) -> None:
    with window(chromium, here, width=390) as ana:
        ana.sign_in("ana")
        for title, licence in (("Kettle", "CC-BY-SA-4.0"), ("Spoon", "CC-BY-NC-4.0")):
            ana.open("/records/new")
            ana.write(title=title, text="tin")
            ana.step("licence-step")
            ana.page.check(f"input[name=licence][value='{licence}']")
            ana.publish()
    with window(chromium, here, width=390, dark=True) as bo:
        bo.sign_in("bo")
        bo.open("/records/new")
        page = bo.page
        bo.write(title="Kitchen", text="tin tin")
        for name in ("Kettle", "Spoon"):
            bo.write(seek=name)
            page.keyboard.press("Enter")
            page.locator(".found .candidate", has_text=name).get_by_role("button", name="Build on this").first.click()
            page.locator(".source-row", has_text=name).wait_for()
            bo.check()
        assert page.locator(".source-row .verdict.stop").count() == 2
        bo.step("licence-step")
        page.wait_for_selector(".check.stop:has-text('The licences alone do not allow it')")
        bo.check()
        bo.step("sources")
        page.locator(".source-row", has_text="Spoon").get_by_role("button", name="Take it out").click()
        page.wait_for_selector(".check-line.fine")
        assert "must be CC BY-SA 4.0" in page.inner_text(".check-line")
        bo.step("licence-step")
        page.wait_for_selector(".check.fine")
        assert page.locator("input[name=licence]").count() == 1
        bo.publish()


def test_without_scripts_the_same_form_is_one_page_with_a_look_and_a_draft(chromium: Any, here: Served) -> None:
    with window(chromium, here, width=390, scripts=False) as bo:
        bo.sign_in("bo")
        bo.open("/records/new")
        page = bo.page
        assert page.locator(".step:visible").count() == 5
        assert not page.locator("[data-record], #stepper, [data-go]:not(a)").first.is_visible()
        bo.write(title="Quiet", text="No *noise*.", tags="calm")
        page.click("button[value=preview]")
        page.wait_for_selector(".previewed")
        assert "No noise." in page.inner_text(".previewed")
        bo.check()
        page.click("button[value=save]")
        page.wait_for_url("**?draft=*")
        assert page.input_value("#tags") == "calm"
        bo.open("/records/new")
        bo.check()
        bo.follow(".drafts a:has-text('Quiet')")
        assert page.input_value("#text") == "No *noise*."
        bo.publish()
        bo.open("/records/new")
        assert page.locator(".drafts a:has-text('Quiet')").count() == 0
