"""Runs espeak-ng in a process of its own: text in, phones and sound out.

The library is neither thread-safe nor repeatable within a process (its random state lives on between texts), and it may
crash on hostile text; a fresh process for each request answers all three. It is started by path, imports the standard
library only, and speaks one JSON document each way:

    stdin   {"library": path, "data": path, "voice": "en-us", "texts": [["...", 175, 50, 50], ...],
             "most_samples": n}
    stdout  one line of JSON: {"rate": 22050, "texts": [{"samples": n, "words": [...], "phones": [...]}]}
            and then the sound of all texts, int16 little-endian, one after the other

A text comes with its words a minute, its pitch and its range of pitch (0..100). words: [text position in characters,
length, sample]; phones: [name, sample, number of the word or -1].

With "silent": true nothing is spoken: the answer is {"phonemes": ["IPA with stress", ...]}.
"""

from __future__ import annotations

import ctypes
import json
import sys
from typing import Any

_SYNCHRONOUS = 2
_PHONEME_EVENTS, _PHONEME_IPA, _DO_NOT_EXIT = 1, 2, 0x8000
_UTF8 = 1
_EVENT_END, _EVENT_WORD, _EVENT_PHONEME = 0, 1, 7
_RATE_PARAMETER, _PITCH_PARAMETER, _RANGE_PARAMETER = 1, 3, 4
_IPA_PHONEMES = 2
_SEED = 1


class _Identity(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Identity),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class _Speaker:
    """Collects what the library says of one text."""

    def __init__(self, most_samples: int) -> None:
        self.most_bytes = 2 * most_samples
        self.sound = bytearray()
        self.words: list[list[int]] = []
        self.phones: list[list[Any]] = []

    def hear(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self.sound += ctypes.string_at(samples, 2 * count)
        index = 0
        while events[index].type != _EVENT_END:
            event = events[index]
            if event.type == _EVENT_WORD:
                self.words.append([event.text_position - 1, event.length, event.sample])
            elif event.type == _EVENT_PHONEME:
                name = bytes(event.id.string).split(b"\0")[0].decode("utf-8", "ignore")
                self.phones.append([name, event.sample, len(self.words) - 1])
            index += 1
        return int(len(self.sound) > self.most_bytes)  # 1 ends the speech


def _phonemes(library: Any, text: str) -> str:
    """IPA with stress marks: the library takes a clause at a time and moves the pointer behind it."""
    data = ctypes.create_string_buffer(text.replace("\0", " ").encode("utf-8", "ignore"))
    pointer = ctypes.c_void_p(ctypes.addressof(data))
    found = []
    while pointer.value:
        said = library.espeak_TextToPhonemes(ctypes.byref(pointer), _UTF8, _IPA_PHONEMES) or b""
        found.append(said.decode("utf-8", "ignore"))
    return " ".join(filter(None, found))


def main() -> int:
    """Answer one request; exit status 0, or 3: unknown voice, 4: the library fails, 5: too much sound."""
    request = json.load(sys.stdin.buffer)
    library = ctypes.CDLL(request["library"])
    library.espeak_ng_SetRandSeed.argtypes = [ctypes.c_long]
    library.espeak_Synth.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint]
    library.espeak_Synth.argtypes += [ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p]
    options = _PHONEME_EVENTS | _PHONEME_IPA | _DO_NOT_EXIT
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, request["data"].encode(), options)
    if rate <= 0:
        return 4
    if library.espeak_SetVoiceByName(request["voice"].encode()) != 0:
        return 3
    if request.get("silent"):
        library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_int]
        library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        found = [_phonemes(library, text) for text, *_ in request["texts"]]
        sys.stdout.buffer.write(json.dumps({"phonemes": found}).encode() + b"\n")
        return 0
    speakers: list[_Speaker] = []
    left = int(request["most_samples"])
    for text, words_per_minute, pitch, pitch_range in request["texts"]:
        library.espeak_SetParameter(_RATE_PARAMETER, int(words_per_minute), 0)
        library.espeak_SetParameter(_PITCH_PARAMETER, int(pitch), 0)
        library.espeak_SetParameter(_RANGE_PARAMETER, int(pitch_range), 0)
        library.espeak_ng_SetRandSeed(_SEED)  # else the time's: the noise of breathy voices would differ
        speaker = _Speaker(left)
        callback = _Callback(speaker.hear)
        library.espeak_SetSynthCallback(callback)
        data = text.replace("\0", " ").encode("utf-8", "ignore") + b"\0"
        if library.espeak_Synth(data, len(data), 0, 1, 0, _UTF8, None, None) != 0:
            return 4
        library.espeak_Synchronize()
        left -= len(speaker.sound) // 2
        if left < 0:
            return 5
        speakers.append(speaker)
    answer = [{"samples": len(s.sound) // 2, "words": s.words, "phones": s.phones} for s in speakers]
    sys.stdout.buffer.write(json.dumps({"rate": rate, "texts": answer}).encode() + b"\n")
    for speaker in speakers:
        sys.stdout.buffer.write(bytes(speaker.sound))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
