"""A few redirects are followed by hand, each judged and signed anew."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from fedirec.errors import Forbidden, PeerUnavailable
from tests.net.peers import JSON, Asked, always, by_path, open_net, open_peer, page, redirect


async def test_three_redirects_are_followed_and_each_is_signed_anew() -> None:
    signed: list[str] = []

    def sign(method: str, url: str) -> Mapping[str, str]:
        signed.append(url)
        return {"signature": str(len(signed))}

    answers = {
        "/1": redirect("/2", status=301),
        "/2": redirect("3?a=%40", status=307),
        "/3?a=%40": redirect("./4#there", status=308),
        "/4": page(b"here"),
    }
    async with open_peer(by_path(answers)) as peer, open_net() as net:
        answer = await net.get(f"{peer.origin}/1", accept=JSON, sign=sign)
    assert (answer.url, answer.body) == (f"{peer.origin}/4", b"here")
    assert signed == [peer.origin + path for path in answers]
    assert [asked.headers["signature"] for asked in peer.asked] == ["1", "2", "3", "4"]


async def test_a_fourth_redirect_is_one_too_many() -> None:
    answers = {f"/{number}": redirect(f"/{number + 1}") for number in range(1, 6)}
    async with open_peer(by_path(answers)) as peer, open_net() as net:
        with pytest.raises(PeerUnavailable, match="too often"):
            await net.get(f"{peer.origin}/1", accept=JSON)
    assert len(peer.asked) == 4


async def test_a_circle_of_redirects_is_left_at_once() -> None:
    answers = {"/1": redirect("/2"), "/2": redirect("/1#again")}
    async with open_peer(by_path(answers)) as peer, open_net() as net:
        with pytest.raises(PeerUnavailable, match="circle"):
            await net.get(f"{peer.origin}/1", accept=JSON)
    assert len(peer.asked) == 2


async def test_what_the_caller_says_reaches_the_asked_origin_only() -> None:
    async with open_peer(always(page())) as other:
        answers = {"/1": redirect("/2"), "/2": redirect(f"{other.origin}/3")}
        async with open_peer(by_path(answers)) as peer, open_net() as net:
            await net.get(f"{peer.origin}/1", accept=JSON, headers={"authorization": "Bearer x"})
        assert [asked.headers.get("authorization") for asked in peer.asked] == ["Bearer x", "Bearer x"]
        assert "authorization" not in other.asked[0].headers
        assert other.asked[0].headers["accept"] == JSON


async def test_a_redirect_to_the_cloud_around_the_machine_is_refused_even_in_development() -> None:
    async with open_peer(always(redirect("http://169.254.169.254/latest/meta-data/"))) as peer, open_net() as net:
        with pytest.raises(Forbidden):
            await net.get(f"{peer.origin}/", accept=JSON)


async def test_a_post_is_never_sent_on() -> None:
    async with open_peer(always(redirect("/elsewhere", status=307))) as peer, open_net() as net:
        answer = await net.post(f"{peer.origin}/inbox", body=b"{}")
    assert (answer.status, answer.headers["location"], len(peer.asked)) == (307, "/elsewhere", 1)


@pytest.mark.parametrize("location", ["data:x,{}", "https://[", "//", "http://a.test:x/", "\\\\a", "a b\tc", ""])
async def test_where_a_refused_post_points_is_not_even_read(location: str) -> None:
    async with open_peer(always(redirect(location))) as peer, open_net() as net:
        assert (await net.post(f"{peer.origin}/inbox", body=b"{}")).status == 302


async def test_a_redirect_that_leads_nowhere_is_an_answer() -> None:
    async with open_peer(always(page(b"", status=302))) as peer, open_net() as net:
        assert (await net.get(f"{peer.origin}/", accept=JSON)).status == 302


async def test_all_hops_share_one_deadline() -> None:
    async def slowly(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        writer.write(redirect(asked.target + "x"))

    async with open_peer(slowly) as peer, open_net() as net:
        with pytest.raises(PeerUnavailable, match="too long"):
            await net.get(f"{peer.origin}/", accept=JSON, timeout=0.5)
        assert len(peer.asked) <= 2
