"""Whether somebody left a trace in what is shared: who did may hold money back by an objection, and nobody else."""

from __future__ import annotations

from fedirec.accounts.models import Identity
from fedirec.clock import now
from fedirec.credits.models import PayProposal, ProductionCredit, ProposalProduction, Share
from fedirec.credits.queries.standing import same_people
from fedirec.projects.models import Production, ProductionPart, Project, ProjectMember, RoleLine, Task
from fedirec.remix.models import Challenge, GroupLeader, Submission


async def left_trace(proposal: PayProposal, person: int) -> bool:
    """Whether `person` was listed in any revision of `proposal`, or is credited, made a work that is used or a source
    of one, has a role, offered something to a challenge, leads, is or was in the project, or did a task there.

    What came after the proposal was published is no trace where it can be left since: an offer, joining, or a task that
    is done. Nor is a claim, on which moderators decide.
    """
    rows = await same_people(person)
    actors = [identity.actor_id for identity in await Identity.filter(person_id__in=rows)]
    chosen = ProposalProduction.filter(proposal_id=proposal.id).values_list("production__project_id", flat=True)
    projects = {int(str(row)) for row in await chosen}
    projects |= {row.id for row in await Project.filter(actor_id=proposal.group_id)}
    groups = {row.actor_id for row in await Project.filter(id__in=list(projects))} | {proposal.group_id}
    productions = [row.id for row in await Production.filter(project_id__in=list(projects))]
    challenges = {row.id for row in await Challenge.filter(part_of_id__in=list(groups))}
    challenges |= {row.id for row in await Challenge.filter(actor_id__in=list(groups))}
    before = proposal.published_at or now()
    traces = (
        Share.filter(revision__proposal_id=proposal.id, person_id__in=rows),
        ProductionCredit.filter(production_id__in=productions, person_id__in=rows),
        ProductionPart.filter(production_id__in=productions, record__author_id__in=actors),
        RoleLine.filter(production_id__in=productions, actor_id__in=actors),
        Submission.filter(challenge_id__in=list(challenges), record__author_id__in=actors, created_at__lt=before),
        GroupLeader.filter(group_id__in=list(groups), actor_id__in=actors),
        ProjectMember.filter(project_id__in=list(projects), actor_id__in=actors, joined_at__lt=before),
        Task.filter(project_id__in=list(projects), done_by_id__in=actors, ended_at__lt=before),
    )
    for trace in traces:
        if await trace.exists():
            return True
    return False
