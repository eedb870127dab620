"""Somebody reports something: a person here, another instance, or this instance by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Final

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from fedirec.accounts.actions.notifications import notify_all
from fedirec.accounts.codes import digest_of
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.queries import those_who_may
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor, Peer
from fedirec.activitypub.vocab import Flag
from fedirec.admin.judging import Category
from fedirec.admin.models import Report, ReportedThing
from fedirec.admin.queries.subjects import Thing, is_visible, things_at
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unsupported
from fedirec.html import plain
from fedirec.remix.actions.claims import take_claim
from fedirec.translatable import N_
from fedirec.uris import domain_of, origin_of, origins_above

MAX_WORDS: Final = 2_000
"""Characters."""
MAX_AN_HOUR: Final = 20
"""Reports of one person here."""
MAX_FLAGS_AN_HOUR: Final = 30
"""Reports of one peer that are taken, whatever names it has below its domain."""
MAX_ACCUSED: Final = 5
"""People whom one Flag can be about."""
MEMBER, PEER, WORDS = "member", "peer", "words"
"""Where a report comes from."""


async def report(
    viewer: Viewer, uris: Sequence[str], *, category: Category, words: str = "", wishes_forwarding: bool = False
) -> Report:
    """Moderators will look at what is at `uris`, all of it somebody's, and `viewer` hears what came of it.

    Raises NotFound for what they cannot see, Conflict for what is theirs or what they reported already, Invalid for
    words that are too long, TooMany after too many in one hour.
    """
    require(viewer, Permission.REPORT)
    words = words.strip()
    if len(words) > MAX_WORDS:
        raise Invalid("Please keep it under %(n)s characters.", field="words", blanks={"n": MAX_WORDS})
    if category is Category.OTHER and not words:
        raise Invalid("Please say in a few words what is wrong.", field="words")
    me = viewer.actor
    things = [thing for thing in await things_at(uris) if await is_visible(thing, me)]
    if not things:
        raise NotFound("There is nothing at that address that you could report.")
    accused = things[0].accused
    if accused.id == me.id:
        raise Conflict("That is yours. You can change or delete it yourself.")
    recent = Report.filter(reporter_id=me.id, created_at__gt=now() - timedelta(hours=1))
    if await recent.count() >= MAX_AN_HOUR:
        raise TooMany("Those were many reports within an hour. We will look at them first.")
    made = await save_report(
        accused,
        [thing for thing in things if thing.accused.id == accused.id],
        source=MEMBER,
        reporter=me,
        category=category,
        words=words,
        wishes_forwarding=wishes_forwarding and not accused.is_local,
        dedupe_key=digest_of("\n".join((me.uri, *sorted(thing.uri for thing in things)))),
    )
    if made is None:
        raise Conflict("You have reported that already. Somebody will look at it.")
    return made


async def take_flag(sender: Actor, flag: Flag) -> list[Report]:
    """What another instance reports is looked at by our moderators: one report for each of our people it is about.

    What it claims about the trail of a record of ours becomes a claim instead (`remix.actions.claims`). Part of the
    caller's transaction. Raises Forbidden for a peer whose reports are not wanted, NotFound when none of it is ours,
    Unsupported for one too many.
    """
    origin = origin_of(sender.uri)
    if await Peer.exists(origin__in=origins_above(origin), rejects_reports=True):
        raise Forbidden("reports from your instance are not read here")
    scheme, domain = origin.partition("://")[0], domain_of(origin)
    alike = Q(origin=origin) | Q(origin=f"{scheme}://{domain}") | Q(origin__endswith=f".{domain}")
    recent = Report.filter(alike, created_at__gt=now() - timedelta(hours=1))
    if await recent.count() >= MAX_FLAGS_AN_HOUR:
        raise Unsupported("that are too many reports in one hour")
    if flag.claim is not None and await take_claim(sender, flag) is not None:
        return []
    things = [thing for thing in await things_at(flag.objects) if thing.accused.is_local]
    accused = {thing.accused.id: thing.accused for thing in things}
    if not accused:
        raise NotFound("nothing of that is ours")
    made = [
        await save_report(
            person,
            [thing for thing in things if thing.accused.id == person.id],
            source=PEER,
            reporter=sender,
            origin=origin,
            activity_uri=flag.id,
            category=Category.OTHER,
            words=plain(flag.content or "")[:MAX_WORDS],
            dedupe_key=digest_of(f"{flag.id}\n{person.uri}"),
        )
        for person in list(accused.values())[:MAX_ACCUSED]
    ]
    return [each for each in made if each is not None]


async def report_by_itself(thing: Thing, *, words: Collection[str]) -> Report | None:
    """This instance has noticed watched `words` in `thing`, and says so once; None when it did before."""
    found = ", ".join(sorted(words))[:MAX_WORDS]
    return await save_report(
        thing.accused,
        [thing],
        source=WORDS,
        category=Category.OTHER,
        words=found,
        dedupe_key=digest_of(f"words\n{thing.uri}"),
    )


async def save_report(
    accused: Actor,
    things: Iterable[Thing],
    *,
    source: str,
    category: Category,
    words: str,
    dedupe_key: str,
    reporter: Actor | None = None,
    origin: str = "",
    activity_uri: str | None = None,
    wishes_forwarding: bool = False,
) -> Report | None:
    """A report is in the queue with what it is about as it is now, and moderators know; None when there is one."""
    try:
        async with transaction():
            is_first = not await Report.exists(accused_id=accused.id, state="open")
            made = await Report.create(
                accused=accused,
                reporter=reporter,
                source=source,
                origin=origin,
                activity_uri=activity_uri,
                category=category.value,
                words=words.replace("\x00", ""),
                wishes_forwarding=wishes_forwarding,
                dedupe_key=dedupe_key,
            )
            await ReportedThing.bulk_create(
                [
                    ReportedThing(report=made, uri=thing.uri, kind=thing.kind, row_id=thing.row, kept=dict(thing.kept))
                    for thing in things
                ]
            )
            if is_first:
                moderators = await those_who_may(Permission.MODERATE)
                await notify_all(
                    [each for each in moderators if each.actor_id != accused.id],
                    Notice.REPORTED,
                    None,
                    f"report:{made.id}",
                    f"/admin/reports/{accused.id}",
                    {"title": f"@{accused.handle}@{accused.host}"},
                )
    except IntegrityError:
        return None
    return made


TAKEN: Final = N_("Thank you. Somebody will look at it, and you will hear what came of it.")
