"""Rhubarb Lip Sync's results: tsv, xml, json, and dat for Moho and OpenToonz, to the byte of its manual's form.

Times are hundredths of a second; each shape lasts until the next one starts.
"""

from __future__ import annotations

from fractions import Fraction
from xml.sax.saxutils import escape

from syncline.errors import InputError
from syncline.speech.cuesheet import CueSheet
from syncline.speech.viseme_tables import rhubarb, vowel_targets

DAT_RATE = Fraction(24)  # Rhubarb's own
_DAT_RATES = (24, 100)  # it refuses others
_TWEEN_CS = 4  # an in-between lasts a picture at 25 a second
# From a closed or narrow mouth to the wide D by C, from an open one to the rounded F by E, and back.
_TWEENS = {
    **{frozenset((narrow, "D")): "C" for narrow in "ABGX"},
    frozenset("CF"): "E",
    frozenset("DF"): "E",
}
_FIRST_SHARE = 0.6  # of a diphthong

Shape = tuple[int, int, str]  # start and end in hundredths of a second, letter


def shapes(cue: CueSheet) -> list[Shape]:
    """The mouth shapes of a sheet: contiguous from 0 to its duration, no two alike beside each other."""
    row: list[Shape] = []
    for phone in cue.phones:
        targets = vowel_targets(phone.ipa)
        middle = phone.start + _FIRST_SHARE * (phone.end - phone.start)
        edges = [phone.start, phone.end] if len(targets) == 1 else [phone.start, middle, phone.end]
        for first, last, ipa in zip(edges[:-1], edges[1:], (targets[0], targets[-1]), strict=False):
            _append(row, round(first * 100), round(last * 100), rhubarb(ipa, cue.language))
    return _tweened(row)


def tsv_text(row: list[Shape]) -> str:
    """One shape a line; the last line is the end, with a closed mouth."""
    lines = [f"{_seconds(start)}\t{letter}\n" for start, _, letter in row]
    return "".join(lines) + f"{_seconds(_end(row))}\tX\n"


def xml_text(row: list[Shape], sound_file: str) -> str:
    """`rhubarbResult`: name and length of the sound, and the shapes."""
    name = escape(sound_file, {'"': "&quot;", "'": "&apos;"})
    cues = "".join(
        f'    <mouthCue start="{_seconds(start)}" end="{_seconds(end)}">{letter}</mouthCue>\n'
        for start, end, letter in row or [(0, 0, "X")]
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rhubarbResult>\n  <metadata>\n'
        f"    <soundFile>{name}</soundFile>\n    <duration>{_seconds(_end(row))}</duration>\n  </metadata>\n"
        f"  <mouthCues>\n{cues}  </mouthCues>\n</rhubarbResult>\n"
    )


def json_text(row: list[Shape], sound_file: str) -> str:
    """Name and length of the sound, and the shapes."""
    cues = ",\n".join(
        f'    {{ "start": {_seconds(start)}, "end": {_seconds(end)}, "value": "{letter}" }}'
        for start, end, letter in row or [(0, 0, "X")]
    )
    return (
        f'{{\n  "metadata": {{\n    "soundFile": "{_escaped(sound_file)}",\n'
        f'    "duration": {_seconds(_end(row))}\n  }},\n  "mouthCues": [\n{cues}\n  ]\n}}\n'
    )


def dat_text(row: list[Shape], rate: Fraction = DAT_RATE) -> str:
    """A switch layer of Moho or OpenToonz: frames from 1 on, at 24 to 100 a second. Raises InputError."""
    if not _DAT_RATES[0] <= rate <= _DAT_RATES[1]:
        raise InputError(f"a switch layer has {_DAT_RATES[0]} to {_DAT_RATES[1]} frames a second, not {rate}")
    lines, last = ["MohoSwitch1\n"], 0
    for start, _, letter in row:
        frame = _frame(start, rate)
        if frame != last:
            lines.append(f"{frame} {letter}\n")
            last = frame
    frame = _frame(_end(row), rate)
    return "".join(lines) + f"{frame + (frame == last)} X\n"


def _append(row: list[Shape], start: int, end: int, letter: str) -> None:
    start = row[-1][1] if row else 0
    if end <= start:
        return
    if row and row[-1][2] == letter:
        row[-1] = (row[-1][0], end, letter)
    else:
        row.append((start, end, letter))


def _tweened(row: list[Shape]) -> list[Shape]:
    """Shapes with in-betweens, each taken from the end of a shape that stays at least as long as its in-between."""
    result: list[Shape] = []
    for number, (start, end, letter) in enumerate(row):
        following = row[number + 1][2] if number + 1 < len(row) else letter
        tween = _TWEENS.get(frozenset((letter, following)))
        if tween and end - start >= 2 * _TWEEN_CS:
            result += [(start, end - _TWEEN_CS, letter), (end - _TWEEN_CS, end, tween)]
        else:
            result.append((start, end, letter))
    return result


def _end(row: list[Shape]) -> int:
    return row[-1][1] if row else 0


def _seconds(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _frame(hundredths: int, rate: Fraction) -> int:
    return 1 + int(float(rate) * (hundredths / 100))  # in floating point, as Rhubarb counts


def _escaped(text: str) -> str:
    named = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return "".join(named.get(sign) or (sign if sign >= " " else f"\\u{ord(sign):04x}") for sign in text)
