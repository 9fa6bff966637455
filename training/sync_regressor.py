"""Train the offset estimator's network: `python -m training.sync_regressor FOLDER... --one-speaker FOLDER`.

The same kind of network as `training.mouth_regressor`, with stronger regularisation: here only strangers count. The
report says how often the offset of speakers who were left out of training is right, by length and by margin, against
the offset that the whole clip shows; and how often another clip's sound reaches the same margin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from training.mouth_regressor import ROOT, arguments, clip_line, gathered, table
from training.sound_network import (
    FitOptions,
    TalkingClip,
    correlations,
    examples_of,
    fit_network,
    leave_one_speaker_out,
)

from syncline.motion.soundnet import SoundNetwork
from syncline.quality.offset import BELIEVED, correlation_curve, judged, picture_features

WEIGHTS = ROOT / "src" / "syncline" / "quality" / "weights" / "sync_regressor.npz"
REPORT = ROOT / "training" / "reports" / "sync_regressor.md"
LENGTHS_S = (3.0, 5.0, 8.0)
MARGINS = (0.0, 0.03, 0.05, 0.08, 0.1, 0.15)
HALF_FRAME_S, FRAME_AND_HALF_S = 0.020, 0.060  # at 25 pictures a second


@dataclass(frozen=True)
class Trial:
    """One window: its error against the whole clip's offset (s), its margin, and the margin with foreign sound."""

    error: float
    margin: float
    foreign: float


def trials(
    clips: Sequence[TalkingClip], networks: dict[str, SoundNetwork], reliability: np.ndarray, seconds: float
) -> list[Trial]:
    """Windows of `seconds`, two a second of clip, of every clip that is long enough."""
    result = []
    for number, clip in enumerate(clips):
        network = replace(networks[clip.speaker], reliability=reliability.astype(np.float32))
        own, other = network(clip.sound), network(clips[(number + 1) % len(clips)].sound)
        room = clip.times[-1] - clip.times[0] - seconds
        for start in np.linspace(0, max(room, 0), max(2, int(room * 2))) if room >= 0 else ():
            part = (clip.times >= clip.times[0] + start) & (clip.times <= clip.times[0] + start + seconds)
            usable = np.isfinite(clip.shape[part]).all(axis=1)
            if usable.mean() < 0.8:
                continue
            seen = picture_features(clip.shape[part], clip.times[part], usable)
            mine, foreign = (
                judged(correlation_curve(heard, seen, clip.times[part], reliability), seconds) for heard in (own, other)
            )
            error = abs(mine.best_ms / 1000 - clip.offset_s)
            result.append(Trial(error, mine.margin, foreign.margin))
    return result


def trial_table(found: Sequence[Trial], seconds: float) -> list[str]:
    """A Markdown table of one window length, a row a margin."""
    errors, margins = np.array([t.error for t in found]), np.array([t.margin for t in found])
    foreign = np.array([t.foreign for t in found])
    lines = [f"{seconds:g} s, {len(found)} windows", ""]
    lines += [
        "| margin at least | share | within ½ frame | within 1½ frames | foreign sound reaches it |",
        "|---" * 5 + "|",
    ]
    for margin in MARGINS:
        kept = margins >= margin
        if kept.any():
            half, more = (float((errors[kept] <= limit).mean()) for limit in (HALF_FRAME_S, FRAME_AND_HALF_S))
            share = (kept.mean(), half, more, (foreign >= margin).mean())
            lines.append(f"| {margin:g} | " + " | ".join(f"{100 * value:.0f} %" for value in share) + " |")
    return [*lines, ""]


def main(argv: Sequence[str] | None = None) -> None:
    """Train, save, report."""
    options = arguments(__doc__, WEIGHTS, REPORT).parse_args(argv)
    fit = FitOptions(warps=(0.85, 0.93, 1.0, 1.08, 1.17), epochs=9, input_noise=0.6, minority_weight=5.0)
    data = gathered(options, fit)
    strangers = leave_one_speaker_out(data.training, fit)
    clips = [clip for clip in data.training if clip.speaker in strangers]
    unseen = [(clip.name, correlations(strangers[clip.speaker], clip)) for clip in clips]
    reliability = np.mean([np.maximum(r, 0) ** 2 for _, r in unseen], axis=0)
    network = fit_network(examples_of(data.training, fit), fit, reliability)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(options.out, **network.to_arrays())
    lines = ["# Offset from picture and sound", "", "Made by `python -m training.sync_regressor`.", ""]
    lines += clip_line(data.training, data.left_out)
    lines += ["Correlation of prediction and tracked mouth, speakers left out of training:", ""]
    lines += table("speaker", unseen)
    lines += ["Error against the whole clip's own offset, speakers left out of training.", ""]
    for seconds in LENGTHS_S:
        found = trials(clips, strangers, reliability, seconds)
        if found:
            lines += trial_table(found, seconds)
    believed = ", ".join(f"{margin:g} from {seconds:g} s" for seconds, margin in BELIEVED)
    lines += [f"Margins believed by `syncline.quality.offset`: {believed}.", ""]
    options.report.parent.mkdir(parents=True, exist_ok=True)
    Path(options.report).write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
