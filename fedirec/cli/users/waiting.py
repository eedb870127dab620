"""Who waits to be let in."""

from __future__ import annotations

from fedirec.accounts.actions.joining import approve_member, decline_member
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance, open_keyring
from fedirec.cli.terminal import say
from fedirec.cli.users.finding import Name, Reason, Words, account_called
from fedirec.settings import Settings


@with_settings(*WHERE, least="warning")
async def approve(settings: Settings, name: Name) -> None:
    """Let somebody in who waits."""
    async with existing_instance(settings) as site:
        account = await account_called(site, name)
        await approve_member(OPERATOR, await open_keyring(settings, site), account.id)
        say(f"@{account.actor.handle} is a member now.")


@with_settings(*WHERE, least="warning")
async def decline(settings: Settings, name: Name, words: Words = "", reason: Reason = "") -> None:
    """Do not let somebody in who waits; their name is free again."""
    async with existing_instance(settings) as site:
        account = await account_called(site, name)
        await decline_member(OPERATOR, account.id, reason=reason, words=words)
        say(f"@{account.actor.handle} is not let in.")
