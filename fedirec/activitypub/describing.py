"""What software a peer is, for those who run this instance to know; nothing here depends on it (FEP-0151)."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from fedirec.activitypub.authority import may_answer_for
from fedirec.activitypub.models import Peer
from fedirec.activitypub.parsing import parse
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Doc
from fedirec.clock import now
from fedirec.errors import FedirecError, Invalid
from fedirec.html import one_line
from fedirec.lanes import Done, Job, Outcome

SCHEMAS: Final = tuple(f"http://nodeinfo.diaspora.software/ns/schema/{version}" for version in ("2.1", "2.0"))
"""The versions of NodeInfo that are read, the best first."""
MAX_BYTES: Final = 50_000
"""Of an answer."""
MAX_NAME: Final = 60
"""Characters that the columns hold."""


async def describe_peer(remote: Remote, job: Job) -> Outcome:
    """It is known what software the peer is that was asked, or that it does not say."""
    origin = str(job.payload["origin"])
    software: tuple[str | None, str | None] = (None, None)
    with suppress(FedirecError):  # it does not have to say
        software = await find_software(remote, origin)
    await Peer.filter(origin=origin).update(software=software[0], software_version=software[1], described_at=now())
    return Done()


async def find_software(remote: Remote, origin: str) -> tuple[str | None, str | None]:
    """The name and the version of the software at `origin`, as it says itself.

    Only addresses of `origin` itself are asked (CVE-2026-62857). Raises what `Remote.fetch` raises.
    """
    links = {
        link.find_text("rel"): link.find_text("href")
        for link in (await _ask(remote, f"{origin}/.well-known/nodeinfo", of=origin)).docs("links")
    }
    address = next((found for schema in SCHEMAS if (found := links.get(schema))), None)
    if address is None or not may_answer_for(origin, answered_from=address):
        raise Invalid("that instance does not say what software it is")
    said = (await _ask(remote, address, of=origin)).doc("software")
    return _short(said.find_text("name")), _short(said.find_text("version"))


async def _ask(remote: Remote, address: str, *, of: str) -> Doc:
    answer = await remote.fetching.get(address, accept="application/json", max_bytes=MAX_BYTES)
    if answer.status != 200 or not may_answer_for(of, answered_from=answer.url):
        raise Invalid("that instance does not say what software it is")
    return Doc(parse(answer.body))


def _short(text: str | None) -> str | None:
    return one_line(text or "")[:MAX_NAME] or None
