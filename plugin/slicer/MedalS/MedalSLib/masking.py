"""What the Segment Editor's masking lets an answer change.

The rules are those of Slicer's own effects, read from the Segment Editor's
node: editable area, intensity range, and which other segments lose the voxels
that one gains. A region (a markups ROI) counts as one more editable area.
"""
from typing import List, NamedTuple, Optional, Tuple

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from . import geometry
from .failure import Failure
from .geometry import Box
from .segments import Segments


class Rules(NamedTuple):
    """Masking as the user has set it; the default lets everything through
    and touches no other segment."""

    area: int = slicer.vtkMRMLSegmentationNode.EditAllowedEverywhere
    area_segment: str = ""  #: of "inside a single segment"
    intensity: Optional[Tuple[float, float]] = None  #: both ends belong to it
    overwrite: int = slicer.vtkMRMLSegmentEditorNode.OverwriteNone
    region: Optional[object] = None  #: vtkMRMLMarkupsROINode
    overlap: bool = False  #: no segment loses what another one gains


def rules_of(editor, region=None, overwrite: bool = False) -> Rules:
    """Rules of a vtkMRMLSegmentEditorNode (None: no masking) and a region.

    overwrite: obey its "modify other segments" too, as an effect does; the
    panel never touches others.
    """
    if editor is None:
        return Rules(region=region)
    intensity = None
    if editor.GetSourceVolumeIntensityMask():
        intensity = tuple(editor.GetSourceVolumeIntensityMaskRange())
    mode = editor.GetOverwriteMode() if overwrite else editor.OverwriteNone
    return Rules(editor.GetMaskMode(), editor.GetMaskSegmentID() or "",
                 intensity, mode, region,
                 overwrite and mode == editor.OverwriteNone)


def editable(rules: Rules, segments: Segments, segment_id: str,
             box: Box) -> Optional[np.ndarray]:
    """Where a segment may change: bool [k,j,i] over a box, or None where it
    may change everywhere. Raises Failure when a rule cannot be followed."""
    parts = []
    if rules.area != slicer.vtkMRMLSegmentationNode.EditAllowedEverywhere:
        parts.append(_in_area(rules, segments, segment_id, box))
    if rules.intensity is not None:
        low, high = rules.intensity
        voxels = slicer.util.arrayFromVolume(segments.volume)[
            geometry.box_slices(box)]
        parts.append((voxels >= low) & (voxels <= high))
    if rules.region is not None:
        parts.append(in_region(rules.region, segments.volume, box))
    if not parts:
        return None
    return np.logical_and.reduce(parts)


def _in_area(rules: Rules, segments: Segments, segment_id: str,
             box: Box) -> np.ndarray:
    """Slicer's own edit mask, which is 0 where a segment may change."""
    single = slicer.vtkMRMLSegmentationNode.EditAllowedInsideSingleSegment
    if rules.area == single and not segments.has(rules.area_segment):
        raise Failure("masking: the editable area is inside a segment that is "
                      "not there; expected one of this segmentation")
    grid = slicer.vtkOrientedImageData()
    grid.SetExtent(geometry.vtk_extent(box))
    grid.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    grid.SetImageToWorldMatrix(geometry.vtk_matrix(
        geometry.labelmap_matrix(segments.volume, segments.node)))
    mask = slicer.vtkOrientedImageData()
    if not segments.node.GenerateEditMask(
            mask, rules.area, grid, segment_id, rules.area_segment, None,
            None, segments.node.GetDisplayNode()):
        raise Failure("masking: Slicer cannot make the editable area; "
                      "expected another choice in the Segment Editor")
    voxels = vtk_to_numpy(mask.GetPointData().GetScalars())
    return voxels.reshape(geometry.box_shape(box)) == 0


def in_region(region, volume, box: Box) -> np.ndarray:
    """Voxels of a box whose centres lie in a markups ROI: bool [k,j,i]."""
    parent = geometry.between(volume, None)
    to_object = vtk.vtkMatrix4x4()
    to_object.DeepCopy(region.GetObjectToWorldMatrix())
    to_object.Invert()
    if parent is None:
        raise Failure(f"region {region.GetName()}: volume "
                      f"{volume.GetName()} is under a transform that is not "
                      "linear; expected a linear one, or no region")
    matrix = (geometry.array_of(to_object) @ parent @
              geometry.ijk_to_ras(volume))
    half = [side / 2 for side in region.GetSize()]
    i, j, k = (np.arange(box[2 * a], box[2 * a + 1], dtype=float)
               for a in range(3))
    inside = np.ones(geometry.box_shape(box), bool)
    for row, reach in zip(matrix[:3], half):
        at = (row[0] * i[None, None, :] + row[1] * j[None, :, None] +
              row[2] * k[:, None, None] + row[3])
        inside &= np.abs(at) <= reach
    return inside


def losers(rules: Rules, segments: Segments, own: List[str]) -> List[str]:
    """Other segments, not of the session, that lose what one gains; locked
    ones lose nothing."""
    node = slicer.vtkMRMLSegmentEditorNode
    if rules.overwrite == node.OverwriteNone:
        return []
    return [other for other in segments.ids() if other not in own and
            not segments.is_locked(other) and
            (rules.overwrite == node.OverwriteAllSegments or
             segments.is_visible(other))]
