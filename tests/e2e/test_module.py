"""MedalSSegment, the command-line module of 3D Slicer."""
import re
import unittest
import xml.etree.ElementTree as ET

import nrrd
import phantom
from programs import ProgramTest, need_model


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


if __name__ == "__main__":
    unittest.main()
