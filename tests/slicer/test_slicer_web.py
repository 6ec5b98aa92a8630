"""The web example: real views of Slicer in a real browser, a real mouse.

Long: needs trame-slicer (MEDALS_TRAME_PYTHON names its Python), chromium and
playwright-core (PLAYWRIGHT names its folder), and draws on the processor.
The picture is kept as screenshots/slicer-web.png of the build folder.
"""
import json
import os
import pathlib
import queue
import shutil
import socket
import subprocess
import threading
import time
import unittest

import engine_paths

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLE = engine_paths.ROOT / "plugin" / "slicer" / "WebExample"
PYTHON = os.environ.get("MEDALS_TRAME_PYTHON", "")
PLAYWRIGHT = os.environ.get("PLAYWRIGHT", "")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")


class Child:
    """A process; its lines as they come."""

    def __init__(self, command, **how):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, bufsize=1, **how)
        self.lines = queue.Queue()
        self.said = []  #: all of them
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.said.append(line.strip())
            self.lines.put(line.strip())

    def say(self, line):
        self.process.stdin.write(line + "\n")

    def wait_for(self, test, seconds):
        """The first line that passes a test, or None in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                line = self.lines.get(timeout=0.2)
            except queue.Empty:
                continue
            found = test(line)
            if found:
                return found
        return None

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def event(name):
    """A test of a line: the JSON object of an event of that name."""
    def test(line):
        found = json.loads(line) if line.startswith("{") else {}
        return found if found.get("event") == name else None

    return test


@engine_paths.need_head
@unittest.skipUnless(PYTHON and PLAYWRIGHT and CHROMIUM,
                     "MEDALS_TRAME_PYTHON, PLAYWRIGHT or chromium missing")
class Web(unittest.TestCase):
    def setUp(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.server = Child(
            [PYTHON, "-B", str(EXAMPLE / "medals_web.py"),
             str(engine_paths.CH2), "--modality", "mri", "--port", str(port)],
            env={**os.environ,
                 "VTK_DEFAULT_OPENGL_WINDOW": "vtkEGLRenderWindow"})
        self.addCleanup(self.server.close)
        self.assertTrue(self.server.wait_for(
            lambda line: "running at" in line, 120))
        self.browser = Child(["node", str(HERE / "click_web.mjs"),
                              f"http://127.0.0.1:{port}/"],
                             env={**os.environ, "CHROMIUM": CHROMIUM})
        self.addCleanup(self.browser.close)
        self.assertTrue(self.browser.wait_for(lambda line: line == "open",
                                              120))

    def test_click(self):
        """A press in the axial view: a click there, a segment round it."""
        self.assertTrue(self.server.wait_for(event("ready"), 240))
        for _ in range(12):  # until the page's views have their size
            self.browser.say("click 0.235,0.42")
            click = self.server.wait_for(event("click"), 20)
            if click and max(map(abs, click["ras"])) < 150:
                break
            time.sleep(5)
        self.assertTrue(click, self.server.said)
        idle = self.server.wait_for(
            lambda line: (event("idle")(line) or {}).get("hit") and
            json.loads(line), 240)
        self.assertTrue(idle, self.server.said)
        self.assertGreater(idle["voxels"], 0)
        time.sleep(10)
        folder = engine_paths.BUILD / "screenshots"
        folder.mkdir(exist_ok=True)
        self.browser.say(f"picture {folder / 'slicer-web.png'}")
        self.assertTrue(self.browser.wait_for(
            lambda line: line.startswith("done picture"), 60))
        print("click", click["ras"], "segment", idle["voxels"], "voxels")


if __name__ == "__main__":
    unittest.main()
