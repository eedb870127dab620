"""How credits, grants, pay proposals and the ends of audit chains travel."""

from __future__ import annotations

from fedirec.activitypub.vocab import Entity
from fedirec.credits.vocab.credits import CreditObject
from fedirec.credits.vocab.grants import GrantObject
from fedirec.credits.vocab.heads import ChainHeadObject
from fedirec.credits.vocab.hearing import ObjectionObject
from fedirec.credits.vocab.proposals import ProposalObject, ProposalRef

TYPES: tuple[type[Entity], ...] = (
    CreditObject,
    GrantObject,
    ProposalObject,
    ProposalRef,
    ObjectionObject,
    ChainHeadObject,
)

__all__ = [
    "TYPES",
    "ChainHeadObject",
    "CreditObject",
    "GrantObject",
    "ObjectionObject",
    "ProposalObject",
    "ProposalRef",
]
