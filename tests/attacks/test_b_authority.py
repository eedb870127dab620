"""Part B of docs/security.md: nobody decides over what is somebody else's."""

from __future__ import annotations

import json
from typing import Any, Final

import httpx
import pytest

from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Follow
from fedirec.errors import FedirecError
from tests.attacks.stage import EVERYBODY, Attack, Attacks, Stage, withstand
from tests.media.test_uploads import PIECE, TUS, notes
from tests.network import Instance, Network, settle
from tests.peer import CONTEXT, OTHER_RSA, RSA

attacks = Attacks("B")
EVIL: Final = "https://evil.test/"
GOOD: Final = "https://good.test/"


async def followed(stage: Stage) -> None:
    """Ana follows Eve, so that what Eve says about herself would be taken."""
    eve = await stage.here.run(lambda: Actor.get(uri=stage.eve))
    await stage.here.run(lambda: Follow.create(uri="https://here.test/f/9", follower=stage.ana, target=eve))
    await stage.here.run(lambda: Follow.filter(target_id=eve.id).update(accepted_at=eve.created_at))


@attacks.on(17, "a note of another host", 202, spoils=["follow"])
async def _(stage: Stage) -> httpx.Response:
    await followed(stage)
    return await stage.post(stage.activity("Create", stage.evil_note(id=f"{GOOD}notes/77")))


@attacks.on(18, "a note by Mia in what Eve sends", 202, spoils=["follow"], asks=[EVIL])
async def _(stage: Stage) -> httpx.Response:
    await followed(stage)
    return await stage.post(stage.activity("Create", stage.evil_note(attributedTo=stage.mia)))


@attacks.on(18, "a note by another of her host in what Eve sends", 202, spoils=["follow"], asks=[EVIL])
async def _(stage: Stage) -> httpx.Response:
    await followed(stage)
    bob = stage.evil.actor("bob", key=OTHER_RSA)
    return await stage.post(stage.activity("Create", stage.evil_note(attributedTo=bob)))


for kind in ("Update", "Delete"):

    async def _by_a_neighbour(stage: Stage, kind: str = kind) -> httpx.Response:
        bob = stage.good.actor("bob", key=RSA)
        note = stage.good.note(stage.mia, content="<p>Changed</p>", updated="2030-01-01T00:00:00Z")
        said = stage.good.activity(kind, bob, note if kind == "Update" else note["id"])
        return await stage.good.post(stage.here, said)

    async def _by_a_stranger(stage: Stage, kind: str = kind) -> httpx.Response:
        note = stage.good.note(stage.mia, content="<p>Changed</p>", updated="2030-01-01T00:00:00Z")
        return await stage.post(stage.activity(kind, note if kind == "Update" else note["id"]))

    async def _of_ours(stage: Stage, kind: str = kind) -> httpx.Response:
        return await stage.post(stage.activity(kind, stage.evil_note(id=stage.song.uri, attributedTo=stage.ana.uri)))

    async def _of_an_actor(stage: Stage, kind: str = kind) -> httpx.Response:
        document = {"id": stage.mia, "type": "Person", "inbox": f"{stage.mia}/inbox", "preferredUsername": "mia"}
        return await stage.post(stage.activity(kind, document if kind == "Update" else stage.mia))

    attacks.add(19, f"{kind} of Mia's note by her neighbour", _by_a_neighbour, 202, asks=[f"{GOOD}users/bob"])
    attacks.add(19, f"{kind} of Mia's note by Eve", _by_a_stranger, 202)
    attacks.add(19, f"{kind} of Ana's song by Eve", _of_ours, 202)
    attacks.add(19, f"{kind} of Mia herself by Eve", _of_an_actor, 202)


@attacks.on(20, "Undo of Mia's follow", 202, asks=[GOOD], spoils=["follow", "notification", "outgoing", "job"])
async def _(stage: Stage) -> httpx.Response:
    asked = stage.good.activity("Follow", stage.mia, stage.ana.uri)
    await stage.good.post(stage.here, asked)
    await settle(stage.here)
    answer = await stage.post(stage.activity("Undo", asked))
    await settle(stage.here)
    assert await stage.here.run(lambda: Follow.exists(uri=asked["id"]))
    return answer


@attacks.on(20, "Undo of Mia's Like", 202, spoils=["liking", "notification"], asks=[GOOD])
async def _(stage: Stage) -> httpx.Response:
    liked = stage.good.activity("Like", stage.mia, stage.song.uri)
    await stage.good.post(stage.here, liked)
    await settle(stage.here)
    before = await stage.everything()
    answer = await stage.post(stage.activity("Undo", liked))
    await settle(stage.here)
    assert (await stage.everything())["liking"] == before["liking"] != []
    return answer


@attacks.on(21, "Create of Mia's note with the whole world as its audience", 202)
async def _(stage: Stage) -> httpx.Response:
    return await stage.post(stage.activity("Create", stage.good.note(stage.mia, to=EVERYBODY, content="mine")))


@attacks.on(21, "Create of Ana's song for followers with the whole world as its audience", 202)
async def _(stage: Stage) -> httpx.Response:
    note = stage.evil_note(id=stage.secret.uri, attributedTo=stage.ana.uri, to=EVERYBODY)
    return await stage.post(stage.activity("Create", note))


async def refused(stage: Stage, uri: str) -> None:
    """Nothing can be had at `uri`."""
    with pytest.raises(FedirecError):
        await stage.here.find_record(uri)


@attacks.on(22, "a document that names itself on another host", asks=[EVIL])
async def _(stage: Stage) -> None:
    await refused(stage, stage.serve("/notes/22", {"@context": CONTEXT, **stage.good.note(stage.mia, "22")}))


@attacks.on(22, "a document with another name of its host, which does not know it", asks=[EVIL])
async def _(stage: Stage) -> None:
    named = stage.evil_note(id=f"{EVIL}notes/other")
    await refused(stage, stage.serve("/notes/22", {"@context": CONTEXT, **named}))


@attacks.on(23, "a redirect to a document that names the first host", asks=[EVIL, GOOD])
async def _(stage: Stage) -> None:
    uri = f"{GOOD}moved"
    stage.network.answers[uri] = httpx.Response(302, headers={"location": f"{EVIL}notes/23"})
    stage.serve("/notes/23", {"@context": CONTEXT, **stage.good.note(stage.mia, "23"), "id": uri})
    await refused(stage, uri)


for media_type in ("text/html", "application/json", "text/plain", "image/png", "application/ld+json"):

    async def _as_something_else(stage: Stage, media_type: str = media_type) -> None:
        note = {"@context": CONTEXT, **stage.evil_note(id=f"{EVIL}upload")}
        await refused(stage, stage.serve("/upload", note, content_type=media_type))

    attacks.add(24, f"a note that is served as {media_type}", _as_something_else, asks=[EVIL])


@attacks.on(25, "ActivityPub as a picture")
async def _(stage: Stage) -> None:
    note = json.dumps({"@context": CONTEXT, **stage.good.note(stage.mia, "25")}).encode()
    async with stage.here.sign_in("ana") as browser:
        for name, media_type in (("note.json", "application/activity+json"), ("note.png", "image/png")):
            location = {"upload-length": str(len(note))} | notes(filename=name, filetype=media_type)
            begun = await browser.post("/api/uploads", headers=TUS | location)
            if begun.status_code != 201:
                continue
            url = begun.headers["location"]
            await browser.patch(url, content=note, headers=PIECE | {"upload-offset": "0"})
            await settle(stage.here)
            assert (await browser.get(url, headers={"accept": "application/json"})).json()["state"] == "refused"


for what, author in {
    "a number": 1,
    "a row of ours": "1",
    "a path of ours": "/u/ana",
    "two authors": ["https://evil.test/users/eve", "https://good.test/users/mia"],
    "an author of ours": "https://here.test/u/ana",
    "an embedded author of ours": {"id": "https://here.test/u/ana", "type": "Person"},
    "nobody": None,
}.items():

    async def _attributed(stage: Stage, author: Any = author) -> httpx.Response:
        await followed(stage)
        return await stage.post(stage.activity("Create", stage.evil_note(attributedTo=author)))

    attacks.add(26, f"a note attributed to {what}", _attributed, 202, 400, spoils=["follow"], asks=[EVIL])


for spelling in (
    "https://good.test@evil.test/users/mia",
    "https://good.test:8443/users/mia",
    "https://good.test./users/mia",
    "https://g\N{CYRILLIC SMALL LETTER O}od.test/users/mia",
    "https://good.test%2fevil.test/users/mia",
    "https://good.test\\@evil.test/users/mia",
    "https://GOOD.test/users/mia",
    "https://good.test/users/../users/mia",
    "https://good.test/users/mia#x",
):

    async def _spelled(stage: Stage, spelling: str = spelling) -> httpx.Response:
        forged = stage.evil.activity("Delete", spelling, stage.note.uri, id=f"{EVIL}activities/27")
        return await stage.post(forged, actor=stage.eve)

    attacks.add(27, f"an actor that spells itself {spelling!a}", _spelled, 400, 401, 403)


@attacks.on(28, "a handle whose server names an actor of another host", asks=[EVIL, GOOD], spoils=["actor"])
async def _(stage: Stage) -> None:
    jrd = {
        "subject": "acct:mia2@evil.test",
        "links": [{"rel": "self", "type": "application/activity+json", "href": stage.mia}],
    }
    stage.serve("/.well-known/webfinger?resource=acct:mia2@evil.test", jrd, content_type="application/jrd+json")
    found = await stage.here.run(stage.here.state["remote"].find_by_handle, "@mia2@evil.test")
    assert (found.uri, found.handle, found.host) == (stage.mia, "mia", "good.test")


for inbox in ("https://good.test/users/mia/inbox", "https://here.test/inbox", "http://evil.test/inbox"):

    async def _inbox(stage: Stage, inbox: str = inbox) -> httpx.Response:
        stage.evil.actor("eve", inbox=inbox)
        document = {"id": stage.eve, "type": "Person", "preferredUsername": "eve", "inbox": inbox}
        answer = await stage.post(stage.activity("Update", document))
        await settle(stage.here)
        eve = await stage.here.run(lambda: Actor.get(uri=stage.eve))
        assert eve.inbox == f"{stage.eve}/inbox"
        return answer

    attacks.add(29, f"an inbox at {inbox}", _inbox, 202, asks=[EVIL])


@attacks.on(30, "a key that belongs to Mia, listed by Eve", 401, asks=[EVIL])
async def _(stage: Stage) -> httpx.Response:
    key = {"id": f"{stage.mia}#main-key", "owner": stage.mia, "publicKeyPem": RSA.public.pem}
    stage.evil.actor("eva", publicKey=key)
    eva = f"{EVIL}users/eva"
    return await stage.post(stage.evil.activity("Like", eva, stage.song.uri), actor=eva, key_id=f"{stage.mia}#main-key")


@attacks.on(31, "Accept of a follow that nobody asked for", 202)
async def _(stage: Stage) -> httpx.Response:
    asked = {"id": "https://here.test/activities/none", "type": "Follow", "actor": stage.ana.uri, "object": stage.eve}
    return await stage.post(stage.activity("Accept", asked))


@attacks.on(31, "Accept of a follow of somebody else", 202, asks=[GOOD], spoils=["follow", "outgoing", "job"])
async def _(stage: Stage) -> httpx.Response:
    bob = await stage.here.meet(stage.good.actor("bob"))
    asked = await stage.here.run(follow, stage.ana, bob)
    await settle(stage.here)
    answer = await stage.post(stage.activity("Accept", asked.uri))
    await settle(stage.here)
    assert (await stage.here.run(lambda: Follow.get(id=asked.id))).accepted_at is None
    return answer


@attacks.on(32, "Announce of what is for Ana's followers", 202)
async def _(stage: Stage) -> httpx.Response:
    await stage.get(stage.secret.uri.removeprefix(stage.here.origin))
    answer = await stage.post(stage.activity("Announce", stage.secret.uri))
    await settle(stage.here)
    shown = await stage.get(stage.secret.uri.removeprefix(stage.here.origin))
    assert shown.status_code == 404
    return answer


@attacks.on(33, "Add to the submissions of a challenge by somebody who is not its Group", 202)
async def _(stage: Stage) -> httpx.Response:
    target = "https://here.test/c/rain/submissions"
    return await stage.post(stage.activity("Add", stage.song.uri, target=target))


@attacks.on(33, "Add of Ana's song by a Group that she offered it to never", 202, asks=[EVIL])
async def _(stage: Stage) -> httpx.Response:
    group = stage.evil.actor("club", type="Group", kind="challenge", submissions=f"{EVIL}users/club/submissions")
    add = stage.evil.activity("Add", group, stage.song.uri, target=f"{EVIL}users/club/submissions")
    return await stage.post(add, actor=group)


@attacks.on(34, "Move of Mia by Eve", 202)
async def _(stage: Stage) -> httpx.Response:
    return await stage.post(stage.activity("Move", stage.mia, target=stage.eve))


@attacks.on(34, "Move of Eve to Mia, who does not know of it", 202, asks=[GOOD], spoils=["follow", "actor"])
async def _(stage: Stage) -> httpx.Response:
    await followed(stage)
    answer = await stage.post(stage.activity("Move", stage.eve, target=stage.mia))
    await settle(stage.here)
    assert await stage.here.run(lambda: Follow.filter(target__uri=stage.eve).exists())
    return answer


@attacks.on(35, "a Flag about ten thousand things", 202, 400, spoils=["notification"])
async def _(stage: Stage) -> httpx.Response:
    things = [stage.ana.uri, stage.song.uri, *(f"https://here.test/records/{number}" for number in range(10_000))]
    return await stage.post(stage.activity("Flag", things, content="all of it"))


for whose, uri in {"Ana's": "https://here.test/records/1", "a comment": "https://here.test/comments/1"}.items():

    async def _ours(stage: Stage, uri: str = uri) -> httpx.Response:
        note = stage.evil_note(id=uri, attributedTo=stage.ana.uri)
        return await stage.post(stage.activity("Create", note))

    attacks.add(36, f"a note that claims to be {whose}", _ours, 202, 403)


@attacks.on(36, "an activity with a name of ours", 401, 403)
async def _(stage: Stage) -> httpx.Response:
    return await stage.post(stage.activity("Like", stage.song.uri, id="https://here.test/activities/1"))


@attacks.on(36, "an activity signed by one of ours, from outside", 401, 403)
async def _(stage: Stage) -> httpx.Response:
    ours = stage.evil.activity("Delete", stage.ana.uri, stage.song.uri, id="https://here.test/activities/1")
    return await stage.post(ours, actor=stage.ana.uri)


@pytest.mark.parametrize("attack", attacks.rows, ids=str)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_nobody_decides_over_others(attack: Attack, here: Instance, network: Network) -> None:
    await withstand(attack, here, network)
