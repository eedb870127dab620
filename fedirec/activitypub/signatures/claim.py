"""What every signature has, whatever its scheme: who, when, which parts, and the order of the checks."""

from __future__ import annotations

import base64
import binascii
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final, Literal, TypeAlias

from fedirec.activitypub.keys import PublicKey
from fedirec.activitypub.signatures.request import Headers, Request
from fedirec.errors import Invalid, Unauthenticated
from fedirec.uris import origin_of

Scheme: TypeAlias = Literal["cavage", "rfc9421"]

SKEW: Final = timedelta(hours=1)
"""How wrong a peer's clock may be (SWICG ActivityPub HTTP Signature report)."""
LIFETIME: Final = timedelta(minutes=5)
"""How long a signature lives that does not say so itself."""
MAX_LIFETIME: Final = timedelta(hours=12)

DIGITS: Final = re.compile(r"\d{1,15}", re.ASCII)
SPACE: Final = re.compile(r"[ \t]*")
FIELD_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_MAX_KEY_ID: Final = 2048


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody says they signed. Everything has been checked but the signature itself."""

    key_id: str
    signature: bytes
    kinds: tuple[str, ...]
    """The kinds of key that the named algorithm allows."""
    texts: tuple[bytes, ...]
    """What may have been signed: one text, or two where peers differ."""

    def verify(self, public_key: PublicKey) -> None:
        """Return if `public_key` signed this request, else raise Unauthenticated."""
        if public_key.kind not in self.kinds:
            raise Unauthenticated("the key is not of the kind that the signature names")
        for text in self.texts[:-1]:
            try:
                return public_key.verify(self.signature, text)
            except Unauthenticated:
                continue
        return public_key.verify(self.signature, self.texts[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(ABC):
    """A signature header, well-formed but not yet believed."""

    SCHEME: ClassVar[Scheme]

    key_id: str
    algorithm: str | None
    components: tuple[str, ...]
    """What is covered, in order: header names and derived parts."""
    created: int | None
    expires: int | None
    signature: bytes

    def check(self, *, method: str, url: str, headers: Headers, body: bytes, now: datetime) -> Statement:
        """What the key must have signed, once everything that needs no key has been checked.

        Raises Unauthenticated if a required part is not covered, the clock window is missed, the body is not the one
        that was signed, or the algorithm is none of ours.
        """
        request = Request.read(method=method, url=url, headers=headers, body=body)
        origin_of(self.key_id)
        kinds = self.allowed_kinds()
        missing = self.required(request) - set(self.components)
        if missing:
            raise Unauthenticated("the signature must cover " + ", ".join(sorted(missing)))
        if "host" in request.headers and _plain_authority(request) != request.authority:
            raise Unauthenticated("the request was meant for another host")
        self.check_time(request, now)
        self.check_body(request)
        return Statement(self.key_id, self.signature, kinds, self.texts(request))

    @abstractmethod
    def allowed_kinds(self) -> tuple[str, ...]:
        """The kinds of key that the named algorithm allows. Raises Unauthenticated for other algorithms."""

    @abstractmethod
    def required(self, request: Request) -> set[str]:
        """The parts of `request` that the signature has to cover."""

    @abstractmethod
    def check_time(self, request: Request, now: datetime) -> None:
        """Return if the signature is neither too old nor from the future."""

    @abstractmethod
    def check_body(self, request: Request) -> None:
        """Return if the digest that was signed is the digest of the body."""

    @abstractmethod
    def texts(self, request: Request) -> tuple[bytes, ...]:
        """The signature base: the bytes that were signed, in each spelling that is accepted."""


class Scanner:
    """Reads a header from left to right; what does not fit is Invalid, never skipped."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    @property
    def done(self) -> bool:
        return self.position == len(self.text)

    def take(self, pattern: re.Pattern[str]) -> str:
        """The text of `pattern` here: its first group, or all of it."""
        match = pattern.match(self.text, self.position)
        if match is None:
            raise Invalid("the signature header is malformed")
        self.position = match.end()
        return match[1] if match.re.groups else match[0]

    def skip(self, literal: str) -> bool:
        """Whether `literal` stood here; if so it is behind us."""
        if not self.text.startswith(literal, self.position):
            return False
        self.position += len(literal)
        return True

    def expect(self, literal: str) -> None:
        if not self.skip(literal):
            raise Invalid("the signature header is malformed")

    def expect_end(self) -> None:
        if not self.done:
            raise Invalid("the signature header has something behind the one signature that it may carry")


def _plain_authority(request: Request) -> str | None:
    host = request.one("host")
    if any(mark in host for mark in "/?#@"):
        return None
    try:
        return origin_of(f"{request.scheme}://{host}").partition("://")[2]
    except Invalid:
        return None


def check_window(created: datetime, expires: datetime | None, now: datetime) -> None:
    if created > now + SKEW:
        raise Unauthenticated("the signature is from the future; is your clock right?")
    if expires is not None and not created <= expires <= created + MAX_LIFETIME:
        raise Unauthenticated("a signature may live for at most twelve hours")
    if now > (created + LIFETIME if expires is None else expires) + SKEW:
        raise Unauthenticated("the signature is too old; is your clock right?")


def moment(seconds: int | None) -> datetime:
    if seconds is None:
        raise Unauthenticated("the signature does not say when it was made")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unauthenticated("the signature names an impossible time") from error


def read_base64(text: str) -> bytes:
    """The bytes of padded base64 in its one spelling: two spellings of one signature would be two requests."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("the signature is not base64") from error
    if not data or base64.b64encode(data).decode() != text:
        raise Invalid("the signature is not base64")
    return data


def checked_key_id(text: str) -> str:
    if not text or len(text) > _MAX_KEY_ID:
        raise Invalid("the signature names no usable key")
    return text


def each_once(components: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(components)) != len(components):
        raise Invalid("the signature covers the same thing twice")
    return components
