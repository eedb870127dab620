"""Publishing, editing and deleting the records of our own people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import publish
from fedirec.activitypub.vocab import PUBLIC, Create, Delete, Tombstone, Update
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Gone, Invalid
from fedirec.html import markdown
from fedirec.media.models import Media
from fedirec.remix.actions.saving import save_record
from fedirec.remix.content import content_of
from fedirec.remix.digest import record_digest
from fedirec.remix.kinds import Kind, kind_of
from fedirec.remix.licences import CHOICES, explain, find_licence
from fedirec.remix.lineage import Edge, Part, Relation, parents_of, refuse_loop, refuse_too_many
from fedirec.remix.models import (
    Attachment,
    Challenge,
    ChallengeTerms,
    Contributor,
    Record,
    RecordTag,
    Source,
    Submission,
)
from fedirec.remix.queries.trails import Waypoint, credits_with, edges_above, names_of, waypoints_of
from fedirec.remix.roles import default_role, find_role
from fedirec.remix.vocab import (
    AttachmentObject,
    ContributorObject,
    Hashtag,
    Mention,
    ObjectLink,
    RecordObject,
    SourceObject,
    TermsRef,
    find_hashtag,
)
from fedirec.remix.words import in_words
from fedirec.uris import Uris, origin_of
from fedirec.web.language import gettext as _

MAX_TITLE: Final = 200
MAX_TEXT: Final = 28_000
"""Bytes: with what other software is shown of it, a record stays below the 48 kB that peers take."""

SHOWN_TEXT: Final = 7_000
"""Bytes of a long text that other software is shown; it is sent twice, for the sake of its language."""

MAX_FILES: Final = 4
"""Mastodon shows four."""

MAX_TAGS: Final = 16
MAX_PARTS: Final = 16
MAX_TOLD: Final = 20
"""Authors of ancestors who are told of a remix directly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDraft:
    """A file of ours and what it shows, for those who cannot see or hear it."""

    media: Media
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDraft:
    """A record to build on, and how."""

    record: Record
    relation: Relation = Relation.ADAPTS


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDraft:
    """Somebody who helped."""

    actor: Actor
    role: str
    """A code of `roles.ROLES`."""


@dataclass(frozen=True, kw_only=True)
class RecordDraft:
    """What an author wants to publish."""

    title: str
    text: str = ""
    licence: str
    language: str | None = None
    warning: str = ""
    tags: Sequence[str] = ()
    visibility: str = "public"
    files: Sequence[FileDraft] = ()
    sources: Sequence[SourceDraft] = ()
    parts: Sequence[PartDraft] = ()
    own_role: str | None = None
    """A code of `roles.ROLES`; the one that goes with the kind when None."""

    challenge: Challenge | None = None


@dataclass(frozen=True, kw_only=True)
class _Composed:
    """A record as it will travel, and who will hear of it."""

    work: RecordObject
    told: list[Actor]
    media: Mapping[str, Media] = field(default_factory=dict)


async def publish_record(author: Actor, draft: RecordDraft) -> Record:
    """A new record by a local `author` is here, and the world will hear of it.

    Raises Invalid, Conflict or Forbidden with the form field that has to change.
    """
    _check(draft)
    await _check_sources(author, draft)
    uri = Uris(origin_of(author.uri)).record()
    terms = await _current_terms(draft.challenge)
    composed = await _compose(author, draft, uri=uri, published=now(), terms=terms)
    async with transaction():
        record = await save_record(author, composed.work, document=composed.work.write(), media=composed.media)
        if draft.challenge and terms:
            await Submission.create(
                challenge=draft.challenge,
                record=record,
                via="local",
                terms_version=terms.version,
                terms_digest=terms.digest,
            )
            await _tell_leader(author, draft.challenge, record)
        await _tell_the_built_on(author, record, draft)
        create = Create(
            id=f"{uri}/create",
            actor=author.uri,
            object=composed.work,
            to=composed.work.to,
            cc=composed.work.cc,
            published=composed.work.published,
        )
        await publish(author, create, to=composed.told, to_followers_of=[author])
    return record


async def edit_record(author: Actor, record: Record, draft: RecordDraft) -> Record:
    """The record has a new version; the one before is kept, and everybody who has it hears of the change."""
    _refuse_others(author, record)
    _check(draft)
    await _check_sources(author, draft)
    uris = [source.record.uri for source in draft.sources]
    refuse_loop(record.uri, uris, parents_of(await edges_above(uris)))
    submission = await Submission.filter(record_id=record.id).select_related("challenge__actor").first()
    terms = None
    if submission and submission.terms_version and submission.terms_digest:
        terms = TermsRef(version=submission.terms_version, digest=submission.terms_digest)
    draft = replace(draft, challenge=submission.challenge if submission else None)
    composed = await _compose(author, draft, uri=record.uri, published=record.published_at, updated=now(), terms=terms)
    others = await _everybody_around(record)
    async with transaction():
        saved = await save_record(author, composed.work, document=composed.work.write(), media=composed.media)
        update = Update(
            id=f"{record.uri}/update/{saved.revision}",
            actor=author.uri,
            object=composed.work,
            to=composed.work.to,
            cc=composed.work.cc,
            published=now(),
        )
        await publish(author, update, to=[*composed.told, *others], to_followers_of=[author])
    return saved


async def delete_record(author: Actor, record: Record) -> None:
    """The record's words and media are gone; that it was there, and who made it, stays where others built on it."""
    _refuse_others(author, record)
    others = await _everybody_around(record)
    async with transaction():
        await bury_record(record)
        tombstone = Tombstone(id=record.uri, deleted=now(), former_type="Note")
        delete = Delete(id=f"{record.uri}/delete", actor=author.uri, object=tombstone, to=(PUBLIC,))
        await publish(author, delete, to=others, to_followers_of=[author])


async def bury_record(record: Record) -> None:
    """Only the tombstone of `record` is left, with its title and its place in the lineage.

    Its files stop being used and are swept away. Part of the caller's transaction.
    """
    files = await Attachment.filter(record_id=record.id, media_id__not_isnull=True).values_list("media_id", flat=True)
    await Attachment.filter(record_id=record.id).delete()
    if files:
        await Media.filter(id__in=list(files)).update(attached_at=None)
    await RecordTag.filter(record_id=record.id).delete()
    record.text = record.content = record.warning = ""
    record.deleted_at = now()
    await record.save(update_fields=["text", "content", "warning", "deleted_at"])


def _check(draft: RecordDraft) -> None:
    """Raise for what is wrong with `draft` in itself."""
    if not draft.title.strip():
        raise Invalid(_("Please give it a title."), field="title")
    if len(draft.title) > MAX_TITLE:
        raise Invalid(
            _("Please keep the title under %(max_title)s characters.") % {"max_title": MAX_TITLE}, field="title"
        )
    if len(draft.text.encode()) > MAX_TEXT:
        raise Invalid(_("That is too long for one record. Please split it."), field="text")
    if not draft.text.strip() and not draft.files:
        raise Invalid(_("Please write something or add a file."), field="text")
    if len(draft.files) > MAX_FILES:
        raise Invalid(_("A record has %(max_files)s files at most.") % {"max_files": MAX_FILES}, field="files")
    if find_licence(draft.licence) not in CHOICES:
        raise Invalid(_("Please choose a licence."), field="licence")
    if draft.visibility not in ("public", "followers"):
        raise Invalid(_("Please choose who may see it."), field="visibility")
    if len(draft.tags) > MAX_TAGS:
        raise Invalid(_("Please use %(max_tags)s tags at most.") % {"max_tags": MAX_TAGS}, field="tags")
    for tag in draft.tags:
        if find_hashtag(tag) is None:
            raise Invalid(
                _("“%(tag)s” cannot be a tag: please use one word of letters and digits.") % {"tag": tag}, field="tags"
            )
    if len(draft.parts) > MAX_PARTS:
        raise Invalid(_("Please name %(max_parts)s people at most.") % {"max_parts": MAX_PARTS}, field="people")
    for part in draft.parts:
        if find_role(part.role) is None:
            raise Invalid(_("Please choose a role."), field="people")
    if draft.challenge and draft.visibility != "public":
        raise Invalid(_("What answers a challenge is public."), field="visibility")
    refuse_too_many([source.record.uri for source in draft.sources])


async def _check_sources(author: Actor, draft: RecordDraft) -> None:
    """Raise for sources that are gone, not public, or whose licences do not allow this remix.

    Nobody needs a licence for their own work.
    """
    for source in draft.sources:
        title = source.record.title
        if source.record.deleted_at:
            raise Gone(
                _("“%(title)s” was deleted by its author, so nothing new can be made from it.") % {"title": title},
                field="sources",
            )
        if source.record.visibility != "public":
            raise Forbidden(
                _("“%(title)s” is not public, so it cannot be built on.") % {"title": title}, field="sources"
            )
    foreign = [source.record for source in draft.sources if source.record.author_id != author.id]
    licences = [find_licence(record.licence_url or record.licence) for record in foreign]
    if clashes := explain(licences):
        names = [f"“{record.title}”" for record in foreign]
        raise Conflict(" ".join(clash.in_words(names, gettext=_) for clash in clashes), field="sources")
    if clashes := explain(licences, find_licence(draft.licence)):
        names = [f"“{record.title}”" for record in foreign]
        raise Conflict(" ".join(clash.in_words(names, gettext=_) for clash in clashes), field="licence")


async def _current_terms(challenge: Challenge | None) -> TermsRef | None:
    if challenge is None:
        return None
    if challenge.state not in ("open", "extended") or (challenge.deadline_at and challenge.deadline_at < now()):
        raise Conflict(_("This challenge is closed; it takes no more submissions."), field="challenge")
    terms = await ChallengeTerms.filter(challenge_id=challenge.id).order_by("-version").first()
    return TermsRef(version=terms.version, digest=terms.digest) if terms else None


async def _compose(
    author: Actor,
    draft: RecordDraft,
    *,
    uri: str,
    published: datetime,
    updated: datetime | None = None,
    terms: TermsRef | None,
) -> _Composed:
    uris = Uris(origin_of(author.uri))
    attachments, media = compose_attachments(uris, draft.files)
    kind = kind_of(f"{attachment.kind}/*" for attachment in attachments)
    own_role = (find_role(draft.own_role) if draft.own_role else None) or default_role(kind)
    parts = [ContributorObject(person=author.uri, role=own_role.iri)]
    for part in draft.parts:
        role = find_role(part.role)
        assert role is not None
        parts.append(ContributorObject(person=part.actor.uri, role=role.iri))
    group = await draft.challenge.actor if draft.challenge else None
    # What the sources were made from is told and credited too.
    edges = await edges_above([source.record.uri for source in draft.sources])
    edges += [Edge(record=uri, source=source.record.uri, relation=source.relation) for source in draft.sources]
    waypoints = await waypoints_of({edge.source for edge in edges})
    waypoints[uri] = _own_waypoint(author, draft, uri, kind)
    own = [Part(person=part.person, role=part.role) for part in parts]
    lines = await credits_with(uri, edges, waypoints, own)
    names = await names_of(lines, waypoints)
    pages = {waypoint.author_uri: waypoint.author_url for waypoint in waypoints.values()}
    licence = find_licence(draft.licence)
    direct = {waypoints[source.record.uri].author_uri for source in draft.sources if source.record.uri in waypoints}
    ancestors = [waypoint.author_uri for place, waypoint in waypoints.items() if place != uri]
    named = [*direct, *(part.actor.uri for part in draft.parts), *ancestors]
    people = await Actor.filter(uri__in=list(dict.fromkeys(named))[:MAX_TOLD], state="active")
    told = [actor for actor in people if actor.id != author.id]
    mentioned = [
        actor for actor in told if actor.uri in direct or actor.uri in {part.actor.uri for part in draft.parts}
    ]
    is_public = draft.visibility == "public"
    others = [actor.uri for actor in told] + ([group.uri] if group else [])
    to = (PUBLIC,) if is_public else (author.followers or "",)
    cc = ((author.followers or ""), *others) if is_public else tuple(others)
    work = RecordObject(
        id=uri,
        attributed_to=author.uri,
        published=published,
        updated=updated,
        name=draft.title.strip(),
        content=content_of(
            markdown(_beginning(draft.text)),
            title=draft.title.strip(),
            credit=in_words(lines, names=names) if len(lines) > 1 else (),
            pages=pages,
            licence=licence,
            url=uri,
        ),
        markdown=draft.text,
        language=draft.language,
        warning=draft.warning.strip(),
        sensitive=bool(draft.warning.strip()),
        to=to,
        cc=cc,
        url=uri,
        attachments=tuple(attachments),
        hashtags=tuple(
            Hashtag(name=name, href=uris.tag(name.lower())) for tag in draft.tags if (name := find_hashtag(tag))
        ),
        mentions=tuple(
            Mention(href=actor.uri, name=f"@{actor.handle}@{actor.host}")
            for actor in ([group] if group else []) + mentioned
        ),
        links=tuple(ObjectLink(href=source.record.uri, name=source.record.title) for source in draft.sources),
        licence=licence.url,
        sources=tuple(SourceObject(id=source.record.uri, relation=source.relation) for source in draft.sources),
        contributors=tuple(dict.fromkeys(parts)),
        challenge=group.uri if group else None,
        terms=terms,
        can_quote=(PUBLIC,) if is_public else (),
    )
    work = replace(work, record_digest=record_digest(work))
    return _Composed(work=work, told=[*told, *([group] if group else [])], media=media)


def _beginning(text: str) -> str:
    """`text`, or of a long one as many whole paragraphs as other software is shown; the page has the rest."""
    if len(text.encode()) <= SHOWN_TEXT:
        return text
    shown = ""
    for paragraph in text.split("\n\n"):
        longer = f"{shown}\n\n{paragraph}" if shown else paragraph
        if len(longer.encode()) > SHOWN_TEXT:
            break
        shown = longer
    return (shown or text.encode()[:SHOWN_TEXT].decode(errors="ignore")) + "\n\n…"


def compose_attachments(uris: Uris, files: Sequence[FileDraft]) -> tuple[list[AttachmentObject], dict[str, Media]]:
    """The files as they travel, and the rows they come from by their address."""
    attachments: list[AttachmentObject] = []
    media: dict[str, Media] = {}
    for file in files:
        stored = file.media
        url = uris.media(stored.path)
        media[url] = stored
        attachments.append(
            AttachmentObject(
                kind=Kind(stored.kind),
                url=url,
                media_type=stored.media_type,
                description=file.description.strip(),
                width=stored.width,
                height=stored.height,
                duration_ms=stored.duration_ms,
                digest=stored.digest,
                poster_url=uris.media(stored.poster_path) if stored.poster_path else None,
            )
        )
    return attachments, media


def _own_waypoint(author: Actor, draft: RecordDraft, uri: str, kind: Kind) -> Waypoint:
    return Waypoint(
        uri=uri,
        url=uri,
        title=draft.title.strip(),
        kind=kind,
        author_uri=author.uri,
        author_name=author.name or author.handle,
        author_handle=f"{author.handle}@{author.host}",
        author_url=author.url or author.uri,
        licence=draft.licence,
        is_local=True,
        is_gone=False,
        is_hidden=draft.visibility != "public",
    )


async def _tell_the_built_on(author: Actor, record: Record, draft: RecordDraft) -> None:
    """Those of our people whose records were built on, and those who are credited, know."""
    details = {"title": record.title}
    for source in draft.sources:
        owner = await source.record.author
        await notify(owner, Notice.REMIXED, author, record.uri, record.uri, {"title": source.record.title})
    for part in draft.parts:
        await notify(part.actor, Notice.CREDITED, author, record.uri, record.uri, details)


async def _tell_leader(author: Actor, challenge: Challenge, record: Record) -> None:
    leader = await Actor.get_or_none(id=challenge.leader_id)
    if leader:
        await notify(leader, Notice.SUBMITTED, author, record.uri, record.uri, {"title": challenge.title})


async def _everybody_around(record: Record) -> list[Actor]:
    """Those who were told of `record` or built on it."""
    sources = await Source.filter(record_id=record.id).values_list("uri", flat=True)
    children = await Source.filter(uri=record.uri).select_related("record__author").limit(500)
    helpers = await Contributor.filter(record_id=record.id).values_list("actor_uri", flat=True)
    parents = await Record.filter(uri__in=list(sources)).select_related("author")
    challenges = await Submission.filter(record_id=record.id).select_related("challenge__actor")
    found = [child.record.author for child in children] + [parent.author for parent in parents]
    found += [submission.challenge.actor for submission in challenges]
    found += await Actor.filter(uri__in=list(helpers))
    return list({actor.id: actor for actor in found}.values())


def _refuse_others(author: Actor, record: Record) -> None:
    if record.author_id != author.id:
        raise Forbidden(_("Only its author can change a record."))
    if record.deleted_at:
        raise Gone(_("That record was deleted."))
