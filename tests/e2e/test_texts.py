"""Texts and the classes that they come to (command.md 2, Texts), the same
through `medals segment` and `medals interact`."""
import unittest

import nifti
from interaction import Conversation
from programs import ProgramTest, need_model

GLANDS = ["left parotid gland", "right parotid gland"]

# texts; the classes; what each text came to; words of the warnings
READINGS = (
    (["mandible", "lower jaw"], ["mandible"], [[0], [0]],
     ["\"lower jaw\"", "merged"]),
    (["left and right parotid"], GLANDS, [[0, 1]],
     ["names both sides", "2 classes", *GLANDS]),
    (["parotid gland"], GLANDS, [[0, 1]], ["names no side", *GLANDS]),
    (["mandible", "left parotid gland", "parotid gland"],
     ["mandible", *GLANDS], [[0], [1], [1, 2]], ["merged"]),
    (["liver and spleen"], ["Liver", "Spleen"], [[0, 1]],
     ["names several structures", "2 classes"]),
    (["mandible; left parotid gland"], None, [[0], [1]], []),
)
DENIALS = (("no mandible", "no"), ("mandible without teeth", "without"),
           ("everything except the liver", "except"))


@need_model
class Texts(ProgramTest):
    def setUp(self):
        super().setUp()
        # settled before the network runs, which skips a constant image
        self.image = self.path("flat.nii.gz")
        nifti.write(self.image, (6, 6, 6), bytes(216), code=nifti.UINT8,
                    pixdim=(4, 4, 4), affine=nifti.affine_of((4, 4, 4)))

    def ct(self, text, *more):
        return self.segment(self.image, text, "o.nii.gz", "--modality", "ct",
                            *more)

    def refused(self, code, text, *more):
        run = self.bad(code, "segment", self.image, "--text", text, "-o",
                       "o.nii.gz", "--modality", "ct", *more)
        self.assertFalse((self.folder / "o.nii.gz").exists())
        return run.err

    def talk(self):
        return Conversation(self, self.image, "--modality", "ct")

    def check(self, names, came, expected, matches, words, warnings):
        if expected:
            self.assertEqual(names, expected)
        if came is not None:
            self.assertEqual(came, matches)
        said = "\n".join(w for w in warnings if w.startswith("text "))
        for word in words:
            self.assertIn(word, said)
        if not words:
            self.assertEqual(said, "")

    def test_segment(self):
        for texts, names, matches, words in READINGS:
            with self.subTest(texts=texts):
                report = self.ct(";".join(texts))
                came = [t["classes"] for t in report.get("texts", [])] or None
                self.check([c.get("name") or c["text"]
                            for c in report["classes"]],
                           came, names, matches, words, report["warnings"])
                self.assertEqual([c["label"] for c in report["classes"]],
                                 list(range(1, len(report["classes"]) + 1)))

    def test_interact(self):
        for texts, names, matches, words in READINGS:
            if names is None:
                continue
            with self.subTest(texts=texts):
                answer = self.talk().good("classes", texts=texts)
                self.check([c["name"] for c in answer["classes"]],
                           [t["classes"] for t in answer["texts"]], names,
                           matches, words, answer["warnings"])
                self.assertEqual([c["value"] for c in answer["classes"]],
                                 list(range(1, len(names) + 1)))

    def test_equal_texts(self):
        """One item twice is a slip; two items of one class are merged."""
        self.assertIn("given twice", self.refused(3, "mandible; mandible"))
        talk = self.talk()
        error = talk.bad("bad_input", "classes",
                         texts=["mandible", "mandible"])
        self.assertIn("given twice", error["error"]["message"])
        self.assertEqual(talk.stats(), [])

    def test_denials(self):
        for text, word in DENIALS:
            with self.subTest(text=text):
                self.assertIn(f'"{word}" says what is not wanted',
                              self.refused(3, text))
                talk = self.talk()
                error = talk.bad("bad_input", "classes", texts=[text])
                self.assertIn("not wanted", error["error"]["message"])
                error = talk.bad("bad_input", "add_class", text=text)
                self.assertIn("not wanted", error["error"]["message"])

    def test_classes_that_are_there(self):
        """Half of a pair is added; a whole one is refused."""
        talk = self.talk()
        talk.good("classes", texts=["left parotid gland"])
        answer = talk.good("add_class", text="parotid gland")
        self.assertEqual([s["name"] for s in talk.stats()], GLANDS)
        self.assertTrue(answer["warnings"])
        error = talk.bad("bad_input", "add_class",
                         text="left and right parotid")
        self.assertIn("asks for it", error["error"]["message"])

    def test_labels(self):
        """One value a class, not a text."""
        report = self.ct("mandible; left and right parotid", "--labels",
                         "7, 30, 2")
        self.assertEqual([(c.get("name") or c["text"], c["label"])
                          for c in report["classes"]],
                         [("mandible", 7), (GLANDS[0], 30), (GLANDS[1], 2)])
        for labels in ("9", "9, 8"):  # where texts merge, also one a text
            report = self.ct("mandible; lower jaw", "--labels", labels)
            self.assertEqual([c["label"] for c in report["classes"]], [9])
        (self.folder / "o.nii.gz").unlink()
        for text, labels in (("left and right parotid", "7"),
                             ("mandible; lower jaw", "7,8,9"),
                             ("mandible; parotid gland", "1,2")):
            err = self.refused(2, text, "--labels", labels)
            self.assertIn("one a class", err)

    def test_known_only(self):
        """Refused with the nearest classes, before anything is written."""
        report = self.segment(self.image, "mandible", "k.nii.gz",
                              "--known-only", "--modality", "ct")
        self.assertTrue(report["classes"][0]["known"])
        run = self.bad(3, "segment", self.image, "--text",
                       "mandible; teapot", "-o", "u.nii.gz",
                       "--known-only", "--modality", "ct")
        self.assertRegex(run.err, r'text "teapot": .+ expected, with '
                                  r"--known-only, .+ nearest known classes in "
                                  r"[a-zA-Z]+: \w.*, \w")
        run = self.bad(3, "segment", self.image, "--text", "spleen", "-o",
                       "u.nii.gz", "--known-only", "--modality", "us")
        self.assertIn('"spleen"', run.err)
        self.assertNotIn("answered", run.err)
        self.assertFalse((self.folder / "u.nii.gz").exists())

    def test_names_keep_a_text_whole(self):
        """A host that names every class keeps one a text."""
        talk = self.talk()
        answer = talk.good("classes", texts=["left and right parotid"],
                           names=["glands"])
        self.assertEqual([c["name"] for c in answer["classes"]], ["glands"])


if __name__ == "__main__":
    unittest.main()
