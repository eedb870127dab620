"""Memory does not grow with the number of hosts, dead inboxes and collections without end."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

LIMIT_MB = 300

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")


@pytest.mark.timeout(300)
def test_a_world_that_is_large_dead_and_endless_fits_into_memory() -> None:
    command = [sys.executable, "-m", "tests.bench.memory", "--short"]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=280).stdout
    figures = json.loads(said.splitlines()[0])

    assert figures["let_in"] == figures["hosts"]
    peaks = {name: value for name, value in figures.items() if name.endswith("_mb")}
    assert max(peaks.values()) < LIMIT_MB, peaks
