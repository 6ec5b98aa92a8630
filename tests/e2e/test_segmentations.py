"""Segmentations as 3D Slicer and other programs write them: layers, no label
values, cropped to their segments, names in capitals."""
import array
import math
import unittest

import nifti
import nrrd
import phantom
from interaction import SIZE, InteractTest
from programs import ProgramTest, need_model

#: Of the image of InteractTest, in LPS.
SPACING, ORIGIN = (4.0, 4.0, 4.5), (80.0, 90.0, -70.0)


def segmentation(path, size, layers, segments, offset=(0, 0, 0),
                 spacing=SPACING):
    """A .seg.nrrd of layers (dicts of voxel to label), `offset` voxels into
    the image; segments: dicts of the fields of one."""
    place = [o + s * step * n for o, s, step, n in
             zip(ORIGIN, (-1, -1, 1), spacing, offset)]
    many = len(layers) > 1
    lines = ["NRRD0004", "type: unsigned char", f"dimension: {3 + many}",
             "space: left-posterior-superior",
             "sizes: " + (f"{len(layers)} " if many else "")
             + " ".join(map(str, size)),
             "space directions: " + ("none " if many else "")
             + f"(-{spacing[0]},0,0) (0,-{spacing[1]},0) (0,0,{spacing[2]})",
             "kinds: " + ("list " if many else "") + "domain domain domain",
             "encoding: raw",
             "space origin: ({},{},{})".format(*place),
             "Segmentation_ReferenceImageExtentOffset:={} {} {}"
             .format(*offset)]
    for n, fields in enumerate(segments):
        lines += [f"Segment{n}_{key}:={value}"
                  for key, value in {"ID": f"S{n}", **fields}.items()]
    voxels = bytearray(math.prod(size) * len(layers))
    for n, layer in enumerate(layers):
        for (i, j, k), label in layer.items():
            voxels[((k * size[1] + j) * size[0] + i) * len(layers) + n] = label
    with open(path, "wb") as file:
        file.write("\n".join(lines + ["", ""]).encode() + bytes(voxels))


class Files(ProgramTest):
    def inspect(self, name):
        return self.good("inspect", self.path(name), "--json").json

    def labels(self, name):
        return [(label["value"], label["name"], label["voxels"])
                for label in self.inspect(name)["labels"]]

    def scores(self, prediction, truth, *more):
        run = self.good("eval", self.path(prediction), self.path(truth),
                        "--json", *more)
        return [(c["label"], c["name"], round(c["dsc"], 3))
                for c in run.json["classes"]]

    def test_layers(self):
        both = {(1, 1, 1): 1, (2, 1, 1): 1}
        segmentation(self.path("a.seg.nrrd"), (5, 4, 3),
                     [both, {(2, 1, 1): 7, (3, 1, 1): 8}],
                     [{"Name": "liver", "LabelValue": 1, "Layer": 0},
                      {"Name": "tumor", "LabelValue": 7, "Layer": 1}])
        self.assertEqual(self.inspect("a.seg.nrrd")["layers"], 2)
        self.assertEqual(self.labels("a.seg.nrrd"), [
            (1, "liver", 2), (7, "tumor", 1), (8, None, 1)])
        self.assertEqual(self.scores("a.seg.nrrd", "a.seg.nrrd"), [
            (1, "liver", 1), (7, "tumor", 1), (8, None, 1)])
        self.assertEqual(
            self.scores("a.seg.nrrd", "a.seg.nrrd", "--map", "7:1"),
            [(1, "liver", 0.667)])
        self.bad(3, "eval", self.path("a.seg.nrrd"), self.path("a.seg.nrrd"),
                 "--instances")

    def test_layers_of_old_files(self):
        """One component a segment, each of label 1."""
        segmentation(self.path("old.seg.nrrd"), (5, 4, 3),
                     [{(1, 1, 1): 1}, {(1, 1, 1): 1, (2, 1, 1): 1}],
                     [{"Name": "alpha"}, {"Name": "beta"}])
        self.assertEqual(self.labels("old.seg.nrrd"),
                         [(1, "alpha", 1), (2, "beta", 2)])
        self.assertEqual(self.scores("old.seg.nrrd", "old.seg.nrrd"),
                         [(1, "alpha", 1), (2, "beta", 1)])

    def test_no_label_values(self):
        segmentation(self.path("n.seg.nrrd"), (5, 4, 3),
                     [{(0, 0, 0): 1, (1, 0, 0): 2, (2, 0, 0): 2}],
                     [{"Name": "alpha"}, {"Name": "beta"}])
        self.assertEqual(self.labels("n.seg.nrrd"),
                         [(1, "alpha", 1), (2, "beta", 2)])
        segmentation(self.path("twice.seg.nrrd"), (5, 4, 3), [{}, {}],
                     [{"LabelValue": 2, "Layer": 0},
                      {"LabelValue": 2, "Layer": 0}])
        run = self.bad(3, "eval", self.path("twice.seg.nrrd"),
                       self.path("n.seg.nrrd"))
        self.assertIn("S0 and S1", run.err)

    def test_cropped(self):
        """Two boxes of one grid, compared where they lie."""
        whole = {(2, 2, 1): 1, (3, 2, 1): 1}
        segmentation(self.path("whole.seg.nrrd"), (8, 6, 4), [whole],
                     [{"Name": "a", "LabelValue": 1}])
        segmentation(self.path("box.seg.nrrd"), (2, 1, 1),
                     [{(0, 0, 0): 1, (1, 0, 0): 1}],
                     [{"Name": "a", "LabelValue": 1}], offset=(2, 2, 1))
        segmentation(self.path("next.seg.nrrd"), (2, 1, 1),
                     [{(0, 0, 0): 1, (1, 0, 0): 1}],
                     [{"Name": "a", "LabelValue": 1}], offset=(3, 2, 1))
        for a, b, dsc in (("box", "whole", 1), ("whole", "box", 1),
                          ("next", "whole", 0.5), ("next", "box", 0.5)):
            self.assertEqual(self.scores(a + ".seg.nrrd", b + ".seg.nrrd"),
                             [(1, "a", dsc)])
        for offset, spacing in (((2.5, 2, 1), SPACING),
                                ((2, 2, 1), (4.0, 4.0, 4.6))):
            segmentation(self.path("off.seg.nrrd"), (2, 1, 1), [{}],
                         [{"Name": "a"}], offset, spacing)
            run = self.bad(3, "eval", self.path("off.seg.nrrd"),
                           self.path("whole.seg.nrrd"))
            self.assertIn("off.seg.nrrd: ", run.err)

    def test_name_of_the_file_at_fault(self):
        for name, value in (("whole.nii", 1.0), ("odd.nii", 1.5)):
            nifti.write(self.path(name), (2, 2, 2), phantom.floats([value] * 8),
                        code=nifti.FLOAT32)
        for pair in (("odd.nii", "whole.nii"), ("whole.nii", "odd.nii")):
            run = self.bad(3, "eval", *map(self.path, pair))
            self.assertIn("odd.nii: ", run.err)
        nifti.write(self.path("many.nii"), (42, 42, 40),
                    array.array("I", range(42 * 42 * 40)).tobytes(),
                    code=nifti.UINT32)
        nifti.write(self.path("none.nii"), (42, 42, 40), bytes(42 * 42 * 40),
                    code=nifti.UINT8)
        run = self.bad(3, "eval", self.path("none.nii"), self.path("many.nii"))
        self.assertRegex(run.err, r"^medals: \S*many\.nii: ")


@need_model
class Sessions(InteractTest):
    def test_layers_as_labelmap(self):
        segmentation(self.path("l.SEG.NRRD"), (4, 3, 3),
                     [{(0, 0, 0): 1, (1, 0, 0): 1},
                      {(1, 0, 0): 1, (2, 1, 2): 1}],
                     [{"Name": "liver"}, {"Name": "tumor"}],
                     offset=(10, 11, 12))
        talk = self.open("--labelmap", self.path("l.SEG.NRRD"))
        self.assertEqual([(c["name"], c["value"])
                          for c in talk.ready["classes"]],
                         [("liver", 1), ("tumor", 2)])
        self.assertIn("l.SEG.NRRD: 1 times", talk.ready["warnings"][0])
        found = talk.get()
        self.assertEqual(found.where(1), {(10, 11, 12)})
        self.assertEqual(found.where(2), {(11, 11, 12), (12, 12, 14)})
        segmentation(self.path("m.seg.nrrd"), (2, 2, 2), [{(1, 1, 1): 3}],
                     [{"LabelValue": 3}], offset=(20, 20, 20))
        talk.good("mask", file=self.path("m.seg.nrrd"),
                  **{"as": "labelmap", "class": 0})
        self.assertEqual(talk.get().where(1), {(21, 21, 21)})
        segmentation(self.path("out.seg.nrrd"), (2, 2, 2), [{(1, 1, 1): 3}],
                     [{"LabelValue": 3}], offset=(39, 20, 20))
        failed = talk.bad("bad_input", "mask", file=self.path("out.seg.nrrd"),
                          **{"as": "labelmap", "class": 0})
        self.assertIn("outside", failed["error"]["message"])
        talk.good("save", file=self.path("SAVED.SEG.NRRD"))
        self.assertIn("Segment0_Name",
                      nrrd.File(self.path("SAVED.SEG.NRRD")).keys)

    def test_a_mask_that_broke_metaio(self):
        voxels = math.prod(SIZE)
        with open(self.path("long.mha"), "wb") as file:
            file.write((
                "ObjectType = Image\nObjectSubType = " + "x" * 300
                + "\nNDims = 3\nBinaryData = True\nOffset = 80 90 -70\n"
                "TransformMatrix = -1 0 0 0 -1 0 0 0 1\n"
                "ElementSpacing = 4 4 4.5\nDimSize = {} {} {}\nElementType = "
                "MET_UCHAR\nElementDataFile = LOCAL\n".format(*SIZE)).encode()
                + bytes(voxels - 1) + b"\1")
        talk = self.open_with(None)
        talk.good("mask", file=self.path("long.mha"),
                  **{"as": "labelmap", "class": 0})
        self.assertEqual(talk.get().where(1), {tuple(n - 1 for n in SIZE)})
        with open(self.path("cut.mhd"), "w", encoding="ascii") as file:
            file.write("NDims = 3\nDimSize = {} {} {}\nElementType = MET_UCHAR"
                       "\nElementDataFile = s%s%n.raw 0 35 1\n".format(*SIZE))
        talk.bad("bad_input", "mask", file=self.path("cut.mhd"),
                 **{"as": "labelmap", "class": 0})
        self.assertEqual(talk.stats()[0]["voxels"], 1)


if __name__ == "__main__":
    unittest.main()
