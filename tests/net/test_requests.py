"""What goes out is what was signed and said, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from tests.net.peers import JSON, Asked, always, answers_of, by_path, open_net, open_peer, page


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/", "/"),
        ("", "/"),
        ("/%40ana/01J", "/%40ana/01J"),
        ("/@ana/01J", "/@ana/01J"),
        ("/a%2Fb%2fc", "/a%2Fb%2fc"),
        ("/100%25/%zz/%", "/100%25/%zz/%"),
        ("/a//b///c", "/a//b///c"),
        ("/%7Eana/~bo", "/%7Eana/~bo"),
        ("/;v=1,2!$&'()*+=:[]|^", "/;v=1,2!$&'()*+=:[]|^"),
        ("/x?a=%20+%2B&b[]='c'&d=/?:@", "/x?a=%20+%2B&b[]='c'&d=/?:@"),
        ("?a=1", "/?a=1"),
        ("/x?", "/x"),
        ("/actor#main-key", "/actor"),
        ("/regen/größe?ü", "/regen/gr%C3%B6%C3%9Fe?%C3%BC"),
        ("/a/./b/../c", "/a/c"),
    ],
)
async def test_the_target_that_is_signed_is_the_target_on_the_wire(path: str, target: str) -> None:
    signed: list[tuple[str, str]] = []

    def sign(method: str, url: str) -> Mapping[str, str]:
        signed.append((method, url))
        return {"signature": "made"}

    async with open_peer(always(page())) as peer, open_net() as net:
        answer = await net.get(peer.origin + path, accept=JSON, sign=sign)
        await net.post(peer.origin + path, body=b"{}", sign=sign)
    assert [asked.line for asked in peer.asked] == [f"GET {target} HTTP/1.1", f"POST {target} HTTP/1.1"]
    assert [asked.headers["signature"] for asked in peer.asked] == ["made", "made"]
    assert [method for method, _ in signed] == ["GET", "POST"]
    for _, url in signed:
        rest = url.removeprefix(peer.origin)
        assert (rest if rest.startswith("/") else f"/{rest}") == target
    assert answer.url == signed[0][1]


async def test_it_says_who_asks_and_what_for_and_nothing_else() -> None:
    async with open_peer(always(page())) as peer, open_net() as net:
        await net.get(f"{peer.origin}/a", accept=JSON, headers={"if-none-match": '"x"'})
    assert peer.asked[0].headers == {
        "host": f"127.0.0.1:{peer.port}",
        "accept": JSON,
        "accept-encoding": "gzip",
        "user-agent": "fedirec (test)",
        "if-none-match": '"x"',
    }


async def test_a_post_carries_its_body_and_headers_as_given() -> None:
    async def sign(method: str, url: str) -> Mapping[str, str]:
        await asyncio.sleep(0)
        return {"digest": "SHA-256=x", "content-type": JSON}

    async with open_peer(always(page(b"ok", status=202))) as peer, open_net() as net:
        answer = await net.post(
            f"{peer.origin}/inbox", body=b'{"a":1}', headers={"Content-Type": "text/plain"}, sign=sign
        )
    asked = peer.asked[0]
    assert (answer.status, answer.body) == (202, b"ok")
    assert (asked.body, asked.headers["content-type"], asked.headers["digest"]) == (b'{"a":1}', JSON, "SHA-256=x")
    assert asked.headers["content-length"] == "7"


async def test_cookies_are_neither_kept_nor_sent() -> None:
    answers = {
        "/a": page(headers={"set-cookie": "one=1; Path=/", "location": "/b"}, status=302),
        "/b": page(headers={"set-cookie": "two=2; Path=/"}),
    }
    async with open_peer(by_path(answers)) as peer, open_net(lookup=answers_of(["127.0.0.1"])) as net:
        for _ in range(2):
            answer = await net.get(f"http://peer.test:{peer.port}/a", accept=JSON)
            await net.post(f"http://peer.test:{peer.port}/b", body=b"{}")
    assert answer.headers["set-cookie"] == "two=2; Path=/"
    assert len(peer.asked) == 6
    assert all("cookie" not in asked.headers for asked in peer.asked)


async def test_proxies_of_the_surroundings_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_peer(always(page())) as proxy, open_peer(always(page())) as peer:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.origin)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        async with open_net() as net:
            await net.get(f"{peer.origin}/", accept=JSON)
        assert (peer.connections, proxy.connections) == (1, 0)


async def test_a_connection_is_used_again() -> None:
    async with open_peer(always(page())) as peer, open_net() as net:
        for _ in range(3):
            await net.post(f"{peer.origin}/inbox", body=b"{}")
    assert (peer.connections, len(peer.asked)) == (1, 3)


async def test_two_hundred_posts_go_out_at_once() -> None:
    everyone_is_here = asyncio.Event()

    async def wait_for_all(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if len(peer.asked) == 200:
            everyone_is_here.set()
        await everyone_is_here.wait()
        writer.write(page(asked.body, status=202))

    async with open_peer(wait_for_all) as peer, open_net(connections_per_host=200) as net:
        answers = await asyncio.gather(
            *[net.post(f"{peer.origin}/inbox", body=str(number).encode(), timeout=30) for number in range(200)]
        )
    assert [answer.body for answer in answers] == [str(number).encode() for number in range(200)]
    assert peer.connections == 200


async def test_one_host_gets_only_so_many_connections() -> None:
    busy: list[int] = []
    present = 0

    async def count(asked: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal present
        present += 1
        busy.append(present)
        await asyncio.sleep(0.02)
        present -= 1
        writer.write(page())

    async with open_peer(count) as peer, open_net(connections_per_host=3) as net:
        await asyncio.gather(*[net.post(f"{peer.origin}/inbox", body=b"{}") for _ in range(12)])
    assert (max(busy), len(busy), peer.connections) == (3, 12, 3)
