"""JSON: the cue sheet itself, with its visemes."""

from __future__ import annotations

import json
from typing import Any

from syncline.speech.cuesheet import CueSheet
from syncline.speech.formats.common import runs_of
from syncline.speech.visemes import viseme


def cue_document(cue: CueSheet) -> dict[str, Any]:
    """The cue sheet as JSON types with `visemes`, the fifteen's names with their times; reads back as the sheet."""
    visemes = runs_of(cue, lambda phone: viseme(phone.ipa, cue.language))
    return {**cue.to_json(), "visemes": [{"viseme": name, "start": start, "end": end} for start, end, name in visemes]}


def json_text(cue: CueSheet) -> str:
    """`cue_document` as text, one line an entry."""
    parts = []
    for key, value in cue_document(cue).items():
        if isinstance(value, list) and value:
            entries = ",\n".join(f"    {_plain(entry)}" for entry in value)
            parts.append(f"  {_plain(key)}: [\n{entries}\n  ]")
        else:
            parts.append(f"  {_plain(key)}: {_plain(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
