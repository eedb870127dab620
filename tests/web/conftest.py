"""The small application of these tests, and a visitor to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from fedirec import clock
from tests.web import samples
from tests.web.application import Joined, create_application, visit


@pytest.fixture
def application(tmp_path: Path) -> Joined:
    return create_application(tmp_path, viewer=samples.VIEWER)


@pytest.fixture
async def browser(application: Joined) -> AsyncGenerator[httpx.AsyncClient]:
    """A visitor whose browser says where its requests come from."""
    async with visit(application, headers=[("Sec-Fetch-Site", "same-origin")]) as client:
        yield client


@pytest.fixture
def at_noon() -> Iterator[None]:
    """The clock shows the noon of the samples."""
    clock.shift(samples.NOON - clock.now())
    yield
    clock.shift(timedelta())
