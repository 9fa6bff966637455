"""Alignment: of speech made in code, whose times are known, and of real recordings."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from syncline.errors import InputError
from syncline.speech.align import align
from syncline.speech.articulation import flags
from syncline.speech.certainty import SURE
from syncline.speech.cuesheet import CueSheet, Word, check
from syncline.speech.espeak import Spoken, speak
from syncline.speech.merge import in_order, merge
from syncline.speech.route import TimedPhone, TimedWord

SENTENCE = "Please buy the big map before five, my brother."  # what `spoken_english` says

_GRID = "bbbf9a bgbh6p brwnzn lbaq7a lgif2p lrbr6p lwil1a pbio5s prac6n sbat8p sgav4n swwi9s".split()  # noqa: SIM905


def framed(spoken: Spoken) -> np.ndarray:
    quiet = np.random.default_rng(3).standard_normal(8000).astype(np.float32) * 1e-4
    return np.concatenate([quiet, spoken.sound, quiet])


def start_errors(sheet: CueSheet, times: list[float]) -> np.ndarray:
    assert len(sheet.words) == len(times)
    return np.array([word.start for word in sheet.words]) - np.array(times)


def test_english_words_phones_and_silences(spoken_english: Spoken) -> None:
    sheet = align(spoken_english.sound, SENTENCE, "en-US")
    check(sheet)
    assert sheet.source == "pocketsphinx+espeak"
    assert [word.text for word in sheet.words] == SENTENCE.replace(",", "").replace(".", "").split()
    errors = start_errors(sheet, [word.start + 0.5 for word in spoken_english.words])
    assert np.median(np.abs(errors)) < 0.04
    assert np.abs(errors).max() < 0.15
    assert sheet.phones[0].silent
    assert sheet.phones[-1].silent
    closures = [phone for phone in sheet.phones if flags(phone.ipa).closure]
    assert [phone.ipa for phone in closures] == ["p", "b", "b", "m", "p", "b", "m", "b"]
    assert all(0 <= phone.word < 9 for phone in closures)
    assert 0.2 < sheet.confidence <= 1  # a formant synthesiser: not quite the voices that the model knows


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Schöne Bücher über große Pferde kaufen wir heute nicht."),
        ("es", "El perro pequeño bebe agua fresca por la mañana."),
        ("fr", "Une petite pomme rouge tombe sur la table du jardin."),
        ("pt-BR", "O menino pequeno comprou pão fresco na padaria."),
        ("it", "La mamma prepara la pasta per tutta la famiglia."),
        ("ru", "Мама мыла раму и пела песню про весну."),
        ("hi", "मेरा भाई बाज़ार से फल लाया।"),
        ("ko", "오늘 아침에 비가 많이 왔습니다."),
        ("ar", "مرحبا بالعالم هذا بيت كبير"),
        ("ja", "わたしは まいにち みずを のみます"),
    ],
)
def test_other_languages_find_their_own_voice(language: str, text: str) -> None:
    spoken = speak([text], language, words_per_minute=[150])[0]  # a rate that the aligner does not use itself
    sheet = align(framed(spoken), text, language)
    check(sheet)
    assert sheet.source == "espeak-dtw"
    if len(sheet.words) == len(spoken.words):
        errors = start_errors(sheet, [word.start + 0.5 for word in spoken.words])
        assert np.median(np.abs(errors)) < 0.06
    said = [phone.ipa for phone in sheet.phones if not phone.silent]
    assert len(said) > 0.8 * sum(bool(phone.ipa) for phone in spoken.phones)


def test_mandarin_gives_each_character_its_time() -> None:
    text = "社会热点成为新闻"
    sheet = align(framed(speak([text], "zh")[0]), text, "zh-CN")
    assert [word.text for word in sheet.words] == list(text)
    assert all(word.end > word.start for word in sheet.words)


def test_words_that_espeak_speaks_as_one_are_parted() -> None:
    text = "one of the men in the boat"
    sheet = align(framed(speak([text], "en-US")[0]), text, "en-US")
    assert [word.text for word in sheet.words] == text.split()


def test_a_pause_that_the_text_does_not_show_is_found() -> None:
    first, second = speak(["The big brown bear", "buys apples and bread"], "en-GB", words_per_minute=[160])
    silence = np.random.default_rng(0).standard_normal(16_000).astype(np.float32) * 1e-4
    end = max(phone.start for phone in first.phones)
    y = np.concatenate([silence, first.sound[: int(end * 16_000)], silence, second.sound, silence])
    for language in ("en-GB", "nl"):  # by both routes, and by the voice of a wrong language
        sheet = align(y, "The big brown bear buys apples and bread", language)
        gap = max((phone.end - phone.start for phone in sheet.phones[1:-1] if phone.silent), default=0.0)
        assert gap > 0.6, language
        bear, buys = sheet.words[3], sheet.words[4]
        assert bear.end < 1 + end + 0.25
        assert buys.start > 2 + end - 0.25


def test_odd_words_do_not_stop_english() -> None:
    text = "Quvenzhané paid $42 for a naïve Zyzzyx emoji 🎉 & 3 km"
    said = "Quvenzhané paid 42 dollars for a naïve Zyzzyx emoji & 3 kilometers"
    sheet = align(framed(speak([said], "en-US")[0]), text, "en-US")
    check(sheet)
    assert sheet.source == "pocketsphinx+espeak"
    assert [word.text for word in sheet.words][:4] == ["Quvenzhané", "paid", "$42", "for"]


@pytest.mark.parametrize("wrong", ["zebra", "completely other words are written in this long transcript here " * 6])
def test_a_wrong_text_gives_a_doubtful_sheet_and_no_error(spoken_english: Spoken, wrong: str) -> None:
    right = align(spoken_english.sound, SENTENCE, "en")
    sheet = align(spoken_english.sound, wrong, "en")
    check(sheet)
    assert sheet.confidence < right.confidence or sheet.notes


@pytest.mark.parametrize("transcript", ["", " ...", "🎉"])
def test_no_words(spoken_english: Spoken, transcript: str) -> None:
    sheet = align(spoken_english.sound, transcript, "en")
    check(sheet)
    assert sheet.words == ()
    assert "no words" in sheet.notes[0]


@pytest.mark.parametrize("samples", [0, 1, 159, 16_000])
def test_no_speech(samples: int) -> None:
    sheet = align(np.zeros(samples, np.float32), "some words", "en")
    check(sheet)
    assert sheet.words == ()
    assert "no speech" in sheet.notes[0]


def test_bad_input_is_refused(spoken_english: Spoken) -> None:
    with pytest.raises(InputError):
        align(np.array([np.nan, 0.0]), "words", "en")
    with pytest.raises(InputError):
        align(spoken_english.sound, SENTENCE, "xx")


def test_an_alignment_is_repeatable(spoken_english: Spoken) -> None:
    assert align(spoken_english.sound, SENTENCE, "en") == align(spoken_english.sound, SENTENCE, "en")


def words_of(sheet: CueSheet) -> dict[str, Word]:
    return {word.text.strip(",."): word for word in sheet.words}


def test_a_word_too_many_is_marked_and_the_others_stay(spoken_english: Spoken) -> None:
    right = align(spoken_english.sound, SENTENCE, "en")
    sheet = align(spoken_english.sound, SENTENCE.replace("map", "map Schleswig-Holstein"), "en")
    check(sheet)
    assert sheet.confidence < right.confidence
    added, known, found = words_of(sheet), words_of(right), 0
    for text in ("Please", "buy", "my", "brother"):
        found += abs(added[text].start - known[text].start) < 0.1
    assert found >= 3


def test_missing_words_do_not_move_those_that_are_far(spoken_english: Spoken) -> None:
    right = words_of(align(spoken_english.sound, SENTENCE, "en"))
    found = words_of(align(spoken_english.sound, "Please buy the map before five, my brother.", "en"))
    for text in ("Please", "five", "my", "brother"):
        assert abs(found[text].start - right[text].start) < 0.1, text


@pytest.mark.parametrize("language", ["en", "de"])
def test_another_word_is_survived(spoken_english: Spoken, language: str) -> None:
    right = words_of(align(spoken_english.sound, SENTENCE, language))
    sheet = align(spoken_english.sound, SENTENCE.replace("map", "cupboard"), language)
    check(sheet)
    found = words_of(sheet)
    assert "cupboard" in found
    assert abs(found["brother"].start - right["brother"].start) < 0.15


def test_words_without_sound_are_named() -> None:
    y = framed(speak(["Guten Morgen"], "de")[0])
    sheet = align(y, "Guten außerordentlich unbeschreiblich Morgen Donaudampfschifffahrtsgesellschaft", "de")
    check(sheet)
    assert any("not found in the sound" in note for note in sheet.notes)
    assert min(word.confidence for word in sheet.words) <= 0.1


def test_speech_without_words_is_told() -> None:
    spoken = speak(["Guten Morgen", "Heute scheint die Sonne über dem großen Wald"], "de")
    gap = np.random.default_rng(3).standard_normal(24_000).astype(np.float32) * 1e-4
    y = np.concatenate([gap, spoken[0].sound, gap, spoken[1].sound, gap])
    sheet = align(y, "Guten Morgen", "de")
    check(sheet)
    notes = [note for note in sheet.notes if "without words" in note]
    assert len(notes) == 1


def test_routes_alone(spoken_english: Spoken) -> None:
    both = align(spoken_english.sound, SENTENCE, "en")
    model = align(spoken_english.sound, SENTENCE, "en", routes=("model",))
    voice = align(spoken_english.sound, SENTENCE, "en", routes=("voice",))
    assert (both.source, model.source, voice.source) == ("pocketsphinx+espeak", "pocketsphinx", "espeak-dtw")
    assert len(both.words) == len(model.words) == len(voice.words)
    with pytest.raises(InputError, match="acoustic model"):
        align(spoken_english.sound, SENTENCE, "de", routes=("model",))


def test_only_boundaries_that_two_routes_agree_on_are_sure(spoken_english: Spoken) -> None:
    sheet = align(spoken_english.sound, SENTENCE, "en")
    marks = [(word.extra["start_confidence"], word.extra["end_confidence"]) for word in sheet.words]
    assert [word.confidence for word in sheet.words] == [min(both) for both in marks]
    alone = align(spoken_english.sound, SENTENCE, "en", routes=("voice",))
    assert all(word.confidence < SURE for word in alone.words)


def test_noise_is_said_and_survived(spoken_english: Spoken) -> None:
    y = spoken_english.sound
    noise = np.random.default_rng(2).standard_normal(len(y)) * float(np.std(y)) * 10 ** (-3 / 20)
    sheet = align(y + noise.astype(np.float32), SENTENCE, "en")
    assert any("noisy" in note for note in sheet.notes)
    errors = start_errors(sheet, [word.start + 0.5 for word in spoken_english.words])
    assert np.median(np.abs(errors)) < 0.1


def test_grid_word_boundaries(grid: Callable[[str], tuple[np.ndarray, list[tuple[float, float, str]]]]) -> None:
    errors = []
    for name in _GRID:
        y, words = grid(name)
        sheet = align(y, " ".join(word for _, _, word in words), "en-GB")
        assert len(sheet.words) == len(words)
        errors.extend(
            start_errors(sheet, [start for start, _, _ in words])[1:]
        )  # the first label is often far too early
        errors.append(sheet.words[-1].end - words[-1][1])
    found = np.abs(errors)
    assert np.median(found) <= 0.025
    assert np.mean(found <= 0.05) >= 0.8
    assert np.mean(found <= 0.1) >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "language", "text", "starts"),
    [
        (
            "leopard_test_de.wav",
            "de",
            "Der hinter diesem Portal liegenden Raum wurde als Leichenhalle genutzt.",
            [0.77, 0.99, 1.28, 1.54, 1.98, 2.34, 2.91, 3.2, 3.46, 4.13],
        ),
        (
            "leopard_test_es.wav",
            "es",
            "Las arenas son blanquecinas de grano medio y tiene muy poca asistencia.",
            [0.96, 1.15, 1.66, 1.92, 3.62, 3.78, 4.22, 5.63, 5.73, 6.14, 6.46, 6.72],
        ),
    ],
)
def test_recordings_in_other_languages(
    recording: Callable[[str], np.ndarray], name: str, language: str, text: str, starts: list[float]
) -> None:
    errors = start_errors(align(recording(name), text, language), starts)
    assert np.median(np.abs(errors)) < 0.08  # the times are a machine's and start late


def word(token: int, start: float, end: float) -> TimedWord:
    return TimedWord(token, start, end, (TimedPhone("a", start, end),))


def test_merge_averages_what_agrees_and_keeps_the_trusted_elsewhere() -> None:
    model = [word(k, k, k + 0.9) for k in range(6)]
    voice = [word(k, k + 0.02, k + 0.92) for k in range(5)] + [word(5, 5.4, 5.9)]
    merged = merge(model, voice)
    assert merged[0].start == 0  # after a pause the model's own
    assert merged[1].start == pytest.approx(1.01, abs=0.003)
    assert merged[1].phones[0].start == merged[1].start
    assert merged[1].parted == pytest.approx((0.02, 0.02))
    assert merged[5].start == pytest.approx(5.0, abs=1e-4)
    assert merge(model, voice, trust_voice=True)[5].start == pytest.approx(5.4, abs=1e-4)
    assert merge(model, voice, noisy=True)[1].start > merged[1].start


def test_merge_keeps_words_of_either_route_and_their_order() -> None:
    merged = merge([word(0, 0, 0.5), word(2, 1.0, 1.5)], [word(1, 0.4, 1.1)])
    assert [item.token for item in merged] == [0, 1, 2]
    assert all(a.end <= b.start for a, b in pairwise(merged))
    assert merge([], []) == []


def test_words_that_almost_touch_do_and_far_ones_do_not() -> None:
    near = in_order([word(0, 0, 0.5), word(1, 0.53, 1.0), word(2, 1.4, 1.8)])
    assert near[0].end == near[1].start == pytest.approx(0.515)
    assert near[1].end == 1.0
    assert near[2].start == 1.4


def test_sheet_words_are_words(spoken_english: Spoken) -> None:
    sheet = align(spoken_english.sound, SENTENCE, "en")
    assert all(isinstance(item, Word) and item.end > item.start for item in sheet.words)
