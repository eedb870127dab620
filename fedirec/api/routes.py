"""Every address below /api, but for those at which files arrive."""

from __future__ import annotations

from fedirec.api import pages
from fedirec.api.serving import endpoint_routes

routes = [*pages.routes, *endpoint_routes]
