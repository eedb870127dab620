"""When Python looks for circular garbage."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

YOUNG: Final = 10_000
"""Objects that are made before the collector looks for circular garbage among them."""


@contextmanager
def loading() -> Generator[None]:
    """Within it modules are loaded, and the collector rests: it would look at what is there for good, again and again.

    That was a tenth of the start. What was loaded it does not look at afterwards either.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def calm_collector() -> None:
    """What is there by now is there for good: the collector of circular garbage looks only at what comes after it.

    It looks less often too. Each look at everything that was imported would stop all requests for 50 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
