"""RAS and LPS, matrices, parent transforms, boxes."""
import tempfile
import unittest

import nibabel
import numpy as np
import slicer
import vtk
from scenes import (ORIENTATIONS, TURN, SceneTest, add_segmentation,
                    add_transform, add_volume, add_warp, matrix_of)

from MedalSLib import geometry

SIZE = (5, 6, 7)  # i, j, k
ARRAY = np.zeros(SIZE[::-1], np.int16)


class Grids(SceneTest):
    """A grid means the same to Slicer and to the engine."""

    def check(self, volume):
        """Every corner: Slicer's RAS is the engine's LPS, flipped."""
        grid = geometry.volume_grid(volume)
        ijk = np.array([(i, j, k) for i in (0, SIZE[0] - 1)
                        for j in (0, SIZE[1] - 1) for k in (0, SIZE[2] - 1)])
        world = geometry.ijk_to_world(volume, ijk)
        np.testing.assert_allclose(
            geometry.grid_points(grid, ijk),
            np.stack([-world[:, 0], -world[:, 1], world[:, 2]], axis=1),
            atol=1e-9)
        back = geometry.world_to_ijk(volume, world)
        np.testing.assert_allclose(back, ijk, atol=1e-9)

    def test_48_orientations(self):
        for axes in ORIENTATIONS:
            with self.subTest(axes=axes.tolist()):
                self.check(add_volume(ARRAY, matrix_of(axes)))

    def test_oblique(self):
        for axes in ORIENTATIONS[::7]:
            self.check(add_volume(ARRAY, matrix_of(TURN @ axes)))

    def test_left_is_left(self):
        """Written out once by hand: i to the right, j to anterior."""
        grid = geometry.volume_grid(add_volume(ARRAY, matrix_of(
            np.eye(3), (2, 2, 3), (-10, 20, 30))))
        self.assertEqual(grid.spacing, (2, 2, 3))
        self.assertEqual(grid.origin, (10, -20, 30))
        self.assertEqual(grid.direction, (-1, 0, 0, 0, -1, 0, 0, 0, 1))
        self.assertEqual(grid.size, SIZE)

    def test_bits(self):
        """Spacing and origin of a plain grid come through bit for bit."""
        spacing, origin = (0.7, 0.9375, 1.1), (-12.345678901, 0.1, 7.7)
        grid = geometry.volume_grid(add_volume(ARRAY, matrix_of(
            np.eye(3), spacing, origin)))
        self.assertEqual(grid.spacing, spacing)
        self.assertEqual(grid.origin, (-origin[0], -origin[1], origin[2]))

    def test_parent_transforms(self):
        """Two turned parents; the engine sees the world."""
        volume = add_volume(ARRAY, matrix_of(ORIENTATIONS[11]))
        outer = add_transform(matrix_of(TURN, (1, 1, 1), (5, 6, 7)))
        inner = add_transform(matrix_of(ORIENTATIONS[17], (1, 1, 1)))
        inner.SetAndObserveTransformNodeID(outer.GetID())
        volume.SetAndObserveTransformNodeID(inner.GetID())
        self.check(volume)

    def test_parent_that_mirrors(self):
        """A parent that swaps left and right swaps them for the engine."""
        volume = add_volume(ARRAY, matrix_of(np.eye(3)))
        volume.SetAndObserveTransformNodeID(add_transform(
            np.diag([-1.0, 1, 1, 1])).GetID())
        self.check(volume)
        self.assertEqual(geometry.volume_grid(volume).direction[0], 1)

    def test_hardened(self):
        volume = add_volume(ARRAY, matrix_of(ORIENTATIONS[5]))
        parent = add_transform(matrix_of(TURN, (1, 1, 1), (5, 6, 7)))
        volume.SetAndObserveTransformNodeID(parent.GetID())
        before = geometry.volume_grid(volume)
        self.assertTrue(volume.HardenTransform())
        self.assertIsNone(volume.GetParentTransformNode())
        self.check(volume)
        after = geometry.volume_grid(volume)
        for one, other in zip(before, after):
            np.testing.assert_allclose(one, other, atol=1e-9)

    def test_shear(self):
        axes = np.eye(3)
        axes[0, 1] = 0.2
        volume = add_volume(ARRAY, matrix_of(axes), "tilted")
        self.assertFails("volume tilted: its axes are not at right angles "
                         r"\(cosine 0\.196\); expected a grid without shear",
                         geometry.check_grid, volume)
        flat = add_volume(ARRAY, matrix_of(axes * [1, 1, 0]), "flat")
        self.assertFails("volume flat", geometry.check_grid, flat)

    def test_parent_that_shears(self):
        """Its nearest grid at right angles; prompts go through indices."""
        shear = np.eye(4)
        shear[0, 1] = 0.3
        volume = add_volume(ARRAY, matrix_of(ORIENTATIONS[9]))
        volume.SetAndObserveTransformNodeID(add_transform(shear).GetID())
        geometry.check_grid(volume)
        axes = np.reshape(geometry.volume_grid(volume).direction, (3, 3))
        np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-9)
        self.assertGreater(np.abs(axes[:, 0] @ (
            -ORIENTATIONS[9][:, 0] * [1, 1, -1])), 0.95)
        points = np.array([(1.0, 2.0, 3.0)])
        np.testing.assert_allclose(geometry.world_to_ijk(
            volume, geometry.ijk_to_world(volume, points)), points, atol=1e-9)

    def test_parent_that_bends(self):
        volume = add_volume(ARRAY, matrix_of(np.eye(3)), "bent")
        volume.SetAndObserveTransformNodeID(add_warp().GetID())
        points = np.array([(1.0, 2.0, 3.0), (4.0, 0.0, 6.0)])
        np.testing.assert_allclose(geometry.world_to_ijk(
            volume, geometry.ijk_to_world(volume, points)), points, atol=1e-3)
        segmentation = add_segmentation("plain")
        self.assertFails("segmentation plain: another transform than that of "
                         "volume bent, and not linear",
                         geometry.labelmap_matrix, volume, segmentation)
        segmentation.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
        np.testing.assert_array_equal(
            geometry.labelmap_matrix(volume, segmentation),
            geometry.ijk_to_ras(volume))

    def test_nifti(self):
        """A left-handed grid, which Slicer's reader turns round itself."""
        matrix = matrix_of(TURN @ ORIENTATIONS[1])
        array = np.zeros(SIZE, np.int16)
        array[1, 2, 3] = 7
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/odd.nii.gz"
            nibabel.save(nibabel.Nifti1Image(array, matrix), path)
            volume = self.application.volumes.AddArchetypeVolume(path, "odd")
        at = np.argwhere(slicer.util.arrayFromVolume(volume) == 7)[0][::-1]
        np.testing.assert_allclose(geometry.ijk_to_world(volume, at)[0],
                                   (matrix @ (1, 2, 3, 1))[:3], atol=1e-4)
        geometry.check_grid(volume)
        self.check(volume)


class Boxes(unittest.TestCase):
    """Boxes are half open, VTK's extents are not."""

    def test_extents(self):
        box = (1, 4, 2, 3, 0, 7)
        self.assertEqual(geometry.vtk_extent(box), [1, 3, 2, 2, 0, 6])
        self.assertEqual(geometry.box_of_extent([1, 3, 2, 2, 0, 6]), box)
        self.assertEqual(geometry.box_shape(box), (7, 1, 3))
        array = np.zeros((8, 8, 8))
        array[geometry.box_slices(box)] = 1
        self.assertEqual(array.sum(), 21)
        self.assertEqual(array[0, 2, 1], 1)
        image = vtk.vtkImageData()
        image.SetExtent(geometry.vtk_extent(box))
        self.assertEqual(image.GetDimensions(), (3, 1, 7))

    def test_sets(self):
        one, other = (0, 4, 0, 4, 0, 4), (2, 9, 3, 9, 4, 9)
        self.assertTrue(geometry.is_empty(geometry.intersection(one, other)))
        self.assertEqual(geometry.union([one, other, (3, 3, 0, 1, 0, 1)]),
                         (0, 9, 0, 9, 0, 9))
        self.assertIsNone(geometry.union([]))

    def test_voxels(self):
        np.testing.assert_array_equal(
            geometry.voxels_of([(-0.5, 0.49, 2.5)]), [(0, 0, 3)])


if __name__ == "__main__":
    unittest.main()
