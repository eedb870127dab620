"""Opening, changing and closing challenges. Each is a Group, so that anyone on any server can follow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tortoise.exceptions import IntegrityError

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.names import check_name
from fedirec.activitypub.actors import NewKeys, new_keys, save_local_actor
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, FedirecError, Forbidden, Invalid, TooMany
from fedirec.html import markdown
from fedirec.media.actions import release_media
from fedirec.media.models import Media
from fedirec.remix.actions.challenge_news import publish_prompt, publish_update
from fedirec.remix.actions.drafts import FileDraft
from fedirec.remix.actions.findable import make_challenge_findable
from fedirec.remix.actions.prompts import current_terms, save_terms
from fedirec.remix.kinds import kinds_in
from fedirec.remix.models import Attachment, Challenge
from fedirec.remix.sizes import size_of
from fedirec.remix.submissions import ChallengeEvent, advance_challenge
from fedirec.remix.terms import Terms, revise
from fedirec.remix.vocab import ChallengeObject
from fedirec.uris import Uris, origin_of
from fedirec.web.language import gettext as _

MAX_TITLE: Final = 100
MAX_TEXT: Final = 20_000
"""Bytes."""

MAX_FILES: Final = 4

MAX_A_DAY: Final = 20
"""Challenges that one person opens: each has keys of its own, and takes a name for good."""


@dataclass(frozen=True, kw_only=True)
class ChallengeDraft:
    """What a leader asks for, and what they promise."""

    title: str
    slug: str
    text: str
    kinds: Sequence[str] = ()
    """Empty when everything is welcome."""

    language: str | None = None
    deadline_at: datetime | None = None
    timezone: str = "UTC"
    terms: Terms
    files: Sequence[FileDraft] = ()


async def open_challenge(
    leader: Actor, keyring: Keyring, draft: ChallengeDraft, *, keys: NewKeys | None = None
) -> Challenge:
    """A new challenge by a local `leader` is open, and can be followed from everywhere.

    `keys` are made here unless whoever asks made them before, because they hold a transaction open.

    Raises Invalid or Conflict with the form field that has to change, TooMany after MAX_A_DAY within a day.
    """
    _check(draft)
    await refuse_restless(leader)
    uris = Uris(origin_of(leader.uri))
    uri = uris.challenge(draft.slug)
    if await Actor.exists(local_handle=draft.slug):
        raise Conflict(_("That address is taken. Please choose another one."), field="slug")
    keys = keys or await new_keys()
    try:
        async with transaction():
            group = await save_local_actor(
                keyring,
                keys,
                uri=uri,
                handle=draft.slug,
                type="Group",
                kind=ChallengeObject.KIND,
                name=draft.title.strip(),
                summary=markdown(draft.text),
            )
            challenge = await Challenge.create(
                actor=group,
                leader=leader,
                prompt_uri=f"{uri}/prompt",
                title=draft.title.strip(),
                text=draft.text,
                content=markdown(draft.text),
                kinds=[kind.value for kind in kinds_in(draft.kinds)],
                language=draft.language,
                deadline_at=draft.deadline_at,
                timezone=draft.timezone,
                opened_at=now(),
            )
            await make_challenge_findable(challenge)
            await save_terms(challenge, draft.terms)
            await publish_prompt(challenge, draft.files)
            await audit(leader, "open_challenge", uri, title=challenge.title)
    except IntegrityError as error:
        raise Conflict(_("That address is taken. Please choose another one."), field="slug") from error
    return challenge


async def refuse_restless(leader: Actor) -> None:
    """Raise TooMany when `leader` has opened MAX_A_DAY challenges within the last day."""
    led = Challenge.filter(leader_id=leader.id, actor__is_local=True).order_by("-id")
    found = await led.offset(MAX_A_DAY - 1).limit(1).values("opened_at")
    if found and found[0]["opened_at"] > now() - timedelta(days=1):
        raise TooMany(retry_after=3600)


async def change_challenge(
    leader: Actor,
    challenge: Challenge,
    *,
    deadline_at: datetime | None = None,
    terms: Terms | None = None,
    text: str | None = None,
) -> Challenge:
    """The challenge says something new; followers hear of it.

    What was submitted before stays under the terms of its time: new terms are a new version beside the old ones.
    """
    _refuse_others(leader, challenge)
    if text is not None and not (text.strip() and size_of(text) <= MAX_TEXT):
        raise Invalid(_("Please say what you are asking for, in less than 20 kB."), field="text")
    if deadline_at is not None and deadline_at <= now():
        raise Invalid(_("Please choose a deadline that is still to come."), field="deadline")
    async with transaction():
        if deadline_at is not None and deadline_at != challenge.deadline_at:
            event = ChallengeEvent.REOPEN if challenge.state == "closed" else ChallengeEvent.EXTEND
            challenge.state = advance_challenge(challenge.state, event)
            challenge.deadline_at, challenge.closed_at = deadline_at, None
        if text is not None:
            challenge.text, challenge.content = text, markdown(text)
            await Actor.filter(id=challenge.actor_id).update(summary=challenge.content)
        await challenge.save()
        await make_challenge_findable(challenge)
        if terms is not None:
            current = await current_terms(challenge)
            if current and (revised := revise(current, terms)) != current:
                await save_terms(challenge, revised)
        await audit(leader, "change_challenge", (await challenge.actor).uri)
        await publish_update(challenge)
    return challenge


async def close_challenge(leader: Actor, challenge: Challenge) -> Challenge:
    """The challenge takes no more submissions; followers hear of it."""
    _refuse_others(leader, challenge)
    async with transaction():
        challenge.state = advance_challenge(challenge.state, ChallengeEvent.CLOSE)
        challenge.closed_at = now()
        await challenge.save(update_fields=["state", "closed_at"])
        await audit(leader, "close_challenge", (await challenge.actor).uri)
        await publish_update(challenge)
    return challenge


async def empty_challenge(challenge: Challenge) -> None:
    """A challenge of somebody who left is closed and says nothing but its title; part of the caller's transaction.

    It comes with its Group. What was made for it, and what it promised, stays.
    """
    if challenge.state not in ("open", "extended") and not challenge.text and not challenge.content:
        return
    group = challenge.actor
    files = await Attachment.filter(challenge_id=challenge.id).values_list("media_id", flat=True)
    await Attachment.filter(challenge_id=challenge.id).delete()
    await release_media(await Media.filter(id__in=[int(str(key)) for key in files if key is not None]))
    await Outgoing.filter(actor_id=group.id, type__in=("Create", "Update")).delete()
    if challenge.state in ("open", "extended"):
        challenge.state = advance_challenge(challenge.state, ChallengeEvent.CLOSE)
        challenge.closed_at = now()
    challenge.text = challenge.content = group.summary = ""
    await challenge.save(update_fields=["state", "closed_at", "text", "content"])
    await group.save(update_fields=["summary"])
    await make_challenge_findable(challenge)
    if challenge.state != "draft":
        await publish_update(challenge)


async def close_overdue() -> int:
    """Challenges whose deadline has passed are closed; returns how many were."""
    overdue = await Challenge.filter(state__in=["open", "extended"], deadline_at__lt=now(), actor__is_local=True).limit(
        100
    )
    for challenge in overdue:
        async with transaction():
            challenge.state = advance_challenge(challenge.state, ChallengeEvent.CLOSE)
            challenge.closed_at = challenge.deadline_at
            await challenge.save(update_fields=["state", "closed_at"])
            await publish_update(challenge)
    return len(overdue)


def _check(draft: ChallengeDraft) -> None:
    if not draft.title.strip():
        raise Invalid(_("Please give it a title."), field="title")
    if len(draft.title) > MAX_TITLE:
        raise Invalid(
            _("Please keep the title under %(max_title)s characters.") % {"max_title": MAX_TITLE}, field="title"
        )
    if not draft.text.strip():
        raise Invalid(_("Please say what you are asking for."), field="text")
    if size_of(draft.text) > MAX_TEXT:
        raise Invalid(_("That is too long. Please say it in less."), field="text")
    if len(draft.files) > MAX_FILES:
        raise Invalid(_("A challenge has %(max_files)s files at most.") % {"max_files": MAX_FILES}, field="files")
    if draft.deadline_at is not None and draft.deadline_at <= now():
        raise Invalid(_("Please choose a deadline that is still to come."), field="deadline")
    try:
        check_name(draft.slug)
    except FedirecError as error:
        raise Invalid(error.message, field="slug", blanks=error.blanks) from error


def _refuse_others(leader: Actor, challenge: Challenge) -> None:
    if challenge.leader_id != leader.id:
        raise Forbidden(_("Only its leader can change a challenge."))
