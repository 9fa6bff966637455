"""Train the lip-reader that judges dubs: `python -m training.lipreader GRID_FOLDER`.

It sees the 160 real clips of the training part of `benchmarks.grid_split` and nothing else: no dub, no held-out clip;
each as recorded and encoded once more, because what it judges has been encoded and it is to read lips, not a codec.
The number of epochs is fixed, nothing is chosen by the held-out clips. Needs the extra `neural`. One network takes
three minutes on one core; eight are trained from different seeds, because one alone reads letters by luck.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from benchmarks.grid_crops import Frames
from benchmarks.grid_dub import Bench
from benchmarks.grid_split import SLOTS, Sentence, read_sentence, split
from benchmarks.grid_track import see
from benchmarks.lipreading import LipReader, WordNet, default_folder, load_net, save_net, view
from benchmarks.material import WORK
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from training.lipreader_augment import varied
from training.lipreader_phones import PHONES, frame_phones

BATCH = 10
MARGIN = 4  # frames kept before the first and after the last word
SMOOTHING = 0.1  # of the labels
Accuracy = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Clip:
    """A real clip: what is said and when, the mouth's crops (T, 80, 112, 3), and those of its encoded copy, if any."""

    sentence: Sentence
    crops: Frames
    encoded: Frames | None = None


def load_clips(folder: Path, names: Sequence[str], cache: Path | None, *, encoded: bool = False) -> list[Clip]:
    """Read, track and crop the named clips of a GRID folder, and where asked their copies encoded once more."""
    clips = []
    bench = Bench(folder, WORK / "grid", split(folder))
    for number, name in enumerate(names, start=1):
        copy = see(bench.encoded(name), cache).crops if encoded else None
        clips.append(Clip(read_sentence(folder, name), see(bench.clip(name), cache).crops, copy))
        if number % 50 == 0:
            print(f"{number} of {len(names)} clips tracked", file=sys.stderr, flush=True)
    return clips


def example(clip: Clip, grey: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """One varied example: view (1, T, 56, 72), word times (6, 2) in its frames, word classes (6,)."""
    times = np.array(clip.sentence.intervals)
    first = max(0, int(times[0, 0]) - MARGIN + int(rng.integers(-2, 3)))
    last = min(grey.shape[1], int(np.ceil(times[-1, 1])) + MARGIN)
    seen, times = varied(grey[:, first:last].float(), times - first, rng)
    return seen, torch.from_numpy(times).float(), torch.tensor(clip.sentence.classes)


def collate(examples: Sequence[tuple[Tensor, Tensor, Tensor]]) -> tuple[Tensor, Tensor, Tensor]:
    """Stack examples; the last frame of the shorter ones is held."""
    longest = max(seen.shape[1] for seen, _, _ in examples)
    views = [
        torch.cat([seen, seen[:, -1:].expand(-1, longest - seen.shape[1], -1, -1)], dim=1) for seen, _, _ in examples
    ]
    times, classes = zip(*((times, classes) for _, times, classes in examples), strict=True)
    return torch.stack(views), torch.stack(times), torch.stack(classes)


def loss_of(net: WordNet, phones: nn.Linear, batch: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """Cross-entropy of the words, letters weighing double, plus half that of each frame's phone.

    The phone is a second task that is thrown away afterwards: it lets the 25 letters, said six times each, learn from
    all words. Without it letters were read 42 % of the time after the same training, with it 50 %.
    """
    views, times, classes = batch
    with torch.autocast("cpu", torch.bfloat16):
        features = net.features(views)
        logits, heard = net.words(features, times), phones(features)
    slots = zip(logits, classes.T, strict=True)
    words = torch.stack([cross_entropy(slot.float(), word, label_smoothing=SMOOTHING) for slot, word in slots])
    weights = torch.tensor([2.0 if slot == "letter" else 1.0 for slot in SLOTS])
    labels = frame_phones(classes.numpy(), times.numpy(), views.shape[2])
    phone = cross_entropy(heard.float().flatten(0, 1), torch.from_numpy(labels).flatten(), label_smoothing=SMOOTHING)
    return (words * weights).sum() / weights.sum() + 0.5 * phone


def train_net(clips: Sequence[Clip], seed: int, epochs: int) -> WordNet:
    """Train one network; the learning rate rises over a fifth of the steps and falls to nothing."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    greys = [[view(seen).half() for seen in (clip.crops, clip.encoded) if seen is not None] for clip in clips]
    net = WordNet().train()
    phones = nn.Linear(2 * net.options["hidden"], len(PHONES))
    peak, steps = 1.5e-3, epochs * (len(clips) // BATCH)
    parameters = [*net.parameters(), *phones.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=peak, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, peak, total_steps=steps, pct_start=0.2)
    started = time.perf_counter()
    for epoch in range(epochs):
        order = rng.permutation(len(clips))[: len(clips) // BATCH * BATCH].reshape(-1, BATCH)
        losses = []
        for chosen in order:
            batch = [example(clips[index], greys[index][rng.integers(len(greys[index]))], rng) for index in chosen]
            loss = loss_of(net, phones, collate(batch))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 5.0)
            optimiser.step()
            schedule.step()
            losses.append(float(loss.detach()))
        if epoch % 5 == 4:
            spent = time.perf_counter() - started
            print(f"seed {seed} epoch {epoch + 1} loss {np.mean(losses):.3f} {spent:.0f} s", file=sys.stderr)
    return net.eval()


def accuracy(reader: LipReader, clips: Sequence[Clip]) -> Accuracy:
    """Share of words read, by slot: (6,)."""
    right = [reader.correct(clip.crops, clip.sentence.intervals, clip.sentence.words) for clip in clips]
    return np.mean(right, axis=0)


def floor(reader: LipReader, pairs: Sequence[tuple[Clip, Clip]]) -> Accuracy:
    """Share of B's words "read", by slot, from the untouched plate A: what a dub that does nothing reaches."""
    right = [reader.correct(a.crops, b.sentence.intervals, b.sentence.words) for a, b in pairs]
    return np.mean(right, axis=0)


def row(label: str, by_slot: Accuracy) -> str:
    """A line of the report: share of all words, then by slot, in per cent."""
    return f"{label:<28} {100 * by_slot.mean():5.1f}   " + " ".join(f"{100 * value:11.0f}" for value in by_slot)


def report(nets: dict[int, WordNet], folder: Path, cache: Path | None) -> dict[str, list[float]]:
    """Print and return the share of words read on held-out real clips, for each network and for all together."""
    parts = split(folder)
    names = sorted({name for pair in parts.pairs for name in pair})
    test = dict(zip(names, load_clips(folder, names, cache), strict=True))
    dev = load_clips(folder, parts.dev, cache)
    spoken = [test[b] for _, b in parts.pairs]
    together = LipReader(list(nets.values()))
    figures = {f"seed {seed}, dev": accuracy(LipReader([net]), dev) for seed, net in nets.items()}
    figures["all, dev (40 clips)"] = accuracy(together, dev)
    figures["all, test (B of 40 pairs)"] = accuracy(together, spoken)
    figures["all, undubbed A against B"] = floor(together, [(test[a], test[b]) for a, b in parts.pairs])
    print(f"{'words read, %':<28} {'all':>5}   " + " ".join(f"{slot:>11}" for slot in SLOTS))
    for label, by_slot in figures.items():
        print(row(label, by_slot))
    return {label: [round(float(value), 4) for value in by_slot] for label, by_slot in figures.items()}


def main(argv: Sequence[str] | None = None) -> int:
    """Train the networks asked for, write their weights, and print what they read."""
    parser = argparse.ArgumentParser(prog="python -m training.lipreader", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of NAME.mpg and NAME.align of one GRID speaker")
    parser.add_argument("--out", type=Path, default=default_folder(), help="folder for the weights (%(default)s)")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(8)), help="a network each (default: 0 to 7)")
    parser.add_argument("--epochs", type=int, default=45)
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    parser.add_argument("--cache", type=Path, help="keep tracks and crops of the clips in this folder")
    parser.add_argument("--report-only", action="store_true", help="train nothing, report on the weights in --out")
    options = parser.parse_args(argv)
    torch.set_num_threads(options.threads)
    place = {seed: options.out / f"lipreader-{seed}.npz" for seed in options.seeds}
    if not options.report_only:
        clips = load_clips(options.folder, split(options.folder).train, options.cache, encoded=True)
        for seed, path in place.items():
            save_net(path, train_net(clips, seed, options.epochs))
    figures = report({seed: load_net(path) for seed, path in place.items()}, options.folder, options.cache)
    document = {"epochs": options.epochs, "seeds": options.seeds, "slots": list(SLOTS), "read": figures}
    (options.out / "lipreader.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
