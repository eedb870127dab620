"""Challenges, what they promise, and what is offered to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Kind, Listed, Row, Sent, Shape, Text
from fedirec.api.shapes.files import File, FileSent, dressed_files, show_file
from fedirec.api.shapes.licences import Licence, show_licence
from fedirec.api.shapes.people import Person, show_person
from fedirec.html import markdown
from fedirec.remix.actions.challenges import GRACE, MAX_FILES, MAX_GRACE, MAX_SAID, MAX_TITLE
from fedirec.remix.actions.challenges.ending import MAX_THANKS
from fedirec.remix.actions.group_tags import MAX_TAGS, tags_of
from fedirec.remix.licences import find_licence
from fedirec.remix.logbook import MAX_REASON
from fedirec.remix.models import Challenge as ChallengeRow
from fedirec.remix.models import ChallengeTerms
from fedirec.remix.queries.challenges import is_open
from fedirec.remix.terms import MAX_AMOUNT, MAX_RULE, MAX_VERSION
from fedirec.remix.terms import MAX_TEXT as MAX_TERMS

PaysName = Literal["nothing", "perhaps", "pot"]
DecidedByName = Literal["leaders", "community", "contributors"]
StateName = Literal["draft", "open", "extended", "closed", "selecting", "concluded", "cancelled", "archived"]
OutcomeName = Literal["used", "built_on", "thanked"]
Moment = Annotated[AwareDatetime, Field(strict=False)]
"""RFC 3339, with a zone."""
TagText = Annotated[Text, Field(min_length=1, max_length=100)]


class Terms(Shape):
    """One version of what a challenge promises."""

    version: int
    licence: Licence
    pays: PaysName
    amount: int | None = Field(description="Minor units of the currency.")
    currency: str | None
    rule: str = Field(description="How money is shared.")
    decided_by: DecidedByName
    method: str = Field(description="How it is decided.")
    text: str
    said_at: datetime


class ChallengeCard(Shape):
    """A challenge, as lists have it."""

    id: int
    uri: str = Field(description="The id of its Group in the federation.")
    url: str
    handle: str
    group: int = Field(description="The id of its Group, which can be followed.")
    title: str
    leader: Person | None
    state: StateName
    is_open: bool
    kinds: list[Kind]
    language: str | None
    opened_at: datetime
    deadline_at: datetime | None
    timezone: str
    closed_at: datetime | None
    concluded_at: datetime | None
    terms: Terms | None


class Challenge(ChallengeCard):
    """A challenge with its brief."""

    text: str
    html: str
    grace_minutes: int = Field(description="How long after the deadline what comes from elsewhere still counts.")
    tags: list[str] = Field(description="Hashtags by which it is found, without #.")
    files: list[File]
    terms_before: list[Terms]


class Challenges(Listed):
    items: list[ChallengeCard]


class TermsSent(Sent):
    """What a challenge promises."""

    licence: Text = Field(max_length=60)
    pays: PaysName = "nothing"
    amount: int | None = Field(None, ge=1, le=MAX_AMOUNT)
    currency: Text | None = Field(None, min_length=3, max_length=3)
    rule: Text = Field("", max_length=MAX_RULE, description="How money is shared; a pot needs it.")
    decided_by: DecidedByName = "leaders"
    method: Text = Field("", max_length=MAX_RULE, description="How it is decided.")
    text: Text = Field("", max_length=MAX_TERMS)


class NewChallenge(Sent):
    """A challenge that is opened."""

    title: Text = Field(min_length=1, max_length=MAX_TITLE)
    slug: Text | None = Field(
        None, min_length=1, max_length=60, description="Its handle; made from the title when left out."
    )
    text: Text = Field(min_length=1, max_length=20_000)
    kinds: list[Kind] = Field(default_factory=list, max_length=4)
    language: Text | None = Field(None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")
    deadline_at: Moment | None = None
    timezone: Text = Field("UTC", max_length=60)
    grace_minutes: int = Field(GRACE, ge=0, le=MAX_GRACE)
    terms: TermsSent
    tags: list[TagText] = Field(default_factory=list, max_length=MAX_TAGS)
    files: list[FileSent] = Field(default_factory=list, max_length=MAX_FILES)
    draft: bool = Field(False, description="Keep it for its leaders alone until they open it.")


class ChallengeChange(Sent):
    """What a challenge says from now on; what is left out stays."""

    title: Text | None = Field(None, min_length=1, max_length=MAX_TITLE, description="Only of a draft.")
    text: Text | None = Field(None, min_length=1, max_length=20_000)
    deadline_at: Moment | None = None
    grace_minutes: int | None = Field(None, ge=0, le=MAX_GRACE)
    tags: list[TagText] | None = Field(None, max_length=MAX_TAGS)
    terms: TermsSent | None = None
    reason: Text = Field(
        "", max_length=MAX_REASON, description="Needed for more time, and for new terms once something was offered."
    )


class OutcomeSent(Sent):
    """What became of one accepted submission."""

    submission: Row
    outcome: OutcomeName = "thanked"
    thanks: Text = Field("", max_length=MAX_THANKS)


class ConclusionSent(Sent):
    """How a challenge ends. Whose submission is not named is thanked."""

    text: Text = Field(min_length=1, max_length=10_000)
    outcomes: list[OutcomeSent] = Field(default_factory=list, max_length=MAX_SAID)


class WhySent(Sent):
    """Why something is done; everybody can read it."""

    reason: Text = Field(min_length=1, max_length=MAX_REASON)


class AgreementSent(Sent):
    """To which version of the terms its author agrees."""

    version: int = Field(ge=1, le=MAX_VERSION)


def show_terms(row: ChallengeTerms) -> Terms:
    return Terms(
        version=row.version,
        licence=show_licence(find_licence(row.licence)),
        pays=row.pays,  # type: ignore[arg-type]
        amount=row.amount,
        currency=row.currency,
        rule=row.rule,
        decided_by=row.decided_by,  # type: ignore[arg-type]
        method=row.method,
        text=row.text,
        said_at=row.created_at,
    )


def show_challenge_card(call: Call, row: ChallengeRow) -> ChallengeCard:
    """A challenge, which comes with its parts, as lists have it."""
    return ChallengeCard(**_card(call, row))  # type: ignore[arg-type]


async def show_challenge(call: Call, row: ChallengeRow) -> Challenge:
    """A challenge, which comes with its parts, as its page has it."""
    dressed = await dressed_files([row])
    return Challenge(
        **_card(call, row),  # type: ignore[arg-type]
        text=row.text,
        html=markdown(row.text) if row.text else row.content,
        grace_minutes=row.grace_minutes,
        tags=await tags_of(row.actor),
        files=[show_file(call, each, dressed, left=row.actor.media_rejected) for each in row.attachments],
        terms_before=[show_terms(terms) for terms in list(row.terms)[1:]],
    )


def _card(call: Call, row: ChallengeRow) -> dict[str, object]:
    group, terms = row.actor, next(iter(row.terms), None)
    return {
        "id": row.id,
        "uri": group.uri,
        "url": call.absolute(call.cards.challenge_url(row)),
        "handle": f"@{group.handle}@{group.host}",
        "group": group.id,
        "title": row.title,
        "leader": show_person(call, row.leader) if row.leader else None,
        "state": row.state,
        "is_open": is_open(row),
        "kinds": list(row.kinds),
        "language": row.language,
        "opened_at": row.opened_at,
        "deadline_at": row.deadline_at,
        "timezone": row.timezone,
        "closed_at": row.closed_at,
        "concluded_at": row.concluded_at,
        "terms": show_terms(terms) if terms else None,
    }
