"""The process behind `pipeline.delivery`: writes a take, and looks at each picture as the encoder left it."""

from __future__ import annotations

import cv2
from threadpoolctl import threadpool_limits

from syncline.child import Channel
from syncline.media.write import Writer
from syncline.pipeline.delivery import Delivered, Job, Shot
from syncline.pipeline.watch import Watch


def main(channel: Channel) -> None:
    """Write one file: a Job, then its Shots, then None; answers with events, and Delivered at the end."""
    cv2.setNumThreads(1)
    with threadpool_limits(1, user_api="blas"), Watch() as watch:
        job: Job = channel.receive()
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
            shot: Shot | None
            while (shot := channel.receive()) is not None:
                watch.expect(shot.region)
                writer.write(shot.picture, shot.time)
        channel.send(Delivered(*watch.seen(job.usable)))
