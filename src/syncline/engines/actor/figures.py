"""What a bank holds, as figures and as a picture."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from syncline.engines.actor import appearance
from syncline.engines.actor.bank import Bank
from syncline.speech.articulation import flags

SCHEMA: Final = "syncline.actorfigures/1"
ENOUGH_SECONDS: Final = 0.3  # of a phone, about four of them, to count as covered
SHEET_COLUMNS: Final = 16
CELL: Final = (96, 84)  # px, width and height of a mouth on the sheet

# Visible kinds of phones that every language's speech needs, by a phone that stands for them.
KINDS: Final = {
    "shut lips (p b m)": "m",
    "lip to teeth (f v)": "f",
    "hissing (s z)": "s",
    "pushed hissing (sh zh)": "ʃ",
    "tongue tip (t d n l)": "t",
    "back of the tongue (k g)": "k",
    "round (w u o)": "u",
    "wide (i e)": "i",
    "open (a)": "a",
}


def figures(bank: Bank) -> dict[str, Any]:
    """Minutes, frames, phones covered and missing, lips and size of a bank, as JSON types.

    "covered" are phones with at least `ENOUGH_SECONDS` of usable footage; "missing" the visible kinds of phones
    (`KINDS`) of which there is less than that.
    """
    seconds = phone_seconds(bank)
    covered = {ipa: round(s, 2) for ipa, s in sorted(seconds.items(), key=lambda e: -e[1]) if s >= ENOUGH_SECONDS}
    scarce = {ipa: round(s, 2) for ipa, s in sorted(seconds.items(), key=lambda e: -e[1]) if s < ENOUGH_SECONDS}
    kinds = kind_seconds(seconds)
    return {
        "schema": SCHEMA,
        "minutes": round(bank.seconds / 60.0, 2),
        "spoken_minutes": round(sum(seconds.values()) / 60.0, 2),
        "frames": len(bank),
        "clips": len(bank.clips),
        "languages": sorted({clip.cue.language for clip in bank.clips}),
        "phones_covered": covered,
        "phones_scarce": scarce,
        "kinds_missing": [name for name, s in kinds.items() if s < ENOUGH_SECONDS],
        "closed_share": round(float((bank.mouth[:, 0] <= bank.closed).mean()), 3) if len(bank) else 0.0,
        "iod_px": round(float(np.median(bank.pose.scale)), 1) if len(bank) else 0.0,
        "megabytes_of_pictures": round(bank.crops.nbytes / 1e6, 2),
        "context_model": bank.model is not None,
        "own_visemes": bank.table.learned,
    }


def phone_seconds(bank: Bank) -> dict[str, float]:
    """Seconds of usable footage of each phone; silence is left out."""
    total: dict[str, float] = defaultdict(float)
    for number, clip in enumerate(bank.clips):
        times = bank.time[bank.clip == number]
        starts = np.array([phone.start for phone in clip.cue.phones])
        if not len(starts) or not len(times):
            continue
        place = np.searchsorted(starts, times, side="right") - 1
        for index, frames in zip(*np.unique(place, return_counts=True), strict=True):
            phone = clip.cue.phones[max(0, int(index))]
            if not phone.silent:
                total[phone.ipa] += int(frames) / clip.rate
    return dict(total)


def kind_seconds(seconds: dict[str, float]) -> dict[str, float]:
    """Seconds of each visible kind of phone."""
    out = dict.fromkeys(KINDS, 0.0)
    for ipa, held in seconds.items():
        mine = flags(ipa)
        for name, model in KINDS.items():
            asked = flags(model)
            wanted = [f for f in ("closure", "labiodental", "sibilant", "open", "spread", "free") if getattr(asked, f)]
            alike = all(getattr(mine, f) for f in wanted) and mine.vowel == asked.vowel
            if alike and mine.rounded == asked.rounded:
                out[name] += held
    return out


def contact_sheet(bank: Bank, rows: int = 12) -> npt.NDArray[np.uint8]:
    """(h, w, 3) uint8 BGR: mouths of the bank, evenly over its phones, the name of the phone on each.

    Raises IndexError for an empty bank.
    """
    chosen = _spread(bank, rows * SHEET_COLUMNS)
    cells = []
    for i, _label in chosen:
        crop, origin = bank.crop(i)
        mouth = appearance.mouth_picture(crop, origin, bank.to_pixels(i))
        cell = cv2.resize(mouth, CELL, interpolation=cv2.INTER_CUBIC)
        cv2.putText(
            cell, f"{int(bank.clip[i])}:{int(bank.frame[i])}", (3, 10), 0, 0.32, (255, 255, 255), 1, cv2.LINE_AA
        )
        cells.append(cell)
    blank = np.zeros((CELL[1], CELL[0], 3), np.uint8)
    cells += [blank] * (-len(cells) % SHEET_COLUMNS)
    lines = [np.hstack(cells[k : k + SHEET_COLUMNS]) for k in range(0, len(cells), SHEET_COLUMNS)]
    return np.asarray(np.vstack(lines), np.uint8)


def _spread(bank: Bank, count: int) -> list[tuple[int, str]]:
    """Frames evenly over the bank, with the phone said in each."""
    if not len(bank):
        raise IndexError("an empty bank has no sheet")
    out = []
    for i in np.unique(np.linspace(0, len(bank) - 1, min(count, len(bank))).astype(np.int64)):
        phones = bank.clips[int(bank.clip[i])].cue.phones
        starts = [phone.start for phone in phones]
        place = int(np.searchsorted(starts, bank.time[i], side="right")) - 1
        out.append((int(i), phones[place].ipa if 0 <= place < len(phones) else ""))
    return out
