"""How projects travel. What strangers write is cut to size here, and never trusted to be HTML that may be shown."""

from __future__ import annotations

from fedirec.activitypub.vocab import Entity
from fedirec.projects.vocab.memberships import Invite, Inviter, Join, Leave
from fedirec.projects.vocab.productions import LinkObject, ProductionObject
from fedirec.projects.vocab.projects import CoverObject, IntroductionObject, ProjectObject
from fedirec.projects.vocab.steps import StepObject

TYPES: tuple[type[Entity], ...] = (ProjectObject, IntroductionObject, StepObject, ProductionObject, Invite, Join, Leave)

__all__ = [
    "TYPES",
    "CoverObject",
    "IntroductionObject",
    "Invite",
    "Inviter",
    "Join",
    "Leave",
    "LinkObject",
    "ProductionObject",
    "ProjectObject",
    "StepObject",
]
