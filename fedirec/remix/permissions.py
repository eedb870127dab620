"""Who may do what with somebody's record."""

from __future__ import annotations

from fedirec.remix.licences import Licence


def may_remix(licence: Licence, *, is_author: bool, is_public: bool) -> bool:
    """Whether somebody may build on a record: what is public, within its licence; its author needs no licence."""
    return is_public and (is_author or licence.may_remix)


def may_have_original(licence: Licence, *, is_author: bool) -> bool:
    """Whether somebody who sees a record is offered its files as they were sent: its author, and who may remix it."""
    return is_author or licence.may_remix
