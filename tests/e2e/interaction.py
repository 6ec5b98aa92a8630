"""Speaks with `medals interact` as command.md 3 says, and checks each line
against that page: what fields it has, of what kind, in which order."""
import base64
import json
import math
import os
import queue
import subprocess
import threading
import zlib

import phantom
from programs import BIN, ProgramTest

CODES = {"usage", "bad_input", "no_memory", "no_space", "cancelled"}
SIZE = (40, 44, 36)


def pack(voxels):
    """Voxels as the lines carry them."""
    return base64.b64encode(zlib.compress(bytes(voxels))).decode()


def unpack(answer):
    """The voxels of a `get`, as a list of numbers, i fastest."""
    raw = zlib.decompress(base64.b64decode(answer["data"], validate=True))
    width = 2 if answer.get("type") == "uint16" else 1
    return [int.from_bytes(raw[n:n + width], "little")
            for n in range(0, len(raw), width)]


def volume(extent):
    return math.prod(end - begin for begin, end in extent)


def inside(extent, i, j, k):
    return all(b <= x < e for (b, e), x in zip(extent, (i, j, k)))


class Voxels:
    """A part of the labelmap: at(i, j, k) by the image's indices."""

    def __init__(self, extent, values):
        self.extent, self.values = extent, values

    def at(self, i, j, k):
        (i0, i1), (j0, j1), (k0, _) = self.extent
        return self.values[i - i0 + (i1 - i0) * (j - j0 + (j1 - j0)
                                                 * (k - k0))]

    def where(self, value):
        """Indices of the voxels of a value."""
        (i0, i1), (j0, j1), (k0, _) = self.extent
        ni, nj = i1 - i0, j1 - j0
        return {(i0 + n % ni, j0 + n // ni % nj, k0 + n // ni // nj)
                for n, v in enumerate(self.values) if v == value}


class Conversation:
    """One process, spoken with line by line."""

    def __init__(self, test, image, *options, env=None, before=None):
        self.test = test
        command = [str(BIN / "medals"), "interact", str(image), *options]
        if "--quiet" not in options:
            command.append("--quiet")
        self.process = subprocess.Popen(
            command, cwd=test.folder, env=dict(os.environ, **(env or {})),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, preexec_fn=before)
        test.addCleanup(self.kill)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.events, self.revision = [], 0
        self.size = None
        self.ready = self.next_line()
        if self.ready is not None:
            self._check_ready()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout,
                       self.process.stderr):
            try:
                stream.close()
            except OSError:
                pass

    # ---- lines

    def next_line(self, timeout=120):
        """The next object; None at the end of output."""
        line = self.lines.get(timeout=timeout)
        if line is None:
            return None
        self.test.assertTrue(line.endswith(b"\n"), line)

        def no_constant(word):
            self.test.fail(f"{word} in {line}")
        value = json.loads(line.decode("utf-8"), parse_constant=no_constant)
        self.test.assertIsInstance(value, dict)
        return value

    def send_text(self, text):
        self.process.stdin.write(text if isinstance(text, bytes)
                                 else text.encode("utf-8"))
        self.process.stdin.flush()

    def send(self, op=None, **fields):
        if op is not None:
            fields = {"op": op, **fields}
        self.send_text(json.dumps(fields) + "\n")

    def answer(self, timeout=120):
        """The next answer; events before it go to self.events."""
        self.events = []
        while True:
            line = self.next_line(timeout)
            self.test.assertIsNotNone(line, "output ended before the answer")
            if "event" not in line:
                self._check_answer(line)
                return line
            self._check_event(line)
            self.events.append(line)

    def ask(self, op=None, **fields):
        self.send(op, **fields)
        answer = self.answer()
        self.test.assertEqual(answer["id"], fields.get("id"))
        return answer

    def good(self, op, **fields):
        answer = self.ask(op, **fields)
        self.test.assertTrue(answer["ok"], answer)
        return answer

    def bad(self, code, op, **fields):
        """A request that must fail with one of the codes, and change
        nothing."""
        before = self.revision
        answer = self.ask(op, **fields)
        self.test.assertFalse(answer["ok"], answer)
        codes = (code,) if isinstance(code, str) else code
        self.test.assertIn(answer["error"]["code"], codes, answer)
        self.test.assertEqual(answer["revision"], before)
        return answer

    # ---- what the page says of each line

    def _check_extent(self, extent, may_be_empty=False):
        self.test.assertEqual(len(extent), 3)
        if may_be_empty and extent == [[0, 0]] * 3:
            return
        for (begin, end), n in zip(extent, self.size):
            self.test.assertTrue(0 <= begin < end <= n, extent)

    def _check_ready(self):
        ready, test = self.ready, self.test
        test.assertEqual(ready["event"], "ready")
        test.assertEqual([len(ready[f]) for f in
                          ("size", "spacing", "origin", "direction")],
                         [3, 3, 3, 9])
        test.assertIsInstance(ready["warnings"], list)
        test.assertIs(type(ready["resumed"]), bool)
        test.assertIs(type(ready["saved"]), bool)
        for n, entry in enumerate(ready["classes"]):
            test.assertEqual(entry["class"], n)
            test.assertLessEqual({"text", "name", "value"}, set(entry))
        self.size, self.revision = ready["size"], ready["revision"]

    def _check_result(self, line):
        test = self.test
        test.assertIs(line["ok"], True)
        test.assertIs(type(line["saved"]), bool)
        test.assertGreaterEqual(line["seconds"], 0)
        for change in line["changed"]:
            self._check_extent(change["extent"])
            test.assertGreater(change["added"] + change["removed"], 0)
            test.assertLessEqual(change["added"] + change["removed"],
                                 volume(change["extent"]))
        for extent in line.get("windows", []):
            self._check_extent(extent)

    def _check_answer(self, line):
        test = self.test
        test.assertIn("id", line)
        test.assertGreaterEqual(line["revision"], self.revision)
        self.revision = line["revision"]
        if line["ok"]:
            self._check_result(line)
            return
        test.assertIs(line["ok"], False)
        test.assertEqual(set(line), {"id", "ok", "revision", "error"})
        test.assertIn(line["error"]["code"], CODES)
        test.assertTrue(line["error"]["message"])

    def _check_event(self, line):
        if line["event"] == "instant":
            self._check_result(line)
            return
        self.test.assertEqual(line["event"], "progress")
        self.test.assertEqual(set(line),
                              {"event", "id", "fraction", "seconds_left"})
        self.test.assertTrue(0 <= line["fraction"] <= 1, line)
        left = line["seconds_left"]
        self.test.assertTrue(left is None or left >= 0, line)

    # ---- shorter words

    def get(self, **fields):
        answer = self.good("get", **fields)
        self._check_extent(answer["extent"], may_be_empty=True)
        values = unpack(answer)
        self.test.assertEqual(len(values), volume(answer["extent"]))
        return Voxels(answer["extent"], values)

    def stats(self):
        return self.good("stats")["classes"]

    def stroke(self, **fields):
        """A scribble of voxels that is remembered, and its marks' voxels."""
        return self.good("scribble", answer="none", **fields)

    def end(self, code=0):
        """Closes the input; returns what was still said."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        rest = []
        while (line := self.next_line()) is not None:
            rest.append(line)
        self.test.assertEqual(self.process.wait(timeout=60), code,
                              self.process.stderr.read())
        return rest


class InteractTest(ProgramTest):
    """A folder with a small image, and sessions on it."""

    size = SIZE

    def setUp(self):
        super().setUp()
        self.image = self.write_image()

    def write_image(self):
        return phantom.write_mri(self.path("in.nii.gz"), self.size)

    def open(self, *options, **how):
        return Conversation(self, self.image, *options, **how)

    def open_with(self, *texts, options=(), **how):
        """A session with a class list."""
        talk = self.open(*options, **how)
        talk.good("classes", texts=list(texts))
        return talk
