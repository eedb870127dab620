"""Accounts: who has one, what they may do, and how they come in."""

from __future__ import annotations

import secrets
import sys
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final, Literal

import typer

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.joining import create_account
from fedirec.accounts.actions.members import change_role
from fedirec.accounts.actions.passwords import renew_recovery_codes
from fedirec.accounts.actions.passwords import reset_password as reset_password_of
from fedirec.accounts.actions.tokens import create_token
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Role, Scope
from fedirec.accounts.queries import members, pending_sign_ups
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance, open_keyring
from fedirec.cli.terminal import AsJson, note, plainly, say, say_list
from fedirec.cli.users.finding import Name, account_called
from fedirec.db import transaction
from fedirec.settings import Settings

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_MAX_TYPED: Final = 2000
OfMembers = Literal["member", "moderator", "treasurer", "admin", "owner"]
"""The roles that can be given; a guest is whoever comes from another server."""
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of making one up.")
]


@with_settings(*WHERE, least="warning")
async def create(
    settings: Settings,
    name: Name,
    role: Annotated[OfMembers, typer.Option(help="What they may do.")] = "member",
    password_stdin: FromInput = False,
    email: Annotated[str, typer.Option(help="Their mail address, if you want to note it.", show_default=False)] = "",
) -> None:
    """Make an account, and say its password and recovery codes this once."""
    async with existing_instance(settings) as site:
        password = _read_password() if password_stdin else new_password()
        member = await create_account(
            site.uris,
            await open_keyring(settings, site),
            doer=OPERATOR,
            name=name,
            password=password,
            role=Role(role),
            email=email,
        )
        actor = member.account.actor
        say(f"There is a new {role} called @{actor.handle}@{actor.host}.")
        if not password_stdin:
            say(f"Password: {password}")
        _say_codes(member.recovery_codes)


@with_settings(*WHERE, least="warning")
async def show(settings: Settings, json: AsJson = False) -> None:
    """Show who has an account here, those who wait to be let in first."""
    async with existing_instance(settings):
        titles = (("name", 32), ("role", 12), ("state", 12), ("since", 12), ("shown as", 0))
        await say_list(titles, (_described(account) async for account in _everybody()), json=json)


@with_settings(*WHERE, least="warning")
async def role_of(
    settings: Settings,
    name: Name,
    role: Annotated[
        OfMembers,
        typer.Argument(metavar="ROLE", help="member, moderator, treasurer, admin or owner.", show_default=False),
    ],
) -> None:
    """Change what somebody may do."""
    async with existing_instance(settings) as site:
        account = await account_called(site, name)
        await change_role(OPERATOR, account, Role(role))
        say(f"@{account.actor.handle} is {_article(role)} {role} now.")


@with_settings(*WHERE, least="warning")
async def reset_password(
    settings: Settings,
    name: Name,
    password_stdin: FromInput = False,
    recovery_codes: Annotated[
        bool, typer.Option("--recovery-codes", help="Make new recovery codes too; the old ones stop working.")
    ] = False,
) -> None:
    """Give somebody a new password; whatever was signed in is signed out."""
    async with existing_instance(settings) as site:
        account = await account_called(site, name)
        password = _read_password() if password_stdin else new_password()
        await reset_password_of(OPERATOR, account, password)
        say(f"@{account.actor.handle} has a new password and is signed out everywhere.")
        if not password_stdin:
            say(f"Password: {password}")
        if recovery_codes:
            async with transaction():
                codes = await renew_recovery_codes(account)
                await audit(OPERATOR, "renew_recovery_codes", account.actor.uri)
            _say_codes(codes)


@with_settings(*WHERE, least="warning")
async def token(
    settings: Settings,
    name: Name,
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do; may be given several times.")] = None,
    label: Annotated[str, typer.Option("--name", help="What the token is called in their settings.")] = "command line",
) -> None:
    """Make a token with which a program acts for somebody; it is shown this once."""
    async with existing_instance(settings) as site:
        account = await account_called(site, name)
        scopes = sorted(scope or [Scope.READ])
        secret = await create_token(account, name=label, scopes=scopes, doer=OPERATOR)
        say(secret)
        note(f"It acts for @{account.actor.handle} ({', '.join(scopes)}). Keep it like a password.")


def new_password() -> str:
    """A password of 79 random bits that can be read aloud."""
    word = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(word[start : start + 4] for start in range(0, 16, 4))


async def _everybody() -> AsyncIterator[Account]:
    after: int | None = None
    while True:
        page, after = await pending_sign_ups(after=after)
        for account in page:
            yield account
        if after is None:
            break
    before: int | None = None
    while True:
        page, before = await members(before=before)
        for account in page:
            yield account
        if before is None:
            return


def _described(account: Account) -> dict[str, Any]:
    actor = account.actor
    return {
        "name": actor.handle,
        "handle": f"@{actor.handle}@{actor.host}",
        "shown as": plainly(actor.name),
        "role": account.role,
        "state": account.state,
        "email": account.email,
        "since": f"{account.created_at:%Y-%m-%d}",
        "uri": actor.uri,
    }


def _read_password() -> str:
    if sys.stdin.isatty():
        note("Type the password, then Enter:")
    return sys.stdin.readline(_MAX_TYPED).rstrip("\r\n")


def _say_codes(codes: list[str]) -> None:
    say()
    say("Recovery codes. Each opens the account once when the password is lost; they are not shown again:")
    for code in codes:
        say(f"  {code}")


def _article(role: str) -> str:
    return "an" if role[0] in "ao" else "a"
