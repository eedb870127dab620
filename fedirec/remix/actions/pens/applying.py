"""What somebody wrote who holds the pen becomes the next version, at the home of the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from fedirec.accounts.models import Account
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Role
from fedirec.accounts.uploader import quota_of
from fedirec.activitypub.authority import may_have
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Accept, Doc, Ref, Reject, Vocabulary, write_instant
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Changed, FedirecError, Forbidden, Gone, Invalid, NotFound
from fedirec.lanes import Done, Job, Later, Outcome, gathering
from fedirec.media.cache import MediaCache
from fedirec.media.models import Media
from fedirec.media.store import Store
from fedirec.remix.actions.copying import copy_file
from fedirec.remix.actions.drafts import MAX_FILES, FileDraft, PartDraft, SourceDraft
from fedirec.remix.actions.pens.giving import is_fit, locked, tell_about
from fedirec.remix.actions.present_drafts import present_draft
from fedirec.remix.actions.records import edit_record
from fedirec.remix.actions.sources import find_record
from fedirec.remix.kinds import Kind, kind_of
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Attachment, Pen, Record, Source, Writing
from fedirec.remix.permissions import may_write
from fedirec.remix.queries.edits import proved_statements
from fedirec.remix.roles import default_role, find_role
from fedirec.remix.vocab import RecordObject
from fedirec.remix.vocab.remix_requests import MAX_WORDS
from fedirec.settings import Settings
from fedirec.web.language import gettext as _
from fedirec.web.sentences import told

MAX_NEW_SOURCES: Final = 8
"""Sources that one version by a co-author names besides those that were named before."""

TRIES: Final = 6
"""How often the files of a new version are asked for before it is refused."""


async def apply_version(
    pen: Pen, work: RecordObject, *, digest: str, files: Sequence[FileDraft], sources: Sequence[SourceDraft] = ()
) -> Record:
    """The record has a new version with what `work` says and these `files`, by whoever holds the pen, and names these
    `sources` besides those that it has.

    `digest` and the date in `work` name the version that it was made from: raises Changed when that is not the present
    one. Raises Forbidden without the pen, or when it would change what only its author changes, and what `edit_record`
    raises.
    """
    async with transaction(), gathering():
        fresh = await locked(pen)
        owner, holder = await Actor.get(id=fresh.owner_id), await Actor.get(id=fresh.holder_id)
        await refuse_pen(fresh, owner, holder)
        record = await Record.filter(uri=fresh.record_uri).select_for_update().first()
        if record is None or record.deleted_at:
            raise Gone(_("That record was deleted."))
        refuse_foreign(record, owner, work)
        refuse_stale(record, work, digest=digest)
        said = work.edit_statement
        is_sound = said is not None and (said.editor, said.record, said.base) == (holder.uri, record.uri, digest)
        statement = said if said is not None and is_sound and await proved_statements([said]) else None
        draft = await present_draft(owner, record)
        parts, named = list(draft.parts), {source.record.id for source in draft.sources}
        if all(part.actor.id != holder.id for part in parts):
            kind = kind_of(f"{file.media.kind}/*" for file in files)
            chosen = next((find_role(part.role) for part in work.contributors if part.person == holder.uri), None)
            parts.append(PartDraft(actor=holder, role=(chosen or default_role(Kind(kind))).code))
        draft = replace(
            draft,
            title=work.name,
            text=work.markdown or "",
            language=work.language,
            warning=work.warning,
            tags=[tag.name.lstrip("#") for tag in work.hashtags],
            files=files,
            sources=[*draft.sources, *(each for each in sources if each.record.id not in named)],
            parts=parts,
        )
        saved = await edit_record(owner, record, draft, revision=record.revision, editor=holder, statement=statement)
        await tell_about(fresh, Notice.PEN_WRITTEN, holder, owner)
        return saved


async def bring_new_files(
    store: Store, cache: MediaCache, owner: Actor, holder: Actor, work: RecordObject, *, settings: Settings
) -> list[FileDraft]:
    """The files that the record would have then: those that it has already, and copies of those of `holder`,
    as far as `work` names their digests only of the very files that it names.

    Fetches what lives elsewhere: never within a transaction. Raises Invalid for too many, Forbidden for those of
    others, and what `copy_file` raises.
    """
    if len(work.attachments) > MAX_FILES:
        raise Invalid(_("A record has %(n)s files at most.") % {"n": MAX_FILES}, field="files")
    own = await Attachment.filter(record__uri=work.id, media_id__not_isnull=True).select_related("media")
    kept = {attachment.url: attachment.media for attachment in own if attachment.media}
    account = await Account.get(actor_id=owner.id)
    quota = quota_of(settings, Role(account.role))
    files = []
    for attachment in work.attachments:
        media = kept.get(attachment.url)
        if media is None and not may_have(attachment.url, owner=holder.uri):
            raise Forbidden(_("Files come from whoever wrote the version, and nobody else."))
        if media is None:
            theirs = await _own_file(holder, attachment.url)
            media = await copy_file(
                store,
                cache,
                owner,
                media=theirs,
                url=attachment.url,
                digest=attachment.digest,
                settings=settings,
                quota=quota,
            )
        files.append(FileDraft(media=media, description=attachment.description))
    return files


async def find_new_sources(remote: Remote, record: Record, work: RecordObject) -> list[SourceDraft]:
    """What `work` names as its sources besides those that `record` has; none of those is taken out by that.

    Fetches what lives elsewhere: never within a transaction. Raises Invalid for too many, and what `find_public`
    raises.
    """
    had = {str(uri) for uri in await Source.filter(record_id=record.id).values_list("uri", flat=True)}
    new = [source for source in work.sources if source.id not in had and source.id != record.uri]
    if len(new) > MAX_NEW_SOURCES:
        raise Invalid(_("Please name %(n)s new sources at most.") % {"n": MAX_NEW_SOURCES}, field="sources")
    return [SourceDraft(record=await find_public(remote, each.id), relation=each.relation) for each in new]


async def find_public(remote: Remote, address: str) -> Record:
    """The record at `address`, as long as everybody may see it. Raises NotFound, and what `find_record` raises."""
    found = await find_record(remote, address)
    if found.visibility != "public":
        raise NotFound(_("There is no record at %(address)s that everybody may see.") % {"address": address})
    return found


async def _own_file(holder: Actor, url: str) -> Media | None:
    """The file of `holder` at `url` when they live here, and None when it has to be fetched. Raises Forbidden."""
    if not holder.is_local:
        return None
    found = await Media.filter(owner_id=holder.id, path=url.partition("/media/")[2]).first()
    if found is None:
        raise Forbidden(_("Files come from whoever wrote the version, and nobody else."))
    return found


async def refuse_pen(pen: Pen, owner: Actor, holder: Actor) -> None:
    """Raise Forbidden unless `holder` may write the record of `owner` with this pen now."""
    is_theirs = pen.holder_id == holder.id and pen.state == "held"
    if not may_write(is_author=False, holds_pen=is_theirs, is_fit=await is_fit(owner, holder)):
        raise Forbidden(_("You are not a co-author of this record."))


def refuse_foreign(record: Record, owner: Actor, work: RecordObject) -> None:
    """Raise Forbidden when `work` is not a version of `record`, or would change what is its author's alone."""
    if work.id != record.uri or work.attributed_to != owner.uri or record.author_id != owner.id:
        raise Forbidden(_("That is not a version of this record."))
    if find_licence(work.licence).id != record.licence:
        raise Forbidden(_("Only the author of a record changes its licence."))


def refuse_stale(record: Record, work: RecordObject, *, digest: str) -> None:
    """Raise Changed unless `digest`, and the date in `work`, are those of the present version of `record`."""
    moment = write_instant(record.updated_at or record.published_at)
    if (record.digest or "") != digest or write_instant(work.updated or work.published) != moment:
        raise Changed(_("It was changed in the meantime. Please look at both versions, and try again."))


async def apply_writing(store: Store, cache: MediaCache, settings: Settings, remote: Remote, job: Job) -> Outcome:
    """What came from another instance is the next version of a record here, or its writer hears why not."""
    found = Writing.filter(id=int(str(job.payload["writing"])), state="arriving")
    writing = await found.select_related("pen__owner", "pen__holder").first()
    if writing is None:
        return Done()
    pen, owner, holder = writing.pen, writing.pen.owner, writing.pen.holder
    try:
        await refuse_pen(pen, owner, holder)
        work = RecordObject.read(Doc(writing.document), Vocabulary(()))
        record = await Record.get(uri=pen.record_uri)
        refuse_foreign(record, owner, work)
        refuse_stale(record, work, digest=writing.digest)  # before anything is fetched for it
        sources = await find_new_sources(remote, record, work)
        files = await bring_new_files(store, cache, owner, holder, work, settings=settings)
        async with transaction():
            await apply_version(pen, work, digest=writing.digest, files=files, sources=sources)
            await _answer(writing, owner, holder, state="applied", words="")
    except FedirecError as error:
        if error.retryable and job.attempts < TRIES:
            return Later(error=str(error), blame="job")
        async with transaction():
            await _answer(writing, owner, holder, state="refused", words=told(error)[:MAX_WORDS])
    return Done()


async def _answer(writing: Writing, owner: Actor, holder: Actor, *, state: str, words: str) -> None:
    """The version is applied or refused, and whoever wrote it hears so. Part of the caller's transaction."""
    writing.state, writing.answer, writing.document, writing.decided_at = state, words, {}, now()
    await writing.save(update_fields=["state", "answer", "document", "decided_at"])
    kind = Accept if state == "applied" else Reject
    answer = kind(
        id=new_activity_uri(owner), actor=owner.uri, object=Ref(writing.uri), content=words or None, to=(holder.uri,)
    )
    await publish(owner, answer, to=[holder])
