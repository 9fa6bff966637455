"""The actor engine on painted footage: it says other phones with the right mouths, and leaves alone what it should."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from painted_face import dark_pixels
from spoken_footage import OPENINGS, mouth_at, painted_clip, sheet, still_track, voice
from syncline.engines.actor.bank import Bank
from syncline.engines.actor.build import BuildOptions, build_bank
from syncline.engines.actor.context_model import Training
from syncline.engines.actor.engine import ActorEngine
from syncline.engines.actor.rows import lay_out
from syncline.engines.base import Engine, Reason, Source, TakeRequest
from syncline.errors import StageError
from syncline.events import Note, Recorder, silent
from syncline.face.tracks import FaceTrack, Flag
from syncline.media.info import MediaInfo
from syncline.media.read import read_pictures
from syncline.motion.phones import from_phones
from syncline.speech.context import phone_index

QUICK = BuildOptions(training=Training(hidden=(32,), networks=1, epochs=5, min_steps=100))


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    folder = tmp_path_factory.mktemp("footage")
    said = ["_ m a b a m e b u m a b e m u b _", "_ b e m a m u b u m e m a b a _", "_ a m a e m e u b u e b e _"]
    return build_bank(
        [painted_clip(folder, f"clip {k}", phones) for k, phones in enumerate(said)], folder / "crops", options=QUICK
    )


@pytest.fixture(scope="module")
def plate(tmp_path_factory: pytest.TempPathFactory) -> tuple[MediaInfo, FaceTrack]:
    """A clip of 64 frames in which nothing is said."""
    footage = painted_clip(tmp_path_factory.mktemp("plate"), "plate", " ".join("_" * 16))
    return footage.info, footage.track


def request(
    bank: Bank, plate: tuple[MediaInfo, FaceTrack], phones: str, rate: float = 25.0, track: FaceTrack | None = None
) -> TakeRequest:
    cue = sheet(phones, language="de")
    times = np.arange(int(cue.duration * rate)) / rate
    index = np.minimum(np.arange(len(times)), 63)
    loud = np.zeros(len(times), np.float32)
    return TakeRequest(
        times=times,
        plate_index=index,
        track=plate[1] if track is None else track,
        plate=plate[0],
        cue=cue,
        sound=voice(cue, cue.duration, seed=5),
        mouth=from_phones(cue, times, loud, bank.table),
        language="de",
        voice="same",
    )


def shown_openings(bank: Bank, frames: np.ndarray) -> np.ndarray:
    return bank.mouth[frames, 0]


def test_is_an_engine(bank: Bank) -> None:
    assert isinstance(ActorEngine(bank), Engine)


def test_new_phones_get_the_mouths_that_said_them(bank: Bank, plate: tuple[MediaInfo, FaceTrack]) -> None:
    asked = request(bank, plate, "_ e b a m u b a e m a u _")
    plan = ActorEngine(bank).plan(asked, silent)
    drawn = plan.source == Source.BANK
    truth = mouth_at(asked.cue, asked.times)
    likeness = np.corrcoef(shown_openings(bank, plan.frame[drawn]), truth[drawn])[0, 1]
    assert likeness > 0.9
    assert (np.diff(plan.run) >= 0).all()
    assert plan.run[-1] < len(plan) / 2  # runs, not single frames


def test_lips_are_shut_at_closures(bank: Bank, plate: tuple[MediaInfo, FaceTrack]) -> None:
    asked = request(bank, plate, "_ a b a m e b e m u b u m a _")
    plan = ActorEngine(bank).plan(asked, silent)
    shut = 0
    bilabial = [phone for phone in asked.cue.phones if phone.ipa in ("b", "m")]
    for phone in bilabial:
        there = (asked.times >= phone.start) & (asked.times < phone.end)
        frames = plan.frame[there]
        closed = (shown_openings(bank, frames) <= bank.closed + 1e-4) | (plan.close[there] > 0.8)
        shut += bool(closed.any())
    assert shut == len(bilabial)
    assert (plan.reason & Reason.CLOSURE).any()


def test_a_bank_without_closures_has_them_drawn(bank: Bank, plate: tuple[MediaInfo, FaceTrack], tmp_path: Path) -> None:
    open_bank = build_bank(
        [painted_clip(tmp_path, "open", "a e a u a e u a e a u e a e")], tmp_path / "c", options=QUICK
    )
    style = replace(open_bank.table.style, closed=0.01)
    open_bank = replace(open_bank, table=replace(open_bank.table, style=style))
    plan = ActorEngine(open_bank).plan(request(open_bank, plate, "_ a b a m a _"), silent)
    assert plan.close.max() > 0.9


def test_rests_keep_the_plate_bit_for_bit(bank: Bank, plate: tuple[MediaInfo, FaceTrack]) -> None:
    asked = request(bank, plate, "_ _ _ _ m a b a _ _ _ _")
    engine = ActorEngine(bank)
    plan = engine.plan(asked, silent)
    assert (plan.source[:6] == Source.PLATE).all()
    assert (plan.source[-4:] == Source.PLATE).all()
    said = phone_index(asked.cue, asked.times)
    spoken = np.isin(said, (1, 2, 3, 4))
    assert (plan.source[spoken] == Source.BANK).all()
    assert (plan.weight[spoken] == 1.0).all()  # the fades lie in the rests
    assert 0 < plan.weight[6] < plan.weight[7] < 1
    pictures = list(read_pictures(plate[0]))
    for t in range(len(plan)):
        result = engine.draw(pictures[plan.plate_index[t]], t)
        assert (result is pictures[plan.plate_index[t]]) == (plan.source[t] != Source.BANK)


def test_a_plate_that_talks_in_the_rest_is_brought_to_rest(bank: Bank, plate: tuple[MediaInfo, FaceTrack]) -> None:
    talking = still_track(0.08 + 0.08 * np.sin(np.arange(64)))
    plan = ActorEngine(bank).plan(request(bank, plate, "_ _ _ _ _ _ m a", track=talking), silent)
    resting = plan.source[:20] == Source.BANK
    assert resting.all()
    assert (shown_openings(bank, plan.frame[2:18]) < 0.03).all()


def test_frames_that_cannot_be_drawn_go_through_with_fades(bank: Bank, plate: tuple[MediaInfo, FaceTrack]) -> None:
    track = still_track(np.zeros(64))
    track.flags[20:25] = Flag.NO_FACE
    track.landmarks[20:25] = np.nan
    for part in (track.pose.scale, track.pose.rotation, track.pose.translation):
        part[20:25] = np.nan
    track.flags[40] = Flag.OCCLUDED
    plan = ActorEngine(bank).plan(request(bank, plate, "m a b a m e b u m a b e m u b a", track=track), silent)
    assert (plan.source[20:25] == Source.PASS).all()
    assert plan.source[40] == Source.PASS
    assert (plan.reason[20:25] & Reason.NO_FACE).all()
    assert plan.reason[40] & Reason.UNDRAWABLE
    assert list(plan.weight[16:20]) == [1.0, 0.75, 0.5, 0.25]
    assert plan.weight[25] == 0.25
    assert (plan.frame[plan.source == Source.PASS] == -1).all()


def test_islands_between_frames_that_go_through_are_left_alone(bank: Bank, plate: tuple[MediaInfo, FaceTrack]) -> None:
    flags = plate[1].flags.copy()
    flags[6:12] |= np.uint16(Flag.OCCLUDED)
    flags[17:22] |= np.uint16(Flag.OCCLUDED)  # five frames, 12 to 16, between two covers
    asked = request(bank, plate, "_ e b a m u b a e m a u _", track=replace(plate[1], flags=flags))
    plan = ActorEngine(bank).plan(asked, silent)
    assert (plan.source[6:22] == Source.PASS).all()
    assert (plan.reason[12:17] & Reason.ISLAND).all()
    assert not (plan.reason[12:17] & Reason.UNDRAWABLE).any()
    assert (plan.source[22:] != Source.PASS).all()


def test_draws_the_chosen_mouth(bank: Bank, plate: tuple[MediaInfo, FaceTrack]) -> None:
    engine = ActorEngine(bank)
    plan = engine.plan(request(bank, plate, "m a m a m a"), silent)
    pictures = list(read_pictures(plate[0]))
    dark = [int(dark_pixels(engine.draw(pictures[plan.plate_index[t]], t).bgr()).sum()) for t in range(len(plan))]
    likeness = np.corrcoef(dark, shown_openings(bank, plan.frame))[0, 1]
    assert likeness > 0.9


@pytest.mark.parametrize("rate", [24.0, 30.0, 50.0, 60.0])
def test_other_rates_keep_the_speed_of_speech(bank: Bank, plate: tuple[MediaInfo, FaceTrack], rate: float) -> None:
    rows = lay_out(bank, 1.0 / rate)
    linked = np.flatnonzero(rows.following >= 0)
    # Along a stretch of a clip, one second of output shows one second of footage.
    stretch = linked[bank.clip[rows.frame[linked]] == 0]
    seconds = (bank.time[rows.frame[stretch[-1]]] - bank.time[rows.frame[stretch[0]]]) / ((len(stretch) - 1) / rate)
    assert seconds == pytest.approx(1.0, abs=0.05)
    asked = request(bank, plate, "_ e b a m u b a _", rate=rate)
    plan = ActorEngine(bank).plan(asked, silent)
    drawn = plan.source == Source.BANK
    truth = mouth_at(asked.cue, asked.times)
    assert np.corrcoef(shown_openings(bank, plan.frame[drawn]), truth[drawn])[0, 1] > 0.85


def test_another_voice_is_told_and_not_compared(bank: Bank, plate: tuple[MediaInfo, FaceTrack]) -> None:
    told = Recorder()
    asked = request(bank, plate, "_ e b a m u b a _")
    noise = np.random.default_rng(3).normal(0, 0.2, len(asked.sound)).astype(np.float32)
    ActorEngine(bank).plan(replace(asked, sound=noise, voice="unknown"), told)
    assert any("voice" in note.text for note in told.of(Note))


def test_recognised_phones_are_trusted_less(bank: Bank, plate: tuple[MediaInfo, FaceTrack]) -> None:
    """A sheet whose phones are wrong while the sound is right: recognised, the sound outweighs it."""
    truth = request(bank, plate, "_ m a b a m a _")
    wrong = replace(request(bank, plate, "_ u e u e u e _"), sound=truth.sound)
    recognised = replace(wrong, cue=replace(wrong.cue, source="recognised"))
    asked = mouth_at(truth.cue, truth.times)

    def error(made: TakeRequest) -> float:
        plan = ActorEngine(bank).plan(made, silent)
        drawn = plan.source == Source.BANK
        return float(np.abs(shown_openings(bank, plan.frame[drawn]) - asked[drawn]).mean())

    assert error(recognised) < error(wrong)


def test_the_same_request_gives_the_same_plan(bank: Bank, plate: tuple[MediaInfo, FaceTrack]) -> None:
    asked = request(bank, plate, "_ e b a m u b a _")
    first, second = (json.dumps(ActorEngine(bank).plan(asked, silent).to_json()) for _ in range(2))
    assert first == second


def test_the_plan_as_a_document_names_every_frame(bank: Bank, plate: tuple[MediaInfo, FaceTrack]) -> None:
    plan = ActorEngine(bank).plan(request(bank, plate, "_ _ _ e b a m u b a _"), silent)
    document = json.loads(json.dumps(plan.to_json()))
    assert sum(stretch["count"] for stretch in document["stretches"]) == len(plan)
    for stretch in document["stretches"]:
        if stretch["source"] == "bank":
            first = plan.frame[stretch["from"]]
            assert document["clips"][stretch["clip"]] == bank.clips[bank.clip[first]].name
            assert stretch["frame"] == bank.frame[first]
            last = plan.frame[stretch["from"] + stretch["count"] - 1]
            steps = 0 if stretch["held"] else stretch["count"] - 1
            assert bank.frame[last] == stretch["frame"] + steps


def test_openings_of_the_tests_differ() -> None:
    assert OPENINGS["a"] > OPENINGS["e"] > OPENINGS["u"] > OPENINGS["m"]


def test_drawing_before_planning_is_refused(bank: Bank, plate: tuple[MediaInfo, FaceTrack]) -> None:
    with pytest.raises(StageError):
        ActorEngine(bank).draw(next(iter(read_pictures(plate[0]))), 0)
