"""The way through somebody's own server: they are sent there to say who they are, and come back with a proof of it.

A passage belongs to one browser, lasts for minutes, and can be gone once. The browser keeps a secret of which we know
the digest, and from which the proof key (PKCE, RFC 7636) is made, so that a code is worth nothing to anybody else.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode, urlsplit

from fedirec.accounts.actions.guests import welcome_guest
from fedirec.accounts.actions.providers import (
    credentials_of,
    forget_provider,
    introduce_again,
    kept_endpoints_of,
    meet_provider,
)
from fedirec.accounts.codes import digest_of, new_secret
from fedirec.accounts.models import Account, Passage, Provider
from fedirec.accounts.oauth.endpoints import SCOPES
from fedirec.accounts.oauth.exchanges import Forgotten, exchange, revoke, who_is
from fedirec.activitypub.remote import HANDLE, Remote
from fedirec.clock import now
from fedirec.errors import Conflict, FedirecError, Forbidden, Invalid
from fedirec.uris import host_of, origin_of, same_origin
from fedirec.web.ratelimit import RateLimit

LASTS: Final = timedelta(minutes=15)
"""From being sent away to coming back: time enough to sign in there with a second factor."""
MAX_CODE: Final = 4_000
"""Characters."""
_HOST_COST: Final = 0.1
"""Of a try, for one server: many people come from a large one, and nobody makes us flood a small one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Where somebody goes now to say who they are."""

    url: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody came back with."""

    code: str = ""
    error: str = ""
    issuer: str | None = None
    """Who says that they sent them, where they say it (RFC 9207)."""


async def begin_passage(
    remote: Remote, typed: str, *, next_path: str, browser: str, visitor: str, attempts: RateLimit
) -> Departure:
    """Somebody is on their way to their own server, which a handle or the name of a server tells.

    `browser` is the secret that their browser keeps, `visitor` whom to count. Raises Invalid, NotFound, Forbidden,
    PeerUnavailable or TooMany with a sentence for whoever typed it; then nothing is kept of it.
    """
    attempts.check(f"passage {visitor}", cost=0.5)
    origin = await _home_of(remote, typed, attempts)
    # Whoever begins again before coming back has perhaps been shown that their server does not know us any more.
    again = await Passage.exists(provider__origin=origin, browser=digest_of(browser), expires_at__gt=now())
    provider = await meet_provider(remote, origin, is_doubtful=again)
    state = new_secret()
    await Passage.filter(expires_at__lte=now()).delete()
    await Passage.create(
        digest=digest_of(state),
        browser=digest_of(browser),
        provider_id=provider.id,
        typed=typed[:400],
        next_path=next_path,
        expires_at=now() + LASTS,
    )
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": provider.redirect_uri,
        "scope": provider.scope,
        "state": state,
        "code_challenge": _challenge(_verifier(browser, state)),
        "code_challenge_method": "S256",
    }
    joint = "&" if urlsplit(provider.authorization_endpoint).query else "?"
    return Departure(url=f"{provider.authorization_endpoint}{joint}{urlencode(asked)}", host=host_of(origin))


async def take_passage(state: str, *, browser: str, visitor: str, attempts: RateLimit) -> Passage:
    """The passage that `state` names, with its provider, for the browser that began it, this once.

    Raises Conflict for one that is over, was gone before, or belongs to another browser; TooMany.
    """
    attempts.check(f"arrival {visitor}", cost=0.5)
    found = await Passage.get_or_none(
        digest=digest_of(state), browser=digest_of(browser), expires_at__gt=now()
    ).select_related("provider")
    if not browser or found is None or not await Passage.filter(id=found.id).delete():
        raise Conflict("That took too long, or was begun in another browser. Please start again.")
    return found


async def finish_passage(remote: Remote, passage: Passage, answer: Answer, *, state: str, browser: str) -> Account:
    """Whoever came back is a guest, if their server proves who they are.

    That server speaks for its own people only: the name it gives must be that of an actor of its own origin, which is
    asked anew and must answer to that name. What it gave us to ask with is given back and forgotten, whatever happens.
    Raises Forbidden, Invalid, NotFound, Gone, Conflict or PeerUnavailable; then nobody is signed in.
    """
    provider = passage.provider
    origin = provider.origin
    await _refuse_blocked(remote, origin)
    _refuse_other_issuer(provider, answer)
    if answer.error:
        await _told_no(remote, provider, answer.error)
    if not answer.code or len(answer.code) > MAX_CODE:
        raise Invalid("%(host)s sent you back without an answer. Please start again.", blanks={"host": host_of(origin)})
    endpoints, credentials = kept_endpoints_of(provider), credentials_of(remote.keyring, provider)
    try:
        token = await exchange(
            remote.net,
            origin,
            endpoints,
            credentials,
            code=answer.code,
            verifier=_verifier(browser, state),
            back=provider.redirect_uri,
        )
    except Forgotten:
        await forget_provider(provider)
        raise
    try:
        name = await who_is(remote.net, origin, endpoints, token)
    finally:
        await revoke(remote.net, origin, endpoints, credentials, token)
    account = await welcome_guest(await remote.meet_member(name, origin=origin))
    await Provider.filter(id=provider.id).update(used_at=now())
    return account


async def prune_passages() -> None:
    """Nobody is on a way any more that took too long."""
    await Passage.filter(expires_at__lte=now()).delete()


async def _home_of(remote: Remote, typed: str, attempts: RateLimit) -> str:
    """The origin of the server that somebody means: by a handle, a name, or the address of a page there."""
    words = typed.strip().removeprefix("acct:").removeprefix("@")
    handle = HANDLE.fullmatch(words)
    origin = _origin_in(handle[2] if handle else words, scheme=remote.site.origin.partition("://")[0])
    _refuse_ours(remote, origin)
    await _refuse_blocked(remote, origin)
    attempts.check(f"provider {origin}", cost=_HOST_COST)
    if handle:
        origin = await remote.find_home(words)
        _refuse_ours(remote, origin)
        await _refuse_blocked(remote, origin)
    return origin


def _origin_in(words: str, *, scheme: str) -> str:
    """The origin that a host or an address names. Raises Invalid for anything else."""
    if not words.isascii():
        raise Invalid("Please write the plain form of that server's name; for other letters it begins with xn--.")
    try:
        return origin_of((words if "://" in words else f"{scheme}://{words}").lower())
    except Invalid as error:
        raise Invalid("Write your handle, like @you@your.server, or the name of your server.") from error


def _refuse_ours(remote: Remote, origin: str) -> None:
    if remote.site.is_ours(origin):
        raise Conflict("That is this place. Please sign in with your name and your password.")


async def _refuse_blocked(remote: Remote, origin: str) -> None:
    if await remote.acquaintances.is_blocked(origin):
        raise Forbidden("People of %(host)s cannot sign in here.", blanks={"host": host_of(origin)})


def _refuse_other_issuer(provider: Provider, answer: Answer) -> None:
    """Whoever sent them back is who they were sent to (the mix-up of RFC 9207)."""
    if answer.issuer is None and not provider.names_itself:
        return
    if not same_origin(answer.issuer or "", provider.origin):
        raise Forbidden(
            "Another server than %(host)s answered. Please start again.", blanks={"host": host_of(provider.origin)}
        )


async def _told_no(remote: Remote, provider: Provider, error: str) -> None:
    """Raise for an answer that is an error (RFC 6749 4.1.2.1)."""
    blanks = {"host": host_of(provider.origin)}
    if error == "access_denied":
        raise Forbidden("You did not allow it on %(host)s, so nothing has happened.", blanks=blanks)
    if error == "invalid_scope" and provider.scope in SCOPES[:-1]:
        try:
            await introduce_again(remote, provider, scope=SCOPES[-1])
        except FedirecError as trouble:
            raise Forbidden("%(host)s does not let its people sign in on other servers.", blanks=blanks) from trouble
        raise Conflict("%(host)s wanted to be asked in another way. Please try once more.", blanks=blanks)
    raise Forbidden("%(host)s could not sign you in. Please start again.", blanks=blanks)


def _verifier(browser: str, state: str) -> str:
    return digest_of(f"pkce {browser} {state}")


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
