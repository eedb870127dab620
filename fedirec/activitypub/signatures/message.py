"""RFC 9421, HTTP Message Signatures, with the digests of RFC 9530: the profile that the fediverse settled on."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedirec.activitypub.keys import PrivateKey
from fedirec.activitypub.signatures.claim import (
    DIGITS,
    FIELD_NAME,
    SPACE,
    Claim,
    Scanner,
    check_window,
    checked_key_id,
    each_once,
    moment,
    read_base64,
)
from fedirec.activitypub.signatures.request import HASHES, Request, compare_digest, digest_of
from fedirec.errors import Invalid, Unauthenticated

_SF_KEY: Final = re.compile(r"[a-z*][a-z0-9_.*-]*")
_SF_STRING: Final = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_SF_BYTES: Final = re.compile(r":([A-Za-z0-9+/=]*):")
_SF_SPACE: Final = re.compile(r" *")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageClaim(Claim):
    """A `Signature-Input` and its `Signature` as in RFC 9421."""

    SCHEME = "rfc9421"

    label: str
    parameters: str
    """`@signature-params`, serialised anew from what was understood."""

    def allowed_kinds(self) -> tuple[str, ...]:
        kinds = {None: ("rsa", "ed25519"), "rsa-v1_5-sha256": ("rsa",), "ed25519": ("ed25519",)}.get(self.algorithm)
        if kinds is None:
            raise Unauthenticated("the signature algorithm must be rsa-v1_5-sha256 or ed25519")
        return kinds

    def required(self, request: Request) -> set[str]:
        return {"@method", "@target-uri"} | ({"content-digest"} if request.needs_digest else set())

    def check_time(self, request: Request, now: datetime) -> None:
        check_window(moment(self.created), moment(self.expires) if self.expires is not None else None, now)

    def check_body(self, request: Request) -> None:
        if "content-digest" in self.components or request.needs_digest:
            compared = False
            for name, value in _read_content_digest(request.one("content-digest")).items():
                if name in HASHES:
                    compare_digest(name, value, request.body)
                    compared = True
            if not compared:
                raise Unauthenticated("the content digest must be SHA-256 or SHA-512")

    def texts(self, request: Request) -> tuple[bytes, ...]:
        lines = [f'"{name}": {_component_of(request, name)}' for name in self.components]
        return ("\n".join([*lines, f'"@signature-params": {self.parameters}']).encode(),)


def parse_message(header: str, signature: str) -> MessageClaim:
    scanner = Scanner(header.strip(" \t"))
    label = scanner.take(_SF_KEY)
    scanner.expect("=(")
    components = []
    scanner.take(_SF_SPACE)
    while not scanner.skip(")"):
        components.append(scanner.take(_SF_STRING))
        if scanner.skip(";"):
            raise Unauthenticated("parameters of signed components (;req, ;sf, ;bs …) are not accepted")
        if not scanner.text.startswith((" ", ")"), scanner.position):
            raise Invalid("the signature header is malformed")
        scanner.take(_SF_SPACE)
    found: dict[str, str | int] = {}
    while scanner.skip(";"):
        scanner.take(_SF_SPACE)
        name = scanner.take(_SF_KEY)
        if name in found:
            raise Invalid(f"the signature header says {name} twice")
        scanner.expect("=")
        if name in ("created", "expires"):
            found[name] = int(scanner.take(DIGITS))
        elif name in ("keyid", "alg", "nonce", "tag"):
            found[name] = scanner.take(_SF_STRING)
        else:
            raise Unauthenticated(f"the signature parameter {name} is unknown here")
    scanner.expect_end()
    if not {"created", "keyid"} <= found.keys():
        raise Unauthenticated("the signature must say created and keyid")
    for name in components:
        if not FIELD_NAME.fullmatch(name.removeprefix("@")):
            raise Invalid("the signature header lists something that is no header")
    covered = " ".join(f'"{name}"' for name in components)
    said = "".join(
        f";{name}={value}" if isinstance(value, int) else f';{name}="{value}"' for name, value in found.items()
    )
    expires = found.get("expires")
    algorithm = found.get("alg")
    return MessageClaim(
        key_id=checked_key_id(str(found["keyid"])),
        algorithm=None if algorithm is None else str(algorithm),
        components=each_once(tuple(components)),
        created=int(found["created"]),
        expires=None if expires is None else int(expires),
        signature=_read_labelled(label, signature),
        label=label,
        parameters=f"({covered}){said}",
    )


def sign_message(
    request: Request, headers: dict[str, str], body: bytes | None, key_id: str, private_key: PrivateKey, created: int
) -> dict[str, str]:
    values = {"@method": request.method, "@target-uri": request.url}
    if body is not None:
        values["content-digest"] = headers["content-digest"] = f"sha-256=:{digest_of('sha-256', body)}:"
    algorithm = "rsa-v1_5-sha256" if private_key.kind == "rsa" else "ed25519"
    covered = " ".join(f'"{name}"' for name in values)
    parameters = f'({covered});created={created};keyid="{key_id}";alg="{algorithm}"'
    lines = [f'"{name}": {value}' for name, value in values.items()]
    text = "\n".join([*lines, f'"@signature-params": {parameters}'])
    headers["signature-input"] = f"sig1={parameters}"
    headers["signature"] = f"sig1=:{base64.b64encode(private_key.sign(text.encode())).decode()}:"
    return headers


def _read_labelled(label: str, header: str) -> bytes:
    scanner = Scanner(header.strip(" \t"))
    if scanner.take(_SF_KEY) != label:
        raise Invalid("the signature and its input have different labels")
    scanner.expect("=")
    signature = read_base64(scanner.take(_SF_BYTES))
    scanner.expect_end()
    return signature


def _read_content_digest(header: str) -> dict[str, str]:
    scanner = Scanner(header)
    found: dict[str, str] = {}
    while True:
        name = scanner.take(_SF_KEY)
        scanner.expect("=")
        if name in found:
            raise Unauthenticated(f"the content digest says {name} twice")
        found[name] = scanner.take(_SF_BYTES)
        if scanner.done:
            return found
        scanner.take(SPACE)
        scanner.expect(",")
        scanner.take(SPACE)


def _component_of(request: Request, name: str) -> str:
    if not name.startswith("@"):
        return request.combined(name)
    match name:
        case "@method":
            return request.method
        case "@target-uri":
            return request.url
        case "@authority":
            return request.authority
        case "@scheme":
            return request.scheme
        case "@request-target":
            return request.target
        case "@path":
            return request.path
        case "@query":
            return request.query
    raise Unauthenticated(f"the signature covers {name}, which is unknown here")
