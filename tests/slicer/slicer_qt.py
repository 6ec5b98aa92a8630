"""The application round the panel, on real Qt; for tests.

    import slicer_qt            # before MedalS and MedalSLib.widget
    app = slicer_qt.QtApplication()
    app.panel.setModule("MedalS")        # as a user opens the module

slicer.util is Slicer's own file (slicer-core): loadUI, getModuleLogic,
getModuleWidget, mainWindow, VTKObservationMixin, errorDisplay run as they
are. Told again here, from Slicer 583e9b3:
 - Base/QTCore/qSlicerAbstractCoreModule.cxx (233-282): the widget
   representation is stored AFTER it was made and set up;
 - Base/QTGUI/qSlicerScriptedLoadableModule.cxx (268) and ...Widget.cxx (91,
   210): the class NAMEWidget is made, then setup() called; what Python raises
   is printed, no more;
 - Base/QTGUI/qSlicerModulePanel.cxx (104-224): exit() of the old module,
   enter() of the new one;
 - Base/Python/slicer/ScriptedLoadableModule.py and parameterNodeWrapper (see
   parameter_wrapper.py).

MEDALS_SLICER_SOURCE names a checkout of Slicer whose own
ScriptedLoadableModule, parameterNodeWrapper and i18n are used instead.
"""
import importlib
import os
import pathlib
import sys
import tempfile
import types

import pythonqt
import slicer
import slicer_stand_in
from PyQt5 import QtCore, QtGui, QtWidgets

import mrml_widgets
import parameter_wrapper

SOURCE = os.environ.get("MEDALS_SLICER_SOURCE", "")
TAIL = slicer_stand_in.EXTENSION

mrml_widgets.install()


class Module(QtCore.QObject):
    """qSlicerScriptedLoadableModule: what Slicer keeps of a module."""

    def __init__(self, path):
        super().__init__()
        self._name, self._path = pathlib.Path(path).stem, str(path)
        self._representation = None
        self.setups = 0  #: how often setup() of the widget was begun

    path = QtCore.pyqtProperty(str, lambda self: self._path)
    name = QtCore.pyqtProperty(str, lambda self: self._name)

    def widgetRepresentation(self):
        """Made when it is asked for first; stored when it is set up."""
        if self._representation is None:
            self._representation = self._make()
        return self._representation

    def _make(self):
        made = Representation(self)
        made.reload()
        made.setMRMLScene(slicer.mrmlScene)
        return made


class Representation(mrml_widgets.qMRMLWidget):
    """qSlicerScriptedLoadableModuleWidget."""

    def __init__(self, module):
        super().__init__()
        QtWidgets.QVBoxLayout(self)
        self._self, self._module = None, module

    def reload(self):
        """Makes the object of Python, then sets it up."""
        name = self._module.name
        script = importlib.import_module(name)
        self._self = getattr(script, name + "Widget")(pythonqt.wrap(self))
        setattr(slicer.modules, name + "Widget", self._self)
        self._module.setups += 1
        if self._module.setups > 20:
            raise RecursionError("setup() asks for the widget that it makes")
        try:
            self._self.setup()
        except Exception:
            pythonqt.report()

    def self(self):
        """The object of Python."""
        return self._self


class ModulePanel:
    """qSlicerModulePanel in its dock."""

    def __init__(self, modules, layout):
        self._modules, self._layout, self._shown = modules, layout, None

    def setModule(self, name):
        """Leaves one module, enters another ("": none)."""
        if self._shown is not None:
            self._call(self._shown, "exit")
            self._shown.hide()
        self._shown = None
        if name:
            self._shown = self._modules[name].widgetRepresentation()
            self._layout.addWidget(self._shown)
            self._shown.show()
            self._call(self._shown, "enter")

    @staticmethod
    def _call(shown, method):
        try:
            getattr(shown.self(), method)()
        except Exception:
            pythonqt.report()


class Manager(QtCore.QObject):
    """qSlicerModuleManager."""

    moduleAboutToBeUnloaded = QtCore.pyqtSignal(str)

    def __init__(self, modules):
        super().__init__()
        self._modules = modules

    def module(self, name):
        """A module by its name, or None."""
        return self._modules.get(name)


class App(QtCore.QObject):
    """slicer.app."""

    startupCompleted = QtCore.pyqtSignal()

    def __init__(self, application, manager, views):
        super().__init__()
        self._application, self._manager = application, manager
        self._views = views

    def moduleManager(self):
        """The modules."""
        return self._manager

    def layoutManager(self):
        """The views; None without a main window."""
        return self._views

    def hideViews(self):
        """No main window."""
        self._views = None

    def applicationLogic(self):
        """The logic of the application."""
        return self._application.logic

    def topLevelWidgets(self):
        """Windows."""
        return QtWidgets.QApplication.topLevelWidgets()

    def testingEnabled(self):
        """Boxes are shown, as to a user."""
        return False

    def commandOptions(self):
        """No main window is missing."""
        return types.SimpleNamespace(noMainWindow=False)

    def processEvents(self):
        """Qt's and the logic's."""
        QtWidgets.QApplication.processEvents()
        self._application.process_events()

    def translate(self, _context, text):
        """English."""
        return text

    def userSettings(self):
        """Qt's settings."""
        return QtCore.QSettings()


for _kind, _name in ((Module, "qSlicerScriptedLoadableModule"),
                     (Representation, "qSlicerScriptedLoadableModuleWidget")):
    _made = pythonqt.class_of(_kind)
    setattr(slicer, _name, _made)


class QtApplication(slicer_stand_in.Application):
    """Scene, main window with slice views and a dock for modules; settings
    of its own. close() takes all away."""

    def __init__(self):
        super().__init__()
        pythonqt.failures.clear()
        self._settings = tempfile.TemporaryDirectory()
        QtCore.QSettings.setDefaultFormat(QtCore.QSettings.IniFormat)
        QtCore.QSettings.setPath(QtCore.QSettings.IniFormat,
                                 QtCore.QSettings.UserScope,
                                 self._settings.name)
        QtCore.QSettings().clear()
        self.boxes = []  #: texts of message boxes
        slicer.util.errorDisplay = lambda text, **_how: self.boxes.append(text)
        self.window = QtWidgets.QMainWindow()
        self.window.setObjectName("qSlicerMainWindow")
        views, panel = QtWidgets.QWidget(), QtWidgets.QWidget()
        QtWidgets.QHBoxLayout(views)
        QtWidgets.QVBoxLayout(panel)
        self.window.setCentralWidget(views)
        dock = QtWidgets.QDockWidget("PanelDockWidget", self.window)
        dock.setWidget(panel)
        self.window.addDockWidget(QtCore.Qt.LeftDockWidgetArea, dock)
        self.views = mrml_widgets.qMRMLLayoutManager(views)
        self.modules = {}
        manager = Manager(self.modules)
        slicer.app = pythonqt.wrap(App(self, manager, self.views))
        self.panel = ModulePanel(self.modules, panel.layout())
        for name in ("MedalS", "SegmentEditorMedalS"):
            self.add(TAIL / name / (name + ".py"))
        self.window.show()
        self.window.activateWindow()
        pythonqt.QTest.qWaitForWindowActive(self.window)

    def hide_views(self):
        """As without a main window."""
        slicer.app.hideViews()

    def add(self, path):
        """Finds a module, as Slicer does when it starts."""
        module = Module(path)
        self.modules[module.name] = module
        setattr(slicer.modules, module.name.lower(), pythonqt.wrap(module))

    def start(self):
        """What Slicer does with modules when it starts. `registered` keeps
        what modules told others of."""
        self.registered = {"effects": []}
        sample = types.ModuleType("SampleData")
        sample.SampleDataLogic = types.SimpleNamespace(
            registerCustomSampleDataSource=lambda **what:
            self.registered.update(sample=what))
        sys.modules["SampleData"] = sample
        factory = types.SimpleNamespace(
            registerEffect=self.registered["effects"].append)
        slicer.qSlicerSegmentEditorEffectFactory = types.SimpleNamespace(
            instance=lambda: factory)
        for name, module in self.modules.items():
            module.instance = getattr(importlib.import_module(name), name)(
                pythonqt.wrap(Parent(module)))
        slicer.app.startupCompleted.emit()

    def close(self):
        """The application ends."""
        slicer.app.moduleManager().moduleAboutToBeUnloaded.emit("MedalS")
        slicer.app.moduleManager().moduleAboutToBeUnloaded.emit(
            "SegmentEditorMedalS")
        super().close()
        self.window.close()
        QtWidgets.QApplication.sendPostedEvents(None,
                                                QtCore.QEvent.DeferredDelete)
        pythonqt.sip.delete(self.window)
        self._settings.cleanup()


class Parent(QtCore.QObject):
    """The side of C++ of a scripted module: names and texts."""

    def __init__(self, module):
        super().__init__()
        self._path = module.path

    path = QtCore.pyqtProperty(str, lambda self: self._path)

    def _kept(kind, name):
        return QtCore.pyqtProperty(
            kind, lambda self: getattr(self, "_" + name, kind()),
            lambda self, value: setattr(self, "_" + name, value))

    title = _kept(str, "title")
    helpText = _kept(str, "helpText")
    acknowledgementText = _kept(str, "acknowledgementText")
    hidden = _kept(bool, "hidden")
    categories = _kept(list, "categories")
    dependencies = _kept(list, "dependencies")
    contributors = _kept(list, "contributors")
    icon = _kept(QtGui.QIcon, "icon")
    del _kept


class ScriptedLoadableModule:
    """ScriptedLoadableModule.py 15."""

    def __init__(self, parent):
        self.parent = parent
        self.moduleName = type(self).__name__
        parent.title = ""
        parent.categories = []
        parent.dependencies = []
        parent.contributors = []
        parent.helpText = ""


class ScriptedLoadableModuleWidget:
    """ScriptedLoadableModule.py 94."""

    def __init__(self, parent=None):
        super().__init__()
        self.moduleName = type(self).__name__[:-len("Widget")]
        self.developerMode = False
        self.parent = parent
        self.layout = parent.layout()
        slicer.app.moduleManager().connect(
            "moduleAboutToBeUnloaded(QString)",
            self._onModuleAboutToBeUnloaded)

    def resourcePath(self, filename):
        """A file of the folder Resources."""
        return os.path.join(os.path.dirname(slicer.util.modulePath(
            self.moduleName)), "Resources", filename)

    def cleanup(self):
        """For subclasses."""

    def setup(self):
        """For subclasses."""

    def _onModuleAboutToBeUnloaded(self, name):
        if name == self.moduleName:
            self.cleanup()
            slicer.app.moduleManager().disconnect(
                "moduleAboutToBeUnloaded(QString)",
                self._onModuleAboutToBeUnloaded)


class ScriptedLoadableModuleLogic:
    """ScriptedLoadableModule.py 311."""

    def __init__(self, parent=None):
        super().__init__()
        self.moduleName = type(self).__name__[:-len("Logic")]
        self.isSingletonParameterNode = True

    def getParameterNode(self):
        """The one of the scene; made when there is none."""
        found = slicer.mrmlScene.GetSingletonNode(
            self.moduleName, "vtkMRMLScriptedModuleNode")
        if found is not None:
            if found.GetAttribute("ModuleName") != self.moduleName:
                found.SetAttribute("ModuleName", self.moduleName)
            return found
        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
        node.UnRegister(None)
        node.SetSingletonTag(self.moduleName)
        node.SetAttribute("ModuleName", self.moduleName)
        node.SetName(slicer.mrmlScene.GenerateUniqueName(self.moduleName))
        return slicer.mrmlScene.AddNode(node)


class ScriptedEffect(QtCore.QObject):
    """qSlicerSegmentEditorScriptedEffect: its Python object is made when the
    source is set (qSlicerSegmentEditorScriptedEffect.cxx 126); parameters are
    attributes of the editor's node under the effect's name, and only a value
    that differs is told (qSlicerSegmentEditorAbstractEffect.cxx 775)."""

    def _kept(kind, name):
        return QtCore.pyqtProperty(
            kind, lambda self: self._values.get(name, kind()),
            lambda self, value: self._values.__setitem__(name, value))

    name, title = _kept(str, "name"), _kept(str, "title")
    perSegment = _kept(bool, "perSegment")
    requireSegments = _kept(bool, "requireSegments")
    del _kept

    def __init__(self, parent=None):
        super().__init__()
        self._values, self._python, self._node = {}, None, None
        self.saved = 0  #: how often a state for undo was kept
        self.frame = QtWidgets.QWidget()
        self._form = QtWidgets.QFormLayout(self.frame)

    def setPythonSource(self, path):
        """Loads the class of the file's name."""
        name = pathlib.Path(path).stem
        package = pathlib.Path(path).parent.name
        script = importlib.import_module(f"{package}.{name}")
        self._python = getattr(script, name)(pythonqt.wrap(self))
        return True

    def self(self):
        """The object of Python."""
        return self._python

    def addOptionsWidget(self, widget):
        """A row."""
        self._form.addRow(widget)

    def addLabeledOptionsWidget(self, label, widget):
        """A row with a label."""
        self._form.addRow(label, widget)

    def setParameterSetNode(self, node):
        """The Segment Editor's node."""
        self._node = node

    def parameterSetNode(self):
        """The Segment Editor's node."""
        return self._node

    def parameter(self, name):
        """As text."""
        return self._node.GetAttribute(f"{self.name}.{name}") or ""

    def integerParameter(self, name):
        """As a whole number."""
        return int(self.parameter(name) or 0)

    def doubleParameter(self, name):
        """As a number."""
        return float(self.parameter(name) or 0)

    def setParameter(self, name, value):
        """Keeps and tells one that differs."""
        if self.parameter(name) != str(value):
            self._node.SetAttribute(f"{self.name}.{name}", str(value))
            self._python.updateGUIFromMRML()

    def setParameterDefault(self, name, value):
        """Keeps one that is not there."""
        if not self.parameter(name):
            self._node.SetAttribute(f"{self.name}.{name}", str(value))

    def saveStateForUndo(self):
        """Slicer's undo can come back to this."""
        self.saved += 1


class AbstractEffect:
    """AbstractScriptedSegmentEditorEffect.py 46."""

    def __init__(self, scriptedEffect):
        self.scriptedEffect = scriptedEffect

    def register(self):
        """Keeps the effect in the editor's factory."""
        slicer.qSlicerSegmentEditorEffectFactory.instance().registerEffect(
            self.scriptedEffect)


def _install() -> None:
    if SOURCE:
        slicer.__path__.append(
            os.path.join(SOURCE, "Base", "Python", "slicer"))
        for name in ("i18n", "ScriptedLoadableModule", "parameterNodeWrapper"):
            sys.modules.pop("slicer." + name, None)
            setattr(slicer, name, importlib.import_module("slicer." + name))
    else:
        script = sys.modules["slicer.ScriptedLoadableModule"]
        for kind in (ScriptedLoadableModule, ScriptedLoadableModuleWidget,
                     ScriptedLoadableModuleLogic):
            setattr(script, kind.__name__, kind)
        wrapper = types.ModuleType("slicer.parameterNodeWrapper")
        for name in ("parameterNodeWrapper", "Choice", "WithinRange"):
            setattr(wrapper, name, getattr(parameter_wrapper, name))
        sys.modules["slicer.parameterNodeWrapper"] = wrapper
    effects = types.ModuleType("SegmentEditorEffects")
    effects.AbstractScriptedSegmentEditorEffect = AbstractEffect
    sys.modules["SegmentEditorEffects"] = effects
    adaptors = types.ModuleType("qSlicerSegmentationsEditorEffectsPythonQt")
    adaptors.qSlicerSegmentEditorScriptedEffect = pythonqt.class_of(
        ScriptedEffect)
    sys.modules[adaptors.__name__] = adaptors


_install()
