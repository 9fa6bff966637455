"""Train what tells music behind speech: `python -m training.background`.

Speech of about twenty speakers, alone, in noises, in rooms and with music made in code (`benchmarks/sounds.py`), at 5
to 25 dB. Reports rates on speakers and styles that were left out, then fits all. Two minutes on one core.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from benchmarks import sounds
from syncline.speech.activity import speech_activity
from syncline.speech.background import SCHEMA, music_features

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "src" / "syncline" / "speech" / "weights" / "background.npz"
REPORT = ROOT / "training" / "reports" / "background.md"
SNRS = (5.0, 10.0, 15.0, 20.0, 25.0)
FOLDS = 4
FALSE_ALARMS = 0.02
PENALTY = 4.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Example:
    """Features of one mixture: who speaks, "clean", "noise", "room" or "music", which of them, how far under."""

    features: npt.NDArray[np.float32]
    speaker: str
    kind: str
    what: str
    snr: float


def mixtures(takes: int, seed: int) -> list[Example]:
    """`takes` stretches of 4 to 7 s of each speaker, each alone and in ten mixtures."""
    rng = np.random.default_rng(seed)
    found = []
    for speaker, y in sounds.speakers().items():
        for _ in range(takes):
            count = int(rng.uniform(4, 7) * sounds.RATE)
            first = int(rng.integers(0, max(1, len(y) - count)))
            speech = y[first : first + count]
            active = speech_activity(speech)
            chosen: list[tuple[str, str, float, sounds.Floats]] = [("clean", "", 99.0, speech)]
            for kind in rng.choice(sounds.NOISES, 4):
                snr = float(rng.choice(SNRS))
                noise = sounds.noise(str(kind), 8.0, rng)
                chosen.append(("noise", str(kind), snr, sounds.mixed(speech, noise, snr, active)))
            for style in rng.choice(list(sounds.STYLES), 5, replace=False):
                snr = float(rng.choice(SNRS))
                music = sounds.music(str(style), 8.0, rng)
                chosen.append(("music", str(style), snr, sounds.mixed(speech, music, snr, active)))
            rt60 = float(rng.choice([0.3, 0.6, 1.0]))
            chosen.append(("room", f"{rt60} s", rt60, sounds.in_room(speech, rt60, rng)))
            found += [
                Example(music_features(heard, speech_activity(heard)), speaker, kind, what, snr)
                for kind, what, snr, heard in chosen
            ]
    return found


@dataclass(frozen=True, eq=False)
class Fit:
    """Standardisation and logistic weights."""

    mean: Floats
    scale: Floats
    weights: Floats
    bias: float

    def __call__(self, features: npt.NDArray[np.float32]) -> Floats:
        standard = np.clip((features - self.mean) / self.scale, -4, 4)
        return np.asarray(1 / (1 + np.exp(-(np.concatenate([standard, standard**2], 1) @ self.weights + self.bias))))


def weight_of(examples: list[Example]) -> Floats:
    """What each example counts: clean speech and rooms are few and are what is heard most."""
    return np.array([3.0 if each.kind in ("clean", "room") else 1.0 for each in examples])


def fitted(features: npt.NDArray[np.float32], musical: npt.NDArray[np.bool_], counts: Floats) -> Fit:
    """Logistic regression with squares, by penalised likelihood."""
    mean, scale = features.mean(0).astype(np.float64), features.std(0).astype(np.float64) + 1e-6
    standard = np.clip((features - mean) / scale, -4, 4)
    inputs = np.concatenate([standard, standard**2, np.ones((len(features), 1))], axis=1)
    sign = np.where(musical, 1.0, -1.0)

    def cost(weights: Floats) -> tuple[float, Floats]:
        margin = sign * (inputs @ weights)
        slope = -sign / (1 + np.exp(np.clip(margin, -500, 500)))
        free = np.append(weights[:-1], 0.0)
        loss = float((counts * np.logaddexp(0, -margin)).sum() + PENALTY * (free**2).sum())
        return loss, inputs.T @ (counts * slope) + 2 * PENALTY * free

    weights = minimize(cost, np.zeros(inputs.shape[1]), jac=True, method="L-BFGS-B").x
    return Fit(mean, scale, weights[:-1], float(weights[-1]))


def left_out(examples: list[Example]) -> Floats:
    """Likeness to music of each example by a fit that knew neither its speaker nor its style."""
    features = np.stack([each.features for each in examples])
    musical = np.array([each.kind == "music" for each in examples])
    speaker = np.array([each.speaker for each in examples])
    style = np.array([each.what if each.kind == "music" else "" for each in examples])
    names, styles, counts = sorted(set(speaker)), list(sounds.STYLES), weight_of(examples)
    result = np.zeros(len(examples))
    for fold in range(FOLDS):
        mine = np.isin(speaker, names[fold::FOLDS])
        for part in range(FOLDS):
            held = np.isin(style, styles[part::FOLDS])
            fit = fitted(features[~mine & ~held], musical[~mine & ~held], counts[~mine & ~held])
            tested = mine & (held | (~musical if part == 0 else False))
            result[tested] = fit(features[tested])
    return result


def report(examples: list[Example], likeness: Floats, threshold: float) -> str:
    """Rates at the threshold, as Markdown."""

    def rate(**wanted: object) -> str:
        chosen = [
            value >= threshold
            for each, value in zip(examples, likeness, strict=True)
            if all(getattr(each, name) == want for name, want in wanted.items())
        ]
        return f"{100 * np.mean(chosen):.0f} % of {len(chosen)}" if chosen else "–"

    lines = ["# Music behind speech", "", "Called music, by a fit that knew neither the speaker nor the style:", ""]
    lines += ["| sound | called music |", "|---|---|"]
    lines += [f"| {kind} | {rate(kind=kind)} |" for kind in ("clean", "noise", "room")]
    lines += [f"| music {snr:.0f} dB under | {rate(kind='music', snr=snr)} |" for snr in SNRS]
    lines += [f"| {style} | {rate(kind='music', what=style)} |" for style in sounds.STYLES]
    lines += [f"| {kind} noise | {rate(kind='noise', what=kind)} |" for kind in sounds.NOISES]
    return "\n".join(lines) + f"\n\nThreshold {threshold:.3f}. All music is made in code: recordings may differ.\n"


def threshold_of(examples: list[Example], likeness: Floats) -> float:
    """The likeness over which the share `FALSE_ALARMS` of what is not music lies, each by what it counts."""
    other = np.array([each.kind != "music" for each in examples])
    values, counts = likeness[other], weight_of(examples)[other]
    order = np.argsort(values)
    share = np.cumsum(counts[order]) / counts.sum()
    return float(values[order][min(int(np.searchsorted(share, 1 - FALSE_ALARMS)), len(order) - 1)])


def main() -> None:
    """Train, save, report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--takes", type=int, default=3, help="stretches of each speaker")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--report", type=Path, default=REPORT)
    options = parser.parse_args()
    examples = mixtures(options.takes, seed=1)
    likeness = left_out(examples)
    musical = np.array([each.kind == "music" for each in examples])
    threshold = threshold_of(examples, likeness)
    fit = fitted(np.stack([each.features for each in examples]), musical, weight_of(examples))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        options.out,
        schema=np.array(SCHEMA),
        mean=fit.mean.astype(np.float32),
        scale=fit.scale.astype(np.float32),
        weights=fit.weights.astype(np.float32),
        bias=np.float64(fit.bias),
        threshold=np.float64(threshold),
    )
    options.report.write_text(report(examples, likeness, threshold), encoding="utf-8")


if __name__ == "__main__":
    main()
