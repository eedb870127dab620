"""What members brought in lists: one after the other, whoever is named is looked up and followed, blocked or muted."""

from __future__ import annotations

from fedirec.accounts.actions.boundaries import block, keep_away_from_host, mute
from fedirec.accounts.boundaries import Distance
from fedirec.accounts.lists import OF_HOSTS, ListKind
from fedirec.accounts.models import Account
from fedirec.accounts.queries import ACTIVE
from fedirec.activitypub.remote import Remote
from fedirec.errors import FedirecError
from fedirec.lanes import Done, Job, Later, Outcome
from fedirec.remix.actions.following import find_whom, start_following


async def bring(remote: Remote, job: Job) -> Outcome:
    """The one whom the job names is followed, blocked or muted, if there is such a one; else nothing happens."""
    account = await Account.get_or_none(id=int(str(job.payload["account"])), state=ACTIVE).select_related("actor")
    if account is None or account.actor.moved_to is not None:
        return Done()
    kind, name, owner = ListKind(str(job.payload["kind"])), str(job.payload["name"]), account.actor
    try:
        if kind in OF_HOSTS:
            far = Distance.BLOCK if kind is ListKind.BLOCKED_HOSTS else Distance.MUTE
            await keep_away_from_host(owner, name, kind=far)
            return Done()
        other = await find_whom(remote, f"@{name}")
        if kind is ListKind.FOLLOWING:
            await start_following(owner, other)
        elif kind is ListKind.BLOCKS:
            await block(owner, other)
        else:
            await mute(owner, other)
    except FedirecError as error:
        # Whoever cannot be reached may be reached later; nobody else in the list waits for that.
        return Later(error=str(error), blame="job") if error.retryable and job.attempts < 3 else Done()
    return Done()
