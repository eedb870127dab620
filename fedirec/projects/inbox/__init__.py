"""What we do when other instances talk about projects."""

from __future__ import annotations

from fedirec.activitypub.handlers import Handlers
from fedirec.projects.inbox import memberships, productions, projects

__all__ = ["handlers"]

handlers = Handlers(projects.handlers, memberships.handlers, productions.handlers)
