"""Images keep their place, and 48 orders of storing them mean the same."""
import unittest

import head
import medals
import numpy as np


class Images(unittest.TestCase):
    def test_wraps_without_copy(self):
        for dtype in ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2",
                      "f4", "f8", "?"):
            array = np.zeros((2, 3, 4), dtype)
            image = medals.Image(array)
            self.assertFalse(image.copied, dtype)
            self.assertTrue(np.shares_memory(array, image.array), dtype)
            self.assertEqual(image.size, (4, 3, 2))

    def test_copies_what_c_cannot_see(self):
        array = np.arange(24, dtype="i2").reshape(2, 3, 4)
        for given in (array[:, ::2], array.astype(">i2"), array.T,
                      array.tolist()):
            image = medals.Image(given)
            self.assertTrue(image.copied)
            np.testing.assert_array_equal(image.array, given)

    def test_read_only_is_wrapped(self):
        array = np.zeros((2, 3, 4), "u1")
        array.flags.writeable = False
        self.assertFalse(medals.Image(array).copied)

    def test_world(self):
        """The header's own example: i to the right, j to anterior."""
        image = medals.Image(np.zeros((4, 3, 2), "u1"), (1, 2, 3),
                             (10, 20, 30), (-1, 0, 0, 0, -1, 0, 0, 0, 1))
        np.testing.assert_allclose(image.to_lps((1, 1, 1)), (9, 18, 33))
        np.testing.assert_allclose(image.to_index((9, 18, 33)), (1, 1, 1))
        np.testing.assert_allclose(image.affine @ (1, 1, 1, 1),
                                   (-9, -18, 33, 1))

    def test_voxels_stay_at_their_place(self):
        array = np.arange(60, dtype="i2").reshape(5, 4, 3)
        turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
        image = medals.Image(array, (0.7, 0.8, 2.5), (-3, 8, 100), turn)
        for order in head.all_orders():
            moved = head.reorder(image, *order)
            for ijk in ((0, 0, 0), (2, 1, 4), (1, 3, 2)):
                i, j, k = head.new_index(image, ijk, *order)
                self.assertEqual(moved.array[k, j, i],
                                 array[ijk[2], ijk[1], ijk[0]])
                np.testing.assert_allclose(moved.to_lps((i, j, k)),
                                           image.to_lps(ijk), atol=1e-9)
            np.testing.assert_array_equal(
                head.back(moved.array, *order), array)


@head.need_head
class Orders(unittest.TestCase):
    """Text and clicks on a head, however it is stored."""

    def answer(self, image, ijk=None, lps=None):
        with medals.Session(image, classes=[head.TEXTS[0], None]) as session:
            session.predict()
            if ijk is not None:
                session.add_point(1, ijk, answer="instant")
            else:
                session.add_point(1, lps, space="lps", answer="instant")
            return session.labelmap()

    def test_48_orders(self):
        image, ijk = head.head(), head.thalamus_voxel()
        expected = self.answer(image, ijk).array
        self.assertGreater((expected == 1).sum(), 50)
        self.assertGreater((expected == 2).sum(), 20)
        lps = image.to_lps(ijk)
        for number, order in enumerate(head.all_orders()):
            with self.subTest(order=order):
                moved = head.reorder(image, *order)
                found = (self.answer(moved, lps=lps) if number % 2 else
                         self.answer(moved, head.new_index(image, ijk,
                                                           *order)))
                np.testing.assert_array_equal(
                    head.back(found.array, *order), expected)
                np.testing.assert_array_equal(found.affine, moved.affine)

    def test_sides(self):
        """LPS: +x is left."""
        labels = medals.segment(head.head(), head.TEXTS)
        for name, sign in zip(head.TEXTS, (1, -1)):
            where = np.argwhere(labels.mask(name))[:, ::-1]
            self.assertGreater(len(where), 50)
            self.assertGreater(sign * labels.to_lps(where).mean(0)[0], 3)


if __name__ == "__main__":
    unittest.main()
