"""draft-cavage-http-signatures-12, as the fediverse speaks it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime
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
from fedirec.activitypub.signatures.request import Request, compare_digest, digest_of
from fedirec.errors import Invalid, Unauthenticated

_TOKEN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_QUOTED: Final = re.compile(r'"([^"\\\x00-\x1f\x7f-\U0010ffff]*)"')
_HTTP_DATE: Final = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT", re.ASCII
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class CavageClaim(Claim):
    """A `Signature` header as in draft-cavage-http-signatures-12."""

    __slots__ = ()
    SCHEME = "cavage"

    def allowed_kinds(self) -> tuple[str, ...]:
        if self.algorithm not in (None, "rsa-sha256", "hs2019"):
            raise Unauthenticated("the signature algorithm must be rsa-sha256 or hs2019")
        return ("rsa",)

    def required(self, request: Request) -> set[str]:
        time = "(created)" if "(created)" in self.components else "date"
        return {"(request-target)", "host", time} | ({"digest"} if request.needs_digest else set())

    def check_time(self, request: Request, now: datetime) -> None:
        if self.algorithm == "rsa-sha256" and {"(created)", "(expires)"} & set(self.components):
            raise Unauthenticated("(created) and (expires) need the algorithm hs2019")
        if "date" in self.components:
            check_window(_read_date(request.one("date")), None, now)
        if "(created)" in self.components:
            check_window(moment(self.created), moment(self.expires) if self.expires is not None else None, now)
        elif self.expires is not None:
            check_window(_read_date(request.one("date")), moment(self.expires), now)

    def check_body(self, request: Request) -> None:
        if "digest" in self.components or request.needs_digest:
            found = [
                value
                for name, value in (part.strip().split("=", 1) for part in _digest_parts(request.one("digest")))
                if name.lower() == "sha-256"
            ]
            if len(found) != 1:
                raise Unauthenticated("the digest must be one SHA-256")
            compare_digest("sha-256", found[0], request.body)

    def texts(self, request: Request) -> tuple[bytes, ...]:
        targets = [request.target]
        if request.method.upper() == "GET" and "?" in request.target:
            targets.append(request.path)  # Mastodon before 4.3 left the query out
        return tuple("\n".join(self._lines(request, target)).encode() for target in targets)

    def _lines(self, request: Request, target: str) -> Iterator[str]:
        for name in self.components:
            if name == "(request-target)":
                yield f"{name}: {request.method.lower()} {target}"
            elif name in ("(created)", "(expires)"):
                moment = self.created if name == "(created)" else self.expires
                if moment is None:
                    raise Unauthenticated(f"{name} is signed but not given")
                yield f"{name}: {moment}"
            elif name.startswith("("):
                raise Unauthenticated(f"the signature covers {name}, which is unknown here")
            else:
                yield f"{name}: {request.combined(name)}"


def parse_cavage(header: str) -> CavageClaim:
    scanner = Scanner(header.strip(" \t"))
    found: dict[str, str] = {}
    while True:
        name = scanner.take(_TOKEN)
        scanner.expect("=")
        value = scanner.take(DIGITS) if scanner.text[scanner.position : scanner.position + 1].isdigit() else None
        if name in found:
            raise Invalid(f"the signature header says {name} twice")
        found[name] = scanner.take(_QUOTED) if value is None else value
        if scanner.done:
            break
        scanner.take(SPACE)
        scanner.expect(",")
        scanner.take(SPACE)
    if not {"keyId", "signature"} <= found.keys():
        raise Invalid("the signature header needs keyId and signature")
    components = tuple(found.get("headers", "date").lower().split(" "))
    for name in components:
        if not FIELD_NAME.fullmatch(name.removeprefix("(").removesuffix(")")):
            raise Invalid("the signature header lists something that is no header")
    return CavageClaim(
        key_id=checked_key_id(found["keyId"]),
        algorithm=found.get("algorithm"),
        components=each_once(components),
        created=_seconds(found.get("created")),
        expires=_seconds(found.get("expires")),
        signature=read_base64(found["signature"]),
    )


def sign_cavage(
    request: Request, headers: dict[str, str], body: bytes | None, key_id: str, private_key: PrivateKey
) -> dict[str, str]:
    if private_key.kind != "rsa":
        raise Invalid("draft-cavage signatures need an RSA key")
    names = ["(request-target)", "host", "date"]
    if body is not None:
        headers["digest"] = "SHA-256=" + digest_of("sha-256", body)
        names += ["digest", "content-type"]
    values = {**headers, "(request-target)": f"{request.method.lower()} {request.target}"}
    text = "\n".join(f"{name}: {values[name]}" for name in names)
    signature = base64.b64encode(private_key.sign(text.encode())).decode()
    headers["signature"] = (
        f'keyId="{key_id}",algorithm="rsa-sha256",headers="{" ".join(names)}",signature="{signature}"'
    )
    return headers


def _digest_parts(header: str) -> list[str]:
    parts = header.split(",")
    if not all("=" in part for part in parts):
        raise Unauthenticated("the digest header is malformed")
    return parts


def _read_date(text: str) -> datetime:
    """An IMF-fixdate (RFC 9110 section 5.6.7), and no other spelling of a date."""
    match = _HTTP_DATE.fullmatch(text)
    if match is None or match[2] not in _MONTHS:
        raise Unauthenticated("the date header is malformed")
    try:
        day, year, hour, minute, second = (int(match[part]) for part in (1, 3, 4, 5, 6))
        return datetime(year, _MONTHS.index(match[2]) + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise Unauthenticated("the date header is malformed") from error


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    if not DIGITS.fullmatch(text):
        raise Invalid("the signature header names an impossible time")
    return int(text)
