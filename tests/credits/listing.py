"""What tests of credit lists begin with."""

from __future__ import annotations

from datetime import datetime

from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor
from fedirec.credits.models import ProductionCredit
from fedirec.credits.queries.credits import credits_of
from fedirec.projects.actions.productions.freezing import freeze_production
from fedirec.projects.models import Production
from fedirec.projects.queries.productions import get_production_row
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.models import Record, Submission
from fedirec.remix.terms import Pays, Terms
from tests.network import KEYS, Instance


async def frozen(at: Instance, leader: Actor, production: Production) -> Production:
    """`production` frozen, with its credit list."""
    await at.run(lambda: freeze_production(leader, production))
    await at.work()
    return await at.run(lambda: get_production_row(production.id))


async def lines_of(at: Instance, production: Production) -> dict[tuple[str, str, int], ProductionCredit]:
    """Its lines, by the name, the code of the role and the generation."""
    found = await at.run(lambda: credits_of(production))
    return {(line.name, line.role.rpartition("/")[2], line.generation): line for line in found}


async def offered(keyring: Keyring, leader: Actor, work: Record, at: datetime, amount: int = 900) -> None:
    """`work` was offered then to a challenge of `leader` that promises a pot of `amount` cents."""
    terms = Terms(version=1, licence="CC-BY-4.0", pays=Pays.POT, amount=amount, currency="EUR", rule="In equal parts.")
    draft = ChallengeDraft(title="Pot", slug=f"pot_{work.id}", text="Draw.", terms=terms)
    challenge = await open_challenge(leader, keyring, draft, keys=KEYS)
    await Submission.create(challenge=challenge, record=work, via="local", terms_version=1, created_at=at)
