"""Locked segments: in the session, through reset, in files, by the panel's
button (which test_slicer_panel.py presses)."""
import os
import tempfile
import unittest

import numpy as np
import slicer
from logic_case import BALLS, LogicTest, made_scan
from scenes import add_volume

CENTRE = BALLS[0][0]


class Locks(LogicTest):
    """Two segments, of which the first has the ball."""

    def setUp(self):
        super().setUp()
        self.first = self.start(answer="instant")
        self.second = self.logic.add_object("second")
        self.logic.click(self.first, CENTRE)
        self.wait()
        self.before = self.mask(self.first)
        self.assertTrue(self.before.any())
        self.lock = self.logic.set_locked
        self.segments = self.logic.segments

    def is_locked(self, name):
        """In the session."""
        session = self.logic.binding.desk.session
        return session.classes[session.class_index(name)].locked

    def steal(self):
        """A click of the second segment in the first one."""
        self.logic.click(self.second, CENTRE)
        self.wait()

    def assertKept(self):
        """The first segment is as it was."""
        np.testing.assert_array_equal(self.mask(self.first), self.before)

    def test_session_is_told(self):
        self.lock(self.first)
        self.assertEqual(self.lines[-1], "ball: locked")
        self.wait()
        self.assertTrue(self.is_locked(self.first))
        self.steal()
        self.assertKept()
        self.assertAgree(self.first, self.second)
        self.logic.click(self.first, BALLS[1][0])
        self.wait()
        self.assertKept()
        self.assertIn("locked", self.lines[-1])
        self.lock(self.first, False)
        self.steal()
        self.assertFalse(self.mask(self.first)[CENTRE[::-1]])
        self.assertAgree(self.first, self.second)

    def test_reset(self):
        """Empties it, and it stays locked."""
        self.lock(self.first)
        self.logic.reset_segment(self.first)
        self.wait()
        self.assertEqual(self.logic.voxels(self.first), 0)
        self.assertTrue(self.is_locked(self.first))
        self.logic.undo()
        self.wait()
        self.assertKept()
        self.assertTrue(self.is_locked(self.first))
        self.assertAgree(self.first)

    def test_made_while_locked(self):
        """A segment of somebody else joins the session with its voxels, and
        is locked there."""
        other = self.segments.make("other")
        self.paint(other, (38, 44, 36, 42, 28, 34))
        self.lock(other)
        self.logic.click(other, (5, 5, 5))
        self.wait()
        self.assertTrue(self.is_locked(other))
        self.assertEqual(self.logic.voxels(other), 216)
        self.assertAgree(other)

    def test_painted_while_locked(self):
        """Slicer's own tools know no lock: the user's hand is taken in."""
        self.lock(self.first)
        self.paint(self.first, (2, 6, 2, 6, 2, 6))
        self.before = self.mask(self.first)
        self.steal()
        self.assertKept()
        self.assertTrue(self.is_locked(self.first))
        self.assertAgree(self.first, self.second)

    def test_renamed_while_locked(self):
        self.logic.segment("left hippocampus")
        self.wait()
        text = self.logic.segment_named("left hippocampus")
        self.lock(text)
        self.segments.get(text).SetName("brain stem")
        before = self.mask(text)
        self.logic.segment_by_name(text)
        self.wait()
        self.assertTrue(self.is_locked(text))
        np.testing.assert_array_equal(self.mask(text), before)

    def test_foreign_one_loses_nothing(self):
        """With "overwrite all" of the Segment Editor."""
        other = self.segments.make("other")
        box = (14, 22, 18, 26, 16, 24)
        self.paint(other, box)
        editor = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLSegmentEditorNode")
        editor.SetAndObserveSegmentationNode(self.logic.segmentation)
        editor.SetOverwriteMode(editor.OverwriteAllSegments)
        self.logic.editor, self.logic.overwrite = editor, True
        self.lock(other)
        self.steal()
        self.assertEqual(self.logic.voxels(other), 512)
        self.lock(other, False)
        self.logic.click(self.first, CENTRE)
        self.wait()
        self.assertLess(self.logic.voxels(other), 512)

    def test_saved_and_loaded(self):
        """The tag is in Slicer's own file."""
        self.lock(self.first)
        self.wait()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "result.seg.nrrd")
            storage = slicer.mrmlScene.AddNewNodeByClass(
                "vtkMRMLSegmentationStorageNode")
            storage.SetFileName(path)
            self.assertTrue(storage.WriteData(self.logic.segmentation))
            self.logic.release()
            self.application.scene.Clear()
            storage = slicer.mrmlScene.AddNewNodeByClass(
                "vtkMRMLSegmentationStorageNode")
            storage.SetFileName(path)
            loaded = slicer.mrmlScene.AddNewNodeByClass(
                "vtkMRMLSegmentationNode")
            self.assertTrue(storage.ReadData(loaded))
        self.volume = add_volume(made_scan())
        self.logic.choose(self.volume, loaded)
        self.assertEqual([self.logic.segments.is_locked(name) for name in
                          (self.first, self.second)], [True, False])
        self.logic.click(self.second, CENTRE)
        self.logic.click(self.first, (5, 5, 5))
        self.wait()
        self.assertTrue(self.is_locked(self.first))

    def test_journal(self):
        """A lost scene's lock comes back with its segment."""
        self.logic.release()
        self.application.scene.Clear()
        with tempfile.TemporaryDirectory() as folder:
            ball = self.start(journal=folder)
            self.logic.click(ball, CENTRE)
            self.lock(ball)
            self.wait()
            self.logic.release()
            self.logic.wait()
            self.application.scene.Clear()
            self.volume = add_volume(made_scan())
            self.logic.choose(self.volume)
            self.logic.add_object("new")
            self.wait()
            self.assertTrue(self.logic.segments.is_locked(ball))
            self.assertTrue(self.is_locked(ball))
            self.logic.release()
            self.logic.wait()


if __name__ == "__main__":
    unittest.main()
