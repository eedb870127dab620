"""Who leads a project and lives on another fedirec: they sign in with their own server, and lead."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from fedirec.accounts.actions.farewells import plan_farewell
from fedirec.accounts.models import Account, Notification
from fedirec.accounts.permissions import Operator
from fedirec.activitypub.models import Actor
from fedirec.projects.actions import leading, members, steps
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.news import post_news
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import LogEntry, Submission
from fedirec.remix.queries.leading import leaders_of
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.projects.producing import production_with
from tests.projects.stage import challenge_at, launch, let_in, project_at, step_at

pytestmark = [pytest.mark.anyio, pytest.mark.one_database]


async def agree(asked: str, at_home: httpx.AsyncClient, *, answer: str = "yes") -> httpx.Response:
    """What the server of a guest shows when they were sent there, and what it does when they answer."""
    question = await at_home.get(asked)
    assert question.status_code == 200, question.text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', question.text))
    given = {name: unescape(value) for name, value in fields.items()}
    return await at_home.post("/oauth/authorize", data=given | {"answer": answer})


async def set_out(visitor: httpx.AsyncClient, handle: str = "@bo@there.test") -> str:
    page = await visitor.post("/sign-in/elsewhere", data={"handle": handle, "next": "/"})
    assert page.status_code == 200, page.text
    return page.headers["refresh"].partition("url=")[2]


async def test_a_member_of_one_fedirec_leads_a_project_of_another(here: Instance, there: Instance) -> None:
    ana, bo, dora = await here.join("ana"), await there.join("bo"), await here.join("dora")
    project = await launch(here, ana)
    mia = _Reader(here.network)
    async with here.client() as visitor, there.sign_in("bo") as at_home:
        gone = await agree(await set_out(visitor), at_home)
        arrived = await visitor.get(gone.headers["refresh"].partition("url=")[2])
        assert arrived.status_code == 303
        guest = await here.run(lambda: Account.get(role="guest").select_related("actor"))
        assert guest.actor.uri == bo.uri
        met = await here.run(lambda: Actor.get(id=guest.actor_id))
        await let_in(here, ana, project, met)
        await here.run(leading.add_leader, ana, project, met)
        await here.run(steps.publish_step, met, await step_at(here, project, "Secret"))
        assert (await step_at(here, project, "Secret")).state == "open"
        project = await project_at(here)

        rain, script = await challenge_at(here, ana), await step_at(here, project, "Script")
        await here.run(steps.attach_challenge, ana, script, rain)
        rows = dict[str, int]()
        for title in ("Drops", "Mud", "Noise"):
            draft = RecordDraft(title=title, text="Plip.", licence="CC0-1.0", challenge=rain)
            record = await here.run(publish_record, dora, draft)
            rows[title] = (await here.run(lambda key=record.id: Submission.get(record_id=key))).id  # type: ignore[misc]
        await settle(here, there)
        heard = await _told(there, "bo", "group_wrote")
        assert sum("offers something to “Rain”" in words for words in heard) == 3
        own = (await visitor.get("/tasks")).text
        assert ('href="/p/moonfilm"' in own, 'href="/tasks"' in (await visitor.get("/explore")).text) == (True, True)
        waiting = await visitor.get("/c/rain/waiting")
        assert (waiting.status_code, "Drops" in waiting.text) == (200, True)
        for title, do, reason in (
            ("Drops", "accept", "It shines."),
            ("Mud", "decline", "Too dark."),
            ("Noise", "change", "Softer, please."),
        ):
            at = f"/submissions/{rows[title]}/decide"
            assert (await visitor.post(at, data={"do": do, "reason": ""})).status_code == 400
            assert (await visitor.post(at, data={"do": do, "reason": reason})).status_code == 303
        states = {title: await here.run(_submission, key) for title, key in rows.items()}
        assert {title: row.state for title, row in states.items()} == {
            "Drops": "accepted",
            "Mud": "declined",
            "Noise": "pending",
        }
        assert states["Noise"].change_wanted == "Softer, please."
        log = (await here.get("/c/rain/log")).text
        assert all(reason in log for reason in ("It shines.", "Too dark.", "Softer, please."))
        assert [*await _told(here, "dora", "change_asked"), *await _told(here, "dora", "submission_declined")] != []
        outbox = (await here.get("/c/rain/outbox?before=999999", accept="application/activity+json")).json()
        assert "Announce" in {each["type"] for each in outbox["orderedItems"]}

        # What was chosen is frozen and the challenge ends: both from over there, and in the name of who did it.
        used = (await here.run(lambda: Submission.get(id=rows["Drops"]).select_related("record__author"))).record
        made = await production_with(here, met, project, [used], licence="CC0-1.0")
        at = made.uri.removeprefix(here.origin)
        assert (await visitor.get(f"{at}/lead")).status_code == 200
        assert (await visitor.post(f"{at}/freeze", data={"sure": "yes"})).status_code == 303
        for deed in ("close", "select"):
            assert (await visitor.post(f"/c/rain/{deed}", data={"sure": "yes"})).status_code == 303
        refused = await visitor.post("/c/rain/conclude", data={"text": "It rained."})
        assert (refused.status_code, "It rained." in refused.text) == (422, True), "something waits for a word"
        silence = {"do": "decline", "reason": "It never came."}
        assert (await visitor.post(f"/submissions/{rows['Noise']}/decide", data=silence)).status_code == 303
        assert (await visitor.post("/c/rain/conclude", data={"text": "It rained."})).status_code == 303
        assert (await here.run(lambda: Submission.get(id=rows["Drops"]))).outcome == "used"
        entries = await here.run(lambda: LogEntry.filter(kind__in=("frozen", "concluded")).order_by("id"))
        assert [(entry.kind, entry.by_id) for entry in entries] == [("frozen", met.id), ("concluded", met.id)]

    # What they told in the name of the project goes with them, wherever it arrived.
    await mia.follow(here, project.actor)
    news = await here.run(lambda: post_news(met, project.actor, title="Hello", text="From over there."))
    kept = await here.run(lambda: post_news(ana, project.actor, title="Here", text="From here."))
    await settle(here, there)
    assert {news.uri, kept.uri} <= mia.heard("Create")
    account = await there.run(lambda: Account.get(actor_id=bo.id))
    await there.run(lambda: plan_farewell(Operator(bo.uri), account, keeps_name=False, wait=timedelta(0)))
    await settle(there, here)
    assert mia.heard("Delete") == {news.uri}
    gone_news = await here.get(f"/p/moonfilm/news/{news.uri.rpartition('/')[2]}", accept="application/activity+json")
    assert gone_news.status_code == 410
    assert [leader.id for leader in await here.run(leaders_of, project.actor)] == [ana.id]


async def test_who_reads_on_mastodon_is_invited_by_a_post_for_them_alone(here: Instance) -> None:
    ana = await here.join("ana")
    project = await launch(here, ana, language="de")
    mia = _Reader(here.network)
    met = await here.meet(mia.uri)
    await here.run(lambda: members.invite_member(ana, project, met, words="Du zeichnest so schön."))
    await settle(here)
    (note,) = [each["object"] for each in mia.posts if each["type"] == "Create"]
    assert (note["type"], note["to"], note.get("cc", [])) == ("Note", [mia.uri], [])
    assert [(tag["type"], tag["href"]) for tag in note["tag"]] == [("Mention", mia.uri)]
    assert "Du zeichnest so schön." in note["content"]
    assert list(note["contentMap"]) == ["de"]
    (link,) = re.findall(r'href="https://here[.]test/sign-in/elsewhere[?]next=(/p/[^"]+)"', note["content"])
    page = await here.get(link)
    assert (page.status_code, "Moon film" in page.text) == (200, True)
    outbox = (await here.get("/p/moonfilm/outbox?before=999999", accept="application/activity+json")).json()
    assert "zeichnest" not in str(outbox), "nobody else reads it"


class _Reader:
    """Somebody on a server of another make, and what arrives there."""

    def __init__(self, network: Network) -> None:
        self.peer = Peer(network, "social.example")
        self.uri = self.peer.actor("mia")
        for inbox in (f"{self.uri}/inbox", f"{self.peer.origin}/inbox"):
            network.answers[inbox] = httpx.Response(202)

    async def follow(self, at: Instance, group: Actor) -> None:
        assert (await self.peer.post(at, self.peer.activity("Follow", self.uri, group.uri))).status_code == 202
        await settle(at)

    @property
    def posts(self) -> list[dict[str, Any]]:
        sent = self.peer.network.requests
        return [json.loads(each.content) for each in sent if each.method == "POST" and each.url.host == self.peer.host]

    def heard(self, type: str) -> set[str]:
        """The ids of what such activities were about."""
        about = [each["object"] for each in self.posts if each["type"] == type]
        return {each["id"] if isinstance(each, dict) else each for each in about}


async def _submission(key: int) -> Submission:
    return await Submission.get(id=key)


async def _told(at: Instance, name: str, kind: str) -> list[str]:
    """What `name` was told of that kind."""

    async def found() -> list[str]:
        account = await Account.get(actor__local_handle=name)
        return [row.details["title"] for row in await Notification.filter(account_id=account.id, kind=kind)]

    return await at.run(found)


async def test_who_says_no_or_has_not_the_proof_key_gets_nothing(here: Instance, there: Instance) -> None:
    await there.join("bo")
    async with here.client() as visitor, there.sign_in("bo") as at_home, there.client() as thief:
        asked = await set_out(visitor)
        refused = parse_qs(urlsplit((await agree(asked, at_home, answer="no")).headers["refresh"][7:]).query)
        assert refused["error"] == ["access_denied"]
        assert "code" not in refused
        gone = (await agree(asked, at_home)).headers["refresh"].partition("url=")[2]
        code = parse_qs(urlsplit(gone).query)["code"][0]
        question = {name: values[0] for name, values in parse_qs(urlsplit(asked).query).items()}
        stolen = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": question["client_id"],
            "redirect_uri": question["redirect_uri"],
            "code_verifier": "a" * 43,
        }
        answer = await thief.post("/api/oauth/token", data=stolen)
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})
        forged = await thief.post("/api/i", headers={"authorization": f"Bearer {code}"})
        assert forged.status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.test/back"},
        {"client_id": "javascript:alert(1)"},
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
        {"scope": "write"},
        {"response_type": "token"},
    ],
)
async def test_nobody_is_asked_for_more_than_their_name_or_sent_elsewhere(
    here: Instance, changes: dict[str, str]
) -> None:
    await here.join("ana")
    question = {
        "response_type": "code",
        "client_id": "https://there.test/sign-in/elsewhere/about",
        "redirect_uri": "https://there.test/sign-in/elsewhere/back",
        "scope": "read:account",
        "state": "s",
        "code_challenge": "A" * 43,
        "code_challenge_method": "S256",
    }
    async with here.sign_in("ana") as browser:
        assert (await browser.get("/oauth/authorize", params=question)).status_code == 200
        refused = await browser.get("/oauth/authorize", params=question | changes)
        assert refused.status_code == 400
        assert "refresh" not in refused.headers
