"""The label map lies where the image lies, whatever the order of its axes.

The head is ch2 of Debian's package mricron-data, every third voxel of a box
round the brain that the compact model sees in one window.
MEDALS_E2E_LONG=1 runs all 48 orders of the axes instead of 6.
"""
import math
import os
import unittest

import nifti
import nrrd
import orientation
from programs import CH2, ProgramTest, need_model

TEXTS = ("left cerebral cortex", "right cerebral cortex", "left thalamus",
         "right thalamus", "brain stem")
STEP = 3
BOX = ((2, 178), (18, 196), (2, 178))


def small_head():
    """ch2 thinned: (size, uint8 voxels, affine)"""
    file = nifti.File(CH2)
    ni, nj, _ = file.size
    (i0, i1), js, ks = BOX
    rows = [file.voxels[(k * nj + j) * ni + i0:(k * nj + j) * ni + i1:STEP]
            for k in range(*ks, STEP) for j in range(*js, STEP)]
    size = [len(range(*ends, STEP)) for ends in BOX]
    affine = [[STEP * v for v in row[:3]] +
              [row[3] + sum(row[a] * BOX[a][0] for a in range(3))]
              for row in file.affine]
    return size, b"".join(rows), affine


def dice(a, b, value):
    both = sum(1 for x, y in zip(a, b) if x == value and y == value)
    total = a.count(value) + b.count(value)
    return 2 * both / total if total else math.nan


def spacing_of(affine):
    return [math.sqrt(sum(affine[r][c] ** 2 for r in range(3)))
            for c in range(3)]


@need_model
@unittest.skipUnless(CH2.exists(), f"no {CH2}: install mricron-data")
class Geometry(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.size, cls.voxels, cls.affine = small_head()

    def answer(self, size, voxels, affine, output="out.nii.gz", **fields):
        fields.setdefault("pixdim", spacing_of(affine))
        nifti.write(self.path("in.nii.gz"), size, voxels, code=nifti.UINT8,
                    affine=affine, **fields)
        self.report = self.segment(self.path("in.nii.gz"), ";".join(TEXTS),
                                   output, "--modality", "mri")
        if not output.endswith(".nii.gz"):
            return None
        file = nifti.File(self.path(output))
        self.assertEqual(file.size, list(size))
        self.assertEqual(file.geometry_bytes(),
                         nifti.File(self.path("in.nii.gz")).geometry_bytes())
        self.assertEqual(file.code, nifti.UINT8)
        return file.voxels

    def straight(self):
        """The answer for the head as it is, computed once."""
        cls = type(self)
        if not hasattr(cls, "straight_labels"):
            cls.straight_labels = self.answer(self.size, self.voxels,
                                              self.affine)
        return cls.straight_labels

    def centre_x(self, labels, value, size, affine):
        """Mean world x (RAS) of a value."""
        total = count = 0
        for n, v in enumerate(labels):
            if v == value:
                i, j, k = (n % size[0], n // size[0] % size[1],
                           n // (size[0] * size[1]))
                total += (affine[0][0] * i + affine[0][1] * j +
                          affine[0][2] * k + affine[0][3])
                count += 1
        self.assertGreater(count, 20)
        return total / count

    def test_sides(self):
        labels = self.straight()
        for value, sign in ((1, -1), (2, 1), (3, -1), (4, 1)):
            x = self.centre_x(labels, value, self.size, self.affine)
            self.assertGreater(sign * x, 0, TEXTS[value - 1])

    def test_orientations(self):
        reference = self.straight()
        orders = list(orientation.all_48())
        if not os.environ.get("MEDALS_E2E_LONG"):
            orders = orders[3:48:8]
        for permutation, flips in orders:
            with self.subTest(permutation=permutation, flips=flips):
                size, voxels = orientation.reorder(self.voxels, 1, self.size,
                                                   permutation, flips)
                affine = orientation.reorder_affine(self.affine, self.size,
                                                    permutation, flips)
                labels = self.answer(size, voxels, affine)
                _, back = orientation.reorder(
                    labels, 1, size, *orientation.inverse(permutation, flips))
                for value, text in enumerate(TEXTS, 1):
                    self.assertGreater(dice(reference, back, value), 0.97,
                                       text)

    def test_mirrored_voxels(self):
        """Voxels mirrored, header not: another patient. Left stays left."""
        first = self.straight()
        flips = (True, False, False)
        _, mirrored = orientation.reorder(self.voxels, 1, self.size, (0, 1, 2),
                                          flips)
        second = self.answer(self.size, mirrored, self.affine)
        for value, sign in ((1, -1), (2, 1)):
            x = self.centre_x(second, value, self.size, self.affine)
            self.assertGreater(sign * x, 0)
        _, back = orientation.reorder(second, 1, self.size, (0, 1, 2), flips)
        self.assertLess(dice(first, back, 1), 0.5)

    def test_oblique(self):
        angle = math.radians(12)
        c, s = math.cos(angle), math.sin(angle)
        turned = [[c * self.affine[0][a] - s * self.affine[1][a]
                   for a in range(4)],
                  [s * self.affine[0][a] + c * self.affine[1][a]
                   for a in range(4)], self.affine[2]]
        labels = self.answer(self.size, self.voxels, turned)
        self.assertGreater(dice(labels, self.straight(), 1), 0.9)

    def test_qform_only(self):
        """A file without sform: half a turn about z, qfac -1."""
        fields = {"qform": (0, 0, 1, 90.0, 125.0, -71.0), "qform_code": 1,
                  "sform_code": 0}
        self.answer(self.size, self.voxels, self.affine, **fields)

    def test_units(self):
        """Metres stay metres in the header; the voxels are 3 mm."""
        affine = [[v / 1000 for v in row] for row in self.affine]
        labels = self.answer(self.size, self.voxels, affine, units=1)
        self.assertGreater(dice(labels, self.straight(), 1), 0.95)

    def test_thin(self):
        plane = self.size[0] * self.size[1]
        middle = self.size[2] // 2
        affine = [row[:3] + [row[3] + row[2] * middle] for row in self.affine]
        for count in (1, 2, 5):
            self.answer(self.size[:2] + [count],
                        self.voxels[middle * plane:(middle + count) * plane],
                        affine)

    def test_between_formats(self):
        """NIfTI in, NRRD out: the same place after one rounding."""
        self.answer(self.size, self.voxels, self.affine, "out.nrrd")
        file = nrrd.File(self.path("out.nrrd"))
        self.assertEqual(file.sizes, self.size)
        rows = [[float(v) for v in part.strip("()").split(",")]
                for part in file.fields["space directions"].split()]
        ras = file.fields["space"] in ("right-anterior-superior", "RAS")
        sign = (1, 1, 1) if ras else (-1, -1, 1)
        for axis in range(3):
            for world in range(3):
                self.assertAlmostEqual(sign[world] * rows[axis][world],
                                       self.affine[world][axis], places=5)
        self.segment(self.path("in.nii.gz"), ";".join(TEXTS), "same.nii.gz",
                     "--modality", "mri")
        self.assertEqual(nifti.File(self.path("same.nii.gz")).voxels,
                         file.data)


if __name__ == "__main__":
    unittest.main()
