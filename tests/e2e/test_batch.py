"""Several images in one run: names, skipping, failures, one model."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

import nifti
import phantom
from programs import BIN, ProgramTest, model_folder, need_model

SMALL = (24, 26, 20)


class Batch(ProgramTest):
    def image(self, name):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        return phantom.write_mri(self.path(name), SMALL, (8.0, 8.0, 8.0))

    def batch(self, *arguments, out="out"):
        return self.run_program("segment", *arguments, "--text", "brain stem",
                                "--out-dir", out, "--modality", "mri",
                                "--json", "--quiet")

    def lines(self, run):
        return [json.loads(line) for line in run.out.splitlines()]

    def refused(self, *arguments, **how):
        run = self.batch(*arguments, **how)
        self.assertEqual((run.code, run.out), (2, ""), str(run))
        self.assertRegex(run.err, r"^medals: .+: .+\n$")
        self.assertFalse((self.folder / "out").exists())
        return run.err


class Names(Batch):
    """Refused before any work: no model is needed."""

    def test_two_of_one_name(self):
        a, b = self.image("x/scan.nii.gz"), self.image("y/scan.nii.gz")
        err = self.refused(a, b)
        self.assertIn(a, err)
        self.assertIn(b, err)
        self.refused(a, a)
        self.image("x/scan.nii")
        self.refused(self.path("x"))

    def test_output_is_an_image(self):
        a = self.image("x/scan.nii.gz")
        run = self.batch(a, "--suffix", ".nii.gz", "--overwrite", out="x")
        self.assertEqual((run.code, run.out), (2, ""), str(run))
        self.assertEqual(nifti.File(a).size, list(SMALL))

    def test_options_that_do_not_go_together(self):
        a = self.image("x/a.nii.gz")
        for more in (("-o", "b.nii.gz"), ("--png", "p.png"),
                     ("--probabilities", "p.nrrd"), ("--suffix", ".jpeg"),
                     ("--suffix", ""), ("--suffix", "/b.nii.gz"),
                     ("--overlap", "keep", "--suffix", ".nii.gz")):
            with self.subTest(more=more):
                self.refused(a, *more)
        for more in (("--suffix", ".nrrd"), ("--overwrite",)):
            self.bad(2, "segment", a, "--text", "a", "-o", "b.nii.gz", *more)
        self.bad(2, "segment", a, "--text", "a", "--out-dir", "")


@need_model
class Run(Batch):
    def test_several(self):
        a, b = self.image("x/a.nii.gz"), self.image("y/b.nii.gz")
        run = self.batch(a, b)
        self.assertEqual((run.code, run.err), (0, ""), str(run))
        lines = self.lines(run)
        self.assertEqual([(l["image"], l["status"]) for l in lines],
                         [(a, "done"), (b, "done")])
        self.assertEqual(lines[0]["output"], ["out/a.seg.nrrd"])
        self.assertEqual(sorted(os.listdir(self.path("out"))),
                         ["a.seg.nrrd", "b.seg.nrrd"])
        single = self.segment(a, "brain stem", "one.seg.nrrd", "--modality",
                              "mri")
        self.assertEqual(single["classes"], lines[0]["classes"])
        self.assertEqual(
            pathlib.Path(self.path("one.seg.nrrd")).read_bytes(),
            pathlib.Path(self.path("out/a.seg.nrrd")).read_bytes())

    def test_second_run_skips(self):
        self.image("x/a.nii.gz")
        self.batch(self.path("x"))
        before = os.stat(self.path("out/a.seg.nrrd"))
        self.image("x/b.nii.gz")
        run = self.batch(self.path("x"))
        self.assertEqual([l["status"] for l in self.lines(run)],
                         ["skipped", "done"], str(run))
        after = os.stat(self.path("out/a.seg.nrrd"))
        self.assertEqual(before.st_ino, after.st_ino)
        run = self.batch(self.path("x"), "--overwrite")
        self.assertEqual([l["status"] for l in self.lines(run)],
                         ["done", "done"])
        self.assertNotEqual(before.st_ino,
                            os.stat(self.path("out/a.seg.nrrd")).st_ino)

    def test_nothing_to_do_opens_no_model(self):
        self.image("x/a.nii.gz")
        os.mkdir(self.path("out"))
        pathlib.Path(self.path("out/a.seg.nrrd")).touch()
        run = self.batch(self.path("x"), "--model", "absent")
        self.assertEqual(run.code, 0, str(run))

    def test_a_failure_is_listed_and_the_others_go_on(self):
        a, c = self.image("x/a.nii.gz"), self.image("x/c.nii.gz")
        b = self.path("x/b.nii.gz")
        pathlib.Path(b).write_bytes(b"no image")
        run = self.batch(self.path("x"), self.path("absent.nrrd"))
        self.assertEqual(run.code, 3, str(run))
        lines = self.lines(run)
        self.assertEqual([(l["image"], l["status"]) for l in lines],
                         [(a, "done"), (b, "failed"), (c, "done"),
                          (self.path("absent.nrrd"), "failed")])
        self.assertEqual(lines[1]["error"]["code"], "bad_input")
        self.assertIn(b, lines[1]["error"]["message"])
        self.assertEqual(run.err.count("\n"), 3, run.err)
        self.assertIn("2 of 4", run.err.splitlines()[-1])
        self.assertEqual(sorted(os.listdir(self.path("out"))),
                         ["a.seg.nrrd", "c.seg.nrrd"])

    def test_results_beside_the_images(self):
        """They are no images of the next run."""
        self.image("x/a.nii.gz")
        for suffix in ("_seg.nii.gz", ".seg.nrrd"):
            for status in ("done", "skipped"):
                run = self.batch(self.path("x"), "--suffix", suffix, out="x")
                self.assertEqual([l["status"] for l in self.lines(run)],
                                 [status], str(run))
            os.remove(self.path("x/a" + suffix))

    def test_folder_of_folders(self):
        """Each is a DICOM folder; an empty one fails by itself."""
        os.makedirs(self.path("x/one"))
        os.makedirs(self.path("x/two"))
        run = self.batch(self.path("x"))
        self.assertEqual(run.code, 3)
        self.assertEqual([l["image"] for l in self.lines(run)],
                         [self.path("x/one"), self.path("x/two")])

    def test_no_model(self):
        run = self.batch(self.image("x/a.nii.gz"), "--model", "absent")
        self.assertEqual((run.code, run.out), (3, ""), str(run))
        self.assertEqual(run.err.count("\n"), 1)

    def test_model_is_opened_once(self):
        """It may go away once the run has begun."""
        model = self.path("model")
        shutil.copytree(model_folder(), model)
        for name in "abcdef":
            self.image(f"x/{name}.nii.gz")
        process = subprocess.Popen(
            [str(BIN / "medals"), "segment", self.path("x"), "--text",
             "brain stem", "--out-dir", "out", "--json", "--model", model,
             "--quiet"], cwd=self.folder, stdout=subprocess.PIPE)
        first = process.stdout.readline()
        shutil.rmtree(model)
        rest, _ = process.communicate()
        self.assertEqual(process.returncode, 0)
        self.assertEqual((first + rest).count(b'"done"'), 6)

    def test_cancel(self):
        for name in "abcdefgh":
            phantom.write_mri(self.path(name + ".nii.gz"), (60, 60, 60),
                              (6.0, 6.0, 6.0))
        process = subprocess.Popen(
            [str(BIN / "medals"), "segment", str(self.folder), "--text",
             "brain stem", "--out-dir", "out", "--tta", "--quiet"],
            cwd=self.folder, env=dict(os.environ, MEDALS_ISA="ref"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 5, err)
        self.assertNoLeftovers(self.folder / "out")


if __name__ == "__main__":
    unittest.main()
