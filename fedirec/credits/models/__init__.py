"""Credits of productions, pools, proposals, and what people say to them."""

from __future__ import annotations

from fedirec.credits.models.credits import MonetizationGrant, ProductionCredit, TakenUp
from fedirec.credits.models.hearing import (
    ChainHead,
    Objection,
    ProposalAppeal,
    ProposalComment,
    ProposalDecision,
    Stance,
)
from fedirec.credits.models.naming import NamedPerson
from fedirec.credits.models.pools import MoneySettings, Pool, PoolEntry, PoolUse, SaidAlone
from fedirec.credits.models.proposals import (
    DraftLine,
    LockedShare,
    PayProposal,
    ProposalProduction,
    ProposalRevision,
    ProposalWriter,
    Share,
)

__all__ = [
    "ChainHead",
    "DraftLine",
    "LockedShare",
    "MonetizationGrant",
    "MoneySettings",
    "NamedPerson",
    "Objection",
    "PayProposal",
    "Pool",
    "PoolEntry",
    "PoolUse",
    "ProductionCredit",
    "ProposalAppeal",
    "ProposalComment",
    "ProposalDecision",
    "ProposalProduction",
    "ProposalRevision",
    "ProposalWriter",
    "SaidAlone",
    "Share",
    "Stance",
    "TakenUp",
]
