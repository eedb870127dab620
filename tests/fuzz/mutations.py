"""What becomes of a document in the hands of somebody who writes it by hand, or with a broken program."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st

from tests.peer import PUBLIC

HOST: Final = "host.test"
"""Stands for the server that speaks, until it is known what it is called."""
OURS: Final = "https://here.test"

ADDRESSES: Final = (
    *(PUBLIC, "as:Public", f"{OURS}/u/ana", f"{OURS}/u/ana/followers", f"{OURS}/actor", f"{OURS}/inbox", OURS),
    *(f"{OURS}/records/0", f"{OURS}/c/rain", f"{OURS}/activities/0", f"{OURS}/stamps/0", f"{OURS}/u/nobody"),
    *(f"https://{HOST}/1", f"https://{HOST}/users/x#main-key", f"https://{HOST}", f"https://{HOST}:8443/1"),
    *(
        "https://elsewhere.test/1",
        "https://[::1]/1",
        "https://127.0.0.1/1",
        "https://h:99999/1",
        "https://",
        "https:///x",
    ),
    *("javascript:alert(1)", "data:text/html,x", "urn:uuid:0", "acct:x@y", "_:b0", "#x", "/x", "//x", "", " ", "%00"),
    *(f"https://{HOST}/" + "x" * 2100, "https://a\u202eb.test/", "https://a.test\\@b.test/", "https://bücher.test/1"),
)
TEXTS: Final = (
    *("2026-11-20T10:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-13-01", "24:00", "P1D"),
    *(
        "PT3M25.5S",
        "P99999999999Y",
        "-PT1S",
        "en",
        "x" * 9_000,
        "\u202e",
        "\U0001f600",
        "½",
        "٣",
        "<b>x",
        "<p>" * 999,
    ),
    *("text/html", "image/png", "audio/ogg", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "True", "0"),
)
TYPES: Final = (
    *("Create", "Update", "Delete", "Follow", "Accept", "Reject", "Undo", "Like", "EmojiReact", "Announce", "Add"),
    *("Remove", "Block", "Flag", "Move", "QuoteRequest", "Question", "Note", "Article", "Video", "Audio", "Image"),
    *("Page", "Event", "Person", "Group", "Tombstone", "OrderedCollection", "Collection", "Document", "Mention"),
    *("Hashtag", "Emoji", "Link", "Object", "Dislike", "Vote", "Key", "DataIntegrityProof", "RsaSignature2017"),
)
KEYS: Final = (
    *("@context", "id", "type", "actor", "object", "target", "origin", "to", "cc", "bto", "audience", "attributedTo"),
    *("content", "contentMap", "name", "nameMap", "summary", "source", "url", "href", "mediaType", "published"),
    *("updated", "inReplyTo", "replies", "context", "conversation", "tag", "attachment", "icon", "image", "duration"),
    *("width", "height", "inbox", "outbox", "endpoints", "sharedInbox", "publicKey", "publicKeyPem", "owner", "proof"),
    *("signature", "preferredUsername", "alsoKnownAs", "movedTo", "followers", "orderedItems", "items", "first"),
    *("next", "partOf", "totalItems", "quote", "quoteUrl", "quoteAuthorization", "instrument", "result", "oneOf"),
    *(
        "anyOf",
        "endTime",
        "sensitive",
        "license",
        "isBasedOn",
        "contributor",
        "interactionPolicy",
        "canReply",
        "@graph",
    ),
    *("@id", "@type", "@value", "@language", "@list", "@set", "formerType", "deleted", "assertionMethod", "value"),
)

plain: Final = (
    st.sampled_from([*ADDRESSES, *TEXTS, *TYPES])
    | st.none()
    | st.booleans()
    | st.sampled_from([0, -1, 1, 2**31, 2**53 - 1, -(2**53) + 1, 0.5, 1e300, -1e-300])
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
anything: Final = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)
documents: Final = st.dictionaries(st.sampled_from(KEYS), anything, max_size=8)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is done to a document, wherever `place` falls in it."""

    place: int
    how: str
    value: Any
    key: str
    other: int


HOWS: Final = ("replace", "drop", "twice", "list", "nest", "move", "rename", "add", "cut", "long", "unwrap", "deep")
changes: Final = st.lists(
    st.builds(
        Change,
        place=st.integers(0, 999),
        how=st.sampled_from(HOWS),
        value=anything,
        key=st.sampled_from(KEYS),
        other=st.integers(0, 999),
    ),
    max_size=4,
)


def changed(document: dict[str, Any], by: list[Change]) -> dict[str, Any]:
    """`document` after all these changes; what was given stays as it is."""
    made = {"": copy.deepcopy(document)}
    for change in by:
        _change(made, change)
    whole = made.get("")
    return whole if isinstance(whole, dict) else {"object": whole}


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Everything within `value`: what holds it, and under which name or number."""
    names: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    for name in names:
        yield value, name
        if isinstance(value[name], dict | list):
            yield from _places(value[name])


def _change(whole: dict[str, Any], change: Change) -> None:
    places = list(_places(whole))
    if not places:
        return
    holder, name = places[change.place % len(places)]
    value = holder[name]
    match change.how:
        case "replace":
            holder[name] = change.value
        case "drop":
            del holder[name]
        case "twice":
            holder[name] = [value, copy.deepcopy(value)]
        case "list":
            holder[name] = [value]
        case "nest":
            holder[name] = {"id": f"https://{HOST}/nested", "type": "Object", change.key: value}
        case "move":
            source, there = places[change.other % len(places)]
            holder[name] = copy.deepcopy(source[there])
        case "rename" if isinstance(holder, dict):
            holder[change.key] = holder.pop(name)
        case "add" if isinstance(value, dict):
            value[change.key] = change.value
        case "cut" if isinstance(value, str):
            holder[name] = value[: len(value) // 2]
        case "long" if isinstance(value, str):
            holder[name] = value * 300
        case "unwrap" if value and isinstance(value, dict | list):
            holder[name] = next(iter(value.values() if isinstance(value, dict) else value))
        case "deep":
            for _ in range(40):
                value = [value]
            holder[name] = value
        case _:
            holder[name] = change.value
