"""What proves that an author said something: their own proof on the document, or on the activity that brought it."""

from __future__ import annotations

from typing import Protocol

from fedirec.activitypub.envelopes import opened
from fedirec.activitypub.proofs import Proof, find_proof
from fedirec.activitypub.vocab import Json
from fedirec.errors import Invalid


class Kept(Protocol):
    """A version of a record, or a snapshot of one."""

    @property
    def document(self) -> Json: ...
    @property
    def envelope(self) -> Json | None: ...


def proved_document(kept: Kept) -> Json | None:
    """The JSON whose proof can be verified: the document, or the activity that brought it, as it was signed.

    None when there is no proof, or what was said has been taken out since.
    """
    if not kept.document:
        return None
    if kept.envelope:
        return opened(kept.envelope, kept.document)
    return kept.document if proof_on(kept.document) else None


def proof_on(document: Json) -> Proof | None:
    """The proof that `document` carries, or None for none and for one that nobody could check."""
    try:
        return find_proof(document)
    except Invalid:
        return None
