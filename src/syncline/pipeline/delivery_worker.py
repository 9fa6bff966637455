"""The process behind `pipeline.delivery`: writes a take, and looks at each picture as the encoder left it."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
from threadpoolctl import threadpool_limits

from syncline.child import Channel
from syncline.media.info import VideoStream
from syncline.media.picture import Picture
from syncline.media.write import Writer
from syncline.pipeline.delivery import PICTURE_DONE, Delivered, Job, Shot
from syncline.pipeline.ring import Ring
from syncline.pipeline.watch import Watch
from syncline.timebase import Moment


def main(channel: Channel) -> None:
    """Write one file: a Job, then its Shots, then None; answers with events, `PICTURE_DONE`s, and Delivered."""
    cv2.setNumThreads(1)
    with threadpool_limits(1, user_api="blas"), Watch() as watch:
        sent: Job = channel.receive()
        job = sent.with_samples()
        watch.still = job.still
        ring = Ring(job.ring, job.like.layout, job.like.width, job.like.height)
        writer = Writer(
            job.path,
            job.like,
            job.sound,
            job.options,
            total=job.total,
            threads=job.threads,
            on_event=channel.send,
            on_picture=watch.show,
        )
        with writer:
            for number, shot in enumerate(_shots(channel)):
                watch.expect(shot.region)
                writer.write(_picture(job.like, ring, number), shot.time)
                if number:  # the writer keeps a picture until the next one says how long it is shown
                    channel.send(PICTURE_DONE)
        shape, lips, good, tears = watch.seen()
        channel.send(Delivered(shape, lips, good & job.usable, tears))


def _shots(channel: Channel) -> Iterator[Shot]:
    shot: Shot | None
    while (shot := channel.receive()) is not None:
        yield shot


def _picture(like: VideoStream, ring: Ring, number: int) -> Picture:
    """A picture in the ring; its own time plays no part in writing."""
    time = Moment(like.times[0], like.time_base)
    return Picture(number, time, like.width, like.height, ring.planes(number), like.layout, like.colour)
