"""A draft becomes a record as it will travel: with its credits, its audience and what other software is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import accumulate
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import PUBLIC, Ref
from fedirec.html import markdown
from fedirec.media.models import Caption, Media
from fedirec.media.queries import captions_of
from fedirec.remix.actions.drafts import FileDraft, RecordDraft
from fedirec.remix.content import content_of
from fedirec.remix.digest import record_digest, with_lists
from fedirec.remix.kinds import Kind, kind_of
from fedirec.remix.licences import find_licence
from fedirec.remix.lineage import CreditLine, Edge, Part
from fedirec.remix.pseudonyms import is_unnamed
from fedirec.remix.queries.credits import credits_with, names_of
from fedirec.remix.queries.pseudonyms import people_behind, wish_of
from fedirec.remix.queries.trails import edges_above
from fedirec.remix.queries.waypoints import Waypoint, waypoints_of
from fedirec.remix.quoting import named_by
from fedirec.remix.replies import conversation_at
from fedirec.remix.roles import default_role, find_role
from fedirec.remix.sizes import MAX_ADDRESSED, MAX_DOCUMENT, SHORT_NAME, SHORTER, SHOWN_NAME, beginning_of, size_of
from fedirec.remix.spreading import remixes_at
from fedirec.remix.vocab import (
    AttachmentObject,
    CaptionObject,
    ContributorObject,
    Hashtag,
    Mention,
    ObjectLink,
    RecordObject,
    SourceObject,
    TermsRef,
    find_hashtag,
)
from fedirec.remix.vocab.records import MAX_INLINE, MAX_QUESTION, MAX_THANKS
from fedirec.remix.vocab.text import clean_line
from fedirec.remix.wishes import AiPreference, remixers_named, remixing_within
from fedirec.remix.words import in_words
from fedirec.uris import Uris, origin_of

MAX_TOLD: Final = 20
"""Authors of ancestors who are told of a remix directly."""

MAX_MENTIONS: Final = 20
"""People whom one record mentions; more look like spam to others. Those beyond are told all the same."""


@dataclass(frozen=True, kw_only=True)
class Composed:
    """A record as it will travel, and who will hear of it."""

    work: RecordObject
    told: list[Actor]
    media: Mapping[str, Media] = field(default_factory=dict)

    @property
    def carried(self) -> RecordObject | Ref:
        """What an activity carries: the record, or its id alone where peers would not take so much at once.

        They ask for it then, as their own instance or as its author's followers.
        """
        return self.work if _is_small(self.work) else Ref(self.work.id)


@dataclass(frozen=True, kw_only=True)
class DraftCredits:
    """Who would be credited for a draft, over all generations, and what they are called."""

    lines: Sequence[CreditLine]
    names: Mapping[str, str]
    waypoints: Mapping[str, Waypoint]
    """The draft itself and everything that it is made from."""


async def compose_record(
    author: Actor,
    draft: RecordDraft,
    *,
    uri: str,
    published: datetime,
    updated: datetime | None = None,
    terms: TermsRef | None,
) -> Composed:
    """What `draft` looks like to everybody else, under the address `uri`; nothing is saved."""
    uris = Uris(origin_of(author.uri))
    captions = await captions_of(file.media.id for file in draft.files)
    attachments, media = compose_attachments(uris, draft.files, captions=captions)
    kind = kind_of(f"{attachment.kind}/*" for attachment in attachments)
    parts = _parts(author, draft, kind)
    group = await draft.challenge.actor if draft.challenge else None
    credit = await credits_of_draft(author, draft, uri=uri, kind=kind)
    pages = {waypoint.author_uri: waypoint.author_url for waypoint in credit.waypoints.values()}
    licence = find_licence(draft.licence)
    told, mentioned, quietly = await _people_of(author, draft, credit.waypoints, uri=uri)
    is_public = draft.visibility == "public"
    others = addressed([*([group] if group else []), *told])
    to = (PUBLIC,) if is_public else (author.followers or "",)
    cc = ((author.followers or ""), *others) if is_public else tuple(others)
    automatic, manual = named_by(draft.quoting, author=author.uri, is_public=is_public)
    remixing = remixing_within(licence, draft.remixing)
    at_once, asked = remixers_named(remixing, author=author.uri, followers=author.followers, is_public=is_public)
    wish = await wish_of(uri)
    work = RecordObject(
        id=uri,
        attributed_to=author.uri,
        published=published,
        updated=updated,
        name=" ".join(draft.title.split()),
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
            for actor in (([group] if group else []) + mentioned)[:MAX_MENTIONS]
        ),
        links=tuple(
            ObjectLink(href=source.record.uri, name=source.record.title[:SHOWN_NAME].rstrip())
            for source in draft.sources[:MAX_INLINE]
        ),
        licence=licence.url,
        sources=tuple(
            SourceObject(id=source.record.uri, relation=source.relation, thanks=clean_line(source.thanks, MAX_THANKS))
            for source in draft.sources
        ),
        contributors=tuple(dict.fromkeys(parts)),
        challenge=group.uri if group else None,
        terms=terms,
        replies=f"{uri}/replies" if is_public else None,
        remixes=remixes_at(uri) if is_public else None,
        context=conversation_at(uri) if is_public else None,
        audience=group.uri if group else None,
        can_quote=automatic,
        can_quote_asked=manual,
        can_remix=at_once,
        can_remix_asked=asked,
        ai_preference=AiPreference(draft.ai_preference),
        feedback_wanted=clean_line(draft.feedback_wanted, MAX_QUESTION) or None,
        without_name=wish.everywhere,
        without_name_in=wish.remixes,
    )
    phrase = in_words(credit.lines, names=credit.names) if len(credit.lines) > 1 else ()
    contents = [
        content_of(
            markdown(beginning_of(draft.text, limit)),
            title=work.name,
            credit=phrase,
            pages=pages,
            licence=licence,
            url=uri,
        )
        for limit in SHORTER
    ]
    work = replace(work, content=contents[0])
    work = with_lists(work, sources_at=f"{uri}/sources", credits_at=f"{uri}/credits")
    work = shortened(replace(work, record_digest=record_digest(work)), contents)
    return Composed(work=work, told=[*told, *quietly, *([group] if group else [])], media=media)


def addressed(people: Sequence[Actor]) -> list[str]:
    """The addresses of those who hear of something, as many of them as are named beside it."""
    sizes = accumulate(size_of(actor.uri) for actor in people)
    return [actor.uri for actor, size in zip(people, sizes, strict=True) if size <= MAX_ADDRESSED]


def _is_small(work: RecordObject) -> bool:
    """Whether an activity can carry `work`, and say once more to whom."""
    return size_of(work.write()) + size_of([*work.to, *work.cc]) <= MAX_DOCUMENT


def shortened(work: RecordObject, contents: Sequence[str]) -> RecordObject:
    """`work` with the first of `contents` with which it is small enough, and with short names of links if need be; as
    it is when nothing of that helps, for then it is asked for by its id.
    """
    short = tuple(replace(link, name=link.name[:SHORT_NAME].rstrip()) for link in work.links)
    links = work.links
    for content in contents:
        if _is_small(shorter := replace(work, content=content, links=links)):
            return shorter
        links = short
    return work


async def _people_of(
    author: Actor, draft: RecordDraft, waypoints: Mapping[str, Waypoint], *, uri: str
) -> tuple[list[Actor], list[Actor], list[Actor]]:
    """Who hears of `draft`: everybody whose work is in it, or who helped; those of them whom it mentions; and who hears
    of it without being named.

    Mentioned are those who helped, and the authors of its own sources.
    """
    direct = {waypoints[source.record.uri].author_uri for source in draft.sources if source.record.uri in waypoints}
    helpers = [part.actor.uri for part in draft.parts]
    ancestors = [waypoint.author_uri for place, waypoint in waypoints.items() if place != uri]
    heard = list(dict.fromkeys([*direct, *helpers, *ancestors]))[:MAX_TOLD]
    behind = (await people_behind(uri for uri in heard if is_unnamed(uri))).values()
    people = await Actor.filter(uri__in=[*heard, *behind], state="active")
    told = [actor for actor in people if actor.id != author.id and actor.uri in heard]
    quietly = [actor for actor in people if actor.id != author.id and actor.uri not in heard]
    return told, [actor for actor in told if actor.uri in direct or actor.uri in helpers], quietly


async def credits_of_draft(author: Actor, draft: RecordDraft, *, uri: str, kind: Kind) -> DraftCredits:
    """The credits of `draft` under the address `uri`; what its sources were made from is credited too."""
    own = [Part(person=part.person, role=part.role) for part in _parts(author, draft, kind)]
    edges = await edges_above([source.record.uri for source in draft.sources])
    edges += [Edge(record=uri, source=source.record.uri, relation=source.relation) for source in draft.sources]
    waypoints = await waypoints_of({edge.source for edge in edges}, own=uri)
    waypoints[uri] = _own_waypoint(author, draft, uri, kind)
    lines = await credits_with(uri, edges, waypoints, own)
    return DraftCredits(lines=lines, names=await names_of(lines, waypoints), waypoints=waypoints)


def _parts(author: Actor, draft: RecordDraft, kind: Kind) -> list[ContributorObject]:
    """Who has which part in `draft`, its author first."""
    own_role = (find_role(draft.own_role) if draft.own_role else None) or default_role(kind)
    parts = [ContributorObject(person=author.uri, role=own_role.iri)]
    for part in draft.parts:
        role = find_role(part.role)
        assert role is not None
        parts.append(ContributorObject(person=part.actor.uri, role=role.iri))
    return parts


def compose_attachments(
    uris: Uris, files: Sequence[FileDraft], *, captions: Mapping[int, Sequence[Caption]] | None = None
) -> tuple[list[AttachmentObject], dict[str, Media]]:
    """The files as they travel, with the `captions` that they have by their row; and the rows by their address."""
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
                blurhash=stored.blurhash,
                captions=tuple(
                    CaptionObject(language=caption.language, name=caption.label, url=uris.media(caption.path))
                    for caption in (captions or {}).get(stored.id, ())
                ),
            )
        )
    return attachments, media


def _own_waypoint(author: Actor, draft: RecordDraft, uri: str, kind: Kind) -> Waypoint:
    return Waypoint(
        uri=uri,
        url=uri,
        title=" ".join(draft.title.split()),
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
