"""Two real instances on loopback ports, and a real Chromium that watches for what a page must not do."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.browser.server import PASSWORD
from tests.conftest import skip_or_fail

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
START_SECONDS = 60


@dataclass(frozen=True)
class Served:
    """An instance that runs in its own process."""

    origin: str
    folder: Path


@dataclass
class Window:
    """One browser window: its page, and what went wrong in it."""

    page: Any
    origin: str
    troubles: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.origin + path if path.startswith("/") else path)

    def sign_in(self, name: str) -> None:
        self.open("/sign-in")
        self.page.fill("#name", name)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def check(self) -> None:
        """Nothing hangs out of the window, and nothing was complained about."""
        wide = self.page.evaluate(
            "() => [document.documentElement.scrollWidth, window.innerWidth, [...document.querySelectorAll('body *')]"
            ".filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.trail, .tabs, .filters, .sr'))"
            ".slice(0, 3).map(e => e.outerHTML.slice(0, 120))]"
        )
        assert wide[0] <= wide[1], f"{self.page.url} scrolls sideways: {wide}"
        assert self.troubles == [], f"{self.page.url}: {self.troubles}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _serving(folder: Path, *names: str) -> Iterator[Served]:
    port = _free_port()
    log = (folder.parent / f"{folder.name}.log").open("wb")
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
                with urlopen(f"{origin}/readyz", timeout=1) as answer:
                    if answer.status == 200:
                        break
            except OSError:
                time.sleep(0.1)
        else:
            raise AssertionError("the instance did not start: " + Path(log.name).read_text())
        yield Served(origin, folder)
    finally:
        process.terminate()
        process.wait(20)
        log.close()


@pytest.fixture(scope="session")
def here(tmp_path_factory: pytest.TempPathFactory, chromium: Any) -> Iterator[Served]:
    with _serving(tmp_path_factory.mktemp("browser") / "here", "ana", "bo") as served:
        yield served


@pytest.fixture(scope="session")
def there(tmp_path_factory: pytest.TempPathFactory, chromium: Any) -> Iterator[Served]:
    with _serving(tmp_path_factory.mktemp("browser") / "there", "cy", "dee") as served:
        yield served


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser itself."""
    if CHROMIUM is None:
        skip_or_fail("Chromium is not installed, so no page is looked at in a browser")
    sync_api = (
        pytest.importorskip("playwright.sync_api")
        if not os.environ.get("CI")
        else __import__("playwright.sync_api", fromlist=["sync_playwright"])
    )
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def window(
    chromium: Any, served: Served, *, width: int = 1280, dark: bool = False, scripts: bool = True
) -> Iterator[Window]:
    """A fresh window on `served`; its troubles are looked at once more when it closes."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
        locale="en-GB",
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    shown = Window(page, served.origin)
    # 404, 410 and 422 are answers that tests ask for; the browser logs them as failed loads.
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
