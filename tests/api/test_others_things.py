"""Whatever belongs to somebody else: nobody reads it, changes it or ends it by naming it."""

from __future__ import annotations

from typing import Any

import pytest

from fedirec.accounts.models import Account, Invitation, Notification, Session, Token
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Follow
from fedirec.api.endpoints import TABLE
from fedirec.media.models import Media
from fedirec.remix.models import (
    Challenge,
    Claim,
    Comment,
    Draft,
    Pen,
    QuoteStamp,
    Record,
    RemixRequest,
    Submission,
    Suggestion,
)
from fedirec.uris import new_key
from tests.api.conftest import Programs
from tests.api.programs import actor_named, path_of
from tests.api.test_story import TERMS, record
from tests.media.test_uploads import PIECE, TUS
from tests.network import Instance
from tests.remix.test_comments import sound

EVERYBODY_S = {
    "recommend_record",
    "take_back_recommendation",
    "write_comment",
    "answer_comment",
    "unfollow",
    "open_claim",
    "ask_about_lineage",
    "bookmark_record",
    "forget_bookmark",
}
"""What may be done with what everybody may see, by anybody."""
BODIES: dict[str, Any] = {
    "edit_record": record(title="Mine now"),
    "add_caption": {"webvtt": "WEBVTT\n\n00:00.000 --> 00:01.000\nMine now\n"},
    "change_challenge": {"text": "Mine now"},
    "accept_submission": {"reason": "Mine now"},
    "ask_for_change": {"reason": "Mine now"},
    "decline_submission": {"reason": "Mine now"},
    "reconsider_submission": {"reason": "Mine now"},
    "redo_work": {"reason": "Mine now"},
    "invite_to_submit": {"reason": "Mine now", "person": 1},
    "propose_record": {"reason": "Mine now", "record": 1},
    "conclude_challenge": {"text": "Mine now"},
    "cancel_challenge": {"reason": "Mine now"},
    "agree_to_terms": {"version": 1},
    "edit_comment": {"text": "Mine now"},
    "answer_remix_request": {"agree": True},
    "stand_by_remix": {"remix": 1},
    "ask_again": {"words": "Mine now"},
    "change_role": {"role": "owner"},
    "suggest_change": {"source": 1},
    "adopt_suggestion": {"words": "Mine now"},
    "share_pen": {"person": 1},
    "write_version": {"version": "1", "title": "Mine now"},
    "decline_suggestion": {"words": "Mine now"},
    "add_evidence": {"words": "Mine now"},
    "answer_claim": {"agrees": True},
    "appeal_claim": {"words": "Mine now"},
    "look_behind_names": {"reason": "Mine now"},
    "decide_claim": {"upholds": True, "reason": "Mine now"},
    "open_pool_of_challenge": {
        "kind": "self_funded",
        "title": "Mine now",
        "currency": "EUR",
        "stated": 100,
        "rule": "host",
    },
}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_nobody_gets_at_what_is_somebody_else_s(here: Instance, there: Instance, program: Programs) -> None:
    ana_, bo = await here.join("ana"), await there.join("bo")
    await here.join("eve")
    ana, eve = await program("ana"), await program("eve")
    key, media = new_key(), await here.run(_media_of, await sound(here, ana_))
    made = await ana.get("publish_record", **record())
    secret = await ana.get("publish_record", **record(title="For a few", visibility="followers"))
    challenge = await ana.get("open_challenge", title="Rain", text="Go.", kinds=["text"], terms=TERMS)
    offered = await ana.get("submit_record", made["id"], challenge=challenge["id"])
    said = await ana.get("write_comment", made["id"], text="My own words")
    hushed = await ana.get("write_comment", secret["id"], text="For a few")
    await ana.ask("save_draft", key, fields=[{"name": "title", "value": "Not yet"}])
    await ana.ask("create_invitation", uses=1)
    met = await here.meet(bo)
    await here.run(follow, met, ana_)
    await here.run(lambda: Follow.all().update(accepted_at=None))
    asked = await here.run(lambda: Follow.get(target_id=ana_.id))
    begun = await ana.client.post(
        "/api/uploads", headers=TUS | {"upload-length": "10", "authorization": f"Bearer {ana.token}"}
    )
    async with here.sign_in("ana"):
        session = await here.run(lambda: Session.get(account__actor_id=ana_.id))
    token = await here.run(lambda: Token.get(account__actor_id=ana_.id))
    row = await here.run(lambda: Record.get(id=made["id"]))
    quote = await here.run(
        lambda: QuoteStamp.create(
            key=new_key(),
            record=row,
            quoter=met,
            uri="https://x.test/1",
            request_uri="https://x.test/q",
            state="waiting",
        )
    )
    claim = await here.run(
        lambda: Claim.create(
            key=new_key(), record=row, kind="missing_source", claimant=met, source_uri="https://x.test/2"
        )
    )
    question = await here.run(
        lambda: RemixRequest.create(
            source_uri=row.uri, remix_uri="https://x.test/1", asker=met, owner=ana_, state="waiting", words="For a few"
        )
    )
    suggestion = await here.run(
        lambda: Suggestion.create(
            record_uri=row.uri, variation_uri="https://x.test/2", proposer=met, owner=ana_, state="waiting"
        )
    )
    pen = await here.run(lambda: Pen.create(record_uri=row.uri, owner=ana_, holder=met, state="held"))
    invitation = await here.run(lambda: Invitation.get(inviter__actor_id=ana_.id))
    before = await here.run(_all_of)
    things: dict[str, list[tuple[Any, ...]]] = {
        "/me/sessions/{id:int}": [(session.id,)],
        "/me/tokens/{id:int}": [(token.id,)],
        "/me/invitations/{id:int}": [(invitation.id,)],
        "/records/{id:int}": [(made["id"],), (secret["id"],)],
        "/files/{key}": [(media,)],
        "/files/{key}/captions/{language}": [(media, "en")],
        "/drafts/{key}": [(key,)],
        "/challenges/{id:int}": [(challenge["id"],)],
        "/submissions/{id:int}": [(offered["id"],)],
        "/comments/{id:int}": [(said["id"],), (hushed["id"],)],
        "/quotes/{id:int}": [(quote.id,)],
        "/suggestions/{id:int}": [(suggestion.id,)],
        "/pens/{id:int}": [(pen.id,)],
        "/requests/{id:int}": [(question.id,)],
        "/following/requests/{id:int}": [(asked.id,)],
        "/claims/{key}": [(claim.key,)],
        "/members/{name}": [("ana",)],
        "/sign-ups/{id:int}": [(1,)],
    }
    tried = set[str]()
    for endpoint in TABLE:
        place = max((path for path in things if endpoint.path.startswith(path)), key=len, default=None)
        if place is None or endpoint.name in EVERYBODY_S or endpoint.name == "save_draft":
            continue
        for names in things[place]:
            is_public = (place, *names) not in (
                ("/records/{id:int}", secret["id"]),
                ("/comments/{id:int}", hushed["id"]),
            )
            if (endpoint.is_open and is_public) or endpoint.name == "list_own_submissions":
                continue
            tried.add(endpoint.name)
            address = path_of(endpoint, *names, *[1] * (endpoint.path.count("{") - len(names)))
            answer = await eve.client.request(
                endpoint.method,
                address,
                json=BODIES.get(endpoint.name, {"challenge": challenge["id"]} if endpoint.body else None),
                headers={"authorization": f"Bearer {eve.token}"},
            )
            assert answer.status_code in (403, 404), (endpoint.name, names, answer.status_code, answer.text)
            for words in ("For a few", "Not yet", "My own words"):
                assert words not in answer.text, endpoint.name
    assert len(tried) > 30
    assert set(BODIES) <= tried
    await eve.ask("save_draft", key, fields=[{"name": "title", "value": "Mine"}])
    assert (await ana.get("show_draft", key))["fields"] == [{"name": "title", "value": "Not yet"}]
    for method, more in (("GET", {}), ("HEAD", TUS), ("PATCH", PIECE | {"upload-offset": "0"}), ("DELETE", TUS)):
        headers = {**more, "authorization": f"Bearer {eve.token}"}
        answer = await eve.client.request(method, begun.headers["location"], headers=headers, content=b"")
        assert answer.status_code == 404, method
    eves = await actor_named(here, "eve")
    await here.run(lambda: Draft.filter(author_id=eves.id).delete())
    assert await here.run(_all_of) == before


async def _media_of(made: Record) -> str:
    return (await Media.get(attachments__record_id=made.id)).key


async def _all_of() -> list[Any]:
    """Everything that somebody might have changed."""
    models = (
        Account,
        Challenge,
        Claim,
        Comment,
        Draft,
        Follow,
        Invitation,
        Notification,
        QuoteStamp,
        Record,
        Submission,
    )
    return [await model.all().order_by("id").values() for model in models]
