"""Challenges as other instances see them: their Group, the Note that it pins, and their terms."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC

from babel.dates import format_datetime

from fedirec.activitypub.actors import describe_actor
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import PUBLIC
from fedirec.ledger.currencies import write_amount
from fedirec.remix.actions.group_tags import group_hashtags
from fedirec.remix.actions.needs import describe_needs
from fedirec.remix.content import bodies_of, content_of
from fedirec.remix.kinds import Kind
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Attachment, Challenge, ChallengeTerms
from fedirec.remix.queries.terms import newest_terms
from fedirec.remix.sizes import is_small
from fedirec.remix.submissions import ChallengeState
from fedirec.remix.terms import DecidedBy, Pays, Terms
from fedirec.remix.vocab import AttachmentObject, ChallengeObject, PromptObject
from fedirec.web.language import Reader, best_language, reader, reading, zone_named
from fedirec.web.language import gettext as _
from fedirec.web.words import kind_word


async def describe_challenge(challenge: Challenge) -> ChallengeObject:
    """A challenge of ours as other instances see it."""
    group = await challenge.actor
    described = ChallengeObject(
        actor=await describe_actor(group),
        leaders=(f"{group.uri}/moderators",),
        deadline=challenge.deadline_at,
        kinds_wanted=tuple(Kind(kind) for kind in challenge.kinds),
        terms=await current_terms(challenge),
        submissions=f"{group.uri}/submissions",
        prompt=challenge.prompt_uri,
        part_of=await _project_of(challenge),
        state=ChallengeState(challenge.state),
        ended=challenge.closed_at or challenge.concluded_at,
        needs=await describe_needs(group),
        hashtags=await group_hashtags(group),
    )
    for body in bodies_of(challenge.text, challenge.content):
        if is_small(described.write()):
            break
        described = replace(described, actor=replace(described.actor, summary=body))
    return described


async def describe_prompt(
    challenge: Challenge, group: Actor, *, attachments: Sequence[AttachmentObject] | None = None
) -> PromptObject:
    """The pinned Note of a challenge of ours: what a Mastodon server shows of it. Saved attachments are looked up."""
    shown = await _attachments_of(challenge) if attachments is None else attachments
    terms = await current_terms(challenge)
    licence = find_licence(terms.licence) if terms else None
    prompt = PromptObject(
        id=challenge.prompt_uri or "",
        attributed_to=group.uri,
        challenge=group.uri,
        published=challenge.opened_at,
        updated=challenge.updated_at,
        name=challenge.title,
        markdown=challenge.text,
        language=challenge.language,
        to=(PUBLIC,),
        cc=(group.followers or "",),
        audience=group.uri,
        url=group.uri,
        attachments=tuple(shown),
        hashtags=await group_hashtags(group),
    )
    extra = _promises(challenge, terms, f"@{group.handle}@{group.host}")
    for body in bodies_of(challenge.text, challenge.content):
        content = content_of(
            body, title=challenge.title, licence=licence, url=group.uri, label="Take part", extra=extra
        )
        prompt = replace(prompt, content=content)
        if is_small(prompt.write()):
            break
    return prompt


async def _project_of(challenge: Challenge) -> str | None:
    """The id of the project that it belongs to; nobody hears of one that is not launched."""
    if challenge.part_of_id is None:
        return None
    group = await Actor.get(id=challenge.part_of_id)
    return group.uri if group.state == "active" else None


async def _attachments_of(challenge: Challenge) -> list[AttachmentObject]:
    return [
        AttachmentObject(
            kind=Kind(row.kind),
            url=row.url,
            media_type=row.media_type,
            description=row.description,
            width=row.width,
            height=row.height,
            duration_ms=row.duration_ms,
            digest=row.digest,
            poster_url=row.poster_url,
        )
        for row in await Attachment.filter(challenge_id=challenge.id).order_by("position")
    ]


def pays_in_words(terms: Terms) -> str:
    """What a challenge pays, in one sentence."""
    if terms.pays is Pays.POT and terms.amount is not None and terms.currency:
        sum_of_money = {"amount": write_amount(terms.amount, terms.currency), "currency": terms.currency}
        return _("It pays: %(amount)s %(currency)s will be shared.") % sum_of_money
    return _("It may pay later.") if terms.pays is Pays.PERHAPS else _("It is unpaid.")


def until_in_words(challenge: Challenge) -> str:
    """Until when a challenge is open, in the zone of whoever organises it and with its name; empty without an end."""
    if challenge.deadline_at is None:
        return ""
    zone = zone_named(challenge.timezone)
    local = challenge.deadline_at.astimezone(zone or UTC)
    moment = format_datetime(local, "d MMMM y, HH:mm", locale=reader().locale.replace("-", "_"))
    return f"{moment} {challenge.timezone.replace('_', ' ') if zone else 'UTC'}"


def in_language_of(challenge: Challenge) -> AbstractContextManager[None]:
    """Inside, sentences are in the language in which `challenge` asks, as far as we speak it."""
    return reading(Reader(locale=best_language([challenge.language] if challenge.language else [])))


def _promises(challenge: Challenge, terms: Terms | None, handle: str) -> list[str]:
    """What everybody should know before they work, in the language of the challenge."""
    with in_language_of(challenge):
        lines = [_("Answer by replying to this post, or mention %(handle)s.") % {"handle": handle}]
        if challenge.kinds:
            kinds = ", ".join(kind_word(kind) for kind in challenge.kinds)
            lines.append(_("Wanted: %(kinds)s.") % {"kinds": kinds})
        if challenge.deadline_at:
            lines.append(_("Open until %(moment)s.") % {"moment": until_in_words(challenge)})
        if terms:
            lines.append(pays_in_words(terms))
            if terms.rule:
                lines.append(_("How it is shared: %(rule)s") % {"rule": terms.rule})
            lines.append(_decided_in_words(terms))
            if terms.text:
                lines.append(terms.text)
            grant = f"I release this under {find_licence(terms.licence).short}"
            lines.append(_("So that others may build on it, say: “%(sentence)s”.") % {"sentence": grant})
        return lines


def _decided_in_words(terms: Terms) -> str:
    who = {
        DecidedBy.LEADERS: _("Its leaders decide what becomes part of it."),
        DecidedBy.COMMUNITY: _("Everybody there decides together what becomes part of it."),
        DecidedBy.CONTRIBUTORS: _("Those who contribute decide together what becomes part of it."),
    }[terms.decided_by]
    return f"{who} {terms.method}".rstrip()


def terms_in_words(terms: Terms) -> str:
    """What somebody agrees to who agrees to `terms`: their version, what it pays, how, and who decides."""
    said = [_("These are its terms, version %(n)s:") % {"n": terms.version}, pays_in_words(terms)]
    if terms.rule:
        said.append(_("How it is shared: %(rule)s") % {"rule": terms.rule})
    said += [_decided_in_words(terms), terms.text]
    said.append(_("What is made together will be under %(licence)s.") % {"licence": find_licence(terms.licence).short})
    return " ".join(filter(None, said))


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
        rule=terms.rule,
        method=terms.method,
        text=terms.text,
        digest=terms.digest,
    )


async def current_terms(challenge: Challenge) -> Terms | None:
    """The newest terms of the challenge, if it has any."""
    row = await newest_terms(challenge)
    return terms_of(row) if row else None


def terms_of(row: ChallengeTerms) -> Terms:
    """What a row of terms says."""
    return Terms(
        version=row.version,
        licence=row.licence,
        pays=Pays(row.pays),
        amount=row.amount,
        currency=row.currency,
        decided_by=DecidedBy(row.decided_by),
        rule=row.rule,
        method=row.method,
        text=row.text,
    )
