"""Other instances, and what is decided about them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Literal

from pydantic import Field

from fedirec.admin.actions.lists import Plan
from fedirec.admin.purging import Cached
from fedirec.admin.queries.consequences import Consequences as Foreseen
from fedirec.admin.queries.peers import KnownPeer
from fedirec.admin.treatment import MAX_COMMENT
from fedirec.api.shapes.basis import Listed, PieceQuery, Sent, Shape, Text

PolicyName = Literal["allow", "limit", "block"]
FederationName = Literal["open", "listed"]
ListName = Literal["blocks", "allows"]
MAX_LIST = 250_000


class PeerPolicy(Shape):
    """What was decided about an instance; it holds for those on hosts below it, too."""

    policy: PolicyName
    rejects_media: bool
    rejects_reports: bool
    public_comment: str
    private_comment: str
    is_obfuscated: bool


class Peer(PeerPolicy):
    """Another instance, as far as this one knows it."""

    host: str
    is_listed: bool
    is_blocked: bool = Field(description="Whether nothing is exchanged with it, whatever the reason.")
    software: str | None
    software_version: str | None
    state: str = Field(description="Of what is sent to it: fine, waiting, unreachable or blocked.")
    heard_at: datetime | None
    delivered_at: datetime | None
    failing_since: datetime | None
    held_until: datetime | None
    went_well: int = Field(description="Tries of the last seven days that arrived.")
    went_ill: int
    waiting: int
    given_up: int
    error: str | None


class Peers(Listed):
    items: list[Peer]


class PeersQuery(PieceQuery):
    q: Text = Field("", max_length=100, description="A part of the host.")
    show: Literal["", "blocked", "limited", "listed", "decided", "silent"] = ""


class PeerDecision(Sent):
    """What holds from now on; whatever is left out is not so any more."""

    policy: PolicyName
    rejects_media: bool = False
    rejects_reports: bool = False
    public_comment: Text = Field("", max_length=MAX_COMMENT)
    private_comment: Text = Field("", max_length=MAX_COMMENT)
    is_obfuscated: bool = False


class Bond(Shape):
    """A follow between somebody here and somebody there."""

    ours: str
    theirs: str


class Consequences(Shape):
    """What would be cut off."""

    people: int
    followed: int
    following: int
    records: int
    submissions: int
    comments: int
    deliveries: int
    activities: int
    followed_by_name: list[Bond]
    following_by_name: list[Bond]


class Federation(Shape):
    federation: FederationName = Field(description="With everybody who is not blocked, or with the listed only.")


class Announced(Shape):
    announces: list[str] = Field(description="What this instance passes on: challenges, needs, productions.")


class AnnouncedSent(Sent):
    announces: list[Literal["challenges", "needs", "productions"]] = Field(max_length=3)


class FollowedInstance(Shape):
    """Another instance that this one follows as a whole."""

    host: str
    uri: str = Field(description="The id of its own actor.")
    is_accepted: bool
    since: datetime


class FollowedInstances(Shape):
    items: list[FollowedInstance]


class HostSent(Sent):
    host: Text = Field(max_length=300)


class FederationSent(Sent):
    federation: FederationName


class ListSent(Sent):
    """A list of decisions in the form of Mastodon."""

    list: str = Field(min_length=1, max_length=MAX_LIST, description="The text of the CSV file.")
    kind: ListName = "blocks"
    overrule: bool = Field(False, description="Whether it may weaken what was decided here.")
    skip_bad: bool = Field(False, description="Whether to take over the rest when some lines are bad.")
    dry_run: bool = Field(False, description="Only say what would change.")


class ListChange(PeerPolicy):
    line: int
    host: str
    what: Literal["new", "changed"]


class ListContradiction(Shape):
    """A line that is weaker than what was decided here, which stays."""

    line: int
    host: str
    weaker: list[str]


class BadLine(Shape):
    line: int
    text: str
    why: str


class ListRead(Shape):
    """What a list changed, or would change."""

    is_done: bool
    kind: ListName
    changes: list[ListChange]
    same: int
    contradictions: list[ListContradiction]
    bad: list[BadLine]
    consequences: Consequences


class ListQuery(PieceQuery):
    kind: ListName = "blocks"


class ListWritten(Shape):
    csv: str


class Revived(Shape):
    revived: int = Field(description="Deliveries that had been given up.")


class Dropped(Shape):
    dropped: int


class PurgeSent(Sent):
    dry_run: bool = False


class Purged(Shape):
    """What goes soon, or would go, of what is kept of an instance."""

    is_done: bool
    people: int
    copies: int
    bytes: int
    activities: int
    deliveries: int


def show_known_peer(peer: KnownPeer) -> Peer:
    """How another instance is told to programs."""
    return Peer(
        host=peer.host,
        **peer.treatment.columns(),  # type: ignore[arg-type]
        is_listed=peer.is_listed,
        is_blocked=peer.stance.is_blocked,
        software=peer.software,
        software_version=peer.software_version,
        state=peer.state,
        heard_at=peer.heard_at,
        delivered_at=peer.delivered_at,
        failing_since=peer.failing_since,
        held_until=peer.held_until,
        went_well=peer.tries.well,
        went_ill=peer.tries.ill,
        waiting=peer.waiting,
        given_up=peer.dead,
        error=peer.error,
    )


def show_consequences(foreseen: Foreseen) -> Consequences:
    return Consequences(**asdict(foreseen))


def show_list(plan: Plan, *, is_done: bool) -> ListRead:
    """What came of a list, or would come of it."""
    return ListRead(
        is_done=is_done,
        kind=plan.kind,
        changes=[
            ListChange(line=each.number, host=each.host, what=each.what, **each.treatment.columns())  # type: ignore[arg-type]
            for each in plan.changes
        ],
        same=plan.same,
        contradictions=[
            ListContradiction(line=each.number, host=each.host, weaker=list(each.columns))
            for each in plan.contradictions
        ],
        bad=[BadLine(line=each.number, text=each.text, why=each.why) for each in plan.bad],
        consequences=show_consequences(plan.consequences),
    )


def show_purge(cached: Cached, *, is_done: bool) -> Purged:
    return Purged(is_done=is_done, **asdict(cached))
