"""Somebody wants to be named otherwise than before, wherever others built on their works."""

from __future__ import annotations

from fedirec.lanes import Work


def name_otherwise(actor_id: int, *, after: int = 0) -> Work:
    """The work of naming the actor in that row as they wish now, from the work of theirs after that row on."""
    payload = {"actor": actor_id, "after": after}
    return Work(kind="names", lane=f"names:{actor_id}", payload=payload, dedupe_key=f"names:{actor_id}:{after}")
