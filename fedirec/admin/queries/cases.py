"""What moderators look at: who was reported, what was said about it, and what was decided before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fedirec.activitypub.models import Actor
from fedirec.admin.models import Appeal, Decision, ModeratorNote, Report, ReportedThing
from fedirec.admin.queries.subjects import Thing, things_at
from fedirec.db import fetch_rows
from fedirec.db.tables import moment_of
from fedirec.errors import NotFound

PAGE: Final = 20
MAX_SHOWN: Final = 50
"""Reports, decisions and notes of one person that are shown at once, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Somebody about whom there are open reports."""

    accused: Actor
    newest: int
    """The row of the newest report."""
    since: datetime
    categories: Sequence[str]
    claimed_by: Actor | None
    wishes_forwarding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything that moderators know of somebody."""

    accused: Actor
    open: Sequence[Report]
    """With who made each and who looks at it, the oldest first."""
    closed: Sequence[Report]
    """The newest first."""
    things: Mapping[int, Sequence[ReportedThing]]
    """What each open report is about, as it was, by report."""
    present: Mapping[str, Thing]
    """The same as it is now, by address; what is gone is missing."""
    decisions: Sequence[Decision]
    """With who decided and the appeal, the newest first."""
    appeals: Mapping[int, Appeal]
    """By decision."""
    notes: Sequence[ModeratorNote]


async def open_cases(*, after: int | None = None, limit: int = PAGE) -> tuple[list[Case], int | None]:
    """A page of people with open reports, who waits longest first, and after which report the next page begins."""
    rows = await fetch_rows(
        """
        SELECT accused_id, min(id) AS first_id, max(id) AS newest, min(created_at) AS since FROM report
         WHERE state = 'open' GROUP BY accused_id HAVING min(id) > ? ORDER BY min(id) LIMIT ?
        """,
        after or 0,
        limit + 1,
    )
    shown = rows[:limit]
    people = [int(row["accused_id"]) for row in shown]
    actors = {actor.id: actor for actor in await Actor.filter(id__in=people)} if people else {}
    said = Report.filter(accused_id__in=people, state="open").order_by("id").limit(MAX_SHOWN * limit)
    reports: dict[int, list[Report]] = {}
    for report in await said.select_related("claimed_by") if people else []:
        reports.setdefault(report.accused_id, []).append(report)
    cases = [_case(row, actors[int(row["accused_id"])], reports.get(int(row["accused_id"]), [])) for row in shown]
    return cases, int(shown[-1]["first_id"]) if len(rows) > limit else None


async def history_of(accused: Actor) -> History:
    """What is known of `accused`, in eight queries."""
    about = Report.filter(accused_id=accused.id)
    waiting = await about.filter(state="open").order_by("id").limit(MAX_SHOWN).select_related("reporter", "claimed_by")
    closed = await about.filter(state="closed").order_by("-id").limit(MAX_SHOWN).select_related("reporter")
    things: dict[int, list[ReportedThing]] = {}
    keys = [each.id for each in waiting]
    for thing in await ReportedThing.filter(report_id__in=keys).order_by("id") if keys else []:
        things.setdefault(thing.report_id, []).append(thing)
    present = await things_at([thing.uri for each in things.values() for thing in each])
    decided = Decision.filter(about_id=accused.id).order_by("-id").limit(MAX_SHOWN)
    decisions = await decided.select_related("decided_by")
    ids = [each.id for each in decisions]
    appeals = {each.decision_id: each for each in await Appeal.filter(decision_id__in=ids)} if ids else {}
    notes = ModeratorNote.filter(about_id=accused.id).order_by("-id").limit(MAX_SHOWN)
    return History(
        accused=accused,
        open=waiting,
        closed=closed,
        things=things,
        present={thing.uri: thing for thing in present},
        decisions=decisions,
        appeals=appeals,
        notes=await notes.select_related("author"),
    )


async def get_accused(key: int) -> Actor:
    """The person, ours or not, in row `key`. Raises NotFound."""
    actor = await Actor.get_or_none(id=key)
    if actor is None or actor.state == "pending" or (actor.is_local and actor.type == "Application"):
        raise NotFound("Nobody here has that name.")
    return actor


async def get_report(key: int) -> Report:
    """One report, with whom it is about and who made it. Raises NotFound."""
    found = await Report.filter(id=key).select_related("accused", "reporter", "claimed_by").first()
    if found is None:
        raise NotFound("There is no such report.")
    return found


async def things_of(report: Report) -> list[ReportedThing]:
    """What `report` is about, as it was."""
    return await ReportedThing.filter(report_id=report.id).order_by("id")


async def reports_by(reporter: Actor, *, before: int | None = None, limit: int = PAGE) -> list[Report]:
    """What somebody here reported, the newest first, with whom each is about; up to one more than `limit`."""
    made = Report.filter(reporter_id=reporter.id)
    if before is not None:
        made = made.filter(id__lt=before)
    return await made.order_by("-id").limit(limit + 1).select_related("accused")


async def reports_known(*, state: str, before: int | None = None, limit: int = PAGE) -> list[Report]:
    """Reports in `state`, the newest first, with whom each is about; up to one more than `limit`."""
    found = Report.filter(state=state)
    if before is not None:
        found = found.filter(id__lt=before)
    return await found.order_by("-id").limit(limit + 1).select_related("accused", "reporter", "claimed_by")


async def get_decision(key: int) -> Decision:
    """A decision with whom it is about. Raises NotFound."""
    found = await Decision.filter(id=key).select_related("about", "decided_by").first()
    if found is None:
        raise NotFound("There is no such decision.")
    return found


async def decisions_about(person: Actor) -> list[Decision]:
    """What was decided about `person` and stands, the newest first."""
    found = Decision.filter(about_id=person.id, undone_at=None)
    return await found.order_by("-id").limit(MAX_SHOWN).select_related("about")


async def appeal_of(decision: Decision) -> Appeal | None:
    """The appeal against `decision`, if there is one."""
    return await Appeal.get_or_none(decision_id=decision.id)


async def get_appeal(key: int) -> Appeal:
    """An appeal with its decision and whom that is about. Raises NotFound."""
    found = await Appeal.filter(id=key).select_related("decision__about", "decision__decided_by").first()
    if found is None:
        raise NotFound("There is no such appeal.")
    return found


async def waiting_appeals(*, after: int | None = None, limit: int = PAGE) -> list[Appeal]:
    """Appeals that nobody has answered, the longest waiting first; up to one more than `limit`."""
    waiting = Appeal.filter(state="waiting", id__gt=after or 0)
    return await waiting.order_by("id").limit(limit + 1).select_related("decision__about", "decision__decided_by")


def _case(row: Mapping[str, Any], accused: Actor, reports: Sequence[Report]) -> Case:
    since = moment_of(row["since"])
    assert since is not None
    return Case(
        accused=accused,
        newest=int(row["newest"]),
        since=since,
        categories=list(dict.fromkeys(each.category for each in reports)),
        claimed_by=next((each.claimed_by for each in reports if each.claimed_by), None),
        wishes_forwarding=any(each.wishes_forwarding and not each.forwarded_at for each in reports),
    )
