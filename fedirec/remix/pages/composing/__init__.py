"""A record while it is being written: what was typed, uploaded, picked and named, kept from one answer to the next.

Each button of the form sends all of it. Nothing is published before somebody says so, and nothing that was typed is
lost: files that arrived travel on by their keys, sources and people by their rows.
"""

from __future__ import annotations

from fedirec.remix.pages.composing import editing, making

routes = [*making.routes, *editing.routes]
