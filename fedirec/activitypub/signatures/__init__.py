"""HTTP signatures: signing what we send, judging what we get. Pure functions over headers and bytes.

Two schemes are spoken (docs/decisions/0003-signatures-and-proofs.md): draft-cavage-http-signatures-12, which half of
the network knows nothing else than, and RFC 9421. A request is judged in three steps, cheapest first, so that a key
is looked up for nobody who could be turned away without it:

    claim = parse(headers)                                                    # who says they signed, and what
    statement = claim.check(method=…, url=…, headers=…, body=…, now=…)        # required parts, clock, body digest
    statement.verify(public_key)                                              # the mathematics

`url` is the absolute address as it stood on the wire: our own origin, then the raw path and query.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from fedirec.activitypub.keys import PrivateKey
from fedirec.activitypub.signatures.cavage import parse_cavage, sign_cavage
from fedirec.activitypub.signatures.claim import LIFETIME, MAX_LIFETIME, SKEW, Claim, Scheme, Statement
from fedirec.activitypub.signatures.message import parse_message, sign_message
from fedirec.activitypub.signatures.request import Headers, Request
from fedirec.errors import Invalid, Unauthenticated

__all__ = [
    "LIFETIME",
    "MAX_LIFETIME",
    "SKEW",
    "Claim",
    "Headers",
    "Request",
    "Scheme",
    "Statement",
    "parse",
    "sign_request",
]

MEDIA_TYPE: Final = "application/activity+json"
_MAX_HEADER: Final = 8192
"""Characters."""


def parse(headers: Headers) -> Claim:
    """Who says they signed the request that has these headers, and which parts of it.

    Raises Unauthenticated if nobody does, Invalid if the headers are malformed or carry more than one signature.
    """
    signatures = [value for name, value in headers if name.lower() == "signature"]
    inputs = [value for name, value in headers if name.lower() == "signature-input"]
    if not signatures:
        raise Unauthenticated("the request is not signed")
    if len(signatures) > 1 or len(inputs) > 1:
        raise Invalid("one signature is enough: there are several signature headers")
    if len(signatures[0]) > _MAX_HEADER or any(len(value) > _MAX_HEADER for value in inputs):
        raise Invalid("the signature header is too long")
    return parse_message(inputs[0], signatures[0]) if inputs else parse_cavage(signatures[0])


def sign_request(
    *,
    method: str,
    url: str,
    key_id: str,
    private_key: PrivateKey,
    now: datetime,
    body: bytes | None = None,
    kind: Scheme = "cavage",
    media_type: str = MEDIA_TYPE,
) -> dict[str, str]:
    """The headers, lower-case, that make this request provably ours; send all of them as they are.

    `url` is spelled as the client will put it on the wire; a fragment is left out. Without a body nothing is said
    about one. Takes 0.4 ms with RSA, outside the interpreter lock: call it in a thread.
    """
    request = Request.read(method=method, url=url, headers=(), body=body or b"")
    headers = {"host": request.authority, "date": format_datetime(now.astimezone(UTC), usegmt=True)}
    if body is not None:
        headers["content-type"] = media_type
    if kind == "cavage":
        return sign_cavage(request, headers, body, key_id, private_key)
    return sign_message(request, headers, body, key_id, private_key, int(now.timestamp()))
