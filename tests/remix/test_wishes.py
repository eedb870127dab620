"""What authors wish beyond their licence: who remixes without asking, and whether machines learn from it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.accounts.models import Account
from fedirec.activitypub.contexts import RECORD_CONTEXT
from fedirec.activitypub.vocab import PUBLIC
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import edit_record
from fedirec.remix.licences import CHOICES, Licence, find_licence
from fedirec.remix.models import Record
from fedirec.remix.wishes import Remixing, remixers_named, remixing_of, remixing_within
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.remix.forms import send
from tests.remix.test_comments import document_at, publish

ANA = "https://a.example/u/ana"
FOLLOWERS = f"{ANA}/followers"


@given(st.sampled_from(Remixing))
def test_what_a_policy_says_of_a_public_record_is_read_again(wish: Remixing) -> None:
    automatic, manual = remixers_named(wish, author=ANA, followers=FOLLOWERS, is_public=True)
    assert remixing_of(automatic, followers=FOLLOWERS) is wish
    assert (PUBLIC in automatic) or manual == (PUBLIC,)


@given(st.sampled_from(Remixing))
def test_nobody_is_named_for_what_is_not_public(wish: Remixing) -> None:
    assert remixers_named(wish, author=ANA, followers=FOLLOWERS, is_public=False) == ((ANA,), ())


@given(st.sampled_from(CHOICES), st.sampled_from(Remixing))
def test_a_wish_never_opens_more_than_the_licence(chosen: Licence, wish: Remixing) -> None:
    assert remixing_within(chosen, wish) is (wish if chosen.may_remix else Remixing.NOBODY)


@pytest.mark.parametrize(
    ("wish", "licence", "policy"),
    [
        ("anyone", "CC-BY-4.0", {"automaticApproval": [PUBLIC]}),
        ("followers", "CC-BY-4.0", {"automaticApproval": ["{author}/followers"], "manualApproval": [PUBLIC]}),
        ("nobody", "CC-BY-4.0", {"automaticApproval": ["{author}"], "manualApproval": [PUBLIC]}),
        ("anyone", "CC-BY-ND-4.0", {"automaticApproval": ["{author}"], "manualApproval": [PUBLIC]}),
    ],
)
async def test_both_wishes_travel_and_are_kept_by_others(
    here: Instance, there: Instance, wish: str, licence: str, policy: dict[str, list[str]]
) -> None:
    ana = await here.join("ana")
    made = await publish(here, ana, licence=licence, remixing=wish, ai_preference="disallow")
    document = await document_at(here, made.uri)
    named = {key: [each.format(author=ana.uri) for each in value] for key, value in policy.items()}
    assert document["interactionPolicy"]["canRemix"] == named
    assert document["aiPreference"] == "disallow"
    copy = await there.find_record(made.uri)
    left = wish if find_licence(licence).may_remix else "nobody"
    assert (copy.remixing, copy.ai_preference) == (left, "disallow")
    kept = await here.run(lambda: Record.get(id=made.id))
    assert (kept.remixing, kept.ai_preference) == (left, "disallow")


async def test_a_wish_that_changes_is_heard_and_unset_is_said_by_silence(here: Instance, there: Instance) -> None:
    ana = await here.join("ana")
    made = await publish(here, ana, remixing="nobody", ai_preference="allow")
    await there.find_record(made.uri)
    made.author = ana
    changed = RecordDraft(title="Fog", text="Grey.", licence="CC-BY-4.0", remixing="anyone")
    await here.run(edit_record, ana, made, changed)
    await settle(here, there)
    assert "aiPreference" not in await document_at(here, made.uri)
    copy = await there.find_record(made.uri)
    if copy.revision > 1:
        assert (copy.remixing, copy.ai_preference) == ("anyone", "unset")


async def test_who_says_nothing_has_agreed_to_nothing_and_nonsense_is_silence(here: Instance, network: Network) -> None:
    elsewhere = Peer(network)
    cy = elsewhere.actor("cy")
    work = {"kind": "record", "name": "Sky", "license": "https://creativecommons.org/licenses/by/4.0/"}
    silent = elsewhere.note(cy, "1") | work
    odd = elsewhere.note(cy, "2") | work | {"aiPreference": "eat", "interactionPolicy": {"canRemix": "everybody"}}
    for note in (silent, odd):
        elsewhere.serve(note["id"], {"@context": RECORD_CONTEXT, **note})
        copy = await here.find_record(note["id"])
        assert (copy.remixing, copy.ai_preference) == ("nobody", "unset")


async def test_the_page_says_the_wishes_in_words_and_tells_machines(here: Instance) -> None:
    ana = await here.join("ana")
    quiet = await publish(here, ana, title="Quiet", remixing="followers", ai_preference="disallow")
    closed = await publish(here, ana, title="Closed", licence="CC-BY-ND-4.0", ai_preference="allow")
    async with here.client() as browser:
        page = await browser.get(quiet.uri, headers={"Accept": "text/html"})
        assert "Whoever follows ana may remix without asking; ana is asked about others." in page.text
        assert "ana asks that no machine is trained with it." in page.text
        assert '<meta name="robots" content="noai, noimageai">' in page.text
        assert (page.headers["X-Robots-Tag"], page.headers["Content-Usage"]) == ("noai, noimageai", "train-ai=n")
        page = await browser.get(closed.uri, headers={"Accept": "text/html"})
        assert "Whoever wants to remix it asks ana first." in page.text
        assert "noai" not in page.text
        assert page.headers["Content-Usage"] == "train-ai=y"
        frame = await browser.get(f"{quiet.uri}/embed")
        assert "noai" in frame.headers["X-Robots-Tag"]
        assert "noindex" in frame.headers["X-Robots-Tag"]


async def test_defaults_are_chosen_once_and_can_be_changed_for_each_record(here: Instance) -> None:
    ana = await here.join("ana")
    async with here.sign_in("ana") as browser:
        page = await browser.get("/settings/making")
        answer = await send(browser, page, "/settings/making", remixing="nobody", ai_preference="disallow")
        assert answer.status_code == 303
        account = await here.run(lambda: Account.get(actor_id=ana.id))
        assert (account.remixing, account.ai_preference) == ("nobody", "disallow")
        form = await browser.get("/records/new")
        assert re.search(r'name="remixing" value="nobody" checked', form.text)
        await send(browser, form, "/records/new", title="Dew", text="x", do="publish")
        form = await browser.get("/records/new")
        await send(browser, form, "/records/new", title="Ice", text="x", do="publish", remixing="anyone")
        rows = await here.run(lambda: Record.all().order_by("id"))
        assert [(row.remixing, row.ai_preference) for row in rows] == [("nobody", "disallow"), ("anyone", "disallow")]
        edit = await browser.get(f"{rows[0].uri}/edit")
        assert re.search(r'name="ai_preference" value="disallow" checked', edit.text)
