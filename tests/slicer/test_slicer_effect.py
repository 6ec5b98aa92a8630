"""The Segment Editor's effect on real Qt: options, mouse, cursor, undo.

The Segment Editor round it is told again: qMRMLSegmentEditorWidget.cxx of
Slicer 583e9b3 hands a view's events to the active effect (1864-1881), asks
for its cursor when it is activated (1137) and tells it of another layout
(1707).
"""
import threading
import unittest

import pythonqt
import slicer
import vtk
from logic_case import BALLS, made_scan
from PyQt5 import QtCore
from qt_case import Key, QtTest
from scenes import add_volume

from MedalSLib.logic import shared_logic

EVENTS = ("LeftButtonPressEvent", "LeftButtonReleaseEvent",
          "LeftButtonDoubleClickEvent", "MouseMoveEvent", "KeyPressEvent")


class EffectTest(QtTest):
    """The effect in hand, with a segment that is selected."""

    def setUp(self):
        super().setUp()
        registered, = self.application.registered["effects"]
        self.volume = add_volume(made_scan())
        self.aim(BALLS[0][0])
        self.logic = shared_logic()
        self.addCleanup(self.logic.close)
        self.logic.modality, self.logic.answer = "mri", "instant"
        self.logic.choose(self.volume)
        self.editor = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLSegmentEditorNode")
        self.editor.SetAndObserveSegmentationNode(self.logic.segmentation)
        self.editor.SetAndObserveSourceVolumeNode(self.volume)
        self.ball = self.logic.segments.make("ball")
        self.editor.SetSelectedSegmentID(self.ball)
        self.host = registered.self().clone()
        self.effect = self.host.self()
        self.host.setParameterSetNode(self.editor)
        self.effect.setupOptionsFrame()
        self.effect.setMRMLDefaults()
        self.addCleanup(self.effect.cleanup)
        self.activate()
        for name in ("Red", "Yellow", "Green"):
            self.watch(name)

    def activate(self):
        self.effect.activate()
        self.effect.updateGUIFromMRML()

    def watch(self, name):
        """As the Segment Editor watches a view."""
        widget = pythonqt.wrap(self.application.views._made[name])
        interactor = self.view(name).interactor()
        for event in EVENTS:
            def told(caller, what):
                command = getattr(vtk.vtkCommand, what)
                if self.effect.is_active and \
                        self.effect.processInteractionEvents(
                            caller, command, widget):
                    self.taken.append(what)
                else:
                    self.passed.append(what)

            interactor.AddObserver(event, told, 1.0)
        self.taken, self.passed = [], []

    def tool(self, index):
        self.effect.toolCombo.setCurrentIndex(index)


class Effect(EffectTest):
    def test_click(self):
        self.click(150, 150)
        self.assertEqual(self.host.saved, 1)
        self.assertTrue(self.mask(self.ball)[BALLS[0][0][::-1]])
        self.assertRegex(self.effect.statusLabel.text, "^ball: .* ml")
        self.assertEqual(self.taken, ["LeftButtonPressEvent",
                                      "LeftButtonReleaseEvent"])
        self.move(150, 160)
        self.assertEqual(self.passed, ["MouseMoveEvent"])
        threed = pythonqt.wrap(slicer.qMRMLThreeDWidget()._qt)
        self.assertFalse(self.effect.processInteractionEvents(
            self.view().interactor(), vtk.vtkCommand.LeftButtonPressEvent,
            threed))

    def test_modifiers_are_the_views(self):
        for key in (Key.ShiftModifier, Key.ControlModifier, Key.AltModifier):
            self.press(150, 150, key)
            self.move(160, 150)
            self.release(160, 150, key)
        self.rest()
        self.assertEqual(self.taken, [])
        self.assertEqual(self.host.saved, 0)
        self.assertEqual(self.logic.voxels(self.ball), 0)

    def test_overwrites_as_the_editor_says(self):
        foreign = self.logic.segments.make("foreign")
        self.paint(foreign, (14, 22, 18, 26, 16, 24))
        self.assertEqual(self.editor.GetOverwriteMode(),
                         self.editor.OverwriteAllSegments)
        before = self.logic.voxels(foreign)
        self.click(150, 150)
        self.assertFalse((self.mask(foreign) & self.mask(self.ball)).any())
        self.assertLess(self.logic.voxels(foreign), before)

    def test_options(self):
        self.tool(2)
        self.effect.positiveCheck.click()
        self.effect.radiusSpin.value = 4
        self.assertEqual((self.effect.pencil.tool, self.effect.pencil.positive,
                          self.effect.pencil.radius_mm),
                         ("scribble", False, 4.0))
        self.host.setParameter("Tool", "lasso")
        self.assertEqual(self.effect.toolCombo.currentIndex, 3)

    def test_buttons(self):
        self.effect.refineButton.click()
        self.effect.nameButton.click()
        self.rest()
        self.effect.cancelButton.click()
        self.editor.SetSelectedSegmentID(None)
        self.effect.refineButton.click()
        self.assertEqual(self.effect.statusLabel.text,
                         "segment: none selected; expected one")
        self.assertEqual(self.boxes, [])

    def test_lock(self):
        other = self.logic.segments.make("other")
        self.effect.lockCheck.click()
        self.rest()
        self.assertTrue(self.logic.segments.is_locked(self.ball))
        self.assertEqual(self.effect.statusLabel.text, "ball: locked")
        self.click(150, 150)
        self.assertEqual(self.logic.voxels(self.ball), 0)
        self.assertIn("locked", self.effect.statusLabel.text)
        for name, locked in ((other, False), (self.ball, True)):
            self.editor.SetSelectedSegmentID(name)
            self.effect.updateGUIFromMRML()
            self.assertEqual(self.effect.lockCheck.checked, locked)

    def test_escape_drops_a_box(self):
        """And leaves no state for undo behind."""
        self.tool(1)
        self.press(140, 140)
        self.move(160, 150)
        self.assertGreater(self.drawn(), 0)
        self.view().interactor().SetKeySym("Escape")
        self.view().interactor().InvokeEvent("KeyPressEvent")
        self.assertEqual(self.drawn(), 0)
        self.move(170, 170)
        self.release(170, 170)
        self.rest()
        self.assertEqual(self.passed, [])
        self.assertEqual(self.host.saved, 0)
        self.assertEqual(self.logic.voxels(self.ball), 0)

    def test_marks_and_layout(self):
        self.click(150, 150)
        self.assertEqual(self.drawn(), 2)
        self.application.views.setViews("Red", "Slice4")
        self.effect.layoutChanged()
        self.aim(BALLS[0][0], "Slice4")
        self.assertEqual(self.drawn("Slice4"), 2)
        self.assertEqual(self.drawn("Yellow"), 0)
        self.logic.undo()
        self.rest()
        self.assertEqual(self.drawn(), 0)
        self.effect.deactivate()
        self.assertEqual(
            self.view().renderWindow().GetRenderers().GetFirstRenderer()
            .GetActors2D().GetNumberOfItems(), 0)

    def test_cursor(self):
        red = pythonqt.wrap(self.application.views._made["Red"])
        seen = set()
        for index in range(4):
            self.tool(index)
            for _ in range(2):
                self.effect.positiveCheck.click()
                cursor = pythonqt.unwrap(self.effect.createCursor(red))
                for shown in (cursor, self.view().cursor()):
                    image = shown.pixmap().toImage()  # bits() are its own
                    seen.add(bytes(image.bits().asarray(32 * 32 * 4)))
        self.assertEqual(len(seen), 8)
        threed = slicer.qMRMLThreeDWidget()
        self.assertEqual(pythonqt.unwrap(self.effect.createCursor(
            threed)).shape(), QtCore.Qt.ArrowCursor)

    def test_an_answer_obeys_the_rules_of_its_call(self):
        """Masking to the inside of another segment, and the effect is left
        while the engine works; then with masking set after the call."""
        room = self.logic.segments.make("room")
        self.paint(room, (16, 22, 20, 26, 18, 24))
        self.editor.SetOverwriteMode(self.editor.OverwriteNone)
        self.editor.SetMaskMode(
            slicer.vtkMRMLSegmentationNode.EditAllowedInsideSingleSegment)
        self.editor.SetMaskSegmentID(room)
        self.press(150, 150)
        self.release(150, 150)
        self.effect.deactivate()
        self.editor.SetMaskMode(
            slicer.vtkMRMLSegmentationNode.EditAllowedEverywhere)
        self.rest()
        ball, inside = self.mask(self.ball), self.mask(room)
        self.assertGreater(ball.sum(), 0)
        self.assertEqual((ball & ~inside).sum(), 0)

    def test_an_answer_comes_after_another_effect(self):
        """The effect is left while the engine works."""
        self.press(150, 150)
        self.release(150, 150)
        self.effect.deactivate()
        for _ in range(400):
            self.events(10)
            if not self.effect.timer.active:
                break
        self.assertGreater(self.logic.voxels(self.ball), 0)
        self.assertFalse(self.effect.timer.active)


class Start(QtTest):
    """Slicer starts."""

    def test_no_thread(self):
        effect = self.application.registered["effects"][0].self()
        self.assertIsNone(effect.pencil.logic)
        copy = effect.clone().self()
        self.assertIsNone(copy.pencil.logic)
        self.assertNotIn("medals",
                         [thread.name for thread in threading.enumerate()])


if __name__ == "__main__":
    unittest.main()
