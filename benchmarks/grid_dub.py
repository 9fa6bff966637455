"""What the GRID benchmark dubs: actors from a part of the footage, the sound of B, and the dubs of plate A.

Everything goes through the façade, as a user would do it. Sounds and copies of the footage are kept under
`benchmarks/work/grid`; actors and dubs are made anew in each run (the package's own store spares it repeated steps).
"""

from __future__ import annotations

import shutil
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

import syncline
from benchmarks.grid_split import OPEN_WORDS, Sentence, Split, read_sentence, without_words
from syncline.media.options import OutputOptions, h264_options


@dataclass(frozen=True)
class Case:
    """One way of dubbing all pairs.

    Attributes
    ----------
    key, title : its name on the command line and in the report.
    clips : how many clips of footage the actor is built from; None is the plate alone, without any actor.
    transcript : whether the dub is told what the sound says.
    open : whether clips that hold one of `OPEN_WORDS` are left out of the footage.
    """

    key: str
    title: str
    clips: int | None
    transcript: bool = True
    open: bool = False

    def footage(self, sentences: Sequence[Sentence]) -> list[Sentence]:
        """The sentences of the training part that this case's actor is built from."""
        if self.clips is None:
            return []
        allowed = without_words(sentences, OPEN_WORDS) if self.open else list(sentences)
        return allowed[: self.clips]


CASES = (
    Case("closed", "160 clips, transcript", 160),
    Case("closed-sound", "160 clips, sound alone", 160, transcript=False),
    Case("open", "open: footage without the words, transcript", 160, open=True),
    Case("open-sound", "open: footage without the words, sound alone", 160, transcript=False, open=True),
    Case("twenty", "20 clips, transcript", 20),
    Case("five", "5 clips, transcript", 5),
    Case("plate", "the plate alone, transcript", None),
    Case("plate-sound", "the plate alone, sound alone", None, transcript=False),
)


@dataclass(frozen=True)
class Bench:
    """Where the clips are, how they are split, and where what is made goes."""

    folder: Path
    work: Path
    split: Split

    def clip(self, name: str) -> Path:
        """The video of a GRID clip."""
        return self.folder / f"{name}.mpg"

    def sentence(self, name: str) -> Sentence:
        """What a GRID clip says, and when."""
        return read_sentence(self.folder, name)

    def sound(self, name: str) -> Path:
        """The sound of a clip as a WAV file whose time 0 is that of its picture."""
        path = self.work / "sounds" / f"{name}.wav"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            extract_sound(self.clip(name), path)
        return path

    def encoded(self, name: str) -> Path:
        """A real clip written once more as a dub is: what the encoder alone costs the judge."""
        path = self.work / "encoded" / f"{name}.mp4"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            encode(self.clip(name), path)
        return path

    def footage(self, sentence: Sentence) -> Path:
        """A copy of a clip with its transcript beside it, as `actor build` wants it."""
        path = self.work / "footage" / f"{sentence.name}.mpg"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".txt").write_text(sentence.transcript + "\n", encoding="utf-8")
            draft = path.with_suffix(".part")
            shutil.copyfile(self.clip(sentence.name), draft)
            draft.replace(path)
        return path

    def actor(self, case: Case) -> Path | None:
        """Build the actor of a case; None where the plate alone is its footage."""
        sentences = case.footage([self.sentence(name) for name in self.split.train])
        if not sentences:
            return None
        path = self.work / "actors" / f"{len(sentences)}{'-open' if case.open else ''}.actor"
        path.parent.mkdir(parents=True, exist_ok=True)
        options = syncline.ActorOptions(language="en", force=True)
        syncline.build_actor([self.footage(sentence) for sentence in sentences], path, options=options)
        return path

    def dubbed(self, case: Case, plate: str, line: str) -> Path:
        """Where the dub of a pair lies."""
        return self.work / "dubs" / case.key / f"{plate}-{line}.mp4"

    def dub(self, case: Case, actor: Path | None, plate: str, line: str) -> Path:
        """Dub plate A with the sound of B.

        Raises
        ------
        syncline.SynclineError : the dub could not be made.
        """
        path = self.dubbed(case, plate, line)
        path.parent.mkdir(parents=True, exist_ok=True)
        transcript = self.sentence(line).transcript if case.transcript else None
        options = syncline.DubOptions(transcript=transcript, language="en", actor=actor, force=True)
        syncline.dub(self.clip(plate), self.sound(line), path, options=options)
        return path


def encode(video: Path, out: Path) -> None:
    """Write a video's pictures as H.264 with the settings that a dub has by default."""
    draft = out.with_suffix(".part.mp4")
    with av.open(str(video)) as container, av.open(str(draft), "w") as sink:
        source = container.streams.video[0]
        stream = sink.add_stream("libx264", rate=source.average_rate, options=h264_options(OutputOptions()))
        stream.width, stream.height, stream.pix_fmt = source.width, source.height, "yuv420p"
        for frame in container.decode(source):
            frame.pict_type = 0  # else the encoder repeats the source's key frames
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))
    draft.replace(out)


def extract_sound(video: Path, out: Path) -> None:
    """Write a video's sound as 16-bit PCM, padded or cut at the start so that it begins with the picture."""
    with av.open(str(video)) as container:
        stream, picture = container.streams.audio[0], container.streams.video[0]
        lead = float(stream.start_time * stream.time_base) - float(picture.start_time * picture.time_base)
        rate = stream.rate
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        parts = [
            part.to_ndarray().reshape(-1)
            for frame in [*container.decode(stream), None]
            for part in resampler.resample(frame)
        ]
    samples = np.concatenate(parts)
    shift = round(lead * rate)
    samples = np.concatenate([np.zeros(shift, np.int16), samples]) if shift > 0 else samples[-shift:]
    draft = out.with_suffix(".part")
    with wave.open(str(draft), "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(2)
        sink.setframerate(rate)
        sink.writeframes(samples.astype("<i2").tobytes())
    draft.replace(out)
