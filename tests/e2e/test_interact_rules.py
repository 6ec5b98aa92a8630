"""`medals interact`: the nine rules of command.md 3, one by one. The limits of
rule 9 are in test_interact_limits.py."""
import json
import os
import resource
import shutil
import stat
import unittest

import nifti
import phantom
from interaction import SIZE, Conversation, InteractTest, inside, pack, volume
from programs import model_folder, need_model

C0, C1 = {"class": 0}, {"class": 1}
ALL = [[0, n] for n in SIZE]


def fill(talk, extent, value=1, **fields):
    return talk.good("mask", extent=extent,
                     data=pack([value] * volume(extent)),
                     **{"as": "labelmap", **C0, **fields})


@need_model
class Revisions(InteractTest):
    def test_every_accepted_op_makes_one(self):
        talk = self.open()
        ops = [("classes", {"texts": ["brain stem", None]}),
               ("add_class", {"text": "tumor"}),
               ("remove_class", {"class": 2}),
               ("point", {"ijk": [5, 5, 5], "answer": "none", **C0}),
               ("box", {"ijk": [[3, 20]] * 3, "answer": "none", **C0}),
               ("scribble", {"ijk": [[5, 5, 5]], "answer": "none", **C0}),
               ("mask", {"extent": [[3, 4]] * 3, "data": pack([1]),
                         "as": "prompt", **C0}),
               # nothing changes, but the op could
               ("mask", {"extent": [[3, 4]] * 3, "data": pack([1]),
                         "as": "labelmap", **C0}),
               ("predict", {}), ("refine", {}), ("undo", {}), ("redo", {}),
               ("reset", {"what": "prompts"}), ("reset", {"what": "all"})]
        for n, (op, fields) in enumerate(ops):
            self.assertEqual(talk.good(op, **fields)["revision"], n + 1, op)

    def test_none_is_an_undo_step(self):
        talk = self.open_with(None)
        talk.good("point", ijk=[5, 5, 5], answer="none", **C0)
        self.assertEqual(talk.stats()[0]["prompts"], 1)
        self.assertEqual(talk.good("undo")["steps_done"], 1)
        self.assertEqual(talk.stats()[0]["prompts"], 0)

    def test_a_new_edit_drops_what_could_be_redone(self):
        talk = self.open_with(None)
        fill(talk, [[3, 4]] * 3)
        talk.good("undo")
        fill(talk, [[5, 6]] * 3)
        self.assertEqual(talk.good("redo")["steps_done"], 0)
        self.assertEqual(talk.get().where(1), {(5, 5, 5)})

    def test_a_failure_keeps_what_can_be_redone(self):
        talk = self.open_with(None)
        fill(talk, [[3, 4]] * 3)
        talk.good("undo")
        talk.bad("bad_input", "point", ijk=[99, 0, 0], **C0)
        self.assertEqual(talk.good("redo")["steps_done"], 1)

    def test_class_lists_can_be_undone(self):
        talk = self.open_with("brain stem", "tumor")
        fill(talk, [[3, 5]] * 3, **C1)
        talk.good("remove_class", **C1)
        answer = talk.good("undo")
        self.assertEqual([c["added"] for c in answer["changed"]], [8])
        self.assertEqual([s["voxels"] for s in talk.stats()], [0, 8])
        talk.good("undo", steps=2)
        self.assertEqual(talk.stats(), [])

    def test_answers_change_what_the_event_showed(self):
        """Voxels before + event + answer = voxels after."""
        talk = self.open_with("brain stem", "tumor")
        count = [0, 0]
        for ijk in ([20, 20, 18], [14, 22, 20], [28, 22, 18]):
            answer = talk.good("point", ijk=ijk, **C1)
            instants = [e for e in talk.events if e["event"] == "instant"]
            self.assertEqual(len(instants), 1)
            self.assertEqual(instants[0]["revision"] + 1, answer["revision"])
            for line in instants + [answer]:
                for change in line["changed"]:
                    count[change["class"]] += (change["added"]
                                               - change["removed"])
            self.assertEqual([s["voxels"] for s in talk.stats()], count)

    def test_changed_extent_is_what_changed(self):
        talk = self.open_with("brain stem", "tumor")
        before = talk.get().values
        for op, fields in (("point", {"ijk": [20, 20, 18], **C0}),
                           ("point", {"ijk": [14, 22, 20], **C1}),
                           ("point", {"ijk": [20, 20, 18], "positive": False,
                                      **C0}),
                           ("predict", {}), ("undo", {"steps": 2})):
            answer = talk.good(op, answer="full", **fields)
            after = talk.get()
            for change in answer["changed"]:
                value = change["class"] + 1
                moved = [n for n, (a, b) in
                         enumerate(zip(before, after.values))
                         if (a == value) != (b == value)]
                self.assertEqual(len(moved),
                                 change["added"] + change["removed"])
                at = [(n % SIZE[0], n // SIZE[0] % SIZE[1],
                       n // SIZE[0] // SIZE[1]) for n in moved]
                self.assertEqual(change["extent"],
                                 [[min(v[x] for v in at),
                                   max(v[x] for v in at) + 1]
                                  for x in range(3)])
            before = after.values


@need_model
class Values(InteractTest):
    def values(self, talk):
        return [s["value"] for s in talk.stats()]

    def test_smallest_that_is_free(self):
        talk = self.open_with("brain stem", "tumor", "left hippocampus")
        for n in range(3):
            fill(talk, [[n, n + 1]] * 3, **{"class": n})
        talk.good("remove_class", **C1)
        self.assertEqual(sorted(set(talk.get().values)), [0, 1, 3])
        talk.good("add_class", text=None)
        fill(talk, [[9, 10]] * 3, **{"class": 2})
        self.assertEqual(talk.get().where(2), {(9, 9, 9)})
        self.assertEqual(talk.get().where(3), {(2, 2, 2)})

    def test_a_reordered_list_keeps_values(self):
        talk = self.open_with("brain stem", "tumor")
        fill(talk, [[3, 4]] * 3, **C1)
        talk.good("classes", texts=["tumor", "brain stem"])
        self.assertEqual(talk.get().where(2), {(3, 3, 3)})

    def test_save_labels(self):
        talk = self.open_with("brain stem", "tumor")
        fill(talk, [[3, 4]] * 3)
        fill(talk, [[5, 6]] * 3, **C1)
        talk.good("save", file=self.path("o.nii"), labels=[70, 9])
        out = nifti.File(self.path("o.nii")).values()
        index = lambda n: n + 40 * (n + 44 * n)
        self.assertEqual((out[index(3)], out[index(5)]), (70, 9))


@need_model
class Law(InteractTest):
    def after_passes(self, talk):
        talk.good("predict")
        talk.good("refine")
        return talk.get()

    def test_positive_is_in(self):
        talk = self.open_with("brain stem", "tumor")
        talk.good("point", ijk=[2, 2, 2], answer="instant", **C1)
        talk.good("scribble", ijk=[[3, 40, 30], [4, 40, 30]],
                  answer="instant", **C1)
        corner = lambda i, j: [80 - 4 * i, 90 - 4 * j, -70 + 4.5 * 5]
        talk.good("lasso", lps=[corner(30.6, 30.6), corner(33.4, 30.6),
                                corner(33.4, 33.4), corner(30.6, 33.4)],
                  answer="instant", **C1)
        talk.good("mask", extent=[[36, 38]] * 2 + [[30, 31]],
                  data=pack([1] * 4), **C1, **{"as": "prompt"})
        marked = ({(2, 2, 2), (3, 40, 30), (4, 40, 30)}
                  | {(i, j, 5) for i in range(31, 34) for j in range(31, 34)}
                  | {(i, j, 30) for i in (36, 37) for j in (36, 37)})
        self.assertLessEqual(marked, talk.get().where(2))
        self.assertLessEqual(marked, self.after_passes(talk).where(2))

    def test_negative_is_out(self):
        talk = self.open_with("brain stem")
        talk.good("predict")
        inner = sorted(talk.get().where(1))
        spot = list(inner[len(inner) // 2]) if inner else [20, 20, 18]
        talk.good("point", ijk=spot, positive=False, answer="instant", **C0)
        box = [[8, 12], [20, 24], [10, 14]]
        talk.good("box", ijk=box, positive=False, answer="instant", **C0)
        for voxels in (talk.get(), self.after_passes(talk)):
            self.assertEqual(voxels.at(*spot), 0)
            self.assertFalse([v for v in voxels.where(1)
                              if inside(box, *v)])

    def test_the_later_mark_wins(self):
        talk = self.open_with("brain stem", None)
        for positive in (True, False, True):
            talk.good("point", ijk=[20, 20, 18], positive=positive,
                      answer="instant", **C0)
            self.assertEqual(talk.get().at(20, 20, 18), int(positive))
        talk.good("point", ijk=[20, 20, 18], answer="instant", **C1)
        self.assertEqual(talk.get().at(20, 20, 18), 2)

    def test_until_it_is_undone(self):
        talk = self.open_with(None)
        talk.good("point", ijk=[20, 20, 18], answer="instant", **C0)
        talk.good("undo")
        self.assertEqual(talk.get().at(20, 20, 18), 0)

    def test_labelmap_binds_nothing(self):
        talk = self.open_with("brain stem")
        fill(talk, ALL)
        self.assertEqual(talk.stats()[0]["prompts"], 0)
        talk.good("predict")
        self.assertLess(len(talk.get().where(1)), volume(ALL))

    def test_positive_box_forces_no_voxel(self):
        talk = self.open_with("brain stem")
        talk.good("box", ijk=[[0, 1]] * 3, answer="none", **C0)
        self.assertEqual(set(talk.get().values), {0})


@need_model
class Near(InteractTest):
    """On an image of several windows along i."""

    size = (150, 40, 36)

    def test_only_in_the_windows(self):
        talk = self.open_with("brain stem", "tumor")
        talk.good("predict")
        for answer in ("instant", "full", "both"):
            before = talk.get()
            line = talk.good("point", ijk=[10, 20, 18], answer=answer, **C1)
            after = talk.get()
            self.assertTrue(line["windows"])
            for n, (a, b) in enumerate(zip(before.values, after.values)):
                if a == b:
                    continue
                v = (n % 150, n // 150 % 40, n // 150 // 40)
                self.assertTrue(any(inside(w, *v) for w in line["windows"]),
                                (answer, v))

    def test_the_prompt_is_in_a_window(self):
        talk = self.open_with(None)
        for i in (0, 75, 149):
            line = talk.good("point", ijk=[i, 20, 18], answer="instant", **C0)
            self.assertTrue(any(inside(w, i, 20, 18)
                                for w in line["windows"]))

    def test_not_the_whole_image(self):
        talk = self.open_with("brain stem")
        line = talk.good("point", ijk=[2, 20, 18], answer="instant", **C0)
        self.assertLess(max(w[0][1] for w in line["windows"]), 150)

    def test_what_was_looked_at_before_does_not_matter(self):
        first, second = (self.open_with("brain stem", None)
                         for _ in range(2))
        for i in (140, 75, 30):
            first.good("point", ijk=[i, 10, 10], answer="instant", **C1)
        first.good("undo", steps=3)
        for talk in (first, second):
            talk.good("point", ijk=[20, 20, 18], **C0)
            talk.good("point", ijk=[60, 20, 18], answer="instant", **C1)
        self.assertEqual(first.get().values, second.get().values)


@need_model
class Exclusive(InteractTest):
    def test_one_class_a_voxel(self):
        talk = self.open_with(None, None)
        fill(talk, [[3, 9]] * 3)
        answer = fill(talk, [[6, 12]] * 3, **C1)
        self.assertEqual([(c["class"], c["added"], c["removed"])
                          for c in answer["changed"]],
                         [(0, 0, 27), (1, 216, 0)])
        self.assertEqual([s["voxels"] for s in talk.stats()], [189, 216])


@need_model
class Labelmap(InteractTest):
    def write(self, name, values=(7, 3), size=SIZE):
        voxels = bytearray(volume([[0, n] for n in size]))
        for n, value in enumerate(values):
            voxels[n] = value
        nifti.write(self.path(name), size, bytes(voxels), code=nifti.UINT8,
                    pixdim=(4.0, 4.0, 4.5),
                    affine=nifti.affine_of((4.0, 4.0, 4.5), (-80, -90, -70)))
        return self.path(name)

    def test_each_value_is_a_class(self):
        talk = self.open("--labelmap", self.write("l.nii.gz"))
        self.assertEqual([(c["text"], c["value"])
                          for c in talk.ready["classes"]],
                         [(None, 3), (None, 7)])
        self.assertEqual(talk.get(extent=[[0, 3], [0, 1], [0, 1]]).values,
                         [7, 3, 0])
        talk.good("add_class", text=None)
        fill(talk, [[9, 10]] * 3, **{"class": 2})
        self.assertEqual(talk.get().where(1), {(9, 9, 9)})

    def test_names_and_adoption(self):
        talk = self.open()
        talk.good("classes", texts=["brain stem", "tumor"])
        fill(talk, [[3, 4]] * 3, **C1)
        fill(talk, [[5, 6]] * 3, **C0)
        talk.good("save", file=self.path("l.seg.nrrd"), labels=[4, 2])
        talk.end()
        talk = self.open("--labelmap", self.path("l.seg.nrrd"))
        self.assertEqual([(c["text"], c["name"], c["value"])
                          for c in talk.ready["classes"]],
                         [(None, "tumor", 2), (None, "brain stem", 4)])
        answer = talk.good("classes", texts=["brain stem", "liver"])
        self.assertEqual([(c["class"], c["removed"])
                          for c in answer["changed"]], [(0, 1)])
        self.assertEqual(talk.get().where(4), {(5, 5, 5)})
        self.assertEqual([s["voxels"] for s in talk.stats()], [1, 0])

    def test_another_grid(self):
        self.bad(3, "interact", self.image, "--labelmap",
                 self.write("l.nii", size=(40, 44, 35)))

    def test_too_many_values(self):
        voxels = [n if n < 300 else 0 for n in range(volume(ALL))]
        nifti.write(self.path("l.nii"), SIZE, phantom.shorts(voxels),
                    code=nifti.INT16, pixdim=(4.0, 4.0, 4.5),
                    affine=nifti.affine_of((4.0, 4.0, 4.5), (-80, -90, -70)))
        self.bad(3, "interact", self.image, "--labelmap", self.path("l.nii"))

    def test_large_values(self):
        voxels = [0] * volume(ALL)
        voxels[1] = 30000
        nifti.write(self.path("l.nii"), SIZE, phantom.shorts(voxels),
                    code=nifti.INT16, pixdim=(4.0, 4.0, 4.5),
                    affine=nifti.affine_of((4.0, 4.0, 4.5), (-80, -90, -70)))
        talk = self.open("--labelmap", self.path("l.nii"))
        self.assertEqual(talk.ready["classes"][0]["value"], 30000)
        answer = talk.good("get", extent=[[0, 2], [0, 1], [0, 1]])
        self.assertEqual(answer["type"], "uint16")
        self.assertEqual(talk.get(extent=[[0, 2], [0, 1], [0, 1]]).values,
                         [0, 30000])
        self.assertEqual(talk.get(extent=[[0, 2], [0, 1], [0, 1]],
                                  **C0).values, [0, 1])


@need_model
class WorldToVoxel(InteractTest):
    """Axes that are turned and mirrored; spacing 2, 3, 4."""

    size = (20, 22, 24)

    def write_image(self):
        affine = [[0, -3.0, 0, 11.0], [2.0, 0, 0, -5.0], [0, 0, 4.0, 7.0]]
        return phantom.write_mri(self.path("in.nii"), self.size,
                                 (2.0, 3.0, 4.0), affine=affine)

    def world(self, i, j, k):
        """LPS of a continuous index."""
        return [-(-3.0 * j + 11.0), -(2.0 * i - 5.0), 4.0 * k + 7.0]

    def marked(self, *index):
        talk = self.open_with(None)
        talk.good("point", lps=self.world(*index), answer="instant", **C0)
        fill(talk, [[0, n] for n in self.size], value=0)
        return talk.get().where(1)

    def test_centre(self):
        self.assertEqual(self.marked(3, 4, 5), {(3, 4, 5)})

    def test_halves_go_up(self):
        self.assertEqual(self.marked(3.5, 4.5, 5.5), {(4, 5, 6)})
        self.assertEqual(self.marked(3.25, 4.25, 5.25), {(3, 4, 5)})

    def test_the_first_half(self):
        self.assertEqual(self.marked(-0.5, -0.5, -0.5), {(0, 0, 0)})

    def test_the_last_half_is_outside(self):
        talk = self.open_with(None)
        for axis in range(3):
            index = [3, 3, 3]
            index[axis] = self.size[axis] - 0.5
            talk.bad("bad_input", "point", lps=self.world(*index), **C0)
            index[axis] = self.size[axis] - 0.75
            talk.good("point", lps=self.world(*index), answer="none", **C0)


@need_model
class Journal(InteractTest):
    def open_journal(self, *more, **how):
        return self.open("--journal", self.path("journal"), *more, **how)

    def test_comes_back(self):
        talk = self.open_journal()
        self.assertIs(talk.ready["resumed"], False)
        talk.good("classes", texts=["brain stem", None], names=["a", "b"])
        talk.good("point", ijk=[20, 20, 18], **C0)
        talk.good("point", ijk=[5, 5, 5], answer="instant", **C1)
        talk.good("undo")
        labels, stats, revision = (talk.get().values, talk.stats(),
                                   talk.revision)
        talk.kill()
        again = self.open_journal()
        self.assertIs(again.ready["resumed"], True)
        self.assertIs(again.ready["saved"], True)
        self.assertEqual(again.ready["revision"], revision)
        self.assertEqual([(c["text"], c["name"])
                          for c in again.ready["classes"]],
                         [("brain stem", "a"), (None, "b")])
        self.assertEqual(again.get().values, labels)
        self.assertEqual(again.stats(), stats)
        self.assertEqual(again.good("redo")["steps_done"], 1)
        self.assertEqual(again.good("undo", steps=9)["steps_done"], 3)

    def test_folder_is_private(self):
        old = os.umask(0)
        try:
            self.open_journal().end()
        finally:
            os.umask(old)
        mode = stat.S_IMODE(os.stat(self.path("journal")).st_mode)
        self.assertEqual(mode, 0o700)

    def test_another_image(self):
        self.open_journal().end()
        other = phantom.write_mri(self.path("other.nii"), (40, 44, 35))
        self.bad(3, "interact", other, "--journal", self.path("journal"))

    def test_another_place_is_another_image(self):
        self.open_journal().end()
        other = phantom.write_mri(
            self.path("other.nii"), SIZE,
            affine=nifti.affine_of((4.0, 4.0, 4.5), (-80, -90, -71)))
        self.bad(3, "interact", other, "--journal", self.path("journal"))

    def test_another_name_is_the_same_image(self):
        self.open_journal().good("classes", texts=[None])
        other = shutil.copy(self.image, self.path("copy.nii.gz"))
        # the first session still holds it: wait for its end
        run = self.run_program("interact", other, "--quiet", "--journal",
                               self.path("journal"), stdin=b"")
        self.assertEqual(run.code, 3, str(run))

    def test_found_by_content(self):
        talk = self.open_journal()
        talk.good("classes", texts=[None])
        talk.end()
        other = shutil.copy(self.image, self.path("copy.nii.gz"))
        talk = Conversation(self, other, "--journal", self.path("journal"))
        self.assertIs(talk.ready["resumed"], True)

    def test_in_use(self):
        self.open_journal()
        self.bad(3, "interact", self.image, "--journal",
                 self.path("journal"))

    def test_another_model(self):
        talk = self.open_journal()
        talk.good("classes", texts=["brain stem"])
        talk.end()
        folder = shutil.copytree(model_folder(), self.path("model"))
        with open(os.path.join(folder, "model.json"),
                  encoding="utf-8") as f:
            model = json.load(f)
        model["name"] = "another"
        with open(os.path.join(folder, "model.json"), "w",
                  encoding="utf-8") as f:
            json.dump(model, f)
        talk = self.open_journal("--model", folder)
        self.assertIs(talk.ready["resumed"], True)
        self.assertTrue([w for w in talk.ready["warnings"]
                         if "another" in w], talk.ready["warnings"])

    def test_labelmap_is_for_the_first_time(self):
        """Rule 6: before any class exists."""
        talk = self.open_journal()
        talk.good("classes", texts=["brain stem"])
        fill(talk, [[3, 4]] * 3)
        talk.good("save", file=self.path("l.nii"), labels=[9])
        talk.end()
        talk = self.open_journal("--labelmap", self.path("l.nii"))
        self.assertEqual([(c["text"], c["value"])
                          for c in talk.ready["classes"]],
                         [("brain stem", 1)])

    def test_writing_fails_later(self):
        """Files may not grow, then may again: the op succeeds, unsaved."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE,
                               (1 << 18, resource.RLIM_INFINITY))
        talk = self.open_journal(before=limit)
        talk.good("classes", texts=[None])
        noise = os.urandom(volume(ALL))
        unsaved = None
        for n in range(60):
            data = bytes(x >> 7 for x in noise[n:] + noise[:n])
            answer = talk.good("mask", extent=ALL, data=pack(data), **C0,
                               **{"as": "labelmap"})
            if not answer["saved"]:
                unsaved = answer
                break
        self.assertIsNotNone(unsaved, "the limit was never reached")
        self.assertTrue(unsaved["warnings"])
        answer = fill(talk, [[3, 4]] * 3)
        self.assertIs(answer["saved"], False)
        self.assertTrue(answer["warnings"])
        self.assertIs(talk.good("stats")["saved"], False)
        resource.prlimit(talk.process.pid, resource.RLIMIT_FSIZE,
                         (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        self.assertIs(fill(talk, [[5, 6]] * 3)["saved"], True)
        labels, revision = talk.get().values, talk.revision
        talk.kill()
        again = self.open_journal()
        self.assertEqual(again.ready["revision"], revision)
        self.assertEqual(again.get().values, labels)

    def test_without_a_journal_all_is_as_asked(self):
        talk = self.open_with(None)
        self.assertIs(fill(talk, [[3, 4]] * 3)["saved"], True)


if __name__ == "__main__":
    unittest.main()
