"""A server of another make, as far as ours can tell: it has actors, keys and documents, and sends what it likes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

from fedirec.activitypub.keys import PrivateKey, PublicKey, generate_ed25519, generate_rsa
from fedirec.activitypub.signatures import Scheme, parse, sign_request
from fedirec.clock import now
from fedirec.errors import Invalid, Unauthenticated
from tests.network import Instance, Network

CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
RSA = generate_rsa()
OTHER_RSA = generate_rsa()
ED25519 = generate_ed25519()


class Peer:
    """A server at https://`host` whose documents the network answers with."""

    def __init__(self, network: Network, host: str = "peer.test") -> None:
        self.network = network
        self.origin = f"https://{host}"
        self.host = host
        self.keys: dict[str, PrivateKey] = {}
        self.posted = 0

    def actor(self, name: str, *, key: PrivateKey = RSA, **changes: Any) -> str:
        """The id of an actor called `name`, whose document can be fetched from now on."""
        uri = f"{self.origin}/users/{name}"
        self.keys[uri] = key
        document = {
            "@context": CONTEXT,
            "id": uri,
            "type": "Person",
            "preferredUsername": name,
            "name": name.title(),
            "inbox": f"{uri}/inbox",
            "outbox": f"{uri}/outbox",
            "followers": f"{uri}/followers",
            "endpoints": {"sharedInbox": f"{self.origin}/inbox"},
            "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": key.public.pem},
            **changes,
        }
        self.serve(uri, document)
        jrd = {
            "subject": f"acct:{name}@{self.host}",
            "links": [{"rel": "self", "type": "application/activity+json", "href": uri}],
        }
        for resource in (f"acct:{name}@{self.host}", f"acct:{name}%40{self.host}"):
            address = f"{self.origin}/.well-known/webfinger?resource={resource}"
            self.network.answers[address] = httpx.Response(
                200, headers={"content-type": "application/jrd+json"}, content=json.dumps(jrd)
            )
        return uri

    def serve(
        self, uri: str, document: Any, *, status: int = 200, content_type: str = "application/activity+json"
    ) -> None:
        """`uri` answers with `document` from now on."""
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.network.answers[uri] = httpx.Response(status, headers={"content-type": content_type}, content=content)

    def demand(self, kind: Scheme, *, key: PublicKey) -> None:
        """Only who signs in this `kind`, with `key`, is shown its objects from now on; handles it tells everybody."""

        def lets_in(request: httpx.Request) -> bool:
            if request.url.path.startswith("/.well-known/"):
                return True
            headers = request.headers.multi_items()
            try:
                claim = parse(headers)
                statement = claim.check(
                    method=request.method, url=str(request.url), headers=headers, body=request.content, now=now()
                )
                statement.verify(key)
            except (Unauthenticated, Invalid):
                return False
            return kind == claim.SCHEME

        self.network.doors[self.host] = lets_in

    def activity(self, type: str, actor: str, object: Any, **more: Any) -> dict[str, Any]:
        self.posted += 1
        return {
            "@context": CONTEXT,
            "id": f"{self.origin}/activities/{self.posted}",
            "type": type,
            "actor": actor,
            "object": object,
            "to": [PUBLIC],
            **more,
        }

    def note(self, author: str, name: str = "1", **changes: Any) -> dict[str, Any]:
        return {
            "id": f"{self.origin}/notes/{name}",
            "type": "Note",
            "attributedTo": author,
            "published": "2026-11-20T10:00:00Z",
            "to": [PUBLIC],
            "content": "<p>Hello</p>",
            **changes,
        }

    async def post(
        self,
        instance: Instance,
        activity: Any,
        *,
        path: str = "/inbox",
        actor: str | None = None,
        key: PrivateKey | None = None,
        key_id: str | None = None,
        kind: Scheme = "cavage",
        at: datetime | None = None,
        headers: Mapping[str, str | None] | None = None,
        send: bytes | None = None,
    ) -> httpx.Response:
        """What `instance` answers to `activity`, signed by its actor; `headers` and `send` replace what was signed."""
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        sender = actor or (activity["actor"] if isinstance(activity, dict) else f"{self.origin}/users/nobody")
        url = f"{instance.origin}{path}"
        signed: dict[str, str | None] = {
            "content-type": "application/activity+json",
            **sign_request(
                method="POST",
                url=url,
                body=body,
                key_id=key_id or f"{sender}#main-key",
                private_key=key or self.keys.get(sender, RSA),
                now=at or now(),
                kind=kind,
            ),
            **(headers or {}),
        }
        async with instance.client() as client:
            client.headers.clear()
            return await client.post(
                url,
                content=body if send is None else send,
                headers={name: value for name, value in signed.items() if value is not None},
            )
