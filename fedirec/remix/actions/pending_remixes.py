"""Answers with files of their own are remixes as soon as their makers say what may be done with them.

A post of other software names no licence and no sources. So it waits, is seen by the author whom it answers, and its
maker is told once what is missing.
"""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import Final

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.boundaries import is_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Create
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.remix.actions.lineage import settle_sources
from fedirec.remix.actions.remix_requests.beforehand import is_crowded, said_beforehand
from fedirec.remix.actions.remix_requests.deciding import (
    LASTS,
    RemixVersion,
    acknowledge,
    page_of_request,
    settled,
)
from fedirec.remix.actions.standing import judge_sources
from fedirec.remix.licences import (
    ALL_RIGHTS_RESERVED,
    BY,
    BY_NC_SA,
    BY_SA,
    CHOICES,
    Licence,
    allowed_for_remix,
    licence_of,
    may_carry,
)
from fedirec.remix.lineage import Relation, parents_of, would_loop
from fedirec.remix.models import Attachment, Record, RemixRequest, Source
from fedirec.remix.queries.trails import edges_above
from fedirec.remix.questions import Event, after
from fedirec.remix.vocab import CommentObject, Mention
from fedirec.uris import Uris, origin_of
from fedirec.web.language import Reader, best_language, reading
from fedirec.web.language import gettext as _

BY_REPLY: Final = "reply"
"""Who said that the one was made from the other: nobody but the answer itself."""

MAX_HINTS: Final = 3
"""Answers within a day after which their maker knows how it goes, and is told nothing more."""

MAX_HINTS_OF_HOST: Final = 30
"""The same for everybody of one host together."""

A_DAY: Final = timedelta(days=1)


async def take_as_remix(record: Record, source: Record, *, is_told: bool = False) -> None:
    """`record`, a post with files that answers `source` of ours, is a remix of it, or will be when it has a licence.

    Both come with their authors. Its maker is told once how to give one, unless they were told already. Part of the
    caller's transaction.
    """
    is_answer = record.is_post and record.visibility == source.visibility == "public" and source.deleted_at is None
    if not is_answer or not source.author.is_local or record.author.is_local:
        return
    if record.author.type != "Person" or await Source.exists(record_id=record.id, uri=source.uri):
        return
    if not await Attachment.exists(record_id=record.id):
        return
    if await is_unwelcome(record.author, with_any=[source.author_id]):
        return
    step = await Source.create(
        record_id=record.id,
        uri=source.uri,
        parent_id=source.id,
        relation=Relation.ADAPTS.value,
        position=0,
        added_by=BY_REPLY,
    )
    await settle_sources(record, {step.id: source})
    if licence_of(record).is_known:
        await _ask_for_answer(record, source)
        return
    await Source.filter(id=step.id).update(in_graph=False)
    if not is_told and not await _knows_already(record.author):
        await _tell_maker(record, source)


async def count_as_remix(record: Record) -> None:
    """What `record` answers is what it was made from, now that it says what may be done with it.

    Part of the caller's transaction.
    """
    found = Source.filter(record_id=record.id, added_by=BY_REPLY, withdrawn_at=None)
    steps = await found.select_related("parent__author").limit(1)
    for step in steps:
        if step.in_graph or step.problem is not None or step.parent is None:
            continue
        parents = parents_of(edge for edge in await edges_above([step.uri]) if edge.record != record.uri)
        if not would_loop(record.uri, [step.uri], parents):
            await Source.filter(id=step.id).update(in_graph=True)
            await _ask_for_answer(record, step.parent)
    if steps:
        await judge_sources([record.id])


async def find_hinted(author: Actor, uri: str | None) -> Record | None:
    """The post by `author` about which our note at `uri` asked for a licence, if that is one."""
    row = (uri or "").rpartition("/licence")[0].rpartition("/")[2]
    if uri is None or not row.isascii() or not row.isdigit() or len(row) > 18:
        return None
    waiting = Source.filter(record_id=int(row), record__author_id=author.id, added_by=BY_REPLY, withdrawn_at=None)
    step = await waiting.select_related("record", "parent__author").first()
    if step is None or step.parent is None or _hint_uri(step.record, step.parent) != uri:
        return None
    return step.record


async def _ask_for_answer(record: Record, source: Record) -> None:
    """The author of `source` agrees to `record` as they wished beforehand, or is asked.

    Its maker's server knows nothing of questions and stamps, so that all of it stays here; and what has no digest
    cannot be stamped, so that nobody is asked to allow what the licence does not.
    """
    maker = await record.author
    if not may_carry(licence_of(source), licence_of(record)) or await is_crowded(source.uri, maker):
        return
    if await RemixRequest.exists(source_uri=source.uri, remix_uri=record.uri, asker_id=record.author_id):
        return
    version = RemixVersion(uri=record.uri, digest="", licence=licence_of(record))
    request = RemixRequest(
        source_uri=source.uri,
        remix_uri=record.uri,
        asker_id=maker.id,
        owner_id=source.author_id,
        state=after(None, Event.ASKED),
        licence=version.licence.id,
        expires_at=now() + LASTS,
    )
    said = await said_beforehand(maker, [source], remix=record.uri)
    if said.agrees(source, remix=record.uri, licence=version.licence):
        await acknowledge(request, is_automatic=True)
        return
    await request.save()
    page = page_of_request(request, source.author)
    await notify(source.author, Notice.ASKED_TO_REMIX, maker, record.uri, page, {"title": source.title})
    await settled(record.uri)


async def _knows_already(maker: Actor) -> bool:
    """Whether `maker`, or their host, has been told often enough today how an answer becomes a remix."""
    rows = await fetch_rows(
        """
        SELECT r.author_id AS author
          FROM source s JOIN record r ON r.id = s.record_id JOIN actor a ON a.id = r.author_id
         WHERE s.added_by = 'reply' AND s.created_at > ? AND a.host = ? LIMIT ?
        """,
        now() - A_DAY,
        maker.host,
        MAX_HINTS_OF_HOST + 1,
    )
    return len(rows) > MAX_HINTS_OF_HOST or sum(row["author"] == maker.id for row in rows) > MAX_HINTS


async def _tell_maker(record: Record, source: Record) -> None:
    """Who made `record` is told, by a note for them alone, how it becomes a remix of `source`."""
    maker, author = record.author, source.author
    uris = Uris(origin_of(author.uri))
    locale = best_language([record.language] if record.language else [])
    with reading(Reader(locale=locale)):
        words = _hint_in_words(record, source, uris)
    hint = CommentObject(
        id=_hint_uri(record, source),
        attributed_to=author.uri,
        published=now(),
        content=words,
        language=locale,
        to=(maker.uri,),
        url=uris.remote_record(record.id),
        in_reply_to=record.uri,
        mentions=(Mention(href=maker.uri, name=f"@{maker.handle}@{maker.host}"),),
    )
    create = Create(
        id=new_activity_uri(author), actor=author.uri, object=hint, to=hint.to, cc=(), published=hint.published
    )
    await publish(author, create, to=[maker])


def _hint_in_words(record: Record, source: Record, uris: Uris) -> str:
    maker, page = record.author, uris.remote_record(record.id)
    title = f'<a href="{escape(source.url or source.uri)}">{escape(source.title)}</a>'
    mention = f'<a href="{escape(maker.url or maker.uri)}" class="u-url mention">@{escape(maker.handle)}</a>'
    said = [
        mention + " " + escape(_("Thank you for answering “%(title)s” with something of your own!")) % {"title": title}
    ]
    licence = _suggested(source)
    if licence is None:
        said.append(
            escape(
                _(
                    "Nothing new may be made from “%(title)s” unless %(name)s agrees, so yours stays what it is: an "
                    "answer. Please ask %(name)s before you make more of it."
                )
            )
            % {"title": title, "name": escape(source.author.name or source.author.handle)}
        )
    else:
        said += [
            escape(
                _(
                    "If you made it from “%(title)s”, it can stand beside it as a remix, under your name. For that, "
                    "please say what others may do with yours: answer this with the sentence “%(sentence)s”."
                )
            )
            % {"title": title, "sentence": escape(f"I release this under {licence.short}")},
            escape(_("Or sign in with your own server and choose a licence there: %(page)s"))
            % {"page": f'<a href="{escape(page)}">{escape(page)}</a>'},
            escape(_("If other works are in it as well, please name them in your post.")),
        ]
    said.append(
        escape(_("%(place)s sends this by itself, for %(name)s, and only once. You need not do anything."))
        % {"place": escape(uris.host), "name": escape(source.author.name or source.author.handle)}
    )
    return "".join(f"<p>{each}</p>" for each in said)


def _suggested(source: Record) -> Licence | None:
    """The licence that is proposed for what was made from `source`: the source's own where that may be."""
    allowed = allowed_for_remix([licence_of(source)])
    wishes = (licence_of(source), BY_SA, BY, BY_NC_SA, *CHOICES)
    return next((licence for licence in wishes if licence in allowed and licence != ALL_RIGHTS_RESERVED), None)


def _hint_uri(record: Record, source: Record) -> str:
    """The address of the note that says how `record` becomes a remix of `source` of ours."""
    return f"{Uris(origin_of(source.author.uri)).remote_record(record.id)}/licence"
