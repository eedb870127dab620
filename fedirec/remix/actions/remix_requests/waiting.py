"""A remix that may not be made unless others agree waits, seen by them alone, until all of them have."""

from __future__ import annotations

from typing import Final

from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Doc, Json, Vocabulary
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.lanes import gathering
from fedirec.remix.actions.composing import compose_record
from fedirec.remix.actions.drafts import RecordDraft, refuse_bad_draft, refuse_clashing_sources, terms_in_force
from fedirec.remix.actions.findable import make_record_findable
from fedirec.remix.actions.remix_requests.answering import refuse_long
from fedirec.remix.actions.remix_requests.asking import ask_authors
from fedirec.remix.actions.remix_requests.deciding import settled
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.submissions import refuse_unfit_licence
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Record, RecordRevision, RemixRequest, Source
from fedirec.remix.queries.proofs import proved_by_us, record_document
from fedirec.remix.queries.remix_requests import people_asked
from fedirec.remix.standing import Clearance
from fedirec.remix.visibility import ASKING
from fedirec.remix.vocab import RecordObject
from fedirec.uris import Uris, origin_of
from fedirec.web.language import gettext as _

_READS: Final = Vocabulary(())
_NEEDING: Final = (Clearance.BLOCKED.value, Clearance.UNKNOWN.value)


async def ask_to_remix(author: Actor, draft: RecordDraft, *, words: str = "") -> Record:
    """What `draft` says is here, and seen by nobody but its author and those who have to agree; they are asked.

    It is published by itself as soon as all of them have. Raises Invalid, Conflict or Forbidden with the form field
    that has to change: when nobody has to be asked, too, or somebody cannot be.
    """
    refuse_long(words)
    refuse_bad_draft(draft)
    if draft.visibility != "public":
        raise Invalid(_("Only what everybody may see can be asked for."), field="visibility")
    await refuse_clashing_sources(author, draft, granted=[source.record.uri for source in draft.sources])
    terms = None
    if draft.challenge:
        terms = await terms_in_force(draft.challenge)
        await refuse_unfit_licence(draft.challenge, find_licence(draft.licence))
    uri = Uris(origin_of(author.uri)).record()
    composed = await compose_record(author, draft, uri=uri, published=now(), terms=terms)
    work = composed.work
    async with transaction(), gathering():
        record = await save_record(author, work, document=work.write(), media=composed.media)
        record.visibility = ASKING
        await record.save(update_fields=["visibility"])
        await make_record_findable(record, ())
        needed = await sources_in_need(record)
        if not needed:
            raise Conflict(_("Nobody has to be asked: you can publish it as it is."), field="sources")
        asked = await ask_authors(author, work, only=needed, words=words.strip())
        if mute := needed - {request.source_uri for request in asked}:
            titles = [f"“{source.record.title}”" for source in draft.sources if source.record.uri in mute]
            raise Conflict(
                _("The author of %(title)s cannot be asked from here. Please write to them, or choose something else.")
                % {"title": ", ".join(titles)},
                field="sources",
            )
        await settled(uri)
    return record


async def ask_again(author: Actor, record: Record, *, words: str = "") -> list[RemixRequest]:
    """Those authors of what `record` is made from are asked who were not yet, or did not answer in time; what each of
    all of them has said is the answer.

    Raises Forbidden for the record of another, and Conflict for one that is not there for everybody and never asked.
    """
    refuse_long(words)
    if record.author_id != author.id:
        raise Forbidden(_("Only its author can ask for a remix."))
    if record.deleted_at or record.visibility not in ("public", ASKING):
        raise Conflict(_("Only what everybody may see can be asked for."))
    async with transaction(), gathering():
        work = await work_of(record)
        needed = await sources_in_need(record) if record.visibility == ASKING else None
        asked = await ask_authors(author, work, only=needed, words=words.strip(), again=True)
        await settled(record.uri)
    return asked


async def sources_in_need(record: Record) -> set[str]:
    """The sources of `record`, by their addresses, of which nobody may make such a thing unless their authors agree."""
    found = Source.filter(record_id=record.id, withdrawn_at=None, in_graph=True, permission__in=_NEEDING)
    return {str(uri) for uri in await found.values_list("uri", flat=True)}


async def work_of(record: Record) -> RecordObject:
    """How `record`, one of ours, travels, or will."""
    revision = await RecordRevision.get(record_id=record.id, number=record.revision)
    return RecordObject.read(Doc(revision.document), _READS)


async def proved_for_asked(record: Record, *, keyring: Keyring) -> Json:
    """A record that waits for consent, as those see it who are asked: addressed to them alone. It comes with its
    author, by whose key it is proved.
    """
    document = await record_document(record)
    owners = await people_asked(record.uri)
    hidden = ("cc", "replies", "context", "audience")
    rule = {"automaticApproval": [document["attributedTo"]]}
    shown = {name: value for name, value in document.items() if name not in hidden} | {
        "to": [owner.uri for owner in owners],
        "interactionPolicy": {"canQuote": rule, "canRemix": rule},
    }
    return await proved_by_us(shown, author=record.author, keyring=keyring)
