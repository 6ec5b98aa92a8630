"""--stats: the table of volumes and grey values."""
import csv
import math
import os
import pathlib
import statistics
import unittest

import nifti
import phantom
from programs import ProgramTest, need_model

COLUMNS = ["image", "label", "class", "voxels", "ml", "mean", "sd", "min",
           "max", "confidence"]


@need_model
class Stats(ProgramTest):
    def setUp(self):
        super().setUp()
        self.image = phantom.write_mri(self.path("in, 1.nii.gz"))

    def table(self, name="s.csv"):
        with open(self.path(name), encoding="utf-8", newline="") as f:
            rows = list(csv.DictReader(f))
        self.assertNoLeftovers()
        return rows

    def check(self, row, inside, voxel_ml=0.072):
        self.assertEqual(int(row["voxels"]), len(inside))
        self.assertAlmostEqual(float(row["ml"]), len(inside) * voxel_ml, 4)
        if not inside:
            self.assertEqual([row[c] for c in COLUMNS[5:]], [""] * 5)
            return
        for column, value in (("mean", statistics.fmean(inside)),
                              ("min", min(inside)), ("max", max(inside))):
            self.assertTrue(math.isclose(float(row[column]), value,
                                         rel_tol=1e-6), (row, value))
        if len(inside) > 1:
            self.assertTrue(math.isclose(float(row["sd"]),
                                         statistics.stdev(inside),
                                         rel_tol=1e-6, abs_tol=1e-9), row)

    def test_one_image(self):
        report = self.segment(self.image, "left cerebral cortex; teapot; "
                              "left \"x\", cerebellum cortex", "out.nii.gz",
                              "--labels", "3,700,5", "--modality", "mri",
                              "--stats", "s.csv", env={"LC_ALL": "de_DE.UTF-8"})
        rows = self.table()
        self.assertEqual(list(rows[0]), COLUMNS)
        labels = nifti.File(self.path("out.nii.gz")).values()
        values = nifti.File(self.image).values()
        self.assertEqual(len(rows), len(report["classes"]))
        self.assertTrue(any(int(r["voxels"]) for r in rows))
        for row, told in zip(rows, report["classes"]):
            self.assertEqual(row["image"], self.image)
            self.assertEqual(row["class"], told["text"])
            self.assertEqual(int(row["label"]), told["label"])
            self.assertEqual(int(row["voxels"]), told["voxels"])
            self.check(row, [v for v, l in zip(values, labels)
                             if l == told["label"]])

    def test_only_the_table(self):
        self.good("segment", self.image, "--text", "brain stem", "--stats",
                  "s.csv")
        self.assertEqual(len(self.table()), 1)
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ["in, 1.nii.gz", "s.csv"])

    def test_overlap(self):
        report = self.segment(self.image, "left cerebral cortex; brain",
                              "out.seg.nrrd", "--overlap", "keep",
                              "--modality", "mri", "--stats", "s.csv")
        self.assertEqual([int(r["voxels"]) for r in self.table()],
                         [c["voxels"] for c in report["classes"]])

    def test_bad_targets(self):
        self.bad(2, "segment", self.image, "--text", "a", "--stats", "s.nrrd")
        self.bad(3, "segment", self.image, "--text", "a", "--stats",
                 "nowhere/s.csv")

    def test_several_images(self):
        """A second run keeps the rows of what it skips."""
        os.mkdir(self.path("x"))
        for name in ("a", "b \"1\", c"):
            phantom.write_mri(self.path(f"x/{name}.nii.gz"), (24, 26, 20))
        run = ("segment", self.path("x"), "--text", "brain stem;tumor",
               "--out-dir", "out", "--stats", "s.csv", "--quiet")
        self.good(*run)
        first = pathlib.Path(self.path("s.csv")).read_bytes()
        rows = self.table()
        self.assertEqual([(pathlib.Path(r["image"]).name, r["class"])
                          for r in rows],
                         [("a.nii.gz", "brain stem"), ("a.nii.gz", "tumor"),
                          ("b \"1\", c.nii.gz", "brain stem"),
                          ("b \"1\", c.nii.gz", "tumor")])
        self.good(*run)
        self.assertEqual(pathlib.Path(self.path("s.csv")).read_bytes(), first)
        phantom.write_mri(self.path("x/c.nii.gz"), (24, 26, 20))
        self.good(*run)
        self.assertEqual(self.table()[:4], rows)
        self.assertEqual(len(self.table()), 6)


if __name__ == "__main__":
    unittest.main()
