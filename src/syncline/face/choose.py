"""Which face speaks: the choice among the tracks of a plate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError
from syncline.face.mouth import mouth_in_pose
from syncline.face.tracks import FaceTrack, Flag, Tracks
from syncline.media.samples import release

FaceChoice = Literal["auto", "largest", "speaking"] | int

RATE: Final = 25.0  # Hz, of the comparison
LAGS: Final = range(-3, 2)  # steps of 40 ms: the mouth moves up to 120 ms before its sound, a plate may be a frame late
MIN_SECONDS: Final = 1.5  # shorter overlaps prove nothing
# Likeness from which a face is taken to speak: chance reaches further in short clips. Of foreign sound (each of nine
# real clips with each other's) one in twenty reaches 0.41 in 3 s; true ones lie at 0.12-0.5, half of them above 0.34.
LEAST_LIKENESS: Final = 0.15
LIKENESS_ROOT_SECOND: Final = 0.7  # least likeness times the root of the seconds compared
MARGIN: Final = 0.08  # by which the face has to surpass the next one
SPEECH_BAND: Final = (250.0, 4000.0)  # Hz; below is music and rumble, above hiss


class Choice(NamedTuple):
    """The track chosen, and why (one sentence)."""

    track: FaceTrack
    reason: str


@dataclass(frozen=True)
class Likeness:
    """How a mouth's movement goes with a sound: value -1 to 1, over so many seconds."""

    value: float
    seconds: float

    @property
    def clear(self) -> bool:
        """Whether chance is unlikely to make it."""
        return self.seconds >= MIN_SECONDS and self.value >= max(
            LEAST_LIKENESS, LIKENESS_ROOT_SECOND / float(np.sqrt(self.seconds))
        )


UNKNOWN: Final = Likeness(0.0, 0.0)


def choose_face(
    tracks: Tracks,
    choice: FaceChoice = "auto",
    loudness: npt.NDArray[Any] | None = None,
    times: npt.NDArray[np.float64] | None = None,
) -> Choice:
    """Choose a face.

    Parameters
    ----------
    tracks : all faces of the plate.
    choice : "auto" (the face whose mouth goes with the plate's own sound, else the largest), "largest", "speaking"
        (as auto, but it is an error if none is heard), or the number of a face.
    loudness : (T,) loudness of the plate's own sound at each frame (`sound_loudness`); None: the plate is silent.
    times : (T,) seconds of the frames.

    Raises InputError where there is no face, the number is out of range, or nobody is found speaking.
    """
    faces = tracks.faces
    if not faces:
        raise InputError("No face was found in the picture; a plate has to show one for 0.2 s at least.", stage="track")
    if isinstance(choice, int):
        if not 0 <= choice < len(faces):
            raise InputError(
                f"There is no face {choice}: the plate has {_count(len(faces))}, numbered from 0.", stage="track"
            )
        return Choice(faces[choice], f"face {choice} was asked for")
    if choice not in ("auto", "largest", "speaking"):
        raise InputError(f"--face takes auto, largest, speaking or a number, not {str(choice)[:40]!r}.", stage="track")
    largest = faces[0]
    if choice == "largest":
        return Choice(largest, f"face {largest.id} is the largest of {_count(len(faces))}")
    likeness = [UNKNOWN for _ in faces]
    if loudness is not None and times is not None:
        likeness = [mouth_likeness(face, loudness, times) for face in faces]
    heard = _heard(likeness)
    if heard is not None:
        return Choice(faces[heard], _why(heard, likeness))
    if choice == "speaking":
        raise InputError(
            f"No mouth of the {_count(len(faces))} goes clearly with the plate's own sound; "
            "name a face by its number or use --face largest.",
            stage="track",
        )
    if len(faces) == 1:
        return Choice(largest, "it is the only face")
    return Choice(
        largest, f"no mouth goes clearly with the plate's own sound, so the largest, face {largest.id}, is taken"
    )


def mouth_likeness(face: FaceTrack, loudness: npt.NDArray[Any], times: npt.NDArray[np.float64]) -> Likeness:
    """How well a mouth's movement goes with loudness: best correlation over small lags.

    The movement is opening + jaw + speed of the lips, each of unit variance and without what is slower than a second;
    frames where the mouth is not well seen do not count.
    """
    seen = face.present & ((face.flags & np.uint16(Flag.OCCLUDED | Flag.OFF_FRAME)) == 0)
    if seen.sum() < 4 or len(times) != len(seen):
        return UNKNOWN
    grid = np.arange(times[0], times[-1], 1.0 / RATE)
    usable = np.interp(grid, times, seen.astype(np.float64)) > 0.99
    seconds = float(usable.sum()) / RATE
    if seconds < MIN_SECONDS:
        return UNKNOWN
    features = mouth_in_pose(face.landmarks, face.pose)
    opening = _quick(np.interp(grid, times[seen], features.opening[seen]))
    jaw = _quick(np.interp(grid, times[seen], features.jaw[seen]))
    speed = _soft(np.abs(np.gradient(opening)))
    movement = sum((part - part[usable].mean()) / (part[usable].std() + 1e-6) for part in (opening, jaw, speed))
    energy = _quick(np.interp(grid, times, np.asarray(loudness, np.float64)))
    return Likeness(_best_correlation(np.asarray(movement), energy, usable), seconds)


def sound_loudness(y16k: npt.NDArray[np.float32], times: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Loudness of speech at picture times: (T,) float32, dB above a floor, of the band 250-4000 Hz over 40 ms.

    y16k : (n,) float32 mono at 16 kHz, the plate's own sound, whose first sample lies at second 0 of `times`.
    """
    rate, size = 16_000, 640
    padded = np.pad(np.asarray(y16k, np.float32), (size // 2, size))
    release(y16k)
    bins = np.fft.rfftfreq(size, 1.0 / rate)
    band = (bins >= SPEECH_BAND[0]) & (bins <= SPEECH_BAND[1])
    window = np.hanning(size).astype(np.float32)
    result = np.empty(len(times), np.float32)
    for index, moment in enumerate(times):
        start = min(max(0, round(float(moment) * rate)), len(padded) - size)
        power = np.abs(np.fft.rfft(padded[start : start + size] * window)[band]) ** 2
        result[index] = 10.0 * np.log10(power.mean() + 1e-6)
    floor = np.percentile(result, 95) - 45.0  # what lies 45 dB below speech is silence, however deep
    return np.maximum(result, floor)


def _heard(likeness: list[Likeness]) -> int | None:
    """The face that speaks, if one does clearly."""
    order = sorted(range(len(likeness)), key=lambda index: -likeness[index].value)
    best = likeness[order[0]]
    others = likeness[order[1]].value if len(order) > 1 else -1.0
    return order[0] if best.clear and best.value - others >= MARGIN else None


def _why(heard: int, likeness: list[Likeness]) -> str:
    others = [one.value for index, one in enumerate(likeness) if index != heard]
    rest = f", the next {max(others):.2f}" if others else ""
    return f"the mouth of face {heard} goes with the plate's own sound (likeness {likeness[heard].value:.2f}{rest})"


def _count(number: int) -> str:
    return "1 face" if number == 1 else f"{number} faces"


def _soft(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.convolve(np.pad(values, 2, mode="edge"), np.array([1, 2, 3, 2, 1]) / 9.0, mode="valid")


def _quick(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Without what is slower than about a second: a smile is not speech."""
    width = round(RATE) | 1
    slow = np.convolve(np.pad(values, width // 2, mode="edge"), np.full(width, 1.0 / width), mode="valid")
    return values - slow


def _best_correlation(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], usable: npt.NDArray[np.bool_]) -> float:
    """Highest correlation of a with b shifted by each lag, over usable frames."""
    best = -1.0
    for lag in LAGS:
        first, last = max(0, lag), len(a) + min(0, lag)
        keep = usable[first:last]
        x, y = a[first:last][keep], b[first - lag : last - lag][keep]
        x, y = x - x.mean(), y - y.mean()
        size = float(np.linalg.norm(x) * np.linalg.norm(y))
        best = max(best, float(x @ y) / size if size > 1e-9 else 0.0)
    return best
