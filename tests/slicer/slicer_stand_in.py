"""Stands in for the Slicer application, for tests without Qt and display.

slicer-core (PyPI) holds Slicer's own C++ libraries: scene, nodes, logics,
storage. What the application adds (slicer.app, slicer.modules, the classes
of scripted modules, i18n) is made up here, just enough to import our modules
and run what is behind their panels. Import it before a module under test:

    import slicer_stand_in
    application = slicer_stand_in.Application()

MEDALS_SLICER_TERMS names the folder with Slicer's *.term.json; without it
terminology by name is not there and tests of it are skipped.
"""
import glob
import os
import pathlib
import sys
import sysconfig
import types
import unittest

import slicer
import vtk

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "plugin" / "slicer"

LOGICS = {
    "colors": "vtkMRMLColorLogic",
    "terminologies": "vtkSlicerTerminologiesModuleLogic",
    "subjecthierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "volumes": "vtkSlicerVolumesLogic",
    "segmentations": "vtkSlicerSegmentationsModuleLogic",
    "markups": "vtkSlicerMarkupsLogic",
}
NAMES = {"colors": "Colors", "terminologies": "Terminologies",
         "subjecthierarchy": "SubjectHierarchy", "volumes": "Volumes",
         "segmentations": "Segmentations", "markups": "Markups"}


def terms_folder() -> str:
    """Slicer's terminology files: of the environment, or of the wheel of
    trame-slicer where that lies beside slicer-core; "" without."""
    chosen = os.environ.get("MEDALS_SLICER_TERMS")
    if chosen:
        return chosen
    found = glob.glob(os.path.join(sysconfig.get_path("purelib"), "trame_"
                                   "slicer", "resources", "terminologies"))
    return found[0] if found else ""


class Application:
    """Scene and logics, as an application would hold them."""

    def __init__(self):
        self.scene = slicer.vtkMRMLScene()
        self._cache = slicer.vtkCacheManager()  # the CLI logic asks for one
        self._cache.SetMRMLScene(self.scene)
        self.scene.SetCacheManager(self._cache)
        self.logic = slicer.vtkSlicerApplicationLogic()
        self.logic.SetMRMLScene(self.scene)
        self.logic.SetSliceLogics(vtk.vtkCollection())
        self.logic.SetViewLogics(vtk.vtkCollection())
        self.logic.GetColorLogic().SetMRMLScene(self.scene)
        self.logic.GetColorLogic().AddDefaultColorNodes()
        slicer.mrmlScene = self.scene
        slicer.modules = types.SimpleNamespace()
        slicer.app = types.SimpleNamespace(
            applicationLogic=lambda: self.logic,
            processEvents=self.process_events,
            connect=lambda *_: True, mrmlScene=lambda: self.scene)
        for name, kind in LOGICS.items():
            self._add_logic(name, getattr(slicer, kind)())

    def _add_logic(self, name, logic) -> None:
        if name == "terminologies":
            if not terms_folder():
                return
            logic.SetModuleShareDirectory(terms_folder())
        logic.SetMRMLScene(self.scene)
        logic.SetMRMLApplicationLogic(self.logic)
        self.logic.SetModuleLogic(NAMES[name], logic)
        setattr(self, name, logic)
        setattr(slicer.modules, name,
                types.SimpleNamespace(logic=lambda: logic))

    def process_events(self) -> None:
        """What the application's timers do for its logic."""
        self.logic.ProcessModified()
        self.logic.ProcessReadData()

    def close(self) -> None:
        """Empties the scene."""
        self.scene.Clear()


def _scripted_module() -> types.ModuleType:
    module = types.ModuleType("slicer.ScriptedLoadableModule")

    def keep_parent(self, parent=None):
        self.parent = parent

    for name in ("ScriptedLoadableModule", "ScriptedLoadableModuleWidget",
                 "ScriptedLoadableModuleLogic"):
        setattr(module, name, type(name, (), {"__init__": keep_parent}))
    module.ScriptedLoadableModuleTest = type(
        "ScriptedLoadableModuleTest", (unittest.TestCase,),
        {"runTest": lambda self: None})
    return module


def _i18n() -> types.ModuleType:
    module = types.ModuleType("slicer.i18n")
    module.tr = lambda text: text
    module.translate = lambda _context, text: text
    return module


slicer.ScriptedLoadableModule = _scripted_module()
sys.modules["slicer.ScriptedLoadableModule"] = slicer.ScriptedLoadableModule
slicer.i18n = _i18n()
sys.modules["slicer.i18n"] = slicer.i18n
for _folder in ("MedalS", "SegmentEditorMedalS"):
    sys.path.insert(0, str(EXTENSION / _folder))
