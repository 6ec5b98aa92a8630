"""MedalSSegment, the command-line module of 3D Slicer."""
import os
import pathlib
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ET

import nrrd
import phantom
from programs import BIN, SHARED, ProgramTest, need_model


class Description(ProgramTest):
    program = "MedalSSegment"

    def test_xml(self):
        run = self.good("--xml", timeout=5)
        root = ET.fromstring(run.out)
        self.assertEqual(root.tag, "executable")
        for tag in ("category", "title", "description", "version",
                    "contributor"):
            self.assertTrue(root.findtext(tag), tag)
        images = root.findall(".//image")
        self.assertEqual([(i.findtext("channel"), i.findtext("index"))
                          for i in images], [("input", "0"), ("output", "1")])
        self.assertEqual(images[1].get("type"), "label")
        flags = {e.findtext("longflag"): e.tag for e in root.iter()
                 if e.find("longflag") is not None}
        self.assertEqual(flags["--text"], "string")
        self.assertEqual(flags["--model"], "directory")
        self.assertEqual(flags["--modality"], "string-enumeration")
        self.assertEqual(flags["--instances"], "boolean")
        self.assertEqual(flags["--region"], "region")
        names = [e.text for e in root.findall(".//parameters/*/name")]
        self.assertEqual(len(names), len(set(names)))

    def test_usage(self):
        self.bad(2, "in.nrrd", "out.nrrd", "--quiet", "--colour")

    def test_help(self):
        self.assertIn("--text", self.good("--help").out)


@need_model
class Module(ProgramTest):
    program = "MedalSSegment"

    def test_run(self):
        """As Slicer calls it: flags first, files last, empty and automatic
        values for what the user left alone."""
        image = phantom.write_mri(self.path("in.nii.gz"))
        run = self.good("--text", "brain stem; left thalamus", "--modality",
                        "auto", "--window", "auto", "--precision", "auto",
                        "--model", "", "--region", "0,0,0,60,60,60", image,
                        "out.nrrd")
        fractions = [float(f) for f in re.findall(
            r"<filter-progress>([0-9.]+)</filter-progress>", run.out)]
        self.assertGreater(len(fractions), 0)
        self.assertEqual(fractions, sorted(fractions))
        self.assertTrue(all(0 <= f <= 1 for f in fractions))
        start, end = run.out.index("<filter-start>"), run.out.index(
            "<filter-end>")
        self.assertLess(start, run.out.index("<filter-progress>"))
        self.assertLess(run.out.rindex("</filter-progress>"), end)
        self.assertEqual(run.err, "")
        self.assertEqual(nrrd.File(self.path("out.nrrd")).sizes, [40, 44, 36])

    def test_failure(self):
        run = self.run_program("--text", "a", "absent.nrrd", "out.nrrd")
        self.assertEqual(run.code, 3)
        self.assertRegex(run.err, r"^medals: absent.nrrd: .+\n$")
        self.assertNoLeftovers()


@need_model
class InSlicer(ProgramTest):
    """The module in Slicer's own command-line machinery. MEDALS_SLICER_PYTHON
    names a Python that has the package slicer-core."""

    program = "MedalSSegment"

    def setUp(self):
        super().setUp()
        self.python = os.environ.get("MEDALS_SLICER_PYTHON")
        examples = SHARED / "examples"
        if not self.python or not examples.exists():
            self.skipTest("MEDALS_SLICER_PYTHON names no Python with "
                          "slicer-core, or MEDALS_SHARED has no examples")
        for name in ("slicer_cli_run.py", "slicer_headless.py"):
            shutil.copy(examples / name, self.folder)
        root = pathlib.Path(subprocess.run(
            [self.python, "-c", "import slicer_core; print("
             "slicer_core.__path__[0])"], capture_output=True, check=True,
            text=True).stdout.strip())
        subprocess.run(
            ["g++", "-shared", "-fPIC", "-D_GLIBCXX_USE_CXX11_ABI=0",
             examples / "slicer_cli_register.cxx", "-o", "libregister.so",
             f"-L{root}", "-lMRMLCLI", f"-L{root}/third_party.libs",
             "-lModuleDescriptionParser", "-Wl,--allow-shlib-undefined"],
            cwd=self.folder, check=True)
        phantom.write_mri(self.path("in.nii.gz"))

    def slicer(self, *parameters):
        return subprocess.run(
            [self.python, "slicer_cli_run.py", "./libregister.so",
             BIN / self.program, "in.nii.gz", *parameters], cwd=self.folder,
            capture_output=True, text=True, check=False, timeout=120).stdout

    def test_run(self):
        answer = self.slicer("text=brain stem; left thalamus", "modality=mri")
        self.assertIn("Completed \nresult (36, 44, 40)", answer)

    def test_error(self):
        answer = self.slicer("text=;")
        self.assertIn("Completed with errors", answer)
        self.assertIn("no text given", answer)

    def test_cancel(self):
        self.assertIn("Cancelled", self.slicer("--cancel", "tta=true"))


if __name__ == "__main__":
    unittest.main()
