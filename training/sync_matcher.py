"""Train the offset estimator: `python -m training.sync_matcher ../shared/data`.

Makes the shipped weights, and for each speaker weights that never heard them (for `benchmarks/score_sync.py`). Ten
small networks with torch (extra `neural`), about a minute each on one core.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from training.sync_linear import LinearFits, clip_correlations, own_offsets, shares_of
from training.sync_material import WORK, Floats, Material, SyncClip, gather
from training.sync_network import NetworkOptions, train
from training.sync_trials import Evidence, agreement, cut, logistic_fit, pieces, starts

from syncline.quality.offset import LAGS, top_of
from syncline.quality.syncmodel import COLUMNS, FEATURES_OF_TRUST, SyncModel

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "src" / "syncline" / "quality" / "weights" / "sync_matcher.npz"
REPORT = ROOT / "training" / "reports" / "sync_matcher.md"
LENGTHS_S = (3.0, 5.0, 8.0, 20.0)
MAX_SHIFT = 10  # pictures
SHIFTS_A_WINDOW = 3
JOINS = {3.0: 40, 5.0: 20, 8.0: 12, 20.0: 6}  # of the speaker with plenty of clips


@dataclass(frozen=True)
class Trial:
    """One window: `lips` measured or not, true and foreign sound's evidence, error in pictures, by each stream too."""

    seconds: float
    own: Evidence
    foreign: Evidence
    error: float
    linear_error: float
    common_error: float | None


def trials(
    material: Material, offsets: Mapping[str, float], models: Mapping[str, SyncModel], lips: bool
) -> list[Trial]:
    """Windows of all lengths of all speakers, by the models that never heard them."""
    rng = np.random.default_rng(4)
    found = []
    for seconds in LENGTHS_S:
        sources = pieces(material.few, material.held_out, seconds, JOINS[seconds])
        for number, clip in enumerate(sources):
            stranger = _stranger(sources, number)
            own = offsets.get(clip.name, 0.0)
            for start in starts(clip, seconds, seconds / 4):
                for shift in rng.choice(np.arange(-MAX_SHIFT, MAX_SHIFT + 1), SHIFTS_A_WINDOW, replace=False):
                    window = cut(clip, own, start, seconds, shift * clip.period)
                    if window.usable.mean() < 0.6:
                        continue
                    model = models[clip.speaker]
                    curve, apart, linear, common = agreement(window, model, lips)
                    error = abs(top_of(curve) - window.offset_s) / clip.period
                    mine = Evidence.of(clip.speaker, curve, seconds, apart, error <= 1.5)
                    strange = cut(clip, own, start, seconds, shift * clip.period, sound=stranger)
                    curve, apart, _, _ = agreement(strange, model, lips)
                    foreign = Evidence.of(clip.speaker, curve, seconds, apart, False)
                    errors = [abs(top_of(c) - window.offset_s) / clip.period for c in (linear, common) if c is not None]
                    found.append(Trial(seconds, mine, foreign, error, errors[0], errors[1] if errors[1:] else None))
    return found


def _stranger(sources: Sequence[SyncClip], number: int) -> SyncClip:
    """Another clip that is at least as long: the next one in a ring."""
    turned = [*sources[number + 1 :], *sources[:number]]
    enough = [clip for clip in turned if clip.times[-1] >= sources[number].times[-1] - 0.5]
    return enough[0] if enough else max(turned, key=lambda clip: float(clip.times[-1]))


def calibrated(models: Mapping[str, SyncModel], both: Sequence[list[Trial]]) -> tuple[dict[str, SyncModel], SyncModel]:
    """The models with trust learned on speakers other than their own, and one with trust learned on all.

    both : trials with and without the measures of the lips.
    """
    done = {}
    for speaker in [*models, ""]:
        trust, foreign = [], []
        for found in both:
            kept = [trial for trial in found if trial.own.speaker != speaker]
            trust.append(logistic_fit([trial.own for trial in kept] + [trial.foreign for trial in kept[::4]]))
            signs = [Evidence(t.own.speaker, t.own.features, False) for t in kept]
            signs += [Evidence(t.foreign.speaker, t.foreign.features, True) for t in kept]
            foreign.append(logistic_fit(signs))
        weights = dict((models[speaker] if speaker else next(iter(models.values()))).weights)
        weights |= {"trust": np.array(trust, np.float32), "foreign": np.array(foreign, np.float32)}
        done[speaker] = SyncModel(weights)
    return {speaker: model for speaker, model in done.items() if speaker}, done[""]


def untrusted(linear: Floats, shares: Floats, network: Mapping[str, Floats]) -> SyncModel:
    """A model whose trust is not yet learned."""
    nothing = np.zeros((2, FEATURES_OF_TRUST + 1), np.float32)
    return SyncModel({"linear": linear, "shares": shares, **network, "trust": nothing, "foreign": nothing})


def report_lines(material: Material, offsets: Mapping[str, float], found: Sequence[Trial], shares: Floats) -> list[str]:
    """What was trained on, own offsets, and errors by length and stream."""
    told = ", ".join(f"{name} {1000 * value:+.0f} ms" for name, value in offsets.items())
    lines = ["# Offset from picture and sound", "", "Made by `python -m training.sync_matcher`.", ""]
    lines += [f"{len(material.few)} speakers with one clip, one with {len(material.plenty)} clips.", ""]
    lines += [f"Own offsets, each by fits without that speaker, taken out of the training: {told}.", ""]
    lines += ["Share of windows within ½ / 1½ pictures of the whole clip's own offset, speakers left out of training,"]
    lines += ["nothing held back as unknown; mean over speakers. Shifts up to ±10 pictures.", ""]
    lines += ["| length | windows | linear | common | both |", "|---|---|---|---|---|"]
    for seconds in LENGTHS_S:
        part = [trial for trial in found if trial.seconds == seconds]
        if part:
            kinds = ("linear_error", "common_error", "error")
            cells = [_shares(part, kind) for kind in kinds]
            lines.append(f"| {seconds:g} s | {len(part)} | " + " | ".join(cells) + " |")
    names = ("positions", "speeds", "accelerations")
    parts = [f"{name} {100 * float(part.sum()):.0f} %" for name, part in zip(names, np.split(shares, 3), strict=True)]
    return [*lines, "", f"Weight of the linear stream's columns: {', '.join(parts)} (of {COLUMNS} columns).", ""]


def _shares(found: Sequence[Trial], kind: str) -> str:
    by_speaker: dict[str, list[float]] = {}
    for trial in found:
        by_speaker.setdefault(trial.own.speaker, []).append(getattr(trial, kind))
    return " / ".join(
        f"{100 * np.mean([np.mean(np.array(errors) <= limit) for errors in by_speaker.values()]):.0f} %"
        for limit in (0.5, 1.5)
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Train, save, report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path, help="folder with clips/ and grid_s1/")
    parser.add_argument("--tracks", type=Path, default=WORK / "tracks", help="tracked landmarks, read and filled")
    parser.add_argument("--steps", type=int, default=NetworkOptions.steps)
    parser.add_argument("--workers", type=int, default=2, help="networks trained at a time")
    options = parser.parse_args(argv)
    material = gather(options.data, options.tracks)
    offsets = own_offsets(material)
    print({name: round(1000 * value) for name, value in offsets.items()}, file=sys.stderr, flush=True)
    fits = LinearFits(material, offsets)
    linear = {speaker: fits.weights([speaker]) for speaker in material.speakers}
    at_own = {
        clip.speaker: clip_correlations(clip, linear[clip.speaker])[int(np.abs(LAGS - offsets[clip.name]).argmin())]
        for clip in material.few
    }
    network = NetworkOptions(steps=options.steps)
    with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
        jobs = [(material, offsets, left_out, network) for left_out in ([], *([each] for each in material.speakers))]
        learned, *without = pool.starmap(train, jobs, chunksize=1)
    models = {}
    for speaker, weights in zip(material.speakers, without, strict=True):
        shares = shares_of([found for name, found in at_own.items() if name != speaker])
        models[speaker] = untrusted(linear[speaker], shares, weights)
    both = [trials(material, offsets, models, lips) for lips in (True, False)]
    models, trusted = calibrated(models, both)
    WORK.mkdir(parents=True, exist_ok=True)
    for speaker, model in models.items():
        np.savez(WORK / f"without_{speaker}.npz", **model.to_arrays())
    shares = shares_of(list(at_own.values()))
    weights = {"linear": fits.weights(), "shares": shares, **learned}
    final = SyncModel({**weights, "trust": trusted.weights["trust"], "foreign": trusted.weights["foreign"]})
    np.savez(WEIGHTS, **final.to_arrays())
    lines = report_lines(material, offsets, both[0], shares)
    REPORT.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
