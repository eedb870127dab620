"""A server of another make: somebody with posts of their own, on apkit. `python peer.py PORT CONTEXTS`.

What it does it is told under /control, as JSON; `tests/interop/peers.py` says what can be told. Everything stays in
memory, it listens on loopback, and nothing that it asks for lies anywhere else. CONTEXTS is a JSON file with the
documents of the contexts that apkit does not bring along and would fetch.
"""

from __future__ import annotations

import base64
import copy
import json
import sys
import traceback
import warnings
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import urlsplit

import apmodel
import uvicorn
from apkit.client.asyncio.client import ActivityPubClient
from apkit.client.models import Link, Resource, WebfingerResult
from apkit.models import (
    Accept,
    Activity,
    Add,
    Announce,
    Collection,
    Create,
    CryptographicKey,
    Delete,
    Follow,
    Image,
    Like,
    Mention,
    Note,
    Object,
    Person,
    Reject,
    Remove,
    Tombstone,
    Undo,
    Update,
)
from apkit.server.app import ActivityPubServer
from apkit.server.responses import ActivityResponse
from apkit.server.types import Context
from apkit.types import ActorKey
from apmodel._core._jsonjd.loader import PRELOAD_JSONLD_PATH_MAPPINGS
from apmodel.registry import registry
from apmodel.vocab.actor import ActorEndpoints
from apsig import ProofVerifier
from apsig.draft import Verifier
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import Request
from fastapi.responses import JSONResponse, Response

PORT = int(sys.argv[1])
HOST = f"127.0.0.1:{PORT}"
ORIGIN = f"http://{HOST}"
NAME = "asa"
ME = f"{ORIGIN}/users/{NAME}"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
FOLLOWERS = f"{ME}/followers"
KEY = ActorKey(f"{ME}#main-key", rsa.generate_private_key(public_exponent=65537, key_size=2048))
Json = Any


class Post(Note):
    """A Note as servers send it: apmodel's own takes no address for `inReplyTo` and `replies`."""

    in_reply_to: str | Object | dict[str, Any] | None = None
    replies: str | Collection | None = None


registry.register(Post, "https://www.w3.org/ns/activitystreams#Note")
for url, document in json.loads(Path(sys.argv[2]).read_text()).items():
    place = Path(mkdtemp(prefix="context-")) / "context.json"
    place.write_text(json.dumps({"schema": document}))
    PRELOAD_JSONLD_PATH_MAPPINGS[url] = str(place)


class Client(ActivityPubClient):
    """Asks nobody but loopback; WebFinger for a handle is asked over https, for which there is no certificate there."""

    async def _request(self, method: str, str_or_url: Any, **how: Any) -> Any:
        parts = urlsplit(str(str_or_url))
        assert parts.hostname == "127.0.0.1", f"not on loopback: {str_or_url}"
        return await super()._request(method, parts._replace(scheme="http").geturl(), **how)


received: list[Json] = []
followers: dict[str, str] = {}
"""The inbox of each follower."""
following: dict[str, bool] = {}
"""Whom we follow, and whether they agreed."""
ours: dict[str, Post] = {}
theirs: dict[str, Json] = {}
announced: list[Json] = []
liked: list[Json] = []
sent: dict[str, Activity] = {}
files: list[tuple[str, bytes]] = []
made = 0


def new_id(kind: str) -> str:
    global made
    made += 1
    return f"{ORIGIN}/{kind}/{made}"


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def id_of(value: Any) -> Any:
    """The id of what may be an id, a model or JSON."""
    if isinstance(value, dict):
        return value.get("id")
    return value if isinstance(value, str) or value is None else value.id


def person() -> Person:
    key = CryptographicKey(id=KEY.key_id, owner=ME)
    key.public_key = KEY.private_key
    return Person(
        id=ME,
        name="Asa of apkit",
        preferred_username=NAME,
        summary="<p>I send what I am told to.</p>",
        url=ME,
        inbox=f"{ME}/inbox",
        outbox=f"{ME}/outbox",
        followers=FOLLOWERS,
        endpoints=ActorEndpoints(shared_inbox=f"{ORIGIN}/inbox"),
        public_key=key,
    )


def plain(value: Any) -> Json:
    return apmodel.to_dict(value) if hasattr(value, "model_dump") else value


def described(object: Any) -> Json:
    """What apkit understood of an object, in words that can be compared."""
    if isinstance(object, dict):
        raise TypeError(f"apkit does not understand {object}")
    found = {name: getattr(object, name, None) for name in ("type", "id", "name", "summary", "url")}
    if hasattr(object, "preferred_username"):
        return {
            **found,
            "preferredUsername": object.preferred_username,
            "inbox": object.inbox,
            "sharedInbox": object.endpoints.shared_inbox if object.endpoints else None,
            "followers": object.followers,
            "keys": [key.id for key in object.keys],
        }
    extra = object.model_extra or {}
    return {
        **found,
        "content": object.content,
        "attributedTo": id_of(object.attributed_to),
        "inReplyTo": id_of(object.in_reply_to),
        "to": object.to,
        "cc": object.cc,
        "published": object.published,
        "updated": object.updated,
        "sensitive": extra.get("sensitive"),
        "attachments": [
            {name: plain(each).get(name) for name in ("type", "mediaType", "url", "name", "width", "height")}
            for each in object.attachment
        ],
        "tags": [{name: plain(each).get(name) for name in ("type", "name", "href")} for each in object.tag],
    }


async def fetched(url: str) -> Any:
    async with Client() as client:
        return await client.actor.fetch(url)


async def found(address: str) -> Any:
    if not address.startswith("@"):
        return await fetched(address)
    async with Client() as client:
        name, _, host = address[1:].partition("@")
        link = (await client.actor.resolve(name, host)).get("application/activity+json")
    assert isinstance(link, Link)
    assert link.href
    return await fetched(link.href)


async def send(activity: Activity, *whom: str) -> str:
    """`activity` has gone to all followers' inboxes in `whom`, or to the shared inboxes of these people."""
    assert activity.id
    sent[activity.id] = activity
    inboxes = set()
    for each in whom:
        if each in followers:
            inboxes.add(followers[each])
        else:
            actor = await fetched(each)
            inboxes.add(actor.endpoints.shared_inbox if actor.endpoints else actor.inbox)
    for inbox in sorted(inboxes):
        async with (
            Client() as client,
            client.post(inbox, json=activity, signatures=[KEY], sign_with=["draft-cavage"]) as answer,
        ):
            assert answer.ok, f"{inbox} answers {answer.status}: {await answer.text()}"
    return activity.id


async def author_of(uri: str) -> str:
    return str(id_of((await fetched(uri)).attributed_to))


async def follow(whom: str) -> str:
    following[whom] = False
    return await send(Follow(id=new_id("follows"), actor=ME, object=whom), whom)


async def unfollow(whom: str) -> str:
    following.pop(whom, None)
    return await take_back(Follow, whom, whom)


async def take_back(kind: type[Activity], object: str, *whom: str) -> str:
    done = [each for each in sent.values() if isinstance(each, kind) and id_of(each.object) == object][-1]
    return await send(Undo(id=new_id("undos"), actor=ME, object=done), *whom)


async def publish(
    text: str, answers: str | None = None, mentions: list[str] | None = None, media: list[Json] | None = None
) -> str:
    people = [await fetched(each) for each in mentions or []]
    pictures = []
    for each in media or []:
        files.append((each["type"], base64.b64decode(each["data"])))
        pictures.append(Image(name=each["name"], url=f"{ORIGIN}/media/{len(files)}", mediaType=each["type"]))
    post = Post(
        id=new_id("notes"),
        attributed_to=ME,
        content=text,
        published=now(),
        to=[PUBLIC],
        cc=[FOLLOWERS, *(each.id for each in people)],
        in_reply_to=answers,
        tag=[Mention(href=each.id, name=f"@{each.preferred_username}@{urlsplit(each.id).netloc}") for each in people],
        attachment=pictures,
    )
    ours[str(post.id)] = post
    answered = [await author_of(answers)] if answers else []
    await send(
        Create(id=new_id("creates"), actor=ME, object=post, to=post.to, cc=post.cc),
        *followers,
        *(each.id for each in people),
        *answered,
    )
    return str(post.id)


async def edit(id: str, text: str) -> str:
    post = ours[id] = ours[id].model_copy(update={"content": text, "updated": now()})
    return await send(Update(id=new_id("updates"), actor=ME, object=post, to=post.to, cc=post.cc), *followers)


async def delete(id: str) -> str:
    del ours[id]
    gone = Delete(id=new_id("deletes"), actor=ME, object=Tombstone(id=id), to=[PUBLIC], cc=[FOLLOWERS])
    return await send(gone, *followers)


async def announce(id: str) -> str:
    activity = Announce(id=new_id("announces"), actor=ME, object=id, to=[PUBLIC], cc=[FOLLOWERS])
    return await send(activity, *followers, await author_of(id))


async def unannounce(id: str) -> str:
    return await take_back(Announce, id, *followers, await author_of(id))


async def like(id: str) -> str:
    author = await author_of(id)
    return await send(Like(id=new_id("likes"), actor=ME, object=id, to=[author]), author)


async def unlike(id: str) -> str:
    return await take_back(Like, id, await author_of(id))


async def pretend(inbox: str, whom: str, signed: bool, **more: str) -> int:
    name = more["as"]
    activity = Follow(id=f"{name}#{new_id('follows').rpartition('/')[2]}", actor=name, object=whom)
    document, kind = apmodel.to_dict(activity), {"content-type": "application/activity+json"}
    async with Client() as client:
        asked = client.post(
            inbox, json=document, headers=kind, signatures=[KEY] if signed else [], sign_with=["draft-cavage"]
        )
        async with asked as answer:
            return int(answer.status)


async def find(address: str) -> Json:
    return described(await found(address))


async def state() -> Json:
    return {
        "me": ME,
        "received": received,
        "followers": list(followers),
        "following": following,
        "theirs": theirs,
        "announced": announced,
        "liked": liked,
    }


CONTROL: dict[str, Callable[..., Awaitable[Json]]] = {
    each.__name__: each
    for each in (find, follow, unfollow, publish, edit, delete, announce, unannounce, like, unlike, pretend, state)
}


# What arrives

app = ActivityPubServer()


@app.on(Follow)
async def followed(ctx: Context) -> Response:
    asked = ctx.activity
    if isinstance(asked, Follow) and id_of(asked.object) == ME:
        follower = await fetched(str(id_of(asked.actor)))
        followers[follower.id] = follower.endpoints.shared_inbox if follower.endpoints else follower.inbox
        await send(asked.accept(new_id("accepts"), person()), follower.id)
    return JSONResponse({}, 202)


@app.on(Accept)
async def accepted(ctx: Context) -> Response:
    actor, asked = id_of(ctx.activity.actor), ctx.activity.object
    if isinstance(asked, Follow) and id_of(asked.object) == actor and id_of(asked.actor) == ME:
        following[actor] = True
    return JSONResponse({}, 202)


@app.on(Reject)
async def rejected(ctx: Context) -> Response:
    following.pop(id_of(ctx.activity.actor), None)
    return JSONResponse({}, 202)


@app.on(Create)
@app.on(Update)
async def said(ctx: Context) -> Response:
    post = ctx.activity.object
    if isinstance(post, Note) and id_of(post.attributed_to) == id_of(ctx.activity.actor):
        theirs[str(post.id)] = described(post)
    return JSONResponse({}, 202)


@app.on(Delete)
async def deleted(ctx: Context) -> Response:
    theirs.pop(id_of(ctx.activity.object), None)
    return JSONResponse({}, 202)


@app.on(Announce)
@app.on(Like)
async def pointed_at(ctx: Context) -> Response:
    entry = {"actor": id_of(ctx.activity.actor), "object": id_of(ctx.activity.object)}
    (liked if isinstance(ctx.activity, Like) else announced).append(entry)
    return JSONResponse({}, 202)


@app.on(Undo)
async def undone(ctx: Context) -> Response:
    done, actor = ctx.activity.object, id_of(ctx.activity.actor)
    entry = {"actor": actor, "object": id_of(getattr(done, "object", None))}
    if isinstance(done, Follow):
        followers.pop(actor, None)
    elif isinstance(done, Like) and entry in liked:
        liked.remove(entry)
    elif isinstance(done, Announce) and entry in announced:
        announced.remove(entry)
    return JSONResponse({}, 202)


@app.on(Add)
@app.on(Remove)
async def collected(ctx: Context) -> Response:
    return JSONResponse({}, 202)


app.inbox("/inbox", f"/users/{NAME}/inbox")


# What can be asked for


@app.webfinger
async def webfinger(request: Request, resource: Resource) -> Response:
    if (resource.username, resource.host) != (NAME, HOST) and resource.url != ME:
        return JSONResponse({"message": "nobody"}, 404)
    links = [Link(rel="self", type="application/activity+json", href=ME)]
    told = WebfingerResult(subject=Resource(username=NAME, host=HOST), links=links)
    return JSONResponse(told.to_json(), media_type="application/jrd+json")


@app.get(f"/users/{NAME}")
async def show_me() -> Response:
    return ActivityResponse(person())


@app.get("/notes/{number}")
async def show_note(number: str) -> Response:
    post = ours.get(f"{ORIGIN}/notes/{number}")
    return ActivityResponse(post) if post else Response(status_code=404)


@app.get("/media/{number}")
async def show_media(number: int) -> Response:
    media_type, data = files[number - 1]
    return Response(data, media_type=media_type)


@app.post("/control/{what}")
async def control(what: str, request: Request) -> Response:
    told = await request.body()
    try:
        return JSONResponse(await CONTROL[what](**(json.loads(told) if told else {})))
    except Exception:
        return Response(traceback.format_exc(), 500)


async def examined(scope: Json, body: bytes) -> Json:
    """What apkit's parts make of a request to an inbox, looked at before it is taken in as a whole."""
    headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
    scheme = "rfc9421" if "signature-input" in headers else "cavage" if "signature" in headers else None
    entry: Json = {"agent": headers.get("user-agent"), "scheme": scheme, "key": None, "proofs": [], "trouble": None}
    received.append(entry)
    try:
        document = entry["document"] = json.loads(body)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            activity = apmodel.load(copy.deepcopy(document))
        assert not told, [str(each.message) for each in told]
        assert isinstance(activity, Activity), f"apkit takes this for {type(activity)}"
        entry |= {"type": activity.type, "id": activity.id, "actor": id_of(activity.actor)}
        actor = await fetched(entry["actor"])
        if scheme == "cavage":
            pem = actor.public_key.public_key_pem
            url = f"{ORIGIN}{scope['path']}"
            entry["key"] = Verifier(pem, "POST", url, headers, body).verify(raise_on_fail=True)
        if "proof" in document:
            key = actor.get_key(document["proof"]["verificationMethod"])
            proof = ProofVerifier(key.public_key_multibase)
            entry["proofs"].append(proof.verify_proof(copy.deepcopy(document), raise_on_fail=True))
    except Exception:
        entry["trouble"] = traceback.format_exc()
    return entry


async def examining(scope: Json, receive: Any, send: Any) -> None:
    """The whole application; what is posted to an inbox is looked at on its way in."""
    if scope["type"] != "http" or not scope["path"].endswith("/inbox"):
        await app(scope, receive, send)
        return
    body, more = b"", True
    while more:
        piece = await receive()
        body, more = body + piece.get("body", b""), piece.get("more_body", False)
    entry = await examined(scope, body)

    async def again() -> Json:
        return {"type": "http.request", "body": body, "more_body": False}

    async def sending(message: Json) -> None:
        if message["type"] == "http.response.start":
            entry["status"] = message["status"]
        await send(message)

    await app(scope, again, sending)


if __name__ == "__main__":
    uvicorn.run(examining, host="127.0.0.1", port=PORT, log_level="warning")
