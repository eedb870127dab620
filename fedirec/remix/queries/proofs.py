"""Which key proved what is kept, and our own records with the proof that they are served with."""

from __future__ import annotations

from datetime import datetime

from fedirec.activitypub.contexts import RECORD_CONTEXT
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.keys import PrivateKey, read_public_key
from fedirec.activitypub.models import Actor, ActorKey
from fedirec.activitypub.proofs import add_proof
from fedirec.activitypub.vocab import Doc, Json
from fedirec.clock import now
from fedirec.errors import FedirecError, NotFound
from fedirec.remix.models import Record, RecordRevision
from fedirec.remix.proofs import proof_on
from fedirec.remix.quoting import named_by
from fedirec.remix.replies import conversation_at
from fedirec.remix.spreading import remixes_at


async def key_that_proves(
    document: Json, *, actor_uri: str, at: datetime | None = None, is_new: bool = False
) -> ActorKey | None:
    """The key, of all that the actor was ever seen to have, by which the proof on `document` was made.

    None when it carries none, or none of theirs fits. With `at`, a proof may have expired since. What `is_new` is
    proved by a key that they still have. A key that nobody vouches for proves nothing.
    """
    proof = proof_on(document)
    if proof is None:
        return None
    keys = await ActorKey.filter(actor__uri=actor_uri, key_id=proof.verification_method).order_by("-id")
    for key in keys[:1] if is_new else keys:
        if not key.fingerprint or not key.is_vouched:
            continue
        try:
            proof.verify(read_public_key(key.public), now=at or now())
        except FedirecError:
            continue
        return key
    return None


async def record_document(record: Record) -> Json:
    """A record of ours as other instances see it: the document of its current version, without a proof."""
    revision = await RecordRevision.get(record_id=record.id, number=record.revision)
    return as_served(record, revision.document)


def as_served(record: Record, document: Json) -> Json:
    """The `document` of the current version of a record of ours, with what its instance says around it."""
    document = {"@context": RECORD_CONTEXT, **document}
    if record.visibility == "public":  # versions that were made before we said so
        document.setdefault("context", conversation_at(record.uri))
        document.setdefault("remixes", remixes_at(record.uri))
        if "interactionPolicy" not in document:
            automatic, _ = named_by(record.quoting, author=document["attributedTo"], is_public=True)
            document["interactionPolicy"] = {"canQuote": {"automaticApproval": list(automatic)}}
    return document


async def proved_record(record: Record, *, keyring: Keyring) -> Json:
    """A record of ours, which comes with its author, as it is served: with a proof by its author's key."""
    return await proved_by_us(await record_document(record), author=record.author, keyring=keyring)


async def proved_by_us(document: Json, *, author: Actor, keyring: Keyring) -> Json:
    """A `document` of a local `author`, with their proof, made at the moment that its version has.

    Made anew it is the same again, for Ed25519 leaves nothing to chance. It stays without one where its author does
    not sign any more, or it has one.
    """
    if "proof" in document:
        return document
    try:
        key_id, key = await keyring.key_of(author.id, "ed25519")
    except NotFound:
        return document
    return with_proof(document, key=key, key_id=key_id)


def with_proof(document: Json, *, key: PrivateKey, key_id: str) -> Json:
    """A `document` of ours with the proof that it is served with."""
    doc = Doc(document)
    moment = doc.find_instant("updated") or doc.instant("published")
    whole = {"@context": RECORD_CONTEXT, **document}
    return add_proof(whole, key=key, verification_method=key_id, created=moment)
