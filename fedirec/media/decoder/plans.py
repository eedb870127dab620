"""How a sound or a film is packed anew, by what it is packed in now. Only comparisons happen here."""

from __future__ import annotations

from typing import Final

from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from fedirec.media.decoder.packing import Plan

PLAIN: Final = frozenset({"yuv420p", "yuvj420p"})
"""Layouts of a picture that every player shows."""
BRIEFLY: Final = 30.0
"""Seconds that are enough to see that a file is what it says."""


def plan_for_sound(audio: AudioStream) -> Plan:
    """How a sound is kept: as it is where browsers play it."""
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


def plan_for_film(video: VideoStream, audio: AudioStream | None) -> Plan:
    """How a film is packed so that browsers play it."""
    codec = video.codec_context.name
    sound = audio.codec_context.name if audio is not None else None
    plain = video.pix_fmt in PLAIN
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


def plan_for_keeping(video: VideoStream, audio: AudioStream | None) -> Plan:
    """The pictures as they are; the sound too, where the new file can hold it."""
    codec = video.codec_context.name
    sound = audio.codec_context.name if audio is not None else None
    if codec in ("vp8", "vp9", "libvpx", "libvpx-vp9"):
        kept = sound in (None, "opus", "libopus", "vorbis")
        return Plan(muxer="webm", media_type="video/webm", audio=None if kept else "libopus", looks=BRIEFLY)
    kept = sound in (None, "aac", "mp3", "mp3float", "ac3", "eac3", "alac", "flac", "opus", "libopus")
    if codec in ("prores", "h263"):
        return Plan(muxer="mov", media_type="video/quicktime", audio=None if kept else "aac", looks=BRIEFLY)
    return Plan(
        muxer="mp4",
        media_type="video/mp4",
        video="libx264" if codec == "theora" else None,
        audio=None if kept else "aac",
        looks=BRIEFLY,
    )


def written_anew(plan: Plan) -> Plan:
    """The plan for what no new file can hold as it is."""
    if plan.media_type.startswith("video/"):
        return Plan(muxer="mp4", media_type="video/mp4", video="libx264", audio="aac")
    if plan.media_type in ("audio/flac", "audio/wav"):
        return Plan(muxer="flac", media_type="audio/flac", audio="flac")
    return Plan(muxer="ipod", media_type="audio/mp4", audio="aac")
