"""Which prompts are to be seen, and the reset of one segment."""
import unittest

import numpy as np
from logic_case import BALLS, LogicTest

from MedalSLib import geometry
from MedalSLib.marks import Mark, Marks
from MedalSLib.overlay import GREEN, RED, mark_lines


def mark_of(name="a", kind="point", points=((0, 0, 0),), positive=True):
    return Mark(name, kind, np.array(points), positive)


class History(unittest.TestCase):
    """Marks alone, by numbers of steps."""

    def setUp(self):
        self.marks, self.told = Marks(), []
        self.marks.on_change = lambda: self.told.append(1)

    def stand(self, *steps):
        self.marks.at(steps)
        return [mark.segment_id for mark in self.marks.standing()]

    def made(self, name, *steps):
        mark = mark_of(name)
        self.marks.add(mark)
        self.marks.settle(mark, steps)

    def test_back_and_forth(self):
        self.made("a", 1)
        self.made("b", 1, 3)
        self.assertEqual(self.stand(1, 3), ["a", "b"])
        self.assertEqual(self.stand(1), ["a"])
        self.assertEqual(self.stand(1, 3), ["a", "b"])
        self.assertEqual(self.stand(), [])
        self.assertEqual(self.stand(5), [])  # another history

    def test_pending(self):
        mark = mark_of()
        self.marks.add(mark)
        self.assertEqual(self.stand(1), ["a"])
        self.marks.drop(mark)
        self.assertEqual(self.stand(1), [])
        self.marks.add(mark)
        self.marks.drop_pending()
        self.assertEqual(self.stand(1), [])

    def test_erased(self):
        self.made("a", 1)
        self.made("b", 1, 2)
        self.marks.erase(3, "a")
        self.assertEqual(self.stand(1, 2, 3), ["b"])
        self.made("a", 1, 2, 3, 4)
        self.assertEqual(self.stand(1, 2, 3, 4), ["b", "a"])
        self.marks.erase(5)
        self.assertEqual(self.stand(1, 2, 3, 4, 5), [])
        self.assertEqual(self.stand(1, 2), ["a", "b"])

    def test_told_when_it_changes(self):
        self.made("a", 1)
        self.marks.at((1,))
        self.told.clear()
        self.marks.at((1,))
        self.assertEqual(self.told, [])
        self.marks.at(())
        self.assertEqual(len(self.told), 1)


class Lines(unittest.TestCase):
    """What is drawn of a mark in a view whose pixels are millimetres."""

    def lines(self, **what):
        return mark_lines(mark_of(**what), np.eye(4))

    def test_signs(self):
        self.assertEqual(len(self.lines()), 2)
        line, = self.lines(positive=False)
        self.assertEqual(line[1], RED)
        self.assertEqual(self.lines()[0][1], GREEN)

    def test_another_slice(self):
        self.assertEqual(self.lines(points=[(0, 0, 2)]), [])
        self.assertEqual(len(self.lines(points=[(0, 0, 0.5)])), 2)

    def test_a_stroke_that_leaves_the_slice(self):
        lines = self.lines(kind="scribble", points=[
            (0, 0, 0), (1, 0, 0), (2, 0, 5), (3, 0, 5), (4, 0, 0), (5, 0, 0)])
        self.assertEqual([len(line) for line, _ in lines], [2, 2, 2, 2])

    def test_closed(self):
        corners = [(0, 0, 0), (9, 0, 0), (9, 9, 0), (0, 9, 0)]
        open_lines = self.lines(kind="scribble", points=corners)
        closed = self.lines(kind="box", points=corners)
        self.assertEqual(len(closed), len(open_lines) + 1)


class Reset(LogicTest):
    """One segment is as good as new."""

    def standing(self):
        return [mark.segment_id for mark in self.logic.marks.standing()]

    def test_among_others(self):
        self.start(answer="instant")
        other = self.logic.add_object("other")
        self.logic.click(self.ball, BALLS[0][0])
        self.logic.click(other, BALLS[1][0])
        self.wait()
        before = self.mask(other), self.mask(self.ball)
        self.logic.reset_segment(self.ball)
        self.wait()
        self.assertRegex(self.lines[-1], r"^ball: 0.00 ml, \+0 -\d+ voxels")
        self.assertEqual(self.logic.voxels(self.ball), 0)
        np.testing.assert_array_equal(self.mask(other), before[0])
        self.assertEqual(self.standing(), [other])
        self.assertAgree(self.ball, other)
        self.logic.undo()
        self.wait()
        np.testing.assert_array_equal(self.mask(self.ball), before[1])
        self.assertEqual(self.standing(), [self.ball, other])
        self.logic.redo()
        self.wait()
        self.assertEqual(self.logic.voxels(self.ball), 0)
        self.logic.click(self.ball, BALLS[0][0])
        self.wait()
        self.assertGreater(self.logic.voxels(self.ball), 0)
        self.assertAgree(self.ball, other)

    def test_the_only_one_and_an_empty_one(self):
        self.start(answer="instant")
        for _ in range(2):
            self.logic.reset_segment(self.ball)
            self.wait()
            self.logic.click(self.ball, BALLS[0][0])
            self.wait()
        self.assertAgree(self.ball)

    def test_of_somebody_else(self):
        """A segment that was painted, and is no class yet."""
        self.start(answer="instant")
        foreign = self.logic.segments.make("foreign")
        self.paint(foreign, (10, 20, 10, 20, 10, 20))
        self.logic.reset_segment(foreign)
        self.wait()
        self.assertEqual(self.logic.voxels(foreign), 0)
        self.logic.undo()
        self.wait()
        self.assertEqual(self.logic.voxels(foreign), 1000)

    def test_keeps_its_text(self):
        self.start()
        name, = self.logic.segment("brain stem")
        self.wait()
        self.logic.reset_segment(name)
        self.wait()
        self.assertEqual(self.logic.voxels(name), 0)
        self.assertEqual(self.logic.segments.text(name), "brain stem")
        self.logic.segment("brain stem")
        self.wait()
        self.assertGreater(self.logic.voxels(name), 0)

    def test_a_click_that_fails_leaves_no_mark(self):
        self.start(answer="instant")
        self.logic.click(self.ball, (900, 0, 0))
        self.logic.wait()
        self.assertEqual(len(self.errors), 1)
        self.assertEqual(self.standing(), [])
        self.logic.click_world(self.ball, geometry.ijk_to_world(
            self.volume, [BALLS[0][0]])[0])
        self.logic.cancel()
        self.logic.wait()
        self.assertEqual(self.standing(), [])

    def test_a_volume_that_is_replaced(self):
        self.start(answer="instant")
        self.logic.click(self.ball, BALLS[0][0])
        self.wait()
        self.assertEqual(len(self.standing()), 1)
        self.logic.release()
        self.assertEqual(self.standing(), [])


if __name__ == "__main__":
    unittest.main()
