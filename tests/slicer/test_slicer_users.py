"""A random user of the logic, with a random hand of others in the scene:
after every step scene and session agree, and undo leads back to the start.

MEDALS_SEED chooses the user; long runs take several.
"""
import os
import random
import unittest

import numpy as np
from logic_case import SIZE, LogicTest
from scenes import ORIENTATIONS, TURN, matrix_of

from MedalSLib import geometry

STEPS = 25


class User(LogicTest):
    def setUp(self):
        super().setUp()
        self.seed = int(os.environ.get("MEDALS_SEED", "1"))

    def voxel(self):
        return tuple(self.dice.randrange(3, n - 3) for n in SIZE)

    def world(self, *voxels):
        return geometry.ijk_to_world(self.volume, np.array(voxels, float))

    def click(self, name):
        self.logic.click(name, self.voxel(), self.dice.random() < 0.7)

    def scribble(self, name):
        self.logic.scribble_world(name, self.world(self.voxel(),
                                                   self.voxel()))

    def stroke(self, name):
        stroke = self.logic.begin_stroke(name, self.world(self.voxel()))
        for _ in range(3):
            stroke.append(self.world(self.voxel()))
            self.logic.pump()
        stroke.end() if self.dice.random() < 0.8 else stroke.cancel()

    def box(self, name):
        self.logic.box_world(name, self.world(self.voxel(), self.voxel()),
                             positive=False)

    def paint_by_hand(self, name):
        low = self.voxel()
        box = tuple(int(v) for n, a in zip(SIZE, low)
                    for v in (a, min(n, a + 6)))
        self.logic.wait(120)
        self.paint(name, box, self.dice.randrange(2))

    def undo(self, _name):
        self.logic.undo()

    def redo(self, _name):
        self.logic.redo()

    def new_object(self, _name):
        if len(self.names) < 4:
            self.names.append(self.logic.add_object("more"))

    def take_away(self, name):
        if len(self.names) > 1:
            self.logic.wait(120)
            self.names.remove(name)
            self.logic.segments.segmentation.RemoveSegment(name)

    def mask_prompt(self, name):
        if self.logic.voxels(name):
            self.logic.use_as_mask(name)

    def check(self):
        """Segments that are classes hold what the session holds; they
        exclude one another."""
        bound = [name for name in self.logic.binding.bound
                 if self.logic.segments.has(name)]
        total = np.zeros(SIZE[::-1], int)
        for name in bound:
            if name not in self.logic.binding._edited:
                self.assertAgree(name)
            total += self.session_mask(name)
        self.assertLessEqual(total.max(initial=0), 1)

    def play(self, seed):
        """One user."""
        self.dice = random.Random(seed)
        axes = TURN @ ORIENTATIONS[seed % 48]
        self.names = [self.start(matrix_of(axes), answer="instant")]
        acts = [self.click] * 4 + [self.scribble, self.stroke] * 2 + [
            self.box, self.paint_by_hand, self.paint_by_hand, self.undo,
            self.undo, self.undo, self.redo, self.redo, self.new_object,
            self.take_away, self.mask_prompt]
        for step in range(STEPS):
            act = self.dice.choice(acts)
            act(self.dice.choice(self.names))
            if self.dice.random() < 0.7:
                self.wait()
                with self.subTest(seed=seed, step=step, act=act.__name__):
                    self.check()
        for _ in range(3 * STEPS):
            self.logic.undo()
        self.wait()
        self.assertIn("nothing to undo", self.lines[-1])
        self.check()

    def test_users(self):
        count = 8 if os.environ.get("MEDALS_SLICER_LONG") else 1
        for seed in range(self.seed, self.seed + count):
            self.play(seed)
            self.logic.release()
            self.logic.wait()
            self.application.scene.Clear()


if __name__ == "__main__":
    unittest.main()
