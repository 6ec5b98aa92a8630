"""The module opened by a user, in an application on real Qt."""
import engine_paths  # noqa: F401  it says where the engine is
import pythonqt
import slicer
import slicer_qt
from logic_case import BALLS, LogicTest, made_scan
from PyQt5 import QtCore, QtGui
from pythonqt import QTest
from scenes import add_volume

import MedalSLib.logic
from MedalSLib import geometry

Key = QtCore.Qt


class QtTest(LogicTest):
    """An application that has started, with three slice views; nothing is
    opened yet."""

    make_application = slicer_qt.QtApplication

    def setUp(self):
        MedalSLib.logic._shared = None
        super().setUp()
        self.logic.close()
        self.application.views.setViews("Red", "Yellow", "Green")
        self.application.start()
        self.addCleanup(self.check_slots)

    def check_slots(self):
        """No slot and no method of the module has raised."""
        self.assertEqual(pythonqt.failures, [])

    @property
    def boxes(self):
        """Message boxes that a user had to close."""
        return self.application.boxes

    def rest(self):
        """Until the engine rests."""
        self.logic.wait(300)
        self.events()

    def events(self, milliseconds=0):
        """Qt's events, and timers of so long."""
        if milliseconds:
            QTest.qWait(milliseconds)
        slicer.app.processEvents()

    def view(self, name="Red"):
        """The widget of Qt of a slice view, and its centre."""
        return self.application.views._made[name]._view

    def aim(self, voxel, name="Red"):
        """Puts a voxel (i,j,k) in the middle of a view."""
        node = self.application.views._made[name].mrmlSliceNode()
        matrix = node.GetSliceToRAS()
        for row, at in enumerate(geometry.ijk_to_world(self.volume,
                                                       [voxel])[0]):
            matrix.SetElement(row, 3, at)
        node.UpdateMatrices()

    def press(self, x, y, keys=Key.NoModifier, name="Red"):
        """The left button goes down at a pixel, y upwards."""
        QTest.mousePress(self.view(name), Key.LeftButton, keys,
                         QtCore.QPoint(x, 299 - y))

    def move(self, x, y, name="Red"):
        """The mouse moves to a pixel."""
        at = QtCore.QPointF(x, 299 - y)
        pythonqt.application.sendEvent(self.view(name), QtGui.QMouseEvent(
            QtCore.QEvent.MouseMove, at, Key.NoButton, Key.NoButton,
            Key.NoModifier))
        self.events()

    def release(self, x, y, keys=Key.NoModifier, name="Red"):
        """The left button goes up."""
        QTest.mouseRelease(self.view(name), Key.LeftButton, keys,
                           QtCore.QPoint(x, 299 - y))

    def click(self, x, y, name="Red"):
        """A click in a view, and its answer."""
        self.press(x, y, name=name)
        self.release(x, y, name=name)
        self.rest()

    def drawn(self, name="Red"):
        """Lines that lie over a view."""
        renderer = self.view(name).renderWindow().GetRenderers()\
            .GetFirstRenderer()
        props = renderer.GetActors2D()
        props.InitTraversal()
        return sum(props.GetNextActor2D().GetMapper().GetInput()
                   .GetNumberOfLines()
                   for _ in range(props.GetNumberOfItems()))


class PanelTest(QtTest):
    """The panel on a made scan, opened as a user does."""

    def setUp(self):
        super().setUp()
        self.application.panel.setModule("MedalS")
        self.panel = slicer.util.getModuleWidget("MedalS").panel
        self.ui, self.logic = self.panel.ui, self.panel.logic
        self.addCleanup(self.logic.close)
        self.parameters = self.panel.parameters
        self.parameters.modality = "mri"
        self.edit = pythonqt.unwrap(self.ui.textEdit)
        self.window = self.application.window

    @property
    def status(self):
        """What the status line says."""
        return self.ui.statusLabel.text

    def choose(self):
        """As a user chooses the input volume."""
        self.volume = add_volume(made_scan())
        self.parameters.inputVolume = self.volume
        self.aim(BALLS[0][0])

    def type(self, text):
        """Keys into the text, one by one; "\\n" and "\\t" as keys of their
        own."""
        self.edit.setFocus()
        for letter in text:
            target = pythonqt.application.activePopupWidget() or self.edit
            if letter == "\n":
                QTest.keyClick(target, Key.Key_Return)
            elif letter == "\t":
                QTest.keyClick(target, Key.Key_Tab)
            elif letter == "\b":
                QTest.keyClick(target, Key.Key_Backspace)
            else:
                QTest.keyClicks(target, letter)
            self.events()

    def key(self, key, modifier=Key.NoModifier):
        """A key, with a slice view in focus."""
        self.view().setFocus()
        QTest.keyClick(self.view(), key, modifier)
        self.events()
