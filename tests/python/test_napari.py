"""The real napari, with a window under an X server: clicks by the mouse, the
keys, what is drawn. MEDALS_PICTURES: a folder for screenshots."""
import os
import pathlib
import unittest
import warnings

import head
import medals
import medals.napari
import napari
import numpy as np
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication


@head.need_head
class Window(unittest.TestCase):
    def setUp(self):
        self.viewer = napari.Viewer(show=True)
        self.addCleanup(self.viewer.close)
        self.session = medals.Session(head.head(), classes=list(head.TEXTS))
        self.addCleanup(self.session.close)
        self.live = medals.napari.Live(self.viewer, self.session)
        self.labels = self.live.labels
        self.wait()

    def wait(self):
        for _ in range(20):
            QApplication.processEvents()
            QTest.qWait(20)

    def native(self):
        return self.viewer.window._qt_viewer.canvas.native

    def press(self, key, shift=False):
        canvas = self.native()
        canvas.setFocus()
        how = Qt.ControlModifier if key == Qt.Key_Z else Qt.NoModifier
        if shift:
            how |= Qt.ShiftModifier
        QTest.keyClick(canvas, key, how)
        self.wait()

    def click(self, world):
        """The mouse where a place in mm (z,y,x) is drawn."""
        self.viewer.dims.point = world
        self.viewer.camera.center = world
        self.wait()
        canvas = self.native()
        middle = QPoint(canvas.width() // 2, canvas.height() // 2)
        QTest.mouseMove(canvas, middle)
        self.wait()
        QTest.mouseClick(canvas, Qt.LeftButton, Qt.NoModifier, middle)
        self.wait()

    def same(self):
        np.testing.assert_array_equal(self.labels.data, self.session.read())

    def save(self, name):
        folder = os.environ.get("MEDALS_PICTURES")
        if folder:
            self.viewer.screenshot(pathlib.Path(folder) / name,
                                   canvas_only=False)

    def test_mouse_and_keys(self):
        live = self.live
        ijk = head.thalamus_voxel()
        lps = head.head().to_lps(ijk)
        live.predict()
        self.same()
        self.viewer.layers.selection.active = live.points
        live.points.mode = "add"
        before = self.labels.data.copy()
        moved = lps + (0, 14, 0)  # behind it
        self.click(tuple(moved[::-1]))
        self.assertEqual(len(live.clicks), 1)
        found = np.floor(np.add(live.clicks[0].place[::-1], 0.5))
        np.testing.assert_allclose(found, np.round(head.head().to_index(
            moved)), atol=1)
        self.same()
        self.assertTrue((self.labels.data != before).any())
        self.save("click.png")
        self.press(Qt.Key_Z)
        self.assertEqual((len(live.clicks), len(live.points.data)), (0, 0))
        np.testing.assert_array_equal(self.labels.data, before)
        self.press(Qt.Key_Z, shift=True)
        self.assertEqual((len(live.clicks), len(live.points.data)), (1, 1))
        self.same()
        self.press(Qt.Key_T)
        self.assertFalse(live.positive)
        self.press(Qt.Key_N)
        self.assertEqual(live.which, 1)
        self.assertEqual(self.labels.selected_label, 2)

    def test_what_is_drawn(self):
        """Red for a class in red, on the side where it is."""
        self.live.predict()
        self.labels.opacity = 1
        self.viewer.layers.remove(self.live.points)
        where = np.argwhere(self.labels.data == 1).mean(0)
        world = self.labels.data_to_world(where)
        np.testing.assert_allclose(world[::-1], head.head().to_lps(
            where[::-1]))
        self.viewer.dims.point = world
        self.viewer.camera.center = world
        self.wait()
        shot = self.viewer.screenshot(canvas_only=True, flash=False)
        middle = shot[shot.shape[0] // 2, shot.shape[1] // 2, :3]
        colour = self.session.labelmap()[1].colour
        np.testing.assert_allclose(middle, colour, atol=12)

    def test_takes_back_and_refuses(self):
        live, points = self.live, self.live.points
        points.add(np.array([head.thalamus_voxel()[::-1]], float))
        self.assertEqual(len(live.clicks), 1)
        self.same()
        with self.assertRaises(Exception):
            points.add(np.array([[-5.0, 3, 3]]))
        self.assertEqual((len(live.clicks), len(points.data)), (1, 1))
        points.selected_data = {0}
        points.remove_selected()
        self.assertEqual((len(live.clicks), len(points.data)), (0, 0))
        self.assertEqual(self.labels.data.max(), 0)

    def test_new_class(self):
        self.session.add_class(name="lump")
        self.live.refresh()
        self.live.which = "lump"
        self.live.points.add(np.array([head.thalamus_voxel()[::-1]], float))
        self.assertEqual(self.labels.data.max(), 3)
        self.assertIn("lump", list(self.labels.features["name"]))


class Layers(unittest.TestCase):
    def test_48_orders(self):
        """Every voxel lies where the patient has it; no warning of slices
        that are not at right angles."""
        image = medals.Image(np.zeros((6, 5, 4), "i2"), (0.7, 0.8, 2.5),
                             (-3, 8, 100))
        image.array[3, 2, 1] = 1
        for order in head.all_orders():
            data, how, kind = medals.napari.image_layer(
                head.reorder(image, *order))
            with warnings.catch_warnings():
                warnings.filterwarnings("error", "Non-orthogonal")
                layer = napari.layers.Layer.create(data, how, kind)
            place = np.argwhere(layer.data == 1)[0]
            np.testing.assert_allclose(layer.data_to_world(place),
                                       image.to_lps((1, 2, 3))[::-1])


if __name__ == "__main__":
    unittest.main()
