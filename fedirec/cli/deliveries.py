"""`fedirec deliveries`: what is on its way to other instances, and what was given up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import typer

from fedirec.activitypub.site import Site
from fedirec.admin.actions.queue import drop_host, drop_job, retry_host, retry_job
from fedirec.admin.hosts import origin_named
from fedirec.admin.queries.queue import QueuedJob, Which, jobs
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import AsJson, plainly, say, say_json, say_list
from fedirec.errors import Invalid
from fedirec.settings import Settings

app = typer.Typer(help="See what is on its way to other instances, try it again, or let it go.", no_args_is_help=True)

Number = Annotated[int | None, typer.Argument(metavar="[ID]", help="As the list shows it.", show_default=False)]
ToHost = Annotated[str, typer.Option("--host", metavar="HOST", help="All to this instance.", show_default=False)]


@app.command("list")
@with_settings(*WHERE, least="warning")
async def show(
    settings: Settings,
    host: ToHost = "",
    waiting: Annotated[bool, typer.Option("--waiting", help="Those that wait instead of those given up.")] = False,
    json: AsJson = False,
) -> None:
    """Show the deliveries that were given up, the newest first; or those that wait."""
    async with existing_instance(settings) as site:
        origin = origin_named(site, host) if host else ""
        titles = (("id", 10), ("host", 32), ("since", 18), ("tries", 6), ("why", 40), ("about", 0))
        await say_list(titles, _listed("waiting" if waiting else "dead", origin), json=json)


@app.command()
@with_settings(*WHERE, least="warning")
async def retry(settings: Settings, id: Number = None, host: ToHost = "", json: AsJson = False) -> None:
    """Try again what was given up: one delivery, or all to one instance."""
    async with existing_instance(settings) as site:
        revived = 1
        if _one_or_all(id, host):
            await retry_job(OPERATOR, id or 0)
        else:
            revived = await retry_host(OPERATOR, site, host)
    _tell("It is tried again." if id is not None else "Everything is tried again.", {"revived": revived}, json=json)


@app.command()
@with_settings(*WHERE, least="warning")
async def drop(
    settings: Settings,
    id: Number = None,
    host: ToHost = "",
    waiting: Annotated[bool, typer.Option("--waiting", help="With --host: what waits, too.")] = False,
    json: AsJson = False,
) -> None:
    """Let go what was given up: one delivery, or all to one instance."""
    async with existing_instance(settings) as site:
        dropped = await _drop(site, id, host, waiting=waiting)
    _tell("It is gone." if id is not None else "They are gone.", {"dropped": dropped}, json=json)


async def _drop(site: Site, id_: int | None, host: str, *, waiting: bool) -> int:
    if not _one_or_all(id_, host):
        return await drop_host(OPERATOR, site, host, dead_only=not waiting)
    await drop_job(OPERATOR, id_ or 0)
    return 1


def _one_or_all(id_: int | None, host: str) -> bool:
    """Whether one delivery is meant. Raises Invalid when it is not clear."""
    if (id_ is None) == (not host):
        raise Invalid("say which: the ID of one delivery, or --host HOST for all to one instance")
    return id_ is not None


async def _listed(which: Which, origin: str) -> AsyncIterator[dict[str, Any]]:
    before: int | None = None
    while True:
        page, before = await jobs(which=which, kind="deliver", origin=origin, before=before)
        for job in page:
            yield _described(job)
        if before is None:
            return


def _described(job: QueuedJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "host": job.host,
        "since": f"{job.wanted_at:%Y-%m-%d %H:%M}",
        "tries": job.attempts,
        "why": plainly(job.error or ""),
        "about": plainly(job.about),
        "status": job.status,
        "wanted_at": job.wanted_at.isoformat(),
        "due_at": job.due_at.isoformat(),
        "given_up_at": job.dead_at.isoformat() if job.dead_at else None,
    }


def _tell(words: str, answer: dict[str, int], *, json: bool) -> None:
    if json:
        say_json(answer)
    else:
        say(words)
