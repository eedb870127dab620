"""The servers whose people sign in here: each knows us by a name and a secret that it gave us once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from tortoise.exceptions import IntegrityError

from fedirec.accounts.models import Provider
from fedirec.accounts.oauth.endpoints import SCOPES, Endpoints
from fedirec.accounts.oauth.exchanges import Credentials, ask_endpoints, is_known, register
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.remote import Remote
from fedirec.clock import now
from fedirec.db import transaction

CHECKED_EVERY: Final = timedelta(days=1)
"""How often a server is asked whether it still knows us."""
UNUSED: Final = timedelta(days=30)
"""After which a server is forgotten through which nobody came in."""
BACK: Final = "/sign-in/elsewhere/back"
"""Where servers send people back to."""
ABOUT: Final = "/sign-in/elsewhere/about"
"""Where servers that know us by an address read who we are."""


async def meet_provider(remote: Remote, origin: str, *, is_doubtful: bool = False) -> Provider:
    """The server at `origin` knows us, as what we are called now. Raises Forbidden, Invalid or PeerUnavailable.

    It is asked to know us once, and again only when it has forgotten us or when our own address has changed. Whether
    it has is asked once a day, and when it `is_doubtful`.
    """
    back = remote.site.origin + BACK
    known = await Provider.get_or_none(origin=origin)
    is_fresh = known is not None and known.checked_at > now() - CHECKED_EVERY and not is_doubtful
    if known is not None and known.redirect_uri == back and is_fresh:
        return known
    endpoints = await ask_endpoints(remote.net, origin)
    if endpoints.goes_by_address:
        ours = Credentials(client_id=remote.site.origin + ABOUT)
        return await _save(remote.keyring, origin, endpoints, ours, back=back)
    if known is not None and known.scope == SCOPES[-1]:
        endpoints = with_scope(endpoints, SCOPES[-1])  # it did not know the smaller one
    if known is not None and known.redirect_uri == back and known.scope == endpoints.scope:
        credentials = credentials_of(remote.keyring, known)
        if await is_known(remote.net, origin, endpoints, credentials, back=back):
            return await _save(remote.keyring, origin, endpoints, credentials, back=back)
    return await _introduce(remote, origin, endpoints)


async def introduce_again(remote: Remote, provider: Provider, *, scope: str) -> None:
    """A server that does not know the `scope` we asked for knows us as somebody who asks for this one."""
    await _introduce(remote, provider.origin, with_scope(await ask_endpoints(remote.net, provider.origin), scope))


async def forget_provider(provider: Provider) -> None:
    """What a server knew us by is gone, with everybody who was on their way through it."""
    await Provider.filter(id=provider.id, client_id=provider.client_id).delete()


async def prune_providers() -> None:
    """Servers through which nobody comes in are forgotten."""
    await Provider.filter(used_at=None, registered_at__lt=now() - UNUSED).delete()


def credentials_of(keyring: Keyring, provider: Provider) -> Credentials:
    """What a server knows us by, unsealed. Raises Misconfigured when the master key is another one."""
    secret = keyring.unseal(bytes(provider.secret), label=_label(provider.origin))
    return Credentials(client_id=provider.client_id, secret=secret.decode())


def kept_endpoints_of(provider: Provider) -> Endpoints:
    """The addresses of a server, as it named them."""
    return Endpoints(
        registration="",
        authorization=provider.authorization_endpoint,
        token=provider.token_endpoint,
        revocation=provider.revocation_endpoint,
        scope=provider.scope,
        names_itself=provider.names_itself,
    )


async def reseal_credentials(old: Keyring, new: Keyring) -> None:
    """What servers know us by opens with the `new` master key, not the `old` one. Part of the caller's transaction."""
    for provider in await Provider.all():
        label = _label(provider.origin)
        provider.secret = new.seal(old.unseal(bytes(provider.secret), label=label), label=label)
        await provider.save(update_fields=["secret"])


def with_scope(endpoints: Endpoints, scope: str) -> Endpoints:
    """The same addresses, asked for `scope`."""
    return Endpoints(
        registration=endpoints.registration,
        authorization=endpoints.authorization,
        token=endpoints.token,
        revocation=endpoints.revocation,
        scope=scope,
        names_itself=endpoints.names_itself,
    )


async def _introduce(remote: Remote, origin: str, endpoints: Endpoints) -> Provider:
    site = remote.site
    name = site.instance.name if site.instance else "fedirec"
    back = site.origin + BACK
    credentials = await register(remote.net, origin, endpoints, name=name, site=site.origin, back=back)
    return await _save(remote.keyring, origin, endpoints, credentials, back=back)


async def _save(
    keyring: Keyring, origin: str, endpoints: Endpoints, credentials: Credentials, *, back: str
) -> Provider:
    columns: dict[str, Any] = {
        "client_id": credentials.client_id,
        "secret": keyring.seal(credentials.secret.encode(), label=_label(origin)),
        "redirect_uri": back,
        "scope": endpoints.scope,
        "authorization_endpoint": endpoints.authorization,
        "token_endpoint": endpoints.token,
        "revocation_endpoint": endpoints.revocation,
        "names_itself": endpoints.names_itself,
        "checked_at": now(),
    }
    if not await Provider.filter(origin=origin).update(**columns):
        try:
            async with transaction():
                await Provider.create(origin=origin, **columns)
        except IntegrityError:  # somebody else was quicker; what they were given is as good
            pass
    return await Provider.get(origin=origin)


def _label(origin: str) -> str:
    return f"provider {origin}"
