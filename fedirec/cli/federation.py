"""`fedirec federation`: the instances that this one knows, and what is decided about them."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from fedirec.accounts.actions.setup import demand_signatures
from fedirec.accounts.queries import get_instance
from fedirec.activitypub.models import Peer
from fedirec.admin.actions import lists, policies
from fedirec.admin.actions.purging import plan_purge, purge_peer
from fedirec.admin.actions.queue import retry_host
from fedirec.admin.blocklists import MAX_BYTES
from fedirec.admin.decisions import Decision, decision_about
from fedirec.admin.hosts import origin_named
from fedirec.admin.queries import peers as peers_of
from fedirec.admin.queries.consequences import Consequences, consequences_of_block, consequences_of_listing
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import note, plainly, say, say_json, say_list
from fedirec.errors import Invalid, TooLarge
from fedirec.settings import Settings
from fedirec.uris import host_of

app = typer.Typer(help="See and decide which instances this one federates with.", no_args_is_help=True)

Host = Annotated[str, typer.Argument(metavar="HOST", help="Such as studio.example.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would come of it.")]
Reason = Annotated[str, typer.Option(help="Why, for those who run this instance.", show_default=False)]
PublicComment = Annotated[str, typer.Option(help="Why, for everybody.", show_default=False)]
RejectMedia = Annotated[bool, typer.Option("--reject-media", help="Neither fetch nor show its files.")]
RejectReports = Annotated[bool, typer.Option("--reject-reports", help="Take no reports from it.")]
Obfuscate = Annotated[bool, typer.Option("--obfuscate", help="Show its name in part only where policies are public.")]
_SHOWN: Final = 20
"""Lines of each kind that are said one by one."""


class Federation(StrEnum):
    """Whom this instance federates with."""

    OPEN = "open"
    LISTED = "listed"


class Switch(StrEnum):
    """Whether something is so."""

    ON = "on"
    OFF = "off"


class Kind(StrEnum):
    """What a list is of."""

    BLOCKS = "blocks"
    ALLOWS = "allows"


@app.command("peers")
@with_settings(*WHERE, least="warning")
async def peers(
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


@app.command()
@with_settings(*WHERE, least="warning")
async def show(settings: Settings, host: Host, json: AsJson = False) -> None:
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


@app.command()
@with_settings(*WHERE, least="warning")
async def block(
    settings: Settings,
    host: Host,
    reason: Reason = "",
    public_comment: PublicComment = "",
    obfuscate: Obfuscate = False,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Ask nothing of an instance and those below it, send them nothing, take nothing, and silence what is here."""
    async with existing_instance(settings) as site:
        origin = origin_named(site, host)
        if dry_run:
            _foretell(host_of(origin), await consequences_of_block([origin]), json=json)
            return
        peer = await policies.block_peer(
            OPERATOR, site, host, reason=reason, public_comment=public_comment, is_obfuscated=obfuscate
        )
        _tell(peer, f"{host_of(peer.origin)} is blocked.", json=json)


@app.command()
@with_settings(*WHERE, least="warning")
async def unblock(settings: Settings, host: Host, json: AsJson = False) -> None:
    """Take back everything that was decided about an instance, and give back what a block ended."""
    async with existing_instance(settings) as site:
        peer = await policies.unblock_peer(OPERATOR, site, host)
        _tell(peer, f"{host_of(peer.origin)} is not blocked any more, nor limited.", json=json)


@app.command()
@with_settings(*WHERE, least="warning")
async def limit(
    settings: Settings,
    host: Host,
    reason: Reason = "",
    public_comment: PublicComment = "",
    reject_media: RejectMedia = False,
    reject_reports: RejectReports = False,
    obfuscate: Obfuscate = False,
    only: Annotated[
        bool, typer.Option("--only-that", help="Leave its people as visible as they are: reject media or reports only.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Show an instance's people only to those who follow them; or reject its media or reports."""
    if only and not (reject_media or reject_reports):
        raise Invalid("say what to reject: --reject-media, --reject-reports or both")
    async with existing_instance(settings) as site:
        decision = Decision(
            policy="allow" if only else "limit",
            rejects_media=reject_media,
            rejects_reports=reject_reports,
            public_comment=public_comment,
            private_comment=reason,
            is_obfuscated=obfuscate,
        )
        peer = await policies.decide(OPERATOR, site, host, decision)
        done = "is limited" if not only else "is allowed"
        kept = [word for word, wanted in (("media", reject_media), ("reports", reject_reports)) if wanted]
        _tell(peer, f"{host_of(peer.origin)} {done}{_rejecting(kept)}.", json=json)


@app.command()
@with_settings(*WHERE, least="warning")
async def allow(
    settings: Settings,
    host: Host,
    undo: Annotated[bool, typer.Option("--undo", help="Take it off the list.")] = False,
    json: AsJson = False,
) -> None:
    """List an instance, or take it off: where only the listed may, others are treated as if they were blocked."""
    async with existing_instance(settings) as site:
        peer = await policies.list_peer(OPERATOR, site, host, is_listed=not undo)
        done = "is not listed any more" if undo else "is listed"
        if site.instance and site.instance.federation == Federation.OPEN:
            note("This instance federates with everybody who is not blocked: fedirec federation mode listed")
        _tell(peer, f"{host_of(peer.origin)} {done}.", json=json)


@app.command()
@with_settings(*WHERE, least="warning")
async def mode(
    settings: Settings,
    federation: Annotated[
        Federation | None,
        typer.Argument(
            metavar="[open|listed]", help="With everybody, or with those who are listed.", show_default=False
        ),
    ] = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Say whom this instance federates with, or change it."""
    async with existing_instance(settings) as site:
        if federation is Federation.LISTED and dry_run:
            _foretell("everybody who is not listed", await consequences_of_listing(), json=json)
            return
        if federation is not None and not dry_run:
            await policies.choose_federation(OPERATOR, site, federation.value)
        holds = site.instance.federation if site.instance else Federation.OPEN.value
        if json:
            say_json({"federation": holds})
            return
        say({"open": "With everybody who is not blocked.", "listed": "With those who are listed only."}[holds])


@app.command()
@with_settings(*WHERE, least="warning")
async def secure(
    settings: Settings,
    demanded: Annotated[
        Switch | None,
        typer.Argument(metavar="[on|off]", help="Whether they have to sign to read.", show_default=False),
    ] = None,
    json: AsJson = False,
) -> None:
    """Say whether other servers have to say who they are to read what is public (secure mode), or change it."""
    async with existing_instance(settings):
        if demanded is None:
            instance = await get_instance()
        else:
            instance = await demand_signatures(OPERATOR, demanded=demanded is Switch.ON)
        if json:
            say_json({"demands_signatures": instance.demands_signatures})
            return
        say("Servers have to sign to read." if instance.demands_signatures else "Everybody may read what is public.")


@app.command("import")
@with_settings(*WHERE, least="warning")
async def take_over(
    settings: Settings,
    file: Annotated[str, typer.Argument(metavar="FILE", help="In the form of Mastodon; - is standard input.")],
    kind: Annotated[Kind, typer.Option(help="What it is a list of.")] = Kind.BLOCKS,
    dry_run: DryRun = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Take over the rest when some lines are bad.")] = False,
    overrule: Annotated[
        bool, typer.Option("--overrule", help="Take over what is weaker than what was decided here, too.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Take over a list of decisions that others made."""
    text = _read(file)
    name: Literal["blocks", "allows"] = "allows" if kind is Kind.ALLOWS else "blocks"
    async with existing_instance(settings) as site:
        if dry_run:
            plan = await lists.plan_import(OPERATOR, site, text, kind=name, overrule=overrule)
        else:
            plan = await lists.import_list(OPERATOR, site, text, kind=name, overrule=overrule, skip_bad=skip_bad)
    if json:
        say_json(_planned(plan, is_done=not dry_run))
        return
    verb = "would change" if dry_run else "changed"
    say(f"{len(plan.changes)} {verb}, {plan.same} hold already.")
    for change in plan.changes[:_SHOWN]:
        say(f"  line {change.number}: {change.host} ({change.what})")
    for each in plan.contradictions[:_SHOWN]:
        note(f"line {each.number}: {each.host} is treated more strictly here, and stays so ({', '.join(each.columns)})")
    for bad in plan.bad[:_SHOWN]:
        note(f"line {bad.number}: {plainly(bad.why)}: {plainly(bad.text)}")
    if plan.consequences.people:
        _foretell("the instances that are blocked", plan.consequences, json=False)


@app.command("export")
@with_settings(*WHERE, least="warning")
async def give_away(
    settings: Settings,
    kind: Annotated[Kind, typer.Option(help="What the list is to be of.")] = Kind.BLOCKS,
    json: AsJson = False,
) -> None:
    """Write what was decided here as a list that Mastodon and others read."""
    async with existing_instance(settings):
        text = await lists.export_list(OPERATOR, "allows" if kind is Kind.ALLOWS else "blocks")
    if json:
        say_json({"csv": text})
        return
    sys.stdout.write(text)


@app.command()
@with_settings(*WHERE, least="warning")
async def retry(settings: Settings, host: Host, json: AsJson = False) -> None:
    """Try again at once whatever waits for an instance, and what was given up."""
    async with existing_instance(settings) as site:
        revived = await retry_host(OPERATOR, site, host)
    if json:
        say_json({"revived": revived})
        return
    say("Everything is tried again." if revived else "What waits is tried at once; nothing had been given up.")


@app.command()
@with_settings(*WHERE, least="warning")
async def purge(settings: Settings, host: Host, dry_run: DryRun = False, json: AsJson = False) -> None:
    """Throw away what is kept of an instance that is blocked or gone; credits and evidence stay."""
    async with existing_instance(settings) as site:
        cached = await (plan_purge if dry_run else purge_peer)(OPERATOR, site, host)
    if json:
        say_json(
            {
                "people": cached.people,
                "copies": cached.copies,
                "bytes": cached.bytes,
                "activities": cached.activities,
                "deliveries": cached.deliveries,
                "is_done": not dry_run,
            }
        )
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
    """A peer as JSON shows it; names are kept."""
    return {
        "host": peer.host,
        "state": peer.state,
        **_decided(peer.decision),
        "is_listed": peer.is_listed,
        "software": peer.software,
        "software_version": peer.software_version,
        "heard_at": _moment(peer.heard_at),
        "delivered_at": _moment(peer.delivered_at),
        "failing_since": _moment(peer.failing_since),
        "held_until": _moment(peer.held_until),
        "went_well": peer.tries.well,
        "went_ill": peer.tries.ill,
        "waiting": peer.waiting,
        "given_up": peer.dead,
    }


def _decided(decision: Decision) -> dict[str, Any]:
    return {
        "policy": decision.policy,
        "rejects_media": decision.rejects_media,
        "rejects_reports": decision.rejects_reports,
        "public_comment": decision.public_comment,
        "private_comment": decision.private_comment,
        "is_obfuscated": decision.is_obfuscated,
    }


def _planned(plan: lists.Plan, *, is_done: bool) -> dict[str, Any]:
    return {
        "is_done": is_done,
        "kind": plan.kind,
        "changes": [
            {"line": each.number, "host": each.host, "what": each.what, **_decided(each.decision)}
            for each in plan.changes
        ],
        "same": plan.same,
        "contradictions": [
            {"line": each.number, "host": each.host, "weaker": list(each.columns)} for each in plan.contradictions
        ],
        "bad": [{"line": each.number, "text": each.text, "why": each.why} for each in plan.bad],
        "consequences": _foreseen(plan.consequences),
    }


def _foreseen(consequences: Consequences) -> dict[str, Any]:
    return {
        "people": consequences.people,
        "followed": consequences.followed,
        "following": consequences.following,
        "records": consequences.records,
        "submissions": consequences.submissions,
        "comments": consequences.comments,
        "deliveries": consequences.deliveries,
        "activities": consequences.activities,
        "followed_by_name": [[bond.ours, bond.theirs] for bond in consequences.followed_by_name],
        "following_by_name": [[bond.theirs, bond.ours] for bond in consequences.following_by_name],
    }


def _foretell(whom: str, consequences: Consequences, *, json: bool) -> None:
    """What would be cut off, with the names of whom it concerns."""
    if json:
        say_json(_foreseen(consequences))
        return
    if consequences.is_nothing:
        say(f"Nothing here would be cut off from {whom}.")
        return
    say(f"Cut off from {whom}:")
    say(f"  people: {consequences.people}, records: {consequences.records}, comments: {consequences.comments}")
    say(f"  submissions to challenges: {consequences.submissions}")
    say(f"  waiting deliveries: {consequences.deliveries}, waiting activities: {consequences.activities}")
    say(f"  follows from here: {consequences.followed}")
    for bond in consequences.followed_by_name[:_SHOWN]:
        say(f"    {plainly(bond.ours)} follows {plainly(bond.theirs)}")
    say(f"  follows from there: {consequences.following}")
    for bond in consequences.following_by_name[:_SHOWN]:
        say(f"    {plainly(bond.theirs)} follows {plainly(bond.ours)}")


def _tell(peer: Peer, words: str, *, json: bool) -> None:
    if json:
        say_json({"host": host_of(peer.origin), **_decided(decision_about(peer)), "is_listed": peer.is_listed})
    else:
        say(words)


def _read(file: str) -> str:
    """What stands in `file`. Raises TooLarge or Invalid."""
    data = sys.stdin.buffer.read(MAX_BYTES + 1) if file == "-" else _bytes_of(Path(file))
    if len(data) > MAX_BYTES:
        raise TooLarge("a list may have two megabytes at most")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} is no text in UTF-8") from error


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(MAX_BYTES + 1)


def _rejecting(kept: list[str]) -> str:
    return f", and its {' and '.join(kept)} are rejected" if kept else ""


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "never"


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _in_words(value: object) -> str:
    if isinstance(value, list):
        return plainly("; ".join(map(str, value)))
    return "yes" if value is True else plainly(str(value))
