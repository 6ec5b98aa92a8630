"""Long calls show progress, stop when asked, and let other threads live."""
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
import warnings

import head
import medals
import nibabel
import numpy as np


class Oops(Exception):
    """What a callback of a user raises."""


@head.need_head
class Watched(unittest.TestCase):
    """On the whole head, where predict takes seconds."""

    @classmethod
    def setUpClass(cls):
        cls.model = medals.Model()
        image = medals.as_image(nibabel.load(head.CH2))
        cls.image = medals.Image(image.array, image.spacing, image.origin,
                                 image.direction, "mr")

    def setUp(self):
        self.session = medals.Session(self.image, self.model,
                                      ["left thalamus", None])
        self.addCleanup(self.session.close)
        i, j, k = (int(x) for x in self.image.to_index((11, 18, 8)))
        self.point = (i, j, k)
        self.session.set_mask(1, np.ones((3, 3, 3)), answer="none",
                              extent=(5, 8, 5, 8, 5, 8))
        self.before = self.session.read(), self.session.revision

    def assertUnchanged(self):
        array, revision = self.before
        self.assertEqual(self.session.revision, revision)
        np.testing.assert_array_equal(self.session.read(), array)
        self.assertEqual(len(self.session.classes), 2)

    def test_progress(self):
        seen = []
        medals.segment(head.head(), head.TEXTS, self.model,
                       progress=lambda *state: seen.append(state))
        fractions = [state[0] for state in seen]
        self.assertEqual(fractions, sorted(fractions))
        self.assertTrue(0 <= fractions[0] <= fractions[-1] <= 1)
        self.assertIn("network", {state[1] for state in seen})
        self.assertTrue(all(isinstance(state[2], float) for state in seen))

    def test_false_cancels(self):
        asked = []

        def stop(fraction, phase, seconds_left):
            if fraction > 0.05:
                asked.append(time.monotonic())
                return False
            return True

        with self.assertRaisesRegex(medals.CancelledError, "."):
            self.session.predict(progress=stop)
        self.assertLess(time.monotonic() - asked[0], 2)
        self.assertUnchanged()
        with self.assertRaises(medals.CancelledError):
            medals.segment(self.image, "brain", self.model,
                           progress=lambda *state: False)

    def test_progress_of_the_session(self):
        session = medals.Session(head.head(), self.model, ["left thalamus"],
                                 progress=lambda *state: False)
        with session, self.assertRaises(medals.CancelledError):
            session.predict()

    def test_exception_cancels_and_comes_through(self):
        def fail(*state):
            raise Oops("mine")

        with self.assertRaisesRegex(Oops, "mine"):
            self.session.predict(progress=fail)
        self.assertUnchanged()
        with self.assertRaisesRegex(Oops, "mine"):
            self.session.add_point(0, self.point, instant=fail)
        self.assertUnchanged()
        answer = self.session.add_point(1, self.point, answer="instant")
        self.assertTrue(answer.changes)

    def test_instant_comes_first(self):
        seen = []
        answer = self.session.add_point(
            1, self.point, instant=lambda a: seen.append(
                (a, self.session.read(1, a.changes[0].extent).sum())))
        provisional, shown = seen[0]
        self.assertGreater(provisional.changes[0].added, 0)
        self.assertGreater(shown, 0)
        self.assertEqual(answer.revision, self.before[1] + 1)

    def test_own_callback_may_read_only(self):
        found = []

        def reads(*state):
            found.append(self.session.revision)
            found.append(self.session.classes[0].name)
            self.session.undo()

        with self.assertRaisesRegex(medals.UsageError, "own callback"):
            self.session.predict(progress=reads)
        self.assertEqual(found, [self.before[1], "left thalamus"])
        self.assertUnchanged()

    def test_keyboard_interrupt(self):
        """SIGINT while C runs; without callbacks of ours too."""
        for progress in (None, lambda *state: True):
            sent = []

            def send():
                sent.append(time.monotonic())
                os.kill(os.getpid(), signal.SIGINT)

            timer = threading.Timer(0.7, send)
            timer.start()
            with self.assertRaises(KeyboardInterrupt):
                self.session.predict(progress=progress)
            self.assertLess(time.monotonic() - sent[0], 2)
            timer.join()
            self.assertUnchanged()
            self.assertIs(signal.getsignal(signal.SIGINT),
                          signal.default_int_handler)
        self.session.undo()

    def test_handler_of_a_user_stays(self):
        got = []
        self.addCleanup(signal.signal, signal.SIGINT,
                        signal.default_int_handler)
        signal.signal(signal.SIGINT, lambda *what: got.append(what))

        def interrupt(*state):
            if not got:
                signal.raise_signal(signal.SIGINT)

        self.session.add_point(1, self.point, progress=interrupt,
                               answer="instant")
        self.assertTrue(got)

    def test_other_threads_live(self):
        """The GIL is free while C works; reading is allowed beside it."""
        ticks, revisions, stop = [], set(), threading.Event()

        def count():
            while not stop.is_set():
                ticks.append(time.monotonic())
                revisions.add(self.session.revision)
                self.session.read(1, (5, 8, 5, 8, 5, 8))
                time.sleep(0.005)

        thread = threading.Thread(target=count)
        thread.start()
        start = time.monotonic()
        with self.assertRaises(medals.CancelledError):
            self.session.predict(progress=lambda *state:
                                 time.monotonic() < start + 1.5)
        stop.set()
        thread.join()
        inside = [t for t in ticks if start < t < start + 1.5]
        self.assertGreater(len(inside), 30)
        self.assertLess(max(np.diff(inside)), 0.5)
        self.assertEqual(revisions, {self.before[1]})

    def test_changes_come_one_after_the_other(self):
        answers = []

        def click(number):
            answers.append(self.session.add_point(
                1, [x + number for x in self.point], answer="instant"))

        threads = [threading.Thread(target=click, args=(n,))
                   for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(a.revision for a in answers),
                         [self.before[1] + n for n in (1, 2, 3, 4)])

    def test_close_waits(self):
        """Closing while another thread predicts is safe."""
        cancelled, began = [], threading.Event()

        def progress(*state):
            began.set()
            return state[0] < 0.1

        def predict():
            try:
                self.session.predict(progress=progress)
            except medals.CancelledError as error:
                cancelled.append(error)

        thread = threading.Thread(target=predict)
        thread.start()
        began.wait(60)
        self.session.close()
        thread.join()
        self.assertEqual(len(cancelled), 1)
        with self.assertRaisesRegex(medals.UsageError, "closed"):
            self.session.undo()

    @unittest.skipUnless(hasattr(os, "fork"), "no fork() here")
    def test_forked_child_is_told(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            child = os.fork()
        if child == 0:
            code = 1
            try:
                self.session.undo()
            except medals.UsageError as error:
                code = 0 if "another process" in str(error) else 2
            os._exit(code)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]),
                         0)

    def test_exit_with_everything_open(self):
        """Nothing to see when a script ends without closing."""
        code = ("import medals, numpy as np\n"
                "s = medals.Session(np.zeros((9, 9, 9), 'u1'),"
                " classes=[None])\n"
                "s.add_point(0, (4, 4, 4), answer='instant')\n")
        done = subprocess.run([sys.executable, "-B", "-c", code], check=False,
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (0, "", ""))


if __name__ == "__main__":
    unittest.main()
