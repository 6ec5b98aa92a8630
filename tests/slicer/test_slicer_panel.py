"""Panel and effect, built and pressed on a Qt that draws nothing.

What this cannot see: layout, real Qt signals, real shortcuts.
"""
import pathlib
import sys
import types
import unittest

import numpy as np
import qt_stand_in
import slicer
import slicer_stand_in
import vtk
from logic_case import BALLS, LogicTest, made_scan
from scenes import add_volume

from MedalSLib import geometry


class PanelTest(LogicTest):
    """The module's widget on a made scan."""

    def setUp(self):
        super().setUp()
        self.boxes = qt_stand_in.install(self.application)
        from MedalSLib.widget import Panel

        self.panel = Panel(qt_stand_in.frame(
            slicer_stand_in.EXTENSION / "MedalS"), self.logic)
        self.addCleanup(self.panel.cleanup)
        self.ui = self.panel.ui
        self.parameters = self.panel.parameters
        self.parameters.modality = "mri"

    def wait(self):
        """Until the engine rests, without a message box."""
        self.logic.wait(300)
        self.assertEqual(self.boxes, [])

    def choose(self):
        """As a user chooses the input volume."""
        self.volume = add_volume(made_scan())
        self.parameters.inputVolume = self.volume


class Pressed(PanelTest):
    def test_nothing_chosen(self):
        for button in (self.ui.segmentButton, self.ui.refineButton,
                       self.ui.newSegmentButton, self.ui.maskButton):
            button.click()
        self.assertEqual(self.boxes, [
            "input volume: none chosen; expected a volume"] * 4)
        self.assertEqual(self.ui.statusLabel.text, self.boxes[0])

    def test_text(self):
        self.choose()
        self.ui.segmentButton.click()
        self.assertRegex(self.boxes.pop(), "^text: empty; expected")
        self.assertRegex(self.ui.modelLabel.text, "knows .* in MRI")
        self.ui.allKnownButton.click()
        names = self.ui.textEdit.text.splitlines()
        self.assertGreater(len(names), 20)
        self.assertIn("left hippocampus", names)
        self.ui.textEdit.text = "left hippocampus\nbrain stem"
        self.ui.segmentButton.click()
        self.assertIs(self.parameters.segmentation, self.logic.segmentation)
        self.logic.pump()
        self.assertTrue(self.ui.cancelButton.enabled)
        self.wait()
        self.assertFalse(self.ui.progressBar.visible)
        self.assertEqual(
            [self.logic.segments.name(name)
             for name in self.logic.segments.ids()],
            ["left hippocampus", "brain stem"])
        self.assertTrue(self.ui.undoButton.enabled)

    def test_prompts(self):
        self.choose()
        self.ui.newSegmentButton.click()
        self.wait()
        segment = self.panel._selected_segment()
        self.ui.pointButton.press()
        self.assertEqual(self.panel.pencil.tool, "point")
        self.ui.lassoButton.press()
        self.assertFalse(self.ui.pointButton.checked)
        self.ui.lassoButton.press()
        self.assertIsNone(self.panel.pencil.tool)
        self.ui.negativeButton.click()
        self.assertFalse(self.panel.pencil.positive)
        self.ui.positiveButton.click()
        self.ui.pointButton.press()
        self.panel.pencil.press(geometry.ijk_to_world(
            self.volume, [BALLS[0][0]])[0], np.eye(3)[:2])
        self.wait()
        self.assertTrue(self.mask(segment)[BALLS[0][0][::-1]])
        self.assertRegex(self.ui.statusLabel.text, r"ml, \+\d+ -\d+ voxels")
        for button in (self.ui.maskButton, self.ui.refineButton,
                       self.ui.undoButton, self.ui.redoButton,
                       self.ui.resetSegmentButton):
            button.click()
            self.wait()
        self.ui.show3dCheck.toggled.emit(True)
        self.assertTrue(self.logic.segments.drop_surfaces())

    def test_settings(self):
        self.choose()
        self.parameters.autoPredict = False
        self.parameters.radius = 3.5
        self.assertEqual(self.logic.answer, "instant")
        self.assertEqual(self.panel.pencil.radius_mm, 3.5)
        self.assertEqual(self.logic.modality, "mri")
        self.parameters.modality = "auto"
        self.assertIsNone(self.logic.modality)

    def test_model_that_is_gone(self):
        self.choose()
        self.ui.modelPath.currentPathChanged.emit("/no/such/model")
        self.assertRegex(self.boxes.pop(), "^/no/such/model.*; expected")
        self.ui.newSegmentButton.click()
        self.wait()

    def test_several_to_choose_from(self):
        self.choose()
        self.ui.newSegmentButton.click()
        self.ui.newSegmentButton.click()
        self.wait()
        self.ui.segmentsTable.selected = []
        self.ui.maskButton.click()
        self.assertRegex(self.boxes.pop(), "^segment: 2 to choose from; "
                         "expected one selected in the table$")

    def test_scene_closed(self):
        self.choose()
        self.ui.newSegmentButton.click()
        self.application.scene.Clear()
        self.logic.wait()
        self.assertEqual(self.boxes, [])
        self.parameters = self.panel.parameters
        self.ui.segmentButton.click()
        self.assertRegex(self.boxes.pop(), "^input volume: none chosen")


class EffectTest(LogicTest):
    """The Segment Editor's effect."""

    def setUp(self):
        super().setUp()
        qt_stand_in.install(self.application)
        from MedalSLib import logic as module
        from SegmentEditorMedalSLib.SegmentEditorMedalSEffect import \
            SegmentEditorMedalSEffect as Effect

        module._shared = self.logic
        self.volume = add_volume(made_scan())
        self.logic.choose(self.volume)
        self.editor = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLSegmentEditorNode")
        self.editor.SetAndObserveSegmentationNode(self.logic.segmentation)
        self.editor.SetAndObserveSourceVolumeNode(self.volume)
        self.ball = self.logic.segments.make("ball")
        self.editor.SetSelectedSegmentID(self.ball)
        self.host = qt_stand_in.Effect(self.editor)
        self.effect = Effect(self.host)
        self.effect.setMRMLDefaults()
        self.effect.setupOptionsFrame()
        self.effect.activate()
        self.effect.updateGUIFromMRML()
        self.addCleanup(self.effect.deactivate)
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSliceNode", "Red")
        node.SetDimensions(100, 100, 1)
        node.SetFieldOfView(50, 50, 1)
        matrix = node.GetSliceToRAS()
        for row, at in enumerate(geometry.ijk_to_world(
                self.volume, [BALLS[0][0]])[0]):
            matrix.SetElement(row, 3, at)
        node.UpdateMatrices()
        self.view = qt_stand_in.View(node)

    def mouse(self, event, x, y, view=None):
        return self.effect.processInteractionEvents(
            qt_stand_in.interactor(x, y), event, view or self.view)

    def test_click(self):
        command = vtk.vtkCommand
        self.assertTrue(self.mouse(command.LeftButtonPressEvent, 50, 50))
        self.assertTrue(self.mouse(command.LeftButtonReleaseEvent, 50, 50))
        self.assertFalse(self.mouse(command.MouseMoveEvent, 50, 50))
        self.assertFalse(self.mouse(command.KeyPressEvent, 50, 50))
        other = qt_stand_in.View(self.view.node, "qMRMLThreeDWidget")
        self.assertFalse(self.mouse(command.LeftButtonPressEvent, 50, 50,
                                    other))
        self.logic.wait(120)
        self.assertEqual(self.host.saved, 1)
        self.assertTrue(self.mask(self.ball)[BALLS[0][0][::-1]])
        self.assertRegex(self.effect.statusLabel.text, "^ball: .* ml")

    def test_overwrites_as_the_editor_says(self):
        foreign = self.logic.segments.make("foreign")
        self.paint(foreign, (14, 22, 18, 26, 16, 24))
        self.assertEqual(self.editor.GetOverwriteMode(),
                         self.editor.OverwriteAllSegments)
        before = self.logic.voxels(foreign)
        self.mouse(vtk.vtkCommand.LeftButtonPressEvent, 50, 50)
        self.mouse(vtk.vtkCommand.LeftButtonReleaseEvent, 50, 50)
        self.logic.wait(120)
        self.assertFalse((self.mask(foreign) & self.mask(self.ball)).any())
        self.assertLess(self.logic.voxels(foreign), before)

    def test_options(self):
        self.effect.toolCombo.currentIndex = 2
        self.effect.positiveCheck.checked = False
        self.effect.radiusSpin.value = 4
        self.effect.toolCombo.currentIndexChanged.emit(2)
        self.assertEqual((self.effect.pencil.tool, self.effect.pencil.positive,
                          self.effect.pencil.radius_mm),
                         ("scribble", False, 4.0))

    def test_buttons(self):
        self.effect.refineButton.click()
        self.effect.nameButton.click()
        self.logic.wait(120)
        self.effect.cancelButton.click()
        self.editor.SetSelectedSegmentID(None)
        self.effect.refineButton.click()
        self.assertEqual(self.effect.statusLabel.text,
                         "segment: none selected; expected one")


class Module(LogicTest):
    """MedalS.py and SegmentEditorMedalS.py load and say who they are."""

    def test_modules(self):
        import MedalS
        import SegmentEditorMedalS

        class Parent:
            pass

        parent = Parent()
        MedalS.MedalS(parent)
        self.assertEqual(parent.title, "Medal S")
        parent = Parent()
        SegmentEditorMedalS.SegmentEditorMedalS(parent)
        self.assertTrue(parent.hidden)

    def test_sample_data(self):
        """What Slicer's Sample Data module is told, with a picture."""
        told = {}
        module = types.ModuleType("SampleData")
        module.SampleDataLogic = types.SimpleNamespace(
            registerCustomSampleDataSource=lambda **what: told.update(what))
        sys.modules["SampleData"] = module
        import MedalS

        MedalS.register_sample_data()
        self.assertTrue(pathlib.Path(told["thumbnailFileName"]).exists())
        digest = told["checksums"].split(":")[1]
        self.assertEqual(len(digest), 64)
        self.assertTrue(told["uris"].endswith(digest))

    def test_own_test(self):
        """The test that Slicer's Reload and Test runs."""
        import MedalS

        slicer.util.addVolumeFromArray = lambda array, name: add_volume(
            array, name=name)
        test = MedalS.MedalSTest()
        test.runTest()


if __name__ == "__main__":
    unittest.main()
