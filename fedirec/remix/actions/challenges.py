"""Opening, changing and closing challenges. Each is a Group, so that anyone on any server can follow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from tortoise.exceptions import IntegrityError

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.names import check_name
from fedirec.activitypub.actors import describe_actor, new_keys, save_local_actor, save_remote_actor
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor, Announcement
from fedirec.activitypub.outbox import publish
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import PUBLIC, Announce, Create, Ref, Update
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, FedirecError, Forbidden, Invalid
from fedirec.html import clean, markdown
from fedirec.lanes import Done, Job, Later, Outcome
from fedirec.remix.actions.records import FileDraft, compose_attachments
from fedirec.remix.actions.saving import hold_media, save_attachments
from fedirec.remix.content import content_of
from fedirec.remix.currencies import write_amount
from fedirec.remix.kinds import Kind, kinds_in
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Attachment, Challenge, ChallengeTerms
from fedirec.remix.submissions import ChallengeEvent, advance_challenge
from fedirec.remix.terms import DecidedBy, Pays, Terms
from fedirec.remix.vocab import AttachmentObject, ChallengeObject, PromptObject
from fedirec.uris import Uris, origin_of
from fedirec.web.language import gettext as _

MAX_TITLE: Final = 100
MAX_TEXT: Final = 20_000
"""Bytes."""

MAX_FILES: Final = 4


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


async def open_challenge(leader: Actor, keyring: Keyring, draft: ChallengeDraft) -> Challenge:
    """A new challenge by a local `leader` is open, and can be followed from everywhere.

    Raises Invalid or Conflict with the form field that has to change.
    """
    _check(draft)
    uris = Uris(origin_of(leader.uri))
    uri = uris.challenge(draft.slug)
    if await Actor.exists(local_handle=draft.slug):
        raise Conflict(_("That address is taken. Please choose another one."), field="slug")
    keys = await new_keys()
    moment = now()
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
                opened_at=moment,
            )
            await save_terms(challenge, draft.terms)
            attachments, media = compose_attachments(uris, draft.files)
            prompt = await describe_prompt(challenge, group, attachments=attachments)
            await hold_media(leader, media)
            await save_attachments(prompt, media, challenge=challenge)
            created = Create(
                id=f"{uri}/prompt/create",
                actor=uri,
                object=prompt,
                to=prompt.to,
                cc=prompt.cc,
                published=moment,
            )
            await publish(group, created, to_followers_of=[group])
            await _announce(leader, prompt.id)
            await audit(leader, "open_challenge", uri, title=challenge.title)
    except IntegrityError as error:
        raise Conflict(_("That address is taken. Please choose another one."), field="slug") from error
    return challenge


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
    if text is not None and not 0 < len(text.strip().encode()) <= MAX_TEXT:
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
        if terms is not None:
            current = await current_terms(challenge)
            if current and replace(terms, version=current.version) != current:
                await save_terms(challenge, replace(terms, version=current.version + 1))
        await audit(leader, "change_challenge", (await challenge.actor).uri)
        await _publish_update(challenge)
    return challenge


async def close_challenge(leader: Actor, challenge: Challenge) -> Challenge:
    """The challenge takes no more submissions; followers hear of it."""
    _refuse_others(leader, challenge)
    async with transaction():
        challenge.state = advance_challenge(challenge.state, ChallengeEvent.CLOSE)
        challenge.closed_at = now()
        await challenge.save(update_fields=["state", "closed_at"])
        await audit(leader, "close_challenge", (await challenge.actor).uri)
        await _publish_update(challenge)
    return challenge


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
            await _publish_update(challenge)
    return len(overdue)


async def find_challenge(remote: Remote, uri: str, *, fresh: bool = False) -> Challenge:
    """The challenge whose Group is at `uri` or is called by a handle: from the database, or fetched and saved.

    Raises Invalid when something else is there, and what `Remote.read` raises.
    """
    address = uri.strip()
    if not address.startswith(("https://", "http://")):
        address = (await remote.find_by_handle(address)).uri
    known = await Challenge.filter(actor__uri=address).select_related("actor", "leader").first()
    if known and (known.actor.is_local or not fresh):
        return known
    entity, document = await remote.read(address)
    if not isinstance(entity, ChallengeObject):
        raise Invalid(_("That address leads to something that is not a challenge."))
    prompt = None
    if entity.prompt:
        found = (await remote.read(entity.prompt))[0]
        prompt = found if isinstance(found, PromptObject) and found.attributed_to == entity.id else None
    leader = await _find_leader(remote, entity)
    async with transaction():
        actor = await save_remote_actor(entity.actor, document)
        saved = await save_challenge(actor, entity, prompt=prompt, leader=leader)
    return await Challenge.get(id=saved.id).select_related("actor", "leader")


async def fetch_challenge(remote: Remote, job: Job) -> Outcome:
    """A challenge of which only the id came is known as its Group describes it."""
    try:
        await find_challenge(remote, str(job.payload["uri"]), fresh=True)
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    return Done()


async def _find_leader(remote: Remote, described: ChallengeObject) -> Actor | None:
    """Who leads the challenge; None when that cannot be found out, for it can be answered all the same."""
    try:
        return await remote.find_actor(described.leaders[0]) if described.leaders else None
    except FedirecError:
        return None


async def save_challenge(
    actor: Actor, described: ChallengeObject, *, prompt: PromptObject | None = None, leader: Actor | None = None
) -> Challenge:
    """A challenge of another instance is known here as its Group describes it; part of the caller's transaction."""
    if described.id != actor.uri or actor.is_local:
        raise Forbidden("only its own Group describes a challenge")
    columns = {
        "title": described.actor.name[:500] or actor.handle,
        "content": clean(described.actor.summary),
        "kinds": [kind.value for kind in described.kinds_wanted],
        "deadline_at": described.deadline,
        "state": described.state,
        "opened_at": described.actor.published or now(),
    }
    if leader:
        columns["leader_id"] = leader.id
    if described.prompt:
        columns["prompt_uri"] = described.prompt
    if prompt:
        columns |= {"text": prompt.markdown or "", "language": prompt.language}
    challenge, is_new = await Challenge.get_or_create(actor_id=actor.id, defaults=columns)
    if not is_new:
        challenge.update_from_dict(columns)
        await challenge.save()
    if prompt:
        await Attachment.filter(challenge_id=challenge.id).delete()
        await save_attachments(prompt, {}, challenge=challenge)
    if described.terms:
        newest = await current_terms(challenge)
        if newest is None or described.terms.version > newest.version:
            await save_terms(challenge, described.terms)
    return challenge


async def save_terms(challenge: Challenge, terms: Terms) -> ChallengeTerms:
    """`terms` are the newest of the challenge; part of the caller's transaction."""
    return await ChallengeTerms.create(
        challenge=challenge,
        version=terms.version,
        licence=terms.licence,
        pays=terms.pays.value,
        amount=terms.amount,
        currency=terms.currency,
        decided_by=terms.decided_by.value,
        text=terms.text,
        digest=terms.digest,
    )


async def current_terms(challenge: Challenge) -> Terms | None:
    """The newest terms of the challenge, if it has any."""
    row = await ChallengeTerms.filter(challenge_id=challenge.id).order_by("-version").first()
    return terms_of(row) if row else None


def terms_of(row: ChallengeTerms) -> Terms:
    return Terms(
        version=row.version,
        licence=row.licence,
        pays=Pays(row.pays),
        amount=row.amount,
        currency=row.currency,
        decided_by=DecidedBy(row.decided_by),
        text=row.text,
    )


async def describe_challenge(challenge: Challenge) -> ChallengeObject:
    """A challenge of ours as other instances see it."""
    group = await challenge.actor
    leader = await Actor.get_or_none(id=challenge.leader_id)
    return ChallengeObject(
        actor=await describe_actor(group),
        leaders=(leader.uri,) if leader else (),
        deadline=challenge.deadline_at,
        kinds_wanted=tuple(Kind(kind) for kind in challenge.kinds),
        terms=await current_terms(challenge),
        submissions=f"{group.uri}/submissions",
        prompt=challenge.prompt_uri,
        state="closed" if challenge.state == "closed" else "open",
    )


async def describe_prompt(
    challenge: Challenge, group: Actor, *, attachments: Sequence[AttachmentObject] = ()
) -> PromptObject:
    """The pinned Note of a challenge of ours: what a Mastodon server shows of it."""
    terms = await current_terms(challenge)
    licence = find_licence(terms.licence) if terms else None
    return PromptObject(
        id=challenge.prompt_uri or "",
        attributed_to=group.uri,
        challenge=group.uri,
        published=challenge.opened_at,
        name=challenge.title,
        content=content_of(
            challenge.content,
            title=challenge.title,
            licence=licence,
            url=group.uri,
            label="Take part",
            extra=_promises(challenge, terms, f"@{group.handle}@{group.host}"),
        ),
        markdown=challenge.text,
        language=challenge.language,
        to=(PUBLIC,),
        cc=(group.followers or "",),
        url=group.uri,
        attachments=tuple(attachments),
    )


def pays_in_words(terms: Terms) -> str:
    """What a challenge pays, in one sentence."""
    if terms.pays is Pays.POT and terms.amount is not None and terms.currency:
        return f"It pays: {write_amount(terms.amount, terms.currency)} {terms.currency} will be shared."
    return "It may pay later." if terms.pays is Pays.PERHAPS else "It is unpaid."


def _promises(challenge: Challenge, terms: Terms | None, handle: str) -> list[str]:
    lines = [f"Answer by replying to this post, or mention {handle}."]
    if challenge.deadline_at:
        lines.append(f"Open until {challenge.deadline_at:%d %B %Y, %H:%M} UTC.")
    if terms:
        lines.append(pays_in_words(terms))
    return lines


def _check(draft: ChallengeDraft) -> None:
    if not draft.title.strip():
        raise Invalid(_("Please give it a title."), field="title")
    if len(draft.title) > MAX_TITLE:
        raise Invalid(
            _("Please keep the title under %(max_title)s characters.") % {"max_title": MAX_TITLE}, field="title"
        )
    if not draft.text.strip():
        raise Invalid(_("Please say what you are asking for."), field="text")
    if len(draft.text.encode()) > MAX_TEXT:
        raise Invalid(_("That is too long. Please say it in less."), field="text")
    if len(draft.files) > MAX_FILES:
        raise Invalid(_("A challenge has %(max_files)s files at most.") % {"max_files": MAX_FILES}, field="files")
    if draft.deadline_at is not None and draft.deadline_at <= now():
        raise Invalid(_("Please choose a deadline that is still to come."), field="deadline")
    try:
        check_name(draft.slug)
    except FedirecError as error:
        raise Invalid(error.detail, field="slug") from error


async def _announce(leader: Actor, prompt_uri: str) -> None:
    uri = Uris(origin_of(leader.uri)).activity()
    announcement = Announce(
        id=uri,
        actor=leader.uri,
        object=Ref(prompt_uri),
        to=(PUBLIC,),
        cc=(leader.followers,) if leader.followers else (),
        published=now(),
    )
    await Announcement.create(uri=uri, actor=leader, object_uri=prompt_uri)
    await publish(leader, announcement, to_followers_of=[leader])


async def _publish_update(challenge: Challenge) -> None:
    group = await Actor.get(id=challenge.actor_id)
    challenge.actor = group
    described = await describe_challenge(challenge)
    update = Update(
        id=Uris(origin_of(group.uri)).activity(),
        actor=group.uri,
        object=described,
        to=(PUBLIC,),
        cc=(group.followers or "",),
        published=now(),
    )
    authors = await Actor.filter(records__submissions__challenge_id=challenge.id, is_local=False).distinct().limit(1000)
    await publish(group, update, to=authors, to_followers_of=[group])


def _refuse_others(leader: Actor, challenge: Challenge) -> None:
    if challenge.leader_id != leader.id:
        raise Forbidden(_("Only its leader can change a challenge."))
