"""A labelmap in napari, and a session that answers clicks there.

    import napari, medals.napari
    viewer = napari.Viewer()
    live = medals.napari.Live(viewer, medals.Session("scan.nii.gz",
                                                     classes=["liver"]))

napari's axes here are superior, posterior, left: millimetres of the patient,
so that slices stand as radiologists have them, whatever order the voxels are
stored in. Data of every layer are the voxels, their axes turned that way.

This module imports no napari: it hands it plain data, and asks the viewer.
"""
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from ._types import Array
from .answer import Answer
from .errors import InputError, UsageError
from .image import Image, body_axes
from .label import Label
from .labelmap import Labelmap
from .readers import as_image
from .session import ClassRef, Session

#: What napari's plugins call a layer: data, arguments, kind.
LayerData = Tuple[Any, Dict[str, Any], str]

_POSITIVE, _NEGATIVE = "#2ca02c", "#d62728"


class Click(NamedTuple):
    """A point that the session has answered."""

    place: Tuple[float, ...]  #: in the layer of clicks
    which: str  #: name of the class
    positive: bool


def place_of(image: Image) -> Dict[str, Any]:
    """`scale` and `affine` of a layer with an image's voxels as turned() has
    them: napari slices only what lies along its axes.

    >>> image = Image(np.zeros((2, 3, 4)), (1, 2, 5), (10, 20, 30))
    >>> place_of(image)["scale"]
    (5.0, 2.0, 1.0)
    >>> place_of(image)["affine"][:3, 3].tolist()
    [30.0, 20.0, 10.0]
    """
    affine = np.eye(4)
    axes = [2 - axis for axis in body_axes(image)]
    affine[:3, :3] = image.direction[::-1, axes]
    affine[:3, 3] = image.origin[::-1]
    return {"scale": tuple(image.spacing[axis] for axis in axes),
            "affine": affine}


def turned(image: Image, array: Array) -> Array:
    """A view of an array [k,j,i] with the axes superior, posterior, left, as
    near as an order of them comes."""
    return array.transpose(body_axes(image))


def image_layer(scan: Any, name: str = "scan") -> LayerData:
    """A layer of what as_image() takes, with a window that shows it."""
    image = as_image(scan)
    step = tuple(slice(None, None, max(1, n // 64))
                 for n in image.array.shape)
    seen = image.array[step].astype(float)
    seen = seen[np.isfinite(seen)]
    limits = np.percentile(seen, (1, 99.5)) if seen.size else (0, 1)
    low, high = float(limits[0]), float(limits[1])
    return turned(image, image.array), {
        "name": name, "colormap": "gray",
        "contrast_limits": (low, high if high > low else low + 1),
        **place_of(image)}, "image"


def labels_layer(labels: Labelmap, name: str = "labels") -> LayerData:
    """A layer of a labelmap in its colours, with its names."""
    return turned(labels, labels.array), {
        "name": name, "opacity": 0.5, **looks(labels.labels),
        **place_of(labels)}, "labels"


def points_layer(image: Image, name: str = "clicks") -> LayerData:
    """An empty layer whose points are voxels of an image."""
    return np.zeros((0, 3)), {
        "name": name, "ndim": 3, "size": 2, "face_color": _POSITIVE,
        "out_of_slice_display": False, **place_of(image)}, "points"


def layers(scan: Any, labels: Labelmap) -> List[LayerData]:
    """Both, as napari's readers give layers."""
    return [image_layer(scan), labels_layer(labels)]


def looks(labels: Sequence[Label]) -> Dict[str, Any]:
    """`colormap` and `features` of a labels layer."""
    colours: Dict[Optional[int], Tuple[float, ...]] = {
        None: (0.8, 0.8, 0.8, 1.0), 0: (0.0, 0.0, 0.0, 0.0)}
    for label in labels:
        red, green, blue = label.colour
        colours[label.value] = (red / 255, green / 255, blue / 255, 1.0)
    return {"colormap": colours, "features": {
        "index": [0] + [label.value for label in labels],
        "name": ["background"] + [label.name for label in labels]}}


class Live:
    """A session in a napari viewer: scan, labels and clicks.

    A point added to the layer of clicks asks the session at once; only the
    box that changed is fetched and drawn. In the layer of clicks T changes
    between in and out, N takes the next class; Control-Z and Control-Shift-Z
    undo and redo, there and everywhere. Points are taken away by undo, newest
    first. Change the session through this object while it is shown.

    Args:
        viewer: a napari.Viewer, or what has its add_image(), add_labels(),
            add_points() and bind_key().
        session: an open Session; closing it stays yours.
        answer: as Session.add_point() has it.
    """

    def __init__(self, viewer: Any, session: Session,
                 answer: str = "instant"):
        self.viewer, self.session, self.answer = viewer, session, answer
        self.clicks: List[Click] = []
        self._which: ClassRef = 0
        self._positive = True
        self._steps: List[Optional[Click]] = []
        self._undone: List[Optional[Click]] = []
        self._quiet = False
        image = session.image
        data, how, _ = image_layer(image)
        self.scan = viewer.add_image(data, **how)
        self._classes = session.classes
        now = session.labelmap()
        self._revision = session.revision
        data, how, _ = labels_layer(now)
        self.labels = viewer.add_labels(data.astype(_wide(data)), **how)
        data, how, _ = points_layer(image)
        self.points = viewer.add_points(data, **how)
        self._bind()
        self.points.mode = "add"
        self.points.events.data.connect(self._on_points)

    @property
    def which(self) -> ClassRef:
        """The class that the next click is for."""
        return self._which

    @which.setter
    def which(self, which: ClassRef) -> None:
        self._which = self.session.class_index(which)
        self._show_what_next()

    @property
    def positive(self) -> bool:
        """Whether the next click is in the class, or out of it."""
        return self._positive

    @positive.setter
    def positive(self, positive: bool) -> None:
        self._positive = bool(positive)
        self._show_what_next()

    def predict(self, **how: Any) -> Answer:
        """Session.predict(), shown."""
        return self._step(self.session.predict(**how))

    def refine(self, **how: Any) -> Answer:
        """Session.refine(), shown."""
        return self._step(self.session.refine(**how))

    def undo(self) -> Answer:
        """Takes back the last step, with its point."""
        answer = self.session.undo()
        if answer.count and self._steps:
            step = self._steps.pop()
            self._undone.append(step)
            if step is not None:
                self.clicks.pop()
        self.refresh()
        self._show_clicks()
        return answer

    def redo(self) -> Answer:
        """Brings back the last step taken back, with its point."""
        answer = self.session.redo()
        if answer.count and self._undone:
            step = self._undone.pop()
            self._steps.append(step)
            if step is not None:
                self.clicks.append(step)
        self.refresh()
        self._show_clicks()
        return answer

    def refresh(self) -> None:
        """Fetches and draws the box that changed since the last time."""
        if self.session.classes is not self._classes:
            self._classes = self.session.classes
            how = looks(self.session.labelmap().labels)
            self.labels.colormap = how["colormap"]
            self.labels.features = how["features"]
        box = self.session.changed_since(self._revision)
        if box is None:
            return
        piece, self._revision = self.session.read_revision(
            extent=box, dtype=self.labels.data.dtype)
        axes = body_axes(self.session.image)
        piece = piece.transpose(axes)
        start = [(box[4], box[2], box[0])[axis] for axis in axes]
        shown = self.labels.data[tuple(
            slice(a, a + n) for a, n in zip(start, piece.shape))]
        where = np.nonzero(shown != piece)
        if where[0].size:
            self.labels.data_setitem(
                tuple(axis + a for axis, a in zip(where, start)),
                piece[where])

    def voxel_of(self, place: Sequence[float]) -> Tuple[int, ...]:
        """The voxel (i,j,k) at a place in the data of these layers."""
        voxel = [0, 0, 0]
        for axis, x in zip(body_axes(self.session.image), place):
            voxel[2 - axis] = int(np.floor(x + 0.5))
        return tuple(voxel)

    # ---- how it is done ----------------------------------------------------

    def _step(self, answer: Answer, click: Optional[Click] = None) -> Answer:
        self._steps.append(click)
        self._undone.clear()
        self.refresh()
        return answer

    def _bind(self) -> None:
        for target in (self.viewer, self.labels, self.points, self.scan):
            for keys, call in (("Control-Z", self.undo),
                               ("Control-Shift-Z", self.redo)):
                target.bind_key(keys, _handler(call), overwrite=True)
        self.points.bind_key("T", _handler(self._toggle), overwrite=True)
        self.points.bind_key("N", _handler(self._next), overwrite=True)

    def _toggle(self) -> None:
        self.positive = not self.positive

    def _next(self) -> None:
        count = len(self.session.classes)
        if count:
            self.which = (self.session.class_index(self.which) + 1) % count

    def _show_what_next(self) -> None:
        index = self.session.class_index(self.which)
        self.labels.selected_label = self.session.classes[index].value
        self.points.selected_data = set()
        self.points.current_face_color = (_POSITIVE if self.positive
                                          else _NEGATIVE)

    def _on_points(self, event: Any) -> None:
        """Whoever added, took away or moved points."""
        action = str(getattr(event.action, "value", event.action))
        if self._quiet or action.endswith("ing"):
            return
        now = np.asarray(self.points.data, float)
        known = np.array([c.place for c in self.clicks]).reshape(-1, 3)
        least = min(len(now), len(known))
        newest = np.array_equal(now[:least], known[:least])
        if newest and len(now) > len(known):
            self._add(now[len(known):])
        elif newest and len(now) < len(known) and None not in self._steps[
                len(now) - len(known):]:
            for _ in range(len(known) - len(now)):
                self.undo()
        elif not newest or len(now) < len(known):
            self._show_clicks()
            raise UsageError("clicks: changed or taken away; expected new "
                             "ones, or undo of the newest")

    def _add(self, places: Array) -> None:
        try:
            for place in places:
                self._ask(tuple(place.tolist()))
        finally:
            if len(self.points.data) != len(self.clicks):
                self._show_clicks()

    def _ask(self, place: Tuple[float, ...]) -> None:
        voxel = self.voxel_of(place)
        size = self.session.image.size
        if not all(0 <= x < n for x, n in zip(voxel, size)):
            raise InputError(f"click: voxel {voxel}; expected one inside "
                             f"{size}")
        index = self.session.class_index(self.which)
        click = Click(place, self.session.classes[index].name, self.positive)
        answer = self.session.add_point(index, voxel, self.positive,
                                        answer=self.answer)
        self.clicks.append(click)
        self._step(answer, click)

    def _show_clicks(self) -> None:
        """The points that the session knows, nothing else."""
        self._quiet = True
        try:
            self.points.selected_data = set()
            self.points.data = np.array(
                [click.place for click in self.clicks]).reshape(-1, 3)
            if self.clicks:
                self.points.face_color = [
                    _POSITIVE if click.positive else _NEGATIVE
                    for click in self.clicks]
        finally:
            self._quiet = False


def _handler(call: Any) -> Any:
    def pressed(*ignored: Any) -> None:
        call()

    return pressed


def _wide(array: Array) -> "np.dtype[Any]":
    """A type with room for classes that are yet to come."""
    return np.dtype(np.uint32 if array.dtype.itemsize > 2 else np.uint16)
