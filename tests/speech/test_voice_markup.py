"""Pauses, stage directions and text that is no text."""

from __future__ import annotations

import pytest

from syncline.errors import InputError, LimitError
from syncline.speech.markup import MAX_CHARACTERS, PAUSE_S, Pause, Say, parse


def said(text: str) -> list[object]:
    """Words of what is said, and seconds of the pauses."""
    return [" ".join(part.text.split()) if isinstance(part, Say) else part.seconds for part in parse(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hello world", ["Hello world"]),
        ('a <break time="500ms"/> b', ["a", 0.5, "b"]),
        ("a<break time='2s' />b", ["a", 2.0, "b"]),
        ("a <break/> b", ["a", PAUSE_S, "b"]),
        ('a <BREAK strength="x-strong"/> b', ["a", 1.2, "b"]),
        ("a [pause 0.25] b [pause] c [Pause 300ms] d", ["a", 0.25, "b", PAUSE_S, "c", 0.3, "d"]),
        ("a [pause 1] [pause 2] b", ["a", 3.0, "b"]),
        ("[pause 1] a [pause 1]", [1.0, "a", 1.0]),
        ("a [laughs [quietly]] b", ["a b"]),
        ("a [pauses for thought] b", ["a b"]),
        ("[[h@l]] a", ["a"]),
        ("<speak>a</speak>", ["a"]),
        ("1 < 2 > 0", ["1 < 2 > 0"]),
        ("&lt;b&gt; AT&amp;T R&B", ["<b> AT&T R&B"]),
        ("&amp;lt;", ["&lt;"]),
        ("a\u202e\u200b\ufeff b\u00a0c\td\r\ne", ["a b c d e"]),
        ("\uff11\uff12 \u0661\u0662 \u096a", ["12 12 4"]),
        ("... a [pause 1] ... [pause 1] b", ["... a", 2.0, "b"]),
    ],
)
def test_text_is_taken_apart(text: str, parts: list[object]) -> None:
    assert said(text) == parts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "nothing to say"),
        ("?!", "nothing to say"),
        ("a [b", "does not close it .*character 3"),
        ("a] b", "did not open .*character 2"),
        ("<b>a</b>", "tag '<b>', which is not known"),
        ("a </break> b", "not known"),
        ("<phoneme ph='x'>a</phoneme>", "not known"),
        ("<!DOCTYPE x>a", "not known"),
        ("<?xml version='1.0'?>a", "not known"),
        ("a <break time='soon'/>", "'soon' is no length"),
        ("a <break time='5'/>", "'5' is no length"),
        ("a <break tempo='5s'/>", "not understood"),
        ("a <break strength='loud'/>", "no strength"),
        ("a [pause -1]", "'-1' is no length"),
        ("a [pause nan]", "no length"),
        ("a\0b", r"control character \(U\+0000, character 2\)"),
        ("a\x1b[31m", "control character"),
        ("\ud800", "control character"),
    ],
)
def test_what_is_no_text_is_refused_in_one_sentence(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["a" * (MAX_CHARACTERS + 1), "a [pause 10.5]", "a <break time='9999s'/>"])
def test_limits(text: str) -> None:
    with pytest.raises(LimitError):
        parse(text)


def test_all_pauses_together_have_a_limit() -> None:
    assert parse("a" + "[pause 10]" * 30)[1] == Pause(300.0)
    with pytest.raises(LimitError, match="together"):
        parse("a" + "[pause 10]" * 31)


@pytest.mark.parametrize("hostile", ["[" * 5000, "<" * 9000 + "b>", "[" * 4000 + "]" * 4001])
def test_hostile_text_is_refused_in_a_short_sentence(hostile: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(hostile)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("odd", ["[" * 4000 + "]" * 4000 + "a", "&" * 9999 + "a", "<a " * 3300, "<" * 9999 + "a"])
def test_odd_text_is_taken_apart(odd: str) -> None:
    assert len(parse(odd)) == 1
