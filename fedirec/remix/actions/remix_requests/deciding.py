"""What the author of a source says to one remix of it becomes true: in rows, on the wire, and for who has to know."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.models import Notification
from fedirec.accounts.notices import Notice
from fedirec.activitypub.contexts import CONSENT_CONTEXT
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Accept, Ref, Reject
from fedirec.clock import now
from fedirec.lanes import Work, enqueue
from fedirec.remix.actions.remix_requests.beforehand import said_beforehand
from fedirec.remix.actions.standing import judge_sources
from fedirec.remix.licences import Licence, find_licence, licence_of
from fedirec.remix.models import Contributor, Record, RemixRequest
from fedirec.remix.questions import Event, after
from fedirec.remix.roles import find_role
from fedirec.remix.vocab import RecordObject, RemixStamp
from fedirec.remix.vocab.remix_requests import MAX_ROLES
from fedirec.uris import Uris, new_key, origin_of

LASTS: Final = timedelta(days=30)
"""How long a question waits for its answer."""

TOGETHER: Final = timedelta(seconds=5)
"""How long what was agreed to waits for more of it, so that one Update carries all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemixVersion:
    """The version of a remix that is decided about."""

    uri: str
    digest: str
    licence: Licence
    roles: tuple[str, ...] = ()
    """As what it credits the author of the source itself."""

    @classmethod
    def of_work(cls, work: RecordObject, *, owner: Actor) -> Self:
        """The version that `work`, which is not saved yet, will be."""
        roles = tuple(part.role for part in work.contributors if part.person == owner.uri)
        return cls(
            uri=work.id, digest=work.record_digest or "", licence=find_licence(work.licence), roles=roles[:MAX_ROLES]
        )


async def version_of(remix: Record, *, owner: Actor) -> RemixVersion:
    """The version that `remix` has now."""
    codes = await Contributor.filter(record_id=remix.id, actor_uri=owner.uri).order_by("position").values_list("role")
    roles = tuple(role.iri for (code,) in codes if (role := find_role(str(code))))
    return RemixVersion(uri=remix.uri, digest=remix.digest or "", licence=licence_of(remix), roles=roles[:MAX_ROLES])


def page_of_request(request: RemixRequest, person: Actor) -> str:
    """The page on which `person`, who lives here, sees `request` and both works."""
    return f"{origin_of(person.uri)}/requests/{request.id}"


async def decide(request: RemixRequest, source: Record, asker: Actor, version: RemixVersion) -> None:
    """The author of `source`, who comes with it, has answered as they wished beforehand, or knows that they are asked.

    Part of the caller's transaction.
    """
    await decide_all(asker, [(request, source, version)])


async def decide_all(asker: Actor, asked: Sequence[tuple[RemixRequest, Record, RemixVersion]]) -> None:
    """The same for several questions of `asker` about one remix: what is known of their authors is looked up once."""
    if not asked:
        return
    remix = asked[0][2].uri
    said = await said_beforehand(asker, [source for _request, source, _version in asked], remix=remix)
    own = await _own_roles([source for _request, source, _version in asked])
    anew = []
    for request, source, version in asked:
        if request.state == "held":
            request.state = after(request.state, Event.FOUND)
        if source.author_id in said.blockers:
            await _refuse(request, source, asker)
        elif said.agrees(source, remix=remix, licence=version.licence):
            await _approve(request, source, asker, version, own=own[source.id], is_automatic=True)
        else:
            request.expires_at = now() + LASTS
            await request.save(update_fields=["state", "expires_at"])
            anew.append((request, source))
    owners = [source.author_id for _request, source in anew]
    told = Notification.filter(kind=Notice.ASKED_TO_REMIX, actor_id=asker.id, subject_uri=remix)
    if owners:
        await told.filter(account__actor_id__in=owners, created_at__lte=now() - LASTS).delete()  # asked again
    for request, source in anew:
        page = page_of_request(request, source.author)
        await notify(source.author, Notice.ASKED_TO_REMIX, asker, remix, page, {"title": source.title})
    await settled(remix)


async def approve(request: RemixRequest, source: Record, asker: Actor, version: RemixVersion) -> None:
    """The author of `source`, who comes with it, has stamped the remix for good; who asked knows, or will soon.

    Part of the caller's transaction.
    """
    own = await _own_roles([source])
    await _approve(request, source, asker, version, own=own[source.id])
    await settled(request.remix_uri)


async def _approve(
    request: RemixRequest,
    source: Record,
    asker: Actor,
    version: RemixVersion,
    *,
    own: Sequence[str],
    is_automatic: bool = False,
) -> None:
    """`own` is what the author of `source` is in it."""
    owner, key, at = source.author, new_key(), now().replace(microsecond=0)
    roles = tuple(dict.fromkeys([*version.roles, *request.roles, *own]))[:MAX_ROLES]
    stamp = RemixStamp(
        id=Uris(origin_of(owner.uri)).stamp(key),
        attributed_to=owner.uri,
        interacting=version.uri,
        target=source.uri,
        published=at,
        interacting_digest=version.digest,
        target_digest=source.digest or "",
        licence=version.licence.url,
        roles=roles,
        is_automatic=is_automatic,
    )
    request.state, request.is_automatic, request.key = after(request.state or None, Event.AGREED), is_automatic, key
    request.stamp_uri, request.stamp = stamp.id, {"@context": CONSENT_CONTEXT, **stamp.write()}
    request.remix_digest, request.source_digest = version.digest, source.digest
    request.licence, request.roles = version.licence.id, list(roles)
    request.decided_at = request.checked_at = at
    request.expires_at = None
    await request.save()
    if asker.is_local:
        if not is_automatic:
            await tell_asker(request, asker, owner, Notice.REMIX_AGREED, source.title)
    else:
        await say_accepted(request, owner, asker)


async def acknowledge(request: RemixRequest, *, is_automatic: bool = False) -> None:
    """The author of the source stands by a post that was made from it, which has no digest that could be stamped.

    Whose server knows no questions is told nothing. Part of the caller's transaction.
    """
    request.state, request.is_automatic = after(request.state or None, Event.AGREED), is_automatic
    request.decided_at, request.expires_at = now(), None
    await request.save()
    await settled(request.remix_uri)


async def refuse(request: RemixRequest, source: Record, asker: Actor) -> None:
    """The author of `source`, who comes with it, does not agree; who asked knows. Part of the caller's transaction."""
    await _refuse(request, source, asker)
    await settled(request.remix_uri)


async def _refuse(request: RemixRequest, source: Record, asker: Actor) -> None:
    request.state, request.decided_at, request.expires_at = after(request.state, Event.DECLINED), now(), None
    await request.save()
    if asker.is_local:
        await tell_asker(request, asker, source.author, Notice.REMIX_REFUSED, source.title)
    elif request.uri:
        await say_refused(source.author, asker, request.uri, request.answer)


async def say_accepted(request: RemixRequest, owner: Actor, asker: Actor) -> None:
    """`asker`, who lives elsewhere, hears where the stamp stands."""
    accept = Accept(
        id=new_activity_uri(owner),
        actor=owner.uri,
        object=Ref(request.uri or request.remix_uri),  # nobody asked: it is the remix itself that is agreed to
        result=request.stamp_uri,
        content=request.answer or None,
        to=(asker.uri,),
    )
    await publish(owner, accept, to=[asker])


async def say_refused(owner: Actor, asker: Actor, asked: str, words: str = "") -> None:
    """`asker`, who lives elsewhere, hears that `owner` does not agree to what they asked in `asked`."""
    reject = Reject(
        id=new_activity_uri(owner), actor=owner.uri, object=Ref(asked), content=words or None, to=(asker.uri,)
    )
    await publish(owner, reject, to=[asker])


async def tell_asker(request: RemixRequest, asker: Actor, owner: Actor, kind: Notice, title: str) -> None:
    await notify(asker, kind, owner, request.remix_uri, page_of_request(request, asker), {"title": title})


async def settled(*remixes: str) -> None:
    """What was decided about `remixes` shows in their lineage, and in their documents when they are ours.

    Part of the caller's transaction.
    """
    known = await Record.filter(uri__in=remixes).values_list("id", "uri", "author__is_local", "deleted_at")
    await judge_sources([int(str(key)) for key, _uri, _is_local, _deleted in known])
    await enqueue(
        [
            Work(
                kind="carry",
                lane=f"carry:{key}",
                payload={"uri": uri},
                dedupe_key=f"carry:{hashlib.sha256(str(uri).encode()).hexdigest()}",
                due_at=now() + TOGETHER,
            )
            for key, uri, is_local, deleted in known
            if is_local and deleted is None
        ]
    )


def is_shown(remix: Record) -> bool:
    """Whether those who are asked about `remix`, of somebody elsewhere, can look at it."""
    return remix.visibility in ("public", "direct")


async def _own_roles(sources: Sequence[Record]) -> Mapping[int, list[str]]:
    """What the authors of `sources`, who come with them, are in these, by their rows."""
    authors = {source.id: source.author.uri for source in sources}
    found = Contributor.filter(record_id__in=list(authors), actor_uri__in=list(set(authors.values())))
    roles: dict[int, list[str]] = {key: [] for key in authors}
    for key, person, code in await found.order_by("position").values_list("record_id", "actor_uri", "role"):
        role = find_role(str(code)) if authors[int(str(key))] == person else None
        if role is not None:
            roles[int(str(key))].append(role.iri)
    return roles
