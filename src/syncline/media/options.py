"""What the user may choose about the output file, and what follows from its suffix."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from syncline.errors import InputError

VideoCodec = Literal["auto", "h264", "prores", "ffv1"]
AudioCodec = Literal["auto", "aac", "pcm"]
PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")

# suffix -> (FFmpeg's muxer, codec by default, codecs possible, sound by default, sounds possible)
_CONTAINERS: dict[str, tuple[str, str, tuple[str, ...], str, tuple[str, ...]]] = {
    ".mp4": ("mp4", "h264", ("h264",), "aac", ("aac",)),
    ".m4v": ("mp4", "h264", ("h264",), "aac", ("aac",)),
    ".mov": ("mov", "prores", ("prores", "h264"), "pcm", ("pcm", "aac")),
    ".mkv": ("matroska", "ffv1", ("ffv1", "h264", "prores"), "pcm", ("pcm", "aac")),
}


# What x264's own "superfast" leaves out and should not: without looking ahead its files are 2.3 times as large.
_LOOKING_AHEAD = "mbtree=1:rc-lookahead=10"


@dataclass(frozen=True)
class OutputOptions:
    """How the output is encoded.

    video_codec : "auto" takes the suffix's: .mp4 H.264, .mov ProRes 422 HQ, .mkv FFV1 (lossless).
    crf : H.264 quality, 0..51; 18 is visually lossless for most footage.
    preset : H.264 effort (see `h264_options`). At the same crf "veryfast" takes twice the processor time of
        "superfast" (26 against 14 ms a picture of 1080x1920) for 15 % fewer bytes and 0.4 dB; "medium" 66 ms.
    ten_bit : write H.264 High 10 where the plate has more than 8 bits (few players take it); else it is dithered to 8.
    audio_codec : "auto": AAC in .mp4, PCM (sample for sample) in .mov and .mkv.
    audio_bitrate : bits a second of AAC in stereo or mono; more channels take in proportion (5.1: three times).
    """

    video_codec: VideoCodec = "auto"
    crf: int = 18
    preset: str = "superfast"
    ten_bit: bool = False
    audio_codec: AudioCodec = "auto"
    audio_bitrate: int = 192_000

    def __post_init__(self) -> None:
        if not 0 <= self.crf <= 51:
            raise InputError(f"crf {self.crf} is not between 0 and 51", stage="options")
        if self.preset not in PRESETS:
            raise InputError(f"preset {self.preset!r} is not one of {', '.join(PRESETS)}", stage="options")
        if not 16_000 <= self.audio_bitrate <= 1_024_000:
            raise InputError(f"audio bitrate {self.audio_bitrate} is not 16000 to 1024000", stage="options")


@dataclass(frozen=True)
class Format:
    """Muxer and codecs of one output."""

    muxer: str
    video: str
    audio: str


def h264_options(options: OutputOptions) -> dict[str, str]:
    """What libx264 is told, by FFmpeg's names."""
    told = {"preset": options.preset, "crf": str(options.crf)}
    return told | {"x264-params": _LOOKING_AHEAD} if options.preset == "superfast" else told


def output_format(path: str | Path, options: OutputOptions) -> Format:
    """The muxer and codecs for a suffix and options. Raises InputError for what does not go together."""
    suffix = Path(path).suffix.lower()
    known = _CONTAINERS.get(suffix)
    if known is None:
        raise InputError(
            f"outputs of the kind {suffix or 'without a suffix'} are not supported; use {', '.join(_CONTAINERS)}",
            file=path,
            stage="options",
        )
    muxer, video, videos, audio, audios = known
    chosen_video = video if options.video_codec == "auto" else options.video_codec
    chosen_audio = audio if options.audio_codec == "auto" else options.audio_codec
    if chosen_video not in videos:
        raise InputError(f"{chosen_video} does not go into a {suffix} file", file=path, stage="options")
    if chosen_audio not in audios:
        raise InputError(f"{chosen_audio} sound does not go into a {suffix} file", file=path, stage="options")
    return Format(muxer, chosen_video, chosen_audio)
