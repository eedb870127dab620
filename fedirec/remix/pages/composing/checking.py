"""Whether what is being written may be made from its sources, and under which licence, said in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from fedirec.errors import Conflict
from fedirec.remix.actions.drafts import breach_of_source
from fedirec.remix.actions.submissions import refuse_unfit_licence
from fedirec.remix.licences import CHOICES, Licence, allowed_for_remix, explain, licence_of, may_carry
from fedirec.remix.models import Challenge, Record
from fedirec.remix.pages.cards import Cards, licence_view
from fedirec.remix.pages.composing.composition import PREFERRED, Composition, may_be_asked, quoted
from fedirec.web.language import gettext as _
from fedirec.web.sentences import told
from fedirec.web.views import PersonView, RecordView

Tone = Literal["fine", "care", "stop"]
"""Nothing stands in the way; something has to be looked at or chosen differently; it cannot be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSource:
    """One source, and what it says to the chosen licence."""

    id: int
    record: RecordView
    relation: str
    thanks: str
    """A line to its author."""
    tone: Tone
    words: str
    may_ask: bool = False
    """Whether its author could agree to what its licence does not allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A record that could be built on, what it says to that, and what could be made then."""

    id: int
    record: RecordView
    tone: Tone
    words: str
    outcome: str
    """One sentence: what could carry which licence then; empty where nothing could."""
    may_ask: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceCheck:
    """What all sources say together."""

    tone: Tone
    outcome: str
    """One sentence: what the record can carry, or why it can carry nothing."""
    problems: tuple[str, ...]
    """What stands against the chosen licence, source by source named."""
    sources: tuple[CheckedSource, ...]
    asked: tuple[PersonView, ...] = ()
    """Whose consent could make it possible under the chosen licence; empty where nobody's is needed, or could."""


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
            thanks=row.thanks,
            tone=tone,
            words=words,
            may_ask=tone == "stop" and _may_ask_about(row.record, composition),
        )
        for row in composition.sources
        for tone, words in [_said_of(row.record, composition, chosen, stopped=row.record.id in stopped)]
    )
    unfit = await _said_of_challenge(challenge, chosen)
    breached = [row.record for row in composition.sources if row.record.uri in composition.breaches]
    asked = _asked(composition, chosen, cards) if hindrances and not breached else ()
    return LicenceCheck(
        tone="stop" if hindrances else _worst([*(source.tone for source in sources), "care" if unfit else "fine"]),
        outcome=_outcome(composition, chosen, asked),
        problems=(
            *(breach_of_source(record) for record in breached),
            *(clash.in_words(names, gettext=_) for clash in clashes),
            *unfit,
        ),
        sources=sources,
        asked=asked,
    )


def check_candidates(
    composition: Composition, chosen: Licence, records: Iterable[Record], *, cards: Cards
) -> list[Candidate]:
    """What each of `records`, which come with their parts, would mean for what is being written."""
    return [_candidate(record, composition, chosen, cards) for record in records]


def _candidate(record: Record, composition: Composition, chosen: Licence, cards: Cards) -> Candidate:
    known = composition.licences
    tone, words = _said_of(record, composition, chosen, stopped=False)
    together = [*known] if record.author_id == composition.author.id else [*known, licence_of(record)]
    allowed = allowed_for_remix(together)
    if tone != "stop" and not allowed and composition.allowed:
        names = [quoted(each.title) for each in (*composition.foreign, record)]
        clashes = [clash for clash in explain(together) if len(known) in clash.sources]
        tone, words = "stop", " ".join(clash.in_words(names, gettext=_) for clash in clashes)
    elif tone == "care" and chosen not in allowed and chosen.id == composition.suggested.id:
        tone, words = "fine", _said_of(record, composition, _first(allowed, chosen), stopped=False)[1]
    may_ask = tone == "stop" and _may_ask_about(record, composition)
    return Candidate(
        id=record.id,
        record=cards.record(record),
        tone=tone,
        words=words,
        outcome="" if tone == "stop" else _would_be(allowed, together),
        may_ask=may_ask,
    )


def _may_ask_about(record: Record, composition: Composition) -> bool:
    """Whether the consent of its author could let `record` be built on: not where they built on a breach themselves."""
    return composition.may_ask and may_be_asked(record) and record.uri not in composition.breaches


def _first(allowed: frozenset[Licence], otherwise: Licence) -> Licence:
    return next((licence for licence in PREFERRED if licence in allowed), otherwise)


def _would_be(allowed: frozenset[Licence], licences: list[Licence]) -> str:
    """What could be made of something under `licences`, in a sentence."""
    if not licences:
        return _("The licence stays yours to choose.")
    named = [licence_view(licence).short for licence in CHOICES if licence in allowed]
    if len(named) == len(CHOICES):
        return _("What you make can carry any licence.")
    if len(named) == 1:
        return _("What you make then must be %(licence)s.") % {"licence": named[0]}
    return _("What you make then can be %(licences)s.") % {"licences": ", ".join(named)} if named else ""


def _asked(composition: Composition, chosen: Licence, cards: Cards) -> tuple[PersonView, ...]:
    """Whose consent is needed for the chosen licence, if all of them could give it."""
    needed = composition.in_the_way(chosen)
    if not all(_may_ask_about(record, composition) for record in needed):
        return ()
    people = {record.author_id: record.author for record in needed}
    return tuple(cards.person(person) for person in people.values())


def _said_of(record: Record, composition: Composition, chosen: Licence, *, stopped: bool) -> tuple[Tone, str]:
    if record.author_id == composition.author.id:
        return "fine", _("Your own: no licence is needed.")
    if record.uri in composition.breaches:
        return "stop", _(
            "It was made from something whose licence does not allow that, so nothing new can be made from it."
        )
    if record.uri in composition.granted:
        return "fine", _("Its author agreed to it as it is. To change what it is, ask them anew with another record.")
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


def _outcome(composition: Composition, chosen: Licence, asked: tuple[PersonView, ...]) -> str:
    if any(row.record.uri in composition.breaches for row in composition.sources):
        return _("Nothing can be made from this as it is. Take out what was made without its licence allowing it.")
    if not composition.sources:
        return _("Nothing by others is in it, so the licence is yours to choose.")
    if not composition.foreign:
        return _("All of it is your own, so the licence is yours to choose.")
    allowed = [licence_view(licence).short for licence in CHOICES if licence in composition.allowed]
    if not allowed and asked:
        return _(
            "The licences alone do not allow it: %(names)s would have to agree. "
            "You can ask at the end, or choose another."
        ) % {"names": ", ".join(person.name for person in asked)}
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
