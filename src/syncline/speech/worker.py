"""The process that `speech.apart` starts: it is given one sound, and answers with its cue sheet."""

from __future__ import annotations

from syncline.child import Channel
from syncline.speech.apart import heard


def main(channel: Channel) -> None:
    """Answer one request: samples, transcript (None: recognise) and language."""
    y16k, transcript, language = channel.receive()
    channel.end_with_parent()
    channel.send(heard(y16k, transcript, language))
