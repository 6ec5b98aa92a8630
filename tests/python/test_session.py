"""A session from Python does what the C API says, undo and journal exact."""
import contextlib
import os
import pathlib
import re
import tempfile
import unittest

import head
import medals
import numpy as np

README = (pathlib.Path(__file__).resolve().parents[2]
          / "ui_bindings" / "python" / "README.md")


@head.need_head
class Sessions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = medals.Model()
        cls.point = head.thalamus_voxel()

    def open(self, *classes, **how):
        """A session with classes that closes with the test."""
        session = medals.Session(head.head(), self.model,
                                 list(classes) or None, **how)
        self.addCleanup(session.close)
        return session

    def test_ten_lines_of_the_readme(self):
        code, = (block for block in re.findall(
            r"```python\n(.*?)```", README.read_text(), re.DOTALL)
            if "Session" in block)
        self.assertLessEqual(len(code.strip().splitlines()), 10)
        with tempfile.TemporaryDirectory() as folder:
            head.thin_nifti().to_filename(f"{folder}/scan.nii.gz")
            with inside(folder):
                names = {}
                exec(compile(code, str(README), "exec"), names)
            self.assertTrue(pathlib.Path(folder, "out.nii.gz").exists())

    def test_classes(self):
        session = self.open()
        self.assertEqual(session.classes, ())
        session.set_classes("left thalamus; right thalamus")
        answer = session.add_class(name="thing")
        self.assertEqual(answer.class_index, 2)
        texts = [(c.text, c.name, c.value) for c in session.classes]
        self.assertEqual(texts, [
            ("left thalamus", "left thalamus", 1),
            ("right thalamus", "right thalamus", 2), (None, "thing", 3)])
        self.assertTrue(session.classes[0].known)
        info = self.model.classes[session.classes[0].model_class]
        self.assertEqual(info.name, "left thalamus")
        session.remove_class("right thalamus")
        self.assertEqual(session.class_index("thing"), 1)
        session.undo()
        self.assertEqual(session.class_index("thing"), 2)

    def test_texts_of_several_classes(self):
        """A session answers what Model.read() said before it began."""
        texts = ["thalamus", "left and right putamen", "lt thalamus"]
        reading = self.model.read(texts, "mr")
        names = ["left thalamus", "right thalamus", "left putamen",
                 "right putamen"]
        self.assertEqual([c.name for c in reading.classes], names)
        self.assertEqual(reading.places, ((0, 1), (2, 3), (0,)))
        self.assertEqual([c.text_index for c in reading.classes],
                         [0, 0, 1, 1])
        self.assertEqual([c.info.name for c in reading.classes], names)
        self.assertTrue(all(c.known for c in reading.classes))
        self.assertIn("names no side", reading.warnings[0])
        session = self.open()
        answer = session.set_classes(texts)
        self.assertEqual([c.name for c in session.classes], names)
        self.assertEqual(answer.places, reading.places)
        self.assertEqual(answer.warnings, reading.warnings)

    def test_read_one_string(self):
        """As everywhere: `;` divides, letters do not."""
        reading = self.model.read("thalamus; brain stem", "mr")
        self.assertEqual([c.name for c in reading.classes],
                         ["left thalamus", "right thalamus", "brain stem"])
        self.assertEqual(reading.places, ((0, 1), (2,)))

    def test_read_refuses(self):
        for error, word, texts, modality in (
                (medals.InputError, "not wanted", ["no thalamus"], "mr"),
                (medals.InputError, "not wanted", "all but the brain stem",
                 "mr"),
                (medals.InputError, "", [""], "mr"),
                (medals.InputError, "", ["a", None], "mr"),
                (medals.UsageError, "", [], "mr"),
                (medals.InputError, "xray", ["liver"], "xray")):
            with self.subTest(texts=texts, modality=modality):
                with self.assertRaisesRegex(error, word):
                    self.model.read(texts, modality)
        session = self.open("left thalamus")
        with self.assertRaisesRegex(medals.InputError, "not wanted"):
            session.set_classes("no thalamus")
        self.assertEqual([c.name for c in session.classes], ["left thalamus"])

    def test_lock_of_no_class(self):
        session = self.open("left thalamus")
        for which in (1, -1, "liver", None):
            with self.assertRaises(medals.InputError):
                session.lock(which)
        before = session.revision
        session.lock(0)
        session.lock("left thalamus")  # once more is no fault
        self.assertTrue(session.classes[0].locked)
        answer = session.predict()
        self.assertEqual(answer.changes, ())
        self.assertTrue(any("locked" in w for w in answer.warnings))
        session.undo()
        self.assertTrue(session.classes[0].locked, "undo does not unlock")
        session.lock(0, False)
        self.assertFalse(session.classes[0].locked)
        self.assertGreaterEqual(session.revision, before)

    def test_lock(self):
        """A locked class keeps its voxels, also after the journal came back."""
        with tempfile.TemporaryDirectory() as folder:
            session = self.open("left thalamus", "right thalamus",
                                journal=folder)
            session.predict()
            kept = session.read("left thalamus")
            self.assertTrue(kept.any())
            session.lock("left thalamus")
            session.close()
            session = self.open(journal=folder)
            self.assertEqual([c.locked for c in session.classes],
                             [True, False])
            where = tuple(int(x) for x in np.argwhere(kept)[0][::-1])
            session.add_point("right thalamus", where, answer="instant")
            session.add_point("left thalamus", where, positive=False,
                              answer="instant")
            np.testing.assert_array_equal(session.read("left thalamus"), kept)
            session.lock(0, False)
            session.add_point("right thalamus", where, answer="instant")
            self.assertFalse(session.read("left thalamus")[where[::-1]])
            session.close()

    def test_answer_tells_the_truth(self):
        session = self.open("left thalamus", None)
        answer = session.predict()
        change, = answer.changes
        mask = session.read(0)
        self.assertEqual(change.added, mask.sum())
        where = np.argwhere(mask)[:, ::-1]
        i0, i1, j0, j1, k0, k1 = change.extent
        self.assertTrue((where >= (i0, j0, k0)).all())
        self.assertTrue((where < (i1, j1, k1)).all())
        np.testing.assert_array_equal(session.read(0, change.extent),
                                      mask[k0:k1, j0:j1, i0:i1])
        found = session.statistics("left thalamus")
        self.assertEqual(found.voxels, mask.sum())
        self.assertAlmostEqual(found.ml, mask.sum() * head.STEP ** 3 / 1000)
        self.assertEqual(session.changed_since(0), change.extent)
        self.assertIsNone(session.changed_since(answer.revision))
        self.assertTrue(answer.saved)
        self.assertEqual(session.modality, "mri")

    def test_every_prompt(self):
        session = self.open(None, None)
        i, j, k = self.point
        lps = head.head().to_lps(self.point)
        for add in (
                lambda: session.add_point(0, self.point, answer="instant"),
                lambda: session.add_point(0, lps, space="lps",
                                          answer="none"),
                lambda: session.add_box(
                    0, (i - 4, i + 5, j - 4, j + 5, k, k + 1),
                    answer="instant"),
                lambda: session.add_box(0, [lps - 9, lps + 9], space="lps",
                                        answer="none"),
                lambda: session.add_scribble(
                    0, [(i, j, k), (i + 1, j, k)], answer="instant"),
                lambda: session.add_scribble(
                    0, [lps, lps + (8, 0, 0)], radius_mm=4, space="lps",
                    answer="instant"),
                lambda: session.add_lasso(
                    0, [lps + (-9, -9, 0), lps + (9, -9, 0), lps + (0, 9, 0)],
                    space="lps", answer="instant"),
                lambda: session.add_lasso(
                    1, mask=np.ones((1, 2, 2)), extent=(1, 3, 1, 3, 5, 6),
                    answer="none"),
                lambda: session.set_mask(
                    1, np.ones((2, 2, 2), bool), "prompt",
                    extent=(2, 4, 1, 3, 5, 7), answer="none"),
                lambda: session.set_mask(
                    1, np.zeros(head.head().array.shape), answer="none")):
            before = session.revision
            answer = add()
            self.assertEqual(answer.revision, before + 1)
            self.assertEqual(session.revision, before + 1)
        self.assertEqual(session.read(0)[k, j, i], 1)
        self.assertGreater(session.statistics(0).prompts, 5)

    def test_marks_are_law(self):
        session = self.open("left thalamus")
        session.predict()
        k, j, i = np.argwhere(session.read(0))[10]
        session.add_point(0, (i, j, k), positive=False, answer="instant")
        self.assertEqual(session.read(0)[k, j, i], 0)
        session.predict()
        self.assertEqual(session.read(0)[k, j, i], 0)

    def test_undo_and_redo_are_exact(self):
        session = self.open("left thalamus", None)
        states = [session.read()]
        i, j, k = self.point
        for edit in (
                session.predict,
                lambda: session.add_point(1, self.point, answer="instant"),
                lambda: session.add_scribble(
                    0, mask=np.ones((3, 3, 3)), answer="instant",
                    extent=(i, i + 3, j, j + 3, k + 4, k + 7)),
                lambda: session.remove_class(1),
                lambda: session.refine(1),
                lambda: session.reset("all")):
            edit()
            states.append(session.read())
        for state in states[-2::-1]:
            self.assertEqual(session.undo().count, 1)
            np.testing.assert_array_equal(session.read(), state)
        self.assertEqual(session.redo(99).count, len(states) - 1)
        np.testing.assert_array_equal(session.read(), states[-1])
        self.assertEqual(session.undo(len(states) - 2).count, len(states) - 2)
        np.testing.assert_array_equal(session.read(), states[1])

    def test_stroke_is_one_step(self):
        session = self.open(None)
        i, j, k = self.point
        session.begin_stroke(0, [self.point])
        self.assertTrue(session.stroke_is_open)
        with self.assertRaises(medals.UsageError):
            session.undo()
        before = session.revision
        shown = session.append_stroke([(i + 1, j, k)])
        self.assertEqual(shown.revision, before)
        self.assertTrue(shown.changes)
        session.append_stroke(mask=np.ones((1, 1, 2)),
                              extent=(i + 2, i + 4, j, j + 1, k, k + 1),
                              answer="none")
        answer = session.end_stroke(answer="instant")
        self.assertEqual(answer.revision, before + 1)
        self.assertTrue(session.read(0)[k, j, i:i + 4].all())
        session.undo()
        self.assertFalse(session.read().any())
        session.begin_stroke(0, [self.point])
        session.append_stroke([(i + 1, j, k)])
        session.cancel_stroke()
        self.assertFalse(session.read().any())

    def test_refine(self):
        session = self.open("left thalamus", None)
        session.predict()
        answer = session.refine(2)
        self.assertIn(answer.count, (1, 2))
        self.assertGreater(answer.dice[0], 0.3)
        self.assertNotEqual(answer.dice[1], answer.dice[1])  # NaN

    def test_journal_brings_back(self):
        with tempfile.TemporaryDirectory() as folder:
            journal = pathlib.Path(folder, "scan.journal")
            with medals.Session(head.head(), self.model, ["left thalamus"],
                                journal=journal) as session:
                session.predict()
                answer = session.add_point(0, self.point, answer="instant")
                self.assertTrue(answer.saved)
                expected, revision = session.read_revision()
            with medals.Session(head.head(), self.model, ["other"],
                                journal=journal) as session:
                self.assertTrue(session.resumed)
                self.assertEqual(session.revision, revision)
                self.assertEqual(session.classes[0].name, "left thalamus")
                np.testing.assert_array_equal(session.read(), expected)
                self.assertEqual(session.undo(9).count, 3)

    def test_labelmap_of_others(self):
        given = np.zeros(head.head().array.shape, "i4")
        given[3:9, 4:9, 5:9] = 300
        given[20:25, 4:9, 5:9] = 7
        session = self.open(labelmap=given, labelmap_names={300: "cyst"})
        self.assertEqual([c.value for c in session.classes], [7, 300])
        self.assertEqual(session.classes[1].name, "cyst")
        self.assertEqual(session.read().dtype, np.uint16)
        np.testing.assert_array_equal(session.read(), given)
        labels = session.labelmap(values=[1, 2])
        self.assertEqual(labels.array.dtype, np.uint8)
        np.testing.assert_array_equal(labels.mask("cyst"), given == 300)
        self.assertEqual([label.value for label in labels.labels], [1, 2])

    def test_masks_of_other_packages(self):
        session = self.open(None)
        mask = np.zeros(head.head().array.shape, "u1")
        mask[4:8, 5:9, 6:10] = 1
        image = head.head().like(mask)
        for given in (image, image.to_simpleitk(), image.to_nibabel()):
            session.set_mask(0, given, answer="none")
            np.testing.assert_array_equal(session.read(0), mask)
            session.undo()
        moved = head.reorder(image, (0, 1, 2), (True, False, False))
        with self.assertRaisesRegex(medals.InputError, "another grid"):
            session.set_mask(0, moved)

    def test_segment(self):
        labels = medals.segment(head.head(), "left thalamus; right thalamus",
                                self.model)
        self.assertEqual([label.value for label in labels.labels], [1, 2])
        for label in labels.labels:
            self.assertEqual(label.voxels, labels.mask(label.name).sum())
            self.assertTrue(label.known)
        np.testing.assert_array_equal(labels.affine, head.head().affine)
        part = medals.segment(head.head(), ["left thalamus"], self.model,
                              roi=(0, 44, 0, 45, 0, 22))
        self.assertFalse(part.array[22:].any())

    def test_model(self):
        model = self.model
        found = model.match("hippocampus left", "mr") or model.match(
            "left hippocampus", "mr")
        self.assertEqual(found.name, "left hippocampus")
        self.assertIn("SCT", found.terminology)
        self.assertEqual(len(found.rgb), 3)
        self.assertTrue(found.trained)
        self.assertIsNone(model.match("no such thing", "mr"))
        self.assertGreater(len(model.classes), 243)
        self.assertTrue(model.name and model.license and model.isa)
        self.assertEqual(model.default_modality, "mri")

    def test_modality(self):
        """The user's word, then the header's, then the texts', the model's."""
        for header, user, text, expected in (
                ("ct", "pet", "a thing", "pet"), ("ct", None, "MRI", "ct"),
                (None, None, "liver in CT", "ct"),
                (None, None, "a thing", "mri")):
            image = medals.Image(np.zeros((5, 6, 7), "i2"), modality=header)
            with medals.Session(image, self.model, [text],
                                modality=user) as session:
                self.assertEqual(session.modality, expected)

    def test_model_outlives_itself(self):
        model = medals.Model(threads=1)
        session = medals.Session(head.head(), model, [None])
        model.close()
        session.add_point(0, self.point, answer="instant")
        self.assertTrue(session.read().any())
        session.close()
        session.close()


@contextlib.contextmanager
def inside(folder):
    """A block that runs in another working folder."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


if __name__ == "__main__":
    unittest.main()
