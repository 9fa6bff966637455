"""Labels of phone tiers as IPA: IPA itself, ARPAbet and X-SAMPA; other notations are left alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from syncline.speech.articulation import known
from syncline.speech.cuesheet import SILENCE
from syncline.speech.ipa import ARPABET, clean

# What aligners write where nothing is said (Kaldi, MFA, HTK, WebMAUS, TIMIT, Charsiu).
_SILENT: Final = frozenset(
    ("", "sil", "sp", "spn", "nsn", "pau", "epi", "h#", "#", "_", "<eps>", "<sil>", "[sil]", "<p:>", "<p>", "<unk>")
)
_ARPABET: Final = re.compile(r"([A-Z]{1,2})[0-2]?(?:_[BIES])?")
_PINYIN_TONE: Final = re.compile(r"[a-zü]+[1-5]")
_OTHER_ARPABET: Final = {"AX": "ə", "AXR": "ɚ", "IX": "ɪ", "DX": "ɾ", "NX": "n", "EL": "l̩", "EM": "m̩", "EN": "n̩"}

# X-SAMPA (Wells 1995), and SAMPA where the two agree; its lower-case letters are IPA's own.
_XSAMPA: Final = dict(
    zip(
        "@{AEIOQUVY236917}8&BCDFGHJKLMNPRSTWXZ45?:~=",
        "əæɑɛɪɔɒʊʌʏøɜɐœɨɤʉɵɶβçðɱɣɥɲɬʎɯŋʋʁʃθʍχʒɾɫʔː\u0303\u0329",
        strict=True,
    )
)
_XSAMPA_PAIRS: Final = {"@`": "ɚ", "3`": "ɝ", "r\\": "ɹ", "_h": "ʰ", "_w": "ʷ", "_j": "ʲ", "_?\\": "ˤ"}


def silent(label: str) -> bool:
    """Whether a label says that nothing is said."""
    return label.strip().lower() in _SILENT


def ipa_of(labels: Sequence[str]) -> list[str] | None:
    """The labels as IPA, "sil" for silence; None where they are in a notation that is not known here."""
    said = [label.strip() for label in labels if not silent(label)]
    if not said:
        return [SILENCE] * len(labels)
    arpabet = [_from_arpabet(label) for label in said]
    if all(arpabet):
        table = dict(zip(said, arpabet, strict=True))
    else:
        if any(_PINYIN_TONE.fullmatch(label) for label in said):  # "j", "ou4": letters that would pass for IPA
            return None
        table = {label: clean(label) for label in said}
        if not all(ipa and known(ipa) for ipa in table.values()):
            table = {label: _from_xsampa(label) for label in said}
        if not all(ipa and known(ipa) for ipa in table.values()):
            return None
    return [SILENCE if silent(label) else str(table[label.strip()]) for label in labels]


def _from_arpabet(label: str) -> str | None:
    match = _ARPABET.fullmatch(label)
    return None if match is None else ARPABET.get(match[1]) or _OTHER_ARPABET.get(match[1])


def _from_xsampa(label: str) -> str:
    for pair, ipa in _XSAMPA_PAIRS.items():
        label = label.replace(pair, ipa)
    return clean("".join(_XSAMPA.get(sign, sign) for sign in label))
