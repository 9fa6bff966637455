"""A stand-in for the command of the Montreal Forced Aligner: its arguments, its files and its ways of failing.

What it takes and writes is that of `mfa align CORPUS DICTIONARY MODEL OUT` of MFA 3 (2.0 on): a folder for each speaker
with NAME.wav and NAME.lab, long TextGrids with the tiers "words" and "phones" in OUT under the same folders. Words in
small letters share the loud part of the sound by their letters; each letter is a phone in IPA.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

PROGRAM = """#!{python}
import argparse, os, sys, time, wave
from pathlib import Path
import numpy as np

VERSION = {version!r}
PHONES = dict(zip("abcdefghijklmnopqrstuvwxyz", "æ b k d ɛ f ɡ h ɪ dʒ k l m n ɒ p k ɹ s t ʌ v w s j z".split()))

def grid(seconds, tiers):
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {{seconds}}",
             "tiers? <exists>", f"size = {{len(tiers)}}", "item []:"]
    for number, (name, spans) in enumerate(tiers, 1):
        lines += [f"    item [{{number}}]:", '        class = "IntervalTier"', f'        name = "{{name}}"',
                  "        xmin = 0", f"        xmax = {{seconds}}", f"        intervals: size = {{len(spans)}}"]
        for count, (start, end, text) in enumerate(spans, 1):
            lines += [f"        intervals [{{count}}]:", f"            xmin = {{start}}", f"            xmax = {{end}}",
                      f'            text = "{{text}}"']
    return "\\n".join(lines) + "\\n"

def loud(samples):
    power = np.array([np.abs(samples[at:at + 160]).mean() for at in range(0, len(samples), 160)])
    frames = np.flatnonzero(power > 0.05 * power.max())
    return frames[0] / 100, (frames[-1] + 1) / 100

def align(sound, text, out):
    with wave.open(str(sound)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16000)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    seconds, words = len(samples) / 16000, [word for word in text.lower().split() if any(map(str.isalnum, word))]
    if not words:
        return
    first, last = loud(samples)
    edges = first + np.cumsum([0, *map(len, words)]) / sum(map(len, words)) * (last - first)
    spans, phones = [(0, float(edges[0]), "")], [(0, float(edges[0]), "")]
    for word, start, end in zip(words, edges[:-1].tolist(), edges[1:].tolist()):
        known = word.isascii()
        spans.append((start, end, word if known else "<unk>"))
        letters = [PHONES[sign] for sign in word if sign in PHONES] if known else ["spn"]
        cuts = np.linspace(start, end, len(letters) + 1).tolist()
        phones += zip(cuts[:-1], cuts[1:], letters)
    for tier in (spans, phones):
        tier.append((float(edges[-1]), seconds, ""))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(grid(seconds, [("words", spans), ("phones", phones)]), encoding="utf-8")

def main():
    if sys.argv[1:] == ["version"]:
        return print(VERSION)
    parser = argparse.ArgumentParser(prog="mfa")
    parser.add_argument("command", choices=["align_legacy" if VERSION >= "4" else "align"])
    for name in ("corpus", "dictionary", "acoustic", "out"):
        parser.add_argument(name)
    for flag in ("--clean", "--single_speaker"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--num_jobs", type=int)
    parser.add_argument("--output_format", choices=["long_textgrid", "short_textgrid", "json", "csv"])
    parser.add_argument("--temporary_directory", type=Path)
    options = parser.parse_args()
    how = os.environ.get("TINY_MFA", "")
    if how == "no model":
        sys.exit(f'PretrainedModelNotFoundError: Could not find a model named "{{options.acoustic}}" for acoustic.')
    if how == "fails":
        sys.exit("│ Something in Kaldi went wrong │")
    if how == "hangs":
        time.sleep(60)
    options.temporary_directory.mkdir(parents=True, exist_ok=True)
    (Path(os.environ["TINY_MFA_LOG"]) / "arguments").write_text("\\n".join(sys.argv[1:]), encoding="utf-8")
    corpus = Path(options.corpus)
    for sound in sorted(corpus.glob("*/*.wav")):
        out = Path(options.out) / sound.relative_to(corpus).with_suffix(".TextGrid")
        if how == "damaged":
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text('File type = "ooTextFile"\\nObject class = "TextGrid"\\n\\n0 1 <exists> 1 "IntervalTier"')
        elif how != "finds nothing":
            align(sound, sound.with_suffix(".lab").read_text(encoding="utf-8"), out)

main()
"""


def write_mfa(folder: Path, version: str = "3.3.8") -> Path:
    """Write the command `mfa` into a folder (to be put on the PATH) and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    command = folder / "mfa"
    command.write_text(PROGRAM.format(python=sys.executable, version=version), encoding="utf-8")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    return command


def environment(folder: Path) -> dict[str, str]:
    """What the environment must hold for the command in `folder` to be found first."""
    return {"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}", "TINY_MFA_LOG": str(folder)}
