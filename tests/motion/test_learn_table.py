from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cue_sheets import pictures, random_speech, sheet, stranger
from syncline.motion.coarticulation import blend_weights, blended
from syncline.motion.learn import SpokenFootage, learn_table
from syncline.motion.phones import from_phones
from syncline.motion.style import GENERIC_STYLE, closed_threshold, style_of
from syncline.motion.visemes import generic_table

PHONES = ["p", "b", "m", "a", "i", "u", "s", "t", "k", "l", "f", "ʃ", "w", "ɛ", "oʊ"]


def footage(rng: np.random.Generator, phones: list[str], count: int) -> SpokenFootage:
    """What a stranger's mouth does while saying random phones, with the noise of a tracker."""
    cue = random_speech(rng, phones, count)
    times = pictures(cue)
    shape = blended(blend_weights(cue, times), stranger().targets([phone.ipa for phone in cue.phones]))
    shape[:, 0] = np.maximum(shape[:, 0], 0)
    return SpokenFootage(cue, times, (shape + rng.normal(0, 0.002, shape.shape)).astype(np.float32))


def test_a_persons_shapes_are_found_again() -> None:
    rng = np.random.default_rng(0)
    table = learn_table([footage(rng, PHONES, 80) for _ in range(5)])
    assert table.learned
    truth = stranger()
    for ipa in ("a", "i", "u", "s", "ʃ", "ɛ"):
        learned, true, generic = table.offset(ipa), truth.offset(ipa), generic_table(table.style).offset(ipa)
        assert np.abs(learned - true)[[0, 3]].max() < 0.02, ipa
        assert np.abs(learned - true).sum() < np.abs(generic - true).sum() + 0.01, ipa


def test_a_learned_table_predicts_new_speech_better_than_the_generic_one() -> None:
    rng = np.random.default_rng(1)
    table = learn_table([footage(rng, PHONES, 80) for _ in range(4)])
    new = footage(rng, PHONES, 80)

    def error(tried: object) -> float:
        return float(np.abs(from_phones(new.cue, new.times, None, tried).stacked() - new.shape).mean())  # type: ignore[arg-type]

    assert error(table) < 0.6 * error(generic_table(table.style))


def test_a_phone_that_was_never_said_still_has_a_shape_of_its_kind() -> None:
    rng = np.random.default_rng(2)
    table = learn_table([footage(rng, [p for p in PHONES if p != "u"], 80) for _ in range(4)])
    assert "u" not in table.own
    assert table.target("u")[1] < table.target("i")[1]  # narrower
    assert table.target("y")[1] < table.target("i")[1]


def test_a_phone_said_once_is_not_believed_too_much() -> None:
    rng = np.random.default_rng(3)
    clips = [footage(rng, PHONES, 60) for _ in range(3)]
    odd = sheet(("sil", 0.3), ("ɔ", 0.08), ("sil", 0.3))
    times = pictures(odd)
    wild = np.tile(GENERIC_STYLE.rest + 1.0, (len(times), 1)).astype(np.float32)  # a tracker that went astray
    table = learn_table([*clips, SpokenFootage(odd, times, wild)])
    assert np.abs(table.offset("ɔ")).max() < 0.5


def test_frames_without_a_face_do_not_count() -> None:
    rng = np.random.default_rng(4)
    clips = [footage(rng, PHONES, 60) for _ in range(3)]
    holed = []
    for clip in clips:
        shape = clip.shape.copy()
        shape[10:30] = np.nan
        holed.append(SpokenFootage(clip.cue, clip.times, shape))
    table = learn_table(holed)
    assert table.learned
    np.testing.assert_allclose(table.offset("a"), learn_table(clips).offset("a"), atol=0.02)


@pytest.mark.parametrize("kind", ["nothing", "too short", "no face", "silence"])
def test_without_enough_footage_the_generic_shapes_are_used(kind: str) -> None:
    short = footage(np.random.default_rng(5), PHONES, 8)
    blind = SpokenFootage(short.cue, short.times, np.full_like(short.shape, np.nan))
    silent = SpokenFootage(sheet(("sil", 9.0)), np.arange(225) / 25, np.tile(GENERIC_STYLE.rest, (225, 1)))
    given = {"nothing": [], "too short": [short], "no face": [blind], "silence": [silent]}[kind]
    table = learn_table(given)
    assert not table.learned
    assert np.isfinite(table.target("a")).all()
    assert table.target("a")[0] > table.target("m")[0]


def test_style_tells_rest_and_closed_lips() -> None:
    rng = np.random.default_rng(6)
    shape = np.tile(GENERIC_STYLE.rest, (200, 1)) + rng.normal(0, 0.001, (200, 4))
    shape[100:, 0] = 0.1 + 0.05 * np.sin(np.arange(100))
    style = style_of(shape, np.arange(200) < 100)
    np.testing.assert_allclose(style.rest[1:], GENERIC_STYLE.rest[1:], atol=0.002)
    assert 0.012 <= style.closed < 0.035
    assert style.mean[0] == pytest.approx(0.1, abs=0.01)


def test_closed_threshold_stays_within_its_bounds() -> None:
    assert closed_threshold(np.full(50, 0.2)) == pytest.approx(0.035)
    assert closed_threshold(np.zeros(50)) == pytest.approx(0.012)
    assert closed_threshold(np.full(5, np.nan)) == GENERIC_STYLE.closed


@pytest.mark.slow
def test_real_mouths_follow_their_own_table(shared_data: Path) -> None:
    """Figures to beat: generic .73, learned from 10 clips .80 (GRID s1, opening)."""
    from syncline.face.choose import choose_face
    from syncline.face.mouth import mouth_features
    from syncline.face.track import track_faces
    from syncline.media.probe import probe
    from syncline.media.sound import analysis_sound
    from syncline.media.soundread import read_sound
    from syncline.speech.align import align

    def spoken(path: Path) -> SpokenFootage:
        info = probe(path)
        face = choose_face(track_faces(info), "largest").track
        shape = mouth_features(face.pose.to_face(face.landmarks)).stacked()
        assert info.video is not None
        times = np.array([float(info.video.seconds(k)) for k in range(len(shape))])
        words = [line.split()[2] for line in path.with_suffix(".align").read_text().splitlines()]
        text = " ".join(word for word in words if word not in ("sil", "sp"))
        return SpokenFootage(align(analysis_sound(read_sound(info)), text, "en"), times, shape)

    clips = [spoken(path) for path in sorted((shared_data / "grid_s1").glob("*.mpg"))[::12]]
    known, new = clips[:14], clips[14:]
    table = learn_table(known)
    tracks = [from_phones(clip.cue, clip.times, None, table) for clip in new]
    fits = [np.corrcoef(track.opening, clip.shape[:, 0])[0, 1] for track, clip in zip(tracks, new, strict=True)]
    assert np.mean(fits) > 0.68
