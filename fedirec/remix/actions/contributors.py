"""Getting to know the people whom records of other instances credit."""

from __future__ import annotations

from fedirec.activitypub.remote import Remote
from fedirec.errors import FedirecError
from fedirec.lanes import Done, Job, Later, Outcome


async def meet_contributor(remote: Remote, job: Job) -> Outcome:
    """Somebody who is credited is known here by name; who cannot be reached stays an address."""
    try:
        await remote.find_actor(str(job.payload["uri"]))
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    return Done()
