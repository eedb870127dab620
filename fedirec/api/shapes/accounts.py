"""The owner of the token: settings, sessions, tokens, invitations, notifications; and the people of this instance."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from fedirec.accounts.actions.invitations import MAX_DAYS, MAX_USES
from fedirec.accounts.actions.profile import MAX_ABOUT
from fedirec.accounts.actions.setup import MAX_TEXT, MAX_TITLE
from fedirec.api.shapes.basis import Listed, PieceQuery, Row, Sent, Shape, Text
from fedirec.api.shapes.licences import Licence
from fedirec.api.shapes.people import Person

ScopeName = Literal["read", "write", "follow", "account", "admin"]
RoleName = Literal["guest", "member", "moderator", "treasurer", "admin", "owner"]


class Me(Shape):
    """The owner of the token, and what the token may do."""

    person: Person
    role: RoleName
    scopes: list[ScopeName]
    about: str = Field(description="In Markdown.")
    is_indexable: bool = Field(description="Whether what they publish may be found by its words.")
    without_name: bool = Field(description="Whether what others make from any of their works does not name them.")
    locale: str | None
    timezone: str
    default_licence: str | None
    default_visibility: str
    default_quoting: str
    default_remixing: str
    default_ai_preference: str
    skills: list[str] = Field(description="What you can do, as codes of skills in /api/vocabularies.")
    shows_skills: bool = Field(description="Whether others see your skills; else nobody does.")
    available_for: str = Field(description="What you would like to be asked for; everybody sees it.")
    interests: list[str] = Field(description="The tags that you follow and that others see.")
    notices_wanted: list[str]
    notices_mailed: list[str] = Field(description="Kinds that come by mail too; `always` for what everybody is told.")
    weekly_mail: bool = Field(description="Whether the digest of the week comes by mail.")
    mail_to: str | None = Field(description="Where mail goes; null for nowhere. It is confirmed by a letter.")
    has_unread: bool


class ProfileChange(Sent):
    """What is left out stays."""

    name: Text | None = Field(None, max_length=500)
    about: Text | None = Field(None, max_length=MAX_ABOUT)
    icon: Text | None = Field(None, max_length=26, description="The key of an image that has arrived at /api/uploads.")
    without_icon: bool = False
    is_indexable: bool | None = Field(None, description="Whether what they publish may be found by its words.")
    without_name: bool | None = Field(
        None, description="Whether what others make from any of their works does not name them."
    )


class Preferences(Sent):
    """How pages and answers are written."""

    locale: Text | None = Field(max_length=20)
    timezone: Text = Field(max_length=60, description="Empty: what the browser says.")


class Defaults(Sent):
    """What new records start with; no licence means whichever suits each of them."""

    licence: Text | None = Field(max_length=60)
    visibility: Literal["public", "followers"]
    quoting: Literal["anyone", "asked", "nobody"] = "anyone"
    remixing: Literal["anyone", "followers", "nobody"] = "anyone"
    ai_preference: Literal["unset", "disallow", "allow"] = "unset"


class Skills(Sent):
    """What somebody can do."""

    skills: list[Text] = Field(max_length=50, description="Codes of roles that are skills, such as sng for singing.")
    shows_skills: bool | None = Field(None, description="Whether others see them; left out, it stays as it is.")
    available_for: Text | None = Field(None, max_length=300, description="What you would like to be asked for.")
    interests: list[Text] | None = Field(
        None, max_length=20, description="Those of the tags that you follow that others may see."
    )


class NoticesWanted(Sent):
    kinds: list[Text] = Field(max_length=200, description="Kinds as in `notices_wanted` of GET /me.")
    mailed: list[Text] | None = Field(
        None, max_length=200, description="Those that come by mail too, and `always`; left out, it stays as it is."
    )
    weekly_mail: bool | None = Field(None, description="Whether the digest of the week comes by mail.")


class MailAddress(Sent):
    address: Text = Field(max_length=254, description="A letter goes there and asks whether it is yours.")


class PasswordChange(Sent):
    present: str = Field(min_length=1, max_length=1_000)
    password: str = Field(min_length=1, max_length=1_000)


class Presence(Sent):
    """Proof that a person sits there."""

    present: str = Field(min_length=1, max_length=1_000, description="The present password.")


class RecoveryCodes(Shape):
    codes: list[str]


class Session(Shape):
    """A browser that is signed in."""

    id: int
    browser: str
    since: datetime
    used_at: datetime


class Sessions(Shape):
    items: list[Session]


class Token(Shape):
    """A program that may act for somebody."""

    id: int
    name: str
    scopes: list[ScopeName]
    since: datetime
    used_at: datetime | None
    is_this: bool


class Tokens(Shape):
    items: list[Token]


class NewToken(Sent):
    name: Text = Field(min_length=1, max_length=100)
    scopes: list[ScopeName] = Field(min_length=1, max_length=5)


class TokenMade(Shape):
    token: str = Field(description="Shown this once.")


class Invitation(Shape):
    """An invitation that still lets people in."""

    id: int
    uses_left: int
    made_at: datetime
    ends_at: datetime


class Invitations(Shape):
    items: list[Invitation]


class NewInvitation(Sent):
    uses: int = Field(1, ge=1, le=MAX_USES)
    days: int = Field(7, ge=1, le=MAX_DAYS)


class InvitationMade(Shape):
    url: str = Field(description="The link to pass on, shown this once.")


class Notification(Shape):
    """One thing that somebody is told."""

    id: int
    kind: str
    sentence: str
    url: str
    person: Person | None
    told_at: datetime
    is_new: bool
    reason: str


class Notifications(Listed):
    items: list[Notification]


class NotificationsQuery(PieceQuery):
    unread: bool = Field(False, description="Only what was not read yet.")


class ReadUpTo(Sent):
    """Up to which notification everything was read; all of them when it is left out."""

    up_to: Row | None = None


class Member(Shape):
    """Somebody of this instance, for those who look after it."""

    name: str
    person: Person
    role: RoleName
    is_suspended: bool
    since: datetime


class Members(Listed):
    items: list[Member]


class MembersQuery(PieceQuery):
    q: Text = Field("", max_length=100, description="Words of a name.")


class RoleSent(Sent):
    role: RoleName


class WhySuspended(Sent):
    reason: Text = Field("", max_length=500)


class WhyDeclined(Sent):
    reason: Text = Field("", max_length=500, description="For the audit log.")
    words: Text = Field("", max_length=500, description="What they read when they try to sign in.")


class SignUp(Shape):
    """Somebody who would like to join."""

    id: int
    name: str
    answer: str
    since: datetime


class SignUps(Listed):
    items: list[SignUp]


class AuditEvent(Shape):
    """Something that somebody who runs the instance did."""

    id: int
    by: str
    action: str
    subject: str
    details: dict[str, Any]
    at: datetime


class AuditEvents(Listed):
    items: list[AuditEvent]


class AuditQuery(PieceQuery):
    subject: Text = Field("", max_length=2048, description="The uri of what was done something to.")


class Instance(Shape):
    """What this instance says of itself."""

    origin: str
    title: str
    summary: str
    rules: str
    registration: str = Field(description="invite, approval, open or closed.")
    question: str
    demands_signatures: bool = Field(description="Whether programs have to sign to read what is public.")


class InstanceSent(Sent):
    title: Text = Field(min_length=1, max_length=MAX_TITLE)
    summary: Text = Field("", max_length=MAX_TEXT)
    rules: Text = Field("", max_length=MAX_TEXT)
    registration: Literal["invite", "approval", "open", "closed"]
    question: Text = Field("", max_length=300)
    demands_signatures: bool = False


class Word(Shape):
    """What something is called."""

    id: str
    label: str


class Vocabularies(Shape):
    """Everything that can be chosen from."""

    licences: list[Licence]
    kinds: list[Word]
    roles: list[Word]
    skills: list[Word] = Field(description="The roles that people can name as what they do.")
    relations: list[Word]
    scopes: list[Word]
    currencies: list[str]
    languages: list[str] = Field(description="That pages and answers can be written in.")
