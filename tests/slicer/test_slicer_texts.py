"""The text panel, and the worker thread. Needs no part of Slicer."""
import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] /
                       "plugin" / "slicer" / "MedalS"))

from MedalSLib import texts
from MedalSLib.engine_thread import Cancelled, EngineThread
from MedalSLib.failure import Failure, line_of
from MedalSLib.texts import Known, Vocabulary

VOCABULARY = Vocabulary([
    Known("left hippocampus", "mri", True, (1, 2, 3), None,
          ("left hippocampal formation",)),
    Known("right hippocampus", "mri", True, (1, 2, 3), None, ()),
    Known("left kidney", "ct", False, (1, 2, 3), None, ("left renal",)),
    Known("mandible", "ct", True, (1, 2, 3), None, ("lower jaw",)),
])


class Texts(unittest.TestCase):
    def test_parse(self):
        self.assertEqual(texts.parse("liver;  left   kidney \n\n spleen;LIVER"),
                         ["liver", "left kidney", "spleen"])

    def test_refused(self):
        for panel, pattern in (
                ("  \n ; ", "^text: empty; expected the name of a structure"),
                ("\n".join(f"thing {n}" for n in range(300)),
                 "^text: 300 classes; expected at most 255"),
                ("x" * 10001, "^text: a line of 10001 bytes; expected")):
            with self.assertRaisesRegex(Failure, pattern) as caught:
                texts.parse(panel)
            self.assertNotIn("\n", str(caught.exception))

    def test_complete(self):
        self.assertEqual(VOCABULARY.complete("hippo"),
                         ["left hippocampus", "right hippocampus",
                          "left hippocampal formation"])
        self.assertEqual(VOCABULARY.complete("LEFT "),
                         ["left hippocampus", "left hippocampal formation",
                          "left kidney", "left renal"])
        self.assertEqual(VOCABULARY.complete("jaw"), ["lower jaw"])
        self.assertEqual(VOCABULARY.complete("left", modality="ct"),
                         ["left kidney", "left renal"])
        self.assertEqual(VOCABULARY.complete("ippo"), [])
        self.assertEqual(VOCABULARY.complete(""), [])

    def test_known(self):
        self.assertEqual(VOCABULARY.trained("ct"), ["mandible"])
        self.assertEqual(VOCABULARY.find("Lower  Jaw").name, "mandible")
        self.assertIsNone(VOCABULARY.find("unicorn"))
        self.assertEqual(VOCABULARY.summary(), "knows 2 in MRI, 1 in CT")

    def test_line(self):
        self.assertEqual(line_of(Failure("a:  b;\n c")), "a: b; c")
        self.assertEqual(line_of(KeyError("x")), "KeyError: 'x'")


class Thread(unittest.TestCase):
    def setUp(self):
        self.thread = EngineThread()
        self.addCleanup(self.thread.close)
        self.log = []

    def test_order_and_threads(self):
        """Calls run in order on the worker, callbacks on the caller."""
        here = threading.get_ident()
        for n in range(5):
            self.thread.submit(
                lambda job, n=n: (n, threading.get_ident()),
                done=lambda value: self.log.append(
                    (value, threading.get_ident())))
        self.thread.wait(10)
        self.assertEqual([value[0] for value, _ in self.log], list(range(5)))
        self.assertTrue(all(value[1] != here and at == here
                            for value, at in self.log))
        self.assertTrue(self.thread.is_idle)

    def test_failure(self):
        def call(job):
            raise Failure("thing: bad; expected good")

        self.thread.submit(call, failed=self.log.append)
        self.thread.wait(10)
        self.assertEqual(str(self.log[0]), "thing: bad; expected good")

    def loop(self, job):
        """Works until it is told to stop."""
        while job.report(0.5, "network", 1.0):
            time.sleep(0.001)
        raise RuntimeError("stopped")

    def test_progress_and_cancel(self):
        job = self.thread.submit(self.loop, "predict",
                                 failed=self.log.append,
                                 progress=lambda *p: self.log.append(p))
        waits = self.thread.submit(lambda job: 1, "next",
                                   failed=self.log.append)
        while not self.log:
            self.thread.pump()
        self.assertEqual(self.log[0], (0.5, "network", 1.0))
        self.thread.cancel_all()
        self.thread.wait(10)
        self.assertTrue(job.is_cancelled and waits.is_cancelled)
        ends = [entry for entry in self.log if isinstance(entry, Exception)]
        self.assertEqual([type(end) for end in ends], [Cancelled] * 2)

    def test_close_in_the_middle(self):
        """No callback after close, and the thread is gone."""
        self.thread.submit(self.loop, failed=self.log.append,
                           done=self.log.append)
        self.assertTrue(self.thread.close(10))
        self.thread.pump()
        self.assertEqual(self.log, [])
        with self.assertRaisesRegex(Failure, "the engine is closed"):
            self.thread.submit(lambda job: 1)

    def test_a_callback_that_fails(self):
        """The next ones still come."""
        def fail(value):
            raise KeyError(value)

        self.thread.submit(lambda job: 1, done=fail)
        self.thread.submit(lambda job: 2, done=self.log.append)
        with self.assertRaises(KeyError):
            self.thread.wait(10)
        self.thread.wait(10)
        self.assertEqual(self.log, [2])


if __name__ == "__main__":
    unittest.main()
