"""Leaving for good: nothing of somebody is left but what others built on, and nobody stops half-way."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from fedirec.accounts.actions.farewells import plan_end, plan_farewell, resume_farewells
from fedirec.accounts.actions.joining import create_account
from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.actions.profile import edit_profile
from fedirec.accounts.archives import FOLDER
from fedirec.accounts.models import Account, Farewell, Person
from fedirec.accounts.permissions import Operator
from fedirec.accounts.queries import get_instance
from fedirec.activitypub.models import Actor, Follow, Outgoing, SigningKey
from fedirec.db import fetch_rows, on_postgres
from fedirec.errors import Conflict
from fedirec.media.models import Media
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.drafts import FileDraft, RecordDraft, SourceDraft
from fedirec.remix.actions.erasing import SOMEBODY, Eraser, forget_keys
from fedirec.remix.actions.following import start_following
from fedirec.remix.actions.recommendations import recommend
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Challenge, Comment, Record, Snapshot, Source
from fedirec.remix.terms import Pays, Terms
from fedirec.uris import new_key
from tests.conftest import Pass
from tests.founding import PASSWORD
from tests.network import Instance, settle
from tests.remix.test_comments import say

SECRETS = ("quokka", "wombat", "numbat", "bilby@mail.example", "potoroo", "bandicoot", "dunnart", "kowari")
"""Words that only the person who leaves ever wrote: about themselves, in records, comments, challenges, drafts."""
TERMS = Terms(version=1, licence="CC-BY-SA-4.0", pays=Pays.NOTHING)


async def live(here: Instance, there: Instance) -> tuple[Actor, Record, Record]:
    """Ana's life here: what she built, what others built on it, and what nobody used. Answers her and two records."""
    ana, bo = await here.join("ana"), await there.join("bo")
    cy = await here.join("cy")
    await here.run(lambda: Account.filter(actor_id=ana.id).update(email="bilby@mail.example"))
    account = await here.run(lambda: Account.get(actor_id=ana.id))
    await here.run(edit_profile, here.state["site"].uris, account, name="Ana Quokka", about="I love the quokka")
    await here.run(person_of, await here.run(lambda: Actor.get(id=ana.id)))
    await there.run(start_following, bo, await there.meet(ana))
    await settle(there, here)
    used = await here.run(publish_record, ana, RecordDraft(title="Used", text="a wombat", licence="CC-BY-4.0"))
    await here.run(publish_record, ana, await noise(here, ana))
    lonely = await here.run(publish_record, ana, RecordDraft(title="Potoroo", text="potoroo", licence="CC-BY-4.0"))
    draft = ChallengeDraft(title="Rain", slug="rain", text="bandicoot", terms=TERMS, kinds=("text",))
    await here.run(open_challenge, ana, here.state["keyring"], draft)
    await settle(here, there)
    heard = await there.find_record(used.uri)
    cover = RecordDraft(title="Cover", text="lo", licence="CC-BY-4.0", sources=[SourceDraft(record=heard)])
    cover_there = await there.run(publish_record, bo, cover)
    known = await here.run(lambda: Record.get(uri=used.uri).select_related("author"))
    near = RecordDraft(title="Near", text="la", licence="CC-BY-4.0", sources=[SourceDraft(record=known)])
    await here.run(publish_record, cy, near)
    await settle(there, here)
    theirs = await here.find_record(cover_there.uri)
    await say(here, ana, theirs.uri, "says the dunnart")
    await here.run(recommend, ana, theirs)
    await settle(here, there)
    return ana, used, lonely


async def noise(here: Instance, author: Actor) -> RecordDraft:
    """A record with a file whose bytes say kowari."""
    store = here.state["store"]
    digest = hashlib.sha256(b"kowari").hexdigest()
    path = f"{digest[:2]}/{digest[2:4]}/{digest}.mp3"
    (store.incoming / "noise").write_bytes(b"kowari")
    await here.run(store.put, store.incoming / "noise", path=path)

    async def keep() -> Media:
        return await Media.create(
            key=new_key(),
            owner=author,
            kind="audio",
            media_type="audio/mpeg",
            size=6,
            sha256=digest,
            digest="zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e",
            path=path,
            file_name="kowari.mp3",
        )

    return RecordDraft(
        title="Numbat noise", text="numbat", licence="CC-BY-4.0", files=[FileDraft(media=await here.run(keep))]
    )


async def everything_in(instance: Instance) -> str:
    """All rows of all tables, those of the search included, and the bytes of all files."""

    async def read() -> str:
        names = (
            "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()"
            if on_postgres()
            else "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        found = []
        for table in await fetch_rows(names):
            for row in await fetch_rows(f'SELECT * FROM "{table["name"]}"'):  # noqa: S608
                for value in row.values():
                    is_bytes = isinstance(value, bytes | memoryview)
                    shown = bytes(value).decode(errors="replace") if is_bytes else str(value)
                    found.append(f"{table['name']}: {shown}")
        return "\n".join(found)

    text = await instance.run(read)
    for folder in (instance.settings.media_dir, instance.settings.data_dir / FOLDER):
        for file in Path(folder).rglob("*"):
            text += file.name + (file.read_bytes().decode(errors="replace") if file.is_file() else "")
    return text.lower()


def lines_with(text: str, *words: str) -> list[str]:
    """Where one of `words` still stands, with the table that it stands in."""
    return [line[:300] for line in text.splitlines() if any(word in line for word in words)]


async def leave(here: Instance, ana: Actor, *, keeps_name: bool = False) -> None:
    async def plan() -> None:
        account = await Account.get(actor_id=ana.id)
        await plan_farewell(Operator(ana.uri), account, keeps_name=keeps_name, wait=timedelta(0))

    await here.run(plan)


async def test_nothing_is_left_but_what_others_built_on(here: Instance, there: Instance, time_passes: Pass) -> None:
    ana, used, lonely = await live(here, there)
    paths = await here.run(lambda: Media.filter(owner_id=ana.id).values_list("path", flat=True))
    assert paths
    before, afar = await everything_in(here), await everything_in(there)
    assert [secret for secret in SECRETS if secret not in before] == []
    assert "wombat" in afar

    await leave(here, ana)
    await settle(here, there)
    time_passes(timedelta(minutes=1))
    await settle(here, there)  # what carries a stamp that came before she left names her no more

    after = await everything_in(here)
    assert lines_with(after, *SECRETS[1:], "i love the", "numbat noise", *map(str, paths)) == []
    # What others said under their own name, and signed, stays what they said; pages show another name in it.
    theirs_said = ("evidence: ", "received: ", "outgoing: ", "record_revision: ")
    assert [line for line in lines_with(after, "ana quokka") if not line.startswith(theirs_said)] == []
    gone = await here.run(lambda: Actor.get(id=ana.id))
    assert (gone.state, gone.name, gone.local_handle) == ("deleted", SOMEBODY, "ana")
    assert await here.run(lambda: Account.filter(actor_id=ana.id).exists()) is False
    assert (await here.run(lambda: Person.get(identities__actor_id=ana.id))).name == SOMEBODY
    # The trail is true, here and there, with the title of what was used, and none of what nobody did.
    kept = await here.run(lambda: Record.get(id=used.id))
    assert (kept.title, kept.text, kept.deleted_at is not None) == ("Used", "", True)
    assert (await here.run(lambda: Record.get(id=lonely.id))).title == ""
    assert await here.run(lambda: Source.filter(uri=used.uri, withdrawn_at=None).count()) == 2
    remembered = await here.run(lambda: Snapshot.filter(uri=used.uri))
    assert {(row.document == {}, row.author_name, row.title) for row in remembered} == {(True, "", "Used")}
    challenge = await here.run(lambda: Challenge.get())
    assert (challenge.state, challenge.text, challenge.content) == ("closed", "", "")
    page = await here.get(used.uri.removeprefix(here.origin))
    assert page.status_code == 410
    assert SOMEBODY in page.text
    assert "Quokka" not in page.text
    assert (await here.get("/u/ana")).status_code == 410
    # Elsewhere too, where it is by their own rules: the words are gone, the attribution stays.
    afar = await everything_in(there)
    told = lines_with(afar, "wombat", "numbat", "potoroo", "dunnart", "i love the")
    # What a licence was granted by, for what was built on, is kept as it was signed.
    assert [line for line in told if not line.startswith("evidence: ")] == []
    assert lines_with(afar, "numbat", "potoroo", "dunnart", "i love the") == []
    theirs = await there.run(lambda: Actor.get(uri=ana.uri))
    assert (theirs.state, theirs.summary, theirs.name) == ("deleted", "", SOMEBODY)
    # So is the name, because she wished that; what others said of her and signed stays as it was.
    signed = ("evidence: ", "received: ", "outgoing: ", "record_revision: ")
    assert [line for line in lines_with(afar, "ana quokka") if not line.startswith(signed)] == []
    farewell = await here.run(lambda: Outgoing.get(type="Delete", object_uri=ana.uri))
    assert farewell.document["withoutName"] is True
    assert await there.run(lambda: Record.filter(uri=used.uri, title="Used", deleted_at__not_isnull=True).exists())
    assert await there.run(lambda: Follow.filter(target_id=theirs.id).exists()) is False
    # Nobody is ever taken for her.
    with pytest.raises(Conflict):
        await here.run(
            lambda: create_account(
                here.state["site"].uris,
                here.state["keyring"],
                doer=Operator(here.origin),
                name="ana",
                password="another one entirely",
            )
        )


async def test_whoever_wishes_it_stays_credited_by_name(here: Instance, there: Instance, time_passes: Pass) -> None:
    ana, used, _lonely = await live(here, there)
    await leave(here, ana, keeps_name=True)
    await settle(here, there)
    after = await everything_in(here)
    assert [
        word for word in ("i love the", "bilby", "wombat", "numbat.", "dunnart", "bandicoot") if word in after
    ] == []
    assert "Ana Quokka" in (await here.get(used.uri.removeprefix(here.origin))).text
    assert (await there.run(lambda: Actor.get(uri=ana.uri))).name == "Ana Quokka"
    assert await here.run(lambda: SigningKey.filter(actor_id=ana.id).exists())
    time_passes(timedelta(days=15))
    assert await here.run(forget_keys) == 2
    assert not await here.run(lambda: SigningKey.filter(actor_id=ana.id).exists())


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("killed_after", [1, 3, 6, 8])
async def test_whoever_is_killed_in_between_goes_on_where_they_were(
    killed_after: int, here: Instance, there: Instance
) -> None:
    ana, _used, _lonely = await live(here, there)
    await leave(here, ana)
    eraser = Eraser(
        store=here.state["store"], cache=here.state["media_cache"], archives=here.settings.data_dir / FOLDER
    )

    async def begin() -> None:
        for step in (await eraser.steps(await Actor.get(id=ana.id)))[:killed_after]:
            await step()

    await here.run(begin)
    assert (await here.get("/u/ana")).status_code == 410  # from the first step on
    assert await here.run(resume_farewells) == 1
    await settle(here, there)
    after = await everything_in(here)
    assert lines_with(after, *SECRETS[1:], "i love the") == []
    assert (await here.run(lambda: Farewell.get())).done_at is not None
    sent = await here.run(lambda: _deletes(ana))
    assert sent == 1


async def _deletes(ana: Actor) -> int:
    rows = await fetch_rows("SELECT COUNT(*) AS n FROM outgoing WHERE actor_id = ? AND type = 'Delete'", ana.id)
    return int(rows[0]["n"])


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_there_is_a_week_to_change_one_s_mind(here: Instance, time_passes: Pass) -> None:
    ana = await here.join("ana")
    typed = {"credit": "pseudonym", "when": "week", "sure": "on", "present": PASSWORD}
    async with here.sign_in("ana") as browser:
        page = await browser.get("/settings/leaving")
        assert "What stays" in page.text
        assert (await browser.post("/settings/leaving", data={**typed, "present": "wrong"})).status_code == 422
        assert (await browser.post("/settings/leaving", data={**typed, "sure": ""})).status_code == 422
        assert (await browser.post("/settings/leaving", data=typed)).status_code == 303
        await here.work()
        assert (await browser.get("/settings/leaving")).status_code == 200
        assert (await browser.post("/settings/leaving/undo", data={"stay": "on"})).status_code == 303
        time_passes(timedelta(days=8))
        await here.work()
        assert (await here.get("/u/ana")).status_code == 200
        assert (await browser.post("/settings/leaving", data={**typed, "when": "now"})).status_code == 303
        await here.work()
        assert (await here.get("/u/ana")).status_code == 410
        assert (await browser.get("/settings/leaving")).status_code in (303, 401)
    assert await here.run(lambda: Account.filter(actor_id=ana.id).exists()) is False


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_the_only_owner_cannot_leave(here: Instance) -> None:
    olga = await here.run(lambda: Account.get(actor__local_handle="olga"))
    with pytest.raises(Conflict, match="only owner"):
        await here.run(plan_farewell, Operator(here.origin), olga, keeps_name=False, wait=timedelta(0))
    assert await here.run(lambda: Farewell.all().count()) == 0
    assert await here.run(lambda: Comment.all().count()) == 0


async def test_an_instance_ends_and_everybody_is_told(here: Instance, there: Instance) -> None:
    ana, _used, lonely = await live(here, there)
    assert await here.run(plan_end, Operator("command line")) == 3

    await settle(here, there)

    members = await here.run(lambda: Actor.filter(is_local=True, type="Person"))
    assert [member.state for member in members] == ["deleted"] * 3
    assert (await here.get("/u/olga")).status_code == 410
    assert (await here.run(get_instance)).registration == "closed"
    known = await there.run(lambda: Actor.get(uri=ana.uri))
    assert known.state == "deleted"
    assert (await there.run(lambda: Record.get(uri=lonely.uri))).title == ""
    with pytest.raises(Conflict, match="leaving already"):
        await here.run(plan_end, Operator("command line"))
