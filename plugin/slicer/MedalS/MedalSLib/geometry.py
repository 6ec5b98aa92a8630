"""The one place where RAS becomes LPS.

Slicer's world is RAS millimetres: +x right, +y anterior, +z superior. The
engine's world is LPS: x and y negated. A volume node holds IJKToRAS (its own
coordinates); its parent transforms lead from there to the world.

A grid is fixed by two matrices, both [4,4], index (i,j,k) first:

    ijk_to_world   RAS of the world, through the parent transforms
    engine_grid()  the same grid as spacing, origin, direction in LPS

Boxes are half open, (i0,i1, j0,j1, k0,k1), as in the engine; VTK's extents
include their last voxel. Arrays have the axes [k,j,i].
"""
from typing import List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from .failure import Failure

Box = Tuple[int, int, int, int, int, int]

#: RAS <-> LPS, its own inverse.
FLIP = np.diag([-1.0, -1.0, 1.0, 1.0])

#: Cosines of axes that should be 0; DICOM's six digits stay far below.
SHEAR_TOLERANCE = 1e-3


class Grid(NamedTuple):
    """A grid as the engine takes it."""

    size: Tuple[int, int, int]  #: voxels along i, j, k
    spacing: Tuple[float, ...]  #: mm along i, j, k
    origin: Tuple[float, ...]  #: LPS mm of the centre of voxel 0,0,0
    direction: Tuple[float, ...]  #: 9 numbers, row by row, LPS


def flip_points(points: np.ndarray) -> np.ndarray:
    """RAS points [n,3] in LPS, or the other way round."""
    return np.asarray(points, float) * (-1.0, -1.0, 1.0)


def shear_of(matrix: np.ndarray) -> float:
    """Largest cosine between two axes of an IJKToRAS matrix [4,4]; inf when
    an axis has no length or is not finite."""
    axes = np.asarray(matrix, float)[:3, :3]
    lengths = np.linalg.norm(axes, axis=0)
    if not np.isfinite(axes).all() or not (lengths > 0).all():
        return float("inf")
    unit = axes / lengths
    return float(np.abs(unit.T @ unit - np.eye(3)).max())


def nearest_orthogonal(matrix: np.ndarray) -> np.ndarray:
    """The matrix [4,4] with the same origin, lengths of axes and handedness
    whose axes are at right angles, nearest to the given one."""
    axes = matrix[:3, :3]
    lengths = np.linalg.norm(axes, axis=0)
    left, _, right = np.linalg.svd(axes / lengths)
    made = matrix.copy()
    made[:3, :3] = (left @ right) * lengths
    return made


def engine_grid(matrix: np.ndarray, size: Sequence[int]) -> Grid:
    """An IJKToRAS matrix [4,4] without shear as a grid in LPS."""
    axes = np.asarray(matrix, float)[:3, :3]
    spacing = np.linalg.norm(axes, axis=0)
    direction = (FLIP[:3, :3] @ axes) / spacing
    origin = FLIP[:3, :3] @ np.asarray(matrix, float)[:3, 3]
    return Grid(tuple(int(n) for n in size), tuple(spacing.tolist()),
                tuple((origin + 0.0).tolist()),
                tuple((direction + 0.0).ravel().tolist()))


def grid_points(grid: Grid, ijk: np.ndarray) -> np.ndarray:
    """LPS points [n,3] of continuous indices [n,3]."""
    axes = np.reshape(grid.direction, (3, 3)) * grid.spacing
    return np.asarray(ijk, float) @ axes.T + grid.origin


def voxels_of(ijk: np.ndarray) -> np.ndarray:
    """Voxels [n,3] that hold continuous indices: floor(x + 0.5)."""
    return np.floor(np.asarray(ijk, float) + 0.5).astype(np.int64)


# ---- boxes -----------------------------------------------------------------

def box_of(mask: np.ndarray) -> Box:
    """The narrowest box round what is not 0 in an array [k,j,i], which has
    such a voxel."""
    ends = []
    for axis in (2, 1, 0):
        others = tuple(other for other in range(3) if other != axis)
        there = np.flatnonzero(mask.any(axis=others))
        ends += [int(there[0]), int(there[-1]) + 1]
    return tuple(ends)


def box_shape(box: Box) -> Tuple[int, int, int]:
    """Shape [k,j,i] of an array over a box."""
    return box[5] - box[4], box[3] - box[2], box[1] - box[0]


def box_slices(box: Box, origin: Sequence[int] = (0, 0, 0)) -> Tuple:
    """Slices of an array [k,j,i] whose first voxel is `origin` (i,j,k)."""
    i, j, k = origin
    return (slice(box[4] - k, box[5] - k), slice(box[2] - j, box[3] - j),
            slice(box[0] - i, box[1] - i))


def is_empty(box: Box) -> bool:
    """Whether a box holds no voxel."""
    return box[0] >= box[1] or box[2] >= box[3] or box[4] >= box[5]


def intersection(one: Box, other: Box) -> Box:
    """Voxels of both boxes; may be empty."""
    return tuple(max(a, b) if n % 2 == 0 else min(a, b)
                 for n, (a, b) in enumerate(zip(one, other)))


def union(boxes: Sequence[Box]) -> Optional[Box]:
    """The smallest box around boxes that are not empty; None without any."""
    full = [box for box in boxes if not is_empty(box)]
    if not full:
        return None
    return tuple(min(b[n] for b in full) if n % 2 == 0 else
                 max(b[n] for b in full) for n in range(6))


def vtk_extent(box: Box) -> List[int]:
    """VTK's extent of a box: its last voxels belong to it."""
    return [value - n % 2 for n, value in enumerate(box)]


def box_of_extent(extent: Sequence[int]) -> Box:
    """The box of a VTK extent."""
    return tuple(int(value) + n % 2 for n, value in enumerate(extent))


# ---- MRML ------------------------------------------------------------------

def array_of(matrix) -> np.ndarray:
    """A vtkMatrix4x4 as array [4,4]."""
    return np.array([[matrix.GetElement(r, c) for c in range(4)]
                     for r in range(4)])


def vtk_matrix(array: np.ndarray):
    """An array [4,4] as a new vtkMatrix4x4."""
    import vtk

    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy(np.asarray(array, float).ravel().tolist())
    return matrix


def ijk_to_ras(volume) -> np.ndarray:
    """IJKToRAS [4,4] of a volume node, without its parent transforms."""
    import vtk

    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return array_of(matrix)


def size_of(volume) -> Tuple[int, int, int]:
    """Voxels of a volume node along i, j, k."""
    return tuple(volume.GetImageData().GetDimensions())


def between(source, target) -> Optional[np.ndarray]:
    """Matrix [4,4] from a node's coordinates to those of another (None: the
    world); None when a transform on the way is not linear."""
    import slicer
    import vtk

    matrix = vtk.vtkMatrix4x4()
    parents = [node.GetParentTransformNode() if node else None
               for node in (source, target)]
    if parents[0] is parents[1]:
        return np.eye(4)
    if not all(parent is None or parent.IsTransformToWorldLinear()
               for parent in parents):
        return None
    if not slicer.vtkMRMLTransformNode.GetMatrixTransformBetweenNodes(
            parents[0], parents[1], matrix):
        return None
    return array_of(matrix)


def check_grid(volume) -> None:
    """Raises Failure when the engine cannot take a volume's grid."""
    shear = shear_of(ijk_to_ras(volume))
    if shear > SHEAR_TOLERANCE:
        raise Failure(
            f"volume {volume.GetName()}: its axes are not at right angles "
            f"(cosine {shear:.3g}); expected a grid without shear: resample "
            "it with the module Crop Volume")


def volume_grid(volume) -> Grid:
    """Where the engine sees a volume: in the world, that is through linear
    parent transforms, so that left stays left when a transform turns it.

    A parent transform may shear; then the nearest grid at right angles
    stands for it. One that is not linear is left out. Prompts go through
    indices, so that both only touch what "left" or a millimetre means.
    """
    own = ijk_to_ras(volume)
    parent = between(volume, None)
    if parent is None or np.array_equal(parent, np.eye(4)):
        return engine_grid(own, size_of(volume))
    return engine_grid(nearest_orthogonal(parent @ own), size_of(volume))


def world_to_ijk(volume, points: np.ndarray) -> np.ndarray:
    """Continuous indices [n,3] of RAS world points [n,3], through any parent
    transform."""
    import slicer
    import vtk

    transform = vtk.vtkGeneralTransform()
    slicer.vtkMRMLTransformNode.GetTransformBetweenNodes(
        None, volume.GetParentTransformNode(), transform)
    local = np.array([transform.TransformPoint(list(map(float, point)))
                      for point in np.reshape(points, (-1, 3))])
    inverse = np.linalg.inv(ijk_to_ras(volume))
    return local.reshape(-1, 3) @ inverse[:3, :3].T + inverse[:3, 3]


def ijk_to_world(volume, ijk: np.ndarray) -> np.ndarray:
    """RAS world points [n,3] of continuous indices [n,3]."""
    import slicer
    import vtk

    transform = vtk.vtkGeneralTransform()
    slicer.vtkMRMLTransformNode.GetTransformBetweenNodes(
        volume.GetParentTransformNode(), None, transform)
    matrix = ijk_to_ras(volume)
    local = np.reshape(ijk, (-1, 3)) @ matrix[:3, :3].T + matrix[:3, 3]
    return np.array([transform.TransformPoint(list(point))
                     for point in local]).reshape(-1, 3)


def labelmap_matrix(volume, segmentation) -> np.ndarray:
    """IJKToRAS [4,4] of a volume's voxels in a segmentation's coordinates.

    Raises Failure when a transform between them is not linear.
    """
    matrix = between(volume, segmentation)
    if matrix is None:
        raise Failure(
            f"segmentation {segmentation.GetName()}: another transform than "
            f"that of volume {volume.GetName()}, and not linear; expected "
            "both under the same transform")
    return matrix @ ijk_to_ras(volume)
