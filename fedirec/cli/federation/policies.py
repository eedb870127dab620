"""What is decided about one instance."""

from __future__ import annotations

from typing import Annotated

import typer

from fedirec.activitypub.policies import OPEN
from fedirec.admin.actions import policies
from fedirec.admin.hosts import origin_named
from fedirec.admin.queries.consequences import consequences_of_block
from fedirec.admin.treatment import Treatment
from fedirec.cli.federation.options import DryRun, Host
from fedirec.cli.federation.telling import foretell, tell
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import AsJson, note
from fedirec.errors import Invalid
from fedirec.settings import Settings
from fedirec.uris import host_of

Reason = Annotated[str, typer.Option(help="Why, for those who run this instance.", show_default=False)]
PublicComment = Annotated[str, typer.Option(help="Why, for everybody.", show_default=False)]
RejectMedia = Annotated[bool, typer.Option("--reject-media", help="Neither fetch nor show its files.")]
RejectReports = Annotated[bool, typer.Option("--reject-reports", help="Take no reports from it.")]
Obfuscate = Annotated[bool, typer.Option("--obfuscate", help="Show its name in part only where policies are public.")]


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
            foretell(host_of(origin), await consequences_of_block([origin]), json=json)
            return
        peer = await policies.block_peer(
            OPERATOR, site, host, reason=reason, public_comment=public_comment, is_obfuscated=obfuscate
        )
        tell(peer, f"{host_of(peer.origin)} is blocked.", json=json)


@with_settings(*WHERE, least="warning")
async def unblock(settings: Settings, host: Host, json: AsJson = False) -> None:
    """Take back everything that was decided about an instance, and give back what a block ended."""
    async with existing_instance(settings) as site:
        peer = await policies.unblock_peer(OPERATOR, site, host)
        tell(peer, f"{host_of(peer.origin)} is not blocked any more, nor limited.", json=json)


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
        treatment = Treatment(
            policy="allow" if only else "limit",
            rejects_media=reject_media,
            rejects_reports=reject_reports,
            public_comment=public_comment,
            private_comment=reason,
            is_obfuscated=obfuscate,
        )
        peer = await policies.treat_peer(OPERATOR, site, host, treatment)
        done = "is limited" if not only else "is allowed"
        kept = [word for word, wanted in (("media", reject_media), ("reports", reject_reports)) if wanted]
        tell(peer, f"{host_of(peer.origin)} {done}{_rejecting(kept)}.", json=json)


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
        if site.instance and site.instance.federation == OPEN:
            note("This instance federates with everybody who is not blocked: fedirec federation mode listed")
        tell(peer, f"{host_of(peer.origin)} {done}.", json=json)


def _rejecting(kept: list[str]) -> str:
    return f", and its {' and '.join(kept)} are rejected" if kept else ""
