"""How a remix stands to a source, in words: one sign for each question, never one for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fedirec.remix.models import Source
from fedirec.remix.queries.standing import Standing
from fedirec.remix.standing import Acknowledgement, Clearance, Health
from fedirec.translatable import N_
from fedirec.web.language import gettext as _
from fedirec.web.views import RecordView


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A few words with a tone and an icon; the words alone say everything."""

    word: str
    tone: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingView:
    """How a remix stands to one source."""

    signs: tuple[Sign, ...]
    """Why it may be, what the author of the source says, and what is not as it was."""
    breach: str = ""
    """What is wrong, in a sentence; empty where nothing is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnheardRemix:
    """A remix that the author of the source has said nothing about."""

    record: RecordView
    standing: StandingView
    id: int
    digest: str
    """The version that is shown, by which its author can say to what they agree."""
    is_breach: bool


_CLEARANCES: Final[Mapping[Clearance, tuple[str, str, str]]] = {
    Clearance.OWN: (N_("by the same author"), "plain", "person"),
    Clearance.BY_LICENCE: (N_("its licence allows this"), "good", "licence"),
    Clearance.GRANTED: (N_("its author allows this"), "good", "licence"),
    Clearance.BLOCKED: (N_("not allowed"), "bad", "no-remix"),
    Clearance.UNKNOWN: (N_("no licence known"), "plain", "question"),
}
_ACKNOWLEDGEMENTS: Final[Mapping[Acknowledgement, tuple[str, str, str]]] = {
    Acknowledgement.DECLARED: (N_("its author has not said anything"), "plain", "question"),
    Acknowledgement.REQUESTED: (N_("its author was asked"), "plain", "clock"),
    Acknowledgement.AUTOMATIC: (N_("welcome, as its author wished"), "good", "check"),
    Acknowledgement.ACKNOWLEDGED: (N_("confirmed by its author"), "good", "check"),
    Acknowledgement.IGNORED: (N_("its author did not answer"), "plain", "clock"),
    Acknowledgement.REFUSED: (N_("its author did not agree"), "bad", "close"),
    Acknowledgement.REVOKED: (N_("its author took back their yes"), "bad", "close"),
}
_HEALTH: Final[Mapping[Health, tuple[str, str, str]]] = {
    Health.TOMBSTONE: (N_("gone, remembered here"), "plain", "clock"),
    Health.UNREACHABLE: (N_("out of reach"), "plain", "hidden"),
    Health.DISPUTED: (N_("disputed"), "bad", "warning"),
    Health.CHANGED: (N_("changed since"), "plain", "edit"),
}


_WAITING: Final = (N_("waits for the consent of its author"), "accent", "clock")
_QUOTE: Final = (N_("its author approved a quote, which is no licence"), "plain", "comment")


def standing_view(source: Source, health: Health, *, is_quote: bool = False, is_waiting: bool = False) -> StandingView:
    """What was judged of `source` and how well that can be checked, for whoever reads it; and whether its author, who
    can say nothing else, approved a quote (`is_quote`).

    Who makes something of their own work is not asked whether they know. What is not published yet because it waits
    for consent (`is_waiting`) breaks no licence.
    """
    clearance, acknowledgement = Clearance(source.permission), Acknowledgement(source.acknowledgement)
    if is_waiting and clearance is Clearance.BLOCKED and acknowledgement is Acknowledgement.REQUESTED:
        return StandingView(signs=(_sign(_WAITING),))
    said = [_CLEARANCES[clearance]]
    if clearance is not Clearance.OWN:
        said.append(_ACKNOWLEDGEMENTS[acknowledgement])
    if is_quote:
        said.append(_QUOTE)
    if health in _HEALTH:
        said.append(_HEALTH[health])
    return StandingView(
        signs=tuple(_sign(each) for each in said),
        breach=breach_of(clearance, acknowledgement),
    )


def _sign(said: tuple[str, str, str]) -> Sign:
    word, tone, icon = said
    return Sign(word=_(word), tone=tone, icon=icon)


def standing_note(standing: Standing | None) -> str:
    """What a step of a trail is marked with in a list: a word for what is wrong, or none."""
    if standing is None:
        return ""
    if standing.clearance is Clearance.BLOCKED:
        return _(_CLEARANCES[Clearance.BLOCKED][0])
    if standing.acknowledgement in (Acknowledgement.REFUSED, Acknowledgement.REVOKED):
        return _(_ACKNOWLEDGEMENTS[standing.acknowledgement][0])
    return ""


def breach_of(clearance: Clearance, acknowledgement: Acknowledgement) -> str:
    """What is wrong with a remix, in a sentence; empty where nothing is."""
    if clearance is not Clearance.BLOCKED:
        return ""
    if acknowledgement.is_agreed:
        return _("Its licence does not allow this, and what its author agreed to was another version.")
    return _("Its licence does not allow this, and its author has not agreed.")
