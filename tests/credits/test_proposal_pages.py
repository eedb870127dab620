"""The pages of a proposal: everybody reads who gets what and why, and finds the buttons that are theirs."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.models import Actor
from fedirec.credits.actions.granting.giving import grant, question
from fedirec.credits.actions.pools import open_pool
from fedirec.credits.actions.proposals.appealing import appeal_objection
from fedirec.credits.actions.proposals.beginning import begin_proposal
from fedirec.credits.actions.proposals.deciding import close_windows
from fedirec.credits.actions.proposals.locking import lock_proposal
from fedirec.credits.actions.proposals.objecting import answer_objection, object_to
from fedirec.credits.actions.proposals.stances import give_share_back, take_share_back
from fedirec.credits.decisions import Rule
from fedirec.credits.entries import EntryKind
from fedirec.credits.grants import GrantScope
from fedirec.credits.models import (
    DraftLine,
    MoneySettings,
    Objection,
    PayProposal,
    ProposalComment,
    ProposalRevision,
    Share,
)
from fedirec.credits.objections import ObjectionDraft
from fedirec.credits.pools import Kind, PoolDraft
from fedirec.credits.queries.pools import home_of
from fedirec.errors import Conflict, Invalid
from fedirec.ledger.models import ChainLink
from fedirec.remix.models import LogEntry, News, Record
from fedirec.remix.terms import DecidedBy, Pays, Terms
from fedirec.web.times import in_utc
from tests.conftest import Pass
from tests.credits.listing import frozen
from tests.credits.proposing import WINDOW, Earning, earning, refused
from tests.credits.test_proposals import _offered
from tests.network import Instance
from tests.payouts.test_planted_values import documents_of
from tests.projects.producing import production_with, project_at, record_by

pytestmark = [pytest.mark.anyio, pytest.mark.one_database]


async def page_for(film: Earning, who: str, path: str) -> str:
    async with film.at.sign_in(who) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return words(answer)


async def post(film: Earning, who: str, path: str, **fields: Any) -> httpx.Response:
    async with film.at.sign_in(who) as client:
        return await client.post(path, data=fields)


async def _granted(film: Earning, title: str) -> None:
    """The author of that work lets the production make money with it."""
    work = await Record.get(title=title).select_related("author")
    asked = question(film.production, work, GrantScope.PRODUCTION, author=work.author)
    await grant(work.author, film.production, work, GrantScope.PRODUCTION, digest=asked.digest)


def words(answer: httpx.Response) -> str:
    main = answer.text.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def has(text: str, *phrases: str) -> None:
    """`text` says each of them."""
    assert [phrase for phrase in phrases if phrase not in text] == [], text


async def test_from_the_pool_to_the_lock_through_pages(here: Instance, time_passes: Pass) -> None:
    film = await earning(here)
    pool = f"/pools/{film.pool.key}"

    # Only who leads the project begins a proposal; what is wrong stands beside its field.
    assert (await post(film, "bo", f"{pool}/propose", title="Mine")).status_code == 403
    assert "Please choose what the money was made with." in words(await post(film, "ana", f"{pool}/propose", title="S"))
    begun = await post(film, "ana", f"{pool}/propose", title="Sales", productions=str(film.production.id))
    edit = begun.headers["location"]
    page = edit.removesuffix("/edit")
    proposal = await here.run(lambda: PayProposal.get(key=page.removeprefix("/pay/")))
    async with here.client() as stranger:
        assert (await stranger.get(page)).status_code == 404
    assert (await post(film, "bo", edit, do="save", version="0")).status_code == 404

    # A mistake in one line keeps what was typed in all of them.
    rows = {row.name: row.key for row in await here.run(lambda: DraftLine.filter(proposal_id=proposal.id))}
    bo, cy = rows["bo"], rows["cy"]
    typed = {f"weight-{bo}": "60", f"reason-{bo}": "Nine nights.", f"weight-{cy}": "4O", f"reason-{cy}": "The sky."}
    wrong = await post(film, "ana", edit, do="save", version="0", **typed)
    assert wrong.status_code == 422
    has(wrong.text, 'value="4O"', 'value="Nine nights."')
    assert "Please write a whole number." in words(wrong)

    # Without a script a button works the shares out, and saves nothing.
    typed[f"weight-{cy}"] = "40"
    worked_out = await post(film, "ana", edit, do="recalculate", version="0", **typed)
    has(words(worked_out), "60 %", "€2,422.09")
    assert {row.weight for row in await here.run(lambda: DraftLine.filter(proposal_id=proposal.id))} != {40, 60}

    # Who was overtaken keeps what they typed, and reads what somebody else wrote.
    assert (await post(film, "ana", edit, do="save", version="0", **typed)).status_code == 303
    has(await page_for(film, "tom", page), "it is not published yet")
    both = await post(film, "ana", edit, do="save", version="0", **{**typed, f"weight-{cy}": "4O"})
    assert 'name="version" value="0"' in both.text, "a mistake makes nobody the newest"
    late = await post(film, "ana", edit, do="save", version="0", **{**typed, f"weight-{bo}": "77"})
    assert late.status_code == 412
    has(late.text, 'value="77"')
    has(words(late), "they wrote 60")
    await here.run(lambda: DraftLine.filter(key=cy).update(reason=""))
    await here.run(lambda: DraftLine.filter(proposal_id=proposal.id).update(weight=0))
    missing = await page_for(film, "ana", f"{page}/publish")
    has(missing, "Lines without a reason", "Nobody gets anything yet")
    assert "Publish it" not in missing, "no button that would be refused"
    draft = await here.run(lambda: PayProposal.get(id=proposal.id))
    await post(film, "ana", edit, do="even", version=str(draft.version))
    assert {row.weight for row in await here.run(lambda: DraftLine.filter(proposal_id=proposal.id))} == {1}

    # A line is two of the same person, or both are one again.
    async def changes(deed: str, *chosen: str) -> dict[str, int]:
        draft = await here.run(lambda: PayProposal.get(id=proposal.id))
        done = await post(film, "ana", edit, do=deed, version=str(draft.version), chosen=chosen)
        assert done.status_code == 303
        rows = await here.run(lambda: DraftLine.filter(proposal_id=proposal.id, actor_id=film.cy.id))
        return {row.key: row.weight for row in rows}

    await here.run(lambda: DraftLine.filter(key=cy).update(weight=5))
    halves = await changes("split", cy)
    assert sorted(halves.values()) == [2, 3]
    assert await changes("merge", cy, *(halves.keys() - {cy})) == {cy: 5}
    assert await changes("suggest") == {cy: 1}

    # Somebody without an account gets a line by name, and goes again.
    version = (await here.run(lambda: PayProposal.get(id=proposal.id))).version
    assert "Please say who gets it." in words(await post(film, "ana", edit, do="add", version=str(version)))
    version = (await here.run(lambda: PayProposal.get(id=proposal.id))).version
    await post(
        film, "ana", edit, do="add", version=str(version), name="Dora", weight="2", reason="She held the ladder."
    )
    dora = await here.run(lambda: DraftLine.get(proposal_id=proposal.id, name="Dora"))
    assert (dora.weight, dora.reason) == (2, "She held the ladder.")
    gone = {f"weight-{dora.key}": "2", f"gone-{dora.key}": "on"}
    version = (await here.run(lambda: PayProposal.get(id=proposal.id))).version
    assert (await post(film, "ana", edit, do="save", version=str(version), **gone)).status_code == 303
    assert not await here.run(lambda: DraftLine.exists(key=dora.key))
    kept = await here.run(lambda: PayProposal.get(id=proposal.id))
    assert (await post(film, "ana", f"{page}/publish", version=str(kept.version))).status_code == 422
    merged = await post(film, "ana", edit, do="merge", version=str(kept.version), chosen=cy, **typed)
    assert "Please choose two or more lines." in words(merged), "what a button cannot do is told, and the rest is saved"
    assert "Nothing is missing." in await page_for(film, "ana", f"{page}/publish")
    published = await post(film, "ana", f"{page}/publish", version=str(kept.version + 1))
    assert published.headers["location"] == page

    # Everybody reads it; those who are listed find their own share first, and their buttons.
    async with here.client() as stranger:
        shown = words(await stranger.get(page))
    has(shown, "60 %", "€1,614.73", "Nine nights.", "the trail suggests 50 %")

    # The bar is as wide as the shares are, the greatest first, and how long people have is counted down.
    async with here.client() as stranger:
        html = (await stranger.get(page)).text
    bar = re.findall(r'<rect class="split-\d" x="([\d.]+)" y="0" width="([\d.]+)"', html)
    assert bar == [("0.000", "600.000"), ("600.000", "400.000")]
    until = (await here.run(lambda: PayProposal.get(id=proposal.id))).closes_at
    assert until is not None
    assert f'data-until="{in_utc(until)}"' in html
    has(shown, "Objections until", "in 14 days")
    has(shown, "(+10 %)", "10 % more than that", "(\N{MINUS SIGN}10 %)", "10 % less than that")
    has(await page_for(film, "ana", edit), "the trail suggests 50 %", "(+10 %)", "10 % less than that")

    # What the trail suggests is worked out when leaders ask for it, and stays with the revision that was drawn up.
    await here.run(lambda: DraftLine.all().update(suggested=None))
    async with here.client() as stranger:
        has(words(await stranger.get(page)), "the trail suggests 50 %")
    kept = await here.run(lambda: PayProposal.get(id=proposal.id))
    assert (await post(film, "ana", edit, do="credits", version=str(kept.version))).status_code == 303
    suggested = await here.run(lambda: DraftLine.filter(key__in=[bo, cy]).values_list("suggested", "weight"))
    assert sorted(suggested) == [(500_000, 40), (500_000, 60)]
    assert "I accept this revision" not in shown
    assert "Your share" not in shown
    mine = await page_for(film, "bo", page)
    assert mine.index("Your share") < mine.index("What is shared")
    assert "I accept this revision" in mine
    assert "Lock it" not in mine
    assert "you are listed, and have not said anything" in await page_for(film, "bo", "/pay")

    # An objection keeps what was typed where something is missing, and is answered by who leads.
    row = await here.run(lambda: Share.filter(line_key=cy).first())
    assert row is not None
    revision = await here.run(lambda: row.revision)
    wish = {"digest": revision.digest, "kind": "too_little", "line": cy, "words": "It is all sky.", "wanted": "half"}
    half = await post(film, "cy", f"{page}/objections", **wish)
    assert half.status_code == 422
    has(half.text, "It is all sky.")
    has(words(half), "Please fill this in.")
    over = await post(film, "cy", f"{page}/objections", **{**wish, "remedy": "All of it.", "wanted": "150"})
    has(words(over), "A share is between 0 and 100 %.")
    heard = await post(film, "cy", f"{page}/objections", **{**wish, "remedy": "Half.", "wanted": "50"})
    objection = await here.run(lambda: Objection.get(proposal_id=proposal.id))
    assert heard.headers["location"] == f"{page}#objection-{objection.key}"
    assert objection.wanted_ppm == 500_000
    assert "an objection waits for your answer" in await page_for(film, "ana", "/pay")
    to = f"{page}/objections/{objection.key}"
    assert (await post(film, "bo", to, do="answer", resolution="rejected", said="No.")).status_code == 422
    await post(film, "ana", to, do="answer", resolution="rejected", said="We counted: it is 40.")
    answered = await page_for(film, "cy", page)
    has(answered, "We counted: it is 40.", "I am not content with that")

    # Whoever is not content has others look, who say what they found.
    assert (await post(film, "cy", to, do="appeal", said="")).status_code == 422
    assert (await post(film, "cy", to, do="appeal", said="Please look.")).status_code == 303
    has(await page_for(film, "olga", page), "Please look.")
    assert (await post(film, "bo", to, do="judge", verdict="uphold", said="Yes.")).status_code == 422
    assert (await post(film, "olga", to, do="judge", verdict="dismiss", said="I counted too.")).status_code == 303
    has(await page_for(film, "cy", page), "appeal dismissed", "I counted too.")

    # Moderators take words down for a reason that stands in the log; what was said stands, and is answered, without.
    hides = {"what": "objection", "which": objection.key}
    assert (await post(film, "bo", f"{page}/hide", **hides, reason="No.")).status_code == 403
    assert "Please fill this in." in words(await post(film, "olga", f"{page}/hide", **hides))
    await post(film, "olga", f"{page}/hide", **hides, reason="It names a street.")
    await post(film, "bo", f"{page}/comments", text="Buy coins here.")
    said = await here.run(lambda: ProposalComment.get(proposal_id=proposal.id))
    await post(film, "olga", f"{page}/hide", what="comment", which=str(said.id), reason="It sells something.")
    await here.join("eve")
    await post(film, "eve", f"{page}/comments", text="Rubbish.")
    await here.run(lambda: Actor.filter(local_handle="eve").update(state="suspended"))
    async with here.client() as stranger:
        seen = words(await stranger.get(page))
        has(seen, "These words are not shown.", "We counted: it is 40.")
        asked = [f"/api/proposals/{proposal.key}{end}" for end in ("", "/objections", "/comments")]
        seen += "".join([(await stranger.get(path, headers={"Accept": "application/json"})).text for path in asked])
        seen += str(await documents_of(here, [f"{proposal.uri}/replies?after=0"]))
        assert seen.count("We counted: it is 40.") == 4
        assert [each for each in ("all sky", "Buy coins", "Rubbish") if each in seen] == []
    has(await page_for(film, "bo", f"/p/{film.production.project.actor.handle}/log"), "It names a street.")
    has(await page_for(film, "olga", page), "It is all sky.", "Buy coins here.")
    await post(film, "olga", f"{page}/hide", **hides, reason="It was another street.", undo="on")
    has(await page_for(film, "bo", page), "It is all sky.")

    # What somebody gave back stands struck through, and the comparison says what became of it.
    stale = await post(film, "cy", f"{page}/stance", do="give_back", digest="other")
    assert stale.status_code == 303
    await post(film, "cy", f"{page}/stance", do="give_back", digest=revision.digest)
    async with here.client() as stranger:
        has((await stranger.get(page)).text, "<s>40 %</s>", "A share was given back, or taken back again.")
        compared = words(await stranger.get(f"{page}/compare/2/1"))
        assert (await stranger.get(f"{page}/compare/1/9")).status_code == 404
    has(compared, "given back", "40 %")

    # Amounts can be for those alone who get them; shares never are.
    await here.run(lambda: MoneySettings.update_or_create(defaults={"shows_amounts": False}, id=1))
    async with here.client() as stranger:
        hidden = words(await stranger.get(page)) + words(await stranger.get(f"{page}/compare/1/2"))
    assert "€" not in hidden
    assert "100 %" in hidden
    assert "€4,036.82" in await page_for(film, "bo", page)

    # The treasurer decides with a reason, and locks.
    time_passes(WINDOW)
    assert await here.run(close_windows) == 1
    newest = await here.run(lambda: ProposalRevision.get(proposal_id=proposal.id, number=2))
    assert "For a treasurer to decide or lock" in await page_for(film, "tom", "/pay")
    silent = await post(film, "tom", f"{page}/decide", verdict="accept", digest=newest.digest, reason="")
    assert "Please fill this in." in words(silent)
    await post(film, "tom", f"{page}/decide", verdict="accept", digest=newest.digest, reason="It is fair.")
    assert "It is fair." in await page_for(film, "bo", page)
    await post(film, "tom", f"{page}/lock", digest=newest.digest)
    assert "stands here in a moment" in await page_for(film, "bo", "/money")
    assert "stands here in a moment" in await page_for(film, "tom", "/treasury")
    locked = await page_for(film, "ana", page)
    has(locked, "Locked: €4,036.82.", "Adjust it by a further proposal")
    async with here.client() as stranger:
        has(words(await stranger.get(page)), "Sign in with your own server")
    assert (await post(film, "ana", edit, do="save", version="9")).status_code == 409


async def test_what_is_missing_is_said_by_name_and_people_are_asked(here: Instance) -> None:
    film = await earning(here, amount=20_000, licence="CC-BY-NC-4.0")
    terms = Terms(
        version=1,
        licence="CC-BY-SA-4.0",
        pays=Pays.POT,
        amount=20_000,
        currency="EUR",
        decided_by=DecidedBy.CONTRIBUTORS,
        rule="In equal parts.",
    )
    await here.run(lambda: _offered(film, terms))
    proposal = await film.propose()
    page = f"/pay/{proposal.key}"

    # By name: the author and the work, and who was promised what.
    missing = await page_for(film, "ana", f"{page}/publish")
    has(missing, "Nobody may make money with these yet", "Sky", "cy", "Not as it was promised", "bo", "€200.00")
    assert (await post(film, "ana", f"{page}/publish", version=str(proposal.version))).status_code == 422
    for what in ("grants", "departures"):
        asked = await post(film, "ana", f"{page}/ask", do=what)
        assert (asked.status_code, asked.headers["location"]) == (303, f"{page}/publish")
        assert (await post(film, "bo", f"{page}/ask", do=what)).status_code == 404, "the draft is for leaders"
    told = await here.run(lambda: Notification.filter(kind__in=["grant_asked", "departure_asked"]))
    assert len(told) == 2

    # Bo sees what is asked of him and nothing else of the draft; nobody else sees anything.
    async with here.sign_in("bo") as client:
        sent = await client.get(page)
        assert sent.headers["location"] == f"{page}/agree"
        question = await client.get(f"{page}/agree")
        has(words(question), "You were promised something else", "€200.00", "€100.00")
        assert "60 %" not in words(question)
        for digest in re.findall(r'name="digest" value="([^"]+)"', question.text):
            await client.post(f"{page}/agree", data={"digest": digest})
        has(words(await client.get(f"{page}/agree")), "you agreed to that")
        assert "I agree to exactly that" not in words(await client.get(f"{page}/agree"))
    async with here.sign_in("cy") as client:
        assert (await client.get(f"{page}/agree")).status_code == 404
    assert "Not as it was promised" not in await page_for(film, "ana", f"{page}/publish")

    # Published, the rule that contributors saw stands beside what is shared.
    await here.run(_granted, film, "Sky")
    await film.publish(proposal)
    async with here.client() as stranger:
        has(words(await stranger.get(page)), "In equal parts.", "€200.00 will be shared.")

    # Nobody shares among a few what many may have made: those of the film are missing in another production's proposal.
    card = await record_by(here, film.ana, "Title card")
    project = film.production.project
    mine = await frozen(here, film.ana, await production_with(here, film.ana, project, [card], title="Teaser"))
    begin = f"/pools/{film.pool.key}/propose"
    has(await page_for(film, "ana", begin), "Did one production alone earn it?")
    begun = await post(film, "ana", begin, title="Sales", productions=str(mine.id))
    other = begun.headers["location"].removesuffix("/edit")
    missing = await page_for(film, "ana", f"{other}/publish")
    has(missing, "Credited, and not listed", "bo", "cy", "Open a pool for one production", "Not as it was promised")
    await post(film, "ana", f"{other}/edit", do="credits", version="0")
    assert "Credited, and not listed" not in await page_for(film, "ana", f"{other}/publish")
    listed = await here.run(lambda: DraftLine.filter(proposal__uri__endswith=other).order_by("position"))
    assert [(line.name, line.weight) for line in listed[1:]] == [("bo", 0), ("cy", 0)]
    await here.run(lambda: DraftLine.filter(proposal__uri__endswith=other).update(weight=1, reason="As it is."))
    version = (await here.run(lambda: PayProposal.get(uri__endswith=other))).version
    queues = words(await post(film, "ana", f"{other}/publish", version=str(version)))
    assert "Another proposal for this pool is heard now." in queues
    assert (await post(film, "ana", f"{other}/cancel", cancel_reason="")).status_code == 303
    assert (await here.run(lambda: PayProposal.get(uri__endswith=other))).state == "cancelled"
    assert (await post(film, "ana", f"{page}/cancel", cancel_reason=" ")).status_code == 422

    # What one production earned alone is for its people, and for no others.
    new = f"/p/{project.actor.handle}/money/new"
    sold = {"kind": "profit_split", "title": "Sales", "currency": "EUR", "rule": "host", "host_share": "50"}
    wrong = await post(film, "ana", new, **sold, production="999999")
    assert 'id="production-error"' in wrong.text
    alone = (await post(film, "ana", new, **sold, production=str(mine.id))).headers["location"]
    begin = f"{alone}/propose"
    assert (await post(film, "ana", begin, title="Sales", productions=str(film.production.id))).status_code == 422
    begun = await post(film, "ana", begin, title="Sales", productions=str(mine.id))
    its = begun.headers["location"].removesuffix("/edit")
    assert "Credited, and not listed" not in await page_for(film, "ana", f"{its}/publish")
    listed = await here.run(lambda: DraftLine.filter(proposal__uri__endswith=its))
    assert [line.name for line in listed] == ["ana"]

    # And nobody lists the people of somebody else's film in money of their own invention.
    mal = await here.join("mal")
    foreign = await project_at(here, mal, slug="noon")
    home = await here.run(home_of, foreign.actor)
    draft = PoolDraft(
        kind=Kind.COMMISSION, title="Millions", currency="EUR", rule=Rule.HOST, stated=10**9, client="Me", brief="All."
    )
    pool = await here.run(lambda: open_pool(mal, home, draft))
    begin = f"/pools/{pool.key}/propose"
    assert (await post(film, "mal", begin, title="Win", productions=str(film.production.id))).status_code == 422
    await refused(here, Invalid, lambda: begin_proposal(mal, pool, [film.production], "Win"))
    drops = await here.run(lambda: Record.get(title="Drops"))
    theirs = await frozen(here, mal, await production_with(here, mal, foreign, [drops], title="Trap"))
    begun = await post(film, "mal", begin, title="Win", productions=str(theirs.id))
    trap = await here.run(lambda: PayProposal.get(title="Win"))
    await here.run(lambda: DraftLine.filter(proposal_id=trap.id).update(reason="As it is."))
    assert (await post(film, "mal", f"/pay/{trap.key}/publish", version="0")).status_code == 303
    closes_at = (await here.run(lambda: PayProposal.get(id=trap.id))).closes_at
    assert closes_at is not None
    async with here.sign_in("bo") as client:
        said_to_bo = f"can object until {closes_at:%Y-%m-%d}. That money has not come in yet"
        assert said_to_bo in (await client.get("/notifications")).text
    said = await here.run(lambda: News.filter(group_id=foreign.actor_id).order_by("-id").first())
    assert said is not None
    assert "The money for it has not come in yet." in said.text


async def test_where_amounts_are_not_shown_no_public_door_tells_them(here: Instance, time_passes: Pass) -> None:
    await here.run(lambda: MoneySettings.create(shows_amounts=False, shows_ledger="entries"))
    film = await earning(here, host_share_ppm=250_000, amount=8_736_413)
    await here.join("eve")
    await film.earn(1_111_217, evidence="invoice")
    whole = 7_385_723  # what is left of both for those who made it
    proposal, first = await film.published({"bo": 60, "cy": 40})
    assert (first.amount, "minorUnits" in first.document) == (whole, False)
    planted = {8_736_413, 1_111_217, 9_847_630, whole}
    planted |= {amount for _ppm, amount in (await film.shares(first)).values()}

    # One has less by it and appeals, another revision, one gives a share back; then some of it is held when it locks.
    line = await here.run(lambda: Share.get(revision_id=first.id, actor_id=film.cy.id))
    wish = ObjectionDraft(kind="too_little", words="The sky!", remedy="Half.", line=line.line_key, wanted=500_000)
    await film.weigh(proposal, {"bo": 61, "cy": 39}, reason="Heard again.")
    second = await film.publish(proposal, "A little more for bo.")
    objection = await here.run(lambda: object_to(film.cy, proposal, wish, digest=second.digest))
    third = await here.run(lambda: give_share_back(film.bo, proposal, second.digest))
    assert third is not None
    fourth = await here.run(lambda: take_share_back(film.bo, proposal, third.digest))
    assert fourth is not None
    assert (await film.shares(fourth)) == (await film.shares(second)), "no money is lost on the way"
    await here.run(lambda: answer_objection(film.ana, objection, resolution="rejected", words="No."))
    await here.run(lambda: appeal_objection(film.cy, objection, "Look again."))
    await film.decided(proposal, fourth, time_passes)

    # There is less to share than everybody was told, though nobody read how much: that is no secret for the lock.
    await film.earn(1_111_217, kind=EntryKind.REFUND, evidence="credit note")
    locks = lambda: lock_proposal(film.tom, proposal, digest=fourth.digest)  # noqa: E731
    assert "less to share" in await refused(here, Conflict, locks)
    await film.earn(1_111_217, evidence="invoice, again")
    await here.run(locks)
    fresh = await film.look(proposal)
    planted |= {fresh.held_amount, whole - fresh.held_amount, *(await film.owed(proposal)).values()}
    planted |= {amount for _ppm, amount in (await film.shares(fourth)).values()}
    assert len(planted - {0}) > 9
    told = {shape for sum_ in planted - {0} for shape in (f"{sum_}", f"{sum_ / 100:.2f}", f"{sum_ / 100:,.2f}")}

    project = film.production.project
    pages = [f"/p/{project.actor.handle}{end}" for end in ("", "/money", "/log", "/news")]
    pages += [f"/pay/{proposal.key}", f"/pay/{proposal.key}/compare/1/2", f"/pools/{film.pool.key}"]
    pages += ["/pools", "/ledger", "/ledger.csv", "/ledger/audit", "/ledger/audit.jsonl", "/"]
    asked = [f"/api/proposals/{proposal.key}{end}" for end in ("", "/lines", "/revisions", "/objections")]
    asked += [f"/api/pools/{film.pool.key}{end}" for end in ("", "/entries")] + ["/api/proposals", "/api/pools"]
    seen = dict[str, str]()
    async with here.client() as stranger, here.sign_in("eve") as eve:
        for name, browser in (("stranger", stranger), ("eve", eve)):
            seen |= {f"{name} {path}": (await browser.get(path)).text for path in [*pages, *asked]}
    seen |= await documents_of(
        here, [proposal.uri, project.actor.uri, *(f"{proposal.uri}/revisions/{n}" for n in "1234")]
    )
    links = await here.run(lambda: ChainLink.filter(kind__startswith="proposal_"))
    seen |= {f"link {link.number}": link.document for link in links}
    seen |= {f"news {news.id}": news.text for news in await here.run(lambda: News.all())}
    seen |= {f"log {entry.id}": str(entry.details) for entry in await here.run(lambda: LogEntry.all())}
    assert "61 %" in seen[f"stranger /pay/{proposal.key}"]
    assert "partsPerMillion" in seen[f"{proposal.uri}/revisions/4"]
    assert {path: hits for path, text in seen.items() if (hits := [each for each in told if each in text])} == {}

    # Who gets something reads their own, and those who lead and confirm it read all.
    own = await page_for(film, "cy", f"/pay/{proposal.key}")
    mine = (await film.shares(fourth))["cy"][1]
    has(own, f"€{mine / 100:,.2f}")
    assert f"€{whole / 100:,.2f}" not in own
    for who in ("ana", "tom"):
        has(await page_for(film, who, f"/pay/{proposal.key}"), f"€{whole / 100:,.2f}", f"€{mine / 100:,.2f}")
