"""Two drawings of sound against picture: the fit at every shift, and the published limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from syncline.quality import SYNC_LIMITS, OffsetCurve
from syncline.report.markup import Markup, joined, tag

WIDTH: Final = 640
HEIGHT: Final = 230
LEFT, RIGHT, TOP, BOTTOM = 44, 604, 14, 186
LIMIT_ROW: Final = 30
NAME_WIDTH: Final = 30.0
LIMIT_REACH_MS: Final = 200

Scale = Callable[[float], float]  # a quantity to a place in the drawing


def signed(ms: float) -> str:
    """Milliseconds with their sign."""
    return f"{ms:+.0f} ms".replace("-", "−") if round(ms) else "0 ms"


def offset_curve(
    curve: OffsetCurve, offset_ms: float | None, good: tuple[float, float], fair: tuple[float, float]
) -> Markup:
    """The fit of sound and mouth by shift, over the bands that pass (`good`) and warn (`fair`), ms, as SVG."""
    first, last = curve.first_ms, curve.first_ms + curve.step_ms * (len(curve.fit) - 1)
    top = max(*curve.fit, 0.05)

    def x(ms: float) -> float:
        return LEFT + (RIGHT - LEFT) * (ms - first) / (last - first)

    def y(fit: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * fit / (1.08 * top)

    points = " ".join(f"{x(first + k * curve.step_ms):.1f},{y(fit):.1f}" for k, fit in enumerate(curve.fit))
    peak = "" if offset_ms is None else f" It is highest at {signed(offset_ms)}."
    described = (
        f"Line over shifts of the sound from {signed(first)} to {signed(last)}.{peak} "
        f"The band from {signed(good[0])} to {signed(good[1])} passes, "
        f"the one from {signed(fair[0])} to {signed(fair[1])} warns."
    )
    parts = [
        tag("title", "How well sound and mouth fit, by shift of the sound", id="curve-title"),
        tag("desc", described, id="curve-desc"),
        _band(x, fair, "warn-band"),
        _band(x, good, "pass-band"),
        _band_name(x, (fair[0], good[0]), "warn"),
        _band_name(x, good, "pass"),
        *_shift_axis(x, first, last),
        *_fit_axis(y, top),
        tag("polyline", points=points, class_="curve"),
    ]
    if offset_ms is not None:
        at, best = f"{x(offset_ms):.1f}", f"{y(max(curve.fit)):.1f}"
        parts.append(tag("line", x1=at, x2=at, y1=best, y2=BOTTOM, class_="peak"))
        parts.append(tag("circle", cx=at, cy=best, r="4.5", class_="peak-dot"))
    return _drawing(parts, HEIGHT, "curve")


def limits_drawing(offset_ms: float) -> Markup:
    """Every published limit as a bar from latest to earliest sound, with the measured offset across, as SVG."""
    height = LIMIT_ROW * len(SYNC_LIMITS) + 34

    def x(ms: float) -> float:
        share = (max(-LIMIT_REACH_MS, min(LIMIT_REACH_MS, ms)) + LIMIT_REACH_MS) / (2 * LIMIT_REACH_MS)
        return 30 + (WIDTH - 90) * share

    parts = [
        tag("title", f"The offset of {signed(offset_ms)} against published limits", id="limits-title"),
        tag("desc", "The same numbers stand in the table below.", id="limits-desc"),
    ]
    for row, limit in enumerate(SYNC_LIMITS):
        top, inside = 4 + LIMIT_ROW * row, limit.holds(offset_ms)
        left, right = x(-limit.late_ms), x(limit.early_ms)
        name = f"{limit.source}: +{limit.early_ms:g} / −{limit.late_ms:g} ms"
        parts += [
            tag(
                "rect", x=f"{left:.1f}", y=top, width=f"{right - left:.1f}", height=LIMIT_ROW - 8, rx="4",
                class_="limit inside" if inside else "limit outside",
            ),
            tag("text", name, x=f"{right + 6:.1f}", y=top + 15, class_="tick"),
        ]  # fmt: skip
    bottom = LIMIT_ROW * len(SYNC_LIMITS) + 2
    for ms in range(-LIMIT_REACH_MS, LIMIT_REACH_MS + 1, 100):
        place = f"{x(ms):.1f}"
        parts.append(tag("line", x1=place, x2=place, y1=bottom, y2=bottom + 5, class_="axis"))
        parts.append(tag("text", signed(ms), x=place, y=bottom + 20, class_="tick", text_anchor="middle"))
    at = f"{x(offset_ms):.1f}"
    parts.append(tag("line", x1=at, x2=at, y1="0", y2=bottom, class_="peak whole"))
    return _drawing(parts, height, "limits")


def _drawing(parts: list[Markup], height: int, name: str) -> Markup:
    return tag(
        "svg", joined(parts), viewBox=f"0 0 {WIDTH} {height}", role="img",
        aria_labelledby=f"{name}-title {name}-desc", class_="plot", focusable="false",
    )  # fmt: skip


def _band(x: Scale, limits: tuple[float, float], name: str) -> Markup:
    left, right = x(limits[0]), x(limits[1])
    return tag("rect", x=f"{left:.1f}", width=f"{right - left:.1f}", y=TOP, height=BOTTOM - TOP, class_=name)


def _band_name(x: Scale, limits: tuple[float, float], name: str) -> Markup:
    """The name of a band, where it is wide enough to hold it."""
    if x(limits[1]) - x(limits[0]) < NAME_WIDTH:
        return Markup("")
    middle = f"{x((limits[0] + limits[1]) / 2):.1f}"
    return tag("text", name, x=middle, y=BOTTOM - 6, class_="band-name", text_anchor="middle")


def _shift_axis(x: Scale, first: float, last: float) -> Iterator[Markup]:
    yield tag("line", x1=LEFT, x2=RIGHT, y1=BOTTOM, y2=BOTTOM, class_="axis")
    for ms in range(-600, 601, 200):
        if first <= ms <= last:
            yield tag("line", x1=f"{x(ms):.1f}", x2=f"{x(ms):.1f}", y1=BOTTOM, y2=BOTTOM + 5, class_="axis")
            yield tag("text", signed(ms), x=f"{x(ms):.1f}", y=BOTTOM + 20, class_="tick", text_anchor="middle")
    yield tag("text", "← sound late", x=LEFT, y=BOTTOM + 38, class_="tick")
    yield tag("text", "sound early →", x=RIGHT, y=BOTTOM + 38, class_="tick", text_anchor="end")


def _fit_axis(y: Scale, top: float) -> Iterator[Markup]:
    step = next(size for size in (0.02, 0.05, 0.1, 0.2, 0.5) if top / size <= 5 or size == 0.5)
    k = 0
    while k * step <= 1.08 * top:
        level = k * step
        yield tag("line", x1=LEFT, x2=RIGHT, y1=f"{y(level):.1f}", y2=f"{y(level):.1f}", class_="grid")
        yield tag("text", f"{level:g}"[:4], x=LEFT - 6, y=f"{y(level) + 4:.1f}", class_="tick", text_anchor="end")
        k += 1
