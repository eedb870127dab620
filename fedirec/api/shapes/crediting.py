"""Who is credited for a production line by line, what they say of it, and who lets money be made with their work."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, Sent, Shape
from fedirec.credits.actions.granting.giving import question
from fedirec.credits.grants import GrantScope
from fedirec.credits.lines import MAX_LABEL, MAX_REASON, CreditHappening, CreditState
from fedirec.credits.models import ProductionCredit
from fedirec.credits.pages.crediting.views import line_view
from fedirec.credits.queries.credits import shown_name
from fedirec.credits.queries.grants import Needed
from fedirec.projects.models import Production


class CreditLine(Shape):
    """Somebody did one thing for a production."""

    id: int
    production: int
    person: int | None = Field(description="Null for somebody without an account, and for who is not to be named.")
    name: str = Field(description="Empty for who is not to be named.")
    role: str = Field(description="The address of the role; empty for who is not to be named and is not you.")
    label: str = Field(description="What the role is called, in the language of whoever asks or in its own words.")
    record: int | None = Field(description="The work by which they are in it, as far as everybody may see it.")
    generation: int = Field(description="0 for who made it, 1 for what that was made from, and so on.")
    came_later: bool = Field(
        description="Whether its trail said so only after the production was frozen: it asks for no line in a proposal."
    )
    words: str
    state: CreditState
    since: datetime
    reason: str
    is_held: bool = Field(description="Whether pay for it waits, because something about it is contested.")
    you_may: list[CreditHappening]


class CreditLines(Listed):
    items: list[CreditLine]


class CreditAnswer(Sent):
    what: Literal["confirm", "contest", "unname", "decline"]
    reason: str = Field("", max_length=MAX_REASON, description="To contest it. Everybody can read it.")


class CreditDecision(Sent):
    """What those who lead the project answer to a line that is contested."""

    is_corrected: bool
    reason: str = Field(max_length=MAX_REASON, description="It stands in the public log.")
    role: str = Field("", max_length=300, description="The code or the address of a role, to correct it.")
    label: str = Field("", max_length=MAX_LABEL, description="What it is called, if it is none of ours.")


class GrantQuestion(Shape):
    """Words that an author can agree to."""

    scope: Literal["production", "project", "instance"]
    words: str
    digest: str


class NeededGrant(Shape):
    """A work with whose licence nobody may make money."""

    record: int
    title: str
    author: int
    is_granted: bool
    granted_words: str | None
    questions: list[GrantQuestion] = Field(description="What its author can agree to; empty once they have.")


class NeededGrants(Shape):
    items: list[NeededGrant]


class GrantsAsked(Sent):
    records: list[int] = Field(max_length=200)


class GrantGiven(Sent):
    scope: Literal["production", "project", "instance"]
    digest: str = Field(max_length=100, description="Of the words that you read. It cannot be taken back.")


def show_line(
    call: Call, line: ProductionCredit, *, held: dict[int, str], own: Collection[int], leads: bool = False
) -> CreditLine:
    """A line, which comes with everything that `queries.credits.with_all` brings."""
    view = line_view(call.cards, line, held=held, viewer=call.looker, own=own, leads=leads)
    named = shown_name(line)
    is_seen = bool(named) or view.is_own
    return CreditLine(
        id=line.id,
        production=line.production_id,
        person=line.actor_id if named else None,
        name=named,
        role=line.role if is_seen else "",
        label=view.role,
        record=line.record_id if view.work_url else None,
        generation=line.generation,
        came_later=view.came_later,
        words=view.words,
        state=CreditState(line.state),
        since=line.state_at,
        reason=view.reason,
        is_held=view.is_held,
        you_may=[CreditHappening(each) for each in view.can],
    )


def show_needed(production: Production, needed: Needed) -> NeededGrant:
    scopes = () if needed.grant else GrantScope
    asked = [(each, question(production, needed.record, each, author=needed.record.author)) for each in scopes]
    return NeededGrant(
        record=needed.record.id,
        title=needed.record.title,
        author=needed.record.author_id,
        is_granted=needed.grant is not None,
        granted_words=needed.grant.words if needed.grant else None,
        questions=[GrantQuestion(scope=scope.value, words=each.words, digest=each.digest) for scope, each in asked],
    )
