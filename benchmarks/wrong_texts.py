"""Sounds with texts that are what is said, and with texts that are not, for choosing and for reporting."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import signal

from benchmarks import sounds
from benchmarks.grid_split import VOCABULARY, Sentence, read_sentence
from benchmarks.material import DATA, LINES

CHOOSING: Final = "choosing"
REPORTING: Final = "reporting"
GRID = DATA / "grid_s1"
CONDITIONS = ("pink noise 20 dB", "pink noise 10 dB", "pink noise 5 dB", "babble 10 dB", "telephone")

# Recordings on which settings were chosen; the others are reported.
_CHOSEN_ON = ("jfk", "en", "de", "es_long", "ja")
_MORE_LINES: dict[str, tuple[str, str, str]] = {
    "es_long": (
        "mfa_mls_es_13697.opus",
        "es",
        "la sorpresa y el disgusto que produjo a wentworth la substitución de una cuñada por otra el gesto que se "
        "dibujó en su fisonomía el asombro que manifestó y las palabras a duras penas reprimidas que asomaron a sus "
        "labios mientras le hablaba carlos",
    ),
    "ja_other": ("mfa_cv_ja_24511055.mp3", "ja", "真っ昼間なのにキャンプの外れの電柱に電球がともっていた"),
}
# Sentences of each language that none of the recordings says.
SENTENCES: dict[str, tuple[str, ...]] = {
    "en": (
        "The river was frozen for most of the winter and the children went skating after school.",
        "Nobody had told her that the shop would be closed on Mondays.",
        "Seven boats left the harbour early this morning to look for herring.",
        "A good engineer writes down what was measured and how.",
        "The train to the coast departs from platform four in ten minutes.",
        "My grandmother used to bake bread twice a week.",
    ),
    "de": (
        "Am Montag fahren wir mit dem Zug nach Hamburg und besuchen meine Tante.",
        "Die Kinder spielten den ganzen Nachmittag im Garten hinter dem Haus.",
        "Bitte schließen Sie das Fenster, bevor Sie gehen.",
        "Er hat gestern vergessen, die Blumen zu gießen.",
        "Wir brauchen noch Brot, Butter und eine Flasche Milch.",
        "Niemand wusste, warum die Glocken plötzlich läuteten.",
    ),
    "es": (
        "El lunes iremos en tren a Sevilla para visitar a mi tía.",
        "Los niños jugaron toda la tarde en el jardín de la casa.",
        "Ayer se olvidó de regar las flores del balcón.",
        "Nadie sabía por qué sonaban las campanas a medianoche.",
        "Necesitamos pan, mantequilla y una botella de leche.",
        "Mi abuelo trabajaba en una fábrica de zapatos cerca del puerto.",
    ),
    "fr": (
        "Lundi nous prendrons le train pour rendre visite à ma tante.",
        "Les enfants ont joué tout l’après-midi dans le jardin.",
        "Hier il a oublié d’arroser les fleurs du balcon.",
        "Personne ne savait pourquoi les cloches sonnaient à minuit.",
        "Il nous faut du pain, du beurre et une bouteille de lait.",
        "Mon grand-père travaillait dans une usine près du port.",
    ),
    "ja": (
        "月曜日に電車で大阪へ行って叔母に会います。",
        "子供たちは午後ずっと庭で遊んでいました。",
        "昨日は花に水をやるのを忘れました。",
        "パンとバターと牛乳を買ってきてください。",
        "なぜ鐘が鳴ったのか誰も知らなかった。",
        "祖父は港の近くの工場で働いていました。",
    ),
    "zh": (
        "星期一我们坐火车去上海看望姑姑。",
        "孩子们整个下午都在花园里玩耍。",
        "昨天他忘记给阳台上的花浇水。",
        "我们需要面包黄油和一瓶牛奶。",
        "没有人知道为什么钟声突然响起。",
        "我爷爷以前在港口附近的工厂工作。",
    ),
}


@dataclass(frozen=True, eq=False)
class Case:
    """A sound and a text for it.

    changed : words (of GRID's six) that are not said; 0: the text is right, -1 in other recordings: another sentence.
    kind : "right", "other clip", "replaced", "other sentence", "shuffled"; condition : "clean" or what was done.
    """

    sound: npt.NDArray[np.float32]
    transcript: str
    language: str
    kind: str
    changed: int
    condition: str = "clean"


def grid_names(part: str) -> list[str]:
    """Names of GRID's clips for choosing (130) or for reporting (139)."""
    names = sorted(path.stem for path in GRID.glob("*.mpg"))
    random.Random(5).shuffle(names)
    return names[:130] if part == CHOOSING else names[130:]


def grid_cases(part: str, clips: int, parts: Sequence[int] = (1, 2, 3, 4, 5), pairs: int = 2) -> Iterator[Case]:
    """Each clip with its text, with `pairs` texts of other clips, and with some words replaced; some in noise."""
    rng, numbers = random.Random(3), np.random.default_rng(3)
    names = grid_names(part)[:clips]
    said = {name: read_sentence(GRID, name) for name in names}
    heard = {name: sounds.read_sound(GRID / f"{name}.mpg") for name in names}
    for number, name in enumerate(names):
        right, y = said[name], heard[name]
        yield Case(y, right.transcript, "en", "right", 0)
        others = rng.sample([each for each in names if said[each].words != right.words], pairs)
        for other in others:
            yield Case(y, said[other].transcript, "en", "other clip", _apart(right, said[other].words))
        count = parts[number % len(parts)]
        yield Case(y, " ".join(_replaced(right, count, rng)), "en", "replaced", count)
        if number % 3 == 0:
            condition = CONDITIONS[number // 3 % len(CONDITIONS)]
            spoilt = _in(condition, y, [heard[each] for each in rng.sample(names, 5)], numbers)
            yield Case(spoilt, right.transcript, "en", "right", 0, condition)
            wrong = said[others[0]]
            yield Case(spoilt, wrong.transcript, "en", "other clip", _apart(right, wrong.words), condition)


def other_cases(part: str, shuffles: int = 2) -> Iterator[Case]:
    """Recordings in six languages: right (also in noise), with other sentences of theirs, and with words shuffled."""
    lines = {name: (item.sound.name, item.language, item.transcript) for name, item in LINES.items()} | _MORE_LINES
    rng, numbers = random.Random(4), np.random.default_rng(4)
    for name, (file, language, transcript) in lines.items():
        if (name in _CHOSEN_ON) != (part == CHOOSING):
            continue
        y = sounds.read_sound(DATA / "speech" / file)
        yield Case(y, transcript, language, "right", 0)
        for snr in (20.0, 10.0):
            noisy = sounds.mixed(y, sounds.noise("pink", len(y) / sounds.RATE, numbers), snr)
            yield Case(noisy, transcript, language, "right", 0, f"pink noise {snr:.0f} dB")
        for wrong in SENTENCES[language]:
            yield Case(y, wrong, language, "other sentence", -1)
        unspaced = language in ("ja", "zh")
        words = list(transcript.strip("。.")) if unspaced else transcript.strip(".").split()
        for _ in range(shuffles):
            yield Case(y, ("" if unspaced else " ").join(rng.sample(words, len(words))), language, "shuffled", -1)


def _apart(right: Sentence, words: Sequence[str]) -> int:
    return sum(a != b for a, b in zip(right.words, words, strict=True))


def _replaced(right: Sentence, count: int, rng: random.Random) -> list[str]:
    words = list(right.words)
    for slot in rng.sample(range(len(words)), count):
        words[slot] = rng.choice([word for word in VOCABULARY[slot] if word != words[slot]])
    return words


def _in(
    condition: str, y: npt.NDArray[np.float32], babble: Sequence[npt.NDArray[np.float32]], rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    if condition == "telephone":
        band = signal.butter(6, [300, 3400], "band", fs=sounds.RATE, output="sos")
        return np.asarray(signal.sosfilt(band, y), np.float32)
    snr = float(condition.split()[-2])
    if condition.startswith("pink"):
        return sounds.mixed(y, sounds.noise("pink", len(y) / sounds.RATE, rng), snr)
    voices = np.sum([np.resize(each, len(y)) / sounds.level(each) for each in babble], axis=0)
    return sounds.mixed(y, voices.astype(np.float32), snr)
