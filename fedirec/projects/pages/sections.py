"""The parts of a project's page, in their order; each is loaded with the project, and has a template of its own."""

from __future__ import annotations

from typing import Final

from fedirec.web.sections import Section

SECTIONS: Final[tuple[Section, ...]] = ()
