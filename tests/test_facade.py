"""The façade lists exactly the public names, and each is there."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

import syncline

PUBLIC = {
    "ActorOptions",
    "ActorReport",
    "AlignOptions",
    "Alignment",
    "Cancelled",
    "Demo",
    "DependencyError",
    "Diagnosis",
    "DubOptions",
    "FolderScore",
    "InputError",
    "LimitError",
    "MediaInfo",
    "MissingInput",
    "Score",
    "ScoreOptions",
    "StageError",
    "SynclineError",
    "Take",
    "Text",
    "Unscorable",
    "Verdict",
    "align",
    "build_actor",
    "check_cues",
    "check_report_folder",
    "cue_text",
    "demo",
    "diagnose",
    "dub",
    "probe",
    "score",
    "score_folder",
    "show_actor",
    "voice_names",
    "write_cues",
    "write_report",
    "write_score_report",
}


def test_the_facade_is_exactly_the_public_names() -> None:
    assert set(syncline.__all__) == PUBLIC
    assert list(syncline.__all__) == sorted(syncline.__all__)
    assert set(dir(syncline)) == PUBLIC | {"__version__"}


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_name_is_there_and_documented(name: str) -> None:
    value = getattr(syncline, name)
    assert value.__name__ == name
    assert value.__doc__


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_here"):
        syncline.nothing_here  # noqa: B018


def test_the_version_is_the_installed_one() -> None:
    from importlib.metadata import version

    assert syncline.__version__ == version("syncline")


def test_importing_is_quick() -> None:
    def seconds(code: str) -> float:
        begun = time.process_time(), time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
        return time.perf_counter() - begun[1]

    bare = min(seconds("pass") for _ in range(3))
    assert min(seconds("import syncline") for _ in range(3)) - bare < 0.3
