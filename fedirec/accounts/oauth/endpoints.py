"""Where a server lets its people say who they are to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fedirec.activitypub.vocab import Doc, Json
from fedirec.errors import Forbidden
from fedirec.uris import host_of, same_origin

METADATA: Final = "/.well-known/oauth-authorization-server"
"""Where a server describes the rest of this (RFC 8414); Mastodon does since 4.3."""
WHO: Final = "/api/v1/accounts/verify_credentials"
SCOPES: Final = ("profile", "read:accounts", "read")
"""What we ask to be allowed, the least first: only who somebody is, where a server knows so little a thing."""
UNSAID: Final = "read:accounts"
"""What we ask for where a server does not say what it knows."""
OF_MISSKEY: Final = "read:account"
"""What servers of Misskey's family call it, which know who asks by an address (IndieAuth) and register nobody."""
WHO_OF_MISSKEY: Final = "/api/i"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The addresses of one server for this, all of its own origin, and what we may ask it for."""

    registration: str
    authorization: str
    token: str
    revocation: str
    scope: str = UNSAID
    names_itself: bool = False
    """Whether it promises to say who it is when it sends somebody back (RFC 9207)."""

    @property
    def goes_by_address(self) -> bool:
        """Whether it knows us by the address of a page of ours, where it reads who we are; then there is no secret."""
        return self.scope == OF_MISSKEY


def endpoints_of(origin: str, metadata: Json | None = None) -> Endpoints:
    """What the server at `origin` says in its `metadata`, and where it says nothing, what Mastodon always had.

    Misskey and what descends from it names a scope of its own, no way to register and no way to give tokens back.
    Raises Forbidden for addresses of another origin: a code or a secret meant for one server is never shown to another.
    """
    said = Doc(metadata or {})
    issuer = said.find_text("issuer")
    if issuer is not None and not same_origin(issuer, origin):
        raise _elsewhere(origin)
    offered = said.data.get("scopes_supported")
    known = [scope for scope in (*SCOPES, OF_MISSKEY) if scope in offered] if isinstance(offered, list) else []
    if known == [OF_MISSKEY] and not said.find_text("app_registration_endpoint"):
        return Endpoints(
            registration="",
            authorization=_own(said, origin, "authorization_endpoint", "/oauth/authorize"),
            token=_own(said, origin, "token_endpoint", "/oauth/token"),
            revocation="",
            scope=OF_MISSKEY,
            names_itself=said.flag("authorization_response_iss_parameter_supported"),
        )
    known = [scope for scope in known if scope != OF_MISSKEY]
    return Endpoints(
        registration=_own(said, origin, "app_registration_endpoint", "/api/v1/apps"),
        authorization=_own(said, origin, "authorization_endpoint", "/oauth/authorize"),
        token=_own(said, origin, "token_endpoint", "/oauth/token"),
        revocation=_own(said, origin, "revocation_endpoint", "/oauth/revoke"),
        scope=known[0] if known else UNSAID,
        names_itself=said.flag("authorization_response_iss_parameter_supported"),
    )


def _own(said: Doc, origin: str, key: str, usual: str) -> str:
    address = said.find_text(key)
    if not address:
        return origin + usual
    if not same_origin(address, origin) or "#" in address:
        raise _elsewhere(origin)
    return address


def _elsewhere(origin: str) -> Forbidden:
    return Forbidden(
        "%(host)s sends its people to another server to sign in, and we cannot tell whether that one may speak for it.",
        blanks={"host": host_of(origin)},
    )
