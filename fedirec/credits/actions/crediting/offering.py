"""Projects of ours ask people elsewhere whether what a credit list says of them is so."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Offer
from fedirec.clock import now
from fedirec.credits.actions.crediting.describing import describe_credit
from fedirec.credits.lines import WAITS_FOR_PERSON, CreditState
from fedirec.credits.models import ProductionCredit
from fedirec.projects.actions.productions.roles import MAX_ASKED
from fedirec.projects.models import Production

_ASKED: Final = frozenset({0})
"""Generations: whoever is named in works of others can confirm that as well, and is not pestered with it."""


async def offer_lines(
    production: Production,
    manifest: str,
    lines: Iterable[ProductionCredit],
    *,
    words: str = "",
    generations: Collection[int] | None = _ASKED,
) -> None:
    """Those elsewhere whom `lines` name, and who have not said anything, are asked; part of the caller's transaction.

    `words` are what the leaders answer; without `generations` nobody is left out.

    Their instance shows them what is asked, with buttons; software that knows nothing of credits passes over it, and
    its people come to our page, to which the note leads that they got when they were named.
    """
    asked = [
        line
        for line in lines
        if (generations is None or line.generation in generations)
        and line.actor_id is not None
        and CreditState(line.state) in WAITS_FOR_PERSON
    ][:MAX_ASKED]
    people = {row.id: row for row in await Actor.filter(id__in=[line.actor_id for line in asked])} if asked else {}
    group = production.project.actor
    for line in asked:
        person = people.get(line.actor_id or 0)
        if person is None or person.is_local or person.state != "active" or person.moved_to is not None:
            continue
        line.actor = person
        offer = Offer(
            id=new_activity_uri(group),
            actor=group.uri,
            object=describe_credit(production, manifest, line),
            to=(person.uri,),
            published=now(),
            content=words or None,
        )
        await publish(group, offer, to=[person])
