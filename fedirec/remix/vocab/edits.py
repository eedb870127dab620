"""What a co-author says of a version that they made, so that others need not take the word of its home for it.

It travels in the document of the version, as plain JSON, and leaves out what is the same in all of them: `signed` puts
that back, and is what their key has proved (FEP-8b32).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

from fedirec.activitypub.contexts import ACTIVITYSTREAMS, DATA_INTEGRITY_V2, FEDIREC
from fedirec.activitypub.keys import PrivateKey
from fedirec.activitypub.proofs import PURPOSE, SUITE, TYPE, add_proof
from fedirec.activitypub.vocab import Json, write_instant

EDIT_CONTEXT: Final[list[Any]] = [
    ACTIVITYSTREAMS,
    DATA_INTEGRITY_V2,
    {
        "fr": FEDIREC,
        "EditStatement": "fr:EditStatement",
        "editDigest": "fr:editDigest",
        "targetDigest": "fr:targetDigest",
    },
]
"""Part of what is signed, and so never changed."""
_TEXTS: Final = {"attributedTo": 2048, "object": 2048, "editDigest": 100, "targetDigest": 100, "published": 40}
_PROOF: Final = {"verificationMethod": 2048, "proofValue": 200}


@dataclass(frozen=True, slots=True, kw_only=True)
class EditStatement:
    """Somebody says that they made a version of a record."""

    editor: str
    record: str
    digest: str
    """Of what co-authors may change (`digest.edit_digest`), as they left it."""
    base: str
    """The record digest of the version that they made it from."""
    published: str
    key_id: str
    signature: str

    @classmethod
    def sign(
        cls, *, editor: str, record: str, digest: str, base: str, at: datetime, key: PrivateKey, key_id: str
    ) -> Self:
        """What `editor` says, with the proof by their `key`."""
        published = write_instant(at.astimezone(UTC).replace(microsecond=0))
        unsigned = _plain(editor=editor, record=record, digest=digest, base=base, published=published)
        proved = add_proof(unsigned, key=key, verification_method=key_id, created=at)
        signature = str(proved["proof"]["proofValue"])
        return cls(
            editor=editor,
            record=record,
            digest=digest,
            base=base,
            published=published,
            key_id=key_id,
            signature=signature,
        )

    @classmethod
    def find(cls, document: object) -> Self | None:
        """What `document` says, or None for none, and for one that nobody could have proved."""
        if not isinstance(document, dict):
            return None
        texts = {name: document.get(name) for name in (*_TEXTS, *_PROOF)}
        if any(not isinstance(text, str) or len(text) > (_TEXTS | _PROOF)[name] for name, text in texts.items()):
            return None
        return cls(
            editor=str(texts["attributedTo"]),
            record=str(texts["object"]),
            digest=str(texts["editDigest"]),
            base=str(texts["targetDigest"]),
            published=str(texts["published"]),
            key_id=str(texts["verificationMethod"]),
            signature=str(texts["proofValue"]),
        )

    def write(self) -> Json:
        """As it stands in the document of the version."""
        said = _plain(
            editor=self.editor, record=self.record, digest=self.digest, base=self.base, published=self.published
        )
        del said["@context"]
        return said | {"verificationMethod": self.key_id, "proofValue": self.signature}

    def signed(self) -> Json:
        """The whole, as the editor's key has proved it."""
        said = _plain(
            editor=self.editor, record=self.record, digest=self.digest, base=self.base, published=self.published
        )
        return said | {
            "proof": {
                "@context": EDIT_CONTEXT,
                "type": TYPE,
                "cryptosuite": SUITE,
                "verificationMethod": self.key_id,
                "proofPurpose": PURPOSE,
                "created": self.published,
                "proofValue": self.signature,
            }
        }


def _plain(*, editor: str, record: str, digest: str, base: str, published: str) -> Json:
    return {
        "@context": EDIT_CONTEXT,
        "type": "EditStatement",
        "attributedTo": editor,
        "object": record,
        "editDigest": digest,
        "targetDigest": base,
        "published": published,
    }
