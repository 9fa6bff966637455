"""Footage in which a painted face says known phones: the mouth opens on [a], shuts on [m], rests in silence."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from clips import make_clip
from painted_face import face_shape, paint
from syncline.engines.actor.build import Footage
from syncline.face.pose import Poses
from syncline.face.tracks import FaceTrack
from syncline.media.probe import probe
from syncline.speech.cuesheet import CueSheet, Phone, contiguous

OPENINGS = {"a": 0.16, "e": 0.10, "u": 0.06, "m": 0.0, "b": 0.0, "sil": 0.0}
SIZE = (240, 250)
SCALE = 70.0


def sheet(phones: str, length: float = 0.16, language: str = "en") -> CueSheet:
    """Phones ("m a b a"; "_" is silence) of equal length, one after the other."""
    said = [("sil" if p == "_" else p) for p in phones.split()]
    timed = [Phone(ipa, k * length, (k + 1) * length) for k, ipa in enumerate(said)]
    return CueSheet(language, (), contiguous(timed, len(said) * length), len(said) * length, "pocketsphinx")


def mouth_at(cue: CueSheet, times: np.ndarray) -> np.ndarray:
    """(T,) opening in IOD: each phone's own, smoothed over 60 ms."""
    fine = times[:, None] + np.linspace(-0.03, 0.03, 7)[None, :]
    starts = np.array([phone.start for phone in cue.phones])
    place = np.clip(np.searchsorted(starts, fine, side="right") - 1, 0, len(starts) - 1)
    return np.array([OPENINGS[phone.ipa] for phone in cue.phones])[place].mean(axis=1)


def voice(cue: CueSheet, seconds: float, seed: int = 0) -> np.ndarray:
    """(n,) float32 16 kHz: for each phone its own band of noise, so that sounds of equal phones are alike."""
    random = np.random.default_rng(seed)
    t = np.arange(int(seconds * 16_000)) / 16_000
    out = random.normal(0, 1e-3, len(t))
    for phone in cue.phones:
        if not phone.silent:
            there = (t >= phone.start) & (t < phone.end)
            hertz = 300 + 250 * (sum(map(ord, phone.ipa)) % 9)
            out[there] += 0.2 * np.sin(2 * np.pi * hertz * t[there]) + random.normal(0, 0.01, int(there.sum()))
    return out.astype(np.float32)


def still_track(openings: np.ndarray, at: tuple[float, float] = (120.0, 70.0)) -> FaceTrack:
    """A head that does not move, with a mouth of these openings."""
    count = len(openings)
    pose = Poses(
        np.full(count, SCALE, np.float32),
        np.tile(np.eye(3, dtype=np.float32), (count, 1, 1)),
        np.tile(np.float32([at[0], at[1], 0.0]), (count, 1)),
    )
    shapes = np.stack([face_shape(float(o)) for o in openings])
    flags = np.zeros(count, np.uint16)
    return FaceTrack(0, pose.to_image(shapes), flags, pose, np.full(count, SCALE, np.float32))


def painted_clip(folder: Path, name: str, phones: str, *, rate: Fraction | int = 25, tint: int = 0) -> Footage:
    """A clip of these phones, with its track, its cue sheet and its sound."""
    cue = sheet(phones)
    count = int(cue.duration * rate)
    times = np.arange(count) / float(rate)
    track = still_track(mouth_at(cue, times))
    pictures = [paint(landmarks, SIZE, tint=tint)[..., ::-1] for landmarks in track.landmarks]
    path = make_clip(
        folder / f"{name}.mkv",
        width=SIZE[0],
        height=SIZE[1],
        rate=rate,
        frames=count,
        picture=lambda i: np.ascontiguousarray(pictures[i]),
        codec="ffv1",
        pixel_format="yuv444p",
    )
    return Footage(probe(path), f"digest of {name}", track, times, cue, voice(cue, cue.duration), name)
