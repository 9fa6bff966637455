"""Sharpness and grain."""

from __future__ import annotations

import cv2
import numpy as np

from syncline.render import grain


def texture(grainy: float = 0.0, blur: float = 0.0, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    base = cv2.GaussianBlur(rng.normal(0, 30, (120, 140)).astype(np.float32), (0, 0), 1.2)
    base = cv2.GaussianBlur(base, (0, 0), blur) if blur else base
    noise = rng.normal(0, grainy, base.shape) if grainy else 0.0
    return np.repeat((base + noise + 130)[..., None], 3, axis=2).astype(np.float32)


EVERYWHERE = np.ones((120, 140), bool)


def level(picture: np.ndarray) -> float:
    return grain.detail(cv2.cvtColor(picture.astype(np.float32), cv2.COLOR_BGR2GRAY), EVERYWHERE)[1]


def match(drawn: np.ndarray, plate: np.ndarray, scale: float = 1.0, seed: int = 0) -> np.ndarray:
    return grain.matched(drawn, np.clip(plate, 0, 255).astype(np.uint8), EVERYWHERE, scale, seed)


def test_a_clean_source_on_a_grainy_plate_gets_its_grain() -> None:
    plate, drawn = texture(grainy=8.0), texture()
    assert abs(level(match(drawn, plate)) / level(plate) - 1.0) < 0.1
    assert level(drawn) / level(plate) < 0.8


def test_a_grainy_source_on_a_clean_plate_loses_some() -> None:
    plate, drawn = texture(), texture(grainy=2.0)
    assert abs(level(match(drawn, plate)) / level(plate) - 1.0) < 0.1


def test_an_enlarged_source_is_sharpened_rather_than_roughened() -> None:
    plate, soft = texture(), texture(blur=0.9)
    sharp = match(soft, plate, scale=2.0)
    assert level(sharp) > 1.3 * level(soft)
    correlation = np.corrcoef((sharp - soft)[..., 0].ravel(), (plate - soft)[..., 0].ravel())[0, 1]
    assert correlation > 0.5  # what was added is the detail that was missing


def test_equal_pictures_stay_equal() -> None:
    picture = texture()
    assert np.abs(match(picture, picture) - picture).max() < 1.5


def test_grain_differs_from_frame_to_frame_and_not_from_run_to_run() -> None:
    plate, drawn = texture(grainy=8.0), texture()
    assert np.array_equal(match(drawn, plate, seed=3), match(drawn, plate, seed=3))
    assert np.abs(match(drawn, plate, seed=3) - match(drawn, plate, seed=4)).mean() > 1.0
    assert abs(float((match(drawn, plate) - drawn).mean())) < 0.3


def test_without_skin_nothing_is_changed() -> None:
    picture = texture()
    nowhere = np.zeros((120, 140), bool)
    assert grain.matched(picture, np.zeros((120, 140, 3), np.uint8), nowhere, 1.0, 0) is picture
