"""A Labelmap as an array, as a file with names, colours and codes, as an
image of others, and as a picture."""
import os
import pathlib
import struct
import subprocess
import tempfile
import unittest
import zlib

import head
import medals
import numpy as np
import SimpleITK as sitk
from medals import labelmap, preview
from medals.label import Label, free_colour
from test_readers import oblique

COMMAND = pathlib.Path(os.environ["MEDALS_BUILD"]) / "bin/medals"
ENTRY = ("Segmentation category and type - 3D Slicer General Anatomy list"
         "~SCT^123037004^Anatomical Structure~SCT^64033007^Kidney"
         "~SCT^7771000^Left~Anatomic codes - DICOM master list~^^~^^")


def made(image=None, modality=None) -> medals.Labelmap:
    """A labelmap of three values, the third without a name."""
    image = oblique() if image is None else image
    image.modality = modality
    array = np.zeros(image.array.shape, "u1")
    array[1:3, 1:4, 1:3] = 1
    array[3:5, 2:4, 1:3] = 2
    array[5, 0, 0] = 7
    ml = float(np.prod(image.spacing)) / 1000
    labels = [Label(1, "left\nkidney \\ N\u00e4he", "left kidney", True, 12,
                    12 * ml, 0.75, (10, 20, 30), ENTRY),
              Label(2, "cyst: 2", None, False, 8, 8 * ml, None,
                    (255, 128, 0))]
    return labelmap.labelmap_on(image, array, labels, ["a warning"])


def pixels_of(png: bytes) -> np.ndarray:
    """[rows,columns,3] of a PNG without filters."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    place, data, size = 8, b"", (0, 0)
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place:place + 8])
        body = png[place + 8:place + 8 + length]
        check, = struct.unpack(">I", png[place + 8 + length:][:4])
        assert check == zlib.crc32(kind + body)
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
        data += body if kind == b"IDAT" else b""
        place += 12 + length
    rows = np.frombuffer(zlib.decompress(data), "u1").reshape(
        size[1], 1 + 3 * size[0])
    return rows[:, 1:].reshape(size[1], size[0], 3)


class Arrays(unittest.TestCase):
    def test_numpy(self):
        labels = made()
        self.assertTrue(np.shares_memory(np.asarray(labels), labels.array))
        self.assertEqual(np.asarray(labels, "i4").dtype, np.int32)
        self.assertFalse(np.shares_memory(np.array(labels), labels.array))
        self.assertEqual(int(np.max(labels)), 7)
        copied = labels.__array__(copy=True)
        self.assertFalse(np.shares_memory(copied, labels.array))
        self.assertTrue(np.shares_memory(labels.__array__(copy=False),
                                         labels.array))

    @unittest.skipIf(np.lib.NumpyVersion(np.__version__) < "2.0.0b1",
                     "NumPy 1 has no copy=False that refuses")
    def test_numpy_2(self):
        labels = made()
        self.assertTrue(np.shares_memory(np.asarray(labels, copy=False),
                                         labels.array))
        with self.assertRaisesRegex(ValueError, "uint8; expected float32"):
            np.asarray(labels, "f4", copy=False)

    def test_labels(self):
        labels = made()
        kidney, cyst = labels[1], labels["cyst: 2"]
        self.assertEqual(kidney.code, medals.Code("SCT", "64033007",
                                                  "Kidney"))
        self.assertEqual(kidney.code_modifier.meaning, "Left")
        self.assertEqual((kidney.confidence, cyst.confidence), (0.75, None))
        self.assertIsNone(cyst.code)
        self.assertEqual(labels.colours, {1: (10, 20, 30), 2: (255, 128, 0)})
        with self.assertRaisesRegex(medals.InputError, "'spleen': not in"):
            labels["spleen"]
        self.assertIn("cyst: 2", repr(labels))

    def test_broken_codes(self):
        for entry in (None, "", "~", "a~b~c", "a~b~^^", "a~b~SCT^1",
                      "a~b~SCT^1^x^y"):
            label = Label(1, "a", None, False, 0, 0.0, None, (0, 0, 0), entry)
            self.assertIsNone(label.code)
            self.assertIsNone(label.code_modifier)

    def test_others(self):
        labels = made()
        theirs = labels.to_sitk()
        self.assertEqual(theirs.GetPixelID(), sitk.sitkUInt8)
        self.assertEqual(theirs[1, 1, 1], 1)
        ours = labels.to_nibabel()
        self.assertEqual(ours.get_data_dtype(), np.uint8)
        self.assertEqual(np.asarray(ours.dataobj)[1, 1, 1], 1)


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_every_ending(self):
        for ending in (".seg.nrrd", ".nii.gz", ".nrrd", ".mha", ".nii"):
            path = self.folder / (ending[1:] + ending)
            made().save(path)
            found = medals.as_image(path)
            np.testing.assert_array_equal(found.array, made().array)
            np.testing.assert_allclose(found.affine, made().affine,
                                       atol=1e-5)
            self.assertEqual(found.array.dtype, np.uint8)

    def test_names_colours_codes(self):
        path = self.folder / "a.seg.nrrd"
        made().save(path)
        found = medals.as_image(path)
        self.assertIsInstance(found, medals.Labelmap)
        self.assertEqual([label.name for label in found.labels],
                         ["left kidney \\ N\u00e4he", "cyst: 2", "Segment_7"])
        self.assertEqual([label.colour for label in found.labels],
                         [(10, 20, 30), (255, 128, 0), free_colour(7)])
        self.assertEqual(found[1].code, made()[1].code)
        self.assertEqual(found[1].code_modifier, made()[1].code_modifier)
        self.assertAlmostEqual(found[1].ml, made()[1].ml, 12)
        self.assertEqual([label.voxels for label in found.labels],
                         [12, 8, 1])

    def test_fractions_are_no_segments(self):
        image = medals.Image(np.ones((2, 3, 4)))
        with self.assertRaisesRegex(medals.InputError, "float64 voxels"):
            image.save(self.folder / "a.seg.nrrd")
        self.assertEqual(os.listdir(self.folder), [])


class Picture(unittest.TestCase):
    def test_sides_in_48_orders(self):
        """The right of the patient is left in the picture, anterior too;
        up is superior: whatever order the voxels are stored in."""
        grey = np.zeros((30, 40, 50), "i2")
        image = medals.Image(grey, (2, 2, 2))
        for order in head.all_orders():
            array = np.zeros(grey.shape, "u1")
            array[2:6, 2:8, 2:10] = 1  # inferior, anterior, right
            array[24:28, 30:36, 40:44] = 2
            labels = image.like(array)
            turned = head.reorder(labels, *order)
            scan = head.reorder(image, *order)
            sheet = pixels_of(preview.png_of(
                preview.slices_of(scan, turned.array),
                {1: (255, 0, 0), 2: (0, 0, 255)}))
            starts = [(0, 256), (260, 516), (520, 725)]
            red = sheet[:, :, 0].astype(int) > sheet[:, :, 2] + 50
            at = [np.argwhere(red[:, a:b]).mean(0) if red[:, a:b].any()
                  else None for a, b in starts]
            axial, coronal, sagittal = at
            self.assertLess(axial[1], 100)  # right
            self.assertLess(axial[0], 128)  # anterior is up
            self.assertLess(coronal[1], 100)
            self.assertGreater(coronal[0], 128)  # inferior is down
            self.assertLess(sagittal[1], 100)  # anterior
            self.assertGreater(sagittal[0], 128)

    def test_spacing(self):
        """Millimetres are as long down as across."""
        image = medals.Image(np.zeros((10, 50, 100), "i2"), (1, 2, 10))
        labels = labelmap.labelmap_on(image, np.ones((10, 50, 100), "u1"), [])
        self.assertEqual(pixels_of(labels._repr_png_()).shape,
                         (256, 256 * 3 + 8, 3))

    def test_any_image(self):
        """Nothing labelled, one value, not finite, thin, bits: a picture."""
        for array in (np.zeros((1, 1, 1)), np.full((3, 1, 9), np.nan),
                      np.full((3, 4, 5), np.inf), np.ones((3, 4, 5), bool),
                      np.full((2, 600, 3), -5, "i8"),
                      np.ones((3, 4, 5), "f2")):
            image = medals.Image(array)
            for fill in (0, 3):
                labels = labelmap.labelmap_on(
                    image, np.full(array.shape, fill, "u2"), [])
                self.assertGreater(pixels_of(labels._repr_png_()).size, 0)

    def test_keeps_no_scan(self):
        image = medals.Image(np.zeros((20, 300, 300), "i2"))
        labels = made(image)
        for panel in labels._slices.panels:
            self.assertFalse(np.shares_memory(panel.grey, image.array))
            self.assertFalse(np.shares_memory(panel.labels, labels.array))

    def test_small_in_big(self):
        array = np.zeros((300, 300, 300), "u1")
        array[151, 77, 203] = 1
        slices = preview.slices_of(medals.Image(array), array)
        for panel in slices.panels:
            self.assertEqual(panel.labels.max(), 1)

    def test_not_of_a_file(self):
        self.assertIsNone(medals.Labelmap(np.zeros((2, 3, 4), "u1")
                                          )._repr_png_())


@head.need_head
class Answers(unittest.TestCase):
    def test_segment_and_session(self):
        """Colour, code, confidence and volume of what the model says."""
        image = head.head()
        labels = medals.segment(image, head.TEXTS)
        with medals.Session(image, classes=[*head.TEXTS, None]) as session:
            session.predict()
            theirs = session.labelmap()
        for found in (labels, theirs):
            for label, meaning in zip(found.labels, ("Left", "Right")):
                self.assertEqual(label.code.scheme, "SCT")
                self.assertIn("halamus", label.code.meaning)
                self.assertEqual(label.code_modifier.meaning, meaning)
                self.assertEqual(label.colour, medals.default_model().match(
                    label.name, "mr").rgb)
                self.assertTrue(0 < label.confidence <= 1)
                self.assertAlmostEqual(
                    label.ml, (found.array == label.value).sum()
                    * np.prod(image.spacing) / 1000, 6)
            self.assertTrue(found._repr_png_().startswith(b"\x89PNG"))
        self.assertEqual(theirs.labels[2].colour, free_colour(3))
        self.assertIsNone(theirs.labels[2].code)

    def test_same_file_as_the_commands(self):
        """Of one scan and one sentence: every line, every voxel."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            scan, theirs, ours = (folder / "scan.nii", folder / "a.seg.nrrd",
                                  folder / "b.seg.nrrd")
            head.thin_nifti().to_filename(scan)
            subprocess.run(
                [COMMAND, "segment", scan, "--text", ";".join(head.TEXTS),
                 "--modality", "mr", "-o", theirs, "--quiet"], check=True,
                stdout=subprocess.DEVNULL)
            medals.segment(scan, head.TEXTS, modality="mr").save(ours)
            texts = [path.read_bytes().split(b"\n\n")[0].decode().split("\n")
                     for path in (ours, theirs)]
            self.assertEqual([line for line in texts[0] if ":=" in line],
                             [line for line in texts[1] if ":=" in line])
            one, other = medals.as_image(ours), medals.as_image(theirs)
            np.testing.assert_array_equal(one.array, other.array)
            np.testing.assert_allclose(one.affine, other.affine, atol=1e-6)
            self.assertEqual(one.labels, other.labels)

    def test_names_come_back(self):
        """A saved labelmap opens a session with its names."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.seg.nrrd")
            medals.segment(head.head(), head.TEXTS).save(path)
            with medals.Session(head.head(), labelmap=path) as session:
                self.assertEqual([c.name for c in session.classes],
                                 list(head.TEXTS))


if __name__ == "__main__":
    unittest.main()
