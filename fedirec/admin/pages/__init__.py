"""The pages for those who run the instance: its peers, what waits, what was refused."""

from __future__ import annotations

from fedirec.admin.pages import cases, ended, reporting

routes = [
    *ended.routes,
    *reporting.routes,
    *cases.routes,
]
