"""Names the phones of texts as one voice of espeak-ng would say them: run by path, standard library only.

stdin   {"library": path, "data": path, "voice": "de", "texts": ["...", ...]}
stdout  a line a text, ["IPA", ...]: where the library ends the process, the line of the text at fault is missing
"""

from __future__ import annotations

import ctypes
import json
import sys

_SYNCHRONOUS, _UTF8, _PHONEMES_IN_BRACKETS = 2, 1, 0x100
_IPA, _SEPARATOR = 2, ord("|") << 8
_DO_NOT_EXIT = 0x8000


def main() -> int:
    """Answer one request; exit status 0, or 3: unknown voice."""
    request = json.load(sys.stdin.buffer)
    library = ctypes.CDLL(request["library"])
    library.espeak_Synth.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint]
    library.espeak_Synth.argtypes += [ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p]
    library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_int]
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(lambda *_: 0)
    library.espeak_Initialize(_SYNCHRONOUS, 0, request["data"].encode(), _DO_NOT_EXIT)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(request["voice"].encode()) != 0:
        return 3
    # What is set for speaking stays for naming: phonemes in double brackets are taken as such.
    library.espeak_Synth(b"a\0", 2, 0, 1, 0, _UTF8 | _PHONEMES_IN_BRACKETS, None, None)
    for text in request["texts"]:
        found: list[str] = []
        data = ctypes.create_string_buffer(text.encode())
        pointer = ctypes.c_void_p(ctypes.addressof(data))
        while pointer.value:
            said = library.espeak_TextToPhonemes(ctypes.byref(pointer), _UTF8, _IPA | _SEPARATOR) or b""
            found += said.decode("utf-8", "replace").replace(" ", "|").split("|")
        print(json.dumps(found), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
