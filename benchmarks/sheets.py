"""`python -m benchmarks sheets`: contact sheets of five dubs in `benchmarks/sheets`, made on demand.

A sheet shows moments spread over the take: the plate above the dub, both mouths enlarged, the viseme asked.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

import syncline
from benchmarks.material import LINES, ROOT, SHEETS, Line, clip
from syncline.face.track import track_faces
from syncline.media.probe import probe
from syncline.media.read import read_pictures
from syncline.speech.cuesheet import CueSheet
from syncline.speech.visemes import viseme
from syncline.timeline import Timeline

Image = npt.NDArray[np.uint8]

DUBS = (
    ("german_news_de", "jfk"),
    ("ls1", "lj"),
    ("opendub", "de"),
    ("astorfi_en", "en"),
    ("vrt1", "fr"),
)


@dataclass(frozen=True)
class Moment:
    """One column of a sheet: picture number of the output and a caption."""

    picture: int
    caption: str


def crops(path: Path, wanted: Sequence[int], side: int) -> dict[int, tuple[Image, Image]]:
    """The whole face and the mouth of some pictures, each (side, side, 3) BGR; black where there is no face."""
    info = probe(path)
    track = max(track_faces(info).faces, key=lambda face: float(np.nansum(face.iod)), default=None)
    found: dict[int, tuple[Image, Image]] = {}
    for picture in read_pictures(info, sorted(set(wanted))):
        empty = np.zeros((side, side, 3), np.uint8)
        found[picture.index] = (empty, empty)
        if track is None or not np.isfinite(track.landmarks[picture.index]).all():
            continue
        points, iod = track.landmarks[picture.index], float(track.iod[picture.index])
        face = square(picture.bgr(), points[:, :2].mean(axis=0), 1.5 * iod, side)
        mouth = square(picture.bgr(), points[[61, 291], :2].mean(axis=0), 0.6 * iod, side)
        found[picture.index] = (face, mouth)
    return found


def square(image: Image, centre: npt.NDArray[np.float32], half: float, side: int) -> Image:
    """A square of `image` around `centre`, scaled to `side`; outside the picture it is black."""
    scale = side / (2 * half)
    matrix = np.array(
        [[scale, 0, side / 2 - scale * centre[0]], [0, scale, side / 2 - scale * centre[1]]], dtype=np.float32
    )
    return cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_CUBIC)


def sheet(plate: Path, dub: Path, moments: Sequence[Moment], plate_index: Sequence[int], side: int = 220) -> Image:
    """The contact sheet (4·side, columns·side, 3): plate, dub, the plate's mouth, the dub's mouth."""
    before = crops(plate, [plate_index[moment.picture] for moment in moments], side)
    after = crops(dub, [moment.picture for moment in moments], side)
    columns = []
    for moment in moments:
        old, new = before[plate_index[moment.picture]], after[moment.picture]
        column = np.vstack([old[0], new[0], old[1], new[1]])
        cv2.putText(
            column, moment.caption, (6, side + 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 255, 255), 1, cv2.LINE_AA
        )
        columns.append(column)
    return np.hstack(columns)


def moments_of(cue: CueSheet, times: npt.NDArray[np.float64], count: int) -> list[Moment]:
    """Pictures in the middle of phones spread over the speech; captions are visemes, as OpenCV writes no IPA."""
    spoken = [phone for phone in cue.phones if phone.ipa != "sil"]
    chosen = [spoken[i] for i in np.linspace(0, len(spoken) - 1, min(count, len(spoken))).astype(int)]
    middles = [(phone.start + phone.end) / 2 for phone in chosen]
    return [
        Moment(int(np.abs(times - middle).argmin()), f"{middle:.2f} {viseme(phone.ipa, cue.language)}")
        for middle, phone in zip(middles, chosen, strict=True)
    ]


def make(plate: Path, line: Line, name: str, count: int) -> tuple[syncline.Take, Path]:
    """Dub `line` on `plate` and save its sheet; returns the take and the sheet's path."""
    SHEETS.mkdir(parents=True, exist_ok=True)
    out = SHEETS / f"{name}.mp4"
    options = syncline.DubOptions(transcript=line.transcript, language=line.language, force=True)
    take = syncline.dub(plate, line.sound, out, options=options)
    moments = moments_of(CueSheet.from_json(take.timeline.cue), picture_times(out), count)
    picture = sheet(plate, out, moments, plate_frames(take.timeline))
    path = SHEETS / f"{name}.jpg"
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
    return take, path


def picture_times(path: Path) -> npt.NDArray[np.float64]:
    """Seconds of each picture of a file."""
    video = probe(path).video
    assert video is not None
    return np.array([float(video.seconds(index)) for index in range(video.frames)])


def plate_frames(timeline: Timeline) -> list[int]:
    """The plate's frame under each output frame."""
    stretches = timeline.picture.plate
    return [stretch.plate + stretch.step * offset for stretch in stretches for offset in range(stretch.count)]


def main(argv: list[str]) -> int:
    """Make the sheets of all five dubs, or of those named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks sheets", description=__doc__)
    parser.add_argument("names", nargs="*", help="plates (default: all five)")
    parser.add_argument("--columns", type=int, default=12)
    options = parser.parse_args(argv)
    for plate, spoken in DUBS:
        if not options.names or plate in options.names:
            take, path = make(clip(f"{plate}.mp4"), LINES[spoken], f"{plate}-{spoken}", options.columns)
            print(path.relative_to(ROOT), take.grade, *take.summary, sep="\n  ", flush=True)
    return 0
