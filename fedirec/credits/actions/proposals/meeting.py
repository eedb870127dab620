"""Proposals of other instances are asked for where they live, when their Group tells of them or somebody looks.

What a home tells is put together line by line, and believed only as far as its digest and its shares hold.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, Final

from fedirec.activitypub.authority import may_be_by, may_create
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Create, Update
from fedirec.clock import now
from fedirec.credits.actions.proposals.copies import keep_copy, listed_here
from fedirec.credits.actions.proposals.replies_elsewhere import read_replies
from fedirec.credits.models import PayProposal
from fedirec.credits.proposals import ENDED, State
from fedirec.credits.shares import MAX_LINES
from fedirec.credits.vocab import ProposalObject
from fedirec.db import transaction
from fedirec.errors import FedirecError, Forbidden, Invalid, PeerUnavailable, Unsupported
from fedirec.lanes import Done, Job, Later, Outcome, Work, enqueue, gathering
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.insistence import refuse_insistent
from fedirec.remix.actions.visiting import Visit
from fedirec.uris import origin_of

MAX_AN_HOUR: Final = 60
"""Things that one Group says about its proposals."""
MAX_NEW_A_DAY: Final = 20
"""Proposals of one host of which a copy is begun."""
MAX_COPIES: Final = 200
"""Proposals of one host that are kept: each can have thousands of rows."""
MAX_PAGES: Final = 100
"""Pages of lines that are read of one revision."""
STALE: Final = timedelta(minutes=10)
"""How old a copy may be before its home is asked again when somebody looks at it."""


async def take_proposal(group: Actor, said: Create[ProposalObject] | Update[ProposalObject]) -> None:
    """The proposal is asked for where it lives; part of the transaction of the activity.

    Raises Forbidden for what its Group does not say itself, Unsupported where nobody here is listed or follows that,
    and for too much.
    """
    told = said.object
    if group.is_local or not may_create(told.id, author=told.group, speaker=group.uri):
        raise Forbidden("a proposal is told by its own Group")
    is_known = await PayProposal.exists(uri=told.id, group_id=group.id)
    if told.lines is not None and not is_known and not await listed_here(told.revision()):
        raise Unsupported("nobody here is listed in it")
    await refuse_insistent(group, what=said.TYPE, limit=MAX_AN_HOUR)
    if not is_known:
        if await has_to_wait(group):
            raise Unsupported("strangers are not heard at the moment")
        copies = PayProposal.filter(group__host=group.host, pool_id=None)
        lately = copies.filter(made_at__gt=now() - timedelta(days=1))
        if await copies.count() >= MAX_COPIES or await lately.count() >= MAX_NEW_A_DAY:
            raise Unsupported("enough proposals of that host are known here")
    await enqueue([asking_for_proposal(told.id, cause=said.id)])


def asking_for_proposal(uri: str, *, cause: str) -> Work:
    """The job that asks for the proposal at `uri` because of `cause`."""
    key = hashlib.sha256(f"{uri} {cause}".encode()).hexdigest()
    return Work(kind="proposal", lane=f"proposal:{origin_of(uri)}", payload={"uri": uri}, dedupe_key=f"proposal:{key}")


async def fetch_proposal(remote: Remote, job: Job) -> Outcome:
    """A proposal of another instance is known here as its home tells it now, if people of ours are listed in it."""
    try:
        await meet_proposal(remote, str(job.payload["uri"]))
    except FedirecError as error:
        if error.retryable:
            return Later(error=str(error), blame="job")
        # It was asked, and says nothing that counts: nobody who looks at the copy has it asked each time.
        await PayProposal.filter(uri=str(job.payload["uri"]), pool_id=None).update(fetched_at=now())
    return Done()


async def meet_proposal(remote: Remote, uri: str) -> PayProposal:
    """The copy of the proposal at `uri`, as its home tells it now.

    Raises Invalid for what is no proposal, or not what its digest says; Forbidden for one that is not of the origin of
    its Group; Unsupported where nobody here is listed in it; and what `Remote.read` raises.
    """
    described, _document = await remote.read(uri)
    if not isinstance(described, ProposalObject):
        raise Invalid("that address leads to something that is not a proposal")
    if not may_be_by(described.id, author=described.group):
        raise Forbidden("a proposal belongs to the origin of its Group")
    group = await remote.find_actor(described.group)
    if group.is_local or group.state != "active":
        raise Forbidden("that Group says nothing here")
    revision = described.revision(await _lines_of(remote, described))
    said = await read_replies(remote, described)
    async with transaction(), gathering():
        return await keep_copy(group, described, revision, said)


async def refresh_seen(copy: PayProposal) -> None:
    """A copy that somebody looks at is made anew soon, when it is older than STALE; nothing waits for that."""
    if copy.pool_id is not None or State(copy.state) in ENDED:
        return
    if copy.fetched_at is None or copy.fetched_at < now() - STALE:
        await enqueue([asking_for_proposal(copy.uri, cause=f"seen {now().timestamp() // STALE.total_seconds()}")])


async def _lines_of(remote: Remote, described: ProposalObject) -> tuple[Any, ...]:
    """Raises PeerUnavailable when they do not come, Invalid where there are more than a proposal can have."""
    if described.lines is not None or described.lines_at is None:
        return described.lines or ()
    visit = Visit(remote=remote, origin=described.id, max_pages=MAX_PAGES, max_items=MAX_LINES)
    await visit.collection(described.lines_at)
    if visit.is_broken:
        raise PeerUnavailable("the lines of that proposal do not come")
    if visit.is_limited:
        raise Invalid("that proposal has too many lines")
    return tuple(visit.entries)
