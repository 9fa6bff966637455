"""The program `syncline`: its commands, and how each way to end becomes an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Annotated

import typer

import syncline
from syncline.cli import actor, align, demo, doctor, dub, probe, score, voices
from syncline.cli.ending import Ending, ending_of, say_ending
from syncline.cli.native import filtered_stderr

INTERRUPTED = 130

app = typer.Typer(
    name="syncline",
    help="Make people on screen speak a given soundtrack, and prove that they do.",
    epilog="Exit codes: 0 done, 1 the result failed its own check, 2 input or arguments, 3 a limit, "
    "4 a missing dependency, 5 our fault, 6 no score: nobody is seen or heard, 130 stopped.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(demo.demo)
app.command("dub")(dub.dub)
app.command("score")(score.score)
app.command("align")(align.align)
app.command("probe")(probe.probe)
app.command("doctor")(doctor.doctor)
app.command("voices")(voices.voices)
app.add_typer(actor.app, name="actor")


@app.callback(invoke_without_command=True)
def program(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", is_eager=True, help="Print the version and end.")] = False,
) -> None:
    """Make people on screen speak a given soundtrack, and prove that they do."""
    if version:
        print(f"syncline {syncline.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; prints at most one sentence about what went wrong."""
    debug = bool(os.environ.get("SYNCLINE_DEBUG"))
    with filtered_stderr(passing_all=debug):
        try:
            code = app(list(arguments), prog_name="syncline", standalone_mode=False)
            if code == INTERRUPTED:  # typer has caught Ctrl-C and made a number of it
                raise KeyboardInterrupt
            sys.stdout.flush()
        except BaseException as error:
            ending = ending_of(error)
            say_ending(ending, as_json="--json" in arguments, debug=debug)
            return ending.code
    return code if isinstance(code, int) else 0


def main() -> None:
    """Entry point of the installed program."""
    signal.signal(signal.SIGTERM, _stop)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, _stop)
    # mediapipe's and TensorFlow's own log levels: errors only.
    os.environ.setdefault("GLOG_minloglevel", "2")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    code = run(sys.argv[1:])
    _leave(code)


def _stop(number: int, frame: FrameType | None) -> None:
    """A polite request to end is Ctrl-C by another name: the same clean way out."""
    raise KeyboardInterrupt


def _leave(code: int) -> None:
    """End the process; a reader that closed our standard output early is no error."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = Ending.BROKEN_PIPE
    sys.exit(code)
