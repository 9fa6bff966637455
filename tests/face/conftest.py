"""Short pieces of real footage for the face room, decoded once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from face_pictures import frames_of


@pytest.fixture(scope="session")
def talker(shared_data: Path) -> list[np.ndarray]:
    """Two seconds of one person at 360 lines."""
    return frames_of(shared_data / "clips" / "opendub.mp4", 60, height=360)


@pytest.fixture(scope="session")
def other(shared_data: Path) -> list[np.ndarray]:
    """A second of another person, on a canvas of the first one's size."""
    frames = frames_of(shared_data / "clips" / "german_news_de.mp4", 25, start=100, height=360)
    return [np.pad(frame, ((0, 0), (90, 90), (0, 0)), mode="edge") for frame in frames]
