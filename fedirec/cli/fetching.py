"""`fedirec fetch`: what another instance says lives at an address, as far as we understand it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer

from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import ActorObject, Entity, Json
from fedirec.app import running
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import existing_instance
from fedirec.cli.terminal import say_json, say_table
from fedirec.errors import Invalid
from fedirec.html import excerpt
from fedirec.ledger.currencies import write_money
from fedirec.remix.digest import digest_holds
from fedirec.remix.licences import find_licence
from fedirec.remix.roles import label_of
from fedirec.remix.terms import Terms
from fedirec.remix.vocab import ChallengeObject, NoteObject, PostObject, PromptObject, RecordObject
from fedirec.settings import Settings
from fedirec.uris import host_of

Fact = tuple[str, str]
"""The name of something that we understood, and what it is."""
_EXCERPT: Final = 300


@with_settings("development", *WHERE, least="warning")
async def fetch(
    settings: Settings,
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="An address, or a handle like @ana@studio.example.")
    ],
    json: Annotated[
        bool, typer.Option("--json", help="Answer in JSON: what was understood, and the document that it came from.")
    ] = False,
) -> None:
    """Ask another instance for something, and show what we understand of its answer."""
    async with existing_instance(settings):
        pass  # says in one sentence what is missing, if something is
    async with running(settings) as state:
        entity, document = await _ask(state["remote"], address)
    facts = list(facts_of(entity, document))
    if json:
        say_json({"understood": _collected(facts), "document": document})
    else:
        say_table(("what", "as we understand it"), facts)


async def _ask(remote: Remote, address: str) -> tuple[Entity, Json]:
    address = address.strip()
    uri = address if "://" in address else (await remote.find_by_handle(address)).uri
    if remote.site.is_ours(uri):
        raise Invalid(f"{uri} lives here; open it in a browser")
    return await remote.read(uri)


def facts_of(entity: Entity, document: Json) -> Iterator[Fact]:
    """What we understand of `entity`, which was read from `document`."""
    match entity:
        case ChallengeObject():
            yield from _challenge(entity, document)
        case ActorObject():
            yield from _actor(entity)
        case RecordObject():
            yield from _record(entity)
        case PromptObject():
            yield "what it is", "the prompt of a challenge"
            yield from _note(entity)
            yield "challenge", entity.challenge
        case PostObject():
            yield "what it is", f"a post of other software ({entity.type}); it names no licence"
            yield from _note(entity)
        case _:
            yield "what it is", f"a {type(entity).__name__}, which has no page here"
            yield "id", str(document.get("id", ""))


def _actor(actor: ActorObject) -> Iterator[Fact]:
    yield "what it is", f"an actor ({actor.type})"
    yield "id", actor.id
    yield "handle", f"@{actor.webfinger or f'{actor.handle}@{host_of(actor.id)}'}"
    yield "name", actor.name
    if actor.summary:
        yield "about", excerpt(actor.summary, _EXCERPT)
    yield "inbox", actor.inbox
    if actor.shared_inbox:
        yield "shared inbox", actor.shared_inbox
    yield "followers", "are approved one by one" if actor.approves_followers else "are welcome"
    for key in actor.keys:
        yield "key", f"{key.kind}, {key.id}"
    if not actor.keys:
        yield "key", "none: nothing that it signs can be believed"


def _challenge(challenge: ChallengeObject, document: Json) -> Iterator[Fact]:
    yield "what it is", f"a challenge ({challenge.state})"
    yield from list(_actor(challenge.actor))[1:]
    for leader in challenge.leaders:
        yield "leader", leader
    yield "wanted", ", ".join(challenge.kinds_wanted) or "every kind"
    yield "deadline", f"{challenge.deadline:%Y-%m-%d %H:%M} UTC" if challenge.deadline else "none"
    if challenge.terms:
        yield from _terms(challenge.terms)
    else:
        yield "terms", "do not agree with their own digest, or make no sense" if document.get("terms") else "none"
    if challenge.prompt:
        yield "prompt", challenge.prompt
    if challenge.submissions:
        yield "submissions", challenge.submissions


def _terms(terms: Terms) -> Iterator[Fact]:
    money = ""
    if terms.amount is not None and terms.currency is not None:
        money = f": {write_money(terms.amount, terms.currency)}"
    yield "terms", f"version {terms.version}, digest {terms.digest} (holds)"
    yield "licence", find_licence(terms.licence).name
    yield "pays", f"{terms.pays}{money}"
    yield "decided by", terms.decided_by
    for name, words in (("shared", terms.rule), ("decided how", terms.method), ("in words", terms.text)):
        if words:
            yield name, words[:_EXCERPT]


def _record(record: RecordObject) -> Iterator[Fact]:
    yield "what it is", f"a record ({record.media_kind})"
    yield from _note(record)
    licence = find_licence(record.licence)
    yield "licence", f"{licence.name}; {'may' if licence.may_remix else 'may not'} be remixed"
    for source in record.sources:
        yield "source", f"{source.relation} {source.id}"
    for part in record.contributors:
        yield "contributor", f"{label_of(part.role)}: {part.person}"
    if record.challenge:
        yield "challenge", record.challenge
    if record.terms:
        yield "under terms", f"version {record.terms.version}, digest {record.terms.digest}"
    if record.record_digest is None:
        yield "digest", "none: nothing says which version this is"
    else:
        yield "digest", f"{record.record_digest} ({'holds' if digest_holds(record) else 'DOES NOT HOLD'})"


def _note(note: NoteObject) -> Iterator[Fact]:
    yield "id", note.id
    if note.url and note.url != note.id:
        yield "page", note.url
    yield "author", note.attributed_to
    if note.name:
        yield "title", note.name
    if note.content:
        yield "text", excerpt(note.content, _EXCERPT)
    if note.warning:
        yield "warning", note.warning
    if note.language:
        yield "language", note.language
    yield "published", f"{note.published:%Y-%m-%d %H:%M} UTC"
    yield "visible to", "everybody" if note.is_public else "not everybody"
    if note.in_reply_to:
        yield "in reply to", note.in_reply_to
    for attachment in note.attachments:
        digest = attachment.digest or "no digest"
        yield "media", f"{attachment.kind} ({attachment.media_type}) {attachment.url}, {digest}"


def _collected(facts: list[Fact]) -> dict[str, Any]:
    """The facts by name; what there are several of is a list."""
    found: dict[str, Any] = {}
    for name, fact in facts:
        if name not in found:
            found[name] = fact
        else:
            found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), fact]
    return found
