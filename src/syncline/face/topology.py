"""Landmark index sets of the 478-point MediaPipe face mesh (468 skin points, 10 iris points).

"Left" and "right" are the picture's: a smaller index x lies further left in an upright picture of a frontal face.
Order matters where a set is a line or a ring; each name says which.
Source: the connection tables of MediaPipe 0.10 (`face_mesh_connections`), which a test compares with these.
"""

from __future__ import annotations

from typing import Final

POINTS: Final = 478  # refined mesh: 468 + 2 x 5 iris points
SKIN_POINTS: Final = 468

# Lips. Each line runs from the left corner to the right corner, corners included (11 points).
UPPER_OUTER: Final = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LOWER_OUTER: Final = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
UPPER_INNER: Final = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER_INNER: Final = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
# The lines between the outer and the inner edge, corners left out.
UPPER_MIDDLE: Final = (74, 73, 72, 11, 302, 303, 304)
LOWER_MIDDLE: Final = (90, 180, 85, 16, 315, 404, 320)
# Rings, from the left corner over the upper lip and back under the lower lip (20 points, closed).
OUTER_LIPS: Final = UPPER_OUTER + LOWER_OUTER[-2:0:-1]
INNER_LIPS: Final = UPPER_INNER + LOWER_INNER[-2:0:-1]
# Every point of the lips, inner and outer ring and what lies between.
LIPS: Final = tuple(
    sorted(
        {
            *OUTER_LIPS,
            *INNER_LIPS,
            *(184, 42, 74, 41, 73, 38, 72, 11, 12, 268, 302, 271, 303, 272, 304, 407, 408, 183),
            *(77, 96, 90, 89, 180, 179, 85, 86, 16, 15, 315, 316, 404, 403, 320, 319, 307, 325),
            *(76, 62, 306, 292),
        }
    )
)
MOUTH_CORNERS: Final = (61, 291)
INNER_CORNERS: Final = (78, 308)
# Pairs (upper, lower) across the middle of the mouth; their gaps are the opening.
INNER_PAIRS: Final = ((82, 87), (13, 14), (312, 317))

# Lower face.
CHIN: Final = (152, 148, 377, 175, 199, 200, 171, 396)
# Jaw contour from ear to ear (23 points): the lower part of the face oval.
JAW: Final = (
    *(234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152),
    *(377, 400, 378, 379, 365, 397, 288, 361, 323, 454),
)
# The face's outline, a ring from the top of the forehead, first down the left side (36 points, closed).
OVAL: Final = (
    *(10, 109, 67, 103, 54, 21, 162, 127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152),
    *(377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 356, 389, 251, 284, 332, 297, 338),
)

# Middle and upper face.
NOSE: Final = (1, 2, 4, 5, 6, 19, 45, 48, 64, 94, 97, 98, 115, 168, 195, 197, 220, 275, 278, 294, 326, 327, 344, 440)
NOSE_BASE: Final = 2  # where the upper lip's groove begins
NOSE_BRIDGE: Final = 6  # between the eyes; bone, moves with the skull
LEFT_EYE: Final = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)  # ring
RIGHT_EYE: Final = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)  # ring
EYES: Final = LEFT_EYE + RIGHT_EYE
OUTER_EYE_CORNERS: Final = (33, 263)  # their distance is the IOD, this package's unit of face size
INNER_EYE_CORNERS: Final = (133, 362)
LEFT_BROW: Final = (46, 52, 53, 55, 63, 65, 66, 70, 105, 107)
RIGHT_BROW: Final = (276, 282, 283, 285, 293, 295, 296, 300, 334, 336)
LEFT_IRIS: Final = (468, 469, 470, 471, 472)  # centre, then ring
RIGHT_IRIS: Final = (473, 474, 475, 476, 477)
LEFT_CHEEK: Final = (205, 50, 36, 206, 203)
RIGHT_CHEEK: Final = (425, 280, 266, 426, 423)

# Points that move with the skull and not with the lips, jaw, brows or lids: the pose is fitted to these alone.
# bridge of the nose and brow middle, forehead middle, inner eye corners, outer eye corners, temples, forehead sides,
# nose sides, cheekbones, front of the ears.
STABLE: Final = (
    *(168, 6, 197, 195, 8, 151),
    *(133, 362, 33, 263, 71, 301, 68, 298, 104, 333, 188, 412, 116, 345, 34, 264),
)
