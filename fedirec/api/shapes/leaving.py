"""Leaving for good."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from fedirec.api.shapes.basis import Sent, Shape


class Farewell(Shape):
    """When somebody will be erased, and how they are credited from then on."""

    asked_at: datetime
    due_at: datetime
    keeps_name: bool


class Leaving(Sent):
    """What whoever leaves has to say."""

    present: str = Field(min_length=1, max_length=1000, description="The present password.")
    keeps_name: bool = Field(
        False, description="Whether they stay credited by their name where others built on their work."
    )
    at_once: bool = Field(False, description="Whether it is done now, and not in a week; nobody can undo that.")
