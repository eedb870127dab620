"""What production refuses, shown without leaving this machine."""

from __future__ import annotations

import httpx
import pytest

from fedirec.errors import FedirecError, Forbidden, Invalid
from fedirec.net.sockets import Sockets
from tests.net.attacks import REFUSED_IPV4, REFUSED_IPV6
from tests.net.peers import JSON, Kept, Scripted, always, answers_of, open_net, open_peer, page


@pytest.mark.parametrize("text", [*REFUSED_IPV4, *REFUSED_IPV6])
async def test_a_refused_address_that_is_written_out_is_not_asked(text: str) -> None:
    host = f"[{text}]" if ":" in text else text
    scripted = Scripted()
    async with open_net(development=False, transport=scripted) as net:
        with pytest.raises(Forbidden, match="not reachable from here"):
            await net.get(f"https://{host}/", accept=JSON)
        with pytest.raises(Forbidden):
            await net.post(f"https://{host}/inbox", body=b"{}")
        with pytest.raises(Forbidden):
            await net.download(f"https://{host}/a.mp3", to=Kept(), max_bytes=10, timeout=1)
    assert scripted.reached == []


@pytest.mark.parametrize("text", [*REFUSED_IPV4, *REFUSED_IPV6])
async def test_a_name_that_stands_for_a_refused_address_is_not_asked(text: str) -> None:
    async with open_net(development=False, lookup=answers_of([text])) as net:
        with pytest.raises(Forbidden, match="not reachable from here"):
            await net.get("https://peer.example/", accept=JSON)


@pytest.mark.parametrize("text", [*REFUSED_IPV4, *REFUSED_IPV6])
async def test_a_name_that_also_stands_for_a_refused_address_is_not_asked(text: str) -> None:
    async with open_net(development=False, lookup=answers_of(["8.8.8.8", "2600::1", text])) as net:
        with pytest.raises(Forbidden, match="not reachable from here"):
            await net.get("https://peer.example/", accept=JSON)


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("https://2130706433/", Invalid),
        ("https://0x7f000001/", Invalid),
        ("https://0x7f.1/", Invalid),
        ("https://0X7F.0.0.1/", Invalid),
        ("https://017700000001/", Invalid),
        ("https://0177.0.0.1/", Invalid),
        ("https://127.1/", Invalid),
        ("https://127.0.0.01/", Invalid),
        ("https://127.0.0.1./", Invalid),
        ("https://1.2.3.4.5/", Invalid),
        ("https://256.0.0.1/", Invalid),
        ("https://0x/", Invalid),
        ("https://①②⑦.0.0.1/", Invalid),
        ("https://127。0。0。1/", Invalid),
        ("https://%31%32%37.0.0.1/", Invalid),
        ("https://[::1%25lo]/", Invalid),
        ("https://[::ffff:7f00:1", Invalid),
        ("https://[127.0.0.1]/", Invalid),
        ("https://localhost./", Invalid),
        ("https://localhost/", Forbidden),
        ("https://LOCALHOST/", Forbidden),
        ("https://a.localhost/", Forbidden),
        ("https://postgres/", Forbidden),
        ("https://peer.example@127.0.0.1/", Invalid),
        ("https://127.0.0.1\\@peer.example/", Invalid),
        ("https://peer.example#@127.0.0.1\n/", Invalid),
        ("https://peer.example:8443/", Forbidden),
        ("https://peer.example:22/", Forbidden),
        ("https://peer.example:80/", Forbidden),
        ("https://peer.example:0/", Forbidden),
        ("https://peer.example:99999/", Invalid),
        ("http://peer.example/", Forbidden),
        ("http://peer.example:443/", Forbidden),
        ("file:///etc/passwd", Invalid),
        ("gopher://peer.example/", Invalid),
        ("data:application/json,{}", Invalid),
        ("//peer.example/", Invalid),
        ("peer.example", Invalid),
        ("https://", Invalid),
        ("", Invalid),
        ("https://peer.example/" + "a" * 3000, Invalid),
    ],
)
async def test_an_odd_address_is_not_asked(url: str, error: type[FedirecError]) -> None:
    scripted = Scripted()
    async with open_net(development=False, transport=scripted) as net:
        with pytest.raises(error):
            await net.get(url, accept=JSON)
        with pytest.raises(error):
            await net.post(url, body=b"{}")
        with pytest.raises(error):
            await net.download(url, to=Kept(), max_bytes=10, timeout=1)
    assert scripted.reached == []


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("https://10.0.0.1/", Forbidden),
        ("https://[::1]/", Forbidden),
        ("//169.254.169.254/latest/meta-data/", Forbidden),
        ("https://localhost/", Forbidden),
        ("https://2130706433/", Invalid),
        ("http://other.example/", Forbidden),
        ("https://other.example:8443/", Forbidden),
        ("file:///etc/passwd", Forbidden),
        ("data:application/json,{}", Forbidden),
        ("gopher://other.example/", Forbidden),
        ("https://[", Invalid),
        ("https://user:word@other.example/", Invalid),
    ],
)
async def test_a_redirect_to_where_nobody_may_go_is_not_followed(location: str, error: type[FedirecError]) -> None:
    start = "https://peer.example/a"
    scripted = Scripted({start: httpx.Response(302, headers={"location": location})})
    async with open_net(development=False, transport=scripted) as net:
        with pytest.raises(error):
            await net.get(start, accept=JSON)
        with pytest.raises(error):
            await net.download(start, to=Kept(), max_bytes=10, timeout=1)
    assert scripted.reached == [start, start]


async def test_an_allowed_redirect_is_followed() -> None:
    scripted = Scripted(
        {
            "https://peer.example/a": httpx.Response(301, headers={"location": "https://Other.example:443/b#c"}),
            "https://other.example/b": httpx.Response(200, content=b"{}"),
        }
    )
    async with open_net(development=False, transport=scripted) as net:
        answer = await net.get("https://peer.example/a", accept=JSON)
    assert (answer.url, answer.status, answer.body) == ("https://other.example/b", 200, b"{}")


async def test_no_socket_is_made_to_a_refused_address() -> None:
    async with open_peer(always(page())) as peer:
        sockets = Sockets(development=False, lookup=None, connections=1, per_host=1)
        request = httpx.Request("GET", peer.origin, extensions={"timeout": {"connect": 1, "read": 1}})
        with pytest.raises(Forbidden):
            await sockets.handle_async_request(request)
        await sockets.aclose()
        assert peer.connections == 0
