"""The process behind `pipeline.many`: scores one file after the other."""

from __future__ import annotations

from dataclasses import replace

from syncline.child import Channel
from syncline.errors import SynclineError
from syncline.pipeline.judge import Verdict, score
from syncline.pipeline.many import Failure, Order


def main(channel: Channel) -> None:
    """Answer each Order with a Verdict or a Failure, until the parent is gone."""
    while True:
        order: Order = channel.receive()
        channel.send(_judged(order))


def _judged(order: Order) -> Verdict | Failure:
    try:
        verdict = score(order.video, options=order.options)
    except SynclineError as error:
        return Failure(type(error).__name__, error.message, error.exit_code)
    except MemoryError:
        return Failure("LimitError", "there is not enough memory for this input", 3)
    except Exception as error:  # one file must not stop the rest; its row tells what it was
        what = " ".join(str(error).split())[:300]
        return Failure(type(error).__name__, f"an unexpected error, which is our fault: {what}", 5)
    return replace(verdict, video=order.video)
