"""Pages keep their shape whatever people put into them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.browser.conftest import Served, window

LONG = "W" * 180


@pytest.mark.parametrize("width", [390, 1280])
def test_words_without_a_gap_do_not_push_a_page_wide(chromium: Any, here: Served, width: int) -> None:
    with window(chromium, here, width=width) as bo:
        bo.sign_in("bo")
        bo.open("/records/new")
        text = f"{LONG * 5}\n\n    {LONG}\n\nhttps://far.example/{LONG}"
        bo.write(title=LONG, text=text, tags="t" * 90, warning="V" * 150)
        bo.step("preview")
        bo.page.wait_for_selector(".previewed")
        bo.check()
        record = bo.publish()
        for path in ("", "/edit", "/delete", "/lineage"):
            bo.open(record.removeprefix(here.origin) + path)
            bo.check()
        for path in ("/", "/explore", "/u/bo"):
            bo.open(path)
            bo.check()


def test_a_picture_of_somebody_is_round_whatever_its_shape(chromium: Any, here: Served, tmp_path: Path) -> None:
    portrait = tmp_path / "portrait.png"
    Image.new("RGB", (300, 700), "#22305a").save(portrait)
    with window(chromium, here) as bo:
        bo.sign_in("bo")
        bo.open("/settings")
        bo.page.set_input_files("#icon", str(portrait))
        bo.page.click("main button:has-text('Save')")
        bo.page.wait_for_selector(".flash")
        for path in ("/settings", "/u/bo"):
            bo.open(path)
            faces = bo.page.locator("img.avatar")
            assert faces.count() > 1
            for number in range(faces.count()):
                box = faces.nth(number).bounding_box()
                assert box is not None
                assert box["width"] == pytest.approx(box["height"], abs=0.5)


def test_a_warning_hides_words_and_files_until_somebody_wants_to_see_them(chromium: Any, here: Served) -> None:
    with window(chromium, here, width=390, scripts=False) as bo:
        bo.sign_in("bo")
        bo.open("/records/new")
        bo.write(title="Storm", text="It was very loud.", warning="thunder")
        bo.open(bo.publish().removeprefix(here.origin))
        words = bo.page.get_by_text("It was very loud.")
        assert not words.is_visible()
        bo.page.click(".warned summary")
        assert words.is_visible()
