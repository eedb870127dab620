"""When something was said, as whoever said it says: never later than now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from fedirec.activitypub.vocab import Activity
from fedirec.clock import now
from fedirec.errors import Invalid

AHEAD: Final = timedelta(minutes=5)
"""By which clocks of other servers may be ahead of ours."""


def refuse_future(said: Activity[Any]) -> None:
    """Raise Invalid for what says that it was published later than now: of two words the later counts, so that nothing
    would count after it any more.
    """
    if said.published is not None and said.published > now() + AHEAD:
        raise Invalid("it says that it was published in the future; is your clock right?")
