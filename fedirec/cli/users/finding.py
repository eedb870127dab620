"""Whom a command is about."""

from __future__ import annotations

from typing import Annotated

import typer

from fedirec.accounts.models import Account
from fedirec.accounts.queries import get_account
from fedirec.activitypub.models import Actor
from fedirec.activitypub.site import Site
from fedirec.errors import NotFound

Name = Annotated[str, typer.Argument(metavar="NAME", help="The part of their handle before the @.", show_default=False)]
Words = Annotated[str, typer.Option(help="What they are told.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why, for the audit log.", show_default=False)]


async def account_called(site: Site, name: str) -> Account:
    """The account of ours with that name, however it is written. Raises NotFound."""
    return await get_account(
        name.strip().removeprefix("@").lower().removesuffix(f"@{site.uris.host}"), host=site.uris.host
    )


async def person_called(site: Site, who: str) -> Actor:
    """Somebody of ours, or somebody elsewhere whom we know. Raises NotFound."""
    name, _, host = who.strip().removeprefix("@").partition("@")
    if not host or host.lower() == site.uris.host:
        return (await account_called(site, name)).actor
    found = await Actor.filter(handle=name, host=host.lower(), is_local=False).order_by("-id").first()
    if found is None:
        raise NotFound(f"We know nobody called @{name}@{host}.")
    return found
