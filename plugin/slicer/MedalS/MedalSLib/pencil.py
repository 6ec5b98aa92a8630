"""The tool in hand: mouse events of slice views become calls of the logic.

    press, move, release at RAS points --> Pencil --> click, stroke, box

Pencil knows no view. SliceView binds it to the interactor and the slice node
of one view (VTK and MRML only), for the panel; the Segment Editor's effect
hands its events to the same SliceView; Views holds those of a layout, and
follows it. Markups that are placed in a view become clicks by MarkupsClicks.
"""
from typing import Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np
import slicer
import vtk

from . import geometry
from .failure import line_of
from .logic import Logic
from .overlay import Overlay
from .stroke import Stroke

#: Tools, the letter that takes each in hand, and what it is called. The
#: letters are those that users of SlicerNNInteractive know.
TOOLS = {"point": ("O", "Point"), "box": ("B", "Bounding box"),
         "scribble": ("S", "Scribble"), "lasso": ("L", "Lasso")}

#: A scribble's or lasso's point is dropped when it is nearer to the last one.
STEP_MM = 0.3


class Pencil:
    """Tool, sign, brush and the segment that they work on."""

    def __init__(self, logic: Optional[Logic], segment: Callable[[], str]):
        self.logic = logic
        self.segment = segment  #: ID of the segment to work on
        self.tool: Optional[str] = None
        self.positive = True
        self.radius_mm = 1.5
        self.on_begin: Callable[[], None] = lambda: None
        #: Called when `outline` has changed.
        self.on_outline: Callable[[], None] = lambda: None
        #: A closed line of RAS points [n,3] that is being drawn, or None.
        self.outline: Optional[np.ndarray] = None
        self._stroke: Optional[Stroke] = None
        self._points: List[np.ndarray] = []
        self._plane: Optional[Tuple[np.ndarray, np.ndarray]] = None
        self._is_dropped = False  #: the button is down, for nothing

    @property
    def is_drawing(self) -> bool:
        """Whether something is being drawn."""
        return bool(self._points)

    def press(self, ras: Sequence[float], axes: np.ndarray) -> bool:
        """The button goes down at a RAS point; axes [2,3]: right and up of
        the view in RAS. True: the event is ours."""
        self._is_dropped = False
        if self.tool is None:
            return False
        self._points = [np.array(ras, float)]
        self._plane = tuple(np.asarray(axes, float))
        self._try(self._begin)
        return True

    def move(self, ras: Sequence[float]) -> bool:
        """The mouse moves. True: the event is ours."""
        if not self._points:
            return self._is_dropped
        point = np.array(ras, float)
        if self.tool == "box":
            self._points[1:] = [point]
            self._show(self._corners())
        elif np.linalg.norm(point - self._points[-1]) >= STEP_MM:
            self._points.append(point)
            if self._stroke is not None:
                self._try(lambda: self._stroke.append(point[None]))
            if self.tool == "lasso" and self._points:
                self._show(np.array(self._points))
        return True

    def release(self, ras: Sequence[float]) -> bool:
        """The button goes up. True: the event is ours."""
        if not self._points:
            was_dropped, self._is_dropped = self._is_dropped, False
            return was_dropped
        self.move(ras)
        if self._points:
            self._try(self._end)
        self._drop()
        self._is_dropped = False
        return True

    def cancel(self) -> None:
        """Drops what is being drawn; the button's other events stay ours."""
        if self._stroke is not None:
            self._stroke.cancel()
        self._drop()

    def _begin(self) -> None:
        if self.tool == "box":  # nothing is asked for before it is there
            return
        self.on_begin()
        if self.tool == "point":
            self.logic.click_world(self.segment(), self._points[0],
                                   self.positive)
        else:
            self._stroke = self.logic.begin_stroke(
                self.segment(), self._points[0][None], self.positive,
                self.tool, self.radius_mm)

    def _end(self) -> None:
        if self._stroke is not None:
            self._stroke.end()
        elif self.tool == "box":
            self.on_begin()
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

    def _show(self, outline: Optional[np.ndarray]) -> None:
        if outline is not None or self.outline is not None:
            self.outline = outline
            self.on_outline()

    def _drop(self) -> None:
        self._is_dropped = bool(self._points)
        self._points, self._stroke = [], None
        self._show(None)

    def _try(self, call: Callable[[], None]) -> None:
        """Errors go where the logic's go; the drawing is dropped."""
        try:
            call()
        except Exception as error:
            self._drop()
            self.logic.on_error(line_of(error))


class SliceView:
    """One slice view's mouse and overlay, for a pencil."""

    EVENTS = ("LeftButtonPressEvent", "LeftButtonDoubleClickEvent",
              "MouseMoveEvent", "LeftButtonReleaseEvent")

    def __init__(self, pencil: Pencil, slice_node,
                 render: Callable[[], None] = lambda: None):
        self.pencil = pencil
        self.slice_node = slice_node
        self._render = render
        self._interactor = None
        self._tags: List[int] = []
        self._node_tag: Optional[int] = None
        self._overlay: Optional[Overlay] = None

    def attach(self, interactor) -> None:
        """Listens to a view's interactor, before the view's own tools."""
        self._interactor = interactor

        def told(caller, event) -> None:
            if self.handle(event, caller.GetEventPosition(),
                           has_modifier(caller)):
                for tag in self._tags:
                    caller.GetCommand(tag).SetAbortFlag(1)

        self._tags = [interactor.AddObserver(event, told, 10.0)
                      for event in self.EVENTS]

    def cover(self, interactor) -> None:
        """Draws over the view from now on."""
        window = interactor.GetRenderWindow()
        renderer = window and window.GetRenderers().GetFirstRenderer()
        if renderer is None:
            return
        self._overlay = Overlay(renderer)
        self._node_tag = self.slice_node.AddObserver(
            vtk.vtkCommand.ModifiedEvent, lambda *_: self.draw())
        self.draw()

    def detach(self) -> None:
        """Ends attach() and cover()."""
        for tag in self._tags:
            self._interactor.RemoveObserver(tag)
        self._tags = []
        if self._overlay is not None:
            self.slice_node.RemoveObserver(self._node_tag)
            self._overlay.close()
            self._overlay = None
            self._render()

    def handle(self, event: str, xy: Sequence[int],
               is_modified: bool = False) -> bool:
        """An event at pixels of the view. True: it is ours. A press with
        Shift, Ctrl or Alt is the view's."""
        ras = self.ras(xy)
        if event in self.EVENTS[:2]:
            return not is_modified and self.pencil.press(ras, self.axes())
        if event == "MouseMoveEvent":
            return self.pencil.move(ras)
        if event == "LeftButtonReleaseEvent":
            return self.pencil.release(ras)
        return False

    def draw(self) -> None:
        """Marks and outline, as they are now."""
        if self._overlay is None:
            return
        was_empty = self._overlay.is_empty
        to_xy = vtk.vtkMatrix4x4()
        vtk.vtkMatrix4x4.Invert(self.slice_node.GetXYToRAS(), to_xy)
        logic = self.pencil.logic
        self._overlay.draw(
            logic.visible_marks() if logic is not None else (),
            self.pencil.outline,
            geometry.array_of(to_xy))
        if not (was_empty and self._overlay.is_empty):
            self._render()

    def ras(self, xy: Sequence[int]) -> np.ndarray:
        """RAS point [3] of the world under a pixel of the view."""
        matrix = self.slice_node.GetXYToRAS()
        return np.array(matrix.MultiplyPoint((xy[0], xy[1], 0, 1))[:3])

    def axes(self) -> np.ndarray:
        """Right and up of the view in RAS [2,3]."""
        origin = self.ras((0, 0))
        return np.array([self.ras((1, 0)) - origin,
                         self.ras((0, 1)) - origin])


def has_modifier(interactor) -> bool:
    """Whether Shift, Ctrl or Alt is held."""
    return bool(interactor.GetShiftKey() or interactor.GetControlKey() or
                interactor.GetAltKey())


class Views:
    """The slice views of a layout: those that are shown now."""

    def __init__(self, pencil: Pencil, listens: bool = True):
        self._pencil = pencil
        self._listens = listens  #: to the mouse; else handle() is called
        self._views: Dict[str, Tuple[SliceView, object]] = {}

    def follow(self, manager) -> None:
        """Takes up views that came, lets go those that went. manager: a
        qMRMLLayoutManager, or None (no main window)."""
        shown = {}
        for name in manager.sliceViewNames() if manager is not None else ():
            widget = manager.sliceWidget(name)
            if widget is not None:
                key = widget.sliceView().interactor().GetAddressAsString(
                    "vtkObject")
                shown[key] = widget
        for key in set(self._views) - set(shown):
            self._views.pop(key)[0].detach()
        for key in set(shown) - set(self._views):
            self._take(key, shown[key])
        self._pencil.on_outline = self.draw
        if self._pencil.logic is not None:
            self._pencil.logic.marks.on_change = self.draw
        self.draw()

    def _take(self, key: str, widget) -> None:
        sight = widget.sliceView()
        interactor = sight.interactor()
        view = SliceView(self._pencil, widget.mrmlSliceNode(),
                         lambda: sight and sight.scheduleRender())
        if self._listens:
            view.attach(interactor)
        view.cover(interactor)
        self._views[key] = (view, sight)

    def draw(self) -> None:
        """Marks and outline, in every view."""
        for view, _sight in self._views.values():
            view.draw()

    def set_cursor(self, cursor) -> None:
        """A qt.QCursor over every view; None: the view's own."""
        for _view, sight in self._views.values():
            if not sight:  # gone: the application ends
                continue
            if cursor is None:
                sight.unsetViewCursor()
            else:
                sight.setViewCursor(cursor)

    def release(self) -> None:
        """Lets all go."""
        for view, _sight in self._views.values():
            view.detach()
        self._views = {}


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
