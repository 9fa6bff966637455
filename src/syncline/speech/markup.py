"""What is written for a voice: text with pauses and stage directions.

    Hello. <break time="500ms"/> Are you [waves] there? [pause 0.5] Yes.

`<break/>` and `[pause]` make a pause (half a second where no time is given); any other text in square brackets is a
stage direction and is not spoken. `<speak>` around the whole is allowed; other tags are refused. `<` and `>` that make
no tag are spoken as signs. Source: W3C SSML 1.1, sections 3.1.1 and 3.2.3.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType

from syncline.errors import InputError, LimitError

MAX_CHARACTERS = 10_000  # of a text, markup included
MAX_PAUSE_S = 10.0
MAX_PAUSES_S = 300.0  # all pauses of a text
PAUSE_S = 0.5  # where no time is given

# SSML names strengths and leaves their times to the processor.
_STRENGTHS = MappingProxyType({"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.8, "x-strong": 1.2})
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z!?][\w:.-]*)(?P<rest>[^<>]*)>")
_ATTRIBUTE = re.compile(r"""\s*([\w:-]+)\s*=\s*("[^"]*"|'[^']*')""")
_TIME = re.compile(r"(\d{1,6}(?:\.\d{1,6})?|\.\d{1,6})\s*(ms|s)?")
_PAUSE = re.compile(r"pause\b\s*(.*)", re.IGNORECASE | re.DOTALL)
_ENTITIES = MappingProxyType({"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"})
_ENTITY = re.compile("|".join(_ENTITIES))
_SPACES = "\t\n\r\v\f\x85"
_JOINERS = "\u200c\u200d"  # they change how Persian and the scripts of India are read
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


@dataclass(frozen=True)
class Say:
    """Text to be spoken, without markup."""

    text: str


@dataclass(frozen=True)
class Pause:
    """Silence of so many seconds."""

    seconds: float


def parse(text: str) -> tuple[Say | Pause, ...]:
    """What is to be said and where to pause; neighbouring pauses are added, empty text is left out.

    Raises
    ------
    InputError : nothing to say, control characters, an unknown tag, an open bracket, a time that is none.
    LimitError : more than `MAX_CHARACTERS`, or longer pauses than `MAX_PAUSE_S`, `MAX_PAUSES_S` together.
    """
    if len(text) > MAX_CHARACTERS:
        raise LimitError(
            f"the text has {len(text)} characters and at most {MAX_CHARACTERS} are spoken at once; split it into lines",
            stage="voice",
        )
    parts: list[Say | Pause] = []
    for piece in _pieces(_plain(text)):
        if isinstance(piece, Pause) and parts and isinstance(parts[-1], Pause):
            parts[-1] = Pause(parts[-1].seconds + piece.seconds)
        elif isinstance(piece, Pause) or sounds(piece.text):
            parts.append(piece)
    if not any(isinstance(part, Say) for part in parts):
        raise InputError("the text holds nothing to say: give at least one word", stage="voice")
    if sum(part.seconds for part in parts if isinstance(part, Pause)) > MAX_PAUSES_S:
        raise LimitError(f"the pauses of the text are longer than {MAX_PAUSES_S:g} s together", stage="voice")
    return tuple(parts)


def sounds(text: str) -> bool:
    """Whether a text holds anything that is read aloud: letters, digits, signs such as % and €; not punctuation."""
    return any(sign in "%&@#" or (unicodedata.category(sign)[0] in "LNS" and sign not in "`´¨^~") for sign in text)


def _plain(text: str) -> str:
    """Canonical composition, one kind of space, ASCII digits and Latin; formatting signs are dropped."""
    signs = []
    for number, sign in enumerate(unicodedata.normalize("NFC", text).translate(_FULL_WIDTH)):
        category = unicodedata.category(sign)
        if sign in _SPACES:
            signs.append("\n" if sign == "\n" else " ")
        elif category in ("Cc", "Cs"):
            raise InputError(
                f"the text holds a control character (U+{ord(sign):04X}, character {number + 1}); remove it",
                stage="voice",
            )
        elif category == "Nd":
            signs.append(str(unicodedata.decimal(sign)))
        elif category != "Cf" or sign in _JOINERS:
            signs.append(sign)
    return "".join(signs)


def _pieces(text: str) -> list[Say | Pause]:
    """Text and pauses in order; stage directions become a space."""
    found: list[Say | Pause] = []
    run, at = "", 0
    while at < len(text):
        pause: Pause | None = None
        end = at + 1
        tag = _TAG.match(text, at) if text[at] == "<" else None
        if tag is not None:
            pause, end = _tag(tag), tag.end()
        elif text[at] == "[":
            end = _closing(text, at)
            pause = _direction(text[at + 1 : end - 1])
        elif text[at] == "]":
            raise InputError("the text closes a square bracket that it did not open", stage="voice", at=_place(at))
        else:
            run += text[at]
            at = end
            continue
        if pause is None:
            run += " "
        else:
            found += [Say(_ENTITY.sub(_entity, run)), pause]
            run = ""
        at = end
    return [*found, Say(_ENTITY.sub(_entity, run))]


def _entity(match: re.Match[str]) -> str:
    return _ENTITIES[match[0]]


def _closing(text: str, start: int) -> int:
    """Where the bracket that opens at `start` has been closed."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"[": 1, "]": -1}.get(text[at], 0)
        if depth == 0:
            return at + 1
    raise InputError("the text opens a square bracket and does not close it", stage="voice", at=_place(start))


def _direction(inside: str) -> Pause | None:
    match = _PAUSE.fullmatch(inside.strip())
    if match is None:
        return None
    return _pause(match[1].strip(), default_unit="s") if match[1].strip() else Pause(PAUSE_S)


def _tag(tag: re.Match[str]) -> Pause | None:
    name, rest = tag["name"].lower(), tag["rest"].rstrip()
    if name == "speak":
        return None
    if name != "break" or tag["close"]:
        raise InputError(
            f"the text holds the tag {tag[0][:40]!r}, which is not known; <break/> is, and &lt; writes a <",
            stage="voice",
            at=_place(tag.start()),
        )
    attributes = {key: value[1:-1].strip() for key, value in _ATTRIBUTE.findall(rest)}
    if _ATTRIBUTE.sub("", rest).strip(" /") or not set(attributes) <= {"time", "strength"}:
        raise InputError(f'{tag[0][:60]!r} is not understood; write <break time="500ms"/>', stage="voice")
    if "time" in attributes:
        return _pause(attributes["time"])
    strength = attributes.get("strength", "medium")
    if strength not in _STRENGTHS:
        raise InputError(f"{strength[:20]!r} is no strength of a break; give {', '.join(_STRENGTHS)}", stage="voice")
    return Pause(_STRENGTHS[strength])


def _pause(time: str, default_unit: str = "") -> Pause:
    match = _TIME.fullmatch(time)
    unit = (match[2] or default_unit) if match else ""
    if match is None or not unit:
        raise InputError(f"{time[:20]!r} is no length of a pause; write 500ms or 0.5s", stage="voice")
    seconds = float(match[1]) / (1000 if unit == "ms" else 1)
    if seconds > MAX_PAUSE_S:
        raise LimitError(f"a pause of {seconds:g} s is longer than {MAX_PAUSE_S:g} s", stage="voice")
    return Pause(seconds)


def _place(at: int) -> str:
    return f"character {at + 1}"
