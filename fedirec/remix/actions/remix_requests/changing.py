"""What waits for consent can become another work: those who are asked see it, and what they agreed to was another."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from fedirec.accounts.models import Notification
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Ref, Undo, Update
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Changed, Invalid
from fedirec.lanes import gathering
from fedirec.remix.actions.composing import compose_record
from fedirec.remix.actions.drafts import RecordDraft, refuse_bad_draft, refuse_clashing_sources
from fedirec.remix.actions.remix_requests.asking import ask_authors, renew_questions
from fedirec.remix.actions.remix_requests.deciding import settled
from fedirec.remix.actions.remix_requests.waiting import sources_in_need, work_of
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.submissions import refuse_unfit_licence
from fedirec.remix.licences import find_licence
from fedirec.remix.lineage import parents_of, refuse_loop
from fedirec.remix.models import Challenge, Record, RemixRequest
from fedirec.remix.queries.trails import edges_above
from fedirec.remix.questions import Event, may_happen
from fedirec.remix.visibility import ASKING
from fedirec.remix.vocab import RecordObject, RemixQuestion
from fedirec.web.language import gettext as _


async def change_waiting(author: Actor, record: Record, draft: RecordDraft, *, revision: int | None = None) -> Record:
    """What `record`, which waits for consent, is now says `draft`; those who are asked see it, and whoever agreed to
    something else is asked anew. Where nobody has to agree any more, it is published by itself.

    With `revision`, only as long as that is its present version. Raises Changed otherwise, or when it was published
    just now, and Invalid, Conflict or Forbidden with the form field that has to change.
    """
    refuse_bad_draft(draft)
    if draft.visibility != "public":
        raise Invalid(_("Only what everybody may see can be asked for."), field="visibility")
    uris = [source.record.uri for source in draft.sources]
    refuse_loop(record.uri, uris, parents_of(await edges_above(uris)))
    await refuse_clashing_sources(author, draft, used=await _used(record), granted=uris)
    before = await work_of(record)
    found = Challenge.filter(actor__uri=before.challenge).select_related("actor")
    challenge = await found.first() if before.challenge else None
    if challenge is not None:
        await refuse_unfit_licence(challenge, find_licence(draft.licence))
        draft = replace(draft, challenge=challenge)
    composed = await compose_record(
        author, draft, uri=record.uri, published=record.published_at, updated=now(), terms=before.terms
    )
    work = composed.work
    async with transaction(), gathering():
        present = await Record.filter(id=record.id).select_for_update().get()
        if present.deleted_at or present.visibility != ASKING or revision not in (None, present.revision):
            raise Changed(_("This record was changed in the meantime. Please look at it again."))
        present.author = author
        saved = await save_record(author, work, document=work.write(), media=composed.media)
        needed = await sources_in_need(saved)
        await _let_go(author, record, but=uris)
        rows = await RemixRequest.filter(remix_uri=record.uri, asker_id=author.id).select_related("owner")
        is_another = saved.digest != present.digest
        renewed = [row for row in rows if is_another and may_happen(row.state, Event.CHANGED)]
        await _forget_notices(author, [row for row in renewed if row.state != "waiting"])
        await renew_questions(author, work, renewed)
        await ask_authors(author, work, only=needed)
        await _say_changed(author, work, [row.owner for row in rows if row not in renewed])
        await settled(record.uri)
    return saved


async def _used(record: Record) -> list[str]:
    await record.fetch_related("sources")
    return [source.uri for source in record.sources if source.withdrawn_at is None]


async def _let_go(author: Actor, record: Record, *, but: Collection[str]) -> None:
    """Nobody is asked about `record` any more `but` the authors of those sources; the others see nothing more of it."""
    rows = await RemixRequest.filter(remix_uri=record.uri).select_related("owner")
    gone = [row for row in rows if row.source_uri not in but]
    for row in gone:
        if not row.owner.is_local and row.uri:
            question = RemixQuestion(id=row.uri, actor=author.uri, object=Ref(row.source_uri), instrument=record.uri)
            undo = Undo(id=new_activity_uri(author), actor=author.uri, object=question, to=(row.owner.uri,))
            await publish(author, undo, to=[row.owner])
    await RemixRequest.filter(id__in=[row.id for row in gone]).delete()


async def _forget_notices(author: Actor, rows: Collection[RemixRequest]) -> None:
    """Those who answered before are told anew."""
    owners = [row.owner_id for row in rows if row.owner.is_local]
    if owners:
        told = Notification.filter(kind=Notice.ASKED_TO_REMIX, actor_id=author.id, account__actor_id__in=owners)
        await told.filter(subject_uri=next(iter(rows)).remix_uri).delete()


async def _say_changed(author: Actor, work: RecordObject, owners: Collection[Actor]) -> None:
    """Those elsewhere who were asked, and are not asked anew, know that they can look again."""
    others = list({owner.id: owner for owner in owners if not owner.is_local}.values())
    if others:
        to = tuple(owner.uri for owner in others)
        update = Update(id=new_activity_uri(author), actor=author.uri, object=Ref(work.id), to=to)
        await publish(author, update, to=others)
