"""`medals interact`: every op does what its row of the table says."""
import json
import os
import unittest

import nifti
import nrrd
import phantom
from interaction import (SIZE, Conversation, InteractTest, inside, pack,
                         unpack, volume)
from programs import need_model

C0, C1 = {"class": 0}, {"class": 1}


def cube(begin, end):
    return {(i, j, k) for i in range(begin, end) for j in range(begin, end)
            for k in range(begin, end)}


@need_model
class Classes(InteractTest):
    def test_classes(self):
        talk = self.open()
        answer = talk.good("classes", texts=["brain stem", None],
                           names=["stem", "thing"])
        self.assertEqual(answer["revision"], 1)
        self.assertEqual(answer["changed"], [])
        self.assertEqual([c["class"] for c in talk.stats()], [0, 1])

    def test_classes_of_the_same_text_keep_what_they_had(self):
        talk = self.open_with("brain stem", "left hippocampus")
        talk.stroke(ijk=[[5, 5, 5]], **C1)
        talk.good("mask", extent=[[3, 6], [3, 6], [3, 6]],
                  data=pack([1] * 27), **C1, **{"as": "labelmap"})
        answer = talk.good("classes", texts=["tumor", "left hippocampus",
                                             "brain stem"])
        self.assertEqual(answer["changed"], [])
        stats = talk.stats()
        self.assertEqual([s["voxels"] for s in stats], [0, 27, 0])
        self.assertEqual([s["prompts"] for s in stats], [0, 1, 0])
        self.assertEqual(len(talk.get().where(2)), 27)

    def test_classes_that_go_leave_background(self):
        talk = self.open_with("brain stem", "left hippocampus")
        talk.good("mask", extent=[[3, 6], [3, 6], [3, 6]],
                  data=pack([1] * 27), **C0, **{"as": "labelmap"})
        answer = talk.good("classes", texts=["left hippocampus"])
        self.assertEqual([c["removed"] for c in answer["changed"]], [27])
        self.assertEqual(set(talk.get().values), {0})

    def test_add_class(self):
        talk = self.open_with("brain stem")
        self.assertEqual(talk.good("add_class", text="tumor")["class"], 1)
        self.assertEqual(talk.good("add_class", text=None,
                                   name="thing")["class"], 2)
        self.assertEqual(len(talk.stats()), 3)

    def test_add_class_to_nothing(self):
        talk = self.open()
        self.assertEqual(talk.good("add_class", text="tumor")["class"], 0)

    def test_remove_class(self):
        talk = self.open_with("brain stem", "tumor", "left hippocampus")
        talk.good("mask", extent=[[3, 6], [3, 6], [3, 6]],
                  data=pack([1] * 27), **{"class": 2, "as": "labelmap"})
        talk.good("mask", extent=[[10, 12], [3, 6], [3, 6]],
                  data=pack([1] * 18), **C0, **{"as": "labelmap"})
        answer = talk.good("remove_class", **C0)
        self.assertEqual(answer["changed"],
                         [{"class": 0, "extent": [[10, 12], [3, 6], [3, 6]],
                           "added": 0, "removed": 18}])
        self.assertEqual([s["voxels"] for s in talk.stats()], [0, 27])
        # the class moved down and kept its value
        self.assertEqual(len(talk.get().where(3)), 27)
        self.assertEqual(len(talk.get(**C1).where(1)), 27)


    def test_lock(self):
        """A locked class neither wins nor loses; undo walks over it."""
        talk = self.open_with("brain stem", "tumor")
        talk.good("mask", extent=[[3, 6], [3, 6], [3, 6]],
                  data=pack([1] * 27), **C0, **{"as": "labelmap"})
        before = talk.revision
        answer = talk.good("lock", locked=True, **C0)
        self.assertEqual([c["locked"] for c in answer["classes"]],
                         [True, False])
        self.assertEqual(answer["revision"], before)
        answer = talk.good("mask", extent=[[3, 9], [3, 6], [3, 6]],
                           data=pack([1] * 54), **C1, **{"as": "labelmap"})
        self.assertIn("27 voxels", " ".join(answer["warnings"]))
        self.assertEqual([s["voxels"] for s in talk.stats()], [27, 27])
        row = [[i, 4, 4] for i in range(2, 8)]
        talk.good("scribble", ijk=row, answer="instant", **C1)
        talk.good("predict")
        self.assertEqual(talk.stats()[0]["voxels"], 27)
        talk.good("mask", extent=[[0, 9], [0, 9], [0, 9]],
                  data=pack([1] * 729), **C0, **{"as": "labelmap"})
        self.assertEqual(talk.stats()[0]["voxels"], 27)
        self.assertEqual(talk.good("undo", steps=5)["steps_done"], 5)
        self.assertEqual(talk.stats()[0]["voxels"], 0)
        talk.good("redo")
        answer = talk.good("lock", locked=False, **C0)
        self.assertEqual([c["locked"] for c in answer["classes"]],
                         [False, False])
        talk.good("mask", extent=[[3, 9], [3, 6], [3, 6]],
                  data=pack([1] * 54), **C1, **{"as": "labelmap"})
        self.assertEqual(talk.stats()[0]["voxels"], 0)
        talk.bad("bad_input", "lock", locked=True, **{"class": 9})
        talk.bad("usage", "lock", **C0)


@need_model
class Prompts(InteractTest):
    """What holds, and how far back it goes."""

    def setUp(self):
        super().setUp()
        self.talk = self.open("--journal", self.path("journal"))

    def three(self):
        self.talk.good("classes", texts=["brain stem", "tumor"])
        self.talk.good("point", ijk=[5, 6, 7], answer="none", **C0)
        self.talk.good("box", ijk=[[3, 6], [4, 8], [5, 9]], positive=False,
                       answer="none", **C1)
        self.talk.good("mask", extent=[[10, 12], [3, 6], [3, 6]],
                       data=pack([1] * 18), answer="none", **C1,
                       **{"as": "prompt"})

    def depths(self, talk, undo, redo, **fields):
        answer = talk.good("prompts", **fields)
        self.assertEqual((answer["undo_depth"], answer["redo_depth"]),
                         (undo, redo))
        self.assertEqual(answer["changed"], [])
        return answer["prompts"]

    def lps(self, *ijk):
        ready = self.talk.ready
        return [sum(ready["direction"][3 * r + c] * ready["spacing"][c]
                    * ijk[c] for c in range(3)) + ready["origin"][r]
                for r in range(3)]

    def test_what_holds(self):
        talk = self.talk
        self.assertEqual(self.depths(talk, 0, 0), [])
        self.three()
        found = self.depths(talk, 4, 0)
        self.assertEqual([(p["class"], p["kind"], p["positive"], p["extent"])
                          for p in found],
                         [(0, "point", True, [[5, 6], [6, 7], [7, 8]]),
                          (1, "box", False, [[3, 6], [4, 8], [5, 9]]),
                          (1, "mask", True, [[10, 12], [3, 6], [3, 6]])])
        corners = [[self.lps(5, 6, 7)],
                   [self.lps(3, 4, 5), self.lps(5, 7, 8)],
                   [self.lps(10, 3, 3), self.lps(11, 5, 5)]]
        for prompt, places in zip(found, corners):
            self.assertEqual(len(prompt["lps"]), len(places))
            for a, b in zip(prompt["lps"], places):
                for x, y in zip(a, b):
                    self.assertAlmostEqual(x, y, places=6)
        ids = [p["prompt"] for p in found]
        self.assertEqual(ids, sorted(set(ids)))
        self.assertEqual(self.depths(talk, 4, 0, **C1), found[1:])
        # what it says can be said again
        talk.good("point", lps=found[0]["lps"][0], answer="none", **C0)
        talk.good("box", lps=found[1]["lps"], answer="none", **C0)
        self.assertEqual([p["extent"] for p in
                          self.depths(talk, 6, 0)[3:]],
                         [p["extent"] for p in found[:2]])
        talk.bad("bad_input", "prompts", **{"class": 2})
        talk.bad("usage", "prompts", **{"class": "x"})

    def test_undo_redo_reset(self):
        talk = self.talk
        self.three()
        found = self.depths(talk, 4, 0)
        talk.good("undo", steps=2)
        self.assertEqual(self.depths(talk, 2, 2), found[:1])
        talk.good("redo")
        self.assertEqual(self.depths(talk, 3, 1), found[:2])
        talk.good("reset", what="prompts")
        self.assertEqual(self.depths(talk, 4, 0), [])

    def test_resumed(self):
        self.three()
        self.talk.good("undo")
        found = self.depths(self.talk, 3, 1)
        self.talk.end()
        again = self.open("--journal", self.path("journal"))
        self.assertTrue(again.ready["resumed"])
        self.assertEqual(self.depths(again, 3, 1), found)


@need_model
class Predict(InteractTest):
    def test_predict(self):
        talk = self.open_with("brain stem", "tumor")
        answer = talk.good("predict")
        self.assertEqual(answer["revision"], 2)
        voxels = talk.get()
        for change in answer["changed"]:
            self.assertEqual(change["removed"], 0)
            here = voxels.where(change["class"] + 1)
            self.assertEqual(len(here), change["added"])
            self.assertTrue(all(inside(change["extent"], *v) for v in here))

    def test_only_some_classes(self):
        talk = self.open_with("brain stem", "tumor")
        talk.good("mask", extent=[[3, 6], [3, 6], [3, 6]],
                  data=pack([1] * 27), **C1, **{"as": "labelmap"})
        answer = talk.good("predict", classes=[0])
        self.assertLessEqual({c["class"] for c in answer["changed"]}, {0})
        self.assertEqual(talk.stats()[1]["voxels"], 27)

    def test_without_a_text(self):
        talk = self.open_with(None)
        talk.bad(("usage", "bad_input"), "predict")

    def test_without_classes(self):
        self.open().bad(("usage", "bad_input"), "predict")


@need_model
class Points(InteractTest):
    def test_ijk_is_positive_by_default(self):
        talk = self.open_with("brain stem")
        answer = talk.good("point", ijk=[12, 13, 14], **C0)
        self.assertEqual(talk.get().at(12, 13, 14), 1)
        self.assertTrue(answer["windows"])
        self.assertEqual(talk.stats()[0]["prompts"], 1)

    def test_lps(self):
        talk = self.open_with(None)
        # RAS origin (-80,-90,-70), spacing 4, 4, 4.5
        talk.good("point", lps=[80 - 4 * 12, 90 - 4 * 13, -70 + 4.5 * 14],
                  answer="instant", **C0)
        self.assertEqual(talk.get().at(12, 13, 14), 1)

    def test_negative(self):
        talk = self.open_with(None)
        talk.good("mask", extent=[[3, 9], [3, 9], [3, 9]],
                  data=pack([1] * 216), **C0, **{"as": "labelmap"})
        talk.good("point", ijk=[5, 5, 5], positive=False, answer="instant",
                  **C0)
        self.assertEqual(talk.get().at(5, 5, 5), 0)


@need_model
class Boxes(InteractTest):
    def test_negative_box_empties_itself(self):
        talk = self.open_with(None)
        talk.good("mask", extent=[[3, 9], [3, 9], [3, 9]],
                  data=pack([1] * 216), **C0, **{"as": "labelmap"})
        answer = talk.good("box", ijk=[[4, 6], [4, 6], [4, 6]],
                           positive=False, answer="instant", **C0)
        self.assertEqual(talk.get().where(1), cube(3, 9) - cube(4, 6))
        self.assertEqual(answer["changed"],
                         [{"class": 0, "extent": [[4, 6]] * 3, "added": 0,
                           "removed": 8}])

    def test_positive_box_adds_nothing_outside(self):
        talk = self.open_with("brain stem")
        box = [[8, 30], [10, 30], [9, 30]]
        answer = talk.good("box", ijk=box, **C0)
        for v in talk.get().where(1):
            self.assertTrue(inside(box, *v), v)
        for change in answer["changed"]:
            self.assertEqual(change["removed"], 0)

    def test_lps_corners(self):
        talk = self.open_with(None)
        talk.good("mask", extent=[[0, n] for n in SIZE],
                  data=pack([1] * volume([[0, n] for n in SIZE])),
                  **C0, **{"as": "labelmap"})
        # centres of voxels 4 to 6 along each axis, the corners not in order
        talk.good("box", lps=[[80 - 4 * 4 + 1, 90 - 4 * 6 - 1, -70 + 4.5 * 4],
                              [80 - 4 * 6 - 1, 90 - 4 * 4 + 1,
                               -70 + 4.5 * 6]],
                  positive=False, answer="instant", **C0)
        self.assertEqual(talk.get().where(0), cube(4, 7))

    def test_flat_box(self):
        talk = self.open_with(None)
        talk.good("mask", extent=[[3, 9], [3, 9], [3, 9]],
                  data=pack([1] * 216), **C0, **{"as": "labelmap"})
        talk.good("box", ijk=[[4, 6], [4, 6], [5, 6]], positive=False,
                  answer="instant", **C0)
        self.assertEqual(len(talk.get().where(1)), 216 - 4)


@need_model
class Strokes(InteractTest):
    def shown(self, talk, op, **fields):
        """Voxels of a stroke: what its class keeps when a mask without a
        voxel is laid over everything."""
        talk.good(op, answer="instant", **C0, **fields)
        talk.good("mask", extent=[[0, n] for n in SIZE],
                  data=pack([0] * volume([[0, n] for n in SIZE])),
                  **C0, **{"as": "labelmap"})
        return talk.get().where(1)

    def test_voxels(self):
        talk = self.open_with(None)
        voxels = {(5, 5, 5), (6, 5, 5), (20, 21, 22)}
        self.assertEqual(self.shown(talk, "scribble",
                                    ijk=[list(v) for v in voxels]), voxels)

    def test_polyline(self):
        """A thin line along i holds the voxels between its ends."""
        talk = self.open_with(None)
        y, z = 90 - 4 * 10, -70 + 4.5 * 10
        drawn = self.shown(talk, "scribble",
                           lps=[[80 - 4 * 5, y, z], [80 - 4 * 12, y, z]],
                           radius_mm=0.5)
        self.assertEqual(drawn, {(i, 10, 10) for i in range(5, 13)})

    def test_radius(self):
        talk = self.open_with(None)
        centre = [80 - 4 * 10, 90 - 4 * 10, -70 + 4.5 * 10]
        drawn = self.shown(talk, "scribble", lps=[centre], radius_mm=4.2)
        self.assertEqual(drawn, {(10, 10, 10), (9, 10, 10), (11, 10, 10),
                                 (10, 9, 10), (10, 11, 10)})

    def test_default_radius_is_one_mm(self):
        talk = self.open_with(None)
        y, z = 90 - 4 * 10, -70 + 4.5 * 10
        line = [[80 - 4 * 5, y + 2.9, z], [80 - 4 * 8, y + 2.9, z]]
        # 2.9 mm off one row, 1.1 mm off the next
        drawn = self.shown(talk, "scribble", lps=line)
        self.assertEqual(drawn, {(5, 9, 10), (8, 9, 10)})

    def test_lasso(self):
        talk = self.open_with(None)
        x = lambda i: 80 - 4 * i
        y = lambda j: 90 - 4 * j
        z = -70 + 4.5 * 10
        drawn = self.shown(talk, "lasso",
                           lps=[[x(4.6), y(4.6), z], [x(9.4), y(4.6), z],
                                [x(9.4), y(8.4), z], [x(4.6), y(8.4), z]])
        self.assertEqual(drawn, {(i, j, 10) for i in range(5, 10)
                                 for j in range(5, 9)})

    def test_streamed_stroke(self):
        talk = self.open_with(None)
        revision = talk.revision
        for op, fields in (("stroke_begin",
                            {"kind": "scribble", "ijk": [[5, 5, 5]], **C0}),
                           ("stroke_append", {"ijk": [[6, 5, 5]]}),
                           ("stroke_append",
                            {"ijk": [[7, 5, 5]], "answer": "instant"})):
            answer = talk.good(op, **fields)
            self.assertEqual(answer["revision"], revision)
        self.assertTrue(answer["changed"])
        answer = talk.good("stroke_end", answer="instant")
        self.assertEqual(answer["revision"], revision + 1)
        voxels = talk.get()
        for i in (5, 6, 7):
            self.assertEqual(voxels.at(i, 5, 5), 1)
        self.assertEqual(talk.stats()[0]["prompts"], 1)
        self.assertEqual(talk.good("undo")["steps_done"], 1)
        self.assertEqual(set(talk.get().values), {0})

    def test_streamed_lasso(self):
        talk = self.open_with(None)
        z = -70 + 4.5 * 10
        corners = [[80 - 4 * i, 90 - 4 * j, z]
                   for i, j in ((4.6, 4.6), (9.4, 4.6), (9.4, 8.4),
                                (4.6, 8.4))]
        talk.good("stroke_begin", kind="lasso", lps=corners[:1], **C0)
        talk.good("stroke_append", lps=corners[1:3])
        talk.good("stroke_append", lps=corners[3:])
        talk.good("stroke_end", answer="instant")
        voxels = talk.get()
        for i in range(5, 10):
            for j in range(5, 9):
                self.assertEqual(voxels.at(i, j, 10), 1)


@need_model
class Masks(InteractTest):
    def test_data_replaces_what_is_there(self):
        talk = self.open_with(None)
        talk.good("mask", extent=[[3, 9], [3, 9], [3, 9]],
                  data=pack([1] * 216), **C0, **{"as": "labelmap"})
        answer = talk.good("mask", extent=[[3, 5], [3, 4], [3, 4]],
                           data=pack([0, 7]), **C0, **{"as": "labelmap"})
        self.assertEqual(talk.get().where(1), cube(3, 9) - {(3, 3, 3)})
        self.assertEqual(answer["changed"],
                         [{"class": 0, "extent": [[3, 4]] * 3, "added": 0,
                           "removed": 1}])

    def test_i_is_fastest(self):
        talk = self.open_with(None)
        data = [0] * 24
        data[1 + 2 * (2 + 3 * 3)] = 1
        talk.good("mask", extent=[[3, 5], [10, 13], [20, 24]],
                  data=pack(data), **C0, **{"as": "labelmap"})
        self.assertEqual(talk.get().where(1), {(4, 12, 23)})

    def test_prompt_is_law(self):
        talk = self.open_with("brain stem")
        talk.good("mask", extent=[[3, 5]] * 3, data=pack([1] * 8), **C0,
                  **{"as": "prompt"})
        self.assertGreaterEqual(talk.stats()[0]["prompts"], 1)
        talk.good("predict")
        self.assertLessEqual(cube(3, 5), talk.get().where(1))

    def write_mask(self, name, size=SIZE, code=nifti.UINT8, value=1):
        voxels = [0] * (size[0] * size[1] * size[2])
        voxels[5 + size[0] * (6 + size[1] * 7)] = value
        raw = bytes(voxels) if code == nifti.UINT8 else phantom.floats(voxels)
        nifti.write(self.path(name), size, raw, code=code,
                    pixdim=(4.0, 4.0, 4.5),
                    affine=nifti.affine_of((4.0, 4.0, 4.5), (-80, -90, -70)))
        return self.path(name)

    def test_file(self):
        talk = self.open_with(None)
        for name, code, value in (("m.nii.gz", nifti.UINT8, 1),
                                  ("m255.nii", nifti.UINT8, 255),
                                  ("mf.nii", nifti.FLOAT32, 1.0)):
            talk.good("mask", file=self.write_mask(name, code=code,
                                                   value=value),
                      **C0, **{"as": "labelmap"})
            self.assertEqual(talk.get().where(1), {(5, 6, 7)}, name)
            talk.good("undo")

    def test_saved_file_comes_back(self):
        talk = self.open_with(None, None)
        talk.good("mask", extent=[[3, 9]] * 3, data=pack([1] * 216), **C0,
                  **{"as": "labelmap"})
        for name in ("a.nii.gz", "a.nrrd", "a.mha", "a.seg.nrrd"):
            talk.good("save", file=self.path(name))
            talk.good("mask", file=self.path(name), **C1,
                      **{"as": "labelmap"})
            self.assertEqual(talk.get().where(2), cube(3, 9), name)
            talk.good("undo")

    def test_file_on_another_grid(self):
        talk = self.open_with(None)
        answer = talk.bad("bad_input", "mask",
                          file=self.write_mask("m.nii", (40, 44, 35)), **C0,
                          **{"as": "labelmap"})
        self.assertIn("35", answer["error"]["message"])
        self.assertIn("36", answer["error"]["message"])

    def test_file_of_another_place(self):
        talk = self.open_with(None)
        nifti.write(self.path("m.nii"), SIZE, bytes(40 * 44 * 36),
                    code=nifti.UINT8, pixdim=(4.0, 4.0, 4.5),
                    affine=nifti.affine_of((4.0, 4.0, 4.5), (-80, -90, -66)))
        talk.bad("bad_input", "mask", file=self.path("m.nii"), **C0,
                 **{"as": "labelmap"})


@need_model
class History(InteractTest):
    def test_undo_and_redo(self):
        talk = self.open_with(None)
        seen = [talk.get().values]
        for n in range(4):
            talk.good("mask", extent=[[n, n + 3]] * 3, data=pack([1] * 27),
                      **C0, **{"as": "labelmap"})
            seen.append(talk.get().values)
        for n in (3, 2):
            answer = talk.good("undo")
            self.assertEqual(answer["steps_done"], 1)
            self.assertTrue(answer["changed"])
            self.assertEqual(talk.get().values, seen[n])
        self.assertEqual(talk.good("redo", steps=2)["steps_done"], 2)
        self.assertEqual(talk.get().values, seen[4])

    def test_more_steps_than_there_are(self):
        talk = self.open_with(None)
        talk.good("add_class", text=None)
        self.assertEqual(talk.good("undo", steps=1000)["steps_done"], 2)
        self.assertEqual(talk.good("undo")["steps_done"], 0)
        self.assertEqual(talk.good("redo", steps=9007199254740992)
                         ["steps_done"], 2)
        self.assertEqual(talk.good("redo")["steps_done"], 0)

    def test_reset_prompts(self):
        talk = self.open_with(None)
        talk.good("point", ijk=[12, 13, 14], answer="instant", **C0)
        before = talk.get().values
        talk.good("reset", what="prompts")
        self.assertEqual(talk.stats()[0]["prompts"], 0)
        self.assertEqual(talk.get().values, before)

    def test_reset_all(self):
        talk = self.open_with(None)
        talk.good("point", ijk=[12, 13, 14], answer="instant", **C0)
        answer = talk.good("reset", what="all")
        self.assertTrue(answer["changed"])
        self.assertEqual(set(talk.get().values), {0})
        self.assertEqual(len(talk.stats()), 1)


@need_model
class Reading(InteractTest):
    def test_stats(self):
        talk = self.open_with("brain stem")
        talk.good("mask", extent=[[3, 5]] * 3, data=pack([1] * 8), **C0,
                  **{"as": "labelmap"})
        entry = talk.stats()[0]
        self.assertEqual((entry["class"], entry["voxels"], entry["prompts"]),
                         (0, 8, 0))
        self.assertAlmostEqual(entry["ml"], 8 * 4 * 4 * 4.5 / 1000)
        self.assertIsNone(entry["mean_probability"])

    def test_mean_probability(self):
        talk = self.open_with("brain stem", options=())
        answer = talk.good("point", ijk=[20, 20, 18], **C0)
        talk.good("predict")
        entry = talk.stats()[0]
        if entry["voxels"] and entry["mean_probability"] is not None:
            self.assertTrue(0 <= entry["mean_probability"] <= 1)
        self.assertTrue(answer["ok"])

    def test_get_all(self):
        talk = self.open_with(None)
        answer = talk.good("get")
        self.assertEqual(answer["extent"], [[0, n] for n in SIZE])
        self.assertEqual(set(unpack(answer)), {0})
        self.assertNotEqual(answer.get("type"), "uint16")

    def test_get_class_and_extent(self):
        talk = self.open_with(None, None)
        talk.good("mask", extent=[[3, 9]] * 3, data=pack([1] * 216), **C1,
                  **{"as": "labelmap"})
        part = talk.get(extent=[[8, 11], [3, 4], [3, 4]])
        self.assertEqual(part.values, [2, 0, 0])
        part = talk.get(extent=[[8, 11], [3, 4], [3, 4]], **C1)
        self.assertEqual(part.values, [1, 0, 0])
        self.assertEqual(set(talk.get(**C0).values), {0})

    def test_get_since(self):
        talk = self.open_with(None)
        talk.good("mask", extent=[[3, 9]] * 3, data=pack([1] * 216), **C0,
                  **{"as": "labelmap"})
        first = talk.revision
        talk.good("mask", extent=[[5, 6], [6, 8], [7, 10]],
                  data=pack([0] * 6), **C0, **{"as": "labelmap"})
        part = talk.get(since=first)
        self.assertEqual(part.extent, [[5, 6], [6, 8], [7, 9]])
        self.assertEqual(set(part.values), {0})
        self.assertEqual(talk.get(since=0).extent, [[3, 9]] * 3)

    def test_get_since_without_change(self):
        talk = self.open_with(None)
        answer = talk.good("get", since=talk.revision)
        self.assertEqual(answer["extent"], [[0, 0]] * 3)
        self.assertEqual(unpack(answer), [])

    def test_reading_makes_no_revision(self):
        talk = self.open_with(None)
        before = talk.revision
        talk.stats()
        talk.get()
        talk.good("save", file=self.path("x.nrrd"))
        self.assertEqual(talk.revision, before)


@need_model
class Refine(InteractTest):
    def test_refine(self):
        talk = self.open_with("brain stem", "tumor")
        talk.good("mask", extent=[[15, 25], [15, 25], [12, 22]],
                  data=pack([1] * 1000), **C0, **{"as": "labelmap"})
        before = talk.revision
        answer = talk.good("refine", passes=2)
        self.assertEqual(answer["revision"], before + 1)
        self.assertTrue(0 <= answer["passes_run"] <= 2)
        for entry in answer["classes"]:
            self.assertIn(entry["class"], (0, 1))
            self.assertTrue(0 <= entry["dsc_to_before"] <= 1)
        self.assertIn(0, [entry["class"] for entry in answer["classes"]])

    def test_dice_is_what_changed(self):
        talk = self.open_with("brain stem")
        talk.good("mask", extent=[[15, 25], [15, 25], [12, 22]],
                  data=pack([1] * 1000), **C0, **{"as": "labelmap"})
        before = talk.get().where(1)
        answer = talk.good("refine", classes=[0])
        after = talk.get().where(1)
        dice = 2 * len(before & after) / max(len(before) + len(after), 1)
        self.assertAlmostEqual(answer["classes"][0]["dsc_to_before"], dice,
                               places=6)


@need_model
class Saving(InteractTest):
    def drawn(self):
        talk = self.open()
        talk.good("classes", texts=["brain stem", None],
                  names=["the stem", "thing"])
        talk.good("mask", extent=[[3, 9]] * 3, data=pack([1] * 216), **C1,
                  **{"as": "labelmap"})
        return talk

    def test_nifti(self):
        talk = self.drawn()
        talk.good("save", file=self.path("o.nii.gz"))
        out, image = nifti.File(self.path("o.nii.gz")), nifti.File(self.image)
        self.assertEqual(out.size, list(SIZE))
        self.assertEqual(out.geometry_bytes(), image.geometry_bytes())
        self.assertEqual(list(out.values()), talk.get().values)
        with open(self.path("o.label.txt"), encoding="utf-8") as f:
            text = f.read()
        self.assertIn('"the stem"', text)
        self.assertIn('"thing"', text)
        self.assertNoLeftovers()

    def test_segments_have_names_colours_and_terminology(self):
        talk = self.drawn()
        talk.good("save", file="o.seg.nrrd")
        keys = nrrd.File(self.path("o.seg.nrrd")).keys
        self.assertEqual((keys["Segment0_Name"], keys["Segment1_Name"]),
                         ("the stem", "thing"))
        self.assertEqual((keys["Segment0_LabelValue"],
                          keys["Segment1_LabelValue"]), ("1", "2"))
        self.segment(self.image, "brain stem", "s.seg.nrrd")
        other = nrrd.File(self.path("s.seg.nrrd")).keys
        for key in ("Segment0_Color", "Segment0_Tags"):
            if key in other:
                self.assertEqual(keys[key], other[key])

    def test_other_formats(self):
        talk = self.drawn()
        for name in ("o.nrrd", "o.mha"):
            talk.good("save", file=self.path(name))
            self.assertTrue(os.path.getsize(self.path(name)) > 0)

    def test_labels(self):
        talk = self.drawn()
        talk.good("save", file=self.path("o.nii"), labels=[7, 300])
        values = nifti.File(self.path("o.nii")).values()
        self.assertEqual(set(values), {0, 300})
        # the session keeps its own
        self.assertEqual(set(talk.get().values), {0, 2})

    def test_no_class_yet(self):
        talk = self.open()
        talk.good("save", file=self.path("o.nii"))
        self.assertEqual(set(nifti.File(self.path("o.nii")).values()), {0})

    def test_replaces_an_older_file(self):
        with open(self.path("o.nii"), "w", encoding="utf-8") as f:
            f.write("old")
        talk = self.drawn()
        talk.good("save", file=self.path("o.nii"))
        self.assertEqual(len(nifti.File(self.path("o.nii")).size), 3)

    def test_failure_keeps_the_older_file(self):
        os.mkdir(self.path("folder.nii"))
        talk = self.drawn()
        talk.bad("bad_input", "save", file=self.path("folder.nii"))
        talk.bad("bad_input", "save", file=self.path("none/o.nii"))
        self.assertNoLeftovers()


@need_model
class Answers(InteractTest):
    """`answer` of prompt ops, and events."""

    def test_both_is_the_default(self):
        for fields in ({}, {"answer": "both"}):
            talk = self.open_with("brain stem")
            talk.good("point", id=7, ijk=[20, 20, 18], **C0, **fields)
            instants = [e for e in talk.events if e["event"] == "instant"]
            self.assertEqual(len(instants), 1)
            self.assertEqual(instants[0]["id"], 7)
            self.assertLessEqual(
                {"id", "ok", "revision", "changed", "seconds", "saved",
                 "windows"}, set(instants[0]))

    def test_the_others_have_no_event(self):
        talk = self.open_with("brain stem")
        for kind in ("instant", "full", "none"):
            talk.good("point", ijk=[20, 20, 18], answer=kind, **C0)
            self.assertEqual(talk.events, [])

    def test_none_only_remembers(self):
        talk = self.open_with("brain stem")
        before = talk.revision
        answer = talk.good("point", ijk=[20, 20, 18], answer="none", **C0)
        self.assertEqual((answer["changed"], answer["revision"]),
                         ([], before + 1))
        self.assertEqual(talk.stats()[0]["prompts"], 1)

    def test_progress(self):
        talk = self.open_with("brain stem")
        talk.good("predict", id="p", progress=True)
        self.assertTrue(talk.events)
        fractions = [e["fraction"] for e in talk.events]
        self.assertEqual({e["id"] for e in talk.events}, {"p"})
        self.assertEqual({e["event"] for e in talk.events}, {"progress"})
        self.assertEqual(fractions, sorted(fractions))

    def test_no_progress_unless_asked(self):
        talk = self.open_with("brain stem")
        talk.good("predict")
        self.assertEqual(talk.events, [])
        talk.good("predict", progress=False)
        self.assertEqual(talk.events, [])

    def test_other_ops_ignore_answer(self):
        talk = self.open_with("brain stem")
        talk.good("stats", answer="nonsense")
        talk.good("undo", answer=7)

    def test_one_object_a_line(self):
        """A whole session at once, as a script pipes it."""
        lines = [{"op": "classes", "id": 1, "texts": ["brain stem"]},
                 {"op": "point", "id": 2, "class": 0, "ijk": [20, 20, 18],
                  "progress": True},
                 {"op": "get", "id": 3}, {"op": "quit", "id": 4}]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        run = self.run_program("interact", self.image, "--quiet",
                               stdin=text.encode())
        self.assertEqual(run.code, 0, str(run))
        said = [json.loads(line) for line in run.out.splitlines()]
        self.assertEqual([s["id"] for s in said if "event" not in s],
                         [1, 2, 3, 4])
        self.assertEqual(said[0]["event"], "ready")


@need_model
class Images(InteractTest):
    def test_one_slice(self):
        nifti.write(self.path("flat.nii"), (40, 44, 1),
                    phantom.mri((40, 44, 1)), code=nifti.UINT8,
                    affine=nifti.affine_of((4, 4, 4)))
        talk = Conversation(self, self.path("flat.nii"))
        self.assertEqual(talk.ready["size"], [40, 44, 1])
        talk.good("classes", texts=[None])
        talk.good("point", ijk=[20, 20, 0], **C0)
        self.assertEqual(talk.get().at(20, 20, 0), 1)

    def test_one_voxel(self):
        nifti.write(self.path("one.nii"), (1, 1, 1), b"\x07",
                    code=nifti.UINT8, affine=nifti.affine_of((1, 1, 1)))
        talk = Conversation(self, self.path("one.nii"))
        talk.good("classes", texts=["brain stem"])
        talk.good("point", ijk=[0, 0, 0], **C0)
        self.assertEqual(talk.get().values, [1])


if __name__ == "__main__":
    unittest.main()
