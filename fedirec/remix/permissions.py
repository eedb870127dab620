"""Who may do what with somebody's record."""

from __future__ import annotations

from fedirec.remix.licences import Licence


def may_remix(licence: Licence, *, is_author: bool, is_public: bool) -> bool:
    """Whether somebody may build on a record: what is public, within its licence; its author needs no licence."""
    return is_public and (is_author or licence.may_remix)


def may_have_original(licence: Licence, *, is_author: bool) -> bool:
    """Whether somebody who sees a record is offered its files as they were sent: its author, and who may remix it."""
    return is_author or licence.may_remix


def may_share_pen(*, is_author: bool) -> bool:
    """Whether somebody may let others write a record with them, and take that back: its author alone."""
    return is_author


def may_write(*, is_author: bool, holds_pen: bool, is_fit: bool) -> bool:
    """Whether somebody may make a new version of a record: its author, and who holds its pen as long as both are there
    and neither keeps away from the other. Licence, audience and wishes stay the author's to change in any case.
    """
    return is_author or (holds_pen and is_fit)
