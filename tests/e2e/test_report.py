"""The object that `medals segment --json` prints (command.md 2)."""
import math
import os
import pty
import subprocess
import unittest

import nifti
import phantom
from programs import BIN, ProgramTest, need_model


@need_model
class Report(ProgramTest):
    def setUp(self):
        super().setUp()
        self.image = phantom.write_mri(self.path("in.nii.gz"))
        # what is settled before the network runs is asked with a constant
        # image, which it skips
        self.flat = self.path("flat.nii.gz")
        nifti.write(self.flat, (6, 6, 6), bytes(216), code=nifti.UINT8,
                    pixdim=(4, 4, 4), affine=nifti.affine_of((4, 4, 4)))

    def test_object(self):
        report = self.segment(self.image, " left hippocampus ;brain stem;\n")
        self.assertEqual(list(report), [
            "image", "output", "modality", "window", "classes", "stages",
            "seconds", "precision", "isa", "threads", "peak_rss_bytes",
            "warnings"])
        self.assertEqual(report["image"], self.image)
        self.assertEqual(report["output"], ["out.nii.gz"])
        self.assertIn(report["precision"], ("f32", "bf16"))
        self.assertIn(report["isa"],
                      ("ref", "avx2", "avx512", "avx512_bf16", "amx"))
        self.assertGreaterEqual(report["threads"], 1)
        self.assertGreater(report["peak_rss_bytes"], 10 << 20)
        self.assertIsInstance(report["warnings"], list)

    def test_classes(self):
        report = self.segment(self.image, "left hippocampus;brain stem",
                              "out.nii.gz", "--modality", "mr")
        texts = [c["text"] for c in report["classes"]]
        self.assertEqual(texts, ["left hippocampus", "brain stem"])
        self.assertEqual([c["label"] for c in report["classes"]], [1, 2])
        values = nifti.File(self.path("out.nii.gz")).values()
        for c in report["classes"]:
            self.assertEqual(list(c), ["text", "label", "class", "known",
                                       "voxels", "ml", "mean_probability"])
            self.assertTrue(c["known"], c)
            self.assertIn("ippocampus" if c["label"] == 1 else "tem",
                          c["class"])
            self.assertEqual(c["voxels"], values.count(c["label"]))
            self.assertAlmostEqual(c["ml"], c["voxels"] * 4 * 4 * 4.5 / 1000,
                                   places=6)
            if c["voxels"]:
                self.assertGreaterEqual(c["mean_probability"], 0.4)
                self.assertLessEqual(c["mean_probability"], 1)
            else:
                self.assertIsNone(c["mean_probability"])

    def test_stages_and_seconds(self):
        report = self.segment(self.image, "brain stem")
        self.assertGreaterEqual(len(report["stages"]), 1)
        for stage in report["stages"]:
            self.assertEqual(list(stage), ["model", "spacing", "grid",
                                           "windows", "skipped", "seconds"])
            self.assertEqual((len(stage["spacing"]), len(stage["grid"])),
                             (3, 3))
            self.assertLessEqual(stage["skipped"], stage["windows"])
        seconds = report["seconds"]
        self.assertEqual(list(seconds), ["read", "text", "resample", "network",
                                         "postprocess", "write", "total"])
        parts = sum(v for k, v in seconds.items() if k != "total")
        self.assertLessEqual(parts, seconds["total"] + 0.01)
        self.assertGreater(seconds["network"], 0)

    def modality(self, text, *more):
        return self.segment(self.flat, text, "o.nii.gz", *more)["modality"]

    def test_modality(self):
        self.assertEqual(self.modality("brain stem", "--modality", "CT"),
                         {"value": "ct", "source": "option"})
        self.assertEqual(self.modality("brain stem", "--modality", "Mr")
                         ["value"], "mri")
        self.assertEqual(self.modality("brain stem", "--modality", "pt")
                         ["value"], "pet")
        self.assertEqual(self.modality("brain stem in an MRI scan"),
                         {"value": "mri", "source": "text"})
        self.assertEqual(self.modality("mandible on CT; brain stem; MRI eye"),
                         {"value": "ct", "source": "text"})
        self.assertEqual(self.modality("brain stem")["source"], "model")
        self.assertEqual(self.modality("MRI of the brain stem", "--modality",
                                       "ct"),
                         {"value": "ct", "source": "option"})

    def window(self, text, *more):
        return self.segment(self.flat, text, "o.nii.gz", *more)["window"]

    def test_window(self):
        ct = ("--modality", "ct")
        self.assertEqual(self.window("unheard-of organ", *ct), [-160, 240])
        for name, bounds in (("soft", [-160, 240]), ("lung", [-910, 590]),
                             ("brain", [0, 80]), ("bone", [-500, 1300]),
                             ("100,50", [0, 100]), ("10,-5", [-10, 0])):
            with self.subTest(name=name):
                self.assertEqual(self.window("liver", *ct, "--window", name),
                                 bounds)
        self.assertEqual(self.window("left lung; liver", *ct), [-910, 590])
        self.assertIsNone(self.window("brain stem", "--modality", "mri"))

    def test_known(self):
        report = self.segment(self.flat, "teapot; brain stem", "o.nii.gz",
                              "--modality", "mri")
        teapot, stem = report["classes"]
        self.assertIs(teapot["known"], False)
        self.assertIsNone(teapot["class"])
        self.assertIs(stem["known"], True)
        warnings = [w for w in report["warnings"] if "teapot" in w]
        self.assertEqual(len(warnings), 1, report["warnings"])

    def test_labels(self):
        report = self.segment(self.image, "brain stem; left thalamus",
                              "out.nii.gz", "--labels", "300, 7",
                              "--modality", "mri")
        self.assertEqual([c["label"] for c in report["classes"]], [300, 7])
        file = nifti.File(self.path("out.nii.gz"))
        self.assertLessEqual(set(file.values()), {0, 7, 300})

    def test_text_sources(self):
        with open(self.path("texts"), "w", encoding="utf-8") as f:
            f.write("left putamen\r\n\n  ;right putamen;\n")
        report = self.segment(self.flat, "brain stem", "o.nii.gz", "--text",
                              "left thalamus", "--text-file", "texts")
        self.assertEqual([c["text"] for c in report["classes"]],
                         ["brain stem", "left thalamus", "left putamen",
                          "right putamen"])

    def test_text_from_a_pipe(self):
        run = self.good("segment", self.flat, "--text-file", "/dev/stdin", "-o",
                        "o.nii.gz", "--json", stdin=b"brain stem\nliver")
        self.assertEqual([c["text"] for c in run.json["classes"]],
                         ["brain stem", "liver"])

    def test_long_text(self):
        text = "brain stem " * 1000
        report = self.segment(self.flat, text)
        self.assertEqual(report["classes"][0]["text"], text.strip())
        self.assertTrue(any("256 tokens" in w for w in report["warnings"]),
                        report["warnings"])

    def test_unicode(self):
        text = "hippocampe gauche \u00e9 \u6d77\u99ac \U0001f9e0"
        report = self.segment(self.flat, text, "sortie \u00e9 1.nii.gz")
        self.assertEqual(report["classes"][0]["text"], text)
        self.assertEqual(report["output"], ["sortie \u00e9 1.nii.gz"])
        self.assertTrue((self.folder / "sortie \u00e9 1.nii.gz").exists())

    def test_locale(self):
        env = {"LC_ALL": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"}
        report = self.segment(self.flat, "brain stem", "o.nii.gz",
                              "--modality", "ct", "--window", "100.5,0.25",
                              env=env)
        self.assertEqual(report["window"], [-50, 50.5])

    def test_roi(self):
        self.segment(self.image, "left cerebral cortex", "all.nii.gz")
        report = self.segment(self.image, "left cerebral cortex", "roi.nii.gz",
                              "--roi", "5,20,10,30,8,9")
        values = nifti.File(self.path("roi.nii.gz")).values()
        size = (40, 44, 36)
        for n, value in enumerate(values):
            if value:
                i, j, k = (n % size[0], n // size[0] % size[1],
                           n // (size[0] * size[1]))
                self.assertTrue(5 <= i < 20 and 10 <= j < 30 and k == 8)
        self.assertEqual(report["classes"][0]["voxels"],
                         len(values) - values.count(0))

    def test_region(self):
        """Centre (0, 0, 0) LPS of voxel (20, 22.5, 15.6), half sizes in mm."""
        self.segment(self.image, "left cerebral cortex", "o.nii.gz",
                     "--region", "0,0,0,8.5,10.5,9", "--modality", "mri")
        values = nifti.File(self.path("o.nii.gz")).values()
        found = [(n % 40, n // 40 % 44, n // 1760)
                 for n, v in enumerate(values) if v]
        for i, j, k in found:
            self.assertTrue(18 <= i <= 22 and 20 <= j <= 25 and
                            14 <= k <= 17, (i, j, k))

    def test_tta(self):
        report = self.segment(self.image, "brain stem", "o.nii.gz", "--tta")
        self.assertEqual(len(report["classes"]), 1)

    def test_bar(self):
        """On a terminal progress is one line that is drawn again."""
        try:
            master, terminal = pty.openpty()
        except OSError as reason:
            self.skipTest("no terminal to be had here: %s" % reason)
        run = subprocess.run(
            [BIN / "medals", "segment", self.image, "--text", "brain stem",
             "-o", self.path("o.nii.gz")], stderr=terminal,
            stdout=subprocess.PIPE, check=False, timeout=60)
        os.close(terminal)
        shown = os.read(master, 1 << 16).decode()
        os.close(master)
        self.assertEqual(run.returncode, 0)
        self.assertIn("\r", shown)
        self.assertRegex(shown, r"\[#*-+\] +\d+ %")
        self.assertNotIn("\n", shown)

    def test_instances(self):
        report = self.segment(self.image, "tumor", "o.nii.gz", "--instances",
                              "--modality", "mri")
        self.assertEqual(len(report["classes"]), 1)
        self.assertIsNone(report["classes"][0]["mean_probability"])

    def test_table(self):
        run = self.good("segment", self.image, "--text", "brain stem", "-o",
                        "o.nii.gz", "--modality", "mri")
        for word in ("brain stem", "mri", "option", "voxels", "o.nii.gz"):
            self.assertIn(word, run.out)
        self.assertRegex(run.err, r"medals: \w+ +\d+ %")
        self.assertNotIn("\r", run.err)

    def test_quiet(self):
        run = self.good("segment", self.image, "--text", "brain stem", "-o",
                        "o.nii.gz", "--quiet", "--json")
        self.assertEqual(run.err, "")

    def test_numbers_are_finite(self):
        report = self.segment(self.image, "brain stem; teapot")

        def walk(value):
            if isinstance(value, float):
                self.assertTrue(math.isfinite(value))
            for inner in (value.values() if isinstance(value, dict) else
                          value if isinstance(value, list) else ()):
                walk(inner)
        walk(report)

    def test_precision_and_isa(self):
        report = self.segment(self.image, "brain stem", "a.nii.gz",
                              "--precision", "f32", "--threads", "1",
                              env={"MEDALS_ISA": "ref"})
        self.assertEqual((report["precision"], report["isa"],
                          report["threads"]), ("f32", "ref", 1))

    def test_deterministic(self):
        for name in ("a.nii.gz", "b.nii.gz"):
            self.segment(self.image, "brain stem; left thalamus", name)
        first, second = ((self.folder / n).read_bytes()
                         for n in ("a.nii.gz", "b.nii.gz"))
        self.assertEqual(first, second)

    def test_log(self):
        """Where stderr is no terminal: a line each 10 %, up to 100 %, with
        the time left."""
        run = self.good("segment", self.image, "--text", "brain stem",
                        "-o", "a.nii.gz", "-o", "b.nii.gz",
                        env={"MEDALS_ISA": "ref"})
        lines = run.err.splitlines()
        for line in lines:
            self.assertRegex(line, r"^medals: [a-z]+ \d+ %"
                                   r"(, \d+ s left)?$")
        percents = [int(line.split()[2]) for line in lines]
        self.assertEqual(len({p // 10 for p in percents}), len(lines))
        self.assertEqual(percents, sorted(percents))
        self.assertEqual((percents[0], percents[-1]), (0, 100))
        self.assertRegex(lines[-1], r", 0 s left$")
        self.assertNotIn("\r", run.err)


if __name__ == "__main__":
    unittest.main()
