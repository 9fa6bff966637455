"""What stands in a transcript and is not said: stage directions, names of speakers, marks of subtitles.

    ANNA: (whispers) Come in. [a door opens]        is said as       Come in.
    >> Thank you. *sighs*                            is said as       Thank you.

Square brackets always hold a direction. Round brackets do where they are the whole line or begin it, hold a word that
directions are made of, or are in capitals; else their words are said. A name with a colon is a speaker where it is
written in capitals, or where several lines begin so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

_LONGEST: Final = 200  # characters between brackets; more is text whose bracket was never closed
_TAG: Final = re.compile(r"</?[A-Za-z][^<>\n]{0,100}>|<\d\d:\d\d[\d:.]{0,12}>|\{\\[^{}\n]{0,100}\}")
_TIMING: Final = re.compile(r"^\s*[\d:.,]{4,16}\s*-->\s*[\d:.,]{4,16}.*$")
_SQUARE: Final = re.compile(rf"\[[^\[\]]{{0,{_LONGEST}}}\]|[【〔][^【】〔〕]{{0,{_LONGEST}}}[】〕]")
_ROUND: Final = re.compile(rf"\([^()]{{1,{_LONGEST}}}\)|（[^（）]{{1,{_LONGEST}}}）")
_STARRED: Final = re.compile(r"(?<![\w*])\*([^*\n]{1,60})\*(?![\w*])")
_CHEVRONS: Final = re.compile(r"^\s*(?:>{2,3}|»)\s*")
_LABEL: Final = re.compile(
    r"^\s*(?P<name>[^\W\d_][\w.'’#-]{0,30}(?: [\w.'’#&-]{1,30}){0,3})(?: ?[(（][^()（）\n]{0,40}[)）])?(?:: |:$|：)"
)
_WORDS_OF_A_DIRECTION: Final = 6
# Beginnings of the words that directions are made of.
_DIRECTIONS: Final = re.compile(
    r"(?:^|\b)(?:laugh|chuckl|giggl|whisper|sigh|cough|sobb|sobs|cries|crying|shout|scream|yell|gasp|groan|moan|snort|"
    r"sniff|mutter|murmur|mumbl|exhal|inhal|breath|clears? (?:his|her|their|my )?throat|beat$|pause|silence|music|"
    r"applau|cheer|inaudible|indistinct|unintelligible|cross-?talk|overlap|off-?screen|o\.?s\.?$|v\.?o\.?$|voice-?over|"
    r"cont['’]?d|continu|singing|sings|humm|quietly|softly|loudly|angrily|sarcastic|in \w+ian$|in english|in french|"
    r"lacht|lachend|lachen|flüster|seufz|hust|weint|schrei|stille|musik|beifall|leise|unverständlich|"
    r"rires?|rit$|chuchot|murmur|soupir|tousse|pleure|musique|rumeur|inaudible|"
    r"ríe|risas|susurr|suspir|tose|llora|grita|pausa|silencio|música|aplauso|"
    r"ride$|risate|sussurr|sospir|tossi|piange|grida|silenzio|musica|applausi|"
    r"risos|sussurr|silêncio|смех|сме[её]тся|ш[её]пот|шепч|вздых|вздох|кашля|плач|кричит|пауза|музыка|аплодис|неразбор)"
    r"|[笑叹嘆哭咳]|低声|低聲|停顿|沉默|音乐|音樂|掌声|旁白|画外音|ささや|ため息|沈黙|拍手|間$|"
    r"웃음|웃으|속삭|한숨|기침|울음|침묵|음악|박수|ضحك|يهمس|همس|موسيقى|تصفيق|हँस|हंस|फुसफुस|संगीत|तालियाँ",
    re.IGNORECASE,
)


@dataclass
class _Left:
    """What was left out, in order."""

    parts: list[str] = field(default_factory=list)

    def out(self, match: re.Match[str]) -> str:
        self.parts.append(" ".join(match[0].split()))
        return " "


def spoken_only(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without what is not said, and what was left out, in order. Lines stay lines."""
    left = _Left()
    lines = _TAG.sub(" ", text).split("\n")
    lines = _without_times(lines)
    lines = _without_speakers(lines, left)
    spoken = "\n".join(lines)
    spoken = _SQUARE.sub(left.out, spoken)
    spoken = "\n".join(_without_round(line, left) for line in spoken.split("\n"))
    spoken = _STARRED.sub(lambda m: left.out(m) if _DIRECTIONS.search(m[1]) else f" {m[1]} ", spoken)
    if not any(sign.isalnum() for sign in spoken) and any(part[:1] in "(（" for part in left.parts):
        aloud = [part for part in left.parts if part[:1] in "(（" and not _DIRECTIONS.search(part)]
        return " ".join(part[1:-1] for part in aloud), tuple(part for part in left.parts if part not in aloud)
    return spoken, tuple(left.parts)


def note_of(left: Sequence[str], most: int = 4) -> str | None:
    """One sentence for the user about what was left out; None where nothing was."""
    if not left:
        return None
    shown = ", ".join(part[:40] for part in left[:most])
    more = f" and {len(left) - most} more" if len(left) > most else ""
    return f"left out as not spoken: {shown}{more}"


def _without_times(lines: list[str]) -> list[str]:
    """Lines without the numbers and times of subtitles."""
    timed = [bool(_TIMING.match(line)) for line in lines]
    if not any(timed):
        return lines
    kept = []
    for number, line in enumerate(lines):
        counter = line.strip().isdigit() and number + 1 < len(lines) and timed[number + 1]
        header = number == 0 and line.strip().startswith("WEBVTT")
        kept.append("" if timed[number] or counter or header else line)
    return kept


def _without_speakers(lines: list[str], left: _Left) -> list[str]:
    labels = [_LABEL.match(_CHEVRONS.sub("", line)) for line in lines]
    written = sum(bool(line.strip()) for line in lines)
    begun = sum(label is not None for label in labels)
    habit = begun >= 2 and 2 * begun >= written
    alone = Counter(line.strip() for line in lines if _is_cue(line))
    kept = []
    for number, (line, label) in enumerate(zip(lines, labels, strict=True)):
        bare = _CHEVRONS.sub("", line)
        name = label["name"] if label is not None else ""
        following = lines[number + 1].lstrip() if number + 1 < len(lines) else ""
        if label is not None and (_in_capitals(name) or (habit and _is_name(name))):
            left.parts.append(label[0].strip())
            kept.append(bare[label.end() :])
        elif _is_cue(line) and (following[:1] in ("(", "（") or alone[line.strip()] > 1):
            left.parts.append(line.strip())
            kept.append("")
        else:
            kept.append(bare)
    return kept


def _is_cue(line: str) -> bool:
    """Whether a line could be the name over a speech in a screenplay: "ANNA", "ANNA (V.O.)"."""
    name = re.sub(r"[(（][^()（）]{0,40}[)）]\s*$", "", line.strip())
    return 1 < len(name) <= 30 and len(name.split()) <= 3 and _in_capitals(name) and name.rstrip()[-1] not in ".!?,;:"


def _in_capitals(name: str) -> bool:
    letters = [sign for sign in name if sign.isalpha()]
    return len(letters) > 1 and all(sign.isupper() for sign in letters)


def _is_name(name: str) -> bool:
    """Whether a label is written as a name: capitals, or a writing that has none."""
    return all(word[:1].isupper() or word[:1].isdigit() or not word[:1].islower() for word in name.split())


def _without_round(line: str, left: _Left) -> str:
    def out(match: re.Match[str]) -> str:
        inside = match[0][1:-1].strip()
        whole = not (line[: match.start()] + line[match.end() :]).strip(" \t.,!?-–—")
        opens = not line[: match.start()].strip(" \t-–—")
        short = len(inside.split()) <= _WORDS_OF_A_DIRECTION and inside[-1:] not in ".!?"
        known = short and _DIRECTIONS.search(inside)
        if whole or (opens and short) or known or _in_capitals(inside):
            return left.out(match)
        return match[0]

    return _ROUND.sub(out, line) if "(" in line or "（" in line else line
