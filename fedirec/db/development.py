"""What Tortoise's own command line needs to write migrations. Nothing that runs imports it."""

from __future__ import annotations

from typing import Any, Final

from fedirec.db import configuration

TORTOISE_ORM: Final[dict[str, Any]] = configuration("sqlite://:memory:").to_dict()
