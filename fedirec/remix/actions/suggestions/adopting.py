"""A change that somebody suggested becomes the next version of the record, with their name on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Changed, Conflict, Gone, Invalid
from fedirec.lanes import gathering
from fedirec.media.cache import MediaCache
from fedirec.media.store import Store
from fedirec.remix.actions.copying import copy_file
from fedirec.remix.actions.drafts import MAX_FILES, FileDraft, PartDraft, RecordDraft, SourceDraft
from fedirec.remix.actions.present_drafts import present_draft
from fedirec.remix.actions.records import edit_record
from fedirec.remix.actions.remix_requests.answering import refuse_long
from fedirec.remix.actions.suggestions.answering import refuse_decided, say_answer
from fedirec.remix.actions.suggestions.merging import Merge
from fedirec.remix.actions.suggestions.offering import is_made_from, locked, refuse_unfit
from fedirec.remix.kinds import Kind
from fedirec.remix.models import Attachment, Record, Suggestion
from fedirec.remix.roles import default_role
from fedirec.remix.sides import present_side
from fedirec.settings import Settings
from fedirec.web.language import gettext as _


async def adopt_suggestion(
    owner: Actor,
    suggestion: Suggestion,
    *,
    files: Sequence[FileDraft] = (),
    words: str = "",
    digest: str | None = None,
    revision: int | None = None,
    merge: Merge | None = None,
) -> Record:
    """The record has a new version with the words and the `files` of what was suggested; it names that as a source, and
    whoever made it as a contributor, who hears of it.

    With a `merge` its words have what the author changed since as well. With `digest` and `revision` only as long as
    both works are the versions that these name; raises Changed otherwise. Raises Forbidden for what was suggested to
    another, Conflict when it was answered or its licence is in the way, Gone when one of the works is gone.
    """
    refuse_long(words)
    async with transaction(), gathering():
        fresh = await locked(suggestion)
        refuse_decided(fresh, owner)
        found = Record.filter(uri__in=[fresh.record_uri, fresh.variation_uri]).select_related("author")
        works = {record.uri: record for record in await found}
        record, variation = works.get(fresh.record_uri), works.get(fresh.variation_uri)
        if record is None or variation is None or variation.author.state != "active":
            raise Gone(_("What was suggested is not there any more."))
        refuse_unfit(variation.author, variation, record)
        if not await is_made_from(variation, record):
            raise Conflict(_("It no longer names “%(title)s” as a source.") % {"title": record.title})
        if digest is not None and digest != (variation.digest or ""):
            raise Changed(_("They changed it in the meantime. Please look at it again."))
        draft = await _changed_draft(owner, record, variation, files)
        if merge is not None and (merge.revision, merge.digest) != (record.revision, variation.digest or ""):
            raise Changed(_("One of the two was changed in the meantime. Please look at both again."))
        if merge is not None:
            draft = replace(draft, text=merge.text)
        # Set before, so that their side finds what they agreed to when it is asked for the stamp.
        fresh.state, fresh.decided_at, fresh.answer = "adopted", now(), words.strip()
        fresh.revision = record.revision + 1
        await fresh.save(update_fields=["state", "decided_at", "answer", "revision"])
        await say_answer(fresh, owner)
        return await edit_record(owner, record, draft, revision=revision, adopts=[variation.uri])


async def bring_files(
    store: Store,
    cache: MediaCache,
    owner: Actor,
    suggestion: Suggestion,
    *,
    settings: Settings,
    quota: int = 0,
) -> list[FileDraft]:
    """The files that the record would have then, as files of `owner`: those that it has already, the others copied, as
    far as the suggested work names their digests only if they are the very files that it names.

    Fetches what lives elsewhere: never within a transaction. Raises Forbidden and Conflict where it is not theirs to
    answer any more, Invalid for too many, Changed for another file than is named, and what `keep_file` and
    `cache_remote` raise.
    """
    refuse_decided(suggestion, owner)
    wanted = await Attachment.filter(record__uri=suggestion.variation_uri).order_by("position").select_related("media")
    if len(wanted) > MAX_FILES:
        raise Invalid(_("A record has %(n)s files at most.") % {"n": MAX_FILES}, field="files")
    own = await Attachment.filter(record__uri=suggestion.record_uri, media_id__not_isnull=True).select_related("media")
    kept = {attachment.digest: attachment.media for attachment in own if attachment.digest and attachment.media}
    files = []
    for attachment in wanted:
        media = kept.get(attachment.digest) if attachment.digest else None
        if media is None:
            media = await copy_file(
                store,
                cache,
                owner,
                media=attachment.media,
                url=attachment.url,
                digest=attachment.digest,
                settings=settings,
                quota=quota,
            )
        files.append(FileDraft(media=media, description=attachment.description))
    return files


async def _changed_draft(owner: Actor, record: Record, variation: Record, files: Sequence[FileDraft]) -> RecordDraft:
    """`record` as it is, but for the words and files of `variation`, with credit for whoever made that.

    What has no words or no files leaves those of the record as they are. A warning comes along with what it is about,
    and so does the language.
    """
    side = await present_side(variation)
    draft = await present_draft(owner, record)
    has_words = bool(side.text.strip())
    parts, sources = list(draft.parts), list(draft.sources)
    if not any(part.actor.id == variation.author_id for part in parts):
        parts.append(PartDraft(actor=variation.author, role=default_role(Kind(variation.kind)).code))
    if not any(source.record.id == variation.id for source in sources):
        sources.append(SourceDraft(record=variation))
    return replace(
        draft,
        text=side.text if has_words else record.text,
        language=(variation.language or record.language) if has_words else record.language,
        warning=record.warning or variation.warning,
        files=list(files) or draft.files,
        sources=sources,
        parts=parts,
    )
