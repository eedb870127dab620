"""Lines of credit lists of ours as other instances see them."""

from __future__ import annotations

from fedirec.credits.models import ProductionCredit
from fedirec.credits.vocab.credits import CreditObject
from fedirec.projects.models import Production


def credit_uri(production: Production, credit: ProductionCredit) -> str:
    """Where the line lives: with its production, or elsewhere."""
    return credit.uri or f"{production.uri}/credits/{credit.key}"


def describe_credit(production: Production, manifest: str, credit: ProductionCredit) -> CreditObject:
    """What the person is asked about `credit`, which comes with its actor. `manifest` is the digest of the manifest.

    Only somebody with an account is asked.
    """
    return CreditObject(
        id=credit_uri(production, credit),
        production=production.uri,
        manifest=manifest,
        person=credit.actor.uri if credit.actor else "",
        role=credit.role,
        label=credit.role_label,
        work=credit.work_uri,
    )
