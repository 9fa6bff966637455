"""Pinyin for Chinese characters: espeak-ng's own reading is wrong where a character has several.

Readings come from pypinyin (MIT, its dictionaries of characters and phrases in the wheel); what its phrases leave open
is settled by the neighbours of the character. espeak-ng's Mandarin voice reads pinyin with tone numbers as it reads
characters, with the same phones.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from syncline.speech.scripts import is_han

# A syllable as espeak-ng's Mandarin voice takes it; others ("hm", "n2") go to it as characters.
_SYLLABLE: Final = re.compile(r"(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?[aeiouv]{1,3}(?:n|ng|r)?[1-5]|er[1-5]")
_RUN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_BLOCK: Final = 2000  # characters given to pypinyin at once

_PRONOUNS: Final = "我你您他她它们咱谁"
# A character between its neighbours -> its reading; the first pattern that fits counts. "@" stands for the character.
_CONTEXT: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "得": (
        (r"@(?=[到了出奖分知意罪票失胜名])", "de2"),
        (r"(?<=[觉获取值记舍懂晓显免使难])@", "de5"),
        (rf"(?<=[还必总就又也都只可{_PRONOUNS}])@(?=[\u3400-\u9fff])", "dei3"),
        (r"(?<=[\u3400-\u9fff])@", "de5"),
    ),
    "长": (
        (r"@(?=[得大高胖成满出辈官相])", "zhang3"),
        (r"(?<=[很太最更多么好不较特够路条年漫延细越])@", "chang2"),
        (r"(?<=[校市院部团班船家队会首酋局所站店厂镇村县省州处科社董行组排连营师军司])@", "zhang3"),
        (r"@(?=[的城江度期久处远寿假跑途])", "chang2"),
    ),
    "还": (
        (r"@(?=[了吗吧呢]|$)", "huan2"),
        (r"@(?=[给钱债款账清])", "huan2"),
        (rf"(?<=[没要去来快得能会可想忘该把先再就])@(?=[{_PRONOUNS}书])", "huan2"),
        (r"(?<=[归偿退送交奉生])@", "huan2"),
        (rf"(?<=书)@(?!是|有|没|在|要|会|能)|^@(?=[{_PRONOUNS}](?:的|书|钱))", "huan2"),
    ),
    "行": (
        (r"(?<=[一二三四五六七八九十两几每第])@(?![动为走驶李人])", "hang2"),
        (r"(?<=[银商同本外内各改转入])@(?=[业里家情])|@(?=[业列情长家])|(?<=[银央投分支总])@", "hang2"),
    ),
    "重": (
        (r"@(?=[新复来做写建演拍播读启逢申组置叠庆返现唱看听走开造温说归讲学修])", "chong2"),
        (r"(?<=双)@|@$(?<=[一二三四五六七八九十两几]重)", "chong2"),
    ),
    "了": ((r"(?<=[\u3400-\u9fff][不得])@(?![\u3400-\u9fff]解)", "liao3"), (r"@(?=[解结断])", "liao3")),
    "地": ((r"(?<=[然力声速心情])@(?=[\u3400-\u9fff])", "de5"),),
    "着": ((r"(?<=[睡找])@|@(?=[火凉急迷])", "zhao2"), (r"@(?=[手陆装重想眼落])", "zhuo2")),
    "都": ((r"@(?=[市会城督])|(?<=[首国京成古故迁建帝旧])@", "du1"),),
}  # fmt: skip


def pinyin(text: str) -> list[str | None]:
    """The reading of each character of a text, such as "hang2" or "nv3"; None for what is none, or has no reading."""
    result: list[str | None] = [None] * len(text)
    for run in _RUN.finditer(text):
        for first in range(run.start(), run.end(), _BLOCK):
            piece = text[first : min(first + _BLOCK, run.end())]
            for offset, reading in enumerate(_readings(piece)):
                result[first + offset] = reading
    return result


def _readings(run: str) -> list[str | None]:
    from pypinyin import Style, lazy_pinyin  # its dictionaries take a sixth of a second to load

    found = lazy_pinyin(run, style=Style.TONE3, neutral_tone_with_five=True)
    if len(found) != len(run):
        return [None] * len(run)
    return [_settled(run, at, reading) for at, reading in enumerate(found)]


def _settled(run: str, at: int, reading: str) -> str | None:
    if not is_han(run[at]):
        return None
    if run[at] == "地" and at >= 2 and run[at - 1] == run[at - 2]:
        return "de5"  # 慢慢地
    for pattern, settled in _patterns(run[at]):
        if pattern.match(run, at):
            return settled
    return reading if _SYLLABLE.fullmatch(reading) else None


@lru_cache(maxsize=64)
def _patterns(sign: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern.replace("@", sign)), said) for pattern, said in _CONTEXT.get(sign, ()))
