"""Gates by name and from files; every mistake in one sentence that names file and key."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from syncline.errors import InputError, LimitError, MissingInput
from syncline.quality.gatefiles import PRESETS, SINGLE, preset, read_gates
from syncline.quality.gates import DEFAULT, FigureGate, Gates, grade_offset
from syncline.quality.offset import Offset
from syncline.quality.score import Figure, Grade


def written(folder: Path, text: str, name: str = "own.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def offset(ms: float | None) -> Offset:
    return Offset(ms, 0.3, ms is not None, "too short", 8.0)


def test_the_usual_gates_are_those_of_the_package() -> None:
    assert read_gates(None).gates is DEFAULT
    assert read_gates(None).name == "default"


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_there_and_differ(name: str) -> None:
    found = read_gates(name)
    assert found.name == name
    assert found.gates != DEFAULT
    assert found.gates.offset_warn_ms[0] <= found.gates.offset_pass_ms[0]


@pytest.mark.parametrize(
    ("ms", "strict", "broadcast", "usual", "web"),
    [
        (4, "pass", "pass", "pass", "pass"),
        (14, "warn", "pass", "pass", "pass"),
        (-50, "fail", "warn", "warn", "pass"),
        (44, "fail", "fail", "warn", "pass"),
        (-130, "fail", "fail", "fail", "warn"),
        (None, "fail", "warn", "warn", "warn"),
    ],
)
def test_what_passes_where(ms: float | None, strict: str, broadcast: str, usual: str, web: str) -> None:
    found = [
        grade_offset(offset(ms), gates).grade
        for gates in (*map(preset, ("strict", "broadcast")), DEFAULT, preset("web"))
    ]
    assert found == [strict, broadcast, usual, web]


def test_a_file_changes_what_it_names(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        'base = "broadcast"\nclosures_pass = 1\nclosures_needed = 5\noffset_required = true\n'
        "offset_warn_ms = [-80, 41.5]\n[figures.identity]\npass = 0.97\nwarn = 0.9\n",
    )
    found = read_gates(path)
    assert found.name == "own.toml"
    assert found.gates.offset_warn_ms == (-80.0, 41.5)
    assert found.gates.offset_pass_ms == preset("broadcast").offset_pass_ms
    assert (found.gates.closures_pass, found.gates.closures_needed, found.gates.offset_required) == (1.0, 5, True)
    assert found.gates.figures == {"identity": FigureGate(0.97, 0.9)}
    assert read_gates(str(path)).gates == found.gates


def test_every_field_can_be_written(tmp_path: Path) -> None:
    lines = []
    for each in fields(Gates):
        value = getattr(DEFAULT, each.name)
        if each.name != "figures":
            lines.append(f"{each.name} = {str(list(value) if isinstance(value, tuple) else value).lower()}")
    assert read_gates(written(tmp_path, "\n".join(lines))).gates == DEFAULT


def test_an_empty_file_is_the_usual(tmp_path: Path) -> None:
    assert read_gates(written(tmp_path, "# nothing\n")).gates == DEFAULT


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("offset_pas_ms = [1, 2]", "'offset_pas_ms' is no key of a gate file; offset_pass_ms is one"),
        ("xyzzy = 1", "'xyzzy' is no key"),
        ("offset_pass_ms = 3", "offset_pass_ms is 3; it should be two numbers"),
        ("offset_pass_ms = [30, 3]", "the smaller first"),
        ("offset_pass_ms = [1, 2, 3]", "two numbers"),
        ("offset_pass_ms = [-500, 22]", "offset_pass_ms ([-500.0, 22.0]) must lie within offset_warn_ms"),
        ('closures_pass = "high"', "closures_pass is 'high'; it should be a share from 0 to 1"),
        ("closures_pass = 95", "closures_pass is 95; it should be a share"),
        ("closures_pass = 0.5\nclosures_warn = 0.8", "closures_pass (0.5) must not be below closures_warn (0.8)"),
        ("flicker_pass = 9.0", "flicker_pass (9) must not be above flicker_warn (4)"),
        ("flicker_pass = nan", "flicker_pass is nan; it should be a number"),
        ("flicker_pass = true", "flicker_pass is True"),
        ("offset_required = 1", "offset_required is 1; it should be true or false"),
        ("closures_needed = -1", "closures_needed is -1; it should be a whole number"),
        ("closures_needed = 2.5", "whole number"),
        ('base = "cinema"', "base is 'cinema'; it is one of broadcast, web, strict"),
        ("base = 4", "base is 4"),
        ("figures = 3", "figures is 3"),
        (
            "[figures.identiti]\npass = 1\nwarn = 0",
            "'identiti' is no figure that a gate can be set for; identity is one",
        ),
        ("[figures.identity]\npass = 1", "figures.identity should hold two numbers, pass and warn"),
        ("[figures.identity]\npass = 1\nwarn = true", "figures.identity.warn is True"),
        ("offset_pass_ms = [", "the gate file is not TOML"),
        ("a = 1\na = 2", "not TOML"),
        ('"\\u202e" = 1', "is no key"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_gates(path)
    told = str(caught.value)
    assert words in told
    assert told.startswith(str(path))
    assert "\n" not in told
    assert "\u202e" not in told


def test_what_is_no_gate_at_all(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'cinema' is no gate; use broadcast, web, strict or a file"):
        read_gates("cinema")
    with pytest.raises(MissingInput, match="no such gate file"):
        read_gates("nowhere.toml")
    with pytest.raises(MissingInput):
        read_gates(tmp_path) if tmp_path.suffix else read_gates(tmp_path / "none.toml")
    bad = tmp_path / "bytes.toml"
    bad.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read_gates(bad)
    with pytest.raises(LimitError):
        read_gates(written(tmp_path, "#" * 70_000))
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    with pytest.raises(MissingInput):
        read_gates(folder)


def test_a_gate_of_one_figure() -> None:
    figure = Figure(value=0.95, unit="similarity", grade=Grade.PASS, standard="similarity", sentence="Same.")
    gates = Gates(figures={"identity": FigureGate(0.97, 0.9), "flicker": FigureGate(1.2, 1.4)})
    assert gates.regraded("identity", figure).grade is Grade.WARN
    assert "at least 0.97" in gates.regraded("identity", figure).standard
    assert gates.regraded("colour", figure) is figure
    unsteady = figure.model_copy(update={"value": 1.5})
    assert gates.regraded("flicker", unsteady).grade is Grade.FAIL
    unknown = figure.model_copy(update={"value": None})
    assert gates.regraded("identity", unknown) is unknown
    assert "identity" in SINGLE
