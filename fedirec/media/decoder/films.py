"""Sound and film: what they hold, and how they are packed anew so that browsers and Mastodon play them.

What plays already is copied as it is; what does not is written anew as H.264 and AAC, or as FLAC where nothing was
lost before. Pictures inside sound files, subtitles, chapters, locations and notes stay behind.
"""

from __future__ import annotations

import errno
import importlib
import pkgutil
from collections.abc import Mapping
from typing import Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from fedirec.media.decoder.kinds import SOUNDS, Family, Refused
from fedirec.media.decoder.packing import MAX_SECONDS, Packer, Plan, Show
from fedirec.media.decoder.sheets import Sheet
from fedirec.media.decoder.tracks import Uncopied

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
_PLAIN: Final = frozenset({"yuv420p", "yuvj420p"})
"""Layouts of a picture that every player shows."""


def prepare() -> None:
    """Everything that PyAV would import later is imported, and FFmpeg keeps to itself what it thinks of the file."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith(("__main__", "datasets")):
            importlib.import_module(module.name)
    av.logging.set_level(None)


def clean_film(source: Sheet, *, family: Family, master: Sheet, poster: Sheet) -> Show:
    """`master` plays what `source` plays, and `poster` shows a picture of it if it is a film. Raises Refused."""
    if family == "wav":
        _refuse_cut_riff(source)
    try:
        plan, rotation = _survey(source, family=family)
        try:
            return _pack(source, family=family, plan=plan, rotation=rotation, master=master, poster=poster)
        except Uncopied:
            master.clear()
            plan = _written_anew(plan)
            return _pack(source, family=family, plan=plan, rotation=rotation, master=master, poster=poster)
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


def _pack(source: Sheet, *, family: Family, plan: Plan, rotation: int, master: Sheet, poster: Sheet) -> Show:
    with _open(source, family=family) as container:
        video, audio = _streams(container)
        if family in SOUNDS or plan.media_type.startswith("audio/"):
            video = None
        declared = container.duration / av.time_base if family in _HONEST and container.duration else None
        packer = Packer(video=video, audio=audio, plan=plan, rotation=rotation, master=master)
        return packer.pack(container, declared=declared, poster=poster)


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


def _survey(source: Sheet, *, family: Family) -> tuple[Plan, int]:
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
            return _plan_for_sound(audio), 0
        if video.codec_context.name not in _VIDEO_CODECS:
            raise Refused("codec")
        if video.width * video.height > MAX_FRAME_PIXELS:
            raise Refused("wide")
        frame = next(container.decode(video), None)
        if frame is None:
            raise Refused("broken")
        return _plan_for_film(video, audio), int(frame.rotation) % 360


def _plan_for_sound(audio: AudioStream) -> Plan:
    codec = audio.codec_context.name
    if codec in ("mp3", "mp3float"):
        return Plan(muxer="mp3", media_type="audio/mpeg")
    if codec == "aac":
        return Plan(muxer="ipod", media_type="audio/mp4")
    if codec in ("opus", "libopus", "vorbis"):
        return Plan(muxer="ogg", media_type="audio/ogg")
    if codec == "flac":
        return Plan(muxer="flac", media_type="audio/flac")
    if codec in ("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le"):
        return Plan(muxer="wav", media_type="audio/wav")
    if codec == "alac" or codec.startswith("pcm_"):
        return Plan(muxer="flac", media_type="audio/flac", audio="flac")
    return Plan(muxer="ipod", media_type="audio/mp4", audio="aac")


def _plan_for_film(video: VideoStream, audio: AudioStream | None) -> Plan:
    codec = video.codec_context.name
    sound = audio.codec_context.name if audio is not None else None
    plain = video.pix_fmt in _PLAIN
    if plain and codec in ("vp8", "vp9", "libvpx", "libvpx-vp9"):
        kept = sound in (None, "opus", "libopus")
        return Plan(muxer="webm", media_type="video/webm", audio=None if kept else "libopus")
    kept = sound in (None, "aac", "mp3", "mp3float")
    return Plan(
        muxer="mp4",
        media_type="video/mp4",
        video=None if plain and codec == "h264" else "libx264",
        audio=None if kept else "aac",
    )


def _written_anew(plan: Plan) -> Plan:
    if plan.media_type.startswith("video/"):
        return Plan(muxer="mp4", media_type="video/mp4", video="libx264", audio="aac")
    if plan.media_type in ("audio/flac", "audio/wav"):
        return Plan(muxer="flac", media_type="audio/flac", audio="flac")
    return Plan(muxer="ipod", media_type="audio/mp4", audio="aac")
