"""Publishing, editing and deleting the records of our own people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from fedirec.accounts.actions.notifications import notify, notify_actors
from fedirec.accounts.notices import Notice
from fedirec.activitypub.follows import is_followed_here
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish, withhold
from fedirec.activitypub.vocab import PUBLIC, Create, Delete, Tombstone, Update
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Changed, Conflict, Forbidden, Gone, Invalid
from fedirec.lanes import gathering
from fedirec.media.models import Media
from fedirec.remix.actions.composing import compose_record
from fedirec.remix.actions.drafts import (
    RecordDraft,
    licensed_when_linked,
    refuse_bad_draft,
    refuse_clashing_sources,
    terms_in_force,
)
from fedirec.remix.actions.findable import make_record_findable
from fedirec.remix.actions.remix_requests.asking import ask_authors, find_quotable
from fedirec.remix.actions.remix_requests.changing import change_waiting
from fedirec.remix.actions.rulings import bound_by_rulings, end_rulings
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.submissions import refuse_unfit_licence, save_submission
from fedirec.remix.actions.submissions.answering import take_changed
from fedirec.remix.actions.submissions.deleting import end_offers_of
from fedirec.remix.digest import edit_digest
from fedirec.remix.licences import find_licence
from fedirec.remix.lineage import parents_of, refuse_loop
from fedirec.remix.models import (
    Attachment,
    Contributor,
    Quotation,
    QuoteStamp,
    Record,
    RecordRevision,
    RecordTag,
    RemixRequest,
    Source,
    Submission,
)
from fedirec.remix.queries.pseudonyms import stand_ins_in
from fedirec.remix.queries.remix_requests import granted_to, people_asked, stamps_of
from fedirec.remix.queries.trails import edges_above
from fedirec.remix.questions import Event, before
from fedirec.remix.visibility import ASKING, HIDDEN
from fedirec.remix.vocab import TermsRef
from fedirec.remix.vocab.edits import EditStatement
from fedirec.uris import Uris, origin_of
from fedirec.web.language import gettext as _

MAX_TOLD: Final = 600
"""People here who are told that they are credited in one record, or that it was made from theirs."""

MAX_TOLD_BY_STRANGERS: Final = 20
"""The same where nobody here follows its author."""


async def publish_record(author: Actor, draft: RecordDraft) -> Record:
    """A new record by a local `author` is here, and the world will hear of it.

    Raises Invalid, Conflict or Forbidden with the form field that has to change.
    """
    terms = await refuse_draft(author, draft)
    uri = Uris(origin_of(author.uri)).record()
    composed = await compose_record(author, draft, uri=uri, published=now(), terms=terms)
    quoted = await find_quotable(author, composed.work)
    async with transaction(), gathering():
        asked = await ask_authors(author, replace(composed.work, quote=quoted))
        stamps = tuple(request.stamp_uri for request in asked if request.state == "approved" and request.stamp_uri)
        composed = replace(composed, work=replace(composed.work, quote=quoted, remix_stamps=stamps))
        record = await save_record(author, composed.work, document=composed.work.write(), media=composed.media)
        if draft.challenge:
            version, digest = (terms.version, terms.digest) if terms else (None, None)
            await save_submission(draft.challenge, record, via="local", terms_version=version, terms_digest=digest)
        await tell_those_in_it(author, record)
        create = Create(
            id=new_activity_uri(author),
            actor=author.uri,
            object=composed.carried,
            to=composed.work.to,
            cc=composed.work.cc,
            published=composed.work.published,
        )
        await publish(author, create, to=composed.told, to_followers_of=[author])
    return record


async def refuse_draft(author: Actor, draft: RecordDraft) -> TermsRef | None:
    """Raise Invalid, Conflict or Forbidden for what stands against publishing `draft` now, with the field to change.

    Gives the terms under which it would be offered to its challenge, if that has any.
    """
    refuse_bad_draft(draft)
    await refuse_clashing_sources(author, draft)
    if draft.challenge is None:
        return None
    terms = await terms_in_force(draft.challenge)
    await refuse_unfit_licence(draft.challenge, find_licence(draft.licence))
    return terms


async def edit_record(
    author: Actor,
    record: Record,
    draft: RecordDraft,
    *,
    revision: int | None = None,
    adopts: Collection[str] = (),
    editor: Actor | None = None,
    statement: EditStatement | None = None,
) -> Record:
    """The record has a new version; the one before is kept, and everybody who has it hears of the change.

    With `revision`, only as long as that is its present version; raises Changed otherwise. What it `adopts`, by uri,
    may have been made from an earlier version of it. The version names its `editor`, who held the pen, and has
    their `statement` about it where that is true of it.
    """
    _refuse_others(author, record)
    refuse_bad_draft(draft)
    if record.visibility == HIDDEN:
        raise Forbidden(_("Moderators have hidden this record. You can ask them to look at it again."))
    if record.visibility == ASKING:
        if editor is not None or adopts:
            raise Conflict(_("This waits for the people who were asked. Only its author can change it until then."))
        return await change_waiting(author, record, draft, revision=revision)
    if record.visibility == "public" and draft.visibility != "public":
        raise Invalid(_("Everybody has it already. You can delete it, but not take it back."), field="visibility")
    used = await Source.filter(record_id=record.id, withdrawn_at=None).values_list("uri", flat=True)
    uris = [uri for source in draft.sources if (uri := source.record.uri) not in {*adopts, *map(str, used)}]
    refuse_loop(record.uri, uris, parents_of(await edges_above(uris)))
    offered = Submission.filter(record_id=record.id).exclude(state="withdrawn")
    submission = await offered.select_related("challenge__actor").first()
    terms = None
    if submission and submission.terms_version and submission.terms_digest:
        terms = TermsRef(version=submission.terms_version, digest=submission.terms_digest)
    draft = replace(draft, challenge=submission.challenge if submission else None)
    draft, ended = await bound_by_rulings(record, draft)
    composed = await compose_record(
        author, draft, uri=record.uri, published=record.published_at, updated=now(), terms=terms
    )
    granted = await granted_to(record.uri, digest=composed.work.record_digest or "")
    granted |= await licensed_when_linked(record, find_licence(draft.licence))
    await refuse_clashing_sources(author, draft, used=[str(uri) for uri in used], granted=granted)
    was_quoted = await Quotation.filter(uri=record.uri).values_list("target_uri", flat=True)
    quoted = next((str(uri) for uri in was_quoted), None)
    others = await everybody_around(record)
    async with transaction(), gathering():
        present = await Record.filter(id=record.id).select_for_update(no_key=True).get()  # who decides may refer to it
        if revision not in (None, present.revision):
            raise Changed(_("This record was changed in the meantime. Please look at it again."))
        await ask_authors(author, composed.work)
        stamps, quote_stamp = await stamps_of(record.uri)
        work = replace(composed.work, remix_stamps=stamps, quote=quoted, quote_authorization=quote_stamp)
        if editor is not None:
            shown = (await stand_ins_in(record.id, [editor.uri])).get(editor.uri, editor.uri)
            is_theirs = statement is not None and shown == editor.uri and statement.digest == edit_digest(work)
            work = replace(work, editor=shown, edit_statement=statement if is_theirs else None)
        composed = replace(composed, work=work)
        await end_rulings(ended)
        saved = await save_record(author, composed.work, document=composed.work.write(), media=composed.media)
        await take_changed(saved)
        update = Update(
            id=new_activity_uri(author),
            actor=author.uri,
            object=composed.carried,
            to=composed.work.to,
            cc=composed.work.cc,
            published=now(),
        )
        await publish(author, update, to=[*composed.told, *others], to_followers_of=[author])
    return saved


async def delete_record(author: Actor, record: Record) -> None:
    """The record's words and media are gone; that it was there, and who made it, stays where others built on it."""
    _refuse_others(author, record)
    others = await everybody_around(record) if record.visibility != ASKING else await people_asked(record.uri)
    async with transaction():
        await bury_record(record)
        await end_offers_of(record)
        tombstone = Tombstone(id=record.uri, deleted=now(), former_type="Note")
        to: tuple[str, ...] = (PUBLIC,) if record.visibility == "public" else (author.followers or "",)
        if record.visibility == ASKING:  # nobody else ever heard of it
            to = tuple(actor.uri for actor in others)
        delete = Delete(id=new_activity_uri(author), actor=author.uri, object=tombstone, to=to)
        await publish(author, delete, to=others, to_followers_of=[] if record.visibility == ASKING else [author])


async def bury_record(record: Record) -> None:
    """Only the tombstone of `record` is left, with its title and its place in the lineage.

    Its files stop being used and are swept away. Part of the caller's transaction.
    """
    files = await Attachment.filter(record_id=record.id, media_id__not_isnull=True).values_list("media_id", flat=True)
    await Attachment.filter(record_id=record.id).delete()
    if files:
        await Media.filter(id__in=list(files)).update(attached_at=None)
    await RecordTag.filter(record_id=record.id).delete()
    await Source.filter(record_id=record.id).exclude(thanks="").update(thanks="")
    record.text = record.content = record.warning = ""
    record.deleted_at = now()
    await record.save(update_fields=["text", "content", "warning", "deleted_at"])
    await Quotation.filter(uri=record.uri).delete()
    await RemixRequest.filter(remix_uri=record.uri, state__in=before(Event.WITHDRAWN)).delete()
    await withhold(actor_id=record.author_id, uri=record.uri)
    await make_record_findable(record, ())


async def tell_those_in_it(author: Actor, record: Record) -> None:
    """Those of our people whose records were built on, and those who are credited, know; part of the caller's
    transaction.

    Anybody can name anybody: somebody whom nobody here follows reaches a few of them with one record, and not all.
    """
    is_stranger = not author.is_local and not await is_followed_here(author)
    most = MAX_TOLD_BY_STRANGERS if is_stranger else MAX_TOLD
    thanks = {source.uri: source.thanks for source in await Source.filter(record_id=record.id, withdrawn_at=None)}
    if thanks:
        parents = Record.filter(uri__in=list(thanks), author__is_local=True).order_by("id").limit(most)
        for parent in await parents.select_related("author"):
            about = {"title": parent.title, "reason": thanks.get(parent.uri, "")}
            await notify(parent.author, Notice.REMIXED, author, record.uri, record.uri, about)
    named = await Contributor.filter(record_id=record.id).order_by("position").values_list("actor_uri", flat=True)
    people = await Actor.filter(uri__in=list(named), is_local=True).order_by("id").limit(most)
    await notify_actors(people, Notice.CREDITED, author, record.uri, record.uri, {"title": record.title})


async def everybody_around(record: Record) -> list[Actor]:
    """Those who were told of `record`, built on it or quote it."""
    sources = await Source.filter(record_id=record.id).values_list("uri", flat=True)
    children = await Source.filter(uri=record.uri).select_related("record__author").limit(500)
    helpers = await Contributor.filter(record_id=record.id).values_list("actor_uri", flat=True)
    revision = await RecordRevision.get(record_id=record.id, number=record.revision)
    addressed = [*revision.document.get("to", ()), *revision.document.get("cc", ())]
    parents = await Record.filter(uri__in=list(sources)).select_related("author")
    challenges = await Submission.filter(record_id=record.id).select_related("challenge__actor")
    stamps = await QuoteStamp.filter(record_id=record.id, state="approved").order_by("-id").limit(500)
    found = [child.record.author for child in children] + [parent.author for parent in parents]
    found += [submission.challenge.actor for submission in challenges]
    found += await Actor.filter(uri__in=[*helpers, *addressed])
    found += await Actor.filter(id__in=[stamp.quoter_id for stamp in stamps])
    return list({actor.id: actor for actor in found}.values())


def _refuse_others(author: Actor, record: Record) -> None:
    if record.author_id != author.id:
        raise Forbidden(_("Only its author can change a record."))
    if record.deleted_at:
        raise Gone(_("That record was deleted."))
