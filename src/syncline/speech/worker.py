"""The process that `speech.apart` starts: it is given one sound, and answers with its cue sheet."""

from __future__ import annotations

from threadpoolctl import threadpool_limits

from syncline.child import Channel
from syncline.speech.align import align
from syncline.speech.recognise import recognise


def main(channel: Channel) -> None:
    """Answer one request: samples, transcript (None: recognise) and language."""
    y16k, transcript, language = channel.receive()
    channel.end_with_parent()
    with threadpool_limits(1, user_api="blas"):
        channel.send(recognise(y16k, language) if transcript is None else align(y16k, transcript, language))
