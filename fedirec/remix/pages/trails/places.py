"""Where the records of a trail are to be found, and what may be said of them."""

from __future__ import annotations

from collections.abc import Mapping

from fedirec.activitypub.models import Actor
from fedirec.remix.pages.cards import Cards
from fedirec.remix.queries.waypoints import Waypoint
from fedirec.uris import host_of
from fedirec.web.language import gettext as _
from fedirec.web.views import TrailNode


class Places:
    """Where the records of a trail are to be found, and what may be said of them."""

    def __init__(
        self, cards: Cards, waypoints: Mapping[str, Waypoint], rows: Mapping[str, int], viewer: Actor | None
    ) -> None:
        self._cards = cards
        self._uris = cards.site.uris
        self._waypoints = waypoints
        self._rows = rows
        self._viewer = viewer

    def url(self, uri: str) -> str:
        if self._is_ours(uri):
            return self._cards.here(uri)
        return f"/records/remote/{self._rows[uri]}" if uri in self._rows else uri

    def _is_ours(self, uri: str) -> bool:
        waypoint = self._waypoints.get(uri)
        return self._uris.is_ours(uri) if waypoint is None or waypoint.key is None else waypoint.is_local

    def is_hidden(self, uri: str) -> bool:
        """Whether only that there is something may be said."""
        waypoint = self._waypoints.get(uri)
        if waypoint is None or not waypoint.is_hidden:
            return False
        return self._viewer is None or self._viewer.uri != waypoint.author_uri

    def title(self, uri: str) -> str:
        waypoint = self._waypoints.get(uri)
        if waypoint is None:
            return _("Something on %(host)s") % {"host": host_of(uri)}
        return _("Not public") if self.is_hidden(uri) else waypoint.title or _("Untitled")

    def node(self, uri: str, *, is_here: bool) -> TrailNode:
        waypoint = self._waypoints.get(uri)
        host = "" if self._is_ours(uri) else host_of(uri)
        if waypoint is None:
            return TrailNode(key=uri, title=self.title(uri), url=uri, host=host, is_ghost=True, row=self._rows.get(uri))
        if is_here:
            return TrailNode(
                key=uri,
                title=waypoint.title,
                url=self.url(uri),
                kind=waypoint.kind,
                author=waypoint.author_name,
                host=host,
                is_here=True,
                row=waypoint.key,
            )
        hidden = self.is_hidden(uri)
        return TrailNode(
            key=uri,
            title=self.title(uri),
            url=self.url(uri),
            kind=waypoint.kind,
            author="" if hidden else waypoint.author_name,
            host=host,
            is_ghost=waypoint.is_gone,
            is_deleted=waypoint.is_gone and waypoint.key is not None,
            row=waypoint.key,
        )
