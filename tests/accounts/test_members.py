"""Roles, suspension, profiles, notifications, persons and the audit log."""

from __future__ import annotations

import asyncio

import pytest

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.invitations import create_invitation
from fedirec.accounts.actions.members import change_role, suspend, unsuspend
from fedirec.accounts.actions.notifications import mark_read, notify
from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.actions.profile import edit_preferences, edit_profile
from fedirec.accounts.actions.sessions import begin_session, sign_in
from fedirec.accounts.actions.tokens import create_token
from fedirec.accounts.models import Account, Identity, Person
from fedirec.accounts.notices import SENTENCES, Notice
from fedirec.accounts.permissions import Operator, Permission, Role
from fedirec.accounts.queries import (
    PAGE,
    audit_events,
    find_account,
    find_invitation,
    find_session_viewer,
    find_token_viewer,
    get_account,
    has_unread,
    members,
    notifications_of,
    those_who_may,
)
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Invalid, NotFound
from fedirec.media.models import Media
from fedirec.uris import Uris, new_key
from fedirec.web.ratelimit import RateLimit
from tests.accounts.conftest import PASSWORD, Join


async def test_a_suspended_member_is_out_at_once(join: Join, attempts: RateLimit, uris: Uris) -> None:
    mo, ana = await join("mo", Role.MODERATOR), await join("ana")
    session = await begin_session(ana.account)
    token = await create_token(ana.account, name="script", scopes=["read"])
    invitation = await create_invitation(ana)

    await suspend(mo, ana.account, reason="spam")

    assert await find_session_viewer(session) is None
    assert await find_token_viewer(token) is None
    assert await find_invitation(invitation) is None
    assert (await Actor.get(id=ana.actor.id)).state == "suspended"
    with pytest.raises(Forbidden, match="suspended"):
        await sign_in("ana", host=uris.host, password=PASSWORD, address="x", attempts=attempts)
    event = (await audit_events(subject_uri=ana.uri))[0][0]
    assert (event.actor_uri, event.action, event.details) == (mo.uri, "suspend", {"reason": "spam"})
    with pytest.raises(Conflict):
        await suspend(mo, ana.account)


async def test_a_member_comes_back_without_the_old_sessions(join: Join, attempts: RateLimit, uris: Uris) -> None:
    mo, ana = await join("mo", Role.MODERATOR), await join("ana")
    session = await begin_session(ana.account)
    token = await create_token(ana.account, name="script", scopes=["read"])
    await suspend(mo, ana.account)

    await unsuspend(mo, ana.account)

    await sign_in("ana", host=uris.host, password=PASSWORD, address="x", attempts=attempts)
    assert await find_session_viewer(session) is None
    assert await find_token_viewer(token) is None
    assert (await Actor.get(id=ana.actor.id)).state == "active"
    with pytest.raises(Conflict):
        await unsuspend(mo, ana.account)


async def test_suspension_goes_down_the_ranks_only(join: Join) -> None:
    mo, other, ana = await join("mo", Role.MODERATOR), await join("other", Role.MODERATOR), await join("ana")
    owner = await join("olga", Role.OWNER)
    for doer, subject in ((ana, mo), (mo, other), (mo, owner), (mo, mo), (owner, owner)):
        with pytest.raises(Forbidden):
            await suspend(doer, subject.account)
    await suspend(owner, mo.account)
    with pytest.raises(Forbidden):
        await unsuspend(other, mo.account)


async def test_a_role_changes_and_is_on_record(join: Join) -> None:
    owner, ana = await join("olga", Role.OWNER), await join("ana")
    await change_role(owner, ana.account, Role.MODERATOR)
    assert (await Account.get(id=ana.account.id)).role == "moderator"
    [event], _ = await audit_events()
    assert event.details == {"before": "member", "after": "moderator"}
    assert [told.kind for told in (await notifications_of(ana.account))[0]] == ["role_changed"]
    await change_role(owner, ana.account, Role.MEMBER)
    assert len((await notifications_of(ana.account))[0]) == 2


async def test_only_owners_make_admins_and_nobody_below_changes_anything(join: Join) -> None:
    ada, mo, ana = await join("ada", Role.ADMIN), await join("mo", Role.MODERATOR), await join("ana")
    for doer, role in (
        (ada, Role.ADMIN),
        (ada, Role.OWNER),
        (mo, Role.TREASURER),
        (ana, Role.OWNER),
        (ada, Role.GUEST),
    ):
        with pytest.raises(Forbidden):
            await change_role(doer, ana.account, role)
    await change_role(ada, ana.account, Role.TREASURER)


async def test_the_last_owner_can_neither_step_down_nor_be_suspended(join: Join, uris: Uris) -> None:
    owner = await join("olga", Role.OWNER)
    operator = Operator(uris.instance_actor)
    for refused in (change_role(owner, owner.account, Role.MEMBER), suspend(operator, owner.account)):
        with pytest.raises(Conflict, match="only owner"):
            await refused
    second = await join("otto", Role.OWNER)
    await change_role(owner, owner.account, Role.MEMBER)
    with pytest.raises(Conflict, match="only owner"):
        await change_role(operator, second.account, Role.ADMIN)


async def test_a_suspended_owner_does_not_count(join: Join, uris: Uris) -> None:
    olga, otto = await join("olga", Role.OWNER), await join("otto", Role.OWNER)
    await suspend(olga, otto.account)
    with pytest.raises(Conflict, match="only owner"):
        await change_role(olga, olga.account, Role.ADMIN)


async def test_two_owners_who_demote_each_other_leave_one(join: Join) -> None:
    olga, otto = await join("olga", Role.OWNER), await join("otto", Role.OWNER)
    both = await asyncio.gather(
        change_role(olga, otto.account, Role.MEMBER),
        change_role(otto, olga.account, Role.MEMBER),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in both) == ["Conflict", "NoneType"]
    assert await Account.filter(role="owner").count() == 1


async def test_a_profile_is_shown_and_its_change_is_published(join: Join, uris: Uris) -> None:
    ana = await join("ana")
    await edit_profile(uris, ana.account, name="  Ana\nMaría ", about="I draw *foxes*. <script>x</script>")

    actor = await Actor.get(id=ana.actor.id)
    assert actor.name == "Ana María"
    assert "<em>foxes</em>" in actor.summary
    assert "<script" not in actor.summary
    assert (await Account.get(id=ana.account.id)).about == "I draw *foxes*. <script>x</script>"
    update = await Outgoing.get(actor_id=actor.id)
    assert (update.type, update.object_uri, update.is_public) == ("Update", actor.uri, True)
    assert update.document["object"]["name"] == "Ana María"

    await edit_profile(uris, ana.account, name="", about="")
    actor = await Actor.get(id=ana.actor.id)
    assert (actor.name, actor.summary) == ("ana", "")


async def test_a_picture_is_ones_own_image(join: Join, uris: Uris) -> None:
    ana, bo = await join("ana"), await join("bo")
    picture, sound, theirs = [await _media(owner.actor, kind) for owner, kind in
                              ((ana, "image"), (ana, "audio"), (bo, "image"))]  # fmt: skip
    with pytest.raises(Invalid):
        await edit_profile(uris, ana.account, name="Ana", about="", icon=sound)
    with pytest.raises(NotFound):
        await edit_profile(uris, ana.account, name="Ana", about="", icon=theirs)

    await edit_profile(uris, ana.account, name="Ana", about="", icon=picture)
    assert (await Actor.get(id=ana.actor.id)).icon_url == uris.media(picture.path)
    assert (await Media.get(id=picture.id)).attached_at is not None
    await edit_profile(uris, ana.account, name="Ana", about="")
    assert (await Actor.get(id=ana.actor.id)).icon_url == uris.media(picture.path)

    another = await _media(ana.actor, "image")
    await edit_profile(uris, ana.account, name="Ana", about="", icon=another)
    assert (await Media.get(id=picture.id)).attached_at is None
    await edit_profile(uris, ana.account, name="Ana", about="", without_icon=True)
    assert (await Actor.get(id=ana.actor.id)).icon_url is None
    assert (await Media.get(id=another.id)).attached_at is None


@pytest.mark.parametrize(("name", "about"), [("x" * 101, ""), ("Ana", "x" * 5001)])
async def test_a_profile_has_limits(join: Join, uris: Uris, name: str, about: str) -> None:
    with pytest.raises(Invalid):
        await edit_profile(uris, (await join("ana")).account, name=name, about=about)
    assert not await Outgoing.exists()


async def test_language_and_zone_are_chosen_from_what_there_is(join: Join) -> None:
    ana = await join("ana")
    await edit_preferences(ana.account, locale="en", timezone="Europe/Berlin")
    account = await Account.get(id=ana.account.id)
    assert (account.locale, account.timezone) == ("en", "Europe/Berlin")
    for locale, timezone in (("xx", "UTC"), (None, "Nowhere/Atall"), (None, "../etc/passwd")):
        with pytest.raises(Invalid):
            await edit_preferences(ana.account, locale=locale, timezone=timezone)
    await edit_preferences(ana.account, locale=None, timezone="")
    account = await Account.get(id=ana.account.id)
    assert (account.locale, account.timezone) == (None, ""), "both as the browser says"


async def test_people_are_told_once(join: Join, stranger: Actor) -> None:
    ana = await join("ana")
    for _ in range(2):
        async with transaction():
            await notify(ana.actor, Notice.REMIXED, stranger, "https://b.test/r/1", "/r/1", {"title": "Fox"})
    await notify(ana.actor, "remixed", stranger, "https://b.test/r/2", "/r/2", {"title": "Owl"})

    told, _ = await notifications_of(ana.account)
    assert [(row.kind, row.subject_uri, row.details["title"], row.actor and row.actor.handle) for row in told] == [
        ("remixed", "https://b.test/r/2", "Owl", "bo"),
        ("remixed", "https://b.test/r/1", "Fox", "bo"),
    ]
    assert await has_unread(ana.account)


async def test_nobody_is_told_what_they_did_themselves_and_strangers_are_told_nothing(
    join: Join, stranger: Actor
) -> None:
    ana = await join("ana")
    await notify(ana.actor, Notice.REMIXED, ana.actor, "https://a.test/r/1", "/r/1")
    await notify(stranger, Notice.REMIXED, ana.actor, "https://a.test/r/1", "/r/1")
    assert not await has_unread(ana.account)
    with pytest.raises(ValueError, match="nonsense"):
        await notify(ana.actor, "nonsense", stranger, "https://b.test/r/1", "/r/1")


async def test_what_was_read_is_read_and_only_ones_own(join: Join, stranger: Actor) -> None:
    ana, bo = await join("ana"), await join("bo2")
    for number in range(3):
        for person in (ana, bo):
            await notify(person.actor, Notice.FOLLOWED, stranger, f"https://b.test/f/{number}", "/x")
    told, _ = await notifications_of(ana.account)

    await mark_read(ana.account, up_to=told[1].id)
    assert [row.id for row in (await notifications_of(ana.account, unread_only=True))[0]] == [told[0].id]
    assert len((await notifications_of(bo.account, unread_only=True))[0]) == 3
    await mark_read(ana.account)
    assert not await has_unread(ana.account)
    assert await has_unread(bo.account)


async def test_long_lists_come_in_pages(join: Join, stranger: Actor) -> None:
    ana = await join("ana")
    for number in range(PAGE + 2):
        await notify(ana.actor, Notice.FOLLOWED, stranger, f"https://b.test/f/{number}", "/x")
        await audit(ana, "tidy", f"https://a.test/{number}")
    first, place = await notifications_of(ana.account)
    assert len(first) == PAGE
    rest, end = await notifications_of(ana.account, before=place)
    assert [row.subject_uri for row in rest] == ["https://b.test/f/1", "https://b.test/f/0"]
    assert end is None
    events, place = await audit_events()
    more, end = await audit_events(before=place)
    assert (len(events), len(more), end) == (PAGE, 2, None)


def test_there_is_a_sentence_for_every_notice() -> None:
    for notice in Notice:
        assert SENTENCES[notice] % {"who": "Bo", "title": "Fox", "challenge": "Foxes", "day": "4 May"}


async def test_an_actor_is_always_the_same_person(join: Join, stranger: Actor) -> None:
    people = await asyncio.gather(*(person_of(stranger) for _ in range(4)))
    assert len({person.id for person in people}) == 1
    assert people[0].name == "Bo"
    assert await Identity.filter(actor_id=stranger.id).count() == 1
    assert await Person.filter(name="Bo").count() == 1
    async with transaction():
        assert (await person_of(stranger)).id == people[0].id
    ana = await join("ana")
    assert (await person_of(ana.actor)).id != people[0].id


async def test_a_failed_change_leaves_no_audit_event(join: Join) -> None:
    ana = await join("ana")

    async def fail_after_noting_it() -> None:
        async with transaction():
            await audit(ana, "tidy", "https://a.test/x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_noting_it()
    assert (await audit_events())[0] == []


async def test_accounts_are_found_by_name_on_this_host(join: Join) -> None:
    await join("ana")
    assert (await get_account("ana", host="a.test")).actor.handle == "ana"
    assert await find_account("ana", host="b.test") is None
    with pytest.raises(NotFound, match="nobody called bo"):
        await get_account("bo", host="a.test")


async def test_members_are_listed_newest_first_and_searched_by_name(join: Join) -> None:
    for name in ("ana", "bo", "cyan"):
        await join(name)
    assert [account.actor.handle for account in (await members())[0]] == ["cyan", "bo", "ana"]
    assert [account.actor.handle for account in (await members(words="AN"))[0]] == ["cyan", "ana"]
    assert (await members(words="%"))[0] == []


async def test_those_who_may_are_active_and_have_the_role(join: Join) -> None:
    mo, other = await join("mo", Role.MODERATOR), await join("other", Role.MODERATOR)
    owner = await join("olga", Role.OWNER)
    await join("ana")
    await suspend(owner, other.account)
    found = await those_who_may(Permission.APPROVE_MEMBERS)
    assert [account.id for account in found] == [mo.account.id, owner.account.id]


async def _media(owner: Actor, kind: str) -> Media:
    key = new_key()
    return await Media.create(
        key=key, owner=owner, kind=kind, media_type=f"{kind}/x", size=1, sha256="0" * 64, digest="z",
        path=f"{key}.webp", file_name="x",
    )  # fmt: skip
