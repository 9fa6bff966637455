"""`--report DIR` of dub and score: a page beside the result, and told before the work where there is one already."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncline.cli.app import run


@pytest.mark.parametrize("command", ["dub", "score"])
def test_a_page_that_is_there_is_not_touched(command: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "look").mkdir()
    page = tmp_path / "look" / "index.html"
    page.write_text("mine")
    options = ["--text", "Hello.", "-o", str(tmp_path / "out.mp4")] if command == "dub" else []
    capfd.readouterr()
    assert run([command, str(tmp_path / "nothing.mp4"), "--report", str(page.parent), *options]) == 2
    assert "--force" in capfd.readouterr().err
    assert page.read_text() == "mine"
