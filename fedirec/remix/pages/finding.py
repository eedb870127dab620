"""From what somebody typed or pasted to a record, a challenge or a person, here or elsewhere."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request

from fedirec.accounts.door import viewer_of
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.site import Site
from fedirec.errors import NotFound
from fedirec.remix.actions.finding import Place, find_at, find_known_at, is_handle
from fedirec.remix.actions.sources import find_record
from fedirec.remix.models import Challenge, Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.queries.records import get_remote_record, records_in_order
from fedirec.web.ratelimit import visitor_of

LOOK_UP_COST: Final = 0.1
"""Of a try: a hundred at once, and then ten a minute."""
_OUR_COPY: Final = re.compile(r"/records/remote/(\d{1,18})(?:/.*)?")
_OUR_RECORD: Final = re.compile(r"(/records/[0-9a-z]{26})(?:/.*)?")


def remote_for(request: Request[Any]) -> Remote:
    """The other servers, for one question more of whoever looks: through us nobody asks them as often as they like.

    Raises TooMany.
    """
    viewer = viewer_of(request)
    asker = f"account {viewer.account.id}" if viewer is not None else visitor_of(request)
    request.state["attempts"].check(f"look up {asker}", cost=LOOK_UP_COST)
    remote: Remote = request.state["remote"]
    return remote


async def record_at(request: Request[Any], address: str, *, maker: Actor) -> Record:
    """The record at an address that `maker` pasted, with its parts: its id, its page, or our own page about it.

    Raises what `find_record` raises.
    """
    site: Site = request.state["site"]
    typed = address.strip()
    if site.is_ours(typed):
        path = urlsplit(typed).path
        if copy := _OUR_COPY.fullmatch(path):
            typed = (await get_remote_record(int(copy[1]))).uri
        if own := _OUR_RECORD.fullmatch(path):
            typed = site.origin + own[1]
    found = await find_record(remote_for(request), typed)
    for record in await records_in_order([found.id], maker=maker):
        return record
    raise NotFound("There is no such record here.")


async def page_of(request: Request[Any], typed: str, *, may_fetch: bool) -> str | None:
    """The page, on this site, about what is at an address or behind a handle; None when only a fetch could tell.

    Raises Invalid, NotFound, Forbidden, Gone or PeerUnavailable with the reason why there is no such page.
    """
    cards = Cards(request)
    site: Site = request.state["site"]
    address = typed.strip()
    if is_handle(address):
        may_fetch = may_fetch or address.rpartition("@")[2].lower() == site.uris.host
    elif site.is_ours(address):
        return cards.here(address)
    finders = request.state["finders"]
    found = await (find_at(remote_for(request), address, finders) if may_fetch else find_known_at(address, finders))
    if isinstance(found, Place):
        return found.path
    if isinstance(found, Record):
        return cards.record_url(found)
    if isinstance(found, Challenge):
        return cards.challenge_url(found)
    return cards.person_url(found) if found else None
