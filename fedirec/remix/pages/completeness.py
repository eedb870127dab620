"""How complete a trail is, in words for people and in keys for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.vocab import Json, write_instant
from fedirec.remix.queries.completeness import Completeness
from fedirec.remix.spreading import Gap
from fedirec.web.language import gettext as _
from fedirec.web.language import ngettext


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingView:
    """A source that nobody here has seen."""

    uri: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletenessView:
    """What the page of a trail says about what it may lack."""

    sentences: Sequence[str]
    missing: Sequence[MissingView]
    asked_at: datetime | None
    may_ask: bool


def completeness_view(found: Completeness, *, viewer: Viewer | None) -> CompletenessView | None:
    """What the page says; None where everything is of this instance, and all of it is there."""
    if not found.has_strangers and found.is_whole:
        return None
    return CompletenessView(
        sentences=sentences_of(found),
        missing=[MissingView(uri=each.uri, problem=_(each.problem) if each.problem else "") for each in found.missing],
        asked_at=found.asked_at,
        may_ask=viewer is not None and viewer.can(Permission.FOLLOW),
    )


def sentences_of(found: Completeness) -> list[str]:
    """What is known to be missing, and why."""
    if found.is_whole:
        return [_("Everybody whose work is in it was asked, and nothing that they named is missing.")]
    said = []
    failed = sum(1 for each in found.missing if each.problem)
    if failed:
        words = ngettext("%(n)s work could not be reached.", "%(n)s works could not be reached.", failed)
        said.append(words % {"n": failed})
    if failed < len(found.missing):
        said.append(_("Some of it is being fetched at this moment."))
    if any(each.gap is Gap.SILENT for each in found.untold):
        said.append(_("Not every instance said what was made of the works that live there."))
    if any(each.gap is Gap.LIMITED for each in found.untold) or found.is_cut:
        said.append(_("There is more than is shown here."))
    if any(each.is_partial for each in found.untold):
        said.append(_("Some works name more people and sources than came here."))
    if any(each.asked_at is None for each in found.untold):
        said.append(_("Not everybody was asked yet what else was made of their works."))
    return said


def completeness_document(found: Completeness) -> Json:
    """The same for programs."""
    return {
        "isWhole": found.is_whole,
        "goesOn": found.is_cut,
        "askedAt": write_instant(found.asked_at) if found.asked_at else None,
        "missing": [
            {
                "source": each.uri,
                "problem": each.problem or None,
                "askedAt": write_instant(each.asked_at) if each.asked_at else None,
            }
            for each in found.missing
        ],
        "untold": [
            {
                "record": each.uri,
                "gap": each.gap.value or None,
                "isPartial": each.is_partial,
                "askedAt": write_instant(each.asked_at) if each.asked_at else None,
            }
            for each in found.untold
        ],
    }
