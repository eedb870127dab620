"""Productions whose credit list is to be drawn up; who keeps it is a package above this one."""

from __future__ import annotations

from fedirec.lanes import Work


def asking_for_credits(production: int) -> Work:
    """The work of bringing the credit list of the production of ours in that row up to date."""
    return Work(
        kind="credits",
        lane=f"credits:{production}",
        payload={"production": production},
        dedupe_key=f"credits:{production}",
    )
