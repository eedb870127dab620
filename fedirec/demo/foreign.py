"""A server of another make, in this process: it has one person, takes what comes, and knows nothing of records.

It does what a small microblogging server does: WebFinger, an actor, notes with pictures, deliveries signed with RSA
(draft-cavage-http-signatures-12). Nothing of fedirec runs in it but the signing of its requests.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx

from fedirec.activitypub.keys import generate_rsa
from fedirec.activitypub.signatures import sign_request
from fedirec.clock import now
from fedirec.demo.servers import HOST
from fedirec.errors import Conflict

PERSON: Final = "fay"
_ACTIVITY: Final = "application/activity+json"
_PUBLIC: Final = "https://www.w3.org/ns/activitystreams#Public"
_MOST: Final = 1_000_000
"""Bytes of what is delivered; more is not read."""


class Foreign:
    """The server at `origin`: what it shows, and what was delivered to it."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://{HOST}:{port}"
        self.host = f"{HOST}:{port}"
        self.actor = f"{self.origin}/users/{PERSON}"
        self._key = generate_rsa()
        self._shown: dict[str, tuple[str, bytes]] = {}
        self._received: list[dict[str, Any]] = []
        self._posted = 0
        self._lock = Lock()
        self._show(f"/users/{PERSON}", self._person())
        for name in ("outbox", "followers"):
            self._show(f"/users/{PERSON}/{name}", self._empty(name))

    @property
    def received(self) -> list[dict[str, Any]]:
        """The activities that were delivered so far, the first one in front."""
        with self._lock:
            return list(self._received)

    def said_to_us(self, *, words: str = "") -> list[dict[str, Any]]:
        """The notes that were delivered so far and mention our person, as far as they say `words`."""
        created = (each["object"] for each in self.received if each.get("type") == "Create")
        notes = [note for note in created if isinstance(note, dict)]
        mine = [note for note in notes if self.actor in (*note.get("to", ()), *note.get("cc", ()))]
        return [note for note in mine if words in note.get("content", "")]

    def post(
        self,
        inbox: str,
        content: str,
        *,
        answers: str,
        mentions: Mapping[str, str],
        picture: tuple[Path, str] | None = None,
    ) -> str:
        """Our person says something in answer to the object at `answers`; its id, once `inbox` has taken it.

        `mentions` are handles by the id of whoever is meant; a `picture` comes with what it shows. Raises Conflict when
        it was not taken.
        """
        self._posted += 1
        uri = f"{self.origin}/notes/{self._posted}"
        note: dict[str, Any] = {
            "id": uri,
            "type": "Note",
            "attributedTo": self.actor,
            "published": f"{now():%Y-%m-%dT%H:%M:%SZ}",
            "content": f"<p>{content}</p>",
            "inReplyTo": answers,
            "to": [_PUBLIC],
            "cc": [f"{self.actor}/followers", *mentions],
            "tag": [{"type": "Mention", "href": actor, "name": handle} for actor, handle in mentions.items()],
        }
        if picture is not None:
            path, shows = picture
            address = f"{self.origin}/media/{path.name}"
            self._shown[f"/media/{path.name}"] = ("image/png", path.read_bytes())
            note["attachment"] = [{"type": "Document", "mediaType": "image/png", "url": address, "name": shows}]
        context = "https://www.w3.org/ns/activitystreams"
        self._show(urlsplit(uri).path, {"@context": context, **note})
        create = {"@context": context, "id": f"{uri}/activity", "type": "Create", "actor": self.actor}
        self._deliver(
            inbox, {**create, "published": note["published"], "to": note["to"], "cc": note["cc"], "object": note}
        )
        return uri

    def answer(self, path: str, query: str) -> tuple[str, bytes] | None:
        """What stands at `path`, with its media type; None for nothing."""
        if path == "/.well-known/webfinger":
            handle = f"acct:{PERSON}@{self.host}"
            if parse_qs(query).get("resource") != [handle]:
                return None
            link = {"rel": "self", "type": _ACTIVITY, "href": self.actor}
            return "application/jrd+json", json.dumps({"subject": handle, "links": [link]}).encode()
        return self._shown.get(path)

    def take(self, body: bytes) -> None:
        """What was delivered is kept, whatever it is; this server has nothing that anybody could take away."""
        activity = json.loads(body)
        if isinstance(activity, dict):
            with self._lock:
                self._received.append(activity)

    def _deliver(self, inbox: str, activity: Mapping[str, Any]) -> None:
        body = json.dumps(activity).encode()
        signed = sign_request(
            method="POST",
            url=inbox,
            body=body,
            key_id=f"{self.actor}#main-key",
            private_key=self._key,
            now=now(),
            kind="cavage",
        )
        # This server is not ours: `fedirec.net` is the door of the instances.
        answer = httpx.post(
            inbox, content=body, headers={"content-type": _ACTIVITY, **signed}, timeout=30, trust_env=False
        )
        if not answer.is_success:
            raise Conflict(f"{inbox} answered {answer.status_code} to a post of another server")

    def _show(self, path: str, document: Mapping[str, Any]) -> None:
        self._shown[path] = (_ACTIVITY, json.dumps(document).encode())

    def _person(self) -> dict[str, Any]:
        return {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": self.actor,
            "type": "Person",
            "preferredUsername": PERSON,
            "name": PERSON.title(),
            "inbox": f"{self.actor}/inbox",
            "outbox": f"{self.actor}/outbox",
            "followers": f"{self.actor}/followers",
            "publicKey": {"id": f"{self.actor}#main-key", "owner": self.actor, "publicKeyPem": self._key.public.pem},
        }

    def _empty(self, name: str) -> dict[str, Any]:
        context = "https://www.w3.org/ns/activitystreams"
        return {"@context": context, "id": f"{self.actor}/{name}", "type": "OrderedCollection", "totalItems": 0}


@contextmanager
def foreign_server(port: int) -> Generator[Foreign]:
    """Within it the server answers at `port` of this machine."""
    foreign = Foreign(port)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            found = foreign.answer(parts.path, parts.query)
            if found is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("content-type", found[0])
            self.send_header("content-length", str(len(found[1])))
            self.end_headers()
            self.wfile.write(found[1])

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            if not 0 < length <= _MOST:
                self.send_error(413)
                return
            try:
                foreign.take(self.rfile.read(length))
            except ValueError:
                self.send_error(400)
                return
            self.send_response(202)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is printed: the story tells what happens."""

    with ThreadingHTTPServer((HOST, port), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield foreign
        finally:
            server.shutdown()
            thread.join()
