"""A take encoded and looked at by another process is the take that this process would have written."""

from __future__ import annotations

import os
import pickle
import signal
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

import clips
from syncline.errors import StageError, SynclineError
from syncline.events import Note, Recorder
from syncline.face.regions import Region
from syncline.media.info import MediaInfo
from syncline.media.options import OutputOptions
from syncline.media.probe import need_picture, need_sound, probe
from syncline.media.read import read_pictures, read_sound
from syncline.media.sound import Sound
from syncline.media.write import Writer
from syncline.pipeline.delivery import Delivered, Delivery, Job
from syncline.pipeline.ring import SLOTS, Ring

FRAMES = 40
EVERYWHERE = np.ones(FRAMES, np.bool_)


def job_of(info: MediaInfo, path: Path, usable: np.ndarray = EVERYWHERE) -> Job:
    video = need_picture(info)
    return Job(
        path=path,
        ring=path.with_suffix(".ring"),
        like=video,
        sound=read_sound(info).fitted(video.duration),
        options=OutputOptions(),
        total=video.duration,
        threads=2,
        usable=usable,
    )


def delivered(info: MediaInfo, path: Path, region: Region | None = None, told: Recorder | None = None) -> Delivered:
    with Delivery() as delivery:
        delivery.open(job_of(info, path))
        for picture in read_pictures(info):
            delivery.write(picture, need_picture(info).seconds(picture.index), region)
        return delivery.finish(told or Recorder())


def test_long_sound_is_not_sent_through_the_pipe(tmp_path: Path) -> None:
    info = probe(clips.make_clip(tmp_path / "a.mp4", frames=FRAMES, sound=clips.tone(FRAMES / 25)))
    job = job_of(info, tmp_path / "b.mp4")
    sent = pickle.dumps(job.without_samples())
    assert len(sent) < job.sound.samples.nbytes / 4
    again = pickle.loads(sent).with_samples()
    assert isinstance(again.sound.samples, np.memmap)
    assert np.array_equal(again.sound.samples, job.sound.samples)
    assert again.sound.samples.dtype == job.sound.samples.dtype
    assert again.sound.bits == job.sound.bits


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p10le", "gray"])
def test_the_file_is_the_one_that_a_writer_here_makes(tmp_path: Path, pixel_format: str) -> None:
    info = probe(
        clips.make_clip(
            tmp_path / "a.mkv",
            codec="ffv1",
            pixel_format=pixel_format,
            width=63,
            height=47,
            frames=FRAMES,
            sound=clips.tone(FRAMES / 25),
        )
    )
    seen = delivered(info, tmp_path / "there.mkv")
    assert not seen.usable.any()
    assert np.isnan(seen.shape).all()
    video = need_picture(info)
    here = tmp_path / "here.mkv"  # lossless: x264 itself is not repeatable on pictures as small as these
    with Writer(here, video, read_sound(info).fitted(video.duration), threads=2, total=video.duration) as writer:
        for picture in read_pictures(info):
            writer.write(picture, video.seconds(picture.index))
    for one, other in zip(read_pictures(probe(here)), read_pictures(probe(tmp_path / "there.mkv")), strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one.planes, other.planes, strict=True))
    assert need_sound(probe(here)).samples == need_sound(probe(tmp_path / "there.mkv")).samples


def test_what_the_codec_made_necessary_is_told(tmp_path: Path) -> None:
    sound = clips.tone(FRAMES / 25)
    info = probe(clips.make_clip(tmp_path / "a.mkv", codec="ffv1", width=63, height=47, frames=FRAMES, sound=sound))
    told = Recorder()
    delivered(info, tmp_path / "out.mp4", told=told)
    assert any("odd side" in note.text for note in told.of(Note))


def test_the_mouth_is_seen_where_it_is_looked_for(shared_data: Path, tmp_path: Path) -> None:
    info = probe(shared_data / "clips" / "german_news_de.mp4")
    video = need_picture(info)
    region = Region(video.width / 2, video.height / 2, 0.8 * video.height, 0.0)
    with Delivery() as delivery:
        usable = EVERYWHERE.copy()
        usable[5:8] = False
        delivery.open(job_of(info, tmp_path / "out.mp4", usable))
        for picture in read_pictures(info, range(FRAMES)):
            delivery.write(picture, video.seconds(picture.index), None if picture.index >= 30 else region)
        seen = delivery.finish(Recorder())
    assert np.array_equal(np.flatnonzero(seen.usable), [*range(5), *range(8, 30)])
    assert np.isfinite(seen.shape[:30]).all()
    assert np.isnan(seen.shape[30:]).all()


@pytest.fixture
def info(tmp_path: Path) -> MediaInfo:
    return probe(clips.make_clip(tmp_path / "a.mp4", frames=FRAMES, sound=clips.tone(FRAMES / 25)))


def test_what_the_writer_refuses_is_raised_here(info: MediaInfo, tmp_path: Path) -> None:
    job = replace(job_of(info, tmp_path / "no-folder" / "out.mp4"), ring=tmp_path / "pictures.ring")
    with Delivery() as delivery:
        delivery.open(job)
        with pytest.raises(SynclineError, match=r"out\.mp4"):
            delivery.finish(Recorder())


def test_a_process_that_is_killed_is_told(info: MediaInfo, tmp_path: Path) -> None:
    def write_all(delivery: Delivery) -> None:
        for number, picture in enumerate(read_pictures(info)):
            delivery.write(picture, Fraction(number, 25), None)

    with Delivery() as delivery:
        delivery.open(job_of(info, tmp_path / "out.mp4"))
        os.kill(delivery._child._process.pid, signal.SIGKILL)
        with pytest.raises(StageError, match="ended without an answer"):
            write_all(delivery)


def test_the_ring_holds_the_last_pictures(info: MediaInfo, tmp_path: Path) -> None:
    video = need_picture(info)
    ring = Ring(tmp_path / "ring", video.layout, video.width, video.height, create=True)
    other = Ring(tmp_path / "ring", video.layout, video.width, video.height)
    pictures = list(read_pictures(info, range(2 * SLOTS)))
    for number, picture in enumerate(pictures):
        for target, plane in zip(ring.planes(number), picture.planes, strict=True):
            target[:] = plane
    for number in range(SLOTS, 2 * SLOTS):
        assert all(np.array_equal(a, b) for a, b in zip(other.planes(number), pictures[number].planes, strict=True))


def test_tears_of_a_still_are_counted_on_what_was_encoded(shared_data: Path, tmp_path: Path) -> None:
    clip = probe(shared_data / "clips" / "german_news_de.mp4")
    first = next(read_pictures(clip))
    cv2.imwrite(str(tmp_path / "still.png"), first.bgr())
    info = probe(tmp_path / "still.png")
    (still,) = read_pictures(info)
    torn = still.bgr().copy()
    torn[::3, ::3] = 255 - torn[::3, ::3]
    sound = Sound(np.zeros((48_000, 1), np.float32), 48_000, "mono")
    job = replace(job_of(clip, tmp_path / "out.mp4"), like=need_picture(info), sound=sound, still=still)
    region = Region(still.width / 2, still.height / 2, 0.8 * still.height, 0.0)
    counts = []
    for after in (still.bgr(), torn):
        with Delivery() as delivery:
            delivery.open(replace(job, usable=np.ones(3, np.bool_), total=Fraction(3, 25)))
            box = (0, 0, still.width, still.height)
            for number in range(3):
                delivery.write(still.with_change(box, still.bgr(), after), Fraction(number, 25), region)
            tears = delivery.finish(Recorder()).tears
        assert tears is not None
        assert tears.pictures == 3
        counts.append(tears.mean)
    assert counts[0] < 1 < 50 < counts[1]
