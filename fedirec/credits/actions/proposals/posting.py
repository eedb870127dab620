"""What is said in public about a proposal, for software that knows nothing of money: a post to which people reply.

The Group of a project or challenge says each step among its news. An instance has no news: it says one thing about each
of its proposals, which changes with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Create, Update
from fedirec.clock import now
from fedirec.credits.decisions import Outcome
from fedirec.credits.models import LockedShare, PayProposal, ProposalDecision, ProposalRevision
from fedirec.credits.proposals import BINDING, CHANGING, State
from fedirec.credits.queries.funds import is_there
from fedirec.html import markdown
from fedirec.remix.actions.news import MAX_TITLE, publish_news
from fedirec.remix.vocab import PostObject
from fedirec.translatable import N_
from fedirec.web.language import Reader, best_language, reading
from fedirec.web.language import gettext as _

_PROPOSED: Final = N_(
    "How money is to be shared: “%(title)s”. Everybody can say what they think of it, also by a reply."
)
_POSTS: Final[Mapping[State, str]] = MappingProxyType(
    {
        **dict.fromkeys(State, _PROPOSED),
        State.REVISED: N_("What is proposed was revised: “%(title)s”. Everybody can say what they think of it."),
        State.CLOSING: N_("It is decided that money is not shared as “%(title)s” says. It can be revised."),
        State.DECIDED: N_("It is decided that money is shared as “%(title)s” says."),
        **dict.fromkeys(BINDING, N_("What “%(title)s” gives is owed to everybody listed from now on.")),
        State.CANCELLED: N_("The proposal “%(title)s” was called off. Nothing is shared by it."),
    }
)
"""By where the proposal stands now."""
_RELEASED: Final = N_("What was held back of “%(title)s” and is settled by now is owed like the rest.")
_WITHOUT_MONEY: Final = N_("The money for it has not come in yet.")


async def post_about(proposal: PayProposal, revision: ProposalRevision) -> None:
    """Those who follow the Group, or the instance, read what became of `proposal`; part of the caller's transaction."""
    group = proposal.group
    if group.type == "Group":
        text = await _text(proposal, revision)
        news = await publish_news(group, kind="update", title=proposal.title[:MAX_TITLE], text=text, author=None)
        proposal.note_uri = news.uri
    else:
        kind: Any = Update if proposal.note_uri else Create
        note = await note_about(proposal, revision, at=now() if proposal.note_uri else None)
        said = kind(id=new_activity_uri(group), actor=group.uri, object=note, to=note.to, cc=note.cc, published=now())
        await publish(group, said, to_followers_of=[group])
        proposal.note_uri = note.id
    await proposal.save(update_fields=["note_uri"])


async def note_about(proposal: PayProposal, revision: ProposalRevision, *, at: datetime | None = None) -> PostObject:
    """What the instance says about `proposal`, as it stands now; it changed `at` that time, or as far as is known."""
    first = proposal.published_at or revision.published_at
    known = max(filter(None, [revision.published_at, proposal.decided_at, proposal.locked_at]))
    return PostObject(
        id=f"{proposal.uri}/post",
        attributed_to=proposal.group.uri,
        published=first,
        updated=at or (known if known > first else None),
        content=markdown(await _text(proposal, revision)),
        language=best_language([]),
        to=(PUBLIC,),
        cc=(proposal.group.followers,) if proposal.group.followers else (),
        url=proposal.uri,
    )


async def _text(proposal: PayProposal, revision: ProposalRevision) -> str:
    """In Markdown: what happened, what was said with it, and the way to the page."""
    state = State(proposal.state)
    rejected = ProposalDecision.filter(revision_id=revision.id, outcome=Outcome.REJECTED.value)
    if state is State.CLOSING and not await rejected.exists():
        state = State.PUBLISHED if revision.number == 1 else State.REVISED
    is_released = state in BINDING and await LockedShare.filter(proposal_id=proposal.id).exclude(part="").exists()
    waits = state in CHANGING and not await is_there(proposal, revision.amount)
    with reading(Reader(locale=best_language([]))):
        words = _(_RELEASED if is_released else _POSTS[state]) % {"title": proposal.title}
        warning = _(_WITHOUT_MONEY) if waits else ""
    return "\n\n".join(filter(None, [words, warning, _quoted(revision.note), proposal.uri]))


def _quoted(note: str) -> str:
    """What was said with a revision, as a quotation: it is shown as it was typed."""
    return "\n".join(f"> {line}" for line in note.splitlines())
