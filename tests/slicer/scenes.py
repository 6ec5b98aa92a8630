"""Volumes and segmentations that the tests of the Slicer modules share."""
import itertools
import unittest

import numpy as np
import slicer
import slicer_stand_in
import vtk
from vtk.util.numpy_support import numpy_to_vtk

from MedalSLib import geometry

#: The 48 ways of laying i,j,k along the axes of the patient: [3,3] each.
ORIENTATIONS = [
    np.array([[sign[c] if order[c] == r else 0 for c in range(3)]
              for r in range(3)], float)
    for order in itertools.permutations(range(3))
    for sign in itertools.product((1, -1), repeat=3)]

#: A turn by odd angles [3,3].
TURN = np.linalg.qr(np.array([[3.0, 1.0, 0.4], [-0.9, 2.7, 0.5],
                              [0.2, -0.6, 3.1]]))[0]


def matrix_of(axes, spacing=(1.0, 1.5, 2.5), origin=(11.0, -7.0, 23.0)):
    """IJKToRAS [4,4] of unit axes [3,3], mm along i,j,k, RAS origin."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.asarray(axes) * spacing
    matrix[:3, 3] = origin
    return matrix


def add_volume(array, matrix=None, name="image"):
    """A scalar volume node of an array [k,j,i] with an IJKToRAS [4,4]."""
    array = np.ascontiguousarray(array)
    image = vtk.vtkImageData()
    image.SetDimensions(array.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(array.ravel(), deep=True))
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    node.SetAndObserveImageData(image)
    if matrix is not None:
        node.SetIJKToRASMatrix(geometry.vtk_matrix(matrix))
    return node


def add_transform(matrix, name="transform"):
    """A linear transform node with a matrix to parent [4,4]."""
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode", name)
    node.SetMatrixTransformToParent(geometry.vtk_matrix(matrix))
    return node


def add_warp(name="warp"):
    """A transform node that is not linear."""
    spline = vtk.vtkThinPlateSplineTransform()
    spline.SetBasisToR()
    source, target = vtk.vtkPoints(), vtk.vtkPoints()
    for corner in itertools.product((-50.0, 50.0), repeat=3):
        source.InsertNextPoint(corner)
        target.InsertNextPoint(corner)
    source.InsertNextPoint(0, 0, 0)
    target.InsertNextPoint(4, -3, 2)
    spline.SetSourceLandmarks(source)
    spline.SetTargetLandmarks(target)
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode", name)
    node.SetAndObserveTransformToParent(spline)
    return node


def add_segmentation(name="result"):
    """An empty segmentation node."""
    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)


class SceneTest(unittest.TestCase):
    """A test with a scene of its own."""

    make_application = slicer_stand_in.Application

    def setUp(self):
        self.application = self.make_application()
        self.addCleanup(self.application.close)

    def assertFails(self, pattern, call, *arguments):
        """`call` raises Failure with one line that fits a pattern."""
        from MedalSLib.failure import Failure

        with self.assertRaisesRegex(Failure, pattern) as caught:
            call(*arguments)
        self.assertEqual(str(caught.exception).count("\n"), 0)
