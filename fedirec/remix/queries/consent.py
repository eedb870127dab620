"""What the authors of posts elsewhere let our people do with them, and what waits for their answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from fedirec.activitypub.consent import Consent, Deed, InteractionPolicy
from fedirec.activitypub.models import Actor, Follow
from fedirec.activitypub.vocab import Doc
from fedirec.remix.models import Comment, ConsentRequest, Record

Thing: TypeAlias = Record | Comment


def consent_in(thing: Thing, deed: Deed, *, actor: Actor, is_follower: bool = False) -> Consent:
    """Whether the author of `thing`, who comes with it, lets `actor` do `deed` to it. Ours let everybody."""
    if thing.policy is None or thing.author.is_local:
        return Consent.GIVEN
    policy = InteractionPolicy.find(Doc({"interactionPolicy": thing.policy}))
    rule = policy.rule_of(deed) if policy else None
    if rule is None:
        return Consent.GIVEN
    author = thing.author
    return rule.consent_to(actor.uri, author=author.uri, followers=author.followers, is_follower=is_follower)


async def consents_to(things: Collection[Thing], deed: Deed, *, actor: Actor) -> dict[str, Consent]:
    """Whether the authors of `things` let `actor`, one of ours, do `deed`, by what lives where."""
    ruled = {thing.author_id for thing in things if thing.policy is not None and not thing.author.is_local}
    followed = set[int]()
    if ruled:
        follows = Follow.filter(follower_id=actor.id, target_id__in=list(ruled), accepted_at__not_isnull=True)
        followed = {int(str(key)) for key in await follows.values_list("target_id", flat=True)}
    return {
        thing.uri: consent_in(thing, deed, actor=actor, is_follower=thing.author_id in followed) for thing in things
    }


async def consent_to(thing: Thing, deed: Deed, *, actor: Actor) -> Consent:
    """Whether the author of `thing`, who comes with it, lets `actor`, one of ours, do `deed` to it."""
    return (await consents_to([thing], deed, actor=actor))[thing.uri]


async def find_question(actor: Actor, thing: Thing, deed: Deed) -> ConsentRequest | None:
    """What `actor` asked the author of `thing`, if they did."""
    asked = ConsentRequest.filter(actor_id=actor.id, target_uri=thing.uri, kind=deed)
    return await asked.order_by("-id").first()
