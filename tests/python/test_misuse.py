"""Bad input gets one clear line, of the right kind, and changes nothing."""
import os
import pathlib
import tempfile
import unittest

import head
import medals
import numpy as np

GREY = np.zeros((6, 7, 8), "u1")


class Bad(unittest.TestCase):
    def assertLine(self, kind, words, call):
        """The call raises `kind` with one line that has the words."""
        with self.assertRaisesRegex(kind, words) as caught:
            call()
        self.assertIs(type(caught.exception), kind, str(caught.exception))
        self.assertNotIn("\n", str(caught.exception))
        self.assertGreater(caught.exception.status, 0)


class BadImages(Bad):
    def test_images(self):
        for array, how, kind, words in (
                (GREY[0], {}, medals.ShapeError, r"2-D, shape \(7, 8\)"),
                (np.zeros((2, 3, 4, 5)), {}, medals.ShapeError,
                 r"4-D, shape \(2, 3, 4, 5\); give one frame"),
                (np.zeros((9, 3, 4, 3)), {}, medals.ShapeError, "colour"),
                (np.zeros((0, 3, 4)), {}, medals.InputError, "one voxel"),
                (GREY.astype(complex), {}, medals.InputError, "complex128"),
                (GREY.astype("U1"), {}, medals.InputError, "U1 voxels"),
                (GREY, {"spacing": (1, 0, 1)}, medals.InputError,
                 "1 x 0 x 1; expected three positive"),
                (GREY, {"spacing": (1, 1)}, medals.InputError, "3 finite"),
                (GREY, {"spacing": (1, 1, "x")}, medals.InputError,
                 "3 finite"),
                (GREY, {"origin": (1, float("nan"), 1)}, medals.InputError,
                 "origin"),
                (GREY, {"direction": np.zeros((3, 3))}, medals.InputError,
                 "singular"),
                (GREY, {"direction": np.eye(4)}, medals.InputError,
                 "9 finite")):
            with self.subTest(words=words):
                self.assertLine(kind, words,
                                lambda: medals.Image(array, **how))

    def test_another_grid(self):
        image = medals.Image(GREY)
        self.assertLine(medals.ShapeError, "shape",
                        lambda: image.like(GREY[1:]))

    def test_files(self):
        image = medals.Image(GREY)
        self.assertLine(medals.InputError, "ends in .nii.gz",
                        lambda: image.save("a.jpg"))
        with tempfile.TemporaryDirectory() as folder:
            for name in ("a.nii.gz", "a.mha"):
                self.assertLine(
                    medals.IoError, "cannot be written",
                    lambda: image.save(f"{folder}/none/{name}"))
            self.assertEqual(os.listdir(folder), [])


@head.need_head
class BadCalls(Bad):
    @classmethod
    def setUpClass(cls):
        cls.model = medals.Model()

    def setUp(self):
        self.session = medals.Session(medals.Image(GREY), self.model,
                                      ["left thalamus", None])
        self.addCleanup(self.session.close)

    def test_calls(self):
        s = self.session
        nan = float("nan")
        before = s.revision
        for kind, words, call in (
                (medals.InputError, "class 2: not there; expected 0 to 1",
                 lambda: s.add_point(2, (1, 1, 1))),
                (medals.InputError, "class -1",
                 lambda: s.read(-1)),
                (medals.InputError, "class 'liver': 0 of that name",
                 lambda: s.add_point("liver", (1, 1, 1))),
                (medals.InputError, "class None",
                 lambda: s.statistics(None)),
                (medals.InputError, "inside the image of 8x7x6",
                 lambda: s.add_point(0, (8, 1, 1))),
                (medals.InputError, "point", lambda: s.add_point(
                    0, (nan, 1, 1))),
                (medals.ShapeError, r"expected \[n,3\]",
                 lambda: s.add_point(0, (1, 1))),
                (medals.InputError, "not numbers",
                 lambda: s.add_point(0, "abc")),
                (medals.UsageError, "space: 'ras'; expected index or lps",
                 lambda: s.add_point(0, (1, 1, 1), space="ras")),
                (medals.UsageError, "answer: 'fast'",
                 lambda: s.add_point(0, (1, 1, 1), answer="fast")),
                (medals.InputError, "1 to 1 along", lambda: s.add_box(
                    0, (1, 1, 2, 3, 4, 5))),
                (medals.ShapeError, "two corners", lambda: s.add_box(
                    0, (1, 1, 2, 3, 4))),
                (medals.ShapeError, "two corners", lambda: s.add_box(
                    0, (1, 1, 2, 3, 4, 5), space="lps")),
                (medals.InputError, "lasso", lambda: s.add_lasso(
                    0, [(1, 1, 1), (2, 2, 2), (3, 3, 3)], space="lps")),
                (medals.UsageError, "points and a mask",
                 lambda: s.add_scribble(0, [(1, 1, 1)], mask=GREY)),
                (medals.UsageError, "without a mask",
                 lambda: s.add_scribble(0, [(1, 1, 1)], extent=(1,) * 6)),
                (medals.ShapeError, r"mask: shape \(5, 7, 8\)",
                 lambda: s.set_mask(0, GREY[1:])),
                (medals.InputError, "mask: <U1",
                 lambda: s.set_mask(0, GREY.astype("U1"))),
                (medals.InputError, "extent", lambda: s.set_mask(
                    0, GREY, extent=(0, 8, 0, 7, 1, 7))),
                (medals.InputError, "inside", lambda: s.read(
                    0, (0, 9, 0, 7, 0, 6))),
                (medals.InputError, "extent|inside", lambda: s.read(
                    0, (3, 2, 0, 7, 0, 6))),
                (medals.InputError, "extent: 'abcdef'",
                 lambda: s.read(0, "abcdef")),
                (medals.InputError, "whole numbers",
                 lambda: s.read(0, (0, 1.5, 0, 1, 0, 1))),
                (medals.InputError, "dtype: complex64",
                 lambda: s.read(0, dtype="c8")),
                (medals.UsageError, "type|u8", lambda: s.read(0, dtype="f4")),
                (medals.UsageError, "what: 'some'", lambda: s.reset("some")),
                (medals.InputError, "steps: 0", lambda: s.undo(0)),
                (medals.InputError, "passes: 0", lambda: s.refine(0)),
                (medals.UsageError, "names: 1; expected 2",
                 lambda: s.set_classes(["a", "b"], ["a"])),
                (medals.InputError, "twice|different|text", lambda:
                 s.set_classes(["a", "a"])),
                (medals.InputError, "class", lambda: s.set_classes([])),
                (medals.InputError, "255", lambda: s.set_classes(
                    [f"thing {n}" for n in range(300)])),
                (medals.InputError, "text", lambda: s.set_classes([""])),
                (medals.InputError, "10000|bytes", lambda: s.set_classes(
                    ["x" * 10001])),
                (medals.InputError, "NUL", lambda: s.set_classes(["a\0b"])),
                (medals.InputError, "int; expected text",
                 lambda: s.set_classes([7])),
                (medals.UsageError, "text", lambda: s.predict([1])),
                (medals.UsageError, "stroke", s.end_stroke),
                (medals.UsageError, "stroke", s.cancel_stroke),
                (medals.UsageError, "kind: 'pencil'",
                 lambda: s.begin_stroke(0, [(1, 1, 1)], kind="pencil")),
                (medals.InputError, "labels|values|label",
                 lambda: s.labelmap([1, 1])),
                (medals.InputError, "values: -1; expected 1 to 4294967295",
                 lambda: s.labelmap([1, -1])),
                (medals.InputError, "revision: -1", lambda:
                 s.changed_since(-1)),
                (medals.InputError, "passes: 1.5; expected a whole number",
                 lambda: s.refine(1.5))):
            with self.subTest(words=words):
                self.assertLine(kind, words, call)
        self.assertEqual(s.revision, before)
        self.assertFalse(s.read().any())

    def test_openings(self):
        image = medals.Image(GREY)
        other = medals.Image(GREY, spacing=(2, 2, 2))
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "file")
            file.write_text("")
            for kind, words, call in (
                    (medals.IoError, "/no/model", lambda: medals.Model(
                        "/no/model")),
                    (medals.UsageError, "isa|sse9", lambda: medals.Model(
                        isa="sse9")),
                    (medals.UsageError, "precision: 'int4'",
                     lambda: medals.Model(precision="int4")),
                    (medals.InputError, "threads: -1",
                     lambda: medals.Model(threads=-1)),
                    (medals.InputError, "model: int", lambda: medals.Session(
                        image, 3)),
                    (medals.InputError, "modality: 'xray'",
                     lambda: medals.Session(image, self.model,
                                            modality="xray")),
                    (medals.InputError, "grid|spacing|labelmap",
                     lambda: medals.Session(image, self.model,
                                            labelmap=other)),
                    (medals.ShapeError, "shape", lambda: medals.Session(
                        image, self.model, labelmap=GREY[1:])),
                    (medals.InputError, "fractions", lambda: medals.Session(
                        image, self.model, labelmap=GREY + 0.5)),
                    (medals.InputError, "values -1.0 to -1.0",
                     lambda: medals.Session(image, self.model,
                                            labelmap=GREY - 1.0)),
                    (medals.IoError, "journal|file", lambda: medals.Session(
                        image, self.model, journal=file)),
                    (medals.UsageError, "text", lambda: medals.segment(
                        image, " ; ", self.model)),
                    (medals.InputError, "dict; expected a medals.Image",
                     lambda: medals.segment({}, "brain", self.model))):
                with self.subTest(words=words):
                    self.assertLine(kind, words, call)

    def test_journal_in_use_or_of_another_image(self):
        with tempfile.TemporaryDirectory() as folder:
            journal = pathlib.Path(folder, "j")
            with medals.Session(medals.Image(GREY), self.model, [None],
                                journal=journal):
                self.assertLine(
                    medals.InputError, "in use",
                    lambda: medals.Session(medals.Image(GREY), self.model,
                                           journal=journal))
            self.assertLine(
                medals.InputError, "another image|image",
                lambda: medals.Session(medals.Image(GREY + 1), self.model,
                                       journal=journal))

    def test_closed(self):
        self.session.close()
        for call in (self.session.undo, self.session.read,
                     self.session.predict, self.session.labelmap,
                     lambda: self.session.revision,
                     lambda: self.session.add_point(0, (1, 1, 1))):
            self.assertLine(medals.UsageError, "closed", call)
        model = medals.Model()
        model.close()
        self.assertLine(medals.UsageError, "closed",
                        lambda: medals.Session(medals.Image(GREY), model))


if __name__ == "__main__":
    unittest.main()
