"""A Qt that draws nothing: enough for the panel and the effect to be built
and pressed in tests. Widgets come from the .ui file by name; every attribute
that nobody set is a quiet function. Import it before MedalSLib.widget.
"""
import pathlib
import sys
import types
import xml.etree.ElementTree as ET

import slicer
import vtk


class Signal:
    """connect() and emit()."""

    def __init__(self):
        self.slots = []

    def connect(self, slot):
        self.slots.append(slot)

    def emit(self, *arguments):
        for slot in list(self.slots):
            slot(*arguments)


SIGNALS = ("clicked", "toggled", "currentPathChanged", "textChanged",
           "timeout", "activated", "currentIndexChanged", "valueChanged")


class Widget:
    """Keeps what is set; has Qt's signals; swallows other calls."""

    UnfilteredPopupCompletion = BlockUnderCursor = 0  # Qt's enumerations

    def __init__(self, *_arguments):
        self.text = ""
        self.checked = False
        self.currentPath = ""
        self.currentIndex = 0
        self.value = 0
        self.selected = []
        for name in SIGNALS:
            setattr(self, name, Signal())

    def click(self):
        self.clicked.emit(self.checked)

    def press(self):
        """A user's press on a button that stays down."""
        self.checked = not self.checked
        self.clicked.emit(self.checked)

    def setText(self, text):
        self.text = text

    setPlainText = setText

    def toPlainText(self):
        return self.text

    def setChecked(self, checked):
        self.checked = checked

    def setCurrentIndex(self, index):
        self.currentIndex = index

    def setValue(self, value):
        self.value = value

    def setSelectedSegmentIDs(self, names):
        self.selected = list(names)

    def selectedSegmentIDs(self):
        return tuple(self.selected)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_: None


class Qt(types.ModuleType):
    """Any class of Qt is a Widget."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Widget


def load_ui(path):
    """slicer.util.loadUI: a widget that knows its children by name."""
    root = Widget()
    root.children = types.SimpleNamespace(**{
        element.get("name"): Widget()
        for element in ET.parse(path).getroot().iter("widget")})
    return root


def parameter_node_wrapper(kind):
    """slicer.parameterNodeWrapper: fields on a scripted module node."""
    class Wrapped:
        def __init__(self, node):
            object.__setattr__(self, "parameterNode", node)
            for name in kind.__annotations__:
                object.__setattr__(self, name, getattr(kind, name, None))

        def __setattr__(self, name, value):
            assert name in kind.__annotations__, name
            object.__setattr__(self, name, value)
            self.parameterNode.Modified()

        def connectGui(self, _widget):
            return 1

        def disconnectGui(self, _tag):
            pass

    return Wrapped


class Observers:
    """slicer.util.VTKObservationMixin."""

    def __init__(self):
        self._observed = []

    def addObserver(self, node, event, call):
        self._observed.append((node, node.AddObserver(event, call)))

    def removeObservers(self):
        for node, tag in self._observed:
            node.RemoveObserver(tag)
        self._observed = []


def install(application):
    """Puts the stand-ins where the panel looks for them."""
    sys.modules["qt"] = Qt("qt")
    wrapper = types.ModuleType("slicer.parameterNodeWrapper")
    wrapper.parameterNodeWrapper = parameter_node_wrapper
    wrapper.Choice = lambda choices: choices
    wrapper.WithinRange = lambda low, high: (low, high)
    sys.modules["slicer.parameterNodeWrapper"] = wrapper
    slicer.util.loadUI = load_ui
    slicer.util.childWidgetVariables = lambda root: root.children
    slicer.util.VTKObservationMixin = Observers
    slicer.util.mainWindow = Widget
    boxes = []
    slicer.util.errorDisplay = lambda line, **_: boxes.append(line)
    node = slicer.vtkMRMLScriptedModuleNode()
    slicer.util.getModuleLogic = lambda _name: types.SimpleNamespace(
        getParameterNode=lambda: node)
    slicer.app.layoutManager = lambda: None
    effects = types.ModuleType("SegmentEditorEffects")
    effects.AbstractScriptedSegmentEditorEffect = type(
        "AbstractScriptedSegmentEditorEffect", (), {
            "__init__": lambda self, effect: setattr(
                self, "scriptedEffect", effect)})
    sys.modules["SegmentEditorEffects"] = effects
    return boxes


class Effect(Widget):
    """qSlicerSegmentEditorScriptedEffect: parameters and the editor node."""

    def __init__(self, editor):
        super().__init__()
        self.parameters, self.saved, self.editor = {}, 0, editor

    def parameterSetNode(self):
        return self.editor

    def setParameterDefault(self, name, value):
        self.parameters.setdefault(name, str(value))

    def setParameter(self, name, value):
        self.parameters[name] = str(value)

    def parameter(self, name):
        return self.parameters.get(name, "")

    def integerParameter(self, name):
        return int(self.parameters.get(name, 0))

    def doubleParameter(self, name):
        return float(self.parameters.get(name, 0))

    def saveStateForUndo(self):
        self.saved += 1


class View(Widget):
    """A qMRMLSliceWidget of a slice node."""

    def __init__(self, node, kind="qMRMLSliceWidget"):
        super().__init__()
        self.node, self.kind = node, kind

    def className(self):
        return self.kind

    def sliceLogic(self):
        return types.SimpleNamespace(GetSliceNode=lambda: self.node)


def frame(folder: pathlib.Path):
    """A ScriptedLoadableModuleWidget."""
    return types.SimpleNamespace(
        resourcePath=lambda name: str(folder / "Resources" / name),
        layout=Widget())


def interactor(x, y):
    """An interactor at a pixel."""
    made = vtk.vtkGenericRenderWindowInteractor()
    made.SetEventInformation(x, y)
    return made
