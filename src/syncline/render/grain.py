"""Sharpness and grain of the drawn skin brought to the plate's.

Both are measured as the mean size of what a small blur takes away from the luma, on the same skin of both pictures: an
enlarged or moving source is softer than the plate, a grainy plate is rougher than a clean source.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

RADIUS = 1.0  # px, of the small blur
# Detail is amplified so far at most where the source is about the plate's size, and where it is enlarged; the rest is
# grain.
GAIN, GAIN_ENLARGED = 1.25, 1.8
LEAST = 0.6  # detail is never taken below this share
_TILE = 256


def _grain_tile() -> Floats:
    """(256, 256) float32 noise of video: slightly blurred, with a detail (see `detail`) of 1."""
    noise = np.random.default_rng(2026).normal(size=(_TILE, _TILE)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 0.6)
    rough = noise - cv2.GaussianBlur(noise, (0, 0), RADIUS)
    tile = np.asarray(noise / float(np.abs(rough).mean()), np.float32)
    tile.flags.writeable = False
    return tile


GRAIN = _grain_tile()


def detail(luma: Floats, weight: npt.NDArray[np.bool_]) -> tuple[Floats, float]:
    """What a small blur takes away, and its mean size where `weight` holds (0 where nothing holds)."""
    fine = luma - cv2.GaussianBlur(luma, (0, 0), RADIUS)
    return np.asarray(fine, np.float32), float(np.abs(fine[weight]).mean()) if weight.any() else 0.0


def matched(
    drawn: Floats, ground: npt.NDArray[np.uint8], weight: npt.NDArray[np.bool_], scale: float, seed: int
) -> Floats:
    """The drawn picture with the plate's sharpness and grain.

    Parameters
    ----------
    drawn : (h, w, 3) float32 BGR.
    ground : (h, w, 3) uint8, the plate there.
    weight : (h, w) bool, skin that both show.
    scale : plate px for one px of the source.
    seed : number of the output frame; grain differs from frame to frame and is the same in every run.
    """
    fine, has = detail(cv2.cvtColor(drawn, cv2.COLOR_BGR2GRAY), weight)
    _, wants = detail(cv2.cvtColor(ground, cv2.COLOR_BGR2GRAY).astype(np.float32), weight)
    if has <= 0.0 or wants <= 0.0:
        return drawn
    gain = min(max(wants / has, LEAST), GAIN_ENLARGED if scale > 1.15 else GAIN)
    # Amplifying detail by 1 + a makes its measured size grow by less, as the blur takes only part of it away again.
    _, again = detail(fine, weight)
    added = fine * np.float32((gain - 1.0) * has / max(again, 0.3 * has))
    # Powers of independent grains add.
    missing = np.sqrt(max(0.0, wants**2 - (gain * has) ** 2))
    if missing > 0.15:
        y, x = np.random.default_rng(seed).integers(0, _TILE, 2)
        added += np.float32(missing) * np.take(
            np.take(GRAIN, np.arange(y, y + len(drawn)) % _TILE, axis=0),
            np.arange(x, x + drawn.shape[1]) % _TILE,
            axis=1,
        )
    return np.asarray(cv2.add(drawn, cv2.merge([added, added, added])), np.float32)
