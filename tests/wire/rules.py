"""What other servers ask of whatever they are sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

MAX_BYTES: Final = 48_000
"""Takahe reads fifty thousand."""
MAX_DEPTH: Final = 7
"""Pixelfed reads eight levels."""
MAX_PLAYED: Final = 4
"""Media of one post that older Mastodons show."""
PLAYED: Final = ("Image", "Audio", "Video")


def broken_rules(activity: dict[str, Any]) -> list[str]:
    """What `activity` does that some server cannot read, in words; nothing when everybody can."""
    return list(_broken(activity))


def _broken(activity: dict[str, Any]) -> Iterator[str]:
    context, inner = activity.get("@context"), activity["object"]
    if "https://www.w3.org/ns/activitystreams" not in (context if isinstance(context, list) else [context]):
        yield "Mastodon looks for ActivityStreams among the contexts"
    if len(json.dumps(activity, ensure_ascii=False).encode()) > MAX_BYTES:
        yield "it is too long for Takahe"
    if _depth(activity) > MAX_DEPTH:
        yield "it is too deep for Pixelfed"
    if not all(isinstance(part["type"], str) for part in _parts(activity) if "type" in part):
        yield "Lemmy reads one type"
    if not isinstance(activity["actor"], str) or not isinstance(activity["id"], str):
        yield "actor and id are addresses"
    match activity["type"]:
        case "Announce" if not isinstance(inner, str):
            yield "Mastodon boosts what is named by its id"
        case "Undo" if not isinstance(inner, dict) or "type" not in inner or "object" not in inner:
            yield "Mastodon undoes what comes along"
        case "Delete" if not isinstance(inner, str) and inner.get("type") != "Tombstone":
            yield "what is gone is an id or a tombstone"
        case "Accept" | "Reject" if isinstance(inner, dict) and inner.get("type") == "Follow" and "id" not in inner:
            yield "what is answered has a name"
        case "Flag" if not isinstance(inner, list):
            yield "Mastodon reads a list of what is reported"
    if isinstance(inner, dict) and inner.get("type") == "Note":
        yield from _broken_by_note(activity, inner)


def _broken_by_note(activity: dict[str, Any], note: dict[str, Any]) -> Iterator[str]:
    if note["attributedTo"] != activity["actor"]:
        yield "its author sends it"
    if "name" in note and "inReplyTo" in note:
        yield "a reply with a name is a vote"
    for tag in note.get("tag", []):
        if tag["type"] == "Mention" and tag["href"] != note["attributedTo"]:
            for said in (activity, note):
                if tag["href"] not in [*said.get("to", []), *said.get("cc", [])]:
                    yield "who is mentioned is addressed, or hears nothing"
    media = [file for file in note.get("attachment", []) if file.get("type") in PLAYED]
    if len(media) > MAX_PLAYED:
        yield "Mastodon shows four"
    if not all(isinstance(file["url"], str) and "mediaType" in file for file in media):
        yield "a file has one address and says what it is"
    if not note.get("url", note["id"]).startswith("https://"):
        yield "it can be looked at"


def _parts(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for name, part in value.items():
            if name != "@context":
                yield from _parts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _parts(part)


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0
