"""Hard footage through the whole pipeline: nothing stops the run, and what cannot be drawn goes through untouched."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from footage import (
    Footage,
    Pixels,
    Samples,
    cut,
    decoded,
    read_sound,
    stored,
    stored_sound,
    turn_clockwise,
    write_clip,
    write_footage,
    write_wav,
)

import syncline
from syncline import DubOptions, Take

Dub = Callable[..., Take]


@pytest.fixture
def dub(speech: Path, tmp_path: Path) -> Dub:
    """Dubs a plate into a lossless file."""

    def run(plate: Path, audio: Path | None = None, name: str = "take.mkv", **options: Any) -> Take:
        return syncline.dub(plate, audio or speech, tmp_path / name, options=DubOptions(force=True, **options))

    return run


def changed(plate: Path, take: Take) -> list[bool]:
    """Which output frames differ from the plate's frame below them."""
    before, after = stored(plate), stored(take.output)
    below = frames_below(take)
    assert len(after) == len(below)
    return [not np.array_equal(before[index], pixels) for index, pixels in zip(below, after, strict=True)]


def frames_below(take: Take) -> list[int]:
    return [s.plate + n * s.step for s in take.timeline.picture.plate for n in range(s.count)]


def flags_of(take: Take) -> dict[int, tuple[str, ...]]:
    return {s.start + n: s.flags for s in take.timeline.flags for n in range(s.count)}


def drawn(take: Take) -> list[bool]:
    """Which output frames the plan draws on."""
    return [s["source"] == "bank" for s in take.timeline.plan["stretches"] for _ in range(s["count"])]


def test_a_plain_clip_is_drawn_on_and_explained(plate: Path, dub: Dub) -> None:
    take = dub(plate)
    touched = changed(plate, take)
    assert sum(touched) > 0.8 * len(touched)
    assert all(plan or not pixels for plan, pixels in zip(drawn(take), touched, strict=True))
    assert take.timeline.picture.frames == len(touched)
    assert {entry.role for entry in take.timeline.inputs} == {"plate", "audio"}
    assert take.timeline_path.is_file()


def test_a_second_without_a_face(shared_data: Path, tmp_path: Path, dub: Dub) -> None:
    person = cut(shared_data / "clips" / "german_news_de.mp4", start=1.0, seconds=2.6, height=256)
    frames = person.frames.copy()
    gone = range(20, 45)
    frames[gone.start : gone.stop] = np.linspace(30, 90, 256, dtype=np.uint8)[:, None, None]
    plate = write_footage(tmp_path / "gone.mkv", person, frames=frames)
    take = dub(plate, audio=write_wav(tmp_path / "own.wav", person.sound, person.sample_rate))
    touched = changed(plate, take)
    assert len(touched) == len(frames)
    assert not any(touched[t] for t in gone)
    assert any(touched[: gone.start])
    assert any(touched[gone.stop :])
    flags = flags_of(take)
    assert all("no_face" in flags.get(t, ()) for t in range(gone.start + 1, gone.stop - 1))
    passed = take.score.passed
    assert any("no_face" in entry["reasons"] for entry in passed)


def test_drawing_fades_beside_a_gap(shared_data: Path, tmp_path: Path, dub: Dub) -> None:
    """The change of the last frames before a gap shrinks towards it: the mouth does not snap back."""
    person = cut(shared_data / "clips" / "german_news_de.mp4", start=1.0, seconds=2.0, height=256)
    frames = person.frames.copy()
    frames[25:40] = 64
    plate = write_footage(tmp_path / "gone.mkv", person, frames=frames)
    take = dub(plate, audio=write_wav(tmp_path / "own.wav", person.sound, person.sample_rate))
    weights = {
        t: "fade" in stretch["flags"]
        for stretch in take.timeline.plan["stretches"]
        for t in range(stretch["from"], stretch["from"] + stretch["count"])
    }
    assert any(weights[t] for t in range(20, 25))
    assert any(weights[t] for t in range(40, 45))


def test_two_faces_only_one_speaks(shared_data: Path, tmp_path: Path, dub: Dub) -> None:
    two = cut(shared_data / "clips" / "debate_2spk_en.mp4", start=0.0, seconds=2.0, height=540)
    plate = write_footage(tmp_path / "two.mkv", two)
    sound = write_wav(tmp_path / "own.wav", two.sound, two.sample_rate)
    for wanted in ("largest", 1):
        take = dub(plate, audio=sound, face=wanted)
        assert take.timeline.face is not None
        assert take.timeline.face.found >= 2
        assert wanted == "largest" or take.timeline.face.id == 1
        before, after = stored(plate), stored(take.output)
        height, width = two.frames.shape[1:3]
        difference = np.any([b[:height] != a[:height] for b, a in zip(before, after, strict=True)], axis=0)
        columns = np.flatnonzero(difference.any(axis=0))
        if len(columns):  # one face alone: what changes spans less than the two of them do
            assert np.ptp(columns) < 0.45 * width


def test_a_cut_between_two_people(shared_data: Path, person: Footage, tmp_path: Path, dub: Dub) -> None:
    other = cut(shared_data / "clips" / "opendub.mp4", start=0.0, seconds=1.2, height=256)
    left = (other.frames.shape[2] - 256) // 2
    second = other.frames[:, :, left : left + 256]
    frames = np.concatenate([person.frames[:30], second[:30]])
    plate = write_clip(tmp_path / "cut.mkv", frames, 25, sound=person.sound, sample_rate=person.sample_rate)
    take = dub(plate, sync_mode="silence")
    assert take.timeline.picture.frames == 60
    assert any("cut" in flags for flags in flags_of(take).values()) or take.timeline.face is not None
    assert any(changed(plate, take))


def test_ntsc_rate_is_kept(shared_data: Path, tmp_path: Path, dub: Dub) -> None:
    clip = cut(shared_data / "clips" / "astorfi_en.mp4", start=0.5, seconds=1.5, height=240)
    assert clip.rate == Fraction(30000, 1001)
    plate = write_footage(tmp_path / "ntsc.mp4", clip)
    take = dub(plate, name="take.mp4")
    assert take.timeline.picture.rate == "30000/1001"
    _, times = decoded(take.output)
    assert times == pytest.approx([n * 1001 / 30000 for n in range(len(times))], abs=1e-4)


def test_variable_rate_keeps_its_timestamps(shared_data: Path, tmp_path: Path, dub: Dub) -> None:
    plate = shared_data / "clips" / "vrt1.mp4"
    sound, rate = read_sound(plate)
    take = dub(plate, audio=write_wav(tmp_path / "short.wav", sound[:rate], rate), name="take.mp4")
    assert take.timeline.picture.variable
    _, before = decoded(plate)
    _, after = decoded(take.output)
    assert after == pytest.approx([time - before[0] for time in before[: len(after)]], abs=1e-4)
    assert len(set(np.round(np.diff(after), 3))) > 1


def test_a_turned_clip_comes_out_upright(person: Footage, tmp_path: Path, dub: Dub) -> None:
    lying = np.rot90(person.frames, k=1, axes=(1, 2))[:, :, 40:240]  # players turn it clockwise again
    plate = turn_clockwise(write_footage(tmp_path / "turned.mp4", person, frames=np.ascontiguousarray(lying)))
    take = dub(plate, name="take.mp4")
    shown, _ = decoded(take.output)
    assert shown[0].shape[:2] == (200, 256)
    upright = np.rot90(lying, k=-1, axes=(1, 2))
    assert np.abs(shown[0].astype(int) - upright[0]).mean() < 12
    assert any(drawn(take))


@pytest.mark.parametrize(("name", "pixel_format"), [("take.mkv", "yuv444p"), ("take.mp4", "yuv444p")])
def test_odd_sizes(person: Footage, tmp_path: Path, dub: Dub, name: str, pixel_format: str) -> None:
    frames = np.ascontiguousarray(person.frames[:, :255, :251])
    plate = write_footage(
        tmp_path / "odd.mkv", person, frames=frames, pixel_format=pixel_format, codec="ffv1", options={}
    )
    take = dub(plate, name=name)
    assert (take.timeline.picture.width, take.timeline.picture.height) == (251, 255)
    assert any(drawn(take))


def test_ten_bits_stay_ten_bits(person: Footage, tmp_path: Path, dub: Dub) -> None:
    plate = write_footage(tmp_path / "deep.mkv", person, pixel_format="yuv420p10le")
    take = dub(plate)
    assert stored(take.output)[0].dtype == np.uint16
    assert any("10-bit" in note.get("text", "") for note in take.timeline.notes)
    assert any(changed(plate, take))


LENGTHS = {
    # (plate 1.5 s, sound 0.8 s), (plate 1.5 s, sound 2.2 s): seconds of the take
    "cut_off": (0.8, 1.5),
    "loop": (0.8, 2.2),
    "bounce": (0.8, 2.2),
    "silence": (1.5, 2.2),
    "remap": (0.8, 2.2),
}


@pytest.mark.parametrize("mode", LENGTHS)
@pytest.mark.parametrize("case", [0, 1], ids=["shorter", "longer"])
def test_every_sync_mode(shared_data: Path, plate: Path, tmp_path: Path, dub: Dub, mode: str, case: int) -> None:
    sound, rate = read_sound(shared_data / "clips" / "opendub.mp4")
    audio = write_wav(tmp_path / "line.wav", sound[rate : rate + round((0.8, 2.2)[case] * rate)], rate)
    take = dub(plate, audio=audio, sync_mode=mode)
    wanted = LENGTHS[mode][case]
    _, times = decoded(take.output)
    heard, heard_rate = stored_sound(take.output)
    assert times == pytest.approx([n / 25 for n in range(len(times))], abs=2e-3)  # Matroska counts milliseconds
    assert len(times) / 25 == pytest.approx(wanted, abs=0.04)
    assert len(heard) / heard_rate == pytest.approx(wanted, abs=0.04)
    below = frames_below(take)
    if mode in ("loop", "bounce") and case == 1:
        assert max(below) == 37
        assert below[38] == (0 if mode == "loop" else 36)


def test_silence_lets_the_mouth_rest(plate: Path, tmp_path: Path, dub: Dub) -> None:
    take = dub(plate, audio=write_wav(tmp_path / "silence.wav", np.zeros(24_000), 16_000))
    assert take.timeline.cue["words"] == []
    assert [phone["ipa"] for phone in take.timeline.cue["phones"]] == ["sil"]
    assert any("rests" in note.get("text", "") for note in take.timeline.notes)
    flags = [set(stretch["flags"]) for stretch in take.timeline.plan["stretches"]]
    assert all("rest" in names for names in flags)
    openings = mouth_openings(take.output)
    assert np.nanmax(openings) < 0.05, "the mouth speaks in silence"


def mouth_openings(path: Path) -> Samples:
    """Inner-lip opening of every frame, IOD units, by a fresh look at the file."""
    from syncline.face.mouth import mouth_features
    from syncline.face.track import track_faces

    track = track_faces(syncline.probe(path)).faces[0]
    return mouth_features(track.pose.to_face(track.landmarks)).opening


def test_a_clip_of_one_frame(person: Footage, tmp_path: Path, dub: Dub) -> None:
    plate = write_clip(tmp_path / "one.mp4", person.frames[:1], 25)
    assert dub(plate).timeline.picture.frames == 1
    held = dub(plate, sync_mode="silence")
    assert held.timeline.picture.frames == pytest.approx(38, abs=1)
    assert set(frames_below(held)) == {0}


def test_a_plate_without_sound_of_its_own(person: Footage, tmp_path: Path, dub: Dub) -> None:
    plate = write_clip(tmp_path / "mute.mkv", person.frames, 25)
    take = dub(plate)
    assert any(drawn(take))
    assert any("nobody is heard" in note.get("reason", "") for note in take.timeline.notes)


def layout_of(samples: Samples, channels: int) -> Samples:
    """The same speech in more channels; in 5.1 the centre alone speaks."""
    if channels == 1:
        return samples[:, :1]
    spread = np.zeros((len(samples), channels), np.float32)
    spread[:, 2 if channels == 6 else slice(None)] = samples[:, :1] if channels != 6 else samples[:, 0]
    return spread


@pytest.mark.parametrize(
    ("channels", "rate"), [(1, 44_100), (6, 48_000), (1, 8_000), (2, 96_000)], ids=["mono", "5.1", "8 kHz", "96 kHz"]
)
def test_sound_comes_out_as_it_went_in(
    speech: Path, plate: Path, tmp_path: Path, dub: Dub, channels: int, rate: int
) -> None:
    import soxr

    samples, own = read_sound(speech)
    resampled = np.asarray(soxr.resample(samples, own, rate), np.float32)
    audio = write_wav(tmp_path / "line.wav", layout_of(resampled, channels), rate)
    take = dub(plate, audio=audio)
    given, _ = stored_sound(audio)
    heard, heard_rate = stored_sound(take.output)
    assert heard_rate == rate
    assert heard.shape[1] == channels
    shared = min(len(given), len(heard))
    assert shared > 0.95 * len(given)
    assert np.array_equal(given[:shared], heard[:shared])
    assert any(phone["ipa"] != "sil" for phone in take.timeline.cue["phones"])


def test_small_faces_go_through(person: Footage, tmp_path: Path, dub: Dub) -> None:
    """A face too small to draw is found, flagged and left alone."""
    import cv2

    frames: Pixels = np.full((len(person.frames), 240, 320, 3), 90, np.uint8)
    for t, pixels in enumerate(person.frames):
        frames[t, 80:144, 120:184] = cv2.resize(pixels, (64, 64), interpolation=cv2.INTER_AREA)
    plate = write_footage(tmp_path / "small.mkv", person, frames=frames)
    take = dub(plate)
    assert not any(changed(plate, take))
    assert any("small" in flags for flags in flags_of(take).values())
