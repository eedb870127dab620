"""Records become rows: the one place that decides what a record is, for ours and for those of others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from tortoise.exceptions import IntegrityError

from fedirec.activitypub.actors.vouching import is_vouched_by_proof, key_changed_at, refusal_of
from fedirec.activitypub.authority import may_create, may_have
from fedirec.activitypub.envelopes import opened
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import PUBLIC, Json
from fedirec.clock import now
from fedirec.db import add_object, add_row, execute, fetch_rows, on_postgres, transaction
from fedirec.errors import Forbidden, Gone
from fedirec.html import clean, excerpt, one_line, plain
from fedirec.lanes import Work, enqueue
from fedirec.media.models import Media
from fedirec.remix.actions.attachments import hold_media, save_attachments
from fedirec.remix.actions.contributors import save_parts
from fedirec.remix.actions.findable import make_record_findable
from fedirec.remix.actions.lineage import MAX_FETCHED, asking_for_lists, save_sources
from fedirec.remix.actions.pseudonyms.keeping import keep_wish
from fedirec.remix.actions.quotations import save_quotation
from fedirec.remix.actions.releases import asking_for_production, production_in
from fedirec.remix.actions.remix_requests.rechecking import stamps_to_check
from fedirec.remix.actions.rulings import keep_rulings
from fedirec.remix.digest import digest_holds, record_digest
from fedirec.remix.kinds import kind_of
from fedirec.remix.licences import UNKNOWN, find_grant, find_licence
from fedirec.remix.models import Attachment, Contributor, Record, RecordRevision, RecordTag
from fedirec.remix.proofs import proof_on
from fedirec.remix.queries.proofs import key_that_proves
from fedirec.remix.quoting import Quoting, quoting_of
from fedirec.remix.spreading import halves
from fedirec.remix.submissions import ASIDE
from fedirec.remix.visibility import ASKING, HELD, HIDDEN
from fedirec.remix.vocab import NoteObject, PostObject, RecordObject, hashtag_key
from fedirec.remix.warnings import warning_of
from fedirec.remix.wishes import AiPreference, Remixing, remixing_of

TITLE_OF_POST: Final = 80
"""Characters of a post that stand in for the title it does not have."""


async def save_record(
    author: Actor,
    work: RecordObject | PostObject,
    *,
    document: Json,
    envelope: Json | None = None,
    media: Mapping[str, Media] | None = None,
    depth: int = 0,
    budget: int = MAX_FETCHED,
    waits: bool = False,
    is_aside: bool = False,
    is_back: bool = False,
) -> Record:
    """The record that `work` describes is saved, or brought up to its newer version; part of the caller's transaction.

    `document` is what stood on the wire, `envelope` the proved activity that brought it (`proofs`), `media` the files
    of ours by their address, `depth` how far from a record of interest we are: sources are followed MAX_DEPTH
    generations, and no more than `budget` records and people are asked for because of this one. One that is new and
    `waits` is seen by nobody before a moderator lets it in, and nothing is asked for because of it; one that is new and
    `is_aside` stands below a challenge alone. One that was deleted is there again when it `is_back`. Raises Forbidden
    unless `author` is its author and of its origin, Gone when it was deleted.
    """
    if not may_create(work.id, author=work.attributed_to, speaker=author.uri):
        raise Forbidden("only its author can say what a record is")
    if author.state == "suspended":
        raise Forbidden("its author is suspended here")
    known = await _find(work.id)
    record = None if known else await _add(author, work, waits=waits, is_aside=is_aside)
    before: set[object] = set()
    if record is None:
        record = known = known or await Record.get(uri=work.id)
        _refuse_others(known, author, is_back=is_back)
        if not known.deleted_at and not _is_newer(known, work):
            return known
        await _refuse_others_keys(author, document, envelope)
        before = await _renew(known, work, author)
    if record.visibility == HELD:
        budget = 0
    await _keep_version(record, work, author, document=document, envelope=envelope)
    await hold_media(author, media or {}, before=before)
    await save_attachments(work, media or {}, record=record)
    tags = dict.fromkeys(hashtag_key(tag.name) for tag in work.hashtags)
    for name in filter(None, tags):
        await add_row(RecordTag, record_id=record.id, name=name)
    await make_record_findable(record, tags)
    if isinstance(work, RecordObject):
        await _save_lineage(record, author, work, depth=depth, budget=budget, is_new=known is None)
    await enqueue(await _quoted(work, known))
    if isinstance(work, RecordObject) and not author.is_local and (work.remix_stamps or known):
        await enqueue(await stamps_to_check(record, work.remix_stamps))
    if not author.is_local and record.visibility == "public" and (production := production_in(work)):
        await enqueue([asking_for_production(production)])
    return record


async def _find(uri: str) -> Record | None:
    """The record at `uri`, asked for in a way that costs next to nothing when there is none."""
    is_known = await fetch_rows("SELECT 1 AS one FROM record WHERE uri = ?", uri)
    return await Record.get(uri=uri) if is_known else None


async def _add(author: Actor, work: RecordObject | PostObject, *, waits: bool, is_aside: bool) -> Record | None:
    """What `work` describes is a new record, and the parent of what is known to have been made from it.

    None when another transaction saved it just before: what came by itself and what was asked for met at this moment.
    The caller's transaction goes on either way.
    """
    columns = _columns(work, author)
    if is_aside and columns["visibility"] == "public":
        columns["visibility"] = ASIDE
    if waits:
        columns |= {"visibility": HELD, "held_at": now()}
    columns |= {"uri": work.id, "author_id": author.id, "published_at": work.published}
    if not on_postgres():
        record = await add_object(Record, **columns)
    else:
        try:
            async with transaction():
                record = await add_object(Record, **columns)
        except IntegrityError:
            return None
    record.author = author
    await execute("UPDATE source SET parent_id = ? WHERE uri = ?", record.id, record.uri)
    return record


def _refuse_others(known: Record, author: Actor, *, is_back: bool) -> None:
    if known.author_id != author.id:
        raise Forbidden("that record belongs to somebody else")
    if known.deleted_at and not is_back:
        raise Gone("that record was deleted by its author")


async def _refuse_others_keys(author: Actor, document: Json, envelope: Json | None) -> None:
    """Raise Forbidden when what an author said before would be changed by whoever may only have their domain by now."""
    if author.is_local or (changed_at := await key_changed_at(author.id)) is None:
        return
    proved = proof_on(opened(envelope, document) if envelope else document)
    if not await is_vouched_by_proof(proved, actor_uri=author.uri):
        raise refusal_of(changed_at)


async def _renew(record: Record, work: RecordObject | PostObject, author: Actor) -> set[object]:
    """`record` is what its newer version says, and holds nothing yet; the answer is the files that it held."""
    columns = _columns(work, author)
    if record.visibility in (HIDDEN, HELD, ASKING, ASIDE):
        del columns["visibility"]  # what moderators have hidden, only they show again, and what waits goes on
    elif record.visibility == "direct" and columns["visibility"] == "public":
        columns["published_at"] = work.published  # so far it was shown to those only who were asked
    if record.is_post and columns["licence"] == UNKNOWN.id:
        del columns["licence"], columns["licence_url"]  # what was granted in other words stays granted
    record.update_from_dict({**columns, "revision": record.revision + 1, "deleted_at": None})
    await record.save()
    before: set[object] = set(await Attachment.filter(record_id=record.id).values_list("media_id", flat=True))
    await Attachment.filter(record_id=record.id).delete()
    await Contributor.filter(record_id=record.id).delete()
    await RecordTag.filter(record_id=record.id).delete()
    return before


async def _keep_version(
    record: Record, work: RecordObject | PostObject, author: Actor, *, document: Json, envelope: Json | None
) -> None:
    """The present version of `record` is kept as it stood on the wire, with what proves it."""
    if "proof" in document and not envelope and not await key_that_proves(document, actor_uri=author.uri, is_new=True):
        document = {name: value for name, value in document.items() if name != "proof"}  # nobody could check it
    editor = work.editor if isinstance(work, RecordObject) and work.editor != author.uri else None
    version = {"document": document, "envelope": envelope, "digest": record.digest, "editor_uri": editor}
    await add_row(RecordRevision, record_id=record.id, number=record.revision, **version)


async def _save_lineage(
    record: Record, author: Actor, work: RecordObject, *, depth: int, budget: int, is_new: bool
) -> None:
    """Who has a part in `record`, which has none, what it was made from, and the work of learning more of both."""
    met = await save_parts(record, work.contributors)
    inline, rest = halves(budget) if record.is_partial else (budget, 0)
    are_all = not record.is_partial or not work.source_list
    waiting = await save_sources(record, work.sources, depth=depth, budget=inline, are_all=are_all)
    if record.is_partial and budget:
        waiting.append(asking_for_lists(record, depth=depth, budget=rest))
    if not is_new:
        await keep_rulings(record)
    wished = await keep_wish(record, author, work.without_name_in, is_new=is_new)
    await enqueue([*waiting, *met[: max(budget - len(waiting), 0)], *wished])


async def _quoted(work: NoteObject, known: Record | None) -> list[Work]:
    return await save_quotation(work) if work.quote or known else []


def _columns(work: RecordObject | PostObject, author: Actor) -> dict[str, Any]:
    """The columns of a record that its current version decides."""
    is_record = isinstance(work, RecordObject)
    content = clean(work.content)
    licence = find_licence(work.licence) if isinstance(work, RecordObject) else find_grant(plain(content)) or UNKNOWN
    title = (
        work.name or excerpt(content, TITLE_OF_POST) or (work.attachments[0].description if work.attachments else "")
    )
    return {
        "url": work.url if work.url and may_have(work.url, owner=work.id) else work.id,
        "kind": kind_of(f"{attachment.kind}/*" for attachment in work.attachments).value,
        "title": one_line(title)[:500],
        "text": (work.markdown or "") if is_record else "",
        "content": content,
        "warning": warning_of(work),
        "language": work.language,
        "licence": licence.id,
        "licence_url": licence.url,
        "visibility": _visibility(work, author),
        "in_reply_to": work.in_reply_to,
        "quoting": quoting_of(work.can_quote, work.can_quote_asked).value
        if isinstance(work, RecordObject)
        else Quoting.NOBODY.value,
        "remixing": _remixing(work, author).value,
        "feedback_wanted": work.feedback_wanted if isinstance(work, RecordObject) else None,
        "ai_preference": (work.ai_preference if isinstance(work, RecordObject) else AiPreference.UNSET).value,
        "without_name": isinstance(work, RecordObject) and work.without_name,
        "policy": work.policy.write() if work.policy and not author.is_local else None,
        "is_post": not is_record,
        "is_partial": not author.is_local and isinstance(work, RecordObject) and work.is_partial,
        "digest": record_digest(work) if isinstance(work, RecordObject) else None,
        "digest_holds": isinstance(work, RecordObject) and digest_holds(work),
        "updated_at": work.updated,
        "fetched_at": None if author.is_local else now(),
    }


def _remixing(work: RecordObject | PostObject, author: Actor) -> Remixing:
    return remixing_of(work.can_remix if isinstance(work, RecordObject) else (), followers=author.followers)


def _visibility(work: NoteObject, author: Actor) -> str:
    return visibility_to((*work.to, *work.cc), author)


def visibility_to(addressed: Collection[str], author: Actor) -> str:
    """Who may see what `author` addressed to those."""
    if PUBLIC in addressed:
        return "public"
    return "followers" if author.followers and author.followers in addressed else "direct"


def _is_newer(known: Record, work: NoteObject) -> bool:
    if work.updated is None:
        return False
    return known.updated_at is None or work.updated > known.updated_at
