"""What the commands about other instances answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from fedirec.activitypub.models import Peer
from fedirec.admin.queries.consequences import Consequences
from fedirec.admin.treatment import treatment_of
from fedirec.cli.terminal import plainly, say, say_json
from fedirec.uris import host_of

SHOWN: Final = 20
"""Lines of each kind that are said one by one."""


def foretell(whom: str, consequences: Consequences, *, json: bool) -> None:
    """What would be cut off, with the names of whom it concerns."""
    if json:
        say_json(asdict(consequences))
        return
    if consequences.is_nothing:
        say(f"Nothing here would be cut off from {whom}.")
        return
    say(f"Cut off from {whom}:")
    say(f"  people: {consequences.people}, records: {consequences.records}, comments: {consequences.comments}")
    say(f"  submissions to challenges: {consequences.submissions}")
    say(f"  waiting deliveries: {consequences.deliveries}, waiting activities: {consequences.activities}")
    say(f"  follows from here: {consequences.followed}")
    for bond in consequences.followed_by_name[:SHOWN]:
        say(f"    {plainly(bond.ours)} follows {plainly(bond.theirs)}")
    say(f"  follows from there: {consequences.following}")
    for bond in consequences.following_by_name[:SHOWN]:
        say(f"    {plainly(bond.theirs)} follows {plainly(bond.ours)}")


def tell(peer: Peer, words: str, *, json: bool) -> None:
    """In words, or as JSON: what holds for `peer` now."""
    if json:
        say_json({"host": host_of(peer.origin), **treatment_of(peer).columns(), "is_listed": peer.is_listed})
    else:
        say(words)
