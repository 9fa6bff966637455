"""Probe: what a media file holds, by its own timestamps, before anything is decoded in earnest.

The whole file is demuxed (read, not decoded) and one picture is decoded; rates, durations and counts are measured, not
believed. Declared against found decides whether a file is cut off.
"""

from __future__ import annotations

import bisect
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
import av.error
from av.stream import Disposition

from syncline.errors import InputError, LimitError
from syncline.media.cadence import Cadence, measure_cadence
from syncline.media.display import Orientation, colour_tags, orientation_of, refuse_unknown_colour
from syncline.media.info import AudioStream, ColourTags, MediaInfo, VideoStream
from syncline.media.limits import LIMITS, Limits
from syncline.media.pixels import FULL_RANGE_FORMATS, LAYOUTS, PixelLayout, kept_layout
from syncline.media.sound import layout_name
from syncline.media.source import AUDIO_DECODERS, VIDEO_DECODERS, check_path, is_still, open_media
from syncline.media.still import still_info
from syncline.media.walk import Chosen, PacketWalk

if TYPE_CHECKING:
    from av.container import InputContainer

__all__ = [
    "AudioStream",
    "ColourTags",
    "MediaInfo",
    "VideoStream",
    "need_footage",
    "need_picture",
    "need_sound",
    "probe",
]

HDR_TRANSFERS = {"smpte2084": "PQ", "arib-std-b67": "HLG"}
SDR = ColourTags("bt709", "bt709", "bt709", False)  # what tone mapping makes


def probe(
    path: str | Path, limits: Limits = LIMITS, *, tone_map: bool = False, allow_damaged: bool = False
) -> MediaInfo:
    """Read what a media file holds.

    Parameters
    ----------
    path : the file; never interpreted as a URL, a pattern or a playlist.
    limits : what is accepted.
    tone_map : take HDR (PQ, HLG) and hand out pictures mapped to 8-bit BT.709; without it HDR is refused.
    allow_damaged : take a file of which pictures are missing; the reader then repeats the last good one.

    Raises MissingInput, InputError or LimitError, each with one sentence.
    """
    absolute, size = check_path(path, limits)
    if is_still(absolute):
        return still_info(absolute, size, limits)
    with open_media(absolute, limits) as container:
        if len(container.streams) > limits.max_streams:
            raise LimitError(
                f"the file has {len(container.streams)} streams and the limit is {limits.max_streams}", file=absolute
            )
        chosen = _choose_streams(container, absolute)
        if chosen.video is not None:
            _check_size(chosen.video.codec_context.width, chosen.video.codec_context.height, absolute, limits)
        if chosen.audio is not None:
            _check_sound(chosen.audio, absolute, limits)
        walk = PacketWalk(absolute, limits)
        walk.run(container, chosen)
        notes = list(walk.damage(container, chosen, size))
        if notes and not allow_damaged:
            raise InputError(notes[0], file=absolute, stage="probe")
        video = None if chosen.video is None else _video(chosen.video, walk, absolute, limits, tone_map, notes)
        audio = None if chosen.audio is None else _audio(chosen.audio, walk, absolute, limits)
        starts = [stream.start for stream in (video, audio) if stream is not None]
        return MediaInfo(
            path=absolute,
            container=container.format.name,
            size_bytes=size,
            video=video,
            audio=audio,
            ignored=tuple(chosen.ignored),
            notes=tuple(notes),
            start=min(starts),
            allow_damaged=allow_damaged,
            limits=limits,
        )


def need_picture(info: MediaInfo) -> VideoStream:
    """The picture stream, or InputError where the file has none."""
    if info.video is None:
        raise InputError("the file has no picture, only sound; give a video clip", file=info.path, stage="probe")
    return info.video


def need_footage(info: MediaInfo) -> VideoStream:
    """The picture stream of a clip, or InputError where the file is a photograph or has no picture."""
    video = need_picture(info)
    if video.still:
        raise InputError("this is a still picture; footage is a video clip", file=info.path, stage="probe")
    return video


def need_sound(info: MediaInfo) -> AudioStream:
    """The sound stream, or InputError where the file has none."""
    if info.audio is None:
        raise InputError("the file has no sound, only picture; give an audio file", file=info.path, stage="probe")
    return info.audio


def _choose_streams(container: InputContainer, path: Path) -> Chosen:
    """The default (else first) picture and sound; cover art, subtitles, data and attachments are ignored."""
    chosen, refused = Chosen(), []
    ordered = sorted(container.streams, key=lambda s: (not s.disposition & Disposition.default, s.index))
    for stream in ordered:
        context = getattr(stream, "codec_context", None)
        codec = "unknown codec" if context is None else context.name
        label = f"stream {stream.index}: {stream.type} ({codec})"
        if stream.type == "video" and stream.disposition & Disposition.attached_pic:
            chosen.ignored.append(f"{label}, cover art")
        elif stream.type == "video" and chosen.video is None:
            if context is None or codec not in VIDEO_DECODERS:
                refused.append(codec)
            else:
                chosen.video = cast(av.VideoStream, stream)
        elif stream.type == "audio" and chosen.audio is None:
            if context is None or codec not in AUDIO_DECODERS:
                refused.append(codec)
            else:
                chosen.audio = cast(av.AudioStream, stream)
        else:
            chosen.ignored.append(label)
    if not chosen.streams:
        why = f"its codecs are not supported ({', '.join(refused)})" if refused else "it has neither picture nor sound"
        raise InputError(f"{why}; convert it to H.264 and AAC or PCM first", file=path, stage="probe")
    chosen.ignored += [f"a stream in an unsupported codec ({codec})" for codec in refused]
    return chosen


def _check_size(width: int, height: int, path: Path, limits: Limits) -> None:
    if width <= 0 or height <= 0:
        raise InputError("the picture has no size; the file is damaged", file=path, stage="probe")
    if width > limits.max_width or height > limits.max_height or width * height > limits.max_pixels:
        raise LimitError(
            f"the picture is {width}x{height} and the limit is {limits.max_width}x{limits.max_height} "
            f"and {limits.max_pixels:,} pixels; scale it down first",
            file=path,
            stage="probe",
        )


def _check_sound(stream: av.AudioStream, path: Path, limits: Limits) -> None:
    rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
    if not limits.min_sample_rate <= rate <= limits.max_sample_rate:
        raise LimitError(
            f"the sound has {rate:,} samples a second; accepted are {limits.min_sample_rate:,} to "
            f"{limits.max_sample_rate:,}",
            file=path,
            stage="probe",
        )
    if not 1 <= channels <= limits.max_channels:
        raise LimitError(
            f"the sound has {channels} channels and the limit is {limits.max_channels}", file=path, stage="probe"
        )


def _video(
    stream: av.VideoStream, walk: PacketWalk, path: Path, limits: Limits, tone_map: bool, notes: list[str]
) -> VideoStream:
    frame = walk.first_frame
    if frame is None or not walk.times:
        raise InputError(
            f"none of its {len(walk.times)} pictures can be decoded; the file is damaged", file=path, stage="probe"
        )
    _check_size(frame.width, frame.height, path, limits)
    if walk.unstamped:
        notes.append("pictures without timestamps of their own: their order and rate are taken from the file")
    base = stream.time_base or Fraction(1, 1)
    times = sorted(walk.times)
    cadence = measure_cadence(times, base, stream.guessed_rate, walk.last_duration)
    _check_time(cadence, len(times), frame.width * frame.height, path, limits)
    colour = colour_tags(stream.codec_context, frame)
    layout = kept_layout(frame.format.name)
    if layout is None:
        raise InputError(f"the pixel format {frame.format.name} is not supported", file=path, stage="probe")
    refuse_unknown_colour(colour, layout, path)
    if frame.format.name in FULL_RANGE_FORMATS or layout.kind == "rgb":
        colour = replace(colour, full_range=True)
    turn = orientation_of(frame)
    layout = turn.kept(layout, frame.width, frame.height)
    hdr = HDR_TRANSFERS.get(colour.transfer, "")
    if hdr and not tone_map:
        raise InputError(
            f"the picture is HDR ({hdr}); ask for tone mapping to work on it in SDR, or give an SDR version",
            file=path,
            stage="probe",
        )
    _describe(notes, frame, turn, cadence, layout, hdr)
    tone_mapped = colour.transfer if hdr else ""
    if hdr:
        layout, colour = LAYOUTS["yuv420p"], SDR
    width, height = turn.size(frame.width, frame.height)
    aspect = stream.sample_aspect_ratio or Fraction(1)
    return VideoStream(
        index=stream.index,
        codec=stream.codec_context.name,
        pixel_format=layout.pixel_format,
        width=width,
        height=height,
        coded_width=frame.width,
        coded_height=frame.height,
        rotation=turn.rotation,
        declared_rate=stream.guessed_rate,
        measured_rate=cadence.rate,
        variable=cadence.variable,
        time_base=base,
        start=times[0] * base,
        duration=cadence.duration,
        frames=len(times),
        bit_depth=layout.depth,
        colour=colour,
        pixel_aspect=1 / aspect if turn.rotation in (90, 270) else aspect,
        times=tuple(times),
        last_ticks=cadence.last_ticks,
        keys=tuple(sorted({min(bisect.bisect_left(times, key), len(times) - 1) for key in walk.keys})),
        mirrored=turn.mirrored,
        coded_format=frame.format.name,
        tone_mapped=tone_mapped,
        counted=walk.unstamped > 0,
    )


def _describe(
    notes: list[str], frame: av.VideoFrame, turn: Orientation, cadence: Cadence, layout: PixelLayout, hdr: str
) -> None:
    """Add what the user should know about this picture."""
    if hdr:
        notes.append(f"HDR ({hdr}) is mapped to 8-bit BT.709")
    elif layout.depth > 8:
        notes.append(f"the picture is {layout.depth}-bit SDR")
    if turn.rotation or turn.mirrored:
        notes.append(f"the picture is stored turned; it is shown {turn}")
    if cadence.variable:
        notes.append(f"the frame rate varies around {float(cadence.rate):.2f} a second; the timestamps are kept")
    if frame.interlaced_frame:
        notes.append("the picture is interlaced; its fields are not taken apart")


def _check_time(cadence: Cadence, frames: int, pixels: int, path: Path, limits: Limits) -> None:
    if cadence.duration > limits.max_seconds:
        raise LimitError(
            f"the clip lasts {float(cadence.duration):,.0f} s and the limit is {limits.max_seconds:,} s",
            file=path,
            stage="probe",
        )
    if frames > 1 and not limits.min_rate <= cadence.rate <= limits.max_rate:
        raise LimitError(
            f"the clip runs at {float(cadence.rate):.4g} frames a second; accepted are {float(limits.min_rate):g} to "
            f"{float(limits.max_rate):g}",
            file=path,
            stage="probe",
        )
    if frames * pixels > limits.max_total_pixels:
        raise LimitError("the clip has too many pixels in all; cut it or scale it down", file=path, stage="probe")


def _audio(stream: av.AudioStream, walk: PacketWalk, path: Path, limits: Limits) -> AudioStream:
    context, base = stream.codec_context, stream.time_base or Fraction(1)
    if walk.sound_start is None:
        raise InputError("its sound holds no samples; the file is damaged", file=path, stage="probe")
    # The encoder's priming is dropped by the decoder: it lies before zero (MP4), or before the declared start (MP3).
    start = max(0, walk.sound_start if stream.start_time is None else stream.start_time)
    duration = max(Fraction(0), (walk.sound_end - start) * base)
    if duration > limits.max_sound_seconds:
        raise LimitError(
            f"the sound lasts {float(duration):,.0f} s and the limit is {limits.max_sound_seconds:,} s; cut it",
            file=path,
            stage="probe",
        )
    return AudioStream(
        index=stream.index,
        codec=context.name,
        sample_rate=context.sample_rate,
        channels=context.channels,
        layout=layout_name(context.layout.name, context.channels),
        start=start * base,
        duration=duration,
        samples=round(duration * context.sample_rate),
        sample_format=context.format.name,
    )
