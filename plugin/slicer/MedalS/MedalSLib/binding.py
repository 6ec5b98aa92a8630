"""A volume, a segmentation and a session that belong together: the side of
the main thread.

The session is the truth for its segments. What others do to them (paint, an
undo of Slicer's, a segment taken away) is noticed here and taken in before
the next call; what masking keeps from a segment is told to the session after
each call.
"""
from collections import Counter
from typing import (Any, Callable, Dict, List, Optional, Sequence, Set,
                    Tuple)

import numpy as np
import slicer

from . import geometry, masking
from .desk import Desk, Edit, Result, Scene
from .failure import Failure
from .masking import Rules
from .overlaps import Overlaps
from .segments import Piece, Segments


#: Codes of Hounsfield units: UCUM's, and what older files have.
HOUNSFIELD = ("[hnsf'U]", "[HNSF'U]", "HU")


def check_volume(volume) -> None:
    """Raises Failure when the engine cannot work on a volume node."""
    if volume is None:
        raise Failure("input volume: none chosen; expected a volume")
    name = volume.GetName()
    if not volume.IsA("vtkMRMLScalarVolumeNode"):
        raise Failure(f"input volume {name}: a {volume.GetClassName()}; "
                      "expected a scalar volume")
    image = volume.GetImageData()
    if image is None or image.GetPointData().GetScalars() is None or \
            0 in image.GetDimensions():
        raise Failure(f"volume {name}: holds no image; expected one")
    components = image.GetNumberOfScalarComponents()
    if components != 1:
        raise Failure(f"volume {name}: {components} values a voxel (colour, "
                      "vectors or time); expected one: choose a channel or a "
                      "frame")
    geometry.check_grid(volume)


def modality_of(volume) -> Optional[str]:
    """What a volume node says of itself: "ct" when its voxels are Hounsfield
    units, as Slicer's DICOM module notes; else None."""
    units = volume.GetVoxelValueUnits() if volume is not None else None
    code = units.GetCodeValue() if units is not None else None
    return "ct" if code in HOUNSFIELD else None


def signature(volume) -> Tuple:
    """Changes when a volume's voxels or grid are replaced."""
    image = volume.GetImageData()
    scalars = image.GetPointData().GetScalars() if image else None
    return (scalars and scalars.GetAddressAsString("vtkObject"),
            scalars and scalars.GetMTime(),
            image and image.GetDimensions(),
            tuple(geometry.ijk_to_ras(volume).ravel()))


class Binding:
    """Ties them together. Main thread only, except for `desk`."""

    def __init__(self, volume, segmentation):
        check_volume(volume)
        self.volume = volume
        self.segments = Segments(segmentation, volume)
        self.segments.prepare()
        self.grid = geometry.volume_grid(volume)
        self.signature = signature(volume)
        #: The worker's; None until the session is open.
        self.desk: Optional[Desk] = None
        self.bound: List[str] = []
        self._edited: Set[str] = set()
        self._kept_back: List[Tuple[str, geometry.Box]] = []
        self.overlaps = Overlaps(geometry.size_of(volume))
        self._net: Counter = Counter()  #: since a call began, by segment
        self._taken: Counter = Counter()  #: what others' edits gave back
        self.segments.watch(self._note)
        node = self.segments.node
        self._tag = node.AddObserver(node.DisplayModifiedEvent,
                                     self._display_changed)
        #: Whether more of an answer is to come: no surface is made yet
        self.is_writing = False

    @property
    def array(self) -> np.ndarray:
        """The volume's voxels [k,j,i], not copied."""
        return slicer.util.arrayFromVolume(self.volume)

    @property
    def is_stale(self) -> bool:
        """Whether volume or segmentation are gone or were replaced."""
        return any(node.GetScene() is None for node in
                   (self.volume, self.segments.node)) or \
            signature(self.volume) != self.signature

    def release(self) -> None:
        """Stops watching the scene; surfaces are as they should be."""
        self.segments.unwatch()
        self.segments.node.RemoveObserver(self._tag)
        if self.segments.node.GetScene() is not None:
            self.make_surfaces()

    # ---- surfaces ----------------------------------------------------------

    def make_surfaces(self) -> None:
        """The last of an answer is written: surfaces that were dropped for
        it are made, each once. Those that are not shown wait until they
        are."""
        self.is_writing = False
        if self.segments.lacks_surfaces:
            self.segments.make_surfaces()

    def _display_changed(self, *_ignored: Any) -> None:
        if not self.is_writing:
            self.make_surfaces()

    # ---- from the scene ----------------------------------------------------

    def _note(self, segment_id: Optional[str]) -> None:
        """Somebody else changed a segment, or (None) any."""
        if segment_id in self.bound:
            self._edited.add(segment_id)
        elif segment_id is None or not self.segments.has(segment_id):
            self._edited.update(self.bound)

    def collect(self, targets: Sequence[str] = ()) -> Scene:
        """What the session has to know of the scene before a call on
        targets, copied out of it."""
        present = self.segments.ids()
        names = [name for name in self.bound if name in self._edited]
        names += [name for name in targets if name not in self.bound]
        # What the only one that a call is for shares with others is its own
        # first, so that the call can take it away.
        handed = frozenset(targets if len(targets) == 1 else ()) & \
            frozenset(self.overlaps.names()) & frozenset(self.bound) - \
            self._edited
        names += handed
        self._edited.clear()
        edits = []
        for name in dict.fromkeys(names):
            if name in present:
                edits.append(self._edit(name, name in handed))
        self.overlaps.prepared()
        return Scene(edits, present, {
            name: self.segments.text(name) for name in present},
            frozenset(filter(self.segments.is_locked, present)), handed)

    def _edit(self, name: str, is_handed: bool) -> Edit:
        size = geometry.size_of(self.volume)
        whole = (0, size[0], 0, size[1], 0, size[2])
        box = self.segments.box(name)
        if box is not None:
            box = geometry.intersection(box, whole)
        if box is None or geometry.is_empty(box):
            return Edit(name, self.segments.text(name), None, None)
        mask = self.segments.read(name, box)
        self.overlaps.drop(name, box, mask == 0)
        if is_handed:
            self.overlaps.drop(name, box, mask)
        return Edit(name, self.segments.text(name), box, mask,
                    self.overlaps.mask(name, box))

    # ---- into the scene ----------------------------------------------------

    def apply(self, pieces: Sequence[Piece], rules: Rules,
              own: Sequence[str] = (), gives_back: bool = False) -> None:
        """Writes an answer into the segments as far as masking lets it.
        own: those that the call was for; none: history was gone through.
        gives_back: it is no answer, but what others' edits cannot keep."""
        written = []
        for piece in pieces:
            if not self.segments.has(piece.segment_id):
                continue
            piece = self._overlapping(piece, rules.overlap and (
                gives_back or (own and piece.segment_id not in own)))
            allowed = masking.editable(rules, self.segments,
                                       piece.segment_id, piece.box)
            if allowed is not None:
                piece = self._masked(piece, allowed)
            written.append(piece)
        losers = masking.losers(rules, self.segments, self.bound)
        if own and not rules.overlap:
            losers += self._end_overlaps(written)
        self.is_writing = True
        net = self.segments.write(written, losers).net
        if gives_back:
            self.overlaps.prepared()
            self._taken.update({name: -change for name, change in net.items()
                                if change < 0})
        else:
            self._net.update(net)

    def _overlapping(self, piece: Piece, keeps: bool) -> Piece:
        """A piece with what its segment shares with others. keeps: it loses
        nothing now."""
        name, box, mask = piece
        kept = self.overlaps.mask(name, box)
        if kept is None and not keeps:
            return piece
        mask = np.asarray(mask) != 0
        self.overlaps.drop(name, box, mask)
        if kept is not None:
            mask = mask | kept
        if keeps:
            lost = (self.segments.read(name, box) != 0) & ~mask
            self.overlaps.keep(name, box, lost)
            mask = mask | lost
        return Piece(name, box, mask)

    def _end_overlaps(self, pieces: Sequence[Piece]) -> List[str]:
        """Voxels that come to segments are no longer shared with others;
        returns those."""
        others = [name for name in self.overlaps.names()
                  if not self.segments.is_locked(name)]
        for name, box, mask in pieces:
            come = (np.asarray(mask) != 0) & (self.segments.read(
                name, box) == 0)
            for other in others:
                if other != name:
                    self.overlaps.drop(other, box, come)
        return others

    def go_to(self, steps: Sequence[int]) -> None:
        """Undo or redo: segments share what they shared after these steps.
        Pieces of the session are to follow."""
        pieces = []
        for name, change in self.overlaps.go_to(steps).items():
            box, goes, comes = change
            if self.segments.has(name):
                mask = self.segments.read(name, box) != 0
                pieces.append(Piece(name, box, mask & ~goes | comes))
        self.is_writing = True
        self.segments.write(pieces)

    def begin_count(self) -> None:
        """A call begins: what it takes from others counts from here."""
        self._net.clear()
        self._taken.clear()

    def taken(self, own: Sequence[str]) -> Dict[str, int]:
        """Voxels that segments lost since begin_count(), but for those that
        the call was for."""
        lost = Counter({name: -change for name, change in self._net.items()
                        if change < 0 and name not in own})
        return dict(self._taken + lost)

    def _masked(self, piece: Piece, allowed: np.ndarray) -> Piece:
        before = self.segments.read(piece.segment_id, piece.box)
        mask = np.where(allowed, piece.mask, before)
        if not np.array_equal(mask, piece.mask):
            self._kept_back.append((piece.segment_id, piece.box))
        return Piece(piece.segment_id, piece.box, mask)

    def kept_back(self) -> List[Piece]:
        """What masking kept from segments since the last call of this, as
        the scene has it now."""
        boxes, self._kept_back = self._kept_back, []
        return [Piece(name, box, self._own(name, box))
                for name, box in boxes if self.segments.has(name)]

    def _own(self, name: str, box: geometry.Box) -> np.ndarray:
        """A segment's voxels without those that it shares."""
        mask = self.segments.read(name, box)
        kept = self.overlaps.mask(name, box)
        return mask if kept is None else np.where(kept, 0, mask)

    def settle(self, result: Result,
               make: Callable[[str], None]) -> None:
        """Takes over which segments are classes; `make` is called for one
        that the scene does not have (a journal, a redo)."""
        for name in result.bound:
            if not self.segments.has(name):
                make(name)
        self.bound = list(result.bound)
