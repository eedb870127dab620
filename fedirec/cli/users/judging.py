"""What moderators decide about somebody, from the machine."""

from __future__ import annotations

from typing import Annotated

import typer

from fedirec.admin.actions.confirming import confirm_keys
from fedirec.admin.actions.deciding import decide, undo_all
from fedirec.admin.judging import Action, Verdict
from fedirec.admin.queries.keys import changed_keys_of
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import make_sure, note, say
from fedirec.cli.users.finding import Name, Reason, Words, account_called, person_called
from fedirec.settings import Settings

Anybody = Annotated[
    str, typer.Argument(metavar="WHO", help="A name of ours, or name@host for somebody elsewhere.", show_default=False)
]
Undo = Annotated[bool, typer.Option("--undo", help="Take it back.")]


@with_settings(*WHERE, least="warning")
async def suspend(settings: Settings, who: Anybody, undo: Undo = False, words: Words = "", reason: Reason = "") -> None:
    """Stop somebody from doing anything here, at once, and show nothing of theirs; or let them come back."""
    async with existing_instance(settings) as site:
        person = await person_called(site, who)
        if undo:
            await undo_all(OPERATOR, person, Action.SUSPEND, reason=reason)
            say(f"@{person.handle}@{person.host} can come back, and sign in again.")
        else:
            await decide(OPERATOR, person, Verdict(action=Action.SUSPEND, words=words, reason=reason))
            say(f"@{person.handle}@{person.host} is suspended, and silent everywhere.")


@with_settings(*WHERE, least="warning")
async def limit(settings: Settings, who: Anybody, undo: Undo = False, words: Words = "", reason: Reason = "") -> None:
    """Show somebody to those who follow them only, and tell nobody else what they do; or end that."""
    async with existing_instance(settings) as site:
        person = await person_called(site, who)
        if undo:
            await undo_all(OPERATOR, person, Action.LIMIT, reason=reason)
            say(f"@{person.handle}@{person.host} is not limited any more.")
        else:
            await decide(OPERATOR, person, Verdict(action=Action.LIMIT, words=words, reason=reason))
            say(f"@{person.handle}@{person.host} is limited.")


@with_settings(*WHERE, least="warning")
async def confirm_keys_of(
    settings: Settings,
    who: Annotated[str, typer.Argument(metavar="WHO", help="name@host.", show_default=False)],
    reason: Annotated[str, typer.Option(help="How you know that it is them.", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you mean it.")] = False,
) -> None:
    """Say that somebody elsewhere whose keys have changed is who they were before."""
    async with existing_instance(settings) as site:
        person = await person_called(site, who)
        keys = await changed_keys_of(person)
        for key in keys.before if keys else ():
            note(f"known before: {key}")
        for key in keys.now if keys else ():
            note(f"now: {key}")
        if keys and not yes:
            make_sure(f"Is @{person.handle}@{person.host} who they were, with the keys that they have now?")
        await confirm_keys(OPERATOR, person, reason=reason, seen=keys.now if keys else None)
        say(f"@{person.handle}@{person.host} is believed again.")


@with_settings(*WHERE, least="warning")
async def warn(
    settings: Settings,
    name: Name,
    words: Annotated[str, typer.Option(help="What they are told.", show_default=False)],
    reason: Reason = "",
) -> None:
    """Write to somebody of ours, and change nothing else."""
    async with existing_instance(settings) as site:
        account = await account_called(site, name)
        await decide(OPERATOR, account.actor, Verdict(action=Action.WARN, words=words, reason=reason))
        say(f"@{account.actor.handle} will read it.")
