"""Masking: as Slicer's own effects obey it."""
import unittest

import numpy as np
import slicer
from vtk.util.numpy_support import vtk_to_numpy
from scenes import (ORIENTATIONS, TURN, SceneTest, add_segmentation,
                    add_transform, add_volume, matrix_of)

from MedalSLib import geometry, masking
from MedalSLib.masking import Rules
from MedalSLib.segments import Segments

SIZE = (16, 18, 20)
WHOLE = (0, 16, 0, 18, 0, 20)
NODE = slicer.vtkMRMLSegmentationNode
EDITOR = slicer.vtkMRMLSegmentEditorNode


class Masking(SceneTest):
    """Three segments: the edited one, one beside it, one hidden."""

    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(3)
        self.array = rng.integers(0, 100, SIZE[::-1]).astype(np.int16)
        volume = add_volume(self.array, matrix_of(TURN @ ORIENTATIONS[19]))
        self.segments = Segments(add_segmentation(), volume)
        self.segments.prepare()
        self.segments.node.CreateDefaultDisplayNodes()
        self.masks = {}
        for name in ("edited", "seen", "hidden"):
            segment = self.segments.make(name)
            mask = rng.random(SIZE[::-1]) < 0.3
            self.segments.write([(segment, WHOLE, mask)])
            self.masks[name] = (segment, mask)
        self.edited = self.masks["edited"][0]
        self.segments.node.GetDisplayNode().SetSegmentVisibility(
            self.masks["hidden"][0], False)

    def editor(self, **settings):
        """A Segment Editor node with settings, in the scene."""
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
        node.SetAndObserveSegmentationNode(self.segments.node)
        node.SetSelectedSegmentID(self.edited)
        for name, value in settings.items():
            getattr(node, "Set" + name)(*(value if isinstance(value, tuple)
                                          else (value,)))
        return node

    def slicers_answer(self, editor, modifier):
        """The edited segment after Slicer's own editor logic added a mask."""
        editor.SetAndObserveSourceVolumeNode(self.segments.volume)
        logic = slicer.vtkSlicerSegmentEditorLogic()
        logic.SetMRMLScene(slicer.mrmlScene)
        logic.SetSegmentEditorNode(editor)
        for update in (logic.ResetModifierLabelmapToDefault,
                       logic.UpdateAlignedSourceVolume,
                       logic.UpdateMaskLabelmap,
                       logic.UpdateReferenceGeometryImage):
            self.assertTrue(update())
        image = slicer.vtkOrientedImageData()
        image.DeepCopy(logic.GetModifierLabelmap())
        scalars = vtk_to_numpy(
            image.GetPointData().GetScalars())
        scalars.reshape(SIZE[::-1])[:] = modifier
        logic.ModifySegmentByLabelmap(
            self.segments.node, self.edited, image,
            logic.ModificationModeAdd, True, False)

    def check_against_slicer(self, **settings):
        """Ours lets through just what Slicer's editor lets through."""
        editor = self.editor(**settings)
        rules = masking.rules_of(self.segments, editor, overwrite=True)
        modifier = np.random.default_rng(4).random(SIZE[::-1]) < 0.4
        allowed = masking.editable(rules, self.segments, self.edited, WHOLE)
        added = modifier if allowed is None else modifier & allowed
        before = self.segments.read(self.edited, WHOLE) != 0
        expected = {self.edited: before | added}
        for loser in masking.losers(rules, self.segments, [self.edited]):
            expected[loser] = (self.segments.read(loser, WHOLE) != 0) & ~added
        self.slicers_answer(editor, modifier)
        for name, mask in expected.items():
            np.testing.assert_array_equal(
                self.segments.read(name, WHOLE) != 0, mask)

    def test_areas(self):
        for area in (NODE.EditAllowedInsideAllSegments,
                     NODE.EditAllowedInsideVisibleSegments,
                     NODE.EditAllowedOutsideAllSegments,
                     NODE.EditAllowedOutsideVisibleSegments):
            with self.subTest(area=NODE.ConvertMaskModeToString(area)):
                self.check_against_slicer(
                    MaskMode=area, OverwriteMode=EDITOR.OverwriteNone)

    def test_inside_one_segment(self):
        self.check_against_slicer(
            MaskMode=NODE.EditAllowedInsideSingleSegment,
            MaskSegmentID=self.masks["seen"][0],
            OverwriteMode=EDITOR.OverwriteNone)

    def test_intensity(self):
        self.check_against_slicer(
            SourceVolumeIntensityMask=True,
            SourceVolumeIntensityMaskRange=(20.0, 60.0),
            OverwriteMode=EDITOR.OverwriteNone)

    def test_overwrite_all(self):
        self.check_against_slicer(OverwriteMode=EDITOR.OverwriteAllSegments)

    def test_overwrite_visible(self):
        self.check_against_slicer(
            OverwriteMode=EDITOR.OverwriteVisibleSegments)
        rules = masking.rules_of(self.segments, self.editor(
            OverwriteMode=EDITOR.OverwriteVisibleSegments), overwrite=True)
        self.assertEqual(masking.losers(rules, self.segments, [self.edited]),
                         [self.masks["seen"][0]])

    def test_a_box_of_it(self):
        """A box gives what the whole gives there."""
        rules = Rules(masking.area_of(
            self.segments, NODE.EditAllowedOutsideAllSegments),
            intensity=(10, 80))
        box = (3, 9, 4, 12, 5, 6)
        whole = masking.editable(rules, self.segments, self.edited, WHOLE)
        np.testing.assert_array_equal(
            masking.editable(rules, self.segments, self.edited, box),
            whole[geometry.box_slices(box)])

    def test_panel_touches_no_other(self):
        editor = self.editor(OverwriteMode=EDITOR.OverwriteAllSegments)
        rules = masking.rules_of(self.segments, editor)
        self.assertEqual(masking.losers(rules, self.segments, []), [])
        self.assertIsNone(masking.editable(Rules(), self.segments,
                                           self.edited, WHOLE))

    def test_area_that_is_gone(self):
        editor = self.editor(MaskMode=NODE.EditAllowedInsideSingleSegment,
                             MaskSegmentID="gone")
        self.assertFails("masking: the editable area is inside a segment "
                         "that is not there", masking.rules_of,
                         self.segments, editor)

    def test_of_the_moment(self):
        """Segments that go, move, hide or are locked, a region that moves:
        rules stay what they were."""
        region = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsROINode")
        region.SetSize(20, 20, 20)
        region.SetCenter(list(geometry.ijk_to_world(
            self.segments.volume, [(8, 9, 10)])[0]))
        seen, mask = self.masks["seen"]
        for mode in (NODE.EditAllowedInsideSingleSegment,
                     NODE.EditAllowedInsideVisibleSegments,
                     NODE.EditAllowedOutsideVisibleSegments):
            rules = masking.rules_of(self.segments, self.editor(
                MaskMode=mode, MaskSegmentID=seen,
                OverwriteMode=EDITOR.OverwriteVisibleSegments), region, True)
            before = masking.editable(rules, self.segments, self.edited,
                                      WHOLE)
            self.assertTrue(before.any())
            display = self.segments.node.GetDisplayNode()
            display.SetSegmentVisibility(seen, False)
            self.segments.write([(seen, WHOLE, ~mask)])
            region.SetCenter(900, 900, 900)
            np.testing.assert_array_equal(masking.editable(
                rules, self.segments, self.edited, WHOLE), before)
            self.assertEqual(masking.losers(rules, self.segments,
                                            [self.edited]), [seen])
            display.SetSegmentVisibility(seen, True)
            self.segments.write([(seen, WHOLE, mask)])
            region.SetCenter(list(geometry.ijk_to_world(
                self.segments.volume, [(8, 9, 10)])[0]))
        self.segments.segmentation.RemoveSegment(seen)
        slicer.mrmlScene.RemoveNode(region)
        np.testing.assert_array_equal(masking.editable(
            rules, self.segments, self.edited, WHOLE), before)
        self.assertEqual(masking.losers(rules, self.segments, []),
                         [self.edited])


class Regions(SceneTest):
    """A markups ROI, turned and moved, against Slicer's own test of a
    point."""

    def check(self, volume, region):
        inside = masking.in_region(masking.region_of(region, volume), WHOLE)
        self.assertTrue(0 < inside.sum() < inside.size)
        rng = np.random.default_rng(5)
        for k, j, i in rng.integers(0, SIZE[::-1], (300, 3)):
            point = geometry.ijk_to_world(volume, [(i, j, k)])[0]
            self.assertEqual(bool(inside[k, j, i]),
                             bool(region.IsPointInROIWorld(list(point))))

    def region(self, volume):
        region = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsROINode")
        region.SetSize(9.3, 12.1, 21.7)
        region.SetCenter(list(geometry.ijk_to_world(
            volume, [(6.2, 8.1, 9.4)])[0]))
        return region

    def test_plain(self):
        volume = add_volume(np.zeros(SIZE[::-1], np.int16), matrix_of(TURN))
        self.check(volume, self.region(volume))

    def test_turned(self):
        volume = add_volume(np.zeros(SIZE[::-1], np.int16),
                            matrix_of(ORIENTATIONS[21]))
        volume.SetAndObserveTransformNodeID(add_transform(
            matrix_of(TURN, (1, 1, 1), (3, 2, 1))).GetID())
        region = self.region(volume)
        region.SetAndObserveObjectToNodeMatrix(geometry.vtk_matrix(
            matrix_of(TURN.T, (1, 1, 1), geometry.ijk_to_world(
                volume, [(6, 8, 9)])[0])))
        self.check(volume, region)


if __name__ == "__main__":
    unittest.main()
