"""`medals interact`: every way to ask wrongly, each with its code, and the
session as it was."""
import base64
import os
import unittest
import zlib

import nifti
from interaction import SIZE, InteractTest, pack
from programs import need_model

C0 = {"class": 0}
MASK = {"class": 0, "as": "labelmap"}
ONE = [[3, 4], [3, 4], [3, 4]]


@need_model
class Errors(InteractTest):
    def setUp(self):
        super().setUp()
        self.talk = self.open()
        self.talk.good("classes", texts=["brain stem", None])
        self.talk.good("mask", extent=[[3, 9]] * 3, data=pack([1] * 216),
                       **MASK)
        self.before = self.talk.get().values

    def check(self, code, op, **fields):
        self.talk.bad(code, op, id="x", **fields)

    def tearDown(self):
        """Nothing changed: labels, classes, prompts, revision."""
        self.assertEqual(self.talk.get().values, self.before)
        stats = self.talk.stats()
        self.assertEqual([s["prompts"] for s in stats], [0, 0])
        self.assertEqual(self.talk.revision, 2)
        self.talk.end()
        super().tearDown()

    # ---- any op

    def test_op(self):
        self.check("usage", "nope")
        self.check("usage", "Point", ijk=[1, 1, 1], **C0)
        self.talk.send_text('{"id":1}\n{"id":2,"op":null}\n{"id":3,"op":7}\n')
        for id_ in (1, 2, 3):
            answer = self.talk.answer()
            self.assertEqual((answer["id"], answer["error"]["code"]),
                             (id_, "usage"))

    def test_id_of_another_type(self):
        for id_ in (True, [1], {"a": 1}):
            self.talk.send("stats", id=id_)
            answer = self.talk.answer()
            self.assertEqual((answer["id"], answer["error"]["code"]),
                             (None, "usage"))

    def test_progress_of_another_type(self):
        self.check("usage", "stats", progress="yes")

    def test_not_a_number(self):
        for word in ("NaN", "Infinity", "-Infinity"):
            self.talk.send_text('{"op":"point","id":5,"class":0,"lps":[0,'
                                + word + ',0]}\n')
            answer = self.talk.answer()
            self.assertEqual((answer["id"], answer["ok"]), (5, False))
            self.assertEqual(answer["error"]["code"], "bad_input")

    def test_number_too_large(self):
        self.talk.send_text('{"op":"point","id":5,"class":0,'
                            '"lps":[0,1e999,0]}\n')
        self.assertEqual(self.talk.answer()["error"]["code"], "bad_input")

    # ---- class lists

    def test_classes(self):
        self.check("usage", "classes")
        self.check("usage", "classes", texts="liver")
        self.check("usage", "classes", texts=["liver", 7])
        self.check("usage", "classes", texts=["liver"], names=["a", "b"])
        self.check("usage", "classes", texts=["liver"], names="a")
        self.check("bad_input", "classes", texts=[])
        self.check("bad_input", "classes", texts=["liver", "liver"])
        self.check("bad_input", "classes", texts=[""])
        self.check("bad_input", "classes", texts=["x" * 10001])
        self.check("bad_input", "classes", texts=[None] * 256)

    def test_add_class(self):
        self.check("usage", "add_class")
        self.check("usage", "add_class", text=7)
        self.check("usage", "add_class", text="liver", name=7)
        self.check("bad_input", "add_class", text="brain stem")
        self.check("bad_input", "add_class", text="x" * 10001)

    def test_remove_class(self):
        self.check("usage", "remove_class")
        self.check("usage", "remove_class", **{"class": "0"})
        for index in (2, -1, 0.5, 1e300):
            self.check("bad_input", "remove_class", **{"class": index})

    # ---- passes

    def test_predict(self):
        self.check("usage", "predict", classes=0)
        self.check("usage", "predict", classes=["0"])
        self.check("bad_input", "predict", classes=[2])
        self.check("bad_input", "predict", classes=[-1])
        self.check(("usage", "bad_input"), "predict", classes=[1])

    def test_refine(self):
        self.check("usage", "refine", passes="2")
        self.check("bad_input", "refine", passes=0)
        self.check("bad_input", "refine", passes=1.5)
        self.check("bad_input", "refine", classes=[2])

    # ---- prompts

    def test_point(self):
        self.check("usage", "point", ijk=[1, 1, 1])
        self.check("usage", "point", **C0)
        self.check("usage", "point", ijk=[1, 1, 1], lps=[0, 0, 0], **C0)
        self.check("usage", "point", ijk=[1, 1], **C0)
        self.check("usage", "point", ijk=[1, 1, 1, 1], **C0)
        self.check("usage", "point", ijk="1,1,1", **C0)
        self.check("usage", "point", ijk=[1, 1, None], **C0)
        self.check("usage", "point", ijk=[1, 1, 1], positive=1, **C0)
        self.check("usage", "point", ijk=[1, 1, 1], answer="soon", **C0)
        self.check("usage", "point", ijk=[1, 1, 1], answer=1, **C0)
        self.check("bad_input", "point", ijk=[1, 1, 1], **{"class": 2})

    def test_point_outside(self):
        ni, nj, nk = SIZE
        for ijk in ([-1, 0, 0], [ni, 0, 0], [0, nj, 0], [0, 0, nk],
                    [1e18, 0, 0]):
            self.check("bad_input", "point", ijk=ijk, **C0)
        for lps in ([1000, 0, 0], [80 + 2.1, 90, -70],
                    [80 - 4 * (ni - 0.4), 90, -70]):
            self.check("bad_input", "point", lps=lps, **C0)

    def test_box(self):
        self.check("usage", "box", **C0)
        self.check("usage", "box", ijk=[1, 1, 1], **C0)
        self.check("usage", "box", ijk=[[1, 2], [1, 2]], **C0)
        self.check("usage", "box", ijk=[[1, 2, 3]] * 3, **C0)
        self.check("usage", "box", lps=[[0, 0, 0]], **C0)
        self.check("usage", "box", lps=[[0, 0, 0]] * 3, **C0)
        self.check("usage", "box", lps=[[0, 0, 0]] * 2, ijk=ONE, **C0)
        self.check("bad_input", "box", ijk=[[3, 3], [3, 4], [3, 4]], **C0)
        self.check("bad_input", "box", ijk=[[4, 3], [3, 4], [3, 4]], **C0)
        self.check("bad_input", "box", ijk=[[-1, 3], [3, 4], [3, 4]], **C0)
        self.check("bad_input", "box", ijk=[[3, 41], [3, 4], [3, 4]], **C0)
        self.check("bad_input", "box", ijk=[[3, 4.5], [3, 4], [3, 4]], **C0)
        self.check("bad_input", "box", lps=[[900, 900, 900],
                                            [950, 950, 950]], **C0)

    def test_scribble(self):
        self.check("usage", "scribble", **C0)
        self.check("usage", "scribble", lps=[0, 0, 0], **C0)
        self.check("usage", "scribble", lps=[[0, 0]], **C0)
        self.check("usage", "scribble", lps=[[0, 0, 0]], radius_mm="1", **C0)
        self.check("bad_input", "scribble", lps=[], **C0)
        self.check("bad_input", "scribble", ijk=[], **C0)
        self.check("bad_input", "scribble", ijk=[[1, 1, 1], [99, 1, 1]], **C0)
        self.check("bad_input", "scribble", lps=[[0, 0, 0]], radius_mm=-1,
                   **C0)

    def test_lasso(self):
        self.check("usage", "lasso", **C0)
        self.check("bad_input", "lasso", lps=[], **C0)
        self.check("bad_input", "lasso", lps=[[0, 0, 0]], **C0)
        self.check("bad_input", "lasso", lps=[[0, 0, 0], [8, 0, 0]], **C0)
        self.check("bad_input", "lasso",
                   lps=[[0, 0, 0], [8, 0, 0], [4, 0, 0]], **C0)
        self.check("bad_input", "lasso",
                   lps=[[0, 0, 0], [8, 0, 0], [4, 999, 0]], **C0)

    def test_strokes(self):
        self.check("usage", "stroke_append", ijk=[[1, 1, 1]])
        self.check("usage", "stroke_end")
        self.check("usage", "stroke_begin", ijk=[[1, 1, 1]], kind="point",
                   **C0)
        self.check("usage", "stroke_begin", kind="scribble", **C0)
        self.check("usage", "stroke_begin", kind="scribble", ijk=[[1, 1, 1]])
        self.check("bad_input", "stroke_begin", kind="scribble",
                   ijk=[[1, 1, 99]], **C0)
        self.check("bad_input", "stroke_begin", kind="scribble",
                   ijk=[[1, 1, 1]], **{"class": 9})

    # ---- masks

    def test_mask(self):
        self.check("usage", "mask", **MASK)
        self.check("usage", "mask", extent=ONE, data=pack([1]), **C0)
        self.check("usage", "mask", extent=ONE, data=pack([1]),
                   **{"as": "labelmap"})
        self.check("usage", "mask", extent=ONE, data=pack([1]), **C0,
                   **{"as": "law"})
        self.check("usage", "mask", extent=ONE, **MASK)
        self.check("usage", "mask", data=pack([1]), **MASK)
        self.check("usage", "mask", extent=ONE, data=[1], **MASK)
        self.check("usage", "mask", file="m.nii", extent=ONE, data=pack([1]),
                   **MASK)
        self.check("usage", "mask", file=7, **MASK)
        self.check("bad_input", "mask", extent=ONE, data=pack([1]),
                   **{"class": 2, "as": "labelmap"})

    def test_mask_extent(self):
        for extent in ([[3, 3], [3, 4], [3, 4]], [[-1, 0], [3, 4], [3, 4]],
                       [[3, 41], [3, 4], [3, 4]], [[5, 4], [3, 4], [3, 4]],
                       [[0, 2 ** 40]] * 3):
            self.check("bad_input", "mask", extent=extent, data=pack([1]),
                       **MASK)

    def test_mask_data(self):
        good = zlib.compress(b"\1")
        for data in ("", "!", "AAA", "AAAA", "AA==AAAA",
                     base64.b64encode(good[:-1]).decode(),
                     base64.b64encode(good + b"x").decode(),
                     base64.b64encode(good).decode() + "\n",
                     pack([]), pack([1, 1]), pack(bytes(1 << 20))):
            self.check("bad_input", "mask", extent=ONE, data=data, **MASK)
        # a damaged checksum
        wrong = good[:-1] + bytes([good[-1] ^ 1])
        self.check("bad_input", "mask", extent=ONE,
                   data=base64.b64encode(wrong).decode(), **MASK)

    def test_mask_without_a_voxel_as_prompt(self):
        self.check("bad_input", "mask", extent=ONE, data=pack([0]), **C0,
                   **{"as": "prompt"})

    def test_mask_file(self):
        self.check("bad_input", "mask", file=self.path("none.nii"), **MASK)
        with open(self.path("bad.nii"), "w", encoding="utf-8") as f:
            f.write("no image")
        self.check("bad_input", "mask", file=self.path("bad.nii"), **MASK)
        nifti.write(self.path("small.nii"), (3, 3, 3), bytes(27),
                    code=nifti.UINT8, affine=nifti.affine_of((4, 4, 4.5)))
        self.check("bad_input", "mask", file=self.path("small.nii"), **MASK)

    # ---- history, reading, files

    def test_undo_and_redo(self):
        for op in ("undo", "redo"):
            self.check("usage", op, steps="1")
            for steps in (0, -1, 1.5):
                self.check("bad_input", op, steps=steps)

    def test_reset(self):
        self.check("usage", "reset")
        self.check("usage", "reset", what="everything")
        self.check("usage", "reset", what=1)

    def test_get(self):
        self.check("usage", "get", **{"class": "0"})
        self.check("usage", "get", extent=[1, 2, 3])
        self.check("usage", "get", extent=ONE, since=1)
        self.check("usage", "get", since="1")
        self.check("bad_input", "get", since=-1)
        self.check("bad_input", "get", **{"class": 2})
        for extent in ([[3, 3], [3, 4], [3, 4]], [[-1, 1], [0, 1], [0, 1]],
                       [[0, 1], [0, 45], [0, 1]], [[0, 2 ** 60]] * 3):
            self.check("bad_input", "get", extent=extent)

    def test_save(self):
        self.check("usage", "save")
        self.check("usage", "save", file=7)
        self.check("usage", "save", file=self.path("o.png"))
        self.check("usage", "save", file=self.path("o.nii"), labels=7)
        self.check("usage", "save", file=self.path("o.nii"), labels=[1])
        self.check("usage", "save", file=self.path("o.nii"), labels=[1, 1])
        self.check("usage", "save", file=self.path("o.nii"), labels=[1, 0])
        self.check("bad_input", "save", file=self.path("none/o.nii"))
        self.check("bad_input", "save", file=self.image)
        self.assertEqual(os.listdir(self.folder), ["in.nii.gz"])

    def test_cancel(self):
        self.check("usage", "cancel")
        self.check("usage", "cancel", cancel_id=[1])
        self.check("usage", "cancel", cancel_id=True)


@need_model
class OpenStroke(InteractTest):
    def test_other_ops_wait_for_its_end(self):
        talk = self.open_with("brain stem")
        talk.good("stroke_begin", kind="scribble", ijk=[[5, 5, 5]], **C0)
        talk.bad("usage", "point", ijk=[1, 1, 1], **C0)
        talk.bad("usage", "undo")
        talk.bad("usage", "predict")
        talk.bad("usage", "stroke_begin", kind="scribble", ijk=[[1, 1, 1]],
                 **C0)
        # reading goes on
        talk.stats()
        talk.get()
        talk.bad("bad_input", "stroke_append", ijk=[[5, 5, 99]])
        talk.good("stroke_append", ijk=[[6, 5, 5]])
        talk.good("stroke_end", answer="instant")
        voxels = talk.get()
        self.assertEqual((voxels.at(5, 5, 5), voxels.at(6, 5, 5)), (1, 1))


if __name__ == "__main__":
    unittest.main()
