"""Files as templates show them: pictures in all their sizes, sounds and films, from us or as copies of others'."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final, Literal, cast
from urllib.parse import urlsplit

from starlette.requests import Request

from fedirec.activitypub.models import Actor
from fedirec.activitypub.site import Site
from fedirec.media.cache import CACHED_SIZES, MediaCache
from fedirec.media.decoder.kinds import SIZES
from fedirec.media.models import Media
from fedirec.media.queries import Dressed, dress
from fedirec.remix.models import Attachment
from fedirec.web.render import local_path
from fedirec.web.views import CaptionView, MediaView, PictureView, StreamView

_SIZES: Final = ("small", "medium", "large")
_PLAYABLE: Final = ("film", "sound")


class Files:
    """Shows files to whoever made `request`."""

    def __init__(self, request: Request[Any]) -> None:
        self.site: Site = request.state["site"]
        self._cache: MediaCache = request.state["media_cache"]
        self._dressed: dict[int, Dressed] = {}
        self._peaks: dict[str, list[int]] = {}

    def here(self, url: str) -> str:
        """`url` as a path of this site, when it is one of ours."""
        return local_path(urlsplit(url)._replace(scheme="", netloc="").geturl()) if self.site.is_ours(url) else url

    def icon_of(self, actor: Actor) -> str | None:
        """Where a browser gets the picture of somebody who has one that is shown."""
        if not actor.icon_url or actor.state != "active" or actor.media_rejected:
            return None
        return self.shown_here(actor.icon_url)

    def shown_here(self, url: str) -> str:
        """Where a browser gets the file at `url`: from us, as our own or as a copy. No other page of ours is a file."""
        path = self.here(url)
        return path if path.startswith("/media/") else self._cache.path_for(url)

    async def dress_files(self, media_ids: Iterable[int]) -> None:
        """What was made of these files is at hand afterwards."""
        wanted = {key for key in media_ids if key not in self._dressed}
        if wanted:
            self._dressed |= await dress(wanted)

    def media(self, attachments: Iterable[Attachment], *, left: bool = False) -> tuple[MediaView, ...]:
        """The files of one record or challenge; those that are `left` at their home are only spoken of."""
        show = self._left if left else self.medium
        return tuple(show(attachment, number=number) for number, attachment in enumerate(attachments, 1))

    def _left(self, attachment: Attachment, *, number: int = 1) -> MediaView:
        return MediaView(
            kind=cast(Literal["image", "audio", "video"], attachment.kind),
            url="",
            media_type=attachment.media_type,
            alt=attachment.description,
            number=number,
            is_missing=True,
            is_left=True,
        )

    def medium(self, attachment: Attachment, *, number: int = 1) -> MediaView:
        """A file of a record or a challenge, which is the one at place `number` there."""
        bare = MediaView(
            kind=cast(Literal["image", "audio", "video"], attachment.kind),
            url=self.shown_here(attachment.url),
            media_type=attachment.media_type,
            alt=attachment.description,
            number=number,
            poster_url=self.shown_here(attachment.poster_url) if attachment.poster_url else None,
            blurhash=attachment.blurhash,
            width=attachment.width,
            height=attachment.height,
            seconds=None if attachment.duration_ms is None else attachment.duration_ms / 1000,
            peaks=tuple(self._peaks.get(attachment.url, ())),
            captions=tuple(
                CaptionView(
                    url=self._cache.path_for(words["url"], is_caption=True),
                    language=words["language"],
                    label=words["name"] or words["language"],
                )
                for words in attachment.captions or ()
            ),
        )
        if bare.kind == "image" and not self.here(attachment.url).startswith("/media/"):
            return replace(bare, pictures=self._copies(attachment))
        return self._dressed_view(bare, attachment.media_id)

    def thumbnail(self, attachment: Attachment) -> str:
        """Where a browser gets the smallest picture of a file that is one or has a poster, from us."""
        made = self._dressed.get(attachment.media_id) if attachment.media_id is not None else None
        if made is not None and made.preview_url:
            return made.preview_url
        url = attachment.poster_url or attachment.url
        path = self.here(url)
        return path if path.startswith("/media/") else self._cache.path_for(url, size=CACHED_SIZES[0])

    def _copies(self, attachment: Attachment) -> tuple[PictureView, ...]:
        """The sizes in which we have a picture from elsewhere, as far as its author says how large it is."""
        if not attachment.width or not attachment.height:
            return ()
        longest = max(attachment.width, attachment.height)
        smaller = [
            PictureView(
                url=self._cache.path_for(attachment.url, size=name),
                width=max(1, round(attachment.width * SIZES[name] / longest)),
                height=max(1, round(attachment.height * SIZES[name] / longest)),
            )
            for name in CACHED_SIZES
            if SIZES[name] < longest
        ]
        whole = PictureView(url=self._cache.path_for(attachment.url), width=attachment.width, height=attachment.height)
        return (*smaller, whole)

    def upload(self, media: Media, *, alt: str = "", number: int = 1) -> MediaView:
        """A file that waits for its record."""
        uris = self.site.uris
        bare = MediaView(
            kind=cast(Literal["image", "audio", "video"], media.kind),
            url=self.here(uris.media(media.path)),
            media_type=media.media_type,
            alt=alt,
            number=number,
            poster_url=self.here(uris.media(media.poster_path)) if media.poster_path else None,
            width=media.width,
            height=media.height,
            seconds=None if media.duration_ms is None else media.duration_ms / 1000,
        )
        return self._dressed_view(bare, media.id)

    def _dressed_view(self, bare: MediaView, media_id: int | None) -> MediaView:
        """The same file with everything that was made of it, as far as it is at hand."""
        made = self._dressed.get(media_id) if media_id is not None else None
        if made is None:
            return bare
        pictures = [
            PictureView(url=size.url, width=size.width, height=size.height)
            for size in made.renditions.values()
            if size.name in _SIZES and size.width and size.height
        ]
        master = bare.url if bare.kind == "image" else bare.poster_url
        if _SIZES[-1] not in made.renditions and master and bare.width and bare.height:
            pictures.append(PictureView(url=master, width=bare.width, height=bare.height))
        playable = [made.renditions[name] for name in _PLAYABLE if name in made.renditions]
        return replace(
            bare,
            pictures=tuple(sorted(pictures, key=lambda size: size.width)),
            streams=tuple(StreamView(url=form.url, media_type=form.media_type) for form in playable),
            captions=tuple(
                CaptionView(url=words.url, language=words.language, label=words.label) for words in made.captions
            ),
            peaks=tuple(made.peaks or ()),
            blurhash=made.blurhash or bare.blurhash,
            colour=made.colour,
            size=made.original.size,
            file_name=made.original.file_name,
            download_url=made.original.download_url,
            state=made.state,
            progress=made.progress,
            problem=made.problem or "",
        )
