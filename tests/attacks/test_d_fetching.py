"""Part D of docs/security.md: nobody makes us ask where we would not go."""

from __future__ import annotations

import ast
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

import fedirec
from fedirec.errors import FedirecError
from fedirec.net import Net
from tests.attacks.stage import Attack, Attacks, Stage, withstand
from tests.net.attacks import REFUSED_IPV4, REFUSED_IPV6
from tests.net.peers import JSON, Scripted, always, answers_of, open_net, open_peer, page
from tests.network import Instance, Network
from tests.peer import CONTEXT

attacks = Attacks("D")
EVIL: Final = "https://evil.test/"
INSIDE: Final = "https://10.0.0.1/secret"
START: Final = "https://peer.example/a"

# What the door itself refuses

Door = Callable[[], Net]


def alone() -> Net:
    return open_net(development=False)


def literal(text: str) -> str:
    return f"https://{f'[{text}]' if ':' in text else text}/"


def to(location: str) -> Door:
    """A door behind which there is only a redirect to `location`."""
    return lambda: open_net(
        development=False, transport=Scripted({START: httpx.Response(302, headers={"location": location})})
    )


def with_names(*answers: list[str]) -> Door:
    return lambda: open_net(development=False, lookup=answers_of(*answers))


REFUSALS: Final[list[tuple[int, str, Door, str]]] = [
    *((47, f"{text} written out", alone, literal(text)) for text in (*REFUSED_IPV4, *REFUSED_IPV6)),
    *((47, f"a name that stands for {text}", with_names([text]), START) for text in (*REFUSED_IPV4, *REFUSED_IPV6)),
    *(
        (47, f"{text} for a host", alone, f"https://{text}/")
        for text in ("2130706433", "0x7f000001", "017700000001", "127.1", "localhost.", "localhost", "①②⑦.0.0.1")
    ),
    *(
        (48, f"a name that stands for 8.8.8.8 and {text}", with_names(["8.8.8.8", text]), START)
        for text in ("127.0.0.1", "::1", "169.254.169.254", "64:ff9b::7f00:1")
    ),
    *(
        (49, f"a redirect to {text}", to(text), START)
        for text in (
            *(START, "https://10.0.0.1/", "https://[::1]/", "//169.254.169.254/", "http://other.example/"),
            *("https://2130706433/", "file:///etc/passwd", "data:application/json,{}", "gopher://other.example/"),
            *("https://user@other.example/", "https://other.example:8443/"),
        )
    ),
    *(
        (51, text, alone, text)
        for text in ("https://peer.example:8443/", "https://peer.example:22/", "http://peer.example/")
    ),
]
"""The line of the list, what is tried, through which door, and what is asked for."""


@pytest.mark.parametrize(("door", "address"), [row[2:] for row in REFUSALS], ids=[f"{r[0]} {r[1]}" for r in REFUSALS])
async def test_the_door_stays_shut(door: Door, address: str) -> None:
    async with door() as net:
        with pytest.raises(FedirecError):
            await net.get(address, accept=JSON)
        with pytest.raises(FedirecError):
            await net.get(address, accept=JSON)


async def test_a_name_that_changes_its_answer_gains_nothing() -> None:
    async with open_peer(always(page())) as inside:
        lookup = answers_of(["127.0.0.1"], ["169.254.169.254"])
        async with open_net(lookup=lookup) as net:
            assert (await net.get(f"http://peer.test:{inside.port}/", accept=JSON)).status == 200
            with pytest.raises(FedirecError):
                await net.get(f"http://peer.test:{inside.port + 1}/", accept=JSON)


# What a stranger can name in what they send: it is not asked for, whoever would fetch it


def naming(field: str, make: Callable[[Stage], Awaitable[httpx.Response | None]]) -> None:
    attacks.add(50, f"an inside address as {field}", make, 202, 400, 401, 403, asks=[EVIL], spoils=PASSING)


PASSING: Final = (
    "record",
    "record_revision",
    "attachment",
    "source",
    "comment",
    "evidence",
    "notification",
    "outgoing",
    "job",
    "actor",
)
"""What Eve may change of her own by saying something that is fine but for the address in it."""


async def said(stage: Stage, **changes: Any) -> httpx.Response:
    """Eve answers Ana's song with a note."""
    return await stage.post(
        stage.activity("Create", stage.evil_note(inReplyTo=stage.song.uri, cc=[stage.ana.uri], **changes))
    )


naming("an announced object", lambda stage: stage.post(stage.activity("Announce", INSIDE)))
naming("a liked object", lambda stage: stage.post(stage.activity("Like", INSIDE)))
naming("an object to create", lambda stage: stage.post(stage.activity("Create", INSIDE)))
naming("an actor", lambda stage: stage.post(stage.activity("Like", stage.song.uri) | {"actor": INSIDE}, actor=INSIDE))
naming("a key", lambda stage: stage.post(stage.activity("Like", stage.song.uri), key_id=f"{INSIDE}#key"))
naming("an attachment", lambda stage: said(stage, attachment=[{"type": "Image", "url": INSIDE}]))
naming("a picture of a person", lambda stage: stage.describe(icon={"type": "Image", "url": INSIDE}))
naming("a collection", lambda stage: stage.describe(featured=INSIDE))
naming("an inbox", lambda stage: stage.describe(inbox=INSIDE))
naming("a page of replies", lambda stage: said(stage, replies=INSIDE, context=INSIDE))
naming("what a note answers", lambda stage: said(stage, context=INSIDE, conversation=INSIDE))
naming("what a note quotes", lambda stage: said(stage, quote=INSIDE, quoteAuthorization=INSIDE))
naming("a source", lambda stage: said(stage, isBasedOn=[INSIDE]))
naming("a custom smiley", lambda stage: said(stage, tag=[{"type": "Emoji", "name": ":x:", "icon": {"url": INSIDE}}]))
naming("the stamp of a remix", lambda stage: said(stage, remixAuthorization=[INSIDE]))
naming("whom a note mentions", lambda stage: said(stage, tag=[{"type": "Mention", "href": INSIDE, "name": "@x"}]))


@attacks.on(50, "an inside address behind a handle", asks=[EVIL])
async def _(stage: Stage) -> None:
    jrd = {"subject": "acct:x@evil.test", "links": [{"rel": "self", "type": JSON, "href": INSIDE}]}
    stage.serve("/.well-known/webfinger?resource=acct:x@evil.test", jrd, content_type="application/jrd+json")
    with pytest.raises(FedirecError):
        await stage.here.run(stage.here.state["remote"].find_by_handle, "@x@evil.test")


@attacks.on(52, "a context that would have to be fetched", 202, 400, asks=[f"{EVIL}users/eve"])
async def _(stage: Stage) -> httpx.Response:
    stage.serve("/context", {"@context": {"name": "https://schema.org/name"}})
    return await stage.post(stage.activity("Like", stage.song.uri) | {"@context": [*CONTEXT, f"{EVIL}context"]})


@pytest.mark.parametrize("attack", attacks.rows, ids=str)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_nobody_sends_us_inside(attack: Attack, here: Instance, network: Network) -> None:
    await withstand(attack, here, network)
    assert [request for request in network.requests if request.url.host == "10.0.0.1"] == []


# There is one door

CONNECTING: Final = (
    *("socket", "ssl", "aiohttp", "httpx", "httpx_aiohttp", "requests", "urllib3"),
    *("urllib.request", "http.client", "smtplib", "ftplib", "poplib", "imaplib", "telnetlib", "xmlrpc"),
)
OPENING: Final = ("open_connection", "open_unix_connection", "sock_connect", "connect_tcp", "connect_unix")
DOORS: Final = {
    "fedirec.net": "the door",
    "fedirec.mail": "the door for letters, to the server that the operator named",
    "fedirec.app": "names the kind of transport that tests hand in",
    "fedirec.cli.sockets": "listens",
    "fedirec.cli.serving": "listens",
    "fedirec.media.decoder.cage": "tries whether it can, to report that it cannot",
    "fedirec.demo": "is the browser of a visitor, in a process of its own, and asks its own servers",
}
"""Who may name what can open a connection, and why."""


def test_no_other_module_can_open_a_connection() -> None:
    folder = Path(fedirec.__file__).parent
    for file in folder.rglob("*.py"):
        module = ".".join(file.relative_to(folder.parent).with_suffix("").parts).removesuffix(".__init__")
        if any(module == door or module.startswith(f"{door}.") for door in DOORS):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            named = []
            if isinstance(node, ast.Import):
                named = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                named = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Attribute):
                assert node.attr not in OPENING, f"{module} uses {node.attr}"
            for name in named:
                assert not any(name == root or name.startswith(f"{root}.") for root in CONNECTING), f"{module}: {name}"
