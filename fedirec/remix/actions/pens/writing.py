"""Whoever holds the pen of a record writes a new version of it, wherever they live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Doc, Ref, Vocabulary, write_instant
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Changed, Conflict, Gone, Invalid, TooMany
from fedirec.media.actions import attach_media, release_media
from fedirec.media.cache import MediaCache
from fedirec.media.models import Media
from fedirec.media.store import Store
from fedirec.remix.actions.composing import compose_attachments
from fedirec.remix.actions.drafts import MAX_FILES, FileDraft, RecordDraft, SourceDraft, refuse_bad_draft
from fedirec.remix.actions.pens.applying import MAX_NEW_SOURCES, apply_version, bring_new_files, refuse_pen
from fedirec.remix.actions.pens.forgetting import IN_HAND
from fedirec.remix.actions.pens.giving import locked
from fedirec.remix.actions.sources import fetch_record
from fedirec.remix.digest import edit_digest, record_digest
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Pen, Record, RecordRevision, Writing
from fedirec.remix.roles import find_role
from fedirec.remix.vocab import AttachmentObject, ContributorObject, Hashtag, RecordObject, SourceObject, find_hashtag
from fedirec.remix.vocab.edits import EditStatement
from fedirec.remix.vocab.pens import OfferedVersion
from fedirec.settings import Settings
from fedirec.uris import Uris, origin_of
from fedirec.web.language import gettext as _

MAX_AN_HOUR: Final = 60
"""Versions that one person writes of records of others."""

PATIENCE: Final = timedelta(days=1)
"""How long the answer of another instance is waited for before somebody may try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file that the record has already, and what it shows."""

    url: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What whoever holds the pen may change: all else is the author's."""

    title: str
    text: str = ""
    language: str | None = None
    warning: str = ""
    tags: Sequence[str] = ()
    files: Sequence[KeptFile | FileDraft] = ()
    sources: Sequence[SourceDraft] = ()
    """What it was made from besides what it names already; only the author takes a source out."""
    role: str | None = None
    """The part that they have in it, a code of `roles.ROLES`, where they are not credited yet."""


async def present_version(remote: Remote, pen: Pen) -> RecordObject:
    """The record as its home has it now; asks it, so never within a transaction.

    Raises Forbidden without the pen, Gone and Conflict for what cannot be written any more, and what fetching raises.
    """
    owner, holder = await Actor.get(id=pen.owner_id), await Actor.get(id=pen.holder_id)
    await refuse_pen(pen, owner, holder)
    if not owner.is_local:
        work, _document, author = await fetch_record(remote, pen.record_uri)
        if not isinstance(work, RecordObject) or work.id != pen.record_uri or author.id != owner.id:
            raise Conflict(_("That is not the record any more that you were invited to write."))
        return work
    record = await Record.get_or_none(uri=pen.record_uri)
    if record is None or record.deleted_at:
        raise Gone(_("That record was deleted."))
    if record.visibility != "public":
        raise Conflict(_("Only what everybody can see can be written together."))
    revision = await RecordRevision.get(record_id=record.id, number=record.revision)
    return RecordObject.read(Doc(revision.document), Vocabulary(()))


def version_of(work: RecordObject) -> str:
    """What a form remembers of the version that it shows: two versions never have the same."""
    return f"{record_digest(work)} {write_instant(work.updated or work.published)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A version that is ready to be handed in."""

    work: RecordObject
    digest: str
    """The record digest of the version that it was made from."""
    media: Mapping[str, Media]
    """Its new files, by their address."""
    files: Sequence[FileDraft]
    """All its files as those of the author, where they live here."""
    sources: Sequence[SourceDraft] = ()
    """What it names as sources besides those that it had."""


async def prepare_version(
    store: Store,
    cache: MediaCache,
    holder: Actor,
    pen: Pen,
    changes: Changes,
    *,
    present: RecordObject,
    settings: Settings,
    keyring: Keyring,
) -> Written:
    """The next version as it will be handed in. Copies files: never within a transaction.

    `present` is the version that was changed; that the new one is theirs, `holder` signs. Raises Forbidden without the
    pen, Invalid with the field to change.
    """
    owner = await Actor.get(id=pen.owner_id)
    await refuse_pen(pen, owner, holder)
    refuse_bad_draft(_as_draft(changes, present))
    if len(changes.sources) > MAX_NEW_SOURCES:
        raise Invalid(_("Please name %(n)s new sources at most.") % {"n": MAX_NEW_SOURCES}, field="sources")
    work, media = _changed(present, changes, holder)
    base = record_digest(present)
    work = replace(work, edit_statement=await _statement(keyring, holder, work, base=base))
    files = await bring_new_files(store, cache, owner, holder, work, settings=settings) if owner.is_local else []
    return Written(work=work, digest=base, media=media, files=files, sources=changes.sources)


async def hand_in(holder: Actor, pen: Pen, written: Written) -> Writing | None:
    """The record has the new version, or it is on its way to its home, which answers; then with the row that waits.

    Raises Changed when the record is another by now, Forbidden without the pen, Conflict or TooMany.
    """
    owner = await Actor.get(id=pen.owner_id)
    if owner.is_local:
        await apply_version(pen, written.work, digest=written.digest, files=written.files, sources=written.sources)
        return None
    document = written.work.write()
    async with transaction():
        await refuse_pen(await locked(pen), owner, holder)
        await _refuse_haste(holder)
        if await Writing.filter(pen_id=pen.id, state="sent", written_at__gt=now() - PATIENCE).exists():
            raise Conflict(_("What you wrote before is still on its way. Please wait for the answer."))
        before = Writing.filter(pen_id=pen.id, state__in=IN_HAND)
        left = {int(file) for row in await before for file in row.files}
        await release_media(await Media.filter(id__in=list(left), owner_id=holder.id) if left else [])
        await before.delete()
        if written.media:
            await attach_media(holder, keys=[file.key for file in written.media.values()])
        offer = OfferedVersion(
            id=new_activity_uri(holder),
            actor=holder.uri,
            object=Ref(pen.record_uri),
            instrument=written.work.id,
            instrument_document=document,
            digest=written.digest,
            to=(owner.uri,),
        )
        writing = await Writing.create(
            uri=offer.id,
            pen_id=pen.id,
            document=document,
            files=[file.id for file in written.media.values()],
            digest=written.digest,
            state="sent",
        )
        await publish(holder, offer, to=[owner])
    return writing


async def write_version(
    store: Store,
    cache: MediaCache,
    holder: Actor,
    pen: Pen,
    changes: Changes,
    *,
    present: RecordObject,
    settings: Settings,
    keyring: Keyring,
) -> Writing | None:
    """What `prepare_version` makes is handed in. Raises what both raise."""
    written = await prepare_version(
        store, cache, holder, pen, changes, present=present, settings=settings, keyring=keyring
    )
    return await hand_in(holder, pen, written)


async def _statement(keyring: Keyring, holder: Actor, work: RecordObject, *, base: str) -> EditStatement:
    """What `holder` says of the version `work`, which they made."""
    key_id, key = await keyring.key_of(holder.id, "ed25519")
    return EditStatement.sign(
        editor=holder.uri, record=work.id, digest=edit_digest(work), base=base, at=now(), key=key, key_id=key_id
    )


def refuse_other_version(present: RecordObject, *, version: str) -> None:
    """Raise Changed when `present` is not the version that `version_of` named."""
    if version_of(present) != version:
        raise Changed(
            _("It was changed in the meantime. Nothing of yours is lost: please look at both, and try again.")
        )


def _as_draft(changes: Changes, present: RecordObject) -> RecordDraft:
    fresh = [file for file in changes.files if isinstance(file, FileDraft)]
    known = {attachment.url for attachment in present.attachments}
    kept = [file for file in changes.files if isinstance(file, KeptFile)]
    if any(file.url not in known for file in kept):
        raise Invalid(_("A file is gone. Please look at it again."), field="files")
    licence = find_licence(present.licence).id
    # Files that are there already count, and have nothing else that could be wrong.
    text = changes.text if fresh or not kept else changes.text or present.name
    draft = RecordDraft(
        title=changes.title, text=text, licence=licence, warning=changes.warning, tags=changes.tags, files=fresh
    )
    if len(changes.files) > MAX_FILES:
        raise Invalid(_("A record has %(n)s files at most.") % {"n": MAX_FILES}, field="files")
    return draft


def _changed(present: RecordObject, changes: Changes, holder: Actor) -> tuple[RecordObject, Mapping[str, Media]]:
    """`present` with the `changes`, and the files in it that are new, by their address."""
    fresh, media = compose_attachments(
        Uris(origin_of(holder.uri)), [file for file in changes.files if isinstance(file, FileDraft)]
    )
    known = {attachment.url: attachment for attachment in present.attachments}
    coming = iter(fresh)
    attachments: list[AttachmentObject] = [
        replace(known[file.url], description=file.description.strip()) if isinstance(file, KeptFile) else next(coming)
        for file in changes.files
    ]
    uris = Uris(origin_of(present.id))
    role = find_role(changes.role) if changes.role else None
    work = RecordObject(
        id=present.id,
        attributed_to=present.attributed_to,
        published=present.published,
        updated=present.updated,
        name=" ".join(changes.title.split()),
        markdown=changes.text,
        language=changes.language,
        warning=changes.warning.strip(),
        sensitive=bool(changes.warning.strip()),
        licence=present.licence,
        sources=tuple(SourceObject(id=source.record.uri, relation=source.relation) for source in changes.sources),
        contributors=(ContributorObject(person=holder.uri, role=role.iri),) if role else (),
        attachments=tuple(attachments),
        hashtags=tuple(
            Hashtag(name=name, href=uris.tag(name.lower())) for tag in changes.tags if (name := find_hashtag(tag))
        ),
    )
    return work, media


async def _refuse_haste(holder: Actor) -> None:
    newest = Writing.filter(pen__holder_id=holder.id, written_at__gt=now() - timedelta(hours=1))
    if await newest.offset(MAX_AN_HOUR - 1).limit(1).values("id"):
        raise TooMany(_("Those were many versions within an hour. Please take a break."), retry_after=600)
