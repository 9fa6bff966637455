"""`python -m benchmarks portrait`: one still speaks, thirteen faces, measured on re-tracked pictures.

1. Driven by the true mouth track of a real clip, with nothing but the mouth moving: correlation of the opening seen
   with the one asked, pixels changed outside the lower face, isolated pixels along the lips.
2. Driven by a spoken line, alive: closures on p b m, processor time of drawing.
3. Blinks over ten minutes, seconds per second at 512x512, memory of 10 s and of 60 s.

Contact sheets go to `benchmarks/sheets`: visemes, pictures in a row, a blink and turns of the head.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.material import LINES, SHEETS, clip, long_line
from benchmarks.memory import PeakMeter
from benchmarks.portrait_stills import stills
from benchmarks.report import Report, table
from syncline.engines.base import TakeRequest
from syncline.engines.portrait.engine import PortraitEngine, PortraitSettings
from syncline.engines.portrait.life import BLINK_GAP_S, CLOSING_S, alive
from syncline.events import silent
from syncline.face.mouth import mouth_in_pose
from syncline.face.track import FaceTrack, TrackOptions, track_faces, track_pictures
from syncline.media.info import MediaInfo
from syncline.media.picture import Picture
from syncline.media.probe import probe
from syncline.media.read import read_sound
from syncline.media.sound import analysis_sound
from syncline.motion.loudness import relative_loudness
from syncline.motion.mouthtrack import JAW, OPENING, MouthTrack
from syncline.motion.phones import from_phones
from syncline.quality.closures import measure_closures
from syncline.quality.seen import seen_mouth
from syncline.quality.tears import TearMeter
from syncline.render.mask import fill
from syncline.render.mask import hull as lower_face
from syncline.speech.align import align
from syncline.speech.cuesheet import CueSheet, Phone

RATE = 25
DRIVER = "opendub.mp4"  # a real mouth that opens wide and shuts often
PICTURES = 150
LEAST_CORRELATION, LEAST_CLOSURES, MOST_ISOLATED = 0.97, 0.97, 12
VISEMES = {
    "PP": "p",
    "FF": "f",
    "TH": "θ",
    "DD": "d",
    "SS": "s",
    "CH": "ʃ",
    "EE": "i",
    "EH": "ɛ",
    "AA": "ɑ",
    "OH": "ɔ",
    "OO": "u",
}

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Spoken:
    """A line: (n,) float32 16 kHz mono, and its cue sheet."""

    sound: Floats
    cue: CueSheet

    @classmethod
    def of(cls, name: str) -> Spoken:
        line = LINES[name]
        sound = analysis_sound(read_sound(probe(line.sound)))
        return cls(sound, align(sound, line.transcript, line.language))


def times_of(seconds: float) -> Doubles:
    """Times of the pictures of so many seconds."""
    return np.arange(int(seconds * RATE)) / RATE


def request(face: FaceTrack, mouth: MouthTrack, spoken: Spoken, info: MediaInfo) -> TakeRequest:
    """What the engine is asked for a mouth track on a still."""
    index = np.zeros(len(mouth), np.int64)
    return TakeRequest(mouth.times, index, face, info, spoken.cue, spoken.sound, mouth, "en", "other")


def driver() -> Floats:
    """(PICTURES, 4) mouth of a real clip, as differences from its own rest."""
    face = max(track_faces(probe(clip(DRIVER))).faces, key=lambda one: float(np.nansum(one.iod)))
    shape = mouth_in_pose(face.landmarks[:PICTURES], face.pose[:PICTURES]).stacked()
    shut = shape[:, OPENING] <= np.percentile(shape[:, OPENING], 20)
    return np.asarray(shape - np.median(shape[shut], axis=0), np.float32)


def on_this_face(engine: PortraitEngine, change: Floats) -> MouthTrack:
    """A real mouth's movement on this face's scale: from its rest, as wide as its table opens."""
    style = engine.table.style
    size = style.mean - style.rest
    scaled = change.copy()
    for channel in (OPENING, JAW):
        scaled[:, channel] *= np.clip(size[channel] / (0.065 if channel == OPENING else 0.030), 0.4, 1.2)
    return MouthTrack.from_stacked(np.arange(len(change)) / RATE, style.rest + scaled, source="features")


def tracked_again(pictures: list[Picture], face: FaceTrack) -> FaceTrack:
    """The same face in the drawn pictures."""
    times = np.arange(len(pictures)) / RATE
    found = track_pictures(pictures, times, options=TrackOptions(max_yaw_degrees=60.0)).faces
    nose = face.landmarks[0, 1, :2]
    return min(found, key=lambda one: float(np.nanmin(np.linalg.norm(one.landmarks[:, 1, :2] - nose, axis=1))))


def changed_outside(still: Picture, drawn: Picture, face: FaceTrack) -> int:
    """Samples that differ outside the lower face's outline."""
    outline = lower_face(face.landmarks[0], float(face.pose.scale[0]))
    inside = fill(outline, (0, 0, still.width, still.height)) > 0
    return sum(int(np.count_nonzero((a != b) & ~inside)) for a, b in zip(still.planes, drawn.planes, strict=True))


@dataclass(frozen=True)
class Row:
    """What was measured of one face."""

    face: str
    size: str
    iod: int
    teeth: bool
    correlation: float
    rms: float
    outside: int
    isolated_worst: int
    isolated_mean: float
    closures: float | None
    seen: int
    draw_ms: float


def measured(name: str, still: Picture, face: FaceTrack, change: Floats, spoken: Spoken, info: MediaInfo) -> Row:
    """Both drives on one face."""
    engine = PortraitEngine(still, face, PortraitSettings(still=True))
    asked = on_this_face(engine, change)
    quiet = Spoken(np.zeros(16_000, np.float32), CueSheet("en", (), (Phone("sil", 0.0, 9.0),), 9.0, "none"))
    engine.plan(request(face, asked, quiet, info), silent)
    drawn = [replace_index(engine.draw(still, t), t) for t in range(len(asked))]
    again = tracked_again(drawn, face)
    opening = mouth_in_pose(again.landmarks, again.pose).opening
    meter, before = TearMeter(), still.bgr()
    for t, picture in enumerate(drawn):
        meter.add(before, picture.bgr(), again.landmarks[t])
    outside = max(changed_outside(still, picture, face) for picture in drawn[::10])
    closures, seen, milliseconds = spoken_drive(still, face, spoken, info)
    tears = meter.result()
    return Row(
        name,
        f"{still.width}x{still.height}",
        round(float(face.pose.scale[0])),
        engine.shows_teeth,
        float(np.corrcoef(opening, asked.opening)[0, 1]),
        float(np.sqrt(np.mean((opening - asked.opening) ** 2))),
        outside,
        tears.worst,
        tears.mean,
        closures,
        seen,
        milliseconds,
    )


def spoken_drive(still: Picture, face: FaceTrack, spoken: Spoken, info: MediaInfo) -> tuple[float | None, int, float]:
    """Closure rate, how many p b m were seen, and processor milliseconds a picture."""
    engine = PortraitEngine(still, face)
    times = times_of(spoken.cue.duration)
    mouth = from_phones(spoken.cue, times, relative_loudness(spoken.sound, times), engine.table)
    engine.plan(request(face, mouth, spoken, info), silent)
    started = time.process_time()
    drawn = [replace_index(engine.draw(still, t), t) for t in range(len(times))]
    milliseconds = 1000 * (time.process_time() - started) / len(times)
    again = tracked_again(drawn, face)
    closures = measure_closures(spoken.cue, seen_mouth(again.landmarks, times), engine.table.style.closed)
    return closures.rate, closures.seen, milliseconds


def replace_index(picture: Picture, number: int) -> Picture:
    """The picture with another number: every drawn one has the still's."""
    return replace(picture, index=number)


def sheet(name: str, still: Picture, face: FaceTrack, spoken: Spoken, info: MediaInfo, side: int = 200) -> Image:
    """Visemes, pictures in a row while speaking, a blink, turns of the head: four rows of eleven."""
    engine = PortraitEngine(still, face)
    shapes = [engine.table.target(ipa) for ipa in VISEMES.values()]
    times = np.arange(len(shapes)) / RATE
    phones = tuple(Phone(ipa, k / RATE, (k + 1) / RATE) for k, ipa in enumerate(VISEMES.values()))
    silence = Spoken(np.zeros(16_000, np.float32), CueSheet("en", (), phones, len(phones) / RATE, "by hand"))
    static = PortraitEngine(still, face, PortraitSettings(still=True))
    static.plan(request(face, MouthTrack.from_stacked(times, shapes, source="phones"), silence, info), silent)
    rows = [[(static.draw(still, t), label) for t, label in enumerate(VISEMES)]]
    moments = times_of(spoken.cue.duration)
    mouth = from_phones(spoken.cue, moments, relative_loudness(spoken.sound, moments), engine.table)
    engine.plan(request(face, mouth, spoken, info), silent)
    life, count = engine.life, len(VISEMES)
    widest = int(np.clip(mouth.opening.argmax() - 4, 0, len(moments) - count))
    blink = int(np.clip(life.blinks[0, 0] * RATE, 0, len(moments) - count)) if len(life.blinks) else 0
    turns = [int(k) for term in range(3) for k in (life.head[:, term].argmin(), life.head[:, term].argmax())]
    turns += [int(life.brow.argmax()), *(int(k) for k in np.linspace(0, len(moments) - 1, count - 7))]
    for chosen in (range(widest, widest + count), range(blink, blink + count), turns):
        rows.append([(engine.draw(still, t), f"{t}") for t in chosen])
    half = (0.62, 0.95, 0.95, 1.8)
    return np.vstack(
        [
            np.hstack([tile(picture, face, reach, label, side, mouth=k == 0) for picture, label in row])
            for k, (row, reach) in enumerate(zip(rows, half, strict=True))
        ]
    )


def tile(picture: Picture, face: FaceTrack, reach: float, label: str, side: int, *, mouth: bool) -> Image:
    """A square around nose or mouth, `reach` IOD to each side."""
    points = face.landmarks[0, [13, 2, 152] if mouth else [1], :2]
    centre, scale = points.mean(axis=0), side / (2 * reach * float(face.pose.scale[0]))
    matrix = np.array([[scale, 0, side / 2 - scale * centre[0]], [0, scale, side / 2 - scale * centre[1]]], np.float32)
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    out = np.asarray(cv2.warpAffine(picture.bgr(), matrix, (side, side), flags=how), np.uint8)
    cv2.putText(out, label, (4, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 255, 255), 1, cv2.LINE_AA)
    return out


def blink_figures(sound: Floats) -> dict[str, float]:
    """Blinks of ten minutes: gaps and times of closing and opening, seconds."""
    life = alive(np.arange(0, 600, 1 / RATE), sound, 0)
    gaps = np.diff(life.blinks[:, 0])
    closing, opening = (np.diff(life.blinks, axis=1)[:, k] for k in (0, 1))
    return {
        "blinks a minute": len(life.blinks) / 10,
        "shortest gap s": float(gaps.min()),
        "median gap s": float(np.median(gaps)),
        "longest gap s": float(gaps.max()),
        "closing s, least": float(closing.min()),
        "closing s, most": float(closing.max()),
        "opening s, least": float(opening.min()),
        "most turn deg": float(np.degrees(np.abs(life.head[:, :3]).max())),
    }


def draw_only(seconds: int) -> None:
    """Draw so many seconds at 512x512 and throw the pictures away (its own process, for time and memory)."""
    cv2.setNumThreads(1)
    _, still, face = next(stills(("closed 512",)))
    line = long_line(seconds)
    sound = analysis_sound(read_sound(probe(line.sound)))
    phones = tuple(Phone(ipa, 0.1 * k, 0.1 * (k + 1)) for k, ipa in enumerate("mɑpisu" * (seconds * 10 // 6 + 1)))
    spoken = Spoken(sound, CueSheet("en", (), phones[: seconds * 10], float(seconds), "by hand"))
    engine = PortraitEngine(still, face)
    times = times_of(seconds)
    mouth = from_phones(spoken.cue, times, relative_loudness(sound, times), engine.table)
    engine.plan(request(face, mouth, spoken, probe(clip(DRIVER))), silent)
    started = time.process_time()
    for t in range(len(times)):
        engine.draw(still, t)
    print((time.process_time() - started) / seconds)


def long_takes() -> tuple[dict[int, float], float]:
    """Peak megabytes of drawing 10 s and 60 s, and processor seconds per second of video."""
    peaks, cost = {}, 0.0
    for seconds in (10, 60):
        command = [sys.executable, "-m", "benchmarks", "portrait", "--draw-only", str(seconds)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        peak = PeakMeter(child.pid).wait()
        child.returncode = peak.exit_code
        assert child.stdout is not None
        cost = float(child.stdout.read())
        peaks[seconds] = peak.megabytes
    return peaks, cost


def misses(rows: list[Row], peaks: dict[int, float], cost: float, blinks: dict[str, float]) -> list[str]:
    """The aims not reached, in words."""
    out = []
    for row in rows:
        if row.correlation < LEAST_CORRELATION:
            out.append(f"{row.face}: opening correlation {row.correlation:.3f}")
        if row.outside:
            out.append(f"{row.face}: {row.outside} samples changed outside the lower face")
        if row.isolated_worst > MOST_ISOLATED:
            out.append(f"{row.face}: {row.isolated_worst} isolated pixels along the lips")
    shut = [(row.closures, row.seen) for row in rows if row.closures is not None]
    rate = sum(each * seen for each, seen in shut) / max(sum(seen for _, seen in shut), 1)
    if rate < LEAST_CLOSURES:
        out.append(f"closures {100 * rate:.1f} %")
    if cost > 1.0:
        out.append(f"{cost:.2f} s of processor a second of video at 512x512")
    if peaks and peaks[60] > 1.1 * peaks[10]:
        out.append(f"memory grows: {peaks[10]:.0f} MB for 10 s, {peaks[60]:.0f} MB for 60 s")
    low, high = BLINK_GAP_S
    if not (low <= blinks["shortest gap s"] and blinks["longest gap s"] <= high):
        out.append("blinks too near or too far apart")
    if not (CLOSING_S[0] <= blinks["closing s, least"] and blinks["closing s, most"] <= CLOSING_S[1]):
        out.append("lids close too fast or too slowly")
    return out


def main(argv: list[str]) -> int:
    """Measure all faces, or those named; returns 1 where an aim is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks portrait", description=__doc__)
    parser.add_argument("faces", nargs="*", help="names of stills (default: all)")
    parser.add_argument("--draw-only", type=int, metavar="SECONDS", help="draw so long and print seconds per second")
    parser.add_argument("--sheets-only", action="store_true")
    options = parser.parse_args(argv)
    if options.draw_only:
        draw_only(options.draw_only)
        return 0
    cv2.setNumThreads(1)
    spoken, info = Spoken.of("lj"), probe(clip(DRIVER))
    change = None if options.sheets_only else driver()
    rows: list[Row] = []
    SHEETS.mkdir(parents=True, exist_ok=True)
    for name, still, face in stills(tuple(options.faces)):
        path = SHEETS / f"portrait-{name.replace(' ', '-').replace(',', '')}.png"
        cv2.imwrite(str(path), sheet(name, still, face, spoken, info))
        if change is not None:
            rows.append(measured(name, still, face, change, spoken, info))
            print(rows[-1], flush=True)
    if change is None or options.faces:
        return 0
    return report(rows, *long_takes(), blink_figures(spoken.sound))


def report(rows: list[Row], peaks: dict[int, float], cost: float, blinks: dict[str, float]) -> int:
    """Write the report; 1 where an aim is missed."""
    missed = misses(rows, peaks, cost, blinks)
    heads = ["face", "size", "eye distance px", "own teeth", "opening r", "rms IOD", "samples outside"]
    heads += ["isolated px, worst", "mean", "closures", "p b m", "draw ms"]
    cells = [
        [
            row.face,
            row.size,
            str(row.iod),
            "yes" if row.teeth else "no",
            f"{row.correlation:.3f}",
            f"{row.rms:.4f}",
            str(row.outside),
            str(row.isolated_worst),
            f"{row.isolated_mean:.2f}",
            "–" if row.closures is None else f"{100 * row.closures:.0f} %",
            str(row.seen),
            f"{row.draw_ms:.1f}",
        ]
        for row in rows
    ]
    life = table(list(blinks), [[f"{value:.2f}" for value in blinks.values()]])
    long = table(
        ["processor s a second of video, 512x512", "MB, 10 s", "MB, 60 s"],
        [[f"{cost:.2f}", f"{peaks[10]:.0f}", f"{peaks[60]:.0f}"]],
    )
    body = "\n\n".join(("## Faces", table(heads, cells), "## Life", life, "## Long takes", long))
    figures = {
        "faces": [vars(row) for row in rows],
        "life": blinks,
        "seconds_per_second": cost,
        "peak_mb": {str(seconds): peak for seconds, peak in peaks.items()},
    }
    Report("portrait", "A still that speaks").write(body, missed, figures)
    return 1 if missed else 0
