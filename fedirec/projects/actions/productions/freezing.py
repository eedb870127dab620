"""What a production consists of is frozen: from then on its manifest, and so its credits, are what its digest says."""

from __future__ import annotations

from collections.abc import Sequence

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict
from fedirec.lanes import enqueue, gathering
from fedirec.media.models import Media
from fedirec.projects.actions.announcing import publish_project_update
from fedirec.projects.actions.productions.crediting import asking_for_credits
from fedirec.projects.actions.productions.preparing import begin_preparing
from fedirec.projects.actions.staging import carry_on
from fedirec.projects.fitness import WHAT, Flaw
from fedirec.projects.manifests import MAX_PERSON, MAX_WORDS, Manifest, RoleCredit, UsedRecord
from fedirec.projects.models import Manifest as ManifestRow
from fedirec.projects.models import Production, ProductionPart
from fedirec.projects.queries.productions import Checked, checked_parts, roles_of
from fedirec.projects.stages import Stage
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.actions.submissions.stating import tell_author
from fedirec.remix.licences import find_licence, licence_of
from fedirec.remix.logbook import Happening
from fedirec.remix.models import Submission
from fedirec.remix.powers import Deed
from fedirec.remix.queries.pseudonyms import stand_ins_of
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.remix.submissions import Outcome
from fedirec.remix.vocab.text import MAX_NAME, clean_line
from fedirec.web.language import gettext as _


async def freeze_production(leader: Actor, production: Production) -> Production:
    """Its manifest is made, and never changes; what is used from challenges of the project counts as used.

    Those whose work is in it are told, and everybody can read in the log that it is frozen. Raises Conflict when there
    is nothing to freeze, when it is frozen already, and for records that cannot go in: they are named.
    """
    async with transaction(), gathering():
        fresh = await begin_preparing(leader, production, Deed.FREEZE_PRODUCTION)
        await _hold_offers(fresh)
        checked = await checked_parts(fresh)
        _refuse_flawed(checked)
        manifest = await compose_manifest(fresh, checked)
        if not manifest.records and not manifest.roles:
            raise Conflict(_("There is nothing in it yet: choose records, or say who did what."))
        if not fresh.text.strip() and not fresh.files:
            raise Conflict(_("Add the finished work first, or say in words what it is."))
        await ManifestRow.create(production=fresh, document=manifest.write(), digest=manifest.digest)
        fresh.state, fresh.frozen_at, fresh.digest_holds = "frozen", manifest.frozen_at, True
        await fresh.save(update_fields=["state", "frozen_at", "digest_holds"])
        await _count_as_used(checked)
        group = production.project.actor
        await enqueue([asking_for_credits(fresh.id)])
        details = {"title": fresh.title, "production": fresh.uri, "digest": manifest.digest}
        await log(group, Happening.FROZEN, by=leader, details=details)
        if await carry_on(production.project, Stage.FINISHED):
            await publish_project_update(production.project)
        authors = {each.part.record.author_id: each.part.record.author for each in checked}
        await tell_people(
            group,
            authors.values(),
            Notice.WORK_USED,
            leader,
            fresh.uri,
            fresh.uri,
            {"title": fresh.title},
            language=fresh.language,
        )
    return fresh


async def compose_manifest(production: Production, checked: Sequence[Checked]) -> Manifest:
    """What would be frozen now: also what a preview of the credits follows from. Roles that were declined are left out.

    Authors who do not want to be named for a record are not (`remix.pseudonyms`).
    """
    unnamed = await stand_ins_of([each.part.record.uri for each in checked])
    media = {row.id: row for row in await Media.filter(id__in=[int(row[0]) for row in production.files])}
    return Manifest.make(
        production=production.uri,
        project=production.project.actor.uri,
        title=production.title,
        licence=find_licence(production.licence).url or "",
        frozen_at=now(),
        language=production.language,
        files=[media[int(row[0])].digest for row in production.files if int(row[0]) in media],
        records=[(each.part.position, _used(each, is_named=each.part.record.uri not in unnamed)) for each in checked],
        roles=[
            (
                line.position,
                RoleCredit(
                    name=line.name,
                    role=(find_role(line.role) or CONTRIBUTOR).iri,
                    person=line.actor.uri if line.actor else None,
                    words=clean_line(" · ".join(filter(None, (line.label, line.words))), MAX_WORDS),
                    is_confirmed=line.state == "confirmed",
                ),
            )
            for line in await roles_of(production)
            if line.state != "declined"
        ],
    )


def _used(checked: Checked, *, is_named: bool) -> UsedRecord:
    record, terms, submission = checked.part.record, checked.terms, checked.part.submission
    author = record.author
    return UsedRecord(
        id=record.uri,
        digest=record.digest,
        title=clean_line(record.title, MAX_NAME),
        author=author.uri if is_named else None,
        author_name=clean_line(author.name or author.handle, MAX_PERSON) if is_named else "",
        licence=licence_of(record).url or "",
        words=checked.part.words,
        challenge=submission.challenge.actor.uri if submission else None,
        terms_version=terms.version if terms else None,
        terms_digest=terms.digest if terms else None,
        is_claimed=Flaw.CLAIMED in checked.flaws,
    )


async def _count_as_used(checked: Sequence[Checked]) -> None:
    """What came by submissions was used, and whoever was told of another outcome elsewhere hears of this one."""
    used = [(part.submission, part.record) for each in checked if (part := each.part).submission is not None]
    await Submission.filter(id__in=[submission.id for submission, _record in used]).update(outcome=Outcome.USED.value)
    for submission, record in used:
        if submission.outcome not in ("", Outcome.USED):
            submission.outcome = Outcome.USED.value
            await tell_author(submission.challenge.actor, submission, record)


async def _hold_offers(production: Production) -> None:
    """Nobody withdraws what was offered to it until the caller's transaction ends."""
    offers = ProductionPart.filter(production_id=production.id, submission_id__not_isnull=True)
    rows = [int(str(row)) for row in await offers.values_list("submission_id", flat=True)]
    await Submission.filter(id__in=rows).order_by("id").select_for_update()


def _refuse_flawed(checked: Sequence[Checked]) -> None:
    """Raise Conflict that names every record that cannot go in, and why."""
    flawed = [each for each in checked if each.stops]
    if flawed:
        raise Conflict(" ".join(f"“{each.part.record.title}”: {_first(each.flaws)}" for each in flawed[:10]))


def _first(flaws: Sequence[Flaw]) -> str:
    return _(WHAT[flaws[0]])
