"""A request taken apart, and the digest of its body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from fedirec.errors import Unauthenticated
from fedirec.uris import origin_of

Headers: TypeAlias = Sequence[tuple[str, str]]

HASHES: Final = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
_ONCE: Final = frozenset({"host", "date", "digest", "content-digest", "content-type", "content-length"})
"""Headers that may not come twice, signed or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request taken apart for signing and for judging."""

    method: str
    scheme: str
    authority: str
    """Host and, unless usual, port, in lower case."""
    target: str
    """The path and query, exactly as sent."""
    headers: Mapping[str, tuple[str, ...]]
    body: bytes

    @classmethod
    def read(cls, *, method: str, url: str, headers: Headers, body: bytes) -> Request:
        """Raises Invalid for addresses that are not plain, and Unauthenticated for headers that come twice."""
        origin = origin_of(url)
        scheme, _, rest = url.partition("#")[0].partition("://")
        start = re.search(r"[/?]", rest)
        target = rest[start.start() :] if start else "/"
        found: dict[str, tuple[str, ...]] = {}
        for name, value in headers:
            lowered = name.lower()
            found[lowered] = (*found.get(lowered, ()), value.strip(" \t"))
        for name in _ONCE & found.keys():
            if len(found[name]) > 1:
                raise Unauthenticated(f"the header {name} came more than once")
        return cls(
            method=method,
            scheme=scheme.lower(),
            authority=origin.partition("://")[2],
            target=target if target.startswith("/") else f"/{target}",
            headers=found,
            body=body,
        )

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return "?" + self.target.partition("?")[2]

    @property
    def needs_digest(self) -> bool:
        return bool(self.body) or self.method.upper() not in ("GET", "HEAD")

    def one(self, name: str) -> str:
        """The only value of a header. Raises Unauthenticated if it is absent, repeated, folded or not plain ASCII."""
        if len(self.headers.get(name, ())) != 1:
            raise Unauthenticated(f"the signed header {name} must come exactly once")
        return self.combined(name)

    def combined(self, name: str) -> str:
        """The values of a header in one line. Raises Unauthenticated if it is absent, folded or not plain ASCII."""
        value = ", ".join(self.headers.get(name, ()))
        if name not in self.headers:
            raise Unauthenticated(f"the signed header {name} is missing")
        if not value.isascii() or not value.isprintable():
            raise Unauthenticated(f"the signed header {name} has unusual characters")
        return value


def digest_of(name: str, body: bytes) -> str:
    return base64.b64encode(HASHES[name](body).digest()).decode()


def compare_digest(name: str, said: str, body: bytes) -> None:
    if not hmac.compare_digest(said.encode(), digest_of(name, body).encode()):
        raise Unauthenticated("the digest does not match the body")
