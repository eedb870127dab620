"""How money is shared in the open: from the draft over objections and revisions to the lock, and what is tried."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedirec.accounts.models import Notification
from fedirec.credits.actions.proposals.deciding import close_windows, decide_proposal
from fedirec.credits.actions.proposals.hearing import (
    ObjectionDraft,
    answer_objection,
    object_to,
    write_comment,
)
from fedirec.credits.actions.proposals.locking import lock_proposal
from fedirec.credits.actions.proposals.publishing import cancel_proposal
from fedirec.credits.actions.proposals.stances import accept_proposal, give_share_back
from fedirec.credits.models import Share
from fedirec.credits.queries.pools import pool_state
from fedirec.credits.queries.proposals import locked_shares, proposal_page
from fedirec.errors import Changed, Conflict, Forbidden, Invalid
from fedirec.ledger.balances import balance_of
from fedirec.ledger.journal import payable
from fedirec.ledger.models import ChainLink
from tests.conftest import Pass
from tests.credits.proposing import WINDOW, earning, refused
from tests.network import Instance

pytestmark = pytest.mark.anyio


async def test_from_a_draft_over_an_objection_to_what_people_are_owed(here: Instance, time_passes: Pass) -> None:
    film = await earning(here)
    proposal, first = await film.published({"bo": 60, "cy": 40})

    # Half of 8,073.64 is what is shared; both are told, and anybody reads it.
    assert first.amount == 403_682
    assert await film.shares(first) == {"bo": (600_000, 242_209), "cy": (400_000, 161_473)}
    told = await here.run(lambda: Notification.filter(kind="proposal_published").select_related("account__actor"))
    assert {row.account.actor.handle for row in told} == {"bo", "cy"}
    await here.run(lambda: write_comment(film.bo, proposal, "Well *done*."))

    # Cy objects; as long as that has no answer nothing goes on, however long it takes.
    line = await here.run(lambda: Share.get(revision_id=first.id, actor_id=film.cy.id))
    draft = ObjectionDraft(
        kind="too_little",
        words="The sky is on screen all the time.",
        remedy="Half.",
        line=line.line_key,
        wanted=500_000,
    )
    objection = await here.run(lambda: object_to(film.cy, proposal, draft, digest=first.digest))
    await here.run(lambda: accept_proposal(film.bo, proposal, first.digest))
    time_passes(WINDOW)
    assert await here.run(close_windows) == 0
    await here.run(lambda: answer_objection(film.ana, objection, resolution="partly", words="We looked again: 45."))

    # The revision takes something from bo, who has another week.
    await film.weigh(proposal, {"bo": 55, "cy": 45})
    second = await film.publish(proposal, "Cy was right in part.")
    assert await film.shares(second) == {"bo": (550_000, 222_025), "cy": (450_000, 181_657)}
    assert second.document["previous"] == first.digest
    assert await here.run(close_windows) == 0, "who loses has time"
    time_passes(timedelta(days=7, minutes=1))
    assert await here.run(close_windows) == 1

    # Nobody but a treasurer decides and locks, and each only what they saw.
    await refused(
        here, Forbidden, lambda: decide_proposal(film.ana, proposal, digest=second.digest, accepts=True, reason="Me")
    )
    await refused(
        here, Changed, lambda: decide_proposal(film.tom, proposal, digest=first.digest, accepts=True, reason="Fair")
    )
    await refused(
        here, Invalid, lambda: decide_proposal(film.tom, proposal, digest=second.digest, accepts=True, reason=" ")
    )
    await refused(here, Conflict, lambda: lock_proposal(film.tom, proposal, digest=second.digest))
    await here.run(
        lambda: decide_proposal(film.tom, proposal, digest=second.digest, accepts=True, reason="It is fair.")
    )
    await refused(here, Changed, lambda: lock_proposal(film.tom, proposal, digest=first.digest))
    await here.run(lambda: lock_proposal(film.tom, proposal, digest=second.digest))

    owed = await here.run(lambda: locked_shares(proposal))
    assert [(share.amount, share.part, share.income_kind) for share in owed] == [
        (222_025, "", "royalty"),
        (181_657, "", "royalty"),
    ]
    assert [await here.run(balance_of, payable(share.person_id), "EUR") for share in owed] == [-222_025, -181_657]
    state = await here.run(pool_state, film.pool)
    assert (state.in_pool, state.open_income, state.kept) == (0, 0, 403_682)
    await refused(here, Conflict, lambda: lock_proposal(film.tom, proposal, digest=second.digest))
    await refused(here, Conflict, lambda: cancel_proposal(film.ana, proposal, "No."))
    await refused(here, Conflict, lambda: film.publish(proposal, "Once more."))
    await refused(here, Conflict, lambda: give_share_back(film.bo, proposal, second.digest))

    page = await here.run(lambda: proposal_page(proposal, film.bo))
    assert [heard.objection.answer for heard in page.objections] == ["We looked again: 45."]
    kinds = [link.kind for link in await here.run(lambda: ChainLink.all().order_by("number"))]
    assert kinds[-9:] == [
        "proposal_revision",
        "proposal_objection",
        "objection_answered",
        "proposal_revision",
        "proposal_closing",
        "proposal_decision",
        "entry",
        "entry",
        "proposal_locked",
    ]
