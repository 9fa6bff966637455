"""`python -m benchmarks`: names, options passed on, exit status."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import __main__ as command

ROOT = Path(__file__).resolve().parents[2]


def fake(monkeypatch: pytest.MonkeyPatch, name: str, status: int | None, calls: list[tuple[str, list[str]]]) -> None:
    module = ModuleType(f"benchmarks.{name}")

    def main(argv: list[str]) -> int | None:
        calls.append((name, argv))
        return status

    module.main = main  # type: ignore[attr-defined]
    module.__spec__ = command.__spec__
    monkeypatch.setitem(sys.modules, f"benchmarks.{name}", module)


@pytest.mark.parametrize(("status", "expected"), [(None, 0), (0, 0), (1, 1)])
def test_options_and_status_pass_through(monkeypatch: pytest.MonkeyPatch, status: int | None, expected: int) -> None:
    calls: list[tuple[str, list[str]]] = []
    fake(monkeypatch, "speed", status, calls)
    assert command.main(["speed", "--seconds", "3"]) == expected
    assert calls == [("speed", ["--seconds", "3"])]


def test_all_runs_each_and_returns_the_worst(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, list[str]]] = []
    for name in command.BENCHMARKS:
        fake(monkeypatch, name, int(name == "fidelity"), calls)
    assert command.main(["all"]) == 1
    assert [name for name, _ in calls] == list(command.BENCHMARKS)


def test_an_unknown_name_is_the_users_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["nothing"])
    assert ended.value.code == 2
    assert "nothing" in capsys.readouterr().err


def test_help_needs_no_benchmark() -> None:
    code = "import sys, benchmarks.__main__ as m; print(any(n in sys.modules for n in ('torch', 'benchmarks.grid')))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "False"
