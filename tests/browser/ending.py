"""What has ended in the world of the browser, and whom somebody looks for there: challenges whose logs say why."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.app import State
from fedirec.remix.actions.challenges import ChallengeDraft, archive_challenge, close_challenge, open_challenge
from fedirec.remix.actions.challenges.ending import Said, begin_selecting, conclude_challenge
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.needs import answer_need, name_need
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.submissions import accept_submission, decline_submission
from fedirec.remix.actions.submissions.inviting import invite_to_submit
from fedirec.remix.models import Challenge, News, Submission
from fedirec.remix.queries.challenges import get_submission
from fedirec.remix.queries.needs import get_need_row
from fedirec.remix.submissions import Outcome
from fedirec.remix.terms import Terms


async def look_for(leader: Actor, group: Actor, helper: Actor, third: Actor) -> dict[str, str]:
    """`leader` looks for two people; `helper` says that they are one of them, and `third` could be the other."""
    named = await name_need(leader, group, "nrt", "A voice that does not hurry.")
    need = await get_need_row(named.id, leader)
    await answer_need(helper, need, "I read to my sister every night.")
    await name_need(leader, group, "ill", "Somebody who draws water.")
    await invite_to_submit(leader, await Challenge.get(actor_id=group.id).select_related("actor"), third, "You sail.")
    return {"need": f"/needs/{need.id}"}


async def end_some(state: State, leader: Actor, helper: Actor) -> dict[str, str]:
    """A challenge of `leader` to which `helper` gave something is concluded, another one is archived as well."""
    harbour = await _end(state, leader, helper, slug="harbour", title="Sounds of a harbour")
    attic = await _end(state, leader, helper, slug="attic", title="What is in your attic?")
    await archive_challenge(leader, attic)
    news = await News.filter(group_id=harbour.actor_id).first()
    assert news is not None
    return {"concluded": "/c/harbour", "archived": "/c/attic", "said": news.uri.removeprefix(state["site"].origin)}


async def _end(state: State, leader: Actor, helper: Actor, *, slug: str, title: str) -> Challenge:
    draft = ChallengeDraft(
        title=title, slug=slug, text="Open a *window*.", terms=Terms(version=1, licence="CC-BY-SA-4.0")
    )
    challenge = await open_challenge(leader, state["keyring"], draft)
    taken = await _offer(helper, challenge, "A gull, twice")
    await accept_submission(leader, taken, "One hears that it is cold.")
    await decline_submission(leader, await _offer(helper, challenge, "A gull, once"), "We have the other one.")
    await close_challenge(leader, challenge)
    await begin_selecting(leader, challenge)
    said = {taken.id: Said(outcome=Outcome.USED, thanks="It opens the film.")}
    await conclude_challenge(leader, challenge, text="Thank you, *everybody*.", said=said)
    return challenge


async def _offer(author: Actor, challenge: Challenge, title: str) -> Submission:
    draft = RecordDraft(title=title, text="kri, kri", licence="CC-BY-SA-4.0", challenge=challenge)
    record = await publish_record(author, draft)
    return await get_submission((await challenge.submissions.filter(record_id=record.id).get()).id)
