"""Images that are odd but good: they are segmented, with a warning if due."""
import array
import gzip
import math
import unittest

import nifti
import phantom
from programs import ProgramTest, need_model

TEXT = "brain stem; left thalamus"


@need_model
class OddImages(ProgramTest):
    def answer(self, size, voxels, text=TEXT, name="in.nii.gz", **fields):
        nifti.write(self.path(name), size, voxels, **fields)
        report = self.segment(self.path(name), text, "out.nii.gz",
                              "--modality", "mri")
        file = nifti.File(self.path("out.nii.gz"))
        self.assertEqual(math.prod(file.size), math.prod(size))
        self.assertEqual(file.geometry_bytes(),
                         nifti.File(self.path(name)).geometry_bytes())
        return report, file

    def test_constant(self):
        for value in (0, 37):
            report, file = self.answer((20, 20, 20), bytes([value]) * 8000,
                                       code=nifti.UINT8)
            self.assertEqual(set(file.values()), {0})
            self.assertTrue(report["warnings"])
            self.assertEqual([c["voxels"] for c in report["classes"]], [0, 0])
            for c in report["classes"]:
                self.assertIsNone(c["mean_probability"])

    def test_two_dimensions(self):
        size = (40, 44)
        voxels = phantom.mri((40, 44, 3))[40 * 44:2 * 40 * 44]
        self.answer(size, voxels, code=nifti.UINT8, pixdim=(4, 4))

    def test_one_voxel_axes(self):
        for size in ((1, 30, 30), (30, 1, 30), (30, 30, 1), (1, 1, 30),
                     (1, 1, 1)):
            with self.subTest(size=size):
                count = math.prod(size)
                self.answer(size, bytes(n * 37 % 251 for n in range(count)),
                            code=nifti.UINT8, pixdim=(3, 3, 3))

    def test_extra_axes(self):
        size = (40, 44, 36, 1, 1)
        report, file = self.answer(size, phantom.mri(size[:3]),
                                   code=nifti.UINT8, pixdim=(4, 4, 4.5, 1, 1))
        self.assertEqual(file.size[:3], [40, 44, 36])
        self.assertEqual(len(report["classes"]), 2)

    def test_not_finite(self):
        values = [float(v) for v in phantom.mri((24, 24, 24))]
        values[5], values[77], values[900] = (math.nan, math.inf, -math.inf)
        report, _ = self.answer((24, 24, 24), phantom.floats(values),
                                code=nifti.FLOAT32, pixdim=(6, 6, 6))
        self.assertTrue(any("3" in w for w in report["warnings"]),
                        report["warnings"])

    def test_only_nan(self):
        _, file = self.answer((9, 9, 9), phantom.floats([math.nan] * 729),
                              code=nifti.FLOAT32)
        self.assertEqual(set(file.values()), {0})

    def test_types(self):
        values = phantom.mri((24, 24, 24))
        answers = set()
        for code, letter in ((nifti.UINT8, "B"), (nifti.INT16, "h"),
                             (nifti.UINT32, "I"), (nifti.FLOAT64, "d")):
            voxels = array.array(letter, list(values)).tobytes()
            _, file = self.answer((24, 24, 24), voxels, code=code,
                                  pixdim=(6, 6, 6))
            answers.add(file.voxels)
        self.assertEqual(len(answers), 1)

    def test_anisotropic(self):
        self.answer((20, 22, 6), phantom.mri((20, 22, 6)), code=nifti.UINT8,
                    pixdim=(0.5, 9, 30))

    def test_tiny_spacing(self):
        self.answer((20, 22, 18), phantom.mri((20, 22, 18)),
                    code=nifti.UINT8, pixdim=(0.01, 0.01, 0.01))

    def test_spacing_of_the_sform(self):
        """An sform that pixdim contradicts places the voxels."""
        report, _ = self.answer((9, 9, 9), bytes(729), code=nifti.UINT8,
                                affine=nifti.affine_of((4, 5, 6)))
        self.assertTrue(any("pixdim" in w for w in report["warnings"]))
        shown = self.good("inspect", "in.nii.gz", "--json").json
        self.assertEqual(shown["spacing"], [4, 5, 6])

    def test_long_axis(self):
        size = (30000, 2, 2)
        voxels = bytes((n // 90) % 200 for n in range(30000)) * 4
        self.answer(size, voxels, code=nifti.UINT8, pixdim=(0.01, 3, 3))

    def test_500_classes(self):
        texts = ";".join(f"structure number {n}" for n in range(500))
        report, _ = self.answer((20, 20, 20), phantom.mri((20, 20, 20)),
                                text=texts, code=nifti.UINT8,
                                pixdim=(8, 8, 8))
        self.assertEqual(len(report["classes"]), 500)
        self.assertEqual(report["classes"][-1]["label"], 500)

    def test_names(self):
        """Blanks, non-Latin letters and a leading dash after --."""
        voxels = phantom.mri((20, 20, 20))
        for name in ("a b.nii", "\u56fe\u50cf.nii.gz", "a;b.nii", "x.y.z.nii"):
            nifti.write(self.path(name), (20, 20, 20), voxels,
                        code=nifti.UINT8, pixdim=(8, 8, 8))
            report = self.segment(self.path(name), "brain stem",
                                  f"out {name}")
            self.assertEqual(report["image"], self.path(name))

    def test_misleading_ending(self):
        """Formats go by content: a compressed file without .gz."""
        content = nifti.header((20, 20, 20), code=nifti.UINT8,
                               pixdim=(8, 8, 8)) + phantom.mri((20, 20, 20))
        with open(self.path("in.nii"), "wb") as f:
            f.write(gzip.compress(content))
        run = self.run_program("segment", "in.nii", "--text", "brain stem",
                               "-o", "out.nii.gz", "--quiet")
        self.assertIn(run.code, (0, 3), str(run))


if __name__ == "__main__":
    unittest.main()
