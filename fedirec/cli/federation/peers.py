"""The instances that this one knows, and what is kept of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

import typer

from fedirec.admin.actions.purging import plan_purge, purge_peer
from fedirec.admin.actions.queue import retry_host
from fedirec.admin.hosts import origin_named
from fedirec.admin.queries import peers as peers_of
from fedirec.api.shapes.federation import show_known_peer, show_purge
from fedirec.cli.federation.options import DryRun, Host
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import AsJson, plainly, say, say_json, say_list
from fedirec.errors import Invalid
from fedirec.settings import Settings


@with_settings(*WHERE, least="warning")
async def show_all(
    settings: Settings,
    blocked: Annotated[bool, typer.Option("--blocked", help="Only those that are blocked.")] = False,
    limited: Annotated[bool, typer.Option("--limited", help="Only those that are limited.")] = False,
    listed: Annotated[bool, typer.Option("--listed", help="Only those that are listed.")] = False,
    silent: Annotated[bool, typer.Option("--silent", help="Only those that do not answer.")] = False,
    json: AsJson = False,
) -> None:
    """Show the instances that this one has met."""
    chosen = [name for name, wanted in (("blocked", blocked), ("limited", limited), ("listed", listed)) if wanted]
    chosen += ["silent"] if silent else []
    if len(chosen) > 1:
        raise Invalid("choose one of --blocked, --limited, --listed and --silent")
    async with existing_instance(settings):
        titles = (("host", 40), ("state", 12), ("policy", 8), ("heard from", 12), ("runs", 0))
        await say_list(titles, _everyone(chosen[0] if chosen else ""), json=json)


@with_settings(*WHERE, least="warning")
async def show_one(settings: Settings, host: Host, json: AsJson = False) -> None:
    """Show what is known of one instance, and what was decided about it."""
    async with existing_instance(settings) as site:
        peer = await peers_of.get_peer(origin_named(site, host))
        answer = {**_described(peer), "errors": await peers_of.errors_of(peer)}
        if json:
            say_json(answer)
            return
        for name, value in answer.items():
            if value not in (None, "", [], False):
                say(f"{name.replace('_', ' ')}: {_in_words(value)}")


@with_settings(*WHERE, least="warning")
async def retry(settings: Settings, host: Host, json: AsJson = False) -> None:
    """Try again at once whatever waits for an instance, and what was given up."""
    async with existing_instance(settings) as site:
        revived = await retry_host(OPERATOR, site, host)
    if json:
        say_json({"revived": revived})
        return
    say("Everything is tried again." if revived else "What waits is tried at once; nothing had been given up.")


@with_settings(*WHERE, least="warning")
async def purge(settings: Settings, host: Host, dry_run: DryRun = False, json: AsJson = False) -> None:
    """Throw away what is kept of an instance that is blocked or gone; credits and evidence stay."""
    async with existing_instance(settings) as site:
        cached = await (plan_purge if dry_run else purge_peer)(OPERATOR, site, host)
    if json:
        say_json(show_purge(cached, is_done=not dry_run).model_dump())
        return
    say("This would go:" if dry_run else "This goes, as soon as the server has time for it:")
    say(f"  what people said of themselves: {cached.people}")
    say(f"  copies of files: {cached.copies} ({cached.bytes // 1_000_000} MB)")
    say(f"  activities that were handled or refused: {cached.activities}")
    say(f"  deliveries: {cached.deliveries}")


async def _everyone(show: Any) -> AsyncIterator[dict[str, Any]]:
    after = ""
    while page := await peers_of.peers(after=after, show=show):
        for peer in page:
            runs = " ".join(filter(None, [peer.software, peer.software_version]))
            yield {**_described(peer), "heard from": _day(peer.heard_at), "runs": plainly(runs)}
        after = page[-1].origin


def _described(peer: peers_of.KnownPeer) -> dict[str, Any]:
    """A peer as the API tells of it; the state says whether it is blocked, and errors are told apart."""
    told = show_known_peer(peer).model_dump(mode="json", exclude={"is_blocked", "error"})
    return {"host": peer.host, **told}


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "never"


def _in_words(value: object) -> str:
    if isinstance(value, list):
        return plainly("; ".join(map(str, value)))
    return "yes" if value is True else plainly(str(value))
