"""The scripts of ui_bindings/python/examples do what they say."""
import csv
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import head
import medals
import nibabel
import numpy as np

EXAMPLES = (pathlib.Path(__file__).resolve().parents[2]
            / "ui_bindings/python/examples")
TEXTS = ";".join(head.TEXTS)


@head.need_head
class Examples(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        head.thin_nifti().to_filename(self.path("scan.nii.gz"))

    def path(self, name):
        return str(self.folder / name)

    def run_example(self, name, *arguments, code=0):
        done = subprocess.run(
            [sys.executable, "-B", str(EXAMPLES / name), *arguments],
            check=False, capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        return done

    def labels(self, name):
        return np.asarray(nibabel.load(self.path(name)).dataobj)

    def expected(self):
        """What segment() gives, as the file's voxels [i,j,k]."""
        return medals.segment(head.head(), head.TEXTS).array.T

    def test_text_to_labelmap(self):
        done = self.run_example("text_to_labelmap.py",
                                self.path("scan.nii.gz"), TEXTS,
                                self.path("out.nii.gz"), "--modality", "mr")
        np.testing.assert_array_equal(self.labels("out.nii.gz"),
                                      self.expected())
        np.testing.assert_allclose(
            nibabel.load(self.path("out.nii.gz")).affine,
            head.thin_nifti().affine, atol=1e-5)
        self.assertIn("right thalamus", done.stdout)
        done = self.run_example("text_to_labelmap.py",
                                self.path("none.nii.gz"), TEXTS,
                                self.path("out.nii.gz"), code=1)
        self.assertTrue(done.stderr.startswith("error: "), done.stderr)

    def test_click_curve(self):
        truth = np.roll(self.expected() == 1, 2, axis=1).astype("u1") * 5
        nibabel.Nifti1Image(truth, head.thin_nifti().affine).to_filename(
            self.path("truth.nii.gz"))
        done = self.run_example(
            "click_curve.py", self.path("scan.nii.gz"),
            self.path("truth.nii.gz"), "5", head.TEXTS[0], "--clicks", "4",
            "--modality", "mr")
        curve = [float(d) for d in re.findall(r"DSC ([\d.]+)", done.stdout)]
        self.assertEqual(len(curve), 5)
        self.assertGreater(curve[-1], curve[0] + 0.02)

    def test_refine_labelmap(self):
        given = self.expected().astype("i2") * 10
        given[1:4, 1:4, 1:4] = 99
        nibabel.Nifti1Image(given, head.thin_nifti().affine).to_filename(
            self.path("labels.nii.gz"))
        done = self.run_example(
            "refine_labelmap.py", self.path("scan.nii.gz"),
            self.path("labels.nii.gz"), self.path("out.nii.gz"), "--names",
            "10=left thalamus; 20=right thalamus", "--modality", "mr")
        found = self.labels("out.nii.gz")
        np.testing.assert_array_equal(found == 99, given == 99)
        both = ((found == 10) & (given == 10)).sum()
        self.assertGreater(2 * both / ((found == 10).sum()
                                       + (given == 10).sum()), 0.6)
        self.assertEqual(done.stdout.count("DSC to before"), 3)
        done = self.run_example(
            "refine_labelmap.py", "a", "b", "c", "--names", "liver", code=1)
        self.assertIn("expected VALUE=NAME", done.stderr)

    def test_batch(self):
        scans = self.folder / "scans"
        scans.mkdir()
        os.rename(self.path("scan.nii.gz"), scans / "b.nii.gz")
        (scans / "c.nii.gz").write_bytes(b"no image")
        (scans / "notes.txt").write_text("not a scan")
        arguments = (str(scans), self.path("out"), TEXTS, "--modality", "mr")
        done = self.run_example("batch.py", *arguments, code=1)
        self.assertRegex(done.stderr, r"b.nii.gz +[\d.]+ ml")
        self.assertRegex(done.stderr, r"c.nii.gz +failed: ")
        self.assertEqual(sorted(os.listdir(self.folder / "out")),
                         ["b.nii.gz", "volumes.csv"])
        (scans / "c.nii.gz").unlink()
        done = self.run_example("batch.py", *arguments)
        self.assertIn("is there", done.stderr)
        with open(self.folder / "out/volumes.csv", newline="") as file:
            rows = list(csv.reader(file))
        self.assertEqual([row[:3] for row in rows],
                         [["scan", "class", "value"],
                          ["b", "left thalamus", "1"],
                          ["b", "right thalamus", "2"]])


if __name__ == "__main__":
    unittest.main()
