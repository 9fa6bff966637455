"""The offset through a clip, window by window, as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from syncline.report.curve import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Scale, signed
from syncline.report.markup import Markup, joined, tag

LEAST_REACH_MS: Final = 100.0  # the drawing shows this much either way at least
MOST_REACH_MS: Final = 700.0  # what is beyond stands at the border


@dataclass(frozen=True)
class Window:
    """The offset around an instant: s, ms (+ = sound early; None: unknown)."""

    time_s: float
    ms: float | None


def drift_plot(
    windows: Sequence[Window],
    seconds: float,
    good: tuple[float, float],
    fair: tuple[float, float],
    jump_s: float | None,
) -> Markup:
    """Points over time with the bands that pass and warn; a broken line where the offset jumps.

    good, fair : ms, (sound late, sound early). jump_s : None: there is no jump.
    """
    known = [(each.time_s, each.ms) for each in windows if each.ms is not None]
    sizes = [abs(ms) for _, ms in known]
    reach = min(MOST_REACH_MS, max(LEAST_REACH_MS, 1.15 * max(sizes, default=0.0)))
    span = max(seconds, 1e-3)

    def x(s: float) -> float:
        return LEFT + 16 + (RIGHT - LEFT - 16) * min(max(s / span, 0.0), 1.0)

    def y(ms: float) -> float:
        return (TOP + BOTTOM) / 2 - (BOTTOM - TOP) / 2 * min(max(ms / reach, -1.0), 1.0)

    unknown = len(windows) - len(known)
    ends = "" if not known else f" It goes from {signed(known[0][1])} to {signed(known[-1][1])}."
    missing = "" if not unknown else f" In {unknown} of {len(windows)} windows it is unknown."
    jump = "" if jump_s is None else f" It jumps at {jump_s:.1f} s."
    parts = [
        tag("title", "The offset through the clip", id="drift-title"),
        tag("desc", f"Offset of the sound over {seconds:.0f} s.{ends}{jump}{missing}", id="drift-desc"),
        _band(y, fair, "warn-band"),
        _band(y, good, "pass-band"),
        *_time_axis(x, span),
        *_offset_axis(y, reach),
    ]
    if jump_s is not None:
        at = f"{x(jump_s):.1f}"
        parts.append(tag("line", x1=at, x2=at, y1=TOP, y2=BOTTOM, class_="peak"))
    parts += [_line(run, x, y) for run in _runs(known, jump_s) if len(run) > 1]
    for window in windows:
        at = f"{x(window.time_s):.1f}"
        if window.ms is None:
            parts.append(tag("circle", cx=at, cy=BOTTOM - 5, r="2.5", class_="unknown-dot"))
        else:
            parts.append(tag("circle", cx=at, cy=f"{y(window.ms):.1f}", r="3", class_="peak-dot"))
    return tag(
        "svg", joined(parts), viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img",
        aria_labelledby="drift-title drift-desc", class_="plot", focusable="false",
    )  # fmt: skip


def _runs(known: Sequence[tuple[float, float]], jump_s: float | None) -> list[list[tuple[float, float]]]:
    if jump_s is None:
        return [list(known)]
    return [[each for each in known if each[0] < jump_s], [each for each in known if each[0] >= jump_s]]


def _line(run: Sequence[tuple[float, float]], x: Scale, y: Scale) -> Markup:
    points = " ".join(f"{x(s):.1f},{y(ms):.1f}" for s, ms in run)
    return tag("polyline", points=points, class_="curve")


def _band(y: Scale, limits: tuple[float, float], name: str) -> Markup:
    top, bottom = y(limits[1]), y(limits[0])
    return tag("rect", x=LEFT + 16, width=RIGHT - LEFT - 16, y=f"{top:.1f}", height=f"{bottom - top:.1f}", class_=name)


def _time_axis(x: Scale, seconds: float) -> Iterator[Markup]:
    yield tag("line", x1=LEFT + 16, x2=RIGHT, y1=BOTTOM, y2=BOTTOM, class_="axis")
    steps = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
    step = next((size for size in steps if seconds / size <= 7), steps[-1])
    at = 0.0
    while at <= seconds + 1e-6:
        place = f"{x(at):.1f}"
        yield tag("line", x1=place, x2=place, y1=BOTTOM, y2=BOTTOM + 5, class_="axis")
        yield tag("text", f"{at:g} s", x=place, y=BOTTOM + 20, class_="tick", text_anchor="middle")
        at += step


def _offset_axis(y: Scale, reach: float) -> Iterator[Markup]:
    step = next(size for size in (50, 100, 200, 400) if reach / size <= 2.5 or size == 400)
    for number in range(-int(reach // step), int(reach // step) + 1):
        ms = number * step
        yield tag("line", x1=LEFT + 16, x2=RIGHT, y1=f"{y(ms):.1f}", y2=f"{y(ms):.1f}", class_="grid")
        yield tag("text", signed(ms), x=LEFT + 12, y=f"{y(ms) + 4:.1f}", class_="tick", text_anchor="end")
