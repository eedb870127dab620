"""What tests of credit lists begin with."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.credits.models import ProductionCredit
from fedirec.credits.queries.credits import credits_of
from fedirec.projects.actions.productions.freezing import freeze_production
from fedirec.projects.models import Production
from fedirec.projects.queries.productions import get_production_row
from tests.network import Instance


async def frozen(at: Instance, leader: Actor, production: Production) -> Production:
    """`production` frozen, with its credit list."""
    await at.run(lambda: freeze_production(leader, production))
    await at.work()
    return await at.run(lambda: get_production_row(production.id))


async def lines_of(at: Instance, production: Production) -> dict[tuple[str, str, int], ProductionCredit]:
    """Its lines, by the name, the code of the role and the generation."""
    found = await at.run(lambda: credits_of(production))
    return {(line.name, line.role.rpartition("/")[2], line.generation): line for line in found}
