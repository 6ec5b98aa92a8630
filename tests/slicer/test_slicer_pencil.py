"""The mouse in a slice view, by real interactors and slice nodes."""
import unittest

import slicer
import vtk
from logic_case import BALLS, LogicTest
from scenes import ORIENTATIONS, TURN, matrix_of

from MedalSLib import geometry
from MedalSLib.failure import Failure
from MedalSLib.pencil import MarkupsClicks, Pencil, SliceView


class Views(LogicTest):
    """A slice view of 300 x 300 pixels through the first ball."""

    def setUp(self):
        super().setUp()
        self.start(matrix_of(TURN @ ORIENTATIONS[6]), answer="instant")
        self.pencil = Pencil(self.logic, lambda: self.ball)
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSliceNode", "Red")
        node.SetDimensions(300, 300, 1)
        node.SetFieldOfView(150, 150, 1)
        corner = geometry.ijk_to_world(self.volume, [BALLS[0][0]])[0]
        node.SetOrientationToCoronal()
        matrix = node.GetSliceToRAS()
        for row in range(3):
            matrix.SetElement(row, 3, corner[row])
        node.UpdateMatrices()
        self.view = SliceView(self.pencil, node)
        self.interactor = vtk.vtkGenericRenderWindowInteractor()
        self.below = []
        for event in SliceView.EVENTS:
            self.interactor.AddObserver(
                event, lambda _, name: self.below.append(name), 1.0)
        self.view.attach(self.interactor)
        self.addCleanup(self.view.detach)

    def mouse(self, event, xy):
        """A mouse event of the view at a pixel."""
        self.interactor.SetEventInformation(int(xy[0]), int(xy[1]))
        self.interactor.InvokeEvent(event)

    def drag(self, *pixels):
        """Press, move along, release."""
        self.mouse("LeftButtonPressEvent", pixels[0])
        for xy in pixels[1:]:
            self.mouse("MouseMoveEvent", xy)
            self.logic.pump()
        self.mouse("LeftButtonReleaseEvent", pixels[-1])
        self.wait()

    def voxel(self, xy):
        """The voxel (k, j, i) under a pixel."""
        return tuple(geometry.voxels_of(geometry.world_to_ijk(
            self.volume, [self.view.ras(xy)]))[0][::-1])

    def test_no_tool(self):
        """Without a tool the events are the view's own."""
        self.drag((150, 150), (160, 150))
        self.assertIn("LeftButtonPressEvent", self.below)
        self.assertEqual(self.logic.voxels(self.ball), 0)

    def test_point(self):
        self.pencil.tool = "point"
        self.drag((150, 150))
        self.assertEqual(self.below, [])
        self.assertTrue(self.mask(self.ball)[self.voxel((150, 150))])
        self.assertEqual(self.voxel((150, 150)), BALLS[0][0][::-1])
        self.pencil.positive = False
        self.drag((180, 150))
        self.assertFalse(self.mask(self.ball)[self.voxel((180, 150))])

    def test_scribble(self):
        self.pencil.tool = "scribble"
        pixels = [(145 + n, 140) for n in range(0, 20, 2)]
        self.drag(*pixels)
        mask = self.mask(self.ball)
        self.assertTrue(all(mask[self.voxel(xy)] for xy in pixels))
        self.logic.undo()
        self.wait()
        self.assertEqual(self.logic.voxels(self.ball), 0)

    def test_lasso(self):
        self.pencil.tool = "lasso"
        self.drag((140, 140), (160, 140), (160, 160), (140, 160), (140, 142))
        mask = self.mask(self.ball)
        self.assertTrue(mask[self.voxel((150, 150))])
        self.assertTrue(mask[self.voxel((146, 154))])
        self.assertIsNone(self.pencil.outline)

    def test_box(self):
        self.pencil.tool = "point"
        self.drag((150, 150))
        self.pencil.tool, self.pencil.positive = "box", False
        self.mouse("LeftButtonPressEvent", (140, 140))
        self.mouse("MouseMoveEvent", (150, 158))
        self.assertEqual(self.pencil.outline.shape, (4, 3))
        self.assertEqual(slicer.mrmlScene.GetNodesByClass(
            "vtkMRMLMarkupsNode").GetNumberOfItems(), 0)
        self.mouse("LeftButtonReleaseEvent", (160, 160))
        self.wait()
        mask = self.mask(self.ball)
        self.assertFalse(any(mask[self.voxel(xy)] for xy in (
            (141, 141), (141, 159), (159, 141), (159, 159), (150, 150))))
        self.assertIsNone(self.pencil.outline)

    def test_dropped(self):
        self.pencil.tool = "scribble"
        self.mouse("LeftButtonPressEvent", (150, 150))
        self.mouse("MouseMoveEvent", (155, 150))
        self.pencil.cancel()
        self.wait()
        self.mouse("MouseMoveEvent", (170, 150))
        self.mouse("LeftButtonReleaseEvent", (170, 150))
        self.wait()
        self.assertEqual(self.logic.voxels(self.ball), 0)

    def test_lasso_without_area(self):
        """One clear line, and the next stroke works."""
        self.pencil.tool = "lasso"
        self.mouse("LeftButtonPressEvent", (150, 150))
        self.mouse("LeftButtonReleaseEvent", (150, 150))
        self.logic.wait()
        self.assertEqual(len(self.errors), 1)
        self.assertNotIn("\n", self.errors[0])
        self.errors.clear()
        self.pencil.tool = "scribble"
        self.drag((150, 150), (156, 150))
        self.assertTrue(self.mask(self.ball)[self.voxel((153, 150))])

    def test_no_segment(self):
        def none():
            raise Failure("segment: none selected; expected one")

        self.pencil.tool, self.pencil.segment = "point", none
        self.mouse("LeftButtonPressEvent", (150, 150))
        self.assertEqual(self.errors, ["segment: none selected; expected one"])

    def test_markups(self):
        """A placed control point is a click where Slicer says it is."""
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
        clicks = MarkupsClicks(self.pencil, node)
        ras = geometry.ijk_to_world(self.volume, [(40.3, 37.8, 30.1)])[0]
        node.AddControlPointWorld(list(ras))
        self.wait()
        self.assertTrue(self.mask(self.ball)[30, 38, 40])
        clicks.close()


if __name__ == "__main__":
    unittest.main()
