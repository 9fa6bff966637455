"""The tables of the GRID benchmark, made from its figures alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.grid_measure import Measures
from benchmarks.grid_split import OPEN_WORDS, SLOTS, Sentence
from benchmarks.report import table

Figures = dict[str, Any]

OFFSET_FRAMES = 1.0


def summary(sentences: Sequence[Sentence], measures: Sequence[Measures], closed: float) -> Figures:
    """Figures of one way of making all videos: shares in 0..1, flicker in grey levels.

    `closed` is the opening (IOD) under which lips count as closed.
    """
    right = np.array([each.right for each in measures], dtype=float)
    is_open = np.array([[word in OPEN_WORDS for word in sentence.words] for sentence in sentences])
    minima = np.array([value for each in measures for value in each.closures])
    by_clip = right.mean(axis=1)
    lags, own = (np.array(values) for values in zip(*((m.likeness.lag, m.own) for m in measures), strict=True))
    flickers = [each.flicker for each in measures if np.isfinite(each.flicker)]
    return {
        "videos": len(measures),
        "words": float(right.mean()),
        "words_se": float(by_clip.std(ddof=1) / np.sqrt(len(by_clip))) if len(by_clip) > 1 else None,
        "slots": {slot: float(value) for slot, value in zip(SLOTS, right.mean(axis=0), strict=True)},
        "open_words": float(right[is_open].mean()) if is_open.any() else None,
        "open_words_count": int(is_open.sum()),
        "closed_on_b_p": float((minima <= closed).mean()) if len(minima) else None,
        "b_p_count": len(minima),
        "offset_within_a_frame": float((np.abs(lags + own) <= OFFSET_FRAMES).mean()),
        "lag_within_a_frame": float((np.abs(lags) <= OFFSET_FRAMES).mean()),
        "opening_correlation": float(np.mean([each.likeness.at_zero for each in measures])),
        "opening_correlation_best_lag": float(np.mean([each.likeness.at_lag for each in measures])),
        "flicker": float(np.mean(flickers)) if flickers else None,
    }


def percent(value: float | None) -> str:
    """A share in per cent, without decimals; a dash where nothing was counted."""
    return "–" if value is None else f"{100 * value:.0f}"


def words_table(rows: Mapping[str, Figures]) -> str:
    """Words read, in all, by slot and on the words left out of the open footage."""
    heads = ["words read, %", "all", "± s.e.", *SLOTS, *["open words"]]
    lines = []
    for title, row in rows.items():
        error = "–" if row["words_se"] is None else f"{100 * row['words_se']:.1f}"
        slots = [percent(row["slots"][slot]) for slot in SLOTS]
        lines.append([title, percent(row["words"]), error, *slots, percent(row["open_words"])])
    return table(heads, lines)


def mouths_table(rows: Mapping[str, Figures], real: Figures) -> str:
    """Closures, offset, opening and flicker."""
    heads = [
        "mouth",
        "closed on b p, %",
        "offset ≤ 1 frame, %",
        "lag ≤ 1 frame, %",
        "opening r",
        "r at best lag",
        "flicker ÷ real",
        "not made",
    ]
    lines = [
        [
            title,
            percent(row["closed_on_b_p"]),
            percent(row["offset_within_a_frame"]),
            percent(row.get("lag_within_a_frame")),
            f"{row['opening_correlation']:.2f}",
            f"{row['opening_correlation_best_lag']:.2f}",
            "–" if row["flicker"] is None else f"{row['flicker'] / real['flicker']:.2f}",
            str(row.get("failed", 0)),
        ]
        for title, row in rows.items()
    ]
    return table(heads, lines)


def body(document: Figures) -> str:
    """The report's text: both tables and how to read them."""
    real = document["real"]
    rows = {"real (B's own video)": real, "real, encoded once more": document["encoded"]}
    rows |= {"undubbed (plate A)": document["undubbed"]}
    rows |= {case["title"]: case for case in document["cases"].values()}
    words, closed = real["open_words_count"], 100 * document["closed_below_iod"]
    paragraphs = [
        f"{real['videos']} pairs (plate A, sentence B) of held-out clips of GRID talker s1, dubbed with B's sound. A "
        "lip-reader trained on 160 real clips alone reads the words of the written file within B's true word times. "
        f'"Open words" are {", ".join(OPEN_WORDS)}: {words} words in these sentences, '
        f"standard error up to {50 / max(1, words) ** 0.5:.0f} points.",
        words_table(rows),
        f"Lips are closed when the inner lips come nearer than {closed:.2f} % of the distance between the outer eye "
        "corners, which 98 % of b and p do in real clips of the footage, encoded as a dub is "
        f"({real['b_p_count']} of them here). Lag and r compare the inner-lip opening with B's real video. GRID's "
        "videos are not in sync to a millisecond: two of these show the lips a frame early, and against them a dub in "
        "sync lags. The offset is the lag with B's own offset, as `syncline score` tells it, taken out. Flicker is the "
        "mean second difference of the mouth's grey levels.",
        mouths_table(rows, real),
    ]
    sources = sorted({case["source"] for case in document["cases"].values()})
    if len(sources) > 1:
        paragraphs.append(f"The rows were measured on different versions of the code: {', '.join(sources)}.")
    return "\n\n".join(paragraphs)


def missed(document: Figures) -> list[str]:
    """The aims that were not reached, in words; an aim whose case was not run is not reached."""
    real, cases = document["real"], document["cases"]
    found = []

    def ask(what: str, value: float | None, least: float) -> None:
        if value is None or value < least:
            found.append(f"{what}: {'not measured' if value is None else f'{value:.2f}'}, asked {least:.2f}")

    closed, opened = cases.get("closed", {}), cases.get("open", {})
    words, open_words = closed.get("words"), opened.get("open_words")
    ask("words read, dubbed ÷ real", None if words is None else words / real["words"], 0.95)
    ask("open words read, dubbed ÷ real", None if open_words is None else open_words / real["open_words"], 0.80)
    ask("lips closed on b p", closed.get("closed_on_b_p"), 0.97)
    ask("offset within a frame", closed.get("offset_within_a_frame"), 0.95)
    ask("opening correlation with B's video", closed.get("opening_correlation"), 0.82)
    return found
