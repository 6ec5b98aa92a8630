"""What segment() and as_image() can be given, and what save() leaves: no bit
of the place is lost, left stays left."""
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import head
import medals
import nibabel
import numpy as np
import pydicom
import SimpleITK as sitk
from medals import files, nrrd
from test_readers import oblique, slices_of

ENDINGS = (".nii", ".nii.gz", ".nrrd", ".mha")


#: pydicom's word for "with preamble and meta data".
WHOLE_FILE = ({"enforce_file_format": True} if pydicom.__version__ >= "3"
              else {"write_like_original": False})


class FakeTensor:
    """What of torch.Tensor and MONAI's MetaTensor we look at."""

    def __init__(self, array, affine=None, space=None):
        self._array = np.asarray(array)
        if affine is not None:
            self.affine = FakeTensor(affine)
            self.meta = {} if space is None else {"space": space}

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self._array


def bits(image: medals.Image) -> tuple:
    """Spacing, origin, direction, to the last bit; -0 is 0."""
    return (image.spacing, tuple(np.array(image.origin) + 0.0),
            tuple(np.ravel(image.direction) + 0.0))


def straight() -> medals.Image:
    """Lengths that float32 cannot hold, axes along the patient's."""
    return medals.Image(np.arange(120, dtype="i2").reshape(6, 5, 4),
                        (0.7, 0.8, 2.1), (-3.3, 8.1, 100.7))


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class Paths(Folder):
    def test_every_ending_by_str_and_path(self):
        for ending in ENDINGS:
            path = self.folder / ("scan" + ending)
            oblique().save(path)
            for given in (path, str(path), os.fsencode(path)):
                image = medals.as_image(given)
                np.testing.assert_array_equal(image.array, oblique().array)
                np.testing.assert_allclose(image.affine, oblique().affine,
                                           atol=1e-5)

    def test_not_there(self):
        with self.assertRaisesRegex(OSError, "^no/scan.nii.gz: no such file"
                                    ) as caught:
            medals.segment("no/scan.nii.gz", ["liver"])
        self.assertIsInstance(caught.exception, medals.IoError)
        self.assertEqual(caught.exception.errno, 2)

    def test_not_an_image(self):
        for ending in ENDINGS + (".png", ".dcm", ".hdr", ".seg.nrrd"):
            for content in (b"", b"no image", b"NRRD0004\n\n",
                            bytes(128) + b"DICM" + bytes(99)):
                path = self.folder / ("scan" + ending)
                path.write_bytes(content)
                with self.assertRaises(medals.Error) as caught:
                    medals.as_image(path)
                line = str(caught.exception)
                self.assertNotIn("\n", line)
                self.assertGreater(len(line), 20)

    def test_package_that_is_missing(self):
        """One line that says what to install."""
        series = self.folder / "series"
        series.mkdir()
        for name, lacking, words in (
                ("scan.nii.gz", ("nibabel", "SimpleITK"),
                 "pip install nibabel"),
                ("scan.mhd", ("SimpleITK",), "pip install SimpleITK"),
                ("scan.dcm", ("pydicom",), "pip install pydicom"),
                ("series", ("pydicom",), "pip install pydicom")):
            path = self.folder / name
            if not path.is_dir():
                path.write_bytes(b"")
            with mock.patch.dict(sys.modules, dict.fromkeys(lacking)), \
                    mock.patch.object(files, "installed",
                                      lambda one: one not in lacking), \
                    self.assertRaisesRegex(medals.InputError, words
                                           ) as caught:
                medals.as_image(path)
            self.assertNotIn("\n", str(caught.exception))

    def test_by_simpleitk_alone(self):
        path = self.folder / "scan.nii.gz"
        oblique().save(path)
        with mock.patch.object(files, "installed",
                               lambda one: one != "nibabel"):
            image = medals.as_image(path)
        np.testing.assert_allclose(image.affine, oblique().affine, atol=1e-5)


class DicomFolder(Folder):
    def save(self, slices):
        for number, one in enumerate(slices):
            one.SOPClassUID = pydicom.uid.CTImageStorage
            one.SOPInstanceUID = f"{one.SeriesInstanceUID}.{number}"
            one.file_meta.MediaStorageSOPClassUID = one.SOPClassUID
            one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
            if pydicom.__version__ < "3":
                one.is_little_endian, one.is_implicit_VR = True, False
            pydicom.dcmwrite(self.folder / f"{one.SeriesInstanceUID}-"
                             f"{(number * 5) % 7}", one,
                             **WHOLE_FILE)

    def test_folder(self):
        image = straight()
        self.save(slices_of(image))
        (self.folder / "notes.txt").write_text("no DICOM")
        found = medals.as_image(self.folder)
        np.testing.assert_array_equal(found.array, image.array)
        np.testing.assert_allclose(found.affine, image.affine, atol=1e-6)
        self.assertEqual(found.modality, "ct")

    def test_two_series(self):
        one, other = slices_of(straight()), slices_of(straight())[:3]
        for data in other:
            data.SeriesInstanceUID = "1.2.4"
            data.SeriesDescription = "Localizer"
        self.save(one)
        self.save(other)
        with self.assertRaisesRegex(medals.InputError, "2 series, 6 of CT "
                                    "'without description'; 3 of CT "
                                    "'Localizer'; expected one"):
            medals.as_image(self.folder)

    def test_empty_folder(self):
        (self.folder / "below").mkdir()
        with self.assertRaisesRegex(medals.InputError, "no DICOM image"):
            medals.as_image(str(self.folder))


class Bits(Folder):
    """Spacing, origin and direction as they came, in all 48 orders."""

    def test_simpleitk(self):
        for base in (straight(), oblique()):
            for order in head.all_orders():
                theirs = head.reorder(base, *order).to_sitk()
                back = medals.as_image(theirs).like(
                    medals.as_image(theirs).array).to_sitk()
                for name in ("Spacing", "Origin", "Direction"):
                    self.assertEqual(getattr(theirs, "Get" + name)(),
                                     getattr(back, "Get" + name)())

    def test_nibabel(self):
        for base in (straight(), oblique()):
            for order in head.all_orders():
                theirs = head.reorder(base, *order).to_nibabel()
                image = medals.as_image(theirs)
                np.testing.assert_array_equal(image.affine, theirs.affine)
                np.testing.assert_array_equal(
                    image.like(image.array).to_nibabel().affine,
                    theirs.affine)

    def test_files(self):
        """What is written says the same when it is read, and again."""
        for base in (straight(), oblique()):
            for number, order in enumerate(head.all_orders()):
                image = head.reorder(base, *order)
                ending = ENDINGS[number % len(ENDINGS)]
                path = self.folder / ("a" + ending)
                image.save(path)
                first = medals.as_image(path)
                again = self.folder / ("b" + ending)
                first.like(first.array).save(again)
                second = medals.as_image(again)
                self.assertEqual(bits(first), bits(second), ending)
                np.testing.assert_array_equal(first.affine, second.affine)
                if ending == ".mha" or (ending == ".nrrd"
                                        and base.direction[0, 0] == 1):
                    self.assertEqual(bits(first), bits(image), ending)

    def test_tensor(self):
        for order in head.all_orders():
            image = head.reorder(oblique(), *order)
            for space, turn in ((None, np.eye(4)), ("RAS", np.eye(4)), (
                    "LPS", np.diag([-1, -1, 1, 1]))):
                tensor = FakeTensor(image.array.T[None], turn @ image.affine,
                                    space)
                found = medals.as_image(tensor)
                np.testing.assert_array_equal(found.affine, image.affine)
                np.testing.assert_array_equal(found.array, image.array)

    def test_from_affine(self):
        image = oblique()
        found = medals.Image.from_affine(image.array.T, image.affine)
        np.testing.assert_array_equal(found.affine, image.affine)
        moved = medals.Image.from_affine(image.array.T, image.affine)
        moved.origin = (1.0, 2.0, 3.0)
        np.testing.assert_array_equal(moved.affine[:3, 3], (-1, -2, 3))

    def test_tensor_refused(self):
        for tensor, words in (
                (FakeTensor(np.zeros((1, 2, 3, 4))), "without affine"),
                (FakeTensor(np.zeros((2, 2, 3, 4)), np.eye(4)),
                 "one channel")):
            with self.assertRaisesRegex(medals.Error, words):
                medals.as_image(tensor)


class Saved(Folder):
    def test_atomic(self):
        """Under its name only when it is on the disk; nothing left over."""
        path, steps = self.folder / "a.nrrd", []
        sync, replace = os.fsync, os.replace

        def note_sync(handle):
            kind = os.fstat(handle).st_mode
            steps.append("folder" if stat.S_ISDIR(kind) else "file")
            sync(handle)

        def note_replace(one, other):
            steps.append("name")
            replace(one, other)

        with mock.patch("os.fsync", note_sync), \
                mock.patch("os.replace", note_replace):
            oblique().save(path)
        self.assertEqual(steps, ["file", "name", "folder"])
        before = path.read_bytes()
        with mock.patch("os.fsync", side_effect=OSError(28, "full")), \
                self.assertRaises(medals.NoSpaceError):
            straight().save(path)
        self.assertEqual(path.read_bytes(), before)
        self.assertEqual(os.listdir(self.folder), ["a.nrrd"])

    def test_others_read_it(self):
        for ending in ENDINGS:
            for dtype in ("u1", "i2", "u4", "f4", "f8"):
                image = oblique().like(oblique().array.astype(dtype))
                # ITK takes the voxels of a.nii.gz from an a.nii beside it.
                path = str(self.folder / (ending[1:] + ending))
                image.save(path)
                theirs = sitk.ReadImage(path)
                np.testing.assert_array_equal(
                    sitk.GetArrayFromImage(theirs), image.array)
                np.testing.assert_allclose(theirs.GetSpacing(), image.spacing,
                                           rtol=1e-6)
                np.testing.assert_allclose(theirs.GetOrigin(), image.origin,
                                           rtol=1e-5)
                np.testing.assert_allclose(
                    theirs.GetDirection(), np.ravel(image.direction),
                    atol=1e-6)

    def test_needs_no_package(self):
        path = self.folder / "a.nrrd"
        code = ("import sys, medals, numpy\n"
                "for name in ('SimpleITK', 'nibabel', 'pydicom'):\n"
                "    sys.modules[name] = None\n"
                "image = medals.Image(numpy.ones((2, 3, 4), 'u1'))\n"
                "image.save(sys.argv[1]); image.save(sys.argv[1] + '.mha')\n"
                "image.save(sys.argv[1] + '.seg.nrrd')\n"
                "print(medals.as_image(sys.argv[1]))")
        found = subprocess.run([sys.executable, "-B", "-c", code, str(path)],
                               check=True, capture_output=True, text=True)
        self.assertEqual(found.stdout.strip(),
                         "Image(4x3x2 uint8, spacing 1 x 1 x 1 mm)")


class Nrrd(Folder):
    HEADER = {"type": "short", "dimension": "3", "sizes": "4 3 2",
              "space": "left-posterior-superior", "endian": "little",
              "space directions": "(1,0,0) (0,1,0) (0,0,2)",
              "space origin": "(1,2,3)", "encoding": "raw"}

    def file(self, voxels=None, **changes):
        fields = dict(self.HEADER)
        for name, value in changes.items():
            fields[name.replace("_", " ")] = value
        path = self.folder / "a.nrrd"
        lines = "".join(f"{name}: {value}\n" for name, value in
                        fields.items() if value is not None)
        if voxels is None:
            voxels = np.arange(24, dtype="<i2").tobytes()
        path.write_bytes(b"NRRD0004\n# comment\n" + lines.encode() + b"\n"
                         + voxels)
        return path

    def test_spaces(self):
        for space, origin in (("left-posterior-superior", (1, 2, 3)),
                              ("RAS", (-1, -2, 3)), ("LAS", (1, -2, 3))):
            image = medals.as_image(self.file(space=space))
            self.assertEqual(image.origin, origin)
            self.assertEqual(image.spacing, (1, 1, 2))

    def test_packed_and_turned(self):
        import bz2
        import gzip
        plain = np.arange(24, dtype=">i2").tobytes()
        for encoding, packed in (("gzip", gzip.compress(plain)),
                                 ("bzip2", bz2.compress(plain)),
                                 ("raw", plain)):
            image = medals.as_image(self.file(packed, encoding=encoding,
                                              endian="big"))
            np.testing.assert_array_equal(image.array.ravel(), range(24))

    def test_voxels_elsewhere_by_simpleitk(self):
        path = str(self.folder / "a.nhdr")
        sitk.WriteImage(oblique().to_sitk(), path)
        np.testing.assert_array_equal(medals.as_image(path).array,
                                      oblique().array)

    def test_hostile(self):
        import gzip
        for words, changes in (
                ("sizes", {"sizes": "4 3"}),
                ("sizes", {"sizes": "4 3 0"}),
                ("cut off", {"sizes": "2000000000 2000000000 2000000000"}),
                ("cut off", {"sizes": "4 3 3"}),
                ("dimension 4", {"dimension": "4", "sizes": "4 3 2 1"}),
                ("type", {"type": "block"}),
                ("endian", {"endian": None}),
                ("space", {"space": "scanner-xyz"}),
                ("space", {"space": None}),
                ("units", {"space_units": '"cm" "cm" "cm"'}),
                ("directions", {"space_directions": "(1,0) (0,1) (1,1)"}),
                ("directions", {"space_directions": "none"}),
                ("affine", {"space_directions": "(nan,0,0) (0,1,0) (0,0,1)"}),
                ("sheared", {"space_directions": "(1,0,0) (1,1,0) (0,0,1)"}),
                ("encoding", {"encoding": "hex"}),
                ("unpacked", {"encoding": "gzip"}),
                ("cut off", {"encoding": "gzip", "voxels":
                             gzip.compress(bytes(48))[:12]})):
            with self.assertRaisesRegex(medals.InputError, words) as caught:
                nrrd.read(str(self.file(**changes)))
            self.assertNotIn("\n", str(caught.exception))

    def test_bomb(self):
        """A file that unpacks to more than its sizes takes no more memory."""
        import gzip
        bomb = gzip.compress(bytes(1 << 26))
        image = medals.as_image(self.file(bomb, encoding="gzip"))
        self.assertEqual(image.array.nbytes, 48)


@head.need_head
class Segment(Folder):
    def test_a_scan_however_it_comes(self):
        """The same labels, from all that can be given; left is left."""
        expected = medals.segment(head.head(), head.TEXTS)
        self.assertGreater(expected.to_lps(np.argwhere(
            expected.mask(head.TEXTS[0]))[:, ::-1]).mean(0)[0], 3)
        theirs, image = head.thin_nifti(), head.head()
        path = self.folder / "scan.nii.gz"
        theirs.to_filename(path)
        turned = head.reorder(image, (1, 2, 0), (True, False, True))
        for given in (path, str(path), theirs, image.to_sitk(),
                      FakeTensor(image.array.T[None], image.affine)):
            found = medals.segment(given, list(head.TEXTS), modality="mr")
            np.testing.assert_array_equal(found.array, expected.array)
            np.testing.assert_array_equal(found.affine, image.affine)
        found = medals.segment(turned.to_nibabel(), list(head.TEXTS),
                               modality="mr")
        np.testing.assert_array_equal(found.affine, turned.affine)
        np.testing.assert_array_equal(head.back(
            found.array, (1, 2, 0), (True, False, True)), expected.array)


if __name__ == "__main__":
    unittest.main()
