"""What happens to one stream on its way into the new file: it is copied, drawn anew or played anew."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final, cast

import av
import av.filter
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

_FULL_HD: Final = (1920, 1080)
_MAX_EARLY: Final = 64
_TICKS: Final = Fraction(1, 90_000)


class Uncopied(Exception):
    """The streams do not fit into the new file as they are."""


class Copied:
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


class Drawn:
    """Pictures written anew: upright, at most full HD, in colours that every player shows."""

    def __init__(self, stream: VideoStream, output: OutputContainer, *, codec: str, rotation: int) -> None:
        self._output, self._rotation = output, rotation
        self._source = (stream.width, stream.height)
        self.size = within_full_hd(*(self._source if rotation % 180 == 0 else self._source[::-1]))
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


class Played:
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


def fits_full_hd(width: int, height: int) -> bool:
    """Whether a picture of that size is full HD or less, lying or standing."""
    return max(width, height) <= _FULL_HD[0] and min(width, height) <= _FULL_HD[1]


def within_full_hd(width: int, height: int) -> tuple[int, int]:
    """The size at which `width` by `height` fits full HD lying or standing, in even numbers."""
    longer, shorter = max(width, height), min(width, height)
    scale = min(1.0, _FULL_HD[0] / longer, _FULL_HD[1] / shorter)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)
