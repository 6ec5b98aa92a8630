"""The panel on real Qt: opened as Slicer opens it, real keys and clicks.

Widgets of ctk and MRML are stand-ins of mrml_widgets.py, the rest of Slicer
is that of slicer_qt.py. What this cannot see: layout on a screen.
"""
import pathlib
import unittest

import numpy as np
import parameter_wrapper
import pythonqt
import slicer
import slicer_qt
from logic_case import BALLS
from PyQt5 import QtCore, QtWidgets
from PyQt5.QtGui import QKeySequence, QTextCursor
from qt_case import Key, PanelTest, QtTest
from pythonqt import QTest
from scenes import add_volume

from MedalSLib import geometry


class Opened(QtTest):
    """How the module comes to life."""

    def test_opens(self):
        self.application.panel.setModule("MedalS")
        self.assertEqual(self.application.modules["MedalS"].setups, 1)
        self.assertTrue(slicer.util.getModuleWidget("MedalS").panel.root
                        .visible)

    def test_script_asks_for_the_logic(self):
        """Before the module is opened, and nothing is taken in hand."""
        logic = slicer.util.getModuleLogic("MedalS")
        self.assertEqual(self.application.modules["MedalS"].setups, 1)
        self.assertIs(logic, slicer.util.getModuleLogic("MedalS"))
        self.assertIs(logic.engine,
                      slicer.util.getModuleWidget("MedalS").panel.logic)
        self.assertEqual(self.shortcuts(), [])
        self.assertEqual(self.drawn(), 0)

    def shortcuts(self):
        return [shortcut for shortcut in self.application.window.findChildren(
            QtWidgets.QShortcut) if shortcut.isEnabled()]

    def test_shortcuts_live_while_entered(self):
        self.application.panel.setModule("MedalS")
        self.assertGreater(len(self.shortcuts()), 10)
        self.application.panel.setModule("")
        self.assertEqual(self.shortcuts(), [])
        self.application.panel.setModule("MedalS")
        self.assertGreater(len(self.shortcuts()), 10)

    def test_reload(self):
        """Slicer's Reload button."""
        self.application.panel.setModule("MedalS")
        slicer.util.reloadScriptedModule("MedalS")
        self.application.panel.setModule("")
        self.application.panel.setModule("MedalS")
        panel = slicer.util.getModuleWidget("MedalS").panel
        self.assertIs(slicer.util.getModuleLogic("MedalS").engine,
                      panel.logic)
        self.assertFalse(panel.logic.thread.is_closed)
        self.events()
        self.assertTrue(panel.root.visible)
        self.assertGreater(len(self.shortcuts()), 10)

    def test_without_a_window(self):
        """slicer --no-main-window: no views, no shortcuts, no error."""
        self.application.window.setObjectName("")
        self.application.hide_views()
        self.application.panel.setModule("MedalS")
        self.application.panel.setModule("")
        self.assertEqual(self.shortcuts(), [])

    def test_no_thread_when_slicer_starts(self):
        import threading

        self.assertEqual([thread.name for thread in threading.enumerate()
                          if thread.name == "medals"], [])
        self.assertEqual(len(self.application.registered["effects"]), 1)

    def test_said_of_the_modules(self):
        script = slicer_qt.importlib.import_module("MedalS")
        self.assertEqual(
            self.application.modules["MedalS"].instance.parent.title,
            "Medal S")
        self.assertTrue(self.application.modules["SegmentEditorMedalS"]
                        .instance.parent.hidden)
        told = self.application.registered["sample"]
        self.assertTrue(pathlib.Path(told["thumbnailFileName"]).exists())
        self.assertTrue(told["uris"].endswith(script.HEAD_SHA256))
        self.assertEqual(len(script.HEAD_SHA256), 64)

    def test_own_test(self):
        """The test that Slicer's Reload and Test runs."""
        import MedalS

        slicer.util.addVolumeFromArray = lambda array, name: add_volume(
            array, name=name)
        MedalS.MedalSTest().runTest()


class Typed(PanelTest):
    """The text."""

    def test_in_order(self):
        self.type("brain")
        self.edit.moveCursor(QTextCursor.StartOfLine)
        self.type("my ")
        self.assertEqual(self.edit.toPlainText(), "my brain")
        self.assertEqual(self.parameters.texts, "my brain")
        self.assertEqual(self.edit.textCursor().position(), 3)

    def test_another_parameter_leaves_the_cursor(self):
        self.type("brain")
        self.edit.moveCursor(QTextCursor.StartOfLine)
        self.parameters.passes = 3
        self.type("x")
        self.assertEqual(self.edit.toPlainText(), "xbrain")

    def test_from_the_scene(self):
        self.parameters.texts = "liver\nspleen"
        self.assertEqual(self.edit.toPlainText(), "liver\nspleen")
        self.application.scene.Clear()
        self.assertEqual(self.edit.toPlainText(), "")

    def test_tab_takes_the_first(self):
        self.type("left hippoc\t")
        self.assertEqual(self.edit.toPlainText(), "left hippocampus")
        self.assertEqual(self.parameters.texts, "left hippocampus")
        self.assertIsNone(pythonqt.application.activePopupWidget())

    def test_return_takes_the_marked(self):
        self.type("left ")
        popup = pythonqt.application.activePopupWidget()
        QTest.keyClick(popup, Key.Key_Down)
        QTest.keyClick(popup, Key.Key_Down)
        marked = popup.currentIndex().data()
        self.type("\n")
        self.assertEqual(self.edit.toPlainText(), marked)

    def test_return_ends_a_whole_name(self):
        self.type("brain stem\nleft hippoc\n\n")
        self.assertEqual(self.edit.toPlainText(),
                         "brain stem\nleft hippocampus\n")

    def test_escape_closes_the_popup(self):
        """And is no cancel then."""
        self.choose()
        self.type("left hipp")
        cancelled = []
        self.logic.cancel = lambda: cancelled.append(True)
        QTest.keyClick(pythonqt.application.activePopupWidget(),
                       Key.Key_Escape)
        self.assertIsNone(pythonqt.application.activePopupWidget())
        self.assertEqual(cancelled, [])
        self.type("oc\n")
        self.assertEqual(self.edit.toPlainText(), "left hippocampus")

    def test_undo_of_typing(self):
        """Ctrl+Z in the text is the text's, not the session's."""
        undone = []
        self.logic.undo = lambda: undone.append(True)
        self.type("brain stemx")
        QTest.keyClick(self.edit, Key.Key_Z, Key.ControlModifier)
        self.assertNotEqual(self.edit.toPlainText(), "brain stemx")
        self.assertEqual(undone, [])

    def test_in_the_middle(self):
        """Second of three lines, and between semicolons."""
        self.edit.setPlainText("a\n\nb")
        self.edit.setFocus()
        self.edit.moveCursor(QTextCursor.End)
        self.edit.moveCursor(QTextCursor.Up)
        self.type("left hippoc\t")
        self.assertEqual(self.edit.toPlainText(), "a\nleft hippocampus\nb")
        self.edit.setPlainText("\U0001f9e0\U0001f9e0; left hippoc;b")
        self.edit.moveCursor(QTextCursor.End)
        for _ in range(3):
            QTest.keyClick(self.edit, Key.Key_Left)
        self.type("c\b\t")
        self.assertEqual(self.edit.toPlainText(),
                         "\U0001f9e0\U0001f9e0; left hippocampus;b")
        self.edit.setPlainText("a; ;b")
        self.edit.moveCursor(QTextCursor.End)
        for _ in range(2):
            QTest.keyClick(self.edit, Key.Key_Left)
        self.type("left hippoc\t")
        self.assertEqual(self.edit.toPlainText(), "a; left hippocampus;b")

    def test_letters_are_no_shortcuts(self):
        """B, O, S ... are letters while one types; Ctrl+Return is a key."""
        self.choose()
        self.type("obslterm")
        QTest.keyClick(self.edit, Key.Key_Delete)
        self.assertIsNone(self.panel.pencil.tool)
        self.assertTrue(self.panel.pencil.positive)
        self.edit.setPlainText("brain stem")
        QTest.keyClick(self.edit, Key.Key_Return, Key.ControlModifier)
        self.rest()
        self.assertEqual(self.names(), ["brain stem"])

    def names(self):
        segments = self.logic.segments
        return [segments.name(name) for name in segments.ids()]


class Pressed(PanelTest):
    """Buttons."""

    def test_nothing_chosen(self):
        for button in (self.ui.segmentButton, self.ui.refineButton,
                       self.ui.newSegmentButton, self.ui.maskButton):
            button.click()
            self.assertEqual(self.status, "input volume: none chosen; "
                             "expected a volume")
        self.assertEqual(self.boxes, [])
        self.assertEqual(self.window.statusBar().currentMessage(),
                         self.status)

    def test_text(self):
        self.choose()
        self.ui.segmentButton.click()
        self.assertRegex(self.status, "^text: empty; expected")
        self.assertRegex(self.ui.modelLabel.text, "knows .* in MRI")
        self.ui.allKnownButton.click()
        names = self.edit.toPlainText().splitlines()
        self.assertGreater(len(names), 20)
        self.assertIn("left hippocampus", names)
        self.edit.setPlainText("left hippocampus\nbrain stem")
        self.ui.segmentButton.click()
        self.assertIs(self.parameters.segmentation, self.logic.segmentation)
        self.logic.pump()
        self.assertTrue(self.ui.cancelButton.enabled)
        self.rest()
        self.assertFalse(self.ui.progressBar.visible)
        self.assertEqual(
            [self.logic.segments.name(name)
             for name in self.logic.segments.ids()],
            ["left hippocampus", "brain stem"])
        self.assertTrue(self.ui.undoButton.enabled)
        self.assertEqual(self.boxes, [])

    def test_prompts(self):
        self.choose()
        self.ui.newSegmentButton.click()
        self.rest()
        segment = self.panel._selected_segment()
        self.ui.pointButton.click()
        self.assertEqual(self.panel.pencil.tool, "point")
        self.ui.lassoButton.click()
        self.assertFalse(self.ui.pointButton.checked)
        self.ui.lassoButton.click()
        self.assertIsNone(self.panel.pencil.tool)
        self.ui.negativeButton.click()
        self.assertFalse(self.panel.pencil.positive)
        self.ui.positiveButton.click()
        self.ui.pointButton.click()
        self.click(150, 150)
        self.assertTrue(self.mask(segment)[BALLS[0][0][::-1]])
        self.assertRegex(self.status, r"ml, \+\d+ -\d+ voxels")
        for button in (self.ui.maskButton, self.ui.refineButton,
                       self.ui.undoButton, self.ui.redoButton,
                       self.ui.forgetButton, self.ui.resetSegmentButton):
            button.click()
            self.rest()
        self.ui.show3dCheck.click()
        self.assertTrue(self.logic.segments.has_surface(segment))

    def test_lock(self):
        """Of what is selected; the button follows the selection."""
        self.choose()
        for _ in range(2):
            self.ui.newSegmentButton.click()
            self.rest()
        segments = self.logic.segments
        one, other = segments.ids()
        self.ui.lockButton.click()
        self.assertEqual(list(map(segments.is_locked, (one, other))),
                         [False, True])
        self.assertEqual(self.status, "object 2: locked")
        for chosen, locked in ((one, False), (other, True)):
            self.ui.segmentsTable.setSelectedSegmentIDs([chosen])
            self.assertEqual(self.ui.lockButton.checked, locked)
        self.ui.lockButton.click()
        self.assertFalse(segments.is_locked(other))
        self.ui.segmentsTable.setSelectedSegmentIDs([])
        self.ui.lockButton.click()
        self.assertRegex(self.status, "^segment: 2 to choose from")
        self.assertFalse(self.ui.lockButton.checked)
        self.rest()

    def test_text_that_is_not_wanted(self):
        self.choose()
        self.edit.setPlainText("brain stem\nno mandible")
        self.ui.segmentButton.click()
        self.assertRegex(self.status, '^text "no mandible": "no" says what '
                         "is not wanted; expected")
        self.assertEqual(self.logic.segments.ids(), [])

    def test_settings_of_the_scene(self):
        self.choose()
        self.ui.autoPredictCheck.click()
        self.ui.radiusSlider.value = 3.5
        self.assertEqual(self.logic.answer, "instant")
        self.assertEqual(self.panel.pencil.radius_mm, 3.5)
        self.assertEqual(self.logic.modality, "mri")
        self.ui.modalityCombo.currentIndex = 0
        self.assertIsNone(self.logic.modality)

    def test_several_to_choose_from(self):
        self.choose()
        self.ui.newSegmentButton.click()
        self.ui.newSegmentButton.click()
        self.rest()
        self.ui.segmentsTable.setSelectedSegmentIDs([])
        self.ui.maskButton.click()
        self.assertEqual(self.status, "segment: 2 to choose from; expected "
                         "one selected in the table")

    def test_scene_closed(self):
        self.choose()
        self.ui.newSegmentButton.click()
        self.application.scene.Clear()
        self.rest()
        self.parameters = self.panel.parameters
        self.ui.segmentButton.click()
        self.assertRegex(self.status, "^input volume: none chosen")
        self.assertEqual(self.boxes, [])

    def test_scene_closed_in_both_versions_of_slicer(self):
        """Widgets obey the new scene's parameters alone."""
        for parameter_wrapper.like in ("5.6", "main"):
            old = self.panel.parameters
            self.application.scene.Clear()
            self.assertIsNot(self.panel.parameters, old)
            self.assertEqual(old._parameterGUIs, {})
            self.ui.passesSpin.value = 4
            self.assertEqual(self.panel.parameters.passes, 4)

    def test_lost_work_gets_a_box(self):
        """A volume that goes while the engine works."""
        self.choose()
        self.edit.setPlainText("brain stem")
        self.ui.segmentButton.click()
        while self.logic.thread.running.name != "segment":
            self.events(1)
        self.application.scene.RemoveNode(self.volume)
        self.rest()
        self.assertEqual(len(self.boxes), 1)
        self.assertRegex(self.boxes[0], "nothing was changed$")


class Settings(PanelTest):
    """Folders of model and journal."""

    def letters(self, edit, text):
        line = pythonqt.unwrap(edit).comboBox().lineEdit()
        line.setFocus()
        line.selectAll()
        for letter in text:
            QTest.keyClicks(line, letter)
        if not text:
            QTest.keyClick(line, Key.Key_Delete)

    def test_a_path_that_is_typed(self):
        """No box a letter, no word of a volume; one line when one pauses."""
        self.letters(self.ui.modelPath, "/no/such/model")
        self.assertEqual(self.boxes, [])
        self.assertRegex(self.ui.modelLabel.text, "knows")
        self.events(800)
        self.assertRegex(self.ui.modelLabel.text, "^/no/such/model.*expected")
        self.assertEqual(self.boxes, [])
        self.letters(self.ui.modelPath, "")
        self.events(800)
        self.assertRegex(self.ui.modelLabel.text, "knows")
        self.choose()
        self.ui.newSegmentButton.click()
        self.rest()
        self.assertEqual(len(self.logic.segments.ids()), 1)

    def test_stay(self):
        """For the next start; an empty one too."""
        folder = str(pathlib.Path(self.application._settings.name))
        for path in (folder, ""):
            self.letters(self.ui.journalPath, path)
            self.application.panel.setModule("")
            self.application.modules["MedalS"]._representation = None
            self.application.panel.setModule("MedalS")
            self.panel.cleanup()
            self.panel = slicer.util.getModuleWidget("MedalS").panel
            self.ui = self.panel.ui
            self.assertEqual(self.ui.journalPath.currentPath, path)
            self.assertEqual(self.panel.logic.journal, path)


class Volumes(QtTest):
    """Which volume is chosen when the user has chosen none."""

    def opened(self):
        self.application.panel.setModule("MedalS")
        return slicer.util.getModuleWidget("MedalS").panel.parameters

    def test_the_first(self):
        label = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLLabelMapVolumeNode")
        volume = add_volume(np.zeros((4, 4, 4), np.int16))
        self.assertIs(self.opened().inputVolume, volume)
        self.assertIsNot(self.opened().inputVolume, label)

    def test_the_shown(self):
        add_volume(np.zeros((4, 4, 4), np.int16))
        volume = add_volume(np.zeros((4, 4, 4), np.int16))
        slicer.app.applicationLogic().GetSelectionNode().SetActiveVolumeID(
            volume.GetID())
        self.assertIs(self.opened().inputVolume, volume)

    def test_one_that_comes_later(self):
        parameters = self.opened()
        self.assertIsNone(parameters.inputVolume)
        volume = add_volume(np.zeros((4, 4, 4), np.int16))
        self.assertIs(parameters.inputVolume, volume)
        other = add_volume(np.zeros((4, 4, 4), np.int16))
        self.assertIsNot(parameters.inputVolume, other)


class Drawn(PanelTest):
    """Mouse and keys in slice views."""

    def setUp(self):
        super().setUp()
        self.choose()
        self.parameters.autoPredict = False
        self.ui.newSegmentButton.click()
        self.rest()
        self.ball = self.panel._selected_segment()
        self.below = []
        interactor = self.view().interactor()
        for event in ("LeftButtonPressEvent", "MouseMoveEvent",
                      "LeftButtonReleaseEvent"):
            interactor.AddObserver(
                event, lambda _, name: self.below.append(name), 1.0)

    def markups(self):
        return slicer.mrmlScene.GetNodesByClass(
            "vtkMRMLMarkupsNode").GetNumberOfItems()

    def test_outline_is_no_node(self):
        """The user's own list of points stays the active one."""
        markups = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLMarkupsFiducialNode")
        selection = slicer.app.applicationLogic().GetSelectionNode()
        selection.SetActivePlaceNodeID(markups.GetID())
        for tool in ("lasso", "box"):
            self.panel._button(tool).click()
            self.press(140, 140)
            self.move(160, 140)
            self.move(160, 160)
            self.assertGreater(self.drawn(), 0)
            self.assertGreater(self.drawn("Yellow"), 0)
            self.assertEqual(self.markups(), 1)
            self.release(160, 160)
            self.rest()
            self.assertEqual(selection.GetActivePlaceNodeID(),
                             markups.GetID())

    def test_modifiers_are_the_views(self):
        self.ui.scribbleButton.click()
        for key in (Key.ShiftModifier, Key.ControlModifier, Key.AltModifier):
            self.below.clear()
            self.press(150, 150, key)
            self.move(160, 150)
            self.release(160, 150, key)
            self.rest()
            self.assertIn("LeftButtonPressEvent", self.below)
            self.assertIn("LeftButtonReleaseEvent", self.below)
        self.assertEqual(self.logic.voxels(self.ball), 0)
        self.below.clear()
        self.press(150, 150)
        self.release(150, 150)
        self.rest()
        self.assertEqual(self.below, [])
        self.assertGreater(self.logic.voxels(self.ball), 0)

    def test_double_click_is_a_click(self):
        """The view is not maximised, the second mark not lost."""
        self.ui.pointButton.click()
        self.view().interactor().SetEventInformation(150, 150)
        self.view().interactor().InvokeEvent("LeftButtonDoubleClickEvent")
        self.rest()
        self.assertGreater(self.logic.voxels(self.ball), 0)

    def test_escape_drops_a_drawing(self):
        """A box too, while nothing runs and Cancel is grey; the button's
        other events do not reach the view."""
        for tool in ("box", "lasso", "scribble"):
            self.panel._button(tool).click()
            self.assertFalse(self.ui.cancelButton.enabled)
            self.press(140, 140)
            self.move(160, 150)
            self.key(Key.Key_Escape)
            self.assertFalse(self.panel.pencil.is_drawing, tool)
            self.move(170, 170)
            self.release(170, 170)
            self.rest()
            self.assertEqual(self.drawn(), 0)
            self.assertEqual(self.logic.voxels(self.ball), 0)
            self.assertEqual(self.below, [])

    def test_escape_stops_what_runs(self):
        self.parameters.autoPredict = True
        self.edit.setPlainText("brain stem")
        self.ui.segmentButton.click()
        self.logic.pump()
        self.key(Key.Key_Escape)
        self.rest()
        self.assertRegex(self.status, "cancelled$")
        self.assertEqual(self.boxes, [])

    def test_layout_is_followed(self):
        self.application.views.setViews("Red", "Slice4")
        self.aim(BALLS[0][0], "Slice4")
        self.ui.pointButton.click()
        self.click(150, 150, "Slice4")
        self.assertGreater(self.logic.voxels(self.ball), 0)
        self.assertGreater(self.drawn("Slice4"), 0)
        self.assertEqual(self.drawn("Yellow"), 0)
        before = self.logic.voxels(self.ball)
        self.application.views.setViews("Red", "Yellow", "Green")
        self.click(50, 50, "Slice4")  # hidden, and let go
        self.assertEqual(self.logic.voxels(self.ball), before)

    def test_marks_stay(self):
        """+ and - where the prompts are, taken back and brought again."""
        self.ui.pointButton.click()
        self.click(150, 150)
        plus = self.drawn()
        self.assertEqual(plus, 2)  # a + is two lines
        self.key(Key.Key_T)
        self.click(200, 150)
        self.assertEqual(self.drawn(), 3)  # and a - one more
        self.assertEqual(
            [mark.positive for mark in self.logic.marks.standing()],
            [True, False])
        self.key(Key.Key_Z, Key.ControlModifier)
        self.rest()
        self.assertEqual(self.drawn(), 2)
        self.key(Key.Key_Y, Key.ControlModifier)
        self.rest()
        self.assertEqual(self.drawn(), 3)
        node = self.application.views._made["Red"].mrmlSliceNode()
        node.SetSliceOffset(node.GetSliceOffset() + 5)
        self.assertEqual(self.drawn(), 0)  # another slice
        node.SetSliceOffset(node.GetSliceOffset() - 5)
        self.assertEqual(self.drawn(), 3)
        self.ui.forgetButton.click()
        self.rest()
        self.assertEqual(self.drawn(), 0)
        self.key(Key.Key_Z, Key.ControlModifier)
        self.rest()
        self.assertEqual(self.drawn(), 3)
        self.application.panel.setModule("")
        self.assertEqual(self.drawn(), 0)

    def test_marks_of_strokes(self):
        for tool in ("scribble", "box", "lasso"):
            self.panel._button(tool).click()
            self.press(140, 140)
            self.move(160, 140)
            self.move(160, 160)
            self.release(140, 160)
            self.rest()
        kinds = [mark.kind for mark in self.logic.marks.standing()]
        self.assertEqual(kinds, ["scribble", "box", "lasso"])
        self.assertGreater(self.drawn(), 8)
        self.assertEqual(self.markups(), 0)

    def test_reset_of_one_segment(self):
        """R: the selected one is empty and forgets; the other stays."""
        self.ui.pointButton.click()
        self.click(150, 150)
        self.key(Key.Key_E)
        self.rest()
        other = self.panel._selected_segment()
        self.assertNotEqual(other, self.ball)
        self.aim(BALLS[1][0])
        self.click(150, 150)
        before = self.logic.voxels(other)
        self.assertGreater(before, 0)
        self.ui.negativeButton.click()
        self.ui.segmentsTable.setSelectedSegmentIDs([self.ball])
        self.key(Key.Key_R)
        self.rest()
        self.assertEqual(self.logic.voxels(self.ball), 0)
        self.assertEqual(self.logic.voxels(other), before)
        self.assertTrue(self.panel.pencil.positive)
        self.assertEqual([mark.segment_id for mark in
                          self.logic.marks.standing()], [other])
        self.assertAgree(self.ball, other)
        self.key(Key.Key_Z, Key.ControlModifier)
        self.rest()
        self.assertGreater(self.logic.voxels(self.ball), 0)
        self.assertEqual(len(self.logic.marks.standing()), 2)
        self.assertAgree(self.ball, other)

    def test_keys_of_nninteractive(self):
        for key, tool in ((Key.Key_P, "point"), (Key.Key_B, "box"),
                          (Key.Key_S, "scribble"), (Key.Key_L, "lasso"),
                          (Key.Key_O, "point")):
            self.key(key)
            self.assertEqual(self.panel.pencil.tool, tool)
        display = self.logic.segmentation.GetDisplayNode()
        self.key(Key.Key_V)
        self.assertFalse(display.GetSegmentVisibility(self.ball))
        self.key(Key.Key_V)
        self.assertTrue(display.GetSegmentVisibility(self.ball))
        self.key(Key.Key_E)
        self.rest()
        self.assertEqual(len(self.logic.segments.ids()), 2)
        self.key(Key.Key_Delete)
        self.assertEqual(self.logic.segments.ids(), [self.ball])
        self.assertEqual(list(self.ui.segmentsTable.selectedSegmentIDs()),
                         [self.ball])

    def test_marks_go_with_their_segment(self):
        self.ui.pointButton.click()
        self.click(150, 150)
        self.assertEqual(self.drawn(), 2)
        self.key(Key.Key_Delete)
        self.assertEqual(self.drawn(), 0)
        self.application.scene.Clear()
        self.assertEqual(self.logic.marks.standing(), [])

    def test_views_that_are_gone(self):
        """At the end of the application views go before modules."""
        self.ui.pointButton.click()
        for view in self.application.views._made.values():
            pythonqt.sip.delete(view._view)
        self.application.panel.setModule("")
        self.assertEqual(pythonqt.failures, [])

    def test_layout_while_another_module_is_shown(self):
        self.ui.pointButton.click()
        self.click(150, 150)
        self.application.panel.setModule("")
        self.application.views.setViews("Red", "Slice5")
        self.assertEqual(self.drawn("Slice5"), 0)
        self.application.panel.setModule("MedalS")
        self.assertEqual(self.drawn(), 2)

    def test_keys_that_another_extension_has_too(self):
        """Qt gives an ambiguous key to one after the other."""
        other = QtWidgets.QShortcut(self.window)
        other.setKey(QKeySequence("S"))
        self.key(Key.Key_S)
        self.key(Key.Key_S)
        self.assertEqual(self.panel.pencil.tool, "scribble")

    def test_cursor(self):
        """By tool and sign; the view's own without a tool."""
        seen = []
        for tool in ("point", "box", "scribble", "lasso"):
            self.panel._button(tool).click()
            for positive in (True, False):
                self.panel._set_sign(positive)
                cursor = self.view().cursor()
                self.assertEqual(cursor.shape(), QtCore.Qt.BitmapCursor)
                seen.append(bytes(
                    cursor.pixmap().toImage().bits().asarray(32 * 32 * 4)))
        self.assertEqual(len(set(seen)), 8)
        self.ui.lassoButton.click()
        self.assertEqual(self.view().cursor().shape(), QtCore.Qt.ArrowCursor)
        self.ui.lassoButton.click()
        self.application.panel.setModule("")
        self.assertEqual(self.view().cursor().shape(), QtCore.Qt.ArrowCursor)


if __name__ == "__main__":
    unittest.main()
