"""`medals interact`: beginning, end, lines, ids, streams (command.md 3)."""
import json
import os
import signal
import subprocess
import time
import unittest

import nifti
from interaction import SIZE, Conversation, InteractTest
from programs import BIN, need_model


@need_model
class Ready(InteractTest):
    def test_first_line(self):
        talk = self.open()
        self.assertEqual(talk.ready["size"], list(SIZE))
        self.assertEqual(talk.ready["spacing"], [4.0, 4.0, 4.5])
        # NIfTI is RAS, the page LPS
        self.assertEqual(talk.ready["origin"], [80.0, 90.0, -70.0])
        self.assertEqual(talk.ready["direction"],
                         [-1, 0, 0, 0, -1, 0, 0, 0, 1])
        self.assertEqual(talk.ready["classes"], [])
        self.assertIs(talk.ready["resumed"], False)
        self.assertIs(talk.ready["saved"], True)
        self.assertEqual(talk.end(), [])

    def test_direction_row_by_row(self):
        """i runs to Superior, j to the Left, k to Posterior."""
        affine = [[0, -2.0, 0, 1.5], [0, 0, -3.0, 2.5], [1.25, 0, 0, 3.5]]
        nifti.write(self.path("turned.nii"), (8, 9, 10), bytes(720),
                    code=nifti.UINT8, pixdim=(1.25, 2.0, 3.0), affine=affine)
        talk = Conversation(self, self.path("turned.nii"))
        self.assertEqual(talk.ready["spacing"], [1.25, 2, 3])
        self.assertEqual(talk.ready["origin"], [-1.5, -2.5, 3.5])
        self.assertEqual(talk.ready["direction"],
                         [0, 1, 0, 0, 0, 1, 1, 0, 0])

    def test_warnings_of_the_image(self):
        """Two orientations that disagree: the reader warns."""
        nifti.write(self.path("two.nii"), (8, 8, 8), bytes(512),
                    code=nifti.UINT8, affine=nifti.affine_of((1, 1, 1)),
                    qform=(0, 0, 0, 50, 0, 0), qform_code=1)
        talk = Conversation(self, self.path("two.nii"))
        self.assertTrue(talk.ready["warnings"], talk.ready)
        self.assertTrue(all(isinstance(w, str)
                            for w in talk.ready["warnings"]))
        talk.end()


@need_model
class Lines(InteractTest):
    def test_ids_are_repeated(self):
        talk = self.open()
        for id_ in (0, -3, 2.5, 1e300, "a", "", "ä \"quoted\" \\ \u2028", "7",
                    12345678901234567):
            self.assertEqual(talk.ask("stats", id=id_)["id"], id_)

    def test_long_numbers_keep_their_digits(self):
        talk = self.open()
        talk.send_text('{"op":"stats","id":123456789012345678901}\n')
        self.assertEqual(talk.answer()["id"], 123456789012345678901)

    def test_no_id_is_null(self):
        talk = self.open()
        self.assertIsNone(talk.ask("stats")["id"])
        self.assertIsNone(talk.ask("stats", id=None)["id"])

    def test_escaped_names(self):
        talk = self.open()
        talk.send_text('{"\\u006fp":"st\\u0061ts","\\u0069d":"\\u0041"}\n')
        answer = talk.answer()
        self.assertTrue(answer["ok"], answer)
        self.assertEqual(answer["id"], "A")

    def test_not_json(self):
        talk = self.open()
        for text in ("hello", "", "{", '{"op":"stats"} x', '{"op":stats}',
                     "[" * 100000, '{"op":"stats","id":1', "\x00", "\x01\x02"):
            talk.send_text(text + "\n")
            answer = talk.answer()
            self.assertFalse(answer["ok"], text[:40])
            self.assertIsNone(answer["id"], text[:40])
        self.assertTrue(talk.ask("stats")["ok"])

    def test_not_utf8(self):
        talk = self.open()
        talk.send_text(b'{"op":"stats","id":"\xff\xfe"}\n')
        self.assertIsNone(talk.answer()["id"])

    def test_not_an_object(self):
        talk = self.open()
        for text in ("1", "[]", "null", '"quit"', '[{"op":"quit"}]'):
            talk.send_text(text + "\n")
            answer = talk.answer()
            self.assertFalse(answer["ok"])
            self.assertIsNone(answer["id"])

    def test_carriage_return(self):
        talk = self.open()
        talk.send_text('{"op":"stats","id":1}\r\n')
        self.assertTrue(talk.answer()["ok"])

    def test_pieces(self):
        talk = self.open()
        for piece in '{"op":"stats","id":"slow"}\n':
            talk.send_text(piece)
            time.sleep(0.002)
        self.assertEqual(talk.answer()["id"], "slow")

    def test_last_line_without_end(self):
        talk = self.open()
        talk.send_text('{"op":"stats","id":1}\n{"op":"stats","id":2}')
        rest = talk.end()
        self.assertEqual([line["id"] for line in rest], [1, 2])

    def test_unknown_fields_are_ignored(self):
        talk = self.open()
        self.assertTrue(talk.ask("stats", id=1, comment={"a": [1]})["ok"])

    def test_answers_in_order(self):
        talk = self.open_with("brain stem")
        for n in range(200):
            talk.send("point", id=n, ijk=[n % 40, 20, 18], answer="none",
                      **{"class": 0})
        self.assertEqual([talk.answer()["id"] for _ in range(200)],
                         list(range(200)))

    def test_a_zero_in_a_text(self):
        talk = self.open()
        talk.bad("bad_input", "classes", id=1, texts=["a\0b"])

    def test_other_locale(self):
        talk = self.open(env={"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"})
        self.assertEqual(talk.ready["spacing"], [4.0, 4.0, 4.5])
        talk.good("classes", texts=["brain stem"])
        answer = talk.good("scribble", lps=[[0.5, 0.5, 0.5]], radius_mm=4.5,
                           answer="none", **{"class": 0})
        self.assertIsInstance(answer["seconds"], (int, float))
        talk.end()


@need_model
class End(InteractTest):
    def test_quit(self):
        talk = self.open()
        self.assertTrue(talk.ask("quit", id="last")["ok"])
        self.assertEqual(talk.end(), [])

    def test_nothing_after_quit(self):
        talk = self.open()
        talk.send_text('{"op":"quit","id":1}\n{"op":"stats","id":2}\n')
        rest = talk.end()
        self.assertEqual([line["id"] for line in rest], [1])

    def test_end_of_input(self):
        self.assertEqual(self.open().end(), [])

    def test_end_of_input_waits_for_work(self):
        talk = self.open_with("brain stem")
        talk.send("predict", id="p")
        rest = talk.end()
        self.assertEqual([line["id"] for line in rest], ["p"])
        self.assertTrue(rest[0]["ok"])

    def test_no_input_at_all(self):
        run = self.run_program("interact", self.image, "--quiet", stdin=b"")
        self.assertEqual(run.code, 0, str(run))
        self.assertEqual(run.json["event"], "ready")
        self.assertEqual(run.err, "")

    def test_listener_goes_away(self):
        process = subprocess.Popen(
            [str(BIN / "medals"), "interact", self.image, "--quiet"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        process.stdout.readline()
        process.stdout.close()
        try:
            for n in range(2000):
                process.stdin.write(b'{"op":"stats","id":%d}\n' % n)
                process.stdin.flush()
        except BrokenPipeError:
            pass
        self.assertIn(process.wait(timeout=60), (0, 3))
        self.assertLessEqual(process.stderr.read().count(b"\n"), 1)
        process.stderr.close()
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass

    def test_slow_listener(self):
        """Answers that nobody takes yet wait; none is lost."""
        process = subprocess.Popen(
            [str(BIN / "medals"), "interact", self.image, "--quiet"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        lines = b"".join(b'{"op":"get","id":%d}\n' % n for n in range(500))
        process.stdin.write(lines)
        process.stdin.close()
        time.sleep(1)
        out = process.stdout.read()
        process.stdout.close()
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertEqual([json.loads(line)["id"]
                          for line in out.splitlines()[1:]],
                         list(range(500)))

    def check_signal(self, number):
        talk = self.open_with("brain stem",
                              options=("--journal", "journal"))
        talk.process.send_signal(number)
        begin = time.monotonic()
        code = talk.process.wait(timeout=30)
        self.assertLess(time.monotonic() - begin, 1.5)
        err = talk.process.stderr.read().decode()
        self.assertEqual(code, 5, err)
        self.assertRegex(err, r"^medals: .+: .+\n$")
        again = self.open("--journal", "journal")
        self.assertTrue(again.ready["resumed"])
        self.assertEqual(again.ready["revision"], 1)

    def test_interrupt(self):
        self.check_signal(signal.SIGINT)

    def test_terminate(self):
        self.check_signal(signal.SIGTERM)

    def test_interrupt_of_work(self):
        talk = self.open_with("brain stem", env={"MEDALS_ISA": "ref"})
        talk.send("predict", id=1, progress=True)
        self.assertEqual(talk.next_line()["event"], "progress")
        begin = time.monotonic()
        talk.process.send_signal(signal.SIGINT)
        self.assertEqual(talk.process.wait(timeout=30), 5)
        self.assertLess(time.monotonic() - begin, 1.5)

    def test_full_output(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "wb") as full:
            run = subprocess.run(
                [str(BIN / "medals"), "interact", self.image, "--quiet"],
                stdin=subprocess.DEVNULL, stdout=full,
                stderr=subprocess.PIPE, check=False, timeout=60)
        self.assertEqual(run.returncode, 4, run.stderr)


@need_model
class Before(InteractTest):
    """What fails before `ready`: exit code, empty stdout, one line."""

    def test_no_image(self):
        self.bad(2, "interact")

    def test_two_images(self):
        self.bad(2, "interact", self.image, self.image)

    def test_unknown_option(self):
        self.bad(2, "interact", self.image, "--nope")

    def test_unknown_modality(self):
        self.bad(2, "interact", self.image, "--modality", "xray")

    def test_threads(self):
        for count in ("0", "-1", "many", "100000"):
            self.bad(2, "interact", self.image, "--threads", count)

    def test_image_is_missing(self):
        self.bad(3, "interact", self.path("none.nii.gz"))

    def test_image_is_damaged(self):
        with open(self.path("bad.nii.gz"), "wb") as f:
            f.write(b"\x1f\x8b nothing")
        self.bad(3, "interact", self.path("bad.nii.gz"))

    def test_model_is_missing(self):
        self.bad(3, "interact", self.image, "--model", self.path("none"))

    def test_labelmap_is_missing(self):
        self.bad(3, "interact", self.image, "--labelmap",
                 self.path("none.nii.gz"))

    def test_journal_is_a_file(self):
        with open(self.path("file"), "w", encoding="utf-8") as f:
            f.write("x")
        self.bad(3, "interact", self.image, "--journal", self.path("file"))

    def test_isa_that_does_not_exist(self):
        self.bad(2, "interact", self.image, env={"MEDALS_ISA": "mmx"})


@need_model
class Options(InteractTest):
    def test_all_that_change_how(self):
        talk = self.open("--modality", "MRI", "--threads", "1",
                         "--precision", "f32", "--window", "soft")
        talk.good("classes", texts=["brain stem"])
        talk.end()

    def test_manual(self):
        run = self.good("interact", "--help")
        self.assertIn("medals interact IMAGE", run.out)
        self.assertLessEqual(max(map(len, run.out.splitlines())), 80)


if __name__ == "__main__":
    unittest.main()
