"""The largest things that we say keep the rules of others too, and a rule that is broken is seen."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from fedirec.activitypub.models import Actor, Outgoing
from fedirec.activitypub.vocab import Json
from fedirec.media.models import Media
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.comments import CommentDraft, edit_comment, write_comment
from fedirec.remix.actions.drafts import (
    MAX_FILES,
    MAX_TAGS,
    MAX_TEXT,
    MAX_TITLE,
    FileDraft,
    PartDraft,
    RecordDraft,
    SourceDraft,
)
from fedirec.remix.actions.records import edit_record, publish_record
from fedirec.remix.actions.threads import find_place
from fedirec.remix.models import Record
from fedirec.remix.queries.comments import get_comment
from fedirec.remix.terms import MAX_TEXT as MAX_TERMS
from fedirec.remix.terms import Terms
from fedirec.remix.vocab.records import MAX_INLINE
from fedirec.uris import new_key
from tests.network import Instance
from tests.peer import Peer
from tests.rules_of_peers import RULES, broken_rules

MINE: Json = {
    "@context": ["https://www.w3.org/ns/activitystreams"],
    "type": "Create",
    "id": "https://a.example/activities/1",
    "actor": "https://a.example/u/ana",
    "to": ["https://www.w3.org/ns/activitystreams#Public"],
    "object": {
        "id": "https://a.example/records/1",
        "type": "Note",
        "attributedTo": "https://a.example/u/ana",
        "published": "2026-11-21T10:00:00Z",
        "content": "<p>x</p>",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
    },
}
MENTION = {"type": "Mention", "href": "https://b.example/u/bo", "name": "@bo@b.example"}
SOUND = {
    "type": "Audio",
    "mediaType": "audio/mpeg",
    "url": "https://a.example/1.mp3",
    "name": "x",
    "digestMultibase": "z",
}
FILM = {**SOUND, "type": "Video", "mediaType": "video/mp4"}


@pytest.mark.parametrize(
    ("where", "changes", "rule"),
    [
        ("object", {"type": ["Note", "Article"]}, "is_of_one_type"),
        ("object", {"content": "x" * 48_000}, "is_small"),
        ("object", {"tag": [{"type": "x", "a": [{"b": [{"c": {}}]}]}]}, "is_shallow"),
        ("", {"type": "Announce"}, "announces_by_id"),
        ("object", {"inReplyTo": "https://b.example/polls/1", "name": "Yes"}, "votes_for_nothing"),
        ("object", {"tag": [MENTION]}, "mentions_whom_it_addresses"),
        ("object", {"tag": [MENTION] * 21, "cc": [MENTION["href"]]}, "mentions_whom_it_addresses"),
        ("object", {"attachment": [SOUND] * 5}, "can_be_played"),
        ("object", {"attachment": [SOUND | {"mediaType": "audio/aiff"}]}, "can_be_played"),
        ("object", {"attachment": [SOUND | {"type": "Image"}]}, "can_be_played"),
        (
            "object",
            {"attachment": [FILM]},
            "describes_its_media",
        ),
        ("object", {"tag": [{"type": "Link", "href": "https://b.example/1"}]}, "links_to_objects"),
        ("object", {"contentMap": {"en": "<p>x</p>", "de": "<p>y</p>"}}, "is_in_one_language"),
        ("object", {"at": 0.5}, "has_no_fractions"),
        ("object", {"to": "https://b.example/u/bo"}, "has_lists_where_they_are_meant"),
        ("object", {"cc": []}, "has_lists_where_they_are_meant"),
        ("object", {"published": "2026-11-21 10:00"}, "is_dated_like_everybody"),
        ("", {"type": "Update"}, "changes_later_than_it_was_made"),
        ("", {"@context": "https://www.w3.org/ns/activitystreams"}, "has_one_context"),
        ("object", {"@context": ["https://www.w3.org/ns/activitystreams"]}, "has_one_context"),
        ("object", {"attributedTo": ["https://a.example/u/ana"]}, "is_said_by_one"),
        ("object", {"bcc": ["https://b.example/u/bo"]}, "hides_nobody"),
        ("object", {"cc": ["as:Public"]}, "names_the_public_in_full"),
        ("", {"type": "Undo", "object": "https://a.example/activities/0"}, "undoes_what_comes_along"),
        ("", {"type": "Delete"}, "deletes_what_it_names"),
        ("", {"type": "Accept", "object": {"type": "Follow"}}, "answers_what_was_asked"),
        ("", {"type": "Flag", "object": "https://b.example/u/bo"}, "reports_a_list"),
        ("object", {"attributedTo": "https://a.example/u/eve"}, "is_sent_by_its_author"),
    ],
)
def test_a_rule_sees_what_breaks_it(where: str, changes: dict[str, Any], rule: str) -> None:
    broken = copy.deepcopy(MINE)
    broken.update(changes) if not where else broken[where].update(changes)
    assert rule in [each.__name__ for each in RULES if list(each(broken))]
    assert broken_rules(MINE) == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_the_largest_things_that_we_say_are_small_enough(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    peer = Peer(here.network, "a-server-with-a-long-name.example.test")
    helpers = [await here.meet(peer.actor(f"helper_{number:02}")) for number in range(MAX_INLINE + 5)]
    others = [await there.join(f"author{number}") for number in range(5)]
    sources = [
        await _published(there, others[number % 5], title=f"{number} {'Ω' * 195}") for number in range(MAX_INLINE + 5)
    ]
    known = [await here.find_record(source.uri) for source in sources]
    terms = Terms(version=1, licence="CC-BY-SA-4.0", text="Ω" * (MAX_TERMS // 2))
    brief = ChallengeDraft(title="Ω" * 100, slug="rain", text="Ω" * 5_000, terms=terms, language="en")
    challenge = await here.run(open_challenge, ana, here.state["keyring"], brief)
    draft = RecordDraft(
        title="Ω" * MAX_TITLE,
        text="<" * (MAX_TEXT // 8),
        licence="CC-BY-SA-4.0",
        language="zh-Hant",
        warning="Ω" * 200,
        tags=[f"{'Ω' * 15}{number}" for number in range(MAX_TAGS)],
        files=[FileDraft(media=await here.run(_film, ana), description="Ω" * 300) for _ in range(MAX_FILES)],
        sources=[SourceDraft(record=source) for source in known],
        parts=[PartDraft(actor=helper, role="clr") for helper in helpers],
        challenge=challenge,
    )
    made = await here.run(publish_record, ana, draft)
    await here.run(publish_record, ana, replace(draft, text='"\\' * (MAX_TEXT // 2), files=[], challenge=None))
    await here.run(edit_record, ana, await here.run(lambda: Record.get(id=made.id).select_related("author")), draft)
    place = await here.run(find_place, made.uri)
    assert place is not None
    words = CommentDraft(
        text=("@bo@there.test " + "&" * 80 + "\n\n") * 50, language="en", warning="Ω" * 200, at_ms=None
    )
    said = await here.run(write_comment, ana, place, words)
    await here.run(edit_comment, ana, await here.run(get_comment, said.uri), words)
    await here.work()
    rows = await here.run(lambda: Outgoing.all().order_by("id"))
    assert {row.type for row in rows} >= {"Create", "Update", "Announce"}
    assert bo.is_local
    for row in rows:
        activity = json.loads(bytes(row.body or b"")) if row.body else row.document
        assert broken_rules(activity) == [], row.type


async def _published(instance: Instance, author: Actor, *, title: str) -> Record:
    draft = RecordDraft(title=title, text="x", licence="CC-BY-4.0")
    return await instance.run(publish_record, author, draft)


async def _film(owner: Actor) -> Media:
    key = new_key()
    return await Media.create(
        key=key,
        owner=owner,
        kind="video",
        media_type="video/mp4",
        size=1,
        width=1920,
        height=1080,
        duration_ms=42_500,
        sha256=(key * 3)[:64],
        digest="zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e",
        blurhash="UBL_:rOpGG-;~qRjWBay9Ft7ofR*%MayWBj[",
        path=f"9z/{key}.mp4",
        poster_path=f"9z/{key}.jpg",
        file_name="film.mp4",
    )
