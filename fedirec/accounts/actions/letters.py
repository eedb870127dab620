"""Letters: written and queued in one transaction with what they tell, sent by the worker until the server takes them.

What is to be said and that it has been said are committed together, so nothing is written twice. A job that is killed
between the server's answer and its own end sends the same letter once more, with the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from urllib.parse import urljoin

from tortoise.expressions import Q

from fedirec.accounts.actions.notifications import PAUSE
from fedirec.accounts.models import Account, Notification
from fedirec.accounts.queries import ACTIVE, waiting_for_mail
from fedirec.accounts.stopping import CONFIRM, Sort, sealed, stop_path, unsealed
from fedirec.accounts.telling import grouped, page_of, sentence_of
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.site import Site
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.db.rows import fetch_tuples
from fedirec.errors import Conflict, FedirecError
from fedirec.lanes import Dead, Done, Job, Later, Outcome, Work, enqueue
from fedirec.mail import Letter, Mail, Unsent, check_address
from fedirec.uris import new_key
from fedirec.web.environment import Templates
from fedirec.web.language import Reader, best_language, direction_of, reading, zone_named
from fedirec.web.language import gettext as _

LANE: Final = "mail"
KEEPS: Final = timedelta(days=3)
"""How long a letter is worth sending."""
MANY: Final = 200
"""People who get letters in one go; the others a moment later."""
SHOWN: Final = 30
"""Sentences in a letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing in a letter, and the address where it can be seen."""

    text: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Things that belong together."""

    title: str = ""
    lines: Sequence[Line] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter in the words of whoever it is for."""

    subject: str
    intro: str
    parts: Sequence[Part] = ()
    button: Line | None = None


class Post:
    """Everything that is needed to write letters and to send them."""

    def __init__(self, *, mail: Mail, keyring: Keyring, site: Site, templates: Templates) -> None:
        self._mail = mail
        self._keyring = keyring
        self._site = site
        self._templates = templates

    @property
    def is_on(self) -> bool:
        """Whether this place sends mail at all, which nothing speaks of otherwise."""
        return self._mail.is_on and self._site.is_set_up

    @property
    def origin(self) -> str:
        """Of this instance."""
        return self._site.origin

    def written(self, account: Account, draft: Draft, sort: Sort | None, *, key: str) -> Work:
        """The job that carries the letter, whose address is looked up when it is sent. It is made before the
        transaction that says that it was said, and queued in it: templates are read from disk.
        """
        stop_url = self.origin + stop_path(self._keyring, account.id, sort) if sort else ""
        place = self._site.instance.name if self._site.instance else ""
        with reading(reader_for(account)):
            values = {"draft": draft, "place": place, "origin": self.origin, "stop_url": stop_url}
            locale = best_language([account.locale or ""])
            html = self._templates.render(
                "accounts/letter.html", values | {"locale": locale, "direction": direction_of(locale)}
            )
            text = _plain(draft, place=place, origin=self.origin, stop_url=stop_url)
        payload = {"account": account.id, "sort": sort.value if sort else "", "subject": draft.subject, "key": key}
        payload |= {"text": text, "html": html, "stop_url": stop_url, "place": place}
        return Work(kind="mail", lane=LANE, order_key=key, dedupe_key=f"mail {key}", payload=payload)

    def written_to(self, account: Account, address: str, draft: Draft, *, key: str) -> Work:
        """As `written`, to an address that is not where mail to `account` goes now; it is sealed on its way.

        For what somebody has to hear of who may have lost their account to another one.
        """
        work = self.written(account, draft, None, key=key)
        return replace(work, payload={**work.payload, "sealed": sealed(self._keyring, account.id, address)})

    async def send(self, job: Job) -> Outcome:
        """The letter in `job` was taken by the mail server, unless they left or do not want it any more."""
        said = {name: str(value) for name, value in job.payload.items()}
        account = await Account.get_or_none(id=int(said["account"]))
        if account is None or account.state != ACTIVE or not self._mail.is_on:
            return Done()
        address = self._address_of(account, said["sort"], said.get("sealed", ""))
        if address is None:
            return Done()
        try:
            await self._mail.send(
                Letter(
                    to=address,
                    subject=said["subject"],
                    text=said["text"],
                    html=said["html"],
                    key=said["key"],
                    sender_name=said["place"],
                    stop_url=said["stop_url"],
                )
            )
        except Unsent as error:
            if error.is_final:
                return Dead(str(error), status=error.code)
            return Later(str(error), status=error.code)
        except FedirecError as error:
            return Dead(error.detail)
        return Done()

    def _address_of(self, account: Account, sort: str, token: str) -> str | None:
        if sort == Sort.NOTICES:
            return account.mail_to if account.mailed else None
        if sort == Sort.WEEKLY:
            return account.mail_to if account.weekly_mail else None
        try:
            return unsealed(self._keyring, token)[1]
        except FedirecError:
            return None

    async def ask_address(self, account: Account, typed: str) -> str:
        """A letter is on its way to the address that was typed, which asks whether it is that of `account`.

        Raises Invalid for what is no address, Conflict where no mail is sent.
        """
        if not self.is_on:
            raise Conflict("This place sends no mail.")
        address = check_address(typed, field="address")
        token = sealed(self._keyring, account.id, address)
        with reading(reader_for(account)):
            draft = Draft(
                subject=_("Is this your address?"),
                intro=_("Somebody at %(place)s wants mail from there at this address. If it was not you, do nothing.")
                % {"place": self._site.instance.name if self._site.instance else ""},
                button=Line(text=_("Yes, it is mine"), url=f"{self.origin}{CONFIRM}{token}"),
            )
        work = self.written(account, draft, None, key=f"address.{new_key()}")
        payload = {**work.payload, "sealed": token}
        async with transaction():
            await enqueue([Work(kind=work.kind, lane=LANE, order_key=work.order_key, payload=payload)])
        return address

    async def confirm(self, token: str) -> Account:
        """Mail to the account goes to the address in the link from now on. Raises NotFound, Gone."""
        account_id, address = unsealed(self._keyring, token)
        account = await Account.get_or_none(id=account_id, state=ACTIVE)
        if account is None:
            raise Conflict("That account is not here any more.")
        account.mail_to = address
        await account.save(update_fields=["mail_to"])
        return account

    async def post_notices(self) -> int:
        """Whoever has waited long enough for notices by mail has a letter on its way; returns to how many people."""
        rows = await fetch_tuples(
            "SELECT DISTINCT account_id FROM notification WHERE mail_at <= ? ORDER BY account_id LIMIT ?", now(), MANY
        )
        return sum([await self._post_to(key) for (key,) in rows])

    async def _post_to(self, account_id: int) -> bool:
        account = await Account.get(id=account_id).select_related("actor")
        if not self.is_on or account.mail_to is None or account.state != ACTIVE or not account.mailed:
            await Notification.filter(account_id=account_id, mail_at__not_isnull=True).update(mail_at=None)
            return False
        rows = await waiting_for_mail(account, limit=MANY)
        work = None
        if rows:
            with reading(reader_for(account)):
                draft = _notices(rows, origin=self.origin)
            work = self.written(account, draft, Sort.NOTICES, key=f"notices.{account.id}.{rows[0].id}")
        told = {row.id for row in rows}
        async with transaction():
            unclaimed = Q(notices_mailed_at=None) | Q(notices_mailed_at__lte=now() - PAUSE)
            if not await Account.filter(unclaimed, id=account.id).update(notices_mailed_at=now()):
                late = (account.notices_mailed_at or now()) + PAUSE
                await Notification.filter(account_id=account.id, mail_at__lte=now()).update(mail_at=late)
                return False
            waiting = Notification.filter(account_id=account.id, mail_at__not_isnull=True)
            # What was read meanwhile, and what comes from people whom they keep away from, is not sent either.
            await waiting.filter(Q(id__in=list(told)) | Q(mail_at__lte=now())).update(mail_at=None)
            if work is not None:
                await enqueue([work])
        return work is not None


def reader_for(account: Account) -> Reader:
    """In which language and zone `account` reads."""
    locale, zone = best_language([account.locale or ""]), zone_named(account.timezone)
    return Reader(locale=locale) if zone is None else Reader(locale=locale, zone=zone, knows_zone=True)


def _notices(rows: Sequence[Notification], *, origin: str) -> Draft:
    groups = grouped(rows)
    lines = [
        Line(
            text=sentence_of(group),
            url=urljoin(origin, page_of(group[0], origin)),
            note=str(group[0].details.get("reason") or ""),
        )
        for group in groups[:SHOWN]
    ]
    if len(groups) > SHOWN:
        lines.append(Line(text=_("There is more on your page."), url=f"{origin}/notifications"))
    subject = lines[0].text if len(groups) == 1 else _("%(what)s And more.") % {"what": lines[0].text}
    return Draft(subject=subject, intro="", parts=[Part(lines=lines)])


def _plain(draft: Draft, *, place: str, origin: str, stop_url: str) -> str:
    pieces = [draft.intro] if draft.intro else []
    for part in [*draft.parts, *([Part(lines=[draft.button])] if draft.button else [])]:
        pieces += [part.title.upper()] if part.title else []
        pieces += ["\n  ".join(filter(None, (f"* {line.text}", line.note, line.url))) for line in part.lines]
    pieces.append(f"-- \n{place}\n{origin}")
    if stop_url:
        pieces.append(_("No more letters of this sort:") + f"\n{stop_url}\n" + _("Your settings:"))
        pieces[-1] += f"\n{origin}/settings/notices"
    return "\n\n".join(pieces) + "\n"
