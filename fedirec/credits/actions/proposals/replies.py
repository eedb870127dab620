"""What people on other servers reply to the post about a proposal of ours: it stands under that as a comment."""

from __future__ import annotations

from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.activitypub.authority import may_create, may_delete
from fedirec.activitypub.deletions import was_deleted
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.proposals.commenting import MAX_COMMENT, save_comment
from fedirec.credits.actions.proposals.deeds import with_home
from fedirec.credits.actions.proposals.telling import proposal_under
from fedirec.credits.models import ProposalComment
from fedirec.credits.proposals import ENDED, State
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Forbidden, Gone, Unsupported
from fedirec.html import clean, excerpt, plain
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.vocab.notes import NoteObject


async def take_reply(sender: Actor, post: NoteObject) -> bool:
    """Whether `post` answers the post about a proposal of ours, or a comment on it; then it stands there, or says there
    what it says now.

    Part of the transaction of the activity. What is not for everybody stands nowhere. Raises Forbidden for what is not
    the sender's own, Unsupported where strangers are not heard, and as `save_comment`.
    """
    known = (
        await ProposalComment.filter(uri=post.id, proposal__pool_id__not_isnull=True).select_related("proposal").first()
    )
    proposal = known.proposal if known is not None else await proposal_under(post.in_reply_to)
    if proposal is None:
        return False
    if not may_create(post.id, author=post.attributed_to, speaker=sender.uri):
        raise Forbidden("only its author can say what a comment is")
    content = clean(post.content)
    if len(plain(content)) > MAX_COMMENT:
        content = f"<p>{excerpt(content, MAX_COMMENT)}</p>"
    if not plain(content).strip():
        raise Unsupported("a comment has words")
    if known is not None and known.author_id != sender.id:
        raise Forbidden("that comment belongs to somebody else")
    if not post.is_public:
        raise Unsupported("what is said to a proposal is for everybody")
    if known is None and await was_deleted(sender, post.id):
        raise Gone("that was deleted by its author before it came")
    if known is None and await has_to_wait(sender):
        raise Unsupported("strangers are not heard at the moment")
    await hold(proposal)
    await with_home(proposal)
    await refuse_unwelcome(sender, to=proposal.group)
    if known is None:
        await save_comment(sender, proposal, content, uri=post.id)
    elif known.deleted_at is None and known.content != content:
        if State(proposal.state) in ENDED:
            raise Conflict("nobody can comment on that proposal now")
        known.content = content
        await known.save(update_fields=["content"])
    return True


async def take_deletion(sender: Actor, uri: str) -> bool:
    """Whether a comment on a proposal was at `uri`; then its author took it back, and nobody reads it any more."""
    known = await ProposalComment.filter(uri=uri).first()
    if known is None:
        return False
    if not may_delete(author=known.author_id, speaker=sender.id):
        raise Forbidden("only its author can delete a comment")
    if known.deleted_at is None:
        known.deleted_at, known.content = now(), ""
        await known.save(update_fields=["deleted_at", "content"])
    return True
