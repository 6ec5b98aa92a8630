"""What the Segment Editor's masking lets an answer change.

The rules are those of Slicer's own effects, read from the Segment Editor's
node: editable area, intensity range, and which other segments lose the voxels
that one gains. A region (a markups ROI) counts as one more editable area.

Rules are of the moment of a call: an answer that comes later obeys them, what
ever happened to region, segments and settings meanwhile. They hold no node.
"""
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import slicer
import vtk

from . import geometry
from .failure import Failure
from .geometry import Box
from .segments import Segments

_NODE = slicer.vtkMRMLSegmentationNode
_INSIDE = (_NODE.EditAllowedInsideAllSegments,
           _NODE.EditAllowedInsideVisibleSegments,
           _NODE.EditAllowedInsideSingleSegment)
_VISIBLE = (_NODE.EditAllowedInsideVisibleSegments,
            _NODE.EditAllowedOutsideVisibleSegments)


class Area(NamedTuple):
    """The inside or the outside of segments."""

    inside: bool
    members: Dict[str, Tuple[int, int]]  #: segments: layer, label in it
    layers: Sequence[Tuple[Box, np.ndarray]]  #: labels [k,j,i]


class Region(NamedTuple):
    """A markups ROI on a volume's grid."""

    matrix: np.ndarray  #: [4,4], indices i,j,k to mm along the ROI's axes
    reach: Tuple[float, ...]  #: mm from its centre


class Rules(NamedTuple):
    """Masking as the user has set it; the default lets everything through
    and touches no other segment."""

    area: Optional[Area] = None
    intensity: Optional[Tuple[float, float]] = None  #: both ends belong to it
    losers: Tuple[str, ...] = ()  #: segments that may lose voxels
    region: Optional[Region] = None
    overlap: bool = False  #: no segment loses what another one gains


def rules_of(segments: Segments, editor=None, region=None,
             overwrite: bool = False) -> Rules:
    """Rules of a vtkMRMLSegmentEditorNode (None: no masking) and of a
    vtkMRMLMarkupsROINode (None: no region), as they are now. Raises Failure
    when one cannot be followed.

    overwrite: obey its "modify other segments" too, as an effect does; the
    panel never touches others.
    """
    box = None if region is None else region_of(region, segments.volume)
    if editor is None:
        return Rules(region=box)
    intensity = None
    if editor.GetSourceVolumeIntensityMask():
        intensity = tuple(editor.GetSourceVolumeIntensityMaskRange())
    mode = editor.GetOverwriteMode() if overwrite else editor.OverwriteNone
    return Rules(
        area_of(segments, editor.GetMaskMode(), editor.GetMaskSegmentID()),
        intensity, tuple(_losers(segments, mode)), box,
        overwrite and mode == editor.OverwriteNone)


def area_of(segments: Segments, mode: int,
            single: Optional[str] = None) -> Optional[Area]:
    """The editable area of a mask mode of Slicer's; None: everywhere.
    single: the segment of "inside a single segment"."""
    if mode == _NODE.EditAllowedEverywhere:
        return None
    names = segments.ids()
    if mode in _VISIBLE:
        names = list(filter(segments.is_visible, names))
    if mode == _NODE.EditAllowedInsideSingleSegment:
        if not single or not segments.has(single):
            raise Failure("masking: the editable area is inside a segment "
                          "that is not there; expected one of this "
                          "segmentation")
        names = [single]
    return Area(mode in _INSIDE, *segments.labels(names))


def region_of(region, volume) -> Region:
    """A vtkMRMLMarkupsROINode on a volume's grid."""
    parent = geometry.between(volume, None)
    if parent is None:
        raise Failure(f"region {region.GetName()}: volume "
                      f"{volume.GetName()} is under a transform that is not "
                      "linear; expected a linear one, or no region")
    to_object = vtk.vtkMatrix4x4()
    to_object.DeepCopy(region.GetObjectToWorldMatrix())
    to_object.Invert()
    return Region(geometry.array_of(to_object) @ parent @
                  geometry.ijk_to_ras(volume),
                  tuple(side / 2 for side in region.GetSize()))


def _losers(segments: Segments, mode: int) -> List[str]:
    """Segments that an overwrite mode of Slicer's lets lose voxels."""
    node = slicer.vtkMRMLSegmentEditorNode
    if mode == node.OverwriteNone:
        return []
    return [name for name in segments.ids()
            if mode == node.OverwriteAllSegments or segments.is_visible(name)]


def editable(rules: Rules, segments: Segments, segment_id: str,
             box: Box) -> Optional[np.ndarray]:
    """Where a segment may change: bool [k,j,i] over a box, or None where it
    may change everywhere."""
    parts = []
    if rules.area is not None:
        parts.append(in_area(rules.area, segment_id, box))
    if rules.intensity is not None:
        low, high = rules.intensity
        voxels = slicer.util.arrayFromVolume(segments.volume)[
            geometry.box_slices(box)]
        parts.append((voxels >= low) & (voxels <= high))
    if rules.region is not None:
        parts.append(in_region(rules.region, box))
    if not parts:
        return None
    return np.logical_and.reduce(parts)


def in_area(area: Area, segment_id: str, box: Box) -> np.ndarray:
    """Voxels of a box in an editable area: bool [k,j,i]. The segment itself
    is no obstacle outside of others, as in vtkMRMLSegmentationNode::
    GenerateEditMask."""
    covered = np.zeros(geometry.box_shape(box), bool)
    for place, (extent, labels) in enumerate(area.layers):
        common = geometry.intersection(box, extent)
        values = [value for name, (layer, value) in area.members.items()
                  if layer == place and (area.inside or name != segment_id)]
        if values and not geometry.is_empty(common):
            covered[geometry.box_slices(common, box[::2])] |= np.isin(
                labels[geometry.box_slices(common, extent[::2])], values)
    return covered if area.inside else ~covered


def in_region(region: Region, box: Box) -> np.ndarray:
    """Voxels of a box whose centres lie in a region: bool [k,j,i]."""
    i, j, k = (np.arange(box[2 * a], box[2 * a + 1], dtype=float)
               for a in range(3))
    inside = np.ones(geometry.box_shape(box), bool)
    for row, reach in zip(region.matrix[:3], region.reach):
        at = (row[0] * i[None, None, :] + row[1] * j[None, :, None] +
              row[2] * k[:, None, None] + row[3])
        inside &= np.abs(at) <= reach
    return inside


def losers(rules: Rules, segments: Segments, own: List[str]) -> List[str]:
    """Other segments, not of the session, that lose what one gains; locked
    ones lose nothing."""
    return [name for name in rules.losers if name not in own and
            segments.has(name) and not segments.is_locked(name)]
