"""Widgets of ctk and of Slicer on real Qt, as their sources say; for tests.

Only what the panel's .ui file and slice views use. Line numbers: CTK 03bf847,
Slicer 583e9b3 (2026-08).
"""
import atexit
import io
import sys
import types
import xml.etree.ElementTree as ET

import pythonqt
import slicer
import vtk
from PyQt5 import QtCore, QtGui, QtWidgets, uic
from PyQt5.QtCore import pyqtProperty, pyqtSignal
from vtkmodules.vtkRenderingOpenGL2 import vtkGenericOpenGLRenderWindow


class ctkCollapsibleButton(QtWidgets.QAbstractButton):
    """A header over widgets; closed, they are hidden.
    Libs/Widgets/ctkCollapsibleButton.cpp: setCollapsed, collapse."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self._collapsed = False
        self.setCheckable(True)
        self.setChecked(True)

    def paintEvent(self, event):
        """Draws nothing."""

    def setCollapsed(self, collapsed):
        """Hides or shows what is below."""
        self._collapsed = collapsed
        self.setChecked(not collapsed)
        for child in self.findChildren(
                QtWidgets.QWidget, options=QtCore.Qt.FindDirectChildrenOnly):
            child.setVisible(not collapsed)

    collapsed = pyqtProperty(bool, lambda self: self._collapsed, setCollapsed)


class ctkPathLineEdit(QtWidgets.QWidget):
    """A path that is typed or chosen. Libs/Widgets/ctkPathLineEdit.cpp:
    every change of the text is told (624, updateHasValidInput); the history
    of the settings is read when the key is set (660, setSettingKey) and
    written by addCurrentPathToHistory alone (548), which drops an empty path;
    a history makes its first path the current one (518, retrieveHistory)."""

    currentPathChanged = pyqtSignal(str)
    Dirs, Files = 1, 2

    def __init__(self, parent=None):
        super().__init__(parent)
        self._key = ""
        layout = QtWidgets.QHBoxLayout(self)
        self._combo = QtWidgets.QComboBox(self)
        self._combo.setEditable(True)
        self._combo.setInsertPolicy(QtWidgets.QComboBox.NoInsert)
        layout.addWidget(self._combo)
        self._combo.lineEdit().textChanged.connect(self._told)

    def _told(self, text):
        self.currentPathChanged.emit(text)

    def setFilters(self, filters):
        """Files or folders."""

    def comboBox(self):
        """The box that is typed in."""
        return self._combo

    def setCurrentPath(self, path):
        """The text."""
        self._combo.lineEdit().setText(path)

    currentPath = pyqtProperty(
        str, lambda self: self._combo.lineEdit().text(), setCurrentPath)

    def setSettingKey(self, key):
        """Where the history is kept; reads it."""
        self._key = key
        self.retrieveHistory()

    settingKey = pyqtProperty(str, lambda self: self._key, setSettingKey)

    def _setting(self):
        return "ctkPathLineEdit/" + (self._key or self.objectName())

    def _history(self):
        kept = QtCore.QSettings().value(self._setting()) or []
        return [kept] if isinstance(kept, str) else list(kept)

    def retrieveHistory(self):
        """Reads the history; the newest becomes the path where none is."""
        path = self.currentPath
        blocked = self.blockSignals(True)
        self._combo.clear()
        self._combo.addItems(self._history()[:5])
        if path:
            self.setCurrentPath(path)
            self.blockSignals(blocked)
        else:
            self.blockSignals(blocked)
            self._combo.setCurrentIndex(0)

    def addCurrentPathToHistory(self):
        """Puts the path first in the history; an empty one is not kept."""
        path = self.currentPath
        if not path:
            return
        kept = [path] + [old for old in self._history() if old != path]
        QtCore.QSettings().setValue(self._setting(), kept)
        index = self._combo.findText(path)
        if index >= 0:
            self._combo.removeItem(index)
        self._combo.insertItem(0, path)
        self._combo.setCurrentIndex(0)


class ctkSliderWidget(QtWidgets.QWidget):
    """A slider with a spin box. Libs/Widgets/ctkSliderWidget.cpp."""

    valueChanged = pyqtSignal(float)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._spin = QtWidgets.QDoubleSpinBox(self)
        QtWidgets.QHBoxLayout(self).addWidget(self._spin)
        self._spin.valueChanged.connect(self.valueChanged.emit)

    def _delegate(name):
        setter = "set" + name[0].upper() + name[1:]
        return (lambda self: getattr(self._spin, name)(),
                lambda self, value: getattr(self._spin, setter)(value))

    value = pyqtProperty(float, *_delegate("value"))
    minimum = pyqtProperty(float, *_delegate("minimum"))
    maximum = pyqtProperty(float, *_delegate("maximum"))
    singleStep = pyqtProperty(float, *_delegate("singleStep"))
    decimals = pyqtProperty(int, *_delegate("decimals"))
    suffix = pyqtProperty(str, *_delegate("suffix"))
    del _delegate

    def setValue(self, value):
        """The number."""
        self._spin.setValue(value)

    def setMinimum(self, value):
        """Its least."""
        self._spin.setMinimum(value)

    def setMaximum(self, value):
        """Its most."""
        self._spin.setMaximum(value)

    def setSingleStep(self, value):
        """Its step."""
        self._spin.setSingleStep(value)

    def setSuffix(self, text):
        """Its unit."""
        self._spin.setSuffix(text)


class Observers:
    """Observers of nodes that go with a widget, as qvtkConnect's do, and with
    the interpreter: a node may live on."""

    def __init__(self, widget):
        self._kept = []
        widget.destroyed.connect(self.clear)
        atexit.register(self.clear)

    def add(self, owner, event, callback):
        """Calls at an event of a node or a scene."""
        self._kept.append((owner, owner.AddObserver(event, callback)))

    def clear(self, *_ignored):
        """Ends all."""
        while self._kept:
            owner, tag = self._kept.pop()
            owner.RemoveObserver(tag)


class qMRMLWidget(QtWidgets.QWidget):
    """Knows a scene. Libs/MRML/Widgets/qMRMLWidget.cxx."""

    mrmlSceneChanged = pyqtSignal(object)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._scene = None

    def setMRMLScene(self, scene):
        """Tells those that are connected."""
        if scene is not self._scene:
            self._scene = scene
            self.mrmlSceneChanged.emit(scene)

    def mrmlScene(self):
        """The scene."""
        return self._scene


class qMRMLNodeComboBox(QtWidgets.QWidget):
    """Nodes of classes to choose from. Libs/MRML/Widgets/
    qMRMLNodeComboBox.cxx: with noneEnabled the current node is none until
    one is set (setMRMLScene, 490); a node that leaves the scene is the
    current one no more; currentNodeChanged only when it is another."""

    currentNodeChanged = pyqtSignal(object)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._combo = QtWidgets.QComboBox(self)
        QtWidgets.QHBoxLayout(self).addWidget(self._combo)
        self._types, self._scene, self._current = [], None, None
        self._observers = Observers(self)

    nodeTypes = pyqtProperty("QStringList", lambda self: self._types,
                             lambda self, types: self.setNodeTypes(types))

    def setNodeTypes(self, types):
        """Names of classes."""
        self._types = list(types)

    def _ignore(self, _value):
        """A property that the tests do not need."""

    setShowChildNodeTypes = setAddEnabled = setRemoveEnabled = _ignore
    setRenameEnabled = setNoneEnabled = _ignore

    def setMRMLScene(self, scene):
        """The scene to choose from."""
        self._observers.clear()
        self._scene = scene
        if scene is not None:
            self._observers.add(scene, scene.NodeRemovedEvent, self._removed)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _removed(self, _caller, _event, node):
        if node is self._current:
            self.setCurrentNode(None)

    def currentNode(self):
        """The chosen node, or None."""
        return self._current

    def setCurrentNode(self, node):
        """Chooses; another class than the box's is none."""
        if node is not None and not any(map(node.IsA, self._types)):
            node = None
        if node is not self._current:
            self._current = node
            self.currentNodeChanged.emit(node)


class qMRMLSegmentsTableView(qMRMLWidget):
    """Segments in rows. Modules/Loadable/Segmentations/Widgets/
    qMRMLSegmentsTableView.cxx: setSelectedSegmentIDs (1076) passes over IDs
    that are not there; the selection outlives a reset (1836)."""

    selectionChanged = pyqtSignal(QtCore.QItemSelection, QtCore.QItemSelection)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._table = QtWidgets.QTableWidget(0, 1, self)
        self._table.setSelectionBehavior(QtWidgets.QTableWidget.SelectRows)
        QtWidgets.QHBoxLayout(self).addWidget(self._table)
        self._node, self._observers = None, Observers(self)
        self._table.selectionModel().selectionChanged.connect(
            self.selectionChanged)

    def setSegmentationNode(self, node):
        """Whose segments are shown."""
        self._observers.clear()
        if node is not self._node:
            self._table.clearSelection()
        self._node = node
        if node is not None:
            for event in (slicer.vtkSegmentation.SegmentAdded,
                          slicer.vtkSegmentation.SegmentRemoved):
                self._observers.add(node, event, self._fill)
        self._fill()

    def segmentationNode(self):
        """The node that is shown."""
        return self._node

    def _ids(self):
        return list(self._node.GetSegmentation().GetSegmentIDs()) if \
            self._node is not None else []

    def _fill(self, *_ignored):
        chosen = self.selectedSegmentIDs()
        self._table.setRowCount(0)
        for row, name in enumerate(self._ids()):
            self._table.insertRow(row)
            self._table.setItem(row, 0, QtWidgets.QTableWidgetItem(name))
        self.setSelectedSegmentIDs(chosen)

    def setSelectedSegmentIDs(self, names):
        """Selects rows."""
        if list(names) == self.selectedSegmentIDs():
            return
        self._table.clearSelection()
        model = self._table.model()
        for row in range(self._table.rowCount()):
            if self._table.item(row, 0).text() in names:
                self._table.selectionModel().select(
                    model.index(row, 0), QtCore.QItemSelectionModel.Select)

    def selectedSegmentIDs(self):
        """IDs of selected rows."""
        rows = self._table.selectionModel().selectedRows()
        return [self._table.item(row.row(), 0).text()
                for row in sorted(rows, key=lambda index: index.row())]

    def setSelectionMode(self, mode):
        """One or several."""
        self._table.setSelectionMode(mode)


class qMRMLSliceView(QtWidgets.QWidget):
    """Mouse and keys of Qt to VTK, as QVTKInteractorAdapter does (VTK,
    GUISupport/Qt/QVTKInteractorAdapter.cxx, ProcessEvent); cursors as
    Libs/MRML/Widgets/qMRMLSliceView.cxx (369)."""

    BUTTONS = {QtCore.Qt.LeftButton: "Left", QtCore.Qt.RightButton: "Right",
               QtCore.Qt.MiddleButton: "Middle"}

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setFixedSize(300, 300)
        self.setMouseTracking(True)
        self.setFocusPolicy(QtCore.Qt.StrongFocus)
        self._window = vtkGenericOpenGLRenderWindow()
        self._window.SetSize(300, 300)
        self._window.AddRenderer(vtk.vtkRenderer())
        self._interactor = vtk.vtkGenericRenderWindowInteractor()
        self._window.SetInteractor(self._interactor)
        self._interactor.SetRenderWindow(self._window)
        self._interactor.SetInteractorStyle(None)
        self.renders = 0  #: how often a picture was asked for

    def renderWindow(self):
        """VTK's window."""
        return self._window

    def interactor(self):
        """VTK's interactor."""
        return self._interactor

    def scheduleRender(self):
        """A picture, later."""
        self.renders += 1

    def setViewCursor(self, cursor):
        """Over the view."""
        self.setCursor(cursor)

    def unsetViewCursor(self):
        """The arrow again."""
        self.setCursor(QtGui.QCursor(QtCore.Qt.ArrowCursor))

    def _send(self, event, name):
        keys = event.modifiers()
        at = event.pos()
        self._interactor.SetEventInformation(
            at.x(), self.height() - 1 - at.y(),
            int(bool(keys & QtCore.Qt.ControlModifier)),
            int(bool(keys & QtCore.Qt.ShiftModifier)), "\0", 0, None)
        self._interactor.SetAltKey(int(bool(keys & QtCore.Qt.AltModifier)))
        self._interactor.InvokeEvent(name)

    def mousePressEvent(self, event):
        """A button goes down."""
        self._send(event, self.BUTTONS[event.button()] + "ButtonPressEvent")

    def mouseReleaseEvent(self, event):
        """A button goes up."""
        self._send(event, self.BUTTONS[event.button()] + "ButtonReleaseEvent")

    def mouseMoveEvent(self, event):
        """The mouse moves."""
        self._send(event, "MouseMoveEvent")

    def keyPressEvent(self, event):
        """A key goes down."""
        if event.key() == QtCore.Qt.Key_Escape:
            self._interactor.SetKeySym("Escape")
        self._interactor.InvokeEvent("KeyPressEvent")


class qMRMLSliceWidget(qMRMLWidget):
    """A slice view and its node. Libs/MRML/Widgets/qMRMLSliceWidget.cxx."""

    def __init__(self, node, parent=None):
        super().__init__(parent)
        self._node = node
        self._view = qMRMLSliceView(self)

    def sliceView(self):
        """The view."""
        return self._view

    def mrmlSliceNode(self):
        """Its node."""
        return self._node

    def sliceLogic(self):
        """What the Segment Editor asks for the node."""
        return types.SimpleNamespace(GetSliceNode=lambda: self._node)


class qMRMLThreeDWidget(qMRMLWidget):
    """A view that is no slice view."""


class qMRMLLayoutManager(QtCore.QObject):
    """Slice views that come and go. Libs/MRML/Widgets/
    qMRMLLayoutManager.cxx: layoutChanged(int) follows when the views are
    there (696); a view that was made stays, hidden."""

    layoutChanged = pyqtSignal(int)

    def __init__(self, parent):
        super().__init__(parent)
        self._views, self._parent, self._made = {}, parent, {}

    def setViews(self, *names):
        """Another layout."""
        for name in names:
            if name not in self._made:
                node = slicer.mrmlScene.AddNewNodeByClass(
                    "vtkMRMLSliceNode", name)
                node.SetDimensions(300, 300, 1)
                node.SetFieldOfView(150, 150, 1)
                self._made[name] = qMRMLSliceWidget(node, self._parent)
                self._parent.layout().addWidget(self._made[name])
        for name, view in self._made.items():
            view.setVisible(name in names)
        self._views = {name: self._made[name] for name in names}
        self.layoutChanged.emit(len(names))

    def sliceViewNames(self):
        """Names of the views that are shown."""
        return list(self._views)

    def sliceWidget(self, name):
        """A view by its name."""
        return self._views.get(name)


KINDS = (ctkCollapsibleButton, ctkPathLineEdit, ctkSliderWidget, qMRMLWidget,
         qMRMLNodeComboBox, qMRMLSegmentsTableView, qMRMLSliceWidget,
         qMRMLThreeDWidget, qMRMLLayoutManager)


class QUiLoader(pythonqt.Wrapper):
    """qt.QUiLoader: real widgets of a .ui file; connections of MRML's own
    types, which PyQt5 cannot name, are made by hand."""

    _class = QtCore.QObject

    def load(self, file):
        """The widget of an open QFile."""
        root = ET.fromstring(bytes(pythonqt.unwrap(file).readAll()))
        connections = root.find("connections")
        root.remove(connections)
        widget = uic.loadUi(io.StringIO(ET.tostring(root, "unicode")))
        names = {child.objectName(): child for child in
                 [widget, *widget.findChildren(QtCore.QObject)]}
        for line in connections:
            signal, slot = (line.findtext(part).split("(")[0]
                            for part in ("signal", "slot"))
            getattr(names[line.findtext("sender")], signal).connect(
                getattr(names[line.findtext("receiver")], slot))
        return pythonqt.wrap(widget)


def install() -> None:
    """Puts the classes where scripts and .ui files look for them."""
    for kind in KINDS:
        name = kind.__name__
        setattr(pythonqt.ctk if name.startswith("ctk") else slicer, name,
                pythonqt.class_of(kind))
        module = types.ModuleType(name)
        setattr(module, name, kind)
        sys.modules[name] = module
    pythonqt.qt.QUiLoader = QUiLoader
    for name in ("qMRMLSliderWidget", "qMRMLSpinBox", "qMRMLRangeWidget"):
        setattr(slicer, name, type(name, (), {}))
