"""What our people said is signed when it goes into a lineage file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.keys import PrivateKey
from fedirec.activitypub.vocab import Json
from fedirec.errors import NotFound
from fedirec.remix.queries.lineage_files import Surroundings
from fedirec.remix.queries.proofs import with_proof


@dataclass(frozen=True, slots=True)
class Signer:
    """With what a local actor signs."""

    key_id: str
    key: PrivateKey


async def signers_of(around: Surroundings, keyring: Keyring) -> dict[str, Signer]:
    """The keys of our people in it, by address; those who left have none any more."""
    people = {record.author.uri: record.author for record in around.records.values() if record.author.is_local}
    people |= {request.owner.uri: request.owner for request in around.requests.values() if request.owner.is_local}
    found = {}
    for uri, actor in people.items():
        try:
            found[uri] = Signer(*await keyring.key_of(actor.id, "ed25519"))
        except NotFound:
            continue
    return found


def signed_by_ours(document: Json, author: str, signers: Mapping[str, Signer]) -> Json:
    """`document` with a proof of its `author`, where that is one of ours and it has none yet."""
    signer = signers.get(author)
    if signer is None or "proof" in document:
        return document
    return with_proof(document, key=signer.key, key_id=signer.key_id)
