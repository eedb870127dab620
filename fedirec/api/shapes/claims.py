"""Claims about trails, as programs see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, Sent, Shape, Text
from fedirec.api.shapes.people import Person, show_person
from fedirec.remix.claims import ClaimHappening, ClaimKind, ClaimState
from fedirec.remix.models import Claim as ClaimRow
from fedirec.remix.models import ClaimEvent as EventRow

ClaimKindName = Literal["missing_source", "not_derived", "wrong_role", "not_my_work", "no_consent"]
ClaimStateName = Literal["opened", "contradicted", "settled", "upheld", "dismissed", "appealed", "final", "withdrawn"]
HappeningName = Literal["opened", "evidence", "agreed", "contradicted", "upheld", "dismissed", "appealed", "withdrawn"]
_LINKS: Any = Field([], max_length=5, description="Addresses that show it.")


class ClaimMade(Sent):
    kind: ClaimKindName
    words: Text = Field(min_length=1, max_length=2_000)
    links: list[Text] = _LINKS
    source: Text = Field("", max_length=2_048, description="The uri of the source that is missing, or not one.")
    role: Text = Field("", max_length=20, description="For a wrong role: the code of the one that stands there.")
    wanted_role: Text = Field("", max_length=20)


class EvidenceSent(Sent):
    words: Text = Field(min_length=1, max_length=2_000)
    links: list[Text] = _LINKS


class ClaimAnswerSent(Sent):
    agrees: bool
    words: Text = Field("", max_length=2_000)
    links: list[Text] = _LINKS


class RulingSent(Sent):
    upholds: bool
    reason: Text = Field(min_length=1, max_length=1_000, description="Everybody can read it beside the record.")


class ClaimEvent(Shape):
    """Something that was said or done about a claim."""

    by: Person | None
    happening: HappeningName
    words: str
    links: list[str]
    at: datetime


class Claim(Shape):
    """Somebody says that a source or a credit of a record is not right."""

    key: str
    record: int
    record_uri: str
    kind: ClaimKindName
    state: ClaimStateName
    claimant: Person
    source: str | None
    person: str | None = Field(description="The uri of whoever is credited, where it is about that.")
    role: str
    wanted_role: str
    reason: str = Field(description="Why it was decided as it was.")
    holds: bool = Field(description="Whether the trail is as the claim says because of it.")
    is_agreed: bool = Field(description="Whether it was the author who agreed.")
    decided_at_home: bool = Field(description="Whether it was decided on another instance, where the record lives.")
    at: datetime
    decided_at: datetime | None


class WholeClaim(Claim):
    """The same with everything that was said about it."""

    events: list[ClaimEvent]


class Claims(Listed):
    items: list[Claim]


def show_claim(call: Call, row: ClaimRow) -> Claim:
    return Claim(**_shown(call, row))  # type: ignore[arg-type]


def show_whole_claim(call: Call, row: ClaimRow, events: list[EventRow]) -> WholeClaim:
    return WholeClaim(
        **_shown(call, row),  # type: ignore[arg-type]
        events=[
            ClaimEvent(
                by=show_person(call, event.actor) if event.actor else None,
                happening=ClaimHappening(event.happening).value,
                words=event.words,
                links=[str(link) for link in event.links],
                at=event.created_at,
            )
            for event in events
        ],
    )


def _shown(call: Call, row: ClaimRow) -> dict[str, object]:
    return {
        "key": row.key,
        "record": row.record_id,
        "record_uri": row.record.uri,
        "kind": ClaimKind(row.kind).value,
        "state": ClaimState(row.state).value,
        "claimant": show_person(call, row.claimant),
        "source": row.source_uri,
        "person": row.person_uri,
        "role": row.role,
        "wanted_role": row.wanted_role,
        "reason": row.reason,
        "holds": row.holds,
        "is_agreed": row.is_agreed,
        "decided_at_home": row.decided_at_home,
        "at": row.created_at,
        "decided_at": row.decided_at,
    }
