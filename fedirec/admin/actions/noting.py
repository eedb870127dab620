"""Moderators write down what the others should know of somebody."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.activitypub.models import Actor
from fedirec.admin.models import ModeratorNote
from fedirec.db import transaction
from fedirec.errors import Invalid

MAX_NOTE: Final = 2_000


async def write_note(doer: Doer, about: Actor, text: str) -> ModeratorNote:
    """The other moderators read `text` wherever they look at `about`."""
    require(doer, Permission.MODERATE)
    text = text.strip()
    if not text:
        raise Invalid("Please write something.", field="text")
    if len(text) > MAX_NOTE:
        raise Invalid("Please keep it under %(n)s characters.", field="text", blanks={"n": MAX_NOTE})
    async with transaction():
        return await ModeratorNote.create(about=about, author=await Actor.get_or_none(uri=doer.uri), text=text)
