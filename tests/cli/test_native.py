"""Native chatter is dropped; everything else arrives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from syncline.cli.native import filtered_stderr, is_chatter

CHATTER = [
    b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n",
    b"I0000 00:00:1700000000.123456   1234 gl_context_egl.cc:85] Successfully initialized EGL.\n",
    b"W0000 00:00:1700000000.123456   1250 inference_feedback_manager.cc:114] Feedback manager requires a model\n",
    b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n",
    b"I1120 13:00:00.000000 1234 file.cc:1] glog of another age\n",
    b"2026-11-20 13:00:00.000000: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on.\n",
]
SPEECH = [
    b"E0000 00:00:1700000000.123456 1234 graph.cc:9] CalculatorGraph::Run() failed\n",
    b"F0000 00:00:1700000000.123456 1234 check.cc:9] Check failed\n",
    b"Illegal instruction\n",
    b"syncline: plate.mp4: the file is empty\n",
    b"I think that this is a sentence\n",
]


@pytest.mark.parametrize("line", CHATTER)
def test_chatter_is_known(line: bytes) -> None:
    assert is_chatter(line)


@pytest.mark.parametrize("line", SPEECH)
def test_errors_are_not_chatter(line: bytes) -> None:
    assert not is_chatter(line)


def test_only_chatter_is_lost(capfd: pytest.CaptureFixture[str]) -> None:
    with filtered_stderr():
        for line in [*CHATTER, *SPEECH]:
            os.write(2, line)
        os.write(2, b"no end of line")
    os.write(2, b", and after\n")
    told = capfd.readouterr().err
    assert told == b"".join(SPEECH).decode() + "no end of line, and after\n"


def test_everything_passes_where_that_is_asked(capfd: pytest.CaptureFixture[str]) -> None:
    with filtered_stderr(passing_all=True):
        os.write(2, CHATTER[0])
    assert capfd.readouterr().err == CHATTER[0].decode()


def test_pythons_own_stderr_goes_around(tmp_path: Path) -> None:
    code = (
        "import sys, os\nfrom syncline.cli.native import filtered_stderr\n"
        "with filtered_stderr():\n"
        "    print('I0000 said by Python', file=sys.stderr)\n"
        "    os.write(2, b'I0000 said by a library\\n')\n"
        "print('after', file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr == "I0000 said by Python\nafter\n"


def test_mediapipe_starts_in_silence() -> None:
    code = (
        "import sys\nfrom syncline.cli.native import filtered_stderr\n"
        "with filtered_stderr():\n"
        "    import numpy as np, mediapipe as mp\n"
        "    with mp.solutions.face_mesh.FaceMesh() as mesh: mesh.process(np.zeros((64, 64, 3), np.uint8))\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
