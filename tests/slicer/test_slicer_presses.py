"""A random user of the panel: keys, drags, views that come and go. Nothing
raises, no box opens, scene and session agree, and the marks that are seen are
the prompts that the session has.

MEDALS_SEED chooses the user.
"""
import os
import random
import unittest

from logic_case import SIZE
from qt_case import Key, PanelTest

KEYS = (Key.Key_P, Key.Key_B, Key.Key_S, Key.Key_L, Key.Key_T, Key.Key_E,
        Key.Key_R, Key.Key_V, Key.Key_Delete, Key.Key_Escape)

#: What the user does, by how often.
DOINGS = {"press_a_key": 4, "undo": 2, "redo": 1, "drag": 6, "drop": 1,
          "empty_all": 1, "forget": 1, "change_layout": 1, "leave": 1,
          "select": 1, "write": 1, "aim_anew": 1}

STEPS = 60


class RandomUser(PanelTest):
    def setUp(self):
        super().setUp()
        self.dice = random.Random(int(os.environ.get("MEDALS_SEED", "1")))
        self.choose()
        self.parameters.autoPredict = False

    def press_a_key(self):
        self.key(self.dice.choice(KEYS))

    def undo(self):
        self.key(Key.Key_Z, Key.ControlModifier)

    def redo(self):
        self.key(Key.Key_Y, Key.ControlModifier)

    def empty_all(self):
        self.key(Key.Key_R, Key.ShiftModifier)

    def forget(self):
        self.ui.forgetButton.click()

    def drag(self, key=None):
        x, y = (self.dice.randrange(110, 190) for _ in range(2))
        self.press(x, y)
        for _ in range(self.dice.randrange(4)):
            x += self.dice.randrange(-12, 12)
            y += self.dice.randrange(-12, 12)
            self.move(x, y)
        if key is not None:
            self.key(key)
        self.release(x, y)

    def drop(self):
        self.drag(Key.Key_Escape)

    def change_layout(self):
        self.application.views.setViews(*self.dice.choice([
            ("Red",), ("Red", "Yellow", "Green"), ("Yellow", "Red", "Four")]))

    def leave(self):
        self.application.panel.setModule("")
        self.application.panel.setModule("MedalS")

    def select(self):
        if self.logic.segmentation is not None:
            ids = self.logic.segments.ids()
            self.ui.segmentsTable.setSelectedSegmentIDs(
                self.dice.sample(ids, min(1, len(ids))))

    def write(self):
        self.type(self.dice.choice(["br\t", "x\n", "left\n"]))

    def aim_anew(self):
        self.aim(tuple(self.dice.randrange(5, n - 5) for n in SIZE))

    def test_agree(self):
        done = self.dice.choices(list(DOINGS), list(DOINGS.values()), k=STEPS)
        for doing in done:
            getattr(self, doing)()
            if self.dice.random() < 0.6:
                self.rest()
        self.rest()
        self.assertEqual(self.boxes, [])
        self.logic.undo()  # takes in what was done in the scene last
        self.rest()
        binding = self.logic.binding
        self.assertGreater(len(binding.bound), 0)
        self.assertAgree(*binding.bound)
        seen = [mark.segment_id for mark in self.logic.marks.standing()]
        for name in binding.bound:
            self.assertEqual(
                seen.count(name),
                binding.desk.session.statistics(name).prompts, done)


if __name__ == "__main__":
    unittest.main()
