"""Outputs appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from syncline.errors import InputError, StageError
from syncline.media.atomic import AtomicOutput


def test_a_good_end_puts_the_file_in_place(tmp_path: Path) -> None:
    place = tmp_path / "out.mp4"
    with AtomicOutput(place) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".mp4"
        temporary.write_bytes(b"whole")
        assert not place.exists()
    assert place.read_bytes() == b"whole"
    assert os.listdir(tmp_path) == ["out.mp4"]


def test_the_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "usual").write_bytes(b"")
    with AtomicOutput(tmp_path / "out.mp4") as temporary:
        temporary.write_bytes(b"x")
    assert stat.S_IMODE((tmp_path / "out.mp4").stat().st_mode) == stat.S_IMODE((tmp_path / "usual").stat().st_mode)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_bad_end_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    def fail_half_way() -> None:
        with AtomicOutput(tmp_path / "out.mp4") as temporary:
            temporary.write_bytes(b"half")
            raise error

    with pytest.raises(error):
        fail_half_way()
    assert os.listdir(tmp_path) == []


def test_what_exists_is_kept_without_force(tmp_path: Path) -> None:
    place = tmp_path / "out.mp4"
    place.write_bytes(b"old")
    with pytest.raises(InputError, match="exists already"):
        AtomicOutput(place)
    with contextlib.suppress(RuntimeError), AtomicOutput(place, force=True) as temporary:
        temporary.write_bytes(b"new")
        raise RuntimeError
    assert place.read_bytes() == b"old"
    with AtomicOutput(place, force=True) as temporary:
        temporary.write_bytes(b"new")
    assert place.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["out.mp4"]


def test_what_came_meanwhile_is_kept_too(tmp_path: Path) -> None:
    place = tmp_path / "out.mp4"
    output = AtomicOutput(place)
    temporary = output.__enter__()
    temporary.write_bytes(b"new")
    place.write_bytes(b"other")
    with pytest.raises(InputError, match="exists already"):
        output.__exit__(None, None, None)
    assert place.read_bytes() == b"other"
    assert os.listdir(tmp_path) == ["out.mp4"]


@pytest.mark.parametrize("force", [False, True])
def test_a_directory_is_no_place(tmp_path: Path, force: bool) -> None:
    with pytest.raises(InputError, match="directory"):
        AtomicOutput(tmp_path, force=force)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder"):
        AtomicOutput(tmp_path / "none" / "out.mp4")


def test_a_folder_that_cannot_be_written() -> None:
    if not Path("/sys/kernel").is_dir():
        pytest.skip("no /sys here, the one folder in which not even root can make a file")
    with pytest.raises(InputError, match="cannot be written"), AtomicOutput("/sys/kernel/out.mp4"):
        pass


def test_a_dangling_link_counts_as_existing(tmp_path: Path) -> None:
    place = tmp_path / "out.mp4"
    place.symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="exists already"):
        AtomicOutput(place)


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(StageError, match="the disk is full") as error,
        AtomicOutput(tmp_path / "out.mp4"),
        open("/dev/full", "wb", buffering=0) as full,
    ):
        full.write(b"x")
    assert error.value.exit_code == 5
    assert os.listdir(tmp_path) == []


CTRL_C = """
import os, signal, sys, time
from syncline.media.atomic import AtomicOutput
with AtomicOutput(sys.argv[1]) as temporary:
    temporary.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(10)
"""


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CTRL_C, str(tmp_path / "out.mp4")], capture_output=True, text=True)
    assert "KeyboardInterrupt" in done.stderr
    assert os.listdir(tmp_path) == []
