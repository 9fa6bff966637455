"""Characters with several readings, in their contexts; what the voice makes of pinyin."""

from __future__ import annotations

import pytest

from syncline.speech.espeak import speak
from syncline.speech.mandarin import pinyin


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("银行行长", "yin2 hang2 hang2 zhang3"),
        ("步行", "bu4 xing2"),
        ("长大", "zhang3 da4"),
        ("时间太长了", "shi2 jian1 tai4 chang2 le5"),
        ("走了", "zou3 le5"),
        ("了解", "liao3 jie3"),
        ("受不了你", "shou4 bu4 liao3 ni3"),
        ("跑得快", "pao3 de5 kuai4"),
        ("你还得去", "ni3 hai2 dei3 qu4"),
        ("得到", "de2 dao4"),
        ("还钱", "huan2 qian2"),
        ("还有", "hai2 you3"),
        ("首都都是", "shou3 du1 dou1 shi4"),
        ("重新重要", "chong2 xin1 zhong4 yao4"),
        ("慢慢地走", "man4 man4 de5 zou3"),
        ("略女", "lve4 nv3"),
    ],
)
def test_readings_in_context(text: str, readings: str) -> None:
    assert pinyin(text) == readings.split()


def test_what_is_no_character_has_no_reading() -> None:
    assert pinyin("a1，嗯")[:3] == [None, None, None]
    assert pinyin("") == []


def test_the_voice_says_pinyin_with_the_phones_of_characters() -> None:
    characters, syllables = speak(["经广州日报报道", "jing1 guang3 zhou1 ri4 bao4 bao4 dao4"], "zh")
    assert [phone.ipa for phone in characters.phones if phone.ipa] == [p.ipa for p in syllables.phones if p.ipa]
