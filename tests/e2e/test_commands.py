"""classes, inspect, convert, eval, bench."""
import json
import os
import pathlib
import shutil
import unicodedata
import unittest

import nifti
import phantom
from programs import BIN, SHARED, ProgramTest, model_folder, need_model

BOOTSTRAP = SHARED / "models" / "bootstrap"
GOLDEN = SHARED / "golden"
TOWER = pathlib.Path(os.environ.get("MEDALS_TEXT_TOWER") or
                     BIN.parent / "text-tower")


@need_model
class Classes(ProgramTest):
    def test_list(self):
        run = self.good("classes")
        self.assertIn("left hippocampus", run.out)
        self.assertEqual(run.err, "")

    def test_json(self):
        answer = self.good("classes", "--json").json
        names = {(c["modality"], c["name"]) for c in answer["classes"]
                 if c["trained"]}
        self.assertIn(("mri", "left hippocampus"), names)
        self.assertTrue(answer["license"])
        for c in answer["classes"]:
            self.assertRegex(c["color"], "^#[0-9a-f]{6}$")

    def test_modality(self):
        answer = self.good("classes", "--json", "--modality", "pet").json
        self.assertEqual({c["modality"] for c in answer["classes"]}, {"pet"})
        self.bad(2, "classes", "--modality", "xray")

    def test_all(self):
        some = len(self.good("classes", "--json").json["classes"])
        every = self.good("classes", "--json", "--all").json["classes"]
        self.assertGreaterEqual(len(every), max(some, 243))

    def test_no_doubles(self):
        """Names that differ by letter case only are one class."""
        model = pathlib.Path(self.path("model"))
        shutil.copytree(model_folder(), model)
        labels = json.loads((model / "labels.json").read_text("utf-8"))
        labels += [{"name": name, "modality": "CT", "kind": "anatomy"}
                   for name in ("BrainStem", "MANDIBLE", "\u00e9peron X",
                                "\u00c9PERON x", "E\u0301peron x")]
        (model / "labels.json").write_text(json.dumps(labels), "utf-8")
        every = self.good("classes", "--json", "--all", "--model",
                          model).json["classes"]
        names = [(c["modality"], unicodedata.normalize("NFKD", c["name"])
                  .casefold()) for c in every]
        self.assertEqual(len(names), len(set(names)))
        self.assertIn(("ct", "mandible"), names)
        text = self.good("classes", "--all", "--model", model).out
        self.assertEqual(text.lower().count("peron x"), 1)

    def test_no_model(self):
        self.bad(3, "classes", "--model", "nowhere")


class Inspect(ProgramTest):
    def test_image(self):
        image = phantom.write_mri(self.path("in.nii.gz"))
        answer = self.good("inspect", image, "--json").json
        self.assertEqual((answer["kind"], answer["size"], answer["spacing"]),
                         ("image", [40, 44, 36], [4, 4, 4.5]))
        self.assertEqual(answer["origin"], [80, 90, -70])
        self.assertEqual(answer["direction"],
                         [-1, 0, 0, 0, -1, 0, 0, 0, 1])
        self.assertEqual((answer["lowest"], answer["highest"]), (0, 230))
        self.assertIn("40 x 44 x 36", self.good("inspect", image).out)

    def test_labelmap(self):
        voxels = bytes(500) + bytes([3]) * 300 + bytes([200]) * 200
        nifti.write(self.path("l.nii.gz"), (10, 10, 10), voxels,
                    code=nifti.UINT8, pixdim=(1, 2, 3))
        pathlib.Path(self.path("l.label.txt")).write_text(
            '# names\n    3  255 0 0  1 1 1  "left kidney"\n', "utf-8")
        answer = self.good("inspect", "l.nii.gz", "--json").json
        self.assertEqual(answer["kind"], "labelmap")
        self.assertEqual(
            [(l["value"], l["name"], l["voxels"], round(l["ml"], 9))
             for l in answer["labels"]],
            [(3, "left kidney", 300, 1.8), (200, None, 200, 1.2)])

    @need_model
    def test_model(self):
        answer = self.good("inspect", model_folder(), "--json").json
        self.assertEqual(answer["kind"], "model")
        self.assertGreaterEqual(len(answer["stages"]), 1)

    @unittest.skipUnless(GOLDEN.exists(), f"no {GOLDEN}")
    def test_checkpoints(self):
        for name in ("model_small.safetensors", "text_encoder_tiny.pth"):
            answer = self.good("inspect", GOLDEN / name, "--json").json
            self.assertEqual(answer["kind"], "checkpoint")
            self.assertGreater(len(answer["tensors"]), 10)
            for tensor in answer["tensors"]:
                self.assertIsInstance(tensor["shape"], list)

    def test_dicom(self):
        series = SHARED / "data" / "dicom" / "mr-prostate-t2"
        if not series.exists():
            self.skipTest(f"no {series}")
        answer = self.good("inspect", series, "--json").json
        self.assertEqual((answer["modality"], answer["format"]),
                         ("mri", "dicom"))

    def test_nothing(self):
        self.bad(3, "inspect", "absent")
        os.mkdir(self.path("empty"))
        self.bad(3, "inspect", "empty")


class Evaluate(ProgramTest):
    def write(self, name, voxels, size=(12, 12, 12), **fields):
        nifti.write(self.path(name), size, voxels, code=nifti.UINT8, **fields)

    @staticmethod
    def boxes(*boxes, size=(12, 12, 12)):
        """value, i0, i1 of boxes that fill j and k from 2 to 8."""
        voxels = bytearray(size[0] * size[1] * size[2])
        for value, i0, i1 in boxes:
            for k in range(2, 8):
                for j in range(2, 8):
                    at = (k * size[1] + j) * size[0]
                    voxels[at + i0:at + i1] = bytes([value]) * (i1 - i0)
        return bytes(voxels)

    def evaluate(self, *more):
        return self.good("eval", "p.nii.gz", "t.nii.gz", "--json", *more).json

    def test_equal(self):
        self.write("p.nii.gz", self.boxes((1, 0, 4), (2, 6, 9)))
        self.write("t.nii.gz", self.boxes((1, 0, 4), (2, 6, 9)))
        answer = self.evaluate()
        self.assertEqual([c["label"] for c in answer["classes"]], [1, 2])
        for c in answer["classes"]:
            self.assertEqual((c["dsc"], c["nsd"]), (1, 1))
        self.assertEqual((answer["dsc"], answer["nsd"]), (1, 1))

    def test_numbers(self):
        self.write("p.nii.gz", self.boxes((1, 0, 4)))
        self.write("t.nii.gz", self.boxes((1, 2, 6), (2, 8, 10)))
        answer = self.evaluate()
        self.assertAlmostEqual(answer["classes"][0]["dsc"], 0.5)
        self.assertEqual(answer["classes"][1]["dsc"], 0)
        self.assertEqual(answer["classes"][1]["nsd"], 0)
        self.assertAlmostEqual(answer["dsc"], 0.25)
        only = self.evaluate("--labels", "1")
        self.assertEqual([c["label"] for c in only["classes"]], [1])

    def test_map(self):
        self.write("p.nii.gz", self.boxes((1, 0, 4)))
        self.write("t.nii.gz", self.boxes((37, 0, 4), (2, 6, 9)))
        answer = self.evaluate("--map", "1:37")
        self.assertEqual(len(answer["classes"]), 1)
        self.assertEqual(answer["dsc"], 1)

    def test_instances(self):
        self.write("p.nii.gz", self.boxes((1, 0, 3), (2, 5, 7)))
        self.write("t.nii.gz", self.boxes((1, 0, 3), (2, 9, 12)))
        answer = self.evaluate("--instances")
        self.assertEqual((answer["tp"], answer["fp"], answer["fn"]), (1, 1, 1))
        self.assertAlmostEqual(answer["f1"], 0.5)
        self.assertEqual(answer["dsc_tp"], 1)

    def test_another_grid(self):
        self.write("p.nii.gz", self.boxes((1, 0, 4)))
        self.write("t.nii.gz", bytes(11 * 12 * 12), size=(11, 12, 12))
        self.bad(3, "eval", "p.nii.gz", "t.nii.gz")
        self.write("t.nii.gz", self.boxes((1, 0, 4)), pixdim=(2, 2, 2))
        self.bad(3, "eval", "p.nii.gz", "t.nii.gz")

    def test_no_labelmap(self):
        nifti.write(self.path("p.nii.gz"), (2, 2, 2),
                    phantom.floats([0.5] * 8), code=nifti.FLOAT32)
        self.write("t.nii.gz", bytes(8), size=(2, 2, 2))
        self.bad(3, "eval", "p.nii.gz", "t.nii.gz")
        self.bad(3, "eval", "absent.nii.gz", "t.nii.gz")


class Bench(ProgramTest):
    def test_lines(self):
        run = self.good("bench", "--size", "32", "--threads", "1", "--classes",
                        "2", "--quiet")
        cases = [json.loads(line) for line in run.out.splitlines()]
        self.assertEqual([c["case"] for c in cases],
                         ["peak", "network", "classes"])
        self.assertGreater(cases[1]["seconds"], 0)
        for case in cases[1:]:
            self.assertGreater(case["tflops"], 0)
            self.assertGreater(case["share_of_peak"], 0)
        for case in cases:
            self.assertEqual(case["threads"], 1)
            self.assertGreater(case["peak_rss_bytes"], 1 << 20)
        self.assertGreater(cases[2]["ratio"], 0)
        self.assertLess(cases[2]["saving"], 1)

    def test_values(self):
        for option, value in (("--size", "33"), ("--size", "0"),
                              ("--size", "64,64"), ("--classes", "0")):
            self.bad(2, "bench", option, value)


@unittest.skipUnless(BOOTSTRAP.exists(), f"no {BOOTSTRAP}")
class Convert(ProgramTest):
    def setUp(self):
        super().setUp()
        self.license = self.path("LICENSE")
        pathlib.Path(self.license).write_text("Apache-2.0", "utf-8")
        self.parts = [str(BOOTSTRAP / "medals_bootstrap.pth"),
                      "--text-encoder", str(BOOTSTRAP / "text_projection.pth"),
                      "--license", self.license]

    @unittest.skipUnless(TOWER.exists(), f"no sentence encoder at {TOWER}")
    def test_package(self):
        answer = self.good("convert", *self.parts, "--recipe", "compact",
                           "--tower", TOWER, "-o", "package", "--json").json
        self.assertEqual((answer["output"], answer["stages"]), ("package", 1))
        answer = self.good("inspect", "package", "--json").json
        self.assertEqual((answer["kind"], answer["stages"][0]["crop"]),
                         ("model", [64, 64, 64]))
        self.assertNoLeftovers()

    def test_nothing_half_made(self):
        whole = pathlib.Path(self.parts[0]).read_bytes()
        pathlib.Path(self.path("cut.pth")).write_bytes(whole[:len(whole) // 2])
        self.bad(3, "convert", "cut.pth", *self.parts[1:], "--recipe",
                 "compact", "-o", "package")
        self.assertFalse((self.folder / "package").exists())

    def test_usage(self):
        self.bad(2, "convert", self.parts[0])
        self.bad(2, "convert", "-o", "package")
        self.bad(2, "convert", *self.parts, "-o", "package", "--network-storage", "f16")

    def test_existing_folder(self):
        os.mkdir(self.path("package"))
        shutil.copy(self.license, self.path("package/notes"))
        run = self.run_program("convert", *self.parts, "--recipe", "compact",
                               "-o", "package", "--quiet")
        self.assertIn(run.code, (2, 3), str(run))
        self.assertTrue((self.folder / "package" / "notes").exists())


if __name__ == "__main__":
    unittest.main()
