"""Taking along what is one's own, and bringing lists from elsewhere."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.accounts.actions.archives import forget_archives
from fedirec.accounts.actions.boundaries import block, keep_away_from_host, mute
from fedirec.accounts.archives import FOLDER
from fedirec.accounts.boundaries import Distance
from fedirec.accounts.lists import MAX_LINES, ListKind, read_list, write_list
from fedirec.accounts.models import Account, Archive, Boundary
from fedirec.activitypub.models import Actor, Follow
from fedirec.errors import Invalid
from fedirec.remix.actions.drafts import SourceDraft
from fedirec.remix.actions.following import start_following
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Record
from tests.accounts.test_leaving import live, noise
from tests.api.programs import token_for
from tests.conftest import Pass
from tests.network import Instance, settle
from tests.remix.test_comments import publish

MASTODON = """Account address,Show boosts,Notify on new posts,Languages
bo@there.test,true,false,
nobody@there.test,true,false,"de, en"
bo@there.test,false,false,
,,
not an account,true,false,
"""


def _read(copy: zipfile.ZipFile, name: str) -> Any:
    return json.loads(copy.read(name))


async def test_everything_of_somebody_is_in_one_file_and_no_secret(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    ana, used, _lonely = await live(here, there)
    bo = await here.run(lambda: Actor.get(handle="bo"))
    await here.run(start_following, ana, bo)
    await here.run(mute, ana, await here.run(lambda: Actor.get(handle="cy")))
    await here.run(keep_away_from_host, ana, "loud.example", kind=Distance.BLOCK)
    await settle(here, there)
    secret = await token_for(here, "ana")
    async with here.sign_in("ana") as browser:
        assert (await browser.get("/settings/data/archive")).status_code == 404
        assert (await browser.post("/settings/data/archive", data={"make": "on"})).status_code == 303
        await here.work()
        assert "Fetch your copy" in (await browser.get("/settings/data")).text
        answer = await browser.get("/settings/data/archive")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "private, no-store"
        again = await browser.post("/settings/data/archive", data={"make": "on"})
        assert "less than an hour old" in (await browser.get(again.headers["location"])).text
    copy = zipfile.ZipFile(io.BytesIO(answer.content))
    assert copy.testzip() is None
    records = {record["title"]: record for record in _read(copy, "records.json")}
    assert set(records) == {"Used", "Numbat noise", "Potoroo"}
    [file] = records["Numbat noise"]["files"]
    assert copy.read(file["file"]) == b"kowari"
    assert records["Used"]["versions"][0]["document"]["id"] == used.uri
    assert _read(copy, "actor.json")["id"] == ana.uri
    assert {item["type"] for item in _read(copy, "outbox.json")["orderedItems"]} >= {"Create"}
    assert [each["text"] for each in _read(copy, "comments.json")] == ["says the dunnart"]
    assert [each["title"] for each in _read(copy, "challenges.json")] == ["Rain"]
    assert {each["title"] for each in _read(copy, "built_on_yours.json")} == {"Cover", "Near"}
    consents = _read(copy, "consents.json")
    assert {each["state"] for each in consents} == {"approved"}
    assert {each["stamp"]["attributedTo"] for each in consents if each["source"] == used.uri} == {ana.uri}
    assert "bo@there.test,true,false," in copy.read("following_accounts.csv").decode()
    assert "cy@here.test,true" in copy.read("muted_accounts.csv").decode()
    assert copy.read("blocked_domains.csv").decode() == "loud.example\n"
    assert _read(copy, "account.json")["email"] == "bilby@mail.example"
    assert len(_read(copy, "sessions.json")) == len(_read(copy, "programs.json")) == 1
    everything = b"".join(copy.read(name) for name in copy.namelist()).decode(errors="replace")
    account = await here.run(lambda: Account.get(actor_id=ana.id))
    for hidden in (secret, account.password_hash, "PRIVATE KEY", "argon2"):
        assert hidden not in everything
    assert [name for name in copy.namelist() if name.startswith(("/", "..")) or ".." in name] == []
    # Nobody else can fetch it, and it is gone after a week.
    async with here.sign_in("cy") as other:
        assert (await other.get("/settings/data/archive")).status_code == 404
    assert (await here.get("/settings/data/archive")).status_code in (303, 401)
    time_passes(timedelta(days=8))
    assert await here.run(forget_archives, here.settings.data_dir / FOLDER) == 1
    assert await here.run(lambda: Archive.all().count()) == 0


async def test_what_others_made_for_a_few_is_in_nobody_else_s_copy(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    used = await publish(here, ana, title="Used")
    used = await here.run(lambda: Record.get(id=used.id).select_related("author"))
    sources = [SourceDraft(record=used)]
    await publish(here, bo, title="For everybody", sources=sources)
    await publish(here, bo, title="For a few", sources=sources, visibility="followers")
    async with here.sign_in("ana") as browser:
        await browser.post("/settings/data/archive", data={"make": "on"})
        await here.work()
        copy = zipfile.ZipFile(io.BytesIO((await browser.get("/settings/data/archive")).content))
    assert [each["title"] for each in _read(copy, "built_on_yours.json")] == ["For everybody"]
    assert not [name for name in copy.namelist() if b"For a few" in copy.read(name)]


async def test_a_list_from_mastodon_is_followed_one_after_the_other(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    files = {"file": ("following_accounts.csv", MASTODON.encode(), "text/csv")}
    async with here.sign_in("ana") as browser:
        nothing = {"file": ("x.csv", b"\xff\x00,,,", "text/csv")}
        refused = await browser.post("/settings/data/lists", data={"kind": "following"}, files=nothing)
        assert refused.status_code == 422
        answer = await browser.post("/settings/data/lists", data={"kind": "following"}, files=files)
        assert answer.status_code == 303, answer.text
        await settle(here, there)
        followed = await here.run(lambda: Follow.filter(follower_id=ana.id).select_related("target"))
        assert [row.target.uri for row in followed] == [bo.uri]
        blocks = {"file": ("b.csv", b"bo@there.test\n", "text/csv")}
        assert (await browser.post("/settings/data/lists", data={"kind": "blocks"}, files=blocks)).status_code == 303
        hosts = {"file": ("d.csv", b"#domain\nloud.example\n", "text/csv")}
        sent = await browser.post("/settings/data/lists", data={"kind": "blocked-hosts"}, files=hosts)
        assert sent.status_code == 303
        await settle(here, there)
        assert await here.run(lambda: Boundary.filter(owner_id=ana.id, kind="block").count()) == 2
        taken = await browser.get("/settings/data/blocked_accounts.csv")
        assert taken.text == "bo@there.test\n"
        assert taken.headers["content-type"].startswith("text/csv")
        assert (await browser.get("/settings/data/nothing.csv")).status_code == 404


@pytest.mark.parametrize("text", ["", "\n\n", "just words", "a" * 1000, "\x00", "x" * 200 + "\n" + "<script>,true"])
def test_what_is_no_list_is_refused(text: str) -> None:
    for kind in ListKind:
        with pytest.raises(Invalid):
            read_list(text, kind)


def test_a_list_that_is_too_long_is_refused() -> None:
    with pytest.raises(Invalid, match=str(MAX_LINES)):
        read_list("\n".join(f"a{n}@b.test" for n in range(MAX_LINES + 1)), ListKind.BLOCKS)


@given(st.lists(st.from_regex(r"[a-z0-9_]{1,20}@[a-z]{1,20}\.example", fullmatch=True), min_size=1, max_size=20))
def test_what_is_written_is_read_again(names: list[str]) -> None:
    unique = list(dict.fromkeys(names))
    for kind in (ListKind.FOLLOWING, ListKind.BLOCKS, ListKind.MUTES):
        assert list(read_list(write_list(kind, unique), kind).names) == unique


@given(st.text(max_size=300))
def test_whatever_is_brought_is_read_or_refused(text: str) -> None:
    for kind in ListKind:
        try:
            assert read_list(text, kind).names
        except Invalid:
            continue


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_who_is_blocked_stays_out_of_what_one_brings(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await here.run(publish_record, ana, await noise(here, ana))
    await here.run(block, bo, ana)
    token = {"authorization": f"Bearer {await token_for(here, 'ana')}", "accept": "application/json"}
    async with here.client() as client:
        sent = await client.post("/api/me/lists/following", json={"csv": "bo@here.test\n"}, headers=token)
        assert sent.status_code == 202, sent.text
        assert sent.json() == {"names": ["bo@here.test"], "unread": 0}
        await here.work()
        assert await here.run(lambda: Follow.all().count()) == 0
        made = await client.post("/api/me/archive", headers=token)
        assert made.status_code == 201
        await here.work()
        shown = (await client.get("/api/me/archive", headers=token)).json()
        assert shown["state"] == "ready"
        fetched = await client.get(shown["url"], headers=token)
        assert fetched.content[:2] == b"PK"
