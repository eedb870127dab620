"""How much is tried: a little that is always the same in CI, and as much as there is time for by command."""

from __future__ import annotations

from typing import Final

from hypothesis import HealthCheck, settings

USUAL: Final = 100
"""Examples of a property that names no number of its own, in CI."""
LONG: Final = 1_000
"""The same, in each round of a long run."""

HEALTH: Final = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much)
"""What is not judged: machines differ, and an instance is set up once for all examples of a test."""


def add_profiles() -> None:
    """pytest knows `--hypothesis-profile ci`, which is the usual one, and `--hypothesis-profile long`."""
    settings.register_profile(
        "ci",
        max_examples=USUAL,
        derandomize=True,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=HEALTH,
    )
    settings.register_profile("long", max_examples=LONG, deadline=None, print_blob=True, suppress_health_check=HEALTH)
    settings.load_profile("ci")


def tries(count: int) -> settings:
    """So many examples in CI, and as many times more in a long run as of any other property."""
    usual = settings()
    return settings(usual, max_examples=count * usual.max_examples // USUAL)
