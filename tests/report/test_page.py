"""The page: whole, safe, and of the files that the timeline tells of."""

from __future__ import annotations

import base64
import json
import re
import shutil
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from clips import number_of, pattern, variable_times
from syncline.errors import InputError, MissingInput
from syncline.events import Artifact, Note, Recorder
from syncline.media.probe import probe
from syncline.quality import SYNC_LIMITS
from syncline.report import check_report_folder, write_report, write_score_report
from syncline.report.embed import _preview_height, plays_everywhere
from syncline.report.markup import Markup, content_hash, data, fill, resource, tag, text
from takes import clip, cue_sheet, score, write_timeline

VOID = {"meta", "link", "img", "input", "br", "hr"}
HOSTILE = "</script></style><img src=x onerror=alert(1)>\"'&\u202e\x1b"


class Page(HTMLParser):
    """A page read strictly: elements in order with their attributes and text; raises where tags do not match."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.text = path.read_text(encoding="utf-8")
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.contents: list[str] = []
        self._open: list[int] = []
        self.feed(self.text)
        self.close()
        assert not self._open, "elements are left open"

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        assert len({key for key, _ in attributes}) == len(attributes), f"an attribute of {name} is given twice"
        self.elements.append((name, {key: value or "" for key, value in attributes}))
        self.contents.append("")
        if name not in VOID:
            self._open.append(len(self.elements) - 1)

    def handle_startendtag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(name, attributes)
        if name not in VOID:
            self.handle_endtag(name)

    def handle_endtag(self, name: str) -> None:
        assert self._open, f"</{name}> closes nothing"
        assert self.elements[self._open.pop()][0] == name, f"</{name}> closes another element"

    def handle_data(self, content: str) -> None:
        for index in self._open:
            self.contents[index] += content

    def all(self, element: str, /, **wanted: str) -> list[tuple[dict[str, str], str]]:
        """Attributes and text of the elements of a name whose attributes are so."""
        return [
            (attributes, content)
            for (found, attributes), content in zip(self.elements, self.contents, strict=True)
            if found == element and all(attributes.get(key) == value for key, value in wanted.items())
        ]

    @property
    def data(self) -> dict[str, Any]:
        """What the script is given."""
        found: dict[str, Any] = json.loads(self.all("script", id="data")[0][1])
        return found


def bytes_of(uri: str) -> bytes:
    return base64.b64decode(uri.partition(";base64,")[2], validate=True)


def numbers(uri: str, folder: Path) -> tuple[list[int], list[float]]:
    """The numbers that an embedded video's pictures carry, and their times."""
    path = folder / "embedded.mp4"
    path.write_bytes(bytes_of(uri))
    told, times = [], []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            told.append(number_of(frame.to_ndarray(format="rgb24")))
            times.append(float(frame.pts * frame.time_base))
    return told, times


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A timeline, its take and its plate."""
    folder = tmp_path_factory.mktemp("take")
    plate = clip(folder / "plate.mp4", 60, first=100)
    out = clip(folder / "take.mp4", 50, first=500)
    return write_timeline(out, plate, list(range(50))), out, plate


@pytest.fixture(scope="module")
def page(take: tuple[Path, Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Page:
    timeline, out, plate = take
    return Page(write_report(timeline, tmp_path_factory.mktemp("page"), output=out, plate=plate))


def test_the_page_is_whole_and_has_its_landmarks(page: Page) -> None:
    assert page.text.startswith("<!DOCTYPE html>\n")
    assert "{{" not in re.sub(r"<script.*?</script>", "", page.text, flags=re.S)
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert len(page.all(landmark)) == 1, landmark
    assert page.all("html")[0][0]["lang"] == "en"
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        for reference in (attributes.get("aria-labelledby", "") + " " + attributes.get("for", "")).split():
            assert reference in ids
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in ids
    assert all(attributes["aria-labelledby"] for attributes, _ in page.all("section"))


def test_everything_has_a_name_for_those_who_do_not_see_it(page: Page) -> None:
    assert page.text.count("<caption>") == len(page.all("table")) > 5
    assert all(attributes.get("alt") for attributes, _ in page.all("img"))
    assert all(attributes["scope"] in ("col", "row") for attributes, _ in page.all("th"))
    for attributes, content in page.all("button"):
        assert content.strip() or attributes["aria-label"]
    labelled = sum("<input" in label for label in re.findall(r"<label.*?</label>", page.text, flags=re.S))
    named = [attributes for attributes, _ in page.all("input") if "aria-label" in attributes]
    assert labelled + len(named) >= len(page.all("input"))
    for attributes, _ in page.all("svg"):
        assert attributes.get("aria-hidden") == "true" or attributes["role"] == "img"
    assert page.all("p", id="readout")[0][0]["aria-live"] == "polite"
    assert [legend for _, legend in page.all("legend")] == ["Speed", "Sound", "View"]


def test_nothing_is_asked_of_the_network(page: Page) -> None:
    for name, attributes in page.elements:
        for key in ("src", "href", "poster", "action", "srcset", "data", "xlink:href"):
            value = attributes.get(key, "")
            assert not value or value.startswith(("#", "data:")), f"{name} {key}={value[:80]}"
        assert not any(key.startswith("on") or key == "style" for key in attributes), name
    style, script = page.all("style")[0][1], page.all("script")[1][1]
    assert not re.search(r"url\(|@import|expression|https?:", style)
    assert not re.search(r"fetch|XMLHttp|WebSocket|EventSource|sendBeacon|import\(|https?:|eval|innerHTML", script)


def test_the_policy_lets_nothing_else_in(page: Page) -> None:
    policies = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    rules = dict(rule.strip().split(" ", 1) for rule in policies[0][0]["content"].split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == content_hash(page.all("style")[0][1])
    assert rules["script-src"] == content_hash(page.all("script")[1][1])
    assert rules["img-src"] == "data:"
    assert rules["media-src"] == "data: blob:"
    assert "unsafe" not in policies[0][0]["content"]
    assert page.elements.index(("meta", policies[0][0])) < 5


def test_files_that_play_everywhere_go_in_as_they_are(page: Page, take: tuple[Path, Path, Path]) -> None:
    _, out, plate = take
    assert bytes_of(page.all("video", id="after")[0][0]["src"]) == out.read_bytes()
    assert bytes_of(page.all("video", id="before")[0][0]["src"]) == plate.read_bytes()
    assert page.all("input", name="sound", value="before")


def test_the_data_is_what_the_timeline_says(page: Page) -> None:
    told = page.data
    assert told["times"] == pytest.approx([t / 25 for t in range(50)], abs=1e-4)
    assert told["duration"] == pytest.approx(2.0)
    assert [word[0] for word in told["words"]] == ["hola", "papá"]
    assert [phone[:2] for phone in told["phones"]][1:5] == [["o", "oh"], ["l", "nn"], ["p", "PP"], ["a", "aa"]]
    assert [closure[3] for closure in told["closures"]] == [1, 0, -1]
    assert told["seen"][5] is None
    assert len(told["asked"]) == len(told["seen"]) == 50
    assert [band[:3] for band in told["bands"]] == [["pass", 0, 6], ["flag", 3, 2], ["fade", 6, 4], ["far", 10, 40]]
    wave = np.frombuffer(base64.b64decode(told["wave"]), np.int8).reshape(-1, 2)
    assert len(wave) == pytest.approx(2.0 * told["wave_rate"], rel=0.02)
    assert wave.max() == 127 or wave.min() == -127
    assert (wave[10:-10, 0] < -90).all()  # a steady tone fills every stretch
    assert (wave[10:-10, 1] > 90).all()


def test_figures_stand_with_their_gates_and_standards(page: Page) -> None:
    rows = [content for _, content in page.all("tr")]
    assert any("Closures" in row and "fail" in row and "50 %" in row and "closures gate" in row for row in rows)
    for limit in SYNC_LIMITS:
        inside = "inside" if limit.holds(-40) else "outside"
        assert any(limit.source in row and limit.meaning in row and inside in row for row in rows)
    assert [content for _, content in page.all("polyline", **{"class": "curve"})] == [""]
    assert "no language was given: en is assumed" in page.all("section", id="told")[0][1]
    told = page.all("section", id="told")[0][1]
    assert told.index("fallback speech") < told.index("note track")
    assert "ab" * 20 in page.all("section", id="inputs")[0][1]
    states = [row for row in rows if row.startswith(("p", "b", "m")) and "s" in row]
    assert any("✓shut" in row for row in states)
    assert any("✕open" in row for row in states)
    assert any("?not seen" in row for row in states)


def test_the_contact_sheet_shows_the_frames_themselves(page: Page) -> None:
    sheet = [attributes for attributes, _ in page.all("img") if "frame" in attributes["alt"]]
    assert [attributes["alt"].split(":")[0] for attributes in sheet] == [
        "Before, frame 22",
        "After, frame 22",
        "Before, frame 40",
        "After, frame 40",
    ]
    whole = cv2.imdecode(np.frombuffer(bytes_of(sheet[3]["src"]), np.uint8), cv2.IMREAD_COLOR)
    assert number_of(whole) == 540
    assert number_of(cv2.imdecode(np.frombuffer(bytes_of(sheet[2]["src"]), np.uint8), cv2.IMREAD_COLOR)) == 140
    face = cv2.imdecode(np.frombuffer(bytes_of(sheet[1]["src"]), np.uint8), cv2.IMREAD_COLOR)
    assert face.shape[:2] == (90 + 18, 80 + 18)
    assert {"data-frame": "22"}.items() <= page.all("button", **{"data-frame": "22"})[0][0].items()


def test_hostile_texts_stay_texts(take: tuple[Path, Path, Path], tmp_path: Path) -> None:
    _, out, plate = take
    name = HOSTILE.replace("/", "") + ".mp4"
    hostile_out = Path(shutil.copy(out, tmp_path / name))
    figures = score(50).to_json()
    figures["figures"] = {HOSTILE: {**figures["figures"]["offset"], "sentence": HOSTILE, "standard": HOSTILE}}
    figures["figures"][HOSTILE]["unit"] = HOSTILE
    figures["closures"][0]["ipa"] = HOSTILE
    cue = cue_sheet(2.0, (HOSTILE, HOSTILE)).to_json()
    cue["phones"][1]["ipa"] = HOSTILE
    timeline = write_timeline(
        hostile_out,
        plate,
        list(range(50)),
        score=figures,
        cue=cue,
        engine=HOSTILE,
        software=HOSTILE,
        options={HOSTILE: HOSTILE},
        face={"id": 0, "found": 1, "reason": HOSTILE},
        inputs=[{"role": HOSTILE, "name": HOSTILE, "bytes": 1, "blake2b": HOSTILE}],
        notes=[{"event": HOSTILE, "stage": HOSTILE, "text": HOSTILE}, {"event": "fallback", "reason": [HOSTILE]}],
        timings=[{"stage": HOSTILE, "seconds": HOSTILE}],
        flags=[{"from": 3, "count": 2, "flags": [HOSTILE]}],
        contact=[{"kind": "worst", "frame": 2, "time": 0.08, "reason": HOSTILE, "box": [-9, -9, 1 << 40, 3]}],
    )
    page = Page(write_report(timeline, tmp_path / "page", output=hostile_out, plate=plate))
    assert [name for name, _ in page.elements].count("script") == 2
    assert [name for name, _ in page.elements].count("style") == 1
    assert not [
        attributes for _, attributes in page.elements if "onerror" in attributes or attributes.get("src") == "x"
    ]
    assert page.data["words"][0][0] == HOSTILE
    assert page.data["phones"][1][:2] == [HOSTILE, ""]
    assert "<img src=x" not in page.text
    assert "\u202e" not in page.text
    assert "\x1b" not in page.text
    assert "<img src=x onerror=alert(1)>" in page.all("h1")[0][1]


@pytest.mark.parametrize("suffix", [".mkv", ".mov"])
def test_what_browsers_do_not_play_goes_in_as_a_preview(
    suffix: str, take: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    codec, pixels = ("ffv1", "yuv420p") if suffix == ".mkv" else ("prores_ks", "yuv422p10le")
    out = clip(
        tmp_path / f"take{suffix}", 12, first=30, codec=codec, pixel_format=pixels, audio_codec="pcm_s16le",
        size=(96, 900),
    )  # fmt: skip
    timeline = write_timeline(out, take[2], list(range(20, 32)), score=None, contact=[])
    recorder = Recorder()
    page = Page(write_report(timeline, tmp_path / "page", output=out, plate=take[2], on_event=recorder))
    told, times = numbers(page.all("video", id="after")[0][0]["src"], tmp_path)
    assert told == list(range(30, 42))
    assert times == pytest.approx([t / 25 for t in range(12)], abs=1e-4)
    info = probe(tmp_path / "embedded.mp4")
    assert plays_everywhere(info)
    assert info.video is not None
    assert info.video.height == 720
    assert info.audio is not None
    assert any("preview" in note.text for note in recorder.of(Note))
    assert recorder.of(Artifact)[-1].path == str(tmp_path / "page" / "index.html")


@pytest.mark.parametrize(
    "shown",
    [
        [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],  # begins later
        [0, 1, 2, 3, 4, 3, 2, 1, 0, 1, 2],  # bounce
        [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5],  # remap
        list(range(11)),  # a plate much longer than what is shown of it
    ],
)
def test_the_plate_is_shown_frame_for_frame(shown: list[int], take: tuple[Path, Path, Path], tmp_path: Path) -> None:
    out = clip(tmp_path / "short.mp4", len(shown), first=500)
    timeline = write_timeline(out, take[2], shown, score=None, contact=[])
    page = Page(write_report(timeline, tmp_path / "page", output=out, plate=take[2]))
    told, times = numbers(page.all("video", id="before")[0][0]["src"], tmp_path)
    assert told == [100 + plate for plate in shown]
    assert times == pytest.approx([t / 25 for t in range(len(shown))], abs=1e-4)
    assert bool(page.all("input", name="sound", value="before")) == (shown == list(range(11)))


def test_a_variable_rate_keeps_its_times(tmp_path: Path) -> None:
    times = variable_times(30)
    plate = clip(tmp_path / "plate.mkv", 30, first=60, times=times, audio_codec="pcm_s16le", base=Fraction(1, 1000))
    out = clip(tmp_path / "take.mp4", 30, first=90, times=times)
    timeline = write_timeline(out, plate, list(range(30)), score=None, contact=[])
    page = Page(write_report(timeline, tmp_path / "page", output=out, plate=plate))
    told, shown_at = numbers(page.all("video", id="before")[0][0]["src"], tmp_path)
    assert told == list(range(60, 90))
    assert shown_at == pytest.approx([float(t) for t in times], abs=2e-3)
    assert page.data["times"] == pytest.approx([float(t) for t in times], abs=2e-4)


def test_a_portrait_is_a_picture(take: tuple[Path, Path, Path], tmp_path: Path) -> None:
    portrait = tmp_path / "portrait.png"
    cv2.imwrite(str(portrait), pattern(77, 192, 144)[..., ::-1])
    out = Path(shutil.copy(take[1], tmp_path))
    timeline = write_timeline(out, portrait, [0] * 50)
    page = Page(write_report(timeline, tmp_path / "page", output=out, plate=portrait))
    before = page.all("img", id="before")[0][0]
    assert number_of(cv2.imdecode(np.frombuffer(bytes_of(before["src"]), np.uint8), cv2.IMREAD_COLOR)) == 77
    assert len(page.all("video")) == 1
    assert not page.all("input", name="sound", value="before")
    assert len([img for img, _ in page.all("img") if img["alt"].startswith("Before, frame")]) == 2


def test_a_plate_beside_the_take_is_found_by_its_content(take: tuple[Path, Path, Path], tmp_path: Path) -> None:
    timeline, out, plate = take
    found = Page(write_report(timeline, tmp_path / "found", output=out))
    assert found.all("video", id="before")
    for file in (timeline, out):
        shutil.copy(file, tmp_path)
    (tmp_path / plate.name).write_bytes(b"another file")
    lost = Page(write_report(tmp_path / timeline.name, tmp_path / "lost", output=tmp_path / out.name))
    assert not lost.all("video", id="before")
    assert lost.all("div", id="stage")[0][0]["data-layout"] == "single"
    assert "The plate (plate.mp4) is not at hand" in lost.all("section", id="players")[0][1]


def test_a_plate_s_name_leads_nowhere_else(take: tuple[Path, Path, Path], tmp_path: Path) -> None:
    _, out, plate = take
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    copy = Path(shutil.copy(out, inside))
    shutil.copy(plate, tmp_path / "a" / "secret.mp4")
    timeline = write_timeline(copy, plate, list(range(50)))
    document = json.loads(timeline.read_text(encoding="utf-8"))
    document["inputs"][0]["name"] = "../secret.mp4"
    timeline.write_text(json.dumps(document), encoding="utf-8")
    assert not Page(write_report(timeline, tmp_path / "page", output=copy)).all("video", id="before")


def test_an_older_timeline_still_has_a_page(take: tuple[Path, Path, Path], tmp_path: Path) -> None:
    _, out, plate = take
    copy = Path(shutil.copy(out, tmp_path))
    old = score(50).to_json(brief=True)
    timeline = write_timeline(copy, plate, list(range(50)), score=old, contact=[], flags=[], notes=[], timings=[])
    page = Page(write_report(timeline, tmp_path / "page", output=copy, plate=plate))
    assert page.data["seen"] == page.data["asked"] == []
    assert page.data["closed"] is None
    assert "No curve was kept" in page.text
    assert "Nothing was told on the way." in page.text


def test_a_take_without_sound_has_a_page(tmp_path: Path) -> None:
    out = clip(tmp_path / "mute.mp4", 20, mute=True)
    page = Page(write_score_report(out, score(20), tmp_path / "page"))
    assert page.data["wave"] == ""


def test_a_clip_that_was_only_scored_has_a_page(tmp_path: Path) -> None:
    out = clip(tmp_path / "clip.mp4", 30)
    page = Page(write_score_report(out, score(30), tmp_path / "page", cue=cue_sheet(30 / 25)))
    assert page.data["words"]
    assert not page.all("video", id="before")
    assert "not at hand" not in page.text
    assert any("The lips do not shut on b" in attributes["alt"] for attributes, _ in page.all("img"))
    with pytest.raises(InputError, match="more frames"):
        write_score_report(out, score(31), tmp_path / "other")


def test_a_take_that_is_not_there_is_one_clear_error(take: tuple[Path, Path, Path], tmp_path: Path) -> None:
    for missing in (tmp_path / "gone.mp4", tmp_path, tmp_path / "a\0b.mp4", tmp_path / ("x" * 5000)):
        with pytest.raises(MissingInput, match="the take is not there: name the file that the dub wrote"):
            write_report(take[0], tmp_path / "page", output=missing)
    with pytest.raises(MissingInput):
        write_report(tmp_path / "no.timeline.json", tmp_path / "page", output=take[1])
    with pytest.raises(MissingInput):
        write_report(take[0], tmp_path / "page", output=take[1], plate=tmp_path / "gone.mp4")
    assert not (tmp_path / "page").exists()


def test_other_files_than_the_timeline_s_are_refused(take: tuple[Path, Path, Path], tmp_path: Path) -> None:
    timeline, out, plate = take
    with pytest.raises(InputError, match="not the take that the timeline tells of: 60 frames, not 50"):
        write_report(timeline, tmp_path / "page", output=plate)
    with pytest.raises(InputError, match="not the plate"):
        write_report(timeline, tmp_path / "page", output=out, plate=out)


@pytest.mark.parametrize(
    "change",
    [
        {"picture": {"plate": [{"from": 0, "count": 1 << 40, "plate": 0, "step": 1}]}},
        {"picture": {"plate": [{"from": 0, "count": 50, "plate": 10, "step": -1}]}},
        {"picture": {"plate": []}},
        {"picture": {"plate": [{"from": 0, "count": 50, "plate": 30, "step": 1}]}},
        {"plan": {"frames": 50, "stretches": [{"from": 40, "count": 20, "source": "pass"}]}},
        {"plan": {"frames": 50, "stretches": ["x"]}},
        {"cue": {"schema": "syncline.cuesheet/1"}},
        {"score": {"schema": "syncline.score/1", "grade": "odd"}},
        {"score": score(49).to_json()},
    ],
)
def test_damaged_timelines_are_refused(change: dict[str, Any], take: tuple[Path, Path, Path], tmp_path: Path) -> None:
    timeline, out, plate = take
    document = json.loads(timeline.read_text(encoding="utf-8"))
    for key, value in change.items():
        document[key] = {**document[key], **value} if key == "picture" else value
    damaged = tmp_path / "take.timeline.json"
    damaged.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError):
        write_report(damaged, tmp_path / "page", output=out, plate=plate)
    assert not (tmp_path / "page").exists()


def test_numbers_that_are_none_break_nothing(take: tuple[Path, Path, Path], tmp_path: Path) -> None:
    timeline, out, plate = take
    told = timeline.read_text(encoding="utf-8").replace('"opening": 0.06', '"opening": NaN')
    told = told.replace('"start": 0.9,', '"start": Infinity,')
    damaged = tmp_path / "take.timeline.json"
    damaged.write_text(told, encoding="utf-8")
    page = Page(write_report(damaged, tmp_path / "page", output=out, plate=plate))
    assert len(page.data["closures"]) == 2


def test_a_page_that_is_there_is_kept(take: tuple[Path, Path, Path], tmp_path: Path) -> None:
    timeline, out, _ = take
    (tmp_path / "index.html").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="--force"):
        write_report(timeline, tmp_path, output=out)
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == "mine"
    write_report(timeline, tmp_path, output=out, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
    for folder in ("a\0b", "x" * 5000, tmp_path / "index.html", tmp_path / "index.html" / "deeper"):
        with pytest.raises(InputError):
            write_report(timeline, folder, output=out)
    check_report_folder(tmp_path / "new")
    check_report_folder(tmp_path, force=True)
    with pytest.raises(InputError, match="--force"):
        check_report_folder(tmp_path)
    with pytest.raises(InputError, match="folder for the report"):
        write_report(timeline, tmp_path / "index.html", output=out)


def test_long_takes_get_smaller_previews(take: tuple[Path, Path, Path]) -> None:
    video = probe(take[1]).video
    assert video is not None
    large = type(video)(**{**vars(video), "width": 1920, "height": 1080})
    heights = [_preview_height(large, minutes * 60 * 25) for minutes in (1, 3, 6, 60)]
    assert heights == sorted(heights, reverse=True)
    assert heights[0] == 720
    assert heights[-1] == 240


def test_markup_escapes_all_but_markup() -> None:
    assert tag("p", "a < b", Markup("<b>c</b>"), class_="x y", data_n=3, hidden=True, lang=None) == (
        '<p class="x y" data-n="3" hidden>a &lt; b<b>c</b></p>'
    )
    assert tag("a", title='"><script>') == '<a title="&quot;&gt;&lt;script&gt;"></a>'
    assert text("a\u202eb\n") == "a\\u202eb\\n"
    assert data({"a": "</script>&\u2028"}) == '{"a":"\\u003c/script\\u003e\\u0026\\u2028"}'


def test_templates_are_filled_once_and_whole() -> None:
    assert fill("<{{a}}|{{b}}>", {"a": "{{b}}", "b": "1"}) == "<{{b}}|1>"
    with pytest.raises(KeyError):
        fill("{{a}}", {})
    with pytest.raises(ValueError, match="no place for b"):
        fill("{{a}}", {"a": "1", "b": "2"})


@pytest.mark.parametrize("name", ["page.html", "page.css", "page.js"])
def test_the_parts_are_shipped_and_plain(name: str) -> None:
    part = resource(name)
    assert "\r" not in part
    assert "</script" not in part or name == "page.html"
    assert "</style" not in part or name == "page.html"
    if name == "page.js":
        assert part.startswith('"use strict";')
