"""Every remix by our people asks by itself: the authors of its sources, wherever they live."""

from __future__ import annotations

from collections.abc import Collection

from fedirec.activitypub.consent import Consent, Rule
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Doc, Json, QuoteRequest, Ref
from fedirec.clock import now
from fedirec.remix.actions.remix_requests.beforehand import crowded_among
from fedirec.remix.actions.remix_requests.deciding import LASTS, RemixVersion, decide_all
from fedirec.remix.models import Record, RecordRevision, RemixRequest
from fedirec.remix.questions import Event, after, may_happen
from fedirec.remix.vocab import RecordObject, RemixQuestion


async def ask_authors(
    author: Actor, work: RecordObject, *, only: Collection[str] | None = None, words: str = "", again: bool = False
) -> list[RemixRequest]:
    """The authors of what `work` is made from are asked whether it may be; those asked already are not, unless they
    did not answer in time and are asked `again`. What each has said so far is the answer.

    With `only`, just those of the sources at these addresses. Authors who live here answer at once, or are told. Part
    of the caller's transaction; `work` need not be saved yet.
    """
    wanted = [source.id for source in work.sources if only is None or source.id in only]
    if not wanted:
        return []
    found = Record.filter(uri__in=wanted, deleted_at=None, visibility="public", author__state="active")
    sources = await found.exclude(author_id=author.id).select_related("author")
    asked = {
        row.source_uri: row
        for row in await RemixRequest.filter(remix_uri=work.id, asker_id=author.id, source_uri__in=wanted)
    }
    rows, here = list[RemixRequest](), list[tuple[RemixRequest, Record, RemixVersion]]()
    crowded = await crowded_among([source.uri for source in sources if source.author.is_local], author)
    for source in sources:
        known = asked.get(source.uri)
        if known is not None and not (again and may_happen(known.state, Event.ASKED)):
            rows.append(known)
        elif source.author.is_local and source.uri in crowded:
            rows += [known] if known else []
        elif source.author.is_local:
            version = RemixVersion.of_work(work, owner=source.author)
            uri = new_activity_uri(author)
            rows.append(await _save(author, work, source, known, version, uri=uri, words=words))
            here.append((rows[-1], source, version))
        elif not source.is_post:  # so its instance knows what a record is, and what is asked about it
            rows.append(await _ask_there(author, work, source, known, words=words))
        elif source.uri == work.quote:
            rows.append(await _ask_for_quote(author, work, source))
    await decide_all(author, here)
    return rows


async def renew_questions(author: Actor, work: RecordObject, known: Collection[RemixRequest]) -> None:
    """Whoever was asked in one of `known` is asked about `work` as it is now; what they agreed to before was another
    work. Those whose source is gone are not. Part of the caller's transaction.
    """
    found = Record.filter(uri__in=[request.source_uri for request in known], deleted_at=None)
    sources = {source.uri: source for source in await found.select_related("author")}
    here = list[tuple[RemixRequest, Record, RemixVersion]]()
    for request in known:
        source = sources.get(request.source_uri)
        if source is None:
            continue
        request.state = after(request.state, Event.CHANGED)
        request.key = request.stamp_uri = request.stamp = request.remix_digest = request.source_digest = None
        request.is_automatic, request.answer = False, ""
        version, words = RemixVersion.of_work(work, owner=source.author), request.words
        if source.author.is_local:
            uri = request.uri or new_activity_uri(author)
            here.append((await _save(author, work, source, request, version, uri=uri, words=words), source, version))
        else:
            await _send(author, work, source, request, version, words=words)
    await decide_all(author, here)


async def find_quotable(author: Actor, work: RecordObject) -> str | None:
    """The one source of `work` that it can quote, because its author elsewhere knows no remixes, but quotes (FEP-044f).

    None where there is none, or more: a post quotes one thing.
    """
    posts = Record.filter(
        uri__in=[source.id for source in work.sources], is_post=True, deleted_at=None, visibility="public"
    )
    found = await posts.exclude(author_id=author.id).filter(author__is_local=False, author__state="active")
    versions = await RecordRevision.filter(record_id__in=[record.id for record in found]).order_by("number")
    newest = {version.record_id: version.document for version in versions}
    authors = {row.id: row.uri for row in await Actor.filter(id__in=[record.author_id for record in found])}
    quotable = [
        record.uri
        for record in found
        if may_be_quoted(newest.get(record.id, {}), author=authors[record.author_id], by=author.uri)
    ]
    return quotable[0] if len(quotable) == 1 else None


def may_be_quoted(document: Json, *, author: str, by: str) -> bool:
    """Whether the author of a post says that people quote it, without asking or when they agree; `by` is who would."""
    for policy in Doc(document).docs("interactionPolicy"):
        for found in policy.docs("canQuote"):
            rule = Rule.read(found)
            return rule.consent_to(by, author=author, followers=None, is_follower=False) is not Consent.REFUSED
    return False


async def _ask_for_quote(author: Actor, work: RecordObject, source: Record) -> RemixRequest:
    """The author of `source` is asked whether `work` may quote it, which is all that their software knows."""
    question = QuoteRequest(
        id=new_activity_uri(author),
        actor=author.uri,
        object=Ref(source.uri),
        instrument=work.id,
        to=(source.author.uri,),
    )
    request = await RemixRequest.create(
        remix_uri=work.id,
        source_uri=source.uri,
        asker_id=author.id,
        owner_id=source.author_id,
        state=after(None, Event.ASKED_FOR_A_QUOTE),
        quote_request_uri=question.id,
    )
    await publish(author, question, to=[source.author])
    return request


async def _ask_there(
    author: Actor, work: RecordObject, source: Record, known: RemixRequest | None, *, words: str
) -> RemixRequest:
    return await _send(author, work, source, known, RemixVersion.of_work(work, owner=source.author), words=words)


async def _send(
    author: Actor,
    work: RecordObject,
    source: Record,
    known: RemixRequest | None,
    version: RemixVersion,
    *,
    words: str,
) -> RemixRequest:
    question = RemixQuestion(
        id=new_activity_uri(author),
        actor=author.uri,
        object=Ref(source.uri),
        instrument=work.id,
        licence=version.licence.url,
        roles=version.roles,
        content=words or None,
        to=(source.author.uri,),
    )
    request = await _save(author, work, source, known, version, uri=question.id, words=words)
    await publish(author, question, to=[source.author])
    return request


async def _save(
    author: Actor,
    work: RecordObject,
    source: Record,
    known: RemixRequest | None,
    version: RemixVersion,
    *,
    uri: str,
    words: str,
) -> RemixRequest:
    request = known or RemixRequest(
        remix_uri=work.id, source_uri=source.uri, asker_id=author.id, owner_id=source.author_id
    )
    request.uri, request.words = uri, words
    if known is None or known.state != "waiting":
        request.state = after(known.state if known else None, Event.ASKED)
    request.licence, request.roles = version.licence.id, list(version.roles)
    request.asked_at, request.expires_at, request.decided_at = now(), now() + LASTS, None
    await request.save()
    return request
