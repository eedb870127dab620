"""Telling somebody about their pay in every way in which they were ever reached.

Who takes over an account reads its notices and changes its mail address first. So it is told at every account of the
person, and by mail to each address that was theirs when they said how they are paid.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from fedirec.accounts.actions.letters import Draft, Line, Post, reader_for
from fedirec.accounts.actions.persons import actors_of
from fedirec.accounts.models import Account, Person
from fedirec.accounts.notices import SENTENCES, Notice
from fedirec.accounts.queries import ACTIVE
from fedirec.accounts.telling import title_in
from fedirec.activitypub.models import Actor
from fedirec.activitypub.own import own_actor
from fedirec.credits.queries.standing import with_successors
from fedirec.lanes import Work, enqueue
from fedirec.remix.actions.private_notes import tell_people
from fedirec.uris import new_key
from fedirec.web.language import gettext as _
from fedirec.web.language import reading

MAX_ADDRESSES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """What a person will be told, written before the transaction that it speaks of."""

    people: Sequence[Actor]
    kind: Notice
    cause: Actor | None
    title: str
    url: str
    letters: Sequence[Work]

    async def send(self) -> None:
        """They are told; part of the caller's transaction."""
        speaker = await own_actor()
        about = f"{self.url}#{new_key()}"
        about_it = {"title": self.title}
        await tell_people(speaker, self.people, self.kind, self.cause, about, self.url, about_it, also_moved=True)
        await enqueue(list(self.letters))


async def warning_of(
    post: Post,
    person: Person,
    kind: Notice,
    *,
    path: str,
    cause: Actor | None = None,
    title: str = "",
    contacts: Collection[str] = (),
) -> Warned:
    """What `person` is told of `kind`, by the accounts that they have now, by those to which these say that they moved,
    and at the addresses in `contacts` too.
    """
    own = await actors_of(person)
    people = list({each.id: each for each in [*own, *await with_successors(own)]}.values())
    accounts = await Account.filter(actor_id__in=[each.id for each in own], state=ACTIVE).order_by("id")
    # `tell_people` leaves out whoever did it, but it may have been somebody else in their place.
    shown = None if cause is not None and any(each.id == cause.id for each in own) else cause
    letters = []
    if post.is_on and accounts:
        addresses = {each.lower(): each for each in [*contacts, *addresses_of(accounts)]}
        name = (shown.name or shown.handle) if shown else ""
        for address in sorted(addresses.values())[:MAX_ADDRESSES]:
            account = next((each for each in accounts if each.mail_to == address), accounts[0])
            with reading(reader_for(account)):
                said = _(SENTENCES[kind]) % {"who": name or _("Somebody"), "title": title_in(kind, {"title": title})}
                draft = Draft(
                    subject=_("About your pay"), intro=said, button=Line(text=_("Look at it"), url=post.origin + path)
                )
            letters.append(post.written_to(account, address, draft, key=f"pay.{new_key()}"))
    url = (post.origin + path) if post.origin else path
    return Warned(people=people, kind=kind, cause=shown, title=title, url=url, letters=letters)


def addresses_of(accounts: Collection[Account]) -> list[str]:
    """Where mail to these accounts goes."""
    return [account.mail_to for account in accounts if account.mail_to]
