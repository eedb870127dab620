"""Sound and film: what they hold, and how they are packed anew.

What is kept has the pictures that were sent, as far as a new file can hold them; sound that browsers do not play is
written anew at once, because that is quick. What plays everywhere is H.264 and AAC in an MP4, or AAC in an M4A.
Pictures inside sound files, subtitles, chapters, locations and notes stay behind.
"""

from __future__ import annotations

import errno
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from fedirec.media.decoder.kinds import SOUNDS, Family, Refused
from fedirec.media.decoder.loudness import Loudness
from fedirec.media.decoder.packing import MAX_SECONDS, Packer, Plan, Progress, Show
from fedirec.media.decoder.plans import (
    BRIEFLY,
    PLAIN,
    plan_for_film,
    plan_for_keeping,
    plan_for_sound,
    written_anew,
)
from fedirec.media.decoder.prints import SoundPrint
from fedirec.media.decoder.sheets import Sheet
from fedirec.media.decoder.tracks import Uncopied, fits_full_hd

MAX_FRAME_PIXELS: Final = 4096 * 2304
_DEMUXERS: Final[Mapping[Family, str]] = {
    "mov": "mov,mp4,m4a,3gp,3g2,mj2",
    "matroska": "matroska,webm",
    "ogg": "ogg",
    "flac": "flac",
    "wav": "wav",
    "mpeg": "mp3,aac,flac",
}
_HONEST: Final[frozenset[Family]] = frozenset({"mov", "matroska", "flac", "wav"})
"""Families that state how long they last; in the others FFmpeg guesses from the size."""
_VIDEO_CODECS: Final = frozenset({
    "h264", "hevc", "vp8", "vp9", "libvpx", "libvpx-vp9", "av1", "libdav1d", "mpeg4", "h263", "mjpeg", "theora",
    "prores", "mpeg2video",
})  # fmt: skip
_AUDIO_CODECS: Final = frozenset({
    "aac", "mp3", "mp3float", "opus", "libopus", "vorbis", "flac", "alac", "amrnb", "amrwb", "ac3", "eac3",
    "pcm_u8", "pcm_s8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le",
    "pcm_f32be", "pcm_f64le", "pcm_f64be", "pcm_alaw", "pcm_mulaw", "adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt",
})  # fmt: skip
_PADDING: Final = 1024
_NO_LENGTH: Final = 0xFFFF0000

_Packed: TypeAlias = tuple[Show, list[int] | None]
"""What a file shows, and how loud it is from its beginning to its end."""


def prepare() -> None:
    """Everything that PyAV would import later is imported, and FFmpeg keeps to itself what it thinks of the file."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith(("__main__", "datasets")):
            importlib.import_module(module.name)
    av.logging.set_level(None)


def clean_film(source: Sheet, *, family: Family, master: Sheet, poster: Sheet, plays: bool) -> _Packed:
    """`master` holds what `source` holds, and `poster` shows a picture of it if it is a film. Raises Refused.

    With `plays`, browsers play it, which takes long for some films, and how loud it is is known afterwards; without,
    pictures are only copied, and no more of the file is decoded than shows what it is.
    """
    if family == "wav":
        _refuse_cut_riff(source)
    with _guarded():
        plan, rotation = _survey(source, family=family, plays=plays)
        pack = partial(_pack, source, family=family, rotation=rotation, master=master, poster=poster, hears=plays)
        return _copied_or_anew(pack, plan, master=master)


def render_film(
    source: Sheet, *, family: Family, play: Sheet, progress: Progress
) -> tuple[Show | None, list[int] | None]:
    """`play` plays everywhere what `source` plays, unless that does so itself; and how loud it is. Raises Refused."""
    with _guarded():
        plan, rotation = _plan_for_everybody(source, family=family)
        if plan is None:
            return None, _listen(source, family=family, progress=progress)
        pack = partial(_pack, source, family=family, rotation=rotation, master=play, hears=True, progress=progress)
        return _copied_or_anew(pack, plan, master=play)


def sound_prints(source: Sheet, *, family: Family) -> list[str]:
    """What is left of the sound of the file when it is written anew (`prints`); nothing without one. Raises Refused."""
    with _guarded(), _open(source, family=family) as container:
        _video, audio = _streams(container)
        if audio is None:
            return []
        heard = SoundPrint()
        for packet in container.demux(audio):
            try:
                frames = packet.decode()
            except (av.error.InvalidDataError, av.error.EOFError):
                continue
            for frame in frames:
                heard.hear(frame)
            if heard.is_enough:
                break
        heard.hear(None)
        return heard.prints()


def _copied_or_anew(pack: Callable[..., _Packed], plan: Plan, *, master: Sheet) -> _Packed:
    """What `pack` makes by the plan, or else by one that copies nothing of what no new file can hold as it is."""
    try:
        return pack(plan=plan)
    except Uncopied:
        master.clear()
        return pack(plan=written_anew(plan))


@contextmanager
def _guarded() -> Iterator[None]:
    """Within it, what FFmpeg says of a file that it cannot read is a refusal."""
    try:
        yield
    except Uncopied as error:
        raise Refused("broken") from error
    except av.error.FFmpegError as error:
        if error.errno == errno.ENOMEM:
            raise MemoryError from error
        if error.errno == errno.EFBIG:
            raise OSError(errno.EFBIG, "the new file grew too large") from error
        raise Refused("broken") from error
    except (ValueError, TypeError, IndexError, EOFError) as error:
        raise Refused("broken") from error


def _refuse_cut_riff(source: Sheet) -> None:
    """FFmpeg reads a WAV as far as it goes, so how far it should go is compared here. Programs that stream write 0 or
    nearly 2^32 as its length."""
    source.seek(4)
    length = int.from_bytes(source.read(4), "little")
    if source.size + _PADDING < length < _NO_LENGTH:
        raise Refused("truncated")


def _pack(
    source: Sheet,
    *,
    family: Family,
    plan: Plan,
    rotation: int,
    master: Sheet,
    hears: bool,
    poster: Sheet | None = None,
    progress: Progress | None = None,
) -> _Packed:
    """`master` holds what `source` holds as `plan` says, and with `hears` it is known how loud it is."""
    with _open(source, family=family) as container:
        video, audio = _streams(container)
        if family in SOUNDS or plan.media_type.startswith("audio/"):
            video = None
        declared = container.duration / av.time_base if family in _HONEST and container.duration else None
        loudness = Loudness() if hears else None
        packer = Packer(
            video=video,
            audio=audio,
            plan=plan,
            rotation=rotation,
            master=master,
            loudness=loudness,
            progress=progress,
        )
        show = packer.pack(container, declared=declared, poster=poster)
        return show, (loudness.peaks() or None) if loudness else None


def _listen(source: Sheet, *, family: Family, progress: Progress) -> list[int] | None:
    """How loud the file is, None when there is nothing to hear in it."""
    with _open(source, family=family) as container:
        _video, audio = _streams(container)
        if audio is None:
            return None
        loudness = Loudness()
        length = container.duration / av.time_base if container.duration else 0.0
        for packet in container.demux(audio):
            try:
                frames = packet.decode()
            except (av.error.InvalidDataError, av.error.EOFError):
                continue
            for frame in frames:
                loudness.hear(frame)
                progress(frame.time or 0.0, length)
        loudness.hear(None)
        return loudness.peaks()


def _open(source: Sheet, *, family: Family) -> InputContainer:
    source.seek(0)
    options = {
        "format_whitelist": _DEMUXERS[family],
        "codec_whitelist": ",".join(sorted(_VIDEO_CODECS | _AUDIO_CODECS)),
        "protocol_whitelist": "",
        "max_streams": "64",
    }
    return av.open(source, "r", options=options, metadata_errors="ignore")


def _streams(container: InputContainer) -> tuple[VideoStream | None, AudioStream | None]:
    films = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    return (films[0] if films else None, container.streams.audio[0] if container.streams.audio else None)


def _survey(source: Sheet, *, family: Family, plays: bool) -> tuple[Plan, int]:
    """How to pack the file anew, and by how many degrees its pictures have to be turned to the left."""
    with _open(source, family=family) as container:
        video, audio = _streams(container)
        if container.duration and container.duration / av.time_base > MAX_SECONDS:
            raise Refused("long")
        if audio is not None and audio.codec_context.name not in _AUDIO_CODECS:
            raise Refused("codec")
        if video is None or family in SOUNDS:
            if audio is None:
                raise Refused("nothing")
            plan = plan_for_sound(audio)
            return plan if plays or plan.audio else replace(plan, looks=BRIEFLY), 0
        if video.codec_context.name not in _VIDEO_CODECS:
            raise Refused("codec")
        if video.width * video.height > MAX_FRAME_PIXELS:
            raise Refused("wide")
        frame = next(container.decode(video), None)
        if frame is None:
            raise Refused("broken")
        plan = plan_for_film(video, audio) if plays else plan_for_keeping(video, audio)
        return plan, int(frame.rotation) % 360


def _plan_for_everybody(source: Sheet, *, family: Family) -> tuple[Plan | None, int]:
    """How to pack the file so that it plays everywhere, None when it does; and how its pictures are turned."""
    with _open(source, family=family) as container:
        video, audio = _streams(container)
        if video is None or family in SOUNDS:
            if audio is None or audio.codec_context.name in ("mp3", "mp3float"):
                return None, 0
            plain = audio.codec_context.name == "aac" and family == "mov"
            return None if plain else Plan(muxer="ipod", media_type="audio/mp4", audio="aac"), 0
        frame = next(container.decode(video), None)
        if frame is None:
            raise Refused("broken")
        rotation = int(frame.rotation) % 360
        is_upright = video.codec_context.name == "h264" and video.pix_fmt in PLAIN and rotation == 0
        sound = audio.codec_context.name if audio is not None else None
        plan = Plan(
            muxer="mp4",
            media_type="video/mp4",
            video=None if is_upright and fits_full_hd(video.width, video.height) else "libx264",
            audio=None if sound in (None, "aac", "mp3", "mp3float") else "aac",
        )
        return None if plan.video is None and plan.audio is None and family == "mov" else plan, rotation
