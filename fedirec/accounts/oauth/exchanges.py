"""What is said between us and the server of somebody who signs in here.

Nothing of it is logged: codes, secrets and tokens are in these requests. A redirect is never followed to another
origin, and an answer that is not what was asked for ends in one sentence for whoever is waiting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from fedirec.accounts.oauth.endpoints import METADATA, WHO, WHO_OF_MISSKEY, Endpoints, endpoints_of
from fedirec.activitypub.parsing import parse
from fedirec.activitypub.vocab import Doc
from fedirec.errors import Conflict, FedirecError, Forbidden, Invalid, PeerUnavailable
from fedirec.net import Net, Response
from fedirec.uris import host_of, same_origin

MAX_BYTES: Final = 64 * 1024
"""Of any answer; Mastodon's longest is a profile of a few thousand."""
MAX_BYTES_OF_MISSKEY: Final = 512 * 1024
"""Of what Misskey says about somebody, with what they have pinned and achieved."""
SECONDS: Final = 8.0
MAX_SECRET: Final = 500
"""Characters of what a server gives us to keep."""
MAX_TOKEN: Final = 4_000
_USERNAME: Final = re.compile(r"[\w.~-]{1,200}", re.ASCII)
_SPELLED: Final = re.compile(r"[\x21-\x7e]+", re.ASCII)


class Forgotten(Conflict):
    """That server does not know us any more. Please try once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a server knows us by, and what proves it."""

    client_id: str
    secret: str = field(default="", repr=False)
    """Empty where we are known by an address."""


async def ask_endpoints(net: Net, origin: str) -> Endpoints:
    """Where the people of the server at `origin` say who they are. Raises Forbidden, Invalid or PeerUnavailable."""
    answer = await net.get(origin + METADATA, accept="application/json", max_bytes=MAX_BYTES, timeout=SECONDS)
    _refuse_trouble(answer, origin)
    if answer.status != 200 or not _is_json(answer):
        return endpoints_of(origin)  # it has no such page, or shows its front page for everything
    return endpoints_of(origin, _read(answer, origin).data)


async def register(net: Net, origin: str, endpoints: Endpoints, *, name: str, site: str, back: str) -> Credentials:
    """The server at `origin` knows us from now on, and sends people to the address `back`."""
    answer = await _post(
        net,
        origin,
        endpoints.registration,
        {"client_name": name, "redirect_uris": back, "scopes": endpoints.scope, "website": site},
    )
    if answer.status not in (200, 201):
        raise Forbidden("%(host)s does not let its people sign in on other servers.", blanks={"host": host_of(origin)})
    said = _read(answer, origin)
    return Credentials(
        client_id=_secret(said, "client_id", origin, longest=MAX_SECRET),
        secret=_secret(said, "client_secret", origin, longest=MAX_SECRET),
    )


async def is_known(net: Net, origin: str, endpoints: Endpoints, credentials: Credentials, *, back: str) -> bool:
    """Whether the server at `origin` still knows us; also true where it does not say."""
    fields = {"grant_type": "client_credentials", "redirect_uri": back, "scope": endpoints.scope}
    try:
        answer = await _post(net, origin, endpoints.token, fields | _ours(credentials))
        if answer.status == 200 and (token := Doc(parse(answer.body)).find_text("access_token")):
            await revoke(net, origin, endpoints, credentials, token)
    except FedirecError:
        return True
    return _error_in(answer) != "invalid_client"


async def exchange(
    net: Net, origin: str, endpoints: Endpoints, credentials: Credentials, *, code: str, verifier: str, back: str
) -> str:
    """The token that the server at `origin` gives for `code`, this once.

    Raises Forgotten when it does not know us any more, and Forbidden, Invalid or PeerUnavailable.
    """
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": verifier,
        "scope": endpoints.scope,
    }
    answer = await _post(net, origin, endpoints.token, fields | _ours(credentials))
    if answer.status != 200:
        if _error_in(answer) in ("invalid_client", "unauthorized_client"):
            raise Forgotten(
                "%(host)s did not know us any more. Please try once more.", blanks={"host": host_of(origin)}
            )
        raise Forbidden(
            "%(host)s does not stand by its answer any more. Please start again.", blanks={"host": host_of(origin)}
        )
    said = _read(answer, origin)
    if said.text("token_type", "Bearer").lower() != "bearer":
        raise _not_understood(origin)
    return _secret(said, "access_token", origin, longest=MAX_TOKEN)


async def who_is(net: Net, origin: str, endpoints: Endpoints, token: str) -> str:
    """The name of the one person of the server at `origin` whom `token` stands for.

    Raises Forbidden for a person of another server, whom nobody can vouch for but that one; Invalid, PeerUnavailable.
    """
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    if endpoints.goes_by_address:
        answer = await net.post(
            origin + WHO_OF_MISSKEY,
            body=b"{}",
            headers=headers | {"content-type": "application/json"},
            max_bytes=MAX_BYTES_OF_MISSKEY,
            timeout=SECONDS,
        )
    else:
        answer = await net.get(
            origin + WHO, accept=headers["accept"], headers=headers, max_bytes=MAX_BYTES, timeout=SECONDS
        )
    _refuse_trouble(answer, origin)
    if answer.status != 200:
        raise Forbidden("%(host)s does not tell us who you are.", blanks={"host": host_of(origin)})
    said = _read(answer, origin)
    name, account = said.find_text("username") or "", said.find_text("acct") or ""
    if endpoints.goes_by_address:
        account = _account_at_misskey(said, name)
    if not _USERNAME.fullmatch(name) or not account:
        raise _not_understood(origin)
    if account.lower().removesuffix(f"@{host_of(origin)}") != name.lower():
        raise Forbidden("%(host)s can only speak for its own people.", blanks={"host": host_of(origin)})
    return name


def _account_at_misskey(said: Doc, name: str) -> str:
    """The account as Mastodon writes it: of its own people a server says that they have no host."""
    if "host" not in said.data:
        return ""
    host = said.data["host"]
    return name if host is None else f"{name}@{host}"


async def revoke(net: Net, origin: str, endpoints: Endpoints, credentials: Credentials, token: str) -> None:
    """`token` opens nothing any more, if the server at `origin` listens; where there is no way to say that, it is only
    forgotten here.
    """
    if not endpoints.revocation:
        return
    try:
        await _post(net, origin, endpoints.revocation, {"token": token} | _ours(credentials))
    except FedirecError:
        return  # it is forgotten here all the same


async def _post(net: Net, origin: str, address: str, fields: dict[str, str]) -> Response:
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    answer = await net.post(
        address, body=urlencode(fields).encode(), headers=headers, max_bytes=MAX_BYTES, timeout=SECONDS
    )
    _refuse_trouble(answer, origin)
    return answer


def _ours(credentials: Credentials) -> dict[str, str]:
    ours = {"client_id": credentials.client_id}
    return ours | {"client_secret": credentials.secret} if credentials.secret else ours


def _refuse_trouble(answer: Response, origin: str) -> None:
    """It came from `origin` itself, and is no failure of that server."""
    if not same_origin(answer.url, origin) or 300 <= answer.status < 400:
        raise Forbidden("%(host)s passes us on to another address.", blanks={"host": host_of(origin)})
    if answer.status == 429 or answer.status >= 500:
        raise PeerUnavailable(
            "%(host)s has trouble just now. Please try again a little later.", blanks={"host": host_of(origin)}
        )


def _read(answer: Response, origin: str) -> Doc:
    if not _is_json(answer):
        raise _not_understood(origin)
    try:
        return Doc(parse(answer.body))
    except Invalid as error:
        raise _not_understood(origin) from error


def _is_json(answer: Response) -> bool:
    essence = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return essence == "application/json" or (essence.startswith("application/") and essence.endswith("+json"))


def _error_in(answer: Response) -> str:
    try:
        return Doc(parse(answer.body)).find_text("error") or ""
    except Invalid:
        return ""


def _secret(said: Doc, key: str, origin: str, *, longest: int) -> str:
    value = said.data.get(key)
    value = str(value) if type(value) is int else value  # some servers number what they know
    if not isinstance(value, str) or not _SPELLED.fullmatch(value) or len(value) > longest:
        raise _not_understood(origin)
    return value


def _not_understood(origin: str) -> Invalid:
    return Invalid(
        "%(host)s answered in a way that we do not understand. Not every server lets its people sign in elsewhere.",
        blanks={"host": host_of(origin)},
    )
