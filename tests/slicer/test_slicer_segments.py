"""Writing, reading and watching MRML segments."""
import unittest

import numpy as np
import slicer
import slicer_stand_in
import vtk
from scenes import (ORIENTATIONS, TURN, SceneTest, add_segmentation,
                    add_transform, add_volume, matrix_of)

from MedalSLib import geometry
from MedalSLib.segments import SURFACE, TEXT_TAG, TISSUE, Segments
from MedalSLib.texts import Known

SIZE = (20, 22, 24)
KIDNEY = ("Segmentation category and type - 3D Slicer General Anatomy list"
          "~SCT^123037004^Anatomical Structure~SCT^64033007^Kidney"
          "~SCT^24028007^Right~Anatomic codes - DICOM master list~^^~^^")
KNOWN = Known("right kidney", "ct", True, (185, 102, 83), KIDNEY, ())


class SegmentsTest(SceneTest):
    """A volume and its segmentation."""

    def make(self, matrix=None, transform=None):
        volume = add_volume(np.zeros(SIZE[::-1], np.int16), matrix)
        if transform is not None:
            volume.SetAndObserveTransformNodeID(
                add_transform(transform).GetID())
        segments = Segments(add_segmentation(), volume)
        segments.prepare()
        return segments

    def whole(self, segments, segment_id):
        """A segment's voxels over the volume, by Slicer's own export."""
        return slicer.util.arrayFromSegmentBinaryLabelmap(
            segments.node, segment_id, segments.volume) != 0


class Writing(SegmentsTest):
    """Boxes come to where they belong, and nowhere else."""

    def test_48_orientations(self):
        box = (3, 7, 5, 6, 8, 20)
        for axes in ORIENTATIONS:
            segments = self.make(matrix_of(axes))
            name = segments.make("liver")
            segments.write([(name, box, np.ones(geometry.box_shape(box)))])
            expected = np.zeros(SIZE[::-1], bool)
            expected[geometry.box_slices(box)] = True
            with self.subTest(axes=axes.tolist()):
                np.testing.assert_array_equal(
                    self.whole(segments, name), expected)
            self.application.scene.Clear()

    def test_corner_in_the_world(self):
        """The voxel's centre in Slicer's own closed surface and in ours."""
        for transform in (None, matrix_of(TURN, (1, 1, 1), (3, 4, 5))):
            segments = self.make(matrix_of(ORIENTATIONS[13]), transform)
            name = segments.make("dot")
            segments.write([(name, (9, 10, 4, 5, 17, 18),
                             np.ones((1, 1, 1)))])
            bounds = np.zeros(6)
            segments.node.GetRASBounds(bounds)
            centre = bounds.reshape(3, 2).mean(axis=1)
            np.testing.assert_allclose(centre, geometry.ijk_to_world(
                segments.volume, [(9, 4, 17)])[0], atol=1e-5)

    def test_replace_a_piece(self):
        segments = self.make()
        name = segments.make("a")
        rng = np.random.default_rng(1)
        truth = np.zeros(SIZE[::-1], bool)
        for _ in range(12):
            low = rng.integers(0, 15, 3)
            high = low + rng.integers(1, 6, 3)
            box = tuple(int(v) for v in np.stack([low, high], 1).ravel())
            mask = rng.random(geometry.box_shape(box)) < 0.5
            segments.write([(name, box, mask)])
            truth[geometry.box_slices(box)] = mask
            np.testing.assert_array_equal(self.whole(segments, name), truth)
            np.testing.assert_array_equal(segments.read(
                name, (0, SIZE[0], 0, SIZE[1], 0, SIZE[2])) != 0, truth)
        self.assertEqual(segments.count(name), truth.sum())

    def test_foreign_segment_is_never_touched(self):
        """In the same layer, under the written voxels."""
        segments = self.make()
        foreign, ours = segments.make("tumour"), segments.make("liver")
        box = (0, 10, 0, 10, 0, 10)
        cube = np.ones((10, 10, 10))
        segments.write([(foreign, box, cube)])
        self.assertIn(ours, segments.sharing(foreign))
        segments.write([(ours, (5, 15, 5, 15, 5, 15), cube)])
        self.assertEqual(segments.count(foreign), 1000)
        self.assertEqual(segments.count(ours), 1000)
        segments.write([(ours, (5, 15, 5, 15, 5, 15), 0 * cube)])
        self.assertEqual(segments.count(foreign), 1000)
        self.assertEqual(segments.count(ours), 0)
        segments.write([(ours, (5, 15, 5, 15, 5, 15), cube)], [foreign])
        self.assertEqual(segments.count(foreign), 875)

    def test_classes_stay_in_one_layer(self):
        """Two that swap voxels: no layer of their own for that."""
        segments = self.make()
        pair = [segments.make("a"), segments.make("b")]
        rng = np.random.default_rng(2)
        box = (0, 12, 0, 12, 0, 12)
        for _ in range(4):
            label = rng.integers(0, 3, (12, 12, 12))
            segments.write([(name, box, label == value)
                            for value, name in enumerate(pair, 1)])
            for value, name in enumerate(pair, 1):
                np.testing.assert_array_equal(
                    segments.read(name, box), label == value)
        self.assertEqual(segments.segmentation.GetNumberOfLayers(), 1)

    def test_grids_that_differ(self):
        segments = self.make()
        segments.write([(segments.make("a"), (0, 2, 0, 2, 0, 2),
                         np.ones((2, 2, 2)))])
        other = add_volume(np.zeros((9, 9, 9), np.int16),
                           matrix_of(TURN), "other")
        self.assertFails("segmentation result: another grid than volume other",
                         Segments(segments.node, other).prepare)

    def geometry(self, segments):
        """Matrix to the world and size of what Slicer's tools will make."""
        image = slicer.vtkOrientedImageData()
        converter = slicer.vtkSegmentationConverter
        self.assertTrue(converter.DeserializeImageGeometry(
            segments.segmentation.GetConversionParameter(
                converter.GetReferenceImageGeometryParameterName()),
            image, False))
        matrix = vtk.vtkMatrix4x4()
        image.GetImageToWorldMatrix(matrix)
        return (geometry.between(segments.node, None) @
                geometry.array_of(matrix), image.GetDimensions())

    def assertOnVolume(self, segments):
        matrix, size = self.geometry(segments)
        np.testing.assert_allclose(
            matrix, geometry.between(segments.volume, None) @
            geometry.ijk_to_ras(segments.volume), atol=1e-4)
        self.assertEqual(size, SIZE)

    def test_geometry_under_another_transform(self):
        """A segmentation that had a transform, and the volume has its own."""
        for own in (None, matrix_of(TURN.T, (1, 1, 1))):
            volume = add_volume(np.zeros(SIZE[::-1], np.int16),
                                matrix_of(TURN))
            if own is not None:
                volume.SetAndObserveTransformNodeID(
                    add_transform(own).GetID())
            node = add_segmentation()
            node.SetAndObserveTransformNodeID(add_transform(
                matrix_of(TURN, (1, 1, 1), (9, 8, 7))).GetID())
            segments = Segments(node, volume)
            segments.prepare()
            self.assertOnVolume(segments)

    def test_geometry_of_another_volume(self):
        """Segments without a voxel bind to nothing; those with voxels on the
        volume's grid are its own, whatever geometry was set."""
        for paints in (False, True):
            segments = self.make(matrix_of(TURN))
            name = segments.make("a")
            if paints:
                segments.write([(name, (2, 8, 2, 8, 2, 8),
                                 np.ones((6, 6, 6)))])
            other = add_volume(np.zeros((9, 9, 9), np.int16),
                               matrix_of(ORIENTATIONS[7], (3, 3, 3)))
            segments.node.SetReferenceImageGeometryParameterFromVolumeNode(
                other)
            segments.prepare()
            self.assertOnVolume(segments)
            self.assertEqual(segments.count(name), 216 if paints else 0)
        empty = self.make()
        empty.make("a")
        moved = Segments(empty.node, other)
        moved.prepare()
        np.testing.assert_allclose(self.geometry(moved)[0],
                                   geometry.ijk_to_ras(other), atol=1e-4)
        self.assertEqual(self.geometry(moved)[1], (9, 9, 9))

    def test_surface_as_source(self):
        segments = self.make()
        segments.write([(segments.make("a"), (2, 8, 2, 8, 2, 8),
                         np.ones((6, 6, 6)))])
        segments.node.CreateClosedSurfaceRepresentation()
        segments.segmentation.SetSourceRepresentationName(SURFACE)
        self.assertFails("segmentation result: its source is Closed surface; "
                         "expected Binary labelmap", segments.prepare)


class Names(SegmentsTest):
    """Names, colours and codes."""

    def test_known(self):
        segments = self.make()
        segment = segments.get(segments.make("right kidney", "right kidney",
                                             KNOWN))
        self.assertEqual(segment.GetName(), "right kidney")
        np.testing.assert_allclose(segment.GetColor(),
                                   np.array(KNOWN.rgb) / 255)
        self.assertEqual(segment.GetTerminology(), KIDNEY)
        value = vtk.reference("")
        self.assertTrue(segment.GetTag(TEXT_TAG, value))
        self.assertEqual(str(value), "right kidney")

    def test_same_name_twice(self):
        segments = self.make()
        one, other = segments.make("liver"), segments.make("liver")
        self.assertNotEqual(one, other)
        self.assertEqual(segments.name(other), "liver 2")
        self.assertNotEqual(segments.get(one).GetColor(),
                            segments.get(other).GetColor())

    @unittest.skipUnless(slicer_stand_in.terms_folder(),
                         "no *.term.json of Slicer (wheel of trame-slicer)")
    def test_slicers_own_lists(self):
        """One entry a look-up: the modifier of the last one does not stay."""
        segments = self.make()
        entries = [segments.get(segments.make(name)).GetTerminology()
                   for name in ("Right Kidney", "liver", "no such thing")]
        self.assertIn("64033007", entries[0])
        self.assertIn("^Right~", entries[0])
        self.assertIn("10200004", entries[1])
        self.assertNotIn("Right", entries[1])
        self.assertEqual(entries[2], TISSUE)

    def test_stray_labels(self):
        """After an import by IDs, values without a segment stay in the layer;
        a new segment must not own them."""
        array = np.zeros(SIZE[::-1], np.uint8)
        array[2:5], array[8:12] = 1, 2
        label = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLLabelMapVolumeNode", "labels")
        volume = add_volume(array)
        label.SetAndObserveImageData(volume.GetImageData())
        node = add_segmentation()
        ids = vtk.vtkStringArray()
        ids.InsertNextValue("first")
        self.assertTrue(self.application.segmentations
                        .ImportLabelmapToSegmentationNode(label, node, ids))
        segments = Segments(node, volume)
        segments.prepare()
        self.assertEqual(segments.count(segments.make("new")), 0)
        self.assertEqual(segments.count("first"), 3 * SIZE[0] * SIZE[1])


class Watching(SegmentsTest):
    """Others' edits are seen, ours are not."""

    def setUp(self):
        super().setUp()
        self.segments = self.make()
        self.name = self.segments.make("a")
        self.segments.write([(self.name, (2, 8, 2, 8, 2, 8),
                              np.ones((6, 6, 6)))])
        self.seen = []
        self.segments.watch(self.seen.append)
        self.addCleanup(self.segments.unwatch)

    def test_ours(self):
        self.segments.write([(self.name, (2, 4, 2, 4, 2, 4),
                              np.zeros((2, 2, 2)))])
        self.segments.make("b")
        self.assertEqual(self.seen, [])

    def test_paint(self):
        """What an effect of Slicer does."""
        brush = slicer.vtkOrientedImageData()
        brush.SetExtent(0, 3, 0, 3, 0, 3)
        brush.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
        brush.GetPointData().GetScalars().Fill(1)
        logic = slicer.vtkSlicerSegmentationsModuleLogic
        logic.SetBinaryLabelmapToSegment(brush, self.segments.node, self.name,
                                         logic.MODE_MERGE_MAX, (0, 3) * 3)
        self.assertTrue(self.seen)
        self.assertTrue(all(seen in (self.name, None) for seen in self.seen))

    def test_remove(self):
        self.segments.segmentation.RemoveSegment(self.name)
        self.assertTrue(self.seen)

    def test_slicers_undo(self):
        history = slicer.vtkSegmentationHistory()
        history.SetSegmentation(self.segments.segmentation)
        history.SaveState()
        self.segments.write([(self.name, (2, 4, 2, 4, 2, 4),
                              np.zeros((2, 2, 2)))])
        self.assertEqual(self.seen, [])
        history.RestorePreviousState()
        self.assertTrue(self.seen)
        self.assertEqual(self.segments.count(self.name), 216)

    def test_surfaces(self):
        """Only of what is written, once, and of what is shown."""
        other, hidden = self.segments.make("b"), self.segments.make("c")
        node = self.segments.node
        node.CreateDefaultDisplayNodes()
        node.GetDisplayNode().SetSegmentVisibility3D(hidden, False)
        node.CreateClosedSurfaceRepresentation()
        self.seen.clear()
        has = self.segments.has_surface
        box, cube = (10, 14, 10, 14, 10, 14), np.ones((4, 4, 4))
        self.segments.write([(self.name, box, cube)])
        self.segments.write([(self.name, box, 0 * cube), (hidden, box, cube),
                             (other, box, 0 * cube)])
        self.assertEqual([has(name) for name in (self.name, other, hidden)],
                         [False, True, False])
        self.assertTrue(self.segments.lacks_surfaces)
        self.segments.make_surfaces()
        self.assertEqual([has(name) for name in (self.name, other, hidden)],
                         [True, True, False])
        node.GetDisplayNode().SetSegmentVisibility3D(hidden, True)
        self.segments.make_surfaces()
        self.assertTrue(has(hidden))
        self.assertFalse(self.segments.lacks_surfaces)
        self.assertEqual(self.seen, [])


if __name__ == "__main__":
    unittest.main()
