"""MedalSSegment, run by Slicer's own command-line module logic: its parser,
temporary files, process, progress, cancel, error text, loading of results."""
import ctypes
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest
import xml.etree.ElementTree as ET

import engine_paths
import numpy as np
import slicer
from logic_case import made_scan
from scenes import ORIENTATIONS, TURN, SceneTest, add_volume, matrix_of

from MedalSLib import geometry

HERE = pathlib.Path(__file__).resolve().parent
NODE = slicer.vtkMRMLCommandLineModuleNode


def build_registrar(folder):
    """The shim as a loaded library. Needs g++."""
    import slicer_core

    wheel = pathlib.Path(slicer_core.__file__).parent
    library = pathlib.Path(folder) / "libcli_registrar.so"
    subprocess.run(
        ["g++", "-shared", "-fPIC", "-D_GLIBCXX_USE_CXX11_ABI=0",
         HERE / "cli_registrar.cpp", "-o", library, f"-L{wheel}",
         "-lMRMLCLI", f"-L{wheel / 'third_party.libs'}",
         "-lModuleDescriptionParser", "-Wl,--allow-shlib-undefined"],
        check=True)
    return ctypes.CDLL(str(library))


@unittest.skipUnless(shutil.which("g++"), "no g++ to build the shim")
@unittest.skipUnless(engine_paths.PROGRAM.exists(),
                     f"no {engine_paths.PROGRAM}")
class CommandLine(SceneTest):
    title = None

    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.mkdtemp(prefix="medals-slicer-")
        cls.addClassCleanup(shutil.rmtree, cls.work, ignore_errors=True)
        xml = subprocess.run([engine_paths.PROGRAM, "--xml"], timeout=5,
                             capture_output=True, check=True).stdout
        cls.title = ET.fromstring(xml).findtext("title")
        registrar = build_registrar(cls.work)
        refused = registrar.cli_register(xml,
                                         str(engine_paths.PROGRAM).encode())
        if refused:
            raise AssertionError(f"Slicer's parser refuses the XML: {refused}")

    def setUp(self):
        super().setUp()
        self.application.logic.SetTemporaryPath(self.work)
        self.application.logic.CreateProcessingThread()
        self.addCleanup(self.application.logic.TerminateProcessingThread)
        self.logic = slicer.vtkSlicerCLIModuleLogic()
        self.logic.SetMRMLScene(self.application.scene)
        self.logic.SetMRMLApplicationLogic(self.application.logic)
        self.node = NODE()
        self.node.SetModuleDescription(self.title)
        self.application.scene.AddNode(self.node)
        # Right-handed: Slicer's reader turns the slices of others round.
        axes = TURN @ next(axes for axes in ORIENTATIONS[13:]
                           if np.linalg.det(TURN @ axes) > 0)
        self.volume = add_volume(made_scan(), matrix_of(axes, (1.5, 1.5, 2)),
                                 "scan")
        self.labels = self.application.scene.AddNewNodeByClass(
            "vtkMRMLLabelMapVolumeNode", "labels")
        self.node.SetParameterAsNode("inputVolume", self.volume)
        self.node.SetParameterAsNode("outputLabelmap", self.labels)
        self.node.SetParameterAsString("text", "brain stem; left thalamus")
        self.node.SetParameterAsString("modality", "mri")

    def run_module(self, cancel=False):
        """Runs; returns the fractions of progress that Slicer showed."""
        seen = []
        self.logic.Apply(self.node, False)
        end = time.monotonic() + 120
        while self.node.IsBusy():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)
            self.application.process_events()
            seen.append(self.node.GetProgress())
            if cancel and self.node.GetStatus() == NODE.Running:
                self.asked = time.monotonic()
                self.node.Cancel()
                cancel = False
        self.ended = time.monotonic()
        for _ in range(5):
            self.application.process_events()
        return seen

    def test_result(self):
        """A labelmap of the volume's own grid; progress that grows, in a run
        that is long enough for Slicer to ask."""
        self.node.SetParameterAsString("tta", "true")
        seen = self.run_module()
        self.assertEqual(self.node.GetStatus(), NODE.Completed,
                         self.node.GetErrorText())
        while seen and seen[-1] == 0:  # Slicer's own, when it has ended
            seen.pop()
        self.assertEqual(seen, sorted(seen))
        self.assertGreater(len(set(seen)), 2)
        array = slicer.util.arrayFromVolume(self.labels)
        self.assertEqual(array.shape,
                         slicer.util.arrayFromVolume(self.volume).shape)
        self.assertLessEqual(set(np.unique(array)), {0, 1, 2})
        np.testing.assert_allclose(geometry.ijk_to_ras(self.labels),
                                   geometry.ijk_to_ras(self.volume),
                                   atol=1e-5)

    def test_error(self):
        self.node.SetParameterAsString("text", ";")
        self.run_module()
        self.assertEqual(self.node.GetStatusString(), "Completed with errors")
        self.assertRegex(self.node.GetErrorText(), "medals: .*no text given")

    def test_cancel(self):
        self.node.SetParameterAsString("tta", "true")
        self.run_module(cancel=True)
        self.assertEqual(self.node.GetStatusString(), "Cancelled")
        self.assertLess(self.ended - self.asked, 1)

    def test_nothing_left(self):
        """Slicer's temporary files are gone; ours never were."""
        self.run_module()
        left = [path.name for path in pathlib.Path(self.work).iterdir()
                if path.suffix != ".so"]
        self.assertEqual(left, [])


if __name__ == "__main__":
    unittest.main()
