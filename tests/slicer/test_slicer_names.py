"""What a typed text asks for, and the name that the user sees."""
import unittest

import numpy as np
import slicer
from logic_case import BALLS, LogicTest, made_scan
from scenes import add_volume

from MedalSLib.segments import TEXT_TAG

SIDES = ["left hippocampus", "right hippocampus"]


class NamesTest(LogicTest):
    """A made scan, and no segment yet."""

    def setUp(self):
        super().setUp()
        self.start()
        self.logic.segments.segmentation.RemoveSegment(self.ball)
        self.ask = self.logic.segment

    def start(self, matrix=None, **settings):
        self.ball = super().start(matrix, **settings)
        return self.ball

    def names(self):
        """Names of all segments."""
        segments = self.logic.segments
        return [segments.name(name) for name in segments.ids()]

    def texts(self):
        """Texts of the session's classes, by segment."""
        return {known.name: known.text for known in
                self.logic.binding.desk.session.classes}


class Typed(NamesTest):
    """The engine reads the text; each class is a segment."""

    def test_sides(self):
        """They are said, at once and with the answer."""
        made = self.ask("hippocampus")
        self.assertEqual(self.names(), SIDES)
        self.assertIn("names no side; answered as 2 classes", self.lines[-1])
        self.wait()
        self.assertIn("names no side; answered as 2 classes", self.lines[-1])
        self.assertRegex(self.lines[-1], r"\d s \| text")
        self.assertEqual(list(self.texts().values()), SIDES)
        self.assertAgree(*made)

    def test_again(self):
        """The segments of its classes are used again, whatever words ask."""
        made = self.ask("hippocampus")
        for again in ("hippocampus", "rt hippocampus; LEFT HIPPOCAMPUS"):
            self.assertEqual(set(self.ask(again)), set(made))
        self.wait()
        self.assertEqual(self.names(), SIDES)

    def test_pairs_and_lists(self):
        self.logic.modality = "ct"
        self.start()
        self.logic.segment("left and right parotid")
        self.assertEqual(self.names()[1:], ["left parotid gland",
                                            "right parotid gland"])
        self.ask("liver and spleen")
        self.assertEqual(self.names()[3:], ["Liver", "Spleen"])
        self.assertIn("not trained on: Liver, Spleen", self.lines[-1])
        self.logic.cancel()
        self.logic.wait()

    def test_doubles(self):
        made = self.ask("lt hippocampus\nleft hippocampus")
        self.assertEqual(self.names(), ["lt hippocampus"])
        self.assertIn("merged", self.lines[-1])
        self.assertEqual(self.ask("left hippocampus"), made)
        self.wait()
        self.assertEqual(self.texts(), {made[0]: "lt hippocampus"})

    def test_negation(self):
        import medals

        with self.assertRaisesRegex(medals.InputError, '^text "no mandible": '
                                    '"no" says what is not wanted; expected'):
            self.ask("liver\nno mandible")
        self.assertEqual(self.names(), [])

    def test_modality_of_the_texts(self):
        """Nothing says which: the one that knows the texts."""
        self.logic.release()
        self.logic.modality = None
        self.ask("left and right parotid")
        self.assertEqual(self.names(), ["left parotid gland",
                                        "right parotid gland"])
        self.logic.cancel()
        self.logic.wait()

    def test_modality_of_the_units(self):
        """A CT that Slicer's DICOM module loaded, whatever its values are:
        in the reading and in the session; the user's choice goes first."""
        for chosen, modality in ((None, "ct"), ("mri", "mri")):
            self.logic.release()
            self.logic.modality = chosen
            self.volume = add_volume(made_scan())
            units = slicer.vtkCodedEntry()
            units.SetValueSchemeMeaning("[hnsf'U]", "UCUM", "Hounsfield unit")
            self.volume.SetVoxelValueUnits(units)
            self.logic.choose(self.volume)
            made, = self.ask("brain stem")
            self.logic.wait(300)
            session = self.logic.binding.desk.session
            self.assertEqual(session.modality, modality)
            self.assertEqual(session.model.classes[
                session.classes[0].model_class].modality, modality)

    def test_by_name(self):
        """An empty segment that is called after several becomes the first of
        them; one with voxels stays."""
        empty = self.logic.segments.make("hippocampus")
        self.assertEqual(self.logic.segment_by_name(empty)[0], empty)
        self.assertEqual(self.names(), SIDES)
        self.logic.cancel()
        self.logic.wait()
        full = self.logic.segments.make("hippocampus")
        self.paint(full, (2, 4, 2, 4, 2, 4))
        self.assertNotIn(full, self.logic.segment_by_name(full))
        self.assertEqual(self.names(), SIDES + ["hippocampus"])
        refused = self.logic.segments.make("no mandible")
        with self.assertRaisesRegex(Exception, "not wanted"):
            self.logic.segment_by_name(refused)
        self.logic.cancel()
        self.logic.wait()
        self.assertEqual(self.logic.voxels(full), 8)


class Renamed(NamesTest):
    """The name that the user sees wins."""

    def setUp(self):
        super().setUp()
        self.old, = self.ask("left hippocampus")
        self.wait()
        self.logic.answer = "instant"
        self.logic.click(self.old, BALLS[0][0])
        self.wait()
        self.before = self.mask(self.old)
        self.assertTrue(self.before.any())

    def rename(self, name):
        """As the user does in the table."""
        self.logic.segments.get(self.old).SetName(name)

    def test_asked_again(self):
        """The old name makes a new segment; the renamed one keeps its
        voxels, also when the session gives the text to the new one."""
        self.rename("my own")
        new, = self.ask("left hippocampus")
        self.assertNotEqual(new, self.old)
        self.assertEqual(self.names(), ["my own", "left hippocampus"])
        self.wait()
        self.assertEqual(self.texts(), {self.old: "my own",
                                        new: "left hippocampus"})
        kept = self.mask(self.old)
        self.assertTrue((kept | self.mask(new))[self.before].all())
        self.assertFalse((kept & ~self.before).any())
        self.assertAgree(self.old, new)
        self.logic.undo()
        self.wait()
        np.testing.assert_array_equal(self.mask(self.old), self.before)
        self.logic.undo()
        self.wait()
        self.assertEqual(self.texts(), {self.old: "left hippocampus"})
        self.assertAgree(self.old)
        self.logic.redo()
        self.logic.redo()
        self.wait()
        self.assertEqual(self.texts()[self.old], "my own")
        self.assertAgree(self.old, new)

    def test_prompts_stay_until_a_text_pass(self):
        self.rename("brain stem")
        self.logic.click(self.old, BALLS[1][0])
        self.wait()
        session = self.logic.binding.desk.session
        self.assertEqual(session.statistics(self.old).prompts, 2)
        self.assertEqual(len(self.logic.visible_marks()), 2)
        self.logic.segment_by_name(self.old)
        self.wait()
        self.assertEqual(self.texts(), {self.old: "brain stem"})
        self.assertEqual(session.statistics(self.old).prompts, 0)
        self.assertEqual(self.logic.visible_marks(), [])
        self.assertAgree(self.old)

    def test_other_words_for_the_old_text(self):
        self.rename("my own")
        new, = self.ask("lt hippocampus")
        self.wait()
        self.assertEqual(self.texts(), {self.old: "my own",
                                        new: "lt hippocampus"})

    def test_another_structure(self):
        """The new name is a text that can be asked for."""
        self.rename("brain stem")
        self.assertEqual(self.ask("brainstem"), [self.old])
        self.wait()
        self.assertEqual(self.texts(), {self.old: "brain stem"})

    def test_scene_of_before(self):
        """Segments without the tag of their name."""
        segment = self.logic.segments.get(self.old)
        for name in list(self.tags(segment)):
            if name != TEXT_TAG:
                segment.RemoveTag(name)
        text = self.logic.segments.text
        self.assertEqual(text(self.old), "left hippocampus")
        self.rename("left hippocampus 2")
        self.assertEqual(text(self.old), "left hippocampus")
        self.rename("my own")
        self.assertEqual(text(self.old), "my own")

    @staticmethod
    def tags(segment):
        """Ours."""
        return [name for name in ("MedalS.Text", "MedalS.Name")
                if segment.HasTag(name)]


if __name__ == "__main__":
    unittest.main()
