"""Every door that reads an address or a handle reads it as everybody else does, or says that it is none."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.activitypub.remote.handles import Handle
from fedirec.errors import FedirecError, Invalid
from fedirec.uris import Uris, host_of, origin_of, origins_above, same_origin
from tests.conftest import skip_or_fail
from tests.fuzz.budget import tries
from tests.fuzz.mutations import ADDRESSES
from tests.fuzz.neighbours import nothing_broke
from tests.network import Instance

PIECES: Final = (
    *(
        "https",
        "http",
        "HTTPS",
        "javascript",
        "acct",
        "web+ap",
        "://",
        ":",
        "/",
        "//",
        "\\",
        "@",
        "#",
        "?",
        "&",
        "%",
        ".",
    ),
    *(
        "here.test",
        "HERE.TEST",
        "evil.test",
        "evil.test.",
        "127.0.0.1",
        "0x7f.1",
        "2130706433",
        "[::1]",
        "[::ffff:1.2.3.4]",
    ),
    *(
        "localhost",
        "xn--bcher-kva.test",
        "bücher.test",
        "\u210c",
        "\u3002",
        "\uff0e",
        "\u00ad",
        "\u200d",
        "\u202e",
        "%2e",
        "%40",
    ),
    *("%00", "%0d%0a", "\x00", "\t", "\n", " ", "ana", "@ana@here.test", "u/ana", "records", ":443", ":80", ":8443"),
    *(
        ":0",
        ":65536",
        ":-1",
        ":٣",
        "user:pass@",
        "..",
        "./",
        "a" * 70,
        "a." * 130,
        "=",
        "{uri}",
        "+",
        "*",
        "_",
        "-",
        "~",
    ),
)
addresses: Final = (
    st.sampled_from(ADDRESSES)
    | st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=9).map("".join)
    | st.builds(
        "https://{}{}".format, st.sampled_from(PIECES), st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
    )
)

Browser = Callable[[str], str | None]
_READ: Final = """
require("readline").createInterface({input: process.stdin}).on("line", (line) => {
  let origin = null;
  try { origin = new URL(JSON.parse(line)).origin; } catch {}
  console.log(JSON.stringify(origin));
});
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """What a browser takes for the origin of an address (WHATWG URL, as Node reads it), or None."""
    if not (node := shutil.which("node")):
        skip_or_fail("Node is not installed here, which reads addresses as browsers do")
    assert node
    with subprocess.Popen([node, "-e", _READ], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin
        assert stdout

        def read(address: str) -> str | None:
            stdin.write(json.dumps(address) + "\n")
            stdin.flush()
            found = json.loads(stdout.readline())
            return None if found is None else str(found)

        yield read
        process.kill()


@given(addresses)
def test_what_counts_as_an_address_is_one_for_browsers_too_and_of_the_same_origin(browser: Browser, uri: str) -> None:
    try:
        origin = origin_of(uri)
    except Invalid:
        return
    assert origin_of(origin) == origin
    assert same_origin(uri, origin)
    assert origins_above(origin)[0] == origin
    assert host_of(uri) == origin.partition("://")[2]
    assert Uris("https://here.test").is_ours(uri) is (origin == "https://here.test")
    assert httpx.URL(origin).host, "the client finds a host in it"
    read = browser(uri)
    assert read in (None, origin) or _is_number(origin), "nobody is led elsewhere than to the origin that was judged"


def _is_number(origin: str) -> bool:
    """Whether the host is written as a number, which browsers spell out; whoever connects looks at what it means."""
    last = host_of(origin).partition(":")[0].rstrip(".").rpartition(".")[2]
    return host_of(origin).startswith("[") or last.isdecimal() or last.startswith("0x")


@given(addresses)
def test_a_handle_is_read_or_refused_and_names_a_plain_host(text: str) -> None:
    with suppress(FedirecError):
        handle = Handle.read(text)
        assert host_of(f"https://{handle.host}") == handle.host
        assert Handle.read(str(handle)) == handle


DOORS: Final = (
    *(
        "/.well-known/webfinger?resource={}",
        "/.well-known/webfinger?resource=acct:{}",
        "/explore?q={}",
        "/follow?uri={}",
    ),
    *(
        "/elsewhere?uri={}",
        "/oembed?url={}",
        "/api/lookup?q={}",
        "/api/lookup?uri={}",
        "/api/people?q={}",
        "/@{}",
        "/u/{}",
    ),
    *("/records/{}", "/comments/{}", "/c/{}", "/tags/{}", "/media/{}", "/media/remote/{}", "/activities/{}", "/{}"),
    *("/sign-in?next={}", "/sign-in/elsewhere/back?state={}&code={}", "/admin/federation/peers/{}", "/report?uri={}"),
    *("/admin/federation/find?q={}", "/following?find={}", "/records/new?source={}", "/api/federation/peers/{}"),
)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@tries(60)
@given(asked=st.lists(st.tuples(st.sampled_from(DOORS), addresses, st.booleans()), min_size=1, max_size=4))
async def test_no_address_that_somebody_asks_for_breaks_a_page(
    here: Instance, caplog: pytest.LogCaptureFixture, asked: list[tuple[str, str, bool]]
) -> None:
    for door, text, for_programs in asked:
        spelled = quote(text, safe="", errors="surrogatepass")
        accept = "application/activity+json" if for_programs else "text/html"
        answer = await here.get(door.replace("{}", spelled), accept=accept)
        assert answer.status_code < 500 or answer.status_code in (502, 503), answer.text
        leads = answer.headers.get("location", "/")
        assert leads.startswith("/") or same_origin(leads, here.origin) or door.startswith("/elsewhere"), leads
        assert not leads.startswith(("//", "/\\")), leads
    nothing_broke(caplog)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@tries(25)
@given(
    text=addresses, door=st.sampled_from(["/follow", "/elsewhere", "/sign-in/elsewhere", "/settings/moving/aliases"])
)
async def test_no_address_that_somebody_types_breaks_a_form(
    here: Instance, caplog: pytest.LogCaptureFixture, text: str, door: str
) -> None:
    async with here.client() as client:
        spelled = text.encode("utf-8", "replace").decode()
        fields = dict.fromkeys(("uri", "handle", "who", "name", "address", "server", "home", "next"), spelled)
        answer = await client.post(door, data=fields)
    assert answer.status_code < 500 or answer.status_code in (502, 503), answer.text
    nothing_broke(caplog)
