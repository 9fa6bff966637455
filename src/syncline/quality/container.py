"""Offset by the container alone: what start times and edit lists say, before anything is seen or heard."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from syncline.media.editlists import edit_lists
from syncline.media.info import MediaInfo
from syncline.media.probe import need_picture, need_sound


@dataclass(frozen=True)
class ContainerOffset:
    """When a file's streams begin, exact.

    picture_start, sound_start : s on the file's clock, edit lists applied, the encoder's priming dropped.
    sample_rate : of the sound.
    priming : samples that the sound's edit list hides (an encoder's priming); None: the file has no edit list for it.
    unedited : s by which a player that ignores edit lists shows the sound earlier (+) against the picture than one that
        applies them; None: there are none.
    """

    picture_start: Fraction
    sound_start: Fraction
    sample_rate: int
    priming: int | None = None
    unedited: Fraction | None = None

    @property
    def seconds(self) -> Fraction:
        """How much earlier the sound begins than the picture, s: + = sound early."""
        return self.picture_start - self.sound_start

    @property
    def ms(self) -> float:
        """The same in ms."""
        return float(1000 * self.seconds)

    @property
    def samples(self) -> int:
        """The same in samples of the sound."""
        return round(self.seconds * self.sample_rate)


def container_offset(info: MediaInfo) -> ContainerOffset:
    """Read the starts of picture and sound, and what edit lists did to them.

    Raises InputError where the file lacks picture or sound, OSError where it cannot be read.
    """
    video, audio = need_picture(info), need_sound(info)
    found = {each.kind: each for each in reversed(edit_lists(info.path))} if "mp4" in info.container else {}
    sound, picture = found.get("sound"), found.get("picture")
    shifts = [Fraction(0) if each is None else each.shift for each in (picture, sound)]
    return ContainerOffset(
        picture_start=video.start,
        sound_start=audio.start,
        sample_rate=audio.sample_rate,
        priming=None if sound is None else round(sound.hidden * audio.sample_rate),
        unedited=None if not found else shifts[0] - shifts[1],
    )
