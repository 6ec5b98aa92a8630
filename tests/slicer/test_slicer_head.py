"""A whole head from text to file and back: names, codes, geometry, sides."""
import pathlib
import tempfile
import unittest

import engine_paths
import nibabel
import numpy as np
import slicer
import slicerio
from scenes import SceneTest

from MedalSLib import geometry
from MedalSLib.logic import Logic

TEXTS = "left hippocampus\nright hippocampus\nbrain stem"
SCT = "SCT"


@engine_paths.need_head
class Head(SceneTest):
    """ch2, the T1 head of mricron-data."""

    def setUp(self):
        super().setUp()
        self.logic = Logic()
        self.addCleanup(self.logic.close)
        self.errors, self.progress = [], []
        self.logic.on_error = self.errors.append
        self.logic.on_progress = lambda *report: self.progress.append(report)
        self.logic.modality = "mri"
        self.volume = self.application.volumes.AddArchetypeVolume(
            str(engine_paths.CH2), "ch2")

    def wait(self):
        self.logic.wait(600)
        self.assertEqual(self.errors, [])

    def centre(self, name):
        """Mean RAS point of a segment."""
        segments = self.logic.segments
        box = segments.box(name)
        at = np.argwhere(segments.read(name, box))[:, ::-1] + box[::2]
        return geometry.ijk_to_world(self.volume, at.mean(axis=0))[0]

    def test_text_click_stroke_refine_save(self):
        self.logic.choose(self.volume)
        self.assertIn("in MRI", self.logic.open_model())
        left, right, stem = self.logic.segment(TEXTS)
        self.wait()
        self.check_sides(left, right, stem)
        self.check_progress()
        counts = [self.logic.voxels(name) for name in (left, right, stem)]

        self.logic.click_world(left, self.centre(left) + (0, 3, 3))
        stroke = self.logic.begin_stroke(stem, self.centre(stem)[None])
        for step in range(1, 6):
            stroke.append(self.centre(stem)[None] + (0, 0, -2.0 * step))
        stroke.end()
        self.wait()
        touched = [self.logic.voxels(name) for name in (left, right, stem)]
        self.logic.refine(1, [left])
        self.wait()
        for _ in range(2):
            self.logic.undo()
        self.wait()
        self.logic.redo()
        self.wait()
        self.assertEqual([self.logic.voxels(name) for name in
                          (left, right, stem)], touched)
        self.assertGreater(min(counts), 500)
        self.check_file((left, right, stem))

    def check_sides(self, left, right, stem):
        """RAS: the left one has the smaller x."""
        self.assertLess(self.centre(left)[0], self.centre(stem)[0] - 10)
        self.assertGreater(self.centre(right)[0], self.centre(stem)[0] + 10)

    def check_progress(self):
        fractions = [report[0] for report in self.progress]
        self.assertGreater(len(fractions), 3)
        self.assertEqual(fractions, sorted(fractions))
        self.assertTrue(any(report[2] > 0 for report in self.progress))

    def check_file(self, names):
        """What Slicer writes, slicerio and Slicer read the same."""
        segments = self.logic.segments
        with tempfile.TemporaryDirectory() as folder:
            path = str(pathlib.Path(folder) / "head.seg.nrrd")
            store = slicer.mrmlScene.AddNewNodeByClass(
                "vtkMRMLSegmentationStorageNode")
            store.SetFileName(path)
            self.assertTrue(store.WriteData(self.logic.segmentation))
            self.check_slicerio(slicerio.read_segmentation(path), names)
            again = slicer.mrmlScene.AddNewNodeByClass(
                "vtkMRMLSegmentationNode")
            self.assertTrue(store.ReadData(again))
        for name in names:
            one = segments.get(name)
            other = again.GetSegmentation().GetSegment(name)
            self.assertEqual(one.GetName(), other.GetName())
            self.assertEqual(one.GetTerminology(), other.GetTerminology())
            np.testing.assert_allclose(one.GetColor(), other.GetColor(),
                                       atol=1e-5)
            np.testing.assert_array_equal(*(
                slicer.util.arrayFromSegmentBinaryLabelmap(
                    node, name, self.volume)
                for node in (self.logic.segmentation, again)))

    def check_slicerio(self, found, names):
        truth = nibabel.load(engine_paths.CH2)
        voxels = np.asarray(found["voxels"])
        for name in names:
            segment = next(s for s in found["segments"] if s["id"] == name)
            own = self.logic.segments.get(name)
            self.assertEqual(segment["name"], own.GetName())
            kind = own.GetTerminology().split("~")[2].split("^")
            self.assertEqual(kind[0], SCT)
            self.assertEqual(segment["terminology"]["type"], kind)
            at = np.argwhere(voxels == segment["labelValue"])
            self.assertEqual(len(at), self.logic.voxels(name))
            lps = found["ijkToLPS"] @ np.append(at.mean(axis=0), 1)
            np.testing.assert_allclose(lps[:3] * (-1, -1, 1),
                                       self.centre(name), atol=1e-3)
            ras = np.linalg.inv(truth.affine) @ np.append(
                self.centre(name), 1)
            self.assertTrue((0 <= ras[:3]).all())
            self.assertTrue((ras[:3] < truth.shape).all())


if __name__ == "__main__":
    unittest.main()
