"""Whatever the composer accepts fits into what peers take at once; what would not is fetched whole from its address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from fedirec.accounts.models import Notification
from fedirec.accounts.notices import Notice
from fedirec.activitypub import keys
from fedirec.activitypub.contexts import ACTIVITY_CONTEXT, RECORD_CONTEXT
from fedirec.activitypub.models import Actor, Outgoing, Received
from fedirec.activitypub.outbox import bytes_of
from fedirec.activitypub.proofs import add_proof
from fedirec.activitypub.vocab import PUBLIC, Create, Ref
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.composing import MAX_TOLD, Composed, addressed, shortened
from fedirec.remix.actions.drafts import MAX_FILES, MAX_PARTS, MAX_TAGS, MAX_TEXT, MAX_TITLE, RecordDraft, SourceDraft
from fedirec.remix.actions.records import edit_record, publish_record
from fedirec.remix.digest import with_lists
from fedirec.remix.kinds import Kind
from fedirec.remix.lineage import MAX_SOURCES
from fedirec.remix.models import Record, Source, Submission
from fedirec.remix.terms import Terms
from fedirec.remix.vocab import (
    AttachmentObject,
    ContributorObject,
    Hashtag,
    Mention,
    ObjectLink,
    RecordObject,
    SourceObject,
)
from fedirec.remix.vocab.records import MAX_INLINE
from tests.network import Instance, settle
from tests.remix.test_comments import document_at, on_sqlite, publish
from tests.rules_of_peers import MAX_BYTES

KEY: Final = keys.generate_ed25519()
WHEN: Final = datetime(2026, 11, 21, 10, tzinfo=UTC)
LETTERS: Final = ("a", "Ω", "😀", '"', "\\", "<", "\n")


def address(number: int, length: int) -> str:
    return f"https://b.example/{number}/".ljust(length, "x")


def composed_of(
    *, letter: str, length: int, people: int, sources: int, title: int, typed: int, warning: int, described: int
) -> Composed:
    """A record as large as drafts may be, of texts of one `letter`, with addresses of one `length`."""
    text = (letter * typed).encode()[:MAX_TEXT].decode(errors="ignore")
    cc = addressed([Actor(uri=address(number, length)) for number in range(people)])
    named = [address(number, length) for number in range(sources)]
    work = RecordObject(
        id="https://a.example/records/1",
        attributed_to="https://a.example/u/ana",
        published=WHEN,
        name=letter * title,
        markdown=text,
        language="en",
        warning=letter * warning,
        to=(PUBLIC,),
        cc=("https://a.example/u/ana/followers", *cc),
        attachments=tuple(
            AttachmentObject(
                kind=Kind.IMAGE, url=address(number, 100), media_type="image/png", description=letter * described
            )
            for number in range(MAX_FILES)
        ),
        hashtags=tuple(Hashtag(name="Ω" * 60, href=address(number, 200)) for number in range(MAX_TAGS)),
        mentions=tuple(Mention(href=uri, name="@" + "x" * 300) for uri in cc),
        links=tuple(ObjectLink(href=source, name="Ω" * 100) for source in named[:MAX_INLINE]),
        sources=tuple(SourceObject(id=source) for source in named),
        contributors=tuple(ContributorObject(person=address(number, length)) for number in range(MAX_PARTS + 1)),
    )
    work = with_lists(work, sources_at=f"{work.id}/sources", credits_at=f"{work.id}/credits")
    return Composed(work=shortened(work, [f"<p>{text[:limit]}</p>" for limit in (7_000, 300)]), told=[])


@given(
    letter=st.sampled_from(LETTERS),
    length=st.integers(30, 2_048),
    people=st.integers(0, MAX_TOLD + 1),
    sources=st.integers(0, MAX_SOURCES),
    title=st.integers(0, MAX_TITLE),
    typed=st.integers(0, MAX_TEXT),
    warning=st.integers(0, 500),
    described=st.integers(0, 1_500),
)
def test_whatever_is_composed_is_small_enough_to_be_sent(**sizes: Any) -> None:
    composed = composed_of(**sizes)
    work = composed.work
    create = Create(
        id="https://a.example/activities/1",
        actor=work.attributed_to,
        object=composed.carried,
        to=work.to,
        cc=work.cc,
        published=WHEN,
    )
    context = [*ACTIVITY_CONTEXT, *RECORD_CONTEXT]
    sent = add_proof(
        {"@context": context, **create.write()}, key=KEY, verification_method=f"{work.attributed_to}#k", created=WHEN
    )
    assert len(bytes_of(sent)) < MAX_BYTES
    assert isinstance(composed.carried, Ref) or composed.carried == work


@on_sqlite
async def test_a_record_that_is_too_large_to_be_carried_arrives_whole(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    song = await publish(there, bo)
    known = await here.find_record(song.uri)
    terms = Terms(version=1, licence="CC-BY-4.0", text="Be kind")
    brief = ChallengeDraft(title="Rain", slug="rain", text="Rain, please", terms=terms)
    rain = await there.run(open_challenge, bo, there.state["keyring"], brief)
    met = await here.find_challenge((await there.run(lambda: rain.actor)).uri)
    draft = RecordDraft(
        title="Long",
        text='"\\' * (MAX_TEXT // 2),
        licence="CC-BY-4.0",
        sources=[SourceDraft(record=known)],
        challenge=met,
    )

    made = await here.run(publish_record, ana, draft)
    await settle(here, there)

    create = await here.run(lambda: Outgoing.get(type="Create"))
    assert create.document["object"] == made.uri
    assert (await document_at(here, made.uri))["source"]["content"] == draft.text
    arrived = await there.run(lambda: Record.get(uri=made.uri))
    assert (arrived.text, arrived.digest_holds) == (draft.text, True)
    assert await there.run(lambda: Source.filter(record__uri=made.uri, parent__uri=song.uri).count()) == 1

    offered = await there.run(lambda: Submission.get(record_id=arrived.id))
    assert (offered.state, offered.terms_version) == ("pending", 1)
    told = await there.run(lambda: Notification.all().values_list("kind", flat=True))
    assert {Notice.REMIXED, Notice.SUBMITTED} <= set(told)

    changed = RecordDraft(
        title="Longer", text='\\"' * (MAX_TEXT // 2), licence="CC-BY-4.0", sources=[SourceDraft(record=known)]
    )
    again = await here.run(lambda: Record.get(id=made.id).select_related("author"))
    await here.run(edit_record, ana, again, changed)
    await settle(here, there)

    arrived = await there.run(lambda: Record.get(uri=made.uri))
    assert (arrived.title, arrived.text, arrived.digest_holds, arrived.revision) == ("Longer", changed.text, True, 2)
    assert await there.run(lambda: Received.exclude(state="handled").values("type", "reason")) == []
