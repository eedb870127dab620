"""Preparing a challenge, and opening it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tortoise.exceptions import IntegrityError

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.names import check_name
from fedirec.activitypub.actors import NewKeys, activate_local_actor, new_keys, reserve_local_actor
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.db.search import make_unfindable
from fedirec.errors import Conflict, FedirecError, Invalid, TooMany
from fedirec.html import markdown
from fedirec.media.actions import release_media
from fedirec.media.models import Media
from fedirec.remix.actions.challenge_news import publish_prompt, save_files
from fedirec.remix.actions.challenges.going_on import go_on
from fedirec.remix.actions.drafts import FileDraft
from fedirec.remix.actions.findable import make_challenge_findable
from fedirec.remix.actions.group_tags import save_group_tags
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.needs import publish_needs
from fedirec.remix.actions.prompts import save_terms
from fedirec.remix.kinds import kinds_in
from fedirec.remix.logbook import Happening
from fedirec.remix.models import Attachment, Challenge
from fedirec.remix.powers import Deed, Part, refuse_unless
from fedirec.remix.queries.challenges import drafts_of
from fedirec.remix.queries.leading import parts_in
from fedirec.remix.sizes import size_of
from fedirec.remix.submissions import ChallengeEvent
from fedirec.remix.terms import Terms, refuse_unruled
from fedirec.remix.vocab import ChallengeObject
from fedirec.uris import Uris, origin_of
from fedirec.web.language import gettext as _

MAX_TITLE: Final = 100
MAX_TEXT: Final = 20_000
"""Bytes."""

MAX_FILES: Final = 4

GRACE: Final = 60
MAX_GRACE: Final = 1_440
"""Minutes after the deadline in which what comes from elsewhere still counts, where nothing is said, and at most."""

MAX_A_DAY: Final = 20
"""Challenges that one person opens or prepares: each has keys of its own, and takes a name for good."""

MAX_DRAFTS: Final = 20
"""Challenges that one person prepares at a time."""


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
    grace_minutes: int = GRACE
    """How long after the deadline something from another server still counts."""
    terms: Terms
    files: Sequence[FileDraft] = ()
    tags: Sequence[str] = ()
    """Hashtags by which it is found."""
    is_draft: bool = False
    """Whether it is only prepared: its leaders see it, nobody else does, and they open it when they like."""


async def open_challenge(
    leader: Actor, keyring: Keyring, draft: ChallengeDraft, *, keys: NewKeys | None = None
) -> Challenge:
    """A new challenge by a local `leader` is open, and can be followed from everywhere; or it is prepared.

    `keys` are made here unless whoever asks made them before, because they hold a transaction open.

    Raises Invalid or Conflict with the form field that has to change, TooMany after MAX_A_DAY within a day.
    """
    refuse_unless(Deed.OPEN_CHALLENGE, {Part.RESIDENT} if leader.is_local else ())
    _check(draft)
    await refuse_restless(leader)
    if draft.is_draft and len(await drafts_of(leader, limit=MAX_DRAFTS)) == MAX_DRAFTS:
        raise Conflict(_("You prepare many challenges already. Please open or discard one of them."))
    uris = Uris(origin_of(leader.uri))
    uri = uris.challenge(draft.slug)
    if await Actor.exists(local_handle=draft.slug):
        raise Conflict(_("That address is taken. Please choose another one."), field="slug")
    keys = None if draft.is_draft else keys or await new_keys()
    try:
        async with transaction():
            group = await reserve_local_actor(
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
                grace_minutes=draft.grace_minutes,
                opened_at=now(),
                state="draft",
            )
            await save_group_tags(group, draft.tags)
            await save_terms(challenge, draft.terms)
            await save_files(challenge, draft.files, owner=leader)
            if keys is not None:
                await _open(leader, keyring, keys, challenge, group)
    except IntegrityError as error:
        raise Conflict(_("That address is taken. Please choose another one."), field="slug") from error
    return challenge


async def open_draft(leader: Actor, keyring: Keyring, challenge: Challenge, *, keys: NewKeys | None = None) -> None:
    """A challenge that was prepared is open, and can be followed from everywhere."""
    refuse_unless(Deed.CHANGE_CHALLENGE, await parts_in(challenge, leader))
    if challenge.state == "draft" and challenge.deadline_at is not None and challenge.deadline_at <= now():
        raise Conflict(_("Its deadline has passed. Please choose one that is still to come first."), field="deadline")
    keys = keys or await new_keys()
    async with transaction():
        await _open(leader, keyring, keys, challenge, await challenge.actor)


async def _open(leader: Actor, keyring: Keyring, keys: NewKeys, challenge: Challenge, group: Actor) -> None:
    await go_on(challenge, ChallengeEvent.OPEN, opened_at=now())
    await activate_local_actor(group, keyring, keys)
    challenge.actor = group
    await make_challenge_findable(challenge)
    await publish_prompt(challenge)
    await publish_needs(group)
    await log(group, Happening.OPENED, by=leader)
    await audit(leader, "open_challenge", group.uri, title=challenge.title)


async def discard_draft(leader: Actor, challenge: Challenge) -> None:
    """A challenge that was never open is gone, with its files. Its handle stays taken, as each that there ever was."""
    refuse_unless(Deed.CHANGE_CHALLENGE, await parts_in(challenge, leader))
    if challenge.state != "draft":
        raise Conflict(_("It was opened. You can call it off, and say why."))
    async with transaction():
        group = await challenge.actor
        files = await Attachment.filter(challenge_id=challenge.id).values_list("media_id", flat=True)
        await Attachment.filter(challenge_id=challenge.id).delete()
        await release_media(await Media.filter(id__in=[int(str(key)) for key in files if key is not None]))
        challenge.text = challenge.content = group.summary = ""
        await challenge.save(update_fields=["text", "content"])
        group.state = "deleted"
        await group.save(update_fields=["state", "summary"])
        await make_unfindable("actor", group.id)
        await audit(leader, "discard_draft", group.uri, title=challenge.title)


async def refuse_restless(leader: Actor) -> None:
    """Raise TooMany when `leader` has opened MAX_A_DAY challenges within the last day."""
    led = Challenge.filter(leader_id=leader.id, actor__is_local=True).order_by("-id")
    found = await led.offset(MAX_A_DAY - 1).limit(1).values("opened_at")
    if found and found[0]["opened_at"] > now() - timedelta(days=1):
        raise TooMany(retry_after=3600)


def check_text(text: str) -> None:
    """Raise Invalid for a brief that says nothing, or too much."""
    if not text.strip():
        raise Invalid(_("Please say what you are asking for."), field="text")
    if size_of(text) > MAX_TEXT:
        raise Invalid(_("That is too long. Please say it in less."), field="text")


def check_title(title: str) -> None:
    """Raise Invalid for a title that is none, or too long."""
    if not title.strip():
        raise Invalid(_("Please give it a title."), field="title")
    if len(title) > MAX_TITLE:
        raise Invalid(
            _("Please keep the title under %(max_title)s characters.") % {"max_title": MAX_TITLE}, field="title"
        )


def check_grace(minutes: int) -> None:
    """Raise Invalid for a grace that nobody can give."""
    if not 0 <= minutes <= MAX_GRACE:
        raise Invalid(
            _("Please choose from 0 to %(max_grace)s minutes.") % {"max_grace": MAX_GRACE}, field="grace_minutes"
        )


def _check(draft: ChallengeDraft) -> None:
    check_title(draft.title)
    check_text(draft.text)
    check_grace(draft.grace_minutes)
    refuse_unruled(draft.terms)
    if len(draft.files) > MAX_FILES:
        raise Invalid(_("A challenge has %(max_files)s files at most.") % {"max_files": MAX_FILES}, field="files")
    if draft.deadline_at is not None and draft.deadline_at <= now():
        raise Invalid(_("Please choose a deadline that is still to come."), field="deadline")
    try:
        check_name(draft.slug)
    except FedirecError as error:
        raise Invalid(error.message, field="slug", blanks=error.blanks) from error
