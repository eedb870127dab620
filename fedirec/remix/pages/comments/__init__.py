"""What people say about records: on the record's page, in threads, and the forms in which they say it."""

from __future__ import annotations

from starlette.routing import BaseRoute

from fedirec.remix.pages.comments import saying, threads

routes: list[BaseRoute] = [*saying.routes, *threads.routes]
