"""`fedirec users`: accounts of this instance, while the server runs or not."""

from __future__ import annotations

import secrets
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.farewells import plan_farewell
from fedirec.accounts.actions.joining import approve_member, create_account, decline_member
from fedirec.accounts.actions.members import change_role
from fedirec.accounts.actions.passwords import renew_recovery_codes
from fedirec.accounts.actions.passwords import reset_password as reset_password_of
from fedirec.accounts.actions.tokens import create_token
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Role, Scope
from fedirec.accounts.queries import get_account, members, pending_sign_ups
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor
from fedirec.activitypub.site import Site
from fedirec.admin.actions.deciding import decide, undo_all
from fedirec.admin.judging import Action, Verdict
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import note, plainly, say, say_list
from fedirec.db import transaction
from fedirec.errors import Conflict, NotFound
from fedirec.media.store import DiskStore
from fedirec.remix.actions.archiving import Archivist
from fedirec.settings import Settings

app = typer.Typer(help="See and change the accounts of this instance.", no_args_is_help=True)

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_MAX_TYPED: Final = 2000

Name = Annotated[str, typer.Argument(metavar="NAME", help="The part of their handle before the @.", show_default=False)]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of making one up.")
]


@app.command()
@with_settings(*WHERE, least="warning")
async def create(
    settings: Settings,
    name: Name,
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.MEMBER,
    password_stdin: FromInput = False,
    email: Annotated[str, typer.Option(help="Their mail address, if you want to note it.", show_default=False)] = "",
) -> None:
    """Make an account, and say its password and recovery codes this once."""
    async with existing_instance(settings) as site:
        password = _read_password() if password_stdin else new_password()
        member = await create_account(
            site.uris,
            Keyring.open(settings.master_key_file),
            doer=OPERATOR,
            name=name,
            password=password,
            role=role,
            email=email,
        )
        actor = member.account.actor
        say(f"There is a new {role} called @{actor.handle}@{actor.host}.")
        if not password_stdin:
            say(f"Password: {password}")
        _say_codes(member.recovery_codes)


@app.command("list")
@with_settings(*WHERE, least="warning")
async def show(
    settings: Settings, json: Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")] = False
) -> None:
    """Show who has an account here, those who wait to be let in first."""
    async with existing_instance(settings):
        titles = (("name", 32), ("role", 12), ("state", 12), ("since", 12), ("shown as", 0))
        await say_list(titles, (_described(account) async for account in _everybody()), json=json)


@app.command("role")
@with_settings(*WHERE, least="warning")
async def role_of(
    settings: Settings,
    name: Name,
    role: Annotated[
        Role, typer.Argument(metavar="ROLE", help="member, moderator, treasurer, admin or owner.", show_default=False)
    ],
) -> None:
    """Change what somebody may do."""
    async with existing_instance(settings) as site:
        account = await _account(site, name)
        await change_role(OPERATOR, account, role)
        say(f"@{account.actor.handle} is {_article(role)} {role} now.")


@app.command()
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
        account = await _account(site, name)
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


@app.command()
@with_settings(*WHERE, least="warning")
async def token(
    settings: Settings,
    name: Name,
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do; may be given several times.")] = None,
    label: Annotated[str, typer.Option("--name", help="What the token is called in their settings.")] = "command line",
) -> None:
    """Make a token with which a program acts for somebody; it is shown this once."""
    async with existing_instance(settings) as site:
        account = await _account(site, name)
        scopes = sorted(scope or [Scope.READ])
        secret = await create_token(account, name=label, scopes=scopes, doer=OPERATOR)
        say(secret)
        note(f"It acts for @{account.actor.handle} ({', '.join(scopes)}). Keep it like a password.")


Anybody = Annotated[
    str, typer.Argument(metavar="WHO", help="A name of ours, or name@host for somebody elsewhere.", show_default=False)
]
Words = Annotated[str, typer.Option(help="What they are told.", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why, for the audit log.", show_default=False)]
Undo = Annotated[bool, typer.Option("--undo", help="Take it back.")]


@app.command()
@with_settings(*WHERE, least="warning")
async def suspend(settings: Settings, who: Anybody, undo: Undo = False, words: Words = "", reason: Reason = "") -> None:
    """Stop somebody from doing anything here, at once, and show nothing of theirs; or let them come back."""
    async with existing_instance(settings) as site:
        person = await _person(site, who)
        if undo:
            await undo_all(OPERATOR, person, Action.SUSPEND, reason=reason)
            say(f"@{person.handle}@{person.host} can come back, and sign in again.")
        else:
            await decide(OPERATOR, person, Verdict(action=Action.SUSPEND, words=words, reason=reason))
            say(f"@{person.handle}@{person.host} is suspended, and silent everywhere.")


@app.command()
@with_settings(*WHERE, least="warning")
async def limit(settings: Settings, who: Anybody, undo: Undo = False, words: Words = "", reason: Reason = "") -> None:
    """Show somebody to those who follow them only, and tell nobody else what they do; or end that."""
    async with existing_instance(settings) as site:
        person = await _person(site, who)
        if undo:
            await undo_all(OPERATOR, person, Action.LIMIT, reason=reason)
            say(f"@{person.handle}@{person.host} is not limited any more.")
        else:
            await decide(OPERATOR, person, Verdict(action=Action.LIMIT, words=words, reason=reason))
            say(f"@{person.handle}@{person.host} is limited.")


@app.command()
@with_settings(*WHERE, least="warning")
async def approve(settings: Settings, name: Name) -> None:
    """Let somebody in who waits."""
    async with existing_instance(settings) as site:
        account = await _account(site, name)
        await approve_member(OPERATOR, Keyring.open(settings.master_key_file), account.id)
        say(f"@{account.actor.handle} is a member now.")


@app.command()
@with_settings(*WHERE, least="warning")
async def decline(settings: Settings, name: Name, words: Words = "", reason: Reason = "") -> None:
    """Do not let somebody in who waits; their name is free again."""
    async with existing_instance(settings) as site:
        account = await _account(site, name)
        await decline_member(OPERATOR, account.id, reason=reason, words=words)
        say(f"@{account.actor.handle} is not let in.")


@app.command()
@with_settings(*WHERE, least="warning")
async def warn(
    settings: Settings,
    name: Name,
    words: Annotated[str, typer.Option(help="What they are told.", show_default=False)],
    reason: Reason = "",
) -> None:
    """Write to somebody of ours, and change nothing else."""
    async with existing_instance(settings) as site:
        account = await _account(site, name)
        await decide(OPERATOR, account.actor, Verdict(action=Action.WARN, words=words, reason=reason))
        say(f"@{account.actor.handle} will read it.")


@app.command()
@with_settings(*WHERE, least="warning")
async def erase(
    settings: Settings,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you mean it.")] = False,
    keep_name: Annotated[
        bool, typer.Option("--keep-name", help="They stay credited by their name where others built on their work.")
    ] = False,
) -> None:
    """Erase somebody and everything of theirs, for good; the server does it as soon as it runs."""
    async with existing_instance(settings) as site:
        account = await _account(site, name)
        handle = account.actor.handle
        if not yes and not typer.confirm(f"Erase @{handle} and everything of theirs? Nobody can undo that."):
            raise typer.Exit(1)
        await plan_farewell(OPERATOR, account, keeps_name=keep_name, wait=timedelta(0))
        say(f"@{handle} will be erased now, by the server or the worker that is running or is started next.")


@app.command()
@with_settings(*WHERE, least="warning")
async def export(
    settings: Settings,
    name: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.", show_default=False)],
) -> None:
    """Write a copy of everything of somebody to a zip file, for them to take along."""
    if file.exists():
        raise Conflict(f"{file} is there already. Name another file, or move that one away.")
    async with existing_instance(settings) as site:
        account = await _account(site, name)
        store = DiskStore(settings.media_dir, incoming=settings.data_dir / "incoming")
        await audit(OPERATOR, "export", account.actor.uri)
        size = await Archivist(store=store, folder=file.parent).write(account, file)
        say(f"{file} has everything of @{account.actor.handle}, in {size:,} bytes. Give it to nobody else.")


def new_password() -> str:
    """A password of 79 random bits that can be read aloud."""
    word = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(word[start : start + 4] for start in range(0, 16, 4))


async def _account(site: Site, name: str) -> Account:
    return await get_account(
        name.strip().removeprefix("@").lower().removesuffix(f"@{site.uris.host}"), host=site.uris.host
    )


async def _person(site: Site, who: str) -> Actor:
    """Somebody of ours, or somebody elsewhere whom we know. Raises NotFound."""
    name, _, host = who.strip().removeprefix("@").partition("@")
    if not host or host.lower() == site.uris.host:
        return (await _account(site, name)).actor
    found = await Actor.filter(handle=name, host=host.lower(), is_local=False).order_by("-id").first()
    if found is None:
        raise NotFound(f"We know nobody called @{name}@{host}.")
    return found


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


def _article(role: Role) -> str:
    return "an" if role.value[0] in "ao" else "a"
