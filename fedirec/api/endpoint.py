"""One line of the table: what can be asked, who may, and what comes back. Routes and OpenAPI are made from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from pydantic import BaseModel
from starlette.requests import Request

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import SCOPE_OF, Permission, Scope
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.activitypub.site import Site
from fedirec.errors import NotFound, Unauthenticated
from fedirec.remix.pages.cards import Cards
from fedirec.settings import Settings
from fedirec.uris import Uris

Shape = TypeVar("Shape", bound=BaseModel)
MAX_ROW = 2**63 - 1


@dataclass(slots=True, kw_only=True)
class Call:
    """A request that was let in, read and checked."""

    request: Request[Any]
    endpoint: Endpoint
    body: BaseModel | None = None
    query: BaseModel | None = None
    headers: dict[str, str] = field(default_factory=dict)
    """What the answer carries besides its body."""
    prepared: Any = None
    """What `Endpoint.prepare` found out or made."""

    def sent(self, shape: type[Shape]) -> Shape:
        """The body, which is a `shape`."""
        assert isinstance(self.body, shape)
        return self.body

    def asked(self, shape: type[Shape]) -> Shape:
        """The query of the address, which is a `shape`."""
        assert isinstance(self.query, shape)
        return self.query

    def row(self, name: str = "id") -> int:
        """The number in the path. Raises NotFound for one that no row can have."""
        number = int(self.request.path_params[name])
        if not 0 < number <= MAX_ROW:
            raise NotFound
        return number

    def word(self, name: str) -> str:
        """The text in the path. Raises NotFound for what nothing is called."""
        text = str(self.request.path_params[name])
        if not text.isprintable() or len(text) > 300:
            raise NotFound
        return text

    @property
    def visitor(self) -> Viewer | None:
        """Whose token it is, if there is one."""
        return viewer_of(self.request)

    @property
    def viewer(self) -> Viewer:
        """Whose token it is. Raises Unauthenticated."""
        viewer = self.visitor
        if viewer is None:
            raise Unauthenticated
        return viewer

    @property
    def actor(self) -> Actor:
        return self.viewer.actor

    @property
    def looker(self) -> Actor | None:
        """Through whose eyes things are seen."""
        return self.visitor.actor if self.visitor else None

    @property
    def site(self) -> Site:
        site: Site = self.request.state["site"]
        return site

    @property
    def uris(self) -> Uris:
        return self.site.uris

    @property
    def settings(self) -> Settings:
        settings: Settings = self.request.state["settings"]
        return settings

    @property
    def cards(self) -> Cards:
        return Cards(self.request)

    def absolute(self, url: str) -> str:
        """`url` with our origin, when it is a path of this site."""
        return f"{self.site.origin}{url}" if url.startswith("/") else url


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What a program can ask for."""

    name: str
    """Also the operationId."""
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    """Below /api, as in `/records/{id:int}`."""
    permission: Permission
    """What whoever asks must be allowed; the scope of the token follows from it."""
    says: str
    """One sentence on what is true afterwards."""
    run: Callable[[Call], Awaitable[BaseModel | None]]
    """Within a transaction where an Idempotency-Key was sent: it awaits nothing but the database."""
    prepare: Callable[[Call], Awaitable[Any]] | None = None
    """What takes the network, the disk or a thread, before `run`; the answer is `Call.prepared`."""
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    is_open: bool = False
    """Whether it also answers without a token, with what a stranger would see."""
    has_etag: bool = False
    is_versioned: bool = False
    """Whether its body names a version, and it is refused when there is another one by now."""
    pages: tuple[str, ...] = ()
    """The forms on pages that do the same."""

    @property
    def scope(self) -> Scope:
        return SCOPE_OF[self.permission]

    @property
    def noun(self) -> str:
        """Under which heading it stands."""
        return self.path.split("/")[1]
