"""`medals interact`: cancel, of what runs and of what waits."""
import time
import unittest

import phantom
from interaction import InteractTest, pack, volume
from programs import need_model

C0 = {"class": 0}


@need_model
class Cancel(InteractTest):
    """On the plainest kernels a pass takes long enough to stop."""

    size = (60, 60, 60)

    def write_image(self):
        return phantom.write_mri(self.path("in.nii.gz"), self.size,
                                 (6.0, 6.0, 6.0))

    def slow(self, *texts):
        return self.open_with(*texts, options=("--threads", "1"),
                              env={"MEDALS_ISA": "ref"})

    def check_cancelled(self, answer, id_):
        self.assertEqual(answer["id"], id_)
        self.assertIs(answer["ok"], False, answer)
        self.assertEqual(answer["error"]["code"], "cancelled")

    def check_found(self, answer, id_, found):
        self.assertEqual((answer["id"], answer["ok"], answer["found"]),
                         (id_, True, found))

    def test_of_what_runs(self):
        talk = self.slow("brain stem")
        talk.send("predict", id="p", progress=True)
        self.assertEqual(talk.next_line()["event"], "progress")
        begin = time.monotonic()
        talk.send("cancel", id="c", cancel_id="p")
        self.check_cancelled(talk.answer(), "p")
        self.check_found(talk.answer(), "c", True)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(talk.revision, 1)
        self.assertEqual(set(talk.get().values), {0})
        # and the session goes on
        talk.good("point", ijk=[5, 5, 5], answer="none", **C0)

    def test_what_was_shown_is_taken_back(self):
        talk = self.open_with("brain stem", options=("--threads", "1"))
        before = talk.get().values
        talk.send("point", id="p", ijk=[30, 30, 30], **C0)
        while (line := talk.next_line()).get("event") != "instant":
            pass
        self.assertTrue(line["changed"])
        talk.send("cancel", id="c", cancel_id="p")
        answer = talk.answer()
        if answer["ok"]:
            self.skipTest("the pass was over before the cancel")
        self.check_cancelled(answer, "p")
        self.check_found(talk.answer(), "c", True)
        self.assertEqual(talk.get().values, before)
        self.assertEqual(talk.stats()[0]["prompts"], 0)

    def test_of_what_waits(self):
        talk = self.slow("brain stem")
        talk.send("predict", id=1, progress=True)
        talk.send("point", id=2, ijk=[5, 5, 5], answer="none", **C0)
        talk.send("point", id=3, ijk=[6, 5, 5], answer="none", **C0)
        self.assertEqual(talk.next_line()["event"], "progress")
        talk.send("cancel", id=4, cancel_id=2)
        talk.send("cancel", id=5, cancel_id=1)
        self.check_cancelled(talk.answer(), 1)
        self.check_cancelled(talk.answer(), 2)
        answer = talk.answer()
        self.assertEqual((answer["id"], answer["ok"]), (3, True))
        self.check_found(talk.answer(), 4, True)
        self.check_found(talk.answer(), 5, True)
        self.assertEqual(talk.stats()[0]["prompts"], 1)

    def test_of_nothing(self):
        talk = self.open_with("brain stem")
        for id_ in ("nothing", 7, "c"):
            self.assertIs(talk.good("cancel", id="c", cancel_id=id_)["found"],
                          False)

    def test_of_what_is_over(self):
        talk = self.open()
        talk.good("classes", id="done", texts=["brain stem"])
        self.assertIs(talk.good("cancel", cancel_id="done")["found"], False)
        self.assertEqual(len(talk.stats()), 1)

    def test_twice(self):
        talk = self.slow("brain stem")
        talk.send("predict", id=1, progress=True)
        self.assertEqual(talk.next_line()["event"], "progress")
        talk.send("cancel", id=2, cancel_id=1)
        talk.send("cancel", id=3, cancel_id=1)
        self.check_cancelled(talk.answer(), 1)
        self.check_found(talk.answer(), 2, True)
        self.check_found(talk.answer(), 3, False)

    def test_strings_are_no_numbers(self):
        talk = self.slow("brain stem")
        talk.send("predict", id=1, progress=True)
        talk.send("stats", id="2")
        talk.send("cancel", id=3, cancel_id=2)
        talk.send("cancel", id=4, cancel_id=1)
        self.check_cancelled(talk.answer(), 1)
        self.assertTrue(talk.answer()["ok"])
        self.check_found(talk.answer(), 3, False)
        self.check_found(talk.answer(), 4, True)

    def test_the_same_number_written_otherwise(self):
        talk = self.slow("brain stem")
        talk.send("predict", id=0)
        talk.send_text('{"op":"stats","id":20}\n'
                       '{"op":"cancel","id":3,"cancel_id":2e1}\n')
        talk.send("cancel", id=4, cancel_id=0)
        self.check_cancelled(talk.answer(), 0)
        self.check_cancelled(talk.answer(), 20)
        self.check_found(talk.answer(), 3, True)

    def test_long_numbers_are_not_mixed_up(self):
        talk = self.slow("brain stem")
        talk.send("predict", id=0, progress=True)
        talk.send("stats", id=1700000000000000001)
        talk.send("stats", id=1700000000000000002)
        talk.send("cancel", id=3, cancel_id=1700000000000000002)
        talk.send("cancel", id=4, cancel_id=0)
        self.check_cancelled(talk.answer(), 0)
        self.assertTrue(talk.answer()["ok"])
        self.check_cancelled(talk.answer(), 1700000000000000002)

    def test_of_a_waiting_quit(self):
        talk = self.slow("brain stem")
        talk.send("predict", id=1, progress=True)
        talk.send("quit", id=2)
        talk.send("cancel", id=3, cancel_id=2)
        talk.send("cancel", id=4, cancel_id=1)
        self.check_cancelled(talk.answer(), 1)
        self.check_cancelled(talk.answer(), 2)
        self.check_found(talk.answer(), 3, True)
        self.check_found(talk.answer(), 4, True)
        self.assertTrue(talk.ask("stats")["ok"])

    def test_behind_long_lines(self):
        """A cancel is seen behind megabytes that wait."""
        talk = self.slow("brain stem")
        extent = [[0, 60]] * 3
        talk.send("predict", id="p", progress=True)
        for n in range(20):
            talk.send("mask", id=n, extent=extent, filler="x" * 1000000,
                      data=pack([0] * volume(extent)), **C0,
                      **{"as": "labelmap"})
        begin = time.monotonic()
        talk.send("cancel", id="c", cancel_id="p")
        self.check_cancelled(talk.answer(), "p")
        self.assertLess(time.monotonic() - begin, 5)
        for n in range(20):
            self.assertEqual(talk.answer()["id"], n)
        self.check_found(talk.answer(), "c", True)

    def test_of_a_stroke_that_ends(self):
        talk = self.slow("brain stem")
        talk.good("stroke_begin", kind="scribble", ijk=[[30, 30, 30]], **C0)
        talk.send("stroke_end", id="e", answer="full", progress=True)
        self.assertEqual(talk.next_line()["event"], "progress")
        talk.send("cancel", id="c", cancel_id="e")
        answer = talk.answer()
        if answer["ok"]:
            self.skipTest("the pass was over before the cancel")
        self.check_cancelled(answer, "e")
        talk.answer()
        self.assertEqual(set(talk.get().values), {0})
        # the stroke is open still: the session is as it was
        talk.good("stroke_end", answer="none")


if __name__ == "__main__":
    unittest.main()
