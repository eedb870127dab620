"""Two real instances on loopback ports, and a real Chromium that watches for what a page must not do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.request import urlopen

import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import skip_or_fail
from tests.databases import Databases
from tests.founding import PASSWORD
from tests.ports import free_port

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first is Chromium without what belongs to windows: it shows the same pages for two thirds of the work."""
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
ARGUMENTS = ("--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""What a machine without a microphone and a camera needs to record something all the same."""
START_SECONDS = 60
MEASURE = """
() => [
  document.documentElement.scrollWidth,
  innerWidth,
  [...document.querySelectorAll("main *")]
    .filter((each) => each.getBoundingClientRect().right > innerWidth + 1 && !each.closest(".trail, .tabs, .filters"))
    .slice(0, 3).map((each) => each.outerHTML.slice(0, 120)),
]
"""


@dataclass(frozen=True)
class Served:
    """An instance that runs in its own process."""

    origin: str
    folder: Path
    process: subprocess.Popen[bytes]


@dataclass
class Window:
    """One browser window: its page, and what went wrong in it."""

    page: Any
    origin: str
    scripts: bool = True
    troubles: list[str] = field(default_factory=list)
    signed_in: ClassVar[dict[tuple[str, str], list[Any]]] = {}
    """The cookies of members, by origin and name."""

    def open(self, path: str) -> None:
        self.page.goto(self.origin + path if path.startswith("/") else path)

    def follow(self, selector: str) -> None:
        """What `selector` finds is clicked, and the page that it leads to is shown.

        A click by itself waits only for what the browser has begun by then: on a busy machine the old page is read.
        """
        with self.page.expect_navigation():
            self.page.click(selector)

    def sign_in(self, name: str) -> None:
        """The member `name` is signed in; each fills in the form once, for it may not be tried too often."""
        key = (self.origin, name)
        if key not in self.signed_in:
            self.open("/sign-in")
            self.page.fill("#name", name)
            self.page.fill("#password", PASSWORD)
            self.page.click("main button[type=submit]")
            self.page.wait_for_url(lambda url: "/sign-in" not in url)
            self.signed_in[key] = self.page.context.cookies()
        self.page.context.add_cookies(self.signed_in[key])
        self.open("/")

    def step(self, name: str) -> None:
        """The step `name` of the page on which a record is made is open; without scripts all of them are."""
        if self.scripts:
            self.page.click(f"#stepper [data-go={name}]")

    def reach(self, field: str) -> None:
        """The step that holds `field` is open."""
        self.step(str(self.page.locator(field).evaluate("field => field.closest('.step').id")))

    def write(self, **fields: str) -> None:
        """These fields of the record that is being made hold these words."""
        for name, words in fields.items():
            self.reach(f"#{name}")
            self.page.fill(f"#{name}", words)

    def publish(self) -> str:
        """What was written is published; the address of the record."""
        self.step("preview")
        self.page.click("button[value=publish]")
        self.page.wait_for_url("**/published")
        self.check()
        return str(self.page.url).removesuffix("/published")

    def check(self) -> None:
        """Nothing hangs out of the window, and nothing was complained about."""
        self.page.wait_for_load_state()
        wide, room, first = self.page.evaluate(MEASURE)
        assert wide <= room, f"{self.page.url} scrolls sideways: {wide} of {room} pixels, {first}"
        assert self.troubles == [], f"{self.page.url}: {self.troubles}"


@contextmanager
def serving(folder: Path, *names: str, port: int = 0) -> Iterator[Served]:
    """An instance in `folder` runs; where there was one already, it goes on."""
    port = port or free_port()
    log = (folder.parent / f"{folder.name}.log").open("ab")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FEDIREC_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.server", str(folder), str(port), *names],
        stdout=log,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=Path(__file__).parent.parent.parent,
    )
    origin = f"http://127.0.0.1:{port}"
    try:
        for _ in range(START_SECONDS * 10):
            assert process.poll() is None, Path(log.name).read_text()
            try:
                with urlopen(f"{origin}/readyz", timeout=10) as answer:
                    if answer.status == 200:
                        break
            except OSError:
                time.sleep(0.1)
        else:
            raise AssertionError("the instance did not start: " + Path(log.name).read_text())
        yield Served(origin, folder, process)
    finally:
        process.terminate()
        process.wait(60)
        log.close()


def _home(folders: pytest.TempPathFactory, databases: Databases, name: str) -> Path:
    """A folder with a database that was migrated already, as all tests have one."""
    folder = folders.mktemp("browser") / name
    folder.mkdir(mode=0o700)
    shutil.copy(databases.new("sqlite").partition("://")[2], folder / "fedirec.sqlite3")
    return folder


@pytest.fixture(scope="package")
def here(tmp_path_factory: pytest.TempPathFactory, databases: Databases, chromium: Any) -> Iterator[Served]:
    with serving(_home(tmp_path_factory, databases, "here"), "ana", "bo") as served:
        yield served


@pytest.fixture(scope="package")
def there(tmp_path_factory: pytest.TempPathFactory, databases: Databases, chromium: Any) -> Iterator[Served]:
    with serving(_home(tmp_path_factory, databases, "there"), "cy", "dee") as served:
        yield served


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """The browser itself. It goes with this folder: while Playwright runs, no other event loop can."""
    if CHROMIUM is None:
        skip_or_fail("Chromium is not installed, so no page is looked at in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def window(
    chromium: Any,
    served: Served,
    *,
    width: int = 1280,
    dark: bool = False,
    scripts: bool = True,
    zone: str | None = None,
    language: str = "en-GB",
    still: bool = False,
) -> Iterator[Window]:
    """A fresh window on `served`; its troubles are looked at once more when it closes."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
        locale=language,
        timezone_id=zone,
        reduced_motion="reduce" if still else "no-preference",
    )
    context.set_default_timeout(45_000)
    page = context.new_page()
    shown = Window(page, served.origin, scripts)
    # 404, 410 and 422 are answers that tests ask for; the browser logs such a page as a failed load.
    page.on(
        "console",
        lambda said: (
            shown.troubles.append(said.text)
            if said.type in ("error", "warning") and "Failed to load resource" not in said.text
            else None
        ),
    )
    page.on("pageerror", lambda error: shown.troubles.append(str(error)))
    page.on(
        "response",
        lambda answer: (
            shown.troubles.append(f"{answer.status} for {answer.url}")
            if answer.status >= 400 and answer.request.resource_type != "document"
            else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((served.origin, "data:", "blob:"))
            else shown.troubles.append(f"asked elsewhere: {request.url}")
        ),
    )
    try:
        yield shown
        assert shown.troubles == []
    finally:
        context.close()
