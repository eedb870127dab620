"""A small world on two instances that are being served: `python -m tests.browser.world FOLDER OTHER_FOLDER`.

It works through the actions, beside the process that serves, and prints the addresses of the pages as JSON. Afterwards
each instance has something of everything: texts, pictures, sounds, remixes over both of them, challenges, comments,
followers, people who ask, drafts, what was deleted and what is for followers alone.
"""

from __future__ import annotations

import asyncio
import json
import sys
import wave
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from fedirec.accounts.actions.invitations import create_invitation
from fedirec.accounts.actions.profile import edit_profile
from fedirec.accounts.models import Account
from fedirec.accounts.stopping import CONFIRM, Sort, sealed, stop_path
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.contexts import RECORD_CONTEXT
from fedirec.activitypub.models import Actor, ActorKey
from fedirec.activitypub.vocab import PUBLIC, Doc, Vocabulary
from fedirec.app import State, running
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.media.actions import keep_file
from fedirec.projects.actions.meeting import find_project
from fedirec.remix.actions.bookmarks import bookmark
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.claims import ClaimDraft, open_claim, page_of
from fedirec.remix.actions.comments import CommentDraft, write_comment
from fedirec.remix.actions.drafting import save_draft
from fedirec.remix.actions.drafts import FileDraft, PartDraft, RecordDraft, SourceDraft
from fedirec.remix.actions.following import start_following
from fedirec.remix.actions.meeting import find_challenge
from fedirec.remix.actions.pens import accept_pen, share_pen
from fedirec.remix.actions.recommendations import recommend
from fedirec.remix.actions.records import delete_record, edit_record, publish_record
from fedirec.remix.actions.remix_requests.waiting import ask_to_remix
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.sources import find_record
from fedirec.remix.actions.suggestions import suggest_change
from fedirec.remix.actions.tags import follow_tag
from fedirec.remix.actions.threads import find_place
from fedirec.remix.claims import ClaimKind
from fedirec.remix.digest import record_digest
from fedirec.remix.models import Pick, Record, RemixRequest, Source
from fedirec.remix.terms import Pays, Terms
from fedirec.remix.vocab import RecordObject
from fedirec.settings import Settings
from fedirec.uris import new_key
from tests.browser.earning import earn
from tests.browser.ending import end_some, look_for
from tests.browser.orchard import plant, sow, tend
from tests.browser.producing import finish_work
from tests.browser.sharing import share_money
from tests.browser.tasking import give_work

POEM = """The last train leaves without a sound.

> Nobody waves.

1. a lamp
2. a glove

So *who* was it that sang, and [where](https://far.example/song)?"""


def settings_in(folder: str) -> Settings:
    return Settings.load({"data_dir": Path(folder), "development": True, "log_level": "error"})


def picture(folder: Path, *, tall: bool = False) -> Path:
    made = Image.new("RGB", (900, 1400) if tall else (1600, 900), "#22305a")
    pen = ImageDraw.Draw(made)
    for number in range(80):
        x, y = number * 37 % made.width, number * 91 % made.height
        pen.ellipse([x, y, x + 9, y + 9], fill="#ffe9a8")
    path = folder / f"stars-{tall}.png"
    made.save(path)
    return path


def sound(folder: Path, *, seconds: int = 3) -> Path:
    path = folder / f"hum-{seconds}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        beats = (9_000 * ((i // 40) % 2) * (4_000 - i % 4_000) // 4_000 for i in range(16_000 * seconds))
        file.writeframes(b"".join(beat.to_bytes(2, "little") for beat in beats))
    return path


async def named(name: str) -> Actor:
    return await Actor.get(local_handle=name)


async def publish(author: Actor, title: str, **fields: Any) -> Record:
    return await publish_record(author, RecordDraft(**{"title": title, "licence": "CC-BY-SA-4.0", **fields}))


async def file_of(state: State, owner: Actor, source: Path, description: str) -> FileDraft:
    kept = await keep_file(state["store"], owner, file_name=source.name, source=source, settings=state["settings"])
    return FileDraft(media=kept, description=description)


async def comparison_at(path: str, remix: Record, source: Record) -> str:
    """Where the page is that compares both."""
    return f"{path}/compare/{(await Source.get(record_id=remix.id, uri=source.uri)).id}"


async def fill_other(folder: str) -> dict[str, str]:
    """What there is elsewhere: a picture, a challenge, and a person who follows ana."""
    async with running(settings_in(folder), everywhere=False) as state:
        cy = await named("cy")
        painted = await file_of(state, cy, picture(Path(folder)), "Stars over a dark field")
        stars = await publish(cy, "Stars over a field", files=[painted], tags=["night"], language="de")
        terms = Terms(version=1, licence="CC-BY-SA-4.0")
        draft = ChallengeDraft(
            title="A lullaby for machines",
            slug="lullaby",
            text="What would you sing to a *server*?",
            kinds=["audio", "text"],
            deadline_at=now() + timedelta(days=5),
            terms=terms,
        )
        challenge = await open_challenge(cy, state["keyring"], draft)
        project = await plant(state, cy, [], slug="grove")
        made = {"record": stars.uri, "challenge": (await challenge.actor).uri, "project": project.actor.uri}
        return {**made, "person": cy.uri}


async def meet_kim() -> Record:
    """A record by somebody whose server has other keys for them by now."""
    uri = "https://lapsed.example/users/kim"
    kim = await Actor.create(
        uri=uri, type="Person", handle="kim", host="lapsed.example", name="Kim Sommerfeld", inbox=f"{uri}/inbox"
    )
    known: dict[str, Any] = {"actor": kim, "key_id": f"{uri}#main-key", "kind": "rsa", "public": "x"}
    for letter, is_vouched in (("A", True), ("B", False)):
        await ActorKey.create(**known, fingerprint=f"zQm{letter * 43}", is_vouched=is_vouched)
    note = {
        "@context": RECORD_CONTEXT,
        "id": "https://lapsed.example/notes/roof",
        "type": "Note",
        "kind": "record",
        "attributedTo": uri,
        "published": "2026-11-20T10:00:00Z",
        "to": [PUBLIC],
        "name": "Tin roof",
        "content": "<p>It drips, and nobody minds.</p>",
        "license": "https://creativecommons.org/licenses/by/4.0/",
    }
    note["recordDigest"] = record_digest(RecordObject.read(Doc(note), Vocabulary(())))
    async with transaction():
        return await save_record(kim, RecordObject.read(Doc(note), Vocabulary(())), document=note)


async def fill(folder: str, elsewhere: dict[str, str]) -> dict[str, Any]:
    async with running(settings_in(folder), everywhere=False) as state:
        remote, site = state["remote"], state["site"]
        ana, bo, olga = await named("ana"), await named("bo"), await named("olga")
        about = "I write down what trains say. Looking for **voices**."
        await edit_profile(
            site.uris, await Account.get(actor_id=ana.id), name="Ana Lind", about=about, approves_followers=False
        )
        far = await find_record(remote, elsewhere["record"])
        asked = await find_challenge(remote, elsewhere["challenge"])
        grove = await find_project(remote, elsewhere["project"])
        cy = await remote.find_actor(elsewhere["person"])
        song = await publish(
            ana, "Night train", text=POEM, tags=["night", "trains"], language="en", licence="CC-BY-SA-4.0"
        )
        hummed = await file_of(state, bo, sound(Path(folder)), "Somebody hums three notes")
        hum = await publish(bo, "Night train, hummed", files=[hummed], sources=[SourceDraft(record=song)])
        cover = await file_of(state, ana, picture(Path(folder), tall=True), "A tall dark sky with stars")
        made = await publish(
            ana,
            "Trains under stars",
            text="A picture of what was hummed.",
            files=[cover],
            sources=[SourceDraft(record=hum), SourceDraft(record=far)],
            parts=[PartDraft(actor=bo, role="lyr")],
        )
        retold = await publish(
            bo,
            "Night train, in rain",
            text=POEM.replace("without a sound", "through the rain").replace("2. a glove", "2. a wet glove"),
            sources=[SourceDraft(record=song)],
        )
        retold_by_bo = await Record.get(id=retold.id).select_related("author")
        suggestion = await suggest_change(
            bo, retold_by_bo, await Record.get(id=song.id).select_related("author"), words="It rained that night."
        )
        pen = await share_pen(bo, retold_by_bo, ana, words="Shall we go on together?")
        await accept_pen(ana, pen)
        lower = await file_of(state, ana, sound(Path(folder), seconds=2), "The same three notes, lower")
        hummed_lower = await publish(ana, "Hummed lower", files=[lower], sources=[SourceDraft(record=hum)])
        window = await file_of(state, bo, picture(Path(folder)), "A window with stars in it")
        shut = await publish(bo, "Shut window", files=[window], licence="CC-BY-ND-4.0")
        curtain = await file_of(state, ana, picture(Path(folder), tall=True), "The same window, with a curtain")
        wanted = RecordDraft(
            title="A curtain for it", licence="CC-BY-SA-4.0", files=[curtain], sources=[SourceDraft(record=shut)]
        )
        waiting = await ask_to_remix(ana, wanted, words="May I hang something before it?")
        kept = await publish(ana, "Only as it is", text=POEM, licence="LicenseRef-ARR")
        sung = await file_of(state, bo, sound(Path(folder)), "Somebody sings two lines of it")
        hoped = RecordDraft(
            title="Two lines, sung", licence="CC-BY-4.0", files=[sung], sources=[SourceDraft(record=kept)]
        )
        heard = await ask_to_remix(bo, hoped, words="I could not stop. May it be heard?")
        # The author of what lives on the other instance may not have answered yet: that is no question of these.
        asking, asked_of = [(await RemixRequest.get(remix_uri=remix.uri)).id for remix in (waiting, heard)]
        for record in (hum, far, shut):
            await bookmark(ana, record)
        doubted = await Record.get(id=hummed_lower.id).select_related("author")
        missing = ClaimDraft(
            kind=ClaimKind.MISSING_SOURCE,
            words="The rain is in it, too.",
            links=["https://example.org/"],
            source=retold.uri,
        )
        claimed = await open_claim(bo, doubted, missing)
        veiled = await publish(bo, "Storm", text="It was very loud.", warning="thunder")
        said = await file_of(state, ana, sound(Path(folder)), "Ana reads it aloud")
        own = await publish(ana, "For those who follow", text="Between us.", visibility="followers", files=[said])
        gone = await publish(bo, "Gone by now", text="la")
        await publish(ana, "What came of it", text="la", sources=[SourceDraft(record=gone)])
        await delete_record(bo, await Record.get(id=gone.id))
        edited = RecordDraft(title="Night train", text=POEM + "\n\nNobody.", licence="CC-BY-SA-4.0", tags=["night"])
        await edit_record(ana, await Record.get(id=song.id), edited)
        terms = Terms(
            version=1, licence="CC-BY-SA-4.0", pays=Pays.POT, amount=5_000, currency="EUR", rule="In equal parts."
        )
        draft = ChallengeDraft(
            title="What does the sea say?",
            slug="sea",
            text="Listen. Then **record it**, draw it, or write it down.",
            deadline_at=now() + timedelta(days=3, hours=2),
            terms=terms,
        )
        sea = await open_challenge(ana, state["keyring"], draft)
        answer = await publish(bo, "It says hush", text="hush, hush", challenge=sea)
        await publish(ana, "Sleep, rack nine", text="la la", challenge=asked)
        place = await find_place(song.uri)
        assert place is not None
        comment = await write_comment(bo, place, CommentDraft(text="The second line gave me shivers."))
        reply = await find_place(comment.uri)
        assert reply is not None
        await write_comment(ana, reply, CommentDraft(text="It was cold when I wrote it."))
        for follower, target in ((bo, ana), (olga, ana), (ana, bo), (ana, cy)):
            await start_following(follower, target)
        await Actor.filter(id=bo.id).update(approves_followers=True)
        await start_following(olga, await named("bo"))
        await Actor.filter(id=bo.id).update(approves_followers=False)
        await recommend(bo, await Record.get(id=song.id).select_related("author"))
        await follow_tag(ana, "night")
        key = new_key()
        await save_draft(ana, key=key, title="A half-finished line", values=[("title", "A half-finished line")])
        account = await Account.get(actor_id=olga.id).select_related("actor")
        secret = await create_invitation(Viewer(account=account, actor=olga, seen_at=now()))
        group = await sea.actor
        roof = await meet_kim()
        work = await give_work(state, bo, ana, olga)
        leaf = await file_of(state, ana, picture(Path(folder)), "A tree without leaves")
        orchard = await plant(state, ana, [olga, cy], slug="orchard", cover=leaf)
        work |= await tend(ana, orchard, bo, sea)
        await sow(state, ana, olga)
        work |= await earn(state, ana, bo)
        work |= await finish_work(state, ana, bo, [await Record.get(id=song.id).select_related("author")])
        work |= await share_money(site.origin, work["finished"], ana, bo, olga)
        work |= await look_for(ana, group, olga, cy)
        work |= await end_some(state, ana, bo)

        def path(uri: str) -> str:
            return uri.removeprefix(site.origin)

        await Account.filter(actor_id=ana.id).update(mail_to="ana@mail.example", mailed=["remixed"], weekly_mail=True)
        await Pick.create(editor_id=olga.id, record_id=song.id, words="Read it aloud, by night.")
        await Pick.create(editor_id=olga.id, group_id=group.id, words="There is a place for you in this one.")
        return {
            "stop_mail": stop_path(state["keyring"], ana.id, Sort.WEEKLY),
            "confirm_mail": CONFIRM + sealed(state["keyring"], ana.id, "ana@mail.example"),
            "text": path(song.uri),
            "sound": path(hum.uri),
            "picture": path(made.uri),
            "compared_words": await comparison_at(path(retold.uri), retold, song),
            "compared_pictures": await comparison_at(path(made.uri), made, far),
            "compared_sounds": await comparison_at(path(hummed_lower.uri), hummed_lower, hum),
            "suggestion": f"/suggestions/{suggestion.id}",
            "pen": f"/pens/{pen.id}",
            "warned": path(veiled.uri),
            "claim": page_of(claimed),
            "asking": f"/requests/{asking}",
            "asked_of": f"/requests/{asked_of}",
            "waiting": path(waiting.uri),
            "shut": f"/records/new?source={shut.id}",
            "followers_only": path(own.uri),
            "deleted": path(gone.uri),
            "answer": path(answer.uri),
            "challenge": path(group.uri),
            "remote_record": f"/records/remote/{far.id}",
            "lapsed_record": f"/records/remote/{roof.id}",
            "lapsed_person": f"/people/remote/{roof.author_id}",
            "lapsed_case": f"/admin/reports/{roof.author_id}",
            "remote_challenge": f"/challenges/remote/{asked.id}",
            "remote_project": f"/projects/remote/{grove.id}",
            "remote_person": f"/people/remote/{cy.id}",
            "draft": f"/records/new?draft={key}",
            "invitation": f"/sign-up?invitation={secret}",
            **work,
        }


def main(folder: str, other_folder: str) -> None:
    elsewhere = asyncio.run(fill_other(other_folder))
    print(json.dumps(asyncio.run(fill(folder, elsewhere))))


if __name__ == "__main__":
    main(*sys.argv[1:])
