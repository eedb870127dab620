"""Whether the author of something elsewhere is still who is there."""

from __future__ import annotations

from fedirec.activitypub.actors.vouching import history_of, is_theirs
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.errors import FedirecError


async def is_still_there(remote: Remote, owner: Actor) -> bool:
    """Whether the origin of `owner` serves them at this moment, with keys that are known to be theirs.

    Only then does it mean anything that something of theirs is not there.
    """
    try:
        found = await remote.find_actor(owner.uri, fresh=True)
    except FedirecError:
        return False
    return found.state == "active" and is_theirs(await history_of(found.id))
