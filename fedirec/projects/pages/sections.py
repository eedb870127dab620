"""The parts of a project's page, in their order; each is loaded with the project, and has a template of its own."""

from __future__ import annotations

from typing import Final

from fedirec.projects.pages.productions.showing import SECTION as PRODUCTIONS
from fedirec.projects.pages.takeovers import LEADER_WANTED
from fedirec.projects.pages.tasks.showing import FREE_TASKS
from fedirec.web.sections import Section

SECTIONS: Final[tuple[Section, ...]] = (LEADER_WANTED, PRODUCTIONS, FREE_TASKS)
