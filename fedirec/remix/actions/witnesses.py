"""Saying which keys this instance has seen, and asking others which ones they have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import anyio
from anyio import to_thread

from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.proofs import add_proof, verify_proof
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Json
from fedirec.clock import now
from fedirec.errors import FedirecError, Invalid, NotFound, PeerUnavailable
from fedirec.remix.lineage_file import Silence
from fedirec.remix.lineage_file.witnesses import (
    MAX_PEOPLE,
    Statement,
    address_of_statement,
    batches,
    read_statement,
    write_statement,
)
from fedirec.remix.queries.witnesses import signs_since, witnessed
from fedirec.uris import origin_of

MAX_INSTANCES: Final = 16
"""Instances that are asked because of one file."""
MAX_ASKED_ABOUT: Final = 64
"""People that each of them is asked about."""
AT_ONCE: Final = 4
PATIENCE: Final = 20.0
"""Seconds for all of them together."""
NOT_ASKED: Final = "not asked"
NO_ANSWER: Final = "no answer"
NO_STATEMENT: Final = "says nothing"
"""It answers, and knows nothing of such questions or does not prove what it says."""
TOO_MANY: Final = "not asked: too many instances"


async def make_statement(site: Site, keyring: Keyring, people: Sequence[str]) -> Json:
    """Which keys this instance has seen for `people`, as it signs it; the same until it sees another one.

    Raises Invalid for more people than one statement is about, or none.
    """
    if not 0 < len(set(people)) <= MAX_PEOPLE:
        raise Invalid("a statement is about 1 to %(most)s people", blanks={"most": MAX_PEOPLE})
    key_id, key = await keyring.key_of(site.actor_id, "ed25519")
    seen = await witnessed(people)
    signing = await signs_since(site.actor_id, key_id) or now()
    moment: datetime = max([signing, *(each.until or each.since for each in seen)])
    statement = Statement(
        id=address_of_statement(site.origin, people),
        witness=site.uris.instance_actor,
        published=moment,
        witnessed=tuple(seen),
    )
    document = write_statement(statement)
    return await to_thread.run_sync(lambda: add_proof(document, key=key, verification_method=key_id, created=moment))


@dataclass(slots=True)
class Heard:
    """What came of asking."""

    statements: list[Json] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)


async def ask_witnesses(remote: Remote, people: Iterable[str], *, instances: Iterable[str]) -> Heard:
    """What other `instances` say since when they have known which keys of `people`.

    Both lists name what matters most as often as it matters. Each instance is asked by the same addresses for the same
    people, no more than MAX_INSTANCES are asked, about MAX_ASKED_ABOUT people, for PATIENCE seconds.
    """
    wanted = _most_named(people)[:MAX_ASKED_ABOUT]
    others = [origin for origin in _most_named(instances) if origin != remote.site.origin]
    heard = Heard(silences=[Silence(instance=origin, why=TOO_MANY) for origin in others[MAX_INSTANCES:]])
    open_ones = dict.fromkeys(others[:MAX_INSTANCES], NO_ANSWER)
    limit = anyio.CapacityLimiter(AT_ONCE)

    async def ask(origin: str) -> None:
        async with limit:
            try:
                for batch in batches(origin, wanted):
                    heard.statements.append(await fetch_statement(remote, origin, batch))
            except PeerUnavailable:
                return
            except FedirecError:
                open_ones[origin] = NO_STATEMENT
                return
            del open_ones[origin]

    with anyio.move_on_after(PATIENCE):
        async with anyio.create_task_group() as tasks:
            for origin in others[:MAX_INSTANCES]:
                tasks.start_soon(ask, origin)
    heard.silences += [Silence(instance=origin, why=why) for origin, why in open_ones.items()]
    return heard


async def fetch_statement(remote: Remote, origin: str, people: Sequence[str]) -> Json:
    """What the instance at `origin` says about the keys of `people`, proved by its own actor.

    Raises what asking raises, and Invalid when the answer is no such statement.
    """
    address = address_of_statement(origin, people)
    document = (await remote.fetching.fetch(address)).sent
    statement = read_statement(document)
    if statement.id != address or origin_of(statement.witness) != origin:
        raise Invalid("that statement is of another instance")
    if not {each.owner for each in statement.witnessed} <= set(people):
        raise Invalid("that statement is about somebody else")
    proof = document.get("proof")
    method = proof.get("verificationMethod") if isinstance(proof, dict) else None
    if not isinstance(method, str):
        raise NotFound("nobody signed that statement")
    key = await remote.find_key(method, actor_uri=statement.witness)
    verify_proof(document, key.public, now=now())
    return document


def _most_named(names: Iterable[str]) -> list[str]:
    """`names`, each once, those that are named most often first."""
    counted = Counter(names)
    return sorted(counted, key=lambda name: (-counted[name], name))
