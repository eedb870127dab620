"""Who has a part in a record, and getting to know them by name."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.errors import FedirecError
from fedirec.lanes import Done, Job, Later, Outcome, Work
from fedirec.remix.models import Contributor, Record
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.remix.vocab import ContributorObject
from fedirec.uris import origin_of

MAX_ORIGIN: Final = 255
"""Characters; no host on the internet has more."""


async def save_parts(record: Record, parts: Sequence[ContributorObject]) -> list[Work]:
    """These `parts` are those that people have in `record`, which has none; the answer is the work of meeting them.

    Part of the caller's transaction.
    """
    named = dict.fromkeys((part.person, _code(part.role)) for part in parts)
    await Contributor.bulk_create(
        [
            Contributor(record_id=record.id, actor_uri=person, role=role, position=position)
            for position, (person, role) in enumerate(named)
        ]
    )
    return await meet({person for person, _role in named})


async def meet(people: Collection[str]) -> list[Work]:
    """The work of getting to know those of the credited `people` whose names we cannot show yet."""
    known = {actor.uri for actor in await Actor.filter(uri__in=list(people))} if people else set()
    strangers = {person: origin_of(person) for person in sorted(people) if person not in known}
    return [
        Work(
            kind="people",
            lane=f"people:{origin}",
            payload={"uri": person},
            dedupe_key=f"person:{hashlib.sha256(person.encode()).hexdigest()}",
        )
        for person, origin in strangers.items()
        if len(origin) <= MAX_ORIGIN
    ]


async def meet_contributor(remote: Remote, job: Job) -> Outcome:
    """Somebody who is credited is known here by name; who cannot be reached stays an address."""
    try:
        await remote.find_actor(str(job.payload["uri"]))
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    return Done()


def _code(role: str) -> str:
    """The code of a role; what is none of ours is a contribution."""
    return (find_role(role) or CONTRIBUTOR).code
