"""Part F of docs/security.md: what strangers write stays words, and what is for a few stays with them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

import httpx
import pytest

from fedirec.activitypub.models import Actor
from fedirec.activitypub.signatures import sign_request
from fedirec.clock import now
from fedirec.remix.models import Comment
from tests.attacks.stage import Attack, Attacks, Stage, withstand
from tests.network import Instance, Network, settle
from tests.peer import RSA

attacks = Attacks("F")
EVIL: Final = "https://evil.test/"
OWN: Final = (
    *("record", "record_revision", "record_tag", "attachment", "source", "comment", "evidence", "notification"),
    *("outgoing", "job"),
)
"""What Eve may add of her own by saying something, and what Ana's server tells others of that."""

MARKUP: Final[dict[str, str]] = {
    "a script": "<script>alert(1)</script>",
    "a script in a script": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "an image that fails": "<img src=x onerror=alert(1)>",
    "an event without quotes": "<p onmouseover=alert(1)>x</p>",
    "a link to code": '<a href="javascript:alert(1)">x</a>',
    "a link to code, spelled out": '<a href="&#106;avascript:alert(1)">x</a>',
    "a link to code, with a tab": '<a href="java\tscript:alert(1)">x</a>',
    "a link to data": '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "a drawing": "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "a formula": '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)">',
    "a style": "<style>@import 'https://evil.test/x.css';</style><p style=\"background:url('https://evil.test/')\">x</p>",
    "a frame": '<iframe src="https://evil.test/"></iframe><object data="x"></object><embed src="x">',
    "a form": '<form action="https://evil.test/"><button>Sign in</button></form>',
    "a base": '<base href="https://evil.test/">',
    "a refresh": '<meta http-equiv="refresh" content="0;url=https://evil.test/">',
    "markup that mutates": '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    "a comment that does not end": "<!--><img src=x onerror=alert(1)>-->",
    "a template": "{{ config }}{% include 'x' %}",
}


class _Watch(HTMLParser):
    """What stands in a page that only a stranger can have brought."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in ("iframe", "object", "embed", "base", "style", "math"):
            self.found.append(tag)
        if (
            tag == "script"
            and not values.get("src", "").startswith("/static/")
            and "json" not in values.get("type", "")
        ):
            self.found.append("script")
        for name, value in values.items():
            if name.startswith("on") or name == "http-equiv" or (name == "style" and "url" in value):
                self.found.append(f"{tag} {name}")
            if name in ("href", "src", "action") and value.strip().lower().startswith(("javascript:", "data:text")):
                self.found.append(f"{tag} {name}={value}")
            if name in ("src", "action") and ("evil.test" in value or value == "x"):
                self.found.append(f"{tag} {name}={value}")


def brought_in(page: str) -> list[str]:
    watch = _Watch()
    watch.feed(page)
    return watch.found


async def pages_of(stage: Stage, *addresses: str) -> str:
    """What Ana is sent when she opens these addresses."""
    shown = ""
    async with stage.here.sign_in("ana") as browser:
        for address in addresses:
            answer = await browser.get(address.removeprefix(stage.here.origin), follow_redirects=True)
            assert answer.status_code == 200, address
            assert "script-src 'self'" in answer.headers["content-security-policy"]
            shown += answer.text
    return shown


def saying(line: int, what: str, markup: str) -> None:
    async def attempt(stage: Stage) -> httpx.Response:
        await stage.describe(name=markup, summary=markup, attachment=[{"name": markup, "value": markup}])
        note = stage.evil_note(
            inReplyTo=stage.song.uri, cc=[stage.ana.uri], content=markup, summary=markup, name=markup, sensitive=True
        )
        answer = await stage.post(stage.activity("Create", note))
        remix = stage.evil_note(
            id=f"{EVIL}notes/remix",
            kind="remix",
            cc=[stage.ana.uri],
            content=markup,
            name=markup,
            isBasedOn=[stage.song.uri],
            tag=[{"type": "Hashtag", "name": f"#{markup}"}],
            attachment=[{"type": "Image", "mediaType": "image/png", "url": f"{EVIL}a.png", "name": markup}],
        )
        await stage.post(stage.activity("Create", remix))
        await settle(stage.here)
        assert await stage.here.run(lambda: Comment.exists(uri=note["id"]))
        eve = await stage.here.run(lambda: Actor.get(uri=stage.eve))
        shown = await pages_of(stage, stage.song.uri, "/explore", f"/people/remote/{eve.id}")
        assert brought_in(shown) == []
        return answer

    attacks.add(line, what, attempt, 202, asks=[EVIL], spoils=OWN)


for what, markup in MARKUP.items():
    saying(64, what, f"Words {markup}")
saying(67, "words that turn around", "\u202egnp.exe\u202c \u200b\u200d evil")
saying(68, "a link that names another host", '<a href="https://evil.test/">https://good.test/</a>')


@attacks.on(67, "the name of somebody else", 202, asks=[EVIL], spoils=OWN)
async def _(stage: Stage) -> httpx.Response:
    await stage.describe(name="Ana \u202e✓")
    note = stage.evil_note(inReplyTo=stage.song.uri, cc=[stage.ana.uri])
    answer = await stage.post(stage.activity("Create", note))
    await settle(stage.here)
    shown = await pages_of(stage, stage.song.uri)
    assert "@eve@evil.test" in shown, "whoever has a name has their handle beside it"
    assert "\u202e" not in shown
    return answer


@attacks.on(68, "a link whose words hide where it leads", 202, asks=[EVIL], spoils=OWN)
async def _(stage: Stage) -> httpx.Response:
    content = '<p><a href="https://evil.test/login">https://good.test/login</a></p>'
    answer = await stage.post(
        stage.activity("Create", stage.evil_note(inReplyTo=stage.song.uri, cc=[stage.ana.uri], content=content))
    )
    await settle(stage.here)
    shown = await pages_of(stage, stage.song.uri)
    assert re.search(r"good\.test/login[^<]*<[^>]*>[^<]*evil\.test|good\.test/login[^<]*evil\.test", shown)
    return answer


PLACES: Final = (
    *("{song}", "{secret}", "{secret}/replies", "{secret}/thread", "{ana}/outbox", "{ana}/outbox?before=9000000000"),
    *("{ana}/featured", "/explore", "/@ana", "/@ana.atom", "/nodeinfo/2.1", "/api/instance", "/api/feed?feed=explore"),
    *("/search?q=few", "/api/search?q=few", "/oembed?url={secret}", "/api/people/ana/records", "/tags/few"),
)
"""Where what Ana shows to her followers must not be found."""


def asking(place: str, accept: str) -> None:
    async def attempt(stage: Stage) -> httpx.Response:
        where = place.format(song=stage.song.uri, secret=stage.secret.uri, ana=stage.ana.uri)
        answer = await stage.get(where.removeprefix(stage.here.origin), accept=accept)
        if place.startswith("{secret}"):
            assert answer.status_code == 404
            assert "accept" in answer.headers.get("vary", "").lower()
        assert "For a few" not in answer.text
        assert stage.secret.uri not in answer.text.replace(where, "")
        return answer

    attacks.add(70, f"{place} for {accept}", attempt)


for place in PLACES:
    for accept in ("application/activity+json", "text/html"):
        asking(place, accept)


@attacks.on(70, "signed by somebody who does not follow")
async def _(stage: Stage) -> None:
    headers = sign_request(
        method="GET", url=stage.secret.uri, key_id=f"{stage.eve}#main-key", private_key=RSA, now=now()
    )
    answer = await stage.get(
        stage.secret.uri.removeprefix(stage.here.origin), **headers, accept="application/activity+json"
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("attack", attacks.rows, ids=str)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_words_stay_words_and_secrets_stay_secret(attack: Attack, here: Instance, network: Network) -> None:
    await withstand(attack, here, network)
