"""Images of SimpleITK, nibabel and pydicom keep their place, both ways."""
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest
import warnings
from unittest import mock

import head
import medals
import nibabel
import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset

SHARED = pathlib.Path(os.environ.get("MEDALS_SHARED") or
                      pathlib.Path(__file__).resolve().parents[3] / "shared")


def oblique() -> medals.Image:
    """Small, anisotropic, turned about all axes."""
    turn = np.linalg.qr(np.random.default_rng(7).normal(size=(3, 3)))[0]
    return medals.Image(np.arange(120, dtype="i2").reshape(6, 5, 4),
                        (0.7, 0.8, 2.5), (-3, 8, 100), turn)


def same_place(test: unittest.TestCase, one: medals.Image,
               other: medals.Image, tolerance: float = 1e-9) -> None:
    np.testing.assert_array_equal(one.array, other.array)
    np.testing.assert_allclose(one.spacing, other.spacing, atol=tolerance)
    np.testing.assert_allclose(one.origin, other.origin, atol=tolerance)
    np.testing.assert_allclose(one.direction, other.direction,
                               atol=tolerance)


class OtherPackages(unittest.TestCase):
    def test_simpleitk_48_orders(self):
        for order in head.all_orders():
            image = head.reorder(oblique(), *order)
            theirs = image.to_simpleitk()
            for ijk in ((0, 0, 0), (1, 2, 3)):
                np.testing.assert_allclose(
                    theirs.TransformIndexToPhysicalPoint(ijk),
                    image.to_lps(ijk))
                self.assertEqual(theirs[ijk], image.array[ijk[::-1]])
            same_place(self, medals.as_image(theirs), image)

    def test_nibabel_48_orders(self):
        for order in head.all_orders():
            image = head.reorder(oblique(), *order)
            theirs = image.to_nibabel()
            ras = nibabel.affines.apply_affine(theirs.affine, (1, 2, 3))
            np.testing.assert_allclose(ras * (-1, -1, 1),
                                       image.to_lps((1, 2, 3)))
            same_place(self, medals.as_image(theirs), image)

    def test_both_readers_agree_on_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "turned.nii.gz")
            oblique().save(path)
            one = medals.as_image(nibabel.load(path))
            other = medals.as_image(sitk.ReadImage(path))
            self.assertEqual(os.listdir(folder), ["turned.nii.gz"])
            same_place(self, one, other, 1e-5)
            same_place(self, one, oblique(), 1e-5)

    def test_shares_voxels(self):
        theirs = sitk.Image(8, 7, 6, sitk.sitkInt16)
        image = medals.as_image(theirs)
        self.assertFalse(image.copied)
        theirs[1, 2, 3] = 5  # their copy is another one from now on
        self.assertEqual(image.array[3, 2, 1], 0)
        del theirs
        self.assertEqual(image.array.sum(), 0)
        array = medals.as_image(sitk.Image(80, 70, 60, sitk.sitkInt16)).array
        others = [np.full(array.shape, 7, "i2") for _ in range(9)]
        self.assertEqual(array.max(), 0, "memory of an image that is gone")
        del others
        array = np.zeros((4, 5, 6), "i2", order="F")
        self.assertFalse(medals.as_image(
            nibabel.Nifti1Image(array, np.eye(4))).copied)

    def test_axes_of_one(self):
        theirs = nibabel.Nifti1Image(np.zeros((4, 5, 6, 1), "i2"), np.eye(4))
        self.assertEqual(medals.as_image(theirs).size, (4, 5, 6))
        theirs = sitk.Image([4, 5, 6, 1], sitk.sitkInt16)
        self.assertEqual(medals.as_image(theirs).size, (4, 5, 6))

    def test_refused(self):
        shear = np.eye(4)
        shear[0, 1] = 0.2
        grey = np.zeros((4, 5, 6), "u1")
        for theirs, words in (
                (sitk.Image([4, 5], sitk.sitkInt16), "2-D"),
                (sitk.Image([4, 5, 6, 2], sitk.sitkInt16), "4-D"),
                (sitk.Image([4, 5, 6], sitk.sitkVectorUInt8, 3), "colour"),
                (nibabel.Nifti1Image(np.zeros((4, 5, 6, 2), "i2"),
                                     np.eye(4)), "4-D"),
                (nibabel.Nifti1Image(grey, shear), "sheared"),
                ({}, "dict; expected"), ("no.nii", "no.nii: no such file")):
            with self.assertRaisesRegex(medals.Error, words) as caught:
                medals.as_image(theirs)
            self.assertNotIn("\n", str(caught.exception))

    def test_saved_to_the_disk(self):
        """The file's bytes before it has its name, the name after."""
        calls = []
        sync, replace = os.fsync, os.replace

        def note_sync(entry):
            calls.append(stat.S_ISDIR(os.fstat(entry).st_mode))
            sync(entry)

        def note_replace(*names):
            calls.append("replace")
            replace(*names)

        with tempfile.TemporaryDirectory() as folder, \
                mock.patch("os.fsync", note_sync), \
                mock.patch("os.replace", note_replace):
            oblique().save(os.path.join(folder, "a.nii"))
        self.assertEqual(calls, [False, "replace", True])

    def test_imports_nothing(self):
        code = ("import sys, medals; medals.Image([[[1]]]);"
                "print([m for m in ('SimpleITK', 'nibabel', 'pydicom',"
                " 'scipy') if m in sys.modules])")
        found = subprocess.run([sys.executable, "-B", "-c", code], check=True,
                               capture_output=True, text=True)
        self.assertEqual(found.stdout.strip(), "[]")


class Nifti(unittest.TestCase):
    """A file lies at one place, whoever reads it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "file.nii")

    def save(self, affine, unit="mm", pixdim=None, **codes):
        """Writes a file; codes: sform and qform, with their affines."""
        theirs = nibabel.Nifti1Image(
            np.arange(120, dtype="i2").reshape(4, 5, 6), affine)
        theirs.header.set_xyzt_units(unit)
        for name, (form, code) in codes.items():
            getattr(theirs.header, "set_" + name)(form, code)
        if pixdim is not None:
            theirs.header["pixdim"][1:4] = pixdim
        with open(self.path, "wb") as file:
            file.write(theirs.header.binaryblock + bytes(4)
                       + theirs.dataobj.tobytes("F"))
        return nibabel.load(self.path)

    def command(self):
        """What `medals inspect` says of the file, and its warnings."""
        build = pathlib.Path(os.environ["MEDALS_BUILD"])
        found = json.loads(subprocess.run(
            [build / "bin" / "medals", "inspect", self.path, "--json"],
            check=True, capture_output=True, text=True).stdout)
        return found, found["warnings"]

    def check(self, theirs):
        """That package and command agree, warnings and all."""
        found, told = self.command()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            image = medals.as_image(theirs)
        for name in ("spacing", "origin", "direction"):
            np.testing.assert_allclose(np.ravel(getattr(image, name)),
                                       found[name], rtol=1e-6, atol=1e-5)
        self.assertEqual(bool(told), bool(caught), (told, caught))
        return image

    def test_units(self):
        for unit, factor in (("micron", 1e3), ("meter", 1e-3), ("mm", 1),
                             (0, 1)):
            affine = np.diag([-2 * factor, -2 * factor, 3 * factor, 1])
            affine[:3, 3] = np.array([5, 6, 7]) * factor
            for pixdim in (None, (1, 1, 1)):
                image = self.check(self.save(affine, unit, pixdim))
                np.testing.assert_allclose(image.spacing, (2, 2, 3), 1e-6)
                np.testing.assert_allclose(image.origin, (-5, -6, 7), 1e-6)
                image = medals.as_image(sitk.ReadImage(self.path))
                np.testing.assert_allclose(image.spacing, (2, 2, 3), 1e-3)
                np.testing.assert_allclose(image.origin, (-5, -6, 7), 1e-6)

    def test_no_forms(self):
        for unit, factor in (("mm", 1), ("micron", 1e3)):
            image = self.check(self.save(
                None, unit, (2 * factor, 2 * factor, 3 * factor)))
            np.testing.assert_allclose(image.spacing, (2, 2, 3), 1e-6)
            np.testing.assert_array_equal(image.direction, np.eye(3))
            np.testing.assert_array_equal(image.origin, 0)

    def test_forms(self):
        turned = np.diag([2, 2, 3, 1]) @ np.array(
            [[0, -1, 0, 4], [1, 0, 0, 5], [0, 0, 1, 6], [0, 0, 0, 1]])
        turned[:3, :3] = turned[:3, :3] / np.linalg.norm(
            turned[:3, :3], axis=0) * (2, 2, 3)
        straight = np.diag([-2, 2, 3, 1.0])
        for s_code in (0, 1, 2, 4):
            for q_code in (0, 1, 3):
                for qform in (straight, turned):
                    if s_code or q_code:
                        self.check_forms(straight, s_code, qform, q_code)

    def check_forms(self, sform, s_code, qform, q_code):
        theirs = self.save(None, "mm", None, sform=(sform, s_code),
                           qform=(qform, q_code))
        found, _ = self.command()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = medals.as_image(theirs)
        np.testing.assert_allclose(image.affine[:3, 3] * (-1, -1, 1),
                                   found["origin"], atol=1e-5)
        np.testing.assert_allclose(np.ravel(image.direction),
                                   found["direction"], atol=1e-5)

    def test_changed_in_memory(self):
        theirs = self.save(np.diag([2, 2, 3, 1.0]))
        theirs.affine[0, 3] = 50
        self.assertEqual(medals.as_image(theirs).origin, (-50, 0, 0))

    def test_refused(self):
        theirs = self.save(np.diag([2, 2, 3, 1.0]))
        theirs.header["xyzt_units"] = 5
        with self.assertRaisesRegex(medals.Error, "unit of length 5"):
            medals.as_image(theirs)
        theirs.header["xyzt_units"] = 2
        theirs.header["pixdim"][2] = 0
        with self.assertRaisesRegex(medals.Error, "pixdim"):
            medals.as_image(theirs)
        plain = nibabel.AnalyzeImage(np.zeros((4, 5, 6), "i2"), np.eye(4))
        with self.assertRaisesRegex(medals.Error, "Analyze"):
            medals.as_image(plain)

    def test_notes_of_itk(self):
        theirs = sitk.Image(4, 5, 6, sitk.sitkInt16)
        for name, good, bad in (
                ("NRRD_space", "left-posterior-superior",
                 "right-anterior-superior-time"),
                ("ITK_VoxelUnits", "mm", "um"), ("NRRD_units[1]", "", "cm")):
            theirs.SetMetaData(name, good)
            medals.as_image(theirs)
            theirs.SetMetaData(name, bad)
            with self.assertRaisesRegex(medals.Error, "EraseMetaData"):
                medals.as_image(theirs)
            theirs.EraseMetaData(name)

    def test_capitals(self):
        for ending in (".NII.GZ", ".Nii", ".NRRD", ".MHA"):
            path = os.path.join(os.path.dirname(self.path), "out" + ending)
            oblique().save(path)
            self.path = path
            found, _ = self.command()
            self.assertEqual(found["size"], [4, 5, 6])
            np.testing.assert_allclose(found["origin"], oblique().origin,
                                       rtol=1e-5)


def slices_of(image: medals.Image, modality: str = "CT") -> list:
    """A DICOM series of an image with right-handed axes."""
    made = []
    for k, plane in enumerate(image.array):
        one = Dataset()
        one.file_meta = FileMetaDataset()
        one.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        one.Modality, one.SeriesInstanceUID = modality, "1.2.3"
        one.Rows, one.Columns = plane.shape
        one.PixelSpacing = [image.spacing[1], image.spacing[0]]
        one.ImagePositionPatient = image.to_lps((0, 0, k)).tolist()
        one.ImageOrientationPatient = image.direction[:, :2].T.ravel().tolist()
        one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
        one.BitsAllocated = one.BitsStored = 16
        one.HighBit, one.PixelRepresentation = 15, 0
        one.RescaleSlope, one.RescaleIntercept = 1, -1024
        one.PixelData = (plane + 1024).astype("<u2").tobytes()
        made.append(one)
    return made


class Dicom(unittest.TestCase):
    def setUp(self):
        image = oblique()
        turn = np.array(image.direction)
        turn[:, 2] *= np.linalg.det(turn)
        self.image = medals.Image(image.array, image.spacing, image.origin,
                                  turn)
        self.slices = slices_of(self.image)

    def test_any_order(self):
        self.slices.sort(key=lambda one: one.PixelData[3])
        mixed = self.slices[::2] + self.slices[1::2]
        image = medals.as_image(mixed)
        same_place(self, image, self.image)
        self.assertEqual(image.modality, "ct")

    def test_monochrome1(self):
        for one in self.slices:
            one.PhotometricInterpretation = "MONOCHROME1"
        image = medals.as_image(self.slices)
        np.testing.assert_array_equal(
            image.array, 65535 - 2048 - self.image.array.astype(int))

    def test_refused(self):
        def change(**fields):
            def apply(slices):
                for name, value in fields.items():
                    setattr(slices[2], name, value)
            return apply

        def tilt(slices):
            for k, one in enumerate(slices):
                moved = (self.image.to_lps((0, 0, k))
                         + self.image.direction[:, 1] * k)
                one.ImagePositionPatient = moved.tolist()

        for spoil, words in (
                (lambda s: s.pop(2), "missing"),
                (lambda s: s.append(s[2]), "same position"),
                (tilt, "gantry tilt"),
                (change(SeriesInstanceUID="1.2.4"), "SeriesInstanceUID"),
                (change(Rows=9), "Rows differs"),
                (change(ImagePositionPatient=None), "ImagePositionPatient"),
                (change(ImageOrientationPatient=[1, 0, 0, 0, 1, 0]),
                 "orientation"),
                (change(SamplesPerPixel=3), "colour"),
                (change(NumberOfFrames=4), "4 frames")):
            slices = slices_of(self.image)
            spoil(slices)
            with self.assertRaisesRegex(medals.Error, words):
                medals.as_image(slices)

    def test_real_series(self):
        folder = SHARED / "data" / "dicom"
        if not folder.exists():
            self.skipTest(f"no {folder}: the folder with real volumes")
        for series in sorted(p for p in folder.iterdir() if p.is_dir()):
            with self.subTest(series=series.name):
                names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(
                    str(series))
                expected = medals.as_image(sitk.ReadImage(names))
                found = medals.as_image([pydicom.dcmread(n) for n in
                                         reversed(names)])
                same_place(self, found, expected, 1e-3)


if __name__ == "__main__":
    unittest.main()
