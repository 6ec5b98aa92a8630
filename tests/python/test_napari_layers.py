"""What medals.napari hands to napari, without napari: places, colours, the
piece that changed. test_napari.py has the real one."""
import sys
import unittest

import head
import medals
import medals.napari
import numpy as np
from medals import labelmap


class Signal:
    """psygnal's and napari's connect()."""

    def __init__(self):
        self.calls = []

    def connect(self, call):
        self.calls.append(call)


class FakeEvent:
    def __init__(self, action):
        self.action = action


class FakeLayer:
    """What of a layer Live looks at."""

    def __init__(self, data, **how):
        self.data, self.how, self.keys = data, how, {}
        self.events = type("Events", (), {"data": Signal()})()
        self.written = []

    def bind_key(self, keys, call, overwrite):
        self.keys[keys] = call

    def data_setitem(self, where, values):
        self.written.append(where)
        self.data[where] = values

    def tell(self, data, action="added"):
        """As if a person had changed the points."""
        self.data = np.asarray(data, float).reshape(-1, 3)
        for call in self.events.data.calls:
            call(FakeEvent(action))


class FakeViewer:
    def __init__(self):
        self.keys = {}
        self.add_image = self.add_labels = self.add_points = FakeLayer

    def bind_key(self, keys, call, overwrite):
        self.keys[keys] = call


def world(layer, place):
    """As napari composes scale and affine; millimetres left, posterior,
    superior."""
    data, how, _ = layer
    affine = how["affine"]
    found = affine[:3, :3] @ (np.multiply(how["scale"], place)) + affine[:3, 3]
    return found[::-1]


class Layers(unittest.TestCase):
    def test_imports_no_napari(self):
        self.assertNotIn("napari", sys.modules)

    def test_48_orders(self):
        """Each voxel at its place; axes along napari's, in both directions."""
        array = np.zeros((6, 5, 4), "u1")
        array[3, 2, 1] = 1
        turn = np.linalg.qr(np.eye(3) + 0.05 * np.random.default_rng(
            3).normal(size=(3, 3)))[0]
        for direction in (np.eye(3), turn * np.sign(np.diag(turn))):
            image = medals.Image(array, (0.7, 0.8, 2.5), (-3, 8, 100),
                                 direction)
            for order in head.all_orders():
                moved = head.reorder(image, *order)
                both = medals.napari.layers(moved, labelmap.labelmap_on(
                    moved, moved.array, []))
                for layer in both:
                    place = np.argwhere(layer[0] == 1)[0]
                    np.testing.assert_allclose(
                        world(layer, place), image.to_lps((1, 2, 3)),
                        atol=1e-9)
                    turned = layer[1]["affine"][:3, :3]
                    self.assertGreater(np.abs(np.diag(turned)).min(), 0.9)
                    self.assertFalse((np.asarray(layer[1]["scale"]) < 0
                                      ).any())

    def test_colours(self):
        label = medals.Label(3, "liver", None, True, 1, 0.0, None,
                             (255, 0, 51))
        how = medals.napari.looks([label])
        self.assertEqual(how["colormap"][3], (1.0, 0.0, 0.2, 1.0))
        self.assertEqual(how["colormap"][0][3], 0)
        self.assertEqual(how["features"], {"index": [0, 3],
                                           "name": ["background", "liver"]})

    def test_window_of_any_image(self):
        for array in (np.zeros((3, 4, 5)), np.full((3, 4, 5), np.nan),
                      np.ones((3, 4, 5), bool)):
            low, high = medals.napari.image_layer(array)[1]["contrast_limits"]
            self.assertLess(low, high)


@head.need_head
class Live(unittest.TestCase):
    order = ((2, 0, 1), (False, True, True))

    def setUp(self):
        self.viewer = FakeViewer()
        self.session = medals.Session(
            head.reorder(head.head(), *self.order), classes=[*head.TEXTS])
        self.addCleanup(self.session.close)
        self.live = medals.napari.Live(self.viewer, self.session)
        self.points, self.labels = self.live.points, self.live.labels
        inside = medals.napari.turned(self.session.image, np.zeros(
            self.session.image.array.shape)).shape
        self.assertEqual(self.labels.data.shape, inside)
        lps = head.head().to_lps(head.thalamus_voxel())
        i, j, k = (int(x) for x in np.floor(
            self.session.image.to_index(lps) + 0.5))
        self.voxel = i, j, k
        mark = np.zeros(self.session.image.array.shape, bool)
        mark[k, j, i] = True
        self.place = np.argwhere(medals.napari.turned(self.session.image,
                                                      mark))[0]

    def same(self):
        np.testing.assert_array_equal(self.labels.data, medals.napari.turned(
            self.session.image, self.session.read()))

    def test_click_draws_the_piece(self):
        self.points.tell([self.place])
        self.assertEqual(self.live.voxel_of(self.place), self.voxel)
        self.assertEqual([c.which for c in self.live.clicks],
                         [head.TEXTS[0]])
        self.same()
        where, = self.labels.written
        self.assertEqual(len(where[0]), (self.session.read() > 0).sum())
        self.assertEqual(self.labels.data[tuple(self.place)], 1)

    def test_undo_redo(self):
        self.live.predict()
        self.points.tell([self.place])
        self.points.tell([self.place, self.place + (0, 4, 0)])
        self.viewer.keys["Control-Z"](self.viewer)
        self.assertEqual(len(self.points.data), 1)
        self.same()
        self.live.redo()
        self.assertEqual(len(self.points.data), 2)
        for _ in range(3):
            self.live.undo()
        self.assertEqual(len(self.points.data), 0)
        self.assertEqual(self.labels.data.max(), 0)
        self.live.undo()  # nothing left: nothing happens
        self.same()

    def test_points_taken_away(self):
        second = self.place + (0, 4, 0)
        self.points.tell([self.place])
        self.points.tell([self.place, second])
        self.points.tell([self.place], "removed")
        self.assertEqual(len(self.live.clicks), 1)
        self.same()
        self.points.tell([self.place, second])
        with self.assertRaisesRegex(medals.UsageError, "undo of the newest"):
            self.points.tell([second], "removed")
        self.assertEqual(len(self.points.data), 2)
        with self.assertRaisesRegex(medals.UsageError, "undo of the newest"):
            self.points.tell([second, self.place], "changed")
        self.points.tell(self.points.data + 1, "changing")
        self.live.predict()
        with self.assertRaisesRegex(medals.UsageError, "undo of the newest"):
            self.points.tell([self.place], "removed")
        self.assertEqual(len(self.points.data), 2)
        self.same()

    def test_outside(self):
        with self.assertRaisesRegex(medals.InputError, "one inside"):
            self.points.tell([(-2, 3, 3)])
        self.assertEqual(len(self.points.data), 0)
        self.assertEqual(self.session.classes[0].index, 0)

    def test_out_of_the_class(self):
        self.live.predict()
        self.points.keys["T"](self.points)
        self.assertFalse(self.live.positive)
        self.points.tell([self.place])
        self.assertEqual(self.labels.data[tuple(self.place)], 0)
        self.same()
        self.points.keys["N"](self.points)
        self.assertEqual((self.live.which, self.labels.selected_label),
                         (1, 2))

    def test_new_class(self):
        self.session.add_class(name="lump")
        self.live.refresh()
        self.live.which = "lump"
        self.points.tell([self.place])
        self.assertEqual(self.labels.data[tuple(self.place)], 3)
        self.assertIn("lump", self.labels.features["name"])


if __name__ == "__main__":
    unittest.main()
