"""How the classes of rows are made."""

from __future__ import annotations

from typing import Any

from tortoise.models import ModelMeta


class RowClass(ModelMeta):
    """The metaclass of models: Tortoise does not look for comments in their sources.

    It would parse the whole file once for each class in it, and that is a tenth of the start.
    """

    def __new__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> ModelMeta:
        return super().__new__(cls, name, bases, {"_no_comments": True, **attrs})
