"""Logic, desk and binding with the real engine on the real Slicer core."""
import gc
import os
import tempfile
import time
import unittest
import weakref

import numpy as np
import slicer
import vtk
from logic_case import BALLS, SIZE, LogicTest, made_scan
from scenes import (ORIENTATIONS, TURN, add_transform, add_volume, add_warp,
                    matrix_of)

from MedalSLib import geometry
from MedalSLib.logic import Logic


class Prompts(LogicTest):
    """Each tool, where it was aimed at."""

    def test_click_undo_redo(self):
        ball = self.start()
        centre = BALLS[0][0]
        self.logic.click(ball, centre)
        self.wait()
        self.assertTrue(self.mask(ball)[centre[::-1]])
        self.assertAgree(ball)
        clicked = self.mask(ball)
        self.logic.click(ball, (50, 5, 5), positive=False)
        self.wait()
        self.assertFalse(self.mask(ball)[5, 5, 50])
        self.logic.undo()
        self.wait()
        np.testing.assert_array_equal(self.mask(ball), clicked)
        self.logic.undo()
        self.wait()
        self.assertEqual(self.logic.voxels(ball), 0)
        self.logic.undo()
        self.wait()
        self.assertIn("nothing to undo", self.lines[-1])
        self.logic.redo()
        self.wait()
        np.testing.assert_array_equal(self.mask(ball), clicked)
        self.assertAgree(ball)
        self.assertEqual(self.history[-1], (True, True))
        self.assertRegex(self.lines[-1], r"^ball: \d+\.\d\d ml, \+\d+ -\d+ "
                         r"voxels; \d+\.\d\d s$")

    def test_tools_in_the_world(self):
        """Points, box, scribble and lasso at RAS points, under an oblique
        grid and a turned parent transform: forced voxels are where Slicer
        itself puts those points."""
        ball = self.start(matrix_of(TURN @ ORIENTATIONS[23]))
        self.volume.SetAndObserveTransformNodeID(add_transform(
            matrix_of(TURN.T, (1, 1, 1), (9, 8, 7))).GetID())
        self.logic.segmentation.SetAndObserveTransformNodeID(
            self.volume.GetTransformNodeID())

        def world(*ijk):
            return geometry.ijk_to_world(self.volume, np.array(ijk, float))

        self.logic.click_world(ball, world((18.2, 21.7, 20.4))[0])
        self.wait()
        self.assertTrue(self.mask(ball)[20, 22, 18])
        self.logic.scribble_world(ball, world((40, 34, 30), (40, 42, 30)),
                                  radius_mm=0.4)
        self.wait()
        self.assertTrue(self.mask(ball)[30, 34:43, 40].all())
        self.logic.lasso_world(ball, world((2, 2, 5), (8, 2, 5), (8, 9, 5),
                                           (2, 9, 5)))
        self.wait()
        self.assertTrue(self.mask(ball)[5, 3:9, 3:8].all())
        self.logic.box_world(ball, world((17, 21, 0), (20, 25, 60)),
                             positive=False)
        self.wait()
        self.assertFalse(self.mask(ball)[:, 21:26, 17:21].any())
        self.assertAgree(ball)

    def test_48_orientations(self):
        """A scribble in the world lies where it was drawn, in each of them
        (one in six without MEDALS_SLICER_LONG; the 48 grids themselves are
        test_slicer_geometry.py's, the writing test_slicer_segments.py's)."""
        self.logic.answer = "instant"
        step = 1 if os.environ.get("MEDALS_SLICER_LONG") else 6
        for axes in ORIENTATIONS[1::step]:
            ball = self.start(matrix_of(axes))
            self.logic.scribble_world(ball, geometry.ijk_to_world(
                self.volume, [(9, 31, 44), (13, 31, 44)]), radius_mm=0.4)
            self.wait()
            with self.subTest(axes=axes.tolist()):
                self.assertTrue(self.mask(ball)[44, 31, 9:14].all())
                self.assertAgree(ball)
            self.logic.release()
            self.application.scene.Clear()

    def test_bent_parent(self):
        ball = self.start()
        self.volume.SetAndObserveTransformNodeID(add_warp().GetID())
        self.logic.segmentation.SetAndObserveTransformNodeID(
            self.volume.GetTransformNodeID())
        self.logic.click_world(ball, geometry.ijk_to_world(
            self.volume, [(18, 22, 20)])[0])
        self.wait()
        self.assertTrue(self.mask_of_layer(ball)[20, 22, 18])

    def mask_of_layer(self, segment_id):
        """Without Slicer's export, which resamples through the warp."""
        return self.logic.segments.read(
            segment_id, (0, SIZE[0], 0, SIZE[1], 0, SIZE[2])) != 0

    def test_stroke(self):
        """The segment follows the stroke; one undo takes all of it."""
        ball = self.start()
        self.logic.click(ball, BALLS[0][0])
        self.wait()
        before = self.mask(ball)
        line = [geometry.ijk_to_world(self.volume, [(40, j, 30)])
                for j in range(32, 45)]
        stroke = self.logic.begin_stroke(ball, line[0], radius_mm=0.6)
        seen = []
        for point in line[1:]:
            stroke.append(point)
            self.logic.wait(60)
            seen.append(int(self.mask(ball)[30, 32:45, 40].sum()))
        self.assertGreater(seen[2], 0)
        stroke.end()
        self.wait()
        self.assertTrue(self.mask(ball)[30, 32:45, 40].all())
        self.assertAgree(ball)
        self.logic.undo()
        self.wait()
        np.testing.assert_array_equal(self.mask(ball), before)

    def test_stroke_dropped(self):
        ball = self.start()
        self.logic.click(ball, BALLS[0][0])
        self.wait()
        before = self.mask(ball)
        stroke = self.logic.begin_stroke(ball, geometry.ijk_to_world(
            self.volume, [(40, 34, 30)]))
        stroke.append(geometry.ijk_to_world(self.volume, [(40, 40, 30)]))
        self.logic.wait(60)
        stroke.cancel()
        self.wait()
        np.testing.assert_array_equal(self.mask(ball), before)
        self.logic.undo()
        self.wait()
        self.assertEqual(self.logic.voxels(ball), 0)

    def test_everything_cancelled_while_drawing(self):
        """The stroke is dropped, what it showed goes, the next one works."""
        ball = self.start(answer="instant")
        stroke = self.logic.begin_stroke(ball, geometry.ijk_to_world(
            self.volume, [(40, 34, 30)]))
        stroke.append(geometry.ijk_to_world(self.volume, [(40, 38, 30)]))
        self.logic.wait(60)
        self.assertTrue(self.logic.voxels(ball))
        stroke.append(geometry.ijk_to_world(self.volume, [(40, 42, 30)]))
        self.logic.cancel()
        stroke.append(geometry.ijk_to_world(self.volume, [(40, 44, 30)]))
        stroke.end()
        self.logic.wait(60)
        self.assertLessEqual(set(self.errors), {"stroke: cancelled"})
        self.errors.clear()
        self.assertEqual(self.logic.voxels(ball), 0)
        self.logic.click(ball, BALLS[0][0])
        self.wait()
        self.assertTrue(self.mask(ball)[BALLS[0][0][::-1]])
        self.assertAgree(ball)

    def test_only_remembered(self):
        """Without auto-predict a click waits for the next call."""
        ball = self.start(answer="none")
        self.logic.click(ball, BALLS[0][0])
        self.wait()
        self.assertEqual(self.logic.voxels(ball), 0)
        self.logic.answer = "full"
        self.logic.click(ball, (18, 22, 24))
        self.wait()
        self.assertTrue(self.mask(ball)[BALLS[0][0][::-1]])

    def test_segment_as_mask(self):
        ball = self.start()
        self.paint(ball, (15, 21, 18, 26, 17, 23))
        self.logic.use_as_mask(ball)
        self.wait()
        self.assertTrue(self.mask(ball)[17:23, 18:26, 15:21].all())
        self.assertAgree(ball)
        self.logic.undo()
        self.wait()
        self.assertEqual(self.logic.voxels(ball), 6 * 8 * 6)

    def test_segment_by_name(self):
        """An object that was clicked is then looked for by its name; its
        mark stays."""
        ball = self.start(answer="instant")
        self.logic.click(ball, BALLS[0][0])
        self.wait()
        clicked = self.mask(ball)
        self.logic.segments.get(ball).SetName("left hippocampus")
        self.logic.segment_by_name(ball)
        self.wait()
        self.assertTrue(self.mask(ball)[BALLS[0][0][::-1]])
        known = self.logic.binding.desk.session.classes[0]
        self.assertEqual((known.text, known.name), ("left hippocampus", ball))
        self.assertAgree(ball)
        self.logic.undo()
        self.wait()
        np.testing.assert_array_equal(self.mask(ball), clicked)

    def test_two_objects_exclude_each_other(self):
        one = self.start(answer="instant")
        other = self.logic.add_object("other")
        for name in (one, other, one):
            self.logic.click(name, (10, 10, 10))
            self.wait()
            masks = self.mask(one), self.mask(other)
            self.assertEqual([mask[10, 10, 10] for mask in masks],
                             [name == one, name == other])
            self.assertFalse((masks[0] & masks[1]).any())
        self.assertEqual(
            self.logic.segments.segmentation.GetNumberOfLayers(), 1)
        self.assertAgree(one, other)


class Taken(LogicTest):
    """The status line says what an answer took from other segments."""

    CENTRE = BALLS[0][0]

    def overwriting(self):
        """As the effect, with "overwrite all"."""
        editor = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLSegmentEditorNode")
        editor.SetAndObserveSegmentationNode(self.logic.segmentation)
        editor.SetOverwriteMode(editor.OverwriteAllSegments)
        self.logic.editor, self.logic.overwrite = editor, True

    def lost(self, name, before):
        return int((before & ~self.mask(name)).sum())

    def test_from_another_tools_segment(self):
        ball = self.start()
        foreign = self.logic.segments.make("foreign")
        self.paint(foreign, (14, 22, 18, 26, 16, 24))
        before = self.mask(foreign)
        self.overwriting()
        self.logic.click(ball, self.CENTRE)
        self.wait()
        count = self.lost(foreign, before)
        self.assertGreater(count, 0)
        self.assertRegex(self.lines[-1], rf"^ball: .* voxels; took {count} "
                         r"voxels from foreign; \d")

    def test_from_another_class(self):
        ball = self.start(answer="instant")
        self.logic.click(ball, self.CENTRE)
        self.wait()
        self.assertNotIn("took", self.lines[-1])
        before = self.mask(ball)
        other = self.logic.add_object("other")
        self.logic.click(other, self.CENTRE)
        self.wait()
        count = self.lost(ball, before)
        self.assertGreater(count, 0)
        self.assertRegex(self.lines[-1], rf"^other: .* voxels; took {count} "
                         r"voxels from ball; \d")
        self.logic.undo()
        self.wait()
        self.assertNotIn("took", self.lines[-1])

    def test_by_a_segment_that_joins(self):
        """Its voxels are taken in, the prompt itself changes nothing."""
        ball = self.start(answer="none")
        self.paint(ball, (14, 22, 18, 26, 16, 24))
        self.logic.click(ball, self.CENTRE)
        self.wait()
        foreign = self.logic.segments.make("foreign")
        self.paint(foreign, (20, 30, 20, 24, 18, 22))
        before = self.mask(ball)
        self.paint(ball, (20, 22, 20, 24, 18, 22))
        self.logic.click(foreign, (25, 22, 20))
        self.wait()
        count = self.lost(ball, before)
        self.assertEqual(count, 2 * 4 * 4)
        self.assertRegex(self.lines[-1],
                         rf"^took {count} voxels from ball; \d")


class Overlap(LogicTest):
    """The Segment Editor's "allow overlap", as the effect hands it on."""

    CENTRE = BALLS[0][0]

    def setUp(self):
        super().setUp()
        self.one = self.start(answer="instant")
        self.other = self.logic.add_object("other")
        self.editor = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLSegmentEditorNode")
        self.editor.SetAndObserveSegmentationNode(self.logic.segmentation)
        self.editor.SetOverwriteMode(self.editor.OverwriteNone)
        self.logic.editor, self.logic.overwrite = self.editor, True
        self.click(self.one)
        self.before = self.mask(self.one)

    def click(self, name, voxel=CENTRE, positive=True):
        self.logic.click(name, voxel, positive)
        self.wait()

    def assertShares(self):
        """The first segment is as it was, the second has voxels of it."""
        np.testing.assert_array_equal(self.mask(self.one), self.before)
        self.assertTrue((self.mask(self.other) & self.before).any())

    def test_nothing_is_taken(self):
        self.click(self.other)
        self.assertShares()
        self.assertNotIn("took", self.lines[-1])
        self.click(self.other, (40, 38, 30))
        self.assertShares()

    def test_panel_takes(self):
        """Of the panel classes exclude one another, now and later."""
        self.click(self.other)
        self.assertShares()
        self.logic.overwrite = False
        self.logic.reset_segment(self.other)
        self.wait()
        np.testing.assert_array_equal(self.mask(self.one), self.before)
        self.click(self.other)
        self.assertFalse((self.mask(self.one) & self.mask(self.other)).any())
        self.assertAgree(self.one, self.other)

    def test_undo_and_redo(self):
        self.click(self.other)
        shared = self.mask(self.other)
        self.logic.undo()
        self.wait()
        self.assertFalse(self.mask(self.other).any())
        np.testing.assert_array_equal(self.mask(self.one), self.before)
        self.assertAgree(self.one, self.other)
        self.logic.redo()
        self.wait()
        self.assertShares()
        np.testing.assert_array_equal(self.mask(self.other), shared)

    def test_own_voxels_can_be_taken_away(self):
        """By a negative click where another class has them, too; one undo
        brings them back."""
        self.click(self.other)
        voxel = next(tuple(int(n) for n in at[::-1]) for at in np.argwhere(
            self.mask(self.other) & self.before)
            if tuple(at[::-1]) != self.CENTRE)
        self.click(self.one, voxel, positive=False)
        self.assertFalse(self.mask(self.one)[voxel[::-1]])
        self.assertTrue(self.mask(self.other)[voxel[::-1]])
        self.logic.undo()
        self.wait()
        self.assertShares()

    def test_painted(self):
        """Another tool paints over both: neither loses."""
        self.click(self.other)
        painted = self.mask(self.other)
        self.paint(self.one, (2, 6, 2, 6, 2, 6))
        self.before = self.mask(self.one)
        self.click(self.other, (50, 55, 44), positive=False)
        self.assertShares()
        self.assertTrue(self.mask(self.other)[painted].all())

    def test_slicers_undo(self):
        history = slicer.vtkSegmentationHistory()
        history.SetSegmentation(self.logic.segments.segmentation)
        history.SaveState()
        self.click(self.other)
        history.RestorePreviousState()
        self.click(self.other, (50, 50, 5))
        statistics = self.logic.binding.desk.session.statistics
        self.assertEqual(statistics(self.other).prompts, 1)
        np.testing.assert_array_equal(self.mask(self.one), self.before)

    def test_stroke(self):
        """What a stroke shows on its way is no step."""
        line = [geometry.ijk_to_world(self.volume, [(i, 22, 20)])
                for i in range(8, 28)]
        stroke = self.logic.begin_stroke(self.other, line[0], radius_mm=2)
        for point in line[1:]:
            stroke.append(point)
            self.logic.pump()
        stroke.end()
        self.wait()
        self.assertShares()
        self.logic.undo()
        self.wait()
        self.assertFalse(self.mask(self.other).any())
        np.testing.assert_array_equal(self.mask(self.one), self.before)
        self.assertAgree(self.one, self.other)


class Others(LogicTest):
    """What others do to the scene, before and between our calls."""

    def test_paint_is_taken_in(self):
        ball = self.start(answer="instant")
        self.logic.click(ball, BALLS[0][0])
        self.wait()
        clicked = self.mask(ball)
        self.paint(ball, (2, 6, 2, 6, 2, 6))
        self.paint(ball, (18, 19, 18, 19, 18, 19), value=0)
        painted = self.mask(ball)
        self.logic.click(ball, BALLS[1][0])
        self.wait()
        self.assertAgree(ball)
        self.assertTrue(self.mask(ball)[BALLS[1][0][::-1]])
        self.logic.undo()
        self.wait()
        np.testing.assert_array_equal(self.mask(ball), painted)
        self.logic.undo()
        self.wait()
        np.testing.assert_array_equal(self.mask(ball), clicked)
        self.assertAgree(ball)

    def test_segment_of_somebody_else(self):
        """It is taken in with its voxels; undo gives it back as it was."""
        self.start(answer="instant")
        foreign = self.logic.segments.make("foreign")
        self.paint(foreign, (30, 34, 30, 34, 30, 34))
        before = self.mask(foreign)
        self.logic.click(foreign, BALLS[0][0])
        self.wait()
        self.assertTrue(self.mask(foreign)[BALLS[0][0][::-1]])
        self.assertAgree(foreign)
        for _ in range(2):
            self.logic.undo()
            self.wait()
            np.testing.assert_array_equal(self.mask(foreign), before)

    def test_a_foreign_segment_is_never_touched(self):
        ball = self.start()
        foreign = self.logic.segments.make("foreign")
        box = (14, 30, 16, 30, 16, 30)
        self.paint(foreign, box)
        self.logic.click(ball, BALLS[0][0])
        self.wait()
        self.assertTrue(self.logic.voxels(ball))
        self.assertEqual(self.logic.voxels(foreign), 16 * 14 * 14)
        self.logic.undo()
        self.wait()
        self.assertEqual(self.logic.voxels(foreign), 16 * 14 * 14)

    def test_slicers_undo(self):
        """It takes the prompt back too: the mark does not return."""
        ball = self.start(answer="instant")
        history = slicer.vtkSegmentationHistory()
        history.SetSegmentation(self.logic.segments.segmentation)
        self.logic.on_before_write = history.SaveState
        for ijk in ((10, 10, 10), (20, 20, 40)):
            self.logic.click(ball, ijk)
            self.wait()
        statistics = self.logic.binding.desk.session.statistics
        self.assertEqual(statistics(ball).prompts, 2)
        history.RestorePreviousState()
        self.logic.click(ball, (50, 50, 5))
        self.wait()
        self.assertEqual(statistics(ball).prompts, 2)
        self.assertTrue(self.mask(ball)[5, 50, 50])
        self.assertAgree(ball)

    def test_segment_taken_away(self):
        ball = self.start(answer="instant")
        other = self.logic.add_object("other")
        for name, ijk in ((ball, (10, 10, 10)), (other, (20, 20, 20))):
            self.logic.click(name, ijk)
            self.wait()
        self.logic.segments.segmentation.RemoveSegment(ball)
        self.logic.click(other, (30, 30, 30))
        self.wait()
        self.assertEqual(self.logic.binding.bound, [other])
        self.assertTrue(self.mask(other)[30, 30, 30])
        self.assertAgree(other)
        self.logic.undo()
        self.logic.undo()
        self.wait()
        self.assertTrue(self.logic.segments.has(ball))
        self.assertAgree(ball, other)

    def test_masking(self):
        """What masking keeps back stays out of the segment, and of the
        session but for the user's own marks; one undo takes one call."""
        ball = self.start()
        self.logic.editor = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLSegmentEditorNode")
        self.logic.editor.SetAndObserveSegmentationNode(
            self.logic.segmentation)
        self.logic.editor.SetSourceVolumeIntensityMask(True)
        self.logic.editor.SetSourceVolumeIntensityMaskRange(150, 1000)
        self.logic.scribble_world(ball, geometry.ijk_to_world(
            self.volume, [(8, 22, 20), (28, 22, 20)]), radius_mm=3)
        self.wait()
        scan = slicer.util.arrayFromVolume(self.volume)
        self.assertGreater(self.logic.voxels(ball), 20)
        self.assertTrue((scan[self.mask(ball)] >= 150).all())
        np.testing.assert_array_equal(
            self.mask(ball), self.session_mask(ball) & (scan >= 150))
        self.logic.undo()
        self.wait()
        self.assertEqual(self.logic.voxels(ball), 0)
        self.logic.undo()
        self.wait()
        self.assertIn("nothing to undo", self.lines[-1])
        self.logic.redo()
        self.wait()
        self.assertGreater(self.logic.voxels(ball), 20)
        self.assertTrue((scan[self.mask(ball)] >= 150).all())

    def test_redo_after_undo_under_masking(self):
        """Marks that masking keeps back do not end the redoing."""
        ball = self.start(answer="instant")
        self.logic.editor = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLSegmentEditorNode")
        self.logic.editor.SetAndObserveSegmentationNode(
            self.logic.segmentation)
        self.logic.editor.SetSourceVolumeIntensityMask(True)
        self.logic.editor.SetSourceVolumeIntensityMaskRange(150, 1000)
        states = [0]
        for j in (21, 23, 25):
            self.logic.scribble_world(ball, geometry.ijk_to_world(
                self.volume, [(8, j, 20), (28, j, 20)]), radius_mm=2)
            self.wait()
            states.append(self.logic.voxels(ball))
        for state in states[-2::-1]:
            self.logic.undo()
            self.wait()
            self.assertEqual(self.logic.voxels(ball), state)
        for state in states[1:]:
            self.logic.redo()
            self.wait()
            self.assertEqual(self.logic.voxels(ball), state)

    def test_region(self):
        ball = self.start()
        region = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsROINode")
        region.SetCenter(list(geometry.ijk_to_world(
            self.volume, [(18, 22, 20)])[0]))
        region.SetSize(9, 9, 9)
        self.logic.region = region
        self.logic.scribble_world(ball, geometry.ijk_to_world(
            self.volume, [(8, 22, 20), (28, 22, 20)]), radius_mm=2)
        self.wait()
        at = np.argwhere(self.mask(ball))[:, ::-1]
        self.assertGreater(len(at), 5)
        self.assertTrue((np.abs(at - (18, 22, 20)) <= 4).all())

    def test_masking_of_the_call(self):
        """Its area is deleted, its region moved while the engine works; a
        bad one is refused before."""
        ball = self.start()
        room = self.logic.segments.make("room")
        self.paint(room, (16, 22, 20, 26, 18, 24))
        inside = self.mask(room)
        self.logic.editor = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLSegmentEditorNode")
        self.logic.editor.SetAndObserveSegmentationNode(
            self.logic.segmentation)
        self.logic.editor.SetMaskMode(
            slicer.vtkMRMLSegmentationNode.EditAllowedInsideSingleSegment)
        self.logic.editor.SetMaskSegmentID(room)
        self.logic.region = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLMarkupsROINode")
        self.logic.region.SetCenter(list(geometry.ijk_to_world(
            self.volume, [(18, 22, 20)])[0]))
        self.logic.region.SetSize(9, 9, 9)
        self.logic.click(ball, BALLS[0][0])
        self.logic.segments.segmentation.RemoveSegment(room)
        self.logic.region.SetCenter(900, 900, 900)
        self.wait()
        at = np.argwhere(self.mask(ball))[:, ::-1]
        self.assertGreater(len(at), 5)
        self.assertTrue((np.abs(at - (18, 22, 20)) <= 4).all())
        self.assertFalse((self.mask(ball) & ~inside).any())
        self.assertFails("^masking: the editable area is inside a segment "
                         "that is not there", self.logic.click, ball,
                         BALLS[0][0])

    def test_surfaces_come_back(self):
        ball = self.start(answer="instant")
        self.paint(ball, (30, 36, 30, 36, 30, 36))
        self.logic.segmentation.CreateClosedSurfaceRepresentation()
        stroke = self.logic.begin_stroke(ball, geometry.ijk_to_world(
            self.volume, [(40, 34, 30)]))
        for j in range(36, 42):
            stroke.append(geometry.ijk_to_world(self.volume, [(40, j, 30)]))
            self.logic.wait(60)
        has_surface = self.logic.segments.has_surface
        self.assertFalse(has_surface(ball))
        stroke.end()
        self.wait()
        self.assertTrue(has_surface(ball))

    def test_surfaces_once(self):
        """Of an answer that is written twice, and of no other segment."""
        ball = self.start()
        other, hidden = map(self.logic.segments.make, ("other", "hidden"))
        self.paint(other, (30, 36, 30, 36, 30, 36))
        self.logic.segmentation.CreateClosedSurfaceRepresentation()
        display = self.logic.segmentation.GetDisplayNode()
        display.SetSegmentVisibility(hidden, False)
        made, writes = [], []

        @vtk.calldata_type(vtk.VTK_STRING)
        def told(_caller, _event, name=None):
            if self.logic.segments.has_surface(name):
                made.append(name)

        tag = self.logic.segments.segmentation.AddObserver(
            slicer.vtkSegmentation.RepresentationModified, told)
        self.logic.on_before_write = lambda: writes.append(True)
        stroke = self.logic.begin_stroke(ball, geometry.ijk_to_world(
            self.volume, [(18, 22, 20)]))
        for j in range(23, 28):
            stroke.append(geometry.ijk_to_world(self.volume, [(18, j, 20)]))
            self.logic.wait(60)
        stroke.end()
        self.wait()
        self.assertGreater(len(writes), 1)
        self.assertEqual(made, [ball])
        self.logic.click(hidden, BALLS[1][0])
        self.wait()
        self.assertEqual(made, [ball])
        self.assertFalse(self.logic.segments.has_surface(hidden))
        display.SetSegmentVisibility(hidden, True)
        self.assertEqual(made, [ball, hidden])
        self.logic.segments.segmentation.RemoveObserver(tag)


class Trouble(LogicTest):
    """Bad input and bad moments: one clear line, nothing lost."""

    def test_bad_volumes(self):
        colour = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLVectorVolumeNode", "photo")
        image = vtk.vtkImageData()
        image.SetDimensions(4, 4, 4)
        image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 3)
        colour.SetAndObserveImageData(image)
        empty = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLScalarVolumeNode", "empty")
        model = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLModelNode", "bone")
        for node, pattern in (
                (None, "^input volume: none chosen; expected a volume$"),
                (empty, "^volume empty: holds no image; expected one$"),
                (colour, r"^volume photo: 3 values a voxel \(colour, vectors "
                 r"or time\); expected one"),
                (model, "^input volume bone: a vtkMRMLModelNode; expected a "
                 "scalar volume$")):
            self.assertFails(pattern, self.logic.choose, node)
        self.assertFails("^input volume: none chosen", self.logic.segment,
                         "liver")

    def test_one_slice(self):
        """A 2-D image is one slice."""
        volume = add_volume(made_scan()[20:21])
        self.logic.choose(volume)
        ball = self.logic.add_object("ball")
        self.logic.click(ball, (18, 22, 0))
        self.wait()
        self.assertTrue(self.mask(ball)[0, 22, 18])

    def test_texts(self):
        self.start()
        self.assertFails("^text: empty", self.logic.segment, " \n")
        self.assertFails("^text: 300 classes; expected at most 255",
                         self.logic.segment,
                         "\n".join(f"part {n}" for n in range(300)))
        self.assertEqual(len(self.logic.segments.ids()), 1)

    def test_model_folder_gone(self):
        import medals

        with self.assertRaises(medals.Error) as caught:
            self.logic.open_model("/no/such/folder")
        self.assertRegex(str(caught.exception),
                         "^/no/such/folder.*: .+; expected .+")
        self.assertNotIn("\n", str(caught.exception))

    def test_click_outside(self):
        ball = self.start()
        self.logic.click(ball, (400, 0, 0))
        self.logic.wait()
        self.assertEqual(len(self.errors), 1)
        self.assertNotIn("\n", self.errors[0])
        self.assertRegex(self.errors[0], "expected one inside the image")
        self.errors.clear()
        self.logic.click(ball, BALLS[0][0])
        self.wait()
        self.assertFails("^box: outside volume image", self.logic.box_world,
                         ball, np.full((2, 3), 900.0))

    def test_frames_of_a_sequence(self):
        """The session follows the frame that is shown; segments stay."""
        sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode")
        for frame in range(2):
            node = add_volume(made_scan(seed=frame))
            sequence.SetDataNodeAtValue(node, str(frame))
            slicer.mrmlScene.RemoveNode(node)
        self.assertFails("^input volume .*: a vtkMRMLSequenceNode; expected "
                         "a scalar volume", self.logic.choose, sequence)
        show = slicer.vtkSlicerSequencesLogic()
        show.SetMRMLScene(slicer.mrmlScene)
        browser = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLSequenceBrowserNode")
        browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
        show.UpdateProxyNodesFromSequences(browser)
        volume = browser.GetProxyNode(sequence)
        self.logic.answer = "instant"
        self.logic.choose(volume)
        ball = self.logic.add_object("ball")
        self.logic.click(ball, BALLS[0][0])
        self.wait()
        before = self.mask(ball)
        browser.SetSelectedItemNumber(1)
        show.UpdateProxyNodesFromSequences(browser)
        self.logic.click(ball, BALLS[1][0])
        self.wait()
        np.testing.assert_array_equal(
            self.logic.binding.desk.session.image.array, made_scan(seed=1))
        self.assertTrue(self.mask(ball)[BALLS[1][0][::-1]])
        self.assertAgree(ball)
        self.logic.undo()
        self.wait()
        np.testing.assert_array_equal(self.mask(ball), before)

    def test_segment_gone(self):
        self.start()
        self.assertFails("^segment nothing: not in segmentation",
                         self.logic.click, "nothing", (1, 1, 1))

    def test_segment_deleted_while_the_engine_works(self):
        """The line names what the user saw, not an ID."""
        ball = self.start(answer="instant")
        for voxel in ((10, 10, 10), (12, 12, 12)):
            self.logic.click(ball, voxel)
        self.logic.segments.segmentation.RemoveSegment(ball)
        self.logic.wait()
        self.assertTrue(self.errors)
        for line in self.errors:
            self.assertIn("segment ball", line)
            self.assertNotIn(ball, line)

    def test_empty_mask(self):
        ball = self.start()
        self.assertFails("^segment ball: empty; expected voxels to use as "
                         "mask", self.logic.use_as_mask, ball)

    def working(self):
        """A long call that has begun."""
        ball = self.start()
        self.logic.segment("left hippocampus")
        end = time.monotonic() + 60
        while self.logic.thread.running is None or \
                self.logic.thread.running.name != "segment":
            self.assertLess(time.monotonic(), end)
            self.logic.pump()
        time.sleep(0.1)
        return ball

    def test_volume_replaced_while_the_engine_works(self):
        ball = self.working()
        scan = made_scan(seed=9)
        slicer.util.updateVolumeFromArray(self.volume, scan)
        self.logic.wait(300)
        self.assertEqual(len(self.errors), 1)
        self.assertRegex(self.errors[0], "^segment: volume image or its "
                         "segmentation was replaced or closed while the "
                         "engine worked; .+: nothing was changed$")
        self.assertEqual([self.logic.voxels(name) for name in
                          self.logic.segments.ids()], [0, 0])
        self.errors.clear()
        self.logic.click(ball, BALLS[0][0])
        self.wait()
        self.assertTrue(self.logic.voxels(ball))

    def test_scene_closed_while_the_engine_works(self):
        self.working()
        self.application.scene.Clear()
        self.logic.release()
        self.logic.wait(300)
        self.assertEqual(self.errors, [])
        self.assertFails("^input volume: none chosen", self.logic.segment,
                         "liver")
        self.start()

    def test_nodes_removed_while_the_engine_works(self):
        """The scene stays open: that is a loss."""
        self.working()
        self.application.scene.RemoveNode(self.volume)
        self.logic.wait(300)
        self.assertEqual(len(self.errors), 1)
        self.assertFails("no longer in the scene", self.logic.segment, "liver")

    def test_scene_closed_without_a_word(self):
        """Nobody tells the logic: it looks itself, and holds no node and no
        observer, even while the engine works."""
        ball = self.working()
        scene = self.application.scene
        self.logic.editor = scene.AddNewNodeByClass(
            "vtkMRMLSegmentEditorNode")
        self.logic.editor.SetAndObserveSegmentationNode(
            self.logic.segmentation)
        self.logic.region = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode")
        self.logic.click(ball, BALLS[0][0])
        deleted, told = [], []  # held here: not garbage with the nodes
        for name in ("volume", "segmentation", "editor", "region"):
            told.append(lambda *_, name=name: deleted.append(name))
            getattr(self.logic, name).AddObserver("DeleteEvent", told[-1])
        self.volume = None
        scene.Clear()
        self.logic.wait(300)
        gc.collect()
        self.assertEqual(self.errors, [])
        self.assertEqual(set(deleted), {"editor", "region", "segmentation",
                                        "volume"})
        self.assertIsNone(self.logic.binding)

    def test_scene_keeps_no_logic(self):
        """It watches, and does not hold."""
        self.start()
        self.logic.wait()
        kept = weakref.ref(self.logic)
        self.logic.close()
        self._cleanups = [entry for entry in self._cleanups
                          if entry[0] != self.logic.close]
        self.logic = None
        gc.collect()
        self.assertIsNone(kept())
        self.application.scene.Clear()

    def test_cancel(self):
        self.working()
        begin = time.monotonic()
        self.logic.cancel()
        self.logic.wait(30)
        self.assertLess(time.monotonic() - begin, 3)
        self.assertEqual(self.errors, ["segment: cancelled"])

    def test_closed_while_the_engine_works(self):
        self.working()
        self.logic.close()
        self.assertTrue(self.logic.thread.is_closed)

    def test_history_after_a_new_call(self):
        """Calls that come in a heap run in order."""
        ball = self.start(answer="instant")
        self.logic.click(ball, (10, 10, 10))
        self.logic.undo()
        self.logic.click(ball, (20, 20, 20))
        self.logic.redo()
        self.wait()
        self.assertIn("nothing to redo", self.lines[-1])
        self.assertTrue(self.mask(ball)[20, 20, 20])
        self.assertAgree(ball)

    def test_journal(self):
        """A session that was lost comes back with its segments."""
        with tempfile.TemporaryDirectory() as folder:
            ball = self.start(journal=folder, answer="instant")
            self.logic.click(ball, (10, 10, 10))
            self.wait()
            self.logic.release()
            self.logic.wait()
            self.application.scene.Clear()
            self.volume = add_volume(made_scan())
            self.logic.choose(self.volume)
            new = self.logic.add_object("new")
            self.logic.click(new, (20, 20, 20))
            self.wait()
            self.assertEqual(len(self.logic.segments.ids()), 2)
            self.assertTrue(self.mask(ball)[10, 10, 10])
            self.assertAgree(ball, new)
            self.logic.release()
            self.logic.wait()

    def test_journal_of_older_versions(self):
        """One that lies in the chosen folder itself goes on with its image;
        when it is busy nothing begins beside it."""
        with tempfile.TemporaryDirectory() as folder:
            ball = self.start(journal=folder, answer="instant")
            self.logic.click(ball, (10, 10, 10))
            self.wait()
            self.logic.release()
            self.logic.wait()
            own, = os.listdir(folder)
            for name in os.listdir(os.path.join(folder, own)):
                os.rename(os.path.join(folder, own, name),
                          os.path.join(folder, name))
            os.rmdir(os.path.join(folder, own))
            self.application.scene.Clear()
            self.volume = add_volume(made_scan())
            self.logic.choose(self.volume)
            self.logic.add_object("new")
            self.wait()
            self.assertIn(ball, self.logic.segments.ids())
            second = Logic()
            self.addCleanup(second.close)
            lines = []
            second.on_error, second.journal = lines.append, folder
            second.model, second.vocabulary = (self.logic.model,
                                               self.logic.vocabulary)
            second.choose(self.volume, self.logic.segmentation)
            second.add_object("late")
            second.wait()
            self.assertEqual(len(lines), 1)
            self.assertIn("in use", lines[0])
            self.assertFalse([name for name in os.listdir(folder)
                              if name.startswith("image-")])
            self.logic.release()
            self.logic.wait()

    def test_journals_of_two_segmentations(self):
        """Of one volume: each has its own, in this scene, in a saved one and
        after a lost one."""
        with tempfile.TemporaryDirectory() as folder:
            first = self.start(journal=folder, answer="instant")
            self.logic.click(first, (10, 10, 10))
            self.wait()
            nodes = [self.logic.segmentation]
            nodes.append(slicer.mrmlScene.AddNewNodeByClass(
                "vtkMRMLSegmentationNode", "second"))
            self.logic.choose(self.volume, nodes[1])
            second = self.logic.add_object("second")
            self.logic.click(second, (20, 20, 20))
            self.wait()
            self.assertEqual(self.logic.segments.ids(), [second])
            self.assertEqual(len(os.listdir(folder)), 2)
            for node, name in zip(nodes, (first, second)):
                self.logic.choose(self.volume, node)
                self.logic.click(name, (30, 30, 30))
                self.wait()
                self.assertEqual(self.logic.segments.ids(), [name])
                self.assertAgree(name)
            copy = slicer.mrmlScene.AddNewNodeByClass(
                "vtkMRMLSegmentationNode")
            copy.Copy(nodes[1])
            for node, count in ((copy, 3), (nodes[1], 3)):
                self.logic.choose(self.volume, node)
                self.logic.click(second, (31, 30, 30))
                self.wait()
                self.assertEqual(len(os.listdir(folder)), count)
            self.logic.release()
            self.logic.wait()
            self.application.scene.Clear()
            self.volume = add_volume(made_scan())
            for name in (first, second):
                self.logic.choose(self.volume,
                                  slicer.mrmlScene.AddNewNodeByClass(
                                      "vtkMRMLSegmentationNode"))
                self.logic.add_object("new")
                self.wait()
                self.assertIn(name, self.logic.segments.ids())
                self.assertAgree(name)
            self.assertEqual(len(os.listdir(folder)), 3)
            self.logic.release()
            self.logic.wait()

    def test_journals_of_two_volumes(self):
        """One folder for all: each image has its own in it."""
        with tempfile.TemporaryDirectory() as folder:
            ball = self.start(journal=folder, answer="instant")
            self.logic.click(ball, (10, 10, 10))
            self.wait()
            first = self.logic.segmentation
            other = add_volume(made_scan()[::-1].copy(), name="other")
            self.logic.choose(other)
            second = self.logic.add_object("second")
            self.logic.click(second, (20, 20, 20))
            self.wait()
            self.assertEqual(self.errors, [])
            self.logic.release()
            self.logic.wait()
            self.assertEqual(len(os.listdir(folder)), 2)
            slicer.mrmlScene.RemoveNode(first)
            self.logic.choose(self.volume)
            self.logic.add_object("third")
            self.wait()
            self.assertIn(ball, self.logic.segments.ids())
            self.logic.release()
            self.logic.wait()


if __name__ == "__main__":
    unittest.main()
