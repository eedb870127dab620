"""One sound or film, read from end to end and packed anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, cast

import av
import av.filter
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image, ImageStat

from fedirec.media.decoder.kinds import Refused
from fedirec.media.decoder.sheets import Sheet

MAX_SECONDS: Final = 4 * 60 * 60
_FULL_HD: Final = (1920, 1080)
_EVERY_PICTURE: Final = 3.0
"""Seconds from the beginning in which every picture is decoded; after them only those that stand alone are."""
_POSTER_SIDE: Final = 1280
_LIVELY: Final = 24.0
"""Standard deviation of brightness from which a picture shows something."""
_MAX_EARLY: Final = 64
_TICKS: Final = Fraction(1, 90_000)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How the new file is packed; a codec of None means that the stream is copied."""

    muxer: str
    media_type: str
    video: str | None = None
    audio: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Show:
    """What a sound or film turned out to be."""

    media_type: str
    duration_ms: int
    width: int | None = None
    height: int | None = None


class Uncopied(Exception):
    """The streams do not fit into the new file as they are."""


@dataclass(kw_only=True, slots=True)
class Reading:
    """What was seen of one stream so far."""

    first: Fraction | None = None
    last: Fraction = Fraction(0)
    packets: int = 0
    frames: int = 0
    faults: int = 0

    def saw(self, packet: Packet[Any]) -> None:
        self.packets += 1
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
        if not self.frames or self.faults > 2 + self.packets // 50:
            raise Refused("broken")


@dataclass(kw_only=True, slots=True)
class Poster:
    """The first lively picture of a film, or the liveliest."""

    image: Image.Image | None = None
    life: float = -1.0
    looked_at: float = -1.0

    def consider(self, frame: VideoFrame, *, seconds: float, rotation: int) -> None:
        if self.life >= _LIVELY or (self.image is not None and seconds - self.looked_at < 0.5):
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
        self, *, video: VideoStream | None, audio: AudioStream | None, plan: Plan, rotation: int, master: Sheet
    ) -> None:
        self._video, self._audio = video, audio
        self._plan, self._rotation, self._master = plan, rotation, master
        self._seen = {stream.index: Reading() for stream in (video, audio) if stream is not None}
        self._poster = Poster()
        self._size = (0, 0)
        for stream in (video, audio):
            if stream is not None:
                stream.codec_context.thread_count = 2

    def pack(self, container: InputContainer, *, declared: float | None, poster: Sheet) -> Show:
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
            self._fill(container, output)
        except Uncopied:
            _abandon(output)
            raise
        output.close()
        for reading in self._seen.values():
            reading.judge()
        seconds = max(reading.seconds for reading in self._seen.values())
        if declared is not None and seconds < 0.9 * declared - 1:
            raise Refused("truncated")
        if self._poster.image is not None:
            self._poster.image.save(poster.file, "JPEG", quality=85, optimize=True)
        width, height = self._size if self._rotation % 180 == 0 else self._size[::-1]
        return Show(
            media_type=self._plan.media_type,
            duration_ms=round(seconds * 1000),
            width=width or None,
            height=height or None,
        )

    def _fill(self, container: InputContainer, output: OutputContainer) -> None:
        tracks = {
            stream.index: self._track(stream, output) for stream in (self._video, self._audio) if stream is not None
        }
        for packet in container.demux([stream for stream in (self._video, self._audio) if stream is not None]):
            reading = self._seen[packet.stream.index]
            if packet.size:
                reading.saw(packet)
            frames = self._decode(packet, reading)
            tracks[packet.stream.index].take(packet, frames)
        for track in tracks.values():
            track.finish()

    def _track(self, stream: VideoStream | AudioStream, output: OutputContainer) -> _Copied | _Drawn | _Played:
        if isinstance(stream, VideoStream):
            if self._plan.video is None:
                self._size = (stream.width, stream.height)
                return _Copied(stream, output)
            drawn = _Drawn(stream, output, codec=self._plan.video, rotation=self._rotation)
            self._size, self._rotation = drawn.size, 0
            return drawn
        return _Copied(stream, output) if self._plan.audio is None else _Played(stream, output, codec=self._plan.audio)

    def _decode(self, packet: Packet[Any], reading: Reading) -> Sequence[VideoFrame | AudioFrame]:
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            reading.faults += 1
            return ()
        except av.error.EOFError:
            return ()
        reading.frames += len(frames)
        reading.faults += sum(frame.is_corrupt for frame in frames)
        if self._video is not None and packet.stream.index == self._video.index:
            for frame in frames:
                self._poster.consider(frame, seconds=reading.seconds, rotation=frame.rotation)
            if self._plan.video is None and reading.seconds > _EVERY_PICTURE:
                self._video.codec_context.skip_frame = "NONKEY"
        return frames


class _Copied:
    """A stream whose packets go into the new file as they are."""

    def __init__(self, stream: VideoStream | AudioStream, output: OutputContainer) -> None:
        self._output = output
        self._early: list[Packet[Any]] = []
        try:
            self._stream = output.add_stream_from_template(stream, opaque=True)
        except ValueError as error:
            raise Uncopied from error

    def take(self, packet: Packet[Any], _: Sequence[VideoFrame | AudioFrame]) -> None:
        if not packet.size:
            return
        if packet.dts is None:
            # Matroska knows when a picture is shown but not when it is decoded, until FFmpeg has seen a few.
            self._early.append(packet)
            if len(self._early) > _MAX_EARLY:
                raise Uncopied
            return
        step = packet.duration or 1
        for before, early in enumerate(reversed(self._early), 1):
            early.dts = packet.dts - before * step
        for each in (*self._early, packet):
            self._copy(each)
        self._early.clear()

    def finish(self) -> None:
        if self._early:
            raise Uncopied

    def _copy(self, packet: Packet[Any]) -> None:
        packet.stream = self._stream
        try:
            self._output.mux(packet)
        except (ValueError, av.error.FFmpegError) as error:
            if isinstance(error, OSError):
                raise
            raise Uncopied from error


class _Drawn:
    """Pictures written anew: upright, at most full HD, in colours that every player shows."""

    def __init__(self, stream: VideoStream, output: OutputContainer, *, codec: str, rotation: int) -> None:
        self._output, self._rotation = output, rotation
        self._source = (stream.width, stream.height)
        self.size = _within_full_hd(*(self._source if rotation % 180 == 0 else self._source[::-1]))
        rate = stream.average_rate or Fraction(30)
        self._slow = Fraction(60) < rate
        options = {"preset": "veryfast", "crf": "22", "maxrate": "8M", "bufsize": "16M"}
        self._stream = cast(VideoStream, output.add_stream(codec, rate=min(rate, Fraction(60)), options=options))
        self._stream.width, self._stream.height = self.size
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = _TICKS
        self._stream.codec_context.thread_count = 2
        self._graph: av.filter.Graph | None = None

    def take(self, _: Packet[Any], frames: Sequence[VideoFrame | AudioFrame]) -> None:
        for frame in frames:
            if not isinstance(frame, VideoFrame) or frame.pts is None:
                continue
            if (frame.width, frame.height) != self._source:
                frame = frame.reformat(width=self._source[0], height=self._source[1])
            if self._graph is None:
                self._graph = self._filters(frame)
            self._graph.vpush(frame)
            self._draw(self._graph)

    def finish(self) -> None:
        if self._graph is not None:
            self._graph.vpush(None)
            self._draw(self._graph)
        self._output.mux(self._stream.encode())

    def _draw(self, graph: av.filter.Graph) -> None:
        while True:
            try:
                frame = graph.vpull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            frame.pict_type = 0
            self._output.mux(self._stream.encode(frame))

    def _filters(self, frame: VideoFrame) -> av.filter.Graph:
        graph = av.filter.Graph()
        graph.threads = 2
        steps = [
            graph.add_buffer(
                width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or _TICKS
            )
        ]
        # `rotation` counts to the left; transpose 1 turns to the right and 2 to the left.
        turns = {90: ("2",), 180: ("1", "1"), 270: ("1",)}.get(round(self._rotation / 90) * 90 % 360, ())
        steps += [graph.add("transpose", turn) for turn in turns]
        if self._slow:
            steps.append(graph.add("fps", "60"))
        steps.append(graph.add("scale", f"{self.size[0]}:{self.size[1]}"))
        steps.append(graph.add("format", "yuv420p"))
        steps.append(graph.add("buffersink"))
        graph.link_nodes(*steps).configure()
        return graph


class _Played:
    """Sound written anew."""

    def __init__(self, stream: AudioStream, output: OutputContainer, *, codec: str) -> None:
        self._output = output
        fine = stream.format.bytes > 2
        layout = "mono" if stream.channels == 1 else "stereo"
        rate = stream.rate if codec == "flac" or stream.rate in (44_100, 48_000) else 48_000
        if codec == "libopus":
            rate = 48_000
        self._stream = cast(AudioStream, output.add_stream(codec, rate=rate))
        self._stream.layout = layout
        if codec == "flac":
            self._stream.format = "s32" if fine else "s16"
        else:
            self._stream.bit_rate = 96_000 if layout == "mono" else 160_000
        size = {"aac": 1024, "libopus": 960, "flac": 4096}[codec]
        self._resampler = AudioResampler(self._stream.format, layout, rate, frame_size=size)

    def take(self, _: Packet[Any], frames: Sequence[VideoFrame | AudioFrame]) -> None:
        for frame in frames:
            if isinstance(frame, AudioFrame):
                self._play(frame)

    def finish(self) -> None:
        self._play(None)
        self._output.mux(self._stream.encode())

    def _play(self, frame: AudioFrame | None) -> None:
        for piece in self._resampler.resample(frame):
            self._output.mux(self._stream.encode(piece))


def _within_full_hd(width: int, height: int) -> tuple[int, int]:
    """The size at which `width` by `height` fits full HD lying or standing, in even numbers."""
    longer, shorter = max(width, height), min(width, height)
    scale = min(1.0, _FULL_HD[0] / longer, _FULL_HD[1] / shorter)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _abandon(output: OutputContainer) -> None:
    """`output` writes nothing more."""
    try:
        output.close()
    except (ValueError, OSError, av.error.FFmpegError):
        return
