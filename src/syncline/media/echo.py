"""The pictures of a file while it is written: each packet decoded again, as a player will decode it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import av

from syncline.media.convert import Target
from syncline.media.info import VideoStream
from syncline.media.picture import Picture
from syncline.media.pixels import kept_layout
from syncline.media.planes import picture_of

_DECODERS = {"libx264": "h264", "prores_ks": "prores", "ffv1": "ffv1"}


class Echo:
    """Decodes what an encoder gives, one of them for each file.

    encoder : the opened encoder's context. target : what it was given. like : the plate.
    """

    def __init__(self, encoder: Any, target: Target, like: VideoStream, *, threads: int = 1) -> None:
        decoder: Any = av.CodecContext.create(_DECODERS[target.encoder], "r")
        decoder.extradata = encoder.extradata
        decoder.width, decoder.height = target.width, target.height  # FFV1 has them from the container alone
        decoder.thread_count = threads
        decoder.thread_type = "FRAME"
        self._decoder, self._count = decoder, 0
        self._like = replace(
            like,
            coded_width=target.width,
            coded_height=target.height,
            width=target.width,
            height=target.height,
            rotation=0,
            mirrored=False,
            colour=target.colour,
            times=(0,),
            keys=(),
            start=Fraction(0),
            tone_mapped="",
        )

    def pictures(self, packet: Any | None) -> Iterator[Picture]:
        """The pictures that a packet completes, in the order of their times; None: those that are left.

        The packet has to be given here before it is muxed, which takes its bytes away. A picture's `index` counts from
        0, and its `time` is not the file's.
        """
        for frame in self._decoder.decode(packet):
            stored = kept_layout(frame.format.name)
            if stored is None:
                raise ValueError(f"pixel format {frame.format.name}")
            picture = picture_of(frame, 0, replace(self._like, pixel_format=stored.pixel_format))
            yield replace(picture, index=self._count)
            self._count += 1
