"""Where on this site somebody or something of another instance is shown."""

from __future__ import annotations

from typing import Final

from fedirec.activitypub.models import Actor

PROJECT: Final = "project"
"""The kind of a Group that is a project; the package above knows more."""


def path_of_remote(actor: Actor) -> str:
    """The page here about an actor of another instance. A project has one of its own, found by the row of its Group."""
    return f"/projects/of/{actor.id}" if actor.kind == PROJECT else f"/people/remote/{actor.id}"
