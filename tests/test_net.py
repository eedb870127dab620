"""The door out, against real sockets on loopback; what production refuses is shown without leaving this machine."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import ssl
import tracemalloc
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from fedirec.clock import monotonic, now
from fedirec.errors import FedirecError, Forbidden, Invalid, PeerUnavailable, TooLarge
from fedirec.net import MAX_BYTES, Net, Response
from fedirec.net.addresses import Address, find_literal, is_public
from fedirec.net.sockets import Lookup, Sockets

JSON = "application/activity+json"
Answer = Callable[["Asked", asyncio.StreamWriter], Awaitable[None]]


class Asked:
    """One request as it came over the wire."""

    def __init__(self, head: bytes) -> None:
        line, *fields = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        self.line = line
        self.method, self.target, _ = line.split(" ")
        self.headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
        self.body = b""


class Peer:
    """A server on loopback that answers as it is told and remembers what reached it."""

    def __init__(self, answer: Answer, *, reads: bool) -> None:
        self._answer = answer
        self._reads = reads
        self._tasks: set[asyncio.Task[None]] = set()
        self.origin = ""
        self.port = 0
        self.asked: list[Asked] = []
        self.connections = 0
        self.hung_up = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                asked = Asked(head)
                if self._reads:
                    asked.body = await reader.readexactly(int(asked.headers.get("content-length", "0")))
                self.asked.append(asked)
                await self._answer(asked, writer)
                await writer.drain()
                if not self._reads:
                    await asyncio.Event().wait()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            self.hung_up.set()
        finally:
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def open_peer(
    answer: Answer, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", reads: bool = True
) -> AsyncGenerator[Peer]:
    """With `reads` off it takes the head of a request, answers, and leaves the rest on the wire."""
    peer = Peer(answer, reads=reads)
    server = await asyncio.start_server(peer.serve, host, 0, ssl=tls, backlog=512, limit=8 * 1024)
    peer.port = server.sockets[0].getsockname()[1]
    peer.origin = f"{'https' if tls else 'http'}://{host}:{peer.port}"
    try:
        yield peer
    finally:
        server.close()
        await peer.close()
        await server.wait_closed()


def page(body: bytes = b"{}", *, status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    fields = {"content-length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + body


def always(answer: bytes) -> Answer:
    async def write(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return write


def by_path(answers: Mapping[str, bytes]) -> Answer:
    async def write(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answers[asked.target])

    return write


def redirect(location: str, *, status: int = 302) -> bytes:
    return page(b"", status=status, headers={"location": location})


def answers_of(*found: Sequence[str]) -> Lookup:
    """A name service that answers something else each time, and has nothing after that."""
    left = list(found)

    async def lookup(host: str) -> Sequence[str]:
        if not left:
            raise OSError("no such name")
        return left.pop(0)

    return lookup


def open_net(
    *,
    development: bool = True,
    transport: httpx.AsyncBaseTransport | None = None,
    lookup: Lookup | None = None,
    connections_per_host: int = 16,
) -> Net:
    return Net(
        development=development,
        user_agent="fedirec (test)",
        transport=transport,
        lookup=lookup,
        connections_per_host=connections_per_host,
    )


class Kept:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.data = b""

    async def write(self, data: bytes, /) -> None:
        self.data += data


class Scripted(httpx.AsyncBaseTransport):
    """The seam of the pretend network: answers by address, and notes what got this far."""

    def __init__(self, answers: Mapping[str, httpx.Response] | None = None) -> None:
        self.answers = answers or {}
        self.reached: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.reached.append(str(request.url))
        return self.answers[str(request.url)]


class TestAddresses:
    REFUSED_IPV4 = (
        *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255"),  # noqa: S104
        *(
            "127.0.0.1",
            "127.255.255.254",
            "169.254.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
        ),
        *("192.0.0.170", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.1"),
        *("192.168.255.255", "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1"),
        *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    )
    REFUSED_IPV6 = (
        *("::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:a00:1", "::ffff:169.254.169.254"),
        *("::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1"),
        *("2001:0:7f00:1::1", "2001:10::1", "2001:20::1", "2001:1ff:ffff::1", "2001:db8::1", "2002:7f00:1::"),
        *("2002:808:808::1", "2620:4f:8000::1", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00::1"),
        *("fe80::1", "fec0::1", "ff02::1", "ff0e::1"),
    )
    PUBLIC = (
        *("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255"),
        *("172.15.255.255", "172.32.0.0", "192.0.1.1", "198.17.255.255", "198.20.0.0", "223.255.255.255"),
        *("2000::1", "2001:200::1", "2001:4860:4860::8888", "2600::1", "3ffe:ffff::1", "::ffff:8.8.8.8"),
    )

    @pytest.mark.parametrize("text", [*REFUSED_IPV4, *REFUSED_IPV6])
    def test_an_address_that_is_not_on_the_open_internet_is_not_public(self, text: str) -> None:
        assert not is_public(ip_address(text))

    @pytest.mark.parametrize("text", PUBLIC)
    def test_an_address_on_the_open_internet_is_public(self, text: str) -> None:
        assert is_public(ip_address(text))

    @given(st.ip_addresses())
    def test_no_address_is_public_that_python_calls_reserved(self, address: Address) -> None:
        judged: Address = address
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            judged = address.ipv4_mapped
        if is_public(address):
            assert judged.is_global
            assert not judged.is_multicast
            assert not judged.is_reserved

    @given(st.ip_addresses(v=4))
    def test_a_mapped_address_is_judged_as_what_it_is(self, address: IPv4Address) -> None:
        assert is_public(IPv6Address(f"::ffff:{address}")) == is_public(address)

    @given(st.ip_addresses(v=4), st.sampled_from(["::{}", "64:ff9b::{}", "64:ff9b:1::{}", "::ffff:0:{}", "2001::{}"]))
    def test_no_address_with_an_ipv4_address_inside_is_public(self, address: IPv4Address, form: str) -> None:
        number = int(address)
        assert not is_public(IPv6Address(form.format(address)))
        assert not is_public(IPv6Address(f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"))

    @given(st.ip_addresses(v=4))
    def test_an_address_written_as_one_number_is_no_host(self, address: IPv4Address) -> None:
        for host in (str(int(address)), hex(int(address)), "0" + oct(int(address))[2:]):
            with pytest.raises(ValueError, match="Expected 4 octets"):
                find_literal(host)


class TestWhatProductionRefuses:
    @pytest.mark.parametrize("text", [*TestAddresses.REFUSED_IPV4, *TestAddresses.REFUSED_IPV6])
    async def test_a_refused_address_written_out(self, text: str) -> None:
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

    @pytest.mark.parametrize("text", [*TestAddresses.REFUSED_IPV4, *TestAddresses.REFUSED_IPV6])
    async def test_a_name_that_stands_for_a_refused_address(self, text: str) -> None:
        async with open_net(development=False, lookup=answers_of([text])) as net:
            with pytest.raises(Forbidden, match="not reachable from here"):
                await net.get("https://peer.example/", accept=JSON)

    @pytest.mark.parametrize("text", [*TestAddresses.REFUSED_IPV4, *TestAddresses.REFUSED_IPV6])
    async def test_a_name_that_stands_for_a_public_address_and_a_refused_one(self, text: str) -> None:
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
    async def test_an_address_that_is_odd(self, url: str, error: type[FedirecError]) -> None:
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
    async def test_a_redirect_to_where_nobody_may_go(self, location: str, error: type[FedirecError]) -> None:
        start = "https://peer.example/a"
        scripted = Scripted({start: httpx.Response(302, headers={"location": location})})
        async with open_net(development=False, transport=scripted) as net:
            with pytest.raises(error):
                await net.get(start, accept=JSON)
            with pytest.raises(error):
                await net.download(start, to=Kept(), max_bytes=10, timeout=1)
        assert scripted.reached == [start, start]

    async def test_what_it_allows_arrives(self) -> None:
        scripted = Scripted(
            {
                "https://peer.example/a": httpx.Response(301, headers={"location": "https://Other.example:443/b#c"}),
                "https://other.example/b": httpx.Response(200, content=b"{}"),
            }
        )
        async with open_net(development=False, transport=scripted) as net:
            answer = await net.get("https://peer.example/a", accept=JSON)
        assert (answer.url, answer.status, answer.body) == ("https://other.example/b", 200, b"{}")

    async def test_no_socket_is_made_to_a_refused_address(self) -> None:
        async with open_peer(always(page())) as peer:
            sockets = Sockets(development=False, lookup=None, connections=1, per_host=1)
            request = httpx.Request("GET", peer.origin, extensions={"timeout": {"connect": 1, "read": 1}})
            with pytest.raises(Forbidden):
                await sockets.handle_async_request(request)
            await sockets.aclose()
            assert peer.connections == 0


class TestNames:
    async def test_a_name_is_looked_up_once_and_what_was_found_is_what_is_connected_to(self) -> None:
        async with open_peer(always(page())) as one, open_peer(always(page())) as other:
            async with open_net(lookup=answers_of(["127.0.0.1"], ["169.254.169.254"])) as net:
                answer = await net.get(f"http://peer.test:{one.port}/", accept=JSON)
                with pytest.raises(Forbidden):
                    await net.get(f"http://peer.test:{other.port}/", accept=JSON)
            assert answer.status == 200
            assert one.asked[0].headers["host"] == f"peer.test:{one.port}"
            assert other.connections == 0

    async def test_one_refused_address_among_the_answers_refuses_the_name(self) -> None:
        async with open_peer(always(page())) as peer:
            async with open_net(lookup=answers_of(["127.0.0.1", "169.254.169.254"])) as net:
                with pytest.raises(Forbidden):
                    await net.get(f"http://peer.test:{peer.port}/", accept=JSON)
            assert peer.connections == 0

    async def test_a_redirect_to_a_name_of_a_refused_address_is_refused(self) -> None:
        lookup = answers_of(["127.0.0.1"], ["169.254.169.254"])
        async with open_peer(always(redirect("http://inside.test/"))) as peer, open_net(lookup=lookup) as net:
            with pytest.raises(Forbidden):
                await net.get(f"http://peer.test:{peer.port}/", accept=JSON)

    async def test_development_reaches_this_machine_by_name(self) -> None:
        async with open_peer(always(page())) as peer, open_net() as net:
            answer = await net.get(f"http://localhost:{peer.port}/", accept=JSON)
        assert answer.status == 200

    async def test_only_a_few_addresses_of_a_name_are_tried(self) -> None:
        many = [f"127.0.0.{last}" for last in range(2, 10)]
        lookup = answers_of(many, ["127.0.0.2", "127.0.0.9"])
        async with open_peer(always(page()), host="127.0.0.9") as peer, open_net(lookup=lookup) as net:
            with pytest.raises(PeerUnavailable):
                await net.get(f"http://many.test:{peer.port}/", accept=JSON)
            answer = await net.get(f"http://two.test:{peer.port}/", accept=JSON)
        assert answer.status == 200

    @pytest.mark.parametrize("host", ["nobody.test", "a" * 64 + ".test", "a..test"])
    async def test_a_name_that_cannot_be_found_is_a_peer_that_does_not_answer(self, host: str) -> None:
        async def lookup(host: str) -> Sequence[str]:
            host.encode("idna")
            raise OSError("no such name")

        async with open_net(lookup=lookup) as net:
            with pytest.raises(PeerUnavailable, match="could not be found"):
                await net.get(f"http://{host}:9/", accept=JSON)

    async def test_a_name_without_addresses_is_a_peer_that_does_not_answer(self) -> None:
        async with open_net(lookup=answers_of([])) as net:
            with pytest.raises(PeerUnavailable, match="could not be found"):
                await net.get("http://peer.test:9/", accept=JSON)

    async def test_a_slow_name_service_ends_with_the_request(self) -> None:
        async def lookup(host: str) -> Sequence[str]:
            await asyncio.sleep(60)
            return []

        began = monotonic()
        async with open_net(lookup=lookup) as net:
            with pytest.raises(PeerUnavailable):
                await net.get("http://peer.test:9/", accept=JSON, timeout=0.2)
        assert monotonic() - began < 2


class TestRequests:
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
    async def test_the_target_that_is_signed_is_the_target_on_the_wire(self, path: str, target: str) -> None:
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

    async def test_it_says_who_asks_and_what_for_and_nothing_else(self) -> None:
        async with open_peer(always(page())) as peer, open_net() as net:
            await net.get(f"{peer.origin}/a", accept=JSON, headers={"if-none-match": '"x"'})
        assert peer.asked[0].headers == {
            "host": f"127.0.0.1:{peer.port}",
            "accept": JSON,
            "accept-encoding": "gzip",
            "user-agent": "fedirec (test)",
            "if-none-match": '"x"',
        }

    async def test_a_post_carries_its_body_and_headers_as_given(self) -> None:
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

    async def test_cookies_are_neither_kept_nor_sent(self) -> None:
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

    async def test_proxies_of_the_surroundings_are_ignored(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with open_peer(always(page())) as proxy, open_peer(always(page())) as peer:
            for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, proxy.origin)
            monkeypatch.delenv("no_proxy", raising=False)
            monkeypatch.delenv("NO_PROXY", raising=False)
            async with open_net() as net:
                await net.get(f"{peer.origin}/", accept=JSON)
            assert (peer.connections, proxy.connections) == (1, 0)

    async def test_a_connection_is_used_again(self) -> None:
        async with open_peer(always(page())) as peer, open_net() as net:
            for _ in range(3):
                await net.post(f"{peer.origin}/inbox", body=b"{}")
        assert (peer.connections, len(peer.asked)) == (1, 3)

    async def test_two_hundred_posts_go_out_at_once(self) -> None:
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

    async def test_one_host_gets_only_so_many_connections(self) -> None:
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


class TestRedirects:
    async def test_three_are_followed_and_each_is_signed_anew(self) -> None:
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

    async def test_a_fourth_is_one_too_many(self) -> None:
        answers = {f"/{number}": redirect(f"/{number + 1}") for number in range(1, 6)}
        async with open_peer(by_path(answers)) as peer, open_net() as net:
            with pytest.raises(PeerUnavailable, match="too often"):
                await net.get(f"{peer.origin}/1", accept=JSON)
        assert len(peer.asked) == 4

    async def test_a_circle_is_left_at_once(self) -> None:
        answers = {"/1": redirect("/2"), "/2": redirect("/1#again")}
        async with open_peer(by_path(answers)) as peer, open_net() as net:
            with pytest.raises(PeerUnavailable, match="circle"):
                await net.get(f"{peer.origin}/1", accept=JSON)
        assert len(peer.asked) == 2

    async def test_what_the_caller_says_reaches_the_asked_origin_only(self) -> None:
        async with open_peer(always(page())) as other:
            answers = {"/1": redirect("/2"), "/2": redirect(f"{other.origin}/3")}
            async with open_peer(by_path(answers)) as peer, open_net() as net:
                await net.get(f"{peer.origin}/1", accept=JSON, headers={"authorization": "Bearer x"})
            assert [asked.headers.get("authorization") for asked in peer.asked] == ["Bearer x", "Bearer x"]
            assert "authorization" not in other.asked[0].headers
            assert other.asked[0].headers["accept"] == JSON

    async def test_to_the_neighbourhood_of_the_machine_is_refused_even_in_development(self) -> None:
        async with open_peer(always(redirect("http://169.254.169.254/latest/meta-data/"))) as peer, open_net() as net:
            with pytest.raises(Forbidden):
                await net.get(f"{peer.origin}/", accept=JSON)

    async def test_a_post_is_never_sent_on(self) -> None:
        async with open_peer(always(redirect("/elsewhere", status=307))) as peer, open_net() as net:
            answer = await net.post(f"{peer.origin}/inbox", body=b"{}")
        assert (answer.status, answer.headers["location"], len(peer.asked)) == (307, "/elsewhere", 1)

    @pytest.mark.parametrize("location", ["data:x,{}", "https://[", "//", "http://a.test:x/", "\\\\a", "a b\tc", ""])
    async def test_where_a_refused_post_points_is_not_even_read(self, location: str) -> None:
        async with open_peer(always(redirect(location))) as peer, open_net() as net:
            assert (await net.post(f"{peer.origin}/inbox", body=b"{}")).status == 302

    async def test_one_that_leads_nowhere_is_an_answer(self) -> None:
        async with open_peer(always(page(b"", status=302))) as peer, open_net() as net:
            assert (await net.get(f"{peer.origin}/", accept=JSON)).status == 302

    async def test_all_hops_share_one_deadline(self) -> None:
        async def slowly(asked: Asked, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.3)
            writer.write(redirect(asked.target + "x"))

        began = monotonic()
        async with open_peer(slowly) as peer, open_net() as net:
            with pytest.raises(PeerUnavailable, match="too long"):
                await net.get(f"{peer.origin}/", accept=JSON, timeout=0.5)
        assert monotonic() - began < 0.9


class TestBodies:
    async def test_one_of_the_allowed_size_arrives_whole(self) -> None:
        async with open_peer(always(page(b"x" * MAX_BYTES))) as peer, open_net() as net:
            assert (await net.get(f"{peer.origin}/", accept=JSON)).body == b"x" * MAX_BYTES

    @pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", "deflate"])
    async def test_a_packed_one_is_unpacked(self, coding: str) -> None:
        text = b'{"content": "' + b"rain on tin " * 20_000 + b'"}'
        packed = zlib.compress(text) if coding == "deflate" else gzip.compress(text)
        async with open_peer(always(page(packed, headers={"content-encoding": coding}))) as peer, open_net() as net:
            assert (await net.get(f"{peer.origin}/", accept=JSON)).body == text

    @given(st.binary(max_size=300_000), st.integers(0, 9))
    def test_unpacking_gives_back_what_was_packed(self, data: bytes, level: int) -> None:
        async def fetch() -> Response:
            packed = httpx.Response(
                200,
                headers={"content-encoding": "gzip"},
                stream=httpx.ByteStream(gzip.compress(data, compresslevel=level)),
            )
            async with open_net(development=False, transport=Scripted({"https://a.example/": packed})) as net:
                return await net.get("https://a.example/", accept=JSON)

        assert asyncio.run(fetch()).body == data

    @pytest.mark.parametrize("announced", [True, False])
    async def test_one_byte_too_many_is_too_large(self, announced: bool) -> None:
        body = b"x" * (MAX_BYTES + 1)
        answer = page(body) if announced else b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + body
        async with open_peer(always(answer)) as peer, open_net() as net:
            with pytest.raises(TooLarge):
                await net.get(f"{peer.origin}/", accept=JSON)

    async def test_a_bomb_is_let_go_before_it_grows(self) -> None:
        packer = zlib.compressobj(wbits=31)
        bomb = b"".join([packer.compress(bytes(1024 * 1024)) for _ in range(64)]) + packer.flush()
        async with open_peer(always(page(bomb, headers={"content-encoding": "gzip"}))) as peer, open_net() as net:
            tracemalloc.start()
            try:
                with pytest.raises(TooLarge):
                    await net.get(f"{peer.origin}/", accept=JSON)
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
        assert len(bomb) < 100_000
        assert peak < 4 * MAX_BYTES

    @pytest.mark.parametrize(
        ("start", "chunk", "headers"),
        [
            (b"", b"x" * 4096, ""),
            (gzip.compress(b"")[:10], b"\x00\x00\x00\xff\xff" * 800, "content-encoding: gzip\r\n"),
        ],
        ids=["plain", "packed, and nothing in it"],
    )
    async def test_an_endless_one_is_left(self, start: bytes, chunk: bytes, headers: str) -> None:
        async def pour(asked: Asked, writer: asyncio.StreamWriter) -> None:
            writer.write(f"HTTP/1.1 200 OK\r\n{headers}transfer-encoding: chunked\r\n\r\n".encode())
            piece = start + chunk
            while True:
                writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                await writer.drain()
                piece = chunk

        async with open_peer(pour) as peer, open_net() as net:
            with pytest.raises(TooLarge):
                await net.get(f"{peer.origin}/", accept=JSON)
            await asyncio.wait_for(peer.hung_up.wait(), 5)

    @pytest.mark.parametrize(
        "answer",
        [
            page(gzip.compress(b"{}" * 1000)[:-9], headers={"content-encoding": "gzip"}),
            page(gzip.compress(b"{}") + b"more", headers={"content-encoding": "gzip"}),
            page(gzip.compress(b"{}") * 2, headers={"content-encoding": "gzip"}),
            page(b"not packed", headers={"content-encoding": "gzip"}),
            page(gzip.compress(gzip.compress(b"{}")), headers={"content-encoding": "gzip, gzip"}),
            page(b"{}", headers={"content-encoding": "br"}),
            page(b"{}", headers={"content-length": "100"}) + b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}",
            b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 7\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\nlong: " + b"x" * 20_000 + b"\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\n" + b"many: x\r\n" * 101 + b"\r\n{}",
            b"HTTP/1.1 200 " + b"x" * 20_000 + b"\r\n\r\n{}",
            b"220 mail.example ESMTP\r\n",
            b"\x00\x01\x02\r\n\r\n",
            b"",
        ],
    )
    async def test_nonsense_is_a_peer_that_does_not_answer(self, answer: bytes) -> None:
        async def say(asked: Asked, writer: asyncio.StreamWriter) -> None:
            writer.write(answer)
            writer.write_eof()

        async with open_peer(say) as peer, open_net() as net:
            with pytest.raises(PeerUnavailable):
                await net.get(f"{peer.origin}/", accept=JSON, timeout=3)

    async def test_a_long_refusal_is_cut_and_keeps_its_status(self) -> None:
        async with open_peer(always(page(b"x" * 2 * MAX_BYTES, status=404))) as peer, open_net() as net:
            answer = await net.get(f"{peer.origin}/", accept=JSON)
        assert (answer.status, answer.body) == (404, b"x" * 16 * 1024)

    async def test_a_long_answer_to_a_post_is_cut(self) -> None:
        async with open_peer(always(page(b"x" * MAX_BYTES, status=202))) as peer, open_net() as net:
            assert (await net.post(f"{peer.origin}/", body=b"{}")).body == b"x" * 16 * 1024
            assert (await net.post(f"{peer.origin}/", body=b"{}", max_bytes=5)).body == b"xxxxx"

    async def test_an_accepted_post_stays_accepted_when_the_rest_of_the_answer_never_comes(self) -> None:
        half = page(b"half", status=202, headers={"content-length": "9"})
        async with open_peer(always(half)) as peer, open_net() as net:
            answer = await net.post(f"{peer.origin}/inbox", body=b"{}")
        assert (answer.status, answer.body) == (202, b"half")

    async def test_a_peer_may_refuse_a_body_before_it_has_read_it(self) -> None:
        refusal = always(page(b"no", status=413))
        async with open_peer(refusal, reads=False) as peer, open_net() as net:
            answer = await net.post(f"{peer.origin}/", body=bytes(MAX_BYTES), timeout=5)
        assert (answer.status, answer.body) == (413, b"no")


class TestSlowness:
    @pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["head", "body"])
    async def test_a_peer_that_trickles_is_left_at_the_deadline(self, start: bytes) -> None:
        async def trickle(asked: Asked, writer: asyncio.StreamWriter) -> None:
            for byte in start + b"HTTP/1.1 200 OK\r\nlong: " + b"x" * 10_000:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.01)

        began = monotonic()
        async with open_peer(trickle) as peer, open_net() as net:
            with pytest.raises(PeerUnavailable, match="too long"):
                await net.get(f"{peer.origin}/", accept=JSON, timeout=0.5)
            assert monotonic() - began < 2
            await asyncio.wait_for(peer.hung_up.wait(), 5)

    async def test_a_peer_that_never_answers_is_left_at_the_deadline(self) -> None:
        async def wait(asked: Asked, writer: asyncio.StreamWriter) -> None:
            await asyncio.Event().wait()

        began = monotonic()
        async with open_peer(wait, reads=False) as peer, open_net() as net:
            with pytest.raises(PeerUnavailable, match="too long"):
                await net.post(f"{peer.origin}/", body=bytes(MAX_BYTES), timeout=0.3)
            assert monotonic() - began < 2

    async def test_a_closed_port_is_a_peer_that_does_not_answer(self) -> None:
        async with open_peer(always(page())) as peer:
            origin = peer.origin
        async with open_net() as net:
            with pytest.raises(PeerUnavailable, match="did not answer"):
                await net.get(f"{origin}/", accept=JSON)


class TestDownloads:
    async def test_one_arrives_in_its_sink_with_its_digest(self) -> None:
        media = bytes(range(256)) * 10_000
        kept = Kept()
        answers = {"/a": redirect("/b"), "/b": page(media, headers={"content-type": "audio/mpeg"})}
        async with open_peer(by_path(answers)) as peer, open_net() as net:
            answer = await net.download(f"{peer.origin}/a", to=kept, max_bytes=len(media), timeout=10)
        assert kept.data == media
        assert (answer.url, answer.status, answer.body) == (f"{peer.origin}/b", 200, b"")
        assert (answer.size, answer.sha256) == (len(media), hashlib.sha256(media).digest())
        assert answer.headers["content-type"] == "audio/mpeg"
        assert peer.asked[1].headers["accept-encoding"] == "identity"

    async def test_no_more_than_the_limit_is_ever_written(self) -> None:
        kept = Kept()
        body = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + bytes(300_000)
        async with open_peer(always(body)) as peer, open_net() as net:
            with pytest.raises(TooLarge):
                await net.download(f"{peer.origin}/", to=kept, max_bytes=200_000, timeout=10)
        assert len(kept.data) <= 200_000

    async def test_a_refusal_is_not_written(self) -> None:
        kept = Kept()
        async with open_peer(always(page(b"gone", status=410))) as peer, open_net() as net:
            answer = await net.download(f"{peer.origin}/", to=kept, max_bytes=100, timeout=10)
        assert (answer.status, answer.body, answer.size, kept.data) == (410, b"gone", 0, b"")

    @pytest.mark.parametrize("error", [OSError("disk full"), TimeoutError("slow disk")])
    async def test_trouble_with_the_sink_is_not_blamed_on_the_peer(self, error: OSError) -> None:
        class Full:
            async def write(self, data: bytes, /) -> None:
                raise error

        async with open_peer(always(page(b"x" * 100))) as peer, open_net() as net:
            with pytest.raises(OSError, match=str(error)):
                await net.download(f"{peer.origin}/", to=Full(), max_bytes=100, timeout=10)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for peer.test that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer.test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("peer.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "peer.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class TestEncryption:
    @pytest.fixture
    def tls(self, certificate: Path) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        return context

    @pytest.fixture
    def trusted(self, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    @pytest.mark.usefixtures("trusted")
    async def test_the_certificate_must_be_that_of_the_name(self, tls: ssl.SSLContext) -> None:
        lookup = answers_of(["127.0.0.1"], ["127.0.0.1"])
        async with open_peer(always(page(b"hello")), tls=tls) as peer, open_net(lookup=lookup) as net:
            answer = await net.get(f"https://peer.test:{peer.port}/", accept=JSON)
            with pytest.raises(PeerUnavailable):
                await net.get(f"https://other.test:{peer.port}/", accept=JSON)
        assert answer.body == b"hello"
        assert len(peer.asked) == 1

    async def test_a_certificate_that_nobody_vouches_for_is_refused(self, tls: ssl.SSLContext) -> None:
        async with open_peer(always(page()), tls=tls) as peer, open_net(lookup=answers_of(["127.0.0.1"])) as net:
            with pytest.raises(PeerUnavailable):
                await net.get(f"https://peer.test:{peer.port}/", accept=JSON)
        assert peer.asked == []

    @pytest.mark.usefixtures("trusted")
    async def test_what_began_encrypted_stays_encrypted_even_in_development(self, tls: ssl.SSLContext) -> None:
        async with open_peer(always(page())) as plain:
            lookup = answers_of(["127.0.0.1"])
            downgrade = always(redirect(f"{plain.origin}/"))
            async with open_peer(downgrade, tls=tls) as peer, open_net(lookup=lookup) as net:
                with pytest.raises(Forbidden, match="not encrypted"):
                    await net.get(f"https://peer.test:{peer.port}/", accept=JSON)
            assert plain.connections == 0
