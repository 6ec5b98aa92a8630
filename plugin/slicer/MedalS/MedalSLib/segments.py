"""Segments of one segmentation node: made, written by boxes, read, watched.

A segmentation keeps binary labelmaps in layers; several segments may share a
layer, each under its label value, and a layer covers only the extent that it
needs. Writing goes through Slicer's own SetBinaryLabelmapToSegment with the
extent of the box, so that only that piece is copied and drawn again, and so
that a foreign segment in the same layer is moved away, never painted over.
"""
import collections
import contextlib
import re
import uuid
from typing import (Callable, Dict, Iterator, List, NamedTuple, Optional,
                    Sequence, Set, Tuple)

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from . import geometry
from .failure import Failure
from .geometry import Box
from .texts import Known

#: Tag of segments that were asked for by text; kept in .seg.nrrd.
TEXT_TAG = "MedalS.Text"

#: Tag with the name that such a segment had then: the user may rename it.
NAME_TAG = "MedalS.Name"

#: Tag of locked segments: Slicer's own core has no lock.
LOCK_TAG = "MedalS.Locked"

#: Contexts in which Slicer looks up names, in this order.
CONTEXTS = ("Segmentation category and type - 3D Slicer General Anatomy list",
            "Segmentation category and type - DICOM master list")

#: For objects that no list knows.
TISSUE = (CONTEXTS[0] + "~SCT^85756007^Tissue~SCT^85756007^Tissue~^^~"
          "Anatomic codes - DICOM master list~^^~^^")

SURFACE = "Closed surface"
LABELMAP = "Binary labelmap"

#: Colours of objects without one, 0..1: apart in hue, none of them red/green
#: alone.
PALETTE = ((0.90, 0.62, 0.00), (0.34, 0.71, 0.91), (0.00, 0.62, 0.45),
           (0.94, 0.89, 0.26), (0.80, 0.47, 0.65), (0.00, 0.45, 0.70))


class Written(NamedTuple):
    """What a write changed."""

    voxels: int  #: of the pieces
    net: Dict[str, int]  #: by how many a segment grew or (negative) shrank


class Piece(NamedTuple):
    """Voxels of a segment inside a box."""

    segment_id: str
    box: Box
    mask: np.ndarray  #: [k,j,i] over the box, not 0 where the segment is


def terminology_of(text: str) -> str:
    """Slicer's terminology entry of a name, from its own lists; the entry of
    plain tissue when no list has the name."""
    logic = _terminologies()
    for context in CONTEXTS if logic else ():
        # A used entry keeps an old modifier ("Liver ... Right").
        entry = slicer.vtkSlicerTerminologyEntry()
        if logic.FindTypeInTerminologyBy3dSlicerLabel(
                context, text.lower(), entry):
            return logic.SerializeTerminologyEntry(entry)
    return TISSUE


def _set_terminology(segment, entry: str) -> None:
    """Sets a vtkSegment's entry; before Slicer 5.8 it was a tag."""
    if hasattr(segment, "SetTerminology"):
        segment.SetTerminology(entry)
    else:
        segment.SetTag(segment.GetTerminologyEntryTagName(), entry)


def _describe(segment, shown: str, name: str, text: Optional[str],
              known: Optional[Known], colour: Sequence[float]) -> None:
    """Name, terminology, colour and text of a vtkSegment. name: the shown
    one without the number that makes it different from others."""
    _set_terminology(segment, (known and known.terminology) or
                     terminology_of(text or name))
    # Terminology may bring Slicer's own colour and name along.
    segment.SetName(shown)
    segment.SetColor([c / 255 for c in known.rgb] if known else list(colour))
    if text:
        _set_text(segment, text)


def _set_text(segment, text: str) -> None:
    """Notes what a vtkSegment is asked for by, and its name of now."""
    segment.SetTag(TEXT_TAG, text)
    segment.SetTag(NAME_TAG, segment.GetName())


def _tag(segment, tag: str) -> Optional[str]:
    """A tag of a vtkSegment; None without it, or when it is empty."""
    value = vtk.reference("")
    return (str(value) or None) if segment.GetTag(tag, value) else None


def _terminologies():
    modules = getattr(slicer, "modules", None)
    module = getattr(modules, "terminologies", None)
    return module.logic() if module else None


class Segments:
    """The segments of a segmentation node, on the grid of a volume."""

    def __init__(self, node, volume):
        self.node = node
        self.volume = volume
        self._writing = 0
        self._names: Dict[str, str] = {}  #: last seen, of deleted ones too
        self._observers: List[int] = []
        self._without_surface: Set[str] = set()  #: dropped by write()

    @property
    def segmentation(self):
        """The vtkSegmentation."""
        return self.node.GetSegmentation()

    def ids(self) -> List[str]:
        """Segment IDs in their order."""
        return list(self.segmentation.GetSegmentIDs())

    def has(self, segment_id: str) -> bool:
        """Whether a segment is there."""
        return self.segmentation.GetSegment(segment_id) is not None

    def get(self, segment_id: str):
        """The vtkSegment; Failure when it is gone."""
        segment = self.segmentation.GetSegment(segment_id)
        shown = self.name(segment_id)
        if segment is None:
            raise Failure(f"segment {shown}: not in segmentation "
                          f"{self.node.GetName()}; expected one of it")
        return segment

    def name(self, segment_id: str) -> str:
        """The name that the user sees, or saw last of one that is gone."""
        segment = self.segmentation.GetSegment(segment_id)
        if segment:
            self._names[segment_id] = segment.GetName()
        return self._names.get(segment_id, segment_id)

    def is_visible(self, segment_id: str) -> bool:
        """Whether a segment is shown."""
        display = self.node.GetDisplayNode()
        return display is None or bool(display.GetSegmentVisibility(
            segment_id))

    def is_visible_3d(self, segment_id: str) -> bool:
        """Whether a segment is shown in 3-D views."""
        display = self.node.GetDisplayNode()
        return display is None or bool(
            display.GetVisibility() and display.GetVisibility3D() and
            display.GetSegmentVisibility(segment_id) and
            display.GetSegmentVisibility3D(segment_id))

    def is_locked(self, segment_id: str) -> bool:
        """Whether our answers leave a segment's voxels alone."""
        segment = self.segmentation.GetSegment(segment_id)
        return segment is not None and _tag(segment, LOCK_TAG) == "1"

    def set_locked(self, segment_id: str, locked: bool) -> None:
        """Locks a segment, or unlocks it; kept with the scene."""
        segment = self.get(segment_id)
        with self.writing():
            if locked:
                segment.SetTag(LOCK_TAG, "1")
            else:
                segment.RemoveTag(LOCK_TAG)

    def text(self, segment_id: str) -> Optional[str]:
        """The text that a segment is asked for by, or None: the one that it
        was asked for by; its name, if the user has given it another since."""
        segment = self.segmentation.GetSegment(segment_id)
        text = _tag(segment, TEXT_TAG) if segment else None
        if text is None:
            return None
        name, then = segment.GetName(), _tag(segment, NAME_TAG)
        # Scenes of before NAME_TAG: the name was the text, or had a number.
        same = name == then if then else \
            re.fullmatch(re.escape(text) + r"( \d+)?", name)
        return text if same or not name.strip() else name

    def set_text(self, segment_id: str, text: str) -> None:
        """Notes the text that a segment is asked for by."""
        with self.writing():
            _set_text(self.get(segment_id), text)

    def rename(self, segment_id: str, text: str,
               known: Optional[Known] = None) -> None:
        """Calls a segment by another text, with colour and terminology of
        what is known of that."""
        segment = self.get(segment_id)
        with self.writing():
            _describe(segment, self._free_name(text, segment_id), text, text,
                      known, segment.GetColor())

    # ---- making ------------------------------------------------------------

    def prepare(self) -> None:
        """Gives a segmentation the volume's grid, and one without a voxel
        its transform, too; makes labelmaps the source of a new one.

        Raises Failure when segments are there on another grid.
        """
        node, volume = self.node, self.volume
        if self.segmentation.GetNumberOfSegments() == 0:
            self.segmentation.SetSourceRepresentationName(LABELMAP)
        elif self.segmentation.GetSourceRepresentationName() != LABELMAP:
            raise Failure(
                f"segmentation {node.GetName()}: its source is "
                f"{self.segmentation.GetSourceRepresentationName()}; expected "
                f"{LABELMAP}: convert it in the module Segmentations")
        layers = [layer for layer in map(self._layer, self.ids())
                  if layer is not None]
        # First: the grid is one in the segmentation's own coordinates.
        if not layers and \
                node.GetParentTransformNode() is not \
                volume.GetParentTransformNode():
            node.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
        matrix = geometry.labelmap_matrix(volume, node)
        if not all(_same_grid(layer, matrix) for layer in layers):
            raise Failure(
                f"segmentation {node.GetName()}: another grid than volume "
                f"{volume.GetName()}; expected the same one: choose a new "
                "segmentation")
        if not self._has_geometry(matrix, is_bare=not layers):
            node.SetReferenceImageGeometryParameterFromVolumeNode(volume)

    def _has_geometry(self, matrix: np.ndarray, is_bare: bool) -> bool:
        """Whether the reference geometry is on the volume's grid; for a bare
        segmentation, just the volume's. Others' tools make new voxels on
        it."""
        converter = slicer.vtkSegmentationConverter
        there = self.segmentation.GetConversionParameter(
            converter.GetReferenceImageGeometryParameterName())
        image = slicer.vtkOrientedImageData()
        if not there or not converter.DeserializeImageGeometry(there, image,
                                                               False):
            return False
        size = self.volume.GetImageData().GetDimensions()
        return _same_grid(image, matrix) and (
            not is_bare or image.GetDimensions() == size)

    def make(self, name: str, text: Optional[str] = None,
             known: Optional[Known] = None,
             segment_id: str = "") -> str:
        """Makes an empty segment with name, colour and terminology; returns
        its ID. `segment_id`: which one, when it is free."""
        shown = self._free_name(name)
        colour = PALETTE[len(self.ids()) % len(PALETTE)]
        self._clear_stray_labels()
        with self.writing():
            segment_id = self.segmentation.AddEmptySegment(
                self._free_id(segment_id), shown, list(colour))
            _describe(self.segmentation.GetSegment(segment_id), shown, name,
                      text, known, colour)
        return segment_id

    def _free_name(self, wanted: str, own: str = "") -> str:
        """The name that is wanted, or with a number that no other segment
        than `own` has it."""
        taken = {self.name(other) for other in self.ids() if other != own}
        shown, number = wanted, 1
        while shown in taken:
            number += 1
            shown = f"{wanted} {number}"
        return shown

    def _free_id(self, wanted: str) -> str:
        """The ID that is wanted, or one that no other scene has either: a
        journal knows segments by it."""
        while not wanted or self.has(wanted):
            wanted = "MedalS_" + uuid.uuid4().hex[:12]
        return wanted

    def _clear_stray_labels(self) -> None:
        """Zeroes values in layers that no segment of the layer has: an import
        by IDs leaves them, and the next new segment would own them."""
        for ids in self._by_layer().values():
            layer = self._layer(ids[0])
            values = [self.segmentation.GetSegment(i).GetLabelValue()
                      for i in ids]
            array = _view(layer)
            if array is None:
                continue
            stray = set(np.unique(array).tolist()) - {0} - set(values)
            if stray:
                array[np.isin(array, list(stray))] = 0
                layer.GetPointData().GetScalars().Modified()

    def _by_layer(self) -> Dict[str, List[str]]:
        layers: Dict[str, List[str]] = {}
        for segment_id in self.ids():
            layer = self._layer(segment_id)
            if layer is not None:
                layers.setdefault(layer.GetAddressAsString("vtkObject"),
                                  []).append(segment_id)
        return layers

    # ---- voxels ------------------------------------------------------------

    def _layer(self, segment_id: str):
        """The layer of a segment, shared or not; None when it is empty."""
        segment = self.segmentation.GetSegment(segment_id)
        layer = segment.GetRepresentation(LABELMAP) if segment else None
        return None if layer is None or layer.IsEmpty() else layer

    def box(self, segment_id: str) -> Optional[Box]:
        """A box that holds a segment's voxels; None when it has no layer."""
        layer = self._layer(segment_id)
        return layer and geometry.box_of_extent(layer.GetExtent())

    def read(self, segment_id: str, box: Box) -> np.ndarray:
        """A segment's voxels over a box: u8 [k,j,i], 0 or 1, a copy."""
        mask = np.zeros(geometry.box_shape(box), np.uint8)
        layer = self._layer(segment_id)
        if layer is None:
            return mask
        own = geometry.box_of_extent(layer.GetExtent())
        common = geometry.intersection(box, own)
        if geometry.is_empty(common):
            return mask
        value = self.segmentation.GetSegment(segment_id).GetLabelValue()
        mask[geometry.box_slices(common, box[::2])] = (
            _view(layer)[geometry.box_slices(common, own[::2])] == value)
        return mask

    def labels(self, ids: Sequence[str]) -> Tuple[
            Dict[str, Tuple[int, int]], List[Tuple[Box, np.ndarray]]]:
        """Voxels of segments, copied by layers: for each that is not empty
        the place of its layer and its label there; boxes and labels
        [k,j,i] of the layers."""
        members: Dict[str, Tuple[int, int]] = {}
        layers: List[Tuple[Box, np.ndarray]] = []
        for shared in self._by_layer().values():
            names = [name for name in shared if name in ids]
            layer = self._layer(shared[0])
            array = _view(layer)
            if not names or array is None:
                continue
            members.update({name: (len(layers), self.segmentation.GetSegment(
                name).GetLabelValue()) for name in names})
            layers.append((geometry.box_of_extent(layer.GetExtent()),
                           array.copy()))
        return members, layers

    def count(self, segment_id: str) -> int:
        """Voxels of a segment."""
        box = self.box(segment_id)
        return int(self.read(segment_id, box).sum()) if box else 0

    def write(self, pieces: Sequence[Piece],
              losers: Sequence[str] = ()) -> Written:
        """Replaces voxels inside boxes. Closed surfaces of what changes are
        dropped: make_surfaces() is to follow when all is written.

        What goes is taken from all pieces before what comes is given to any:
        a voxel that moves from one class to another is never in both, which
        would make Slicer move a class to a layer of its own. losers: other
        segments that give up the voxels that come; all others keep theirs.
        """
        changed, comes = 0, []
        net: Dict[str, int] = collections.Counter()
        for segment_id, box, mask in pieces:
            mask = (np.asarray(mask) != 0).view(np.uint8)
            before = self.read(segment_id, box)
            goes = self._erase(segment_id, box, before > mask)
            come = mask > before
            count = int(np.count_nonzero(come))
            if count:
                comes.append((segment_id, box, come))
            changed += goes + count
            net[segment_id] += count - goes
        for _, box, come in comes:
            for loser in losers:
                net[loser] -= self._erase(
                    loser, box, come & (self.read(loser, box) != 0))
        # Slicer's mode "replace" would drop all that a segment has outside
        # of the box when it is alone in its layer.
        mode = slicer.vtkSlicerSegmentationsModuleLogic.MODE_MERGE_MASK
        for segment_id, box, come in comes:
            self._merge(segment_id, box, come, mode)
        return Written(changed, dict(net))

    def _erase(self, segment_id: str, box: Box, mask: np.ndarray) -> int:
        """Takes voxels, bool [k,j,i], from a segment that has them."""
        count = int(np.count_nonzero(mask))
        if count:
            mode = slicer.vtkSlicerSegmentationsModuleLogic.MODE_MERGE_MIN
            self._merge(segment_id, box, ~mask, mode)
        return count

    def _merge(self, segment_id: str, box: Box, mask: np.ndarray,
               mode: int) -> None:
        """Merges a mask, bool [k,j,i], into a segment by one of Slicer's
        modes; Slicer copies the box into the layer."""
        image = slicer.vtkOrientedImageData()
        image.SetExtent(geometry.vtk_extent(box))
        image.GetPointData().SetScalars(numpy_to_vtk(
            np.ascontiguousarray(mask).view(np.uint8).reshape(-1)))
        image.SetImageToWorldMatrix(geometry.vtk_matrix(
            geometry.labelmap_matrix(self.volume, self.node)))
        logic = slicer.vtkSlicerSegmentationsModuleLogic
        # Only voxels of this segment are erased; that others are named as
        # ones to overwrite keeps it in the layer that it shares with them.
        others = self.ids() if mode == logic.MODE_MERGE_MIN else []
        self._drop_surface(segment_id)
        with self.writing():
            done = logic.SetBinaryLabelmapToSegment(
                image, self.node, segment_id, mode, geometry.vtk_extent(box),
                False, others)
        if not done:
            raise Failure(f"segment {self.name(segment_id)}: Slicer refused "
                          "its labelmap; expected it to be taken")

    # ---- others' edits -----------------------------------------------------

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """While we write, what we watch for does not count."""
        self._writing += 1
        try:
            yield
        finally:
            self._writing -= 1

    def watch(self, edited: Callable[[Optional[str]], None]) -> None:
        """Calls `edited(segment ID or None)` when somebody else may have
        changed voxels, added or taken away a segment. None: any of them.
        Slicer's undo says no more than that a segment was modified."""
        kind = slicer.vtkSegmentation

        @vtk.calldata_type(vtk.VTK_STRING)
        def told(_caller, _event, segment_id=None):
            if not self._writing:
                edited(segment_id or None)

        for event in (kind.SourceRepresentationModified,
                      kind.RepresentationModified, kind.SegmentModified,
                      kind.SegmentAdded, kind.SegmentRemoved):
            self._observers.append(self.segmentation.AddObserver(event, told))

    def unwatch(self) -> None:
        """Ends watch()."""
        for tag in self._observers:
            self.segmentation.RemoveObserver(tag)
        self._observers = []

    # ---- surfaces ----------------------------------------------------------

    def _drop_surface(self, segment_id: str) -> None:
        """Drops a segment's closed surface, which Slicer would else make
        again after every box."""
        if self.has_surface(segment_id):
            self._without_surface.add(segment_id)
            with self.writing():
                self.segmentation.GetSegment(segment_id).RemoveRepresentation(
                    SURFACE)

    def has_surface(self, segment_id: str) -> bool:
        """Whether a segment has a closed surface."""
        segment = self.segmentation.GetSegment(segment_id)
        return segment is not None and \
            segment.GetRepresentation(SURFACE) is not None

    @property
    def lacks_surfaces(self) -> bool:
        """Whether surfaces were dropped and not made again."""
        return bool(self._without_surface)

    def make_surfaces(self) -> None:
        """Makes the closed surfaces that write() has dropped, each once;
        those of segments that are not shown in 3-D wait."""
        there = set(filter(self.has, self._without_surface))
        shown = set(filter(self.is_visible_3d, there))
        self._without_surface = there - shown
        if not shown:
            return
        # Slicer makes all that lack one: others have an empty one meanwhile.
        others = [self.segmentation.GetSegment(name) for name in self.ids()
                  if name not in shown and not self.has_surface(name)]
        with self.writing():
            for other in others:
                other.AddRepresentation(SURFACE, vtk.vtkPolyData())
            self.node.CreateClosedSurfaceRepresentation()
            for other in others:
                other.RemoveRepresentation(SURFACE)

    def sharing(self, segment_id: str) -> Set[str]:
        """Segments in the same layer, itself too."""
        for ids in self._by_layer().values():
            if segment_id in ids:
                return set(ids)
        return {segment_id}


def _view(layer) -> Optional[np.ndarray]:
    """A layer's voxels [k,j,i], not copied; None when it has none."""
    scalars = layer.GetPointData().GetScalars()
    if scalars is None:
        return None
    return vtk_to_numpy(scalars).reshape(layer.GetDimensions()[::-1])


def _same_grid(layer, matrix: np.ndarray) -> bool:
    """Whether a layer has this IJKToRAS [4,4], to a thousandth of a voxel
    over its size."""
    own = vtk.vtkMatrix4x4()
    layer.GetImageToWorldMatrix(own)
    lengths = np.linalg.norm(matrix[:3, :3], axis=0)
    extent = np.abs(np.reshape(layer.GetExtent(), (3, 2))).max(axis=1) + 1
    apart = np.abs(geometry.array_of(own) - matrix)[:3]
    far = apart[:, :3] @ extent + apart[:, 3]
    return bool(far.max() <= 0.01 * lengths.min())
