"""The .npz cases of the challenge, in and out."""
import array
import unittest

import nifti
import npz
import phantom
from programs import ProgramTest, need_model

SHAPE = (36, 44, 40)  # d, h, w
PROMPTS = {"3": "Brain stem in a T1 MRI of the head",
           "1": "Left thalamus; shown in magnetic resonance",
           "instance_label": 0}


class Challenge(ProgramTest):
    def setUp(self):
        super().setUp()
        self.image = self.path("in.npz")
        self.write(PROMPTS)

    def write(self, prompts, **more):
        npz.write(self.image, SHAPE, phantom.mri(SHAPE[::-1]), (4, 4, 4.5),
                  prompts, **more)

    def test_inspect(self):
        answer = self.good("inspect", self.image, "--json").json
        self.assertEqual((answer["kind"], answer["size"], answer["spacing"]),
                         ("challenge", [40, 44, 36], [4, 4, 4.5]))
        self.assertEqual([(p["label"], p["text"]) for p in answer["prompts"]],
                         [(3, PROMPTS["3"]), (1, PROMPTS["1"])])

    @need_model
    def test_prompts_are_the_texts(self):
        """A sentence is one text, whatever is in it; its key is its label."""
        report = self.good("segment", self.image, "-o", "out.npz", "-o",
                           "out.nii.gz", "--json").json
        self.assertEqual([(c["label"], c["text"]) for c in report["classes"]],
                         [(3, PROMPTS["3"]), (1, PROMPTS["1"])])
        self.assertEqual(report["modality"],
                         {"value": "mri", "source": "text"})
        parts = npz.read(self.path("out.npz"))
        header, data = parts["segs"]
        self.assertIn("'<i2'", header)
        self.assertIn("(36, 44, 40)", header)
        values = array.array("h", data)
        self.assertLessEqual(set(values), {0, 1, 3})
        self.assertEqual(list(values),
                         list(nifti.File(self.path("out.nii.gz")).values()))
        before = npz.read(self.image)
        for name in ("spacing", "text_prompts"):
            self.assertEqual(parts[name], before[name])

    @need_model
    def test_reference(self):
        report = self.good("segment", self.image, "-o", "out.npz", "--json",
                           "--reference").json
        self.assertEqual(len(report["classes"]), 2)

    @need_model
    def test_texts_of_the_user(self):
        report = self.segment(self.image, "brain stem", "out.npz")
        self.assertEqual([c["label"] for c in report["classes"]], [1])

    @need_model
    def test_instances(self):
        self.write({"1": "Tumor in a brain MRI", "instance_label": 1})
        report = self.good("segment", self.image, "-o", "out.npz",
                           "--json").json
        self.assertIsNone(report["classes"][0]["mean_probability"])

    @need_model
    def test_no_prompts(self):
        self.write({"instance_label": 0})
        self.bad(2, "segment", self.image, "-o", "out.npz")

    def test_eval(self):
        voxels = phantom.mri(SHAPE[::-1])
        truth = bytes(v == 230 for v in voxels)
        self.write(PROMPTS, gts=truth)
        nifti.write(self.path("p.nii.gz"), SHAPE[::-1], truth,
                    code=nifti.UINT8, pixdim=(4, 4, 4.5))
        answer = self.good("eval", "p.nii.gz", self.image, "--literal",
                           "--json").json
        self.assertEqual(answer["dsc"], 1)


if __name__ == "__main__":
    unittest.main()
