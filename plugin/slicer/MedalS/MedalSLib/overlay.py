"""What is drawn over a slice view: the marks and what is being drawn. One 2D
actor in the view's own renderer; nothing of it is in the scene, so nothing is
saved, listed or made the active markups node.
"""
from typing import Iterable, List, Optional, Tuple

import numpy as np
import vtk

from .marks import Mark

GREEN, RED, YELLOW = (70, 220, 90), (235, 60, 60), (255, 220, 60)

#: Half the size of a + or a -, in pixels.
SIGN = 6

#: A mark is seen in a slice that is nearer than this, in slices.
NEAR = 0.75

#: A line through pixels [n,2], and its colour.
Line = Tuple[np.ndarray, Tuple[int, int, int]]


def sign_lines(xy: np.ndarray, positive: bool) -> List[np.ndarray]:
    """A + or a - at a pixel [2]."""
    across = np.array([[-SIGN, 0], [SIGN, 0]]) + xy
    upright = np.array([[0, -SIGN], [0, SIGN]]) + xy
    return [across, upright] if positive else [across]


def mark_lines(mark: Mark, to_xy: np.ndarray) -> List[Line]:
    """Lines of a mark in a view; to_xy [4,4]: RAS to pixels and slices."""
    points = np.c_[mark.points, np.ones(len(mark.points))] @ to_xy.T
    near = np.abs(points[:, 2]) <= NEAR
    colour = GREEN if mark.positive else RED
    lines: List[np.ndarray] = []
    for run in np.split(np.arange(len(near)), np.flatnonzero(
            np.diff(near)) + 1):
        if near[run[0]] and len(run) > 1:
            lines.append(points[run, :2])
    if mark.kind in ("box", "lasso") and near.all():
        lines.append(points[[-1, 0], :2])
    if near.any():
        lines += sign_lines(points[near][0, :2], mark.positive)
    return [(line, colour) for line in lines]


class Overlay:
    """The actor of one view."""

    def __init__(self, renderer):
        self._renderer = renderer
        self._data = vtk.vtkPolyData()
        mapper = vtk.vtkPolyDataMapper2D()
        mapper.SetInputData(self._data)
        self.actor = vtk.vtkActor2D()
        self.actor.SetMapper(mapper)
        self.actor.GetProperty().SetLineWidth(2)
        self.actor.PickableOff()
        renderer.AddViewProp(self.actor)

    def draw(self, marks: Iterable[Mark], outline: Optional[np.ndarray],
             to_xy: np.ndarray) -> None:
        """Draws marks, and a closed outline of RAS points [n,3]."""
        lines = [line for mark in marks for line in mark_lines(mark, to_xy)]
        if outline is not None:
            points = np.c_[outline, np.ones(len(outline))] @ to_xy.T
            lines.append((points[[*range(len(points)), 0], :2], YELLOW))
        self._fill(lines)

    def _fill(self, lines: List[Line]) -> None:
        points, cells = vtk.vtkPoints(), vtk.vtkCellArray()
        colours = vtk.vtkUnsignedCharArray()
        colours.SetNumberOfComponents(3)
        for line, colour in lines:
            cells.InsertNextCell(len(line))
            for x, y in line:
                cells.InsertCellPoint(points.InsertNextPoint(x, y, 0))
            colours.InsertNextTuple3(*colour)
        self._data.SetPoints(points)
        self._data.SetLines(cells)
        self._data.GetCellData().SetScalars(colours)
        self._data.Modified()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn."""
        return self._data.GetNumberOfCells() == 0

    def close(self) -> None:
        """Takes the actor away."""
        self._renderer.RemoveViewProp(self.actor)
