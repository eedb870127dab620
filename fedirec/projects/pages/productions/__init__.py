"""Pages about productions: what was finished, who is credited for it, and preparing one."""

from __future__ import annotations

from fedirec.projects.pages.productions import editing, leading, showing

routes = [*editing.routes, *showing.routes, *leading.routes]
"""`new` stands before the keys that productions have."""
