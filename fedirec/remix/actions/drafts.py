"""What people want to publish, and what stands against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.errors import Conflict, Forbidden, Gone, Invalid
from fedirec.media.models import Media
from fedirec.remix.licences import CHOICES, Licence, explain, find_licence, licence_of, may_carry
from fedirec.remix.lineage import Relation, generations, parents_of, refuse_too_many
from fedirec.remix.models import Challenge, ChallengeTerms, Record, Source
from fedirec.remix.queries.challenges import is_open
from fedirec.remix.queries.standing import standings_among
from fedirec.remix.queries.trails import edges_above
from fedirec.remix.quoting import Quoting
from fedirec.remix.roles import find_role
from fedirec.remix.standing import Clearance
from fedirec.remix.vocab import TermsRef, find_hashtag
from fedirec.remix.vocab.records import MAX_QUESTION, MAX_THANKS
from fedirec.remix.wishes import AiPreference, Remixing
from fedirec.web.language import gettext as _

MAX_TITLE: Final = 200
MAX_TEXT: Final = 28_000
"""Bytes: with what other software is shown of it, a record stays below the 48 kB that peers take."""

MAX_FILES: Final = 4
"""Mastodon shows four."""

MAX_TAGS: Final = 16
MAX_PARTS: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDraft:
    """A file of ours and what it shows, for those who cannot see or hear it."""

    media: Media
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDraft:
    """A record to build on, and how."""

    record: Record
    relation: Relation = Relation.ADAPTS
    thanks: str = ""
    """A line to its author."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDraft:
    """Somebody who helped."""

    actor: Actor
    role: str
    """A code of `roles.ROLES`."""


@dataclass(frozen=True, kw_only=True)
class RecordDraft:
    """What an author wants to publish."""

    title: str
    text: str = ""
    licence: str
    language: str | None = None
    warning: str = ""
    tags: Sequence[str] = ()
    visibility: str = "public"
    quoting: str = "anyone"
    """Who may quote it (`quoting.Quoting`)."""
    remixing: str = "anyone"
    """Whose remixes its author agrees to beforehand (`wishes.Remixing`), as far as the licence leaves that open."""
    ai_preference: str = "unset"
    """Whether machines may be trained with it (`wishes.AiPreference`)."""
    feedback_wanted: str = ""
    """What its author would like to hear about it, in words; empty when they do not ask."""
    files: Sequence[FileDraft] = ()
    sources: Sequence[SourceDraft] = ()
    parts: Sequence[PartDraft] = ()
    own_role: str | None = None
    """A code of `roles.ROLES`; the one that goes with the kind when None."""

    challenge: Challenge | None = None


def refuse_bad_draft(draft: RecordDraft) -> None:
    """Raise for what is wrong with `draft` in itself."""
    if not draft.title.strip():
        raise Invalid(_("Please give it a title."), field="title")
    if len(draft.title) > MAX_TITLE:
        raise Invalid(
            _("Please keep the title under %(max_title)s characters.") % {"max_title": MAX_TITLE}, field="title"
        )
    if len(draft.text.encode()) > MAX_TEXT:
        raise Invalid(_("That is too long for one record. Please split it."), field="text")
    if not draft.text.strip() and not draft.files:
        raise Invalid(_("Please write something or add a file."), field="text")
    if len(draft.files) > MAX_FILES:
        raise Invalid(_("A record has %(max_files)s files at most.") % {"max_files": MAX_FILES}, field="files")
    if find_licence(draft.licence) not in CHOICES:
        raise Invalid(_("Please choose a licence."), field="licence")
    if draft.visibility not in ("public", "followers"):
        raise Invalid(_("Please choose who may see it."), field="visibility")
    if draft.quoting not in set(Quoting):
        raise Invalid(_("Please choose who may quote it."), field="quoting")
    if draft.remixing not in set(Remixing):
        raise Invalid(_("Please choose who may remix it without asking."), field="remixing")
    if draft.ai_preference not in set(AiPreference):
        raise Invalid(_("Please choose whether machines may learn from it."), field="ai_preference")
    if len(draft.feedback_wanted) > MAX_QUESTION:
        raise Invalid(_("Please ask in under %(n)s characters.") % {"n": MAX_QUESTION}, field="feedback_wanted")
    if len(draft.tags) > MAX_TAGS:
        raise Invalid(_("Please use %(max_tags)s tags at most.") % {"max_tags": MAX_TAGS}, field="tags")
    for tag in draft.tags:
        if find_hashtag(tag) is None:
            raise Invalid(
                _("“%(tag)s” cannot be a tag: please use one word of letters and digits.") % {"tag": tag}, field="tags"
            )
    if len(draft.parts) > MAX_PARTS:
        raise Invalid(_("Please name %(max_parts)s people at most.") % {"max_parts": MAX_PARTS}, field="people")
    for part in draft.parts:
        if find_role(part.role) is None:
            raise Invalid(_("Please choose a role."), field="people")
    if draft.challenge and draft.visibility != "public":
        raise Invalid(_("What answers a challenge is public."), field="visibility")
    if any(len(source.thanks) > MAX_THANKS for source in draft.sources):
        raise Invalid(
            _("Please keep your words of thanks under %(n)s characters.") % {"n": MAX_THANKS}, field="sources"
        )
    refuse_too_many([source.record.uri for source in draft.sources])


async def refuse_clashing_sources(
    author: Actor, draft: RecordDraft, *, used: Collection[str] = (), granted: Collection[str] = ()
) -> None:
    """Raise for sources that are gone, not public, or whose licences do not allow this remix; and for those that were
    themselves made from what their makers had no right to: whoever takes what is closed does not open it for others.

    Those that are `used` already, by their uris, may be gone by now. Nobody needs a licence for their own work, or for
    that of authors who have `granted` this very remix.
    """
    for source in draft.sources:
        if source.record.uri in used:
            continue
        title = source.record.title
        if source.record.deleted_at:
            raise Gone(
                _("“%(title)s” was deleted by its author, so nothing new can be made from it.") % {"title": title},
                field="sources",
            )
        if source.record.visibility != "public":
            raise Forbidden(
                _("“%(title)s” is not public, so it cannot be built on.") % {"title": title}, field="sources"
            )
    fresh = [source.record for source in draft.sources if source.record.uri not in used]
    breaches = await breaches_among(author, fresh)
    if breached := next((record for record in fresh if record.uri in breaches), None):
        raise Conflict(breach_of_source(breached), field="sources")
    foreign = [
        source.record
        for source in draft.sources
        if source.record.author_id != author.id and source.record.uri not in granted
    ]
    licences = [licence_of(record) for record in foreign]
    if clashes := explain(licences):
        names = [f"“{record.title}”" for record in foreign]
        raise Conflict(" ".join(clash.in_words(names, gettext=_) for clash in clashes), field="sources")
    if clashes := explain(licences, find_licence(draft.licence)):
        names = [f"“{record.title}”" for record in foreign]
        raise Conflict(" ".join(clash.in_words(names, gettext=_) for clash in clashes), field="licence")


async def licensed_when_linked(record: Record, licence: Licence) -> set[str]:
    """Those of the sources of `record` whose licences let it carry `licence` as they were when it was made from them.

    What was licensed once stays so for what was made of it.
    """
    steps = Source.filter(record_id=record.id, withdrawn_at=None, snapshot_id__not_isnull=True)
    seen = [(step.uri, step.snapshot) for step in await steps.select_related("snapshot")]
    return {uri for uri, was in seen if was and may_carry(find_licence(was.licence_url or was.licence), licence)}


async def breaches_among(author: Actor, sources: Iterable[Record]) -> frozenset[str]:
    """Those of `sources`, by their uris, that stand on a breach; `author` may use what takes from their own works."""
    sources = list(sources)
    edges = await edges_above([source.uri for source in sources])
    judged = await standings_among(edges)
    breaches = [step for step, standing in judged.items() if standing.clearance is Clearance.BLOCKED]
    taken = Record.filter(uri__in=[source for _record, source in breaches], author_id=author.id)
    own = {str(uri) for uri in await taken.values_list("uri", flat=True)} if breaches else set()
    if not (among := {record for record, source in breaches if source not in own}):
        return frozenset()
    parents = parents_of(edges)
    return frozenset(each.uri for each in sources if not among.isdisjoint(generations(each.uri, parents)))


def breach_of_source(source: Record) -> str:
    """Why nothing can be made from `source`, which stands on a breach."""
    return _(
        "“%(title)s” was made from something whose licence does not allow that, so nothing new can be made from it."
    ) % {"title": source.title}


def refuse_closed(challenge: Challenge) -> None:
    """Raise Conflict unless the challenge takes submissions now."""
    if not is_open(challenge):
        raise Conflict(_("This challenge is closed; it takes no more submissions."), field="challenge")


async def terms_in_force(challenge: Challenge) -> TermsRef | None:
    """The terms under which something is offered to the challenge now, if it has any. Raises Conflict when closed."""
    refuse_closed(challenge)
    terms = await ChallengeTerms.filter(challenge_id=challenge.id).order_by("-version").first()
    return TermsRef(version=terms.version, digest=terms.digest) if terms else None
