"""One sound or film, read from end to end and packed anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image, ImageStat

from fedirec.media.decoder.blur import Blur, blur_of
from fedirec.media.decoder.kinds import Refused
from fedirec.media.decoder.loudness import Loudness
from fedirec.media.decoder.sheets import Sheet
from fedirec.media.decoder.tracks import Copied, Drawn, Played, Uncopied

Progress = Callable[[float, float], None]
"""Is told how many seconds of how many are done; 0 where nobody knows of how many."""

MAX_SECONDS: Final = 4 * 60 * 60
_EVERY_PICTURE: Final = 3.0
"""Seconds from the beginning in which every picture is decoded; after them only those that stand alone are."""
_POSTER_SIDE: Final = 1280
_LIVELY: Final = 24.0
"""Standard deviation of brightness from which a picture shows something."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How the new file is packed; a codec of None means that the stream is copied."""

    muxer: str
    media_type: str
    video: str | None = None
    audio: str | None = None
    looks: float | None = None
    """Seconds that are decoded of a stream that is copied; None for all of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Show:
    """What a sound or film turned out to be."""

    media_type: str
    duration_ms: int
    width: int | None = None
    height: int | None = None
    blur: Blur | None = None


@dataclass(kw_only=True, slots=True)
class Reading:
    """What was seen of one stream so far."""

    first: Fraction | None = None
    last: Fraction = Fraction(0)
    decoded: int = 0
    frames: int = 0
    faults: int = 0

    def saw(self, packet: Packet[Any]) -> None:
        if packet.pts is None or packet.time_base is None:
            return
        begins = packet.pts * packet.time_base
        self.first = begins if self.first is None else min(self.first, begins)
        self.last = max(self.last, begins + (packet.duration or 0) * packet.time_base)
        if self.seconds > MAX_SECONDS:
            raise Refused("long")

    @property
    def seconds(self) -> float:
        return float(self.last - self.first) if self.first is not None else 0.0

    def judge(self) -> None:
        """Raises Refused unless this was sound or pictures, but for a few scratches."""
        if not self.frames or self.faults > 2 + self.decoded // 50:
            raise Refused("broken")


@dataclass(kw_only=True, slots=True)
class Poster:
    """The first lively picture of a film, or the liveliest."""

    image: Image.Image | None = None
    life: float = -1.0
    looked_at: float = -1.0

    @property
    def is_lively(self) -> bool:
        return self.life >= _LIVELY

    def consider(self, frame: VideoFrame, *, seconds: float, rotation: int) -> None:
        if self.is_lively or (self.image is not None and seconds - self.looked_at < 0.5):
            return
        self.looked_at = seconds
        scale = min(1.0, _POSTER_SIDE / max(frame.width, frame.height))
        size = (max(1, round(frame.width * scale)), max(1, round(frame.height * scale)))
        image: Image.Image = frame.reformat(width=size[0], height=size[1], format="rgb24").to_image()  # type: ignore[no-untyped-call]
        life = ImageStat.Stat(image.convert("L").resize((64, 64))).stddev[0]
        if life > self.life:
            self.life, self.image = life, image.rotate(rotation, expand=True)


class Packer:
    """Copies or writes anew one video and one audio stream of an open file into `master`, as `plan` says."""

    def __init__(
        self,
        *,
        video: VideoStream | None,
        audio: AudioStream | None,
        plan: Plan,
        rotation: int,
        master: Sheet,
        loudness: Loudness | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._video, self._audio = video, audio
        self._loudness, self._progress = loudness, progress
        self._plan, self._rotation, self._master = plan, rotation, master
        self._seen = {stream.index: Reading() for stream in (video, audio) if stream is not None}
        self._poster = Poster()
        self._size = (0, 0)
        for stream in (video, audio):
            if stream is not None:
                stream.codec_context.thread_count = 2

    def pack(self, container: InputContainer, *, declared: float | None, poster: Sheet | None = None) -> Show:
        """What the file turned out to be; `declared` is how many seconds it says it lasts.

        Raises Refused, or Uncopied when a stream cannot be copied into the new file.
        """
        options = {"fflags": "+bitexact"}
        if self._plan.muxer in ("mp4", "ipod"):
            options["movflags"] = "+faststart"
        if self._plan.muxer == "mp3":
            options["id3v2_version"] = "0"
        output = av.open(
            self._master, "w", format=self._plan.muxer, options=options, io_open=lambda *_: self._master.again()
        )
        try:
            self._fill(container, output, length=declared or 0.0)
        except Uncopied:
            _abandon(output)
            raise
        output.close()
        for reading in self._seen.values():
            reading.judge()
        seconds = max(reading.seconds for reading in self._seen.values())
        if declared is not None and seconds < 0.9 * declared - 1:
            raise Refused("truncated")
        if poster is not None and self._poster.image is not None:
            self._poster.image.save(poster.file, "JPEG", quality=85, optimize=True)
        width, height = self._size if self._rotation % 180 == 0 else self._size[::-1]
        return Show(
            media_type=self._plan.media_type,
            duration_ms=round(seconds * 1000),
            width=width or None,
            height=height or None,
            blur=blur_of(self._poster.image) if poster is not None and self._poster.image is not None else None,
        )

    def _fill(self, container: InputContainer, output: OutputContainer, *, length: float) -> None:
        tracks = {
            stream.index: self._track(stream, output) for stream in (self._video, self._audio) if stream is not None
        }
        for packet in container.demux([stream for stream in (self._video, self._audio) if stream is not None]):
            reading = self._seen[packet.stream.index]
            if packet.size:
                reading.saw(packet)
            frames = self._decode(packet, reading)
            tracks[packet.stream.index].take(packet, frames)
            if self._progress is not None:
                self._progress(reading.seconds, length)
        if self._loudness is not None and self._audio is not None:
            self._loudness.hear(None)
        for track in tracks.values():
            track.finish()

    def _track(self, stream: VideoStream | AudioStream, output: OutputContainer) -> Copied | Drawn | Played:
        if isinstance(stream, VideoStream):
            if self._plan.video is None:
                self._size = (stream.width, stream.height)
                return Copied(stream, output)
            drawn = Drawn(stream, output, codec=self._plan.video, rotation=self._rotation)
            self._size, self._rotation = drawn.size, 0
            return drawn
        return Copied(stream, output) if self._plan.audio is None else Played(stream, output, codec=self._plan.audio)

    def _decode(self, packet: Packet[Any], reading: Reading) -> Sequence[VideoFrame | AudioFrame]:
        is_video = self._video is not None and packet.stream.index == self._video.index
        if self._is_enough(reading, is_video=is_video):
            return ()
        reading.decoded += 1
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            reading.faults += 1
            return ()
        except av.error.EOFError:
            return ()
        reading.frames += len(frames)
        reading.faults += sum(frame.is_corrupt for frame in frames)
        if self._video is not None and is_video:
            for frame in frames:
                self._poster.consider(frame, seconds=reading.seconds, rotation=frame.rotation)
            if self._plan.video is None and reading.seconds > _EVERY_PICTURE:
                self._video.codec_context.skip_frame = "NONKEY"
        elif self._loudness is not None:
            for frame in frames:
                if isinstance(frame, AudioFrame):
                    self._loudness.hear(frame)
        return frames

    def _is_enough(self, reading: Reading, *, is_video: bool) -> bool:
        """Whether what was decoded of a stream that is copied shows enough."""
        if self._plan.looks is None or reading.seconds <= self._plan.looks:
            return False
        return self._poster.is_lively and self._plan.video is None if is_video else self._plan.audio is None


def _abandon(output: OutputContainer) -> None:
    """`output` writes nothing more."""
    try:
        output.close()
    except (ValueError, OSError, av.error.FFmpegError):
        return
