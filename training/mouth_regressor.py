"""Train the shipped regressor from sound to mouth: `python -m training.mouth_regressor FOLDER... --one-speaker FOLDER`.

FOLDER holds clips of different speakers, one a file; `--one-speaker` many clips of one person, of which some are held
out. Writes the weights and a report: correlation with the real mouth on speakers who were left out of training, and on
held-out clips of those who were in it. Two to five minutes on one core for 170 clips.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from training.sound_network import (
    FitOptions,
    TalkingClip,
    correlations,
    examples_of,
    fit_network,
    leave_one_speaker_out,
)
from training.talking_clips import Collection, aligned, collect

from syncline.motion.soundnet import OUTPUTS

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "src" / "syncline" / "motion" / "weights" / "mouth_regressor.npz"
REPORT = ROOT / "training" / "reports" / "mouth_regressor.md"


def arguments(description: str | None, out: Path, report: Path) -> argparse.ArgumentParser:
    """The options that both regressors' scripts share."""
    parser = argparse.ArgumentParser(description=(description or "").split("\n", maxsplit=1)[0])
    parser.add_argument("folders", nargs="*", type=Path, help="clips of different speakers, one a file")
    parser.add_argument("--one-speaker", action="append", type=Path, default=[], help="many clips of one person")
    parser.add_argument("--hold-out", type=int, default=109, help="clips of each --one-speaker folder kept out")
    parser.add_argument("--tracks", type=Path, help="folder of tracked landmarks, read and filled")
    parser.add_argument("--out", type=Path, default=out)
    parser.add_argument("--report", type=Path, default=report)
    return parser


def gathered(options: argparse.Namespace, fit: FitOptions) -> Collection:
    """The clips of the command line, aligned in time."""
    collection = collect(options.folders, options.one_speaker, options.hold_out, options.tracks)
    return aligned(collection, [folder.name for folder in options.one_speaker], fit)


def table(title: str, rows: Sequence[tuple[str, Sequence[float]]]) -> list[str]:
    """A Markdown table of six correlations a row, with their mean."""
    lines = [f"| {title} | " + " | ".join(OUTPUTS) + " |", "|---" * (len(OUTPUTS) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(f"{value:.2f}" for value in values) + " |" for name, values in rows]
    if len(rows) > 1:
        mean = np.mean([values for _, values in rows], axis=0)
        lines.append("| **mean** | " + " | ".join(f"**{value:.2f}**" for value in mean) + " |")
    return [*lines, ""]


def clip_line(clips: Sequence[TalkingClip], left_out: dict[str, str]) -> list[str]:
    """What was trained on, in words."""
    speakers = sorted({clip.speaker for clip in clips})
    offsets = ", ".join(f"{clip.name} {1000 * clip.offset_s:+.0f} ms" for clip in clips if clip.offset_s)
    missing = "; ".join(f"{name}: {why}" for name, why in left_out.items())
    return [
        f"{len(clips)} clips of {len(speakers)} speakers.",
        f"Own offsets taken out: {offsets or 'none'}." + (f" Left out: {missing}." if missing else ""),
        "",
    ]


def main(argv: Sequence[str] | None = None) -> None:
    """Train, save, report."""
    options = arguments(__doc__, WEIGHTS, REPORT).parse_args(argv)
    fit = FitOptions()
    data = gathered(options, fit)
    strangers = leave_one_speaker_out(data.training, fit)
    unseen = [(c.name, correlations(strangers[c.speaker], c)) for c in data.training if c.speaker in strangers]
    reliability = np.mean([np.maximum(r, 0) ** 2 for _, r in unseen], axis=0) if unseen else None
    network = fit_network(examples_of(data.training, fit), fit, reliability)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(options.out, **network.to_arrays())
    known = [correlations(network, clip) for clip in data.held_out]
    lines = ["# Mouth from sound", "", "Made by `python -m training.mouth_regressor`.", ""]
    lines += clip_line(data.training, data.left_out)
    if unseen:
        lines += ["Correlation of prediction and tracked mouth, speakers left out of training:", ""]
        lines += table("speaker", unseen)
    if known:
        lines += [f"Held-out clips ({len(known)}) of a speaker in training:", ""]
        lines += table("mean of clips", [("held out", np.mean(known, axis=0))])
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
