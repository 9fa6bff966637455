"""Files that are broken, boundless or out to do harm: one clear sentence, nothing opened that was not named."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import av
import numpy as np
import pytest

import clips
from syncline.errors import InputError, LimitError, MissingInput, SynclineError
from syncline.events import Recorder
from syncline.media.limits import Limits
from syncline.media.probe import need_picture, need_sound, probe
from syncline.media.read import read_pictures, read_sound

URANDOM = np.random.default_rng(7).integers(0, 256, 200_000, np.uint8).tobytes()


def sentence(error: pytest.ExceptionInfo[SynclineError], path: Path) -> str:
    """The message, checked to be one printable line that names the file."""
    text = str(error.value)
    assert text.isprintable()
    assert path.name in text
    assert "Errno" not in text
    return text


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="no such file") as error:
        probe(tmp_path / "none.mp4")
    assert isinstance(error.value, FileNotFoundError)


def test_a_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="directory"):
        probe(tmp_path)


def test_a_device_is_not_read() -> None:
    with pytest.raises(InputError, match="regular file"):
        probe("/dev/zero")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.mp4", b"", "empty"),
        ("noise.mp4", URANDOM, "not a media file"),
        ("program.mp4", Path(sys.executable).read_bytes()[:200_000], "not a media file"),
        ("text.mp4", b"hello, world\n" * 100, "not a media file"),
        ("still.jpg", b"\xff\xd8\xff\xe0" + bytes(500), "no picture"),
        ("still.heic", b"\0\0\0\x18ftypheic" + bytes(500), "HEIC"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_clip(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as error:
        probe(path)
    sentence(error, path)


def test_a_name_is_only_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protocols, patterns and options of FFmpeg in a name reach no other file."""
    monkeypatch.chdir(tmp_path)
    clip = clips.make_clip(tmp_path / "good.mp4", frames=3)
    (tmp_path / "img1.png").write_bytes(clips.png(8, 8))
    for name in ("concat:good.mp4|good.mp4", "subfile,,start,0,end,0,,:good.mp4", "cache:good.mp4", "img%d.png", "-i"):
        with pytest.raises(MissingInput):
            probe(name)
    for name in ("concat:good.mp4", "img%d.mp4", "-i.mp4", "a\u202egnp.mp4", "x" * 200 + ".mp4"):
        (tmp_path / name).write_bytes(clip.read_bytes())
        assert need_picture(probe(name)).frames == 3
    with pytest.raises(InputError, match="NUL"):
        probe("a\0b.mp4")


@pytest.fixture
def hits() -> Iterator[tuple[str, list[str]]]:
    """Address of a local server, and the list of what was asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on stderr."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/x.ts", asked
        server.shutdown()
        thread.join()


def test_playlists_under_false_names_open_nothing(tmp_path: Path, hits: tuple[str, list[str]]) -> None:
    url, asked = hits
    neighbour = clips.make_clip(tmp_path / "secret.ts", frames=3)
    opened = neighbour.stat().st_atime_ns
    os.utime(neighbour, ns=(opened - 10**12, opened - 10**12))
    for name, content in clips.playlists(url, str(neighbour)).items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"playlist|list of files|manifest|session description") as error:
            probe(path)
        sentence(error, path)
    assert asked == []
    assert neighbour.stat().st_atime_ns == opened - 10**12 or os.statvfs(tmp_path).f_flag & os.ST_NOATIME


def test_mp4_cut_before_its_index(tmp_path: Path) -> None:
    whole = clips.make_clip(tmp_path / "whole.mp4", frames=50, sound=clips.tone(2)).read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="cut off before its index"):
        probe(path)


def test_faststart_mp4_cut_short_tells_both_counts(tmp_path: Path) -> None:
    whole = clips.make_clip(tmp_path / "whole.mp4", frames=50, container_options={"movflags": "+faststart"})
    data = whole.read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(data[: len(data) * 6 // 10])
    with pytest.raises(InputError, match=r"declares 50 pictures and holds \d+"):
        probe(path)
    info = probe(path, allow_damaged=True)
    assert any("cut off" in note for note in info.notes)
    told = Recorder()
    pictures = list(read_pictures(info, on_event=told))
    assert [p.index for p in pictures] == list(range(need_picture(info).frames))


def test_matroska_cut_short(tmp_path: Path) -> None:
    data = clips.make_clip(tmp_path / "whole.mkv", frames=100).read_bytes()
    path = tmp_path / "cut.mkv"
    path.write_bytes(data[: len(data) * 6 // 10])
    with pytest.raises(InputError, match=r"declares 4\.0 s and holds"):
        probe(path)


def broken_inside(tmp_path: Path) -> Path:
    """A clip of independent pictures, one of which is overwritten."""
    path = clips.make_clip(tmp_path / "broken.mkv", codec="mjpeg", pixel_format="yuvj420p", frames=20)
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    data = bytearray(path.read_bytes())
    body = bytes(packets[7])
    at = bytes(data).index(body)
    data[at : at + len(body)] = bytes(len(body))
    path.write_bytes(data)
    return path


def test_a_damaged_picture_is_never_skipped_in_silence(tmp_path: Path) -> None:
    info = probe(broken_inside(tmp_path))
    with pytest.raises(InputError, match="picture 7 of 20"):
        list(read_pictures(info))


def test_a_damaged_picture_is_made_up_for_when_that_is_allowed(tmp_path: Path) -> None:
    told = Recorder()
    pictures = list(read_pictures(probe(broken_inside(tmp_path), allow_damaged=True), on_event=told))
    assert [p.index for p in pictures] == list(range(20))
    assert clips.number_of(pictures[7].bgr()) in (6, 7)
    assert clips.number_of(pictures[8].bgr()) == 8
    assert any("1 damaged" in event.text for event in told.events)


def test_sound_only_and_picture_only(tmp_path: Path) -> None:
    sound = probe(clips.wav(tmp_path / "a.wav", clips.tone(0.2), 48_000))
    with pytest.raises(InputError, match="no picture"):
        list(read_pictures(sound))
    picture = probe(clips.make_clip(tmp_path / "a.mp4", frames=3))
    with pytest.raises(InputError, match="no sound"):
        read_sound(picture)


def test_cover_art_is_not_the_picture(tmp_path: Path) -> None:
    info = probe(clips.cover_art_mp3(tmp_path / "a.mp3"))
    assert info.video is None
    assert float(read_sound(info).seconds) == pytest.approx(1.0, abs=0.06)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_numbers(tmp_path: Path, bad: float) -> None:
    samples = np.zeros(24_000, np.float32)
    samples[12_000] = bad
    with pytest.raises(InputError, match="not numbers"):
        read_sound(probe(clips.float_wav(tmp_path / "a.wav", samples)))


def test_a_wav_that_lies_about_its_size(tmp_path: Path) -> None:
    path = clips.float_wav(tmp_path / "a.wav", np.full(4800, 0.5, np.float32), declared_bytes=0xFFFFFFFF)
    assert read_sound(probe(path)).samples.shape == (4800, 1)


def test_a_wav_of_one_hertz(tmp_path: Path) -> None:
    path = clips.wav(tmp_path / "a.wav", np.zeros((1000, 1), np.int16), 1)
    with pytest.raises(LimitError, match="1 samples a second"):
        probe(path)


def test_a_thousand_pictures_a_second(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", width=16, height=16, rate=1000, frames=300)
    with pytest.raises(LimitError, match="1000 frames a second"):
        probe(path)


def test_two_pictures_ten_hours_apart(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mkv", times=[Fraction(0), Fraction(36_000)])
    with pytest.raises(LimitError, match="lasts"):
        probe(path)


def test_very_many_streams(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="200 streams"):
        probe(clips.many_streams(tmp_path / "a.mkv"))


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(max_bytes=1000), "bytes"),
        (Limits(max_frames=10), "more than 10 pictures"),
        (Limits(max_seconds=0), "the clip lasts"),
        (Limits(max_sound_seconds=0), "the sound lasts"),
        (Limits(max_width=32), "64x48"),
        (Limits(max_total_pixels=1000), "pixels in all"),
        (Limits(max_channels=1), "channels"),
    ],
)
def test_each_limit_stops(tmp_path: Path, limits: Limits, words: str) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", frames=25, sound=clips.tone(1, channels=2))
    with pytest.raises(LimitError, match=words):
        probe(path, limits)


PROBE_AND_PRINT = """
import sys
from syncline.errors import SynclineError
from syncline.media.probe import probe
try:
    probe(sys.argv[1])
    print("accepted")
except SynclineError as error:
    print(type(error).__name__, error)
# Not ru_maxrss: that begins with the peak of the process that started this one.
print(next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def probe_apart(path: Path) -> tuple[str, int]:
    """What a probe in a process of its own says, and the megabytes it took."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE_AND_PRINT, str(path)], capture_output=True, text=True, check=True
    )
    said, megabytes = done.stdout.strip().rsplit("\n", 1)
    return said, int(megabytes)


def test_a_huge_picture_is_refused_from_its_header(tmp_path: Path) -> None:
    _, usual = probe_apart(clips.make_clip(tmp_path / "small.mp4", frames=2))
    huge = tmp_path / "huge.mp4"
    with av.open(str(huge), "w") as output:
        stream = output.add_stream("libx264", rate=25, options={"preset": "ultrafast", "sync-lookahead": "0"})
        stream.width, stream.height, stream.pix_fmt = 12_288, 8_192, "yuv420p"
        stream.codec_context.thread_count = 1
        frame = av.VideoFrame(12_288, 8_192, "yuv420p")
        frame.pts = 0
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    said, megabytes = probe_apart(huge)
    assert said.startswith("LimitError")
    assert "12288x8192" in said
    assert megabytes < usual + 60


def test_the_picture_size_changes_on_the_way(tmp_path: Path) -> None:
    first = clips.make_clip(tmp_path / "1.ts", frames=20, container="mpegts")
    second = clips.make_clip(tmp_path / "2.ts", width=96, height=64, times=[Fraction(30 + i, 25) for i in range(20)])
    both = tmp_path / "both.ts"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    info = probe(both)
    with pytest.raises(InputError, match="changes its size from 64x48 to 96x64"):
        list(read_pictures(info))


def test_parts_joined_end_to_end(tmp_path: Path) -> None:
    part = clips.make_clip(tmp_path / "1.ts", frames=20, container="mpegts").read_bytes()
    both = tmp_path / "both.ts"
    both.write_bytes(part + part)
    with pytest.raises(InputError, match="run backwards"):
        probe(both)


def test_bit_flips_end_in_a_picture_or_a_sentence(tmp_path: Path) -> None:
    """400 flips in the coded pictures: the reader says so or gives every picture, and never fails otherwise."""
    data = bytearray(clips.make_clip(tmp_path / "whole.mp4", frames=50, width=320, height=240).read_bytes())
    generator = np.random.default_rng(1)
    start = bytes(data).index(b"mdat") + 600
    end = bytes(data).index(b"moov") - 4
    for at in generator.integers(start, end, 400):
        data[at] ^= 1 << int(generator.integers(8))
    path = tmp_path / "flipped.mp4"
    path.write_bytes(data)
    with contextlib.suppress(InputError):
        assert [p.index for p in read_pictures(probe(path))] == list(range(50))
    info = probe(path, allow_damaged=True)
    assert [p.index for p in read_pictures(info)] == list(range(50))


@pytest.mark.parametrize("size", [1, 4, 8, 16, 64, 1000])
def test_every_beginning_of_a_clip_is_answered(tmp_path: Path, size: int) -> None:
    data = clips.make_clip(tmp_path / "whole.mp4", frames=5).read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(data[:size])
    with pytest.raises(InputError) as error:
        probe(path)
    sentence(error, path)


def test_an_unreadable_file(tmp_path: Path) -> None:
    path = clips.make_clip(tmp_path / "a.mp4", frames=3)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(InputError, match="permissions"):
        probe(path)


def test_sound_is_there_when_it_is_needed(tmp_path: Path) -> None:
    info = probe(clips.make_clip(tmp_path / "a.mp4", frames=3, sound=clips.tone(0.2)))
    assert need_sound(info).codec == "aac"
