"""What a clip's mouth costs the picture: the figures, with the original beside it and without."""

from __future__ import annotations

from dataclasses import dataclass

from syncline.quality.passed import PassedRange


@dataclass(frozen=True)
class Worst:
    """A measured figure and where it is worst.

    value : None where too little could be measured. at_s : seconds, None where it does not come and go.
    """

    value: float | None
    at_s: float | None = None


NOTHING = Worst(None)


@dataclass(frozen=True)
class AgainstFigures:
    """A judged clip against its original, on the faces of both.

    frames : pairs compared.
    identity : structural similarity of the face above the nose's tip, 0..1; 1: the same picture.
    upper_face : movement of brows, eyes and nose against the original's, share of the IOD.
    colour : difference of colour of the skin around the mouth, less that of the rest of the face, CIE Lab units.
    sharpness : fine detail of the mouth, judged / original. surround : the same of the rest of the face.
    resolution : share of the original's finest detail's frequency that the mouth still holds, 0..1; lost to a smaller
        picture that was enlarged. None where nothing is lost or the face is too small to tell.
    generated_px : width in pixels of the smaller face that the mouth may have been made as; None: no loss.
    flicker : flow-compensated trembling of the mouth, judged / original.
    seam : step along straight lines on the skin around the mouth that the original has not, grey levels.
    teeth : sideways trembling of the teeth against the nose beyond the original's, IOD.
    untouched : stretches whose mouth is the original's, with the reasons given.
    """

    frames: int
    identity: Worst = NOTHING
    upper_face: Worst = NOTHING
    colour: Worst = NOTHING
    sharpness: Worst = NOTHING
    surround: Worst = NOTHING
    resolution: Worst = NOTHING
    generated_px: int | None = None
    flicker: Worst = NOTHING
    seam: Worst = NOTHING
    teeth: Worst = NOTHING
    untouched: tuple[PassedRange, ...] = ()


@dataclass(frozen=True)
class WithinFigures:
    """One clip by itself: the mouth against the rest of the same face.

    frames : pictures measured. The other fields are as in `AgainstFigures`, held against what real faces show.
    """

    frames: int
    colour: Worst = NOTHING
    sharpness: Worst = NOTHING
    resolution: Worst = NOTHING
    generated_px: int | None = None
    flicker: Worst = NOTHING
    seam: Worst = NOTHING
    teeth: Worst = NOTHING
