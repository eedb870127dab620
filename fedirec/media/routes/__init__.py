"""The addresses of files, and those at which they arrive."""

from __future__ import annotations

from fedirec.media.routes.files import Audience, media_routes
from fedirec.media.routes.uploads import Uploader, upload_routes

__all__ = ["Audience", "Uploader", "media_routes", "upload_routes"]
