"""How other instances are shown to those who run this one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from fedirec.admin.queries.peers import KnownPeer
from fedirec.admin.words import POLICIES, error_in_words
from fedirec.web.language import gettext as _

MAX_COMMENT_SHOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerView:
    """Another instance."""

    host: str
    url: str
    runs: str
    """Its software with the version, as it says itself."""
    policy: str
    tone: str
    rejects: str
    is_listed: bool
    heard_at: datetime | None
    delivered_at: datetime | None
    reaches: str
    """How many tries of the last days arrived, in words."""
    state: str
    held_until: datetime | None
    failing_since: datetime | None
    error: str
    waiting: int
    given_up: int


def peer_view(peer: KnownPeer) -> PeerView:
    treatment = peer.treatment
    rejects = {
        (True, True): _("no files and no reports of it are taken"),
        (True, False): _("no files of it are taken"),
        (False, True): _("no reports of it are taken"),
        (False, False): "",
    }[treatment.rejects_media, treatment.rejects_reports]
    above = peer.stance.is_blocked and treatment.policy != "block"
    return PeerView(
        host=peer.host,
        url=peer_url(peer.host),
        runs=" ".join(filter(None, [peer.software, peer.software_version])),
        policy=_("Not exchanged with") if above else _(POLICIES[treatment.policy]),
        tone="bad" if peer.stance.is_blocked else "accent" if peer.stance.is_quiet else "plain",
        rejects=rejects,
        is_listed=peer.is_listed,
        heard_at=peer.heard_at,
        delivered_at=peer.delivered_at,
        reaches=_reaches(peer),
        state=peer.state,
        held_until=peer.held_until,
        failing_since=peer.failing_since,
        error=error_in_words(peer.error),
        waiting=peer.waiting,
        given_up=peer.dead,
    )


def peer_url(host: str) -> str:
    """The page about the instance at `host`."""
    return f"/admin/federation/peers/{quote(host, safe='')}"


def _reaches(peer: KnownPeer) -> str:
    match peer.tries.percent:
        case None:
            return _("nothing was sent in the last days")
        case 100:
            return _("everything arrived in the last days")
        case 0:
            return _("nothing arrived in the last days")
        case percent:
            return _("of a hundred tries in the last days %(n)s went well") % {"n": percent}
