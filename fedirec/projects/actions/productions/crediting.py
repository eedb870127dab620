"""Productions whose credit list is to be drawn up; who keeps it is a package above this one."""

from __future__ import annotations

from datetime import datetime

from fedirec.lanes import Work


def asking_for_credits(production: int, *, due_at: datetime | None = None) -> Work:
    """The work of bringing the credit list of the production of ours in that row up to date."""
    return Work(
        kind="credits",
        lane=f"credits:{production}",
        payload={"production": production},
        dedupe_key=f"credits:{production}:later" if due_at else f"credits:{production}",
        due_at=due_at,
    )
