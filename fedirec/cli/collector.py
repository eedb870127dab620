"""When Python looks for circular garbage."""

from __future__ import annotations

import gc
from typing import Final

YOUNG: Final = 10_000
"""Objects that are made before the collector looks for circular garbage among them."""


def look_rarely() -> None:
    """The collector looks when there is more to be found than after a few imports: that was a tenth of the start."""
    gc.set_threshold(YOUNG, 20, 20)


def calm_collector() -> None:
    """What is there by now is there for good: the collector of circular garbage looks only at what comes after it.

    Each look at everything that was imported would stop all requests for 50 ms.
    """
    gc.collect()
    gc.freeze()
    look_rarely()
