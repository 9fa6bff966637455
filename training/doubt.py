"""Fit what tells a wrong text: `python -m training.doubt`. Prints the constants of `syncline/speech/doubt.py`.

Right texts, texts of other clips, and texts of which three words or more are replaced, aligned with their sound:
clips of GRID clean, noisy and through a telephone, and recordings of other people in other languages with other
sentences of theirs. `benchmarks/speech_doubt.py` reports none of these recordings. Six minutes on one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from benchmarks import wrong_texts
from syncline.speech import doubt
from syncline.speech.align import align

PENALTY = 0.05
NAMES = ("_MEAN", "_RANK", "_WORST", "_FOREIGN", "_NOISY", "_BIAS")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Example:
    """Inputs of the discriminant (5,), whether the text is wrong, and what the example counts."""

    inputs: Floats
    wrong: bool
    counts: float


def inputs_of(y: npt.NDArray[np.float32], transcript: str, language: str) -> Floats | None:
    """Mean, rank, worst third, foreign, noisy; None where nothing could be aligned."""
    cue = align(y, transcript, language)
    phones = doubt.asked_of(cue, len(y))
    if not phones:
        return None
    noise, foreign = doubt.noisiness(y, phones), 0.0 if doubt.is_english(language) else 1.0
    heard = [doubt.listen(y, part, noise > 0) for part in doubt.stretches(phones)]
    return np.array([*doubt.means_of(heard), foreign, noise])


def examples(clips: int) -> Iterator[Example]:
    """All of them; those of few recordings count more."""
    for case in wrong_texts.grid_cases(wrong_texts.CHOOSING, clips, parts=(3, 4, 5)):
        inputs = inputs_of(case.sound, case.transcript, case.language)
        if inputs is not None:
            yield Example(inputs, case.changed != 0, 1.0 if case.changed else 2.0)
    for case in wrong_texts.other_cases(wrong_texts.CHOOSING):
        inputs = inputs_of(case.sound, case.transcript, case.language)
        if inputs is not None:
            yield Example(inputs, case.changed != 0, 2.0 if case.changed else 8.0)


def fitted(found: list[Example]) -> Floats:
    """Weights and bias of a logistic regression."""
    inputs = np.array([[*each.inputs, 1.0] for each in found])
    sign = np.array([1.0 if each.wrong else -1.0 for each in found])
    counts = np.array([each.counts for each in found])

    def cost(weights: Floats) -> tuple[float, Floats]:
        margin = sign * (inputs @ weights)
        slope = -sign * counts / (1 + np.exp(np.clip(margin, -500, 500)))
        free = np.append(weights[:-1], 0.0)
        return float((counts * np.logaddexp(0, -margin)).sum() + PENALTY * (free**2).sum()), (
            inputs.T @ slope + 2 * PENALTY * free
        )

    return np.asarray(minimize(cost, np.zeros(inputs.shape[1]), jac=True, method="L-BFGS-B").x)


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--clips", type=int, default=100, help="clips of GRID")
    options = parser.parse_args()
    found = list(examples(options.clips))
    weights = fitted(found)
    print(*(f"{name} = {value:.2f}" for name, value in zip(NAMES, weights, strict=True)), sep="\n")
    logits = np.array([[*each.inputs, 1.0] for each in found]) @ weights
    wrong = np.array([each.wrong for each in found])
    for border in (0.0, 0.5, 1.0, 1.5):
        print(
            f"border {border}: false alarms {100 * np.mean(logits[~wrong] >= border):.1f} % of {np.sum(~wrong)}, "
            f"found {100 * np.mean(logits[wrong] >= border):.1f} % of {np.sum(wrong)}"
        )


if __name__ == "__main__":
    main()
