"""Train what tells two speakers at once: `python -m training.overlap`.

Mixtures of about twenty speakers at 0 to -6 dB against each alone, in noises, in rooms and over music. Speakers are in
four groups; those of a mixture are of one group, and each group is judged by a network that never heard it. Reports
these rates, then fits all. Two minutes on one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d
from scipy.optimize import minimize

from benchmarks import sounds
from syncline.speech.activity import speech_activity
from syncline.speech.overlap import FEATURES, SCHEMA, SMOOTHING, OverlapNetwork, overlap_features

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "src" / "syncline" / "speech" / "weights" / "overlap.npz"
REPORT = ROOT / "training" / "reports" / "overlap.md"
GROUPS = 4
LEVELS = (0.0, -3.0, -6.0)
SECONDS = 4
EVERY = 5  # rows of 20 ms: what lies between is nearly the same
HIDDEN = 16
PENALTY = 40.0
FALSE_ALARMS = 0.03  # of the moments in which one person speaks

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Take:
    """Rows of one sound: features (n, 38), whether two speak (n,), the level of the second (None: one speaks)."""

    features: npt.NDArray[np.float32]
    doubled: npt.NDArray[np.bool_]
    group: int
    speaker: str
    level_db: float | None


class Voices:
    """Speakers with their activity, in groups, as stretches of level 0.1."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.sounds = sounds.speakers()
        self.active = {name: speech_activity(y) for name, y in self.sounds.items()}
        self.group = {name: number % GROUPS for number, name in enumerate(self.sounds)}

    def stretch(self, name: str) -> tuple[sounds.Floats, npt.NDArray[np.bool_]]:
        """A stretch of a speaker and its activity."""
        y, count = self.sounds[name], SECONDS * sounds.RATE
        first = int(self.rng.integers(0, max(1, (len(y) - count) // 160))) * 160
        sound, active = y[first : first + count], self.active[name][first // 160 : (first + count) // 160]
        return np.asarray(0.1 * sound / sounds.level(sound, active), np.float32), active

    def takes(self, count: int) -> list[Take]:
        """`count` stretches of each speaker alone and as many with another."""
        return [make(name) for name in self.sounds for make in (self.alone, self.together) for _ in range(count)]

    def alone(self, name: str) -> Take:
        """One speaker: as recorded, in noise, in a room, or over music."""
        sound, active = self.stretch(name)
        chance, rng = self.rng.uniform(), self.rng
        if chance < 0.25:
            sound = sounds.mixed(
                sound, sounds.noise(str(rng.choice(sounds.NOISES)), 8, rng), rng.uniform(10, 25), active
            )
        elif chance < 0.4:
            sound = sounds.in_room(sound, rng.uniform(0.2, 0.7), rng)
        elif chance < 0.5:
            sound = sounds.mixed(
                sound, sounds.music(str(rng.choice(list(sounds.STYLES))), 8, rng), rng.uniform(12, 25), active
            )
        return self._take(sound, active, np.zeros(len(active), np.bool_), name, None)

    def together(self, name: str) -> Take:
        """A speaker with another of the same group."""
        others = [each for each in self.sounds if each != name and self.group[each] == self.group[name]]
        (a, one), (b, two) = self.stretch(name), self.stretch(str(self.rng.choice(others)))
        level, count = float(self.rng.choice(LEVELS)), min(len(a), len(b)) // 160
        sound = a[: 160 * count] + b[: 160 * count] * np.float32(10 ** (level / 20))
        if self.rng.uniform() < 0.25:
            noise = sounds.noise(str(self.rng.choice(sounds.NOISES)), 8, self.rng)
            sound = sounds.mixed(sound, noise, self.rng.uniform(15, 25))
        return self._take(sound, (one[:count] | two[:count]), (one[:count] & two[:count]), name, level)

    def _take(
        self,
        sound: sounds.Floats,
        active: npt.NDArray[np.bool_],
        both: npt.NDArray[np.bool_],
        name: str,
        level: float | None,
    ) -> Take:
        """Rows in which somebody speaks most of the time, and either two do or one."""
        rows = overlap_features(sound)[::EVERY]
        at = np.minimum(np.arange(len(rows)) * 2 * EVERY, len(active) - 1)
        speaking, doubled = (uniform_filter1d(part.astype(np.float64), 51)[at] for part in (active, both))
        used = (speaking > 0.6) & ((doubled > 0.6) if level is not None else (doubled < 0.1))
        return Take(rows[used], doubled[used] > 0.6, self.group[name], name, level)


def fitted(takes: Sequence[Take], seed: int = 0) -> OverlapNetwork:
    """A network with one hidden layer, by penalised likelihood (L-BFGS); its threshold is not set."""
    features = np.concatenate([take.features for take in takes]).astype(np.float64)
    sign = np.where(np.concatenate([take.doubled for take in takes]), 1.0, -1.0)
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    inputs = np.clip((features - mean) / scale, -4, 4)
    start = np.random.default_rng(seed).normal(0, 0.15, FEATURES * HIDDEN + 2 * HIDDEN + 1)

    def parts(values: Floats) -> tuple[Floats, Floats, Floats, float]:
        hidden, rest = values[: FEATURES * HIDDEN].reshape(FEATURES, HIDDEN), values[FEATURES * HIDDEN :]
        return hidden, rest[:HIDDEN], rest[HIDDEN:-1], float(rest[-1])

    def cost(values: Floats) -> tuple[float, Floats]:
        hidden, bias, output, output_bias = parts(values)
        inner = np.tanh(inputs @ hidden + bias)
        margin = sign * (inner @ output + output_bias)
        slope = -sign / (1 + np.exp(np.clip(margin, -500, 500)))
        back = slope[:, None] * output * (1 - inner**2)
        loss = np.logaddexp(0, -margin).sum() + PENALTY * ((hidden**2).sum() + (output**2).sum())
        gradient = [inputs.T @ back + 2 * PENALTY * hidden, back.sum(axis=0)]
        gradient += [inner.T @ slope + 2 * PENALTY * output, np.array([slope.sum()])]
        return float(loss), np.concatenate([part.ravel() for part in gradient])

    found = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": 150}).x
    hidden, bias, output, output_bias = parts(found)
    arrays = (np.asarray(part, np.float32) for part in (mean, scale, hidden, bias, output))
    return OverlapNetwork(*arrays, output_bias=output_bias, threshold=0.5)


def left_out(takes: Sequence[Take]) -> tuple[list[sounds.Floats], float]:
    """Probabilities of each take by a network that did not hear its group, and the threshold for `FALSE_ALARMS`."""
    networks = [fitted([take for take in takes if take.group != group]) for group in range(GROUPS)]
    heard = [networks[take.group](take.features, SMOOTHING // EVERY) for take in takes]
    single = np.concatenate([values for take, values in zip(takes, heard, strict=True) if take.level_db is None])
    return heard, float(np.quantile(single, 1 - FALSE_ALARMS))


def report(takes: Sequence[Take], heard: Sequence[sounds.Floats], threshold: float) -> str:
    """Rates on speakers that the judging network never heard."""
    rows = []
    for level in (None, *LEVELS):
        mine = [(take, values) for take, values in zip(takes, heard, strict=True) if take.level_db == level]
        moments = np.concatenate([values for _, values in mine]) >= threshold
        whole = [np.mean(values >= threshold) >= 0.25 for _, values in mine if len(values) >= 5]
        name = "one speaker" if level is None else f"two, the second {level:+.0f} dB"
        counts = f"{100 * moments.mean():.0f} % of {len(moments)} | {100 * np.mean(whole):.0f} % of {len(whole)}"
        rows.append(f"| {name} | {counts} |")
    alone: dict[str, list[float]] = {}
    for take, values in zip(takes, heard, strict=True):
        if take.level_db is None and len(values):
            alone.setdefault(take.speaker, []).append(float(np.mean(values >= threshold)))
    loud = {name: np.mean(shares) for name, shares in alone.items() if np.mean(shares) > 0.1}
    worst = ", ".join(f"{name} {100 * share:.0f} %" for name, share in sorted(loud.items())) or "none"
    return (
        "# Two speakers at once\n\nOn speakers that the judging network never heard:\n\n"
        "| who speaks | moments flagged | sounds of 4 s with a quarter flagged |\n|---|---|---|\n"
        + "\n".join(rows)
        + f"\n\nThreshold {threshold:.3f}. Single speakers flagged in more than a tenth of their speech: {worst}.\n"
    )


def main() -> None:
    """Train, save, report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--takes", type=int, default=12, help="stretches of each speaker, alone and with another")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--report", type=Path, default=REPORT)
    options = parser.parse_args()
    voices = Voices(seed=1)
    takes = voices.takes(options.takes)
    heard, threshold = left_out(takes)
    network = fitted(takes)
    names = ("mean", "scale", "hidden", "hidden_bias", "output")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        options.out,
        schema=np.array(SCHEMA),
        output_bias=np.float64(network.output_bias),
        threshold=np.float64(threshold),
        **{name: getattr(network, name) for name in names},
    )
    options.report.write_text(report(takes, heard, threshold), encoding="utf-8")


if __name__ == "__main__":
    main()
