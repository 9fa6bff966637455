"""A real headless Chromium, driven over its remote debugging pipe with the standard library alone.

>>> with Browser(find_chromium()) as browser:                # doctest: +SKIP
...     browser.open(path)
...     browser.run("document.title")
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ANSWER_SECONDS = 60.0
# Chromium reads commands from file 3 and writes answers to file 4.
LAUNCH = "import os, sys; r, w = int(sys.argv[1]), int(sys.argv[2]); os.dup2(r, 10); os.dup2(w, 11); "
LAUNCH += "os.dup2(10, 3); os.dup2(11, 4); os.execv(sys.argv[3], sys.argv[3:])"
OPTIONS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",  # tests often run as root, where it cannot be
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--autoplay-policy=user-gesture-required",
)


def find_chromium() -> str | None:
    """The browser that SYNCLINE_CHROMIUM names, or the first one on the path; None where there is none."""
    named = os.environ.get("SYNCLINE_CHROMIUM")
    found = (shutil.which(name) for name in ([named] if named else NAMES))
    return next((path for path in found if path), None)


class Browser:
    """One page of one browser with a profile of its own. `errors`: what its console told as warning or worse;
    `requests`: every address that was asked for."""

    def __init__(self, program: str, width: int = 1280, height: int = 900) -> None:
        self._program, self._size = program, (width, height)
        self._number = 0
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self.errors: list[str] = []
        self.requests: list[str] = []

    def __enter__(self) -> Browser:
        self._profile = tempfile.TemporaryDirectory(prefix="syncline-browser-", ignore_cleanup_errors=True)
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        command = [sys.executable, "-c", LAUNCH, str(to_read), str(to_write), self._program, *OPTIONS]
        command += [f"--user-data-dir={self._profile.name}", f"--window-size={self._size[0]},{self._size[1]}"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(command, pass_fds=(to_read, to_write), start_new_session=True, **quiet)
        os.close(to_read)
        os.close(to_write)
        self._listener = threading.Thread(target=self._listen, name="browser", daemon=True)
        self._listener.start()
        self._session = ""
        target = self.call("Target.createTarget", url="about:blank")
        self._session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "DOM", "Accessibility"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session = ""
        try:
            with contextlib.suppress(OSError, RuntimeError):
                self.call("Browser.close")
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._write)
        self._listener.join(timeout=20)
        self._profile.cleanup()

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol; raises RuntimeError where the browser refuses it or does not answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + ANSWER_SECONDS
        while True:
            try:
                answer = self._answers.get(timeout=max(0.01, until - time.monotonic()))
            except queue.Empty:
                raise RuntimeError(f"{method}: the browser does not answer") from None
            if answer["id"] == self._number:
                break
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error'].get('message')}")
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, path: Path) -> None:
        """Load a local file and wait until it is complete."""
        self.call("Page.navigate", url=path.resolve().as_uri())
        self.until("document.readyState === 'complete' && location.protocol === 'file:'")

    def run(self, code: str) -> Any:
        """The value of JavaScript in the page (of a promise: what it becomes); raises RuntimeError where it throws."""
        answer = self.call(
            "Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True, userGesture=False
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{code}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, code: str, seconds: float = 20.0) -> None:
        """Wait until JavaScript is true; raises RuntimeError where it does not become so."""
        end = time.monotonic() + seconds
        while not self.run(f"Boolean({code})"):
            if time.monotonic() > end:
                raise RuntimeError(f"never true: {code}")
            time.sleep(0.03)

    def press(self, key: str) -> None:
        """Press and release a key, as a user does."""
        known = {" ": ("Space", 32, " "), "Tab": ("Tab", 9, ""), "Enter": ("Enter", 13, "\r")}
        code, number, text = known.get(
            key, (key, ord(key.upper()) if len(key) == 1 else 0, key if len(key) == 1 else "")
        )
        if key.startswith("Arrow"):
            number = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}[key]
        told: dict[str, Any] = {"key": key, "code": code, "windowsVirtualKeyCode": number}
        self.call("Input.dispatchKeyEvent", type="keyDown", **told, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **told)

    def click(self, x: float, y: float) -> None:
        """Click at a place of the window."""
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def emulate(self, **features: str) -> None:
        """Media features: `emulate(prefers_color_scheme="dark")`."""
        told = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.call("Emulation.setEmulatedMedia", features=told)

    def resize(self, width: int, height: int, scale: float = 1.0) -> None:
        """Another window size and pixel ratio."""
        told = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **told)

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        """A PNG of the window, or of the whole page."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _listen(self) -> None:
        with os.fdopen(self._read, "rb", buffering=0) as stream:
            held = b""
            while block := stream.read(1 << 20):
                held += block
                *whole, held = held.split(b"\0")
                for message in map(json.loads, whole):
                    if "id" in message:
                        self._answers.put(message)
                    else:
                        self._take(message["method"], message.get("params", {}))

    def _take(self, method: str, told: dict[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            self.errors.append(str(told["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert"):
            self.errors.append(str(told["args"]))
        elif method == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            self.errors.append(told["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
