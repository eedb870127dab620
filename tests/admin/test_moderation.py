"""Reports: made here and sent by others, answered by moderators, taken back, and looked at again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fedirec.accounts.models import Account, AuditEvent, Notification
from fedirec.accounts.permissions import Operator, Role
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor, Outgoing, Peer, Received
from fedirec.activitypub.outbox import document_of
from fedirec.admin.actions import reporting
from fedirec.admin.actions.appealing import answer_appeal, appeal
from fedirec.admin.actions.deciding import decide, undo
from fedirec.admin.actions.forwarding import forward
from fedirec.admin.actions.lapsing import erase_long_suspended
from fedirec.admin.actions.looking import look_at_reports
from fedirec.admin.actions.noting import write_note
from fedirec.admin.actions.reporting import MAX_FLAGS_AN_HOUR, report
from fedirec.admin.judging import Action, Category, Verdict
from fedirec.admin.models import Appeal, Decision, Report, ReportedThing
from fedirec.admin.queries.cases import history_of, open_cases
from fedirec.clock import now
from fedirec.errors import Conflict, FedirecError, Forbidden, Invalid, NotFound, TooMany
from fedirec.remix.actions.comments import CommentDraft, write_comment
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import delete_record, edit_record, publish_record
from fedirec.remix.actions.threads import Place
from fedirec.remix.models import Comment, Record
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import Peer as Stranger


async def viewer_of(instance: Instance, name: str) -> Viewer:
    """The member `name`, as somebody who does something."""

    async def find() -> Viewer:
        account = await Account.get(actor__local_handle=name).select_related("actor")
        return Viewer(account=account, actor=account.actor, seen_at=now())

    return await instance.run(find)


async def record_of(instance: Instance, author: Actor, title: str = "Rain", text: str = "On the roof.") -> Record:
    draft = RecordDraft(title=title, text=text, licence="CC-BY-4.0")
    record = await instance.run(publish_record, author, draft)
    record.author = author
    return record


async def comment_of(instance: Instance, author: Actor, record: Record, text: str = "Buy this") -> Comment:
    return await instance.run(write_comment, author, Place(record=record), CommentDraft(text=text))


async def told(instance: Instance, name: str) -> list[str]:
    """The kinds of what somebody was told, the newest last."""

    async def find() -> list[str]:
        rows = await Notification.filter(account__actor__local_handle=name).order_by("id")
        return [row.kind for row in rows]

    return await instance.run(find)


async def state_of(instance: Instance, actor: Actor) -> Actor:
    return await instance.run(lambda: Actor.get(id=actor.id))


async def test_a_report_is_kept_as_it_was_and_answered_in_one_sentence(here: Instance) -> None:
    ana, _, mo = await here.join("ana"), await here.join("bo"), await here.join("mo", role=Role.MODERATOR)
    rain = await record_of(here, ana)
    bo, moderator = await viewer_of(here, "bo"), await viewer_of(here, "mo")

    made = await here.run(report, bo, [rain.uri], category=Category.SPAM, words="An advertisement")
    with pytest.raises(Conflict):
        await here.run(report, bo, [rain.uri], category=Category.SPAM)
    assert await told(here, "mo") == ["reported"]
    assert await told(here, "ana") == []

    await here.run(edit_record, ana, rain, RecordDraft(title="Innocent", text="Nothing", licence="CC-BY-4.0"))
    history = await here.run(history_of, ana)
    [thing] = history.things[made.id]
    assert (thing.kept["name"], thing.uri, thing.kind) == ("Rain", rain.uri, "record")
    assert "On the roof." in thing.kept["content"]
    assert history.present[rain.uri].kept["name"] == "Innocent"
    await here.run(delete_record, ana, await here.run(lambda: Record.get(id=rain.id).select_related("author")))
    history = await here.run(history_of, ana)
    assert history.present == {}
    assert history.things[made.id][0].kept["name"] == "Rain"

    await here.run(decide, moderator, ana, Verdict(action=Action.WARN, words="Please be kind.", reason="spam"))
    assert await told(here, "bo") == ["report_heeded"]
    assert await told(here, "ana") == ["decided"]
    [event] = await here.run(lambda: AuditEvent.filter(action="moderate_warn"))
    assert (event.actor_uri, event.subject_uri, event.details["reason"]) == (mo.uri, ana.uri, "spam")
    assert (await here.run(open_cases))[0] == []
    again = await here.run(report, bo, [ana.uri], category=Category.HARASSMENT)
    await here.run(decide, moderator, ana, Verdict(action=Action.DISMISS))
    assert await told(here, "bo") == ["report_heeded", "report_dismissed"]
    assert await told(here, "ana") == ["decided"]
    assert (await here.run(lambda: Report.get(id=again.id))).outcome == "dismiss"


async def test_who_cannot_see_a_thing_cannot_report_it_and_nobody_reports_their_own(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    draft = RecordDraft(title="For a few", text="Psst", licence="CC-BY-4.0", visibility="followers")
    secret = await here.run(publish_record, ana, draft)
    open_one = await record_of(here, bo)
    viewer = await viewer_of(here, "bo")
    refused: list[tuple[dict[str, Any], type[FedirecError]]] = [
        ({"uris": [secret.uri], "category": Category.SPAM}, NotFound),
        ({"uris": ["https://nowhere.test/1"], "category": Category.SPAM}, NotFound),
        ({"uris": ["https://here.test/actor"], "category": Category.SPAM}, NotFound),
        ({"uris": [open_one.uri], "category": Category.SPAM}, Conflict),
        ({"uris": [ana.uri], "category": Category.OTHER}, Invalid),
        ({"uris": [ana.uri], "category": Category.SPAM, "words": "x" * 2001}, Invalid),
    ]
    for asked, error in refused:
        with pytest.raises(error):
            await here.run(report, viewer, **asked)
    assert await here.run(lambda: Report.all().count()) == 0


async def test_a_person_reports_so_much_in_an_hour_and_no_more(here: Instance) -> None:
    await here.join("bo")
    viewer = await viewer_of(here, "bo")
    people = [await here.join(f"p{number}") for number in range(21)]
    for person in people[:20]:
        await here.run(report, viewer, [person.uri], category=Category.SPAM)
    with pytest.raises(TooMany):
        await here.run(report, viewer, [people[20].uri], category=Category.SPAM)


async def test_moderators_judge_neither_themselves_nor_each_other_and_do_not_collide(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    mo, max_ = await here.join("mo", role=Role.MODERATOR), await here.join("max", role=Role.MODERATOR)
    bo, first, second = [await viewer_of(here, name) for name in ("bo", "mo", "max")]
    for person in (ana, mo, max_):
        await here.run(report, bo, [person.uri], category=Category.HARASSMENT)
    assert "reported" in await told(here, "max")
    for judged in (mo, max_):
        with pytest.raises(Forbidden):
            await here.run(decide, first, judged, Verdict(action=Action.DISMISS))
    with pytest.raises(Forbidden):
        await here.run(decide, bo, ana, Verdict(action=Action.DISMISS))

    await here.run(look_at_reports, first, ana)
    with pytest.raises(Conflict, match="mo is looking at this"):
        await here.run(decide, second, ana, Verdict(action=Action.DISMISS))
    with pytest.raises(Conflict):
        await here.run(look_at_reports, second, ana)
    await here.run(look_at_reports, second, ana, take_over=True)
    await here.run(write_note, second, ana, "They were kind on the phone.")
    await here.run(decide, second, ana, Verdict(action=Action.LIMIT, reason="a pause"))
    assert (await state_of(here, ana)).is_quiet
    history = await here.run(history_of, ana)
    assert [note.text for note in history.notes] == ["They were kind on the phone."]
    [decision] = history.decisions
    await here.run(undo, second, decision)
    assert not (await state_of(here, ana)).is_quiet
    with pytest.raises(Conflict):
        await here.run(undo, second, decision)


async def test_what_is_hidden_comes_back_and_what_is_deleted_does_not(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await here.join("mo", role=Role.MODERATOR)
    zoe = await there.join("zoe")
    moderator = await viewer_of(here, "mo")
    rain = await record_of(here, ana)
    said = await comment_of(here, bo, rain)
    far = await record_of(there, zoe, title="From afar")
    await here.find_record(far.uri)
    remote = await here.meet(zoe)

    hidden = [
        await here.run(decide, moderator, ana, Verdict(action=Action.HIDE, things=[rain.uri])),
        await here.run(decide, moderator, remote, Verdict(action=Action.HIDE, things=[far.uri])),
    ]
    for path in (rain.uri, f"{rain.uri}/lineage", "/explore", "/"):
        assert "Rain" not in (await here.get(path.removeprefix(here.origin))).text, path
    assert (await here.get(rain.uri, accept="application/activity+json")).status_code == 404
    assert "From afar" not in (await here.get("/explore")).text
    async with here.sign_in("ana") as browser:
        assert "Rain" in (await browser.get(rain.uri)).text
    seen = await here.run(lambda: Record.get(id=rain.id).select_related("author"))
    with pytest.raises(FedirecError):
        await here.run(edit_record, ana, seen, RecordDraft(title="Rain", text="Again", licence="CC-BY-4.0"))
    for decision in hidden:
        assert decision is not None
        await here.run(undo, moderator, decision)
    assert "Rain" in (await here.get("/explore")).text
    assert "From afar" in (await here.get("/explore")).text
    assert (await here.get(rain.uri, accept="application/activity+json")).status_code == 200

    quiet = await here.run(decide, moderator, bo, Verdict(action=Action.HIDE, things=[said.uri]))
    assert "Buy this" not in (await here.get(rain.uri)).text
    assert (await here.get(said.uri, accept="application/activity+json")).status_code == 404
    assert quiet is not None
    await here.run(undo, moderator, quiet)
    assert "Buy this" in (await here.get(rain.uri)).text
    gone = await here.run(decide, moderator, bo, Verdict(action=Action.DELETE, things=[said.uri], words="Not here."))
    assert gone is not None
    assert (await here.get(said.uri, accept="application/activity+json")).status_code == 410
    with pytest.raises(Conflict):
        await here.run(undo, moderator, gone)
    with pytest.raises(Invalid):
        await here.run(decide, moderator, remote, Verdict(action=Action.DELETE, things=[far.uri]))


async def test_an_appeal_is_answered_once_and_by_somebody_else(here: Instance) -> None:
    ana, _, _ = await here.join("ana"), await here.join("mo", role=Role.MODERATOR), await here.join("bo")
    moderator = await viewer_of(here, "mo")
    decision = await here.run(decide, moderator, ana, Verdict(action=Action.LIMIT, words="A pause.", reason="noise"))
    assert decision is not None
    with pytest.raises(Forbidden):
        await here.run(appeal, (await viewer_of(here, "bo")).actor, decision, "Me too")
    made = await here.run(appeal, ana, decision, "It was a joke.")
    with pytest.raises(Conflict):
        await here.run(appeal, ana, decision, "Again")
    # olga, the owner, can answer; so whoever decided does not.
    assert "appealed" in await told(here, "olga")
    assert "appealed" not in await told(here, "mo")
    with pytest.raises(Forbidden):
        await here.run(answer_appeal, moderator, made, grants=False, words="No.")
    owner = await viewer_of(here, "olga")
    await here.run(answer_appeal, owner, made, grants=True, words="You are right.")
    assert not (await state_of(here, ana)).is_quiet
    assert (await told(here, "ana"))[-2:] == ["decision_undone", "appeal_answered"]
    with pytest.raises(Conflict):
        await here.run(answer_appeal, owner, made, grants=False, words="No.")
    assert (await here.run(lambda: Appeal.get(id=made.id))).state == "granted"


async def test_where_there_is_nobody_else_whoever_decided_answers(here: Instance) -> None:
    ana = await here.join("ana")
    owner = await viewer_of(here, "olga")
    decision = await here.run(decide, owner, ana, Verdict(action=Action.WARN, words="Hush."))
    assert decision is not None
    made = await here.run(appeal, ana, decision, "Why?")
    await here.run(answer_appeal, owner, made, grants=False, words="It was loud.")
    assert (await here.run(lambda: Decision.get(id=decision.id))).undone_at is None


async def test_a_flag_from_mastodon_becomes_a_report(here: Instance, network: Network) -> None:
    ana = await here.join("ana")
    rain = await record_of(here, ana)
    masto = Stranger(network, "mastodon.test")
    speaker = masto.actor("mastodon.internal", type="Application")
    flag = masto.activity("Flag", speaker, [ana.uri, rain.uri], content="<p>Rude</p>" + "x" * 5000)
    del flag["to"]
    assert (await masto.post(here, flag)).status_code == 202
    await settle(here)
    [made] = await here.run(lambda: Report.all().select_related("reporter"))
    assert (made.accused_id, made.source, made.origin, made.category) == (ana.id, "peer", masto.origin, "other")
    assert made.words.startswith("Rude")
    assert len(made.words) <= 2000
    assert [row.uri for row in await here.run(lambda: ReportedThing.all().order_by("id"))] == [ana.uri, rain.uri]
    assert "reported" in await told(here, "olga")
    await here.run(decide, await viewer_of(here, "olga"), ana, Verdict(action=Action.DISMISS))


@pytest.mark.parametrize(
    ("objects", "content", "taken"),
    [
        ("one", None, 1),
        ("embedded", "Spam", 1),
        ("of two people", "Both", 2),
        ("a challenge's page of nobody", "x", 0),
        ("somebody else's", "Not yours", 0),
        ("nothing", "x", 0),
        ("numbers", "x", 0),
        ("two hundred", "Long", 1),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_flag_of_any_shape(
    here: Instance, network: Network, objects: str, content: str | None, taken: int
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    peer = Stranger(network)
    eve, other = peer.actor("eve"), peer.actor("zoe")
    shapes: dict[str, Any] = {
        "one": ana.uri,
        "embedded": [{"type": "Person", "id": ana.uri}],
        "of two people": [ana.uri, bo.uri],
        "a challenge's page of nobody": f"{here.origin}/c/nothing",
        "somebody else's": [other],
        "nothing": [],
        "numbers": [1, None],
        "two hundred": [*(f"{here.origin}/records/{number}" for number in range(40)), ana.uri, *["x"] * 160],
    }
    more = {} if content is None else {"content": content}
    answer = await peer.post(here, peer.activity("Flag", eve, shapes[objects], **more))
    assert answer.status_code in (202, 400)
    await settle(here)
    assert await here.run(lambda: Report.all().count()) == taken
    if answer.status_code == 202 and not taken:
        [row] = await here.run(lambda: Received.all())
        assert row.state == "refused"
        assert row.reason


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_flood_of_flags_ends_and_one_who_is_not_believed_is_not_read(here: Instance, network: Network) -> None:
    ana = await here.join("ana")
    peer, deaf = Stranger(network), Stranger(network, "deaf.test")
    eve, nobody = peer.actor("eve"), deaf.actor("nobody")
    await here.run(lambda: Peer.create(origin=deaf.origin, rejects_reports=True))
    await deaf.post(here, deaf.activity("Flag", nobody, ana.uri))
    for _ in range(MAX_FLAGS_AN_HOUR + 3):
        await peer.post(here, peer.activity("Flag", eve, ana.uri, content="again"))
    await settle(here)
    assert await here.run(lambda: Report.all().count()) == MAX_FLAGS_AN_HOUR
    refused = await here.run(lambda: Received.filter(state="refused").order_by("id"))
    assert len(refused) == 4
    assert {row.reason for row in refused} == {
        "reports from your instance are not read here",
        "that are too many reports in one hour",
    }


async def test_a_flood_of_flags_ends_whatever_names_it_comes_from(
    here: Instance, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "MAX_FLAGS_AN_HOUR", 2)
    ana = await here.join("ana")
    for host in ("a.evil.test", "b.evil.test", "c.evil.test", "evil.test", "good.test"):
        peer = Stranger(network, host)
        await peer.post(here, peer.activity("Flag", peer.actor("eve"), ana.uri, content="again"))
        await settle(here)
    origins = await here.run(lambda: Report.all().order_by("id").values_list("origin", flat=True))
    assert list(map(str, origins)) == ["https://a.evil.test", "https://b.evil.test", "https://good.test"]


async def test_a_report_is_forwarded_in_the_name_of_the_instance(here: Instance, there: Instance) -> None:
    zoe = await there.join("zoe")
    await here.join("bo")
    far = await record_of(there, zoe, title="From afar")
    await here.find_record(far.uri)
    remote = await here.meet(zoe)
    owner = await viewer_of(here, "olga")
    bo = await viewer_of(here, "bo")
    made = await here.run(
        report, bo, [far.uri, zoe.uri], category=Category.ILLEGAL, words="I, bo, say so", wishes_forwarding=True
    )
    assert made.wishes_forwarding
    await here.run(forward, owner, here.state["site"], made, words="Please look at this.")
    with pytest.raises(Conflict):
        await here.run(forward, owner, here.state["site"], made, words="Again")
    [said] = await here.run(lambda: Outgoing.filter(type="Flag"))
    document = document_of(said)
    assert document["actor"] == f"{here.origin}/actor"
    assert document["object"] == [zoe.uri, far.uri]
    assert document["content"] == "Please look at this."
    assert "bo" not in str(document)
    assert not said.is_public
    await settle(here, there)
    [arrived] = await there.run(lambda: Report.all().select_related("accused", "reporter"))
    assert (arrived.accused.uri, arrived.words, arrived.origin) == (zoe.uri, "Please look at this.", here.origin)
    things = await there.run(lambda: ReportedThing.all().order_by("id"))
    assert [thing.uri for thing in things] == [zoe.uri, far.uri]
    with pytest.raises(Forbidden):
        await here.run(forward, bo, here.state["site"], made, words="")
    await here.run(decide, Operator("command line"), remote, Verdict(action=Action.SUSPEND, reason="enough"))
    assert (await state_of(here, remote)).state == "suspended"


async def test_who_was_suspended_a_month_ago_is_erased_unless_an_appeal_waits(
    here: Instance, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    owner = await viewer_of(here, "olga")
    kept = await record_of(here, ana)
    for person in (ana, bo):
        await here.run(decide, owner, person, Verdict(action=Action.SUSPEND, words="Enough."))
    [decision] = await here.run(lambda: Decision.filter(about_id=bo.id))
    await here.run(appeal, bo, decision, "Please look again")
    time_passes(timedelta(days=29))
    assert await here.run(erase_long_suspended) == 0
    time_passes(timedelta(days=2))
    assert await here.run(erase_long_suspended) == 1
    await settle(here)
    assert (await state_of(here, ana)).state == "deleted"
    assert (await state_of(here, bo)).state == "suspended"
    assert (await here.get("/u/ana", accept="application/activity+json")).status_code == 410
    assert (await here.run(lambda: Record.get(id=kept.id))).deleted_at is not None
