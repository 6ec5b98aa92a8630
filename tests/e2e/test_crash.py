"""Nothing acknowledged is lost: killed processes, full disks, folders that
cannot be written, damaged journals (command.md 3, rule 8)."""
import base64
import json
import os
import random
import resource
import shutil
import sqlite3
import stat
import subprocess
import threading
import time
import unittest
import zlib

import phantom
from programs import BIN, ProgramTest, need_model

SIZE = (14, 12, 10)
KILLS = int(os.environ.get("MEDALS_KILLS", "200"))


class Talk:
    """One `medals interact`, a line at a time."""

    def __init__(self, image, *options):
        self.process = subprocess.Popen(
            [str(BIN / "medals"), "interact", str(image), "--modality", "mr",
             "--threads", "1", "--quiet", *map(str, options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        line = self.process.stdout.readline()
        self.ready = json.loads(line) if line else None

    def ask(self, request):
        """The answer, or None when the process is gone."""
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            return None
        line = self.process.stdout.readline()
        while line.endswith(b"\n"):
            answer = json.loads(line)
            if "event" not in answer:
                return answer
            line = self.process.stdout.readline()
        return None

    def labels(self):
        answer = self.ask({"op": "get"})
        return zlib.decompress(base64.b64decode(answer["data"]))

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout,
                       self.process.stderr):
            try:
                stream.close()
            except OSError:
                pass  # what was written last met a closed pipe


def pack(data):
    return base64.b64encode(zlib.compress(bytes(data))).decode()


class Interactions:
    """Random requests, the same for the same seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.named = 0

    def voxel(self):
        return [self.random.randrange(n) for n in SIZE]

    def extent(self):
        ends = [sorted((a, b)) for a, b in zip(self.voxel(), self.voxel())]
        return [[a, b + 1] for a, b in ends]

    def mask(self):
        extent = self.extent()
        count = 1
        for a, b in extent:
            count *= b - a
        return {"op": "mask", "class": self.random.randrange(2),
                "extent": extent,
                "data": pack(self.random.choices((0, 1), (2, 1), k=count)),
                "as": self.random.choice(("labelmap", "labelmap", "prompt"))}

    def next(self):
        kind = self.random.random()
        positive = self.random.random() < 0.6
        a_class = self.random.randrange(3)
        if kind < 0.25:
            return self.mask()
        if kind < 0.45:
            return {"op": "point", "class": a_class, "ijk": self.voxel(),
                    "positive": positive,
                    "answer": "instant" if kind < 0.27 else "none"}
        if kind < 0.55:
            return {"op": "box", "class": a_class, "ijk": self.extent(),
                    "positive": False}
        if kind < 0.62:
            return {"op": "scribble", "class": a_class, "positive": positive,
                    "ijk": [self.voxel() for _ in range(5)],
                    "answer": "none"}
        if kind < 0.80:
            return {"op": "undo", "steps": self.random.randrange(1, 4)}
        if kind < 0.90:
            return {"op": "redo", "steps": self.random.randrange(1, 3)}
        if kind < 0.92:
            return {"op": "reset",
                    "what": self.random.choice(("prompts", "all"))}
        if kind < 0.96:
            self.named += 1
            return {"op": "add_class", "text": None,
                    "name": f"object {self.named}"}
        return {"op": "remove_class", "class": self.random.randrange(3)}


@need_model
class Crash(ProgramTest):

    def setUp(self):
        super().setUp()
        self.image = self.path("tiny.nii")
        phantom.write_mri(self.image, SIZE)
        self.journal = self.path("journal")

    def talk(self, *options):
        talk = Talk(self.image, *options)
        self.addCleanup(talk.close)
        return talk

    def reopened(self, reference, pending):
        """A session on the journal, after a kill with a request under way."""
        talk = self.talk("--journal", self.journal)
        self.assertIsNotNone(talk.ready)
        self.assertEqual(talk.ready["warnings"], [])
        done = talk.ready["revision"]
        known = reference.ask({"op": "stats"})["revision"]
        # The request that was killed is there whole, or not at all.
        if pending is not None and done == known + 1:
            reference.ask(pending)
            known += 1
        self.assertEqual(done, known)
        self.assertEqual(talk.labels(), reference.labels())
        classes = reference.ask({"op": "stats"})["classes"]
        self.assertEqual([c["name"] for c in talk.ready["classes"]],
                         [c["name"] for c in classes])
        return talk

    def test_killed(self):
        """SIGKILL at random moments: every acknowledged revision is there and
        equals a second session that replays the same interactions."""
        source, clock = Interactions(5), random.Random(6)
        reference = self.talk()
        setup = {"op": "classes", "texts": [None, None, None]}
        reference.ask(setup)
        talk = self.talk("--journal", self.journal)
        talk.ask(setup)
        pending, requests = None, 0
        for kill in range(KILLS):
            timer = threading.Timer(clock.random() ** 2 * 0.25,
                                    talk.process.kill)
            timer.start()
            while True:
                pending = source.next()
                answer = talk.ask(pending)
                if answer is None:
                    break
                requests += 1
                known = reference.ask(pending)
                self.assertEqual(answer["ok"], known["ok"], (pending, answer))
                self.assertEqual(answer["revision"], known["revision"])
                self.assertEqual(answer.get("changed"), known.get("changed"))
            timer.cancel()
            talk.close()
            talk = self.reopened(reference, pending)
        for _ in range(1000):
            if talk.ask({"op": "undo", "steps": 50})["steps_done"] == 0:
                break
        self.assertFalse(any(talk.labels()))
        print(f"{KILLS} kills, {requests} requests acknowledged", flush=True)

    def test_modes(self):
        """The journal is for its owner alone."""
        talk = self.talk("--journal", self.journal)
        talk.ask({"op": "classes", "texts": [None]})
        self.assertEqual(stat.S_IMODE(os.stat(self.journal).st_mode), 0o700)
        for name in os.listdir(self.journal):
            mode = os.stat(os.path.join(self.journal, name)).st_mode
            self.assertEqual(stat.S_IMODE(mode) & 0o077, 0, name)

    def test_in_use(self):
        first = self.talk("--journal", self.journal)
        second = self.talk("--journal", self.journal)
        self.assertIsNone(second.ready)
        self.assertEqual(second.process.wait(), 3)
        self.assertIn(b"in use", second.process.stderr.read())
        self.assertTrue(first.ask({"op": "classes", "texts": [None]})["ok"])

    def test_another_image(self):
        self.talk("--journal", self.journal).close()
        other = self.path("other.nii")
        phantom.write_mri(other, (14, 12, 11))
        talk = Talk(other, "--journal", self.journal)
        self.addCleanup(talk.close)
        self.assertIsNone(talk.ready)
        self.assertEqual(talk.process.wait(), 3)
        self.assertIn(b"another image", talk.process.stderr.read())

    def damage(self, sql):
        file = sqlite3.connect(os.path.join(self.journal, "journal.sqlite"))
        with file:
            file.execute(sql)
        file.close()

    def filled(self, count):
        """A journal of so many revisions; the labelmap at each of them."""
        talk = self.talk("--journal", self.journal)
        talk.ask({"op": "classes", "texts": [None, None, None]})
        seen = {1: talk.labels()}
        source = Interactions(9)
        while len(seen) < count:
            answer = talk.ask(source.mask())
            self.assertTrue(answer["ok"], answer)
            seen[answer["revision"]] = talk.labels()
        talk.ask({"op": "quit"})
        talk.process.wait()
        return seen

    def test_newer_version(self):
        self.filled(2)
        self.damage("PRAGMA user_version = 99")
        talk = self.talk("--journal", self.journal)
        self.assertIsNone(talk.ready)
        self.assertEqual(talk.process.wait(), 3)
        self.assertIn(b"version 99", talk.process.stderr.read())

    def test_damaged_step(self):
        """Opened up to the last whole revision, and says so."""
        seen = self.filled(8)
        self.damage("UPDATE step SET data = zeroblob(40) WHERE seq = 5")
        talk = self.talk("--journal", self.journal)
        self.assertEqual(talk.ready["revision"], 5)
        self.assertIn("damaged", talk.ready["warnings"][0])
        self.assertEqual(talk.labels(), seen[5])
        answer = talk.ask(Interactions(1).mask())
        self.assertTrue(answer["saved"])
        talk.ask({"op": "quit"})
        talk.process.wait()
        again = self.talk("--journal", self.journal)
        self.assertEqual(again.ready["warnings"], [])
        self.assertEqual(again.ready["revision"], 6)

    def test_random_damage(self):
        """Flipped bytes anywhere: a clear error or a whole revision."""
        seen = self.filled(10)
        path = os.path.join(self.journal, "journal.sqlite")
        with open(path, "rb") as file:
            whole = file.read()
        source = random.Random(3)
        for _ in range(25):
            bad = bytearray(whole)
            for _ in range(source.randrange(1, 30)):
                bad[source.randrange(len(bad))] ^= 1 << source.randrange(8)
            shutil.rmtree(self.journal)
            os.mkdir(self.journal, 0o700)
            with open(path, "wb") as file:
                file.write(bad)
            talk = Talk(self.image, "--journal", self.journal)
            if talk.ready is None:
                self.assertEqual(talk.process.wait(), 3)
                self.assertEqual(talk.process.stderr.read().count(b"\n"), 1)
            else:
                revision = talk.ready["revision"]
                empty = bytes(len(seen[1]))
                self.assertEqual(talk.labels(), seen.get(revision, empty))
            talk.close()


@need_model
class Disk(ProgramTest):
    """Disks that are full or cannot be written."""

    def setUp(self):
        super().setUp()
        self.image = self.path("tiny.nii")
        phantom.write_mri(self.image, SIZE)
        self.journal = self.path("journal")

    def talk(self):
        talk = Talk(self.image, "--journal", self.journal)
        self.addCleanup(talk.close)
        return talk

    def limit(self, talk, size):
        """No file of the process may grow beyond this: a full disk."""
        resource.prlimit(talk.process.pid, resource.RLIMIT_FSIZE,
                         (size, resource.RLIM_INFINITY))

    def check_goes_on(self, talk, answer):
        """In memory: each answer says that it is not saved, and why."""
        self.assertTrue(answer["ok"])
        self.assertIs(answer["saved"], False)
        self.assertTrue(answer["warnings"])
        again = talk.ask({"op": "undo"})
        self.assertTrue(again["ok"])
        self.assertIs(again["saved"], False)

    def test_full_disk(self):
        talk = self.talk()
        talk.ask({"op": "classes", "texts": [None, None, None]})
        self.limit(talk, 1 << 18)
        source, answer = Interactions(2), None
        for _ in range(200):
            answer = talk.ask(source.mask())
            if not answer["saved"]:
                break
        self.check_goes_on(talk, answer)
        self.limit(talk, resource.RLIM_INFINITY)
        answer = talk.ask(source.mask())
        self.assertIs(answer["saved"], True)
        labels = talk.labels()
        talk.process.kill()
        talk.process.wait()
        again = self.talk()
        self.assertEqual(again.ready["revision"], answer["revision"])
        self.assertEqual(again.labels(), labels)
        self.assertEqual(again.ask({"op": "undo", "steps": 3})["steps_done"], 3)

    def test_taken_away(self):
        """The folder goes, as a disk that is pulled out, and comes back."""
        talk = self.talk()
        talk.ask({"op": "classes", "texts": [None, None, None]})
        os.rename(self.journal, self.journal + ".gone")
        self.check_goes_on(talk, talk.ask(Interactions(2).mask()))
        os.rename(self.journal + ".gone", self.journal)
        self.assertIs(talk.ask(Interactions(3).mask())["saved"], True)

    def test_cannot_be_made(self):
        """A file is where its folder should be: no user may write there."""
        self.journal = os.path.join(self.image, "journal")
        talk = self.talk()
        self.assertIsNone(talk.ready)
        self.assertEqual(talk.process.wait(), 3)
        self.assertEqual(talk.process.stderr.read().count(b"\n"), 1)


if __name__ == "__main__":
    unittest.main()
