"""DICOM series of the shared data: modality from the header, geometry."""
import os
import shutil
import unittest

import nifti
from programs import SHARED, ProgramTest, need_model

DICOM = SHARED / "data" / "dicom"


@need_model
@unittest.skipUnless(DICOM.exists(), f"no {DICOM}: set MEDALS_SHARED")
class Dicom(ProgramTest):
    def test_series(self):
        """Oblique slices: spacing, origin and axes as `inspect` says."""
        series = DICOM / "mr-prostate-t2"
        report = self.segment(series, "tumor", "out.nii.gz")
        self.assertEqual(report["modality"],
                         {"value": "mri", "source": "header"})
        image = self.good("inspect", series, "--json").json
        labels = self.good("inspect", "out.nii.gz", "--json", "--labels").json
        self.assertEqual(labels["size"], image["size"])
        for key in ("spacing", "origin", "direction"):
            for a, b in zip(labels[key], image[key]):
                self.assertAlmostEqual(a, b, delta=1e-3)

    def test_option_wins(self):
        report = self.segment(DICOM / "mr-prostate-t2", "tumor in a CT",
                              "out.nii.gz", "--modality", "pet")
        self.assertEqual(report["modality"],
                         {"value": "pet", "source": "option"})

    def test_two_series(self):
        for name in ("mr-prostate-t2", "ct-liver-metastases"):
            shutil.copytree(DICOM / name, self.folder / "both" / name)
        run = self.bad(3, "segment", "both", "--text", "tumor", "-o",
                       "out.nii.gz")
        self.assertIn("series", run.err)
        answer = self.good("inspect", "both", "--json").json
        self.assertEqual(len(answer["series"]), 2)
        chosen = next(s for s in answer["series"] if s["modality"] == "MR")
        report = self.segment("both", "tumor", "out.nii.gz", "--series",
                              chosen["uid"])
        self.assertEqual(report["modality"]["value"], "mri")
        self.bad(2, "segment", "both", "--text", "tumor", "-o", "o.nii.gz",
                 "--series", "99")

    def test_missing_slice(self):
        shutil.copytree(DICOM / "mr-prostate-t2", self.folder / "gap")
        files = sorted(p for p in (self.folder / "gap").rglob("*")
                       if p.is_file())
        positions = len(files)
        for victim in files[positions // 2:positions // 2 + 1]:
            victim.unlink()
        run = self.run_program("segment", "gap", "--text", "tumor", "-o",
                               "out.nii.gz", "--quiet")
        self.assertEqual(run.code, 3, str(run))

    def test_odd_files_in_the_folder(self):
        shutil.copytree(DICOM / "mr-prostate-t2", self.folder / "odd")
        (self.folder / "odd" / "notes.txt").write_text("notes", "utf-8")
        os.mkfifo(self.folder / "odd" / "pipe")
        os.symlink("..", self.folder / "odd" / "loop")
        answer = self.good("inspect", "odd", "--json", timeout=30).json
        self.assertEqual(answer["size"][2], 19)
        (self.folder / "odd" / "last.dcm").touch()
        answer = self.good("inspect", "odd", "--json", timeout=30).json
        self.assertEqual(answer["size"][2], 19)
        self.assertIn("last.dcm", " ".join(answer["warnings"]))

    def test_one_file(self):
        first = sorted(p for p in (DICOM / "mr-prostate-t2").rglob("*")
                       if p.is_file())[0]
        self.segment(first, "tumor", "out.nii.gz")
        self.assertEqual(nifti.File(self.path("out.nii.gz")).size[2:],
                         [1])


if __name__ == "__main__":
    unittest.main()
