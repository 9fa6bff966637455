"""Visemes by language: what a mouth loses under English habits, which phones are mapped, and how Mandarin is read.

A sentence's mouth is made twice, as its language holds it and as English would: with English settings on the same
phones, and with each phone replaced by the English one that looks most like it (which is what an English lip-sync does
to other languages). The difference is given in percent of the distance between the outer corners of the eyes; a face
tracker's own noise on re-encoded video is 0.34.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile
import soxr
from pypinyin import Style, lazy_pinyin

from benchmarks.espeak_phones import Inventory, inventories
from benchmarks.material import LINES
from benchmarks.part import Part
from benchmarks.report import table
from syncline.motion.closure import closure_curve
from syncline.motion.mouthtrack import CHANNELS
from syncline.motion.phones import from_phones
from syncline.speech.align import align
from syncline.speech.articulation import flags, known
from syncline.speech.cuesheet import CueSheet, Phone, contiguous
from syncline.speech.espeak import speak
from syncline.speech.ipa import ARPABET
from syncline.speech.mandarin import pinyin
from syncline.speech.sphinx import arpabet
from syncline.speech.text import tokenise
from syncline.speech.viseme_tables import ARKIT, microsoft, rhubarb
from syncline.speech.visemes import viseme, viseme_track, viseme_weights

RATE: Final = 100
FLOOR: Final = 0.34  # % IOD: the tracker's noise on video that was encoded again (measured on GRID)
RECORDED: Final = ("zh", "de", "es", "fr", "ja")
SPOKEN: Final = {
    "zh": "女士去绿色的银行吃饭，是日本人。",
    "ja": "フジさんとサンポして、きっぷをかった。",
    "ar": "الطَّالِبُ فِي الصَّبَاحِ يَقْرَأُ كِتَابًا",
    "hi": "वह भारत में फल और पानी बेचता है।",
    "pt-br": "O homem bom falou muito bem com você.",
    "it": "La mamma e il babbo mangiano gli gnocchi di tutti.",
    "ru": "Мы были в шумном городе, и жизнь была хороша.",
    "ko": "어머니는 음악을 듣고 빵을 먹습니다.",
}
MAIN: Final = "en-us en-gb de fr es it pt pt-br ru zh yue ja ko ar hi".split()  # noqa: SIM905
# Characters with several readings. The rules of `speech.mandarin` were written beside the first sentences (of those
# from "人行道" on they read 89 % before they were mended by them); the second were written when the rules were done and
# changed nothing in them.
KNOWN_SENTENCES: Final = """
银<行>=hang2 步<行>回家=xing2 这样<行>不行=xing2 他是<行>家=hang2 第一<行>字=hang2 自<行>车=xing2
孩子<长>大了=zhang3 这条路很<长>=chang2 <长>城很美=chang2 校<长>来了=zhang3 时间太<长>了=chang2
他走<了>=le5 我<了>解你=liao3 我受不<了>你=liao3 天黑<了>=le5
他跑<得>很快=de5 我<得>走了=dei3 他<得>到了奖励=de2 说<得>对=de5 你还<得>去一次=dei3
他<还>没来=hai2 请<还>给我=huan2 我要<还>钱=huan2 <还>有一个=hai2 他还没<还>我书=huan2
我们<都>去=dou1 首<都>北京=du1 成<都>很美=du1 大家<都>说好=dou1
很<重>要=zhong4 <重>新开始=chong2 箱子很<重>=zhong4 <重>庆火锅=chong2 双<重>标准=chong2
人<行>道上没有人=xing2 中国人民银<行>公告=hang2 请排成两<行>站好=hang2 这个办法可<行>=xing2 他在<行>业里很有名=hang2
她的头发越来越<长>=chang2 他们是看着我<长>大的=zhang3 <长>期合作=chang2 部<长>今天访问=zhang3 一米<长>的绳子=chang2
你吃饱<了>吗=le5 他一个人忙不过来<了>=le5 这么多我吃不<了>=liao3 <了>不起的人=liao3 为<了>孩子=le5
他写<得>真好=de5 这件事你<得>问他=dei3 这次比赛<得>了第一名=de2 累<得>睡着了=de5 心<得>体会=de2
他昨天<还>在这里=hai2 欠债要<还>=huan2 明天把车<还>给他=huan2 你<还>记得我吗=hai2 讨价<还>价=huan2
他什么<都>不知道=dou1 东京是日本的<都>市=du1 每个人<都>要走=dou1 <都>是我的错=dou1 定<都>南京=du1
请<重>说一遍=chong2 这本书太<重>了=zhong4 两国<重>归于好=chong2 <重>点是学习=zhong4 他的<重>病好了=zhong4"""
NEW_SENTENCES: Final = """
银<行>门口有很多人=hang2 我觉得这样不<行>=xing2 他转<行>当了老师=hang2 祝你旅<行>愉快=xing2 书架上有三<行>书=hang2
这座桥有多<长>=chang2 小树<长>高了不少=zhang3 院<长>正在开会=zhang3 我最<长>的一次旅行=chang2 孩子的成<长>很快=zhang3
电影已经开始<了>=le5 这点小事难不倒<了>他=le5 谁也忘不<了>那一天=liao3 他对历史很<了>解=liao3 别哭<了>=le5
风大<得>吓人=de5 你<得>小心一点=dei3 他考试<得>满分=de2 讲<得>清楚一些=de5 大家都<得>参加=dei3
你<还>想吃什么=hai2 借的钱<还>没还清=hai2 请把钥匙<还>我=huan2 这本书比那本<还>贵=hai2 按时<还>款=huan2
我和他<都>喜欢音乐=dou1 北京是中国的首<都>=du1 一切<都>会好的=dou1 大<都>市的夜晚=du1 连孩子<都>知道=dou1
我们<重>新认识一下=chong2 责任<重>大=zhong4 他把句子<重>写了=chong2 山<重>水复=chong2 轻<重>缓急=zhong4"""


@dataclass(frozen=True)
class Difference:
    """Two mouths of one line: RMS of opening, width, protrusion, jaw in % IOD over what is said, and the largest;
    seconds in which one is shut and the other is not; share of time in which the viseme is another."""

    rms: tuple[float, ...]
    largest: float
    shut: float
    visemes: float


def run() -> Part:
    """All three tables."""
    missed: list[str] = []
    rows, figures = _mouths(missed)
    voices = inventories()
    mapped, unmapped = _mapped(voices)
    readings = {"sentences beside the rules": KNOWN_SENTENCES, "sentences new to them": NEW_SENTENCES}
    read = {name: _readings(text) for name, text in readings.items()}
    heads = ["line", "held as", *(f"{name}, RMS" for name in CHANNELS), "largest", "shut otherwise, s", "other viseme"]
    if unmapped:
        missed.append(f"phones without a place: {', '.join(unmapped)}")
    total = len(set().union(*(voice.phones for voice in voices)))
    body = [
        (__doc__ or "").partition("\n\n")[2].strip(),
        table(heads, rows),
        f"{len(voices)} voices of espeak-ng were walked through their tables of phonemes, numbers and letters:"
        f" {sum(len(voice.phones) for voice in voices)} phones, {total} of them different, {len(unmapped)} without a"
        " place in the articulatory space or in one of the sets of visemes. The languages with settings of their own:",
        table(["voice", "language", "phonemes in its table", "phones heard", "shut the lips", "visemes used"], mapped),
        "Characters with several readings (行 长 了 得 还 都 重), read right by espeak-ng itself, by pypinyin, and by"
        " pypinyin with the neighbours of the character:",
        table(["", "characters", "espeak-ng", "pypinyin", "in context"], [[name, *row] for name, row in read.items()]),
    ]
    document = {"mouths": figures, "voices": len(voices), "phones": total, "unmapped": unmapped, "readings": read}
    return Part("Visemes by language", "\n\n".join(body), tuple(missed), document)


def _mouths(missed: list[str]) -> tuple[list[list[str]], dict[str, dict[str, float]]]:
    rows, figures = [], {}
    lines = [(f"{language}, recorded", _recorded(language)) for language in RECORDED]
    lines += [(f"{language}, synthetic", _spoken(language)) for language in SPOKEN]
    for name, cue in lines:
        for kind, other in (
            ("English settings", replace(cue, language="en")),
            ("English phones", _in_english(cue)),
        ):
            found = difference(cue, other)
            moved = [f"{value:.2f}" for value in found.rms]
            rows.append([name, kind, *moved, f"{found.largest:.1f}", f"{found.shut:.2f}", f"{found.visemes:.0%}"])
            figures[f"{name}, {kind}"] = {
                **dict(zip(CHANNELS, found.rms, strict=True)),
                "largest": found.largest,
                "shut": found.shut,
                "visemes": found.visemes,
            }
            if max(found.rms) <= FLOOR and kind == "English phones":
                missed.append(f"{name}: {kind} move the mouth by {max(found.rms):.2f} % IOD, within a tracker's noise")
    return rows, figures


def difference(own: CueSheet, other: CueSheet) -> Difference:
    """How far the generic mouths of two sheets with the same times lie apart."""
    times = np.arange(int(own.duration * RATE)) / RATE
    mine, theirs = from_phones(own, times), from_phones(other, times)
    said = ~mine.rest & ~theirs.rest
    apart = 100 * (mine.stacked() - theirs.stacked())[said]
    shut = closure_curve(own, times) > 0.5, closure_curve(other, times) > 0.5
    named = viseme_track(own).argmax(axis=1), viseme_track(other).argmax(axis=1)
    count = min(len(said), len(named[0]))
    changed = (named[0] != named[1])[:count][said[:count]]
    return Difference(
        tuple(float(value) for value in np.sqrt((apart**2).mean(axis=0))),
        float(np.abs(apart).max()),
        float((shut[0] != shut[1]).sum() / RATE),
        float(changed.mean()),
    )


def _in_english(cue: CueSheet) -> CueSheet:
    """Each phone as the English one that looks most like it; a phone of several parts keeps its time."""
    phones: list[Phone] = []
    for phone in cue.phones:
        names = () if phone.silent else arpabet([phone.ipa])
        edges = np.linspace(phone.start, phone.end, len(names) + 1).tolist()
        phones += [
            replace(phone, ipa=ARPABET[name], start=first, end=last)
            for name, first, last in zip(names, edges[:-1], edges[1:], strict=True)
        ]
    return replace(cue, language="en", phones=contiguous(phones, cue.duration))


def _recorded(language: str) -> CueSheet:
    line = LINES[language]
    y, rate = soundfile.read(line.sound, dtype="float32", always_2d=True)
    y16k: npt.NDArray[np.float32] = np.asarray(soxr.resample(y.mean(axis=1), rate, 16_000), np.float32)
    return align(y16k, line.transcript, line.language)


def _spoken(language: str) -> CueSheet:
    text = " ".join(token.spoken for token in tokenise(SPOKEN[language], language)[0])
    spoken = speak([text], language)[0]
    ends = [*(phone.start for phone in spoken.phones[1:]), spoken.duration]
    phones = [Phone(phone.ipa or "sil", phone.start, end) for phone, end in zip(spoken.phones, ends, strict=True)]
    return CueSheet(language, (), contiguous(phones, spoken.duration), spoken.duration, "spoken")


def _mapped(voices: list[Inventory]) -> tuple[list[list[str]], list[str]]:
    """A row for each voice of the languages with settings, and the phones of all voices that have no place."""
    unmapped = []
    for voice in voices:
        for ipa in sorted(voice.phones):
            placed = known(ipa) and np.isfinite(viseme_weights(ipa, voice.language) @ ARKIT).all()
            if not placed or microsoft(ipa, voice.language) > 21 or rhubarb(ipa, voice.language) not in "ABCDEFGHX":
                unmapped.append(f"{ipa} ({voice.voice})")
    rows = []
    wanted = {"en-gb": "en", "zh": "cmn"}
    for own in MAIN:
        voice = next(each for each in voices if each.voice == wanted.get(own, own))
        shut = sorted(ipa for ipa in voice.phones if flags(ipa, voice.language).closure)
        names = {viseme(ipa, voice.language) for ipa in voice.phones}
        rows.append(
            [voice.voice, voice.name, str(voice.phonemes), str(len(voice.phones)), " ".join(shut), str(len(names))]
        )
    return rows, unmapped


def _readings(text: str) -> list[str]:
    """How many characters there are, and how many each way reads right, in percent; tones do not count."""
    right = np.zeros(3, int)
    items = [each.rsplit("=", 1) for each in text.split()]
    for marked, wanted in items:
        at, plain = marked.index("<"), marked.replace("<", "").replace(">", "")
        own = pinyin(plain)
        syllables = [reading or sign for reading, sign in zip(own, plain, strict=True)]
        alternatives = _ALTERNATIVES[plain[at]]
        heard = speak([plain, *(" ".join([*syllables[:at], a, *syllables[at + 1 :]]) for a in alternatives)], "zh")
        phones = [[phone.ipa for phone in spoken.phones if phone.ipa] for spoken in heard]
        nearest = min(range(len(alternatives)), key=lambda n: _distance(phones[0], phones[n + 1]))
        alone = lazy_pinyin(plain, style=Style.TONE3, neutral_tone_with_five=True)[at]
        for way, reading in enumerate((alternatives[nearest], alone, own[at] or "")):
            right[way] += reading[:-1] == wanted[:-1]
    return [str(len(items)), *(f"{100 * count / len(items):.0f} %" for count in right)]


_ALTERNATIVES: Final = {
    "行": ("xing2", "hang2"),
    "长": ("zhang3", "chang2"),
    "了": ("le5", "liao3"),
    "得": ("de5", "dei3"),
    "还": ("hai2", "huan2"),
    "都": ("dou1", "du1"),
    "重": ("zhong4", "chong2"),
}


def _distance(a: list[str], b: list[str]) -> int:
    """Insertions, deletions and changes from one row of phones to another."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]
