"""The end of the audit chain leaves the house when something locks, so that nobody here can rebuild it unseen.

The instance's own actor signs its number and digest. The instances of those listed keep it, and give it back to whoever
asks; what they keep proves nothing about themselves, only about whoever signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from tortoise.exceptions import IntegrityError

from fedirec.activitypub.authority import may_answer_for, may_create, may_have
from fedirec.activitypub.envelopes import opened
from fedirec.activitypub.keys import PublicKey, read_public_key
from fedirec.activitypub.models import Actor, ActorKey
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.own import own_actor
from fedirec.activitypub.parsing import parse
from fedirec.activitypub.proofs import find_proof
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import PUBLIC, Create, Doc, Vocabulary
from fedirec.clock import now
from fedirec.credits.models import ChainHead, PayProposal, ProposalRevision
from fedirec.credits.queries.heads import MAX_KEPT, origins_listed
from fedirec.credits.queries.standing import actors_of_people, listed_people
from fedirec.credits.vocab import ChainHeadObject
from fedirec.db import transaction
from fedirec.errors import FedirecError, Forbidden, PeerUnavailable, Unsupported
from fedirec.ledger.recording import head
from fedirec.remix.actions.insistence import refuse_insistent
from fedirec.remix.sizes import size_of
from fedirec.uris import origin_of
from fedirec.web.negotiation import ACTIVITY_JSON

MAX_AN_HOUR: Final = 30
"""Ends of its log that one instance may tell."""
MAX_DOCUMENT: Final = 10_000
"""Bytes of what tells one: it is kept for good."""
MAX_TOLD: Final = 500
"""People elsewhere to whose instances one end goes."""
MAX_PAGES: Final = 100
MAX_BYTES: Final = 500_000
"""Of one page."""


async def send_head(proposal: PayProposal, revision: ProposalRevision) -> None:
    """The instances of those whom `revision` lists will keep the end of our audit chain as it is now; part of the
    caller's transaction, after all that it records.
    """
    people = await actors_of_people(await listed_people(revision))
    elsewhere = [each for each in people if not each.is_local][:MAX_TOLD]
    if not elsewhere:
        return
    number, digest = await head()
    instance = await own_actor()
    told = ChainHeadObject(
        id=f"{origin_of(instance.uri)}/audit-heads/{number}",
        instance=instance.uri,
        number=number,
        digest=digest,
        about=proposal.uri,
        published=now(),
    )
    create = Create(
        id=new_activity_uri(instance), actor=instance.uri, object=told, to=(PUBLIC,), published=told.published
    )
    await publish(instance, create, to=elsewhere)


async def keep_head(sender: Actor, create: Create[ChainHeadObject]) -> None:
    """The end of its log that an instance tells is kept, word for word with its proof; the same twice is one.

    Part of the transaction of the activity. Raises Forbidden for what an instance does not say of itself, Unsupported
    without a proof, where nothing that it says concerns anybody here, and for too much.
    """
    told = create.object
    if sender.is_local or sender.type not in ("Application", "Service"):
        raise Forbidden("only an instance itself tells the end of its log")
    if not may_create(told.id, author=told.instance, speaker=sender.uri):
        raise Forbidden("only an instance itself tells the end of its log")
    if create.envelope is None or create.object_as_sent is None:
        raise Unsupported("without a proof it proves nothing later")
    document = opened(create.envelope, create.object_as_sent)
    if size_of(document) > MAX_DOCUMENT:
        raise Unsupported("that is more than the end of a log")
    await refuse_insistent(sender, what=Create.TYPE, limit=MAX_AN_HOUR)
    origin = origin_of(sender.uri)
    is_of_it = may_have(told.about, owner=told.instance) if told.about else False
    if not is_of_it or not await PayProposal.exists(uri=told.about, pool_id__isnull=True):
        raise Unsupported("nobody here is listed in what it locked")
    if await ChainHead.filter(origin=origin).count() >= MAX_KEPT:
        raise Unsupported("enough of that log is kept here")
    try:
        async with transaction():
            await ChainHead.create(
                uri=create.id,
                origin=origin,
                number=told.number,
                digest=told.digest,
                document=document,
                about_uri=told.about,
                signed_at=told.published,
                received_at=now(),
            )
    except IntegrityError:
        return


@dataclass(slots=True)
class Asked:
    """What other instances answered about our own log."""

    heads: set[tuple[int, str]] = field(default_factory=set)
    """Numbers and digests that we signed ourselves: nobody can accuse us with what we never said."""
    unproved: int = 0
    """What they hold in our name without a proof by a key of ours."""
    answered: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    """Origins that could not be asked."""


async def ask_peers(remote: Remote) -> Asked:
    """What the instances of those who are listed in proposals of ours keep of our log."""
    asked, instance = Asked(), await own_actor()
    keys = await _own_keys(instance, remote)
    for origin in await origins_listed():
        try:
            await _ask(remote, origin, instance, keys, asked)
            asked.answered.append(origin)
        except FedirecError:
            asked.silent.append(origin)
    return asked


async def _ask(remote: Remote, origin: str, instance: Actor, keys: Mapping[str, PublicKey], asked: Asked) -> None:
    address = f"{origin}/audit-heads?{urlencode({'of': origin_of(instance.uri), 'after': 0})}"
    for _page in range(MAX_PAGES):
        answer = await remote.fetching.get(address, accept=ACTIVITY_JSON, max_bytes=MAX_BYTES)
        if answer.status == 404:
            return  # it is no fedirec, or one that keeps no heads
        if answer.status != 200 or not may_answer_for(address, answered_from=answer.url):
            raise PeerUnavailable("that instance does not say what it keeps")
        page = Doc(parse(answer.body))
        items = page.data.get("orderedItems")
        for document in items if isinstance(items, list) else []:
            head_in = _signed_by_us(document, instance.uri, keys)
            if head_in is None:
                asked.unproved += 1
            else:
                asked.heads.add(head_in)
        following = page.find_text("next")
        if following is None or not may_have(following, owner=address):
            return
        address = following


def _signed_by_us(document: Any, instance: str, keys: Mapping[str, PublicKey]) -> tuple[int, str] | None:
    """What `document`, an activity that somebody kept, says of our log; None unless a key of ours proves it."""
    try:
        proof = find_proof(document) if isinstance(document, dict) else None
        key = keys.get(proof.verification_method) if proof is not None else None
        if proof is None or key is None:
            return None
        proof.verify(key, now=now())
        told = ChainHeadObject.read(Doc(document["object"]), Vocabulary(()))
    except (FedirecError, KeyError):
        return None
    return (told.number, told.digest) if told.instance == instance == document.get("actor") else None


async def _own_keys(instance: Actor, remote: Remote) -> dict[str, PublicKey]:
    """Every key by which this instance can have signed, by its address."""
    keys = {
        row.key_id: read_public_key(row.public) for row in await ActorKey.filter(actor_id=instance.id, kind="ed25519")
    }
    key_id, key = await remote.keyring.key_of(instance.id, "ed25519")
    return {**keys, key_id: key.public}
