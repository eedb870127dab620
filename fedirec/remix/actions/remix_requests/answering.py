"""Authors answer, and think again; and who asked takes the question back."""

from __future__ import annotations

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Delete, Ref, Undo
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Changed, Conflict, Forbidden, Gone, Invalid, NotFound
from fedirec.lanes import gathering
from fedirec.remix.actions.remix_requests.deciding import (
    acknowledge,
    approve,
    refuse,
    settled,
    tell_asker,
    version_of,
)
from fedirec.remix.licences import licence_of
from fedirec.remix.models import Record, RemixRequest, Source
from fedirec.remix.questions import Event, after, may_happen
from fedirec.remix.vocab import RemixQuestion
from fedirec.remix.vocab.remix_requests import MAX_WORDS
from fedirec.web.language import gettext as _


async def answer_request(
    owner: Actor, request: RemixRequest, *, agree: bool, words: str = "", digest: str | None = None
) -> None:
    """The remix has the stamp of `owner`, or they do not agree; who asked knows, with the `words` that go with it.

    With `digest`, only to that version of the remix; raises Changed when it is another one by now. Raises Forbidden
    for the request of another, Conflict when that was decided already, Gone when one of the works is not there any
    more, NotFound while the remix is not here yet.
    """
    refuse_long(words)
    async with transaction(), gathering():
        fresh = await _locked(request)
        if fresh.owner_id != owner.id:
            raise Forbidden(_("Only the author of what it is made from answers that."))
        if fresh.state == ("approved" if agree else "refused"):
            return
        if fresh.state == "revoked" or not may_happen(fresh.state, Event.AGREED if agree else Event.DECLINED):
            raise Conflict(_("That was decided already."))
        source = await Record.filter(uri=fresh.source_uri, author_id=owner.id).select_related("author").first()
        asker = await Actor.get(id=fresh.asker_id)
        if source is None or source.deleted_at:
            raise Gone(_("That record was deleted."))
        fresh.answer = words.strip()
        if not agree:
            await refuse(fresh, source, asker)
            return
        remix = await Record.get_or_none(uri=fresh.remix_uri, author_id=asker.id)
        if remix is None or not (remix.digest or remix.is_post):
            raise NotFound(_("What they made is not here yet. Please come back in a moment."))
        if remix.deleted_at or asker.state != "active":
            raise Gone(_("What they made is not there any more."))
        if digest is not None and digest != remix.digest:
            raise Changed(_("They changed it in the meantime. Please look at it again."))
        if remix.is_post:
            await acknowledge(fresh)
            return
        await approve(fresh, source, asker, await version_of(remix, owner=owner))


async def stand_by_remix(owner: Actor, source: Record, remix: Record, *, digest: str | None = None) -> RemixRequest:
    """`remix`, about which nobody has to have asked, has the stamp of `owner` for what was made from their `source`.

    With `digest`, only that version of it; raises Changed when it is another one by now. Raises Forbidden for the
    source of another, NotFound for what is not made from it, or not there for everybody, Gone when one of the two is
    not there any more, and Conflict when its author decided otherwise before.
    """
    if source.author_id != owner.id:
        raise Forbidden(_("Only the author of what it is made from answers that."))
    if source.deleted_at:
        raise Gone(_("That record was deleted."))
    async with transaction(), gathering():
        present = await Record.filter(id=remix.id).select_related("author").first()
        steps = Source.filter(record_id=remix.id, parent_id=source.id, withdrawn_at=None, in_graph=True)
        if present is None or present.visibility != "public" or not await steps.exists():
            raise NotFound(_("That is not made from it."))
        if present.deleted_at or present.author.state != "active":
            raise Gone(_("What they made is not there any more."))
        if present.author_id == owner.id:
            raise Conflict(_("Both are yours."))
        if digest is not None and digest != (present.digest or ""):
            raise Changed(_("They changed it in the meantime. Please look at it again."))
        about = {"source_uri": source.uri, "remix_uri": present.uri, "asker_id": present.author_id}
        known = await RemixRequest.filter(**about).select_for_update().first()
        if known is not None and known.state == "revoked":
            raise Conflict(_("That was decided already."))
        if known is not None and known.state == "approved" and known.remix_digest == present.digest:
            return known
        request = known or RemixRequest(**about, owner_id=owner.id)
        source.author = owner
        if present.digest is None:
            request.licence = licence_of(present).id
            await acknowledge(request)
        else:
            await approve(request, source, present.author, await version_of(present, owner=owner))
    return request


async def revoke_stamp(owner: Actor, request: RemixRequest) -> None:
    """The stamp of `owner` is gone, and everybody who was shown it can know; or they do not stand by a post any more.

    Raises Forbidden for that of another, and Conflict when they have not agreed.
    """
    async with transaction(), gathering():
        fresh = await _locked(request)
        if fresh.owner_id != owner.id:
            raise Forbidden(_("Only whoever agreed can take that back."))
        if fresh.state == "revoked":
            return
        if not may_happen(fresh.state, Event.TOOK_BACK):
            raise Conflict(_("Nothing was allowed that could be taken back."))
        fresh.state, fresh.decided_at = after(fresh.state, Event.TOOK_BACK), now()
        await fresh.save(update_fields=["state", "decided_at"])
        asker = await Actor.get(id=fresh.asker_id)
        if fresh.stamp_uri is not None:
            delete = Delete(
                id=new_activity_uri(owner),
                actor=owner.uri,
                object=Ref(fresh.stamp_uri),
                to=(PUBLIC,),  # so that it has a proof, and who is told can pass it on
                cc=(asker.uri,),
            )
            await publish(owner, delete, to=[asker], to_followers_of=[owner])
        if asker.is_local:
            title = await _title_of(fresh.source_uri)
            await tell_asker(fresh, asker, owner, Notice.REMIX_REVOKED, title)
        await settled(fresh.remix_uri)


async def withdraw_request(asker: Actor, request: RemixRequest) -> None:
    """`asker` never asked, as far as anybody can still tell.

    Raises Forbidden for the question of another, and Conflict when it was answered.
    """
    async with transaction(), gathering():
        fresh = await _locked(request)
        if fresh.asker_id != asker.id:
            raise Forbidden(_("Only whoever asked can take that back."))
        if not may_happen(fresh.state, Event.WITHDRAWN):
            raise Conflict(_("That was answered already."))
        owner = await Actor.get(id=fresh.owner_id)
        if not owner.is_local and fresh.uri:
            question = RemixQuestion(
                id=fresh.uri, actor=asker.uri, object=Ref(fresh.source_uri), instrument=fresh.remix_uri
            )
            undo = Undo(id=new_activity_uri(asker), actor=asker.uri, object=question, to=(owner.uri,))
            await publish(asker, undo, to=[owner])
        await fresh.delete()
        await settled(fresh.remix_uri)


def refuse_long(words: str) -> None:
    """Raise Invalid for more words than travel with a question or its answer."""
    if len(words.strip()) > MAX_WORDS:
        raise Invalid(_("Please keep it under %(max_words)s characters.") % {"max_words": MAX_WORDS}, field="words")


async def _locked(request: RemixRequest) -> RemixRequest:
    fresh = await RemixRequest.filter(id=request.id).select_for_update().first()
    if fresh is None:
        raise NotFound(_("That question was taken back."))
    return fresh


async def _title_of(uri: str) -> str:
    titles = await Record.filter(uri=uri).values_list("title", flat=True)
    return str(titles[0]) if titles else uri
