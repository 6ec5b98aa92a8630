"""An image with its place in the patient, and how others' images become one.

World points are LPS millimetres: +x left, +y posterior, +z superior, as in
DICOM, ITK and SimpleITK. NIfTI (nibabel) and 3D Slicer say RAS: x and y
negated; `ras_geometry` and `Image.affine` are the only places that convert.

    world = origin + direction @ diag(spacing) @ (i, j, k)
"""
import contextlib
import ctypes
import itertools
import math
from typing import Any, Iterator, Optional, Sequence, Tuple

import numpy as np

from . import _abi
from ._library import call, load_library
from ._types import Array, PathLike
from .errors import InputError, ShapeError

#: NumPy's names of the element types, by MedalsDtype (bf16 has none).
_DTYPES = {0: "float32", 2: "float16", 3: "float64", 4: "uint8", 5: "int8",
           6: "uint16", 7: "int16", 8: "uint32", 9: "int32", 10: "uint64",
           11: "int64"}
_NUMBERS = {np.dtype(name): number for number, name in _DTYPES.items()}

#: Cosine between two axes from which on a grid counts as sheared.
SHEAR = 1e-3

#: RAS of LPS, and LPS of RAS, as a matrix.
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])

Vector = Tuple[float, ...]


class Image:
    """Voxels [k,j,i] with spacing, origin and direction.

    Args:
        array: [k,j,i], any real NumPy type. It is wrapped without a copy when
            it is C-contiguous and in native byte order; then do not change
            it while a session works on it.
        spacing: mm along i, j, k.
        origin: LPS mm of the centre of voxel (0,0,0).
        direction: 3x3, or 9 numbers row by row; column c is the unit vector
            along index axis c, in LPS.
        modality: what the file says (ct, mr, pet, us, microscopy), or None.

    Raises:
        ShapeError: not three axes. InputError: anything else.

    >>> image = Image(np.zeros((2, 3, 4), "i2"), spacing=(0.5, 0.5, 2))
    >>> image
    Image(4x3x2 int16, spacing 0.5 x 0.5 x 2 mm)
    >>> image.to_lps((1, 1, 1)).tolist()
    [0.5, 0.5, 2.0]
    >>> np.asarray(image).shape
    (2, 3, 4)
    """

    #: spacing, origin, direction, and the LPS matrix [4,4] they come from
    _given: Optional[Tuple[Vector, Vector, Array, Array]] = None

    def __init__(self, array: Any, spacing: Sequence[float] = (1, 1, 1),
                 origin: Sequence[float] = (0, 0, 0),
                 direction: Any = (1, 0, 0, 0, 1, 0, 0, 0, 1),
                 modality: Optional[str] = None):
        self.array, self.copied = _voxels(array)
        self.spacing = _numbers("spacing", spacing, 3)
        self.origin = _numbers("origin", origin, 3)
        flat = _numbers("direction", np.ravel(direction), 9)
        self.direction = np.reshape(flat, (3, 3))
        self.direction.flags.writeable = False
        self.modality = modality
        if not all(step > 0 for step in self.spacing):
            raise InputError(f"spacing: {_line(self.spacing)}; expected "
                             "three positive lengths in mm")
        if abs(np.linalg.det(self.direction)) < 1e-6:
            raise InputError(f"direction: {_line(flat)} is singular; "
                             "expected three unit vectors as columns")

    @property
    def size(self) -> Tuple[int, int, int]:
        """Voxels along i, j, k."""
        k, j, i = self.array.shape
        return i, j, k

    @property
    def affine(self) -> Array:
        """[4,4] from voxel (i,j,k,1) to RAS mm, as NIfTI has it; the one
        that the image came with, to the last bit."""
        return LPS @ self._matrix() + 0.0

    @classmethod
    def from_affine(cls, array: Any, affine: Any,
                    modality: Optional[str] = None) -> "Image":
        """An Image of an array with the axes [i,j,k] and a RAS affine [4,4],
        as nibabel has them.

        >>> Image.from_affine(np.zeros((4, 3, 2)), np.diag([-1, -1, 2, 1]))
        Image(4x3x2 float64, spacing 1 x 1 x 2 mm)
        """
        image = cls(np.asanyarray(array).T, *ras_geometry(affine), modality)
        image._keep_affine(affine)
        return image

    def __array__(self, dtype: Any = None,
                  copy: Optional[bool] = None) -> Array:
        """The voxels [k,j,i], for np.asarray() and everything that calls
        it; copy=False raises ValueError where `dtype` needs a copy."""
        wanted = self.array.dtype if dtype is None else np.dtype(dtype)
        if copy is False and wanted != self.array.dtype:
            raise ValueError(f"array: {self.array.dtype}; expected {wanted}, "
                             "which takes a copy")
        return self.array.astype(wanted, copy=bool(copy))

    def to_lps(self, ijk: Any) -> Array:
        """LPS mm [...,3] of voxel indices [...,3]."""
        matrix = self.direction * self.spacing
        lps: Array = np.asarray(ijk, float) @ matrix.T + self.origin
        return lps

    def to_index(self, lps: Any) -> Array:
        """Continuous voxel indices [...,3] of LPS mm [...,3]; the voxel is
        floor(x + 0.5)."""
        matrix = np.linalg.inv(self.direction * self.spacing)
        ijk: Array = (np.asarray(lps, float) - self.origin) @ matrix.T
        return ijk

    def like(self, array: Any) -> "Image":
        """Another array [k,j,i] on the same grid."""
        image = Image(array, self.spacing, self.origin, self.direction,
                      self.modality)
        if image.size != self.size:
            raise ShapeError(f"array: shape {image.array.shape}; expected "
                             f"{self.array.shape} as the image has")
        image._share_place(self)
        return image

    def same_grid(self, other: "Image") -> bool:
        """Whether voxels of both lie at the same places, but for what files
        lose when they round to float32."""
        reach = np.maximum(np.multiply(self.size, self.spacing), 1)
        return bool(
            self.size == other.size
            and np.allclose(self.spacing, other.spacing, rtol=1e-4, atol=0)
            and (np.abs(np.subtract(self.origin, other.origin))
                 <= 1e-3 * reach).all()
            and np.allclose(self.direction, other.direction, rtol=0,
                            atol=1e-3))

    def to_simpleitk(self) -> Any:
        """A SimpleITK image on the same grid, its voxels copied."""
        from .writers import to_simpleitk

        return to_simpleitk(self)

    def to_sitk(self) -> Any:
        """The same as to_simpleitk()."""
        return self.to_simpleitk()

    def to_nibabel(self) -> Any:
        """A nibabel NIfTI image on the same grid, its voxels shared."""
        from .writers import to_nibabel

        return to_nibabel(self)

    def save(self, path: PathLike) -> None:
        """Writes .nrrd, .seg.nrrd, .mha, or by nibabel or SimpleITK .nii.gz
        and .nii; on the disk and complete when it returns, or not at all."""
        from .writers import save

        save(self, path)

    def __repr__(self) -> str:
        return (f"{type(self).__name__}({'x'.join(map(str, self.size))} "
                f"{self.array.dtype}, spacing {_line(self.spacing)} mm)")

    def _geometry(self) -> _abi.Geometry:
        return _abi.Geometry(self.size, self.spacing, self.origin,
                             tuple(np.ravel(self.direction)))

    def _matrix(self) -> Array:
        """[4,4] from voxel (i,j,k,1) to LPS mm."""
        if self._given is not None:
            spacing, origin, direction, matrix = self._given
            if (spacing is self.spacing and origin is self.origin
                    and direction is self.direction):
                return matrix
        matrix = np.eye(4)
        matrix[:3, :3] = self.direction * self.spacing
        matrix[:3, 3] = self.origin
        return matrix

    def _keep_affine(self, affine: Any) -> None:
        """Keeps the RAS affine that this image came with where it says the
        same: a length and a unit vector give it back but for a last bit."""
        matrix = LPS @ np.asarray(affine, float) + 0.0
        if np.allclose(matrix, self._matrix(), rtol=1e-4, atol=1e-4):
            self._given = self.spacing, self.origin, self.direction, matrix

    def _share_place(self, other: "Image") -> None:
        self.spacing, self.origin, self.direction, self._given = (
            other.spacing, other.origin, other.direction, other._given)

    @contextlib.contextmanager
    def _volume(self) -> Iterator[ctypes.c_void_p]:
        """The voxels as MedalsVolume, which borrows them: whoever lets C
        keep the volume keeps this image too."""
        volume, geometry = ctypes.c_void_p(), self._geometry()
        call("medals_volume_wrap", ctypes.byref(volume),
             ctypes.byref(geometry), _NUMBERS[self.array.dtype],
             self.array.ctypes.data, None, None)
        try:
            yield volume
        finally:
            load_library().medals_volume_free(ctypes.byref(volume))


def body_axes(image: Image) -> Tuple[int, int, int]:
    """The axes of an image's array that run, as near as an order of them
    comes, along the patient's: to or from superior, posterior, left.

    >>> body_axes(Image(np.zeros((2, 3, 4))))
    (0, 1, 2)
    """
    weight = np.abs(image.direction)
    left, posterior, superior = max(
        itertools.permutations(range(3)),
        key=lambda axes: sum(weight[row, axes[row]] for row in range(3)))
    return 2 - superior, 2 - posterior, 2 - left


def number_of_dtype(dtype: Any) -> int:
    """MedalsDtype of a NumPy type."""
    found = _NUMBERS.get(np.dtype(dtype))
    if found is None:
        raise InputError(f"dtype: {np.dtype(dtype)}; expected one of "
                         + ", ".join(_DTYPES.values()))
    return found


def array_of_volume(volume: Any) -> Array:
    """A copy [k,j,i] of a MedalsVolume's voxels."""
    library = load_library()
    size = library.medals_volume_peek_geometry(volume).contents.size
    dtype = np.dtype(_DTYPES[library.medals_volume_dtype(volume)])
    shape = tuple(size)[::-1]
    buffer = (ctypes.c_uint8 * (math.prod(shape) * dtype.itemsize)
              ).from_address(library.medals_volume_peek_data(volume))
    array: Array = np.frombuffer(buffer, dtype).reshape(shape).copy()
    return array


def ras_geometry(affine: Any) -> Tuple[Vector, Vector, Array]:
    """Spacing, origin, direction in LPS of a RAS affine [4,4].

    Raises InputError where it is singular or sheared: resample first.
    """
    matrix = np.asarray(affine, float)
    if matrix.shape != (4, 4) or not np.isfinite(matrix).all():
        raise InputError("affine: not a finite 4x4 matrix; expected one "
                         "from voxels to RAS mm")
    matrix = LPS @ matrix + 0.0
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    if not (spacing > 0).all():
        raise InputError("affine: an axis without length; expected three")
    direction = matrix[:3, :3] / spacing
    lean = np.abs(direction.T @ direction - np.eye(3)).max()
    if lean > SHEAR:
        raise InputError(f"affine: sheared, its axes lean by a cosine of "
                         f"{lean:.3g}; expected right angles: resample it")
    return tuple(spacing.tolist()), tuple(matrix[:3, 3].tolist()), direction


def _voxels(array: Any) -> Tuple[Array, bool]:
    """The array as C can see it, and whether that took a copy."""
    given = np.asanyarray(array)
    if given.dtype.kind not in "biuf" or given.dtype.itemsize > 8:
        raise InputError(f"image: {given.dtype} voxels; expected real "
                         "numbers of at most 64 bits")
    if given.ndim != 3:
        raise ShapeError(f"image: {_axes(given.shape)}; expected three axes "
                         "[k,j,i]")
    if 0 in given.shape:
        raise InputError(f"image: shape {given.shape}; expected at least "
                         "one voxel along each axis")
    native = given.dtype.newbyteorder("=")
    made = np.ascontiguousarray(given, native)
    if made.dtype == bool:
        made = made.view(np.uint8)
    copied = not np.shares_memory(made, given) or not isinstance(
        array, np.ndarray)
    return made.view(np.ndarray), copied


def _axes(shape: Tuple[int, ...]) -> str:
    """What is wrong with a shape that has not three axes, in words."""
    if len(shape) == 2:
        return f"2-D, shape {shape}; give one slice as array[None]"
    if len(shape) == 4 and shape[-1] in (3, 4):
        return f"colour or 4-D, shape {shape}; give one channel"
    return f"{len(shape)}-D, shape {shape}; give one frame"


def _numbers(what: str, values: Any, count: int) -> Tuple[float, ...]:
    try:
        found = tuple(float(value) for value in values)
    except (TypeError, ValueError):
        found = ()
    if len(found) != count or not all(map(math.isfinite, found)):
        raise InputError(f"{what}: {values!r}; expected {count} finite "
                         "numbers")
    return found


def _line(values: Sequence[float]) -> str:
    return " x ".join(f"{value:g}" for value in values)
