"""Which face speaks: the choice among the tracks of a plate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from syncline.errors import InputError
from syncline.face.mouth import mouth_features
from syncline.face.tracks import FaceTrack, Flag, Tracks

FaceChoice = Literal["auto", "largest", "speaking"] | int

RATE: Final = 25.0  # Hz, of the comparison
LAGS: Final = 4  # steps each way: the plate's own sound may be up to 160 ms off
MIN_SECONDS: Final = 1.5  # shorter overlaps prove nothing
SPEAKING: Final = 0.25  # likeness of mouth movement and loudness from which a face is taken to speak
MARGIN: Final = 0.08  # by which it has to surpass the next face
SPEECH_BAND: Final = (250.0, 4000.0)  # Hz; below is music and rumble, above hiss


@dataclass(frozen=True)
class Choice:
    """The track chosen, why (one sentence), and each track's likeness to the sound (-1 to 1, NaN: unknown)."""

    track: FaceTrack
    reason: str
    likeness: tuple[float, ...]


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
        return Choice(faces[choice], f"face {choice} was asked for", ())
    if choice not in ("auto", "largest", "speaking"):
        raise InputError(f"--face takes auto, largest, speaking or a number, not {str(choice)[:40]!r}.", stage="track")
    largest = faces[0]
    if choice == "largest":
        return Choice(largest, f"face {largest.id} is the largest of {_count(len(faces))}", ())
    if loudness is None or times is None:
        likeness: tuple[float, ...] = tuple(float("nan") for _ in faces)
    else:
        likeness = tuple(mouth_likeness(face, loudness, times) for face in faces)
    heard = _heard(likeness)
    if heard is not None:
        return Choice(faces[heard], _why(heard, likeness), likeness)
    if choice == "speaking":
        raise InputError(
            f"None of the {_count(len(faces))} is seen speaking with the plate's own sound; "
            "name one by its number or use --face largest.",
            stage="track",
        )
    if len(faces) == 1:
        return Choice(largest, "it is the only face", likeness)
    return Choice(
        largest,
        f"no mouth goes clearly with the plate's own sound, so face {largest.id}, the largest, is taken",
        likeness,
    )


def mouth_likeness(face: FaceTrack, loudness: npt.NDArray[Any], times: npt.NDArray[np.float64]) -> float:
    """How well a mouth's movement goes with loudness: best correlation over small lags, -1 to 1; NaN if too short.

    Compared are opening with loudness and the speed of the lips with loudness, both without their slow parts; frames
    where the mouth is not well seen do not count.
    """
    seen = face.present & ((face.flags & np.uint16(Flag.OCCLUDED | Flag.OFF_FRAME)) == 0)
    if seen.sum() < 4 or len(times) != len(seen):
        return float("nan")
    opening = mouth_features(face.pose.to_face(face.landmarks)).opening
    grid = np.arange(times[0], times[-1], 1.0 / RATE)
    if len(grid) < MIN_SECONDS * RATE:
        return float("nan")
    usable = np.interp(grid, times, seen.astype(np.float64)) > 0.99
    if usable.sum() < MIN_SECONDS * RATE:
        return float("nan")
    mouth = _quick(np.interp(grid, times[seen], opening[seen]))
    energy = _quick(np.interp(grid, times, np.asarray(loudness, np.float64)))
    speed = _soft(np.abs(np.gradient(mouth)))
    pairs = ((mouth, energy), (speed - speed.mean(), energy))
    return max(0.6 * a + 0.4 * b for a, b in zip(*(_lagged(x, y, usable) for x, y in pairs), strict=True))


def sound_loudness(y16k: npt.NDArray[np.float32], times: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Loudness of speech at picture times: (T,) float32, dB above a floor, of the band 250-4000 Hz over 40 ms.

    y16k : (n,) float32 mono at 16 kHz, the plate's own sound, whose first sample lies at second 0 of `times`.
    """
    rate, size = 16_000, 640
    padded = np.pad(np.asarray(y16k, np.float32), (size // 2, size))
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


def _heard(likeness: tuple[float, ...]) -> int | None:
    """The face that speaks, if one does clearly."""
    scores = np.nan_to_num(np.array(likeness), nan=-1.0)
    order = np.argsort(-scores)
    best = int(order[0])
    second = scores[order[1]] if len(scores) > 1 else -1.0
    return best if scores[best] >= SPEAKING and scores[best] - second >= MARGIN else None


def _why(heard: int, likeness: tuple[float, ...]) -> str:
    others = [value for index, value in enumerate(likeness) if index != heard and np.isfinite(value)]
    rest = f", the next {max(others):.2f}" if others else ""
    return f"the mouth of face {heard} goes with the plate's own sound (likeness {likeness[heard]:.2f}{rest})"


def _count(number: int) -> str:
    return "1 face" if number == 1 else f"{number} faces"


def _soft(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.convolve(np.pad(values, 2, mode="edge"), np.array([1, 2, 3, 2, 1]) / 9.0, mode="valid")


def _quick(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Without what is slower than about a second: a smile is not speech."""
    width = round(RATE) | 1
    slow = np.convolve(np.pad(values, width // 2, mode="edge"), np.full(width, 1.0 / width), mode="valid")
    return values - slow


def _lagged(
    a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], usable: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Correlation of a with b shifted by each lag, over usable frames."""
    result = []
    for lag in range(-LAGS, LAGS + 1):
        first, last = max(0, lag), len(a) + min(0, lag)
        x, y = a[first:last], b[first - lag : last - lag]
        keep = usable[first:last]
        x, y = x[keep] - x[keep].mean(), y[keep] - y[keep].mean()
        size = float(np.linalg.norm(x) * np.linalg.norm(y))
        result.append(float(x @ y) / size if size > 1e-9 else 0.0)
    return np.array(result)
