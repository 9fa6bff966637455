"""Which of the 478 MediaPipe landmarks steer the drawing of a mouth, and how strongly.

The numbering is MediaPipe FaceMesh's own (refined, 478 points). "Left" and "right" below are those of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

# Eye corners (outer), chin and base of the nose: they give the face's own axes whatever frame the shape is in.
LEFT_EYE, RIGHT_EYE, CHIN, NOSE_BASE = 33, 263, 152, 2
LIP_CORNERS = (61, 291)

INNER_CORNERS = (78, 308)

# The lips' edges, each from the left corner to the right one.
UPPER_OUTER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LOWER_OUTER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
UPPER_INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER_INNER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
# Closed rings, over the upper lip and back under the lower one.
OUTER_LIPS = UPPER_OUTER + LOWER_OUTER[-2:0:-1]
INNER_LIPS = UPPER_INNER + LOWER_INNER[-2:0:-1]

# From ear to ear below, along the face's contour.
JAW = (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454)
# The part of it beside which the drawn area runs, and the upper edge of that area from right to left: beside the nose's
# wings, so that the whole of the fold from nose to mouth is the source's; half a smile's fold would give it away.
JAW_DRAWN = (58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288)
UPPER_EDGE = (411, 280, 266, 358, 327, 2, 98, 129, 36, 50, 187)

CHEEKS = (205, 425, 207, 427, 187, 411, 192, 416, 214, 434, 206, 426, 203, 423, 212, 432, 210, 430, 211, 431, 123, 352)
CHIN_AND_JAW = (199, 200, 175, 201, 421, 18, 32, 262, 140, 369, 171, 396, 170, 395, 169, 394, 135, 364, 138, 367)
NOSE = (1, 2, 98, 327, 164, 129, 358, 165, 391)

# What both warps are fitted to. Lips are represented by their outer ring: the inner ring is where landmarks are least
# sure, and the mouth's interior must go with the lips as one piece.
CONTROL = tuple(sorted({*OUTER_LIPS, *JAW, *CHEEKS, *CHIN_AND_JAW, *NOSE}))

# Skin that speech hardly changes, for the colour match: sampled around these points, away from lips and nostrils.
SKIN = (205, 425, 207, 427, 187, 411, 214, 434, 210, 430, 211, 431, 199, 175, 32, 262, 169, 394, 206, 426, 216, 436)


def _smooth(x: Floats) -> Floats:
    """Cubic step: 0 below 0, 1 above 1."""
    x = np.clip(x, 0.0, 1.0)
    return (x * x * (3.0 - 2.0 * x)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class FaceLayout:
    """How strongly each landmark follows the source rather than the plate.

    Attributes
    ----------
    follow : (478,) float32 in 0..1, of the finished picture's shape: 1 on lips, chin and front of the jaw, 0 at the
        nose's wings, ears and above.
    carry : (478,) float32 in 0..1, of the source's pixels: 1 there and at the nose too, which is placed by the head's
        pose and not by its own landmarks; 0 at the ears.
    """

    follow: Floats
    carry: Floats

    @classmethod
    def from_neutral(cls, shape: npt.ArrayLike) -> FaceLayout:
        """Measure the weights on a person's mean shape.

        Parameters
        ----------
        shape : (478, 3) face frame, any unit: a mean over many frames, so that no opening of the mouth is in it.
        """
        u, v = face_axes(np.asarray(shape, np.float32))
        # v: 0 at the base of the nose, about 0.2 at the upper lip. Wings of the nose keep the plate; the upper lip is
        # the source's whole.
        down = _smooth((v - 0.0) / 0.14)
        # The jaw turns about the ears: its angle (|u| 0.62) hardly moves, its front does. What the landmarks of source
        # and plate differ by there is error, and would make the silhouette breathe.
        side = _smooth((0.70 - np.abs(u)) / 0.35)
        return cls((down * side).astype(np.float32), side)


def face_axes(shape: Floats) -> tuple[Floats, Floats]:
    """Position of each landmark on the face's own two axes, in outer-eye distances.

    Returns
    -------
    u : (478,) float32, sideways from the middle plane, negative at the picture's left.
    v : (478,) float32, downwards from the base of the nose.
    """
    across = shape[RIGHT_EYE] - shape[LEFT_EYE]
    iod = float(np.linalg.norm(across))
    across = across / iod
    down = shape[CHIN] - 0.5 * (shape[LEFT_EYE] + shape[RIGHT_EYE])
    down = down - across * float(down @ across)
    down = down / float(np.linalg.norm(down))
    # Chin and eyes lie at different depths: take away the component that merely goes backwards.
    rel = (shape - shape[NOSE_BASE]) / iod
    return (rel @ across).astype(np.float32), (rel @ down).astype(np.float32)
