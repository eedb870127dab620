"""How we tell other servers which of our people somebody is: OAuth 2 with PKCE, for clients known by their address.

That is IndieAuth as Misskey has it, which our own guests come in by: no client is registered. A code and a token say
themselves whom and whom for, sealed with the master key. A code is worth something once, for a minute, and only to
whoever has the proof key (RFC 7636) that the question was made with; a token opens nothing but the name. Which codes
were given back is kept (`accounts.actions.vouching`).
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from fedirec.accounts.codes import digest_of, new_secret
from fedirec.accounts.oauth.endpoints import OF_MISSKEY, WHO_OF_MISSKEY
from fedirec.activitypub.keyring import Keyring
from fedirec.clock import now
from fedirec.errors import Forbidden, Invalid, Misconfigured, Unauthenticated
from fedirec.uris import MAX_URI, origin_of, same_origin

AUTHORIZE: Final = "/oauth/authorize"
TOKEN: Final = "/api/oauth/token"  # noqa: S105  (an address)
WHO: Final = WHO_OF_MISSKEY
CODE_LASTS: Final = timedelta(minutes=1)
TOKEN_LASTS: Final = timedelta(minutes=5)
MAX_STATE: Final = 1_000
"""Characters."""
_CODE: Final = "oauth code"
_TOKEN: Final = "oauth token"  # noqa: S105  (a label)
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Somebody's browser was sent here by `client`, which asks who they are."""

    client: str
    back: str
    """Where the browser goes with the answer."""
    state: str
    challenge: str

    @property
    def origin(self) -> str:
        return origin_of(self.client)

    def answer(self, **said: str) -> str:
        """The address at which the client hears what was `said`."""
        joint = "&" if urlsplit(self.back).query else "?"
        return f"{self.back}{joint}{urlencode({**said, 'state': self.state})}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a code or a token says: whom it is about, and the digest of the number of the code by which it began."""

    account: int
    code: str


def metadata_of(origin: str) -> dict[str, Any]:
    """What a server at `origin` says of all this (RFC 8414)."""
    return {
        "issuer": origin,
        "authorization_endpoint": origin + AUTHORIZE,
        "token_endpoint": origin + TOKEN,
        "scopes_supported": [OF_MISSKEY],
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": True,
    }


def read_question(asked: Mapping[str, str]) -> Question:
    """What is asked. Raises Invalid for what is not understood, or would send the answer to another than who asks."""
    client, back, state = (asked.get(key, "") for key in ("client_id", "redirect_uri", "state"))
    if asked.get("response_type") != "code" or asked.get("scope", OF_MISSKEY) != OF_MISSKEY:
        raise Invalid("That server asks for something that we do not tell.")
    if not same_origin(client, back) or len(back) > MAX_URI or "#" in back or len(state) > MAX_STATE:
        raise Invalid("That server does not say clearly who it is.")
    challenge = asked.get("code_challenge", "")
    if asked.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise Invalid("That server asks in a way that is not safe.")
    return Question(client=client, back=back, state=state, challenge=challenge)


def new_code(keyring: Keyring, question: Question, *, account: int) -> str:
    """What the client can give back for a token, for CODE_LASTS."""
    said = {"account": account, "client": question.client, "back": question.back, "challenge": question.challenge}
    said |= {"code": digest_of(new_secret())}
    return _seal(keyring, said, label=_CODE, lasts=CODE_LASTS)


def read_code(keyring: Keyring, given: Mapping[str, str]) -> Told:
    """What a code says. Raises Forbidden for any but the very client that asked, in time and with its proof key."""
    said = _open(keyring, given.get("code", ""), label=_CODE)
    verifier = given.get("code_verifier", "")
    if said is None or given.get("grant_type") != "authorization_code" or not _VERIFIER.fullmatch(verifier):
        raise Forbidden("That code is not good, or not any more.")
    proof = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    same = (said["client"], said["back"]) == (given.get("client_id"), given.get("redirect_uri"))
    if not same or not compare_digest(proof, str(said["challenge"])):
        raise Forbidden("That code is not good, or not any more.")
    return Told(account=int(said["account"]), code=str(said["code"]))


def new_token(keyring: Keyring, told: Told) -> str:
    """What stands for the same person, for TOKEN_LASTS."""
    return _seal(keyring, {"account": told.account, "code": told.code}, label=_TOKEN, lasts=TOKEN_LASTS)


def read_token(keyring: Keyring, token: str) -> Told:
    """What `token` says. Raises Unauthenticated."""
    said = _open(keyring, token, label=_TOKEN)
    if said is None:
        raise Unauthenticated("This token is not good, or not any more.")
    return Told(account=int(said["account"]), code=str(said["code"]))


def _seal(keyring: Keyring, said: dict[str, Any], *, label: str, lasts: timedelta) -> str:
    until = (now() + lasts).timestamp()
    return urlsafe_b64encode(keyring.seal(json.dumps(said | {"until": until}).encode(), label=label)).decode()


def _open(keyring: Keyring, sealed: str, *, label: str) -> dict[str, Any] | None:
    """What was sealed; None for anything else, and for what is over."""
    try:
        said: dict[str, Any] = json.loads(keyring.unseal(urlsafe_b64decode(sealed.encode()), label=label))
    except (Misconfigured, ValueError):
        return None
    return said if said["until"] > now().timestamp() else None
