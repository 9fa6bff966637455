"""Footage that the hard tests share, and a cache that is theirs alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from footage import Footage, cut, write_footage, write_wav


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNCLINE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def person(shared_data: Path) -> Footage:
    """A second and a half of one person who speaks into the camera."""
    return cut(shared_data / "clips" / "german_news_de.mp4", start=1.0, seconds=1.5, height=256)


@pytest.fixture(scope="session")
def plate(person: Footage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_footage(tmp_path_factory.mktemp("plate") / "plate.mp4", person)


@pytest.fixture(scope="session")
def speech(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second and a half of other speech."""
    other = cut(shared_data / "clips" / "opendub.mp4", start=1.0, seconds=1.5, height=64)
    return write_wav(tmp_path_factory.mktemp("speech") / "line.wav", other.sound, other.sample_rate)
