"""Whether what is being written may be made from its sources, and under which licence, said in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from fedirec.errors import Conflict
from fedirec.remix.actions.submissions import refuse_unfit_licence
from fedirec.remix.licences import CHOICES, Licence, explain, licence_of, may_carry
from fedirec.remix.models import Challenge, Record
from fedirec.remix.pages.cards import Cards, licence_view
from fedirec.remix.pages.composing.composition import Composition, quoted
from fedirec.web.language import gettext as _
from fedirec.web.sentences import told
from fedirec.web.views import RecordView

Tone = Literal["fine", "care", "stop"]
"""Nothing stands in the way; something has to be looked at or chosen differently; it cannot be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSource:
    """One source, and what it says to the chosen licence."""

    id: int
    record: RecordView
    relation: str
    tone: Tone
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceCheck:
    """What all sources say together."""

    tone: Tone
    outcome: str
    """One sentence: what the record can carry, or why it can carry nothing."""
    problems: tuple[str, ...]
    """What stands against the chosen licence, source by source named."""
    sources: tuple[CheckedSource, ...]


async def check_licences(
    composition: Composition, chosen: Licence, *, challenge: Challenge | None, cards: Cards
) -> LicenceCheck:
    """Whether the sources of `composition`, and the challenge that it answers, let it carry the `chosen` licence."""
    licences, foreign = composition.licences, composition.foreign
    names = [quoted(record.title) for record in foreign]
    hindrances = explain(licences)
    clashes = hindrances or explain(licences, chosen)
    stopped = {foreign[place].id for clash in hindrances for place in clash.sources}
    sources = tuple(
        CheckedSource(
            id=row.record.id,
            record=cards.record(row.record),
            relation=row.relation,
            tone=tone,
            words=words,
        )
        for row in composition.sources
        for tone, words in [_said_of(row.record, composition, chosen, stopped=row.record.id in stopped)]
    )
    unfit = await _said_of_challenge(challenge, chosen)
    return LicenceCheck(
        tone="stop" if hindrances else _worst([*(source.tone for source in sources), "care" if unfit else "fine"]),
        outcome=_outcome(composition, chosen),
        problems=(*(clash.in_words(names, gettext=_) for clash in clashes), *unfit),
        sources=sources,
    )


def _said_of(record: Record, composition: Composition, chosen: Licence, *, stopped: bool) -> tuple[Tone, str]:
    if record.author_id == composition.author.id:
        return "fine", _("Your own: no licence is needed.")
    licence, name = licence_of(record), record.author.name or record.author.handle
    if explain([licence]):
        return "stop", " ".join(clash.in_words([quoted(record.title)], gettext=_) for clash in explain([licence]))
    if stopped:
        return "stop", _("Its licence and that of another source exclude each other.")
    if not may_carry(licence, chosen):
        clash = " ".join(each.in_words([quoted(record.title)], gettext=_) for each in explain([licence], chosen))
        return "care", clash
    if not record.author.is_local and not record.is_post and not record.digest_holds:
        return "care", _("You may build on it, but its origin has not signed what it says. %(name)s is credited.") % {
            "name": name
        }
    return "fine", _("You may build on it. %(name)s is credited.") % {"name": name}


async def _said_of_challenge(challenge: Challenge | None, chosen: Licence) -> tuple[str, ...]:
    if challenge is None:
        return ()
    try:
        await refuse_unfit_licence(challenge, chosen)
    except Conflict as error:
        return (told(error),)
    return ()


def _outcome(composition: Composition, chosen: Licence) -> str:
    if not composition.sources:
        return _("Nothing by others is in it, so the licence is yours to choose.")
    if not composition.foreign:
        return _("All of it is your own, so the licence is yours to choose.")
    allowed = [licence_view(licence).short for licence in CHOICES if licence in composition.allowed]
    if not allowed:
        return _("These cannot become one work as they are. Take one of them out, or ask its author.")
    if len(allowed) == 1:
        return _("What you make from this must be %(licence)s.") % {"licence": allowed[0]}
    if chosen in composition.allowed:
        return _("%(licence)s fits everything that you build on.") % {"licence": licence_view(chosen).short}
    return _("What you make from this can be %(licences)s.") % {"licences": ", ".join(allowed)}


def _worst(tones: Iterable[Tone]) -> Tone:
    given = set(tones)
    return "stop" if "stop" in given else "care" if "care" in given else "fine"
