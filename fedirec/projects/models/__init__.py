"""Projects, the work in them, and what they finish."""

from __future__ import annotations

from fedirec.projects.models.productions import DistributionLink, Manifest, Production, ProductionPart, RoleLine
from fedirec.projects.models.projects import Project, ProjectMember, Step, StepChallenge, Takeover
from fedirec.projects.models.work import Task

__all__ = [
    "DistributionLink",
    "Manifest",
    "Production",
    "ProductionPart",
    "Project",
    "ProjectMember",
    "RoleLine",
    "Step",
    "StepChallenge",
    "Takeover",
    "Task",
]
