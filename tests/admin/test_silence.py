"""Whoever is suspended is silent everywhere; whoever is quiet, or whose host is blocked, where the table says so."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from fedirec.accounts.models import Notification
from fedirec.accounts.permissions import Operator, Scope
from fedirec.activitypub.actors import make_actor_findable
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Announcement, Follow, Outgoing
from fedirec.admin.actions.deciding import decide, undo_all
from fedirec.admin.actions.policies import block_peer
from fedirec.admin.judging import Action, Verdict
from fedirec.admin.models import Report
from fedirec.clock import now
from fedirec.remix.actions.comments import CommentDraft, write_comment
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.recommendations import recommend
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.threads import Place
from fedirec.remix.models import Attachment, Record
from tests.admin.test_moderation import comment_of, record_of
from tests.api.programs import token_for
from tests.network import Instance, Network, settle
from tests.peer import Peer as Stranger
from tests.remix.test_comments import sound
from tests.remix.test_pages_challenges import ask

OPERATOR: Final = Operator("command line")
AP: Final = "application/activity+json"
LOUD: Final = "loudmouth"
"""A word in everything that they make, and in their names."""
MARKS: Final = (f"{LOUD} ana", f"{LOUD} zoe", f"a {LOUD}")


@dataclass
class World:
    """One instance, with ana of ours and zoe from elsewhere, who will be silent, and flo who follows both."""

    here: Instance
    there: Instance
    ana: Actor
    zoe: Actor
    """As she is known here."""
    records: dict[str, Record]
    said: dict[str, Any]
    media: str
    group: Actor
    activities: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)


@pytest.fixture
async def world(here: Instance, there: Instance) -> World:
    ana, flo, eve = await here.join("ana"), await here.join("flo"), await here.join("eve")
    far = await there.join("zoe")
    zoe = await here.meet(far)
    await here.run(follow, flo, ana)
    await here.run(follow, flo, zoe)
    await settle(here, there)
    await here.run(lambda: Follow.all().update(accepted_at=now()))
    await there.run(lambda: Follow.all().update(accepted_at=now()))
    olga = await here.run(lambda: Actor.get(local_handle="olga"))
    for actor, instance in ((ana, here), (far, there)):
        actor.name = f"{LOUD} {actor.handle}"
        await instance.run(actor.save)
        await instance.run(make_actor_findable, actor)
    zoe.name = f"{LOUD} zoe"
    await here.run(zoe.save)
    await here.run(make_actor_findable, zoe)
    mine = await record_of(here, olga, title="An open roof")
    rain = await record_of(here, ana, title=f"Rain of a {LOUD}")
    noise = await sound(here, ana, title=f"Noise of a {LOUD}")
    media = (await here.run(lambda: Attachment.get(record_id=noise.id).select_related("media"))).media
    assert media is not None
    media.path = f"ab/ab/{'ab' * 32}.mp3"
    await here.run(media.save)
    file = here.settings.media_dir / media.path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x" * media.size)
    group = (await ask(here, ana, title=f"Ask of a {LOUD}", slug="ask")).actor
    said = await comment_of(here, ana, mine, text=f"Said by a {LOUD}")
    night = await there.run(
        publish_record,
        far,
        RecordDraft(title=f"Night of a {LOUD}", text=LOUD, licence="CC-BY-4.0", tags=["night"]),
    )
    await settle(here, there)
    night_here = await here.run(lambda: Record.get(uri=night.uri).select_related("author"))
    far_mine = await there.find_record(mine.uri)
    far_mine.author = await there.run(lambda: Actor.get(id=far_mine.author_id))
    await there.run(write_comment, far, Place(record=far_mine), CommentDraft(text=f"Far off by a {LOUD}"))
    # flo follows eve, who passed on what both made: nothing of it comes in through her.
    await here.run(follow, flo, eve)
    for number, record in enumerate((rain, night_here)):
        await here.run(_pass_on, eve, record, f"{here.origin}/a/{number}")
    child = RecordDraft(title="A child", text="Made of it", licence="CC-BY-4.0", sources=[SourceDraft(record=rain)])
    made = await here.run(publish_record, olga, child)
    await settle(here, there)
    activities = {}
    for name, actor in (("ana", ana), ("group", group)):
        row = await here.run(_first_said, actor)
        assert row is not None, name
        activities[name] = row.uri
    return World(
        here=here,
        there=there,
        ana=ana,
        zoe=zoe,
        records={"rain": rain, "noise": noise, "night": night_here, "mine": mine, "child": made},
        said={"ana": said},
        media=f"/media/{media.path}",
        group=group,
        activities=activities,
    )


async def _pass_on(actor: Actor, record: Record, uri: str) -> None:
    await Announcement.create(uri=uri, actor=actor, object_uri=record.uri)


async def _first_said(actor: Actor) -> Outgoing | None:
    return await Outgoing.filter(actor_id=actor.id, is_public=True).first()


PLACES: Final = (
    # Where one comes across people: who is suspended, or quiet, or whose host is blocked, is not there.
    ("the first page", "/", "stranger"),
    ("exploring", "/explore", "stranger"),
    ("exploring, found by a word", f"/explore?q={LOUD}", "stranger"),
    ("exploring people", f"/explore?show=people&q={LOUD}", "stranger"),
    ("exploring challenges", "/explore?show=challenges", "stranger"),
    ("all challenges", "/challenges", "stranger"),
    ("a tag", "/tags/night", "stranger"),
    ("comments on a record", "{mine}", "stranger"),
    ("what is made here", "/feed", "stranger"),
    ("the feed of a tag", "/tags/night/feed", "stranger"),
    ("records for programs", "/api/records", "stranger"),
    ("challenges for programs", "/api/challenges", "stranger"),
    ("comments for programs", "/api/records/{mine id}/comments", "stranger"),
    ("a member's first page", "/?tab=everything", "eve"),
    ("a member's page of here", "/?tab=here", "eve"),
    ("a member's exploring", f"/explore?q={LOUD}", "eve"),
    ("comments that a member sees", "{mine}", "eve"),
)
OWN: Final = (
    # At their own addresses: quiet people are there for whoever goes there, suspended ones are not.
    ("their page", "/u/ana", "text/html"),
    ("their feed", "/u/ana/feed", "text/html"),
    ("their record", "{rain}", "text/html"),
    ("how their record came to be", "{rain}/lineage", "text/html"),
    ("their record in a frame", "{rain}/embed", "text/html"),
    ("their comment", "{said}", "text/html"),
    ("their challenge", "/c/ask", "text/html"),
    ("what answers their challenge", "/c/ask/feed", "text/html"),
    ("their actor", "/u/ana", AP),
    ("their outbox", "/u/ana/outbox", AP),
    ("their followers", "/u/ana/followers", AP),
    ("their record for peers", "{rain}", AP),
    ("answers to their record", "{rain}/replies", AP),
    ("their comment for peers", "{said}", AP),
    ("what they said", "{activity ana}", AP),
    ("the group that they lead", "/c/ask", AP),
    ("its outbox", "/c/ask/outbox", AP),
    ("its prompt", "/c/ask/prompt", AP),
    ("its submissions", "/c/ask/submissions", AP),
    ("what it said", "{activity group}", AP),
    ("their handle", "/.well-known/webfinger?resource=acct:ana@here.test", "application/jrd+json"),
    ("the handle of the group", "/.well-known/webfinger?resource=acct:ask@here.test", "application/jrd+json"),
    ("their files", "{media}", "*/*"),
    ("what they made, for programs", "/api/people/{ana id}/records", "application/json"),
    ("their record for programs", "/api/records/{rain id}", "application/json"),
)
REMOTE: Final = (
    ("somebody elsewhere", "/people/remote/{zoe}"),
    ("a record from elsewhere", "/records/remote/{night id}"),
    ("a record from elsewhere, for programs", "/api/records/{night id}"),
)


def _path(world: World, path: str) -> str:
    names = {
        **{name: record.uri.removeprefix(world.here.origin) for name, record in world.records.items()},
        **{f"{name} id": str(record.id) for name, record in world.records.items()},
        "said": world.said["ana"].uri.removeprefix(world.here.origin),
        "media": world.media,
        "zoe": str(world.zoe.id),
        "ana id": str(world.ana.id),
        **{f"activity {name}": uri.removeprefix(world.here.origin) for name, uri in world.activities.items()},
    }
    for name, value in names.items():
        path = path.replace("{" + name + "}", value)
    return path


async def _look(world: World, path: str, who: str, accept: str = "text/html") -> tuple[int, str]:
    path = _path(world, path)
    if path.startswith("/api") and accept == "text/html":
        accept = "application/json"
    if who == "stranger":
        answer = await world.here.get(path, accept=accept)
        return answer.status_code, answer.text
    token = world.tokens.setdefault(who, "") or await token_for(world.here, who)
    world.tokens[who] = token
    async with world.here.client() as client:
        answer = await client.get(path, headers={"authorization": f"Bearer {token}"})
        return answer.status_code, answer.text


async def _heard(world: World, places: Any) -> list[str]:
    """The places where something of theirs is found."""
    found = []
    for name, path, who in places:
        status, text = await _look(world, path, who)
        assert status in (200, 404), (name, status)
        if any(mark in text for mark in MARKS):
            found.append(name)
    return found


async def _silence(world: World, action: Action) -> None:
    for actor in (world.ana, world.zoe):
        await world.here.run(decide, OPERATOR, actor, Verdict(action=action, reason="a test"))
    await settle(world.here, world.there)


async def test_who_is_suspended_is_silent_everywhere(world: World) -> None:
    here = world.here
    before = await _heard(world, PLACES)
    assert before == [name for name, _, _ in PLACES], "the table looks where they can be heard"
    for name, path, accept in OWN:
        assert (await _look(world, path, "stranger", accept))[0] == 200, name
    token = await token_for(here, "ana", [Scope.READ])

    await _silence(world, Action.SUSPEND)

    assert await _heard(world, PLACES) == []
    for name, path, accept in OWN:
        status, text = await _look(world, path, "stranger", accept)
        assert status in (401, 403, 404, 410) or (name == "what they made, for programs" and '"items":[]' in text), name
        assert LOUD not in text, name
    for name, path in REMOTE:
        status, text = await _look(world, path, "stranger")
        assert status in (404, 410) or LOUD not in text.replace(f"{LOUD} zoe", ""), (name, status)
    # Those who followed them see nothing of them, nor through what others passed on.
    for path in ("/", "/following", "/?tab=interests"):
        _, text = await _look(world, path, "flo")
        assert "of a loudmouth" not in text, path
    async with here.client() as client:
        answer = await client.get("/api/me", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 401
    # The world was told, in one Update, and hears nothing more.
    told = await here.run(lambda: Outgoing.filter(actor_id=world.ana.id).order_by("-id").first())
    assert told is not None
    assert (told.type, told.document["object"]["suspended"], told.document["object"]["name"]) == ("Update", True, "")
    seen = await world.there.run(lambda: Actor.get_or_none(uri=world.ana.uri))
    assert seen is None or LOUD not in seen.name
    # Credit stays: what others made of theirs says whom it came from.
    _, text = await _look(world, "{child}", "stranger")
    assert f"{LOUD} ana" in text

    await here.run(undo_all, OPERATOR, world.ana, Action.SUSPEND)
    await here.run(undo_all, OPERATOR, world.zoe, Action.SUSPEND)
    await settle(here, world.there)
    assert await _heard(world, PLACES) == before
    for name, path, accept in OWN:
        assert (await _look(world, path, "stranger", accept))[0] == 200, name
    again = await here.run(lambda: Outgoing.filter(actor_id=world.ana.id).order_by("-id").first())
    assert again is not None
    assert "suspended" not in json.dumps(again.document["object"])


async def test_nothing_of_a_blocked_host_is_left(world: World) -> None:
    here = world.here
    await here.run(block_peer, OPERATOR, here.state["site"], "there.test", reason="a test")
    await settle(here)
    for name, path, who in PLACES:
        _, text = await _look(world, path, who)
        for mark in (f"{LOUD} zoe", f"Night of a {LOUD}", f"Far off by a {LOUD}"):
            assert mark not in text, (name, mark)
    for path in ("/", "/following"):
        _, text = await _look(world, path, "flo")
        assert f"Night of a {LOUD}" not in text, path
    for name, path in REMOTE:
        status, text = await _look(world, path, "stranger")
        assert f"Night of a {LOUD}" not in text, (name, status)


async def test_who_is_quiet_is_there_for_those_who_follow_them(world: World) -> None:
    here = world.here
    await _silence(world, Action.LIMIT)
    assert await _heard(world, PLACES) == []
    for name, path, accept in OWN:
        assert (await _look(world, path, "stranger", accept))[0] == 200, name
    for name, path in REMOTE:
        assert (await _look(world, path, "stranger"))[0] == 200, name
    for name, path in (("following", "/"), ("comments", "{mine}"), ("everything", "/?tab=everything")):
        _, text = await _look(world, path, "flo")
        assert LOUD in text, name
    # Nobody but followers is told what they do.
    quiet = await here.run(lambda: Actor.get(id=world.ana.id))
    mine = await here.run(lambda: Record.get(id=world.records["mine"].id).select_related("author"))
    await here.run(recommend, quiet, mine)
    kinds = await here.run(lambda: Notification.filter(account__actor__local_handle="olga", actor_id=quiet.id))
    assert "recommended" not in [row.kind for row in kinds]
    await here.run(undo_all, OPERATOR, world.ana, Action.LIMIT)
    await here.run(undo_all, OPERATOR, world.zoe, Action.LIMIT)
    assert await _heard(world, PLACES) == [name for name, _, _ in PLACES]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["Announce", "Add", "Create", "Flag", "Follow"])
async def test_nobody_brings_in_what_a_suspended_person_made(here: Instance, network: Network, kind: str) -> None:
    flo = await here.join("flo")
    bad, kind_one = Stranger(network, "bad.test"), Stranger(network, "kind.test")
    eve, fritz = bad.actor("eve"), kind_one.actor("fritz")
    await here.run(follow, flo, await here.meet(fritz))
    await here.run(lambda: Follow.all().update(accepted_at=now()))
    await here.run(decide, OPERATOR, await here.meet(eve), Verdict(action=Action.SUSPEND, reason="a test"))
    note = bad.note(eve, "new", content=f"<p>New from a {LOUD}</p>")
    bad.serve(note["id"], {"@context": "https://www.w3.org/ns/activitystreams", **note})
    if kind in ("Announce", "Add"):
        passed = kind_one.activity(kind, fritz, note["id"], target=f"{fritz}/submissions")
        assert (await kind_one.post(here, passed)).status_code == 202
    else:
        said = bad.activity(kind, eve, note if kind == "Create" else flo.uri)
        assert (await bad.post(here, said)).status_code == 403
    await settle(here)
    assert await here.run(lambda: Record.filter(author__host="bad.test").count()) == 0
    assert await here.run(lambda: Report.all().count()) == 0
    assert await here.run(lambda: Follow.filter(target_id=flo.id).count()) == 0
