"""Where a NIfTI header puts its voxels, by the command's rule.

nibabel prefers the sform, knows no units and makes up a place for files that
state none; ITK takes the spacing from pixdim whatever the sform says. A file
must not lie elsewhere for having come through one of them.
"""
import warnings
from typing import Any, Callable, NamedTuple, Tuple

import numpy as np

from ._types import Array
from .errors import InputError
from .image import Vector, ras_geometry

#: Millimetres of a unit of length, by the lowest three bits of xyzt_units.
SCALES = {0: 1.0, 1: 1e3, 2: 1.0, 3: 1e-3}

#: Part of pixdim by which an sform's lengths differ when it is its rounding.
_ROUNDING = 5e-4

#: The same for what float32 makes of one number.
_SINGLE = 1e-6

#: Distance in the file's unit up to which both forms say the same.
_ALIKE = 1e-4


class Forms(NamedTuple):
    """The fields of a header that place its voxels."""

    axes: int  #: 1 to 3
    pixdim: Array  #: [4], the first is the sign of the qform's third axis
    units: int
    qform_code: int
    quatern: Array  #: [3] b, c, d
    qoffset: Array  #: [3]
    sform_code: int
    sform: Array  #: [3,4]


def forms_of_header(header: Any) -> Forms:
    """Of a nibabel Nifti1Header or Nifti2Header."""
    return _forms(lambda name: header[name], int(header["dim"][0]),
                  np.asarray(header["pixdim"][:4], float))


def forms_of_metadata(image: Any) -> Forms:
    """Of what ITK keeps of a NIfTI header beside a SimpleITK image."""
    def field(name: str) -> Any:
        words = image.GetMetaData(name).split()
        return np.array(words, float) if len(words) > 1 else float(words[0])

    return _forms(field, image.GetDimension(),
                  np.array([field(f"pixdim[{n}]") for n in range(4)]))


def place(forms: Forms) -> Tuple[Vector, Vector, Array]:
    """Spacing, origin and direction in LPS mm.

    Warns where the file states no orientation, or an sform of another
    spacing than pixdim. Raises InputError where the command does.
    """
    scale = SCALES.get(forms.units)
    if scale is None:
        raise InputError(f"nifti: xyzt_units states the unit of length "
                         f"{forms.units}; expected 1 (metre), 2 (millimetre), "
                         "3 (micrometre) or 0")
    steps = forms.pixdim[1:1 + forms.axes]
    if not (np.isfinite(steps).all() and (steps > 0).all()):
        raise InputError(f"nifti: pixdim {steps.tolist()}; expected positive "
                         "spacing")
    spacing = np.ones(3)
    spacing[:forms.axes] = steps * scale
    if forms.sform_code <= 0 and forms.qform_code <= 0:
        warnings.warn("the file states no orientation (no sform, no qform): "
                      "left and right are a guess", stacklevel=5)
        return tuple(spacing.tolist()), (0.0, 0.0, 0.0), np.eye(3)
    by_sform = _takes_sform(forms)
    matrix = np.eye(4)
    matrix[:3] = (forms.sform if by_sform else _qform(forms)) * scale
    if not np.isfinite(matrix).all():
        raise InputError(f"nifti: the {'sform' if by_sform else 'qform'} holds "
                         "numbers that are not finite; expected finite ones")
    lengths, origin, direction = ras_geometry(matrix)
    if by_sform and not _fits(forms):
        warnings.warn(f"the spacing of the sform, {_line(lengths)} mm, is not "
                      f"that of pixdim, {_line(spacing)}: the sform is used",
                      stacklevel=5)
        return lengths, origin, direction
    # an affine in memory has more digits than the header's pixdim
    if by_sform and np.allclose(lengths, spacing, rtol=_SINGLE, atol=0):
        return lengths, origin, direction
    return tuple(spacing.tolist()), origin, direction


def _forms(field: Callable[[str], Any], axes: int, pixdim: Array
           ) -> Forms:
    def numbers(*names: str) -> Array:
        return np.array([np.asarray(field(name), float) for name in names])

    return Forms(max(1, min(axes, 3)), pixdim, int(field("xyzt_units")) & 7,
                 int(field("qform_code")),
                 numbers("quatern_b", "quatern_c", "quatern_d"),
                 numbers("qoffset_x", "qoffset_y", "qoffset_z"),
                 int(field("sform_code")),
                 numbers("srow_x", "srow_y", "srow_z"))


def _qform(forms: Forms) -> Array:
    """[3,4]; nifti1.h, method 2."""
    b, c, d = forms.quatern
    rest = 1 - (b * b + c * c + d * d)
    a = np.sqrt(rest) if rest > 1e-7 else 0.0
    a, b, c, d = np.array([a, b, c, d]) / np.sqrt(
        a * a + b * b + c * c + d * d)
    turn = np.array([
        [a * a + b * b - c * c - d * d, 2 * (b * c - a * d),
         2 * (b * d + a * c)],
        [2 * (b * c + a * d), a * a + c * c - b * b - d * d,
         2 * (c * d - a * b)],
        [2 * (b * d - a * c), 2 * (c * d + a * b),
         a * a + d * d - b * b - c * c]])
    steps = forms.pixdim[1:4].copy()
    steps[forms.axes:] = 1
    if forms.pixdim[0] < 0:
        steps[2] = -steps[2]
    return np.column_stack([turn * steps, forms.qoffset])


def _fits(forms: Forms) -> bool:
    """Whether the sform has the spacing of pixdim."""
    lengths = np.linalg.norm(forms.sform[:, :3], axis=0)[:forms.axes]
    steps = forms.pixdim[1:1 + forms.axes]
    return bool((np.abs(lengths - steps) <= _ROUNDING * steps).all())


def _takes_sform(forms: Forms) -> bool:
    """As ITK 5.2 chooses: the sform if it is scanner's, alone, or the same as
    the qform; one of another spacing than pixdim only if it is alone."""
    if forms.sform_code <= 0:
        return False
    if forms.qform_code <= 0:
        return True
    alike = np.abs(forms.sform - _qform(forms)).max() <= _ALIKE
    return (forms.sform_code == 1 or bool(alike)) and _fits(forms)


def _line(values: Any) -> str:
    return " x ".join(f"{value:g}" for value in values)
