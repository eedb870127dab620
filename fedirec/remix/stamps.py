"""What makes a stamp the consent of a source's author to one remix: rules, without network and without database."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from fedirec.activitypub.authority import may_stamp
from fedirec.activitypub.proofs import Proof, find_proof
from fedirec.activitypub.vocab import Json
from fedirec.errors import Invalid
from fedirec.remix.vocab import RemixStamp

_DIGEST: Final = "zQm"
"""How a SHA-256 multihash begins in base58btc."""


def refuse_false_stamp(
    stamp: RemixStamp,
    *,
    address: str,
    owner: str,
    remix: str,
    sources: Collection[str],
    versions: Collection[str] | None = None,
) -> None:
    """Return if what stands at `address` is what `owner`, who made the source that it names, says to `remix`.

    `sources` is what the remix is made from, and `versions` are the digests that it had so far, where all are known.
    Raises Invalid with what is wrong. Whether its proof is good is asked where it is fetched.
    """
    if stamp.id != address:
        raise Invalid("that stamp belongs to another address")
    if not may_stamp(stamp.id, stamped_by=stamp.attributed_to, owner=owner):
        raise Invalid("only the author of the source can stamp a remix, and only at their own origin")
    if stamp.interacting != remix:
        raise Invalid("that stamp is for another remix")
    if stamp.target not in sources:
        raise Invalid("that stamp is for another source")
    if not (stamp.interacting_digest.startswith(_DIGEST) and stamp.target_digest.startswith(_DIGEST)):
        raise Invalid("a stamp says to which versions it belongs")
    if versions is not None and stamp.interacting_digest not in versions:
        raise Invalid("that stamp is for a version of the remix that never was")


def refuse_unproved(document: Json) -> Proof:
    """The proof that the stamp as it was sent carries. Raises Invalid for none that can be checked."""
    proof = find_proof(document)
    if proof is None:
        raise Invalid("a stamp carries a proof by the key of its author")
    return proof
