"""The inside of the mouth: the picture's own teeth where it shows them, else a restrained dark cavity.

Upper teeth are fixed to the skull, lower teeth and tongue to the jaw. What the still hides is not invented beyond a dim
band where upper teeth must be and a tongue that is seen on th, l and n.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.engines.portrait.face import StillFace, least_path
from syncline.engines.portrait.head import smooth
from syncline.engines.portrait.patch import Patch
from syncline.face.topology import CHIN, LOWER_MIDDLE, UPPER_MIDDLE
from syncline.media.picture import Picture

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

COLUMNS, ROWS = 96, 48  # of the still's own inside, laid straight
TEETH_LIGHT: Final = 0.80  # of the skin's light: teeth stand in the lips' shadow
TEETH_SHOWN: Final = 0.034  # IOD by which upper teeth reach below the line where the lips meet at rest
EDGE_SOFT: Final = 0.010  # IOD


@dataclass(frozen=True, eq=False)
class Palette:
    """Colours of the still, BGR levels: lips and skin."""

    lips: Floats
    skin: Floats

    @property
    def colour(self) -> float:
        """How much colour may be brought in."""
        return float(np.clip((max(np.ptp(self.lips), np.ptp(self.skin)) - 6.0) / 20.0, 0.0, 1.0))

    def tinted(self, blue: float, green: float, red: float) -> Floats:
        """(3,) float32: a tint of light 1 on a coloured picture, grey on a grey one."""
        tint = np.array([blue, green, red], np.float32)
        mean = float(tint @ np.array([0.114, 0.587, 0.299], np.float32))
        return np.asarray(mean + self.colour * (tint - mean), np.float32)

    @classmethod
    def measured(cls, picture: Picture, face: StillFace) -> Palette:
        """Medians of discs on the lips and on the chin."""
        return cls(
            _colour(picture, face, (*UPPER_MIDDLE, *LOWER_MIDDLE)), _colour(picture, face, (*CHIN, 205, 425, 50, 280))
        )


def _colour(picture: Picture, face: StillFace, points: tuple[int, ...]) -> Floats:
    """Median colour of small squares around landmarks."""
    reach = max(1, round(0.012 * face.scale))
    found = []
    for x, y in face.landmarks[list(points), :2]:
        part = picture.bgr((round(x) - reach, round(y) - reach, round(x) + reach + 1, round(y) + reach + 1))
        found.append(part.reshape(-1, 3))
    pixels = np.concatenate(found)
    return np.median(pixels, axis=0).astype(np.float32) if len(pixels) else np.full(3, 90.0, np.float32)


class OwnInside:
    """The inside that a still with an open mouth shows, and where in it the upper part ends."""

    def __init__(self, picture: Picture, face: StillFace, palette: Palette) -> None:
        edges = np.stack([face.upper, face.lower])
        self._edges, self._iod = edges, face.scale
        patch = Patch.around(edges, face.scale, (picture.width, picture.height))
        if patch is None:
            raise ValueError("the mouth lies outside the picture")
        self._box = patch.box
        self._pixels = picture.bgr(patch.box)
        self._blurred = np.asarray(cv2.GaussianBlur(self._pixels, (0, 0), max(1.0, 0.035 * face.scale)), np.uint8)
        self.dark: Floats | None = None  # BGR levels of the dark between upper and lower part, where it shows
        self.split, self.teeth = self._analysed(palette)

    def _strip(self) -> tuple[Pixels, Floats]:
        """The inside laid straight, (ROWS, COLUMNS, 3), and where its pixels lie, px."""
        x = np.linspace(0.0, 10.0, COLUMNS)
        lines = [
            np.stack([np.interp(x, np.arange(11), edge[:, k]) for k in (0, 1)], axis=1).astype(np.float32)
            for edge in self._edges
        ]
        share = np.linspace(0.0, 1.0, ROWS, dtype=np.float32)[:, None, None]
        places = lines[0][None] + share * (lines[1] - lines[0])[None]
        local = places - np.array(self._box[:2], np.float32)
        return np.asarray(cv2.remap(self._pixels, local, None, cv2.INTER_LINEAR), np.uint8), places

    def _analysed(self, palette: Palette) -> tuple[Floats, bool]:
        """Share of the gap (COLUMNS,) that belongs to the skull, and whether there are teeth in it."""
        strip, _ = self._strip()
        light = cv2.GaussianBlur(strip.astype(np.float32).mean(axis=2), (0, 0), 1.2)
        skin = float(palette.skin.mean())
        rows = np.linspace(0.0, 1.0, ROWS)
        # The line between what hangs from the skull and what stands on the jaw is the darkest one, in doubt a low one.
        cost = light / max(skin, 10.0) + 0.25 * (np.maximum(0.75 - rows, 0.0) ** 2)[:, None]
        path = least_path(np.asarray(cost[4:-2], np.float32), reach=2) + 4
        split = rows[path]
        darkest = float(np.median(light[path, np.arange(COLUMNS)][COLUMNS // 4 : -COLUMNS // 4]))
        if darkest > 0.62 * skin:
            split = np.full(COLUMNS, 0.97)  # nothing dark: teeth from lip to lip
        elif darkest < 0.45 * skin:
            along = np.arange(COLUMNS // 4, COLUMNS - COLUMNS // 4)
            self.dark = np.median(strip[path[along], along], axis=0).astype(np.float32)
        middle = strip[:, COLUMNS // 4 : -COLUMNS // 4].astype(np.float32)
        bright = (middle.mean(axis=2) > 0.6 * skin) & (np.ptp(middle, axis=2) < 0.45 * middle.max(axis=2))
        smooth = cv2.GaussianBlur(split.astype(np.float32)[None], (21, 1), 4.0)[0]
        return smooth, bool(bright.mean() > 0.12)

    def laid(self, patch: Patch, skull: Floats, jaw: Floats) -> tuple[Floats, Floats]:
        """Own pixels at a patch's places, (h, w, 3) float32, and how sure they are, (h, w) float32 in 0..1.

        skull, jaw : (h, w, 2) float32 px, where each place lies in the still if it hangs from the skull or stands on
            the jaw.
        """
        left, right = self._edges[:, 0].mean(axis=0), self._edges[:, -1].mean(axis=0)
        width = float(np.linalg.norm(right - left))
        across = (right - left) / width
        down = np.array([-across[1], across[0]], np.float32)
        upper_line, lower_line = (((edge - left) @ across, (edge - left) @ down) for edge in self._edges)
        colours, surety = [], []
        lip = (patch.lower - patch.v) * self._iod  # px down to the lower lip as it is now
        soft = EDGE_SOFT * self._iod
        inset = 0.012 * self._iod
        for which, places in enumerate((skull, jaw)):
            u = (places - left) @ across
            v = (places - left) @ down
            upper, lower = _read(upper_line, u), _read(lower_line, u)
            edge = upper + (lower - upper) * _read((np.linspace(0.0, width, COLUMNS), self.split), u)
            first, last = (upper + inset, edge) if which == 0 else (edge, lower - inset)
            known = (
                np.clip((edge - v) / soft + 0.5, 0.0, 1.0) if which == 0 else np.clip((v - edge) / soft + 0.5, 0.0, 1.0)
            )
            u = np.clip(u, 0.03 * width, 0.97 * width)
            held = np.clip(v, np.minimum(first, last), np.maximum(first, last))
            at = left + u[..., None] * across + held[..., None] * down - np.array(self._box[:2], np.float32)
            sharp, blurred = (
                cv2.remap(pixels, at.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
                for pixels in (self._pixels, self._blurred)
            )
            # Beyond what the still shows its edge goes on; unblurred it would leave streaks.
            beyond = smooth(np.abs(held - v) / (0.02 * self._iod))[..., None]
            colours.append(sharp + beyond * (blurred.astype(np.float32) - sharp))
            # Where hardly anything stands on the jaw, what is seen there is the lip's own dark rim, and a mouth that
            # opens a little further shows more of what hangs from the skull: else a dark line would lie under it.
            standing = smooth((lower - edge - 0.02 * self._iod) / (0.025 * self._iod))
            if which == 0:
                more = 1.0 - smooth((lip + v - lower) / (0.028 * self._iod))
                known = np.maximum(known, more * (1.0 - standing))
            else:
                known = known * standing
            surety.append(known.astype(np.float32))
        front, back = (each.astype(np.float32) for each in colours)
        drawn = back + surety[0][..., None] * (front - back)
        return drawn, np.maximum(surety[0], surety[1])


def _read(line: tuple[Floats, Floats], u: Floats) -> Floats:
    x, y = line
    order = np.argsort(x)
    x, y = x[order], y[order]
    low, high = float(x[0]), float(x[-1])
    table = np.interp(np.linspace(low, high, 256), x, y).astype(np.float32)
    index = np.clip((u - low) * (255.0 / max(high - low, 1e-6)), 0.0, 255.0).astype(np.int32)
    return np.asarray(table[index], np.float32)


class Interior:
    """Makes the mouth's inside for any frame."""

    def __init__(self, picture: Picture, face: StillFace) -> None:
        self._face = face
        self._palette = Palette.measured(picture, face)
        edges, size = np.stack([face.upper, face.lower]), (picture.width, picture.height)
        seen = face.open and Patch.around(edges, face.scale, size) is not None
        self.own = OwnInside(picture, face, self._palette) if seen else None

    @property
    def shows_teeth(self) -> bool:
        """Whether the still shows teeth."""
        return self.own is not None and self.own.teeth

    def drawn(self, patch: Patch, rest_line: Floats, tongue: float, skull: Floats, jaw: Floats) -> Floats:
        """(h, w, 3) float32 BGR of the patch as if there were no lips.

        rest_line : (h, w) IOD, down from the line of the corners: where the still's lips meet, carried by the skull.
        tongue : 0..1, how far its tip is raised to the teeth.
        skull, jaw : as in `OwnInside.laid`.
        """
        cavity = self._cavity(patch, tongue)
        if self.own is None:
            inside = self._with_teeth(cavity, patch, rest_line)
        else:
            own, sure = self.own.laid(patch, skull, jaw)
            inside = np.asarray(cavity + sure[..., None] * (own - cavity), np.float32)
        return self._with_tip(inside, patch, tongue) if tongue > 0.05 else inside

    def _with_tip(self, inside: Floats, patch: Patch, tongue: float) -> Floats:
        """The tip of a raised tongue before the teeth's edge."""
        gap = np.maximum(patch.lower - patch.upper, 1e-3)
        across = (np.clip(patch.u / patch.width, 0.0, 1.0) - 0.5) / 0.27
        round_ = np.sqrt(np.clip(1.0 - across * across, 0.0, 1.0))
        height = patch.lower - patch.v
        top = np.minimum(0.62 * gap, 0.055) * tongue * round_
        share = smooth((top - height) / 0.012 + 0.5) * round_ * tongue * smooth(gap / 0.035)
        light = 0.45 + 0.35 * smooth(height / 0.03)
        tip = (0.80 * self._palette.lips + 0.10 * self._palette.skin) * light[..., None]
        return np.asarray(inside + 0.85 * share[..., None] * (tip - inside), np.float32)

    def _cavity(self, patch: Patch, tongue: float) -> Floats:
        """Dark flesh: darkest under the upper lip and in the corners, a little lighter low in the middle."""
        lips, skin = self._palette.lips, self._palette.skin
        # Darkness of a mouth is never black: light comes through lips and cheeks, and it is red.
        deep = 0.20 * lips + 0.07 * float(skin.mean()) * self._palette.tinted(0.35, 0.30, 1.0)
        flesh = 0.50 * lips + 0.09 * float(skin.mean()) * self._palette.tinted(0.5, 0.5, 1.5)
        if self.own is not None:
            # Under teeth that the still shows from lip to lip, lower teeth and tongue follow, no black.
            deep = deep + 0.75 * (flesh - deep) if self.own.dark is None else self.own.dark
        gap = np.maximum(patch.lower - patch.upper, 1e-3)
        s = np.clip(patch.u / patch.width, 0.0, 1.0)
        middle = np.clip(4.0 * s * (1.0 - s), 0.0, 1.0)
        # The tongue rests behind the lower teeth, its top about 0.06 IOD above the lower lip; raised, it fills the gap.
        top = np.minimum(0.085 * middle, 0.62 * gap) + tongue * 0.45 * gap * middle
        height = patch.lower - patch.v
        body = smooth((top - height) / (0.045 + 0.02 * tongue))
        depth = smooth((patch.v - patch.upper) / 0.07)  # in the upper lip's shadow
        share = body * (0.60 + 0.15 * tongue + 0.25 * depth) * smooth(middle / 0.7)
        # Little light falls into a narrow gap; without colour a tongue would pass for the lower lip.
        share = share * smooth(gap / 0.12) * (0.35 + 0.65 * self._palette.colour)
        groove = 1.0 - 0.18 * np.exp(-((((s - 0.5) * patch.width) / 0.02) ** 2))
        # The lower lip's own inner side, in its shadow.
        near = np.exp(-np.maximum(height, 0.0) / 0.014) * smooth(gap / 0.03)
        share = np.maximum(share * groove * (1.0 - 0.65 * near), 0.25 * near * middle)
        return np.asarray(deep + share[..., None] * (flesh - deep), np.float32)

    def _with_teeth(self, cavity: Floats, patch: Patch, rest_line: Floats) -> Floats:
        """A dim band of upper teeth, fixed to the skull, soft at its lower edge."""
        skin = self._palette.skin
        light = float(skin.mean())
        tooth = TEETH_LIGHT * (0.62 * skin + 0.38 * light * self._palette.tinted(0.96, 1.05, 1.16))
        s = np.clip(patch.u / patch.width, 0.0, 1.0)
        middle = np.clip(4.0 * s * (1.0 - s), 0.0, 1.0)
        # Edges of the incisors, lower in the middle, with the trace of a gap between teeth.
        across = (s - 0.5) * patch.width
        scallop = 0.0035 * np.abs(np.sin(np.pi * across / 0.085))
        end = rest_line + TEETH_SHOWN * (0.45 + 0.55 * middle) + scallop
        band = smooth((end - patch.v) / 0.011 + 0.5)
        round_ = smooth((middle - 0.20) / 0.65)  # the row of teeth bends back to the sides
        gap = np.maximum(patch.lower - patch.upper, 0.0)
        shadow = 1.0 - 0.40 * np.exp(-np.maximum(patch.v - patch.upper, 0.0) / 0.020)
        shadow = shadow * (1.0 - 0.10 * np.exp(-(((np.mod(across + 0.0425, 0.085) - 0.0425) / 0.004) ** 2)))
        # Little light falls into a narrow gap; without colour teeth are hard to tell from lips.
        share = band * round_ * (0.15 + 0.77 * smooth(gap / 0.11)) * (0.3 + 0.7 * self._palette.colour)
        return np.asarray(cavity + share[..., None] * (tooth * shadow[..., None] - cavity), np.float32)
