"""The tool in hand: mouse events of slice views become calls of the logic.

    press, move, release at RAS points --> Pencil --> click, stroke, box

Pencil knows no view. SliceView binds it to the interactor and the slice node
of one view (VTK and MRML only), for the panel; the Segment Editor's effect
hands its events to the same SliceView; markups that are placed in a view
become clicks by MarkupsClicks.
"""
from typing import Callable, List, Optional, Sequence, Tuple

import numpy as np
import slicer
import vtk

from .failure import line_of
from .logic import Logic
from .stroke import Stroke

#: Tools, the letter that takes each in hand, and what it is called. The
#: letters are those that users of SlicerNNInteractive know.
TOOLS = {"point": ("O", "Point"), "box": ("B", "Bounding box"),
         "scribble": ("S", "Scribble"), "lasso": ("L", "Lasso")}

#: A scribble's or lasso's point is dropped when it is nearer to the last one.
STEP_MM = 0.3


class Outline:
    """A closed line in the views while a box or a lasso is drawn; a node of
    the scene that is neither saved nor selectable."""

    def __init__(self):
        self._node = None

    def show(self, points: np.ndarray) -> None:
        """Shows a polygon of RAS points [n,3]."""
        if self._node is None or self._node.GetScene() is None:
            self._node = self._make()
        corners = vtk.vtkPoints()
        for point in points:
            corners.InsertNextPoint(point)
        self._node.SetControlPointPositionsWorld(corners)

    def hide(self) -> None:
        """Takes it away."""
        if self._node is not None and self._node.GetScene() is not None:
            slicer.mrmlScene.RemoveNode(self._node)
        self._node = None

    @staticmethod
    def _make():
        node = slicer.vtkMRMLMarkupsClosedCurveNode()
        node.SetName("Medal S outline")
        node.SetHideFromEditors(True)
        node.SaveWithSceneOff()
        node.SetLocked(True)
        slicer.mrmlScene.AddNode(node)
        node.SetCurveTypeToLinear()
        node.CreateDefaultDisplayNodes()
        display = node.GetDisplayNode()
        if display is not None:
            display.SetPointLabelsVisibility(False)
            display.SetPropertiesLabelVisibility(False)
            display.SetGlyphScale(0.1)
        return node


class Pencil:
    """Tool, sign, brush and the segment that they work on."""

    def __init__(self, logic: Logic, segment: Callable[[], str]):
        self.logic = logic
        self.segment = segment  #: ID of the segment to work on
        self.tool: Optional[str] = None
        self.positive = True
        self.radius_mm = 1.5
        self.on_begin: Callable[[], None] = lambda: None
        self._stroke: Optional[Stroke] = None
        self._points: List[np.ndarray] = []
        self._plane: Optional[Tuple[np.ndarray, np.ndarray]] = None
        self._outline = Outline()

    @property
    def is_drawing(self) -> bool:
        """Whether the button is down."""
        return bool(self._points)

    def press(self, ras: Sequence[float], axes: np.ndarray) -> bool:
        """The button goes down at a RAS point; axes [2,3]: right and up of
        the view in RAS. True: the event is ours."""
        if self.tool is None:
            return False
        self._points = [np.array(ras, float)]
        self._plane = tuple(np.asarray(axes, float))
        self._try(self._begin)
        return True

    def move(self, ras: Sequence[float]) -> bool:
        """The mouse moves. True: the event is ours."""
        if not self._points:
            return False
        point = np.array(ras, float)
        if self.tool == "box":
            self._points[1:] = [point]
            self._outline.show(self._corners())
        elif np.linalg.norm(point - self._points[-1]) >= STEP_MM:
            self._points.append(point)
            if self._stroke is not None:
                self._try(lambda: self._stroke.append(point[None]))
            if self.tool == "lasso":
                self._outline.show(np.array(self._points))
        return True

    def release(self, ras: Sequence[float]) -> bool:
        """The button goes up. True: the event is ours."""
        if not self._points:
            return False
        self.move(ras)
        self._try(self._end)
        self._drop()
        return True

    def cancel(self) -> None:
        """Drops what is being drawn."""
        if self._stroke is not None:
            self._stroke.cancel()
        self._drop()

    def _begin(self) -> None:
        self.on_begin()
        if self.tool == "point":
            self.logic.click_world(self.segment(), self._points[0],
                                   self.positive)
        elif self.tool != "box":
            self._stroke = self.logic.begin_stroke(
                self.segment(), self._points[0][None], self.positive,
                self.tool, self.radius_mm)

    def _end(self) -> None:
        if self._stroke is not None:
            self._stroke.end()
        elif self.tool == "box":
            self.logic.box_world(self.segment(), self._corners(),
                                 self.positive)

    def _corners(self) -> np.ndarray:
        """The four corners [4,3] of a box in the plane of the view."""
        first, last = self._points[0], self._points[-1]
        right, up = self._plane
        across = np.dot(last - first, right) / np.dot(right, right) * right
        return np.array([first, first + across, last,
                         first + np.dot(last - first, up) /
                         np.dot(up, up) * up])

    def _drop(self) -> None:
        self._points, self._stroke = [], None
        self._outline.hide()

    def _try(self, call: Callable[[], None]) -> None:
        """Errors go where the logic's go; the drawing is dropped."""
        try:
            call()
        except Exception as error:
            self._drop()
            self.logic.on_error(line_of(error))


class SliceView:
    """One slice view's mouse, for a pencil."""

    EVENTS = ("LeftButtonPressEvent", "MouseMoveEvent",
              "LeftButtonReleaseEvent")

    def __init__(self, pencil: Pencil, slice_node):
        self.pencil = pencil
        self.slice_node = slice_node
        self._interactor = None
        self._tags: List[int] = []

    def attach(self, interactor) -> None:
        """Listens to a view's interactor, before the view's own tools."""
        self._interactor = interactor

        def told(caller, event) -> None:
            if self.handle(event, caller.GetEventPosition()):
                for tag in self._tags:
                    caller.GetCommand(tag).SetAbortFlag(1)

        self._tags = [interactor.AddObserver(event, told, 10.0)
                      for event in self.EVENTS]

    def detach(self) -> None:
        """Ends attach()."""
        for tag in self._tags:
            self._interactor.RemoveObserver(tag)
        self._tags = []

    def handle(self, event: str, xy: Sequence[int]) -> bool:
        """An event at pixels of the view. True: it is ours."""
        ras = self.ras(xy)
        if event == "LeftButtonPressEvent":
            return self.pencil.press(ras, self.axes())
        if event == "MouseMoveEvent":
            return self.pencil.move(ras)
        if event == "LeftButtonReleaseEvent":
            return self.pencil.release(ras)
        return False

    def ras(self, xy: Sequence[int]) -> np.ndarray:
        """RAS point [3] of the world under a pixel of the view."""
        matrix = self.slice_node.GetXYToRAS()
        return np.array(matrix.MultiplyPoint((xy[0], xy[1], 0, 1))[:3])

    def axes(self) -> np.ndarray:
        """Right and up of the view in RAS [2,3]."""
        origin = self.ras((0, 0))
        return np.array([self.ras((1, 0)) - origin,
                         self.ras((0, 1)) - origin])


class MarkupsClicks:
    """Control points that are placed in a markups node become clicks; each is
    taken away when it has been used."""

    def __init__(self, pencil: Pencil, node):
        self._pencil = pencil
        self._node = node
        self._tag = node.AddObserver(
            slicer.vtkMRMLMarkupsNode.PointPositionDefinedEvent, self._placed)

    def close(self) -> None:
        """Listens no more."""
        self._node.RemoveObserver(self._tag)

    def _placed(self, *_) -> None:
        last = self._node.GetNumberOfControlPoints() - 1
        if last < 0:
            return
        ras = list(self._node.GetNthControlPointPositionWorld(last))
        pencil = self._pencil
        pencil._try(lambda: pencil.logic.click_world(
            pencil.segment(), ras, pencil.positive))
