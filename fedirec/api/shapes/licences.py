"""What may be done with a work."""

from __future__ import annotations

from pydantic import Field

from fedirec.api.shapes.basis import Shape
from fedirec.remix.licences import Licence as LicenceRule
from fedirec.remix.pages.cards import licence_in_words


class Licence(Shape):
    """What the author of a work lets others do with it."""

    id: str = Field(description="SPDX, or LicenseRef- where SPDX has no name.")
    url: str | None
    short: str
    may_remix: bool | None = Field(description="null when nobody has said.")
    summary: str


def show_licence(licence: LicenceRule) -> Licence:
    """What a licence means."""
    return Licence(
        id=licence.id,
        url=licence.url,
        short=licence.short,
        may_remix=licence.may_remix if licence.is_known else None,
        summary=licence_in_words(licence) if licence.is_known else "",
    )
