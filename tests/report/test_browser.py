"""The page in a real browser: players that play together, plots that show something, no error and no network."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser import Browser, find_chromium
from syncline.report import write_report
from takes import clip, write_timeline

CHROMIUM = find_chromium()
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium: none is on the path, and SYNCLINE_CHROMIUM names none"
)
FRAMES = 100  # 4 s
HOSTILE = "</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser(CHROMIUM or "") as running:
        yield running


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page: the plate runs backwards under the take, so that its preview is made too."""
    folder = tmp_path_factory.mktemp("take")
    plate = clip(folder / "plate.mp4", FRAMES, first=0)
    out = clip(folder / "take.mp4", FRAMES, first=500)
    notes = [{"event": "note", "stage": HOSTILE, "text": HOSTILE}]
    timeline = write_timeline(out, plate, list(reversed(range(FRAMES))), notes=notes, engine=HOSTILE)
    return write_report(timeline, folder / "page", output=out, plate=plate)


@pytest.fixture
def page(browser: Browser, address: Path) -> Iterator[Browser]:
    """The page, fresh; afterwards: nothing was complained of, nothing was fetched, no hostile text ran."""
    browser.errors.clear()
    browser.requests.clear()
    browser.emulate(prefers_color_scheme="light")
    browser.resize(1280, 900)
    browser.open(address)
    browser.until("after.readyState >= 2 && before.readyState >= 2")
    yield browser
    assert browser.run("document.querySelectorAll('script, img[src=x]').length") == 2
    assert browser.errors == []
    assert [url for url in browser.requests if not url.startswith(("file:", "data:"))] == []
    assert sum(url.startswith("file:") for url in browser.requests) == 1


def colours(page: Browser, top: int, bottom: int) -> int:
    """How many different colours a part of the timeline shows, rows in CSS pixels."""
    code = """(() => {
        const drawn = document.getElementById("timeline"), scale = drawn.height / drawn.clientHeight;
        const copy = document.createElement("canvas"), pen = copy.getContext("2d", { willReadFrequently: true });
        copy.width = drawn.width;
        copy.height = (BOTTOM - TOP) * scale;
        pen.drawImage(drawn, 0, -TOP * scale);
        return new Set(new Uint32Array(pen.getImageData(0, 0, copy.width, copy.height).data.buffer)).size;
    })()"""
    return int(page.run(code.replace("TOP", str(top)).replace("BOTTOM", str(bottom))))


def box(page: Browser, name: str) -> tuple[float, float, float]:
    """Left, top and width of an element in the window."""
    found = page.run(f"(({{x, y, width}}) => [x, y, width])(document.getElementById('{name}').getBoundingClientRect())")
    return float(found[0]), float(found[1]), float(found[2])


def test_both_players_play_together_at_a_key(page: Browser) -> None:
    assert page.run("after.paused && before.paused && before.muted && !after.muted")
    page.press(" ")
    page.until("after.currentTime > 0.8")
    assert not page.run("after.paused || before.paused")
    page.until("!after.paused && Math.abs(after.currentTime - before.currentTime) < 0.06")
    assert page.run("document.getElementById('play').getAttribute('aria-label')") == "Pause"
    assert int(page.run("document.getElementById('head').value")) > 15
    page.press(" ")
    page.until("after.paused && before.paused")
    page.until("Math.abs(after.currentTime - before.currentTime) < 0.02")
    page.until("document.getElementById('readout').getAttribute('aria-live') === 'polite'")


def test_it_plays_to_the_end_and_starts_again(page: Browser) -> None:
    page.press("End")
    page.until("!after.seeking")
    page.press(" ")
    page.until("!after.paused && after.currentTime > 0.1 && after.currentTime < 2")
    page.run("after.currentTime = 3.7")
    page.until("after.ended && after.paused")
    assert page.run("document.getElementById('play').getAttribute('aria-label')") == "Play"
    assert page.run("document.getElementById('head').value") == str(FRAMES - 1)


@pytest.mark.parametrize(("key", "rate"), [("2", 0.5), ("4", 0.25)])
def test_half_and_quarter_speed(page: Browser, key: str, rate: float) -> None:
    page.press(key)
    assert page.run("after.playbackRate") == rate
    assert page.run("document.querySelector('input[name=speed]:checked').value") == str(rate)
    page.press(" ")
    page.until("after.currentTime > 0.1")
    began, at = time.monotonic(), page.run("after.currentTime")
    time.sleep(1.0)
    assert (page.run("after.currentTime") - at) / (time.monotonic() - began) == pytest.approx(rate, rel=0.35)
    assert abs(page.run("before.playbackRate") - rate) < 0.1
    page.press("1")
    assert page.run("after.playbackRate") == 1


def test_frames_are_stepped_one_by_one_on_both_players(page: Browser) -> None:
    for key, frame in ((".", 1), (".", 2), (".", 3), (",", 2), ("ArrowRight", 27), ("Home", 0), (",", 0), ("End", 99)):
        page.press(key)
        page.until("!after.seeking && !before.seeking")
        assert page.run("document.getElementById('head').value") == str(frame), key
        assert page.run("Math.floor(after.currentTime * 25 + 1e-6)") == frame
        assert page.run("Math.floor(before.currentTime * 25 + 1e-6)") == frame
    shown = page.run("document.getElementById('readout').textContent")
    assert shown.startswith("Frame 99, 3.96 s")


def test_the_shown_picture_is_the_frame_s_own(page: Browser) -> None:
    """The blocks in the top row of each picture carry its number; the plate runs backwards."""
    read = """(video) => {
        const canvas = document.createElement("canvas"), pen = canvas.getContext("2d", { willReadFrequently: true });
        canvas.width = 192; canvas.height = 144;
        pen.drawImage(video, 0, 0, 192, 144);
        let number = 0;
        for (let bit = 0; bit < 12; bit++) number |= (pen.getImageData(bit * 16 + 8, 16, 1, 1).data[0] > 128) << bit;
        return number;
    }"""
    for frame in (0, 1, 37, 98, 99):
        head = f"document.getElementById('head').value = {frame}; document.getElementById('head').dispatchEvent"
        page.run(f"{head}(new Event('input'))")
        page.until("!after.seeking && !before.seeking")
        time.sleep(0.05)
        assert page.run(f"({read})(after)") == 500 + frame
        assert page.run(f"({read})(before)") == FRAMES - 1 - frame


def test_the_wipe_cuts_the_take_where_it_is_asked_to(page: Browser) -> None:
    page.press("w")
    assert page.run("document.getElementById('stage').dataset.layout") == "wipe"
    boxes = "['before', 'after'].map((id) => JSON.stringify(document.getElementById(id).getBoundingClientRect()))"
    assert page.run(f"new Set({boxes}).size") == 1  # one over the other
    x, y, width = (
        page.run(f"document.getElementById('stage').getBoundingClientRect().{k}") for k in ("x", "y", "width")
    )
    page.click(x + 0.25 * width, y + 40)
    assert float(page.run("document.getElementById('wipe').value")) == pytest.approx(25, abs=1)
    clip_path = page.run("getComputedStyle(document.querySelector('.view-after')).clipPath")
    assert float(clip_path.split()[-1].strip("%)")) == pytest.approx(25, abs=1)
    page.press("w")
    assert page.run("document.getElementById('stage').dataset.layout") == "pair"


def test_the_timeline_shows_its_tracks_and_seeks(page: Browser) -> None:
    for name, top, bottom in (("sound", 25, 99), ("words", 102, 128), ("opening", 182, 312), ("p b m", 315, 355)):
        assert colours(page, top, bottom) > 10, name
    x, y, width = (
        page.run(f"document.getElementById('timeline').getBoundingClientRect().{k}") for k in ("x", "y", "width")
    )
    page.run("document.getElementById('timeline').scrollIntoView({block: 'center', behavior: 'instant'})")
    x, y, width = box(page, "timeline")
    page.click(x + 88 + (width - 88) / 2, y + 60)
    page.until("!after.seeking")
    assert page.run("after.currentTime") == pytest.approx(2.0, abs=0.05)
    assert page.run("before.currentTime") == pytest.approx(2.0, abs=0.05)
    assert page.run("document.querySelector('.pan').hidden")
    page.run("document.getElementById('zoom-in').click()")
    assert not page.run("document.querySelector('.pan').hidden")


def test_sound_is_of_one_player_at_a_time(page: Browser) -> None:
    page.press("m")
    assert page.run("after.muted && before.muted")
    page.press("m")
    assert page.run("!after.muted && before.muted")


def test_keys_belong_to_what_is_focused_and_can_be_turned_off(page: Browser) -> None:
    page.run("document.getElementById('next').focus()")
    page.press("Enter")
    page.until("document.getElementById('head').value === '1'")
    page.run("document.querySelector('details.keys').open = true; document.getElementById('shortcuts').click()")
    page.run("document.activeElement.blur()")
    page.press(".")
    assert page.run("document.getElementById('head').value") == "1"


def test_a_frame_of_the_sheet_is_a_button_to_it(page: Browser) -> None:
    page.run("document.querySelector('.sheet [data-frame]').click()")
    page.until("!after.seeking")
    assert page.run("document.getElementById('head').value") == "22"
    page.run("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
    page.until("[...document.images].every((image) => image.complete && image.naturalWidth > 50)")


def test_every_control_is_reached_by_tab_and_shows_it(page: Browser) -> None:
    reached: set[str] = set()
    for _ in range(30):
        page.press("Tab")
        reached.add(page.run("document.activeElement.id || document.activeElement.name || ''"))
        outline = page.run(
            "(() => { const e = document.activeElement; const shown = e.closest('.choice label') || e;"
            " return getComputedStyle(shown).outlineStyle; })()"
        )
        assert outline != "none"
    assert {"head", "back", "play", "next", "speed", "sound", "view", "zoom-in", "zoom-out", "zoom-all"} <= reached


def test_names_that_a_screen_reader_tells(page: Browser) -> None:
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    told = {(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]}
    roles = {role for role, _ in told}
    assert {"banner", "navigation", "main", "contentinfo", "slider", "button", "radio", "table", "region"} <= roles
    assert ("button", "Play") in told
    assert ("slider", "Play head, in frames") in told
    assert ("region", "Closures") in told
    for role in ("button", "slider", "radio", "checkbox", "link", "region", "image"):
        assert all(name for found, name in told if found == role), role


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_their_ground(page: Browser, scheme: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 : 1, of every text that is shown on a plain ground."""
    page.emulate(prefers_color_scheme=scheme)
    weakest = page.run("""(() => {
        const light = (rgb) => {
            const linear = (v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
            const [r, g, b] = rgb.map((v) => linear(v / 255));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
        const ground = (element) => {
            for (let e = element; e; e = e.parentElement) {
                const colour = parts(getComputedStyle(e).backgroundColor);
                if (colour.length < 4 || colour[3] === 1) return colour.slice(0, 3);
            }
            return [255, 255, 255];
        };
        let worst = [99, ""];
        for (const e of document.querySelectorAll("body *")) {
            if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
            if (e.closest("svg, script, style, noscript")) continue;
            const style = getComputedStyle(e);
            if (style.visibility === "hidden" || !e.getClientRects().length) continue;
            const [a, b] = [light(parts(style.color).slice(0, 3)), light(ground(e))];
            const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (contrast < worst[0]) worst = [contrast, e.outerHTML.slice(0, 120)];
        }
        return worst;
    })()""")
    assert weakest[0] >= 4.5, weakest[1]


@pytest.mark.parametrize(("width", "scale"), [(320, 2), (390, 3), (768, 2), (2200, 1)])
def test_it_fits_any_width(page: Browser, width: int, scale: float) -> None:
    page.resize(width, 800, scale)
    page.until(f"document.documentElement.clientWidth === {width}")
    time.sleep(0.2)
    assert page.run("document.documentElement.scrollWidth") <= width
    drawn, asked = page.run("document.getElementById('timeline').width"), page.run("timeline.clientWidth")
    assert drawn == pytest.approx(asked * scale, abs=scale)  # sharp
    assert colours(page, 25, 99) > 3


def test_a_browser_that_refuses_data_uris_is_given_blobs(page: Browser) -> None:
    page.run("after.dispatchEvent(new Event('error'))")
    page.until("after.src.startsWith('blob:') && after.readyState >= 2")
    page.press(" ")
    page.until("after.currentTime > 0.2 && !after.paused")
    page.requests[:] = [url for url in page.requests if not url.startswith("blob:")]
