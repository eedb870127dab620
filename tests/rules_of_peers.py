"""What other software demands of what it is sent, rule by rule; each says what is wrong with an activity.

Where a rule comes from stands with it. None of them is ours to break: who does is not shown, or refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from fedirec.activitypub.contexts import ACTIVITYSTREAMS
from fedirec.activitypub.vocab import PUBLIC, Json

MAX_BYTES: Final = 48_000
"""Takahe refuses documents beyond 50 kB."""
MAX_DEPTH: Final = 7
"""Pixelfed decodes eight levels, and counts the one around all of them."""
MAX_MENTIONS: Final = 20
MAX_ATTACHMENTS: Final = 4
"""Mastodon shows the first four."""
PLAYED: Final = frozenset(
    {
        *("image/jpeg", "image/png", "image/gif", "image/webp"),
        *("audio/mpeg", "audio/mp4", "audio/ogg", "audio/flac", "audio/wav"),
        *("video/mp4", "video/quicktime", "video/webm"),
    }
)
"""Of what Mastodon takes (its documentation on posting), what we make."""
LISTS: Final = ("to", "cc", "tag", "attachment", "isBasedOn", "wasDerivedFrom", "derivation", "contributor")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_TIMES: Final = ("published", "updated", "endTime", "deleted", "created")


def _objects(value: Any) -> Iterator[Json]:
    """All objects in a document, but for those in contexts."""
    if isinstance(value, dict):
        yield value
        for name, part in value.items():
            if name != "@context":
                yield from _objects(part)
    elif isinstance(value, list):
        for part in value:
            yield from _objects(part)


def _notes(activity: Json) -> Iterator[Json]:
    return (each for each in _objects(activity) if each.get("type") == "Note")


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


def is_of_one_type(activity: Json) -> Iterator[str]:
    """Lemmy reads `type` as one word."""
    for each in _objects(activity):
        if "type" in each and not isinstance(each["type"], str):
            yield f"{each['type']} is not one type"


def is_small(activity: Json) -> Iterator[str]:
    if (size := len(json.dumps(activity, ensure_ascii=False, separators=(",", ":")).encode())) >= MAX_BYTES:
        yield f"it has {size} bytes"


def is_shallow(activity: Json) -> Iterator[str]:
    if (depth := depth_of(activity)) > MAX_DEPTH:
        yield f"it is {depth} levels deep"


def announces_by_id(activity: Json) -> Iterator[str]:
    """Mastodon shows nothing else as a boost."""
    for each in _objects(activity):
        if each.get("type") == "Announce" and not isinstance(each["object"], str):
            yield "it announces something embedded"


def votes_for_nothing(activity: Json) -> Iterator[str]:
    """Mastodon counts an answer with a name to a poll as a vote."""
    for each in _notes(activity):
        if "inReplyTo" in each and "name" in each:
            yield f"the answer {each['id']} has a name"


def mentions_whom_it_addresses(activity: Json) -> Iterator[str]:
    """Mastodon tells those who stand in both; a server that counts mentions takes more for spam."""
    for each in _notes(activity):
        mentioned = [tag["href"] for tag in each.get("tag", ()) if tag["type"] == "Mention"]
        if missing := set(mentioned) - {*each.get("to", ()), *each.get("cc", ())}:
            yield f"it mentions {missing} without addressing them"
        if len(mentioned) > MAX_MENTIONS:
            yield f"it mentions {len(mentioned)} people"
        if any(not tag["name"].startswith("@") for tag in each.get("tag", ()) if tag["type"] == "Mention"):
            yield "a mention is no handle"


def can_be_played(activity: Json) -> Iterator[str]:
    for each in _notes(activity):
        attached = each.get("attachment", [])
        if len(attached) > MAX_ATTACHMENTS:
            yield f"it has {len(attached)} attachments"
        for attachment in attached:
            if attachment["mediaType"] not in PLAYED:
                yield f"{attachment['mediaType']} is not played"
            if not isinstance(attachment["url"], str):
                yield "an attachment has not one address"
            if attachment["mediaType"].partition("/")[0].title() != attachment["type"]:
                yield f"{attachment['type']} is not {attachment['mediaType']}"


def describes_its_media(activity: Json) -> Iterator[str]:
    """FEP-1311."""
    for each in _notes(activity):
        for attachment in each.get("attachment", ()):
            wanted = {"digestMultibase", "name"} | ({"width", "height"} if attachment["type"] != "Audio" else set())
            if missing := wanted - attachment.keys():
                yield f"an attachment lacks {missing}"


def links_to_objects(activity: Json) -> Iterator[str]:
    """FEP-e232."""
    for each in _objects(activity):
        if each.get("type") != "Link":
            continue
        if each.get("mediaType") != f'application/ld+json; profile="{ACTIVITYSTREAMS}"' or not each.get("name"):
            yield f"the link to {each.get('href')} does not say that it leads to an object"


def is_in_one_language(activity: Json) -> Iterator[str]:
    """Mastodon takes the first key for the language of the post."""
    for each in _objects(activity):
        if "contentMap" in each and list(each["contentMap"].values()) != [each["content"]]:
            yield "its languages say something else than its content"


def has_no_fractions(activity: Json) -> Iterator[str]:
    """Their canonical form (RFC 8785) differs between languages that get it wrong."""
    if any(isinstance(part, float) for each in _objects(activity) for part in each.values()):
        yield "it has a fraction"


def has_lists_where_they_are_meant(activity: Json) -> Iterator[str]:
    for each in _objects(activity):
        for name in LISTS:
            if name in each and name != "contributor" and not isinstance(each[name], list):
                yield f"{name} is no list"
            if each.get(name) in ([], None, "") and name in each:
                yield f"{name} is empty"


def is_dated_like_everybody(activity: Json) -> Iterator[str]:
    for each in _objects(activity):
        for name in _TIMES:
            if name in each and not _MOMENT.fullmatch(each[name]):
                yield f"{name} is {each[name]}"


def changes_later_than_it_was_made(activity: Json) -> Iterator[str]:
    """Mastodon shows an edit only when `updated` is newer than what it has."""
    thing = activity["object"]
    is_edit = activity["type"] == "Update" and isinstance(thing, dict) and thing.get("type") == "Note"
    if is_edit and ("updated" not in thing or thing["updated"] <= thing["published"]):
        yield "it does not say when it was changed"


def has_one_context(activity: Json) -> Iterator[str]:
    """Mastodon wants the name of ActivityStreams as a string, and compares the list with that of the proof."""
    context = activity["@context"]
    if not isinstance(context, list) or context[0] != ACTIVITYSTREAMS:
        yield "its context does not begin with ActivityStreams"
    if "proof" in activity and activity["proof"]["@context"] != context:
        yield "its proof has another context"
    if any("@context" in each for each in _objects(activity) if each is not activity and "cryptosuite" not in each):
        yield "something in it has a context of its own"


def is_said_by_one(activity: Json) -> Iterator[str]:
    for name in ("id", "actor"):
        if not isinstance(activity[name], str):
            yield f"{name} is not one"
    for each in _notes(activity):
        if not isinstance(each["attributedTo"], str):
            yield "it has several authors"


def hides_nobody(activity: Json) -> Iterator[str]:
    for each in _objects(activity):
        if each.keys() & {"bto", "bcc", "totalItems"}:
            yield "it says what it should not"


def names_the_public_in_full(activity: Json) -> Iterator[str]:
    """Some know no other spelling."""
    for each in _objects(activity):
        for name in ("to", "cc"):
            if {"as:Public", "Public"} & set(each.get(name, ())):
                yield f"{name} says Public in another way than {PUBLIC}"


def undoes_what_comes_along(activity: Json) -> Iterator[str]:
    """Mastodon finds most of what is undone by its type and its object, not by its id."""
    thing = activity["object"]
    if activity["type"] == "Undo" and not (isinstance(thing, dict) and {"type", "object", "id"} <= thing.keys()):
        yield "what it undoes does not come along"


def deletes_what_it_names(activity: Json) -> Iterator[str]:
    thing = activity["object"]
    if activity["type"] == "Delete" and not isinstance(thing, str) and thing.get("type") != "Tombstone":
        yield "what it deletes is neither an id nor a tombstone"


def answers_what_was_asked(activity: Json) -> Iterator[str]:
    thing = activity["object"]
    if activity["type"] in ("Accept", "Reject") and isinstance(thing, dict) and "id" not in thing:
        yield "what it answers has no name"


def reports_a_list(activity: Json) -> Iterator[str]:
    """Mastodon reads the account and the posts from it."""
    if activity["type"] == "Flag" and not isinstance(activity["object"], list):
        yield "what it reports is no list"


def is_sent_by_its_author(activity: Json) -> Iterator[str]:
    thing = activity["object"]
    if activity["type"] in ("Create", "Update") and isinstance(thing, dict) and thing.get("type") == "Note":
        if thing["attributedTo"] != activity["actor"]:
            yield "somebody else sends it"
        if not str(thing.get("url") or thing["id"]).startswith("https://"):
            yield "it cannot be looked at"
        mentioned = {tag["href"] for tag in thing.get("tag", ()) if tag["type"] == "Mention"}
        if missing := mentioned - {*activity.get("to", ()), *activity.get("cc", ())}:
            yield f"the activity does not address {missing}"


RULES: Final[tuple[Callable[[Json], Iterator[str]], ...]] = (
    is_of_one_type,
    is_small,
    is_shallow,
    announces_by_id,
    votes_for_nothing,
    mentions_whom_it_addresses,
    can_be_played,
    describes_its_media,
    links_to_objects,
    is_in_one_language,
    has_no_fractions,
    has_lists_where_they_are_meant,
    is_dated_like_everybody,
    changes_later_than_it_was_made,
    has_one_context,
    is_said_by_one,
    hides_nobody,
    names_the_public_in_full,
    undoes_what_comes_along,
    deletes_what_it_names,
    answers_what_was_asked,
    reports_a_list,
    is_sent_by_its_author,
)


def broken_rules(activity: Json) -> list[str]:
    """What `activity` does that some server cannot read or does not show, in words; nothing when everybody can."""
    return [complaint for rule in RULES for complaint in rule(activity)]
